/* The compiled policy: the numbers and hashes by which ledgers name its rules, and what it says as
 * a whole. */
#include "policy/policy.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/search.h"

#include <string.h>

void
settle_rule_name_hash(SettleKind kind, const char *name, uint8_t ret_hash[SETTLE_RULE_HASH_BYTES])
{
    g_autoptr(SettleDigest) digest = settle_digest_new();
    uint8_t number = (uint8_t) kind, bytes[SETTLE_DIGEST_BYTES];

    settle_digest_update(digest, &number, 1);
    settle_digest_update(digest, name, strlen(name));
    settle_digest_finish(digest, bytes);
    memcpy(ret_hash, bytes, SETTLE_RULE_HASH_BYTES);
}

static int
compare_numbers(gconstpointer a, gconstpointer b, gpointer policy)
{
    const SettleRule *rules = ((const SettlePolicy *) policy)->rules;
    guint x = rules[*(const guint *) a].number, y = rules[*(const guint *) b].number;

    return x < y ? -1 : x > y;
}

void
settle_policy_number_rules(SettlePolicy *policy, const guint *numbers)
{
    g_free(policy->by_number);
    policy->by_number = g_new(guint, MAX(policy->n_rules, 1));
    for (guint i = 0; i < policy->n_rules; i++) {
        policy->rules[i].number = numbers != NULL ? numbers[i] : i + 1;
        settle_invariant(policy->rules[i].number <= SETTLE_RULE_NUMBER_MAX);
        policy->by_number[i] = i;
    }
    g_qsort_with_data(policy->by_number, (gint) policy->n_rules, sizeof(guint), compare_numbers,
                      policy);
}

static int
compare_number(gconstpointer items, guint at, gconstpointer key)
{
    const SettlePolicy *policy = items;
    guint number = policy->rules[policy->by_number[at]].number, wanted = *(const guint *) key;

    return number == wanted ? 0 : number < wanted ? -1 : 1;
}

const SettleRule *
settle_policy_rule(const SettlePolicy *policy, guint number)
{
    guint at = settle_find(policy, policy->n_rules, &number, compare_number);

    return at < policy->n_rules ? &policy->rules[policy->by_number[at]] : NULL;
}

gboolean
settle_policy_tolerates_findings(const SettlePolicy *policy)
{
    return policy->terms.tolerance_ppb > 0 || policy->terms.tolerance_count > 0;
}
