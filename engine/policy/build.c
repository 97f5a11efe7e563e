#include "base/error.h"
#include "policy/build-internal.h"

#include <string.h>

/* Builds the policy from a tree that holds against the field table, and checks what hangs together.
 */

/* --- rules ----------------------------------------------------------------------------------- */

/* TRUE if just one of the keys is there; else an error that names them. */
static gboolean
just_one(SettleBuild *build, const SettleNode *node, const char *what, const char *const *keys)
{
    g_autofree char *list = g_strjoinv(" or ", (char **) keys);
    guint given = 0;

    for (guint i = 0; keys[i] != NULL; i++)
        given += settle_node_get(node, keys[i]) != NULL;
    if (given == 1)
        return TRUE;
    SETTLE_BUILD_ERROR(build, "P034", node, NULL,
                       given == 0 ? "%s says what it pays: %s" : "%s has only one of %s", what,
                       list);
    return FALSE;
}

static void
read_upfront(SettleBuild *build, const SettleNode *node, SettleRule *rule)
{
    static const char *const pays[] = {"pay", "by-amount", NULL};
    SettleUpfront *upfront = &rule->upfront;
    const SettleNode *pay = settle_node_get(node, "pay");
    const SettleNode *bands = settle_node_get(node, "by-amount");
    const SettleNode *days = settle_node_get(node, "active-days");

    if (just_one(build, node, "an upfront rule", pays)) {
        if (pay != NULL)
            upfront->pay = settle_build_pay_of(build, pay);
        else
            upfront->bands = settle_build_bands_of(build, bands, TRUE, &upfront->n_bands);
    }
    upfront->has_floor = settle_build_optional_money(build, node, "floor", &upfront->floor_minor);
    upfront->has_cap = settle_build_optional_money(build, node, "cap", &upfront->cap_minor);
    if (upfront->has_floor && upfront->has_cap && upfront->floor_minor > upfront->cap_minor)
        SETTLE_BUILD_ERROR(build, "P038", settle_node_get(node, "floor"), NULL,
                           "the floor is above the cap");
    upfront->withheld = settle_build_boolean_of(node, "withheld", FALSE);
    upfront->active_days = days != NULL ? settle_build_integer_of(days) : 0;
    upfront->conditions = settle_build_conditions_of(build, node, -1, &upfront->n_conditions);
    upfront->wants_active = settle_build_has_word(node, "active");
    upfront->wants_no_refund = settle_build_has_word(node, "no-refund");
}

static void
read_instalment(SettleBuild *build, const SettleNode *node, SettleInstalment *instalment)
{
    static const char *const pays[] = {"pay", "by-bill", NULL};
    const SettleNode *pay = settle_node_get(node, "pay");
    const SettleNode *by_bill = settle_node_get(node, "by-bill");

    instalment->months = settle_build_integer_of(settle_node_get(node, "after"));
    instalment->day = settle_build_integer_of(settle_node_get(node, "day"));
    if (just_one(build, node, "an instalment", pays)) {
        if (pay != NULL) {
            instalment->pay = settle_build_pay_of(build, pay);
        } else {
            instalment->band_month = settle_build_integer_of(settle_node_get(by_bill, "month"));
            instalment->band_base = settle_build_base_of(by_bill, "by-bill");
            instalment->bands = settle_build_bands_of(build, settle_node_get(by_bill, "bands"),
                                                      TRUE, &instalment->n_bands);
        }
    }
    instalment->conditions =
        settle_build_conditions_of(build, node, instalment->months, &instalment->n_conditions);
    instalment->wants_active = settle_build_has_word(node, "active");
    instalment->wants_no_refund = settle_build_has_word(node, "no-refund");
    instalment->retry_until = settle_build_months_of(node, "retry-until", 0);
    if (settle_node_get(node, "retry-until") != NULL &&
        instalment->retry_until <= instalment->months)
        SETTLE_BUILD_ERROR(build, "P049", settle_node_get(node, "retry-until"), NULL,
                           "it is not tried again: it falls due %d months after closing anyway",
                           instalment->months);
    settle_build_note_later(build, "instalment", node);
}

static void
read_deferred(SettleBuild *build, const SettleNode *node, SettleRule *rule)
{
    const SettleNode *list = settle_node_get(node, "instalments");

    if (list->values->len > 4095) {
        SETTLE_BUILD_ERROR(build, "P002", list, NULL, "a rule has at most 4095 instalments");
        return;
    }
    rule->deferred.n_instalments = list->values->len;
    rule->deferred.instalments = g_new0(SettleInstalment, MAX(list->values->len, 1));
    for (guint i = 0; i < list->values->len; i++)
        read_instalment(build, g_ptr_array_index(list->values, i), &rule->deferred.instalments[i]);
}

static void
read_share(SettleBuild *build, const SettleNode *node, SettleRule *rule)
{
    static const char *const rates[] = {"rate", "by-month", "by-size", NULL};
    SettleRevenueShare *share = &rule->share;
    SettleInterval months = settle_build_interval_of(build, node, "months", FALSE);
    const SettleNode *rate = settle_node_get(node, "rate");
    const SettleNode *by_month = settle_node_get(node, "by-month");
    const SettleNode *net = settle_node_get(node, "net-of-tax");

    share->base = settle_build_base_of(node, "revenue-share");
    share->net_of_tax_ppb = net != NULL ? settle_build_rate_of(net) : 0;
    share->from_month = months.from == SETTLE_OPEN_LOW ? 0 : (int) MIN(months.from, 4095);
    share->to_month = (int) MIN(months.to, 4095);
    if ((months.to != SETTLE_OPEN_HIGH && months.to > 4095) || months.from > 4095)
        SETTLE_BUILD_ERROR(build, "P016", settle_node_get(node, "months"), NULL,
                           "contract months end at 4095");
    if (just_one(build, node, "a revenue share", rates)) {
        if (rate != NULL)
            share->rate_ppb = settle_build_rate_of(rate);
        else if (by_month != NULL)
            share->month_bands =
                settle_build_bands_of(build, by_month, FALSE, &share->n_month_bands);
        else
            share->size_bands = settle_build_bands_of(build, settle_node_get(node, "by-size"), TRUE,
                                                      &share->n_size_bands);
    }
    for (guint i = 0; i < share->n_month_bands; i++)
        if (share->month_bands[i].interval.to < share->from_month ||
            share->month_bands[i].interval.from > share->to_month)
            SETTLE_BUILD_WARNING(build, "P103", by_month, NULL,
                                 "a band of by-month lies outside of months");
    share->has_bill_cap = settle_build_optional_money(build, node, "cap", &share->bill_cap_minor);
    share->has_life_cap =
        settle_build_optional_money(build, node, "life-cap", &share->life_cap_minor);
}

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

    volume->window =
        (SettleWindow) (SETTLE_WINDOW_MONTH + settle_build_choice_of(node, section, "window", 0));
    volume->scope = (SettleScope) (SETTLE_SCOPE_DISTRIBUTOR +
                                   settle_build_choice_of(node, section, "scope", 0));
    volume->measure = (SettleMeasure) (SETTLE_MEASURE_ORDERS +
                                       settle_build_choice_of(node, section, "measure", 0));
    volume->mode =
        (SettleTierMode) (SETTLE_MODE_MARGINAL + settle_build_choice_of(node, section, "mode", 0));
    volume->lump_adds = settle_build_choice_of(node, section, "higher-tiers", 0) == 1;
    volume->progressive = settle_build_choice_of(node, section, "paid", 0) == 1;
    if (settle_node_get(node, "higher-tiers") != NULL && volume->mode != SETTLE_MODE_LUMP)
        SETTLE_BUILD_ERROR(build, "P045", settle_node_get(node, "higher-tiers"), NULL,
                           "higher-tiers goes with mode: lump only");
    read_tiers(build, settle_node_get(node, "tiers"), volume);
}

static void
add_group(SettleBuild *build, GPtrArray *codes, const SettleNode *name)
{
    const SettleNode *groups = settle_node_get(build->top, "groups");
    const SettleNode *members;

    /* what is no map was told already */
    if (groups != NULL && (groups->faulty || groups->kind != SETTLE_NODE_MAP))
        return;
    members = groups != NULL ? settle_node_get(groups, name->text) : NULL;
    if (members == NULL)
        SETTLE_BUILD_ERROR(build, "P040", name, "name it under groups", "there is no group \"%s\"",
                           name->text);
    else
        settle_build_add_texts(codes, members);
}

/* distributor and distributor-group are two conditions: where both are given a distributor must be
 * in both. None in both is an empty list, which nobody matches. */
static void
read_distributors(SettleBuild *build, const SettleNode *node, SettleSelector *selector)
{
    const SettleNode *named = settle_node_get(node, "distributor-group");
    g_auto(GStrv) listed = settle_build_texts_of(node, "distributor");
    g_auto(GStrv) grouped = NULL;
    GPtrArray *codes = g_ptr_array_new();

    if (named == NULL) {
        g_ptr_array_free(codes, TRUE);
        selector->distributors = g_steal_pointer(&listed);
        return;
    }
    if (named->kind == SETTLE_NODE_SCALAR)
        add_group(build, codes, named);
    else
        for (guint i = 0; i < named->values->len; i++)
            add_group(build, codes, g_ptr_array_index(named->values, i));
    grouped = settle_build_take_texts(codes);
    if (listed == NULL) {
        selector->distributors = g_steal_pointer(&grouped);
        return;
    }
    codes = g_ptr_array_new();
    for (guint i = 0; listed[i] != NULL; i++)
        if (g_strv_contains((const char *const *) grouped, listed[i]))
            g_ptr_array_add(codes, g_strdup(listed[i]));
    if (codes->len == 0)
        SETTLE_BUILD_WARNING(build, "P105", named, NULL,
                             "no distributor is in both distributor and distributor-group");
    selector->distributors = settle_build_take_texts(codes);
}

static void
read_selector(SettleBuild *build, const SettleNode *rule_node, SettleSelector *selector)
{
    const SettleNode *node = settle_node_get(rule_node, "for");

    selector->amount = selector->quantity = selector->tier =
        (SettleInterval){SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH};
    selector->first_order = -1;
    if (node == NULL)
        return;
    selector->products = settle_build_texts_of(node, "product");
    selector->classes = settle_build_texts_of(node, "class");
    selector->regions = settle_build_texts_of(node, "region");
    selector->channels = settle_build_texts_of(node, "channel");
    selector->amount = settle_build_interval_of(build, node, "amount", TRUE);
    selector->quantity = settle_build_interval_of(build, node, "quantity", FALSE);
    selector->tier = settle_build_interval_of(build, node, "tier", FALSE);
    if (settle_node_get(node, "first-order") != NULL)
        selector->first_order = settle_build_boolean_of(node, "first-order", TRUE);

    read_distributors(build, node, selector);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
read_rule(SettleBuild *build, const SettleNode *node, guint ordinal, SettleRule *rule)
{
    const SettleNode *group = settle_node_get(node, "group");
    guint unsettled = build->policy->unsupported->len;
    guint kind = 0;

    while (settle_node_get(node, settle_rule_kinds[kind]) == NULL)
        kind++;
    rule->id = g_strdup(settle_node_get(node, settle_rule_kinds[kind])->text);
    rule->kind = (SettleKind) (SETTLE_KIND_UPFRONT + kind);
    rule->ordinal = ordinal;
    settle_rule_name_hash(rule->kind, rule->id, rule->name_hash);
    rule->group = group != NULL ? g_strdup(group->text) : NULL;
    read_selector(build, node, &rule->selector);
    settle_build_rule_terms(build, node, &rule->terms);
    settle_build_note_later(build, settle_rule_kinds[kind], node);
    switch (rule->kind) {
    case SETTLE_KIND_UPFRONT:
        read_upfront(build, node, rule);
        break;
    case SETTLE_KIND_DEFERRED:
        read_deferred(build, node, rule);
        break;
    case SETTLE_KIND_REVENUE_SHARE:
        read_share(build, node, rule);
        break;
    case SETTLE_KIND_VOLUME_BONUS:
        read_volume(build, node, rule);
        break;
    case SETTLE_KIND_INVOICE:
    case SETTLE_KIND_DEPOSIT:
        break;
    }
    rule->terms.n_unsettled = build->policy->unsupported->len - unsettled;
    for (guint i = 0; i < ordinal; i++)
        if (g_strcmp0(build->policy->rules[i].id, rule->id) == 0)
            SETTLE_BUILD_ERROR(build, "P032", settle_node_get(node, settle_rule_kinds[kind]), NULL,
                               "there is a rule \"%s\" already", rule->id);
}

static void
read_days(const SettleNode *node, SettlePolicy *policy)
{
    const char *dots = strstr(node->text, "..");

    policy->closing_from = SETTLE_DAY_MIN;
    policy->closing_to = SETTLE_DAY_MAX;
    if (dots == NULL) {
        settle_day_parse(node->text, strlen(node->text), &policy->closing_from);
        policy->closing_to = policy->closing_from;
        return;
    }
    if (dots > node->text)
        settle_day_parse(node->text, (size_t) (dots - node->text), &policy->closing_from);
    if (dots[2] != '\0')
        settle_day_parse(dots + 2, strlen(dots + 2), &policy->closing_to);
}

static void
read_terms(SettleBuild *build, SettlePolicy *policy)
{
    const SettleNode *tax = settle_node_sound(build->top, "tax");
    const SettleNode *invoice = settle_node_sound(build->top, "invoice");
    const SettleNode *day = NULL;

    policy->tax_included = TRUE;
    if (tax != NULL) {
        policy->tax_ppb = settle_build_rate_of(settle_node_get(tax, "rate"));
        policy->tax_included = settle_build_boolean_of(tax, "included", TRUE);
    }
    policy->invoice.cycle = SETTLE_CYCLE_MONTHLY;
    policy->invoice.cut_off_day = 31;
    if (invoice == NULL)
        return;
    switch (settle_build_choice_of(invoice, "invoice", "cycle", 0)) {
    case 0:
        policy->invoice.cycle = SETTLE_CYCLE_MONTHLY;
        break;
    case 1:
        policy->invoice.cycle = SETTLE_CYCLE_WEEKLY;
        policy->invoice.cut_off_day = 7;
        break;
    case 2:
        policy->invoice.cycle = SETTLE_CYCLE_DAILY;
        break;
    default:
        policy->invoice.cycle = SETTLE_CYCLE_NONE;
        break;
    }
    day = settle_node_get(invoice, "cut-off-day");
    if (day != NULL) {
        policy->invoice.cut_off_day = settle_build_integer_of(day);
        if (policy->invoice.cycle == SETTLE_CYCLE_WEEKLY && policy->invoice.cut_off_day > 7)
            SETTLE_BUILD_ERROR(build, "P016", day, NULL,
                               "a week's cut-off day is 1 (Monday) to 7 (Sunday)");
        if (policy->invoice.cycle == SETTLE_CYCLE_DAILY ||
            policy->invoice.cycle == SETTLE_CYCLE_NONE)
            SETTLE_BUILD_ERROR(build, "P045", day, NULL,
                               "cut-off-day goes with monthly and weekly cycles");
    }
    settle_build_optional_money(build, invoice, "minimum", &policy->invoice.minimum_minor);
    settle_build_note_later(build, "invoice", invoice);
}

static char *
text_of(const SettleNode *map, const char *key)
{
    const SettleNode *node = settle_node_sound(map, key);

    return node != NULL ? g_strdup(node->text) : NULL;
}

/* A faulty rule keeps its place, without a kind and an id. By rule: 1 if it has no errors. */
static guint8 *
read_rules(SettleBuild *build, const SettleNode *rules)
{
    guint8 *sound = g_new0(guint8, MAX(rules->values->len, 1));

    build->policy->rules = g_new0(SettleRule, rules->values->len);
    for (guint i = 0; i < rules->values->len; i++) {
        const SettleNode *rule = g_ptr_array_index(rules->values, i);
        guint before = build->diagnostics->n_errors;

        if (!rule->faulty) {
            read_rule(build, rule, i, &build->policy->rules[i]);
            sound[i] = build->diagnostics->n_errors == before;
        }
        build->policy->n_rules = i + 1;
    }
    return sound;
}

static int
span_of_conditions(const SettleCondition *conditions, guint n, int later)
{
    int span = 0;

    for (guint i = 0; i < n; i++)
        span = MAX(span, conditions[i].to_month + later);
    return span;
}

static int
span_of_rule(const SettleRule *rule)
{
    int span = 0;

    switch (rule->kind) {
    case SETTLE_KIND_UPFRONT:
        return span_of_conditions(rule->upfront.conditions, rule->upfront.n_conditions, 0);
    case SETTLE_KIND_DEFERRED:
        for (guint i = 0; i < rule->deferred.n_instalments; i++) {
            const SettleInstalment *instalment = &rule->deferred.instalments[i];
            int later = settle_instalment_attempts(instalment) - 1;

            span = MAX(span, instalment->months + later);
            span = MAX(span, instalment->n_bands > 0 ? instalment->band_month + later : 0);
            span = MAX(span,
                       span_of_conditions(instalment->conditions, instalment->n_conditions, later));
        }
        return span;
    case SETTLE_KIND_REVENUE_SHARE:
        return rule->share.to_month;
    case SETTLE_KIND_VOLUME_BONUS: /* has no months of an order's */
    case SETTLE_KIND_INVOICE:
    case SETTLE_KIND_DEPOSIT:
        break;
    }
    return 0;
}

SettlePolicy *
settle_policy_build(const SettleNode *top, SettleDiagnostics *diagnostics, guint8 **ret_sound)
{
    SettlePolicy *policy = g_new0(SettlePolicy, 1);
    SettleBuild build = {.diagnostics = diagnostics,
                         .policy = policy,
                         .top = top,
                         .exponent = settle_policy_exponent(top)};
    const SettleNode *rules = settle_node_get(top, "rules");
    const SettleNode *currency = settle_node_sound(top, "currency");
    const SettleNode *closing = settle_node_sound(top, "closing");

    policy->unsupported = g_ptr_array_new_with_free_func(g_free);
    policy->name = text_of(top, "policy");
    policy->carrier = text_of(top, "carrier");
    policy->version = text_of(top, "version");
    if (currency != NULL)
        settle_invariant(
            settle_currency_lookup(currency->text, strlen(currency->text), &policy->currency));
    policy->rounding =
        (SettleRounding) settle_build_choice_of(top, "policy", "rounding", SETTLE_ROUND_HALF_AWAY);
    if (closing != NULL)
        read_days(closing, policy);
    read_terms(&build, policy);
    settle_build_policy_terms(&build, &policy->terms);
    settle_build_note_later(&build, "policy", top);
    policy->n_unsettled = policy->unsupported->len;

    *ret_sound = NULL;
    if (rules != NULL && rules->kind == SETTLE_NODE_LIST &&
        rules->values->len <= SETTLE_POLICY_RULES_MAX)
        *ret_sound = read_rules(&build, rules);
    for (guint i = 0; i < policy->n_rules; i++)
        policy->span_months = MAX(policy->span_months, span_of_rule(&policy->rules[i]));
    settle_policy_number_rules(policy, NULL);
    return policy;
}
