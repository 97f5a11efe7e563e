/* YAML text -> diagnostics and a compiled policy. The only user of libyaml. */
#pragma once

#include "policy/policy.h"

G_BEGIN_DECLS

typedef enum {
    SETTLE_SEVERITY_ERROR = 1, /* the policy cannot be used */
    SETTLE_SEVERITY_WARNING,   /* it can, but is hardly meant so */
    SETTLE_SEVERITY_NOTE,      /* what it does, for those who did not know */
} SettleSeverity;
/* "error", "warning", "note" */
const char *settle_severity_name(SettleSeverity severity);

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
    guint n_notes;
} SettleDiagnostics;

SettleDiagnostics *settle_diagnostics_new(void);
void settle_diagnostics_free(SettleDiagnostics *diagnostics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleDiagnostics, settle_diagnostics_free)

/* Reads one document. Always returns diagnostics (never NULL). *ret_policy is the compiled policy
 * if there were no errors, else NULL; the caller owns both. */
SettleDiagnostics *settle_policy_load(const char *text, size_t length, SettlePolicy **ret_policy);

/* Reads an example that stands alone (keys of the section "example") for a policy that was loaded
 * from policy_text. Always returns diagnostics; *ret_example is filled if there were no errors, and
 * then to be cleared with settle_example_clear(). */
SettleDiagnostics *settle_example_load(const char *policy_text, size_t policy_length,
                                       SettlePolicy *policy, const char *text, size_t length,
                                       SettleExample *ret_example);

/* Adds one that was found after loading. hint: NULL or copied. */
void settle_diagnose_at(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                        SettlePlace place, const char *hint, const char *format, ...)
    G_GNUC_PRINTF(6, 7);
/* Puts them in document order; what was added later stays behind what is at the same place. */
void settle_diagnostics_sort(SettleDiagnostics *diagnostics);

/* Writes one diagnostic the way a compiler does: "FILE:LINE:COL: error: text [P031]", the source
 * line, a caret, "hint: ...". */
void settle_diagnostic_print(const SettleDiagnostic *diagnostic, const char *file_name,
                             const char *text, size_t length, GString *out);

/* The JSON Schema and the reference page, generated from the field table. Caller frees. */
char *settle_policy_schema(void);
char *settle_policy_reference(void);

G_END_DECLS
