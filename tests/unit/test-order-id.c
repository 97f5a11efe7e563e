#include "model/order-id.h"

/* Worked out by hand: (key + days since 1900-01-01 * 5436284455931) mod 2^62. */
static void
test_ids(void)
{
    static const struct {
        int64_t key;
        int year, month;
        int64_t id;
    } rows[] = {
        {1, 1900, 1, 1},
        {5, 1900, 2, INT64_C(5) + 31 * INT64_C(5436284455931)},
        {1, 2026, 1, INT64_C(1) + 46021 * INT64_C(5436284455931)},
        {(INT64_C(1) << 62) - 1, 2026, 1, 46021 * INT64_C(5436284455931) - 1},
        {(INT64_C(1) << 62) - 31 * INT64_C(5436284455931), 1900, 2, 1}, /* 0 is no id */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(settle_order_id(rows[i].key, rows[i].year * 12 + rows[i].month - 1), ==,
                        rows[i].id);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/order-id/ids", test_ids);
    return g_test_run();
}
