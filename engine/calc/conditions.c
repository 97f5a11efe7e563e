/* Conditions on bills: whether an upfront amount or an instalment is earned, pending or lost, by
 * the bills as of its day (docs/semantics.md 13.7). Pure. */
#include "calc/internal.h"

gboolean
settle_bill_in_force(const SettleBill *bills, guint n_bills, guint i)
{
    return !bills[i].withdrawn &&
           (i + 1 == n_bills || bills[i + 1].month != bills[i].month ||
            bills[i + 1].revision != bills[i].revision);
}

/* The highest revision that is there. */
static const SettleBill *
latest(const SettleBill *bills, guint first, guint end)
{
    for (guint i = end; i-- > first;)
        if (settle_bill_in_force(bills, end, i))
            return &bills[i];
    return NULL;
}

static const SettleBill *
at_due(const SettleBill *bills, guint first, guint end, SettleDay due_day)
{
    const SettleBill *before = NULL, *after = NULL;

    for (guint i = first; i < end; i++) {
        const SettleBill *bill = &bills[i];

        if (!settle_bill_in_force(bills, end, i))
            continue;
        if (bill->issue_day <= due_day)
            before = bill;
        else if (after == NULL || bill->issue_day < after->issue_day)
            after = bill;
    }
    return before != NULL ? before : after;
}

const SettleBill *
settle_bill_of_month(const SettleBill *bills, guint n_bills, SettleMonth month,
                     SettleRevisionRule rule, SettleDay due_day)
{
    guint first = 0, end;

    while (first < n_bills && bills[first].month < month)
        first++;
    end = first;
    while (end < n_bills && bills[end].month == month)
        end++;
    if (first == end)
        return NULL;
    return rule == SETTLE_REVISION_LATEST ? latest(bills, first, end)
                                            : at_due(bills, first, end, due_day);
}

gboolean
settle_bill_base(const SettleBill *bill, SettleBillBase base, int64_t *ret_minor)
{
    int64_t value = 0;

    switch (base) {
    case SETTLE_BILL_BILLED:
        value = bill->billed_minor;
        break;
    case SETTLE_BILL_BILLED_LESS_ARREARS:
        if (!settle_sub_i64(bill->billed_minor, bill->arrears_minor, &value))
            return FALSE;
        break;
    case SETTLE_BILL_CASH:
        value = bill->cash_minor;
        break;
    }
    *ret_minor = MAX(value, 0);
    return TRUE;
}

static gboolean
test_holds(const SettleBillTest *test, const SettleBill *bill, gboolean *ret_holds)
{
    int64_t value;

    switch (test->kind) {
    case SETTLE_TEST_MINUTES:
        *ret_holds = settle_interval_holds(test->interval, bill->minutes);
        return TRUE;
    case SETTLE_TEST_MEGABYTES:
        *ret_holds = settle_interval_holds(test->interval, bill->megabytes);
        return TRUE;
    case SETTLE_TEST_BASE:
        if (!settle_bill_base(bill, test->base, &value))
            return FALSE;
        *ret_holds = settle_interval_holds(test->interval, value);
        return TRUE;
    case SETTLE_TEST_NO_ARREARS:
        *ret_holds = bill->arrears_minor == 0;
        return TRUE;
    }
    return FALSE;
}

static gboolean
month_holds(const SettleCondition *condition, const SettleBill *bill, gboolean *ret_holds)
{
    gboolean any = FALSE, all = TRUE;

    for (guint i = 0; i < condition->n_tests; i++) {
        gboolean holds;

        if (!test_holds(&condition->tests[i], bill, &holds))
            return FALSE;
        any = any || holds;
        all = all && holds;
    }
    *ret_holds = condition->n_tests == 0 || (condition->any ? any : all);
    return TRUE;
}

/* The months of a condition added up, as one bill. FALSE on overflow. */
static gboolean
add_bill(SettleBill *sum, const SettleBill *bill)
{
    int32_t minutes;

    if (!settle_add_i64(sum->billed_minor, bill->billed_minor, &sum->billed_minor) ||
        !settle_add_i64(sum->cash_minor, bill->cash_minor, &sum->cash_minor) ||
        !settle_add_i64(sum->arrears_minor, bill->arrears_minor, &sum->arrears_minor) ||
        !settle_add_i64(sum->megabytes, bill->megabytes, &sum->megabytes) ||
        __builtin_add_overflow(sum->minutes, bill->minutes, &minutes))
        return FALSE;
    sum->minutes = minutes;
    return TRUE;
}

gboolean
settle_scope_complete(const SettleCalcScope *scope, SettleMonth month)
{
    for (guint i = 0; i < scope->n_complete; i++)
        if (scope->complete[i] == month)
            return TRUE;
    return FALSE;
}

static int
first_month(const SettleCondition *condition, int later)
{
    return condition->from_month + ((condition->moves & SETTLE_MOVES_FIRST) != 0 ? later : 0);
}

static int
last_month(const SettleCondition *condition, int later)
{
    return condition->to_month + ((condition->moves & SETTLE_MOVES_LAST) != 0 ? later : 0);
}

/* One condition; *wait_month is set to its first missing month. A month that fails decides,
 * whatever else is still missing, and so does one that is complete without a bill
 * (docs/semantics.md 13.7); of months together all must be there. FALSE on overflow. */
static gboolean
decide_one(const SettleCondition *condition, const SettleLook *look, SettleDecision *ret_decision,
           SettleMonth *wait_month, SettleDay *seen)
{
    SettleMonth closing = settle_day_month(look->order->closing_day);
    SettleBill sum = {.minutes = 0};
    gboolean missing = FALSE, holds = TRUE;

    for (int k = first_month(condition, look->later);
         k <= last_month(condition, look->later) && holds; k++) {
        const SettleBill *bill = settle_bill_of_month(look->bills, look->n_bills, closing + k,
                                                      look->rule, look->due_day);

        if (bill == NULL && settle_scope_complete(look->scope, closing + k)) {
            holds = FALSE;
        } else if (bill == NULL) {
            if (!missing)
                *wait_month = closing + k;
            missing = TRUE;
        } else {
            *seen = MAX(*seen, bill->issue_day);
            if (condition->together ? !add_bill(&sum, bill) : !month_holds(condition, bill, &holds))
                return FALSE;
        }
    }
    if (condition->together && holds && !missing && !month_holds(condition, &sum, &holds))
        return FALSE;
    *ret_decision = !holds    ? SETTLE_DECIDED_NOT_MET
                    : missing ? SETTLE_DECIDED_PENDING
                              : SETTLE_DECIDED_MET;
    return TRUE;
}

gboolean
settle_conditions_decide(const SettleCondition *conditions, guint n_conditions,
                         const SettleLook *look, SettleDecision *ret_decision,
                         SettleMonth *ret_wait_month, SettleDay *ret_seen)
{
    SettleDay seen = SETTLE_DAY_MIN;

    *ret_decision = SETTLE_DECIDED_MET;
    if (n_conditions > 0 && !settle_order_has_bills(look->order)) {
        *ret_decision = SETTLE_DECIDED_NOT_MET;
        return TRUE;
    }
    for (guint i = 0; i < n_conditions; i++) {
        SettleMonth wait_month = 0;
        SettleDecision one;

        if (!decide_one(&conditions[i], look, &one, &wait_month, &seen))
            return FALSE;
        if (one == SETTLE_DECIDED_NOT_MET) {
            *ret_decision = one;
            break;
        }
        if (one == SETTLE_DECIDED_PENDING && *ret_decision == SETTLE_DECIDED_MET) {
            *ret_decision = one;
            *ret_wait_month = wait_month;
        }
    }
    if (ret_seen != NULL && seen != SETTLE_DAY_MIN)
        *ret_seen = seen;
    return TRUE;
}

gboolean
settle_conditions_look_at(const SettleCondition *conditions, guint n_conditions, int later,
                          int contract_month)
{
    for (guint i = 0; i < n_conditions; i++)
        if (first_month(&conditions[i], later) <= contract_month &&
            contract_month <= last_month(&conditions[i], later))
            return TRUE;
    return FALSE;
}

const SettleBand *
settle_band_find(const SettleBand *bands, guint n_bands, int64_t value)
{
    for (guint i = 0; i < n_bands; i++)
        if (settle_interval_holds(bands[i].interval, value))
            return &bands[i];
    return NULL;
}
