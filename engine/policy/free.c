/* The compiled policy, freed: what the rules of each kind hold is freed by the kind (kind.h). */
#include "policy/kind.h"
#include "policy/policy.h"

static void
free_rule(SettleRule *rule)
{
    g_free(rule->id);
    g_free(rule->group);
    g_strfreev(rule->selector.products);
    g_strfreev(rule->selector.classes);
    g_strfreev(rule->selector.regions);
    g_strfreev(rule->selector.channels);
    g_strfreev(rule->selector.distributors);
    g_free(rule->terms.clawbacks);
    /* a faulty rule has no kind */
    if (rule->kind != 0)
        settle_policy_kind(rule->kind)->clear(rule);
}

void
settle_example_clear(SettleExample *example)
{
    g_free(example->name);
    g_free(example->order.product);
    g_free(example->order.class);
    g_free(example->order.region);
    g_free(example->order.channel);
    g_free(example->order.distributor);
    g_free(example->bills);
    g_free(example->events);
    g_free(example->windows);
    g_free(example->earns);
}

void
settle_policy_free(SettlePolicy *policy)
{
    g_free(policy->name);
    g_free(policy->carrier);
    g_free(policy->version);
    for (guint i = 0; i < policy->n_rules; i++)
        free_rule(&policy->rules[i]);
    g_free(policy->rules);
    g_free(policy->by_number);
    for (guint i = 0; i < policy->n_examples; i++)
        settle_example_clear(&policy->examples[i]);
    g_free(policy->examples);
    g_clear_pointer(&policy->unsupported, g_ptr_array_unref);
    g_free(policy);
}
