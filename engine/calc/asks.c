#include "calc/asks.h"

static void
ask_base(SettleAsks *asks, SettleBillBase base)
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

static void
ask_conditions(SettleAsks *asks, const SettleCondition *conditions, guint n)
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
                ask_base(asks, test->base);
                break;
            case SETTLE_TEST_NO_ARREARS:
                asks->arrears = TRUE;
                break;
            }
        }
    }
}

static void
ask_deferred(SettleAsks *asks, const SettleDeferred *deferred)
{
    for (guint i = 0; i < deferred->n_instalments; i++) {
        const SettleInstalment *instalment = &deferred->instalments[i];

        ask_conditions(asks, instalment->conditions, instalment->n_conditions);
        if (instalment->n_bands > 0)
            ask_base(asks, instalment->band_base);
    }
}

void
settle_asks_add(SettleAsks *asks, const SettlePolicy *policy)
{
    for (guint r = 0; r < policy->n_rules; r++) {
        const SettleRule *rule = &policy->rules[r];

        if (rule->selector.regions != NULL)
            asks->region = TRUE;
        if (rule->selector.channels != NULL)
            asks->channel = TRUE;
        switch (rule->kind) {
        case SETTLE_KIND_UPFRONT:
            ask_conditions(asks, rule->upfront.conditions, rule->upfront.n_conditions);
            break;
        case SETTLE_KIND_DEFERRED:
            ask_deferred(asks, &rule->deferred);
            break;
        case SETTLE_KIND_REVENUE_SHARE:
            ask_base(asks, rule->share.base);
            break;
        case SETTLE_KIND_VOLUME_BONUS:
            /* an outlet's orders are those of its managers */
            if (rule->volume.scope != SETTLE_SCOPE_DISTRIBUTOR)
                asks->manager = TRUE;
            break;
        case SETTLE_KIND_INVOICE:
        case SETTLE_KIND_DEPOSIT:
            break;
        }
    }
}

SettleAsks
settle_policy_set_asks(const SettlePolicySet *set)
{
    SettleAsks asks = {0};

    for (guint p = 0; p < settle_policy_set_size(set); p++)
        settle_asks_add(&asks, settle_policy_set_nth(set, p));
    return asks;
}
