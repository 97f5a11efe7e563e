/* Verify, the small things: one statement a check (check-*.sql), each row that it returns is a
 * finding. */
#include "audit/state.h"

#include "store/sql.h"

/* Each returns a row for what does not hold: run (0: none), place, text. */
static gboolean
check(SettleAudit *audit, SettleStore *store, const char *sql, GError **error)
{
    g_autoptr(SettleReader) reader = settle_store_read(store, sql, "");

    while (settle_reader_next(reader)) {
        size_t place_length, text_length;
        const char *place = settle_reader_text(reader, SQL_CHECK_FINDING_PLACE, &place_length);
        const char *text = settle_reader_text(reader, SQL_CHECK_FINDING_FINDING, &text_length);
        g_autofree char *copy = g_strndup(place, place_length);

        settle_audit_note(audit, settle_reader_i32(reader, SQL_CHECK_FINDING_RUN_ID), copy, "%.*s",
                          (int) text_length, text);
    }
    return settle_reader_end(reader, error);
}

gboolean
settle_audit_checks(SettleAudit *audit, SettleStore *store, GError **error)
{
    const char *const checks[] = {
        settle_sql_check_numbers,         settle_sql_check_policies,
        settle_sql_check_consumption,     settle_sql_check_batches,
        settle_sql_check_slices,          settle_sql_check_facts,
        settle_sql_check_receipts,        settle_sql_check_invoices,
        settle_sql_check_invoice_batches, settle_sql_check_invoice_numbers,
        settle_sql_check_invoice_ledger,  settle_sql_check_invoice_bindings,
        settle_sql_check_issues,          settle_sql_check_parties,
        settle_sql_check_keys,            settle_sql_check_servers,
        settle_sql_check_senders,         settle_sql_check_waited,
    };

    for (guint i = 0; i < G_N_ELEMENTS(checks); i++)
        if (!check(audit, store, checks[i], error))
            return FALSE;
    return TRUE;
}
