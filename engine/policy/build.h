/* From the tree to a compiled policy, in two steps: every value is held against the field table,
 * then the policy is built from values that are known to be well-formed. */
#pragma once

#include "document/tree.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* Unknown and missing keys, shapes, types, ranges: everything that the field table says. Marks the
 * values of the document and the rules that have errors as faulty. */
void settle_policy_validate(SettleNode *top, SettleDiagnostics *diagnostics);
/* Builds and checks what hangs together. Never NULL; unusable if there were errors: what is
 * faulty is left out. */
SettlePolicy *settle_policy_build(const SettleNode *top, SettleDiagnostics *diagnostics);

/* The same for an example that stands alone, for the policy of that document. Validation wants no
 * errors before building. */
void settle_example_validate(SettleNode *node, const SettleNode *document,
                             SettleDiagnostics *diagnostics);
void settle_example_build(const SettleNode *node, const SettleNode *document, SettlePolicy *policy,
                          SettleDiagnostics *diagnostics, SettleExample *example);

/* Reading of well-formed scalars. exponent: the currency's. */
gboolean settle_interval_read(const char *text, gboolean is_money, int exponent,
                              SettleInterval *ret_interval);
/* The currency's exponent that amounts of this document are held against (2 if it is not known). */
int settle_policy_exponent(const SettleNode *top);

G_END_DECLS
