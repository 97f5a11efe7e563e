/* Building, the terms that any rule can carry: holdback, clawback and the like. */
#pragma once

#include "policy/build-values.h"

G_BEGIN_DECLS

/* docs/semantics.md 5.5 to 5.7: what the policy says of all rules, and what a rule says of itself.
 */
void settle_build_policy_terms(SettleBuild *build, SettlePolicyTerms *terms);
void settle_build_rule_terms(SettleBuild *build, const SettleNode *node, SettleTerms *terms);

G_END_DECLS
