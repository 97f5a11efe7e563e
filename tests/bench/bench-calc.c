/* Orders a second through matching and calculation, and transfers a second through the digest, on
 * one core. Prints figures; a build with optimisation is what counts. */
#include "bench-world.h"

#include "calc/arithmetic.h"

#include <stdio.h>

#define N_ORDERS 65536
#define ROUNDS   64

static void
bench_rules(guint n_rules, const SettleDirectory *directory, const SettleOrder *orders)
{
    const SettleArithmetic *arithmetic = settle_arithmetic_current();
    SettlePolicy *policy = make_policy(n_rules);
    gint64 start = g_get_monotonic_time(), bound, matched, done;
    SettleMatcher *matcher = settle_matcher_new(policy, directory);
    GArray *targets = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
    SettleOrderParties parties = {.carrier_id = 1};
    g_auto(SettleMatch) found = {0};
    int64_t sum = 0;

    bound = g_get_monotonic_time();
    for (guint i = 0; i < N_ORDERS; i++)
        settle_matcher_find(matcher, &orders[i], &parties, &found);
    matched = g_get_monotonic_time();
    for (guint round = 0; round < ROUNDS; round++)
        for (guint i = 0; i < N_ORDERS; i++) {
            SettleCalcScope scope = {.arithmetic = arithmetic,
                                     .date = orders[i].closing_day,
                                     .due_after = SETTLE_DAY_MIN,
                                     .what = SETTLE_CALC_ALL};
            const SettleMatch *match = settle_matcher_find(matcher, &orders[i], &parties, &found);

            g_array_set_size(targets, 0);
            if (!settle_calc_order(policy, match, &orders[i], NULL, 0, &scope, targets))
                g_error("overflow");
            sum += g_array_index(targets, SettleTarget, 0).target_minor;
        }
    done = g_get_monotonic_time();
    printf("%5u rules: bind %.1f ms, match %.1f ns an order, match and "
           "calculate %.1f ns, %.1f M orders/s (sum %" G_GINT64_FORMAT ")\n",
           n_rules, (double) (bound - start) / 1e3, (double) (matched - bound) * 1e3 / N_ORDERS,
           (double) (done - matched) * 1e3 / ((double) N_ORDERS * ROUNDS),
           (double) N_ORDERS * ROUNDS / (double) (done - matched), sum);
    g_array_unref(targets);
    settle_matcher_free(matcher);
    settle_policy_free(policy);
}

static void
bench_digest(void)
{
    static const uint8_t hash[32] = {1, 2, 3};
    static const SettleLedgerNames names = {"C1", hash, hash, "sim-card", ""};
    g_autoptr(SettleLedgerDigest) digest = settle_ledger_digest_new();
    const int64_t n = (int64_t) N_ORDERS * 32;
    const SettleLedgerLeaf *leaf;
    gint64 start = g_get_monotonic_time(), done;
    char hex[65];

    settle_ledger_digest_begin(digest, "D1");
    for (int64_t i = 0; i < n; i++) {
        SettleTransfer transfer = {.subject_id = i + 1,
                                   .amount_minor = 4000,
                                   .target_minor = 4000,
                                   .period = 24315,
                                   .origin = 24315,
                                   .kind = 1,
                                   .debit = 1,
                                   .credit = 2};

        settle_ledger_digest_add(digest, 1, &transfer, &names);
    }
    leaf = &g_array_index(settle_ledger_digest_end(digest), SettleLedgerLeaf, 0);
    done = g_get_monotonic_time();
    settle_digest_hex(leaf->digest, hex);
    printf("digest: %.1f ns a transfer (%.16s)\n", (double) (done - start) * 1e3 / (double) n, hex);
}

int
main(void)
{
    SettleDirectory *directory = make_directory();
    SettleOrder *orders = g_new(SettleOrder, N_ORDERS);

    make_orders(orders, N_ORDERS);
    for (guint n = 1; n < 4000; n *= 10)
        bench_rules(n, directory, orders);
    bench_rules(4000, directory, orders);
    bench_digest();
    g_free(orders);
    settle_directory_free(directory);
    return 0;
}
