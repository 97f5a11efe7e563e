#include "policy/fields.h"

#include <string.h>

/* Codes are stable: one that is no longer used is not given to anything else. */
const SettlePolicyCode settle_policy_codes[] = {
    {.code = "P001", .about = "the file is not well-formed YAML"},
    {.code = "P002", .about = "the file is too large, has too many values, or nests them too deep"},
    {.code = "P003", .about = "anchors, aliases, tags and merges are not part of the language"},
    {.code = "P004", .about = "a key is given twice"},
    {.code = "P005", .about = "there is no document, or a second one"},
    {.code = "P006",
     .about = "a value of another shape is wanted: a single value, keys with values, or a list"},
    {.code = "P007",
     .about = "a character that cannot be there: bad UTF-8, a control character, NUL"},
    {.code = "P010", .about = "a key that is not part of the language"},
    {.code = "P011", .about = "a key is missing"},
    {.code = "P012", .about = "a value is missing, or too long"},
    {.code = "P013", .about = "not an amount, or one out of range"},
    {.code = "P014", .about = "an amount with more decimals than the currency has"},
    {.code = "P015", .about = "not a rate"},
    {.code = "P016", .about = "a whole number that is not one, or is out of its range"},
    {.code = "P017", .about = "neither true nor false"},
    {.code = "P018", .about = "not an interval of days"},
    {.code = "P019", .about = "not one of the words that can stand here"},
    {.code = "P020", .about = "not an interval"},
    {.code = "P021", .about = "an interval that ends before it starts"},
    {.code = "P022", .about = "an empty list, or no keys where some must be"},
    {.code = "P023", .about = "not a currency"},
    {.code = "P030", .about = "a rule without a kind"},
    {.code = "P031", .about = "a rule of two kinds"},
    {.code = "P032", .about = "two rules of one name"},
    {.code = "P033", .about = "a policy without rules"},
    {.code = "P034", .about = "none, or more than one, of the ways to say what is paid"},
    {.code = "P035", .about = "bands or tiers that overlap"},
    {.code = "P036", .about = "a gap between tiers, or a first tier without a start"},
    {.code = "P037", .about = "a rate where the tier pays an amount, or the other way round"},
    {.code = "P038", .about = "a floor above the cap"},
    {.code = "P039", .about = "a last tier that ends"},
    {.code = "P040", .about = "a group of distributors that nothing names"},
    {.code = "P041", .about = "a condition whose months or tests do not go together"},
    {.code = "P042", .about = "a test of a bill that does not look at just one thing"},
    {.code = "P043", .about = "too many rules"},
    {.code = "P044", .about = "bands or tiers that are not in ascending order"},
    {.code = "P045", .about = "a key that does not go with what another one says"},
    {.code = "P047", .about = "so-far or last N where there are no such months"},
    {.code = "P048", .about = "an example that names a rule which is not there or of another kind"},
    {.code = "P049", .about = "a retry that ends before it begins"},
    {.code = "P050", .about = "pro-rata without the length of the contract"},
    {.code = "P051", .about = "refunded-part for an event that is not a refund"},
    {.code = "P052", .about = "a share of more than the whole"},
    {.code = "P053", .about = "a split without parts"},
    {.code = "P054", .about = "an example's order that the policy does not hold for"},
    {.code = "P055", .about = "too many examples, or bills of one"},
    {.code = "P060", .about = "an example that earns something else than it says"},
    {.code = "P061", .about = "an example that earns what it does not say"},
    {.code = "P062", .about = "an example that earns more than amounts can be"},
    {.code = "P101",
     .about = "a rule that never applies, because one before it takes all of its orders"},
    {.code = "P102", .about = "a rate of more than the whole"},
    {.code = "P103", .about = "a band outside of the rule's months"},
    {.code = "P104", .about = "a gap between bands"},
    {.code = "P105", .about = "no distributor is in both distributor and distributor-group"},
    {.code = "P106", .about = "two clawback terms for the same event and days"},
    {.code = "P201",
     .about = "an example that is not checked, because of a term that is not settled yet"},
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
