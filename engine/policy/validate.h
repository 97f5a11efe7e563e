/* Validation: a document against the field table, before anything is built of it. */
#pragma once

#include "document/tree.h"

G_BEGIN_DECLS

/* Unknown and missing keys, shapes, types, ranges: everything that the field table says. Marks the
 * values of the document and the rules that have errors as faulty. */
void settle_policy_validate(SettleNode *top, SettleDiagnostics *diagnostics);
/* The same for an example that stands alone, for the policy of that document. */
void settle_example_validate(SettleNode *node, const SettleNode *document,
                             SettleDiagnostics *diagnostics);
/* The currency's exponent that amounts of this document are held against (2 if it is not known). */
int settle_policy_exponent(const SettleNode *top);

G_END_DECLS
