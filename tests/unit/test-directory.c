/* Master data: codes to ids, and what held on which day (docs/semantics.md 1, 13.9). */
#include "model/directory.h"

#include <string.h>

static void
add(SettleDirectory *directory, SettleDim dim, int32_t id, const char *code)
{
    settle_directory_add_code(directory, dim, id, code, strlen(code));
}

/* Days are small numbers here: only their order matters. */
static SettleDirectory *
make_directory(void)
{
    SettleDirectory *directory = settle_directory_new();

    add(directory, SETTLE_DIM_CARRIER, 1, "CMCC-GD");
    add(directory, SETTLE_DIM_CARRIER, 2, "CTCC-GD");
    add(directory, SETTLE_DIM_DISTRIBUTOR, 1, "D1");
    add(directory, SETTLE_DIM_DISTRIBUTOR, 2, "D11");
    add(directory, SETTLE_DIM_DISTRIBUTOR, 7, "门店");
    add(directory, SETTLE_DIM_OUTLET, 1, "O1");
    add(directory, SETTLE_DIM_OUTLET, 2, "O2");
    add(directory, SETTLE_DIM_MANAGER, 3, "M3");
    add(directory, SETTLE_DIM_PRODUCT, 1, "CMCC-GD\x1fP1");
    add(directory, SETTLE_DIM_PRODUCT, 2, "CTCC-GD\x1fP1");
    add(directory, SETTLE_DIM_PRODUCT, 3,
        "CTCC-GD\x1f"
        "P1\x1f"
        "a");
    add(directory, SETTLE_DIM_CLASS, 1, "sim");
    add(directory, SETTLE_DIM_CLASS, 2, "plan");
    add(directory, SETTLE_DIM_REGION, 1, "GD");
    settle_directory_add_carrier(directory, 1, 0, SETTLE_PARTY_ACTIVE);
    settle_directory_add_carrier(directory, 2, 0, SETTLE_PARTY_ACTIVE);
    /* in no order; of two with the same day the later added holds */
    settle_directory_add_distributor(directory, 1, 200, 3, SETTLE_PARTY_ACTIVE);
    settle_directory_add_distributor(directory, 2, 50, 9, SETTLE_PARTY_ACTIVE);
    settle_directory_add_distributor(directory, 1, 100, 1, SETTLE_PARTY_ACTIVE);
    settle_directory_add_distributor(directory, 1, 200, 4, SETTLE_PARTY_ACTIVE);
    settle_directory_add_distributor(directory, 1, -5, 2, SETTLE_PARTY_ACTIVE);
    settle_directory_add_outlet(directory, 1, 0, 1, 0);
    settle_directory_add_outlet(directory, 2, 0, 1, 1);
    settle_directory_add_outlet(directory, 2, 150, 2, 0);
    settle_directory_add_manager(directory, 3, 120, 2);
    settle_directory_add_manager(directory, 3, 10, 1);
    settle_directory_add_product(directory, 1, 10, 1, 1);
    settle_directory_add_product(directory, 1, 100, 1, 2);
    settle_directory_add_product(directory, 2, 10, 2, 1);
    settle_directory_seal(directory);
    return directory;
}

static const struct {
    SettleDim dim;
    const char *code;
    int32_t id;
} codes[] = {
    {SETTLE_DIM_CARRIER, "CMCC-GD", 1},  {SETTLE_DIM_CARRIER, "CMCC", 0},
    {SETTLE_DIM_CARRIER, "CMCC-GDX", 0}, {SETTLE_DIM_CARRIER, "cmcc-gd", 0},
    {SETTLE_DIM_CARRIER, "", 0},         {SETTLE_DIM_DISTRIBUTOR, "D1", 1},
    {SETTLE_DIM_DISTRIBUTOR, "D11", 2},  {SETTLE_DIM_DISTRIBUTOR, "D111", 0},
    {SETTLE_DIM_DISTRIBUTOR, "门店", 7}, {SETTLE_DIM_OUTLET, "D1", 0}, /* another dimension's */
    {SETTLE_DIM_MANAGER, "M3", 3},       {SETTLE_DIM_CLASS, "plan", 2},
    {SETTLE_DIM_REGION, "GD", 1},        {SETTLE_DIM_CHANNEL, "online", 0}, /* none at all */
};

static void
test_codes(void)
{
    g_autoptr(SettleDirectory) directory = make_directory();

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        const char *code = codes[i].code;

        g_test_message("%s \"%s\"", settle_dim_name(codes[i].dim), code);
        g_assert_cmpint(settle_directory_id(directory, codes[i].dim, code, strlen(code)), ==,
                        codes[i].id);
        if (codes[i].id != 0)
            g_assert_cmpstr(settle_directory_code(directory, codes[i].dim, codes[i].id), ==, code);
    }
    /* the length counts, not a NUL behind */
    g_assert_cmpint(settle_directory_id(directory, SETTLE_DIM_DISTRIBUTOR, "D11", 2), ==, 1);
    g_assert_null(settle_directory_code(directory, SETTLE_DIM_DISTRIBUTOR, 3)); /* a gap */
    g_assert_null(settle_directory_code(directory, SETTLE_DIM_DISTRIBUTOR, 8));
    g_assert_null(settle_directory_code(directory, SETTLE_DIM_DISTRIBUTOR, 0));
    g_assert_null(settle_directory_code(directory, SETTLE_DIM_DISTRIBUTOR, -1));
    g_assert_cmpint(settle_directory_max_id(directory, SETTLE_DIM_DISTRIBUTOR), ==, 7);
    g_assert_cmpint(settle_directory_max_id(directory, SETTLE_DIM_CHANNEL), ==, 0);
}

static const struct {
    int32_t carrier;
    const char *code;
    int32_t id;
} products[] = {
    {1, "P1", 1},
    {2, "P1", 2},
    {2,
     "P1\x1f"
     "a",
     3},
    {1,
     "P1\x1f"
     "a",
     0},
    {3, "P1", 0},
    {0, "P1", 0},
    {1, "P", 0},
    {1, "P11", 0},
    {1, "", 0},
};

static void
test_products(void)
{
    g_autoptr(SettleDirectory) directory = make_directory();

    for (size_t i = 0; i < G_N_ELEMENTS(products); i++) {
        const char *code = products[i].code;

        g_test_message("carrier %d \"%s\"", products[i].carrier, code);
        g_assert_cmpint(
            settle_directory_product(directory, products[i].carrier, code, strlen(code)), ==,
            products[i].id);
        if (products[i].id != 0)
            g_assert_cmpstr(settle_directory_code(directory, SETTLE_DIM_PRODUCT, products[i].id),
                            ==, code);
    }
    g_assert_cmpint(settle_directory_product_carrier(directory, 1), ==, 1);
    g_assert_cmpint(settle_directory_product_carrier(directory, 2), ==, 2);
    g_assert_cmpint(settle_directory_product_carrier(directory, 3), ==, 0); /* a code only */
    g_assert_cmpint(settle_directory_product_carrier(directory, 99), ==, 0);
}

/* What rules ask of the parties of an order of distributor 1, product 1, manager 3. */
static const struct {
    SettleDay day;
    gboolean distributor_known;
    int carrier, class, tier, outlet;
} parties[] = {
    {-6, FALSE, 0, 0, 0, 0},
    {-5, TRUE, 0, 0, 2, 0},
    {9, TRUE, 0, 0, 2, 0},
    {10, TRUE, 1, 1, 2, 1},
    {99, TRUE, 1, 1, 2, 1},
    {100, TRUE, 1, 2, 1, 1},
    {119, TRUE, 1, 2, 1, 1},
    {120, TRUE, 1, 2, 1, 2},
    {199, TRUE, 1, 2, 1, 2},
    {200, TRUE, 1, 2, 4, 2},
    {SETTLE_DAY_MAX, TRUE, 1, 2, 4, 2},
    {SETTLE_DAY_MIN, FALSE, 0, 0, 0, 0},
};

static void
test_parties(void)
{
    g_autoptr(SettleDirectory) directory = make_directory();

    for (size_t i = 0; i < G_N_ELEMENTS(parties); i++) {
        SettleOrder order = {.distributor_id = 1, .product_id = 1, .manager_id = 3};
        SettleOrderParties found;

        order.closing_day = parties[i].day;
        settle_directory_order_parties(directory, &order, &found);
        g_test_message("day %d", parties[i].day);
        g_assert_cmpint(
            settle_directory_holds(directory, SETTLE_DIM_DISTRIBUTOR, 1, parties[i].day), ==,
            parties[i].distributor_known);
        g_assert_cmpint(found.carrier_id, ==, parties[i].carrier);
        g_assert_cmpint(found.class_id, ==, parties[i].class);
        g_assert_cmpint(found.tier, ==, parties[i].tier);
        g_assert_cmpint(found.outlet_id, ==, parties[i].outlet);
        order.manager_id = 0;
        settle_directory_order_parties(directory, &order, &found);
        g_assert_cmpint(found.outlet_id, ==, 0);
    }
}

static void
test_versions(void)
{
    g_autoptr(SettleDirectory) directory = make_directory();

    g_assert_cmpint(settle_directory_valid_from(directory, SETTLE_DIM_DISTRIBUTOR, 1), ==, -5);
    g_assert_cmpint(settle_directory_valid_from(directory, SETTLE_DIM_DISTRIBUTOR, 2), ==, 50);
    g_assert_cmpint(settle_directory_valid_from(directory, SETTLE_DIM_DISTRIBUTOR, 3), ==,
                    SETTLE_DAY_MAX);
    g_assert_cmpint(settle_directory_valid_from(directory, SETTLE_DIM_DISTRIBUTOR, 7), ==,
                    SETTLE_DAY_MAX); /* a code without a version */
    g_assert_cmpint(settle_directory_valid_from(directory, SETTLE_DIM_DISTRIBUTOR, 8), ==,
                    SETTLE_DAY_MAX);
    g_assert_false(settle_directory_holds(directory, SETTLE_DIM_DISTRIBUTOR, 7, 1000));
    g_assert_false(settle_directory_holds(directory, SETTLE_DIM_DISTRIBUTOR, 0, 1000));
    g_assert_false(settle_directory_holds(directory, SETTLE_DIM_DISTRIBUTOR, -1, 1000));
    g_assert_false(settle_directory_holds(directory, SETTLE_DIM_CHANNEL, 1, 1000));
    /* an outlet that moved to another distributor */
    g_assert_cmpint(settle_directory_outlet_distributor(directory, 2, 149), ==, 1);
    g_assert_cmpint(settle_directory_outlet_distributor(directory, 2, 150), ==, 2);
    g_assert_cmpint(settle_directory_outlet_distributor(directory, 2, -1), ==, 0);
    g_assert_cmpint(settle_directory_outlet_distributor(directory, 3, 150), ==, 0);
    g_assert_cmpint(settle_directory_manager_outlet(directory, 3, 9), ==, 0);
    g_assert_cmpint(settle_directory_manager_outlet(directory, 4, 9), ==, 0);
}

/* Tables that grow: every code is found as itself, also with the same codes under many carriers,
 * and every version against a plain walk. */
static void
test_many(void)
{
    g_autoptr(SettleDirectory) directory = settle_directory_new();
    g_autofree int16_t *tiers = g_new0(int16_t, 5000 * 20);
    char code[64];

    for (int i = 1; i <= 50; i++) {
        g_snprintf(code, sizeof code, "C%d", i);
        add(directory, SETTLE_DIM_CARRIER, i, code);
    }
    for (int i = 1; i <= 20000; i++) {
        g_snprintf(code, sizeof code, "C%d\x1fP%d", i % 50 + 1, i / 50);
        add(directory, SETTLE_DIM_PRODUCT, i, code);
    }
    for (int i = 1; i < 5000; i++) {
        for (int k = 0; k < 3; k++) {
            int day = g_test_rand_int_range(0, 20);
            int16_t tier = (int16_t) g_test_rand_int_range(1, 100);

            settle_directory_add_distributor(directory, i, day, tier, SETTLE_PARTY_ACTIVE);
            tiers[i * 20 + day] = tier;
        }
    }
    settle_directory_seal(directory);
    for (int i = 1; i <= 20000; i++) {
        g_snprintf(code, sizeof code, "P%d", i / 50);
        g_assert_cmpint(settle_directory_product(directory, i % 50 + 1, code, strlen(code)), ==, i);
        g_assert_cmpstr(settle_directory_code(directory, SETTLE_DIM_PRODUCT, i), ==, code);
    }
    for (int i = 1; i < 5000; i++) {
        int16_t tier = 0;

        for (int day = 0; day < 20; day++) {
            SettleOrder order = {.distributor_id = i, .closing_day = day};
            SettleOrderParties found;

            if (tiers[i * 20 + day] != 0)
                tier = tiers[i * 20 + day];
            settle_directory_order_parties(directory, &order, &found);
            g_assert_cmpint(found.tier, ==, tier);
        }
    }
}

/* 1 is a distributor, whose tier and end are told late; 2 one that nobody knew before. */
static void
test_compare(void)
{
    const SettleDirectoryChange wanted[] = {
        {SETTLE_DIM_DISTRIBUTOR, 1, 20, 29, SETTLE_CHANGED_TIER},
        {SETTLE_DIM_DISTRIBUTOR, 1, 30, 49, SETTLE_CHANGED_STATUS},
        {SETTLE_DIM_DISTRIBUTOR, 1, 30, SETTLE_DAY_MAX, SETTLE_CHANGED_END},
        {SETTLE_DIM_PRODUCT, 1, 11, 15, SETTLE_CHANGED_SALES},
        {SETTLE_DIM_PRODUCT, 1, 20, SETTLE_DAY_MAX, SETTLE_CHANGED_CLASS},
    };
    g_autoptr(SettleDirectory) before = settle_directory_new();
    g_autoptr(SettleDirectory) now = settle_directory_new();
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(SettleDirectoryChange));
    SettleDirectory *both[] = {before, now};

    for (guint i = 0; i < G_N_ELEMENTS(both); i++) {
        settle_directory_add_distributor(both[i], 1, 10, 3, SETTLE_PARTY_ACTIVE);
        settle_directory_add_distributor(both[i], 1, 30, 3,
                                         i == 0 ? SETTLE_PARTY_ACTIVE : SETTLE_PARTY_ENDED);
        settle_directory_add_distributor(both[i], 1, 50, 3, SETTLE_PARTY_ENDED);
        settle_directory_add_product_sold(both[i], 1, 0, 1, 5, 0, i == 0 ? 15 : 10);
        settle_directory_add_manager(both[i], 1, 0, 4);
        settle_directory_add_carrier(both[i], 1, 0, SETTLE_PARTY_ACTIVE);
    }
    settle_directory_add_distributor(now, 1, 20, 4, SETTLE_PARTY_ACTIVE);
    settle_directory_add_distributor(now, 2, 5, 4, SETTLE_PARTY_ENDED);
    settle_directory_add_product_sold(now, 1, 20, 1, 6, 0, 10);
    settle_directory_seal(before);
    settle_directory_seal(now);
    settle_directory_compare(before, before, changes);
    g_assert_cmpuint(changes->len, ==, 0);
    settle_directory_compare(before, now, changes);
    g_assert_cmpuint(changes->len, ==, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < changes->len; i++) {
        const SettleDirectoryChange *change = &g_array_index(changes, SettleDirectoryChange, i);

        g_assert_cmpint(change->dim, ==, wanted[i].dim);
        g_assert_cmpint(change->id, ==, wanted[i].id);
        g_assert_cmpint(change->from, ==, wanted[i].from);
        g_assert_cmpint(change->to, ==, wanted[i].to);
        g_assert_cmpuint(change->what, ==, wanted[i].what);
    }
}

static void
test_empty(void)
{
    g_autoptr(SettleDirectory) directory = settle_directory_new();

    settle_directory_seal(directory);
    g_assert_cmpint(settle_directory_id(directory, SETTLE_DIM_CARRIER, "X", 1), ==, 0);
    g_assert_cmpint(settle_directory_max_id(directory, SETTLE_DIM_CARRIER), ==, 0);
    g_assert_false(settle_directory_holds(directory, SETTLE_DIM_CARRIER, 1, 0));
}

/* Broken promises of whoever fills it. */
static void
test_same_code_twice(void)
{
    if (g_test_subprocess()) {
        g_autoptr(SettleDirectory) directory = make_directory();

        add(directory, SETTLE_DIM_REGION, 2, "GD");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*broken invariant*");
}

static void
test_not_sealed(void)
{
    if (g_test_subprocess()) {
        g_autoptr(SettleDirectory) directory = settle_directory_new();

        settle_directory_add_carrier(directory, 1, 0, SETTLE_PARTY_ACTIVE);
        settle_directory_holds(directory, SETTLE_DIM_CARRIER, 1, 0);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*broken invariant*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/directory/codes", test_codes);
    g_test_add_func("/directory/products", test_products);
    g_test_add_func("/directory/parties", test_parties);
    g_test_add_func("/directory/versions", test_versions);
    g_test_add_func("/directory/many", test_many);
    g_test_add_func("/directory/compare", test_compare);
    g_test_add_func("/directory/empty", test_empty);
    g_test_add_func("/directory/same-code-twice", test_same_code_twice);
    g_test_add_func("/directory/not-sealed", test_not_sealed);
    return g_test_run();
}
