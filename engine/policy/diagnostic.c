#include "policy/tree.h"

#include <string.h>

static void
diagnostic_free(gpointer data)
{
    SettleDiagnostic *diagnostic = data;

    g_free(diagnostic->message);
    g_free(diagnostic->hint);
    g_free(diagnostic);
}

static SettleDiagnostics *
diagnostics_new(void)
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

void
settle_diagnose(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                const SettleNode *node, const char *hint, const char *format, ...)
{
    guint *n =
        severity == SETTLE_SEVERITY_ERROR ? &diagnostics->n_errors : &diagnostics->n_warnings;
    SettleDiagnostic *diagnostic;
    va_list arguments;

    if ((*n)++ >= SETTLE_POLICY_SHOWN_MAX)
        return;
    diagnostic = g_new0(SettleDiagnostic, 1);
    diagnostic->severity = severity;
    g_strlcpy(diagnostic->code, code, sizeof diagnostic->code);
    diagnostic->line = node->line;
    diagnostic->column = node->column;
    diagnostic->width = MAX(node->width, 1);
    va_start(arguments, format);
    diagnostic->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    diagnostic->hint = g_strdup(hint);
    g_ptr_array_add(diagnostics->items, diagnostic);
}

static guint
edits(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    guint row[65], previous, above;

    if (n > 64 || m > 64)
        return G_MAXUINT;
    for (size_t j = 0; j <= m; j++)
        row[j] = (guint) j;
    for (size_t i = 1; i <= n; i++) {
        previous = row[0];
        row[0] = (guint) i;
        for (size_t j = 1; j <= m; j++) {
            above = row[j];
            row[j] = MIN(MIN(row[j] + 1, row[j - 1] + 1), previous + (a[i - 1] != b[j - 1]));
            previous = above;
        }
    }
    return row[m];
}

const char *
settle_did_you_mean(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    guint least = (guint) MAX(strlen(word) / 3, 1) + 1;

    for (; *candidates != NULL; candidates++) {
        guint n = edits(word, *candidates);

        if (n < least) {
            least = n;
            best = *candidates;
        }
    }
    return best;
}

void
settle_diagnostic_print(const SettleDiagnostic *diagnostic, const char *file_name, const char *text,
                        size_t length, GString *out)
{
    const char *line = text, *end = text + length, *newline;

    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        line += 3; /* a byte order mark is no column */

    g_string_append_printf(out, "%s:%u:%u: %s: %s [%s]\n", file_name, diagnostic->line,
                           diagnostic->column,
                           diagnostic->severity == SETTLE_SEVERITY_ERROR ? "error" : "warning",
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
            gunichar u = g_utf8_get_char(c);

            g_string_append(out, u == '\t' ? "\t" : g_unichar_iswide(u) ? "  " : " ");
            c = g_utf8_next_char(c);
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

/* --- the loader's frame ---------------------------------------------------------------------- */

#include "base/digest.h"
#include "policy/build.h"

static int
compare_places(gconstpointer a, gconstpointer b)
{
    const SettleDiagnostic *x = *(SettleDiagnostic *const *) a;
    const SettleDiagnostic *y = *(SettleDiagnostic *const *) b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

SettleDiagnostics *
settle_policy_load(const char *text, size_t length, SettlePolicy **ret_policy)
{
    SettleDiagnostics *diagnostics = diagnostics_new();
    SettleNode *top = settle_tree_read(text, length, diagnostics);
    SettlePolicy *policy = NULL;

    if (top != NULL) {
        settle_policy_validate(top, diagnostics);
        /* also after errors, from what is sound: all of them are wanted in one pass */
        policy = settle_policy_build(top, diagnostics);
        settle_node_free(top);
    }
    if (diagnostics->n_errors > 0)
        g_clear_pointer(&policy, settle_policy_free);
    if (policy != NULL)
        settle_digest_once(text, length, policy->hash);
    g_ptr_array_sort(diagnostics->items, compare_places);
    *ret_policy = policy;
    return diagnostics;
}
