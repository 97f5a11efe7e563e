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

gboolean
settle_cli_policy_read(const char *path, char **ret_text, gsize *ret_length)
{
    g_autofree char *hint = NULL;
    int number;

    if (g_file_get_contents(path, ret_text, ret_length, NULL))
        return TRUE;
    number = errno;
    hint = settle_cli_file_hint(path);
    fprintf(stderr, "settle: cannot read \"%s\": %s\n%s%s%s", path, g_strerror(number),
            hint != NULL ? "hint: " : "", hint != NULL ? hint : "", hint != NULL ? "\n" : "");
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

gboolean
settle_cli_policy_load(const char *path, char **ret_text, gsize *ret_length,
                       SettlePolicy **ret_policy, json_t *json)
{
    *ret_policy = NULL;
    if (!settle_cli_policy_read(path, ret_text, ret_length))
        return FALSE;
    *ret_policy = settle_cli_policy_compile(path, *ret_text, *ret_length, json);
    return *ret_policy != NULL;
}
