/* Building: from a tree that was validated to a policy without its examples. load.c calls
 * validation, building, findings and the examples in this order. */
#pragma once

#include "document/tree.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* Builds all but the examples, and checks what depends on each other. Never NULL; unusable if there
 * were errors: what is faulty is left out. ret_sound, by rule: 1 if it has no errors; NULL if there
 * is no list of rules that can be read. g_free. */
SettlePolicy *settle_policy_build(const SettleNode *top, SettleDiagnostics *diagnostics,
                                  guint8 **ret_sound);

G_END_DECLS
