/* Policies, orders and bills by hand, for the tests of calc and ledger. Money is in fen. */
#pragma once

#include "calc/arithmetic.h"
#include "calc/calc.h"

#include <glib.h>

#define PERCENT(n) ((SettleRatePpb) ((n) *10000000))
/* tenths of a per cent: 2.5% is PER_MILLE(25) */
#define PER_MILLE(n)  ((SettleRatePpb) ((n) *1000000))
#define FIXED(minor)  ((SettlePay){.is_rate = FALSE, .fixed_minor = (minor)})
#define RATE(ppb)     ((SettlePay){.is_rate = TRUE, .rate_ppb = (ppb)})
#define ANY           ((SettleInterval){SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH})
#define FROM(n)       ((SettleInterval){(n), SETTLE_OPEN_HIGH})
#define UP_TO(n)      ((SettleInterval){SETTLE_OPEN_LOW, (n)})
#define BETWEEN(a, b) ((SettleInterval){(a), (b)})
#define NO_SELECTOR                                                                                \
    ((SettleSelector){.amount = ANY, .quantity = ANY, .tier = ANY, .first_order = -1})

static inline SettleDay
day_of(const char *text)
{
    SettleDay day = 0;

    g_assert_true(settle_day_parse(text, strlen(text), &day));
    return day;
}

static inline SettleMonth
month_of(const char *text)
{
    SettleMonth month = 0;

    g_assert_true(settle_month_parse(text, strlen(text), &month));
    return month;
}

static inline SettleOrder
order_of(const char *closing_day, int64_t paid_minor)
{
    return (SettleOrder){
        .order_id = 1001,
        .paid_minor = paid_minor,
        .distributor_id = 1,
        .product_id = 1,
        .quantity = 1,
        .closing_day = day_of(closing_day),
        .currency = 156,
    };
}

/* A bill of a month of that order, issued on a day. */
static inline SettleBill
bill_of(const SettleOrder *order, const char *month, int revision, const char *issued,
        int64_t billed_minor)
{
    return (SettleBill){
        .order = *order,
        .billed_minor = billed_minor,
        .month = month_of(month),
        .issue_day = day_of(issued),
        .revision = (int16_t) revision,
    };
}

/* A policy of one rule, and the answer of a matcher that found it. */
typedef struct {
    SettleRule rule;
    SettlePolicy policy;
    const SettleRule *rules[1];
    SettleMatch match;
    GArray *targets;
} CalcFixture;

static inline void
fixture_init(CalcFixture *fixture, SettleKind kind)
{
    *fixture = (CalcFixture){0};
    fixture->rule = (SettleRule){.kind = kind, .ordinal = 3, .number = 3, .selector = NO_SELECTOR};
    fixture->policy = (SettlePolicy){
        .rules = &fixture->rule, .n_rules = 1, .policy_id = 1, .carrier_id = 1, .currency = 156};
    fixture->rules[0] = &fixture->rule;
    fixture->match = (SettleMatch){.rules = fixture->rules, .n_rules = 1};
    fixture->match.n_order_rules = !settle_kind_is_window((int) kind);
    fixture->targets = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
}

static inline void
fixture_clear(CalcFixture *fixture)
{
    g_array_unref(fixture->targets);
}

static inline SettleCalcScope
scope_until(SettleDay date)
{
    return (SettleCalcScope){.arithmetic = settle_arithmetic_current(),
                             .date = date,
                             .due_after = SETTLE_DAY_MIN,
                             .what = SETTLE_CALC_ALL};
}

static inline gboolean
fixture_calc(CalcFixture *fixture, const SettleOrder *order, const SettleBill *bills, guint n_bills,
             SettleCalcScope scope)
{
    g_array_set_size(fixture->targets, 0);
    return settle_calc_order(&fixture->policy, &fixture->match, order, bills, n_bills, &scope,
                             fixture->targets);
}

static inline const SettleTarget *
fixture_target(const CalcFixture *fixture, guint n)
{
    static const SettleTarget none = {.target_minor = -1};

    return n < fixture->targets->len ? &g_array_index(fixture->targets, SettleTarget, n) : &none;
}

/* One test a row of a table with names. */
#define ADD_TABLE(prefix, table, function)                                                         \
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {                                              \
        g_autofree char *path = g_strconcat(prefix, (table)[i].name, NULL);                        \
        g_test_add_data_func(path, GUINT_TO_POINTER(i), function);                                 \
    }
