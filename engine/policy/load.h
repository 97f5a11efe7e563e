/* YAML text -> diagnostics and a compiled policy. */
#pragma once

#include "document/diagnostic.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* Reads one document. Always returns diagnostics (never NULL). *ret_policy is the compiled policy
 * if there were no errors, else NULL; the caller owns both. */
SettleDiagnostics *settle_policy_load(const char *text, size_t length, SettlePolicy **ret_policy);

/* Reads an example that stands alone (keys of the section "example") for a policy that was loaded
 * from policy_text. Always returns diagnostics; *ret_example is filled if there were no errors, and
 * then to be cleared with settle_example_clear(). */
SettleDiagnostics *settle_example_load(const char *policy_text, size_t policy_length,
                                       SettlePolicy *policy, const char *text, size_t length,
                                       SettleExample *ret_example);

/* The JSON Schema and the reference page, generated from the field table. Caller frees. */
char *settle_policy_schema(void);
char *settle_policy_reference(void);

G_END_DECLS
