/* The pure calculation for counting instructions: count-calc RULES match|settle. Run under
 * callgrind with
 * --toggle-collect=measured by test_instructions.py. */
#include "bench-world.h"

#include <stdio.h>
#include <stdlib.h>

#define N_ORDERS 2000

int64_t measured(SettleMatcher *matcher, const SettlePolicy *policy, const SettleOrder *orders,
                 gboolean settle, GArray *targets);

G_GNUC_NO_INLINE int64_t
measured(SettleMatcher *matcher, const SettlePolicy *policy, const SettleOrder *orders,
         gboolean settle, GArray *targets)
{
    const SettleOrderParties parties = {.carrier_id = 1};
    int64_t sum = 0;

    for (guint i = 0; i < N_ORDERS; i++) {
        SettleCalcScope scope = {.date = orders[i].closing_day,
                                 .due_after = SETTLE_DAY_MIN,
                                 .upfront = TRUE,
                                 .deferred = TRUE,
                                 .share = TRUE};
        const SettleMatch *match = settle_matcher_find(matcher, &orders[i], &parties);

        sum += match->n_rules;
        if (!settle)
            continue;
        g_array_set_size(targets, 0);
        if (!settle_calc_order(policy, match, &orders[i], NULL, 0, &scope, targets))
            g_error("overflow");
        sum += targets->len;
    }
    return sum;
}

int
main(int argc, char **argv)
{
    SettleDirectory *directory = make_directory();
    SettleOrder *orders = g_new(SettleOrder, N_ORDERS);
    SettlePolicy *policy = make_policy(argc > 1 ? (guint) atoi(argv[1]) : 1);
    SettleMatcher *matcher = settle_matcher_new(policy, directory);
    GArray *targets = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
    gboolean settle = argc > 2 && strcmp(argv[2], "settle") == 0;

    make_orders(orders, N_ORDERS);
    printf("orders %u sum %" G_GINT64_FORMAT "\n", N_ORDERS,
           measured(matcher, policy, orders, settle, targets));
    g_array_unref(targets);
    settle_matcher_free(matcher);
    settle_policy_free(policy);
    g_free(orders);
    settle_directory_free(directory);
    return 0;
}
