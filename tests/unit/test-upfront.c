/* Upfront commission: docs/semantics.md 5.1, 13.3, example E1. */
#include "calc-fixture.h"

/* One row a rule of the arithmetic; no conditions. */
static const struct {
    const char *name;
    SettleRounding rounding;
    gboolean is_rate;
    int64_t fixed_or_ppb;
    int64_t floor, cap; /* -1: none */
    int64_t paid;
    int32_t quantity;
    int64_t expected;
} amounts[] = {
    {"E1 rate with cap", SETTLE_ROUND_HALF_AWAY, TRUE, PER_MILLE(25), -1, 499, 19990, 1, 499},
    {"E1 without the cap", SETTLE_ROUND_HALF_AWAY, TRUE, PER_MILLE(25), -1, -1, 19990, 1, 500},
    {"E1 half to even, odd below", SETTLE_ROUND_HALF_EVEN, TRUE, PER_MILLE(25), -1, -1, 19980, 1,
     500},
    {"E1 half to even, even below", SETTLE_ROUND_HALF_EVEN, TRUE, PER_MILLE(25), -1, -1, 20020, 1,
     500},
    {"E1 half away", SETTLE_ROUND_HALF_AWAY, TRUE, PER_MILLE(25), -1, -1, 20020, 1, 501},
    {"down", SETTLE_ROUND_DOWN, TRUE, PER_MILLE(25), -1, -1, 19990, 1, 499},
    {"fixed", SETTLE_ROUND_HALF_AWAY, FALSE, 4000, -1, -1, 19990, 1, 4000},
    {"fixed is per unit", SETTLE_ROUND_HALF_AWAY, FALSE, 4000, -1, -1, 19990, 3, 12000},
    {"a rate is not per unit", SETTLE_ROUND_HALF_AWAY, TRUE, PERCENT(10), -1, -1, 10000, 3, 1000},
    {"cap is per order", SETTLE_ROUND_HALF_AWAY, FALSE, 4000, -1, 5000, 19990, 3, 5000},
    {"floor is per order", SETTLE_ROUND_HALF_AWAY, FALSE, 10, 100, -1, 19990, 3, 100},
    {"floor lifts a rate", SETTLE_ROUND_HALF_AWAY, TRUE, PERCENT(1), 100, -1, 500, 1, 100},
    {"floor does not lower", SETTLE_ROUND_HALF_AWAY, TRUE, PERCENT(1), 100, -1, 50000, 1, 500},
    {"floor does not lift a base of nothing", SETTLE_ROUND_HALF_AWAY, TRUE, PERCENT(1), 100, -1, 0,
     1, 0},
    {"a fixed amount needs no base", SETTLE_ROUND_HALF_AWAY, FALSE, 4000, -1, -1, 0, 1, 4000},
    {"floor lifts what rounds to nothing", SETTLE_ROUND_HALF_AWAY, TRUE, PERCENT(1), 100, -1, 1, 1,
     100},
    {"cap after floor", SETTLE_ROUND_HALF_AWAY, TRUE, PERCENT(1), 300, 200, 500, 1, 200},
    {"rounding before the cap", SETTLE_ROUND_HALF_AWAY, TRUE, PER_MILLE(25), -1, 500, 19990, 1,
     500},
};

static void
test_amounts(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleOrder order = order_of("2026-03-15", amounts[i].paid);
    CalcFixture f;

    order.quantity = amounts[i].quantity;
    fixture_init(&f, SETTLE_KIND_UPFRONT);
    f.policy.rounding = amounts[i].rounding;
    f.rule.upfront.pay =
        amounts[i].is_rate ? RATE(amounts[i].fixed_or_ppb) : FIXED(amounts[i].fixed_or_ppb);
    f.rule.upfront.has_floor = amounts[i].floor >= 0;
    f.rule.upfront.floor_minor = amounts[i].floor;
    f.rule.upfront.has_cap = amounts[i].cap >= 0;
    f.rule.upfront.cap_minor = amounts[i].cap;
    g_assert_true(fixture_calc(&f, &order, NULL, 0, scope_until(order.closing_day)));
    g_assert_cmpuint(f.targets->len, ==, 1);
    g_assert_cmpint(fixture_target(&f, 0)->state, ==, SETTLE_TARGET_EARNED);
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, amounts[i].expected);
    g_assert_cmpint(fixture_target(&f, 0)->origin, ==, month_of("2026-03"));
    g_assert_cmpint(fixture_target(&f, 0)->slot, ==, settle_slot(3, 0, 0));
    g_assert_cmpint(fixture_target(&f, 0)->credit, ==, SETTLE_ROLE_DISTRIBUTOR);
    fixture_clear(&f);
}

/* By paid amount, the whole amount at its band (P3's plan fees). */
static const struct {
    const char *name;
    int64_t paid, expected;
    int32_t quantity;
} by_amount[] = {
    {"below all bands", 1899, 0, 1},
    {"exactly one value", 1900, 3000, 1},
    {"in a gap", 1901, 0, 1},
    {"first of a band", 2900, 4000, 1},
    {"last of a band", 3999, 4000, 1},
    {"open above, a rate", 4000, 80, 1},
    {"a fixed band is per unit", 2900, 8000, 2},
    {"a rated band is not", 100000, 2000, 2},
};

static void
test_by_amount(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleBand bands[] = {
        {BETWEEN(1900, 1900), FIXED(3000)},
        {BETWEEN(2900, 3999), FIXED(4000)},
        {FROM(4000), RATE(PERCENT(2))},
    };
    SettleOrder order = order_of("2026-03-15", by_amount[i].paid);
    CalcFixture f;

    order.quantity = by_amount[i].quantity;
    fixture_init(&f, SETTLE_KIND_UPFRONT);
    f.rule.upfront =
        (SettleUpfront){.bands = bands, .n_bands = G_N_ELEMENTS(bands), .withheld = TRUE};
    g_assert_true(fixture_calc(&f, &order, NULL, 0, scope_until(order.closing_day)));
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, by_amount[i].expected);
    g_assert_cmpint(fixture_target(&f, 0)->credit, ==, SETTLE_ROLE_WITHHELD);
    fixture_clear(&f);
}

/* Closed 2026-03-30, earned after n active days; what a look at (due_after, date] finds. */
static const struct {
    const char *name;
    int active_days;
    const char *due_after; /* NULL: SETTLE_DAY_MIN */
    const char *date;
    int state; /* 0: nothing is emitted */
} days[] = {
    {"none: on the closing day", 0, NULL, "2026-03-30", SETTLE_TARGET_EARNED},
    {"none: excluded by due_after", 0, "2026-03-30", "2026-03-31", 0},
    {"3: the day before", 3, NULL, "2026-04-01", SETTLE_TARGET_NOT_DUE},
    {"3: on the day", 3, NULL, "2026-04-02", SETTLE_TARGET_EARNED},
    {"3: on the day, nightly scan", 3, "2026-04-01", "2026-04-02", SETTLE_TARGET_EARNED},
    {"3: a night too late", 3, "2026-04-02", "2026-04-03", 0},
    {"3: missed nights", 3, "2026-03-30", "2026-04-20", SETTLE_TARGET_EARNED},
    {"3: not due, nightly scan", 3, "2026-03-31", "2026-04-01", SETTLE_TARGET_NOT_DUE},
};

static void
test_days(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleOrder order = order_of("2026-03-30", 10000);
    SettleCalcScope scope = scope_until(day_of(days[i].date));
    CalcFixture f;

    if (days[i].due_after != NULL)
        scope.due_after = day_of(days[i].due_after);
    fixture_init(&f, SETTLE_KIND_UPFRONT);
    f.rule.upfront = (SettleUpfront){.pay = FIXED(4000), .active_days = days[i].active_days};
    g_assert_true(fixture_calc(&f, &order, NULL, 0, scope));
    g_assert_cmpuint(f.targets->len, ==, days[i].state == 0 ? 0 : 1);
    if (days[i].state != 0) {
        const SettleTarget *target = fixture_target(&f, 0);

        g_assert_cmpint(target->state, ==, days[i].state);
        g_assert_cmpint(target->target_minor, ==, days[i].state == SETTLE_TARGET_EARNED ? 4000 : 0);
        g_assert_cmpint(target->wait_day, ==, order.closing_day + days[i].active_days);
        /* earned in April, but the origin stays the closing month */
        g_assert_cmpint(target->origin, ==, month_of("2026-03"));
    }
    fixture_clear(&f);
}

/* P1: only if the first bill shows call minutes. Up to two revisions of month 0. */
static const struct {
    const char *name;
    int minutes[2]; /* -1: no such revision; -2: withdrawn */
    guint16 flags;
    int state;
} conditions[] = {
    {"no bill yet", {-1, -1}, 0, SETTLE_TARGET_PENDING},
    {"met", {5, -1}, 0, SETTLE_TARGET_EARNED},
    {"not met", {0, -1}, 0, SETTLE_TARGET_NOT_MET},
    {"the latest revision holds: taken back", {5, 0}, 0, SETTLE_TARGET_NOT_MET},
    {"the latest revision holds: earned after all", {0, 5}, 0, SETTLE_TARGET_EARNED},
    {"the bill went to another order", {-2, -2}, 0, SETTLE_TARGET_PENDING},
    {"a withdrawn revision leaves the one before it", {5, -2}, 0, SETTLE_TARGET_EARNED},
    {"a later order on the contract", {5, -1}, SETTLE_ORDER_FOLLOWS, SETTLE_TARGET_NOT_MET},
    {"no contract", {-1, -1}, SETTLE_ORDER_NO_CONTRACT, SETTLE_TARGET_NOT_MET},
};

static void
test_conditions(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleBillTest test = {.kind = SETTLE_TEST_MINUTES, .interval = FROM(1)};
    SettleCondition condition = {.tests = &test, .n_tests = 1};
    SettleOrder order = order_of("2026-03-30", 10000);
    SettleBill bills[2];
    guint n = 0;
    CalcFixture f;

    order.flags = conditions[i].flags;
    for (int r = 0; r < 2 && conditions[i].minutes[r] != -1; r++, n++) {
        bills[n] = bill_of(&order, "2026-03", r + 1, r == 0 ? "2026-04-05" : "2026-06-05", 3900);
        bills[n].minutes = MAX(conditions[i].minutes[r], 0);
        bills[n].withdrawn = conditions[i].minutes[r] == -2;
    }
    fixture_init(&f, SETTLE_KIND_UPFRONT);
    f.rule.upfront =
        (SettleUpfront){.pay = FIXED(2000), .conditions = &condition, .n_conditions = 1};
    g_assert_true(fixture_calc(&f, &order, bills, n, scope_until(day_of("2026-06-30"))));
    g_assert_cmpuint(f.targets->len, ==, 1);
    g_assert_cmpint(fixture_target(&f, 0)->state, ==, conditions[i].state);
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==,
                    conditions[i].state == SETTLE_TARGET_EARNED ? 2000 : 0);
    if (conditions[i].state == SETTLE_TARGET_PENDING)
        g_assert_cmpint(fixture_target(&f, 0)->wait_month, ==, month_of("2026-03"));
    fixture_clear(&f);
}

/* Every test of a bill, and how they combine. The bill: billed 30.00, arrears 12.00, cash 18.00,
 * 9 minutes, 30 MB. */
static const struct {
    const char *name;
    gboolean any;
    SettleBillTest tests[2];
    guint n;
    gboolean met;
} tests[] = {
    {"no tests: the bill is there", FALSE, {{0}}, 0, TRUE},
    {"minutes", FALSE, {{SETTLE_TEST_MINUTES, 0, {9, 9}}}, 1, TRUE},
    {"minutes, short", FALSE, {{SETTLE_TEST_MINUTES, 0, {10, SETTLE_OPEN_HIGH}}}, 1, FALSE},
    {"megabytes", FALSE, {{SETTLE_TEST_MEGABYTES, 0, {30, SETTLE_OPEN_HIGH}}}, 1, TRUE},
    {"billed", FALSE, {{SETTLE_TEST_BASE, SETTLE_BILL_BILLED, {3000, 3000}}}, 1, TRUE},
    {"billed less arrears",
     FALSE,
     {{SETTLE_TEST_BASE, SETTLE_BILL_BILLED_LESS_ARREARS, {1800, 1800}}},
     1,
     TRUE},
    {"cash", FALSE, {{SETTLE_TEST_BASE, SETTLE_BILL_CASH, {1801, SETTLE_OPEN_HIGH}}}, 1, FALSE},
    {"no arrears", FALSE, {{SETTLE_TEST_NO_ARREARS, 0, {0, 0}}}, 1, FALSE},
    {"any: one suffices",
     TRUE,
     {{SETTLE_TEST_MINUTES, 0, {10, SETTLE_OPEN_HIGH}},
      {SETTLE_TEST_MEGABYTES, 0, {30, SETTLE_OPEN_HIGH}}},
     2,
     TRUE},
    {"any: none holds",
     TRUE,
     {{SETTLE_TEST_MINUTES, 0, {10, SETTLE_OPEN_HIGH}},
      {SETTLE_TEST_MEGABYTES, 0, {31, SETTLE_OPEN_HIGH}}},
     2,
     FALSE},
    {"all: one fails",
     FALSE,
     {{SETTLE_TEST_MINUTES, 0, {10, SETTLE_OPEN_HIGH}},
      {SETTLE_TEST_MEGABYTES, 0, {30, SETTLE_OPEN_HIGH}}},
     2,
     FALSE},
};

static void
test_tests(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleBillTest copies[2] = {tests[i].tests[0], tests[i].tests[1]};
    SettleCondition condition = {.any = tests[i].any, .tests = copies, .n_tests = tests[i].n};
    SettleOrder order = order_of("2026-03-30", 10000);
    SettleBill bill = bill_of(&order, "2026-03", 1, "2026-04-05", 3000);
    CalcFixture f;

    bill.arrears_minor = 1200;
    bill.cash_minor = 1800;
    bill.minutes = 9;
    bill.megabytes = 30;
    fixture_init(&f, SETTLE_KIND_UPFRONT);
    f.rule.upfront =
        (SettleUpfront){.pay = FIXED(2000), .conditions = &condition, .n_conditions = 1};
    g_assert_true(fixture_calc(&f, &order, &bill, 1, scope_until(day_of("2026-06-30"))));
    g_assert_cmpint(fixture_target(&f, 0)->state, ==,
                    tests[i].met ? SETTLE_TARGET_EARNED : SETTLE_TARGET_NOT_MET);
    fixture_clear(&f);
}

static void
test_overflow(void)
{
    SettleOrder order = order_of("2026-03-30", INT64_MAX);
    SettleTarget kept = {.target_minor = 7, .slot = 1};
    SettleCalcScope scope = scope_until(order.closing_day);
    CalcFixture f;

    fixture_init(&f, SETTLE_KIND_UPFRONT);
    f.rule.upfront.pay = RATE(PERCENT(200));
    g_array_append_val(f.targets, kept);
    g_assert_false(settle_calc_order(&f.policy, &f.match, &order, NULL, 0, &scope, f.targets));
    g_assert_cmpuint(f.targets->len, ==, 1);
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, 7);

    f.rule.upfront.pay = FIXED(INT64_MAX / 2);
    order.quantity = 3;
    g_assert_false(fixture_calc(&f, &order, NULL, 0, scope));
    g_assert_cmpuint(f.targets->len, ==, 0);
    order.quantity = 2;
    g_assert_true(fixture_calc(&f, &order, NULL, 0, scope));
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, INT64_MAX - 1);
    fixture_clear(&f);
}

/* Targets are appended behind what is there, ascending by slot whatever the document's order. */
static void
test_append(void)
{
    SettleInstalment instalment = {.months = 0, .day = 31, .pay = FIXED(10)};
    SettleRule deferred = {
        .kind = SETTLE_KIND_DEFERRED, .ordinal = 0, .deferred = {&instalment, 1}};
    SettleOrder order = order_of("2026-03-30", 10000);
    SettleCalcScope scope = scope_until(day_of("2026-03-31"));
    SettleTarget kept = {.target_minor = 7, .slot = settle_slot(9, 0, 0)};
    const SettleRule *rules[2];
    CalcFixture f;

    fixture_init(&f, SETTLE_KIND_UPFRONT);
    f.rule.upfront.pay = FIXED(4000);
    rules[0] = &f.rule;
    rules[1] = &deferred;
    f.match = (SettleMatch){.rules = rules, .n_rules = 2, .n_order_rules = 2};
    g_array_append_val(f.targets, kept);
    g_assert_true(settle_calc_order(&f.policy, &f.match, &order, NULL, 0, &scope, f.targets));
    g_assert_cmpuint(f.targets->len, ==, 3);
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, 7);
    g_assert_cmpint(fixture_target(&f, 1)->slot, ==, settle_slot(0, 1, 0));
    g_assert_cmpint(fixture_target(&f, 2)->slot, ==, settle_slot(3, 0, 0));
    fixture_clear(&f);
}

static void
test_scope(void)
{
    SettleOrder order = order_of("2026-03-30", 10000);
    SettleCalcScope scope = scope_until(order.closing_day);
    CalcFixture f;

    scope.what = SETTLE_CALC_BILLS;
    fixture_init(&f, SETTLE_KIND_UPFRONT);
    f.rule.upfront.pay = FIXED(4000);
    g_assert_true(fixture_calc(&f, &order, NULL, 0, scope));
    g_assert_cmpuint(f.targets->len, ==, 0);
    fixture_clear(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    ADD_TABLE("/upfront/amount/", amounts, test_amounts)
    ADD_TABLE("/upfront/by amount/", by_amount, test_by_amount)
    ADD_TABLE("/upfront/days/", days, test_days)
    ADD_TABLE("/upfront/conditions/", conditions, test_conditions)
    ADD_TABLE("/upfront/tests/", tests, test_tests)
    g_test_add_func("/upfront/overflow", test_overflow);
    g_test_add_func("/upfront/append", test_append);
    g_test_add_func("/upfront/scope", test_scope);
    return g_test_run();
}
