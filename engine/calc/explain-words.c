/* The words that explanations of several kinds share (calc/explain.h). */
#include "calc/explain-words.h"

#include "base/decimal.h"
#include "base/error.h"

#include <string.h>

#define MONEY SETTLE_MONEY_TEXT_BYTES

int
settle_explain_exponent(const SettlePolicy *policy)
{
    return settle_currency_exponent(policy->currency);
}

void
settle_explain_money(GString *out, const SettlePolicy *policy, int64_t minor)
{
    char text[MONEY];

    g_string_append(out, settle_money_format_grouped(minor, settle_explain_exponent(policy), text));
}

void
settle_explain_rate(GString *out, SettleRatePpb rate)
{
    char text[MONEY];

    g_string_append(out, settle_rate_format(rate, text));
}

/* "10.00..19.99", "10..", as the policy writes it. */
void
settle_explain_interval(GString *out, SettleInterval interval, int exponent)
{
    char text[MONEY];

    if (interval.from != SETTLE_OPEN_LOW)
        g_string_append(out, settle_money_format(interval.from, exponent, text));
    if (interval.from == interval.to)
        return;
    g_string_append(out, "..");
    if (interval.to != SETTLE_OPEN_HIGH)
        g_string_append(out, settle_money_format(interval.to, exponent, text));
}

/* An exact amount of minor units in the currency, to nine places beyond its own: "4.9975",
 * "1.886792452...". Not negative. */
static void
add_exact(GString *out, const SettlePolicy *policy, SettleExact exact)
{
    int places = settle_explain_exponent(policy) + 9;
    SettleInt128 scale = 1000000000, scaled, whole;
    gboolean ends;
    char text[SETTLE_DECIMAL_TEXT_BYTES];

    if (__builtin_mul_overflow(exact.numerator, scale, &scaled)) {
        g_string_append(out, "(too long to show)");
        return;
    }
    whole = scaled / exact.denominator;
    ends = whole * exact.denominator == scaled;
    g_string_append(out, settle_decimal_format(whole, places, FALSE, text));
    if (!ends) {
        g_string_append(out, "...");
        return;
    }
    /* zeros beyond the currency's places say nothing */
    for (int i = 0; i < 9 && out->str[out->len - 1] == '0'; i++)
        g_string_truncate(out, out->len - 1);
    if (out->str[out->len - 1] == '.')
        g_string_truncate(out, out->len - 1);
}

static const char *
rounding_name(SettleRounding rounding)
{
    switch (rounding) {
    case SETTLE_ROUND_HALF_AWAY:
        return "half up";
    case SETTLE_ROUND_HALF_EVEN:
        return "half to even";
    case SETTLE_ROUND_DOWN:
        return "down";
    }
    return "";
}

/* " = 4.9975, rounded half up to 5.00"; returns the rounded amount. */
int64_t
settle_explain_rounded(GString *out, const SettlePolicy *policy, SettleExact exact)
{
    int64_t minor = 0;

    settle_invariant(settle_money_round(exact, policy->rounding, &minor));
    g_string_append(out, " = ");
    add_exact(out, policy, exact);
    if ((SettleInt128) minor * exact.denominator != exact.numerator) {
        g_string_append_printf(out, ", rounded %s to ", rounding_name(policy->rounding));
        settle_explain_money(out, policy, minor);
    }
    return minor;
}

int64_t
settle_explain_rate_of(GString *out, const SettlePolicy *policy, SettleRatePpb rate, int64_t base,
                       const char *what)
{
    settle_explain_rate(out, rate);
    g_string_append_printf(out, " of %s", what);
    settle_explain_money(out, policy, base);
    return settle_explain_rounded(out, policy, settle_money_rate(base, rate));
}

/* --- bills and conditions --------------------------------------------------------------------- */

const char *
settle_explain_base_name(SettleBillBase base)
{
    switch (base) {
    case SETTLE_BILL_BILLED:
        return "billed";
    case SETTLE_BILL_BILLED_LESS_ARREARS:
        return "billed less arrears";
    case SETTLE_BILL_CASH:
        return "cash received";
    }
    return "";
}

void
settle_explain_month(GString *out, SettleMonth closing, SettleMonth month)
{
    char text[SETTLE_DAY_TEXT_BYTES];

    g_string_append_printf(out, "month %d (%s)", month - closing, settle_month_format(month, text));
}

static void
add_test(GString *out, const SettlePolicy *policy, const SettleBillTest *test)
{
    switch (test->kind) {
    case SETTLE_TEST_MINUTES:
        g_string_append(out, "minutes ");
        settle_explain_interval(out, test->interval, 0);
        return;
    case SETTLE_TEST_MEGABYTES:
        g_string_append(out, "megabytes ");
        settle_explain_interval(out, test->interval, 0);
        return;
    case SETTLE_TEST_BASE:
        g_string_append_printf(out, "%s ", settle_explain_base_name(test->base));
        settle_explain_interval(out, test->interval, settle_explain_exponent(policy));
        return;
    case SETTLE_TEST_NO_ARREARS:
        g_string_append(out, "no arrears");
        return;
    }
}

static void
add_tests(GString *out, const SettlePolicy *policy, const SettleCondition *condition)
{
    for (guint i = 0; i < condition->n_tests; i++) {
        if (i > 0)
            g_string_append(out, condition->any ? " or " : " and ");
        add_test(out, policy, &condition->tests[i]);
    }
}

/* What a bill has of what the tests ask for. */
static void
add_values(GString *out, const SettlePolicy *policy, const SettleCondition *condition,
           const SettleBill *bill)
{
    for (guint i = 0; i < condition->n_tests; i++) {
        const SettleBillTest *test = &condition->tests[i];
        int64_t base = 0;

        g_string_append(out, i > 0 ? ", " : "");
        switch (test->kind) {
        case SETTLE_TEST_MINUTES:
            g_string_append_printf(out, "minutes %d", bill->minutes);
            break;
        case SETTLE_TEST_MEGABYTES:
            g_string_append_printf(out, "megabytes %" G_GINT64_FORMAT, bill->megabytes);
            break;
        case SETTLE_TEST_BASE:
            settle_bill_base(bill, test->base, &base);
            g_string_append_printf(out, "%s ", settle_explain_base_name(test->base));
            settle_explain_money(out, policy, base);
            break;
        case SETTLE_TEST_NO_ARREARS:
            g_string_append(out, "arrears ");
            settle_explain_money(out, policy, bill->arrears_minor);
            break;
        }
    }
}

/* The first condition, or month of one, that alone is not met. */
static void
add_failure(GString *out, const SettlePolicy *policy, const SettleCondition *conditions, guint n,
            const SettleLook *look)
{
    SettleMonth closing = settle_day_month(look->order->closing_day);

    for (guint i = 0; i < n; i++) {
        SettleCondition moved = conditions[i];
        int last;

        moved.from_month += (moved.moves & SETTLE_MOVES_FIRST) != 0 ? look->later : 0;
        moved.to_month += (moved.moves & SETTLE_MOVES_LAST) != 0 ? look->later : 0;
        moved.moves = 0;
        last = moved.together ? moved.from_month : moved.to_month;
        for (int k = moved.from_month; k <= last; k++) {
            SettleCondition one = moved;
            SettleDecision decision;
            SettleMonth wait;

            if (!one.together)
                one.from_month = one.to_month = k;
            if (!settle_conditions_decide(&one, 1, look, &decision, &wait, NULL) ||
                decision != SETTLE_DECIDED_NOT_MET)
                continue;
            if (one.together) {
                g_string_append_printf(out, "months %d to %d together", one.from_month,
                                       one.to_month);
            } else {
                settle_explain_month(out, closing, closing + k);
                g_string_append(out, " has ");
                add_values(out, policy, &one,
                           settle_bill_of_month(look->bills, look->n_bills, closing + k, look->rule,
                                                look->due_day));
            }
            g_string_append(out, ", not ");
            add_tests(out, policy, &one);
            return;
        }
    }
}

void
settle_explain_not_earned(GString *out, const SettlePolicy *policy, const SettleTarget *target,
                          const SettleCondition *conditions, guint n, int later,
                          const SettleOrder *order, const SettleBill *bills, guint n_bills,
                          SettleRevisionRule rule)
{
    static const SettleCalcScope nothing_complete;
    SettleLook look = {.order = order,
                       .bills = bills,
                       .n_bills = n_bills,
                       .scope = &nothing_complete,
                       .rule = rule,
                       .due_day = target->wait_day,
                       .later = later};
    char text[SETTLE_DAY_TEXT_BYTES];
    gsize place;

    switch ((SettleTargetState) target->state) {
    case SETTLE_TARGET_EARNED:
        return;
    case SETTLE_TARGET_NOT_MET:
        g_string_append(out, "condition not met: ");
        place = out->len;
        if (!settle_order_has_bills(order))
            g_string_append(out, "no bill serves this order");
        else
            add_failure(out, policy, conditions, n, &look);
        /* the bills would have done: it was what happened to the order */
        if (out->len == place)
            g_string_append_printf(out, "what happened to the order up to %s",
                                   settle_day_format(target->wait_day, text));
        return;
    case SETTLE_TARGET_PENDING:
        g_string_append(out, "waits for the bill of ");
        settle_explain_month(out, settle_day_month(order->closing_day), target->wait_month);
        return;
    case SETTLE_TARGET_NOT_DUE:
        g_string_append_printf(out, "not due before %s", settle_day_format(target->wait_day, text));
        return;
    }
}
