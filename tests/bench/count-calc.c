/* The pure calculation for counting instructions: count-calc RULES match|settle|bill. Run under
 * callgrind with --toggle-collect=measured by test_instructions.py. */
#include "bench-world.h"

#include "calc/arithmetic.h"

#include <stdio.h>
#include <stdlib.h>

#define N_ORDERS 2000

int64_t measured(SettleMatcher *matcher, const SettlePolicy *policy, const SettleBill *bills,
                 guint n_bills, gboolean settle, GArray *targets);

/* n_bills: of each order, 0 or 1. */
G_GNUC_NO_INLINE int64_t
measured(SettleMatcher *matcher, const SettlePolicy *policy, const SettleBill *bills, guint n_bills,
         gboolean settle, GArray *targets)
{
    const SettleOrderParties parties = {.carrier_id = 1};
    const SettleArithmetic *arithmetic = settle_arithmetic_current();
    g_auto(SettleMatch) found = {0};
    int64_t sum = 0;

    for (guint i = 0; i < N_ORDERS; i++) {
        const SettleOrder *order = &bills[i].order;
        SettleCalcScope scope = {.arithmetic = arithmetic,
                                 .date = n_bills > 0 ? bills[i].issue_day : order->closing_day,
                                 .due_after = SETTLE_DAY_MIN,
                                 .what = n_bills > 0 ? SETTLE_CALC_BILLS : SETTLE_CALC_ALL};
        const SettleMatch *match = settle_matcher_find(matcher, order, &parties, &found);

        if (n_bills > 0) { /* as a night of bills asks for them */
            scope.share_months = &bills[i].month;
            scope.n_share_months = 1;
        }
        sum += match->n_rules;
        if (!settle)
            continue;
        g_array_set_size(targets, 0);
        if (!settle_calc_order(policy, match, order, &bills[i], n_bills, &scope, targets))
            g_error("overflow");
        sum += targets->len;
    }
    return sum;
}

/* A rule for the bills of all orders, before the others. */
static void
add_share(SettlePolicy *policy)
{
    SettleRule *rules = g_new0(SettleRule, policy->n_rules + 1);

    memcpy(rules + 1, policy->rules, policy->n_rules * sizeof(SettleRule));
    rules[0] = (SettleRule){.kind = SETTLE_KIND_REVENUE_SHARE,
                            .selector = policy->rules[policy->n_rules - 1].selector,
                            .share = {.base = SETTLE_BILL_BILLED,
                                      .to_month = 12,
                                      .rate_ppb = 30000000,
                                      .has_bill_cap = TRUE,
                                      .bill_cap_minor = 500}};
    g_free(policy->rules);
    policy->rules = rules;
    policy->n_rules++;
    for (guint i = 0; i < policy->n_rules; i++) {
        rules[i].ordinal = i;
        rules[i].number = i + 1;
    }
}

int
main(int argc, char **argv)
{
    SettleDirectory *directory = make_directory();
    SettleOrder *orders = g_new(SettleOrder, N_ORDERS);
    SettlePolicy *policy = make_policy(argc > 1 ? (guint) atoi(argv[1]) : 1);
    gboolean of_bills = argc > 2 && strcmp(argv[2], "bill") == 0;
    gboolean settle = of_bills || (argc > 2 && strcmp(argv[2], "settle") == 0);
    SettleMatcher *matcher;
    GArray *targets = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
    SettleBill *bills = g_new0(SettleBill, N_ORDERS);

    if (of_bills)
        add_share(policy);
    matcher = settle_matcher_new(policy, directory);
    make_orders(orders, N_ORDERS);
    for (guint i = 0; i < N_ORDERS; i++) {
        bills[i] = (SettleBill){.order = orders[i],
                                .billed_minor = orders[i].paid_minor,
                                .month = settle_day_month(orders[i].closing_day) + 1,
                                .issue_day = orders[i].closing_day + 40,
                                .revision = 1};
        if (of_bills) /* without a contract no bill earns anything */
            bills[i].order.flags = 0;
    }
    printf("orders %u sum %" G_GINT64_FORMAT "\n", N_ORDERS,
           measured(matcher, policy, bills, of_bills ? 1 : 0, settle, targets));
    g_free(bills);
    g_array_unref(targets);
    settle_matcher_free(matcher);
    settle_policy_free(policy);
    g_free(orders);
    settle_directory_free(directory);
    return 0;
}
