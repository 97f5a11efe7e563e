/* Deferred commission: docs/semantics.md 5.2, 13.7, example E3. */
#include "calc-fixture.h"

/* E3: closed 2026-08-31, T+1 20.00, T+3 20.00, T+6 2% of 300.00, due day 30. */
static SettleInstalment e3[] = {
    {.months = 1, .day = 30, .pay = {.fixed_minor = 2000}},
    {.months = 3, .day = 30, .pay = {.fixed_minor = 2000}},
    {.months = 6, .day = 30, .pay = {.is_rate = TRUE, .rate_ppb = 20000000}},
};

static const struct {
    const char *name;
    const char *due_after; /* NULL: SETTLE_DAY_MIN */
    const char *date;
    int64_t expected[3]; /* -1: not due; -2: not emitted */
} dues[] = {
    {"E3 nothing due", NULL, "2026-09-29", {-1, -1, -1}},
    {"E3 first", NULL, "2026-09-30", {2000, -1, -1}},
    {"E3 second", NULL, "2026-11-30", {2000, 2000, -1}},
    {"E3 third, a day early", NULL, "2027-02-27", {2000, 2000, -1}},
    {"E3 third, clipped to the last of February", NULL, "2027-02-28", {2000, 2000, 600}},
    {"nightly: what falls due that day only", "2026-11-29", "2026-11-30", {-2, 2000, -1}},
    {"nightly: nothing falls due", "2026-11-30", "2026-12-01", {-2, -2, -1}},
    {"missed nights", "2026-09-29", "2026-12-31", {2000, 2000, -1}},
};

static void
test_due(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data), at = 0;
    static const char *const due_days[] = {"2026-09-30", "2026-11-30", "2027-02-28"};
    static const char *const origins[] = {"2026-09", "2026-11", "2027-02"};
    SettleOrder order = order_of("2026-08-31", 30000);
    SettleCalcScope scope = scope_until(day_of(dues[i].date));
    CalcFixture f;

    order.quantity = 5; /* only upfront amounts multiply by quantity */
    if (dues[i].due_after != NULL)
        scope.due_after = day_of(dues[i].due_after);
    fixture_init(&f, SETTLE_KIND_DEFERRED);
    f.rule.deferred = (SettleDeferred){e3, G_N_ELEMENTS(e3)};
    g_assert_true(fixture_calc(&f, &order, NULL, 0, scope));
    for (guint j = 0; j < 3; j++) {
        const SettleTarget *target;

        if (dues[i].expected[j] == -2)
            continue;
        target = fixture_target(&f, at++);
        g_assert_cmpint(target->slot, ==, settle_slot(3, j + 1, 0));
        g_assert_cmpint(target->wait_day, ==, day_of(due_days[j]));
        g_assert_cmpint(target->origin, ==, month_of(origins[j]));
        g_assert_cmpint(target->target_minor, ==, MAX(dues[i].expected[j], 0));
        g_assert_cmpint(target->state, ==,
                        dues[i].expected[j] == -1 ? SETTLE_TARGET_NOT_DUE : SETTLE_TARGET_EARNED);
    }
    g_assert_cmpuint(f.targets->len, ==, at);
    fixture_clear(&f);
}

/* Due days: section 3. */
static const struct {
    const char *name;
    const char *closed;
    int months, day;
    const char *due;
} clipped[] = {
    {"the page's example", "2026-08-31", 6, 30, "2027-02-28"},
    {"leap year", "2027-08-31", 6, 30, "2028-02-29"},
    {"the 31st of a short month", "2026-03-01", 1, 31, "2026-04-30"},
    {"the closing day does not matter", "2026-03-01", 1, 10, "2026-04-10"},
    {"same month", "2026-03-20", 0, 10, "2026-03-10"},
    {"over the year", "2026-11-30", 14, 31, "2028-01-31"},
};

static void
test_clipped(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleOrder order = order_of(clipped[i].closed, 30000);
    SettleInstalment instalment = {.months = clipped[i].months, .day = clipped[i].day};

    g_assert_cmpint(settle_calc_due_day(&order, &instalment), ==, day_of(clipped[i].due));
}

/* T+3 on day 10 with a condition on months 1 to 3: at least 10 minutes in each. A row says the
 * bills: month, revision, issue day, minutes. Closed 2026-08, so month 1 is 2026-09; due
 * 2026-11-10. */
typedef struct {
    const char *month;
    int revision;
    const char *issued;
    int minutes;
    gboolean withdrawn;
} Row;

static const struct {
    const char *name;
    Row bills[6];
    int state;
    const char *wait_month;
} conditions[] = {
    {"no bills", {{0}}, SETTLE_TARGET_PENDING, "2026-09"},
    {"all met",
     {{"2026-09", 1, "2026-10-05", 10, 0},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-05", 10, 0}},
     SETTLE_TARGET_EARNED,
     NULL},
    {"the last is missing",
     {{"2026-09", 1, "2026-10-05", 10, 0}, {"2026-10", 1, "2026-11-05", 10, 0}},
     SETTLE_TARGET_PENDING,
     "2026-11"},
    {"one in the middle is missing",
     {{"2026-09", 1, "2026-10-05", 10, 0}, {"2026-11", 1, "2026-12-05", 10, 0}},
     SETTLE_TARGET_PENDING,
     "2026-10"},
    {"one fails, whatever is missing",
     {{"2026-09", 1, "2026-10-05", 9, 0}},
     SETTLE_TARGET_NOT_MET,
     NULL},
    {"the later month fails, the first is missing",
     {{"2026-10", 1, "2026-11-05", 9, 0}},
     SETTLE_TARGET_NOT_MET,
     NULL},
    {"months outside do not matter",
     {{"2026-08", 1, "2026-09-05", 0, 0},
      {"2026-09", 1, "2026-10-05", 10, 0},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-05", 10, 0},
      {"2026-12", 1, "2027-01-05", 0, 0}},
     SETTLE_TARGET_EARNED,
     NULL},
    {"a revision up to the due day counts",
     {{"2026-09", 1, "2026-10-05", 9, 0},
      {"2026-09", 2, "2026-11-10", 10, 0},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-05", 10, 0}},
     SETTLE_TARGET_EARNED,
     NULL},
    {"a revision after the due day does not",
     {{"2026-09", 1, "2026-10-05", 10, 0},
      {"2026-09", 2, "2026-11-11", 9, 0},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-05", 10, 0}},
     SETTLE_TARGET_EARNED,
     NULL},
    {"it does not help either",
     {{"2026-09", 1, "2026-10-05", 9, 0}, {"2026-09", 2, "2026-11-11", 10, 0}},
     SETTLE_TARGET_NOT_MET,
     NULL},
    {"none up to the due day: the first after it",
     {{"2026-09", 1, "2026-10-05", 10, 0},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-05", 10, 0},
      {"2026-11", 2, "2026-12-20", 9, 0}},
     SETTLE_TARGET_EARNED,
     NULL},
    {"the first after it by issue day, not by revision",
     {{"2026-09", 1, "2026-10-05", 10, 0},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-20", 10, 0},
      {"2026-11", 2, "2026-12-05", 9, 0}},
     SETTLE_TARGET_NOT_MET,
     NULL},
    {"the month's bill went to another order",
     {{"2026-09", 1, "2026-10-05", 10, 0},
      {"2026-09", 1, "2026-10-05", 10, TRUE},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-05", 10, 0}},
     SETTLE_TARGET_PENDING,
     "2026-09"},
    {"a withdrawn revision leaves the one before it",
     {{"2026-09", 1, "2026-10-05", 10, 0},
      {"2026-09", 2, "2026-10-06", 0, TRUE},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-05", 10, 0}},
     SETTLE_TARGET_EARNED,
     NULL},
    {"a bill before the closing month is nobody's",
     {{"2026-07", 1, "2026-08-05", 0, 0},
      {"2026-09", 1, "2026-10-05", 10, 0},
      {"2026-10", 1, "2026-11-05", 10, 0},
      {"2026-11", 1, "2026-12-05", 10, 0}},
     SETTLE_TARGET_EARNED,
     NULL},
};

static guint
fill_bills(const SettleOrder *order, const Row *rows, guint n, SettleBill *bills)
{
    guint i;

    for (i = 0; i < n && rows[i].month != NULL; i++) {
        bills[i] = bill_of(order, rows[i].month, rows[i].revision, rows[i].issued, 3900);
        bills[i].minutes = rows[i].minutes;
        bills[i].withdrawn = rows[i].withdrawn != 0;
    }
    return i;
}

static void
test_conditions(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleBillTest test = {.kind = SETTLE_TEST_MINUTES, .interval = FROM(10)};
    SettleCondition condition = {.from_month = 1, .to_month = 3, .tests = &test, .n_tests = 1};
    SettleInstalment instalment = {
        .months = 3, .day = 10, .pay = FIXED(6000), .conditions = &condition, .n_conditions = 1};
    SettleOrder order = order_of("2026-08-31", 30000);
    SettleBill bills[6];
    guint n = fill_bills(&order, conditions[i].bills, 6, bills);
    CalcFixture f;

    fixture_init(&f, SETTLE_KIND_DEFERRED);
    f.rule.deferred = (SettleDeferred){&instalment, 1};
    g_assert_true(fixture_calc(&f, &order, bills, n, scope_until(day_of("2027-06-30"))));
    g_assert_cmpuint(f.targets->len, ==, 1);
    g_assert_cmpint(fixture_target(&f, 0)->state, ==, conditions[i].state);
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==,
                    conditions[i].state == SETTLE_TARGET_EARNED ? 6000 : 0);
    g_assert_cmpint(fixture_target(&f, 0)->wait_day, ==, day_of("2026-11-10"));
    if (conditions[i].wait_month != NULL)
        g_assert_cmpint(fixture_target(&f, 0)->wait_month, ==, month_of(conditions[i].wait_month));
    fixture_clear(&f);
}

/* P1: by the net bill of month 3; the last row is the bill of that month, issued when it says. */
static const struct {
    const char *name;
    int64_t billed, arrears; /* billed -1: no bill */
    const char *issued;
    guint16 flags;
    int state;
    int64_t expected;
} bands[] = {
    {"no bill", -1, 0, NULL, 0, SETTLE_TARGET_PENDING, 0},
    {"below the bands", 999, 0, "2026-11-05", 0, SETTLE_TARGET_EARNED, 0},
    {"first of the first", 1000, 0, "2026-11-05", 0, SETTLE_TARGET_EARNED, 1000},
    {"last of the first", 1999, 0, "2026-11-05", 0, SETTLE_TARGET_EARNED, 1000},
    {"second", 2000, 0, "2026-11-05", 0, SETTLE_TARGET_EARNED, 1500},
    {"arrears count", 2500, 501, "2026-11-05", 0, SETTLE_TARGET_EARNED, 1000},
    {"arrears above the bill", 2500, 9000, "2026-11-05", 0, SETTLE_TARGET_EARNED, 0},
    {"a rate is of the paid amount", 5000, 0, "2026-11-05", 0, SETTLE_TARGET_EARNED, 600},
    {"issued after the due day", 2000, 0, "2027-01-05", 0, SETTLE_TARGET_EARNED, 1500},
    {"a later order on the contract", 2000, 0, "2026-11-05", SETTLE_ORDER_FOLLOWS,
     SETTLE_TARGET_NOT_MET, 0},
    {"no contract", -1, 0, NULL, SETTLE_ORDER_NO_CONTRACT, SETTLE_TARGET_NOT_MET, 0},
};

static void
test_bands(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data), n = 1;
    SettleBand table[] = {
        {BETWEEN(1000, 1999), FIXED(1000)},
        {BETWEEN(2000, 4999), FIXED(1500)},
        {FROM(5000), RATE(PERCENT(2))},
    };
    SettleInstalment instalment = {.months = 3,
                                   .day = 10,
                                   .band_month = 3,
                                   .band_base = SETTLE_BILL_BILLED_LESS_ARREARS,
                                   .bands = table,
                                   .n_bands = G_N_ELEMENTS(table)};
    SettleOrder order = order_of("2026-08-31", 30000);
    SettleBill bills[2];
    CalcFixture f;

    order.flags = bands[i].flags;
    /* the month before would pay another band */
    bills[0] = bill_of(&order, "2026-10", 1, "2026-11-05", 2500);
    if (bands[i].billed >= 0) {
        bills[n] = bill_of(&order, "2026-11", 1, bands[i].issued, bands[i].billed);
        bills[n++].arrears_minor = bands[i].arrears;
    }
    fixture_init(&f, SETTLE_KIND_DEFERRED);
    f.rule.deferred = (SettleDeferred){&instalment, 1};
    g_assert_true(fixture_calc(&f, &order, bills, n, scope_until(day_of("2027-06-30"))));
    g_assert_cmpint(fixture_target(&f, 0)->state, ==, bands[i].state);
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, bands[i].expected);
    if (bands[i].state == SETTLE_TARGET_PENDING)
        g_assert_cmpint(fixture_target(&f, 0)->wait_month, ==, month_of("2026-11"));
    fixture_clear(&f);
}

/* A condition that fails leaves the other instalments alone, and one without conditions is paid to
 * orders that no bill serves. */
static void
test_independent(void)
{
    SettleCondition condition = {.from_month = 1, .to_month = 1};
    SettleInstalment instalments[] = {
        {.months = 1, .day = 30, .pay = FIXED(2000)},
        {.months = 3, .day = 30, .pay = FIXED(2000), .conditions = &condition, .n_conditions = 1},
    };
    SettleOrder order = order_of("2026-08-31", 30000);
    CalcFixture f;

    order.flags = SETTLE_ORDER_FOLLOWS;
    fixture_init(&f, SETTLE_KIND_DEFERRED);
    f.rule.deferred = (SettleDeferred){instalments, 2};
    g_assert_true(fixture_calc(&f, &order, NULL, 0, scope_until(day_of("2026-12-31"))));
    g_assert_cmpuint(f.targets->len, ==, 2);
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, 2000);
    g_assert_cmpint(fixture_target(&f, 0)->state, ==, SETTLE_TARGET_EARNED);
    g_assert_cmpint(fixture_target(&f, 1)->target_minor, ==, 0);
    g_assert_cmpint(fixture_target(&f, 1)->state, ==, SETTLE_TARGET_NOT_MET);
    fixture_clear(&f);
}

/* Which bills need the order's history: calc.h. Closed 2026-08-31. */
static const struct {
    const char *name;
    SettleKind kind;
    gboolean capped;
    const char *bill_month;
    const char *date;
    gboolean needs, touches;
} history[] = {
    {"upfront condition, its month", SETTLE_KIND_UPFRONT, FALSE, "2026-08", "2026-09-05", TRUE,
     TRUE},
    {"upfront condition, another month", SETTLE_KIND_UPFRONT, FALSE, "2026-09", "2026-10-05", FALSE,
     FALSE},
    {"upfront not earned yet", SETTLE_KIND_UPFRONT, FALSE, "2026-08", "2026-09-02", FALSE, FALSE},
    {"instalment condition, due", SETTLE_KIND_DEFERRED, FALSE, "2026-09", "2026-11-30", TRUE, TRUE},
    {"instalment condition, not due", SETTLE_KIND_DEFERRED, FALSE, "2026-09", "2026-11-29", FALSE,
     FALSE},
    {"instalment band, due", SETTLE_KIND_DEFERRED, FALSE, "2026-11", "2026-12-05", TRUE, TRUE},
    {"instalment, another month", SETTLE_KIND_DEFERRED, FALSE, "2026-12", "2027-01-05", FALSE,
     FALSE},
    {"share", SETTLE_KIND_REVENUE_SHARE, FALSE, "2026-09", "2026-10-05", FALSE, FALSE},
    {"share with a lifetime cap", SETTLE_KIND_REVENUE_SHARE, TRUE, "2026-09", "2026-10-05", TRUE,
     FALSE},
    {"capped share, outside its months", SETTLE_KIND_REVENUE_SHARE, TRUE, "2026-08", "2026-10-05",
     FALSE, FALSE},
    {"capped share, its last month", SETTLE_KIND_REVENUE_SHARE, TRUE, "2027-08", "2027-10-05", TRUE,
     FALSE},
    {"capped share, after its months", SETTLE_KIND_REVENUE_SHARE, TRUE, "2027-09", "2027-10-05",
     FALSE, FALSE},
    {"before the closing month", SETTLE_KIND_REVENUE_SHARE, TRUE, "2026-07", "2026-10-05", FALSE,
     FALSE},
    {"volume", SETTLE_KIND_VOLUME_BONUS, FALSE, "2026-08", "2026-10-05", FALSE, FALSE},
};

static void
test_history(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleBand table[] = {{FROM(1000), FIXED(1000)}};
    SettleCondition first = {.from_month = 0, .to_month = 0};
    SettleCondition second = {.from_month = 1, .to_month = 1};
    SettleInstalment instalment = {.months = 3,
                                   .day = 30,
                                   .band_month = 3,
                                   .bands = table,
                                   .n_bands = 1,
                                   .conditions = &second,
                                   .n_conditions = 1};
    SettleOrder order = order_of("2026-08-31", 30000);
    gboolean touches = !history[i].touches;
    CalcFixture f;

    fixture_init(&f, history[i].kind);
    if (history[i].kind == SETTLE_KIND_UPFRONT)
        f.rule.upfront = (SettleUpfront){.active_days = 3, .conditions = &first, .n_conditions = 1};
    else if (history[i].kind == SETTLE_KIND_DEFERRED)
        f.rule.deferred = (SettleDeferred){&instalment, 1};
    else if (history[i].kind == SETTLE_KIND_REVENUE_SHARE)
        f.rule.share = (SettleRevenueShare){
            .from_month = 1, .to_month = 12, .has_life_cap = history[i].capped};
    g_assert_cmpint(settle_calc_bill_needs_history(settle_arithmetic_current(), &f.match, &order,
                                                   month_of(history[i].bill_month),
                                                   day_of(history[i].date), &touches),
                    ==, history[i].needs);
    g_assert_cmpint(touches, ==, history[i].touches);
    fixture_clear(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    ADD_TABLE("/deferred/due/", dues, test_due)
    ADD_TABLE("/deferred/clipped/", clipped, test_clipped)
    ADD_TABLE("/deferred/conditions/", conditions, test_conditions)
    ADD_TABLE("/deferred/bands/", bands, test_bands)
    ADD_TABLE("/deferred/history/", history, test_history)
    g_test_add_func("/deferred/independent", test_independent);
    return g_test_run();
}
