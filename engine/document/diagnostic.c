/* Errors, warnings and notes about a document: kept, counted, sorted, and printed with the line
 * they are about. Filled by tree.c and by whoever reads the tree. */
#include "document/diagnostic.h"

#include "base/text.h"

#include <string.h>

static void
diagnostic_free(gpointer data)
{
    SettleDiagnostic *diagnostic = data;

    g_free(diagnostic->message);
    g_free(diagnostic->hint);
    g_free(diagnostic);
}

SettleDiagnostics *
settle_diagnostics_new(void)
{
    SettleDiagnostics *diagnostics = g_new0(SettleDiagnostics, 1);

    diagnostics->items = g_ptr_array_new_with_free_func(diagnostic_free);
    return diagnostics;
}

void
settle_diagnostics_free(SettleDiagnostics *diagnostics)
{
    g_ptr_array_unref(diagnostics->items);
    g_free(diagnostics);
}

const char *
settle_severity_name(SettleSeverity severity)
{
    switch (severity) {
    case SETTLE_SEVERITY_ERROR:
        return "error";
    case SETTLE_SEVERITY_WARNING:
        return "warning";
    case SETTLE_SEVERITY_NOTE:
        return "note";
    }
    return "";
}

static guint *
counter_of(SettleDiagnostics *diagnostics, SettleSeverity severity)
{
    switch (severity) {
    case SETTLE_SEVERITY_ERROR:
        return &diagnostics->n_errors;
    case SETTLE_SEVERITY_WARNING:
        return &diagnostics->n_warnings;
    case SETTLE_SEVERITY_NOTE:
        break;
    }
    return &diagnostics->n_notes;
}

void
settle_diagnose_with(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                     SettlePlace place, const char *hint, const char *format, va_list arguments)
{
    SettleDiagnostic *diagnostic;

    if ((*counter_of(diagnostics, severity))++ >= SETTLE_DIAGNOSTICS_SHOWN_MAX)
        return;
    diagnostic = g_new0(SettleDiagnostic, 1);
    diagnostic->severity = severity;
    g_strlcpy(diagnostic->code, code, sizeof diagnostic->code);
    diagnostic->line = place.line;
    diagnostic->column = place.column;
    diagnostic->width = MAX(place.width, 1);
    diagnostic->message = g_strdup_vprintf(format, arguments);
    diagnostic->hint = g_strdup(hint);
    g_ptr_array_add(diagnostics->items, diagnostic);
}

void
settle_diagnose_at(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                   SettlePlace place, const char *hint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    settle_diagnose_with(diagnostics, severity, code, place, hint, format, arguments);
    va_end(arguments);
}

void
settle_diagnostic_print(const SettleDiagnostic *diagnostic, const char *file_name, const char *text,
                        size_t length, GString *out)
{
    const char *line = text, *end = text + length, *newline;

    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        line += 3; /* a byte order mark is no column */

    g_string_append_printf(out, "%s:%u:%u: %s: %s [%s]\n", file_name, diagnostic->line,
                           diagnostic->column, settle_severity_name(diagnostic->severity),
                           diagnostic->message, diagnostic->code);
    for (guint i = 1; i < diagnostic->line && line < end; i++) {
        newline = memchr(line, '\n', (size_t) (end - line));
        line = newline != NULL ? newline + 1 : end;
    }
    newline = memchr(line, '\n', (size_t) (end - line));
    if (newline == NULL)
        newline = end;
    if (newline > line && newline[-1] == '\r')
        newline--;
    if (newline > line && newline - line <= 400 && g_utf8_validate(line, newline - line, NULL)) {
        const char *c = line;

        g_string_append_printf(out, "    %.*s\n    ", (int) (newline - line), line);
        /* wide characters take two columns on a terminal: the caret goes along */
        for (guint i = 1; i < diagnostic->column && c < newline; i++) {
            const char *next_char = g_utf8_next_char(c);

            if (*c == '\t')
                g_string_append_c(out, '\t');
            else
                g_string_append_printf(out, "%*s", (int) settle_text_width(c, next_char - c), "");
            c = next_char;
        }
        g_string_append_c(out, '^');
        for (guint i = 1; i < diagnostic->width && c < newline; i++) {
            c = g_utf8_next_char(c);
            if (c < newline)
                g_string_append_c(out, '~');
        }
        g_string_append_c(out, '\n');
    }
    if (diagnostic->hint != NULL)
        g_string_append_printf(out, "    hint: %s\n", diagnostic->hint);
}

static int
compare_places(gconstpointer a, gconstpointer b)
{
    const SettleDiagnostic *x = *(SettleDiagnostic *const *) a;
    const SettleDiagnostic *y = *(SettleDiagnostic *const *) b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

void
settle_diagnostics_sort(SettleDiagnostics *diagnostics)
{
    g_ptr_array_sort(diagnostics->items, compare_places); /* a stable merge sort */
}
