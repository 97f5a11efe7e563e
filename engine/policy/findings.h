/* What is wrong with a policy although each of its values is right: found once its rules are built.
 */
#pragma once

#include "document/tree.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* Adds to diagnostics, rule by rule. policy and sound: of settle_policy_build() for this document;
 * rules whose sound is 0 have errors and are left out. */
void settle_findings_look(const SettlePolicy *policy, const SettleNode *top, const guint8 *sound,
                          SettleDiagnostics *diagnostics);

G_END_DECLS
