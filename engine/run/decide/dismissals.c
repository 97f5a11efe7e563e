/* Dismissing kept rows: a decision of an approver, for each batch one. */
#include "run/decide/dismissals.h"

#include "base/failpoint.h"
#include "store/sql.h"

gboolean
settle_rows_dismiss(SettleStore *store, const SettleDismissal *which, const char *reason,
                    int64_t *ret_rows, int64_t *ret_batches, GError **error)
{
    g_autoptr(SettleResult) done = NULL;

    if (!settle_store_begin(store, error))
        return FALSE;
    done = settle_store_query(store, settle_sql_quarantine_dismiss, error, "ilss", which->batch_id,
                              which->line, which->rejected, reason);
    if (done != NULL && settle_failpoint(DISMISS_BEFORE_COMMIT, error) &&
        settle_store_commit(store, error) && settle_failpoint(DISMISS_COMMITTED, error)) {
        *ret_rows = settle_result_i64(done, 0, SQL_QUARANTINE_DISMISS_ROWS);
        *ret_batches = settle_result_i64(done, 0, SQL_QUARANTINE_DISMISS_BATCHES);
        return TRUE;
    }
    settle_store_rollback(store);
    return FALSE;
}
