/* The policy language as one table: which field may stand where, of which type, with which limits
 * and words. */
#include "policy/fields.h"

#include <string.h>

static const char *const roundings[] = {"half-up", "half-even", "down", NULL};
static const char *const cycles[] = {"monthly", "weekly", "daily", "none", NULL};
static const char *const negatives[] = {"carry-forward", "credit-note", NULL};
static const char *const bases[] = {"billed", "billed-less-arrears", "cash", NULL};
static const char *const windows[] = {"month", "quarter", "year", NULL};
static const char *const scopes[] = {"distributor", "outlet", "manager", NULL};
static const char *const measures[] = {"orders", "units", "amount", NULL};
static const char *const modes[] = {"marginal", "whole", "lump", NULL};
static const char *const highers[] = {"replace", "add", NULL};
static const char *const paids[] = {"at-end", "progressive", NULL};
static const char *const port_outs[] = {"continue", "stop", "as-cancel", NULL};
static const char *const ends[] = {"continue", "stop", NULL};
static const char *const payees[] = {"distributor", "outlet", "manager", NULL};
static const char *const condition_words[] = {"active", "no-refund", NULL};
static const char *const take_backs[] = {"refund", "cancel", "suspend", "port-out", NULL};
static const char *const left_outs[] = {"suspended-days", NULL};
static const char *const uncounted[] = {"cancel", "port-out", NULL};
static const char *const events[] = {"refund",          "cancel",   "suspend",   "resume", "fraud",
                                     "number-transfer", "port-out", "reinstate", NULL};

/* One field; further members by name. */
#define F(in, key, kind, says, shows, ...)                                                         \
    {                                                                                              \
        .section = (in), .name = (key), .type = (kind), .help = (says), .example = (shows),        \
        __VA_ARGS__                                                                                \
    }

/* What any rule can carry (docs/semantics.md 5.6, 5.7). */
#define RULE_COMMON(kind)                                                                          \
    F(kind, "group", FIELD_TEXT,                                                                   \
      "rules of one kind and group exclude each other: the first that matches applies; rules of "  \
      "different groups are all paid",                                                             \
      "group: accessories", .default_text = "the kind's own group"),                               \
        F(kind, "for", FIELD_SECTION, "which orders the rule is for; all of them if left out",     \
          "for: {class: [plan]}", .of = "for"),                                                    \
        F(kind, "contract", FIELD_MONTHS,                                                          \
          "for how long the subscriber is bound, if this rule's products differ from the rest",    \
          "contract: 24 months", .default_text = "the policy's"),                                  \
        F(kind, "holdback", FIELD_SECTION, "a share of what is earned is kept back for some days", \
          "holdback: {share: 5%, days: 8}", .of = "holdback"),                                     \
        F(kind, "pay-when-paid", FIELD_BOOLEAN,                                                    \
          "payable only when the carrier's payment for it has come", "pay-when-paid: true",        \
          .default_text = "the policy's"),                                                         \
        F(kind, "ceiling", FIELD_SECTION, "the most that the rule pays a distributor in a window", \
          "ceiling: {window: month, "                                                              \
          "amount: 5000.00}",                                                                      \
          .of = "ceiling"),                                                                        \
        F(kind, "split", FIELD_SECTION,                                                            \
          "how what is earned is divided for the reports of outlet and manager",                   \
          "split: {distributor: 70, outlet: 20, manager: 10}", .of = "split"),                     \
        F(kind, "payee", FIELD_CHOICE, "whom the carrier pays", "payee: distributor",              \
          .choices = payees, .default_text = "distributor", .later = TRUE)
#define CLAWBACK(kind)                                                                             \
    F(kind, "clawback", FIELD_SECTIONS,                                                            \
      "what is taken back when something happens to the order; of several that apply the one "     \
      "that leaves least",                                                                         \
      "clawback: [{on: cancel, within: 90 days, take: all}]", .of = "clawback")

const SettleField settle_fields[] = {
    F("policy", "policy", FIELD_TEXT, "the policy's name", "policy: gd-activity-gated",
      .required = TRUE),
    F("policy", "carrier", FIELD_TEXT, "code of the carrier whose orders it settles",
      "carrier: CMCC-GD", .required = TRUE),
    F("policy", "version", FIELD_TEXT, "what this version is called; unique for the carrier",
      "version: 2026-01", .required = TRUE),
    F("policy", "closing", FIELD_DAYS,
      "closing days of the orders that it holds for, both included; an order keeps it for life",
      "closing: 2026-01-01..2026-12-31", .required = TRUE),
    F("policy", "currency", FIELD_CURRENCY, "ISO 4217 code of all amounts in it", "currency: CNY",
      .required = TRUE),
    F("policy", "rounding", FIELD_CHOICE,
      "how an exact amount becomes whole minor units; half-up is half away from zero",
      "rounding: down", .choices = roundings, .default_text = "half-up"),
    F("policy", "contract", FIELD_MONTHS,
      "for how long subscribers are bound; the full months not served of it are what pro-rata "
      "takes back",
      "contract: 12 months"),
    F("policy", "tax", FIELD_SECTION, "value added tax on invoices",
      "tax: {rate: 6%, included: true}", .of = "tax", .default_text = "no tax"),
    F("policy", "invoice", FIELD_SECTION, "when invoices are drafted, and from which amount on",
      "invoice: {cycle: monthly, cut-off-day: 10, minimum: 100.00}", .of = "invoice",
      .default_text = "monthly on the last day, no minimum"),
    F("policy", "groups", FIELD_GROUPS, "named groups of distributors for distributor-group",
      "groups: {south: [D001, D002]}"),
    F("policy", "pay-when-paid", FIELD_BOOLEAN,
      "what is payable becomes so only when the carrier's payment for it has come",
      "pay-when-paid: true", .default_text = "false"),
    F("policy", "ceiling", FIELD_SECTION,
      "the most that the whole policy pays a distributor in a window",
      "ceiling: {window: month, amount: 50000.00}", .of = "ceiling"),
    F("policy", "fraud-tolerance", FIELD_SECTION,
      "fraud findings of a distributor and closing month that act as none",
      "fraud-tolerance: {share: 10%, count: 20}", .of = "fraud-tolerance"),
    F("policy", "on-port-out", FIELD_CHOICE,
      "what a port-out does to what falls due after it: nothing, end it, or all that a "
      "cancellation does",
      "on-port-out: as-cancel", .choices = port_outs, .default_text = "continue"),
    F("policy", "on-number-transfer", FIELD_CHOICE,
      "what the transfer of a number to another subscriber does to what falls due after it",
      "on-number-transfer: stop", .choices = port_outs, .default_text = "continue"),
    F("policy", "after-distributor-ended", FIELD_CHOICE,
      "whether instalments and shares go on after the cooperation with the distributor ended",
      "after-distributor-ended: stop", .choices = ends, .default_text = "continue"),
    F("policy", "rules", FIELD_RULES, "the rules, each a kind with the rule's name",
      "rules: [{upfront: activation, pay: 40.00}]", .required = TRUE),
    F("policy", "examples", FIELD_SECTIONS,
      "imagined orders with what they must earn; checked with the policy, and activation wants "
      "them to pass",
      "examples: [{example: a plan, order: {paid: 59.00, closed: 2026-03-15}, earns: {activation: "
      "40.00}}]",
      .of = "example"),

    F("tax", "rate", FIELD_RATE, "the tax rate", "rate: 6%", .required = TRUE),
    F("tax", "included", FIELD_BOOLEAN, "whether the policy's amounts include the tax",
      "included: false", .default_text = "true"),

    F("invoice", "cycle", FIELD_CHOICE, "how often invoices are drafted", "cycle: weekly",
      .choices = cycles, .default_text = "monthly"),
    F("invoice", "cut-off-day", FIELD_INTEGER,
      "day of the month (its last if the month lacks it), or of the week (1 Monday to 7 Sunday)",
      "cut-off-day: 10", .min = 1, .max = 31, .default_text = "the month's last day; weekly: 7"),
    F("invoice", "minimum", FIELD_MONEY,
      "gross totals below it are carried forward to the next cycle", "minimum: 100.00",
      .default_text = "0"),
    F("invoice", "negative", FIELD_CHOICE,
      "what becomes of a negative total: it joins the next cycle, or a credit note goes out",
      "negative: credit-note", .choices = negatives, .default_text = "carry-forward"),

    F("for", "product", FIELD_TEXTS, "the carrier's product codes", "product: [P19, P29]"),
    F("for", "class", FIELD_TEXTS, "product classes", "class: [sim, plan]"),
    F("for", "region", FIELD_TEXTS, "regions of the sale", "region: [GZ]"),
    F("for", "channel", FIELD_TEXTS, "sales channels", "channel: [online]"),
    F("for", "distributor", FIELD_TEXTS, "distributor codes", "distributor: [D001]"),
    F("for", "distributor-group", FIELD_TEXTS,
      "groups of distributors that the policy names under groups", "distributor-group: [south]"),
    F("for", "amount", FIELD_MONEY_INTERVAL, "paid amount", "amount: 1.00.."),
    F("for", "quantity", FIELD_COUNT_INTERVAL, "quantity", "quantity: 1..5"),
    F("for", "tier", FIELD_COUNT_INTERVAL, "the distributor's tier on the closing day",
      "tier: 3..4"),
    F("for", "first-order", FIELD_BOOLEAN, "whether it is the subscriber's first order",
      "first-order: true"),

    F("upfront", "upfront", FIELD_TEXT, "the rule's name", "- upfront: activation",
      .required = TRUE),
    RULE_COMMON("upfront"),
    F("upfront", "pay", FIELD_PAY, "an amount for each unit, or a rate of the paid amount",
      "pay: 40.00"),
    F("upfront", "by-amount", FIELD_BANDS_MONEY_PAY,
      "instead of pay: what is paid by the paid amount, the whole amount at its band",
      "by-amount: {19.00: 30.00, 29.00..39.99: 40.00, 40.00..: 2%}"),
    F("upfront", "floor", FIELD_MONEY,
      "an order earns at least this; a rate of nothing stays nothing", "floor: 1.00"),
    F("upfront", "cap", FIELD_MONEY, "an order earns at most this", "cap: 4.99"),
    F("upfront", "withheld", FIELD_BOOLEAN,
      "whether the distributor has kept it out of the buyer's money already", "withheld: true",
      .default_text = "false"),
    F("upfront", "active-days", FIELD_INTEGER, "earned so many days after the closing day",
      "active-days: 3", .max = 366, .default_text = "0"),
    F("upfront", "if", FIELD_SECTIONS,
      "conditions on the first bills; all must be met. active, no-refund: as in an instalment, on "
      "the "
      "day on which it is earned",
      "if: [active, {month: 0, all: [{minutes: 1..}]}]", .of = "condition",
      .choices = condition_words),
    CLAWBACK("upfront"),

    F("deferred", "deferred", FIELD_TEXT, "the rule's name", "- deferred: quality",
      .required = TRUE),
    RULE_COMMON("deferred"),
    F("deferred", "instalments", FIELD_SECTIONS, "what falls due, and when",
      "instalments: [{after: 1 month, day: 30, pay: 20.00}]", .of = "instalment", .required = TRUE),
    CLAWBACK("deferred"),

    F("instalment", "after", FIELD_MONTHS, "N of T+N: so many months after the closing month",
      "after: 4 months", .required = TRUE),
    F("instalment", "day", FIELD_INTEGER,
      "the due day in that month, its last day if the month lacks it", "day: 30", .min = 1,
      .max = 31, .required = TRUE),
    F("instalment", "pay", FIELD_PAY, "an amount, or a rate of the paid amount", "pay: 2%"),
    F("instalment", "by-bill", FIELD_SECTION,
      "instead of pay: what is paid by the size of one bill",
      "by-bill: {month: 3, base: billed, bands: {10.00..: 5.00}}", .of = "by-bill"),
    F("instalment", "if", FIELD_SECTIONS,
      "conditions; all must be met on the due day. active: not cancelled, suspended or ported out; "
      "no-refund: nothing was refunded. Of T+1 {month: 1} asks whether it was billed; that bill is "
      "issued in T+2, and until it comes the instalment waits",
      "if: [active, {each-month: 1..3, any: [{minutes: 10..}]}]", .of = "condition",
      .choices = condition_words),
    F("instalment", "retry-until", FIELD_MONTHS,
      "M of T+M: conditions that are not met are looked at again each month up to then, instead of "
      "forfeiting the instalment",
      "retry-until: 6 months"),

    F("by-bill", "month", FIELD_INTEGER, "contract month of the bill; the closing month is 0",
      "month: 3", .max = 4095, .required = TRUE),
    F("by-bill", "base", FIELD_CHOICE, "which amount of the bill", "base: billed-less-arrears",
      .choices = bases, .default_text = "billed"),
    F("by-bill", "bands", FIELD_BANDS_MONEY_PAY, "what is paid by the bill's size",
      "bands: {10.00..19.99: 10.00, 20.00..: 15.00}", .required = TRUE),

    F("revenue-share", "revenue-share", FIELD_TEXT, "the rule's name",
      "- revenue-share: consumption", .required = TRUE),
    RULE_COMMON("revenue-share"),
    F("revenue-share", "base", FIELD_CHOICE, "which amount of the bill is shared", "base: cash",
      .choices = bases, .required = TRUE),
    F("revenue-share", "net-of-tax", FIELD_RATE,
      "takes a tax of that rate out of the base: base x 100/(100 + rate)", "net-of-tax: 6%"),
    F("revenue-share", "months", FIELD_COUNT_INTERVAL,
      "contract months, both included; the closing month is 0", "months: 4..15", .required = TRUE),
    F("revenue-share", "rate", FIELD_RATE, "the share", "rate: 5%"),
    F("revenue-share", "by-month", FIELD_BANDS_COUNT_RATE,
      "instead of rate: the share by contract month", "by-month: {1..6: 5%, 7..12: 3%}"),
    F("revenue-share", "by-size", FIELD_BANDS_MONEY_RATE,
      "instead of rate: the share by the bill's size, the whole amount at its band",
      "by-size: {..9.99: 6%, 10.00..: 8%}"),
    F("revenue-share", "cap", FIELD_MONEY, "the most that a bill earns", "cap: 2.00"),
    F("revenue-share", "life-cap", FIELD_MONEY,
      "the most that an order earns in all, in the order of contract months", "life-cap: 20.00"),
    CLAWBACK("revenue-share"),

    F("volume-bonus", "volume-bonus", FIELD_TEXT, "the rule's name", "- volume-bonus: activations",
      .required = TRUE),
    RULE_COMMON("volume-bonus"),
    F("volume-bonus", "window", FIELD_CHOICE,
      "over which time orders are counted, by their closing day", "window: quarter",
      .choices = windows, .required = TRUE),
    F("volume-bonus", "scope", FIELD_CHOICE, "for whom they are counted", "scope: outlet",
      .choices = scopes, .default_text = "distributor"),
    F("volume-bonus", "measure", FIELD_CHOICE,
      "what is counted: orders, their quantities, or their paid amounts", "measure: units",
      .choices = measures, .default_text = "orders"),
    F("volume-bonus", "mode", FIELD_CHOICE,
      "marginal: each tier pays for the part inside it; whole: the tier reached pays for "
      "everything; lump: reaching a tier earns its sum once",
      "mode: whole", .choices = modes, .required = TRUE),
    F("volume-bonus", "higher-tiers", FIELD_CHOICE,
      "lump only: whether a higher tier's sum replaces the lower ones' or adds to them",
      "higher-tiers: add", .choices = highers, .default_text = "replace"),
    F("volume-bonus", "paid", FIELD_CHOICE, "at the window's end, or progressively each night",
      "paid: progressive", .choices = paids, .default_text = "at-end"),
    F("volume-bonus", "tiers", FIELD_TIERS,
      "from which measure on what is paid: an amount for each order or unit, a rate of amounts, "
      "or a lump sum; without gaps, the last one open",
      "tiers: {100..299: 5.00, 300..799: 10.00, 800..: 15.00}", .required = TRUE),
    F("volume-bonus", "not-counted", FIELD_CHOICES,
      "events that take an order out of the measure; fully refunded and fraudulent ones never "
      "count",
      "not-counted: [cancel]", .choices = uncounted),

    F("condition", "month", FIELD_INTEGER,
      "one contract month; the closing month is 0. With neither any nor all: {month: 1} is met "
      "when "
      "the bill of that month is there, whatever it says",
      "{month: 0, all: [{minutes: 1..}]}", .max = 4095),
    F("condition", "each-month", FIELD_SO_FAR,
      "each of these contract months; in an instalment also so-far (0 to the month before it falls "
      "due) and last N (the last N of them)",
      "{each-month: 1..3, any: [{minutes: 10..}]}"),
    F("condition", "months-together", FIELD_SO_FAR,
      "these contract months added up: the tests look at the sum",
      "{months-together: last 3, all: "
      "[{minutes: 100..}]}"),
    F("condition", "any", FIELD_SECTIONS, "one of these tests must hold",
      "any: [{minutes: 10..}, {megabytes: 30..}]", .of = "test"),
    F("condition", "all", FIELD_SECTIONS, "all of these tests must hold",
      "all: [{no-arrears: true}]", .of = "test"),

    F("test", "minutes", FIELD_COUNT_INTERVAL, "call minutes of the month", "{minutes: 10..}"),
    F("test", "megabytes", FIELD_COUNT_INTERVAL, "data used in the month", "{megabytes: 30..}"),
    F("test", "bill", FIELD_MONEY_INTERVAL, "an amount of the bill", "{bill: 10.00.., base: cash}"),
    F("test", "base", FIELD_CHOICE, "which amount; with bill only",
      "{bill: 10.00.., base: billed-less-arrears}", .choices = bases, .default_text = "billed"),
    F("test", "no-arrears", FIELD_BOOLEAN, "true: nothing of the bill is in arrears",
      "{no-arrears: true}"),

    F("clawback", "on", FIELD_CHOICES,
      "the events; a fraud finding takes everything at any time and is not named", "on: cancel",
      .choices = take_backs, .required = TRUE),
    F("clawback", "within", FIELD_SPAN,
      "up to how long after closing; the closing day is day 0. At any time if left out",
      "within: 90 days"),
    F("clawback", "days", FIELD_COUNT_INTERVAL, "instead of within: between which days",
      "days: 91..180"),
    F("clawback", "take", FIELD_TAKE,
      "all, a share, pro-rata (of the contract's months not served), or refunded-part (the rate's "
      "base falls by what was refunded)",
      "take: 50%", .default_text = "all"),
    F("clawback", "not-counted", FIELD_CHOICE, "days that the event's day is moved back by",
      "not-counted: suspended-days", .choices = left_outs),

    F("holdback", "share", FIELD_RATE, "which share is kept back", "share: 5%", .required = TRUE),
    F("holdback", "days", FIELD_INTEGER, "released so many days after closing", "days: 8", .min = 1,
      .max = 3660, .required = TRUE),

    F("ceiling", "window", FIELD_CHOICE, "over which time, by origin period", "window: month",
      .choices = windows, .required = TRUE),
    F("ceiling", "amount", FIELD_MONEY, "the most in it", "amount: 5000.00", .required = TRUE),

    F("split", "distributor", FIELD_INTEGER,
      "its parts of the whole; the whole is the sum of all parts", "distributor: 70",
      .max = 1000000, .default_text = "0"),
    F("split", "outlet", FIELD_INTEGER, "the outlet's parts", "outlet: 20", .max = 1000000,
      .default_text = "0"),
    F("split", "manager", FIELD_INTEGER, "the account manager's parts", "manager: 10",
      .max = 1000000, .default_text = "0"),

    F("fraud-tolerance", "share", FIELD_RATE, "of a distributor's orders of a closing month",
      "share: 10%", .required = TRUE),
    F("fraud-tolerance", "count", FIELD_INTEGER, "so many of them; the larger of both holds",
      "count: 20", .max = 1000000, .default_text = "0"),

    F("example", "example", FIELD_TEXT, "what it shows", "- example: a plan of 59",
      .required = TRUE),
    F("example", "order", FIELD_SECTION, "the order", "order: {paid: 59.00, closed: 2026-03-15}",
      .of = "order", .required = TRUE),
    F("example", "bills", FIELD_SECTIONS, "the bills of its contract",
      "bills: [{month: 0..12, billed: 59.00, minutes: 80}]", .of = "bill"),
    F("example", "events", FIELD_SECTIONS, "what happens to it after closing",
      "events: [{event: cancel, on: 2026-08-20}]", .of = "event"),
    F("example", "window", FIELD_MEASURES,
      "where the windows of volume rules stand with this order; at just this order if left out",
      "window: {activations: 500}"),
    F("example", "as-of", FIELD_DAY, "the day up to which facts and due days count",
      "as-of: 2026-06-30", .default_text = "all of them"),
    F("example", "earns", FIELD_EARNS,
      "what each rule pays in all, or by instalment or contract month; a rule that is not named "
      "earns nothing",
      "earns: {activation: 40.00, quality: {1..2: 10.00}}", .required = TRUE),

    F("order", "closed", FIELD_DAY, "the closing day", "closed: 2026-03-15", .required = TRUE),
    F("order", "paid", FIELD_MONEY, "the paid amount", "paid: 59.00", .required = TRUE),
    F("order", "product", FIELD_TEXT, "the carrier's product code", "product: P59"),
    F("order", "class", FIELD_TEXT, "the product's class", "class: plan"),
    F("order", "region", FIELD_TEXT, "the region of the sale", "region: GZ"),
    F("order", "channel", FIELD_TEXT, "the sales channel", "channel: online"),
    F("order", "distributor", FIELD_TEXT, "the distributor's code", "distributor: D001"),
    F("order", "tier", FIELD_INTEGER, "the distributor's tier", "tier: 3", .max = 99,
      .default_text = "0"),
    F("order", "quantity", FIELD_INTEGER, "the quantity", "quantity: 2", .min = 1, .max = 1000000,
      .default_text = "1"),
    F("order", "first-order", FIELD_BOOLEAN, "whether it is the subscriber's first order",
      "first-order: true", .default_text = "false"),

    F("bill", "month", FIELD_COUNT_INTERVAL,
      "its contract month, or one such bill in each of several; the closing month is 0",
      "month: 1..12", .required = TRUE),
    F("bill", "billed", FIELD_MONEY, "what was billed", "billed: 59.00", .required = TRUE),
    F("bill", "tax", FIELD_MONEY, "the tax in it", "tax: 3.34", .default_text = "0"),
    F("bill", "arrears", FIELD_MONEY, "what of it is not paid", "arrears: 10.00",
      .default_text = "0"),
    F("bill", "cash", FIELD_MONEY, "what was received", "cash: 49.00",
      .default_text = "billed less arrears"),
    F("bill", "minutes", FIELD_INTEGER, "call minutes", "minutes: 80", .max = G_MAXINT32,
      .default_text = "0"),
    F("bill", "megabytes", FIELD_INTEGER, "data used", "megabytes: 500", .max = G_MAXINT32,
      .default_text = "0"),
    F("bill", "issued", FIELD_DAY, "its date; a later one of the same month is its correction",
      "issued: 2026-05-03", .default_text = "the first day of the month after"),

    F("event", "event", FIELD_CHOICE,
      "what happens; reinstate undoes the last event before it in the list that is not undone yet",
      "event: cancel", .choices = events, .required = TRUE),
    F("event", "on", FIELD_DAY, "its day", "on: 2026-08-20", .required = TRUE),
    F("event", "amount", FIELD_MONEY, "refunds: how much; the whole paid amount if left out",
      "amount: 50.00"),

    {.section = NULL},
};

const SettleFieldSection settle_field_sections[] = {
    {"policy", "The document", NULL},
    {"tax", "tax", NULL},
    {"invoice", "invoice", NULL},
    {"for", "for: which orders", "What is given must all hold; what is left out does not matter."},
    {"upfront", "upfront",
     "Earned at closing, or when its conditions are met. Either `pay` or "
     "`by-amount`."},
    {"deferred", "deferred", "Instalments that fall due months after closing (T+N)."},
    {"instalment", "An instalment", "Either `pay` or `by-bill`."},
    {"by-bill", "by-bill", NULL},
    {"revenue-share", "revenue-share",
     "A share of each month's bill. One of `rate`, `by-month` and "
     "`by-size`."},
    {"volume-bonus", "volume-bonus", "What the orders of a window earn together."},
    {"condition", "A condition (if)",
     "One of `month`, `each-month` and `months-together`; `any` or "
     "`all`."},
    {"test", "A test (any, all)", "Each looks at one thing."},
    {"clawback", "clawback",
     "What a rule takes back. Where a rule says nothing of refunds, a rate "
     "falls with what was refunded and a fixed amount is taken back when "
     "all was; a cancellation, a suspension or a port-out takes nothing."},
    {"holdback", "holdback", NULL},
    {"ceiling", "ceiling", NULL},
    {"split", "split", NULL},
    {"fraud-tolerance", "fraud-tolerance", NULL},
    {"example", "An example", "An imagined order, what becomes of it, and what it must earn."},
    {"order", "An example's order", NULL},
    {"bill", "An example's bill", NULL},
    {"event", "An example's event", NULL},
    {NULL, NULL, NULL},
};

const SettleField *
settle_field_find(const char *section, const char *name)
{
    /* a night reads every policy: the first letter spares most comparisons */
    for (const SettleField *field = settle_fields; field->section != NULL; field++)
        if (field->name[0] == name[0] && strcmp(field->name, name) == 0 &&
            strcmp(field->section, section) == 0)
            return field;
    return NULL;
}
