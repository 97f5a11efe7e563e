/* The policies that a run knows, looked up by carrier and closing day, or by id. */
#include "calc/match.h"

#include "base/error.h"
#include "base/search.h"

struct SettlePolicySet {
    GPtrArray *policies;    /* SettlePolicy *, owned, by policy id */
    GHashTable *by_carrier; /* carrier id -> GPtrArray of SettlePolicy *, by closing_from */
};

SettlePolicySet *
settle_policy_set_new(void)
{
    SettlePolicySet *set = g_new0(SettlePolicySet, 1);

    set->policies = g_ptr_array_new_with_free_func((GDestroyNotify) settle_policy_free);
    set->by_carrier = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL,
                                            (GDestroyNotify) g_ptr_array_unref);
    return set;
}

void
settle_policy_set_free(SettlePolicySet *set)
{
    g_hash_table_unref(set->by_carrier);
    g_ptr_array_unref(set->policies);
    g_free(set);
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    const SettlePolicy *x = *(SettlePolicy *const *) a, *y = *(SettlePolicy *const *) b;

    return x->policy_id < y->policy_id ? -1 : x->policy_id > y->policy_id;
}

static int
compare_closing(gconstpointer a, gconstpointer b)
{
    const SettlePolicy *x = *(SettlePolicy *const *) a, *y = *(SettlePolicy *const *) b;

    return x->closing_from < y->closing_from ? -1 : x->closing_from > y->closing_from;
}

void
settle_policy_set_add(SettlePolicySet *set, SettlePolicy *policy)
{
    GPtrArray *versions;

    settle_invariant(policy->policy_id > 0 && policy->carrier_id > 0);
    versions = g_hash_table_lookup(set->by_carrier, GINT_TO_POINTER(policy->carrier_id));
    if (versions == NULL) {
        versions = g_ptr_array_new();
        g_hash_table_insert(set->by_carrier, GINT_TO_POINTER(policy->carrier_id), versions);
    }
    g_ptr_array_add(versions, policy);
    g_ptr_array_sort(versions, compare_closing);
    g_ptr_array_add(set->policies, policy);
    g_ptr_array_sort(set->policies, compare_ids);
}

const SettlePolicy *
settle_policy_set_find(const SettlePolicySet *set, int32_t carrier_id, SettleDay closing_day)
{
    const GPtrArray *versions = g_hash_table_lookup(set->by_carrier, GINT_TO_POINTER(carrier_id));

    /* from the latest on: most orders are recent */
    for (guint i = versions != NULL ? versions->len : 0; i > 0; i--) {
        const SettlePolicy *policy = g_ptr_array_index(versions, i - 1);

        if (policy->closing_from <= closing_day)
            return closing_day <= policy->closing_to ? policy : NULL;
    }
    return NULL;
}

static int
compare_id(gconstpointer policies, guint at, gconstpointer policy_id)
{
    int32_t id = ((const SettlePolicy *const *) policies)[at]->policy_id,
            wanted = *(const int32_t *) policy_id;

    return id == wanted ? 0 : id < wanted ? -1 : 1;
}

const SettlePolicy *
settle_policy_set_get(const SettlePolicySet *set, int32_t policy_id)
{
    guint at = settle_find(set->policies->pdata, set->policies->len, &policy_id, compare_id);

    return at < set->policies->len ? g_ptr_array_index(set->policies, at) : NULL;
}

guint
settle_policy_set_size(const SettlePolicySet *set)
{
    return set->policies->len;
}

const SettlePolicy *
settle_policy_set_nth(const SettlePolicySet *set, guint n)
{
    return g_ptr_array_index(set->policies, n);
}

const SettlePolicy *const *
settle_policy_set_versions(const SettlePolicySet *set, int32_t carrier_id, guint *ret_n)
{
    const GPtrArray *versions = g_hash_table_lookup(set->by_carrier, GINT_TO_POINTER(carrier_id));

    *ret_n = versions != NULL ? versions->len : 0;
    return versions != NULL ? (const SettlePolicy *const *) versions->pdata : NULL;
}

const SettlePolicy *
settle_policy_set_terms_among(const SettlePolicySet *set, int32_t carrier_id, SettleDay day,
                              int32_t last_id)
{
    const GPtrArray *versions = g_hash_table_lookup(set->by_carrier, GINT_TO_POINTER(carrier_id));

    for (guint i = versions != NULL ? versions->len : 0; i > 0; i--) {
        const SettlePolicy *policy = g_ptr_array_index(versions, i - 1);

        if (policy->closing_from <= day && policy->policy_id <= last_id)
            return policy;
    }
    return NULL;
}

const SettlePolicy *
settle_policy_set_terms(const SettlePolicySet *set, int32_t carrier_id, SettleDay day)
{
    return settle_policy_set_terms_among(set, carrier_id, day, G_MAXINT32);
}
