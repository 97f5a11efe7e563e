#include "calc/explain.h"

#include "base/error.h"

#include <string.h>

#define MONEY SETTLE_MONEY_TEXT_BYTES

static int
exponent_of(const SettlePolicy *policy)
{
    return settle_currency_exponent(policy->currency);
}

static void
add_money(GString *out, const SettlePolicy *policy, int64_t minor)
{
    char text[MONEY];

    g_string_append(out, settle_money_format_grouped(minor, exponent_of(policy), text));
}

static void
add_rate(GString *out, SettleRatePpb rate)
{
    char text[MONEY];

    g_string_append(out, settle_rate_format(rate, text));
}

/* "10.00..19.99", "10..", as the policy writes it. */
static void
add_interval(GString *out, SettleInterval interval, int exponent)
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
    int places = exponent_of(policy) + 9;
    SettleInt128 scale = 1000000000, scaled, whole;
    gboolean ends;
    char digits[64];
    int n = 0;

    if (__builtin_mul_overflow(exact.numerator, scale, &scaled)) {
        g_string_append(out, "(too long to show)");
        return;
    }
    whole = scaled / exact.denominator;
    ends = whole * exact.denominator == scaled;
    while (whole > 0 || n <= places) {
        digits[n++] = (char) ('0' + (int) (whole % 10));
        whole /= 10;
    }
    while (n > 0) {
        g_string_append_c(out, digits[--n]);
        if (n == places)
            g_string_append_c(out, '.');
    }
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
static int64_t
add_rounded(GString *out, const SettlePolicy *policy, SettleExact exact)
{
    int64_t minor = 0;

    settle_invariant(settle_money_round(exact, policy->rounding, &minor));
    g_string_append(out, " = ");
    add_exact(out, policy, exact);
    if ((SettleInt128) minor * exact.denominator != exact.numerator) {
        g_string_append_printf(out, ", rounded %s to ", rounding_name(policy->rounding));
        add_money(out, policy, minor);
    }
    return minor;
}

static int64_t
add_rate_of(GString *out, const SettlePolicy *policy, SettleRatePpb rate, int64_t base,
            const char *what)
{
    add_rate(out, rate);
    g_string_append_printf(out, " of %s", what);
    add_money(out, policy, base);
    return add_rounded(out, policy, settle_money_rate(base, rate));
}

/* --- bills and conditions --------------------------------------------------------------------- */

static const char *
base_name(SettleBillBase base)
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

static void
add_month(GString *out, SettleMonth closing, SettleMonth month)
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
        add_interval(out, test->interval, 0);
        return;
    case SETTLE_TEST_MEGABYTES:
        g_string_append(out, "megabytes ");
        add_interval(out, test->interval, 0);
        return;
    case SETTLE_TEST_BASE:
        g_string_append_printf(out, "%s ", base_name(test->base));
        add_interval(out, test->interval, exponent_of(policy));
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
            g_string_append_printf(out, "%s ", base_name(test->base));
            add_money(out, policy, base);
            break;
        case SETTLE_TEST_NO_ARREARS:
            g_string_append(out, "arrears ");
            add_money(out, policy, bill->arrears_minor);
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
                add_month(out, closing, closing + k);
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

static void
add_not_earned(GString *out, const SettlePolicy *policy, const SettleTarget *target,
               const SettleCondition *conditions, guint n, const SettleOrder *order,
               const SettleBill *bills, guint n_bills, SettleRevisionRule rule)
{
    static const SettleCalcScope nothing_complete;
    SettleLook look = {.order = order,
                       .bills = bills,
                       .n_bills = n_bills,
                       .scope = &nothing_complete,
                       .rule = rule,
                       .due_day = target->wait_day};
    char text[SETTLE_DAY_TEXT_BYTES];
    gsize place;

    if (target->rule->kind == SETTLE_KIND_DEFERRED)
        look.later = settle_day_month(target->wait_day) - settle_day_month(order->closing_day) -
                     target->rule->deferred.instalments[settle_slot_item(target->slot) - 1].months;
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
        add_month(out, settle_day_month(order->closing_day), target->wait_month);
        return;
    case SETTLE_TARGET_NOT_DUE:
        g_string_append_printf(out, "not due before %s", settle_day_format(target->wait_day, text));
        return;
    }
}

/* --- the kinds -------------------------------------------------------------------------------- */

static void
explain_upfront(GString *out, const SettlePolicy *policy, const SettleTarget *target,
                const SettleOrder *order)
{
    const SettleUpfront *upfront = &target->rule->upfront;
    const SettlePay *pay = &upfront->pay;
    int64_t minor;

    if (upfront->n_bands > 0) {
        const SettleBand *band =
            settle_band_find(upfront->bands, upfront->n_bands, order->paid_minor);

        g_string_append(out, "paid ");
        add_money(out, policy, order->paid_minor);
        if (band == NULL) {
            g_string_append(out, " lies in no band of by-amount");
            return;
        }
        g_string_append(out, " lies in ");
        add_interval(out, band->interval, exponent_of(policy));
        g_string_append(out, ": ");
        pay = &band->pay;
    }
    if (pay->is_rate) {
        minor = add_rate_of(out, policy, pay->rate_ppb, order->paid_minor, "");
    } else {
        minor = pay->fixed_minor * order->quantity;
        add_money(out, policy, pay->fixed_minor);
        if (order->quantity != 1) {
            g_string_append_printf(out, " x %d = ", order->quantity);
            add_money(out, policy, minor);
        }
    }
    if (minor < target->earned_minor)
        g_string_append(out, ", at least ");
    else if (minor > target->earned_minor)
        g_string_append(out, ", at most ");
    else
        return;
    add_money(out, policy, target->earned_minor);
}

static void
explain_instalment(GString *out, const SettlePolicy *policy, const SettleTarget *target,
                   const SettleOrder *order, const SettleBill *bills, guint n_bills)
{
    const SettleInstalment *instalment =
        &target->rule->deferred.instalments[settle_slot_item(target->slot) - 1];
    const SettlePay *pay = &instalment->pay;

    g_string_append_printf(out, "T+%d: ", instalment->months);
    if (target->state != SETTLE_TARGET_EARNED) {
        add_not_earned(out, policy, target, instalment->conditions, instalment->n_conditions, order,
                       bills, n_bills, SETTLE_REVISION_AT_DUE);
        return;
    }
    if (instalment->n_bands > 0) {
        SettleMonth closing = settle_day_month(order->closing_day);
        const SettleBill *bill =
            settle_bill_of_month(bills, n_bills, closing + instalment->band_month,
                                 SETTLE_REVISION_AT_DUE, target->wait_day);
        const SettleBand *band = NULL;
        int64_t base = 0;

        settle_invariant(bill != NULL && settle_bill_base(bill, instalment->band_base, &base));
        band = settle_band_find(instalment->bands, instalment->n_bands, base);
        g_string_append_printf(out, "%s ", base_name(instalment->band_base));
        add_money(out, policy, base);
        g_string_append(out, " of ");
        add_month(out, closing, closing + instalment->band_month);
        if (band == NULL) {
            g_string_append(out, " lies in no band");
            return;
        }
        g_string_append(out, " lies in ");
        add_interval(out, band->interval, exponent_of(policy));
        g_string_append(out, ": ");
        pay = &band->pay;
    }
    if (pay->is_rate)
        add_rate_of(out, policy, pay->rate_ppb, order->paid_minor, "");
    else
        add_money(out, policy, pay->fixed_minor);
}

static void
explain_share(GString *out, const SettlePolicy *policy, const SettleTarget *target,
              const SettleOrder *order, const SettleBill *bills, guint n_bills)
{
    const SettleRevenueShare *share = &target->rule->share;
    SettleMonth month = target->origin, closing = settle_day_month(order->closing_day);
    const SettleBill *bill = settle_bill_of_month(bills, n_bills, month, SETTLE_REVISION_LATEST, 0);
    SettleRatePpb rate = share->rate_ppb;
    const SettleBand *band = NULL;
    SettleExact exact;
    int64_t base = 0, minor;

    add_month(out, closing, month);
    g_string_append(out, ": ");
    if (bill == NULL) {
        g_string_append(out, "the bill serves another order");
        return;
    }
    settle_invariant(settle_bill_base(bill, share->base, &base));
    if (share->n_month_bands > 0 || share->n_size_bands > 0) {
        band = share->n_month_bands > 0
                   ? settle_band_find(share->month_bands, share->n_month_bands, month - closing)
                   : settle_band_find(share->size_bands, share->n_size_bands, base);
        rate = band != NULL ? band->pay.rate_ppb : 0;
    }
    add_rate(out, rate);
    g_string_append_printf(out, " of %s ", base_name(share->base));
    add_money(out, policy, base);
    if (share->net_of_tax_ppb != 0) {
        g_string_append(out, " net of ");
        add_rate(out, share->net_of_tax_ppb);
        g_string_append(out, " tax");
    }
    if ((share->n_month_bands > 0 || share->n_size_bands > 0) && band == NULL)
        g_string_append(out, " (no band)");
    exact = settle_money_rate_net(base, rate, share->net_of_tax_ppb);
    minor = add_rounded(out, policy, exact);
    if (share->has_bill_cap && minor > share->bill_cap_minor) {
        minor = share->bill_cap_minor;
        g_string_append(out, ", at most ");
        add_money(out, policy, minor);
    }
    if (minor != target->earned_minor) {
        g_string_append(out, ", of which the cap for life leaves ");
        add_money(out, policy, target->earned_minor);
    }
}

char *
settle_explain_target(const SettlePolicy *policy, const SettleTarget *target,
                      const SettleOrder *order, const SettleBill *bills, guint n_bills)
{
    GString *out = g_string_new(NULL);

    switch (target->rule->kind) {
    case SETTLE_KIND_UPFRONT:
        if (target->state == SETTLE_TARGET_EARNED)
            explain_upfront(out, policy, target, order);
        else
            add_not_earned(out, policy, target, target->rule->upfront.conditions,
                           target->rule->upfront.n_conditions, order, bills, n_bills,
                           SETTLE_REVISION_LATEST);
        break;
    case SETTLE_KIND_DEFERRED:
        explain_instalment(out, policy, target, order, bills, n_bills);
        break;
    case SETTLE_KIND_REVENUE_SHARE:
        explain_share(out, policy, target, order, bills, n_bills);
        break;
    case SETTLE_KIND_VOLUME_BONUS:
    case SETTLE_KIND_INVOICE:
    case SETTLE_KIND_DEPOSIT:
        break;
    }
    if (target->earned_minor > target->target_minor) {
        char month[SETTLE_DAY_TEXT_BYTES];

        g_string_append(out, "; ");
        add_money(out, policy, target->earned_minor - target->target_minor);
        g_string_append_printf(out, " taken back by what happened in %s",
                               settle_month_format(target->taken, month));
    }
    return g_string_free(out, FALSE);
}

/* --- volume ----------------------------------------------------------------------------------- */

static void
add_measure(GString *out, const SettlePolicy *policy, SettleMeasure measure, int64_t value)
{
    if (measure == SETTLE_MEASURE_AMOUNT)
        add_money(out, policy, value);
    else
        g_string_append_printf(out, "%" G_GINT64_FORMAT " %s%s", value,
                               measure == SETTLE_MEASURE_UNITS ? "unit" : "order",
                               value == 1 ? "" : "s");
}

static void
add_tier_pay(GString *out, const SettlePolicy *policy, const SettlePay *pay)
{
    if (pay->is_rate)
        add_rate(out, pay->rate_ppb);
    else
        add_money(out, policy, pay->fixed_minor);
}

char *
settle_explain_volume(const SettlePolicy *policy, const SettleRule *rule, int64_t measure,
                      int64_t minor)
{
    const SettleVolumeBonus *volume = &rule->volume;
    int64_t below = volume->measure == SETTLE_MEASURE_AMOUNT ? 0 : 1;
    GString *out = g_string_new(NULL);
    guint reached = 0;

    add_measure(out, policy, volume->measure, measure);
    while (reached < volume->n_tiers && measure >= volume->tiers[reached].from)
        reached++;
    if (reached == 0) {
        g_string_append(out, ", the first tier starts at ");
        add_measure(out, policy, volume->measure, volume->tiers[0].from);
        return g_string_free(out, FALSE);
    }
    g_string_append(out, ": ");
    switch (volume->mode) {
    case SETTLE_MODE_MARGINAL:
        for (guint i = 0; i < reached; i++) {
            int64_t end = i + 1 < reached ? volume->tiers[i + 1].from - below : measure;

            g_string_append(out, i > 0 ? " + " : "");
            add_measure(out, policy, volume->measure, end - (volume->tiers[i].from - below));
            g_string_append(out, " x ");
            add_tier_pay(out, policy, &volume->tiers[i].pay);
        }
        break;
    case SETTLE_MODE_WHOLE:
        g_string_append(out, "all x ");
        add_tier_pay(out, policy, &volume->tiers[reached - 1].pay);
        break;
    case SETTLE_MODE_LUMP:
        for (guint i = volume->lump_adds ? 0 : reached - 1; i < reached; i++) {
            g_string_append(out, i > 0 && volume->lump_adds ? " + " : "");
            add_tier_pay(out, policy, &volume->tiers[i].pay);
        }
        break;
    }
    g_string_append(out, " = ");
    add_money(out, policy, minor);
    return g_string_free(out, FALSE);
}

/* --- matching --------------------------------------------------------------------------------- */

static gboolean
add_text_mismatch(GString *out, const char *name, GStrv wanted, const char *given)
{
    g_autofree char *list = NULL;

    if (wanted == NULL || (given != NULL && g_strv_contains((const char *const *) wanted, given)))
        return FALSE;
    list = g_strjoinv(", ", wanted);
    if (given != NULL)
        g_string_append_printf(out, "%s %s is not one of %s", name, given, list);
    else
        g_string_append_printf(out, "it is for %s %s, and the order names none", name, list);
    return TRUE;
}

static gboolean
add_value_mismatch(GString *out, const char *name, SettleInterval wanted, int64_t given,
                   int exponent)
{
    char text[MONEY];

    if (settle_interval_holds(wanted, given))
        return FALSE;
    g_string_append_printf(out, "%s %s is not in ", name,
                           settle_money_format(given, exponent, text));
    add_interval(out, wanted, exponent);
    return TRUE;
}

char *
settle_explain_mismatch(const SettlePolicy *policy, const SettleRule *rule,
                        const SettleExampleOrder *order)
{
    const SettleSelector *s = &rule->selector;
    GString *out = g_string_new(NULL);

    if (add_text_mismatch(out, "product", s->products, order->product) ||
        add_text_mismatch(out, "class", s->classes, order->class) ||
        add_text_mismatch(out, "region", s->regions, order->region) ||
        add_text_mismatch(out, "channel", s->channels, order->channel) ||
        add_text_mismatch(out, "distributor", s->distributors, order->distributor) ||
        add_value_mismatch(out, "paid", s->amount, order->paid_minor, exponent_of(policy)) ||
        add_value_mismatch(out, "quantity", s->quantity, order->quantity, 0) ||
        add_value_mismatch(out, "tier", s->tier, order->tier, 0))
        return g_string_free(out, FALSE);
    if (s->first_order >= 0 && s->first_order != order->first_order) {
        g_string_append(out, s->first_order ? "it is for a subscriber's first order"
                                            : "it is not for a subscriber's first order");
        return g_string_free(out, FALSE);
    }
    g_string_free(out, TRUE);
    return NULL;
}
