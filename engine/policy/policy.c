#include "policy/policy.h"

static void
free_conditions(SettleCondition *conditions, guint n)
{
    for (guint i = 0; i < n; i++)
        g_free(conditions[i].tests);
    g_free(conditions);
}

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
    switch (rule->kind) {
    case SETTLE_KIND_UPFRONT:
        free_conditions(rule->upfront.conditions, rule->upfront.n_conditions);
        g_free(rule->upfront.bands);
        break;
    case SETTLE_KIND_DEFERRED:
        for (guint i = 0; i < rule->deferred.n_instalments; i++) {
            SettleInstalment *instalment = &rule->deferred.instalments[i];

            free_conditions(instalment->conditions, instalment->n_conditions);
            g_free(instalment->bands);
        }
        g_free(rule->deferred.instalments);
        break;
    case SETTLE_KIND_REVENUE_SHARE:
        g_free(rule->share.month_bands);
        g_free(rule->share.size_bands);
        break;
    case SETTLE_KIND_VOLUME_BONUS:
        g_free(rule->volume.tiers);
        break;
    case SETTLE_KIND_INVOICE:
    case SETTLE_KIND_DEPOSIT:
        break;
    }
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
    for (guint i = 0; i < policy->n_examples; i++)
        settle_example_clear(&policy->examples[i]);
    g_free(policy->examples);
    g_clear_pointer(&policy->unsupported, g_ptr_array_unref);
    g_free(policy);
}
