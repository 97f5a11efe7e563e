/* Made-up rules and orders for the benchmark and for counting instructions. */
#pragma once

#include "ledger/ledger.h"

#include <glib.h>
#include <string.h>

#define N_PRODUCTS     500
#define N_REGIONS      31
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

/* Rule i of n: product and region, an amount band, every tenth a distributor. The last takes what
 * is left, so that every order has a rule. */
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
        rule->number = i + 1;
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
make_orders(SettleOrder *orders, guint n)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);

    for (guint i = 0; i < n; i++)
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
