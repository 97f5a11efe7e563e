/* The shell of a run beside the nightly one: it posts in one transaction, or was never there. */
#include "run/beside/posting.h"

#include "base/failpoint.h"
#include "run/manifest.h"
#include "run/publish.h"
#include "run/runner.h"
#include "store/sql.h"

static gboolean
write_run(SettleStore *store, SettleRunContext *context, const SettlePosting *posting,
          GError **error)
{
    /* Id 0 is the ledger's "none": a carrier's own deposit is no distributor's. */
    int32_t chunk = 1, first = 0, last = G_MAXINT32;
    int64_t expected = 0;

    return settle_run_begin(store, context, posting->kind, error) &&
           settle_store_exec(store, settle_sql_run_plan_chunks, error, "iIIIL", context->run_id,
                             &chunk, (gsize) 1, &first, (gsize) 1, &last, (gsize) 1, &expected,
                             (gsize) 1) &&
           settle_run_context_load(store, context, error) &&
           settle_failpoint(POSTING_STARTED, error);
}

typedef enum {
    POSTED,  /* and committed */
    NOTHING, /* there was nothing to post: the run is not kept */
    FAILED,  /* and error is set */
} Outcome;

/* Inside the transaction, which is open still unless it posted. */
static Outcome
post(SettleStore *store, SettleRunContext *context, const SettlePosting *posting, gpointer data,
     SettleRunReport *report, GError **error)
{
    g_autoptr(SettleOutput) output = NULL;
    gboolean ok;

    if ((posting->decide != NULL && !posting->decide(store, data, error)) ||
        !write_run(store, context, posting, error))
        return FAILED;
    output = settle_output_new(context, store);
    if (!posting->post(store, context, output, data, error))
        return FAILED;
    if (output->sums.transfers == 0 && posting->may_be_none)
        return NOTHING;
    report->run_id = context->run_id;
    report->date = context->date;
    report->chunks = 1;
    ok = settle_output_send(output, NULL, 1, error) && settle_failpoint(POSTING_POSTED, error) &&
         settle_run_publish_within(store, context, posting->kind, report, error) &&
         settle_failpoint(POSTING_BEFORE_COMMIT, error) && settle_store_commit(store, error) &&
         settle_failpoint(POSTING_COMMITTED, error);
    return ok ? POSTED : FAILED;
}

/* Columns of run-state.sql: the last night, the unfinished run. */
static gboolean
check_state(const SettleResult *state, GError **error)
{
    if (!settle_result_is_null(state, 0, SQL_RUN_STATE_UNFINISHED_RUN)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "run %d is unfinished",
                    settle_result_i32(state, 0, SQL_RUN_STATE_UNFINISHED_RUN));
        settle_error_hint(error, "settle run continues it");
        return FALSE;
    }
    if (settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "no night has been settled yet");
        return FALSE;
    }
    return TRUE;
}

gboolean
settle_run_post(const char *conninfo, const SettlePosting *posting, gpointer data,
                SettleRunReport *ret_report, GError **error)
{
    SettleRunOptions options = {.conninfo = conninfo};
    SettleRunReport report = {0};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleRunContext) context = NULL;
    g_autoptr(SettleResult) state = NULL;
    SettleMonth month;
    int64_t epoch;

    store = settle_run_open_runner(conninfo, FALSE, &epoch, error);
    if (store == NULL)
        return FALSE;
    state = settle_store_query(store, settle_sql_run_state, error, "");
    if (state == NULL)
        return FALSE;
    if (posting->may_be_none && settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT)) {
        *ret_report = report;
        return TRUE;
    }
    if (!check_state(state, error))
        return FALSE;
    context = settle_run_context_new(
        store, &options, settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT), FALSE, epoch);
    month = settle_day_month(context->date);
    if (!settle_store_ensure_partitions(store, month, month + 2, error) ||
        !settle_store_begin(store, error))
        return FALSE;
    switch (post(store, context, posting, data, &report, error)) {
    case POSTED:
        break;
    case NOTHING:
        settle_store_rollback(store);
        report = (SettleRunReport){.date = context->date};
        break;
    case FAILED:
        settle_store_rollback(store);
        return FALSE;
    }
    *ret_report = report;
    return TRUE;
}
