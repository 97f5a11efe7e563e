#include "calc/events.h"
#include "calc/internal.h"

static gboolean
is_asked_for(const SettleCalcScope *scope, SettleMonth month)
{
    if (scope->share_months == NULL)
        return TRUE;
    for (guint i = 0; i < scope->n_share_months; i++)
        if (scope->share_months[i] == month)
            return TRUE;
    return FALSE;
}

/* One bill, before the lifetime cap: base, rate of its band, tax out, one rounding, cap per bill.
 */
static gboolean
bill_share(const SettlePolicy *policy, const SettleRevenueShare *share, const SettleBill *bill,
           int contract_month, int64_t *ret_minor)
{
    SettleRatePpb rate = share->rate_ppb;
    const SettleBand *band;
    int64_t base, minor;

    if (!settle_bill_base(bill, share->base, &base))
        return FALSE;
    if (share->n_month_bands > 0) {
        band = settle_band_find(share->month_bands, share->n_month_bands, contract_month);
        rate = band != NULL ? band->pay.rate_ppb : 0;
    } else if (share->n_size_bands > 0) {
        band = settle_band_find(share->size_bands, share->n_size_bands, base);
        rate = band != NULL ? band->pay.rate_ppb : 0;
    }
    if (!settle_money_round(settle_money_rate_net(base, rate, share->net_of_tax_ppb),
                            policy->rounding, &minor))
        return FALSE;
    if (share->has_bill_cap && minor > share->bill_cap_minor)
        minor = share->bill_cap_minor;
    *ret_minor = minor;
    return TRUE;
}

/* The lifetime cap fills in the order of contract months, whatever the order of arrival
 * (docs/semantics.md 13.8): so every month is gone through, also those not asked for. */
gboolean
settle_calc_share(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
                  const SettleBill *bills, guint n_bills, const SettleCalcScope *scope,
                  GArray *targets)
{
    const SettleRevenueShare *share = &rule->share;
    SettleMonth closing = settle_day_month(order->closing_day);
    int64_t left = share->life_cap_minor;

    if (!settle_order_has_bills(order))
        return TRUE;
    for (guint i = 0; i < n_bills; i++) {
        int k = bills[i].month - closing;
        const SettleBill *bill;
        int64_t minor = 0, cut = 0;

        /* the last row of a month is its highest revision */
        if (i + 1 < n_bills && bills[i + 1].month == bills[i].month)
            continue;
        if (k < 0 || k < share->from_month || k > share->to_month)
            continue;
        bill = &bills[i];
        if (!bill->withdrawn && !bill_share(policy, share, bill, k, &minor))
            return FALSE;
        if (share->has_life_cap) {
            cut = minor - MIN(minor, left);
            minor -= cut;
            left -= minor;
        }
        if (is_asked_for(scope, bill->month)) {
            SettleTarget target = {
                .target_minor = minor,
                .earned_minor = minor,
                .cut_minor = cut,
                .rule = rule,
                .slot = settle_slot(rule->number, (unsigned) k, 0),
                .origin = bill->month,
                .wait_day = bill->issue_day,
                .revision = bill->revision,
                .state = SETTLE_TARGET_EARNED,
                .credit = SETTLE_ROLE_DISTRIBUTOR,
            };

            /* What was earned of months after the number went elsewhere, where the policy stops. */
            if (settle_events_stopped(policy, scope, settle_month_first(bill->month)))
                target.target_minor = target.earned_minor = target.cut_minor = 0;
            if (scope->n_events > 0 &&
                !settle_target_keep(policy, order, scope, SETTLE_DAY_MIN, &target))
                return FALSE;
            g_array_append_val(targets, target);
        }
    }
    return TRUE;
}
