/* Volume bonus: docs/semantics.md 5.4, 13.9, example E5. */
#include "calc-fixture.h"
#include "calc/arithmetic.h"
#include "policy/windows.h"

/* E5: from 100 orders 5.00 each, from 500 8.00 each. */
static SettleTier e5[] = {
    {100, {.fixed_minor = 500}},
    {500, {.fixed_minor = 800}},
};
/* 1% from 1,000.00, 2.5% from 5,000.00 */
static SettleTier rates[] = {
    {100000, {.is_rate = TRUE, .rate_ppb = 10000000}},
    {500000, {.is_rate = TRUE, .rate_ppb = 25000000}},
};
static SettleTier lumps[] = {
    {100, {.fixed_minor = 50000}},
    {300, {.fixed_minor = 100000}},
    {800, {.fixed_minor = 150000}},
};
/* P3: 501-2,000 6.00, from 2,001 12.00 */
static SettleTier p3[] = {
    {501, {.fixed_minor = 600}},
    {2001, {.fixed_minor = 1200}},
};
/* half a thousandth: parts of half a fen */
static SettleTier halves[] = {
    {0, {.is_rate = TRUE, .rate_ppb = 500000}},
    {1000, {.is_rate = TRUE, .rate_ppb = 1500000}},
};

#define TIERS(t) t, G_N_ELEMENTS(t)
#define ORDERS   SETTLE_MEASURE_ORDERS
#define UNITS    SETTLE_MEASURE_UNITS
#define AMOUNT   SETTLE_MEASURE_AMOUNT
#define MARGINAL SETTLE_MODE_MARGINAL
#define WHOLE    SETTLE_MODE_WHOLE
#define LUMP     SETTLE_MODE_LUMP

static const struct {
    const char *name;
    SettleTier *tiers;
    guint n_tiers;
    SettleMeasure measure;
    SettleTierMode mode;
    gboolean adds;
    SettleRounding rounding;
    int64_t count, expected;
} targets[] = {
    {"E5 99, marginal", TIERS(e5), ORDERS, MARGINAL, FALSE, 0, 99, 0},
    {"E5 99, whole", TIERS(e5), ORDERS, WHOLE, FALSE, 0, 99, 0},
    {"100, marginal: the first inside", TIERS(e5), ORDERS, MARGINAL, FALSE, 0, 100, 500},
    {"100, whole: from the first unit", TIERS(e5), ORDERS, WHOLE, FALSE, 0, 100, 50000},
    {"E5 499, marginal", TIERS(e5), ORDERS, MARGINAL, FALSE, 0, 499, 200000},
    {"E5 499, whole", TIERS(e5), ORDERS, WHOLE, FALSE, 0, 499, 249500},
    {"E5 500, marginal", TIERS(e5), ORDERS, MARGINAL, FALSE, 0, 500, 200800},
    {"E5 500, whole", TIERS(e5), ORDERS, WHOLE, FALSE, 0, 500, 400000},
    /* E5's refunds, by the measure: 13.00 and 1,510.00 less than 500 */
    {"E5 498, marginal", TIERS(e5), ORDERS, MARGINAL, FALSE, 0, 498, 200800 - 1300},
    {"E5 498, whole", TIERS(e5), ORDERS, WHOLE, FALSE, 0, 498, 400000 - 151000},
    {"none", TIERS(e5), ORDERS, WHOLE, FALSE, 0, 0, 0},
    {"P3 500 units", TIERS(p3), UNITS, MARGINAL, FALSE, 0, 500, 0},
    {"P3 501 units", TIERS(p3), UNITS, MARGINAL, FALSE, 0, 501, 600},
    {"P3 2,000 units", TIERS(p3), UNITS, MARGINAL, FALSE, 0, 2000, 900000},
    {"P3 2,001 units", TIERS(p3), UNITS, MARGINAL, FALSE, 0, 2001, 901200},
    {"lump: none reached", TIERS(lumps), ORDERS, LUMP, FALSE, 0, 99, 0},
    {"lump: first", TIERS(lumps), ORDERS, LUMP, FALSE, 0, 299, 50000},
    {"lump: higher replaces", TIERS(lumps), ORDERS, LUMP, FALSE, 0, 300, 100000},
    {"lump: higher adds", TIERS(lumps), ORDERS, LUMP, TRUE, 0, 300, 150000},
    {"lump: all add", TIERS(lumps), ORDERS, LUMP, TRUE, 0, 5000, 300000},
    {"lump: the last replaces", TIERS(lumps), ORDERS, LUMP, FALSE, 0, 5000, 150000},
    {"amount below", TIERS(rates), AMOUNT, MARGINAL, FALSE, 0, 99999, 0},
    {"amount at from, marginal: nothing above it", TIERS(rates), AMOUNT, MARGINAL, FALSE, 0, 100000,
     0},
    {"amount at from, whole", TIERS(rates), AMOUNT, WHOLE, FALSE, 0, 100000, 1000},
    {"amount, marginal in two tiers", TIERS(rates), AMOUNT, MARGINAL, FALSE, 0, 540000,
     4000 + 1000},
    {"amount, whole", TIERS(rates), AMOUNT, WHOLE, FALSE, 0, 540000, 13500},
    /* 0.5 + 1.5 fen: one rounding of the sum gives 2, rounding each would give 3 (away) or 1 (down)
     */
    {"the sum is rounded once, away", TIERS(halves), AMOUNT, MARGINAL, FALSE,
     SETTLE_ROUND_HALF_AWAY, 2000, 2},
    {"the sum is rounded once, down", TIERS(halves), AMOUNT, MARGINAL, FALSE, SETTLE_ROUND_DOWN,
     2000, 2},
    /* 0.5 + 0.75 = 1.25 */
    {"half to even", TIERS(halves), AMOUNT, MARGINAL, FALSE, SETTLE_ROUND_HALF_EVEN, 1500, 1},
    {"half away", TIERS(halves), AMOUNT, WHOLE, FALSE, SETTLE_ROUND_HALF_AWAY, 3000, 5},
    {"half to even, 4.5", TIERS(halves), AMOUNT, WHOLE, FALSE, SETTLE_ROUND_HALF_EVEN, 3000, 4},
};

static void
test_targets(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleRule rule = {.kind = SETTLE_KIND_VOLUME_BONUS,
                       .volume = {.measure = targets[i].measure,
                                  .mode = targets[i].mode,
                                  .lump_adds = targets[i].adds,
                                  .tiers = targets[i].tiers,
                                  .n_tiers = targets[i].n_tiers}};
    int64_t minor = -1;

    g_assert_true(settle_window_earned(settle_arithmetic_current(), &rule, targets[i].count,
                                       targets[i].rounding, &minor));
    g_assert_cmpint(minor, ==, targets[i].expected);
}

/* Sums of tiers and products that leave 64 or even 128 bits. */
static void
test_overflow(void)
{
    static const SettleTierMode modes[] = {MARGINAL, WHOLE, LUMP};
    SettleTier tiers[] = {{1, FIXED(INT64_MAX)}, {2, FIXED(INT64_MAX)}};
    SettleRule rule = {
        .kind = SETTLE_KIND_VOLUME_BONUS,
        .volume = {.measure = UNITS, .lump_adds = TRUE, .tiers = tiers, .n_tiers = 2}};
    int64_t minor = -1;

    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        rule.volume.mode = modes[i];
        g_assert_false(settle_window_earned(settle_arithmetic_current(), &rule, 2,
                                            SETTLE_ROUND_HALF_AWAY, &minor));
        g_assert_false(settle_window_earned(settle_arithmetic_current(), &rule, INT64_MAX,
                                            SETTLE_ROUND_HALF_AWAY, &minor));
        g_assert_cmpint(minor, ==, -1);
        g_assert_true(settle_window_earned(settle_arithmetic_current(), &rule, 1,
                                           SETTLE_ROUND_HALF_AWAY, &minor));
        g_assert_cmpint(minor, ==, INT64_MAX);
        minor = -1;
    }
    /* 2^60 units of 2^59 are 2^119; times 10^9 = 2^9 * 5^9 they would wrap to exactly nothing */
    tiers[0].pay = FIXED(INT64_C(1) << 59);
    rule.volume.n_tiers = 1;
    rule.volume.mode = WHOLE;
    g_assert_false(settle_window_earned(settle_arithmetic_current(), &rule, INT64_C(1) << 60,
                                        SETTLE_ROUND_HALF_AWAY, &minor));
    g_assert_cmpint(minor, ==, -1);
}

static const struct {
    const char *name;
    SettleWindow window;
    const char *day, *end;
} windows[] = {
    {"month", SETTLE_WINDOW_MONTH, "2026-02-28", "2026-02"},
    {"quarter, first day", SETTLE_WINDOW_QUARTER, "2026-04-01", "2026-06"},
    {"quarter, last day", SETTLE_WINDOW_QUARTER, "2026-03-31", "2026-03"},
    {"quarter, over no year", SETTLE_WINDOW_QUARTER, "2026-10-15", "2026-12"},
    {"year, first day", SETTLE_WINDOW_YEAR, "2026-01-01", "2026-12"},
    {"year, last day", SETTLE_WINDOW_YEAR, "2026-12-31", "2026-12"},
};

static void
test_windows(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);

    g_assert_cmpint(settle_window_end(windows[i].window, day_of(windows[i].day)), ==,
                    month_of(windows[i].end));
}

static void
test_measure(void)
{
    SettleOrder order = order_of("2026-03-15", 19990);
    SettlePolicy policy = {0};
    SettleRule rule = {.kind = SETTLE_KIND_VOLUME_BONUS, .volume = {.measure = ORDERS}};

    order.quantity = 7;
    g_assert_cmpint(
        settle_window_measure(settle_arithmetic_current(), &policy, &rule, &order, NULL, 0), ==, 1);
    rule.volume.measure = UNITS;
    g_assert_cmpint(
        settle_window_measure(settle_arithmetic_current(), &policy, &rule, &order, NULL, 0), ==, 7);
    rule.volume.measure = AMOUNT;
    g_assert_cmpint(
        settle_window_measure(settle_arithmetic_current(), &policy, &rule, &order, NULL, 0), ==,
        19990);
}

static const struct {
    const char *name;
    SettleScope scope;
    int32_t manager, outlet, expected;
} scopes[] = {
    {"distributor", SETTLE_SCOPE_DISTRIBUTOR, 12, 34, 0},
    {"distributor, no manager", SETTLE_SCOPE_DISTRIBUTOR, 0, 0, 0},
    {"outlet", SETTLE_SCOPE_OUTLET, 12, 34, 34},
    {"outlet, no manager", SETTLE_SCOPE_OUTLET, 0, 0, -1},
    {"manager", SETTLE_SCOPE_MANAGER, 12, 34, 12},
    {"manager, none", SETTLE_SCOPE_MANAGER, 0, 0, -1},
};

static void
test_scopes(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleOrder order = order_of("2026-03-15", 19990);
    SettleOrderParties parties = {.outlet_id = scopes[i].outlet};
    SettleRule rule = {.kind = SETTLE_KIND_VOLUME_BONUS, .window = {.scope = scopes[i].scope}};

    order.manager_id = scopes[i].manager;
    g_assert_cmpint(settle_window_scope_id(&rule, &order, &parties), ==, scopes[i].expected);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    ADD_TABLE("/volume/target/", targets, test_targets)
    ADD_TABLE("/volume/window/", windows, test_windows)
    ADD_TABLE("/volume/scope/", scopes, test_scopes)
    g_test_add_func("/volume/measure", test_measure);
    g_test_add_func("/volume/overflow", test_overflow);
    return g_test_run();
}
