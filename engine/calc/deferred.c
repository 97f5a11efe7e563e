#include "calc/events.h"
#include "calc/internal.h"

SettleDay
settle_calc_due_day(const SettleOrder *order, const SettleInstalment *instalment)
{
    return settle_month_day(settle_day_month(order->closing_day) + instalment->months,
                            instalment->day);
}

/* The band of the bill that decides picks what is paid; no bill yet: pending. */
static gboolean
pick_band(const SettleInstalment *instalment, const SettleOrder *order, const SettleBill *bills,
          guint n_bills, SettleDay due, SettleTarget *target, const SettlePay **ret_pay)
{
    SettleMonth month = settle_day_month(order->closing_day) + instalment->band_month;
    const SettleBill *bill =
        settle_bill_of_month(bills, n_bills, month, SETTLE_REVISION_AT_DUE, due);
    const SettleBand *band;
    int64_t base;

    *ret_pay = NULL;
    if (!settle_order_has_bills(order)) {
        target->state = SETTLE_TARGET_NOT_MET;
        return TRUE;
    }
    if (bill == NULL) {
        target->state = SETTLE_TARGET_PENDING;
        target->wait_month = month;
        return TRUE;
    }
    if (!settle_bill_base(bill, instalment->band_base, &base))
        return FALSE;
    target->revision = bill->revision;
    band = settle_band_find(instalment->bands, instalment->n_bands, base);
    target->state = SETTLE_TARGET_EARNED;
    if (band != NULL)
        *ret_pay = &band->pay;
    return TRUE;
}

static gboolean
calc_instalment(const SettlePolicy *policy, const SettleInstalment *instalment,
                const SettleOrder *order, const SettleBill *bills, guint n_bills,
                const SettleCalcScope *scope, SettleDay due, SettleTarget *target)
{
    const SettlePay *pay = &instalment->pay;
    SettleDay since = SETTLE_DAY_MIN;
    int64_t base = order->paid_minor;
    SettleDecision decision;

    /* Nothing can change these any more but what is reinstated: no bill is awaited for them. */
    if (scope->n_events > 0 &&
        ((instalment->wants_active && !settle_events_active(policy, scope, due)) ||
         (instalment->wants_no_refund && settle_events_any_refund(scope, due)) ||
         settle_events_stopped(policy, scope, due))) {
        target->state = SETTLE_TARGET_NOT_MET;
        return TRUE;
    }

    if (!settle_conditions_decide(instalment->conditions, instalment->n_conditions, order, bills,
                                  n_bills, SETTLE_REVISION_AT_DUE, due, &decision,
                                  &target->wait_month))
        return FALSE;
    if (decision != SETTLE_DECIDED_MET) {
        target->state =
            decision == SETTLE_DECIDED_PENDING ? SETTLE_TARGET_PENDING : SETTLE_TARGET_NOT_MET;
        return TRUE;
    }
    target->state = SETTLE_TARGET_EARNED;
    if (instalment->n_bands > 0 && !pick_band(instalment, order, bills, n_bills, due, target, &pay))
        return FALSE;
    if (pay == NULL || target->state != SETTLE_TARGET_EARNED)
        return TRUE;
    if (!pay->is_rate) {
        target->target_minor = pay->fixed_minor;
    } else {
        if (scope->n_events > 0)
            base -= settle_events_refunded(target->rule, order, scope, due, &since);
        if (!settle_money_round(settle_money_rate(base, pay->rate_ppb), policy->rounding,
                                &target->target_minor))
            return FALSE;
    }
    return scope->n_events == 0 || settle_target_keep(policy, order, scope, since, target);
}

gboolean
settle_calc_deferred(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
                     const SettleBill *bills, guint n_bills, const SettleCalcScope *scope,
                     GArray *targets)
{
    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        const SettleInstalment *instalment = &rule->deferred.instalments[i];
        SettleDay due = settle_calc_due_day(order, instalment);
        SettleTarget target = {
            .rule = rule,
            .slot = settle_slot(rule->ordinal, i + 1, 0),
            .origin = settle_day_month(due),
            .wait_day = due,
            .credit = SETTLE_ROLE_DISTRIBUTOR,
        };

        if (due > scope->date) {
            target.state = SETTLE_TARGET_NOT_DUE;
        } else {
            if (!settle_scope_holds(scope, due))
                continue;
            if (!calc_instalment(policy, instalment, order, bills, n_bills, scope, due, &target))
                return FALSE;
        }
        g_array_append_val(targets, target);
    }
    return TRUE;
}
