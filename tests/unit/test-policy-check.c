/* What the loader refuses or warns of, each with its code and place (rules/REFERENCE.md). */
#include "policy/load.h"

#include <glib.h>
#include <jansson.h>
#include <string.h>

/* In the documents of the table a ^ stands right before each place that a diagnostic must name; it
 * is taken out before the document is read. The codes are in the order of the places. */
#define TOP      "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\n"
#define HEAD     TOP "rules:\n"
#define GOOD     "- upfront: u\n  pay: 1.00\n"
#define UPFRONT  HEAD "- upfront: u\n  pay: 1.00\n"
#define SHARE    HEAD "- revenue-share: s\n  base: cash\n"
#define DEFERRED HEAD "- deferred: d\n  instalments:\n"
#define IF(condition)                                                                              \
    DEFERRED "  - after: 1 month\n    day: 30\n    pay: 1.00\n    if: [" condition "]\n"
#define VOLUME HEAD "- volume-bonus: v\n  window: month\n"

typedef struct {
    const char *name;
    const char *document;
    const char *codes;
} Case;

static const Case yaml[] = {
    {"nothing at all", "^", "P005"},
    {"only a comment", "# later\n^", "P005"},
    {"a list", "^- a\n", "P006"},
    {"a single value", "^policy\n", "P006"},
    {"a bracket too many", HEAD "- upfront: u\n  pay: ^]\n", "P001"},
    {"a bracket too few", HEAD "- upfront: u\n  for: {class: [a^}\n  pay: 1.00\n", "P001"},
    {"a tab to indent", HEAD "- upfront: u\n^\tpay: 1.00\n", "P001"},
    {"anchor", "policy: ^&a x\n", "P003"},
    {"anchor on a map", HEAD "- ^&a\n  upfront: u\n", "P003"},
    {"anchor on a list", TOP "rules: ^&a []\n", "P003"},
    {"alias", UPFRONT "  cap: ^*a\n", "P003"},
    {"alias as a key", UPFRONT "  ^*a : 1\n", "P003"},
    {"tag", "policy: ^!!str x\n", "P003"},
    {"tag of one's own", UPFRONT "  cap: ^!money 1.00\n", "P003"},
    {"merge", UPFRONT "  for: {^^<<: {class: a}}\n", "P003 P010"},
    {"merge among names", TOP "groups: {^<<: [a]}\nrules:\n" GOOD, "P003"},
    {"duplicate key", UPFRONT "  ^pay: 2.00\n", "P004"},
    {"duplicate key at the top", TOP "^currency: CNY\nrules:\n" GOOD, "P004"},
    {"duplicate key in braces", UPFRONT "  for: {class: a, ^class: b}\n", "P004"},
    {"duplicate key in other words", UPFRONT "  ^\"pay\": 2.00\n", "P004"},
    {"second document", UPFRONT "^---\npolicy: b\n", "P005"},
    {"second document, empty", UPFRONT "^---\n", "P005"},
    {"a list as a key", UPFRONT "  ? ^[a]\n  : b\n", "P006"},
    {"escaped NUL", "policy: ^\"a\\0b\"\n", "P007"},
    {"escaped NUL in a key", "^\"policy\\0\": a\n", "P007"},
    {"bell", "policy: a^\a\n", "P007"},
    {"no-break blank inside",
     "policy: ^a\xc2\xa0"
     "b\n",
     "P007"},
    {"zero-width inside",
     "policy: ^\"a\xe2\x80\x8b"
     "b\"\n",
     "P007"},
    {"delete", "policy: a^\x7f\n", "P007"},
    {"bad first byte", "policy: a^\xff\n", "P007"},
    {"bad byte behind wide characters", "policy: \xe4\xba\xa7\xe5\x93\x81^\xff\n", "P007"},
    {"bad byte on a later line", TOP "rules: \xc3^(\n", "P007"},
    {"overlong", "policy: ^\xc0\x80\n", "P007"},
    {"surrogate", "policy: ^\xed\xa0\x80\n", "P007"},
    {"beyond Unicode", "policy: ^\xf5\x80\x80\x80\n", "P007"},
};

static const Case keys[] = {
    {"unknown at the top", TOP "^colour: red\nrules:\n" GOOD, "P010"},
    {"unknown in a rule", UPFRONT "  ^colour: red\n", "P010"},
    {"of another kind", UPFRONT "  ^rate: 5%\n", "P010"},
    {"unknown in for", UPFRONT "  for: {^classs: [a]}\n", "P010"},
    {"unknown in tax", TOP "tax: {rate: 6%, ^includes: true}\nrules:\n" GOOD, "P010"},
    {"unknown in invoice", TOP "invoice: {^cut-of-day: 3}\nrules:\n" GOOD, "P010"},
    {"unknown in an instalment", DEFERRED "  - {after: 1 month, day: 1, pay: 1.00, ^cap: 1.00}\n",
     "P010"},
    {"unknown in a condition", IF("{month: 1, ^none: [{minutes: 1..}]}"), "P010"},
    {"unknown in a test", IF("{month: 1, any: [{^hours: 1..}]}"), "P010"},
    {"upper case", UPFRONT "  ^Cap: 1.00\n", "P010"},
    {"no name", "^carrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\nrules:\n" GOOD,
     "P011"},
    {"no carrier", "^policy: a\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\nrules:\n" GOOD,
     "P011"},
    {"no version", "^policy: a\ncarrier: C\nclosing: 2026-01-01..\ncurrency: CNY\nrules:\n" GOOD,
     "P011"},
    {"no closing", "^policy: a\ncarrier: C\nversion: 1\ncurrency: CNY\nrules:\n" GOOD, "P011"},
    {"no currency", "^policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\nrules:\n" GOOD,
     "P011"},
    {"no rules", "^" TOP, "P011"},
    {"nothing that must be", "^^^^^^rounding: down\n", "P011 P011 P011 P011 P011 P011"},
    {"tax without a rate", TOP "tax: ^{included: true}\nrules:\n" GOOD, "P011"},
    {"instalment without a day", DEFERRED "  - ^{after: 1 month, pay: 1.00}\n", "P011"},
    {"deferred without instalments", HEAD "- ^deferred: d\n", "P011"},
    {"share without months", HEAD "- ^revenue-share: s\n  base: cash\n  rate: 5%\n", "P011"},
    {"share without a base", HEAD "- ^revenue-share: s\n  months: 1..\n  rate: 5%\n", "P011"},
    {"volume without tiers", HEAD "- ^volume-bonus: v\n  window: month\n  mode: whole\n", "P011"},
    {"volume without a mode", HEAD "- ^volume-bonus: v\n  window: month\n  tiers: {1..: 1.00}\n",
     "P011"},
};

static const Case scalars[] = {
    {"empty value", UPFRONT "  cap:^\n", "P012"},
    {"empty text", UPFRONT "  group: ^\"\"\n", "P012"},
    {"tilde", UPFRONT "  cap: ^~\n", "P012"},
    {"null", UPFRONT "  group: ^null\n", "P012"},
    {"null in a list", UPFRONT "  for: {class: [a, ^~]}\n", "P012"},
    {"keys for a value", UPFRONT "  cap: ^{a: 1}\n", "P006"},
    {"a list for a value", UPFRONT "  cap: ^[1.00]\n", "P006"},
    {"a value for keys", UPFRONT "  for: ^sim\n", "P006"},
    {"a value for a list", TOP "rules: ^none\n", "P006"},
    {"a list in a list", UPFRONT "  for: {class: [^[a]]}\n", "P006"},
    {"a rule that is a word", HEAD "- ^upfront\n", "P006"},
    {"letters for money", UPFRONT "  cap: ^much\n", "P013"},
    {"currency with money", UPFRONT "  cap: ^CNY 1.00\n", "P013"},
    {"separator in money", UPFRONT "  cap: ^1,000.00\n", "P013"},
    {"underscore in money", UPFRONT "  cap: ^1_000.00\n", "P013"},
    {"exponent in money", UPFRONT "  cap: ^1e3\n", "P013"},
    {"not a number", UPFRONT "  cap: ^.nan\n", "P013"},
    {"no digit before the point", UPFRONT "  cap: ^.50\n", "P013"},
    {"no digit after the point", UPFRONT "  cap: ^1.\n", "P013"},
    {"leading zero of money", UPFRONT "  cap: ^010.00\n", "P013"},
    {"sign of money", UPFRONT "  cap: ^+1.00\n", "P013"},
    {"negative money", UPFRONT "  cap: ^-1.00\n", "P013"},
    {"too much money", UPFRONT "  cap: ^92233720368547758.08\n", "P013"},
    {"rate where an amount must be", UPFRONT "  cap: ^5%\n", "P013"},
    {"too many decimals", UPFRONT "  cap: ^1.001\n", "P014"},
    {"decimals that the yen lacks",
     "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: JPY\nrules:\n"
     "- upfront: u\n  pay: ^1.50\n",
     "P014"},
    {"rate without per cent", SHARE "  months: 1..\n  rate: ^5\n", "P015"},
    {"rate as a fraction", SHARE "  months: 1..\n  rate: ^0.05\n", "P015"},
    {"negative rate", SHARE "  months: 1..\n  rate: ^-5%\n", "P015"},
    {"rate with too many decimals", SHARE "  months: 1..\n  rate: ^1.12345678%\n", "P015"},
    {"rate with a blank", SHARE "  months: 1..\n  rate: ^5 %\n", "P015"},
    {"tax without per cent", TOP "tax: {rate: ^6}\nrules:\n" GOOD, "P015"},
    {"days with a leading zero", UPFRONT "  active-days: ^03\n", "P016"},
    {"days with a point", UPFRONT "  active-days: ^3.0\n", "P016"},
    {"negative days", UPFRONT "  active-days: ^-1\n", "P016"},
    {"minus nothing", UPFRONT "  active-days: ^-0\n", "P016"},
    {"hexadecimal days", UPFRONT "  active-days: ^0x3\n", "P016"},
    {"too many days", UPFRONT "  active-days: ^367\n", "P016"},
    {"cut-off day 0", TOP "invoice: {cut-off-day: ^0}\nrules:\n" GOOD, "P016"},
    {"cut-off day 32", TOP "invoice: {cut-off-day: ^32}\nrules:\n" GOOD, "P016"},
    {"eighth day of a week", TOP "invoice: {cycle: weekly, cut-off-day: ^8}\nrules:\n" GOOD,
     "P016"},
    {"due day 32", DEFERRED "  - {after: 1 month, day: ^32, pay: 1.00}\n", "P016"},
    {"months without the word", DEFERRED "  - {after: ^1, day: 1, pay: 1.00}\n", "P016"},
    {"days after", DEFERRED "  - {after: ^30 days, day: 1, pay: 1.00}\n", "P016"},
    {"contract months too far", SHARE "  months: ^5000..\n  rate: 5%\n", "P016"},
    {"yes for true", UPFRONT "  withheld: ^yes\n", "P017"},
    {"on for true", UPFRONT "  withheld: ^on\n", "P017"},
    {"True for true", UPFRONT "  withheld: ^True\n", "P017"},
    {"1 for true", UPFRONT "  withheld: ^1\n", "P017"},
    {"maybe", UPFRONT "  for: {first-order: ^maybe}\n", "P017"},
};

#define CLOSING(days)                                                                              \
    "policy: a\ncarrier: C\nversion: 1\nclosing: ^" days "\ncurrency: CNY\nrules:\n" GOOD
static const Case intervals[] = {
    {"closing without days", CLOSING(".."), "P018"},
    {"closing with a month", CLOSING("2026-01..2026-12"), "P018"},
    {"a day that is none", CLOSING("2026-02-30.."), "P018"},
    {"closing with one dot", CLOSING("2026-01-01.2026-02-01"), "P018"},
    {"closing that ends first", CLOSING("2026-12-31..2026-01-01"), "P021"},
    {"rounding up", TOP "rounding: ^up\nrules:\n" GOOD, "P019"},
    {"cycle", TOP "invoice: {cycle: ^yearly}\nrules:\n" GOOD, "P019"},
    {"base", HEAD "- revenue-share: s\n  base: ^net\n  months: 1..\n  rate: 5%\n", "P019"},
    {"window", HEAD "- volume-bonus: v\n  window: ^week\n  mode: whole\n  tiers: {1..: 1.00}\n",
     "P019"},
    {"choice in upper case", TOP "rounding: ^Down\nrules:\n" GOOD, "P019"},
    {"only dots", UPFRONT "  for: {quantity: ^..}\n", "P020"},
    {"three dots", UPFRONT "  for: {quantity: ^1...3}\n", "P020"},
    {"a dash", UPFRONT "  for: {quantity: ^1-3}\n", "P020"},
    {"blanks inside", UPFRONT "  for: {quantity: ^1 .. 3}\n", "P020"},
    {"two intervals", UPFRONT "  for: {quantity: ^1..2..3}\n", "P020"},
    {"decimals of a quantity", UPFRONT "  for: {quantity: ^1.5..3}\n", "P020"},
    {"from below zero", UPFRONT "  for: {quantity: ^-2..3}\n", "P020"},
    {"up to below zero", UPFRONT "  for: {quantity: ^..-3}\n", "P020"},
    {"interval with too many decimals", UPFRONT "  for: {amount: ^1.001..}\n", "P014"},
    {"interval that ends first", UPFRONT "  for: {quantity: ^5..1}\n", "P021"},
    {"amounts that end first", UPFRONT "  for: {amount: ^2.00..1.99}\n", "P021"},
    {"each-month that ends first", IF("{each-month: ^3..1}"), "P021"},
    {"empty list", UPFRONT "  for: {class: ^[]}\n", "P022"},
    {"no instalments", HEAD "- deferred: d\n  instalments: ^[]\n", "P022"},
    {"no bands", HEAD "- upfront: u\n  by-amount: ^{}\n", "P022"},
    {"no conditions", UPFRONT "  if: ^[]\n", "P022"},
    {"groups that are no map, named by a rule",
     TOP "groups: ^D2\nrules:\n" GOOD "  for: {distributor-group: south}\n", "P006"},
    {"empty group", TOP "groups: {south: ^[]}\nrules:\n" GOOD, "P022"},
    {"no such currency",
     "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: ^RMB\nrules:\n" GOOD,
     "P023"},
    {"currency in lower case",
     "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: ^cny\nrules:\n" GOOD,
     "P023"},
};

static const Case rules[] = {
    {"no kind", HEAD "- ^pay: 1.00\n", "P030"},
    {"misspelt kind", HEAD "- ^upfornt: u\n  pay: 1.00\n", "P030"},
    {"two kinds", HEAD "- ^upfront: u\n  deferred: d\n", "P031"},
    {"same name twice", UPFRONT "- upfront: ^u\n  pay: 2.00\n  group: g\n", "P032"},
    {"same name, other kind",
     UPFRONT "- revenue-share: ^u\n  base: cash\n  months: 1..\n"
             "  rate: 5%\n",
     "P032"},
    {"empty list of rules", TOP "rules: ^[]\n", "P033"},
    {"upfront pays nothing", HEAD "- ^upfront: u\n", "P034"},
    {"upfront pays twice", HEAD "- ^upfront: u\n  pay: 1.00\n  by-amount: {1.00..: 1.00}\n",
     "P034"},
    {"instalment pays nothing", DEFERRED "  - ^{after: 1 month, day: 1}\n", "P034"},
    {"instalment pays twice",
     DEFERRED
     "  - ^{after: 1 month, day: 1, pay: 1.00, by-bill: {month: 1, bands: {1.00..: 1.00}}}\n",
     "P034"},
    {"share pays nothing", HEAD "- ^revenue-share: s\n  base: cash\n  months: 1..\n", "P034"},
    {"share pays twice",
     HEAD "- ^revenue-share: s\n  base: cash\n  months: 1..\n  rate: 1%\n  by-month: {1..: 2%}\n",
     "P034"},
    {"bands overlap", HEAD "- upfront: u\n  by-amount: {1.00..5.00: 1.00, ^5.00..: 2.00}\n",
     "P035"},
    {"an open band overlaps", HEAD "- upfront: u\n  by-amount: {1.00..: 1.00, ^5.00..: 2.00}\n",
     "P035"},
    {"bands by size overlap", SHARE "  months: 1..\n  by-size: {..9.99: 1%, ^9.99..: 2%}\n",
     "P035"},
    {"bands by month overlap", SHARE "  months: 1..9\n  by-month: {1..6: 1%, ^6..9: 2%}\n", "P035"},
    {"bands out of order", HEAD "- upfront: u\n  by-amount: {5.00..: 1.00, ^1.00..4.99: 2.00}\n",
     "P044"},
    {"band that pays no amount", HEAD "- upfront: u\n  by-amount: {1.00..: ^much}\n", "P013"},
    {"floor above cap", UPFRONT "  floor: ^5.00\n  cap: 4.99\n", "P038"},
    {"no such group", UPFRONT "  for: {distributor-group: [^north]}\n", "P040"},
    {"no such group, among some",
     TOP "groups: {south: [D1]}\nrules:\n" GOOD "  for: {distributor-group: [south, ^north]}\n",
     "P040"},
    {"condition without a month", IF("^{any: [{minutes: 1..}]}"), "P041"},
    {"condition with both", IF("^{month: 1, each-month: 1..2}"), "P041"},
    {"any and all", IF("^{month: 1, any: [{minutes: 1..}], all: [{minutes: 1..}]}"), "P041"},
    {"months without an end", IF("{each-month: ^1..}"), "P041"},
    {"test of two things", IF("{month: 1, any: [^{minutes: 1.., megabytes: 3..}]}"), "P042"},
    {"test of nothing", IF("{month: 1, any: [^{base: cash}]}"), "P042"},
    {"base without bill", IF("{month: 1, any: [^{minutes: 1.., base: cash}]}"), "P042"},
    {"no-arrears: false", IF("{month: 1, all: [^{no-arrears: false}]}"), "P042"},
    {"cut-off day of days", TOP "invoice: {cycle: daily, cut-off-day: ^1}\nrules:\n" GOOD, "P045"},
    {"cut-off day of none", TOP "invoice: {cycle: none, cut-off-day: ^1}\nrules:\n" GOOD, "P045"},
    {"clawback that cannot be", UPFRONT "  clawback: [{on: cancel, ^withn: 90 days}]\n", "P010"},
    {"months together without a test", IF("^{months-together: 1..2}"), "P041"},
    {"condition of both kinds of months", IF("^{month: 1, months-together: 1..2}"), "P041"},
    {"so-far of an upfront", UPFRONT "  if: [{each-month: ^so-far}]\n", "P047"},
    {"more months than there were", IF("{each-month: ^last 2}"), "P047"},
    {"last of nothing", IF("{each-month: ^last 0}"), "P020"},
    {"last of words", IF("{each-month: ^last few}"), "P020"},
    {"a word that is no condition", IF("^activ"), "P019"},
    {"retry before it falls due",
     DEFERRED "  - {after: 3 months, day: 1, pay: 1.00, retry-until: ^3 months}\n", "P049"},
    {"pro-rata of what", UPFRONT "  clawback: [{on: cancel, take: ^pro-rata}]\n", "P050"},
    {"refunded part of a cancellation",
     UPFRONT "  clawback: [{on: [cancel, refund], take: ^refunded-part}]\n", "P051"},
    {"more than was posted", UPFRONT "  clawback: [{on: cancel, take: ^^150%}]\n", "P102 P052"},
    {"fraud is not named", UPFRONT "  clawback: [{on: ^fraud}]\n", "P019"},
    {"no event", UPFRONT "  clawback: [^{take: all}]\n", "P011"},
    {"events of nothing", UPFRONT "  clawback: [{on: ^[]}]\n", "P022"},
    {"within and days", UPFRONT "  clawback: [^{on: cancel, within: 9 days, days: 1..2}]\n",
     "P034"},
    {"within weeks", UPFRONT "  clawback: [{on: cancel, within: ^9 weeks}]\n", "P016"},
    {"take what", UPFRONT "  clawback: [{on: cancel, take: ^some}]\n", "P019"},
    {"clawback of a bonus", VOLUME "  mode: whole\n  tiers: {1..: 1.00}\n  ^clawback: []\n",
     "P010"},
    {"hold back more than all", UPFRONT "  holdback: {share: ^^101%, days: 1}\n", "P102 P052"},
    {"holdback without days", UPFRONT "  holdback: ^{share: 1%}\n", "P011"},
    {"split into nothing", UPFRONT "  split: ^{outlet: 0}\n", "P053"},
    {"split by rates", UPFRONT "  split: {outlet: ^20%}\n", "P016"},
    {"tolerance of a rule", UPFRONT "  ^fraud-tolerance: {share: 1%}\n", "P010"},
    {"port-out does what", TOP "on-port-out: ^nothing\nrules:\n" GOOD, "P019"},
    {"interval of too many decimals", UPFRONT "  for: {amount: ^1.005..}\n", "P014"},
    {"interval of too many decimals at its end", UPFRONT "  for: {amount: ^..1.005}\n", "P014"},
    {"pay-when-paid with keys", UPFRONT "  pay-when-paid: ^{a: 1}\n", "P006"},
};

#define EXAMPLE(rest)                                                                              \
    UPFRONT "examples:\n- example: e\n  order: {closed: 2026-03-01, paid: 1.00}\n" rest
static const Case examples[] = {
    {"without a name",
     UPFRONT "examples:\n- ^order: {closed: 2026-03-01, paid: 1.00}\n  earns: {}\n", "P011"},
    {"without an order", UPFRONT "examples:\n- ^example: e\n  earns: {u: 1.00}\n", "P011"},
    {"without a result",
     UPFRONT "examples:\n- ^example: e\n  order: {closed: 2026-03-01, paid: 1.00}\n", "P011"},
    {"of a rule that is not there", EXAMPLE("  earns: {^w: 1.00}\n"), "P048"},
    {"of no amount", EXAMPLE("  earns: {u: ^much}\n"), "P013"},
    {"by month of no amount", EXAMPLE("  earns: {u: {1..2: ^much}}\n"), "P013"},
    {"by month that is none", EXAMPLE("  earns: {u: {^x: 1.00}}\n"), "P020"},
    {"window of no bonus", EXAMPLE("  window: {^u: 3}\n  earns: {u: 1.00}\n"), "P048"},
    {"window of no rule", EXAMPLE("  window: {^w: 3}\n  earns: {u: 1.00}\n"), "P048"},
    {"as of no day", EXAMPLE("  as-of: ^2026-02-29\n  earns: {u: 1.00}\n"), "P018"},
    {"bill without a month", EXAMPLE("  bills: [^{billed: 1.00}]\n  earns: {u: 1.00}\n"), "P011"},
    {"bill of too many months",
     EXAMPLE("  bills: [{month: ^0.., billed: 1.00}]\n  earns: {u: 1.00}\n"), "P016"},
    {"event that is none",
     EXAMPLE("  events: [{event: ^dies, on: 2026-04-01}]\n  earns: {u: 1.00}\n"), "P019"},
    {"closed before the policy",
     UPFRONT
     "examples:\n- example: e\n  order: {closed: ^2025-12-31, paid: 1.00}\n  earns: {u: 1.00}\n",
     "P054"},
    {"closed at no time",
     UPFRONT
     "examples:\n- example: e\n  order: {closed: ^yesterday, paid: 1.00}\n  earns: {u: 1.00}\n",
     "P018"},
};

static const Case tiers[] = {
    {"closed at the end", VOLUME "  mode: whole\n  tiers: {^1..9: 1.00}\n", "P039"},
    {"gap", VOLUME "  mode: whole\n  tiers: {1..9: 1.00, ^11..: 2.00}\n", "P036"},
    {"overlap", VOLUME "  mode: whole\n  tiers: {1..9: 1.00, ^9..: 2.00}\n", "P035"},
    {"out of order", VOLUME "  mode: whole\n  tiers: {10..: 2.00, ^1..9: 1.00}\n", "P044"},
    {"without a start", VOLUME "  mode: whole\n  tiers: {^..9: 1.00, 10..: 2.00}\n", "P036"},
    {"from nothing", VOLUME "  mode: whole\n  tiers: {^0..: 1.00}\n", "P036"},
    {"rate on a count", VOLUME "  mode: whole\n  tiers: {1..: ^5%}\n", "P037"},
    {"rate on units", VOLUME "  measure: units\n  mode: marginal\n  tiers: {1..: ^5%}\n", "P037"},
    {"sum on an amount", VOLUME "  measure: amount\n  mode: whole\n  tiers: {1.00..: ^5.00}\n",
     "P037"},
    {"rate as a lump", VOLUME "  mode: lump\n  tiers: {1..: ^5%}\n", "P037"},
    {"rate as a lump on amounts",
     VOLUME "  measure: amount\n  mode: lump\n  tiers: {1.00..: ^5%}\n", "P037"},
    {"higher-tiers without lump",
     VOLUME "  mode: whole\n  higher-tiers: ^add\n  tiers: {1..: 5.00}\n", "P045"},
    {"decimals of a count", VOLUME "  mode: whole\n  tiers: {^1.50..: 5.00}\n", "P020"},
    {"each on its own", VOLUME "  mode: whole\n  tiers: {1..9: ^1%, ^^11..20: ^2%}\n",
     "P037 P036 P039 P037"},
};

static const Case warnings[] = {
    {"covered by one for all", UPFRONT "- ^upfront: v\n  pay: 2.00\n  for: {class: [a]}\n", "P101"},
    {"covered by a wider one",
     UPFRONT "  for: {class: [a, b], amount: 1.00..}\n"
             "- ^upfront: v\n  pay: 2.00\n  for: {class: [b], amount: 2.00..3.00}\n",
     "P101"},
    {"not covered: other class",
     UPFRONT "  for: {class: [a]}\n- upfront: v\n  pay: 2.00\n  for: {class: [a, b]}\n", ""},
    {"not covered: wider amount",
     UPFRONT "  for: {amount: 2.00..}\n- upfront: v\n  pay: 2.00\n  for: {amount: 1.00..}\n", ""},
    {"not covered: other group", UPFRONT "- upfront: v\n  pay: 2.00\n  group: g\n", ""},
    {"not covered: other kind",
     UPFRONT "- revenue-share: v\n  base: cash\n  months: 1..\n"
             "  rate: 5%\n",
     ""},
    {"not covered: first orders only",
     UPFRONT "  for: {first-order: true}\n- upfront: v\n  pay: 2.00\n", ""},
    {"more than the whole", SHARE "  months: 1..\n  rate: ^100.1%\n", "P102"},
    {"floor at the cap", UPFRONT "  floor: 5.00\n  cap: 5.00\n", ""},
    {"the whole", SHARE "  months: 1..\n  rate: 100%\n", ""},
    {"band outside of months", SHARE "  months: 4..6\n  by-month: ^{4..6: 5%, 7..9: 3%}\n", "P103"},
    {"gap by month", SHARE "  months: 1..9\n  by-month: {1..3: 5%, ^5..9: 3%}\n", "P104"},
    {"gap by amount", HEAD "- upfront: u\n  by-amount: {1.00..2.00: 1.00, ^3.00..: 2.00}\n",
     "P104"},
    {"a table of single fees has no gaps",
     HEAD "- upfront: u\n  by-amount: {19.00: 1.00, 29.00: 2.00}\n", ""},
    {"withheld, tax on top",
     TOP "tax: {rate: 6%, included: false}\nrules:\n" GOOD "  withheld: true\n", ""},
    {"nobody in both lists",
     TOP "groups: {south: [D1]}\nrules:\n" GOOD
         "  for: {distributor: [D2], distributor-group: ^[south]}\n",
     "P105"},
    {"byte order mark", "\xef\xbb\xbf" UPFRONT, ""},
    {"line ends of another system",
     "policy: a\r\ncarrier: C\r\nversion: 1\r\nclosing: 2026-01-01..\r\n"
     "currency: CNY\r\nrules:\r\n- upfront: u\r\n  pay: 1.00\r\n  ^x: 1\r\n",
     "P010"},
    {"columns are characters", UPFRONT "  for: {class: [\xe5\x8d\xa1], ^x: 1}\n", "P010"},
};

/* All of them at once: what is wrong here hides nothing there. */
static const Case many[] = {
    {"values and sense, in one pass",
     "policy: a\ncarrier: ^~\n"
     "version: 1\nclosing: 2026-01-01..\ncurrency: CNY\nrounding: ^up\ntax: {rate: ^6}\nrules:\n"
     "- upfront: u\n  pay: 1.00\n  floor: ^5.00\n  cap: 2.00\n"
     "- upfront: u\n  ^pya: 3\n"
     "- deferred: w\n  instalments: [^{after: 1 month, day: 1}]\n"
     "- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..5: 1.00, ^10..: 2.00}\n",
     "P012 P019 P015 P038 P010 P034 P036"},
};

/* "CODE LINE:COLUMN" of each diagnostic, as the table promises it. */
static char *
promised(const Case *row, GString *document)
{
    g_auto(GStrv) codes = g_strsplit(row->codes, " ", 0);
    g_autoptr(GString) out = g_string_new(NULL);
    guint line = 1, column = 1, n = 0;

    for (const char *c = row->document; *c != '\0'; c++) {
        if (*c == '^') {
            g_assert_nonnull(codes[n]);
            g_string_append_printf(out, "%s %u:%u\n", codes[n++], line, column);
            continue;
        }
        g_string_append_c(document, *c);
        if (*c == '\n') {
            line++;
            column = 1;
        } else if (((guchar) *c & 0xC0) != 0x80 && !g_str_has_prefix(c, "\xef\xbb\xbf")) {
            column++;
        }
    }
    /* as many places as codes */
    g_assert_cmpuint(n, ==, row->codes[0] == '\0' ? 0 : g_strv_length(codes));
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

/* What holds for every diagnostic, whatever it is about. */
static void
check_manners(const SettleDiagnostics *diagnostics, gboolean has_policy)
{
    g_autofree char *reference = settle_policy_reference();
    guint n_errors = 0;

    for (guint i = 0; i < diagnostics->items->len; i++) {
        const SettleDiagnostic *item = g_ptr_array_index(diagnostics->items, i);
        g_autofree char *entry = g_strdup_printf("| `%s` |", item->code);
        gboolean is_error = item->severity == SETTLE_SEVERITY_ERROR;

        n_errors += is_error;
        g_assert_cmpint(item->code[1] == '0', ==, is_error);
        g_assert_nonnull(strstr(reference, entry));
        g_assert_cmpuint(item->width, >=, 1);
        g_assert_false(g_str_has_suffix(item->message, "."));
        g_assert_false(g_ascii_isupper(item->message[0]));
        g_assert_cmpint(item->message[0], !=, '\0');
        g_assert_true(g_utf8_validate(item->message, -1, NULL));
    }
    g_assert_cmpuint(diagnostics->n_errors, ==, n_errors);
    g_assert_cmpuint(diagnostics->n_warnings + diagnostics->n_notes, ==,
                     diagnostics->items->len - n_errors);
    g_assert_cmpint(has_policy, ==, n_errors == 0);
}

static void
test_case(gconstpointer data)
{
    const Case *row = data;
    g_autoptr(GString) document = g_string_new(NULL);
    g_autofree char *expected = promised(row, document);
    g_autoptr(SettleDiagnostics) diagnostics = NULL;
    g_autoptr(SettlePolicy) policy = NULL;
    g_autofree char *actual = NULL;

    diagnostics = settle_policy_load(document->str, document->len, &policy);
    actual = found(diagnostics);
    g_assert_cmpstr(actual, ==, expected);
    check_manners(diagnostics, policy != NULL);
}

/* --- words, carets, hints --------------------------------------------------------------------- */

static const struct {
    const char *document, *printed;
} printed[] = {
    {UPFRONT "  for: {classs: [a]}\n", "f:9:9: error: for has no \"classs\" [P010]\n"
                                       "      for: {classs: [a]}\n"
                                       "            ^~~~~~\n"
                                       "    hint: did you mean \"class\"\n"},
    {TOP "rounding: half_up\nrules:\n" GOOD,
     "f:6:11: error: rounding is one of half-up, half-even, down, not \"half_up\" [P019]\n"
     "    rounding: half_up\n"
     "              ^~~~~~~\n"
     "    hint: did you mean \"half-up\"\n"},
    {HEAD "- upfornt: u\n",
     "f:7:3: error: a rule says its kind: upfront, deferred, revenue-share or volume-bonus [P030]\n"
     "    - upfornt: u\n"
     "      ^\n"
     "    hint: did you mean \"upfront: ...\"\n"},
    {VOLUME "  mode: whole\n  tiers: {100..299: 5.00, 500..: 10.00}\n",
     "f:10:27: error: 300..499 lies in no tier: \"500..\" comes after \"100..299\" [P036]\n"
     "      tiers: {100..299: 5.00, 500..: 10.00}\n"
     "                              ^~~~~\n"},
    {VOLUME "  mode: whole\n  measure: amount\n  tiers: {1.00..2.00: 5%, 3.00..: 6%}\n",
     "f:11:27: error: 2.01..2.99 lies in no tier: \"3.00..\" comes after \"1.00..2.00\" [P036]\n"
     "      tiers: {1.00..2.00: 5%, 3.00..: 6%}\n"
     "                              ^~~~~~\n"},
    {VOLUME "  mode: whole\n  tiers: {100..299: 5.00}\n",
     "f:10:11: error: nothing is said of what lies above \"100..299\" [P039]\n"
     "      tiers: {100..299: 5.00}\n"
     "              ^~~~~~~~\n"
     "    hint: leave its end open, like 800..\n"},
    /* wide characters take two columns of a terminal */
    {UPFRONT "  for: {class: [\xe5\x8d\xa1], x: 1}\n", "f:9:21: error: for has no \"x\" [P010]\n"
                                                       "      for: {class: [\xe5\x8d\xa1], x: 1}\n"
                                                       "                         ^\n"},
    {"\xef\xbb\xbfxx: 1\n" UPFRONT, "f:1:1: error: a policy has no \"xx\" [P010]\n"
                                    "    xx: 1\n"
                                    "    ^~\n"},
    /* a line that is no text is not shown */
    {"policy: \xff\n",
     "f:1:9: error: the text is not valid here: invalid leading UTF-8 octet [P007]\n"
     "    hint: save the file as UTF-8\n"},
};

static void
test_printed(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(printed); i++) {
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(GString) out = g_string_new(NULL);
        size_t length = strlen(printed[i].document);
        g_autoptr(SettleDiagnostics) diagnostics =
            settle_policy_load(printed[i].document, length, &policy);

        g_assert_cmpuint(diagnostics->items->len, ==, 1);
        if (diagnostics->items->len > 0)
            settle_diagnostic_print(g_ptr_array_index(diagnostics->items, 0), "f",
                                    printed[i].document, length, out);
        g_assert_cmpstr(out->str, ==, printed[i].printed);
    }
}

/* --- hostile -----------------------------------------------------------------------------------
 */

/* Loads it, expects one fatal error, or any if code is NULL. */
static void
refuse(GString *document, const char *code)
{
    g_autoptr(SettlePolicy) policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics =
        settle_policy_load(document->str, document->len, &policy);
    const SettleDiagnostic *last =
        g_ptr_array_index(diagnostics->items, diagnostics->items->len - 1);

    g_assert_null(policy);
    g_assert_cmpuint(diagnostics->n_errors, >=, 1);
    if (code != NULL)
        g_assert_cmpstr(last->code, ==, code);
}

static void
append(GString *document, const char *text, guint times)
{
    for (guint i = 0; i < times; i++)
        g_string_append(document, text);
}

static void
test_deep(void)
{
    static const char *const levels[] = {"[", "{a: ", "- "};

    for (guint i = 0; i < G_N_ELEMENTS(levels); i++) {
        g_autoptr(GString) document = g_string_new(UPFRONT "  for:\n    ");

        append(document, levels[i], 100000);
        refuse(document, "P002");
    }
}

/* 32 levels are read, the next one is not: the scalar inside is one of them. */
static void
test_depth_limit(void)
{
    for (guint n = 30; n <= 31; n++) {
        g_autoptr(GString) document = g_string_new("policy: ");

        append(document, "[", n);
        g_string_append_c(document, 'a');
        append(document, "]", n);
        refuse(document, n == 30 ? "P006" : "P002");
    }
}

static void
test_large(void)
{
    const gsize most = 4 << 20;

    for (gsize over = 0; over <= 1; over++) {
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics = NULL;
        g_autoptr(GString) document = g_string_new(UPFRONT "#");

        while (document->len < most + over)
            g_string_append_c(document, 'x');
        diagnostics = settle_policy_load(document->str, document->len, &policy);
        g_assert_cmpint(policy != NULL, ==, over == 0);
        if (over == 1)
            g_assert_cmpstr(((SettleDiagnostic *) g_ptr_array_index(diagnostics->items, 0))->code,
                            ==, "P002");
    }
}

/* 63 instalments of a rule, 64 attempts of an instalment: both fit into the item of a slot. */
static void
test_many_instalments(void)
{
    for (guint n = 62; n <= 63; n++) {
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics = NULL;
        g_autoptr(GString) document =
            g_string_new(DEFERRED "  - {after: 1 months, day: 1, pay: 1.00, "
                                  "retry-until: 64 months}\n");

        append(document, "  - {after: 2 months, day: 1, pay: 1.00}\n", n);
        if (n == 63) {
            refuse(document, "P002");
            continue;
        }
        diagnostics = settle_policy_load(document->str, document->len, &policy);
        g_assert_nonnull(policy);
        g_assert_cmpuint(policy->rules[0].deferred.n_instalments, ==, 63);
        g_assert_cmpint(settle_instalment_attempts(policy->rules[0].deferred.instalments), ==, 64);
        g_string_truncate(document, 0);
        g_string_append(document, DEFERRED "  - {after: 1 months, day: 1, pay: 1.00, "
                                           "retry-until: 65 months}\n");
        refuse(document, "P002");
    }
}

static void
test_many_values(void)
{
    g_autoptr(GString) document = g_string_new(UPFRONT "  for: {class: [");

    append(document, "a,", 200001);
    g_string_append(document, "a]}\n");
    refuse(document, "P002");
}

static void
test_many_rules(void)
{
    for (guint n = 4095; n <= 4096; n++) {
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics = NULL;
        g_autoptr(GString) document = g_string_new(HEAD);

        for (guint i = 0; i < n; i++)
            g_string_append_printf(document, "- {upfront: u%u, group: g%u, pay: 1.00}\n", i, i);
        diagnostics = settle_policy_load(document->str, document->len, &policy);
        if (n == 4095) {
            g_assert_nonnull(policy);
            g_assert_cmpuint(policy->n_rules, ==, 4095);
        } else {
            refuse(document, "P043");
        }
    }
}

/* Errors are counted to the end, and told until nobody reads on. */
static void
test_many_errors(void)
{
    g_autoptr(SettlePolicy) policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics = NULL;
    g_autoptr(GString) document = g_string_new(UPFRONT);

    for (guint i = 0; i < 60000; i++)
        g_string_append_printf(document, "  k%u: 1\n", i);
    diagnostics = settle_policy_load(document->str, document->len, &policy);
    g_assert_null(policy);
    g_assert_cmpuint(diagnostics->n_errors, ==, 60000);
    g_assert_cmpuint(diagnostics->items->len, ==, 200);
}

static void
test_nul(void)
{
    static const char document[] = TOP "rules:\n- upfront: u\n  pay: 1.00\0\n";
    g_autoptr(GString) text = g_string_new_len(document, sizeof document - 1);
    g_autoptr(SettlePolicy) policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics = settle_policy_load(text->str, text->len, &policy);
    g_autofree char *actual = found(diagnostics);

    g_assert_cmpstr(actual, ==, "P007 8:12\n");
    g_assert_null(policy);
}

/* Every beginning of a good document is either good or refused, and nothing is read beyond it. */
static void
test_cut_off(void)
{
    static const char document[] = TOP "tax: {rate: 6%, included: true}\nrules:\n" GOOD
                                       "  for: {class: [\xe5\x8d\xa1], amount: 1.00..}\n";

    for (size_t n = 0; n < sizeof document; n++) {
        g_autofree char *exact = g_memdup2(document, n);
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics =
            settle_policy_load(exact != NULL ? exact : "", n, &policy);

        check_manners(diagnostics, policy != NULL);
    }
}

static void
add(const char *group, const Case *rows, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/policy-check/%s/%s", group, rows[i].name);

        g_test_add_data_func(path, &rows[i], test_case);
    }
}

/* The documents of the table that have errors, as JSON: for validators that are not ours. */
static void
print_documents(void)
{
    const struct {
        const Case *rows;
        guint n;
    } tables[] = {
        {yaml, G_N_ELEMENTS(yaml)},         {keys, G_N_ELEMENTS(keys)},
        {scalars, G_N_ELEMENTS(scalars)},   {intervals, G_N_ELEMENTS(intervals)},
        {rules, G_N_ELEMENTS(rules)},       {tiers, G_N_ELEMENTS(tiers)},
        {examples, G_N_ELEMENTS(examples)},
    };
    json_t *list = json_array();

    for (guint t = 0; t < G_N_ELEMENTS(tables); t++) {
        for (guint i = 0; i < tables[t].n; i++) {
            g_autoptr(GString) document = g_string_new(NULL);
            g_autofree char *codes = promised(&tables[t].rows[i], document);

            if (strstr(codes, "P0") != NULL && g_utf8_validate(document->str, -1, NULL))
                json_array_append_new(list, json_string(document->str));
        }
    }
    json_dumpf(list, stdout, 0);
    json_decref(list);
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--documents") == 0) {
        print_documents();
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    add("yaml", yaml, G_N_ELEMENTS(yaml));
    add("keys", keys, G_N_ELEMENTS(keys));
    add("scalars", scalars, G_N_ELEMENTS(scalars));
    add("intervals", intervals, G_N_ELEMENTS(intervals));
    add("rules", rules, G_N_ELEMENTS(rules));
    add("tiers", tiers, G_N_ELEMENTS(tiers));
    add("examples", examples, G_N_ELEMENTS(examples));
    add("warnings", warnings, G_N_ELEMENTS(warnings));
    add("many", many, G_N_ELEMENTS(many));
    g_test_add_func("/policy-check/printed", test_printed);
    g_test_add_func("/policy-check/hostile/deep", test_deep);
    g_test_add_func("/policy-check/hostile/depth-limit", test_depth_limit);
    g_test_add_func("/policy-check/hostile/large", test_large);
    g_test_add_func("/policy-check/hostile/many-instalments", test_many_instalments);
    g_test_add_func("/policy-check/hostile/many-values", test_many_values);
    g_test_add_func("/policy-check/hostile/many-rules", test_many_rules);
    g_test_add_func("/policy-check/hostile/many-errors", test_many_errors);
    g_test_add_func("/policy-check/hostile/nul", test_nul);
    g_test_add_func("/policy-check/hostile/cut-off", test_cut_off);
    return g_test_run();
}
