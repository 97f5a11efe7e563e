/* Sums of what is used of ceilings. */
#include "run/chunk/ceilings.h"

#include "base/checked.h"
#include "calc/terms.h"
#include "policy/windows.h"

static guint
use_hash(gconstpointer use)
{
    const SettleCeilingUse *u = use;

    return ((guint) u->carrier_id * 2654435761u ^ u->rule) * 2246822519u ^ (guint) u->month;
}

static gboolean
use_equal(gconstpointer a, gconstpointer b)
{
    const SettleCeilingUse *x = a, *y = b;

    return x->carrier_id == y->carrier_id && x->currency == y->currency && x->rule == y->rule &&
           x->month == y->month && x->by_windows == y->by_windows;
}

GHashTable *
settle_ceilings_new(void)
{
    return g_hash_table_new_full(use_hash, use_equal, g_free, NULL);
}

gboolean
settle_ceilings_add(GHashTable *uses, const SettleCeilingUse *more)
{
    SettleCeilingUse *known = g_hash_table_lookup(uses, more);

    if (known != NULL)
        return settle_add_i64(known->used_minor, more->used_minor, &known->used_minor);
    g_hash_table_add(uses, g_memdup2(more, sizeof *more));
    return TRUE;
}

gboolean
settle_ceilings_add_amount(GHashTable *uses, const SettlePolicySet *policies,
                           const SettlePolicy *policy, const SettleRule *rule, SettleMonth month,
                           int64_t minor)
{
    SettleCeilingUse use = {.carrier_id = policy->carrier_id,
                            .currency = policy->currency,
                            .month = month,
                            .by_windows = settle_kind_is_window((int) rule->kind),
                            .used_minor = minor};

    if (settle_carrier_has_ceiling(policies, policy->carrier_id, 0) &&
        !settle_ceilings_add(uses, &use))
        return FALSE;
    use.rule = rule->number;
    return !settle_carrier_has_ceiling(policies, policy->carrier_id, use.rule) ||
           settle_ceilings_add(uses, &use);
}

gboolean
settle_ceilings_used(GHashTable *uses, SettleCeilingUse use, SettleWindow window,
                     int64_t *ret_minor)
{
    SettleMonth end = settle_window_end(window, settle_month_first(use.month));
    int64_t sum = 0;

    for (use.month = end - settle_window_months(window) + 1; use.month <= end; use.month++) {
        for (int by = FALSE; by <= TRUE; by++) {
            const SettleCeilingUse *found;

            use.by_windows = by;
            found = g_hash_table_lookup(uses, &use);
            if (found != NULL && !settle_add_i64(sum, found->used_minor, &sum))
                return FALSE;
        }
    }
    *ret_minor = sum;
    return TRUE;
}
