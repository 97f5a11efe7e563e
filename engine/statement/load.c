/* The statement of a carrier's month that holds: the last one that was taken in (write.c) and not
 * withdrawn (withdraw.c), as the control log has it. Its lines are read when it is matched
 * (match.c). */
#include "statement/internal.h"

#include "store/sql.h"

#include <string.h>

gboolean
settle_statement_carrier(SettleStore *store, const char *carrier, int32_t *ret_id, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_deposit_party, error, "is",
                                                     (int32_t) SETTLE_DIM_CARRIER, carrier);

    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no carrier \"%s\"", carrier);
        return FALSE;
    }
    *ret_id = settle_result_i32(row, 0, SQL_DEPOSIT_PARTY_ID);
    return TRUE;
}

gboolean
settle_statement_load(SettleStore *store, const char *carrier, SettleMonth period,
                      SettleStatement *ret_statement, GError **error)
{
    g_autofree char *name = settle_statement_title(carrier, period);
    g_autoptr(SettleResult) row = NULL;
    const uint8_t *bytes;
    size_t length;
    int32_t carrier_id;

    if (!settle_statement_carrier(store, carrier, &carrier_id, error) ||
        (row = settle_store_query(store, settle_sql_statement_current, error, "s", name)) == NULL)
        return FALSE;
    if (settle_result_rows(row) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "no statement of %s holds", name);
        settle_error_hint(error, "settle reconcile statement FILE.csv --carrier C --period P takes "
                                 "one in; settle reconcile statements lists those that came");
        return FALSE;
    }
    *ret_statement = (SettleStatement){
        .carrier = g_strdup(carrier),
        .period = period,
        .carrier_id = carrier_id,
        .position = settle_result_i64(row, 0, SQL_STATEMENT_CURRENT_POSITION),
        .n_lines = settle_result_i64(row, 0, SQL_STATEMENT_CURRENT_LINES),
        .tolerance_minor = settle_result_i64(row, 0, SQL_STATEMENT_CURRENT_TOLERANCE_MINOR),
        .file = g_strdup(settle_result_text(row, 0, SQL_STATEMENT_CURRENT_FILE)),
        .imported_by = g_strdup(settle_result_text(row, 0, SQL_STATEMENT_CURRENT_ACTOR)),
        .imported_at = g_strdup(settle_result_text(row, 0, SQL_STATEMENT_CURRENT_IMPORTED_AT)),
        .withdrawal = g_strdup(settle_result_text(row, 0, SQL_STATEMENT_CURRENT_WITHDRAWAL)),
        .asked_by = g_strdup(settle_result_text(row, 0, SQL_STATEMENT_CURRENT_ASKED_BY)),
        .viewer = g_strdup(settle_result_text(row, 0, SQL_STATEMENT_CURRENT_VIEWER)),
    };
    bytes = settle_result_bytes(row, 0, SQL_STATEMENT_CURRENT_DIGEST, &length);
    memcpy(ret_statement->digest, bytes, MIN(length, sizeof ret_statement->digest));
    return TRUE;
}
