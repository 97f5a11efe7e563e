/* Verify, policies: what is stored beside a version's text (carrier, days, currency, tax; kinds,
 * names and splits of its rules) is what the text says. Reports, lists and invoices look there and
 * never into the text; a text is sealed with its hash, and what stands beside it as it was told. */
#include "audit/state.h"

#include "policy/load.h"
#include "store/sql.h"

#include <string.h>

static void
add_rule(GString *text, const SettleRule *rule, guint ordinal)
{
    const int32_t *parts = rule->terms.split_parts;

    g_string_append_printf(text, "%u %d %s (", ordinal, (int) rule->kind, rule->id);
    if (parts[0] != 0 || parts[1] != 0 || parts[2] != 0)
        g_string_append_printf(text, "%d,%d,%d", parts[0], parts[1], parts[2]);
    g_string_append(text, ")\n");
}

/* As verify-policy-texts.sql has it. */
static char *
said_by(const SettlePolicy *policy)
{
    GString *text = g_string_new(NULL);
    char from[SETTLE_DAY_TEXT_BYTES], to[SETTLE_DAY_TEXT_BYTES];

    g_string_append_printf(text, "%s %s of %s, %s..%s, %d %" G_GINT64_FORMAT " %s\n", policy->name,
                           policy->version, policy->carrier,
                           settle_day_format(policy->closing_from, from),
                           settle_day_format(policy->closing_to, to), (int) policy->currency,
                           (int64_t) policy->tax_ppb, policy->tax_included ? "t" : "f");
    for (guint i = 0; i < policy->n_rules; i++)
        add_rule(text, &policy->rules[i], i);
    return g_string_free(text, FALSE);
}

/* Names the first line that differs. */
static void
note_difference(SettleAudit *audit, const char *place, const char *said, const char *beside)
{
    g_auto(GStrv) wanted = g_strsplit(said, "\n", -1);
    g_auto(GStrv) stored = g_strsplit(beside, "\n", -1);
    guint i = 0;

    while (wanted[i] != NULL && stored[i] != NULL && strcmp(wanted[i], stored[i]) == 0)
        i++;
    settle_audit_note(audit, 0, place, "beside its text stands \"%s\", the text says \"%s\"",
                      stored[i] != NULL ? stored[i] : "", wanted[i] != NULL ? wanted[i] : "");
}

static void
check(SettleAudit *audit, const SettleResult *rows, int row)
{
    size_t length;
    const uint8_t *document =
        settle_result_bytes(rows, row, SQL_VERIFY_POLICY_TEXTS_DOCUMENT, &length);
    const char *beside = settle_result_text(rows, row, SQL_VERIFY_POLICY_TEXTS_BESIDE);
    g_autofree char *place = g_strdup_printf(
        "policy %d", settle_result_i32(rows, row, SQL_VERIFY_POLICY_TEXTS_POLICY_ID));
    g_autofree char *said = NULL;
    g_autoptr(SettleDiagnostics) diagnostics = NULL;
    SettlePolicy *policy = NULL;

    diagnostics = settle_policy_load((const char *) document, length, &policy);
    if (policy == NULL) {
        settle_audit_note(audit, 0, place, "its text cannot be read by this program");
        return;
    }
    said = said_by(policy);
    settle_policy_free(policy);
    if (strcmp(said, beside) != 0)
        note_difference(audit, place, said, beside);
}

gboolean
settle_audit_policy_texts(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_verify_policy_texts, error, "");

    if (rows == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(rows); row++)
        check(audit, rows, row);
    return TRUE;
}
