#include "policy/findings-internal.h"

/* Contract months, counted from the closing month 0: a contract of 12 months ends in month 12. What
 * a rule says of months after that is mostly a slip, as is a bill that an instalment needs although
 * it comes after it falls due (docs/semantics.md 13.7). */

static void
report_beyond(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node,
              const char *what, int month)
{
    SETTLE_FINDING_WARNING(findings, "P110", node,
                           "a rule may have a contract of its own, like contract: 24 months",
                           "%s of \"%s\" is in month %d, but the contract ends with month %d", what,
                           rule->id, month, rule->terms.contract_months);
}

/* months: N of T+N, or -1. */
static void
look_at_conditions(const SettleFindings *findings, const SettleRule *rule, const SettleNode *list,
                   const SettleCondition *conditions, int months)
{
    int contract = rule->terms.contract_months;
    guint n = 0;

    for (guint i = 0; list != NULL && i < list->values->len; i++) {
        static const char *const keys[] = {"month", "each-month", "months-together"};
        const SettleNode *node = g_ptr_array_index(list->values, i), *place = NULL;
        const SettleCondition *condition;

        if (node->kind != SETTLE_NODE_MAP)
            continue;
        condition = &conditions[n++];
        for (guint k = 0; k < G_N_ELEMENTS(keys) && place == NULL; k++)
            place = settle_node_get(node, keys[k]);
        if (months >= 0 && condition->to_month > months)
            SETTLE_FINDING_WARNING(findings, "P111", place,
                                   "look at earlier months, or let it fall due later",
                                   "it waits for the bill of month %d, but falls due in month %d",
                                   condition->to_month, months);
        else if (contract > 0 && condition->to_month > contract)
            report_beyond(findings, rule, place, "a condition", condition->to_month);
    }
}

static void
look_at_instalment(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node,
                   const SettleInstalment *instalment)
{
    const SettleNode *by_bill = settle_node_get(node, "by-bill");
    int contract = rule->terms.contract_months;

    if (contract > 0 && instalment->months > contract)
        report_beyond(findings, rule, settle_node_get(node, "after"), "an instalment",
                      instalment->months);
    else if (contract > 0 && instalment->retry_until > contract)
        report_beyond(findings, rule, settle_node_get(node, "retry-until"), "the last try",
                      instalment->retry_until);
    if (by_bill != NULL && instalment->band_month > instalment->months)
        SETTLE_FINDING_WARNING(findings, "P111", settle_node_get(by_bill, "month"),
                               "look at an earlier month, or let it fall due later",
                               "it waits for the bill of month %d, but falls due in month %d",
                               instalment->band_month, instalment->months);
    look_at_conditions(findings, rule, settle_node_get(node, "if"), instalment->conditions,
                       instalment->months);
}

/* A gap between two bands that are not single months is told by where it is (P104). */
static gboolean
is_told(const SettleBand *before, const SettleBand *band)
{
    return before->interval.from != before->interval.to && band->interval.from != band->interval.to;
}

static void
add_months(GString *out, int64_t from, int64_t to)
{
    g_string_append_printf(out, "%s%" G_GINT64_FORMAT, out->len > 0 ? ", " : "", from);
    if (to >= 4095)
        g_string_append(out, "..");
    else if (to > from)
        g_string_append_printf(out, "..%" G_GINT64_FORMAT, to);
}

static void
look_at_rates(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleRevenueShare *share = &rule->share;
    g_autoptr(GString) missing = g_string_new(NULL);
    int64_t next = share->from_month;

    if (share->n_month_bands == 0)
        return;
    for (guint i = 0; i < share->n_month_bands; i++) {
        const SettleBand *band = &share->month_bands[i];
        int64_t from = MAX(band->interval.from, 0), last = MIN(from - 1, share->to_month);

        if (from > next && last >= next && !(i > 0 && is_told(band - 1, band)))
            add_months(missing, next, last);
        if (band->interval.to == SETTLE_OPEN_HIGH)
            next = INT64_MAX;
        else
            next = MAX(next, band->interval.to + 1);
    }
    if (next <= share->to_month)
        add_months(missing, next, share->to_month);
    if (missing->len > 0)
        SETTLE_FINDING_WARNING(findings, "P118", settle_node_get(node, "by-month"),
                               "give each of its months a rate, or take them out of months",
                               "the bills of months %s earn nothing: \"%s\" has no rate for them",
                               missing->str, rule->id);
}

static void
look_at_share(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    int contract = rule->terms.contract_months;

    /* "4.." is for as long as there are bills */
    if (contract > 0 && rule->share.to_month > contract && rule->share.to_month < 4095)
        report_beyond(findings, rule, settle_node_get(node, "months"), "the last bill",
                      rule->share.to_month);
    look_at_rates(findings, rule, node);
}

void
settle_findings_months(const SettleFindings *findings, guint rule)
{
    const SettleRule *self = &findings->policy->rules[rule];
    const SettleNode *node = settle_findings_node(findings, rule);
    const SettleNode *list;

    switch (self->kind) {
    case SETTLE_KIND_UPFRONT:
        look_at_conditions(findings, self, settle_node_get(node, "if"), self->upfront.conditions,
                           -1);
        break;
    case SETTLE_KIND_DEFERRED:
        list = settle_node_get(node, "instalments");
        for (guint i = 0; i < self->deferred.n_instalments; i++)
            look_at_instalment(findings, self, g_ptr_array_index(list->values, i),
                               &self->deferred.instalments[i]);
        break;
    case SETTLE_KIND_REVENUE_SHARE:
        look_at_share(findings, self, node);
        break;
    case SETTLE_KIND_VOLUME_BONUS:
    case SETTLE_KIND_INVOICE:
    case SETTLE_KIND_DEPOSIT:
        break;
    }
}
