/* Building, the examples of a policy whose rules are built. */
#pragma once

#include "document/tree.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* Adds the examples to the policy. */
void settle_policy_build_examples(const SettleNode *top, SettlePolicy *policy,
                                  SettleDiagnostics *diagnostics);
/* One that stands alone, for the policy of that document. Validation wants no errors before. */
void settle_example_build(const SettleNode *node, const SettleNode *document, SettlePolicy *policy,
                          SettleDiagnostics *diagnostics, SettleExample *example);

G_END_DECLS
