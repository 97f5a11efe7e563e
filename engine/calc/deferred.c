/* The calculation's part of the kind "deferred" (calc/kind.h; docs/semantics.md 5.2, 13.7). */
#include "base/error.h"
#include "calc/events.h"
#include "calc/explain-words.h"
#include "calc/kind.h"

SettleDay
settle_calc_attempt_day(const SettleOrder *order, const SettleInstalment *instalment, int attempt)
{
    return settle_month_day(settle_day_month(order->closing_day) + instalment->months + attempt,
                            instalment->day);
}

SettleDay
settle_calc_due_day(const SettleOrder *order, const SettleInstalment *instalment)
{
    return settle_calc_attempt_day(order, instalment, 0);
}

/* The band of the bill that decides picks what is paid; no bill yet: pending, none to come: not
 * met. */
static gboolean
pick_band(const SettleInstalment *instalment, const SettleLook *look, SettleTarget *target,
          const SettlePay **ret_pay)
{
    SettleMonth month = settle_day_month(look->order->closing_day) + instalment->band_month;
    const SettleBill *bill = settle_bill_of_month(look->bills, look->n_bills, month,
                                                  SETTLE_REVISION_AT_DUE, look->due_day);
    const SettleBand *band;
    int64_t base;

    *ret_pay = NULL;
    if (!settle_order_has_bills(look->order) ||
        (bill == NULL && settle_scope_complete(look->scope, month))) {
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

/* What is paid of what is left on the due day, and what events leave of it. */
static gboolean
earn(const SettlePolicy *policy, const SettlePay *pay, const SettleLook *look, SettleTarget *target)
{
    const SettleCalcScope *scope = look->scope;
    SettleDay since = SETTLE_DAY_MIN;
    int64_t base = look->order->paid_minor;

    if (!pay->is_rate) {
        target->target_minor = pay->fixed_minor;
    } else {
        /* E of a holdback is of what is left on the due day: a refund before it takes nothing back
         */
        int64_t until_due = 0;
        SettleDay seen;

        if (scope->n_events > 0) {
            until_due = settle_events_refunded_until(look->order, scope, look->due_day);
            seen = SETTLE_DAY_MIN;
            base -= settle_events_refunded(target->rule, look->order, scope, look->due_day, &seen);
            since = seen;
        }
        if (!settle_money_round(settle_money_rate(base, pay->rate_ppb), policy->rounding,
                                &target->target_minor) ||
            !settle_money_round(
                settle_money_rate(look->order->paid_minor - until_due, pay->rate_ppb),
                policy->rounding, &target->earned_minor))
            return FALSE;
    }
    target->earned_minor = MAX(target->earned_minor, target->target_minor);
    return scope->n_events == 0 || settle_target_keep(policy, look->order, scope, since, target);
}

/* Nothing can change these any more but what is reinstated: no bill is awaited for them. */
static gboolean
is_forfeited(const SettlePolicy *policy, const SettleInstalment *instalment, const SettleLook *look)
{
    return (instalment->wants_active &&
            !settle_events_active(policy, look->scope, look->due_day)) ||
           (instalment->wants_no_refund && settle_events_any_refund(look->scope, look->due_day)) ||
           settle_events_stopped(policy, look->scope, look->due_day);
}

/* One attempt: MET leaves the target earned. */
static gboolean
calc_attempt(const SettlePolicy *policy, const SettleInstalment *instalment, const SettleLook *look,
             SettleTarget *target)
{
    const SettlePay *pay = &instalment->pay;
    SettleDecision decision;

    if (is_forfeited(policy, instalment, look)) {
        target->state = SETTLE_TARGET_NOT_MET;
        return TRUE;
    }
    if (!settle_conditions_decide(instalment->conditions, instalment->n_conditions, look, &decision,
                                  &target->wait_month, NULL))
        return FALSE;
    if (decision != SETTLE_DECIDED_MET) {
        target->state =
            decision == SETTLE_DECIDED_PENDING ? SETTLE_TARGET_PENDING : SETTLE_TARGET_NOT_MET;
        return TRUE;
    }
    target->state = SETTLE_TARGET_EARNED;
    if (instalment->n_bands > 0 && !pick_band(instalment, look, target, &pay))
        return FALSE;
    if (pay == NULL || target->state != SETTLE_TARGET_EARNED)
        return TRUE;
    return earn(policy, pay, look, target);
}

/* The slot and origin of an attempt: one each, so that what one paid and a late fact gives to
 * another is taken back where it was paid (13.2, 14.30). */
static void
begin_attempt(const SettleLook *look, guint number, SettleTarget *target)
{
    target->slot = settle_slot(target->rule->number,
                               settle_item_of_attempt(number, (unsigned) look->later), 0);
    target->origin = settle_day_month(look->due_day);
}

/* The first attempt that is met pays; while one waits for its facts nothing is forfeited. The
 * target is that of the attempt that decides: the others stand at nothing. number: from 1. */
static gboolean
calc_instalment(const SettlePolicy *policy, const SettleInstalment *instalment, guint number,
                SettleLook *look, SettleTarget *target)
{
    SettleTarget blank = *target;
    SettleTarget waits = blank;
    gboolean pending = FALSE;

    for (int i = 0; i < settle_instalment_attempts(instalment); i++) {
        *target = blank;
        look->later = i;
        look->due_day = settle_calc_attempt_day(look->order, instalment, i);
        target->wait_day = look->due_day;
        begin_attempt(look, number, target);
        if (look->due_day > look->scope->date) {
            target->state = SETTLE_TARGET_NOT_DUE;
            break;
        }
        if (!calc_attempt(policy, instalment, look, target))
            return FALSE;
        if (target->state == SETTLE_TARGET_EARNED)
            return TRUE;
        if (target->state == SETTLE_TARGET_PENDING && !pending) {
            pending = TRUE;
            waits = *target;
        }
    }
    if (pending)
        *target = waits;
    return TRUE;
}

static gboolean
calc_deferred(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
              const SettleBill *bills, guint n_bills, const SettleCalcScope *scope, GArray *targets)
{
    SettleLook look = {.order = order,
                       .bills = bills,
                       .n_bills = n_bills,
                       .scope = scope,
                       .rule = SETTLE_REVISION_AT_DUE};

    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        const SettleInstalment *instalment = &rule->deferred.instalments[i];
        SettleDay due = settle_calc_due_day(order, instalment);
        SettleTarget target = {
            .rule = rule,
            .slot = settle_slot(rule->number, settle_item_of_attempt(i + 1, 0), 0),
            .origin = settle_day_month(due),
            .wait_day = due,
            .credit = SETTLE_ROLE_DISTRIBUTOR,
        };

        if (due > scope->date)
            target.state = SETTLE_TARGET_NOT_DUE;
        else if (!settle_scope_holds(scope, due))
            continue;
        else if (!calc_instalment(policy, instalment, i + 1, &look, &target))
            return FALSE;
        g_array_append_val(targets, target);
    }
    return TRUE;
}

/* --- what follows from the rule alone --------------------------------------------------------- */

static guint
n_of_deferred(const SettleRule *rule)
{
    return rule->deferred.n_instalments;
}

static SettleDueOn
due_of_deferred(const SettleRule *rule, guint item)
{
    const SettleInstalment *instalment = &rule->deferred.instalments[item - 1];

    return (SettleDueOn){instalment->months, instalment->day};
}

static gboolean
looks_at_bills(const SettleRule *rule, guint item)
{
    const SettleInstalment *instalment = &rule->deferred.instalments[item - 1];

    return instalment->n_conditions + instalment->n_bands > 0;
}

static gboolean
promised_of_deferred(const SettlePolicy *policy, const SettleRule *rule, guint item,
                     const SettleOrder *order, const SettleCalcScope *scope, int64_t *ret_minor,
                     gboolean *ret_known)
{
    const SettleInstalment *instalment = &rule->deferred.instalments[item - 1];
    const SettleLook look = {
        .order = order, .scope = scope, .due_day = settle_calc_due_day(order, instalment)};
    SettleTarget target = {.rule = rule, .origin = settle_day_month(look.due_day)};

    *ret_minor = 0;
    *ret_known = TRUE;
    if (is_forfeited(policy, instalment, &look))
        return TRUE;
    *ret_known = instalment->n_bands == 0;
    if (!*ret_known)
        return TRUE;
    if (!earn(policy, &instalment->pay, &look, &target))
        return FALSE;
    *ret_minor = target.target_minor;
    return TRUE;
}

static void
ask_deferred(const SettleRule *rule, SettleAsks *asks)
{
    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        const SettleInstalment *instalment = &rule->deferred.instalments[i];

        settle_asks_conditions(asks, instalment->conditions, instalment->n_conditions);
        if (instalment->n_bands > 0)
            settle_asks_base(asks, instalment->band_base);
    }
}

/* An instalment T+N with that due day falls due on the date for the orders of one closing month at
 * most, and is tried again for those of the months before. */
static void
deferred_due(const SettleRule *rule, SettleDay date, GArray *closings)
{
    SettleMonth today = settle_day_month(date);

    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        const SettleInstalment *instalment = &rule->deferred.instalments[i];
        int last = MAX(instalment->months, instalment->retry_until);

        if (settle_month_day(today, instalment->day) != date)
            continue;
        for (int months = instalment->months; months <= last; months++) {
            const SettleClosingDays days = {settle_month_first(today - months),
                                            settle_month_last(today - months)};

            g_array_append_val(closings, days);
        }
    }
}

static gboolean
deferred_needs_history(const SettleRule *rule, const SettleOrder *order, SettleDay date)
{
    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        const SettleInstalment *instalment = &rule->deferred.instalments[i];

        if ((instalment->n_conditions > 0 || instalment->n_bands > 0) &&
            settle_calc_due_day(order, instalment) == date)
            return TRUE;
        for (int k = 1; k < settle_instalment_attempts(instalment); k++)
            if (settle_calc_attempt_day(order, instalment, k) == date)
                return TRUE;
    }
    return FALSE;
}

/* Some attempt that is due looks at the bill of contract month k. */
static gboolean
instalment_looks_at(const SettleInstalment *instalment, const SettleOrder *order, int k,
                    SettleDay date)
{
    for (int i = 0; i < settle_instalment_attempts(instalment); i++) {
        if (settle_calc_attempt_day(order, instalment, i) > date)
            return FALSE;
        if ((instalment->n_bands > 0 && instalment->band_month == k) ||
            settle_conditions_look_at(instalment->conditions, instalment->n_conditions, i, k))
            return TRUE;
    }
    return FALSE;
}

static SettleBillTouches
bill_touches_deferred(const SettleRule *rule, const SettleOrder *order, int contract_month,
                      SettleDay date)
{
    for (guint i = 0; i < rule->deferred.n_instalments; i++)
        if (instalment_looks_at(&rule->deferred.instalments[i], order, contract_month, date))
            return SETTLE_BILL_DECIDES;
    return SETTLE_BILL_ALONE;
}

static void
nothing_of_deferred(const SettleRule *rule, const SettleOrder *order, guint item,
                    SettleTarget *target)
{
    guint number = settle_item_instalment(item);

    settle_invariant(number > 0 && number <= rule->deferred.n_instalments);
    target->origin = settle_day_month(settle_calc_attempt_day(
        order, &rule->deferred.instalments[number - 1], (int) settle_item_attempt(item)));
    target->credit = SETTLE_ROLE_DISTRIBUTOR;
}

static SettleDay
day_of_deferred(const SettleTarget *target, G_GNUC_UNUSED const SettleOrder *order,
                G_GNUC_UNUSED const SettleBill *bills, G_GNUC_UNUSED guint n_bills)
{
    return target->wait_day;
}

/* --- in words --------------------------------------------------------------------------------- */

static void
explain_deferred(GString *out, const SettlePolicy *policy, const SettleTarget *target,
                 const SettleOrder *order, const SettleBill *bills, guint n_bills)
{
    const SettleInstalment *instalment =
        &target->rule->deferred
             .instalments[settle_item_instalment(settle_slot_item(target->slot)) - 1];
    const SettlePay *pay = &instalment->pay;

    g_string_append_printf(out, "T+%d: ", instalment->months);
    if (target->state != SETTLE_TARGET_EARNED) {
        int later = settle_day_month(target->wait_day) - settle_day_month(order->closing_day) -
                    instalment->months;

        settle_explain_not_earned(out, policy, target, instalment->conditions,
                                  instalment->n_conditions, later, order, bills, n_bills,
                                  SETTLE_REVISION_AT_DUE);
        return;
    }
    if (instalment->n_bands > 0) {
        SettleMonth closing = settle_day_month(order->closing_day);
        const SettleBill *bill =
            settle_bill_of_month(bills, n_bills, closing + instalment->band_month,
                                 SETTLE_REVISION_AT_DUE, target->wait_day);
        const SettleBand *band = NULL;
        int64_t base = 0;

        settle_invariant(bill != NULL && settle_bill_base(bill, instalment->band_base, &base));
        band = settle_band_find(instalment->bands, instalment->n_bands, base);
        g_string_append_printf(out, "%s ", settle_explain_base_name(instalment->band_base));
        settle_explain_money(out, policy, base);
        g_string_append(out, " of ");
        settle_explain_month(out, closing, closing + instalment->band_month);
        if (band == NULL) {
            g_string_append(out, " lies in no band");
            return;
        }
        g_string_append(out, " lies in ");
        settle_explain_interval(out, band->interval, settle_explain_exponent(policy));
        g_string_append(out, ": ");
        pay = &band->pay;
    }
    if (pay->is_rate)
        settle_explain_rate_of(out, policy, pay->rate_ppb, order->paid_minor, "");
    else
        settle_explain_money(out, policy, pay->fixed_minor);
}

static const SettleKindSchedule schedule = {
    n_of_deferred,
    due_of_deferred,
    looks_at_bills,
    promised_of_deferred,
};

const SettleOrderKind settle_order_kind_deferred = {
    SETTLE_CALC_DUE,
    SETTLE_ITEMS_COUNTED,
    &schedule,
    TRUE, /* a refund of everything takes all */
    TRUE, /* up to the due day a refund lowers the base */
    ask_deferred,
    deferred_due,
    deferred_needs_history,
    bill_touches_deferred,
    settle_kind_never_capped,
    calc_deferred,
    nothing_of_deferred,
    explain_deferred,
    day_of_deferred,
};
