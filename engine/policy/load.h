/* YAML text -> diagnostics and a compiled policy. The only user of libyaml. */
#pragma once

#include "policy/policy.h"

G_BEGIN_DECLS

typedef enum { SETTLE_SEVERITY_ERROR = 1, SETTLE_SEVERITY_WARNING } SettleSeverity;

typedef struct {
    SettleSeverity severity;
    char code[8];  /* "P031": stable, documented in rules/REFERENCE.md */
    guint line;    /* 1-based */
    guint column;  /* 1-based, in characters */
    guint width;   /* characters to underline, >= 1 */
    char *message; /* lower case, no full stop */
    char *hint;    /* or NULL */
} SettleDiagnostic;

typedef struct {
    GPtrArray *items; /* SettleDiagnostic*, in document order */
    guint n_errors;
    guint n_warnings;
} SettleDiagnostics;

void settle_diagnostics_free(SettleDiagnostics *diagnostics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleDiagnostics, settle_diagnostics_free)

/* Reads one document. Always returns diagnostics (never NULL). *ret_policy is the compiled policy
 * if there were no errors, else NULL; the caller owns both. */
SettleDiagnostics *settle_policy_load(const char *text, size_t length, SettlePolicy **ret_policy);

/* Writes one diagnostic the way a compiler does: "FILE:LINE:COL: error: text [P031]", the source
 * line, a caret, "hint: ...". */
void settle_diagnostic_print(const SettleDiagnostic *diagnostic, const char *file_name,
                             const char *text, size_t length, GString *out);

/* The JSON Schema and the reference page, generated from the field table. Caller frees. */
char *settle_policy_schema(void);
char *settle_policy_reference(void);

G_END_DECLS
