/* All diagnostics of the policy language: code, severity, short text and explanation, in one
 * table. */
#include "policy/fields.h"

#include <string.h>

/* Codes are stable: one that is no longer used is not given to anything else. P0: errors; P1:
 * warnings; P2: notes. */

/* Where the lines of bad and good stand: a test puts them there. */
#define WITHOUT_RULES                                                                              \
    "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..2026-12-31\ncurrency: CNY\n"
#define IN_POLICY   WITHOUT_RULES "@\nrules: [{upfront: activation, pay: 40.00}]\n"
#define IN_RULES    WITHOUT_RULES "groups: {south: [D001, D002]}\nrules:\n@\n"
#define AS_RULES    WITHOUT_RULES "@\n"
#define IN_EXAMPLES WITHOUT_RULES "rules: [{upfront: activation, pay: 40.00}]\nexamples:\n@\n"
#define VOLUME      "rules: [{volume-bonus: v, window: month, mode: marginal, tiers: {1..: 5}}]\n"
#define AS_DAYS     "policy: a\ncarrier: C\nversion: 1\n@\ncurrency: CNY\n" VOLUME
#define AS_CURRENCY                                                                                \
    "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\n@\nrules: [{upfront: a, pay: 1}]\n"

const SettlePolicyCode settle_policy_codes[] = {
    {.code = "P001",
     .about = "the file is not well-formed YAML",
     .explain = "Nothing of the file is read, so nothing is settled by it. Mostly a bracket or "
                "quote is not closed, or a line is not indented like those beside it.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00",
     .good = "- {upfront: activation, pay: 40.00}"},
    {.code = "P002",
     .about = "the file is too large, has too many values, or nests them too deep",
     .explain = "A policy has at most 4 MiB and 200,000 values, a rule 63 instalments, and an "
                "instalment 64 attempts. What large tables say goes into bands or classes; master "
                "data goes into the import, not into the policy."},
    {.code = "P003",
     .about = "anchors, aliases, tags and merges are not part of the language",
     .explain = "These YAML features let one place of a file change what another one says. A "
                "policy says each amount where it applies, so that two people read the same "
                "contract in it. Write the value out.",
     .around = IN_RULES,
     .bad = "- &a {upfront: activation, pay: 40.00}",
     .good = "- {upfront: activation, pay: 40.00}"},
    {.code = "P004",
     .about = "a key is given twice",
     .explain = "Other programs would take one of the two and drop the other without a word; which "
                "one is paid must not be a guess. Delete one.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, pay: 50.00}",
     .good = "- {upfront: activation, pay: 40.00}"},
    {.code = "P005",
     .about = "there is no document, or a second one",
     .explain = "A file is one policy of one carrier. Put each version into a file of its own.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00}\n---",
     .good = "- {upfront: activation, pay: 40.00}"},
    {.code = "P006",
     .about = "a value of another shape is wanted: a single value, keys with values, or a list",
     .explain =
         "What stands here cannot be read as what the key takes. The message says which shape is "
         "wanted: a single value, keys with values in braces, or a list in brackets.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, for: sim}",
     .good = "- {upfront: activation, pay: 40.00, for: {class: sim}}"},
    {.code = "P007",
     .about =
         "a character that cannot be there: bad UTF-8, a control character, one that nobody sees",
     .explain = "Codes with invisible or broken characters would never be those of an order, and "
                "their orders would earn nothing. Save the file as UTF-8 and type the word anew."},
    {.code = "P010",
     .about = "a key that is not part of the language",
     .explain = "Nothing is ignored: a misspelt cap would be no cap, and too much would be paid. "
                "The hint names the key that was probably meant.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pya: 40.00}",
     .good = "- {upfront: activation, pay: 40.00}"},
    {.code = "P011",
     .about = "a key is missing",
     .explain = "Without it the rule does not say what is owed, or when, and no default would be "
                "right for every contract. The message says what the key means.",
     .around = IN_RULES,
     .bad = "- {deferred: quality}",
     .good = "- {deferred: quality, instalments: [{after: 1 month, day: 10, pay: 5.00}]}"},
    {.code = "P012",
     .about = "a value is missing, or too long",
     .explain = "A key without a value says nothing; leave the key out if it does not matter. "
                "Texts have at most 200 bytes.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, group: \"\"}",
     .good = "- {upfront: activation, pay: 40.00, group: accessories}"},
    {.code = "P013",
     .about = "not an amount, or one out of range",
     .explain =
         "Amounts are digits with a point, without sign, separators or currency: 1000.00. What "
         "could be read in two ways is not guessed, because money would follow the guess.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: CNY 40.00}",
     .good = "- {upfront: activation, pay: 40.00}"},
    {.code = "P014",
     .about = "an amount with more decimals than the currency has",
     .explain = "Nobody can pay half a cent, and rounding it here would change every order. A "
                "share smaller than the smallest coin is written as a rate.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 1.005}",
     .good = "- {upfront: activation, pay: 1.00}"},
    {.code = "P015",
     .about = "not a rate",
     .explain = "Rates are written with a per cent sign and at most 7 decimals, so that 5 and 0.05 "
                "cannot be taken for each other.",
     .around = IN_RULES,
     .bad = "- {revenue-share: bills, base: cash, months: 1..12, rate: 0.05}",
     .good = "- {revenue-share: bills, base: cash, months: 1..12, rate: 5%}"},
    {.code = "P016",
     .about = "a whole number that is not one, or is out of its range",
     .explain = "Days, months and parts are whole numbers without signs and leading zeros. The "
                "message gives the range.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, active-days: 3.5}",
     .good = "- {upfront: activation, pay: 40.00, active-days: 3}"},
    {.code = "P017",
     .about = "neither true nor false",
     .explain = "Only true and false are read: what \"no\" or \"off\" mean differs from program to "
                "program, and here it decides who holds the money.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, withheld: yes}",
     .good = "- {upfront: activation, pay: 40.00, withheld: true}"},
    {.code = "P018",
     .about = "not an interval of days",
     .explain = "Closing days decide which orders a version pays. They are written as two days "
                "with two points between, both included; either may be left out.",
     .around = AS_DAYS,
     .bad = "closing: 2026-01-01 to 2026-12-31",
     .good = "closing: 2026-01-01..2026-12-31"},
    {.code = "P019",
     .about = "not one of the words that can stand here",
     .explain =
         "The message lists the words. Each is a different sum of money, so none is assumed.",
     .around = IN_POLICY,
     .bad = "rounding: up",
     .good = "rounding: half-up"},
    {.code = "P020",
     .about = "not an interval",
     .explain = "Intervals are a..b with both ends included, a.. and ..b open, a alone for a "
                "single value.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, for: {quantity: 1-5}}",
     .good = "- {upfront: activation, pay: 40.00, for: {quantity: 1..5}}"},
    {.code = "P021",
     .about = "an interval that ends before it starts",
     .explain =
         "No order lies in it, so nothing would be paid. The two ends are probably exchanged.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, for: {quantity: 5..1}}",
     .good = "- {upfront: activation, pay: 40.00, for: {quantity: 1..5}}"},
    {.code = "P022",
     .about = "an empty list, or no keys where some must be",
     .explain = "An empty list could mean nobody or everybody. Leave the key out if it does not "
                "matter; name the codes if it does.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, for: {class: []}}",
     .good = "- {upfront: activation, pay: 40.00, for: {class: [sim]}}"},
    {.code = "P023",
     .about = "not a currency",
     .explain = "Currencies are written by their ISO 4217 codes. An order in another currency than "
                "its policy's is set aside and earns nothing.",
     .around = AS_CURRENCY,
     .bad = "currency: RMB",
     .good = "currency: CNY"},
    {.code = "P030",
     .about = "a rule without a kind",
     .explain = "The kind says how a rule pays, and is the key that names it: upfront, deferred, "
                "revenue-share or volume-bonus.",
     .around = IN_RULES,
     .bad = "- {pay: 40.00}",
     .good = "- {upfront: activation, pay: 40.00}"},
    {.code = "P031",
     .about = "a rule of two kinds",
     .explain = "A rule pays in one way, and what it posted is found again by its place and kind. "
                "What a contract pays in two ways is two rules.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, deferred: quality, pay: 40.00}",
     .good = "- {upfront: activation, pay: 40.00}\n- {deferred: quality, instalments: [{after: 1 "
             "month, day: 10, pay: 5.00}]}"},
    {.code = "P032",
     .about = "two rules of one name",
     .explain = "Reports, examples and the reasons of a statement name rules; with two of one name "
                "nobody could tell which of them paid. Rename one.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, for: {class: sim}, pay: 40.00}\n- {upfront: activation, pay: "
            "50.00}",
     .good = "- {upfront: activation-sim, for: {class: sim}, pay: 40.00}\n- {upfront: activation, "
             "pay: 50.00}"},
    {.code = "P033",
     .about = "a policy without rules",
     .explain = "Its orders would all be settled as zero. If that is wanted, leave the closing "
                "days without a version.",
     .around = AS_RULES,
     .bad = "rules: []",
     .good = "rules: [{upfront: activation, pay: 40.00}]"},
    {.code = "P034",
     .about = "none, or more than one, of the ways to say what is paid",
     .explain = "With two of them it would not be clear which is owed, with none nothing would be. "
                "Keep the one that the contract has.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, by-amount: {29.00: 30.00}}",
     .good = "- {upfront: activation, by-amount: {29.00: 30.00}}"},
    {.code = "P035",
     .about = "bands or tiers that overlap",
     .explain = "For what lies in both, two sums would be owed. Both ends of an interval are "
                "included: the next one starts one unit, or one cent, above.",
     .around = IN_RULES,
     .bad = "- {upfront: fee, by-amount: {1.00..20.00: 5.00, 20.00..: 9.00}}",
     .good = "- {upfront: fee, by-amount: {1.00..19.99: 5.00, 20.00..: 9.00}}"},
    {.code = "P036",
     .about = "a gap between tiers, or a first tier without a start",
     .explain = "What falls into the gap would have no tier although more and less of it have one. "
                "Let each tier start right above the one before, and the first one at 1 or more.",
     .around = IN_RULES,
     .bad = "- {volume-bonus: units, window: month, mode: marginal, tiers: {100..299: 5.00, 301..: "
            "9.00}}",
     .good = "- {volume-bonus: units, window: month, mode: marginal, tiers: {100..299: 5.00, "
             "300..: 9.00}}"},
    {.code = "P037",
     .about = "a rate where the tier pays an amount, or the other way round",
     .explain = "Tiers of orders and units pay an amount for each; tiers of amounts pay a rate of "
                "them; lump sums are amounts.",
     .around = IN_RULES,
     .bad = "- {volume-bonus: sales, window: month, mode: marginal, measure: amount, tiers: "
            "{1000.00..: 5.00}}",
     .good = "- {volume-bonus: sales, window: month, mode: marginal, measure: amount, tiers: "
             "{1000.00..: 5%}}"},
    {.code = "P038",
     .about = "a floor above the cap",
     .explain = "An order cannot earn at least more than it earns at most. One of the two amounts "
                "is a slip.",
     .around = IN_RULES,
     .bad = "- {upfront: share, pay: 2.5%, floor: 5.00, cap: 2.00}",
     .good = "- {upfront: share, pay: 2.5%, floor: 2.00, cap: 5.00}"},
    {.code = "P039",
     .about = "a last tier that ends",
     .explain = "A month above its end would earn nothing at all, which is hardly meant. Leave the "
                "last tier open; if the bonus is to stay as it is from there on, use higher lump "
                "sums or a last tier of the same pay.",
     .around = IN_RULES,
     .bad = "- {volume-bonus: units, window: month, mode: marginal, tiers: {100..299: 5.00}}",
     .good = "- {volume-bonus: units, window: month, mode: marginal, tiers: {100..: 5.00}}"},
    {.code = "P040",
     .about = "a group of distributors that nothing names",
     .explain =
         "The rule would be for nobody. Groups are named at the top of the policy, under groups.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, for: {distributor-group: [north]}}",
     .good = "- {upfront: activation, pay: 40.00, for: {distributor-group: [south]}}"},
    {.code = "P041",
     .about = "a condition whose months or tests do not go together",
     .explain = "A condition names its months in one way, and its tests under any (one of them "
                "suffices) or all. Two of either could be met in different ways, and the money "
                "would depend on which was meant.",
     .around = IN_RULES,
     .bad =
         "- {upfront: call, pay: 20.00, if: [{month: 0, each-month: 1..3, all: [{minutes: 1..}]}]}",
     .good = "- {upfront: call, pay: 20.00, if: [{each-month: 0..3, all: [{minutes: 1..}]}]}"},
    {.code = "P042",
     .about = "a test of a bill that does not look at just one thing",
     .explain = "Whether two things in one test must both hold or one of them is what any and all "
                "say; so each test looks at one.",
     .around = IN_RULES,
     .bad =
         "- {upfront: call, pay: 20.00, if: [{month: 0, all: [{minutes: 1.., megabytes: 1..}]}]}",
     .good = "- {upfront: call, pay: 20.00, if: [{month: 0, all: [{minutes: 1..}, {megabytes: "
             "1..}]}]}"},
    {.code = "P043",
     .about = "too many rules",
     .explain = "A policy has at most 4,095 rules. What differs by plan fee or tier goes into "
                "bands; what differs by product mostly goes by class."},
    {.code = "P044",
     .about = "bands or tiers that are not in ascending order",
     .explain = "The engine would sort them, but readers of the contract look for the next one "
                "below. Write them from small to large.",
     .around = IN_RULES,
     .bad = "- {upfront: fee, by-amount: {20.00..: 9.00, 1.00..19.99: 5.00}}",
     .good = "- {upfront: fee, by-amount: {1.00..19.99: 5.00, 20.00..: 9.00}}"},
    {.code = "P045",
     .about = "a key that does not go with what another one says",
     .explain = "The key would change nothing where it stands, so whoever wrote it expects "
                "something else than what is paid. Take it out, or change the other one.",
     .around = IN_RULES,
     .bad = "- {volume-bonus: units, window: month, mode: marginal, higher-tiers: add, tiers: "
            "{100..: 5.00}}",
     .good = "- {volume-bonus: units, window: month, mode: lump, higher-tiers: add, tiers: {100..: "
             "500.00}}"},
    {.code = "P047",
     .about = "so-far or last N where there are no such months",
     .explain = "Both end with the month before an instalment falls due, so they need an "
                "instalment with enough months before it. Elsewhere name the months.",
     .around = IN_RULES,
     .bad = "- {upfront: call, pay: 20.00, if: [{each-month: so-far, all: [{minutes: 1..}]}]}",
     .good = "- {upfront: call, pay: 20.00, if: [{each-month: 0..2, all: [{minutes: 1..}]}]}"},
    {.code = "P048",
     .about = "an example that names a rule which is not there or of another kind",
     .explain = "What the example promises would be held against nothing. Use the name as it "
                "stands behind the rule's kind; window names volume bonuses only.",
     .around = IN_EXAMPLES,
     .bad =
         "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, earns: {activaton: 40.00}}",
     .good = "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, earns: {activation: "
             "40.00}}"},
    {.code = "P049",
     .about = "a retry that ends before it begins",
     .explain = "The instalment falls due in month N and would never be tried again. retry-until "
                "is counted from closing, as after is.",
     .around = IN_RULES,
     .bad = "- {deferred: quality, instalments: [{after: 4 months, day: 10, pay: 5.00, "
            "retry-until: 2 months}]}",
     .good = "- {deferred: quality, instalments: [{after: 4 months, day: 10, pay: 5.00, "
             "retry-until: 6 months}]}"},
    {.code = "P050",
     .about = "pro-rata without the length of the contract",
     .explain = "Pro rata takes back the months that were not served, and nobody has said of how "
                "many. Name the contract at the top or in the rule.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, clawback: [{on: cancel, take: pro-rata}]}",
     .good = "- {upfront: activation, pay: 40.00, contract: 12 months, clawback: [{on: cancel, "
             "take: pro-rata}]}"},
    {.code = "P051",
     .about = "refunded-part for an event that is not a refund",
     .explain = "Only a refund has a part that was refunded. For other events take all, a share, "
                "or pro-rata.",
     .around = IN_RULES,
     .bad = "- {upfront: share, pay: 5%, clawback: [{on: cancel, take: refunded-part}]}",
     .good = "- {upfront: share, pay: 5%, clawback: [{on: refund, take: refunded-part}]}"},
    {.code = "P052",
     .about = "a share of more than the whole",
     .explain = "Never more is taken back, or kept back, than was earned: at most 100%.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, clawback: [{on: cancel, take: 150%}]}",
     .good = "- {upfront: activation, pay: 40.00, clawback: [{on: cancel, take: 50%}]}"},
    {.code = "P053",
     .about = "a split without parts",
     .explain = "Parts are of their own sum; with a sum of nothing nobody would get anything.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, split: {distributor: 0}}",
     .good = "- {upfront: activation, pay: 40.00, split: {distributor: 70, outlet: 30}}"},
    {.code = "P054",
     .about = "an example's order that the policy does not hold for",
     .explain = "An order keeps the version that held when it closed; this one would be settled by "
                "another. Move the example's closing day, or the example to the other version.",
     .around = IN_EXAMPLES,
     .bad = "- {example: a plan, order: {closed: 2027-03-15, paid: 59.00}, earns: {activation: "
            "40.00}}",
     .good = "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, earns: {activation: "
             "40.00}}"},
    {.code = "P055",
     .about = "too many examples, or bills of one",
     .explain = "Each check settles every example anew: a policy has at most 500 of them, and an "
                "example at most 1,000 bills. A few that show the contract's corners say more than "
                "many alike."},
    {.code = "P060",
     .about = "an example that earns something else than it says",
     .explain = "Either the rules pay something else than was agreed, or the example is wrong; the "
                "hint says how the amount comes about. Find out which before anything is "
                "activated: settle policy try shows the steps.",
     .around = IN_EXAMPLES,
     .bad = "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, earns: {activation: "
            "30.00}}",
     .good = "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, earns: {activation: "
             "40.00}}"},
    {.code = "P061",
     .about = "an example that earns what it does not say",
     .explain = "A rule that the example does not name must earn nothing in it; here it pays. Name "
                "it under earns, or make the rule's for narrower.",
     .around = IN_EXAMPLES,
     .bad = "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, earns: {activation: {2: "
            "0.00}}}",
     .good = "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, earns: {activation: "
             "40.00}}"},
    {.code = "P062",
     .about = "an example that earns more than amounts can be",
     .explain = "Amounts end at about 92,000,000,000,000,000.00. Some amount or quantity of the "
                "example, or of the rules, is a slip."},
    {.code = "P063",
     .about = "an example that undoes nothing",
     .explain = "A reinstatement undoes the last event before it in the list that is not undone "
                "yet; there is none.",
     .around = IN_EXAMPLES,
     .bad = "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, events: [{event: "
            "reinstate, on: 2026-04-01}], earns: {activation: 40.00}}",
     .good =
         "- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, events: [{event: fraud, "
         "on: 2026-03-20}, {event: reinstate, on: 2026-04-01}], earns: {activation: 40.00}}"},
    {.code = "P064",
     .about = "closing days that another version of the carrier holds for, too",
     .explain =
         "An order that closes on such a day would have two contracts, and only one can be "
         "paid. Let the earlier version end on the day before the later one starts. "
         "Activation refuses it, too. An active version is never edited, not even shortened: "
         "what follows it starts after its last day, so let closing days be no longer than "
         "you are sure of.",
     .bad = "closing: 2026-01-01..2026-12-31   # and 2026-07-01.. in the other file",
     .good = "closing: 2026-01-01..2026-06-30   # and 2026-07-01.. in the other file"},
    {.code = "P065",
     .about = "a version name that another document of the carrier has, too",
     .explain = "Statements and the ledger name what an order was settled by as carrier and "
                "version; with two of one name nobody could tell. An activated version is never "
                "edited, only followed by another one.",
     .bad = "version: 2026-01   # and version: 2026-01 in the other file",
     .good = "version: 2026-02"},
    {.code = "P066",
     .about = "a carrier that the database does not know",
     .explain = "No order can be of this carrier, so nothing would be settled, and activation "
                "refuses the policy. Import the carrier first, or correct its code.",
     .bad = "carrier: CMCC_GD",
     .good = "carrier: CMCC-GD"},
    {.code = "P101",
     .about = "a rule that never applies, because those before it take all of its orders",
     .explain = "Of one kind and group the first rule that matches pays, so this one never does. "
                "Mostly a general rule stands before the special case. If both are to be paid, "
                "give one of them a group.",
     .around = IN_RULES,
     .bad = "- {upfront: rest, pay: 40.00}\n- {upfront: sim, for: {class: sim}, pay: 60.00}",
     .good = "- {upfront: sim, for: {class: sim}, pay: 60.00}\n- {upfront: rest, pay: 40.00}"},
    {.code = "P102",
     .about = "a rate of more than the whole",
     .explain = "The commission would be more than what it is taken of. Rates are per cent: 5% is "
                "five hundredths.",
     .around = IN_RULES,
     .bad = "- {revenue-share: bills, base: cash, months: 1..12, rate: 500%}",
     .good = "- {revenue-share: bills, base: cash, months: 1..12, rate: 5%}"},
    {.code = "P103",
     .about = "a band outside of the rule's months",
     .explain = "No bill of the rule is of these months, so the rate is never paid. The closing "
                "month is 0; either the band or months is a slip.",
     .around = IN_RULES,
     .bad = "- {revenue-share: bills, base: cash, months: 1..6, by-month: {1..6: 5%, 7..12: 3%}}",
     .good =
         "- {revenue-share: bills, base: cash, months: 1..12, by-month: {1..6: 5%, 7..12: 3%}}"},
    {.code = "P104",
     .about = "a gap between bands",
     .explain = "What lies between earns nothing, without a word to anybody. Both ends are "
                "included, so bands meet like 1.00..19.99 and 20.00.. do.",
     .around = IN_RULES,
     .bad = "- {upfront: fee, by-amount: {1.00..19.00: 5.00, 20.00..: 9.00}}",
     .good = "- {upfront: fee, by-amount: {1.00..19.99: 5.00, 20.00..: 9.00}}"},
    {.code = "P105",
     .about = "no distributor is in both distributor and distributor-group",
     .explain = "Each key of for is a condition of its own and all must hold, so nobody gets "
                "anything by this rule. Name the distributors in one of the two.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, for: {distributor: [D009], distributor-group: "
            "[south]}}",
     .good = "- {upfront: activation, pay: 40.00, for: {distributor-group: [south]}}"},
    {.code = "P106",
     .about = "two clawback terms for the same event and days",
     .explain = "Of several terms that apply the one that leaves least counts, so the milder one "
                "has no effect on these days. Make their days follow each other.",
     .around = IN_RULES,
     .bad = "- {upfront: a, pay: 40.00, clawback: [{on: cancel, days: 0..90}, {on: cancel, days: "
            "90..180, take: 50%}]}",
     .good = "- {upfront: a, pay: 40.00, clawback: [{on: cancel, days: 0..90}, {on: cancel, days: "
             "91..180, take: 50%}]}"},
    {.code = "P107",
     .about =
         "two rules that are both for some orders, neither of them a special case of the other",
     .explain = "The first of the two in the file pays for these orders, and the other does not: "
                "exchanging them would change the money. If that is meant, put a rule for just "
                "these orders before both; if both are to be paid, give them groups. Which product "
                "is of which class, and which distributor of which tier, is not known here, so "
                "rules that differ in that are not compared.",
     .around = IN_RULES,
     .bad = "- {upfront: south, for: {region: GD}, pay: 40.00}\n- {upfront: sim, for: {class: "
            "sim}, pay: 60.00}",
     .good =
         "- {upfront: sim-south, for: {class: sim, region: GD}, pay: 60.00}\n- {upfront: south, "
         "for: {region: GD}, pay: 40.00}\n- {upfront: sim, for: {class: sim}, pay: 60.00}"},
    {.code = "P108",
     .about = "a rule for orders that cannot be",
     .explain = "Quantities are 1 to 1,000,000, tiers 0 to 99, paid amounts at most "
                "10,000,000,000,000.00. Nothing will ever be paid by this rule.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, pay: 40.00, for: {tier: 100..}}",
     .good = "- {upfront: activation, pay: 40.00, for: {tier: 3..}}"},
    {.code = "P109",
     .about = "a tier at which the bonus falls",
     .explain = "One more order lowers what all of them earn, so a distributor is better off to "
                "hold it back to the next window. In modes whole and lump a higher tier pays more "
                "than the one below; marginal pays each part at its own rate.",
     .around = IN_RULES,
     .bad = "- {volume-bonus: orders, window: month, mode: whole, tiers: {100..299: 5.00, 300..: "
            "4.00}}",
     .good = "- {volume-bonus: orders, window: month, mode: marginal, tiers: {100..299: 5.00, "
             "300..: 4.00}}"},
    {.code = "P110",
     .about = "a month after the contract's end",
     .explain = "The subscriber is bound up to month N of a contract of N months, the closing "
                "month being 0; bills after that may never come, and what depends on them may "
                "never be paid. Shorten the months, or name the right contract for the rule.",
     .around = IN_RULES,
     .bad = "- {revenue-share: bills, contract: 12 months, base: cash, months: 4..15, rate: 5%}",
     .good = "- {revenue-share: bills, contract: 12 months, base: cash, months: 4..12, rate: 5%}"},
    {.code = "P111",
     .about = "an instalment that waits for a bill of a month after it falls due",
     .explain = "On the due day the bill cannot be there, so the instalment waits for it and is "
                "paid later than the contract says. Look at an earlier month, or let the "
                "instalment fall due later.",
     .around = IN_RULES,
     .bad = "- {deferred: quality, instalments: [{after: 3 months, day: 10, pay: 5.00, if: "
            "[{month: 4, all: [{minutes: 1..}]}]}]}",
     .good = "- {deferred: quality, instalments: [{after: 3 months, day: 10, pay: 5.00, if: "
             "[{month: 2, all: [{minutes: 1..}]}]}]}"},
    {.code = "P112",
     .about = "a cap, floor, minimum or ceiling that never makes a difference",
     .explain = "Without it the same would be paid, so whoever wrote it expects something else. "
                "One of the amounts is probably a slip.",
     .around = IN_RULES,
     .bad = "- {upfront: share, for: {amount: 1.00..99.99}, pay: 5%, cap: 50.00}",
     .good = "- {upfront: share, for: {amount: 1.00..99.99}, pay: 5%, cap: 4.00}"},
    {.code = "P113",
     .about = "a cap or floor that is always paid",
     .explain = "Whatever the order, it earns this amount: the rate has no effect. Say the amount "
                "with pay, or correct the rate or the limit.",
     .around = IN_RULES,
     .bad = "- {upfront: share, for: {amount: 100.00..}, pay: 5%, cap: 2.00}",
     .good = "- {upfront: share, for: {amount: 100.00..}, pay: 5%, cap: 20.00}"},
    {.code = "P114",
     .about = "a window of a volume bonus, ceiling or tolerance that the version starts in",
     .explain = "Windows go over versions. Orders from before the first day count together with "
                "these, by the terms of the version that holds on the window's last day, and what "
                "they used of a ceiling is used. Let versions start where windows do, or agree on "
                "what that window is paid.",
     .around = AS_DAYS,
     .bad = "closing: 2026-02-15..2026-12-31",
     .good = "closing: 2026-02-01..2026-12-31"},
    {.code = "P115",
     .about = "a window of a volume bonus, ceiling or tolerance that the version ends in",
     .explain = "Windows go over versions. Orders of this version count together with later ones, "
                "by the terms of the version that holds on the window's last day (if none does, by "
                "these), and what they used of a ceiling is used. Let versions end where windows "
                "do, or agree on what that window is paid.",
     .around = AS_DAYS,
     .bad = "closing: 2026-01-01..2026-12-15",
     .good = "closing: 2026-01-01..2026-12-31"},
    {.code = "P116",
     .about = "a band by amount that the rule's for does not allow",
     .explain = "The rule is not for such amounts, so the band never pays. Either for or the band "
                "is a slip.",
     .around = IN_RULES,
     .bad = "- {upfront: fee, for: {amount: 1.00..49.99}, by-amount: {1.00..49.99: 5.00, 50.00..: "
            "9.00}}",
     .good =
         "- {upfront: fee, for: {amount: 1.00..}, by-amount: {1.00..49.99: 5.00, 50.00..: 9.00}}"},
    {.code = "P117",
     .about = "amounts that the rule is for, without a band",
     .explain = "Orders of such amounts match the rule, earn nothing, and no later rule of the "
                "group is asked. Give them a band, or take them out of for.",
     .around = IN_RULES,
     .bad = "- {upfront: fee, for: {amount: 1.00..99.99}, by-amount: {1.00..49.99: 5.00}}",
     .good = "- {upfront: fee, for: {amount: 1.00..49.99}, by-amount: {1.00..49.99: 5.00}}"},
    {.code = "P118",
     .about = "months of a revenue share without a rate",
     .explain = "The bills of these months earn nothing, without a word to anybody. Give each "
                "month a rate, or take the months out.",
     .around = IN_RULES,
     .bad = "- {revenue-share: bills, base: cash, months: 1..12, by-month: {1..6: 5%}}",
     .good =
         "- {revenue-share: bills, base: cash, months: 1..12, by-month: {1..6: 5%, 7..12: 3%}}"},
    {.code = "P119",
     .about = "a last band that ends",
     .explain = "What is larger than its end earns nothing at all, although what is smaller earns "
                "something; nobody is told. Leave the end open; if nothing is to be paid above it, "
                "say so with a band of 0.00 or 0%.",
     .around = IN_RULES,
     .bad = "- {revenue-share: bills, base: cash, months: 1..12, by-size: {..49.99: 5%, "
            "50.00..99.99: 8%}}",
     .good = "- {revenue-share: bills, base: cash, months: 1..12, by-size: {..49.99: 5%, 50.00..: "
             "8%}}"},
    {.code = "P120",
     .about = "closing days between two versions that nobody covers",
     .explain =
         "Orders that close on these days have no contract and earn nothing until a version for "
         "them is activated. Let the later version start the day after the earlier one ends.",
     .bad = "closing: 2026-07-02..   # the version before ends on 2026-06-30",
     .good = "closing: 2026-07-01..   # the version before ends on 2026-06-30"},
    {.code = "P121",
     .about = "a window of a volume bonus, ceiling or tolerance that two versions share",
     .explain =
         "All orders of the window count together, by the terms of the version that holds on its "
         "last day: a bonus that only the earlier one has is not paid. What one version used of a "
         "ceiling is used for the other. Let the versions change where the window does.",
     .bad = "closing: 2026-02-15..   # the versions have a volume bonus by quarter",
     .good = "closing: 2026-04-01.."},
    {.code = "P122",
     .about = "a product, class or distributor that the database does not know",
     .explain = "No order can have it, so the rule pays nothing for it. Mostly a slip: the hint "
                "names the nearest code there is. If the master data comes later, import it before "
                "the first order closes.",
     .bad = "for: {product: [P95]}",
     .good = "for: {product: [P59]}"},
    {.code = "P123",
     .about = "a product, class or distributor that is not there on any of the closing days",
     .explain = "It becomes known only after the policy's last closing day, or belonged to the "
                "carrier only before its first: no order of this version can have it. The version, "
                "the code, or a date in the master data is wrong.",
     .bad = "for: {distributor: [D900]}   # known from 2027-01-01 on",
     .good = "closing: 2027-01-01..2027-12-31"},
    {.code = "P124",
     .about = "a region or channel that no order had yet, but a similar one",
     .explain =
         "Regions and channels become known by the orders that have them. No order had this one, "
         "and one that is nearly the same is in use: if it is a slip, the rule pays nothing.",
     .bad = "for: {channel: on-line}",
     .good = "for: {channel: online}"},
    {.code = "P125",
     .about = "a code with a full-width sign or blank in it",
     .explain =
         "A keyboard in Chinese mode types commas, brackets and blanks that look like those of "
         "the notation but are letters here: two codes become one that no order has, and the "
         "rule pays nothing. If the code is really written so, put it in quotes.",
     .around = IN_RULES,
     .bad = "- {upfront: activation, for: {class: [sim，plan]}, pay: 40.00}",
     .good = "- {upfront: activation, for: {class: [sim, plan]}, pay: 40.00}"},
    {.code = "P201",
     .about = "an example that is not checked, because what it earns depends on other orders",
     .explain = "A ceiling is filled by all of a distributor's orders, and whether a fraud finding "
                "is tolerated depends on how many there are: one order alone does not tell.",
     .around = IN_RULES,
     .bad = "- upfront: activation\n  pay: 40.00\n  ceiling: {window: month, amount: 100.00}\n"
            "examples:\n- {example: a plan, order: {closed: 2026-03-15, paid: 59.00}, earns: "
            "{activation: 40.00}}",
     .good = "- upfront: activation\n  pay: 40.00\nexamples:\n- {example: a plan, order: {closed: "
             "2026-03-15, paid: 59.00}, earns: {activation: 40.00}}"},
    {.code = "P202",
     .about = "what the order that reaches a tier is worth",
     .explain = "In modes whole and lump the order that reaches a tier changes what all of them "
                "earn. It is no mistake; it is the amount that a dispute about a single order at "
                "the month's end will be about.",
     .around = IN_RULES,
     .bad = "- {volume-bonus: orders, window: month, mode: whole, tiers: {100..299: 5.00, 300..: "
            "10.00}}",
     .good = "- {volume-bonus: orders, window: month, mode: marginal, tiers: {100..299: 5.00, "
             "300..: 10.00}}"},
    {.code = "P203",
     .about = "a region or channel that no order had yet",
     .explain = "Regions and channels become known by the orders that have them, so a new one is "
                "no mistake by itself. Nothing is paid for it until orders come."},
    {.code = NULL},
};

const SettlePolicyCode *
settle_policy_code_find(const char *code)
{
    for (const SettlePolicyCode *each = settle_policy_codes; each->code != NULL; each++)
        if (strcmp(each->code, code) == 0)
            return each;
    return NULL;
}
