/* Good documents: what each term becomes, field by field, and the shipped policies. */
#include "policy-fixture.h"

#define TOP  "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\n"
#define HEAD TOP "rules:\n"
#define GOOD "- upfront: u\n  pay: 1.00\n"
#define LOW  SETTLE_OPEN_LOW
#define HIGH SETTLE_OPEN_HIGH

static SettlePolicy *
load(const char *document)
{
    guint complaints;
    SettlePolicy *policy = policy_of(document, &complaints);

    g_assert_cmpuint(complaints, ==, 0);
    return policy;
}

static SettleDay
day(const char *text)
{
    SettleDay result = 0;

    g_assert_true(settle_day_parse(text, strlen(text), &result));
    return result;
}

static void
assert_interval(SettleInterval interval, int64_t from, int64_t to)
{
    g_assert_cmpint(interval.from, ==, from);
    g_assert_cmpint(interval.to, ==, to);
}

static void
assert_texts(GStrv texts, const char *joined)
{
    g_autofree char *actual = texts != NULL ? g_strjoinv(" ", texts) : NULL;

    g_assert_cmpstr(actual, ==, joined);
}

static void
assert_fixed(SettlePay pay, int64_t minor)
{
    g_assert_false(pay.is_rate);
    g_assert_cmpint(pay.fixed_minor, ==, minor);
}

static void
assert_rate(SettlePay pay, SettleRatePpb rate)
{
    g_assert_true(pay.is_rate);
    g_assert_cmpint(pay.rate_ppb, ==, rate);
}

static void
assert_band(SettleBand band, int64_t from, int64_t to)
{
    assert_interval(band.interval, from, to);
}

/* --- the document ------------------------------------------------------------------------------
 */

static void
test_defaults(void)
{
    static const char document[] = HEAD GOOD;
    g_autoptr(SettlePolicy) policy = load(document);
    SettleCurrency currency;

    g_assert_true(settle_currency_lookup("CNY", 3, &currency));
    g_assert_cmpstr(policy->name, ==, "a");
    g_assert_cmpstr(policy->carrier, ==, "C");
    g_assert_cmpstr(policy->version, ==, "1");
    g_assert_cmpint(policy->closing_from, ==, day("2026-01-01"));
    g_assert_cmpint(policy->closing_to, ==, SETTLE_DAY_MAX);
    g_assert_cmpint(policy->currency, ==, currency);
    g_assert_cmpint(policy->rounding, ==, SETTLE_ROUND_HALF_AWAY);
    g_assert_cmpint(policy->tax_ppb, ==, 0);
    g_assert_true(policy->tax_included);
    g_assert_cmpint(policy->invoice.cycle, ==, SETTLE_CYCLE_MONTHLY);
    g_assert_cmpint(policy->invoice.cut_off_day, ==, 31);
    g_assert_cmpint(policy->invoice.minimum_minor, ==, 0);
    g_assert_cmpuint(policy->n_rules, ==, 1);
    g_assert_cmpuint(policy->unsupported->len, ==, 0);
    g_assert_cmpint(policy->policy_id, ==, 0);
    g_assert_cmpint(policy->carrier_id, ==, 0);
}

static void
test_closing(void)
{
    static const struct {
        const char *text, *from, *to;
    } rows[] = {
        {"2026-01-01..2026-12-31", "2026-01-01", "2026-12-31"},
        {"2026-02-28..", "2026-02-28", NULL},
        {"..2024-02-29", NULL, "2024-02-29"},
        {"2026-05-01", "2026-05-01", "2026-05-01"},
        {"2026-05-01..2026-05-01", "2026-05-01", "2026-05-01"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *document = g_strdup_printf(
            "policy: a\ncarrier: C\nversion: 1\nclosing: %s\ncurrency: CNY\nrules:\n" GOOD,
            rows[i].text);
        g_autoptr(SettlePolicy) policy = load(document);

        g_assert_cmpint(policy->closing_from, ==,
                        rows[i].from != NULL ? day(rows[i].from) : SETTLE_DAY_MIN);
        g_assert_cmpint(policy->closing_to, ==,
                        rows[i].to != NULL ? day(rows[i].to) : SETTLE_DAY_MAX);
    }
}

static void
test_terms(void)
{
    static const struct {
        const char *terms;
        SettleRounding rounding;
        SettleRatePpb tax;
        gboolean included;
        SettleCycle cycle;
        int day;
        int64_t minimum;
    } rows[] = {
        {"rounding: half-even\n", SETTLE_ROUND_HALF_EVEN, 0, TRUE, SETTLE_CYCLE_MONTHLY, 31, 0},
        {"rounding: down\ntax: {rate: 6%}\n", SETTLE_ROUND_DOWN, 60000000, TRUE,
         SETTLE_CYCLE_MONTHLY, 31, 0},
        {"rounding: half-up\ntax: {rate: 13.5%, included: false}\n", SETTLE_ROUND_HALF_AWAY,
         135000000, FALSE, SETTLE_CYCLE_MONTHLY, 31, 0},
        {"invoice: {cycle: monthly, cut-off-day: 10, minimum: 100.00}\n", SETTLE_ROUND_HALF_AWAY, 0,
         TRUE, SETTLE_CYCLE_MONTHLY, 10, 10000},
        {"invoice: {minimum: 7}\n", SETTLE_ROUND_HALF_AWAY, 0, TRUE, SETTLE_CYCLE_MONTHLY, 31, 700},
        {"invoice: {cycle: weekly}\n", SETTLE_ROUND_HALF_AWAY, 0, TRUE, SETTLE_CYCLE_WEEKLY, 7, 0},
        {"invoice: {cycle: weekly, cut-off-day: 1}\n", SETTLE_ROUND_HALF_AWAY, 0, TRUE,
         SETTLE_CYCLE_WEEKLY, 1, 0},
        {"invoice: {cycle: daily}\n", SETTLE_ROUND_HALF_AWAY, 0, TRUE, SETTLE_CYCLE_DAILY, 31, 0},
        {"invoice: {cycle: none}\n", SETTLE_ROUND_HALF_AWAY, 0, TRUE, SETTLE_CYCLE_NONE, 31, 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *document = g_strconcat(TOP, rows[i].terms, "rules:\n" GOOD, NULL);
        g_autoptr(SettlePolicy) policy = load(document);

        g_test_message("%s", rows[i].terms);
        g_assert_cmpint(policy->rounding, ==, rows[i].rounding);
        g_assert_cmpint(policy->tax_ppb, ==, rows[i].tax);
        g_assert_cmpint(policy->tax_included, ==, rows[i].included);
        g_assert_cmpint(policy->invoice.cycle, ==, rows[i].cycle);
        g_assert_cmpint(policy->invoice.cut_off_day, ==, rows[i].day);
        g_assert_cmpint(policy->invoice.minimum_minor, ==, rows[i].minimum);
    }
}

/* Amounts and intervals of amounts are in the currency's own minor units. */
static void
test_exponents(void)
{
    static const struct {
        const char *currency, *amount, *interval;
        int64_t minor, from;
    } rows[] = {
        {"CNY", "12.30", "0.01..", 1230, 1},
        {"JPY", "1230", "1..", 1230, 1},
        {"KWD", "1.230", "0.001..", 1230, 1},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *document = g_strdup_printf(
            "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: %s\nrules:\n"
            "- upfront: u\n  pay: %s\n  for: {amount: %s}\n",
            rows[i].currency, rows[i].amount, rows[i].interval);
        g_autoptr(SettlePolicy) policy = load(document);

        assert_fixed(policy->rules[0].upfront.pay, rows[i].minor);
        assert_interval(policy->rules[0].selector.amount, rows[i].from, HIGH);
    }
}

/* --- selectors ---------------------------------------------------------------------------------
 */

static void
test_selector(void)
{
    g_autoptr(SettlePolicy) policy = load(
        TOP "groups: {south: [D1, D2], north: [D3]}\nrules:\n"
            "- upfront: all\n  pay: 1.00\n  group: g1\n"
            "- upfront: some\n  pay: 1.00\n  for:\n"
            "    product: [P1, P2]\n    class: sim\n    region: [GD]\n    channel: [online, shop]\n"
            "    amount: 1.00..19.99\n    quantity: ..5\n    tier: 3\n    first-order: false\n"
            "- upfront: groups\n  pay: 1.00\n  for: {distributor-group: [south, north]}\n"
            "- upfront: both\n  pay: 1.00\n  group: g2\n"
            "  for: {distributor: [D9, D2], distributor-group: south, first-order: true}\n");
    const SettleSelector *all = &policy->rules[0].selector;
    const SettleSelector *some = &policy->rules[1].selector;

    g_assert_cmpstr(policy->rules[0].group, ==, "g1");
    assert_texts(all->products, NULL);
    assert_texts(all->classes, NULL);
    assert_texts(all->regions, NULL);
    assert_texts(all->channels, NULL);
    assert_texts(all->distributors, NULL);
    assert_interval(all->amount, LOW, HIGH);
    assert_interval(all->quantity, LOW, HIGH);
    assert_interval(all->tier, LOW, HIGH);
    g_assert_cmpint(all->first_order, ==, -1);

    g_assert_null(policy->rules[1].group);
    assert_texts(some->products, "P1 P2");
    assert_texts(some->classes, "sim");
    assert_texts(some->regions, "GD");
    assert_texts(some->channels, "online shop");
    assert_interval(some->amount, 100, 1999);
    assert_interval(some->quantity, LOW, 5);
    assert_interval(some->tier, 3, 3);
    g_assert_cmpint(some->first_order, ==, 0);

    assert_texts(policy->rules[2].selector.distributors, "D1 D2 D3");
    /* both are conditions: who is in both */
    assert_texts(policy->rules[3].selector.distributors, "D2");
    g_assert_cmpint(policy->rules[3].selector.first_order, ==, 1);
}

/* --- the four kinds ----------------------------------------------------------------------------
 */

static void
test_upfront(void)
{
    g_autoptr(SettlePolicy) policy = load(
        HEAD "- upfront: fixed\n  pay: 40.00\n  group: a\n"
             "- upfront: rate\n  pay: 2.5%\n  floor: 1.00\n  cap: 4.99\n  withheld: true\n"
             "  active-days: 3\n  if: [{month: 0, all: [{minutes: 1..}]}]\n  group: b\n"
             "- upfront: bands\n  by-amount: {19.00: 30.00, 29.00..39.99: 40.00, 40.00..: 2%}\n");
    const SettleUpfront *upfront = &policy->rules[0].upfront;

    g_assert_cmpstr(policy->rules[0].id, ==, "fixed");
    g_assert_cmpint(policy->rules[0].kind, ==, SETTLE_KIND_UPFRONT);
    g_assert_cmpuint(policy->rules[0].ordinal, ==, 0);
    assert_fixed(upfront->pay, 4000);
    g_assert_false(upfront->has_floor || upfront->has_cap || upfront->withheld);
    g_assert_cmpint(upfront->active_days, ==, 0);
    g_assert_cmpuint(upfront->n_conditions + upfront->n_bands, ==, 0);

    upfront = &policy->rules[1].upfront;
    g_assert_cmpuint(policy->rules[1].ordinal, ==, 1);
    assert_rate(upfront->pay, 25000000);
    g_assert_true(upfront->has_floor && upfront->has_cap && upfront->withheld);
    g_assert_cmpint(upfront->floor_minor, ==, 100);
    g_assert_cmpint(upfront->cap_minor, ==, 499);
    g_assert_cmpint(upfront->active_days, ==, 3);
    g_assert_cmpuint(upfront->n_conditions, ==, 1);
    g_assert_cmpint(upfront->conditions[0].from_month, ==, 0);
    g_assert_cmpint(upfront->conditions[0].to_month, ==, 0);

    upfront = &policy->rules[2].upfront;
    g_assert_cmpuint(upfront->n_bands, ==, 3);
    assert_band(upfront->bands[0], 1900, 1900);
    assert_fixed(upfront->bands[0].pay, 3000);
    assert_band(upfront->bands[1], 2900, 3999);
    assert_fixed(upfront->bands[1].pay, 4000);
    assert_band(upfront->bands[2], 4000, HIGH);
    assert_rate(upfront->bands[2].pay, 20000000);
}

static void
test_deferred(void)
{
    g_autoptr(SettlePolicy) policy =
        load(HEAD "- deferred: d\n  instalments:\n"
                  "  - {after: 1 month, day: 30, pay: 20.00}\n"
                  "  - {after: 0 months, day: 1, pay: 2%}\n"
                  "  - after: 3 months\n    day: 10\n"
                  "    by-bill:\n      month: 3\n      base: billed-less-arrears\n"
                  "      bands: {10.00..19.99: 10.00, 20.00..: 15.00}\n"
                  "    if:\n"
                  "    - {each-month: 1..3, any: [{minutes: 10..}, {megabytes: ..30}]}\n"
                  "    - {month: 2, all: [{bill: 10.00..20.00, base: cash}, {bill: 1.00..},\n"
                  "                       {no-arrears: true}]}\n"
                  "    - {month: 1}\n");
    const SettleDeferred *deferred = &policy->rules[0].deferred;
    const SettleInstalment *last = &deferred->instalments[2];
    const SettleBillTest *test;

    g_assert_cmpint(policy->rules[0].kind, ==, SETTLE_KIND_DEFERRED);
    g_assert_cmpuint(deferred->n_instalments, ==, 3);
    g_assert_cmpint(deferred->instalments[0].months, ==, 1);
    g_assert_cmpint(deferred->instalments[0].day, ==, 30);
    assert_fixed(deferred->instalments[0].pay, 2000);
    g_assert_cmpint(deferred->instalments[1].months, ==, 0);
    assert_rate(deferred->instalments[1].pay, 20000000);

    g_assert_cmpint(last->months, ==, 3);
    g_assert_cmpint(last->band_month, ==, 3);
    g_assert_cmpint(last->band_base, ==, SETTLE_BILL_BILLED_LESS_ARREARS);
    g_assert_cmpuint(last->n_bands, ==, 2);
    assert_band(last->bands[0], 1000, 1999);
    assert_fixed(last->bands[1].pay, 1500);
    g_assert_cmpuint(last->n_conditions, ==, 3);

    g_assert_true(last->conditions[0].any);
    g_assert_cmpint(last->conditions[0].from_month, ==, 1);
    g_assert_cmpint(last->conditions[0].to_month, ==, 3);
    g_assert_cmpuint(last->conditions[0].n_tests, ==, 2);
    test = last->conditions[0].tests;
    g_assert_cmpint(test[0].kind, ==, SETTLE_TEST_MINUTES);
    assert_interval(test[0].interval, 10, HIGH);
    g_assert_cmpint(test[1].kind, ==, SETTLE_TEST_MEGABYTES);
    assert_interval(test[1].interval, LOW, 30);

    g_assert_false(last->conditions[1].any);
    g_assert_cmpuint(last->conditions[1].n_tests, ==, 3);
    test = last->conditions[1].tests;
    g_assert_cmpint(test[0].kind, ==, SETTLE_TEST_BASE);
    g_assert_cmpint(test[0].base, ==, SETTLE_BILL_CASH);
    assert_interval(test[0].interval, 1000, 2000);
    g_assert_cmpint(test[1].base, ==, SETTLE_BILL_BILLED);
    g_assert_cmpint(test[2].kind, ==, SETTLE_TEST_NO_ARREARS);
    g_assert_cmpuint(last->conditions[2].n_tests, ==, 0);
}

static void
test_share(void)
{
    g_autoptr(SettlePolicy) policy =
        load(HEAD "- revenue-share: rate\n  base: cash\n  net-of-tax: 6%\n  months: 4..15\n"
                  "  rate: 5%\n  cap: 2.00\n  life-cap: 20.00\n  group: a\n"
                  "- revenue-share: by-month\n  base: billed\n  months: ..12\n"
                  "  by-month: {..6: 5%, 7..12: 3%}\n  group: b\n"
                  "- revenue-share: by-size\n  base: billed-less-arrears\n  months: 1..\n"
                  "  by-size: {..9.99: 6%, 10.00..: 8%}\n");
    const SettleRevenueShare *share = &policy->rules[0].share;

    g_assert_cmpint(policy->rules[0].kind, ==, SETTLE_KIND_REVENUE_SHARE);
    g_assert_cmpint(share->base, ==, SETTLE_BILL_CASH);
    g_assert_cmpint(share->net_of_tax_ppb, ==, 60000000);
    g_assert_cmpint(share->from_month, ==, 4);
    g_assert_cmpint(share->to_month, ==, 15);
    g_assert_cmpint(share->rate_ppb, ==, 50000000);
    g_assert_true(share->has_bill_cap && share->has_life_cap);
    g_assert_cmpint(share->bill_cap_minor, ==, 200);
    g_assert_cmpint(share->life_cap_minor, ==, 2000);

    share = &policy->rules[1].share;
    g_assert_cmpint(share->base, ==, SETTLE_BILL_BILLED);
    g_assert_cmpint(share->net_of_tax_ppb, ==, 0);
    g_assert_false(share->has_bill_cap || share->has_life_cap);
    g_assert_cmpint(share->from_month, ==, 0);
    g_assert_cmpint(share->to_month, ==, 12);
    g_assert_cmpuint(share->n_month_bands, ==, 2);
    assert_band(share->month_bands[0], LOW, 6);
    assert_rate(share->month_bands[1].pay, 30000000);
    g_assert_cmpuint(share->n_size_bands, ==, 0);

    share = &policy->rules[2].share;
    g_assert_cmpint(share->base, ==, SETTLE_BILL_BILLED_LESS_ARREARS);
    g_assert_cmpint(share->from_month, ==, 1);
    g_assert_cmpint(share->to_month, ==, 4095);
    g_assert_cmpuint(share->n_size_bands, ==, 2);
    assert_band(share->size_bands[0], LOW, 999);
    assert_band(share->size_bands[1], 1000, HIGH);
    assert_rate(share->size_bands[1].pay, 80000000);
}

static void
test_volume(void)
{
    g_autoptr(SettlePolicy) policy =
        load(HEAD "- volume-bonus: whole\n  window: month\n  mode: whole\n  group: a\n"
                  "  tiers: {100..299: 5.00, 300..799: 10.00, 800..: 15.00}\n"
                  "- volume-bonus: marginal\n  window: quarter\n  scope: outlet\n"
                  "  measure: amount\n  mode: marginal\n  paid: progressive\n  group: b\n"
                  "  tiers: {1.00..999.99: 1%, 1000.00..: 2%}\n"
                  "- volume-bonus: lump\n  window: year\n  scope: manager\n  measure: units\n"
                  "  mode: lump\n  higher-tiers: add\n  paid: at-end\n  tiers: {10..: 99.00}\n");
    const SettleVolumeBonus *volume = &policy->rules[0].volume;
    const SettleRuleWindow *window = &policy->rules[0].window;

    g_assert_cmpint(policy->rules[0].kind, ==, SETTLE_KIND_VOLUME_BONUS);
    g_assert_cmpint(window->length, ==, SETTLE_WINDOW_MONTH);
    g_assert_cmpint(window->scope, ==, SETTLE_SCOPE_DISTRIBUTOR);
    g_assert_cmpint(volume->measure, ==, SETTLE_MEASURE_ORDERS);
    g_assert_cmpint(volume->mode, ==, SETTLE_MODE_WHOLE);
    g_assert_false(volume->lump_adds || window->progressive);
    g_assert_cmpuint(volume->n_tiers, ==, 3);
    g_assert_cmpint(volume->tiers[0].from, ==, 100);
    g_assert_cmpint(volume->tiers[1].from, ==, 300);
    g_assert_cmpint(volume->tiers[2].from, ==, 800);
    assert_fixed(volume->tiers[0].pay, 500);
    assert_fixed(volume->tiers[2].pay, 1500);

    volume = &policy->rules[1].volume;
    window = &policy->rules[1].window;
    g_assert_cmpint(window->length, ==, SETTLE_WINDOW_QUARTER);
    g_assert_cmpint(window->scope, ==, SETTLE_SCOPE_OUTLET);
    g_assert_cmpint(volume->measure, ==, SETTLE_MEASURE_AMOUNT);
    g_assert_cmpint(volume->mode, ==, SETTLE_MODE_MARGINAL);
    g_assert_true(window->progressive);
    g_assert_cmpint(volume->tiers[1].from, ==, 100000);
    assert_rate(volume->tiers[1].pay, 20000000);

    volume = &policy->rules[2].volume;
    window = &policy->rules[2].window;
    g_assert_cmpint(window->length, ==, SETTLE_WINDOW_YEAR);
    g_assert_cmpint(window->scope, ==, SETTLE_SCOPE_MANAGER);
    g_assert_cmpint(volume->measure, ==, SETTLE_MEASURE_UNITS);
    g_assert_cmpint(volume->mode, ==, SETTLE_MODE_LUMP);
    g_assert_true(volume->lump_adds);
    g_assert_false(window->progressive);
    assert_fixed(volume->tiers[0].pay, 9900);
}

/* --- what is not settled yet -------------------------------------------------------------------
 */

static void
test_unsupported(void)
{
    static const char *const terms[] = {
        "payee (line 22)",
    };
    g_autoptr(SettlePolicy) policy = load(
        TOP
        "pay-when-paid: true\non-port-out: stop\non-number-transfer: continue\n"
        "after-distributor-ended: stop\ninvoice: {negative: credit-note}\n"
        "ceiling: {window: quarter, amount: 100.00}\n"
        "fraud-tolerance: {share: 10%, count: 20}\ncontract: 12 months\nrules:\n"
        "- upfront: u\n  pay: 1.00\n"
        "  clawback:\n  - {on: cancel, within: 90 days, take: 100%}\n"
        "  - {on: [cancel, refund], days: 91..180, take: pro-rata, not-counted: suspended-days}\n"
        "  holdback: {share: 5%, days: 8}\n"
        "  split: {distributor: 70, outlet: 20, manager: 10}\n  payee: outlet\n"
        "- deferred: d\n  instalments:\n"
        "  - {after: 1 month, day: 1, pay: 1.00, if: [active, no-refund, {month: 1}],\n"
        "     retry-until: 6 months}\n"
        "- volume-bonus: v\n  window: month\n  mode: whole\n  not-counted: cancel\n"
        "  tiers: {1..: 1.00}\n");
    const SettleRule *u = &policy->rules[0];
    const SettleInstalment *instalment = &policy->rules[1].deferred.instalments[0];

    g_assert_cmpuint(policy->unsupported->len, ==, G_N_ELEMENTS(terms));
    for (guint i = 0; i < G_N_ELEMENTS(terms); i++) {
        gboolean found = FALSE;

        for (guint k = 0; k < policy->unsupported->len; k++)
            found = found || g_str_equal(g_ptr_array_index(policy->unsupported, k), terms[i]) ||
                    (g_str_has_prefix(terms[i], "invoice") &&
                     g_str_has_prefix(g_ptr_array_index(policy->unsupported, k), "negative"));
        if (!found)
            g_test_message("not named: %s", terms[i]);
        g_assert_true(found);
    }
    /* they are compiled all the same */
    g_assert_true(u->terms.pay_when_paid);
    g_assert_cmpint(u->terms.contract_months, ==, 12);
    g_assert_cmpuint(u->terms.n_clawbacks, ==, 2);
    g_assert_cmpuint(u->terms.clawbacks[0].events, ==, 1u << SETTLE_EVENT_CANCEL);
    g_assert_cmpint(u->terms.clawbacks[0].span.to, ==, 90);
    g_assert_cmpint(u->terms.clawbacks[0].share_ppb, ==, SETTLE_RATE_ONE);
    g_assert_cmpuint(u->terms.clawbacks[1].events, ==,
                     1u << SETTLE_EVENT_CANCEL | 1u << SETTLE_EVENT_REFUND);
    g_assert_cmpint(u->terms.clawbacks[1].span.from, ==, 91);
    g_assert_cmpint(u->terms.clawbacks[1].take, ==, SETTLE_TAKE_PRO_RATA);
    g_assert_true(u->terms.clawbacks[1].without_suspended);
    g_assert_cmpint(u->terms.holdback_ppb, ==, 50000000);
    g_assert_cmpint(u->terms.holdback_days, ==, 8);
    g_assert_cmpint(u->terms.split_parts[1], ==, 20);
    g_assert_cmpint(u->terms.payee, ==, 1);
    g_assert_cmpuint(u->terms.n_unsettled, ==, 1);
    g_assert_cmpint(policy->terms.on_port_out, ==, SETTLE_STOPS);
    g_assert_cmpint(policy->terms.on_number_transfer, ==, SETTLE_GOES_ON);
    g_assert_cmpint(policy->terms.after_end, ==, SETTLE_STOPS);
    g_assert_true(policy->invoice.credit_note);
    g_assert_cmpint(policy->terms.ceiling.window, ==, SETTLE_WINDOW_QUARTER);
    g_assert_cmpint(policy->terms.ceiling.amount_minor, ==, 10000);
    g_assert_cmpint(policy->terms.tolerance_count, ==, 20);
    g_assert_cmpuint(policy->rules[2].terms.not_counted, ==, 1u << SETTLE_EVENT_CANCEL);
    g_assert_true(instalment->wants_active && instalment->wants_no_refund);
    g_assert_cmpint(instalment->retry_until, ==, 6);
    /* the conditions that are settled keep their places */
    g_assert_cmpuint(instalment->n_conditions, ==, 1);
    g_assert_cmpint(instalment->conditions[0].from_month, ==, 1);
}

/* A term that says what holds anyway does not make a policy unsettled. */
static void
test_defaults_are_settled(void)
{
    g_autoptr(SettlePolicy) policy =
        load(TOP "pay-when-paid: false\non-port-out: continue\nafter-distributor-ended: continue\n"
                 "invoice: {negative: carry-forward}\nrules:\n"
                 "- upfront: u\n  pay: 1.00\n  payee: distributor\n");

    g_assert_cmpuint(policy->unsupported->len, ==, 0);
}

/* so-far and last N are months before the instalment's; months can be added up. */
static void
test_months_of_conditions(void)
{
    g_autoptr(SettlePolicy) policy =
        load(TOP "rules:\n- deferred: d\n  instalments:\n"
                 "  - {after: 4 months, day: 1, pay: 1.00, if: [{each-month: so-far},\n"
                 "      {each-month: last 3, all: [{no-arrears: true}]},\n"
                 "      {months-together: last 2, all: [{minutes: 100..}]}]}\n");
    const SettleCondition *c = policy->rules[0].deferred.instalments[0].conditions;

    g_assert_cmpint(c[0].from_month, ==, 0);
    g_assert_cmpint(c[0].to_month, ==, 3);
    g_assert_cmpint(c[1].from_month, ==, 1);
    g_assert_cmpint(c[1].to_month, ==, 3);
    g_assert_false(c[1].together);
    g_assert_cmpint(c[2].from_month, ==, 2);
    g_assert_true(c[2].together);
}

static void
test_examples(void)
{
    g_autoptr(SettlePolicy) policy =
        load(TOP "rules:\n- upfront: u\n  pay: 1.00\n"
                 "- volume-bonus: v\n  window: month\n  measure: amount\n  mode: whole\n"
                 "  tiers: {1.00..: 5%}\n"
                 "examples:\n"
                 "- example: one\n"
                 "  order: {closed: 2026-03-15, paid: 59.00, class: plan, tier: 3, quantity: 2}\n"
                 "  bills: [{month: 1..12, billed: 59.00, arrears: 9.00, minutes: 80}]\n"
                 "  window: {v: 1000.00}\n"
                 "  as-of: 2026-12-31\n"
                 "  earns: {u: 2.00, v: {0: 50.00}}\n");
    const SettleExample *example = &policy->examples[0];

    g_assert_cmpuint(policy->n_examples, ==, 1);
    g_assert_cmpstr(example->name, ==, "one");
    g_assert_cmpuint(example->place.line, ==, 15);
    g_assert_cmpint(example->order.paid_minor, ==, 5900);
    g_assert_cmpint(example->order.quantity, ==, 2);
    g_assert_cmpstr(example->order.class, ==, "plan");
    g_assert_null(example->order.product);
    g_assert_cmpint(example->bills[0].cash_minor, ==, 5000);
    g_assert_cmpint(example->bills[0].to_month, ==, 12);
    g_assert_false(example->bills[0].has_issue_day);
    g_assert_cmpuint(example->windows[0].rule, ==, 1);
    g_assert_cmpint(example->windows[0].measure, ==, 100000);
    g_assert_cmpuint(example->n_earns, ==, 2);
    g_assert_true(example->earns[0].in_all);
    g_assert_cmpint(example->earns[0].minor, ==, 200);
    g_assert_false(example->earns[1].in_all);
    g_assert_cmpuint(policy->unsupported->len, ==, 0);
}

/* --- the bytes ---------------------------------------------------------------------------------
 */

static void
test_hash(void)
{
    /* by another implementation of SHA-256 */
    static const char document[] = HEAD GOOD;
    g_autoptr(SettlePolicy) policy = load(document);
    g_autoptr(SettlePolicy) other = load(HEAD GOOD "# a comment\n");
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    uint8_t hash[32];
    gsize n = sizeof hash;

    g_checksum_update(checksum, (const guchar *) document, strlen(document));
    g_checksum_get_digest(checksum, hash, &n);
    g_assert_cmpmem(policy->hash, 32, hash, 32);
    g_assert_cmpint(memcmp(policy->hash, other->hash, 32), !=, 0);
}

/* --- what is shipped ---------------------------------------------------------------------------
 */

static char *
shipped(const char *name)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "rules", name, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static void
test_shipped(void)
{
    static const struct {
        const char *file, *carrier, *kinds;
        guint n_unsettled;
    } rows[] = {
        {"minimal.yaml", "MY-CARRIER", "1", 0},
        {"p1-voice-quality.yaml", "CMCC-GD", "1233", 0},
        {"p2-activity-gated.yaml", "CUCC-ZJ", "1234", 0},
        {"p3-online-sim.yaml", "CTCC-SH", "1234", 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = shipped(rows[i].file);
        g_autoptr(SettlePolicy) policy = load(text);
        g_autoptr(GString) kinds = g_string_new(NULL);

        g_assert_true(
            g_str_has_prefix(text, "# yaml-language-server: $schema=./policy.schema.json\n"));
        g_assert_cmpstr(policy->carrier, ==, rows[i].carrier);
        g_assert_cmpuint(policy->unsupported->len, ==, rows[i].n_unsettled);
        g_assert_cmpint(policy->closing_from, ==, day("2026-01-01"));
        if (i > 0)
            g_assert_cmpint(policy->closing_to, ==, day("2026-12-31"));
        for (guint j = 0; j < policy->n_rules; j++)
            g_string_append_c(kinds,
                              (char) ('0' + policy->rules[j].kind - SETTLE_KIND_UPFRONT + 1));
        g_assert_cmpstr(kinds->str, ==, rows[i].kinds);
    }
}

/* The figures of the carriers' contracts, as the documents say them. */
static void
test_shipped_figures(void)
{
    g_autofree char *p1 = shipped("p1-voice-quality.yaml");
    g_autofree char *p2 = shipped("p2-activity-gated.yaml");
    g_autofree char *p3 = shipped("p3-online-sim.yaml");
    g_autoptr(SettlePolicy) voice = load(p1);
    g_autoptr(SettlePolicy) gated = load(p2);
    g_autoptr(SettlePolicy) online = load(p3);
    static const int64_t fees[][2] = {{1900, 3000}, {2900, 4000}, {4900, 6000}, {5900, 8000}};
    static const int per_cent[2][5] = {{6, 8, 10, 12, 16}, {6, 8, 12, 16, 20}};

    g_assert_cmpint(voice->rounding, ==, SETTLE_ROUND_DOWN);
    assert_interval(voice->rules[2].selector.tier, 3, 4);
    for (guint i = 0; i < 2; i++) {
        const SettleRevenueShare *share = &voice->rules[2 + i].share;

        g_assert_cmpint(share->base, ==, SETTLE_BILL_BILLED_LESS_ARREARS);
        g_assert_cmpint(share->from_month, ==, 1);
        g_assert_cmpint(share->to_month, ==, 18);
        g_assert_cmpuint(share->n_size_bands, ==, 5);
        for (guint j = 0; j < 5; j++)
            assert_rate(share->size_bands[j].pay, per_cent[i][j] * INT64_C(10000000));
        assert_band(share->size_bands[4], 8000, HIGH);
    }
    assert_fixed(gated->rules[0].upfront.pay, 4000);
    g_assert_cmpint(gated->rules[1].deferred.instalments[0].months, ==, 4);
    assert_fixed(gated->rules[1].deferred.instalments[0].pay, 6000);
    g_assert_cmpint(gated->rules[2].share.net_of_tax_ppb, ==, 60000000);
    g_assert_cmpint(gated->invoice.cut_off_day, ==, 10);
    g_assert_cmpint(gated->invoice.minimum_minor, ==, 10000);
    g_assert_true(online->rules[0].upfront.withheld);
    g_assert_cmpint(online->rules[0].upfront.active_days, ==, 3);
    g_assert_cmpuint(online->rules[0].upfront.n_bands, ==, 4);
    for (guint i = 0; i < 4; i++) {
        assert_band(online->rules[0].upfront.bands[i], fees[i][0], fees[i][0]);
        assert_fixed(online->rules[0].upfront.bands[i].pay, fees[i][1]);
    }
    g_assert_cmpint(online->rules[2].share.bill_cap_minor, ==, 2000);
    g_assert_cmpint(online->rules[3].volume.tiers[0].from, ==, 501);
    g_assert_cmpint(online->rules[3].volume.tiers[1].from, ==, 2001);
}

/* `settle policy schema` and `settle policy reference` make these files anew. */
static void
test_generated(void)
{
    g_autofree char *schema = settle_policy_schema();
    g_autofree char *reference = settle_policy_reference();
    g_autofree char *schema_file = shipped("policy.schema.json");
    g_autofree char *reference_file = shipped("REFERENCE.md");

    g_assert_true(g_strcmp0(schema, schema_file) == 0);
    g_assert_true(g_strcmp0(reference, reference_file) == 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/policy-load/defaults", test_defaults);
    g_test_add_func("/policy-load/closing", test_closing);
    g_test_add_func("/policy-load/terms", test_terms);
    g_test_add_func("/policy-load/exponents", test_exponents);
    g_test_add_func("/policy-load/selector", test_selector);
    g_test_add_func("/policy-load/upfront", test_upfront);
    g_test_add_func("/policy-load/deferred", test_deferred);
    g_test_add_func("/policy-load/share", test_share);
    g_test_add_func("/policy-load/volume", test_volume);
    g_test_add_func("/policy-load/unsupported", test_unsupported);
    g_test_add_func("/policy-load/defaults-are-settled", test_defaults_are_settled);
    g_test_add_func("/policy-load/months-of-conditions", test_months_of_conditions);
    g_test_add_func("/policy-load/examples", test_examples);
    g_test_add_func("/policy-load/hash", test_hash);
    g_test_add_func("/policy-load/shipped", test_shipped);
    g_test_add_func("/policy-load/shipped-figures", test_shipped_figures);
    g_test_add_func("/policy-load/generated", test_generated);
    return g_test_run();
}
