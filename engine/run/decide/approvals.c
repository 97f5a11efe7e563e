/* Approves invoice batches: checks who drafted them, and keeps what was approved by its digest. */
#include "run/decide/approvals.h"

#include "base/digest.h"
#include "base/failpoint.h"
#include "store/sql.h"

#include <string.h>

static gboolean
check_approval(SettleStore *store, const char *batch, int32_t run, const char *carrier,
               uint8_t ret_digest[SETTLE_DIGEST_BYTES], GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_invoice_batch, error, "is", run, carrier);
    const uint8_t *digest;
    size_t length;

    if (row == NULL)
        return FALSE;
    settle_invariant(settle_result_rows(row) == 1);
    if (settle_result_bool(row, 0, SQL_INVOICE_BATCH_IS_APPROVED)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "invoice batch %s is approved already",
                    batch);
        return FALSE;
    }
    if (strcmp(settle_result_text(row, 0, SQL_INVOICE_BATCH_DRAFTER),
               settle_result_text(row, 0, SQL_INVOICE_BATCH_SESSION_USER)) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "invoice batch %s was drafted by %s, who cannot approve it", batch,
                    settle_result_text(row, 0, SQL_INVOICE_BATCH_DRAFTER));
        settle_error_hint(
            error, "connect as somebody else: settle --db 'user=...' invoice approve %s", batch);
        return FALSE;
    }
    digest = settle_result_bytes(row, 0, SQL_INVOICE_BATCH_DIGEST, &length);
    settle_invariant(length == SETTLE_DIGEST_BYTES);
    memcpy(ret_digest, digest, length);
    return TRUE;
}

gboolean
settle_invoice_batch_approve(SettleStore *store, int32_t run_id, const char *carrier,
                             GError **error)
{
    g_autofree char *batch = g_strdup_printf("%d/%s", run_id, carrier);
    uint8_t digest[SETTLE_DIGEST_BYTES];

    /* two approvals take turns */
    if (settle_store_begin(store, error) &&
        settle_store_count(store, "control", 0, &(int64_t){0}, error) &&
        check_approval(store, batch, run_id, carrier, digest, error) &&
        settle_store_control(store, "invoice-approve", batch, digest, NULL, NULL, NULL, error) &&
        settle_failpoint(APPROVE_BEFORE_COMMIT, error) && settle_store_commit(store, error) &&
        settle_failpoint(APPROVE_COMMITTED, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}
