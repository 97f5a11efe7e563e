#include "calc/internal.h"

/* The highest revision holds; a withdrawn one means that the month's bill went to another order. */
static const SettleBill *
latest(const SettleBill *bills, guint end)
{
    return bills[end - 1].withdrawn ? NULL : &bills[end - 1];
}

static const SettleBill *
at_due(const SettleBill *bills, guint first, guint end, SettleDay due_day)
{
    const SettleBill *before = NULL, *after = NULL;

    if (bills[end - 1].withdrawn)
        return NULL;
    for (guint i = first; i < end; i++) {
        const SettleBill *bill = &bills[i];

        if (bill->withdrawn)
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
    return rule == SETTLE_REVISION_LATEST ? latest(bills, end) : at_due(bills, first, end, due_day);
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

gboolean
settle_conditions_decide(const SettleCondition *conditions, guint n_conditions,
                         const SettleOrder *order, const SettleBill *bills, guint n_bills,
                         SettleRevisionRule rule, SettleDay due_day, SettleDecision *ret_decision,
                         SettleMonth *ret_wait_month)
{
    SettleMonth closing = settle_day_month(order->closing_day);
    gboolean missing = FALSE;

    if (n_conditions > 0 && !settle_order_has_bills(order)) {
        *ret_decision = SETTLE_DECIDED_NOT_MET;
        return TRUE;
    }
    /* One month that fails decides, whatever else is still missing. */
    for (guint i = 0; i < n_conditions; i++) {
        for (int k = conditions[i].from_month; k <= conditions[i].to_month; k++) {
            const SettleBill *bill =
                settle_bill_of_month(bills, n_bills, closing + k, rule, due_day);
            gboolean holds;

            if (bill == NULL) {
                if (!missing)
                    *ret_wait_month = closing + k;
                missing = TRUE;
                continue;
            }
            if (!month_holds(&conditions[i], bill, &holds))
                return FALSE;
            if (!holds) {
                *ret_decision = SETTLE_DECIDED_NOT_MET;
                return TRUE;
            }
        }
    }
    *ret_decision = missing ? SETTLE_DECIDED_PENDING : SETTLE_DECIDED_MET;
    return TRUE;
}

gboolean
settle_conditions_look_at(const SettleCondition *conditions, guint n_conditions, int contract_month)
{
    for (guint i = 0; i < n_conditions; i++)
        if (conditions[i].from_month <= contract_month && contract_month <= conditions[i].to_month)
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
