/* What is wrong with a document, or worth knowing about it, and where. */
#pragma once

#include <glib.h>
#include <stdarg.h>

G_BEGIN_DECLS

#define SETTLE_DIAGNOSTICS_SHOWN_MAX 200 /* of each severity are kept; the rest is counted */

typedef enum {
    SETTLE_SEVERITY_ERROR = 1, /* the document cannot be used */
    SETTLE_SEVERITY_WARNING,   /* it can, but is hardly meant so */
    SETTLE_SEVERITY_NOTE,      /* what it does, for those who did not know */
} SettleSeverity;
/* "error", "warning", "note" */
const char *settle_severity_name(SettleSeverity severity);

/* Of a value in its document. */
typedef struct {
    guint line, column, width; /* 1-based; columns and width in characters */
} SettlePlace;

typedef struct {
    SettleSeverity severity;
    char code[8];  /* "P031": stable; those of policies are documented in rules/REFERENCE.md */
    guint line;    /* 1-based */
    guint column;  /* 1-based, in characters */
    guint width;   /* characters to underline, >= 1 */
    char *message; /* lower case, no full stop */
    char *hint;    /* or NULL */
} SettleDiagnostic;

typedef struct {
    GPtrArray *items; /* SettleDiagnostic*, in document order once they are sorted */
    guint n_errors;
    guint n_warnings;
    guint n_notes;
} SettleDiagnostics;

/* Never NULL; the caller owns it. */
SettleDiagnostics *settle_diagnostics_new(void);
void settle_diagnostics_free(SettleDiagnostics *diagnostics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleDiagnostics, settle_diagnostics_free)

/* Adds one. code and hint are copied, hint may be NULL; format: the message. */
void settle_diagnose_at(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                        SettlePlace place, const char *hint, const char *format, ...)
    G_GNUC_PRINTF(6, 7);
void settle_diagnose_with(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                          SettlePlace place, const char *hint, const char *format,
                          va_list arguments) G_GNUC_PRINTF(6, 0);
/* Puts them in document order; of several at one place, what was added later stays last. */
void settle_diagnostics_sort(SettleDiagnostics *diagnostics);

/* Writes one diagnostic the way a compiler does: "FILE:LINE:COL: error: text [P031]", the source
 * line, a caret, "hint: ...". */
void settle_diagnostic_print(const SettleDiagnostic *diagnostic, const char *file_name,
                             const char *text, size_t length, GString *out);

G_END_DECLS
