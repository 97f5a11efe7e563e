/* What the check finds beyond the values of a policy: each finding with its place, and the near
 * miss that is none. Also that every code is explained, and draws what its example says. */
#include "calc/arithmetic.h"
#include "calc/life.h"
#include "policy/fields.h"
#include "policy/load.h"

#include <glib.h>
#include <string.h>

/* As in test-policy-check.c: a ^ stands right before each place that a diagnostic must name. */
#define TOP    "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..2026-12-31\ncurrency: CNY\n"
#define HEAD   TOP "rules:\n"
#define U(id)  "- upfront: " id "\n  pay: 1.00\n"
#define ONE    U("u")
#define SHARE  "- revenue-share: s\n  base: cash\n"
#define VOLUME "- volume-bonus: v\n  window: month\n"

typedef struct {
    const char *name;
    const char *document;
    const char *codes;
} Case;

static const Case cover[] = {
    {"two halves of a rule",
     HEAD U("a") "  for: {amount: ..9.99}\n" U("b") "  for: {amount: 10.00..}\n"
                                                    "- ^upfront: c\n  pay: 2.00\n",
     "P101"},
    {"two halves, but for a cent",
     HEAD U("a") "  for: {amount: ..9.98}\n" U("b") "  for: {amount: 10.00..}\n" U("c"), ""},
    {"first orders and others",
     HEAD U("a") "  for: {first-order: true}\n" U(
         "b") "  for: {first-order: false}\n- ^upfront: c\n  pay: 2.00\n  for: {class: sim}\n",
     "P101"},
    {"all tiers there are",
     HEAD U("a") "  for: {tier: ..49}\n" U("b") "  for: {tier: 50..99}\n"
                                                "- ^upfront: c\n  pay: 2.00\n",
     "P101"},
    {"all tiers but one",
     HEAD U("a") "  for: {tier: ..49}\n" U("b") "  for: {tier: 51..99}\n" U("c"), ""},
    {"classes one by one",
     HEAD U("a") "  for: {class: sim}\n" U(
         "b") "  for: {class: plan}\n"
              "- ^upfront: c\n  pay: 2.00\n  for: {class: [plan, sim]}\n",
     "P101"},
    {"classes one by one, one left",
     HEAD U("a") "  for: {class: sim}\n" U("b") "  for: {class: plan}\n" U(
         "c") "  for: {class: [plan, sim, phone]}\n",
     ""},
    {"a list is never everything", HEAD U("a") "  for: {class: [sim, plan]}\n" U("c"), ""},
    {"in two dimensions",
     HEAD U("a") "  for: {class: sim, amount: ..9.99}\n" U(
         "b") "  for: {class: sim, amount: 10.00..}\n" U("c") "  for: {class: plan}\n"
                                                              "- ^upfront: d\n  pay: 2.00\n  for: "
                                                              "{class: [sim, plan], region: GD}\n",
     "P101"},
    {"a corner left in two dimensions",
     HEAD U("a") "  for: {class: sim, amount: ..9.99}\n" U(
         "b") "  for: {class: plan, amount: 10.00..}\n" U("c") "  for: {class: sim, amount: "
                                                               "10.00..20.00}\n" U("d") "  for: "
                                                                                        "{class: "
                                                                                        "[sim, "
                                                                                        "plan]}\n",
     ""},
    {"covered in another group", HEAD U("a") "  group: g\n" U("b") "  group: h\n", ""},
    {"covered in the same group",
     HEAD U("a") "  group: g\n- ^upfront: b\n  pay: 1.00\n  group: g\n", "P101"},
    {"the group named like none", HEAD U("a") "  group: ''\n" U("b"), NULL},
    {"an earlier one with errors covers nothing", HEAD "- upfront: a\n  ^pya: 1.00\n" U("b"),
     "P010"},
    {"a quantity that cannot be", HEAD U("a") "  for: ^{quantity: 0..0}\n", "P108"},
    {"a tier that cannot be", HEAD U("a") "  for: ^{tier: 100..}\n", "P108"},
    {"the highest tier", HEAD U("a") "  for: {tier: 99..}\n", ""},
    {"the smallest quantity", HEAD U("a") "  for: {quantity: ..1}\n", ""},
    {"an amount that cannot be", HEAD U("a") "  for: ^{amount: 10000000000000.01..}\n", "P108"},
    {"one that cannot be covers nothing", HEAD U("a") "  for: ^{tier: 100..}\n" U("b"), "P108"},
    {"volume rules cover, too",
     HEAD VOLUME "  mode: marginal\n  tiers: {1..: 1.00}\n"
                 "- ^volume-bonus: w\n  window: year\n  mode: marginal\n  tiers: {1..: 1.00}\n",
     "P101"},
};

static const Case shared[] = {
    {"class and region",
     HEAD U("a") "  for: {class: sim}\n- ^upfront: b\n  pay: 1.00\n"
                 "  for: {region: GD}\n",
     "P107"},
    {"amounts",
     HEAD U("a") "  for: {amount: 1.00..19.99}\n- ^upfront: b\n  pay: 1.00\n"
                 "  for: {amount: 10.00..29.99}\n",
     "P107"},
    {"amounts that meet",
     HEAD U("a") "  for: {amount: 1.00..9.99}\n" U("b") "  for: {amount: 10.00..29.99}\n", ""},
    {"the special case first",
     HEAD U("a") "  for: {class: sim, region: GD}\n" U("b") "  for: {region: GD}\n" U("c"), ""},
    {"in different groups",
     HEAD U("a") "  for: {class: sim}\n" U("b") "  for: {region: GD}\n  group: g\n", ""},
    {"of different kinds",
     HEAD U("a") "  for: {class: sim}\n" SHARE "  months: 1..2\n  rate: 5%\n  for: {region: GD}\n",
     ""},
    {"decided by one before both",
     HEAD U("a") "  for: {class: sim, region: GD}\n" U("b") "  for: {class: sim}\n" U(
         "c") "  for: {region: GD}\n",
     ""},
    {"decided only in part",
     HEAD U("a") "  for: {class: sim, region: GD, amount: ..9.99}\n" U(
         "b") "  for: {class: sim}\n- ^upfront: c\n  pay: 1.00\n  for: {region: GD}\n",
     "P107"},
    {"decided by two together",
     HEAD U("a") "  for: {class: sim, region: GD, amount: ..9.99}\n" U(
         "b") "  for: {class: sim, region: GD, amount: 10.00..}\n" U("c") "  for: {class: "
                                                                          "sim}\n" U("d") "  "
                                                                                          "for:"
                                                                                          " {"
                                                                                          "regi"
                                                                                          "on: "
                                                                                          "GD}"
                                                                                          "\n",
     ""},
    {"a product before its class",
     HEAD U("a") "  for: {product: P1}\n" U("b") "  for: {class: sim}\n", ""},
    {"a class before a product, which may be of another",
     HEAD U("a") "  for: {class: sim}\n" U("b") "  for: {product: P1}\n", ""},
    {"a product and its class in one",
     HEAD U("a") "  for: {class: sim, product: P1}\n"
                 "- ^upfront: b\n  pay: 1.00\n  for: {product: P1, region: GD}\n",
     "P107"},
    {"a distributor before its tier",
     HEAD U("a") "  for: {distributor: D1}\n" U("b") "  for: {tier: 3..4}\n", ""},
    {"a tier before a distributor, who may be of another",
     HEAD U("a") "  for: {tier: 3..4}\n" U("b") "  for: {distributor: D1}\n", ""},
    {"distributor and region",
     HEAD U("a") "  for: {distributor: D1}\n- ^upfront: b\n  pay: 1.00\n"
                 "  for: {region: GD}\n",
     "P107"},
    {"three, two by two",
     HEAD U("a") "  for: {class: sim}\n- ^upfront: b\n  pay: 1.00\n"
                 "  for: {region: GD}\n- ^^upfront: c\n  pay: 1.00\n  for: {channel: online}\n",
     "P107 P107 P107"},
};

static const Case tiers[] = {
    {"whole", HEAD VOLUME "  mode: whole\n  tiers: {^100..299: 5.00, ^300..: 10.00}\n",
     "P202 P202"},
    {"marginal has no cliffs", HEAD VOLUME "  mode: marginal\n  tiers: {1..9: 2.00, 10..: 1.00}\n",
     ""},
    {"whole from the first order on", HEAD VOLUME "  mode: whole\n  tiers: {1..: 5.00}\n", ""},
    {"falls", HEAD VOLUME "  mode: whole\n  tiers: {1..299: 5.00, ^300..: 4.00}\n", "P109"},
    {"just does not fall", HEAD VOLUME "  mode: whole\n  tiers: {1..4: 5.00, 5..: 4.00}\n", ""},
    {"falls by a cent", HEAD VOLUME "  mode: whole\n  tiers: {1..4: 5.00, ^5..: 3.99}\n", "P109"},
    {"lump", HEAD VOLUME "  mode: lump\n  tiers: {^1..9: 50.00, ^10..: 90.00}\n", "P202 P202"},
    {"lump that falls", HEAD VOLUME "  mode: lump\n  tiers: {^1..9: 50.00, ^10..: 40.00}\n",
     "P202 P109"},
    {"lump that adds",
     HEAD VOLUME "  mode: lump\n  higher-tiers: add\n"
                 "  tiers: {^1..9: 50.00, ^10..: 40.00}\n",
     "P202 P202"},
    {"amounts",
     HEAD VOLUME "  mode: whole\n  measure: amount\n  tiers: {0.00..999.99: 1%, "
                 "^1000.00..: 2%}\n",
     "P202"},
    {"amounts that fall",
     HEAD VOLUME "  mode: whole\n  measure: amount\n  tiers: {0.00..999.99: 2%, "
                 "^1000.00..: 1%}\n",
     "P109"},
    {"the same tier again", HEAD VOLUME "  mode: lump\n  tiers: {^1..9: 50.00, 10..: 50.00}\n",
     "P202"},
    {"too large to tell",
     HEAD VOLUME "  mode: whole\n"
                 "  tiers: {1..99: 5.00, 9000000000000000000..: 90000000.00}\n",
     NULL},
};

#define DEFERRED(contract, rest)                                                                   \
    HEAD "- deferred: d\n  contract: " contract "\n  instalments:\n  - after: 3 months\n"          \
         "    day: 10\n" rest
#define CONTRACT(n, rest) HEAD SHARE "  contract: " n " months\n" rest
static const Case months[] = {
    {"share to the contract's end", CONTRACT("12", "  months: 4..12\n  rate: 5%\n"), ""},
    {"share beyond", CONTRACT("12", "  months: ^4..13\n  rate: 5%\n"), "P110"},
    {"share as long as there are bills", CONTRACT("12", "  months: 4..\n  rate: 5%\n"), ""},
    {"no contract said", HEAD SHARE "  months: 4..99\n  rate: 5%\n", ""},
    {"the policy's contract",
     TOP "contract: 2 months\nrules:\n" SHARE "  months: ^1..3\n  rate: 5%\n", "P110"},
    {"the rule's contract holds",
     TOP "contract: 2 months\nrules:\n" SHARE "  contract: 3 months\n  months: 1..3\n  rate: 5%\n",
     ""},
    {"instalment in the last month", DEFERRED("3 months", "    pay: 1.00\n"), ""},
    {"instalment beyond",
     HEAD "- deferred: d\n  contract: 2 months\n  instalments:\n"
          "  - after: ^3 months\n    day: 10\n    pay: 1.00\n",
     "P110"},
    {"last try beyond", DEFERRED("4 months", "    pay: 1.00\n    retry-until: ^5 months\n"),
     "P110"},
    {"condition of an upfront beyond",
     HEAD ONE "  contract: 1 month\n"
              "  if: [{month: ^2, all: [{minutes: 1..}]}]\n",
     "P110"},
    {"condition of an upfront within",
     HEAD ONE "  contract: 2 months\n"
              "  if: [{month: 2, all: [{minutes: 1..}]}]\n",
     ""},
    {"by-bill of the due month",
     DEFERRED("9 months", "    by-bill: {month: 3, bands: {1.00..: 1.00}}\n"), ""},
    {"by-bill of a later month",
     DEFERRED("9 months", "    by-bill: {month: ^4, bands: {1.00..: 1.00}}\n"), "P111"},
    {"condition on the due month",
     DEFERRED("9 months", "    pay: 1.00\n    if: [{each-month: 1..3, all: [{minutes: 1..}]}]\n"),
     ""},
    {"condition on a later month",
     DEFERRED("9 months",
              "    pay: 1.00\n    if: [active, {each-month: ^1..4, all: [{minutes: 1..}]}]\n"),
     "P111"},
    {"months without a rate at the end", HEAD SHARE "  months: 1..12\n  by-month: ^{1..6: 5%}\n",
     "P118"},
    {"months without a rate at the start", HEAD SHARE "  months: 0..6\n  by-month: ^{1..6: 5%}\n",
     "P118"},
    {"single months with one left out", HEAD SHARE "  months: 1..3\n  by-month: ^{1: 5%, 3: 4%}\n",
     "P118"},
    {"single months", HEAD SHARE "  months: 1..3\n  by-month: {1: 5%, 2: 4%, 3: 4%}\n", ""},
    {"all months", HEAD SHARE "  months: 1..12\n  by-month: {..6: 5%, 7..: 3%}\n", ""},
    {"a gap is told once", HEAD SHARE "  months: 1..9\n  by-month: {1..3: 5%, ^5..9: 3%}\n",
     "P104"},
    {"open months, bands that end", HEAD SHARE "  months: 1..\n  by-month: ^{1..12: 5%}\n", "P118"},
};

static const Case limits[] = {
    {"cap never", HEAD "- upfront: u\n  pay: 5%\n  cap: ^50.00\n  for: {amount: 1.00..99.99}\n",
     "P112"},
    {"cap at the most there is",
     HEAD "- upfront: u\n  pay: 5%\n  cap: ^5.00\n  for: {amount: 1.00..100.00}\n", "P112"},
    {"cap a cent below",
     HEAD "- upfront: u\n  pay: 5%\n  cap: 4.99\n  for: {amount: 1.00..100.00}\n", ""},
    {"cap of an open amount",
     HEAD "- upfront: u\n  pay: 5%\n  cap: 50.00\n  for: {amount: 1.00..}\n", ""},
    {"cap of an open quantity", HEAD "- upfront: u\n  pay: 5.00\n  cap: 50.00\n", ""},
    {"cap of a bounded quantity",
     HEAD "- upfront: u\n  pay: 5.00\n  cap: ^50.00\n  for: {quantity: ..10}\n", "P112"},
    {"cap always", HEAD "- upfront: u\n  pay: 5%\n  cap: ^2.00\n  for: {amount: 40.00..}\n",
     "P113"},
    {"cap almost always", HEAD "- upfront: u\n  pay: 5%\n  cap: 2.00\n  for: {amount: 39.00..}\n",
     ""},
    {"cap below a fixed amount", HEAD "- upfront: u\n  pay: 5.00\n  cap: ^2.00\n", "P113"},
    {"an amount for an order whatever its quantity",
     HEAD "- upfront: u\n  pay: 5.00\n  cap: 5.00\n", ""},
    {"floor never", HEAD "- upfront: u\n  pay: 5%\n  floor: ^1.00\n  for: {amount: 20.00..}\n",
     "P112"},
    {"floor sometimes", HEAD "- upfront: u\n  pay: 5%\n  floor: 1.00\n  for: {amount: 19.00..}\n",
     ""},
    {"floor always", HEAD "- upfront: u\n  pay: 5%\n  floor: ^1.00\n  for: {amount: ..20.00}\n",
     "P113"},
    {"floor below a fixed amount", HEAD "- upfront: u\n  pay: 5.00\n  floor: ^2.00\n", "P112"},
    {"bands below the cap",
     HEAD "- upfront: u\n  cap: ^9.00\n  by-amount: {1.00..99.99: 5%, 100.00: 8%}\n", "P112"},
    {"a band above the cap",
     HEAD "- upfront: u\n  cap: 7.99\n  by-amount: {1.00..99.99: 5%, 100.00: 8%}\n", ""},
    {"a fixed band is for each unit",
     HEAD "- upfront: u\n  cap: 9.00\n  by-amount: {^1.00..99.99: 5.00}\n", "P119"},
    {"bill cap with bounded bands",
     HEAD SHARE "  months: 1..2\n  by-size: {^..99.99: 5%}\n  cap: ^5.00\n", "P119 P112"},
    {"bill cap with an open band",
     HEAD SHARE "  months: 1..2\n  by-size: {..99.99: 5%, 100.00..: 1%}\n"
                "  cap: 5.00\n",
     ""},
    {"bill cap always", HEAD SHARE "  months: 1..2\n  by-size: {100.00..: 5%}\n  cap: ^5.00\n",
     "P113"},
    {"bill cap of a rate", HEAD SHARE "  months: 1..2\n  rate: 5%\n  cap: 5.00\n", ""},
    {"life-cap never", HEAD SHARE "  months: 1..4\n  rate: 5%\n  cap: 5.00\n  life-cap: ^20.00\n",
     "P112"},
    {"life-cap a cent below",
     HEAD SHARE "  months: 1..4\n  rate: 5%\n  cap: 5.00\n  life-cap: 19.99\n", ""},
    {"life-cap of open months",
     HEAD SHARE "  months: 1..\n  rate: 5%\n  cap: 5.00\n  life-cap: 20.00\n", ""},
    {"life-cap without a cap", HEAD SHARE "  months: 1..4\n  rate: 5%\n  life-cap: 20.00\n", ""},
    {"life-cap at the cap",
     HEAD SHARE "  months: 1..4\n  rate: 5%\n  cap: ^5.00\n  life-cap: 5.00\n", "P112"},
    {"a ceiling above the policy's",
     TOP "ceiling: {window: month, amount: 9.00}\nrules:\n" ONE
         "  ceiling: ^{window: month, amount: 9.00}\n",
     "P112"},
    {"a ceiling below the policy's",
     TOP "ceiling: {window: month, amount: 9.00}\nrules:\n" ONE
         "  ceiling: {window: month, amount: 8.99}\n",
     ""},
    {"a ceiling of a longer window",
     TOP "ceiling: {window: month, amount: 9.00}\nrules:\n" ONE
         "  ceiling: {window: year, amount: 20.00}\n",
     ""},
    {"a minimum without invoices", TOP "invoice: {cycle: none, minimum: ^9.00}\nrules:\n" ONE,
     "P112"},
    {"a minimum of nothing says that there is none", TOP "invoice: {minimum: 0.00}\nrules:\n" ONE,
     ""},
    {"a minimum", TOP "invoice: {minimum: 0.01}\nrules:\n" ONE, ""},
    {"a band the rule is not for",
     HEAD "- upfront: u\n  for: {amount: 1.00..9.99}\n"
          "  by-amount: {1.00..9.99: 1.00, ^10.00..: 2.00}\n",
     "P116"},
    {"a band the rule is for in part",
     HEAD "- upfront: u\n  for: {amount: 1.00..10.00}\n"
          "  by-amount: {1.00..9.99: 1.00, 10.00..: 2.00}\n",
     ""},
    {"amounts without a band above",
     HEAD "- upfront: u\n  for: {amount: 1.00..20.00}\n"
          "  by-amount: ^{1.00..9.99: 1.00}\n",
     "P117"},
    {"amounts without a band below",
     HEAD "- upfront: u\n  for: {amount: 0.50..}\n"
          "  by-amount: ^{1.00..: 1.00}\n",
     "P117"},
    {"orders above the last band", HEAD "- upfront: u\n  by-amount: {^1.00..9.99: 1.00}\n", "P119"},
    {"nothing above the last band, said so",
     HEAD "- upfront: u\n  by-amount: {1.00..9.99: 1.00, 10.00..: 0.00}\n", ""},
    {"bills above the last band",
     HEAD SHARE "  months: 1..2\n  by-size: {..9.99: 5%, ^10.00..19.99: 8%}\n", "P119"},
    {"bills above the last band of an instalment",
     DEFERRED("9 months", "    by-bill: {month: 3, bands: {^1.00..9.99: 1.00}}\n"), "P119"},
    {"plan fees are a table",
     HEAD "- upfront: u\n  for: {amount: 1.00..99.00}\n"
          "  by-amount: {19.00: 1.00, 29.00: 2.00}\n",
     ""},
};

#define CLOSING(days)                                                                              \
    "policy: a\ncarrier: C\nversion: 1\nclosing: " days "\ncurrency: CNY\nrules:\n"
#define COUNTS(window)                                                                             \
    "- {volume-bonus: v, window: " window ", mode: marginal, tiers: {1..: 1.00}}\n"
static const Case windows[] = {
    {"starts in a quarter", CLOSING("^2026-02-01..2026-12-31") COUNTS("quarter"), "P114"},
    {"starts with a quarter", CLOSING("2026-04-01..2026-12-31") COUNTS("quarter"), ""},
    {"starts with a month", CLOSING("2026-02-01..2026-12-31") COUNTS("month"), ""},
    {"starts in a month", CLOSING("^2026-02-02..2026-12-31") COUNTS("month"), "P114"},
    {"starts in a year", CLOSING("^2026-04-01..2026-12-31") COUNTS("year"), "P114"},
    {"ends in a quarter", CLOSING("^2026-01-01..2026-11-30") COUNTS("quarter"), "P115"},
    {"ends with a leap month", CLOSING("2028-01-01..2028-02-29") COUNTS("month"), ""},
    {"ends in a leap month", CLOSING("^2028-01-01..2028-02-28") COUNTS("month"), "P115"},
    {"starts and ends in one", CLOSING("^^2026-01-02..2026-01-30") COUNTS("month"), "P114 P115"},
    {"open at both ends", CLOSING("2026-01-01..") COUNTS("year"), ""},
    {"without a start", CLOSING("..2026-12-31") COUNTS("year"), ""},
    {"nothing is counted", CLOSING("2026-01-02..2026-01-30") ONE, ""},
    {"starts in a rule's ceiling",
     CLOSING("^2026-02-02..2026-12-31") "- {upfront: u, pay: 1.00, ceiling: {window: month, "
                                        "amount: 9.00}}\n",
     "P114"},
    {"starts in the policy's ceiling",
     "policy: a\ncarrier: C\nversion: 1\nclosing: ^2026-02-01..2026-12-31\ncurrency: CNY\n"
     "ceiling: {window: quarter, amount: 9.00}\nrules:\n" ONE,
     "P114"},
    {"starts and ends in a tolerance",
     "policy: a\ncarrier: C\nversion: 1\nclosing: ^^2026-02-02..2026-03-30\ncurrency: CNY\n"
     "fraud-tolerance: {share: 10%, count: 2}\nrules:\n" ONE,
     "P114 P115"},
};

/* "CODE LINE:COLUMN" of each diagnostic, as the table promises it. */
static char *
promised(const Case *row, GString *document)
{
    g_auto(GStrv) codes = g_strsplit(row->codes != NULL ? row->codes : "", " ", 0);
    g_autoptr(GString) out = g_string_new(NULL);
    guint line = 1, column = 1, n = 0;

    for (const char *c = row->document; *c != '\0'; c++) {
        if (*c == '^') {
            g_assert_nonnull(codes[n]);
            g_string_append_printf(out, "%s %u:%u\n", codes[n++], line, column);
            continue;
        }
        g_string_append_c(document, *c);
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    g_assert_cmpuint(n, ==, codes[0] == NULL || codes[0][0] == '\0' ? 0 : g_strv_length(codes));
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *
found(const SettleDiagnostics *diagnostics)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < diagnostics->items->len; i++) {
        const SettleDiagnostic *item = g_ptr_array_index(diagnostics->items, i);

        g_string_append_printf(out, "%s %u:%u\n", item->code, item->line, item->column);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void
check_manners(const SettleDiagnostics *diagnostics)
{
    guint n[4] = {0};

    for (guint i = 0; i < diagnostics->items->len; i++) {
        const SettleDiagnostic *item = g_ptr_array_index(diagnostics->items, i);

        n[item->severity]++;
        g_assert_nonnull(settle_policy_code_find(item->code));
        /* P0 errors, P1 warnings, P2 notes */
        g_assert_cmpint(item->code[1], ==, "?012"[item->severity]);
        g_assert_false(g_str_has_suffix(item->message, "."));
    }
    g_assert_cmpuint(diagnostics->n_errors, ==, n[SETTLE_SEVERITY_ERROR]);
    g_assert_cmpuint(diagnostics->n_warnings, ==, n[SETTLE_SEVERITY_WARNING]);
    g_assert_cmpuint(diagnostics->n_notes, ==, n[SETTLE_SEVERITY_NOTE]);
}

/* codes NULL: whatever is found, it is found in time and without a crash. */
static void
test_case(gconstpointer data)
{
    const Case *row = data;
    g_autoptr(GString) document = g_string_new(NULL);
    g_autofree char *expected = promised(row, document);
    g_autoptr(SettlePolicy) policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics =
        settle_policy_load(document->str, document->len, &policy);
    g_autofree char *actual = found(diagnostics);

    if (row->codes != NULL)
        g_assert_cmpstr(actual, ==, expected);
    check_manners(diagnostics);
}

/* --- words -------------------------------------------------------------------------------------
 */

static const struct {
    const char *document, *message, *hint;
} words[] = {
    {HEAD U("a") "  for: {class: sim}\n" U("b") "  for: {amount: ..9.99}\n" U(
         "c") "  for: {amount: 10.00.., class: [sim, plan]}\n" U("d") "  for: {class: plan}\n",
     "\"d\" never applies: \"b\" and \"c\" before it together take all of its orders",
     "put the narrower rule first, or give one of them a group"},
    {HEAD U("a") "  for: {class: plan, amount: ..19.99}\n" U("b") "  for: {amount: 10.00..}\n",
     "\"b\" and \"a\" before it are both for some orders, like one of class plan, amount "
     "10.00..19.99: \"a\" gets it",
     "let the special case come first, or give them groups if both are to be paid"},
    {HEAD U("a") "  for: {class: plan, region: GD, first-order: true, quantity: 2}\n" U(
         "b") "  for: {class: plan, region: GD}\n" U("c") "  for: {channel: online, class: plan}\n",
     "\"c\" and \"b\" before it are both for some orders, like one of class plan, region GD, "
     "channel "
     "online, not a first order: \"b\" gets it",
     NULL},
    {HEAD VOLUME "  mode: whole\n  tiers: {1..299: 5.00, 300..: 10.00}\n",
     "the 300th order is worth 1,505.00: 299 earn 1,495.00, 300 earn 3,000.00", NULL},
    {HEAD VOLUME "  mode: whole\n  measure: units\n  tiers: {1..1000: 5.00, 1001..: 4.00}\n",
     "the 1,001st unit makes \"v\" fall by 996.00: 1,000 earn 5,000.00, 1,001 earn 4,004.00",
     "pay at least as much as the tier before, or use mode: marginal"},
    {HEAD VOLUME "  mode: whole\n  measure: amount\n  tiers: {0.00..999.99: 1%, 1000.00..: 2%}\n",
     "the 0.01 that makes it 1,000.00 is worth 10.00: 999.99 earn 10.00, 1,000.00 earn 20.00",
     NULL},
    {HEAD VOLUME "  mode: lump\n  tiers: {112..: 70.00}\n",
     "the 112th order is worth 70.00: 111 earn 0.00, 112 earn 70.00", NULL},
    {CLOSING("2026-02-15..") COUNTS("quarter"),
     "quarter 2026-Q1 begins before this version: what closed or was used before 2026-02-15 "
     "counts together with these by \"v\"",
     "let the version start on 2026-01-01 or 2026-04-01"},
    {CLOSING("2026-01-01..2026-10-31") COUNTS("year"),
     "year 2026 goes on after this version: what closes or is used after 2026-10-31 counts "
     "together with these by \"v\"",
     "let the version end on 2026-12-31"},
    {CONTRACT("12", "  months: 4..15\n  rate: 5%\n"),
     "the last bill of \"s\" is in month 15, but the contract ends with month 12",
     "a rule may have a contract of its own, like contract: 24 months"},
    {HEAD SHARE "  months: 1..\n  by-month: {2: 5%, 4: 3%}\n",
     "the bills of months 1, 3, 5.. earn nothing: \"s\" has no rate for them",
     "give each of its months a rate, or take them out of months"},
    {HEAD "- upfront: u\n  pay: 5%\n  cap: 2.00\n  for: {amount: 4000.00..}\n",
     "\"u\" always pays its cap: without it an order earns at least 200.00", NULL},
    {HEAD SHARE "  months: 1..4\n  rate: 5%\n  cap: 5.00\n  life-cap: 30.00\n",
     "the life-cap of \"s\" makes no difference: its months earn at most 20.00",
     "take it out, or correct it"},
    {HEAD "- upfront: u\n  for: {amount: 1.00..20.00}\n  by-amount: {1.00..9.99: 1.00}\n",
     "\"u\" is for amounts of 10.00..20.00, too, but pays nothing for them", NULL},
};

static void
test_words(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics =
            settle_policy_load(words[i].document, strlen(words[i].document), &policy);
        const SettleDiagnostic *item;

        g_assert_cmpuint(diagnostics->items->len, >=, 1);
        if (diagnostics->items->len == 0)
            continue;
        item = g_ptr_array_index(diagnostics->items, diagnostics->items->len - 1);
        g_assert_cmpstr(item->message, ==, words[i].message);
        if (words[i].hint != NULL)
            g_assert_cmpstr(item->hint, ==, words[i].hint);
    }
}

/* The step that a note names is what a night would pay for it. */
static void
test_steps(void)
{
    static const char *const modes[] = {"whole", "lump", "lump, higher-tiers: add"};
    guint n_checked = 0;

    for (guint round = 0; round < 500; round++) {
        gboolean amount = g_test_rand_int_range(0, 2) == 0;
        const char *mode = modes[g_test_rand_int_range(0, 3)];
        const char *unit = amount && mode == modes[0] ? "%" : "";
        int from = g_test_rand_int_range(2, 500), pay = g_test_rand_int_range(1, 99);
        g_autofree char *document = g_strdup_printf(
            HEAD
            "- {volume-bonus: v, window: month, mode: %s, measure: %s, tiers: {%d..%d%s: %d%s, "
            "%d..: %d.5%s}}\n",
            mode, amount ? "amount" : "orders", from, from + 8, amount ? ".99" : "", pay, unit,
            from + 9, g_test_rand_int_range(1, 99), unit);
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics =
            settle_policy_load(document, strlen(document), &policy);

        g_assert_nonnull(policy);
        for (guint i = 0; policy != NULL && i < diagnostics->items->len; i++) {
            const SettleDiagnostic *item = g_ptr_array_index(diagnostics->items, i);
            const SettleVolumeBonus *volume = &policy->rules[0].volume;
            const char *by = g_str_equal(item->code, "P109") ? " by " : " worth ";
            char text[SETTLE_MONEY_TEXT_BYTES];
            int64_t before = 0, after = 0;
            g_autofree char *step = NULL;

            g_assert_true(settle_window_earned(settle_arithmetic_current(), &policy->rules[0],
                                               volume->tiers[i].from - 1, policy->rounding,
                                               &before));
            g_assert_true(settle_window_earned(settle_arithmetic_current(), &policy->rules[0],
                                               volume->tiers[i].from, policy->rounding, &after));
            settle_money_format_grouped(ABS(after - before), 2, text);
            step = g_strconcat(by, text, ":", NULL);
            g_assert_nonnull(strstr(item->message, step));
            n_checked++;
        }
    }
    g_assert_cmpuint(n_checked, >, 200);
}

/* --- codes -------------------------------------------------------------------------------------
 */

static SettleDiagnostics *
load_with(const SettlePolicyCode *code, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(code->around, "@", 2);
    g_autofree char *document = g_strconcat(parts[0], line, parts[1], NULL);
    SettlePolicy *policy = NULL;
    SettleDiagnostics *diagnostics =
        settle_policy_load_checked(document, strlen(document), &policy);

    g_clear_pointer(&policy, settle_policy_free);
    return diagnostics;
}

static void
test_code(gconstpointer data)
{
    const SettlePolicyCode *code = data;
    g_autoptr(SettleDiagnostics) bad = NULL, good = NULL;
    g_autofree char *of_bad = NULL, *of_good = NULL;

    g_assert_nonnull(code->explain);
    g_assert_true(g_str_has_suffix(code->explain, "."));
    g_assert_cmpint(code->bad == NULL, ==, code->good == NULL);
    if (code->around == NULL)
        return;
    g_assert_nonnull(code->bad);
    bad = load_with(code, code->bad);
    good = load_with(code, code->good);
    of_bad = found(bad);
    of_good = found(good);
    g_test_message("bad: %s good: %s", of_bad, of_good);
    g_assert_nonnull(strstr(of_bad, code->code));
    g_assert_null(strstr(of_good, code->code));
    g_assert_cmpuint(good->n_errors + good->n_warnings, ==, 0);
}

/* The codes ascend: none stands there twice. */
static void
test_order(void)
{
    for (const SettlePolicyCode *code = settle_policy_codes; code[1].code != NULL; code++)
        g_assert_cmpstr(code[0].code, <, code[1].code);
}

/* --- many ---------------------------------------------------------------------------------------
 */

/* 4,095 rules, and what each of them is for. */
typedef enum { CROWD_OF_PRODUCTS, CROWD_THAT_SHARES, CROWD_OF_SPECIAL_CASES, N_CROWDS } Crowd;

static char *
crowd_rule(Crowd crowd, guint i)
{
    switch (crowd) {
    case CROWD_OF_PRODUCTS:
        return g_strdup_printf("{product: P%u}", i);
    case CROWD_THAT_SHARES:
        return g_strdup_printf("{amount: %u.00..%u.99}", i, i + 5000);
    case CROWD_OF_SPECIAL_CASES:
        return g_strdup_printf("{class: [a, b, c], quantity: %u..}", 5000 - i);
    case N_CROWDS:
        break;
    }
    return NULL;
}

static void
test_crowd(gconstpointer data)
{
    Crowd crowd = (Crowd) GPOINTER_TO_INT(data);
    g_autoptr(GString) document = g_string_new(HEAD);
    g_autoptr(SettlePolicy) policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics = NULL;
    gint64 before = g_get_monotonic_time();

    for (guint i = 0; i < 4095; i++) {
        g_autofree char *selector = crowd_rule(crowd, i);

        g_string_append_printf(document, "- {upfront: u%u, pay: 1.00, for: %s}\n", i, selector);
    }
    diagnostics = settle_policy_load(document->str, document->len, &policy);
    g_assert_nonnull(policy);
    /* a second, and ten with sanitizers on a busy machine */
    g_assert_cmpint(g_get_monotonic_time() - before, <, 10 * G_USEC_PER_SEC);
    g_assert_cmpint(diagnostics->n_warnings > 0, ==, crowd == CROWD_THAT_SHARES);
}

static void
add(const char *group, const Case *rows, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/policy-findings/%s/%s", group, rows[i].name);

        g_test_add_data_func(path, &rows[i], test_case);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    add("cover", cover, G_N_ELEMENTS(cover));
    add("shared", shared, G_N_ELEMENTS(shared));
    add("tiers", tiers, G_N_ELEMENTS(tiers));
    add("months", months, G_N_ELEMENTS(months));
    add("limits", limits, G_N_ELEMENTS(limits));
    add("windows", windows, G_N_ELEMENTS(windows));
    g_test_add_func("/policy-findings/words", test_words);
    g_test_add_func("/policy-findings/steps", test_steps);
    for (const SettlePolicyCode *code = settle_policy_codes; code->code != NULL; code++) {
        g_autofree char *path = g_strdup_printf("/policy-findings/codes/%s", code->code);

        g_test_add_data_func(path, code, test_code);
    }
    g_test_add_func("/policy-findings/codes/order", test_order);
    for (guint i = 0; i < N_CROWDS; i++) {
        g_autofree char *path = g_strdup_printf("/policy-findings/many/%u", i);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_crowd);
    }
    return g_test_run();
}
