#include "policy/build.h"

#include <string.h>

/* Finds rules that never apply because an earlier one of their kind and group takes all that they
 * could: plain containment of what they are for. */

typedef struct {
    guint comparisons; /* of codes */
} Search;

/* Enough for any policy that people write, and an end for those that programs do. */
#define COMPARISONS_MAX 20000000

/* TRUE if each of `narrow` is among `wide`; no list at all is everything. */
static gboolean
texts_cover(Search *search, GStrv wide, GStrv narrow)
{
    if (wide == NULL)
        return TRUE;
    if (narrow == NULL)
        return FALSE;
    for (guint i = 0; narrow[i] != NULL; i++) {
        gboolean found = FALSE;

        for (guint j = 0; wide[j] != NULL && !found; j++, search->comparisons++)
            found = strcmp(wide[j], narrow[i]) == 0;
        if (!found)
            return FALSE;
    }
    return TRUE;
}

static gboolean
interval_covers(SettleInterval wide, SettleInterval narrow)
{
    return wide.from <= narrow.from && wide.to >= narrow.to;
}

static gboolean
selector_covers(Search *search, const SettleSelector *wide, const SettleSelector *narrow)
{
    return texts_cover(search, wide->products, narrow->products) &&
           texts_cover(search, wide->classes, narrow->classes) &&
           texts_cover(search, wide->regions, narrow->regions) &&
           texts_cover(search, wide->channels, narrow->channels) &&
           texts_cover(search, wide->distributors, narrow->distributors) &&
           interval_covers(wide->amount, narrow->amount) &&
           interval_covers(wide->quantity, narrow->quantity) &&
           interval_covers(wide->tier, narrow->tier) &&
           (wide->first_order < 0 || wide->first_order == narrow->first_order);
}

void
settle_policy_find_covered(const SettlePolicy *policy, const SettleNode *list,
                           SettleDiagnostics *diagnostics)
{
    Search search = {0};

    /* pairwise: not for policies that a program wrote */
    if (policy->n_rules > 500)
        return;
    for (guint i = 1; i < policy->n_rules; i++) {
        const SettleRule *rule = &policy->rules[i];

        for (guint j = 0; j < i && search.comparisons < COMPARISONS_MAX; j++) {
            const SettleRule *earlier = &policy->rules[j];

            if (rule->id != NULL && earlier->kind == rule->kind &&
                g_strcmp0(earlier->group, rule->group) == 0 &&
                selector_covers(&search, &earlier->selector, &rule->selector)) {
                settle_diagnose(diagnostics, SETTLE_SEVERITY_WARNING, "P101",
                                g_ptr_array_index(list->values, i),
                                "put the narrower rule first, or give one of them a group",
                                "\"%s\" never applies: \"%s\" before it takes all of its orders",
                                rule->id, earlier->id);
                break;
            }
        }
    }
}
