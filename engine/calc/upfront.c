/* The calculation's part of the kind "upfront" (calc/kind.h; docs/semantics.md 5.1, 13.3). */
#include "calc/events.h"
#include "calc/explain-words.h"
#include "calc/kind.h"

SettleDay
settle_calc_upfront_day(const SettleOrder *order, const SettleUpfront *upfront)
{
    return order->closing_day + upfront->active_days;
}

/* One rounding, then floor and cap (docs/semantics.md 13.3): a fixed amount is per unit, floor and
 * cap are per order, and a floor does not lift a rate of nothing. The band is that of what was
 * paid, frozen at closing; the base is what refunds left of it. */
static gboolean
earned(const SettlePolicy *policy, const SettleUpfront *upfront, const SettleOrder *order,
       int64_t base_minor, int64_t *ret_minor)
{
    const SettlePay *pay = &upfront->pay;
    int64_t minor;

    if (upfront->n_bands > 0) {
        const SettleBand *band =
            settle_band_find(upfront->bands, upfront->n_bands, order->paid_minor);

        if (band == NULL) {
            *ret_minor = 0;
            return TRUE;
        }
        pay = &band->pay;
    }
    if (pay->is_rate) {
        if (!settle_money_round(settle_money_rate(base_minor, pay->rate_ppb), policy->rounding,
                                &minor))
            return FALSE;
    } else if (!settle_mul_i64(pay->fixed_minor, order->quantity, &minor)) {
        return FALSE;
    }
    if (upfront->has_floor && minor < upfront->floor_minor && !(pay->is_rate && base_minor == 0))
        minor = upfront->floor_minor;
    if (upfront->has_cap && minor > upfront->cap_minor)
        minor = upfront->cap_minor;
    *ret_minor = minor;
    return TRUE;
}

/* What is earned some days after closing wants an order that is still alive then; what says so, on
 * the day on which it is earned at last. */
static gboolean
dies(const SettlePolicy *policy, const SettleUpfront *upfront, const SettleCalcScope *scope,
     SettleDay day, SettleDay earned_day)
{
    SettleCalcScope events = *scope;

    /* it was earned by an order of when the distributor still worked with us (13.13) */
    events.has_ended = FALSE;
    if (upfront->active_days > 0 &&
        (!settle_events_active(policy, scope, day) || settle_events_stopped(policy, &events, day)))
        return TRUE;
    return (upfront->wants_active && !settle_events_active(policy, scope, earned_day)) ||
           (upfront->wants_no_refund && settle_events_any_refund(scope, earned_day));
}

static gboolean
calc_upfront(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
             const SettleBill *bills, guint n_bills, const SettleCalcScope *scope, GArray *targets)
{
    const SettleUpfront *upfront = &rule->upfront;
    SettleDay day = settle_calc_upfront_day(order, upfront);
    SettleDecision decision = SETTLE_DECIDED_MET;
    SettleDay seen = SETTLE_DAY_MIN;
    SettleTarget target = {
        .rule = rule,
        .slot = settle_slot(rule->number, 0, 0),
        .origin = settle_day_month(order->closing_day),
        .wait_day = day,
        .credit = upfront->withheld ? SETTLE_ROLE_WITHHELD : SETTLE_ROLE_DISTRIBUTOR,
    };

    if (day > scope->date) {
        target.state = SETTLE_TARGET_NOT_DUE;
        g_array_append_val(targets, target);
        return TRUE;
    }
    if (!settle_scope_holds(scope, day))
        return TRUE;
    if (upfront->n_conditions > 0) {
        const SettleLook look = {.order = order,
                                 .bills = bills,
                                 .n_bills = n_bills,
                                 .scope = scope,
                                 .rule = SETTLE_REVISION_LATEST,
                                 .due_day = day};

        if (!settle_conditions_decide(upfront->conditions, upfront->n_conditions, &look, &decision,
                                      &target.wait_month, &seen))
            return FALSE;
    }
    if (scope->n_events > 0 && dies(policy, upfront, scope, day, MAX(day, seen)))
        decision = SETTLE_DECIDED_NOT_MET;
    switch (decision) {
    case SETTLE_DECIDED_MET:
        target.state = SETTLE_TARGET_EARNED;
        target.wait_day = MAX(day, seen);
        if (!earned(policy, upfront, order, order->paid_minor, &target.earned_minor))
            return FALSE;
        target.target_minor = target.earned_minor;
        if (scope->n_events > 0) {
            SettleDay since = SETTLE_DAY_MIN;
            int64_t refunded = settle_events_refunded(rule, order, scope, SETTLE_DAY_MAX, &since);

            if ((refunded > 0 && !earned(policy, upfront, order, order->paid_minor - refunded,
                                         &target.target_minor)) ||
                !settle_target_keep(policy, order, scope, since, &target))
                return FALSE;
        }
        break;
    case SETTLE_DECIDED_NOT_MET:
        target.state = SETTLE_TARGET_NOT_MET;
        break;
    case SETTLE_DECIDED_PENDING:
        target.state = SETTLE_TARGET_PENDING;
        break;
    }
    g_array_append_val(targets, target);
    return TRUE;
}

static void
ask_upfront(const SettleRule *rule, SettleAsks *asks)
{
    settle_asks_conditions(asks, rule->upfront.conditions, rule->upfront.n_conditions);
}

static void
upfront_due(const SettleRule *rule, SettleDay date, GArray *closings)
{
    const SettleClosingDays days = {date - rule->upfront.active_days,
                                    date - rule->upfront.active_days};

    if (rule->upfront.active_days > 0)
        g_array_append_val(closings, days);
}

static gboolean
upfront_needs_history(const SettleRule *rule, G_GNUC_UNUSED const SettleOrder *order,
                      G_GNUC_UNUSED SettleDay date)
{
    return rule->upfront.n_conditions > 0;
}

static SettleBillTouches
bill_touches_upfront(const SettleRule *rule, const SettleOrder *order, int contract_month,
                     SettleDay date)
{
    const SettleUpfront *upfront = &rule->upfront;

    return settle_calc_upfront_day(order, upfront) <= date &&
                   settle_conditions_look_at(upfront->conditions, upfront->n_conditions, 0,
                                             contract_month)
               ? SETTLE_BILL_DECIDES
               : SETTLE_BILL_ALONE;
}

static void
nothing_of_upfront(const SettleRule *rule, const SettleOrder *order, G_GNUC_UNUSED guint item,
                   SettleTarget *target)
{
    target->origin = settle_day_month(order->closing_day);
    target->credit = rule->upfront.withheld ? SETTLE_ROLE_WITHHELD : SETTLE_ROLE_DISTRIBUTOR;
}

/* One with conditions is earned with the last bill that it looks at. */
static SettleDay
day_of_upfront(const SettleTarget *target, const SettleOrder *order, const SettleBill *bills,
               guint n_bills)
{
    const SettleUpfront *upfront = &target->rule->upfront;
    SettleMonth closing = settle_day_month(order->closing_day);
    SettleDay day = target->wait_day;

    for (guint i = 0; i < n_bills && target->state == SETTLE_TARGET_EARNED; i++)
        if (settle_conditions_look_at(upfront->conditions, upfront->n_conditions, 0,
                                      bills[i].month - closing))
            day = MAX(day, bills[i].issue_day);
    return day;
}

static void
explain_earned(GString *out, const SettlePolicy *policy, const SettleTarget *target,
               const SettleOrder *order)
{
    const SettleUpfront *upfront = &target->rule->upfront;
    const SettlePay *pay = &upfront->pay;
    int64_t minor;

    if (upfront->n_bands > 0) {
        const SettleBand *band =
            settle_band_find(upfront->bands, upfront->n_bands, order->paid_minor);

        g_string_append(out, "paid ");
        settle_explain_money(out, policy, order->paid_minor);
        if (band == NULL) {
            g_string_append(out, " lies in no band of by-amount");
            return;
        }
        g_string_append(out, " lies in ");
        settle_explain_interval(out, band->interval, settle_explain_exponent(policy));
        g_string_append(out, ": ");
        pay = &band->pay;
    }
    if (pay->is_rate) {
        minor = settle_explain_rate_of(out, policy, pay->rate_ppb, order->paid_minor, "");
    } else {
        minor = pay->fixed_minor * order->quantity;
        settle_explain_money(out, policy, pay->fixed_minor);
        if (order->quantity != 1) {
            g_string_append_printf(out, " x %d = ", order->quantity);
            settle_explain_money(out, policy, minor);
        }
    }
    if (minor < target->earned_minor)
        g_string_append(out, ", at least ");
    else if (minor > target->earned_minor)
        g_string_append(out, ", at most ");
    else
        return;
    settle_explain_money(out, policy, target->earned_minor);
}

static void
explain_upfront(GString *out, const SettlePolicy *policy, const SettleTarget *target,
                const SettleOrder *order, const SettleBill *bills, guint n_bills)
{
    const SettleUpfront *upfront = &target->rule->upfront;

    if (target->state == SETTLE_TARGET_EARNED)
        explain_earned(out, policy, target, order);
    else
        settle_explain_not_earned(out, policy, target, upfront->conditions, upfront->n_conditions,
                                  0, order, bills, n_bills, SETTLE_REVISION_LATEST);
}

const SettleOrderKind settle_order_kind_upfront = {
    SETTLE_CALC_DUE,
    SETTLE_ITEMS_NONE,
    NULL,  /* no items that fall due */
    TRUE,  /* a refund of everything takes all */
    FALSE, /* up to a due day a refund lowers the base by the rule's terms only */
    ask_upfront,
    upfront_due,
    upfront_needs_history,
    bill_touches_upfront,
    settle_kind_never_capped,
    calc_upfront,
    nothing_of_upfront,
    explain_upfront,
    day_of_upfront,
};
