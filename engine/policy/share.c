/* The policy's part of the kind "revenue-share" (policy/kind.h): reading its rules, and what is
 * wrong with them although each value is right. */
#include "policy/kind.h"

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
    if (settle_build_just_one(build, node, "a revenue share", rates)) {
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
clear_share(SettleRule *rule)
{
    g_free(rule->share.month_bands);
    g_free(rule->share.size_bands);
}

static int
span_of_share(const SettleRule *rule)
{
    return rule->share.to_month;
}

/* --- months ----------------------------------------------------------------------------------- */

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
look_at_months(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    int contract = rule->terms.contract_months;

    /* "4.." is for as long as there are bills */
    if (contract > 0 && rule->share.to_month > contract && rule->share.to_month < 4095)
        settle_findings_beyond(findings, rule, settle_node_get(node, "months"), "the last bill",
                               rule->share.to_month);
    look_at_rates(findings, rule, node);
}

/* --- caps ------------------------------------------------------------------------------------- */

/* What a bill that has a rate earns, and a bill without one earns nothing. */
static SettleRange
range_of_share(const SettlePolicy *policy, const SettleRevenueShare *share)
{
    SettleRange range = {INT64_MAX, 0, FALSE};

    for (guint i = 0; i < share->n_size_bands; i++) {
        const SettleBand *band = &share->size_bands[i];
        int64_t from = MAX(band->interval.from, 0);

        settle_findings_widen(
            &range,
            settle_findings_of_rate(policy, from, band->pay.rate_ppb, share->net_of_tax_ppb),
            settle_findings_of_rate(policy, band->interval.to, band->pay.rate_ppb,
                                    share->net_of_tax_ppb));
    }
    for (guint i = 0; i < share->n_month_bands; i++)
        settle_findings_widen(&range, 0, share->month_bands[i].pay.rate_ppb > 0 ? INT64_MAX : 0);
    if (share->n_size_bands == 0 && share->n_month_bands == 0)
        range = (SettleRange){0, share->rate_ppb > 0 ? INT64_MAX : 0, FALSE};
    return range;
}

static void
look_at_limits(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleRevenueShare *share = &rule->share;
    SettleRange range = range_of_share(findings->policy, share);
    int64_t months = share->to_month - share->from_month + 1, life;

    settle_findings_end(findings, settle_node_get(node, "by-size"), share->size_bands,
                        share->n_size_bands, "bills");
    if (share->has_bill_cap && range.most <= share->bill_cap_minor)
        settle_findings_never(findings, node, "cap", rule->id, "without it a bill earns at most",
                              range.most);
    else if (share->has_bill_cap && share->has_life_cap &&
             share->life_cap_minor <= share->bill_cap_minor)
        settle_findings_never(findings, node, "cap", rule->id, "the life-cap is not above it, at",
                              share->life_cap_minor);
    else if (share->has_bill_cap && range.least >= share->bill_cap_minor)
        settle_findings_always(findings, node, "cap", rule->id, "without it a bill earns at least",
                               range.least);
    if (share->has_bill_cap)
        range.most = MIN(range.most, share->bill_cap_minor);
    if (share->has_life_cap && share->to_month < 4095 && range.most < INT64_MAX &&
        settle_mul_i64(range.most, months, &life) && life <= share->life_cap_minor)
        settle_findings_never(findings, node, "life-cap", rule->id, "its months earn at most",
                              life);
}

static void
look_at_share(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    look_at_months(findings, rule, node);
    look_at_limits(findings, rule, node);
}

const SettlePolicyKind settle_policy_kind_share = {
    read_share, clear_share, span_of_share, look_at_share, settle_kind_no_window,
};
