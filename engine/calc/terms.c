/* Questions about a policy's terms that whoever settles several orders together asks. */
#include "calc/terms.h"

#include "base/error.h"
#include "calc/calc.h"
#include "policy/windows.h"

gboolean
settle_policy_has_ceiling(const SettlePolicy *policy)
{
    for (guint r = 0; r < policy->n_rules; r++)
        if (policy->rules[r].terms.ceiling.window != 0)
            return TRUE;
    return policy->terms.ceiling.window != 0;
}

gboolean
settle_policy_awaits_payment(const SettlePolicy *policy)
{
    for (guint r = 0; r < policy->n_rules; r++)
        if (policy->rules[r].terms.pay_when_paid)
            return TRUE;
    return FALSE;
}

gboolean
settle_carrier_tolerates_findings(const SettlePolicySet *policies, int32_t carrier_id)
{
    guint n;
    const SettlePolicy *const *versions = settle_policy_set_versions(policies, carrier_id, &n);

    for (guint i = 0; i < n; i++)
        if (settle_policy_tolerates_findings(versions[i]))
            return TRUE;
    return FALSE;
}

/* The version limits what its rule of that number earns; 0: what the policy does. */
static gboolean
limits(const SettlePolicy *policy, guint rule_number)
{
    const SettleRule *rule;

    if (rule_number == 0)
        return policy->terms.ceiling.window != 0;
    rule = settle_policy_rule(policy, rule_number);
    return rule != NULL && rule->terms.ceiling.window != 0;
}

gboolean
settle_carrier_has_ceiling(const SettlePolicySet *policies, int32_t carrier_id, guint rule_number)
{
    guint n;
    const SettlePolicy *const *versions = settle_policy_set_versions(policies, carrier_id, &n);

    for (guint i = 0; i < n; i++)
        if (limits(versions[i], rule_number))
            return TRUE;
    return FALSE;
}

int
settle_carrier_longest_ceiling(const SettlePolicySet *policies, int32_t carrier_id)
{
    guint n;
    const SettlePolicy *const *versions = settle_policy_set_versions(policies, carrier_id, &n);
    int longest = 0;

    for (guint i = 0; i < n; i++) {
        longest = MAX(longest, versions[i]->terms.ceiling.window);
        for (guint r = 0; r < versions[i]->n_rules; r++) {
            const SettleRule *rule = &versions[i]->rules[r];

            longest = MAX(longest, rule->terms.ceiling.window);
            if (rule->window.progressive)
                longest = MAX(longest, (int) rule->window.length);
        }
    }
    return longest;
}

gboolean
settle_policies_tolerate_alike(const SettlePolicy *a, const SettlePolicy *b)
{
    if (a == NULL || b == NULL)
        return (a == NULL || !settle_policy_tolerates_findings(a)) &&
               (b == NULL || !settle_policy_tolerates_findings(b));
    return a->terms.tolerance_ppb == b->terms.tolerance_ppb &&
           a->terms.tolerance_count == b->terms.tolerance_count;
}

gboolean
settle_policy_measures(const SettlePolicy *policy, SettleWindow length)
{
    for (guint r = 0; r < policy->n_rules; r++)
        if (policy->rules[r].window.length == length)
            return TRUE;
    return FALSE;
}

/* Some version that was activated before this one limits what this one does. */
static gboolean
is_limited_before(const SettlePolicy *const *versions, guint n, const SettlePolicy *policy,
                  guint rule_number)
{
    for (guint i = 0; i < n; i++)
        if (versions[i]->policy_id < policy->policy_id &&
            versions[i]->currency == policy->currency && limits(versions[i], rule_number))
            return TRUE;
    return FALSE;
}

int32_t
settle_carrier_ceilings_since(const SettlePolicySet *policies, int32_t carrier_id)
{
    guint n;
    const SettlePolicy *const *versions = settle_policy_set_versions(policies, carrier_id, &n);
    int32_t since = 0;

    for (guint i = 0; i < n; i++) {
        const SettlePolicy *policy = versions[i];
        gboolean brings =
            policy->terms.ceiling.window != 0 && !is_limited_before(versions, n, policy, 0);

        for (guint r = 0; r < policy->n_rules && !brings; r++)
            brings = policy->rules[r].terms.ceiling.window != 0 &&
                     !is_limited_before(versions, n, policy, policy->rules[r].number);
        if (brings)
            since = MAX(since, policy->policy_id);
    }
    return since;
}

const SettlePolicy *
settle_window_terms(const SettlePolicySet *policies, int32_t carrier_id, SettleWindow length,
                    SettleDay closing_day, int32_t last_id)
{
    return settle_policy_set_terms_among(policies, carrier_id,
                                         settle_window_last(length, closing_day), last_id);
}

const SettlePolicy *
settle_policy_of_rule(const SettlePolicySet *policies, int32_t carrier_id, const SettleRule *rule)
{
    guint n;
    const SettlePolicy *const *versions = settle_policy_set_versions(policies, carrier_id, &n);

    for (guint i = n; i > 0; i--)
        if (rule->ordinal < versions[i - 1]->n_rules &&
            rule == &versions[i - 1]->rules[rule->ordinal])
            return versions[i - 1];
    settle_unreachable("a rule of one of the carrier's versions");
}

gboolean
settle_window_is_evaluated(const SettleRule *rule, SettleMonth window_end, SettleDay date)
{
    return rule->window.progressive || settle_month_last(window_end) <= date;
}
