/* The calculation's part of the kind "revenue-share" (calc/kind.h; docs/semantics.md 5.3, 13.8). */
#include "base/error.h"
#include "calc/events.h"
#include "calc/explain-words.h"
#include "calc/kind.h"

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
static gboolean
calc_share(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
           const SettleBill *bills, guint n_bills, const SettleCalcScope *scope, GArray *targets)
{
    const SettleRevenueShare *share = &rule->share;
    SettleMonth closing = settle_day_month(order->closing_day);
    int64_t left = share->life_cap_minor;
    const SettleBill *bill = NULL; /* of the month */
    gboolean there = FALSE;        /* it is in force, else none of the month is */

    if (!settle_order_has_bills(order))
        return TRUE;
    for (guint i = 0; i < n_bills; i++) {
        int k = bills[i].month - closing;
        int64_t minor = 0, cut = 0;

        if (i == 0 || bills[i - 1].month != bills[i].month)
            bill = NULL;
        /* the last row of a month that is in force is its highest revision */
        if (bill == NULL || settle_bill_in_force(bills, n_bills, i)) {
            bill = &bills[i];
            there = settle_bill_in_force(bills, n_bills, i);
        }
        if (i + 1 < n_bills && bills[i + 1].month == bills[i].month)
            continue;
        if (k < 0 || k < share->from_month || k > share->to_month)
            continue;
        if (there && !bill_share(policy, share, bill, k, &minor))
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
            if ((scope->n_events > 0 || scope->has_ended) &&
                settle_events_stopped(policy, scope, settle_month_first(bill->month)))
                target.target_minor = target.earned_minor = target.cut_minor = 0;
            if (scope->n_events > 0 &&
                !settle_target_keep(policy, order, scope, SETTLE_DAY_MIN, &target))
                return FALSE;
            g_array_append_val(targets, target);
        }
    }
    return TRUE;
}

static void
ask_share(const SettleRule *rule, SettleAsks *asks)
{
    settle_asks_base(asks, rule->share.base);
}

static SettleBillTouches
bill_touches_share(const SettleRule *rule, G_GNUC_UNUSED const SettleOrder *order,
                   int contract_month, G_GNUC_UNUSED SettleDay date)
{
    return rule->share.has_life_cap && contract_month >= rule->share.from_month &&
                   contract_month <= rule->share.to_month
               ? SETTLE_BILL_OTHERS
               : SETTLE_BILL_ALONE;
}

static gboolean
share_is_capped(const SettleRule *rule)
{
    return rule->share.has_life_cap;
}

static void
nothing_of_share(G_GNUC_UNUSED const SettleRule *rule, const SettleOrder *order, guint item,
                 SettleTarget *target)
{
    target->origin = settle_day_month(order->closing_day) + (SettleMonth) item;
    target->credit = SETTLE_ROLE_DISTRIBUTOR;
}

/* The day on which the bill that decides was issued. */
static SettleDay
day_of_share(const SettleTarget *target, G_GNUC_UNUSED const SettleOrder *order,
             const SettleBill *bills, guint n_bills)
{
    SettleDay day = settle_month_last(target->origin);

    for (guint i = 0; i < n_bills; i++)
        if (bills[i].month == target->origin)
            day = bills[i].issue_day;
    return day;
}

static void
explain_share(GString *out, const SettlePolicy *policy, const SettleTarget *target,
              const SettleOrder *order, const SettleBill *bills, guint n_bills)
{
    const SettleRevenueShare *share = &target->rule->share;
    SettleMonth month = target->origin, closing = settle_day_month(order->closing_day);
    const SettleBill *bill = settle_bill_of_month(bills, n_bills, month, SETTLE_REVISION_LATEST, 0);
    SettleRatePpb rate = share->rate_ppb;
    const SettleBand *band = NULL;
    SettleExact exact;
    int64_t base = 0, minor;

    settle_explain_month(out, closing, month);
    g_string_append(out, ": ");
    if (bill == NULL) {
        g_string_append(out, "the bill serves another order");
        return;
    }
    settle_invariant(settle_bill_base(bill, share->base, &base));
    if (share->n_month_bands > 0 || share->n_size_bands > 0) {
        band = share->n_month_bands > 0
                   ? settle_band_find(share->month_bands, share->n_month_bands, month - closing)
                   : settle_band_find(share->size_bands, share->n_size_bands, base);
        rate = band != NULL ? band->pay.rate_ppb : 0;
    }
    settle_explain_rate(out, rate);
    g_string_append_printf(out, " of %s ", settle_explain_base_name(share->base));
    settle_explain_money(out, policy, base);
    if (share->net_of_tax_ppb != 0) {
        g_string_append(out, " net of ");
        settle_explain_rate(out, share->net_of_tax_ppb);
        g_string_append(out, " tax");
    }
    if ((share->n_month_bands > 0 || share->n_size_bands > 0) && band == NULL)
        g_string_append(out, " (no band)");
    exact = settle_money_rate_net(base, rate, share->net_of_tax_ppb);
    minor = settle_explain_rounded(out, policy, exact);
    if (share->has_bill_cap && minor > share->bill_cap_minor) {
        minor = share->bill_cap_minor;
        g_string_append(out, ", at most ");
        settle_explain_money(out, policy, minor);
    }
    if (minor != target->earned_minor) {
        g_string_append(out, ", of which the cap for life leaves ");
        settle_explain_money(out, policy, target->earned_minor);
    }
}

const SettleOrderKind settle_order_kind_share = {
    SETTLE_CALC_BILLS,
    SETTLE_ITEMS_MONTHS,
    NULL,  /* no items that fall due */
    FALSE, /* a refund of what was paid for the order takes nothing of its bills */
    FALSE,
    ask_share,
    settle_kind_never_due,
    settle_kind_needs_no_history,
    bill_touches_share,
    share_is_capped,
    calc_share,
    nothing_of_share,
    explain_share,
    day_of_share,
};
