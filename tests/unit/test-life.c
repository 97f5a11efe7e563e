/* What one imagined order earns and why, and the examples that a policy carries (calc/life.h). */
#include "calc/life.h"
#include "policy-fixture.h"

#include <glib.h>
#include <string.h>

#define TOP                  "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\n"
#define EXAMPLE(order, rest) "examples:\n- example: e\n  order: {" order "}\n" rest "  earns: {}\n"

typedef struct {
    const char *name;
    const char *rules; /* behind TOP */
    const char *order, *rest;
    const char *life; /* "day rule/item state amount | why", a line each; then the silent rules */
} Case;

static const char *const states[] = {"", "earned", "forfeited", "waits", "not due"};

static char *
life_text(const SettleLife *life)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < life->steps->len; i++) {
        const SettleLifeStep *step = &g_array_index(life->steps, SettleLifeStep, i);
        char day[SETTLE_DAY_TEXT_BYTES], amount[SETTLE_MONEY_TEXT_BYTES];

        g_string_append_printf(out, "%s %s/%u %s %s | %s\n", settle_day_format(step->day, day),
                               step->rule->id, step->item, states[step->state],
                               settle_money_format(step->minor, 2, amount), step->why);
    }
    for (guint i = 0; i < life->silent->len; i++) {
        const SettleLifeSilent *silent = &g_array_index(life->silent, SettleLifeSilent, i);

        g_string_append_printf(out, "%s: %s\n", silent->rule->id, silent->why);
    }
    return g_string_free(out, FALSE);
}

static const Case cases[] = {
    {"rate, rounded, at most", "rules:\n- upfront: u\n  pay: 2.5%\n  cap: 4.99\n",
     "closed: 2026-03-15, paid: 199.90", "",
     "2026-03-15 u/0 earned 4.99 | 2.5% of 199.90 = 4.9975, rounded half up to 5.00, at most "
     "4.99\n"},
    {"half to even", "rounding: half-even\nrules:\n- upfront: u\n  pay: 2.5%\n",
     "closed: 2026-03-15, paid: 200.20", "",
     "2026-03-15 u/0 earned 5.00 | 2.5% of 200.20 = 5.005, rounded half to even to 5.00\n"},
    {"exactly", "rules:\n- upfront: u\n  pay: 3%\n  floor: 7.00\n",
     "closed: 2026-03-15, paid: 200.00", "",
     "2026-03-15 u/0 earned 7.00 | 3% of 200.00 = 6.00, at least 7.00\n"},
    {"each unit", "rules:\n- upfront: u\n  pay: 40.00\n  active-days: 3\n",
     "closed: 2026-03-30, paid: 1.00, quantity: 30", "",
     "2026-04-02 u/0 earned 1200.00 | 40.00 x 30 = 1,200.00\n"},
    {"by amount", "rules:\n- upfront: u\n  by-amount: {19.00: 30.00, 29.00..39.99: 1%}\n",
     "closed: 2026-03-15, paid: 30.00", "",
     "2026-03-15 u/0 earned 0.30 | paid 30.00 lies in 29.00..39.99: 1% of 30.00 = 0.30\n"},
    {"no band", "rules:\n- upfront: u\n  by-amount: {19.00: 30.00}\n",
     "closed: 2026-03-15, paid: 30.00", "",
     "2026-03-15 u/0 earned 0.00 | paid 30.00 lies in no band of by-amount\n"},
    {"first bill", "rules:\n- upfront: u\n  pay: 1.00\n  if: [{month: 0, all: [{minutes: 1..}]}]\n",
     "closed: 2026-03-15, paid: 30.00", "  bills: [{month: 0, billed: 9.00, minutes: 1}]\n",
     "2026-04-01 u/0 earned 1.00 | 1.00\n"},
    {"first bill missing",
     "rules:\n- upfront: u\n  pay: 1.00\n  if: [{month: 0, all: [{minutes: 1..}]}]\n",
     "closed: 2026-03-15, paid: 30.00", "",
     "2026-03-15 u/0 waits 0.00 | waits for the bill of month 0 (2026-03)\n"},
    {"instalments",
     "rules:\n- deferred: d\n  instalments:\n  - {after: 1 month, day: 31, pay: 2%}\n"
     "  - {after: 2 months, day: 5, pay: 5.00, if: [{each-month: 0..1, any: [{minutes: 10..}, "
     "{megabytes: 30..}]}]}\n"
     "  - {after: 3 months, day: 5, pay: 5.00, if: [{months-together: last 2, all: [{minutes: "
     "30..}]}]}\n"
     "  - {after: 9 months, day: 5, pay: 5.00}\n",
     "closed: 2026-03-15, paid: 30.25",
     "  bills: [{month: 0, billed: 1.00, minutes: 10}, {month: 1..2, billed: 1.00, minutes: 9}]\n"
     "  as-of: 2026-11-30\n",
     "2026-04-30 d/1 earned 0.61 | T+1: 2% of 30.25 = 0.605, rounded half up to 0.61\n"
     "2026-05-05 d/2 forfeited 0.00 | T+2: condition not met: month 1 (2026-04) has minutes 9, "
     "megabytes "
     "0, not minutes "
     "10.. or megabytes 30..\n"
     "2026-06-05 d/3 forfeited 0.00 | T+3: condition not met: months 1 to 2 together, not "
     "minutes 30..\n"
     "2026-12-05 d/4 not due 0.00 | T+9: not due before 2026-12-05\n"},
    {"by the bill",
     "rules:\n- deferred: d\n  instalments:\n  - {after: 1 month, day: 5, by-bill: {month: 0, "
     "base: "
     "billed-less-arrears, bands: {1.00..5.00: 2.00, 6.00..: 10%}}}\n",
     "closed: 2026-03-15, paid: 30.00", "  bills: [{month: 0, billed: 9.00, arrears: 2.00}]\n",
     "2026-04-05 d/1 earned 3.00 | T+1: billed less arrears 7.00 of month 0 (2026-03) lies in "
     "6.00..: 10% of 30.00 = 3.00\n"},
    {"share, capped for life",
     "rules:\n- revenue-share: s\n  base: cash\n  net-of-tax: 6%\n  months: 1..\n  by-month: "
     "{1..1: "
     "5%, 2..: 3%}\n  cap: 2.00\n  life-cap: 3.00\n",
     "closed: 2026-03-15, paid: 30.00", "  bills: [{month: 1..3, billed: 53.00}]\n",
     "2026-05-01 s/1 earned 2.00 | month 1 (2026-04): 5% of cash received 53.00 net of 6% tax = "
     "2.50, at most 2.00\n"
     "2026-06-01 s/2 earned 1.00 | month 2 (2026-05): 3% of cash received 53.00 net of 6% tax = "
     "1.50, of which the cap for life leaves 1.00\n"
     "2026-07-01 s/3 earned 0.00 | month 3 (2026-06): 3% of cash received 53.00 net of 6% tax = "
     "1.50, of which the cap for life leaves 0.00\n"},
    {"corrected bill", "rules:\n- revenue-share: s\n  base: billed\n  months: 2\n  rate: 5%\n",
     "closed: 2026-03-15, paid: 30.00",
     "  bills: [{month: 2, billed: 39.00}, {month: 2, billed: 29.00, issued: 2026-07-01}]\n",
     "2026-07-01 s/2 earned 1.45 | month 2 (2026-05): 5% of billed 29.00 = 1.45\n"},
    {"marginal",
     "rules:\n- volume-bonus: v\n  window: quarter\n  mode: marginal\n  tiers: {100..499: 5.00, "
     "500..: 8.00}\n",
     "closed: 2026-03-15, paid: 30.00", "  window: {v: 500}\n",
     "2026-03-31 v/0 earned 2008.00 | 500 orders: 400 orders x 5.00 + 1 order x 8.00 = 2,008.00\n"},
    {"whole of amounts",
     "rules:\n- volume-bonus: v\n  window: year\n  measure: amount\n  mode: whole\n  tiers: "
     "{10.00..: 5%}\n",
     "closed: 2026-03-15, paid: 30.00", "",
     "2026-12-31 v/0 earned 1.50 | 30.00: all x 5% = 1.50\n"},
    {"lumps that add",
     "rules:\n- volume-bonus: v\n  window: month\n  measure: units\n  mode: lump\n  higher-tiers: "
     "add\n  tiers: {1..4: 5.00, 5..: 8.00}\n",
     "closed: 2026-03-15, paid: 30.00, quantity: 5", "",
     "2026-03-31 v/0 earned 13.00 | 5 units: 5.00 + 8.00 = 13.00\n"},
    {"below the first tier",
     "rules:\n- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {100..: 5.00}\n",
     "closed: 2026-03-15, paid: 30.00", "",
     "2026-03-31 v/0 earned 0.00 | 1 order, the first tier starts at 100 orders\n"},
    {"why not",
     "groups: {south: [D1, D2]}\nrules:\n- upfront: p\n  pay: 1.00\n  for: {product: [P1]}\n"
     "- upfront: c\n  pay: 1.00\n  for: {class: [plan, sim]}\n"
     "- upfront: d\n  pay: 1.00\n  for: {distributor-group: south}\n"
     "- upfront: a\n  pay: 1.00\n  for: {amount: 31.00..}\n"
     "- upfront: t\n  pay: 1.00\n  for: {tier: ..2}\n"
     "- upfront: f\n  pay: 1.00\n  for: {first-order: true}\n"
     "- upfront: all\n  pay: 1.00\n- upfront: late\n  pay: 2.00\n"
     "- upfront: other\n  group: g\n  pay: 3.00\n",
     "closed: 2026-03-15, paid: 30.00, class: phone, distributor: D3, tier: 3", "",
     "2026-03-15 all/0 earned 1.00 | 1.00\n2026-03-15 other/0 earned 3.00 | 3.00\n"
     "p: it is for product P1, and the order names none\n"
     "c: class phone is not one of plan, sim\n"
     "d: distributor D3 is not one of D1, D2\n"
     "a: paid 30.00 is not in 31.00..\n"
     "t: tier 3 is not in ..2\n"
     "f: it is for a subscriber's first order\n"
     "late: \"all\" comes before it\n"},
    {"matched by all it asks",
     "rules:\n- upfront: u\n  pay: 1.00\n  for: {product: P1, class: plan, region: GZ, channel: "
     "shop, distributor: D1, tier: 3, quantity: 2, first-order: true}\n",
     "closed: 2026-03-15, paid: 30.00, product: P1, class: plan, region: GZ, channel: shop, "
     "distributor: D1, tier: 3, quantity: 2, first-order: true",
     "", "2026-03-15 u/0 earned 2.00 | 1.00 x 2 = 2.00\n"},
};

static void
test_case(gconstpointer data)
{
    const Case *row = data;
    g_autofree char *text = g_strdup_printf(TOP "%sexamples:\n- example: e\n  order: {%s}\n%s"
                                                "  earns: {}\n",
                                            row->rules, row->order, row->rest);
    g_autoptr(SettlePolicy) policy = policy_of(text, NULL);
    g_autoptr(SettleLife) life = settle_life_of(policy, &policy->examples[0]);
    g_autofree char *said = life_text(life);

    g_assert_cmpstr(said, ==, row->life);
    g_assert_null(life->unsettled);
}

/* --- examples that are held against it -------------------------------------------------------- */

#define RULES                                                                                      \
    "rules:\n- upfront: u\n  pay: 40.00\n- revenue-share: s\n  base: billed\n  months: 1..3\n  "   \
    "rate: 5%%\n"
#define BILLS "  bills: [{month: 1..2, billed: 39.00}]\n"

static const struct {
    const char *name, *example, *found; /* "CODE line:column message", a line each */
} checks[] = {
    {"right", BILLS "  earns: {u: 40.00, s: 3.90}\n", ""},
    {"right by month", BILLS "  earns: {u: 40.00, s: {1..2: 1.95}}\n", ""},
    {"right with nothing in month 3", BILLS "  earns: {u: 40.00, s: {1..2: 1.95, 3: 0.00}}\n", ""},
    {"wrong", BILLS "  earns: {u: 30.00, s: 3.90}\n",
     "P060 17:14 example \"e\": u earns 40.00, not 30.00\n"},
    {"wrong in sum", BILLS "  earns: {u: 40.00, s: 3.91}\n",
     "P060 17:24 example \"e\": s earns 3.90, not 3.91\n"},
    {"wrong by month", BILLS "  earns: {u: 40.00, s: {1: 1.95, 2: 1.96}}\n",
     "P060 17:37 example \"e\": s of month 2 earns 1.95, not 1.96\n"},
    {"a month too many", BILLS "  earns: {u: 40.00, s: {1..3: 1.95}}\n",
     "P060 17:31 example \"e\": s has 2 of these months or instalments, not 3\n"},
    {"a month too few", BILLS "  earns: {u: 40.00, s: {1: 1.95}}\n",
     "P061 14:12 example \"e\": s earns 1.95, which earns does not say\n"},
    {"nothing said", BILLS "  earns: {s: 3.90}\n",
     "P061 14:12 example \"e\": u earns 40.00, which earns does not say\n"},
    {"a fraud finding", "  events: [{event: fraud, on: 2026-05-01}]\n  earns: {u: 0.00}\n", ""},
    {"found, and undone",
     "  events: [{event: fraud, on: 2026-05-01}, {event: reinstate, on: 2026-06-01}]\n"
     "  earns: {u: 40.00}\n",
     ""},
    {"undone later than asked for",
     "  events: [{event: fraud, on: 2026-05-01}, {event: reinstate, on: 2026-06-01}]\n"
     "  as-of: 2026-05-31\n  earns: {u: 0.00}\n",
     ""},
    {"two are undone, the last first",
     "  events: [{event: refund, on: 2026-05-01}, {event: fraud, on: 2026-05-01},\n"
     "    {event: reinstate, on: 2026-06-01}, {event: reinstate, on: 2026-06-02}]\n"
     "  earns: {u: 40.00}\n",
     ""},
    {"nothing to undo", "  events: [{event: reinstate, on: 2026-05-01}]\n  earns: {u: 40.00}\n",
     "P063 16:12 there is nothing before it that could be undone\n"},
};

static void
test_checked(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autofree char *text = g_strdup_printf(
            TOP RULES "examples:\n- example: e\n  order: {closed: 2026-03-15, paid: 9.00}\n%s",
            checks[i].example);
        SettlePolicy *policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics =
            settle_policy_load_checked(text, strlen(text), &policy);
        g_autoptr(GString) found = g_string_new(NULL);

        for (guint k = 0; k < diagnostics->items->len; k++) {
            const SettleDiagnostic *d = g_ptr_array_index(diagnostics->items, k);

            g_string_append_printf(found, "%s %u:%u %s\n", d->code, d->line, d->column, d->message);
        }
        g_test_message("%s", checks[i].name);
        g_assert_cmpstr(found->str, ==, checks[i].found);
        g_assert_true((policy == NULL) == (diagnostics->n_errors > 0));
        g_clear_pointer(&policy, settle_policy_free);
    }
}

static void
test_unsettled(void)
{
    static const char *const terms[][2] = {
        {TOP "ceiling: {window: month, amount: 1.00}\nrules:\n- upfront: u\n  pay: 2.00\n",
         "the policy's ceiling"},
        {TOP "rules:\n- upfront: u\n  pay: 2.00\n  ceiling: {window: month, amount: 1.00}\n",
         "the ceiling of \"u\""},
        /* without events these change no amount */
        {TOP
         "pay-when-paid: true\nrules:\n- upfront: u\n  pay: 2.00\n  holdback: {share: 5%, days: "
         "3}\n  clawback: [{on: cancel}]\n",
         NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(terms); i++) {
        g_autofree char *text =
            g_strconcat(terms[i][0], EXAMPLE("closed: 2026-03-15, paid: 9.00", ""), NULL);
        g_autoptr(SettlePolicy) policy = policy_of(text, NULL);
        g_autoptr(SettleLife) life = settle_life_of(policy, &policy->examples[0]);

        g_assert_cmpstr(life->unsettled, ==, terms[i][1]);
    }
}

static void
test_overflow(void)
{
    static const char text[] = TOP "rules:\n- upfront: u\n  pay: 90000000000000000.00\n" EXAMPLE(
        "closed: 2026-03-15, paid: 9.00, quantity: 1000", "");
    SettlePolicy *policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics =
        settle_policy_load_checked(text, strlen(text), &policy);

    g_assert_null(policy);
    g_assert_cmpstr(((SettleDiagnostic *) g_ptr_array_index(diagnostics->items, 0))->code, ==,
                    "P062");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/life/", cases[i].name, NULL);

        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/life/examples", test_checked);
    g_test_add_func("/life/unsettled", test_unsettled);
    g_test_add_func("/life/overflow", test_overflow);
    return g_test_run();
}
