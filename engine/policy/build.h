/* From the tree to a compiled policy: every value is held against the field table, then the rules
 * and the examples are built from values that are known to be well-formed. load.c calls them in
 * this order, with the findings (findings.h) between rules and examples. */
#pragma once

#include "document/tree.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* Unknown and missing keys, shapes, types, ranges: everything that the field table says. Marks the
 * values of the document and the rules that have errors as faulty. */
void settle_policy_validate(SettleNode *top, SettleDiagnostics *diagnostics);
/* Builds all but the examples, and checks what depends on each other. Never NULL; unusable if there
 * were errors: what is faulty is left out. ret_sound, by rule: 1 if it has no errors; NULL if there
 * is no list of rules that can be read. g_free. */
SettlePolicy *settle_policy_build(const SettleNode *top, SettleDiagnostics *diagnostics,
                                  guint8 **ret_sound);
/* Adds the examples to a policy whose rules are built. */
void settle_policy_build_examples(const SettleNode *top, SettlePolicy *policy,
                                  SettleDiagnostics *diagnostics);

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
