/* Policy files as the commands read them: contents, diagnostics with line and caret, findings. */
#include "cli/policy-file.h"

#include "cli/slips.h"

#include <errno.h>

void
settle_cli_diagnostics(const SettleDiagnostics *diagnostics, const char *name, const char *text,
                       gsize length, json_t *json)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < diagnostics->items->len; i++) {
        const SettleDiagnostic *d = g_ptr_array_index(diagnostics->items, i);

        if (json != NULL)
            json_array_append_new(json,
                                  json_pack("{s:s, s:i, s:i, s:s, s:s, s:s, s:s?}", "file", name,
                                            "line", (int) d->line, "column", (int) d->column,
                                            "severity", settle_severity_name(d->severity), "code",
                                            d->code, "message", d->message, "hint", d->hint));
        else
            settle_diagnostic_print(d, name, text, length, out);
    }
    fputs(out->str, stdout);
}

void
settle_cli_findings(const SettleCliFindings *files, guint n)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint errors = 2; errors-- > 0;)
        for (guint i = 0; i < n; i++)
            for (guint j = 0; j < files[i].diagnostics->items->len; j++) {
                const SettleDiagnostic *d = g_ptr_array_index(files[i].diagnostics->items, j);

                if ((d->severity == SETTLE_SEVERITY_ERROR) == errors)
                    settle_diagnostic_print(d, files[i].name, files[i].text, files[i].length, out);
            }
    fputs(out->str, stdout);
}

#define NAMED 5 /* files with errors, by name */

void
settle_cli_findings_summary(const SettleCliFindings *files, guint n)
{
    g_autoptr(GString) names = g_string_new(NULL);
    guint errors = 0, warnings = 0, notes = 0, faulty = 0;

    for (guint i = 0; i < n; i++) {
        errors += files[i].diagnostics->n_errors;
        warnings += files[i].diagnostics->n_warnings;
        notes += files[i].diagnostics->n_notes;
        if (files[i].diagnostics->n_errors > 0 && faulty++ < NAMED)
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : " in ", files[i].name);
    }
    if (n < 2)
        return;
    if (faulty > NAMED)
        g_string_append_printf(names, " and %u more", faulty - NAMED);
    printf("%u policies: %u error%s%s, %u warning%s, %u note%s\n", n, errors,
           errors == 1 ? "" : "s", names->str, warnings, warnings == 1 ? "" : "s", notes,
           notes == 1 ? "" : "s");
}

gboolean
settle_cli_policy_read(const char *path, char **ret_text, gsize *ret_length)
{
    g_autofree char *hint = NULL;
    GError *error = NULL;
    int number;

    if (g_file_get_contents(path, ret_text, ret_length, NULL))
        return TRUE;
    number = errno;
    hint = settle_cli_file_hint(path);
    g_set_error(&error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "cannot read \"%s\": %s", path,
                g_strerror(number));
    if (hint != NULL)
        settle_error_hint(&error, "%s", hint);
    settle_cli_fail(error);
    return FALSE;
}

SettlePolicy *
settle_cli_policy_compile(const char *name, const char *text, gsize length, json_t *json)
{
    SettlePolicy *policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics = settle_policy_load_checked(text, length, &policy);

    settle_cli_diagnostics(diagnostics, name, text, length, json);
    return policy;
}
