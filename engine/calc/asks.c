/* Which columns of facts the rules of a policy look at: each kind says its own (calc/kind.h). */
#include "calc/asks.h"

#include "calc/arithmetic.h"

void
settle_asks_base(SettleAsks *asks, SettleBillBase base)
{
    switch (base) {
    case SETTLE_BILL_BILLED:
        break;
    case SETTLE_BILL_BILLED_LESS_ARREARS:
        asks->arrears = TRUE;
        break;
    case SETTLE_BILL_CASH:
        asks->cash = TRUE;
        break;
    }
}

void
settle_asks_conditions(SettleAsks *asks, const SettleCondition *conditions, guint n)
{
    for (guint c = 0; c < n; c++) {
        for (guint t = 0; t < conditions[c].n_tests; t++) {
            const SettleBillTest *test = &conditions[c].tests[t];

            switch (test->kind) {
            case SETTLE_TEST_MINUTES:
                asks->minutes = TRUE;
                break;
            case SETTLE_TEST_MEGABYTES:
                asks->megabytes = TRUE;
                break;
            case SETTLE_TEST_BASE:
                settle_asks_base(asks, test->base);
                break;
            case SETTLE_TEST_NO_ARREARS:
                asks->arrears = TRUE;
                break;
            }
        }
    }
}

void
settle_asks_add(SettleAsks *asks, const SettleArithmetic *arithmetic, const SettlePolicy *policy)
{
    if (policy->terms.after_end == SETTLE_STOPS)
        asks->end = TRUE;
    for (guint r = 0; r < policy->n_rules; r++) {
        const SettleRule *rule = &policy->rules[r];

        if (rule->selector.classes != NULL)
            asks->product_class = TRUE;
        if (rule->selector.tier.from != SETTLE_OPEN_LOW ||
            rule->selector.tier.to != SETTLE_OPEN_HIGH)
            asks->tier = TRUE;
        if (rule->window.scope == SETTLE_SCOPE_OUTLET)
            asks->outlet = TRUE;
        if (rule->selector.regions != NULL)
            asks->region = TRUE;
        if (rule->selector.channels != NULL)
            asks->channel = TRUE;
        if (settle_kind_is_window((int) rule->kind)) {
            /* an outlet's orders are those of its managers */
            if (rule->window.scope != SETTLE_SCOPE_DISTRIBUTOR)
                asks->manager = TRUE;
            settle_window_kind_of(arithmetic, rule)->ask(rule, asks);
        } else {
            settle_order_kind_of(arithmetic, rule)->ask(rule, asks);
        }
    }
}

SettleAsks
settle_policy_set_asks(const SettleArithmetic *arithmetic, const SettlePolicySet *set)
{
    SettleAsks asks = {0};

    for (guint p = 0; p < settle_policy_set_size(set); p++)
        settle_asks_add(&asks, arithmetic, settle_policy_set_nth(set, p));
    return asks;
}
