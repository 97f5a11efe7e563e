/* Rounding, rates, tax, splitting, reading and writing of money (docs/semantics.md 4, 8, 11). */
#include "money/money.h"

#include <string.h>

#define UNTOUCHED INT64_C(-777)
#define WIDE_MAX  ((SettleInt128) (~(unsigned __int128) 0 >> 1))
#define WIDE_MIN  (-WIDE_MAX - 1)
#define TOP       ((SettleInt128) INT64_MAX)
#define BOTTOM    ((SettleInt128) INT64_MIN)
#define NONE      UNTOUCHED /* does not fit */

/* --- rounding ------------------------------------------------------------------------------- */

static const struct {
    SettleInt128 numerator, denominator;
    int64_t away, even, down;
} roundings[] = {
    {0, 1, 0, 0, 0},
    {0, 3, 0, 0, 0},
    {1, 3, 0, 0, 0},
    {2, 3, 1, 1, 0},
    {1, 2, 1, 0, 0},
    {3, 2, 2, 2, 1},
    {5, 2, 3, 2, 2},
    {7, 2, 4, 4, 3},
    {-1, 3, 0, 0, 0},
    {-2, 3, -1, -1, 0},
    {-1, 2, -1, 0, 0},
    {-3, 2, -2, -2, -1},
    {-5, 2, -3, -2, -2},
    {49999, 100000, 0, 0, 0},
    {50000, 100000, 1, 0, 0},
    {50001, 100000, 1, 1, 0},
    {-49999, 100000, 0, 0, 0},
    {-50001, 100000, -1, -1, 0},
    /* the ends of int64 */
    {TOP, 1, INT64_MAX, INT64_MAX, INT64_MAX},
    {BOTTOM, 1, INT64_MIN, INT64_MIN, INT64_MIN},
    {TOP + 1, 1, NONE, NONE, NONE},
    {BOTTOM - 1, 1, NONE, NONE, NONE},
    {TOP * 2 + 1, 2, NONE, NONE, INT64_MAX}, /* the largest is odd: half to even leaves it */
    {BOTTOM * 2 - 1, 2, NONE, INT64_MIN, INT64_MIN},
    {TOP * 4 + 1, 4, INT64_MAX, INT64_MAX, INT64_MAX},
    /* the ends of 128 bits */
    {WIDE_MAX, 1, NONE, NONE, NONE},
    {WIDE_MIN, 1, NONE, NONE, NONE},
    {WIDE_MAX, WIDE_MAX, 1, 1, 1},
    {WIDE_MIN, WIDE_MAX, -1, -1, -1},
    {WIDE_MAX / 2, WIDE_MAX, 0, 0, 0},     /* just below one half: the maximum is odd */
    {WIDE_MAX / 2 + 1, WIDE_MAX, 1, 1, 0}, /* just above */
    {-(WIDE_MAX / 2), WIDE_MAX, 0, 0, 0},
    {-(WIDE_MAX / 2) - 1, WIDE_MAX, -1, -1, 0},
    {WIDE_MAX - 1, (WIDE_MAX - 1) / 3 * 2, 2, 2, 1}, /* 1.5 exactly */
    {1, WIDE_MAX, 0, 0, 0},
};

static void
check_rounding(size_t row, SettleRounding rounding, int64_t expected)
{
    SettleExact exact = {roundings[row].numerator, roundings[row].denominator};
    int64_t result = UNTOUCHED;
    gboolean fits = settle_money_round(exact, rounding, &result);

    g_test_message("row %zu, rounding %d", row, (int) rounding);
    g_assert_cmpint(fits, ==, expected != NONE);
    g_assert_cmpint(result, ==, expected);
}

static void
test_rounding(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(roundings); i++) {
        check_rounding(i, SETTLE_ROUND_HALF_AWAY, roundings[i].away);
        check_rounding(i, SETTLE_ROUND_HALF_EVEN, roundings[i].even);
        check_rounding(i, SETTLE_ROUND_DOWN, roundings[i].down);
    }
}

/* What rounding means, on random numbers: the error is at most one half, a tie goes where it
 * should, and the mirror image rounds to the mirror image. */
static void
test_rounding_random(void)
{
    for (int i = 0; i < 20000; i++) {
        int64_t d = g_test_rand_int_range(1, i % 2 != 0 ? 20 : G_MAXINT32);
        int64_t n = (int64_t) g_test_rand_int() * g_test_rand_int_range(1, 1000);
        int64_t away = 0, even = 0, down = 0, mirrored = 0;
        SettleExact exact = {n, d}, mirror = {-(SettleInt128) n, d};
        gboolean tie;

        g_assert_true(settle_money_round(exact, SETTLE_ROUND_HALF_AWAY, &away));
        g_assert_true(settle_money_round(exact, SETTLE_ROUND_HALF_EVEN, &even));
        g_assert_true(settle_money_round(exact, SETTLE_ROUND_DOWN, &down));
        g_assert_true(settle_money_round(mirror, SETTLE_ROUND_HALF_AWAY, &mirrored));
        g_assert_cmpint(down, ==, n / d);
        g_assert_cmpint(2 * ABS(away * d - n), <=, d);
        g_assert_cmpint(2 * ABS(even * d - n), <=, d);
        tie = 2 * ABS(n % d) == d;
        g_assert_true(tie ? ABS(away) == ABS(down) + 1 && even % 2 == 0 : away == even);
        g_assert_cmpint(mirrored, ==, -away);
    }
}

/* --- rates: the arithmetic of the worked examples ------------------------------------------- */

static const struct {
    const char *name;
    int64_t base;
    const char *rate, *net_of; /* net_of NULL: with tax */
    SettleRounding rounding;
    int64_t expected;
} rates[] = {
    {"E1", 19990, "2.5%", NULL, SETTLE_ROUND_HALF_AWAY, 500},
    {"E1 half to even of 4.995", 19980, "2.5%", NULL, SETTLE_ROUND_HALF_EVEN, 500},
    {"E1 half to even of 5.005", 20020, "2.5%", NULL, SETTLE_ROUND_HALF_EVEN, 500},
    {"E1 half away of 5.005", 20020, "2.5%", NULL, SETTLE_ROUND_HALF_AWAY, 501},
    {"E3 T+6", 30000, "2%", NULL, SETTLE_ROUND_HALF_AWAY, 600},
    {"E4 months 1-6", 3900, "5%", NULL, SETTLE_ROUND_HALF_AWAY, 195},
    {"E4 months 7-12", 3900, "3%", NULL, SETTLE_ROUND_HALF_AWAY, 117},
    {"E4 large bill", 5900, "5%", NULL, SETTLE_ROUND_HALF_AWAY, 295},
    {"E4 large bill, later", 5900, "3%", NULL, SETTLE_ROUND_HALF_AWAY, 177},
    {"E4 corrected", 2900, "5%", NULL, SETTLE_ROUND_HALF_AWAY, 145},
    {"E7", 20000, "3%", NULL, SETTLE_ROUND_HALF_AWAY, 600},
    {"E7 refunded", 15000, "3%", NULL, SETTLE_ROUND_HALF_AWAY, 450},
    {"half away from zero below it", -20020, "2.5%", NULL, SETTLE_ROUND_HALF_AWAY, -501},
    {"half to even below it", -20020, "2.5%", NULL, SETTLE_ROUND_HALF_EVEN, -500},
    {"down below it", -20020, "2.5%", NULL, SETTLE_ROUND_DOWN, -500},
    {"net of 6%", 10600, "5%", "6%", SETTLE_ROUND_HALF_AWAY, 500},
    {"net of 6%, not even", 3900, "5%", "6%", SETTLE_ROUND_HALF_AWAY, 184}, /* 183.96 */
    {"net of 6%, down", 3900, "5%", "6%", SETTLE_ROUND_DOWN, 183},
    {"net of nothing", 3900, "5%", "0%", SETTLE_ROUND_HALF_AWAY, 195},
    {"rate 0", 3900, "0%", NULL, SETTLE_ROUND_HALF_AWAY, 0},
    {"the smallest rate, exactly half", 500000000, "0.000000001", NULL, SETTLE_ROUND_HALF_AWAY, 1},
    {"everything of the largest", INT64_MAX, "100%", NULL, SETTLE_ROUND_DOWN, INT64_MAX},
    {"more than the largest", INT64_MAX, "100.0000001%", NULL, SETTLE_ROUND_DOWN, NONE},
    {"everything of the smallest", INT64_MIN, "100%", NULL, SETTLE_ROUND_DOWN, INT64_MIN},
};

static SettleRatePpb
rate_of(const char *text)
{
    SettleRatePpb rate = 0;

    g_assert_cmpint(settle_rate_parse(text, strlen(text), &rate), ==, SETTLE_PARSE_OK);
    return rate;
}

static void
test_rates(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        SettleRatePpb rate = rate_of(rates[i].rate);
        SettleExact exact =
            rates[i].net_of != NULL
                ? settle_money_rate_net(rates[i].base, rate, rate_of(rates[i].net_of))
                : settle_money_rate(rates[i].base, rate);
        int64_t result = UNTOUCHED;

        g_test_message("%s", rates[i].name);
        g_assert_cmpint(settle_money_round(exact, rates[i].rounding, &result), ==,
                        rates[i].expected != NONE);
        g_assert_cmpint(result, ==, rates[i].expected);
    }
}

static const struct {
    const char *name;
    SettleExact a, b;
    int64_t expected; /* of the sum times 12, rounded down */
} additions[] = {
    {"same denominator", {1, 2}, {1, 2}, 12},
    {"thirds and quarters", {1, 3}, {1, 4}, 7},
    {"against each other", {1, 3}, {-1, 4}, 1},
    {"large and equal", {WIDE_MAX / 24, 1}, {-(WIDE_MAX / 24), 1}, 0},
    {"sum too large", {WIDE_MAX, 5}, {1, 5}, NONE},
    {"sum too small", {WIDE_MIN, 5}, {-1, 5}, NONE},
    {"denominators too large", {1, WIDE_MAX}, {1, WIDE_MAX - 1}, NONE},
    {"numerator too large", {WIDE_MAX / 2, 3}, {1, 4}, NONE},
    {"sum too large for a common denominator", {WIDE_MAX / 3, 2}, {WIDE_MAX / 2, 3}, NONE},
};

static void
test_add(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(additions); i++) {
        SettleExact sum = {UNTOUCHED, 1};
        gboolean fits = settle_money_exact_add(additions[i].a, additions[i].b, &sum);

        g_test_message("%s", additions[i].name);
        g_assert_cmpint(fits, ==, additions[i].expected != NONE);
        if (fits)
            g_assert_cmpint((int64_t) (sum.numerator * 12 / sum.denominator), ==,
                            additions[i].expected);
        else
            g_assert_true(sum.numerator == UNTOUCHED && sum.denominator == 1);
    }
}

/* --- tax ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int64_t amount;
    const char *rate;
    gboolean included;
    int64_t expected;
} taxes[] = {
    {"E8", 10600, "6%", TRUE, 600},
    {"E8 a third", 3333, "6%", TRUE, 189},
    {"E8 the last third", 3334, "6%", TRUE, 189},
    {"on top", 10000, "6%", FALSE, 600},
    {"on top, half", 25, "6%", FALSE, 2}, /* 1.5 */
    {"on top, below half", 24, "6%", FALSE, 1},
    {"taken back", -3333, "6%", TRUE, -189},
    {"taken back on top, half", -25, "6%", FALSE, -2},
    {"inside, half", 53, "6%", TRUE, 3},
    {"no tax inside", 3333, "0%", TRUE, 0},
    {"no tax on top", 3333, "0%", FALSE, 0},
    {"nothing", 0, "6%", TRUE, 0},
    {"the largest", INT64_MAX, "100%", TRUE, INT64_MAX / 2 + 1},
    {"the smallest", INT64_MIN, "100%", TRUE, INT64_MIN / 2},
    {"too large", INT64_MAX, "100.0000001%", FALSE, NONE},
};

static void
test_tax(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(taxes); i++) {
        int64_t result = UNTOUCHED;

        g_test_message("%s", taxes[i].name);
        g_assert_cmpint(
            settle_money_tax(taxes[i].amount, rate_of(taxes[i].rate), taxes[i].included, &result),
            ==, taxes[i].expected != NONE);
        g_assert_cmpint(result, ==, taxes[i].expected);
    }
}

/* --- splitting ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int64_t amount;
    size_t n;
    int64_t weights[4], parts[4];
} splits[] = {
    {"E9", 1000, 3, {1, 1, 1}, {334, 333, 333}},
    {"two fen over", 1001, 3, {1, 1, 1}, {334, 334, 333}},
    {"taken back", -1000, 3, {1, 1, 1}, {-334, -333, -333}},
    {"70/20/10", 999, 3, {70, 20, 10}, {699, 200, 100}},                   /* 699.3, 199.8, 99.9 */
    {"the largest remainder, not the first", 10, 3, {1, 1, 4}, {2, 2, 6}}, /* 1.67, 1.67, 6.67 */
    {"a tie goes to the first", 1, 2, {1, 1}, {1, 0}},
    {"a weight of nothing gets nothing", 100, 3, {0, 1, 2}, {0, 33, 67}},
    {"alone", 7, 1, {3}, {7}},
    {"nothing", 0, 3, {1, 2, 3}, {0, 0, 0}},
    {"the largest", INT64_MAX, 2, {INT64_MAX, INT64_MAX}, {INT64_MAX / 2 + 1, INT64_MAX / 2}},
    {"the smallest", INT64_MIN, 1, {INT64_MAX}, {INT64_MIN}},
    {"no weights", 100, 0, {0}, {0}},
    {"weights of nothing", 100, 2, {0, 0}, {0, 0}},
    {"a negative weight", 100, 2, {3, -1}, {0, 0}},
};

static void
test_split(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(splits); i++) {
        int64_t parts[4] = {UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED};
        int64_t total = 0;
        gboolean good =
            settle_money_allocate(splits[i].amount, splits[i].weights, splits[i].n, parts);
        gboolean expected = TRUE;

        for (size_t k = 0; k < splits[i].n; k++)
            total += splits[i].weights[k] > 0;
        for (size_t k = 0; k < splits[i].n; k++)
            expected = expected && splits[i].weights[k] >= 0;
        expected = expected && total > 0;
        g_test_message("%s", splits[i].name);
        g_assert_cmpint(good, ==, expected);
        for (size_t k = 0; k < 4; k++)
            g_assert_cmpint(parts[k], ==, good && k < splits[i].n ? splits[i].parts[k] : UNTOUCHED);
    }
}

static void
test_split_random(void)
{
    for (int i = 0; i < 5000; i++) {
        int64_t weights[8], parts[8], sum = 0, total = 0;
        int64_t amount = (int64_t) g_test_rand_int() * g_test_rand_int_range(1, 100000);
        size_t n = (size_t) g_test_rand_int_range(1, 9);

        for (size_t k = 0; k < n; k++) {
            weights[k] = g_test_rand_int_range(0, 1000) * (k != 0) + (k == 0);
            total += weights[k];
        }
        g_assert_true(settle_money_allocate(amount, weights, n, parts));
        for (size_t k = 0; k < n; k++) {
            SettleInt128 away =
                (SettleInt128) parts[k] * total - (SettleInt128) amount * weights[k];

            sum += parts[k];
            g_assert_true(away < total && away > -total); /* less than one minor unit off */
        }
        g_assert_cmpint(sum, ==, amount);
    }
}

/* --- text ----------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    int exponent;
    SettleParseResult result;
    int64_t minor;
} readings[] = {
    {"0", 2, SETTLE_PARSE_OK, 0},
    {"199.90", 2, SETTLE_PARSE_OK, 19990},
    {"199.9", 2, SETTLE_PARSE_OK, 19990},
    {"-3", 2, SETTLE_PARSE_OK, -300},
    {"0.5", 2, SETTLE_PARSE_OK, 50},
    {"-0.05", 2, SETTLE_PARSE_OK, -5},
    {"-0", 2, SETTLE_PARSE_OK, 0},
    {"0.00", 2, SETTLE_PARSE_OK, 0},
    {"12", 0, SETTLE_PARSE_OK, 12},
    {"1.234", 3, SETTLE_PARSE_OK, 1234},
    {"1.2345", 4, SETTLE_PARSE_OK, 12345},
    {"92233720368547758.07", 2, SETTLE_PARSE_OK, INT64_MAX},
    {"-92233720368547758.08", 2, SETTLE_PARSE_OK, INT64_MIN},
    {"92233720368547758.08", 2, SETTLE_PARSE_OUT_OF_RANGE, 0},
    {"-92233720368547758.09", 2, SETTLE_PARSE_OUT_OF_RANGE, 0},
    {"9223372036854775808", 0, SETTLE_PARSE_OUT_OF_RANGE, 0},
    {"922337203685477581", 2, SETTLE_PARSE_OUT_OF_RANGE, 0},
    {"99999999999999999999999999", 2, SETTLE_PARSE_OUT_OF_RANGE, 0},
    {"18446744073709551616", 0, SETTLE_PARSE_OUT_OF_RANGE, 0}, /* 2^64 */
    {"1.234", 2, SETTLE_PARSE_TOO_MANY_DECIMALS, 0},
    {"1.000", 2, SETTLE_PARSE_TOO_MANY_DECIMALS, 0},
    {"1.0", 0, SETTLE_PARSE_TOO_MANY_DECIMALS, 0},
    {"", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"-", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {".", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {".5", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"-.5", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"5.", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"5.", 0, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"+5", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"--5", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"5-", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"05", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"00", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"-01.5", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {" 5", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"5 ", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"5\n", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"1,234.50", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"1 234", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"1_234", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"12,50", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"1.2.3", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"1e3", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"0x10", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"nan", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"inf", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"5%", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"¥5", 2, SETTLE_PARSE_NOT_A_NUMBER, 0},
    {"５", 2, SETTLE_PARSE_NOT_A_NUMBER, 0}, /* a full-width digit */
};

static void
test_read(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(readings); i++) {
        int64_t minor = UNTOUCHED;

        g_test_message("\"%s\" with %d decimals", readings[i].text, readings[i].exponent);
        g_assert_cmpint(settle_money_parse(readings[i].text, strlen(readings[i].text),
                                           readings[i].exponent, &minor),
                        ==, readings[i].result);
        g_assert_cmpint(minor, ==,
                        readings[i].result == SETTLE_PARSE_OK ? readings[i].minor : UNTOUCHED);
    }
}

/* The length counts, not a NUL: a NUL inside is no digit. */
static void
test_read_length(void)
{
    int64_t minor = UNTOUCHED;

    g_assert_cmpint(settle_money_parse("1234", 2, 2, &minor), ==, SETTLE_PARSE_OK);
    g_assert_cmpint(minor, ==, 1200);
    g_assert_cmpint(settle_money_parse("1\0002", 3, 2, &minor), ==, SETTLE_PARSE_NOT_A_NUMBER);
}

static const struct {
    const char *text;
    SettleParseResult result;
    int64_t ppb;
    const char *formatted; /* NULL: as text */
} rate_readings[] = {
    {"2.5%", SETTLE_PARSE_OK, 25000000, NULL},
    {"0.025", SETTLE_PARSE_OK, 25000000, "2.5%"},
    {"6%", SETTLE_PARSE_OK, 60000000, NULL},
    {"0%", SETTLE_PARSE_OK, 0, NULL},
    {"0", SETTLE_PARSE_OK, 0, "0%"},
    {"1", SETTLE_PARSE_OK, SETTLE_RATE_ONE, "100%"},
    {"100%", SETTLE_PARSE_OK, SETTLE_RATE_ONE, NULL},
    {"10.50%", SETTLE_PARSE_OK, 105000000, "10.5%"},
    {"0.0000001%", SETTLE_PARSE_OK, 1, NULL},
    {"0.000000001", SETTLE_PARSE_OK, 1, "0.0000001%"},
    {"0.00000001%", SETTLE_PARSE_TOO_MANY_DECIMALS, 0, NULL},
    {"0.0000000001", SETTLE_PARSE_TOO_MANY_DECIMALS, 0, NULL},
    {"99999999999999%", SETTLE_PARSE_OUT_OF_RANGE, 0, NULL},
    {"-1%", SETTLE_PARSE_NOT_A_NUMBER, 0, NULL},
    {"%", SETTLE_PARSE_NOT_A_NUMBER, 0, NULL},
    {"", SETTLE_PARSE_NOT_A_NUMBER, 0, NULL},
    {"5%%", SETTLE_PARSE_NOT_A_NUMBER, 0, NULL},
    {"5 %", SETTLE_PARSE_NOT_A_NUMBER, 0, NULL},
    {"05%", SETTLE_PARSE_NOT_A_NUMBER, 0, NULL},
    {"1e-2", SETTLE_PARSE_NOT_A_NUMBER, 0, NULL},
};

static void
test_read_rate(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rate_readings); i++) {
        const char *text = rate_readings[i].text;
        const char *formatted = rate_readings[i].formatted;
        char buffer[SETTLE_MONEY_TEXT_BYTES];
        SettleRatePpb rate = UNTOUCHED;

        g_test_message("\"%s\"", text);
        g_assert_cmpint(settle_rate_parse(text, strlen(text), &rate), ==, rate_readings[i].result);
        if (rate_readings[i].result != SETTLE_PARSE_OK) {
            g_assert_cmpint(rate, ==, UNTOUCHED);
            continue;
        }
        g_assert_cmpint(rate, ==, rate_readings[i].ppb);
        g_assert_cmpstr(settle_rate_format(rate, buffer), ==, formatted != NULL ? formatted : text);
    }
}

static const struct {
    int64_t minor;
    int exponent;
    const char *plain, *grouped;
} writings[] = {
    {0, 2, "0.00", "0.00"},
    {5, 2, "0.05", "0.05"},
    {-5, 2, "-0.05", "-0.05"},
    {50, 2, "0.50", "0.50"},
    {100, 2, "1.00", "1.00"},
    {99999, 2, "999.99", "999.99"},
    {123450, 2, "1234.50", "1,234.50"},
    {-100000000, 2, "-1000000.00", "-1,000,000.00"},
    {0, 0, "0", "0"},
    {999, 0, "999", "999"},
    {1000, 0, "1000", "1,000"},
    {1, 3, "0.001", "0.001"},
    {1234567, 3, "1234.567", "1,234.567"},
    {1, 4, "0.0001", "0.0001"},
    {INT64_MAX, 2, "92233720368547758.07", "92,233,720,368,547,758.07"},
    {INT64_MIN, 2, "-92233720368547758.08", "-92,233,720,368,547,758.08"},
    {INT64_MIN, 0, "-9223372036854775808", "-9,223,372,036,854,775,808"},
};

static void
test_write(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(writings); i++) {
        char text[SETTLE_MONEY_TEXT_BYTES];
        int64_t minor = UNTOUCHED;

        g_assert_cmpstr(settle_money_format_grouped(writings[i].minor, writings[i].exponent, text),
                        ==, writings[i].grouped);
        g_assert_cmpstr(settle_money_format(writings[i].minor, writings[i].exponent, text), ==,
                        writings[i].plain);
        g_assert_cmpint(settle_money_parse(text, strlen(text), writings[i].exponent, &minor), ==,
                        SETTLE_PARSE_OK);
        g_assert_cmpint(minor, ==, writings[i].minor);
    }
}

/* --- currencies ----------------------------------------------------------------------------- */

static const struct {
    const char *code;
    SettleCurrency number; /* 0: unknown */
    int exponent;
} currencies[] = {
    {"AED", 784, 2}, {"CNY", 156, 2}, {"HKD", 344, 2}, {"MOP", 446, 2}, {"TWD", 901, 2},
    {"USD", 840, 2}, {"EUR", 978, 2}, {"JPY", 392, 0}, {"KRW", 410, 0}, {"VND", 704, 0},
    {"KWD", 414, 3}, {"TND", 788, 3}, {"CLF", 990, 4}, {"ALL", 8, 2},   {"ZWG", 924, 2},
    {"cny", 0, 0},   {"CN", 0, 0},    {"CNYX", 0, 0},  {"", 0, 0},      {"AAA", 0, 0},
    {"ZZZ", 0, 0},   {"XAU", 0, 0},   {"156", 0, 0},
};

static void
test_currency(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(currencies); i++) {
        const char *code = currencies[i].code;
        SettleCurrency currency = 0;

        g_test_message("\"%s\"", code);
        g_assert_cmpint(settle_currency_lookup(code, strlen(code), &currency), ==,
                        currencies[i].number != 0);
        g_assert_cmpint(currency, ==, currencies[i].number);
        if (currency == 0)
            continue;
        g_assert_cmpstr(settle_currency_code(currency), ==, code);
        g_assert_cmpint(settle_currency_exponent(currency), ==, currencies[i].exponent);
    }
}

/* The table is searched by bisection and by number: every code must be found, as itself. */
static void
test_currency_table(void)
{
    char code[4] = "AAA";
    int found = 0;

    for (int i = 0; i < 26 * 26 * 26; i++) {
        SettleCurrency currency = 0;

        code[0] = (char) ('A' + i / 676);
        code[1] = (char) ('A' + i / 26 % 26);
        code[2] = (char) ('A' + i % 26);
        if (!settle_currency_lookup(code, 3, &currency))
            continue;
        found++;
        g_assert_cmpstr(settle_currency_code(currency), ==, code);
        g_assert_cmpint(currency, >, 0);
        g_assert_cmpint(currency, <, 1000);
    }
    g_assert_cmpint(found, ==, 165);
}

static void
test_currency_unknown(void)
{
    if (g_test_subprocess()) {
        settle_currency_exponent(1);
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
    g_test_add_func("/money/round/table", test_rounding);
    g_test_add_func("/money/round/random", test_rounding_random);
    g_test_add_func("/money/rate", test_rates);
    g_test_add_func("/money/exact-add", test_add);
    g_test_add_func("/money/tax", test_tax);
    g_test_add_func("/money/split/table", test_split);
    g_test_add_func("/money/split/random", test_split_random);
    g_test_add_func("/money/text/read", test_read);
    g_test_add_func("/money/text/length", test_read_length);
    g_test_add_func("/money/text/rate", test_read_rate);
    g_test_add_func("/money/text/write", test_write);
    g_test_add_func("/money/currency/some", test_currency);
    g_test_add_func("/money/currency/table", test_currency_table);
    g_test_add_func("/money/currency/unknown", test_currency_unknown);
    return g_test_run();
}
