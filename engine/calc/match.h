/* Which rules of a policy apply to an order: the first that matches in document order per kind and
 * group (docs/semantics.md 5). The selectors are compiled to sets of rules for each value of each
 * attribute, so that the cost per order does not grow with the number of rules; nothing is
 * remembered between orders. */
#pragma once

#include "base/arena.h"
#include "model/directory.h"
#include "model/facts.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* The rules of an order. Starts as zeros; its memory is the caller's, who may use it for one order
 * after another and clears it in the end. */
typedef struct {
    const SettleRule **rules; /* matched rules by kind, then document order */
    guint n_rules;
    guint n_order_rules; /* of kinds that earn by the order: they come first, the others measure
                          * windows (model/kind.h) */
    guint n_allocated;   /* places in rules; 0: they belong to an arena */
} SettleMatch;

/* Gives back what the match holds, not the struct. */
void settle_match_clear(SettleMatch *match);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleMatch, settle_match_clear)
/* A copy whose rules belong to the arena: it is not cleared. */
SettleMatch settle_match_copy(const SettleMatch *match, SettleArena *arena);

/* Only the rules that earn by the order stay. */
static inline void
settle_match_drop_windows(SettleMatch *match)
{
    match->n_rules = match->n_order_rules;
}
/* One more rule of a kind that measures windows, of whatever version. Not of a copy. */
void settle_match_add_window(SettleMatch *match, const SettleRule *rule);

typedef struct SettleMatcher SettleMatcher;

/* Binds the codes in the policy's selectors to the directory's ids (codes the directory does not
 * know never match). One matcher per thread: it has scratch memory. The policy must outlive it.
 * Memory: at most 512 bytes a code and 1 kB an amount, quantity or tier that the policy names. */
SettleMatcher *settle_matcher_new(const SettlePolicy *policy, const SettleDirectory *directory);
void settle_matcher_free(SettleMatcher *matcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleMatcher, settle_matcher_free)

/* Fills match (n_rules may be 0), which is valid as long as the policy, and returns it. */
const SettleMatch *settle_matcher_find(SettleMatcher *matcher, const SettleOrder *order,
                                       const SettleOrderParties *parties, SettleMatch *match);

/* The policy version of a carrier for closing days: per carrier, disjoint ranges. */
typedef struct SettlePolicySet SettlePolicySet;
SettlePolicySet *settle_policy_set_new(void);
void settle_policy_set_free(SettlePolicySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettlePolicySet, settle_policy_set_free)
/* Takes ownership; policy->policy_id and carrier_id must be set. */
void settle_policy_set_add(SettlePolicySet *set, SettlePolicy *policy);
/* The version that holds for orders of that carrier closed that day, or NULL. */
const SettlePolicy *settle_policy_set_find(const SettlePolicySet *set, int32_t carrier_id,
                                           SettleDay closing_day);
/* By id, or NULL. */
const SettlePolicy *settle_policy_set_get(const SettlePolicySet *set, int32_t policy_id);
guint settle_policy_set_size(const SettlePolicySet *set);
const SettlePolicy *settle_policy_set_nth(const SettlePolicySet *set, guint n); /* by policy_id */
/* A carrier's versions by closing days; NULL and 0: it has none. */
const SettlePolicy *const *settle_policy_set_versions(const SettlePolicySet *set,
                                                      int32_t carrier_id, guint *ret_n);
/* The version whose terms rule on that day, of invoicing, or of a window or month that it is the
 * last day of: the one holding then, else the latest before, else NULL (docs/semantics.md 13.9,
 * 14.2). */
const SettlePolicy *settle_policy_set_terms(const SettlePolicySet *set, int32_t carrier_id,
                                            SettleDay day);
/* The same of the versions with ids up to last_id: of those that were active before the others. */
const SettlePolicy *settle_policy_set_terms_among(const SettlePolicySet *set, int32_t carrier_id,
                                                  SettleDay day, int32_t last_id);

G_END_DECLS
