#include "policy/fields.h"

#include <string.h>

static const char *const roundings[] = {"half-up", "half-even", "down", NULL};
static const char *const cycles[] = {"monthly", "weekly", "daily", "none", NULL};
static const char *const bases[] = {"billed", "billed-less-arrears", "cash", NULL};
static const char *const windows[] = {"month", "quarter", "year", NULL};
static const char *const scopes[] = {"distributor", "outlet", "manager", NULL};
static const char *const measures[] = {"orders", "units", "amount", NULL};
static const char *const modes[] = {"marginal", "whole", "lump", NULL};
static const char *const highers[] = {"replace", "add", NULL};
static const char *const paids[] = {"at-end", "progressive", NULL};

const char *const settle_rule_kinds[] = {"upfront", "deferred", "revenue-share", "volume-bonus",
                                         NULL};

#define RULE_COMMON(kind)                                                                          \
    {kind,                                                                                         \
     "group",                                                                                      \
     FIELD_TEXT,                                                                                   \
     FALSE,                                                                                        \
     0,                                                                                            \
     0,                                                                                            \
     NULL,                                                                                         \
     NULL,                                                                                         \
     NULL,                                                                                         \
     "rules of one kind and group exclude each other: the first that matches applies",             \
     "group: accessories"},                                                                        \
    {                                                                                              \
        kind, "for", FIELD_SECTION, FALSE, 0, 0, NULL, "for", NULL,                                \
            "which orders the rule is for; all of them if left out", "for: {class: [plan]}"        \
    }

#define LATER(kind, name, of, help)                                                                \
    {                                                                                              \
        kind, name, FIELD_LATER, FALSE, 0, 0, NULL, of, NULL, help, NULL                           \
    }
#define RULE_LATER(kind)                                                                           \
    LATER(kind, "clawback", "clawback", "what is taken back when an order ends early"),            \
        LATER(kind, "holdback", "holdback", "a share that is kept back for some days"),            \
        LATER(kind, "pay-when-paid", NULL, "payable only when the carrier has paid"),              \
        LATER(kind, "ceiling", "ceiling", "the most that the rule pays in a window"),              \
        LATER(kind, "split", "split", "parts of the outlet and the manager"),                      \
        LATER(kind, "fraud-tolerance", "fraud-tolerance",                                          \
              "fraud findings up to which none counts"),                                           \
        LATER(kind, "payee", NULL, "who is paid, if not the distributor")

const SettleField settle_fields[] = {
    {"policy", "policy", FIELD_TEXT, TRUE, 0, 0, NULL, NULL, NULL, "the policy's name",
     "policy: gd-activity-gated"},
    {"policy", "carrier", FIELD_TEXT, TRUE, 0, 0, NULL, NULL, NULL,
     "code of the carrier whose orders it settles", "carrier: CMCC-GD"},
    {"policy", "version", FIELD_TEXT, TRUE, 0, 0, NULL, NULL, NULL,
     "what this version is called; unique for the carrier", "version: 2026-01"},
    {"policy", "closing", FIELD_DAYS, TRUE, 0, 0, NULL, NULL, NULL,
     "closing days of the orders that it holds for, both included; an order keeps it for life",
     "closing: 2026-01-01..2026-12-31"},
    {"policy", "currency", FIELD_CURRENCY, TRUE, 0, 0, NULL, NULL, NULL,
     "ISO 4217 code of all amounts in it", "currency: CNY"},
    {"policy", "rounding", FIELD_CHOICE, FALSE, 0, 0, roundings, NULL, "half-up",
     "how an exact amount becomes whole minor units; half-up is half away from zero",
     "rounding: down"},
    {"policy", "tax", FIELD_SECTION, FALSE, 0, 0, NULL, "tax", "no tax",
     "value added tax on invoices", "tax: {rate: 6%, included: true}"},
    {"policy", "invoice", FIELD_SECTION, FALSE, 0, 0, NULL, "invoice",
     "monthly on the last day, no minimum", "when invoices are drafted, and from which amount on",
     "invoice: {cycle: monthly, cut-off-day: 10, minimum: 100.00}"},
    {"policy", "groups", FIELD_GROUPS, FALSE, 0, 0, NULL, NULL, NULL,
     "named groups of distributors for distributor-group", "groups: {south: [D001, D002]}"},
    {"policy", "rules", FIELD_RULES, TRUE, 0, 0, NULL, NULL, NULL,
     "the rules, each a kind with the rule's name", "rules:"},
    LATER("policy", "ceiling", "ceiling", "the most that the whole policy pays in a window"),
    LATER("policy", "fraud-tolerance", "fraud-tolerance", "fraud findings up to which none counts"),
    LATER("policy", "pay-when-paid", NULL, "payable only when the carrier has paid"),
    LATER("policy", "on-port-out", NULL, "what a port-out does"),
    LATER("policy", "on-number-transfer", NULL, "what a number transfer does"),
    LATER("policy", "after-distributor-ended", NULL, "what a distributor earns after its end"),
    LATER("policy", "credit-note", NULL, "whether a negative total becomes a credit note"),

    {"tax", "rate", FIELD_RATE, TRUE, 0, 0, NULL, NULL, NULL, "the tax rate", "rate: 6%"},
    {"tax", "included", FIELD_BOOLEAN, FALSE, 0, 0, NULL, NULL, "true",
     "whether the policy's amounts include the tax", "included: false"},

    {"invoice", "cycle", FIELD_CHOICE, FALSE, 0, 0, cycles, NULL, "monthly",
     "how often invoices are drafted", "cycle: weekly"},
    {"invoice", "cut-off-day", FIELD_INTEGER, FALSE, 1, 31, NULL, NULL,
     "the month's last day; weekly: 7",
     "day of the month (its last if the month lacks it), or of the week (1 Monday to 7 Sunday)",
     "cut-off-day: 10"},
    {"invoice", "minimum", FIELD_MONEY, FALSE, 0, 0, NULL, NULL, "0",
     "gross totals below it are carried forward to the next cycle", "minimum: 100.00"},

    {"for", "product", FIELD_TEXTS, FALSE, 0, 0, NULL, NULL, NULL, "the carrier's product codes",
     "product: [P19, P29]"},
    {"for", "class", FIELD_TEXTS, FALSE, 0, 0, NULL, NULL, NULL, "product classes",
     "class: [sim, plan]"},
    {"for", "region", FIELD_TEXTS, FALSE, 0, 0, NULL, NULL, NULL, "regions of the sale",
     "region: [GZ]"},
    {"for", "channel", FIELD_TEXTS, FALSE, 0, 0, NULL, NULL, NULL, "sales channels",
     "channel: [online]"},
    {"for", "distributor", FIELD_TEXTS, FALSE, 0, 0, NULL, NULL, NULL, "distributor codes",
     "distributor: [D001]"},
    {"for", "distributor-group", FIELD_TEXTS, FALSE, 0, 0, NULL, NULL, NULL,
     "groups of distributors that the policy names under groups", "distributor-group: [south]"},
    {"for", "amount", FIELD_MONEY_INTERVAL, FALSE, 0, 0, NULL, NULL, NULL, "paid amount",
     "amount: 1.00.."},
    {"for", "quantity", FIELD_COUNT_INTERVAL, FALSE, 0, 0, NULL, NULL, NULL, "quantity",
     "quantity: 1..5"},
    {"for", "tier", FIELD_COUNT_INTERVAL, FALSE, 0, 0, NULL, NULL, NULL,
     "the distributor's tier on the closing day", "tier: 3..4"},
    {"for", "first-order", FIELD_BOOLEAN, FALSE, 0, 0, NULL, NULL, NULL,
     "whether it is the subscriber's first order", "first-order: true"},

    {"upfront", "upfront", FIELD_TEXT, TRUE, 0, 0, NULL, NULL, NULL, "the rule's name",
     "- upfront: activation"},
    RULE_COMMON("upfront"),
    {"upfront", "pay", FIELD_PAY, FALSE, 0, 0, NULL, NULL, NULL,
     "an amount for each unit, or a rate of the paid amount", "pay: 40.00"},
    {"upfront", "by-amount", FIELD_BANDS_MONEY_PAY, FALSE, 0, 0, NULL, NULL, NULL,
     "instead of pay: what is paid by the paid amount, the whole amount at its band",
     "by-amount: {19.00: 30.00, 29.00..39.99: 40.00, 40.00..: 2%}"},
    {"upfront", "floor", FIELD_MONEY, FALSE, 0, 0, NULL, NULL, NULL,
     "an order earns at least this; a rate of nothing stays nothing", "floor: 1.00"},
    {"upfront", "cap", FIELD_MONEY, FALSE, 0, 0, NULL, NULL, NULL, "an order earns at most this",
     "cap: 4.99"},
    {"upfront", "withheld", FIELD_BOOLEAN, FALSE, 0, 0, NULL, NULL, "false",
     "whether the distributor has kept it out of the buyer's money already", "withheld: true"},
    {"upfront", "active-days", FIELD_INTEGER, FALSE, 0, 366, NULL, NULL, "0",
     "earned so many days after the closing day", "active-days: 3"},
    {"upfront", "if", FIELD_SECTIONS, FALSE, 0, 0, NULL, "condition", NULL,
     "conditions on the first bills; all must be met", "if: [{month: 0, all: [{minutes: 1..}]}]"},
    RULE_LATER("upfront"),

    {"deferred", "deferred", FIELD_TEXT, TRUE, 0, 0, NULL, NULL, NULL, "the rule's name",
     "- deferred: quality"},
    RULE_COMMON("deferred"),
    {"deferred", "instalments", FIELD_SECTIONS, TRUE, 0, 0, NULL, "instalment", NULL,
     "what falls due, and when", "instalments: [{after: 1 month, day: 30, pay: 20.00}]"},
    RULE_LATER("deferred"),

    {"instalment", "after", FIELD_MONTHS_AFTER, TRUE, 0, 0, NULL, NULL, NULL,
     "N of T+N: so many months after the closing month", "after: 4 months"},
    {"instalment", "day", FIELD_INTEGER, TRUE, 1, 31, NULL, NULL, NULL,
     "the due day in that month, its last day if the month lacks it", "day: 30"},
    {"instalment", "pay", FIELD_PAY, FALSE, 0, 0, NULL, NULL, NULL,
     "an amount, or a rate of the paid amount", "pay: 2%"},
    {"instalment", "by-bill", FIELD_SECTION, FALSE, 0, 0, NULL, "by-bill", NULL,
     "instead of pay: what is paid by the size of one bill",
     "by-bill: {month: 3, base: billed, bands: {10.00..: 5.00}}"},
    {"instalment", "if", FIELD_SECTIONS, FALSE, 0, 0, NULL, "condition", NULL,
     "conditions on bills; all must be met on the due day",
     "if: [{each-month: 1..3, any: [{minutes: 10..}]}]"},
    LATER("instalment", "retry", "retry", "try again each month up to T+M"),

    {"by-bill", "month", FIELD_INTEGER, TRUE, 0, 4095, NULL, NULL, NULL,
     "contract month of the bill; the closing month is 0", "month: 3"},
    {"by-bill", "base", FIELD_CHOICE, FALSE, 0, 0, bases, NULL, "billed",
     "which amount of the bill", "base: billed-less-arrears"},
    {"by-bill", "bands", FIELD_BANDS_MONEY_PAY, TRUE, 0, 0, NULL, NULL, NULL,
     "what is paid by the bill's size", "bands: {10.00..19.99: 10.00, 20.00..: 15.00}"},

    {"revenue-share", "revenue-share", FIELD_TEXT, TRUE, 0, 0, NULL, NULL, NULL, "the rule's name",
     "- revenue-share: consumption"},
    RULE_COMMON("revenue-share"),
    {"revenue-share", "base", FIELD_CHOICE, TRUE, 0, 0, bases, NULL, NULL,
     "which amount of the bill is shared", "base: cash"},
    {"revenue-share", "net-of-tax", FIELD_RATE, FALSE, 0, 0, NULL, NULL, NULL,
     "takes a tax of that rate out of the base: base x 100/(100 + rate)", "net-of-tax: 6%"},
    {"revenue-share", "months", FIELD_COUNT_INTERVAL, TRUE, 0, 0, NULL, NULL, NULL,
     "contract months, both included; the closing month is 0", "months: 4..15"},
    {"revenue-share", "rate", FIELD_RATE, FALSE, 0, 0, NULL, NULL, NULL, "the share", "rate: 5%"},
    {"revenue-share", "by-month", FIELD_BANDS_COUNT_RATE, FALSE, 0, 0, NULL, NULL, NULL,
     "instead of rate: the share by contract month", "by-month: {1..6: 5%, 7..12: 3%}"},
    {"revenue-share", "by-size", FIELD_BANDS_MONEY_RATE, FALSE, 0, 0, NULL, NULL, NULL,
     "instead of rate: the share by the bill's size, the whole amount at its band",
     "by-size: {..9.99: 6%, 10.00..: 8%}"},
    {"revenue-share", "cap", FIELD_MONEY, FALSE, 0, 0, NULL, NULL, NULL,
     "the most that a bill earns", "cap: 2.00"},
    {"revenue-share", "life-cap", FIELD_MONEY, FALSE, 0, 0, NULL, NULL, NULL,
     "the most that an order earns in all, in the order of contract months", "life-cap: 20.00"},
    RULE_LATER("revenue-share"),

    {"volume-bonus", "volume-bonus", FIELD_TEXT, TRUE, 0, 0, NULL, NULL, NULL, "the rule's name",
     "- volume-bonus: activations"},
    RULE_COMMON("volume-bonus"),
    {"volume-bonus", "window", FIELD_CHOICE, TRUE, 0, 0, windows, NULL, NULL,
     "over which time orders are counted, by their closing day", "window: quarter"},
    {"volume-bonus", "scope", FIELD_CHOICE, FALSE, 0, 0, scopes, NULL, "distributor",
     "for whom they are counted", "scope: outlet"},
    {"volume-bonus", "measure", FIELD_CHOICE, FALSE, 0, 0, measures, NULL, "orders",
     "what is counted: orders, their quantities, or their paid amounts", "measure: units"},
    {"volume-bonus", "mode", FIELD_CHOICE, TRUE, 0, 0, modes, NULL, NULL,
     "marginal: each tier pays for the part inside it; whole: the tier reached pays for "
     "everything; "
     "lump: reaching a tier earns its sum once",
     "mode: whole"},
    {"volume-bonus", "higher-tiers", FIELD_CHOICE, FALSE, 0, 0, highers, NULL, "replace",
     "lump only: whether a higher tier's sum replaces the lower ones' or adds to them",
     "higher-tiers: add"},
    {"volume-bonus", "paid", FIELD_CHOICE, FALSE, 0, 0, paids, NULL, "at-end",
     "at the window's end, or progressively each night", "paid: progressive"},
    {"volume-bonus", "tiers", FIELD_TIERS, TRUE, 0, 0, NULL, NULL, NULL,
     "from which measure on what is paid: an amount for each order or unit, a rate of amounts, "
     "or a lump sum; without gaps, the last one open",
     "tiers: {100..299: 5.00, 300..799: 10.00, 800..: 15.00}"},
    RULE_LATER("volume-bonus"),

    {"condition", "month", FIELD_INTEGER, FALSE, 0, 4095, NULL, NULL, NULL,
     "one contract month; the closing month is 0", "{month: 0, all: [{minutes: 1..}]}"},
    {"condition", "each-month", FIELD_COUNT_INTERVAL, FALSE, 0, 0, NULL, NULL, NULL,
     "each of these contract months", "{each-month: 1..3, any: [{minutes: 10..}]}"},
    {"condition", "any", FIELD_SECTIONS, FALSE, 0, 0, NULL, "test", NULL,
     "one of these tests must hold for the month's bill",
     "any: [{minutes: 10..}, {megabytes: 30..}]"},
    {"condition", "all", FIELD_SECTIONS, FALSE, 0, 0, NULL, "test", NULL,
     "all of these tests must hold; without tests the bill must be there",
     "all: [{no-arrears: true}]"},

    {"test", "minutes", FIELD_COUNT_INTERVAL, FALSE, 0, 0, NULL, NULL, NULL,
     "call minutes of the month", "{minutes: 10..}"},
    {"test", "megabytes", FIELD_COUNT_INTERVAL, FALSE, 0, 0, NULL, NULL, NULL,
     "data used in the month", "{megabytes: 30..}"},
    {"test", "bill", FIELD_MONEY_INTERVAL, FALSE, 0, 0, NULL, NULL, NULL, "an amount of the bill",
     "{bill: 10.00.., base: cash}"},
    {"test", "base", FIELD_CHOICE, FALSE, 0, 0, bases, NULL, "billed",
     "which amount; with bill only", "{bill: 10.00.., base: billed-less-arrears}"},
    {"test", "no-arrears", FIELD_BOOLEAN, FALSE, 0, 0, NULL, NULL, NULL,
     "true: nothing of the bill is in arrears", "{no-arrears: true}"},

    LATER("clawback", "on", NULL, "the event: refund, cancel, suspend, port-out, fraud"),
    LATER("clawback", "within", NULL, "up to how many days or months after closing"),
    LATER("clawback", "days", NULL, "between which days after closing"),
    LATER("clawback", "months", NULL, "between which months after closing"),
    LATER("clawback", "take", NULL, "all, a share, or pro rata"),
    LATER("clawback", "not-counted", NULL, "days that are left out, such as suspended ones"),

    LATER("holdback", "share", NULL, "which share is kept back"),
    LATER("holdback", "days", NULL, "for how many days after closing"),

    LATER("ceiling", "window", NULL, "month, quarter or year"),
    LATER("ceiling", "amount", NULL, "the most in it"),

    LATER("split", "distributor", NULL, "its part"),
    LATER("split", "outlet", NULL, "its part"),
    LATER("split", "manager", NULL, "its part"),

    LATER("fraud-tolerance", "share", NULL, "of a month's lines"),
    LATER("fraud-tolerance", "count", NULL, "of a month's lines"),

    LATER("retry", "until", NULL, "the last month, N months"),

    {NULL, NULL, FIELD_TEXT, FALSE, 0, 0, NULL, NULL, NULL, NULL, NULL},
};

const SettleField *
settle_field_find(const char *section, const char *name)
{
    for (const SettleField *field = settle_fields; field->section != NULL; field++)
        if (strcmp(field->section, section) == 0 && strcmp(field->name, name) == 0)
            return field;
    return NULL;
}
