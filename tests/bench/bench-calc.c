/* Orders a second through matching and calculation, and transfers a second through the digest, on one
 * core. Prints figures; a build with optimisation is what counts. */
#include "ledger/ledger.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define N_ORDERS 65536
#define ROUNDS 64
#define N_PRODUCTS 500
#define N_REGIONS 31
#define N_DISTRIBUTORS 20000

static SettleDirectory *
make_directory(void)
{
    SettleDirectory *directory = settle_directory_new();
    char code[32];

    settle_directory_add_code(directory, SETTLE_DIM_CARRIER, 1, "C", 1);
    for (int32_t id = 1; id <= N_PRODUCTS; id++) {
        int n = g_snprintf(code, sizeof code, "C\x1fP%d", id);

        settle_directory_add_code(directory, SETTLE_DIM_PRODUCT, id, code, (size_t) n);
    }
    for (int32_t id = 1; id <= N_REGIONS; id++) {
        int n = g_snprintf(code, sizeof code, "R%d", id);

        settle_directory_add_code(directory, SETTLE_DIM_REGION, id, code, (size_t) n);
    }
    for (int32_t id = 1; id <= N_DISTRIBUTORS; id++) {
        int n = g_snprintf(code, sizeof code, "D%d", id);

        settle_directory_add_code(directory, SETTLE_DIM_DISTRIBUTOR, id, code, (size_t) n);
    }
    settle_directory_seal(directory);
    return directory;
}

static GStrv
one_code(const char *letter, guint n)
{
    GStrv codes = g_new0(char *, 2);

    codes[0] = g_strdup_printf("%s%u", letter, n);
    return codes;
}

/* Rule i of n: product and region, an amount band, every tenth a distributor. The last takes what is
 * left, so that every order has a rule. */
static SettlePolicy *
make_policy(guint n_rules)
{
    SettlePolicy *policy = g_new0(SettlePolicy, 1);

    policy->rules = g_new0(SettleRule, n_rules);
    policy->n_rules = n_rules;
    policy->carrier_id = 1;
    for (guint i = 0; i < n_rules; i++) {
        SettleRule *rule = &policy->rules[i];

        rule->kind = SETTLE_KIND_UPFRONT;
        rule->ordinal = i;
        rule->selector = (SettleSelector){.amount = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH},
                                          .quantity = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH},
                                          .tier = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH},
                                          .first_order = -1};
        rule->upfront.pay = (SettlePay){.fixed_minor = 100 + i};
        if (i + 1 == n_rules)
            break;
        rule->selector.products = one_code("P", 1 + i % N_PRODUCTS);
        rule->selector.regions = one_code("R", 1 + i % N_REGIONS);
        rule->selector.amount.from = 1000 * (i % 7);
        if (i % 10 == 0)
            rule->selector.distributors = one_code("D", 1 + i % N_DISTRIBUTORS);
    }
    return policy;
}

static void
make_orders(SettleOrder *orders)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);

    for (guint i = 0; i < N_ORDERS; i++)
        orders[i] = (SettleOrder){
            .order_id = i + 1,
            .paid_minor = g_rand_int_range(rand, 0, 20000),
            .distributor_id = g_rand_int_range(rand, 1, N_DISTRIBUTORS + 1),
            .product_id = g_rand_int_range(rand, 1, N_PRODUCTS + 1),
            .quantity = 1,
            .closing_day = 9500 + g_rand_int_range(rand, 0, 31),
            .region_id = (int16_t) g_rand_int_range(rand, 1, N_REGIONS + 1),
            .currency = 156,
            .flags = SETTLE_ORDER_NO_CONTRACT,
        };
}

static void
bench_rules(guint n_rules, const SettleDirectory *directory, const SettleOrder *orders)
{
    SettlePolicy *policy = make_policy(n_rules);
    gint64 start = g_get_monotonic_time(), bound, learned, done;
    SettleMatcher *matcher = settle_matcher_new(policy, directory);
    GArray *targets = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
    SettleOrderParties parties = {.carrier_id = 1};
    int64_t sum = 0;

    bound = g_get_monotonic_time();
    for (guint i = 0; i < N_ORDERS; i++)
        settle_matcher_find(matcher, &orders[i], &parties);
    learned = g_get_monotonic_time();
    for (guint round = 0; round < ROUNDS; round++)
        for (guint i = 0; i < N_ORDERS; i++) {
            SettleCalcScope scope = {.date = orders[i].closing_day, .due_after = SETTLE_DAY_MIN,
                                     .upfront = TRUE, .deferred = TRUE, .share = TRUE};
            const SettleMatch *match = settle_matcher_find(matcher, &orders[i], &parties);

            g_array_set_size(targets, 0);
            if (!settle_calc_order(policy, match, &orders[i], NULL, 0, &scope, targets))
                g_error("overflow");
            sum += g_array_index(targets, SettleTarget, 0).target_minor;
        }
    done = g_get_monotonic_time();
    printf("%5u rules: bind %.1f ms, first %u orders %.0f ns each, then %.1f ns an order, "
           "%.1f M orders/s (sum %" G_GINT64_FORMAT ")\n",
           n_rules, (double) (bound - start) / 1e3, N_ORDERS,
           (double) (learned - bound) * 1e3 / N_ORDERS,
           (double) (done - learned) * 1e3 / ((double) N_ORDERS * ROUNDS),
           (double) N_ORDERS * ROUNDS / (double) (done - learned), sum);
    g_array_unref(targets);
    settle_matcher_free(matcher);
    settle_policy_free(policy);
}

static void
bench_digest(void)
{
    static const uint8_t hash[32] = {1, 2, 3};
    g_autoptr(SettleLedgerDigest) digest = settle_ledger_digest_new();
    const int64_t n = (int64_t) N_ORDERS * 32;
    uint8_t bytes[SETTLE_DIGEST_BYTES];
    gint64 start = g_get_monotonic_time(), done;
    char hex[65];

    settle_ledger_digest_begin(digest, "D1");
    for (int64_t i = 0; i < n; i++) {
        SettleTransfer transfer = {.subject_id = i + 1, .amount_minor = 4000, .target_minor = 4000,
                                   .period = 24315, .origin = 24315, .kind = 1, .debit = 1,
                                   .credit = 2};

        settle_ledger_digest_add(digest, &transfer, hash, "sim-card");
    }
    settle_ledger_digest_end(digest, bytes);
    done = g_get_monotonic_time();
    settle_digest_hex(bytes, hex);
    printf("digest: %.1f ns a transfer (%.16s)\n", (double) (done - start) * 1e3 / (double) n, hex);
}

int
main(void)
{
    SettleDirectory *directory = make_directory();
    SettleOrder *orders = g_new(SettleOrder, N_ORDERS);

    make_orders(orders);
    bench_rules(1, directory, orders);
    bench_rules(1000, directory, orders);
    bench_digest();
    g_free(orders);
    settle_directory_free(directory);
    return 0;
}
