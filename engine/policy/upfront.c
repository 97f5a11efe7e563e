/* The policy's part of the kind "upfront" (policy/kind.h): reading its rules, and what is wrong
 * with them although each value is right. */
#include "policy/box.h"
#include "policy/kind.h"

static void
read_upfront(SettleBuild *build, const SettleNode *node, SettleRule *rule)
{
    static const char *const pays[] = {"pay", "by-amount", NULL};
    SettleUpfront *upfront = &rule->upfront;
    const SettleNode *pay = settle_node_get(node, "pay");
    const SettleNode *bands = settle_node_get(node, "by-amount");
    const SettleNode *days = settle_node_get(node, "active-days");

    if (settle_build_just_one(build, node, "an upfront rule", pays)) {
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
clear_upfront(SettleRule *rule)
{
    settle_conditions_free(rule->upfront.conditions, rule->upfront.n_conditions);
    g_free(rule->upfront.bands);
}

static int
span_of_upfront(const SettleRule *rule)
{
    return settle_conditions_span(rule->upfront.conditions, rule->upfront.n_conditions, 0);
}

/* --- caps and floors -------------------------------------------------------------------------- */

static SettleRange
range_of_pay(const SettlePolicy *policy, const SettlePay *pay, SettleInterval amount,
             SettleInterval quantity)
{
    int64_t most;

    if (pay->is_rate)
        return (SettleRange){settle_findings_of_rate(policy, amount.from, pay->rate_ppb, 0),
                             settle_findings_of_rate(policy, amount.to, pay->rate_ppb, 0), FALSE};
    if (!settle_mul_i64(pay->fixed_minor, quantity.to, &most))
        most = INT64_MAX;
    return (SettleRange){pay->fixed_minor * quantity.from, most, quantity.from < quantity.to};
}

/* What orders that the rule matches can earn; nothing is paid without a band, and a rate of a paid
 * amount of 0.00 is nothing whatever the floor. FALSE: none of them earns anything. */
static gboolean
range_of_upfront(const SettlePolicy *policy, const SettleRule *rule, SettleRange *ret_range)
{
    const SettleUpfront *upfront = &rule->upfront;
    SettleInterval amount =
        settle_findings_common(rule->selector.amount, settle_box_domains[SETTLE_BOX_AMOUNT]);
    SettleInterval quantity =
        settle_findings_common(rule->selector.quantity, settle_box_domains[SETTLE_BOX_QUANTITY]);
    SettleInterval paid = {1, INT64_MAX};
    SettleRange range = {INT64_MAX, 0, FALSE}, one;
    gboolean any = FALSE;

    if (quantity.from > quantity.to)
        return FALSE;
    for (guint i = 0; i < MAX(upfront->n_bands, 1); i++) {
        const SettlePay *pay = upfront->n_bands > 0 ? &upfront->bands[i].pay : &upfront->pay;
        SettleInterval at = upfront->n_bands > 0
                                ? settle_findings_common(amount, upfront->bands[i].interval)
                                : amount;

        if (pay->is_rate)
            at = settle_findings_common(at, paid);
        if (at.from > at.to)
            continue;
        if (!pay->is_rate && pay->fixed_minor > INT64_MAX / quantity.from)
            return FALSE;
        one = range_of_pay(policy, pay, at, quantity);
        settle_findings_widen(&range, one.least, one.most);
        range.by_quantity = range.by_quantity || one.by_quantity;
        any = TRUE;
    }
    *ret_range = range;
    return any;
}

static void
look_at_limits(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleUpfront *upfront = &rule->upfront;
    SettleRange range;

    if ((!upfront->has_cap && !upfront->has_floor) ||
        !range_of_upfront(findings->policy, rule, &range))
        return;
    if (upfront->has_cap && range.most <= upfront->cap_minor)
        settle_findings_never(findings, node, "cap", rule->id, "without it an order earns at most",
                              range.most);
    else if (upfront->has_cap &&
             /* pay: 5.00 with cap: 5.00 is how an order earns the same whatever its quantity */
             (range.least > upfront->cap_minor ||
              (range.least == upfront->cap_minor && !range.by_quantity)))
        settle_findings_always(findings, node, "cap", rule->id,
                               "without it an order earns at least", range.least);
    if (upfront->has_floor && range.least >= upfront->floor_minor)
        settle_findings_never(findings, node, "floor", rule->id,
                              "without it an order earns at least", range.least);
    else if (upfront->has_floor && range.most <= upfront->floor_minor)
        settle_findings_always(findings, node, "floor", rule->id,
                               "without it an order earns at most", range.most);
}

/* --- bands by the paid amount ----------------------------------------------------------------- */

static void
report_uncovered(const SettleFindings *findings, const SettleRule *rule, const SettleNode *bands,
                 int64_t from, int64_t to)
{
    char a[SETTLE_MONEY_TEXT_BYTES], b[SETTLE_MONEY_TEXT_BYTES] = "";

    settle_money_format(from, findings->exponent, a);
    if (from < to && to < settle_box_domains[SETTLE_BOX_AMOUNT].to)
        settle_money_format(to, findings->exponent, b);
    SETTLE_FINDING_WARNING(findings, "P117", bands, "give these amounts a band, or take them out",
                           "\"%s\" is for amounts of %s%s%s, too, but pays nothing for them",
                           rule->id, a, from < to ? ".." : "", b);
}

static void
look_at_bands(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleUpfront *upfront = &rule->upfront;
    const SettleNode *selector = settle_node_get(node, "for");
    const SettleNode *bands = settle_node_get(node, "by-amount");
    SettleInterval amount =
        settle_findings_common(rule->selector.amount, settle_box_domains[SETTLE_BOX_AMOUNT]);
    SettleInterval first, last;

    if (selector == NULL || settle_node_get(selector, "amount") == NULL) {
        settle_findings_end(findings, bands, upfront->bands, upfront->n_bands, "orders");
        return;
    }
    if (upfront->n_bands == 0 || amount.from > amount.to)
        return;
    for (guint i = 0; i < upfront->n_bands; i++) {
        SettleInterval at = settle_findings_common(upfront->bands[i].interval, amount);

        if (at.from > at.to)
            SETTLE_FINDING_WARNING(
                findings, "P116", g_ptr_array_index(bands->keys, i), NULL,
                "no order of \"%s\" is in this band: the rule is for amounts of %s", rule->id,
                settle_node_get(selector, "amount")->text);
    }
    /* what lies beside a table of single values, like plan fees, does not exist */
    first = upfront->bands[0].interval;
    last = upfront->bands[upfront->n_bands - 1].interval;
    if (first.from > amount.from && first.from <= amount.to && first.from != first.to)
        report_uncovered(findings, rule, bands, amount.from, first.from - 1);
    if (last.to < amount.to && last.to >= amount.from && last.from != last.to)
        report_uncovered(findings, rule, bands, last.to + 1, amount.to);
}

static void
look_at_upfront(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    settle_findings_conditions(findings, rule, settle_node_get(node, "if"),
                               rule->upfront.conditions, -1);
    look_at_limits(findings, rule, node);
    look_at_bands(findings, rule, node);
}

const SettlePolicyKind settle_policy_kind_upfront = {
    read_upfront, clear_upfront, span_of_upfront, look_at_upfront, settle_kind_no_window,
};
