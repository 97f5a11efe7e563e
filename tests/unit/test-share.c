/* Revenue share: docs/semantics.md 5.3, 13.8, example E4. */
#include "calc-fixture.h"

#define CLOSED "2026-08-31"
#define YEAR   12

/* E4: 5% in months 1-6, 3% in 7-12, cap 2.00 a bill and 20.00 for life. */
static SettleBand e4_bands[] = {
    {{1, 6}, {.is_rate = TRUE, .rate_ppb = 50000000}},
    {{7, 12}, {.is_rate = TRUE, .rate_ppb = 30000000}},
};

static void
init_e4(CalcFixture *f)
{
    fixture_init(f, SETTLE_KIND_REVENUE_SHARE);
    f->rule.share = (SettleRevenueShare){.base = SETTLE_BILL_BILLED,
                                         .from_month = 1,
                                         .to_month = 12,
                                         .month_bands = e4_bands,
                                         .n_month_bands = G_N_ELEMENTS(e4_bands),
                                         .has_bill_cap = TRUE,
                                         .bill_cap_minor = 200,
                                         .has_life_cap = TRUE,
                                         .life_cap_minor = 2000};
}

static SettleBill
month_bill(const SettleOrder *order, int contract_month, int revision, int64_t billed)
{
    SettleBill bill = bill_of(order, "2026-08", revision, "2026-09-05", billed);

    bill.month += contract_month;
    bill.issue_day = settle_day_add_months(bill.issue_day, contract_month) + revision;
    return bill;
}

static const struct {
    const char *name;
    int64_t bills[YEAR];
    int64_t expected[YEAR];
    int64_t total;
} e4[] = {
    {"39.00 each",
     {3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900},
     {195, 195, 195, 195, 195, 195, 117, 117, 117, 117, 117, 117},
     1872},
    {"59.00 each",
     {5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900},
     {200, 200, 200, 200, 200, 200, 177, 177, 177, 177, 92, 0},
     2000},
    {"39.00 corrected to 29.00 in month 2",
     {3900, 2900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900},
     {195, 145, 195, 195, 195, 195, 117, 117, 117, 117, 117, 117},
     1822},
    {"a month less leaves room behind it",
     {0, 5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900, 5900},
     {0, 200, 200, 200, 200, 200, 177, 177, 177, 177, 177, 115},
     2000},
    {"a negative bill is nothing",
     {-5900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900, 3900},
     {0, 195, 195, 195, 195, 195, 117, 117, 117, 117, 117, 117},
     1677},
};

static void
test_e4(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleOrder order = order_of(CLOSED, 30000);
    SettleBill bills[YEAR];
    int64_t total = 0;
    CalcFixture f;

    init_e4(&f);
    for (int k = 0; k < YEAR; k++)
        bills[k] = month_bill(&order, k + 1, 1, e4[i].bills[k]);
    g_assert_true(fixture_calc(&f, &order, bills, YEAR, scope_until(day_of("2027-12-31"))));
    g_assert_cmpuint(f.targets->len, ==, YEAR);
    for (guint k = 0; k < YEAR; k++) {
        const SettleTarget *target = fixture_target(&f, k);

        g_assert_cmpint(target->slot, ==, settle_slot(3, k + 1, 0));
        g_assert_cmpint(target->origin, ==, month_of("2026-08") + (SettleMonth) k + 1);
        g_assert_cmpint(target->target_minor, ==, e4[i].expected[k]);
        g_assert_cmpint(target->state, ==, SETTLE_TARGET_EARNED);
        g_assert_cmpint(target->revision, ==, 1);
        total += target->target_minor;
    }
    g_assert_cmpint(total, ==, e4[i].total);
    fixture_clear(&f);
}

/* E4's correction as it happens: revision 2 beside revision 1, that month alone asked for. */
static void
test_correction(void)
{
    SettleOrder order = order_of(CLOSED, 30000);
    SettleBill bills[] = {month_bill(&order, 1, 1, 3900), month_bill(&order, 2, 1, 3900),
                          month_bill(&order, 2, 2, 2900), month_bill(&order, 3, 1, 3900)};
    SettleMonth asked = month_of("2026-10");
    SettleCalcScope scope = scope_until(day_of("2027-12-31"));
    CalcFixture f;
    int64_t before;

    scope.share_months = &asked;
    scope.n_share_months = 1;
    init_e4(&f);
    g_assert_true(fixture_calc(&f, &order, bills, 2, scope));
    g_assert_cmpuint(f.targets->len, ==, 1);
    before = fixture_target(&f, 0)->target_minor;
    g_assert_true(fixture_calc(&f, &order, bills, G_N_ELEMENTS(bills), scope));
    g_assert_cmpuint(f.targets->len, ==, 1);
    g_assert_cmpint(fixture_target(&f, 0)->revision, ==, 2);
    g_assert_cmpint(before - fixture_target(&f, 0)->target_minor, ==, 50);
    fixture_clear(&f);
}

/* The bills come in any order, a night each; every slot that a night changes is settled by the
 * difference. In the end it stands where it would if all had come at once. */
static void
test_any_order(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(20260831);
    SettleOrder order = order_of(CLOSED, 30000);
    SettleCalcScope scope = scope_until(day_of("2027-12-31"));
    CalcFixture f;

    init_e4(&f);
    for (int round = 0; round < 200; round++) {
        SettleBill all[YEAR], known[YEAR];
        int64_t posted[YEAR + 1] = {0}, total = 0;
        int sequence[YEAR];
        guint n = 0;

        for (int k = 0; k < YEAR; k++) {
            all[k] = month_bill(&order, k + 1, 1, g_rand_int_range(rand, 0, 9000));
            sequence[k] = k;
        }
        for (int k = YEAR - 1; k > 0; k--) {
            int other = g_rand_int_range(rand, 0, k + 1), kept = sequence[k];

            sequence[k] = sequence[other];
            sequence[other] = kept;
        }
        for (int night = 0; night < YEAR; night++) {
            guint at = n++;

            while (at > 0 && known[at - 1].month > all[sequence[night]].month) {
                known[at] = known[at - 1];
                at--;
            }
            known[at] = all[sequence[night]];
            g_assert_true(fixture_calc(&f, &order, known, n, scope));
            for (guint i = 0; i < f.targets->len; i++)
                posted[settle_slot_item(fixture_target(&f, i)->slot)] =
                    fixture_target(&f, i)->target_minor;
        }
        g_assert_true(fixture_calc(&f, &order, all, YEAR, scope));
        g_assert_cmpuint(f.targets->len, ==, YEAR);
        for (guint i = 0; i < YEAR; i++) {
            g_assert_cmpint(posted[i + 1], ==, fixture_target(&f, i)->target_minor);
            total += posted[i + 1];
        }
        g_assert_cmpint(total, <=, 2000);
    }
    fixture_clear(&f);
}

/* Asked for some months only, the lifetime cap still runs over all bills given. */
static void
test_asked_months(void)
{
    SettleOrder order = order_of(CLOSED, 30000);
    SettleMonth asked[] = {month_of("2027-06"), month_of("2027-07")}; /* contract months 10, 11 */
    SettleCalcScope scope = scope_until(day_of("2027-12-31"));
    SettleBill bills[YEAR];
    CalcFixture f;

    scope.share_months = asked;
    scope.n_share_months = 2;
    init_e4(&f);
    for (int k = 0; k < YEAR; k++)
        bills[k] = month_bill(&order, k + 1, 1, 5900);
    g_assert_true(fixture_calc(&f, &order, bills, YEAR, scope));
    g_assert_cmpuint(f.targets->len, ==, 2);
    g_assert_cmpint(fixture_target(&f, 0)->slot, ==, settle_slot(3, 10, 0));
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, 177);
    g_assert_cmpint(fixture_target(&f, 1)->slot, ==, settle_slot(3, 11, 0));
    g_assert_cmpint(fixture_target(&f, 1)->target_minor, ==, 92);
    fixture_clear(&f);
}

/* One bill: base, tax, bands by size, caps, rounding, months. */
static const struct {
    const char *name;
    SettleBillBase base;
    SettleRatePpb tax, rate; /* rate 0: P1's bands by size */
    SettleRounding rounding;
    int64_t cap; /* -1: none */
    int64_t billed, arrears, cash;
    int contract_month;
    int64_t expected; /* -1: nothing is emitted */
} bills_table[] = {
    {"billed", SETTLE_BILL_BILLED, 0, PERCENT(5), 0, -1, 3900, 1000, 500, 4, 195},
    {"less arrears", SETTLE_BILL_BILLED_LESS_ARREARS, 0, PERCENT(5), 0, -1, 3900, 1000, 500, 4,
     145},
    {"arrears above the bill", SETTLE_BILL_BILLED_LESS_ARREARS, 0, PERCENT(5), 0, -1, 3900, 4000,
     500, 4, 0},
    {"cash", SETTLE_BILL_CASH, 0, PERCENT(5), 0, -1, 3900, 1000, 500, 4, 25},
    {"negative cash", SETTLE_BILL_CASH, 0, PERCENT(5), 0, -1, 3900, 1000, -500, 4, 0},
    /* 106.00 / 1.06 = 100.00 */
    {"net of tax", SETTLE_BILL_CASH, PERCENT(6), PERCENT(5), 0, -1, 0, 0, 10600, 4, 500},
    /* 10.49 / 1.06 = 9.8962..; 5% is 0.49481.. -> 0.49. Rounding the net first to 9.90 gives 0.495
       -> 0.50 */
    {"net of tax is rounded once", SETTLE_BILL_CASH, PERCENT(6), PERCENT(5), 0, -1, 0, 0, 1049, 4,
     49},
    {"half away", SETTLE_BILL_BILLED, 0, PERCENT(5), SETTLE_ROUND_HALF_AWAY, -1, 3890, 0, 0, 4,
     195},
    {"half to even", SETTLE_BILL_BILLED, 0, PERCENT(5), SETTLE_ROUND_HALF_EVEN, -1, 3890, 0, 0, 4,
     194},
    {"down", SETTLE_BILL_BILLED, 0, PERCENT(5), SETTLE_ROUND_DOWN, -1, 3899, 0, 0, 4, 194},
    {"cap", SETTLE_BILL_BILLED, 0, PERCENT(5), 0, 194, 3900, 0, 0, 4, 194},
    {"size: whole amount at its band", SETTLE_BILL_BILLED, 0, 0, 0, -1, 999, 0, 0, 4, 60},
    {"size: next band", SETTLE_BILL_BILLED, 0, 0, 0, -1, 1000, 0, 0, 4, 80},
    {"size: by the base before tax is taken out", SETTLE_BILL_BILLED, PERCENT(6), 0, 0, -1, 1000, 0,
     0, 4, 75},
    {"size: above the bands", SETTLE_BILL_BILLED, 0, 0, 0, -1, 2000, 0, 0, 4, 0},
    {"nothing billed is a slot of 0", SETTLE_BILL_BILLED, 0, PERCENT(5), 0, -1, 0, 0, 0, 4, 0},
    {"first month", SETTLE_BILL_BILLED, 0, PERCENT(5), 0, -1, 3900, 0, 0, 3, 195},
    {"last month", SETTLE_BILL_BILLED, 0, PERCENT(5), 0, -1, 3900, 0, 0, 15, 195},
    {"too early", SETTLE_BILL_BILLED, 0, PERCENT(5), 0, -1, 3900, 0, 0, 2, -1},
    {"too late", SETTLE_BILL_BILLED, 0, PERCENT(5), 0, -1, 3900, 0, 0, 16, -1},
    {"before the closing month", SETTLE_BILL_BILLED, 0, PERCENT(5), 0, -1, 3900, 0, 0, -1, -1},
};

static void
test_bill(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettleBand sizes[] = {{UP_TO(999), RATE(PERCENT(6))}, {BETWEEN(1000, 1999), RATE(PERCENT(8))}};
    SettleOrder order = order_of(CLOSED, 30000);
    SettleBill bill = month_bill(&order, bills_table[i].contract_month, 1, bills_table[i].billed);
    CalcFixture f;

    bill.arrears_minor = bills_table[i].arrears;
    bill.cash_minor = bills_table[i].cash;
    fixture_init(&f, SETTLE_KIND_REVENUE_SHARE);
    f.policy.rounding = bills_table[i].rounding;
    f.rule.share = (SettleRevenueShare){.base = bills_table[i].base,
                                        .net_of_tax_ppb = bills_table[i].tax,
                                        .from_month = 3,
                                        .to_month = 15,
                                        .rate_ppb = bills_table[i].rate,
                                        .has_bill_cap = bills_table[i].cap >= 0,
                                        .bill_cap_minor = bills_table[i].cap};
    if (bills_table[i].rate == 0) {
        f.rule.share.size_bands = sizes;
        f.rule.share.n_size_bands = G_N_ELEMENTS(sizes);
    }
    g_assert_true(fixture_calc(&f, &order, &bill, 1, scope_until(day_of("2029-12-31"))));
    g_assert_cmpuint(f.targets->len, ==, bills_table[i].expected < 0 ? 0 : 1);
    if (bills_table[i].expected >= 0)
        g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, bills_table[i].expected);
    fixture_clear(&f);
}

/* What went to another order is taken back: a slot of 0, and room under the lifetime cap. */
static void
test_withdrawn(void)
{
    SettleOrder order = order_of(CLOSED, 30000);
    SettleBill bills[] = {month_bill(&order, 1, 1, 5900), month_bill(&order, 1, 2, 5900),
                          month_bill(&order, 2, 1, 5900)};
    CalcFixture f;

    init_e4(&f);
    f.rule.share.life_cap_minor = 300;
    g_assert_true(fixture_calc(&f, &order, bills, 3, scope_until(day_of("2027-12-31"))));
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, 200);
    g_assert_cmpint(fixture_target(&f, 1)->target_minor, ==, 100);
    /* a revision that is withdrawn leaves the one before it */
    bills[1].withdrawn = TRUE;
    g_assert_true(fixture_calc(&f, &order, bills, 3, scope_until(day_of("2027-12-31"))));
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, 200);
    g_assert_cmpint(fixture_target(&f, 0)->revision, ==, 1);
    bills[0].withdrawn = TRUE;
    g_assert_true(fixture_calc(&f, &order, bills, 3, scope_until(day_of("2027-12-31"))));
    g_assert_cmpuint(f.targets->len, ==, 2);
    g_assert_cmpint(fixture_target(&f, 0)->target_minor, ==, 0);
    g_assert_cmpint(fixture_target(&f, 1)->target_minor, ==, 200);
    fixture_clear(&f);
}

/* The bills of a contract serve only its first-closed order. */
static void
test_no_bills(void)
{
    static const guint16 flags[] = {SETTLE_ORDER_FOLLOWS, SETTLE_ORDER_NO_CONTRACT};

    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        SettleOrder order = order_of(CLOSED, 30000);
        SettleBill bill = month_bill(&order, 1, 1, 5900);
        CalcFixture f;

        order.flags = flags[i];
        init_e4(&f);
        g_assert_true(fixture_calc(&f, &order, &bill, 1, scope_until(day_of("2027-12-31"))));
        g_assert_cmpuint(f.targets->len, ==, 0);
        fixture_clear(&f);
    }
}

static void
test_overflow(void)
{
    SettleOrder order = order_of(CLOSED, 30000);
    SettleBill bills[] = {month_bill(&order, 1, 1, 3900), month_bill(&order, 2, 1, INT64_MAX)};
    CalcFixture f;

    fixture_init(&f, SETTLE_KIND_REVENUE_SHARE);
    f.rule.share =
        (SettleRevenueShare){.base = SETTLE_BILL_BILLED, .to_month = 12, .rate_ppb = PERCENT(200)};
    g_assert_false(fixture_calc(&f, &order, bills, 2, scope_until(day_of("2027-12-31"))));
    g_assert_cmpuint(f.targets->len, ==, 0);
    f.rule.share.base = SETTLE_BILL_BILLED_LESS_ARREARS;
    bills[1].arrears_minor = -1; /* the base itself does not fit */
    g_assert_false(fixture_calc(&f, &order, bills, 2, scope_until(day_of("2027-12-31"))));
    fixture_clear(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    ADD_TABLE("/share/E4 ", e4, test_e4)
    ADD_TABLE("/share/bill/", bills_table, test_bill)
    g_test_add_func("/share/correction", test_correction);
    g_test_add_func("/share/any order of arrival", test_any_order);
    g_test_add_func("/share/asked months", test_asked_months);
    g_test_add_func("/share/withdrawn", test_withdrawn);
    g_test_add_func("/share/no bills", test_no_bills);
    g_test_add_func("/share/overflow", test_overflow);
    return g_test_run();
}
