#include "policy/findings-internal.h"

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

void
settle_findings_tiers(const SettleFindings *findings, guint rule)
{
    const SettleRule *self = &findings->policy->rules[rule];
    const SettleNode *tiers;

    if (self->kind != SETTLE_KIND_VOLUME_BONUS || self->volume.mode == SETTLE_MODE_MARGINAL)
        return;
    tiers = settle_node_get(settle_findings_node(findings, rule), "tiers");
    for (guint i = 0; i < self->volume.n_tiers; i++)
        look_at_tier(findings, self, i, g_ptr_array_index(tiers->keys, i));
}
