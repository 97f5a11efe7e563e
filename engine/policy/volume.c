/* The policy's part of the kind "volume-bonus" (policy/kind.h): reading its tiers, and what one
 * more order is worth. */
#include "policy/kind.h"

#include <string.h>

static void
report_gap(SettleBuild *build, gboolean amounts, const SettleBandNode *tier,
           const SettleBandNode *next)
{
    char from[SETTLE_MONEY_TEXT_BYTES], to[SETTLE_MONEY_TEXT_BYTES];
    int exponent = amounts ? build->exponent : 0;

    SETTLE_BUILD_ERROR(build, "P036", next->key, NULL,
                       "%s..%s lies in no tier: \"%s\" comes after \"%s\"",
                       settle_money_format(tier->band.interval.to + 1, exponent, from),
                       settle_money_format(next->band.interval.from - 1, exponent, to),
                       next->key->text, tier->key->text);
}

/* Tiers follow each other without a gap and the last is open: then "from" says it all. */
static void
read_tiers(SettleBuild *build, const SettleNode *node, SettleVolumeBonus *volume)
{
    gboolean amounts = volume->measure == SETTLE_MEASURE_AMOUNT;
    gboolean lump = volume->mode == SETTLE_MODE_LUMP;
    g_autoptr(GArray) bands = settle_build_read_bands(build, node, amounts);

    volume->n_tiers = bands->len;
    volume->tiers = g_new0(SettleTier, MAX(bands->len, 1));
    for (guint i = 0; i < bands->len; i++) {
        const SettleBandNode *tier = &g_array_index(bands, SettleBandNode, i);
        const SettleBandNode *next = i + 1 < bands->len ? tier + 1 : NULL;

        volume->tiers[i].from = tier->band.interval.from;
        volume->tiers[i].pay = tier->band.pay;
        if (tier->band.interval.from == SETTLE_OPEN_LOW || tier->band.interval.from < 0 ||
            (!amounts && tier->band.interval.from == 0))
            SETTLE_BUILD_ERROR(build, "P036", tier->key, NULL,
                               "the first tier says where it starts, from 1 on");
        if (next == NULL && tier->band.interval.to != SETTLE_OPEN_HIGH)
            SETTLE_BUILD_ERROR(build, "P039", tier->key, "leave its end open, like 800..",
                               "nothing is said of what lies above \"%s\"", tier->key->text);
        if (next != NULL && tier->band.interval.to != SETTLE_OPEN_HIGH &&
            tier->band.interval.to + 1 < next->band.interval.from)
            report_gap(build, amounts, tier, next);
        if (lump && tier->band.pay.is_rate)
            SETTLE_BUILD_ERROR(build, "P037", tier->value, NULL,
                               "a lump sum is an amount, not a rate");
        else if (!lump && amounts && !tier->band.pay.is_rate)
            SETTLE_BUILD_ERROR(build, "P037", tier->value, NULL, "a tier of amounts pays a rate");
        else if (!lump && !amounts && tier->band.pay.is_rate)
            SETTLE_BUILD_ERROR(build, "P037", tier->value, NULL,
                               "a tier of %s pays an amount for each",
                               volume->measure == SETTLE_MEASURE_UNITS ? "units" : "orders");
    }
}

static void
read_volume(SettleBuild *build, const SettleNode *node, SettleRule *rule)
{
    const char *section = "volume-bonus";
    SettleVolumeBonus *volume = &rule->volume;

    rule->window.length =
        (SettleWindow) (SETTLE_WINDOW_MONTH + settle_build_choice_of(node, section, "window", 0));
    rule->window.scope = (SettleScope) (SETTLE_SCOPE_DISTRIBUTOR +
                                        settle_build_choice_of(node, section, "scope", 0));
    volume->measure = (SettleMeasure) (SETTLE_MEASURE_ORDERS +
                                       settle_build_choice_of(node, section, "measure", 0));
    rule->window.in_amounts = volume->measure == SETTLE_MEASURE_AMOUNT;
    volume->mode =
        (SettleTierMode) (SETTLE_MODE_MARGINAL + settle_build_choice_of(node, section, "mode", 0));
    volume->lump_adds = settle_build_choice_of(node, section, "higher-tiers", 0) == 1;
    rule->window.progressive = settle_build_choice_of(node, section, "paid", 0) == 1;
    if (settle_node_get(node, "higher-tiers") != NULL && volume->mode != SETTLE_MODE_LUMP)
        SETTLE_BUILD_ERROR(build, "P045", settle_node_get(node, "higher-tiers"), NULL,
                           "higher-tiers goes with mode: lump only");
    read_tiers(build, settle_node_get(node, "tiers"), volume);
}

static void
clear_volume(SettleRule *rule)
{
    g_free(rule->volume.tiers);
}

/* It speaks of no month of an order's. */
static int
span_of_volume(G_GNUC_UNUSED const SettleRule *rule)
{
    return 0;
}

/* An amount is measured only where the rule says so. */
static gboolean
window_of_example(const SettleNode *node, gboolean *ret_is_amount)
{
    const SettleNode *measure = settle_node_get(node, "measure");

    *ret_is_amount = measure != NULL && measure->kind == SETTLE_NODE_SCALAR &&
                     strcmp(measure->text, "amount") == 0;
    return TRUE;
}

/* --- tiers ------------------------------------------------------------------------------------ */

/* Where the tier reached pays for everything (whole), or a sum at once (lump), the order that
 * reaches it is worth more than any other: what exactly, so that nobody is surprised by it
 * (docs/semantics.md 5.4, 13.9). */

/* What a measure earns in modes whole and lump. FALSE: more than amounts can be. */
static gboolean
earned(const SettlePolicy *policy, const SettleVolumeBonus *volume, int64_t measure,
       int64_t *ret_minor)
{
    SettleInt128 sum = 0;
    guint reached = 0;

    while (reached < volume->n_tiers && measure >= volume->tiers[reached].from)
        reached++;
    if (reached == 0) {
        *ret_minor = 0;
        return TRUE;
    }
    if (volume->mode == SETTLE_MODE_LUMP) {
        for (guint i = volume->lump_adds ? 0 : reached - 1; i < reached; i++)
            sum += volume->tiers[i].pay.fixed_minor;
        if (sum > INT64_MAX)
            return FALSE;
        *ret_minor = (int64_t) sum;
        return TRUE;
    }
    if (volume->tiers[reached - 1].pay.is_rate)
        return settle_money_round(
            settle_money_rate(measure, volume->tiers[reached - 1].pay.rate_ppb), policy->rounding,
            ret_minor);
    return settle_mul_i64(measure, volume->tiers[reached - 1].pay.fixed_minor, ret_minor);
}

static const char *
ending(int64_t n)
{
    if (n % 100 >= 11 && n % 100 <= 13)
        return "th";
    return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

/* "the 300th order", or of amounts "the 0.01 that makes it 1,000.00". */
static char *
step_text(const SettleFindings *findings, const SettleVolumeBonus *volume, int64_t from)
{
    char text[SETTLE_MONEY_TEXT_BYTES], least[SETTLE_MONEY_TEXT_BYTES];

    if (volume->measure == SETTLE_MEASURE_AMOUNT)
        return g_strdup_printf("the %s that makes it %s", settle_findings_money(findings, 1, least),
                               settle_findings_money(findings, from, text));
    return g_strdup_printf("the %s%s %s", settle_money_format_grouped(from, 0, text), ending(from),
                           volume->measure == SETTLE_MEASURE_UNITS ? "unit" : "order");
}

static void
look_at_tier(const SettleFindings *findings, const SettleRule *rule, guint tier,
             const SettleNode *key)
{
    const SettleVolumeBonus *volume = &rule->volume;
    int64_t from = volume->tiers[tier].from, before, after;
    int places = volume->measure == SETTLE_MEASURE_AMOUNT ? findings->exponent : 0;
    char was[SETTLE_MONEY_TEXT_BYTES], is[SETTLE_MONEY_TEXT_BYTES], by[SETTLE_MONEY_TEXT_BYTES];
    char below[SETTLE_MONEY_TEXT_BYTES], at[SETTLE_MONEY_TEXT_BYTES];
    g_autofree char *step = NULL;

    if (from < 1 || !earned(findings->policy, volume, from - 1, &before) ||
        !earned(findings->policy, volume, from, &after))
        return;
    if (from == 1 && volume->mode == SETTLE_MODE_WHOLE)
        return; /* the first is worth what each is */
    step = step_text(findings, volume, from);
    settle_findings_money(findings, before, was);
    settle_findings_money(findings, after, is);
    settle_money_format_grouped(from - 1, places, below);
    settle_money_format_grouped(from, places, at);
    if (after < before)
        SETTLE_FINDING_WARNING(
            findings, "P109", key, "pay at least as much as the tier before, or use mode: marginal",
            "%s makes \"%s\" fall by %s: %s earn %s, %s earn %s", step, rule->id,
            settle_findings_money(findings, before - after, by), below, was, at, is);
    else if (after > before)
        SETTLE_FINDING_NOTE(findings, "P202", key, NULL, "%s is worth %s: %s earn %s, %s earn %s",
                            step, settle_findings_money(findings, after - before, by), below, was,
                            at, is);
}

static void
look_at_volume(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleNode *tiers = settle_node_get(node, "tiers");

    for (guint i = 0; i < rule->volume.n_tiers && rule->volume.mode != SETTLE_MODE_MARGINAL; i++)
        look_at_tier(findings, rule, i, g_ptr_array_index(tiers->keys, i));
}

const SettlePolicyKind settle_policy_kind_volume = {
    read_volume, clear_volume, span_of_volume, look_at_volume, window_of_example,
};
