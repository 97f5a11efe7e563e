/* Verify as a whole: opens the connections, lets the walks run beside each other, and puts the
 * findings in order. */
#include "audit/verify.h"

#include "audit/state.h"
#include "store/sql.h"

#include <string.h>

#define PROGRESS_EVERY_US (200 * G_TIME_SPAN_MILLISECOND)

/* Facts, what stands beside the transfers, and what one statement can check: beside the walk over
 * the ledger, on a connection of its own. */
static gpointer
beside(gpointer data)
{
    SettleAudit *audit = data;
    GError *error = NULL;
    g_autoptr(SettleStore) store =
        settle_store_open(audit->options->conninfo, SETTLE_STORE_AS_READER, "verify", &error);

    if (store == NULL || !settle_audit_content(audit, &error) ||
        !settle_audit_checks(audit, store, &error) ||
        !settle_audit_policy_texts(audit, store, &error) ||
        !settle_audit_signatures(audit, store, &error) ||
        (audit->options->files != NULL &&
         !settle_audit_files(audit, store, audit->options->files, &error))) {
        g_mutex_lock(&audit->mutex);
        if (audit->error == NULL)
            audit->error = g_steal_pointer(&error);
        g_mutex_unlock(&audit->mutex);
        g_clear_error(&error);
    }
    return NULL;
}

static gpointer
walk(gpointer data)
{
    SettleAudit *audit = data;
    GError *error = NULL;

    if (!settle_audit_ledger(audit, &error)) {
        g_mutex_lock(&audit->mutex);
        if (audit->error == NULL)
            audit->error = g_steal_pointer(&error);
        g_mutex_unlock(&audit->mutex);
        g_clear_error(&error);
    }
    g_atomic_int_set(&audit->walked, 1);
    return NULL;
}

static int
compare_findings(gconstpointer a, gconstpointer b)
{
    const SettleFinding *x = a, *y = b;

    /* what belongs to no run comes after what does */
    if ((x->run_id == 0) != (y->run_id == 0))
        return x->run_id == 0 ? 1 : -1;
    if (x->run_id != y->run_id)
        return x->run_id < y->run_id ? -1 : 1;
    return strcmp(x->place, y->place);
}

static void
show_progress(SettleAudit *audit)
{
    const SettleVerifyOptions *options = audit->options;

    while (!g_atomic_int_get(&audit->walked)) {
        int64_t done;

        g_usleep(PROGRESS_EVERY_US);
        g_mutex_lock(&audit->mutex);
        done = audit->done_transfers;
        g_mutex_unlock(&audit->mutex);
        options->progress(done, audit->total_transfers, options->progress_data);
    }
}

gboolean
settle_verify(const SettleVerifyOptions *options, SettleVerification **ret_verification,
              GError **error)
{
    g_autoptr(SettleAudit) audit = settle_audit_new(options);
    g_autoptr(SettleStore) store =
        settle_store_open(options->conninfo, SETTLE_STORE_AS_READER, "verify", error);
    GThread *threads[2];
    gboolean chained;

    if (store == NULL || !settle_store_check_schema(store, error) ||
        !settle_audit_load(audit, store, error))
        return FALSE;
    threads[0] = g_thread_new("settle-verify", beside, audit);
    threads[1] = g_thread_new("settle-verify", walk, audit);
    chained = settle_audit_chain(audit, store, error);
    if (options->progress != NULL)
        show_progress(audit);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    if (!chained)
        return FALSE;
    if (audit->error != NULL) {
        g_propagate_error(error, g_steal_pointer(&audit->error));
        return FALSE;
    }
    g_array_sort(audit->found->findings, compare_findings);
    *ret_verification = g_steal_pointer(&audit->found);
    return TRUE;
}

gboolean
settle_verify_head(const char *conninfo, int32_t *ret_run_id, uint8_t ret_seal[SETTLE_DIGEST_BYTES],
                   GError **error)
{
    g_autoptr(SettleStore) store =
        settle_store_open(conninfo, SETTLE_STORE_AS_READER, "verify", error);
    g_autoptr(SettleResult) last = NULL;
    const uint8_t *bytes;
    size_t length;

    if (store == NULL || !settle_store_check_schema(store, error))
        return FALSE;
    last = settle_store_query(store, settle_sql_seal_before, error, "i", G_MAXINT32);
    if (last == NULL)
        return FALSE;
    if (settle_result_rows(last) == 0 || settle_result_is_null(last, 0, SQL_SEAL_BEFORE_SEAL)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "%s",
                    settle_result_rows(last) == 0 ? "no run was published yet"
                                                  : "the last run has no seal");
        return FALSE;
    }
    bytes = settle_result_bytes(last, 0, SQL_SEAL_BEFORE_SEAL, &length);
    settle_invariant(length == SETTLE_DIGEST_BYTES);
    memcpy(ret_seal, bytes, length);
    *ret_run_id = settle_result_i32(last, 0, SQL_SEAL_BEFORE_RUN_ID);
    return TRUE;
}
