/* Threads that work a run's chunks off, beside those of other processes that do the same. */
#include "run/pool.h"

#include "run/chunk/worker.h"
#include "run/manifest.h"
#include "run/plan.h"

#include "store/sql.h"

#define PROGRESS_EVERY_US (200 * G_TIME_SPAN_MILLISECOND)
/* How often a chunk is asked for that somebody else is at. */
#define ASK_AGAIN_US (100 * G_TIME_SPAN_MILLISECOND)

typedef enum { FREE, TAKEN, DONE, ELSEWHERE } ChunkState;

typedef struct {
    const SettleRunContext *context;
    GMutex mutex;
    GCond changed;
    uint8_t *states; /* ChunkState, one a chunk; from here on: under the mutex */
    guint next;      /* no chunk below it is FREE */
    gint64 asked_at; /* when a chunk was last asked for that was elsewhere still */
    guint ask_next;  /* which of them is next: each has its turn */
    guint running;
    guint kept; /* chunks whose receipt was there */
    guint done; /* that we did */
    SettleChunkSums sums;
    GError *error;
} Pool;

/* A chunk to do, or to ask for again; NULL when all have their receipts, or after a failure. Waits
 * while all that are left are at other workers: should one of those die, its chunk is ours. */
static const SettleChunk *
take_chunk(Pool *pool)
{
    guint n = pool->context->chunks->len, found = n;

    g_mutex_lock(&pool->mutex);
    while (pool->error == NULL && found == n) {
        gint64 now = g_get_monotonic_time();
        gboolean left = FALSE;

        while (pool->next < n && pool->states[pool->next] != FREE)
            pool->next++;
        found = pool->next;
        for (guint k = 0; k < n && found == n; k++) {
            guint i = (pool->ask_next + k) % n;

            left = left || pool->states[i] == ELSEWHERE || pool->states[i] == TAKEN;
            if (pool->states[i] == ELSEWHERE && now - pool->asked_at >= ASK_AGAIN_US) {
                pool->asked_at = now;
                pool->ask_next = i + 1;
                found = i;
            }
        }
        if (found < n)
            break;
        if (!left)
            break;
        g_cond_wait_until(&pool->changed, &pool->mutex, now + ASK_AGAIN_US);
    }
    if (pool->error != NULL)
        found = n;
    if (found < n)
        pool->states[found] = TAKEN;
    g_mutex_unlock(&pool->mutex);
    return found < n ? &g_array_index(pool->context->chunks, SettleChunk, found) : NULL;
}

static void
add_sums(SettleChunkSums *sums, const SettleChunkSums *more)
{
    sums->facts += more->facts;
    sums->settled += more->settled;
    sums->zero += more->zero;
    sums->waiting += more->waiting;
    sums->due += more->due;
    sums->transfers += more->transfers;
    sums->amount += more->amount;
    sums->invoices += more->invoices;
    if (sums->first_period == 0 ||
        (more->first_period != 0 && more->first_period < sums->first_period))
        sums->first_period = more->first_period;
    sums->last_period = MAX(sums->last_period, more->last_period);
}

static void
note_chunk(Pool *pool, const SettleChunk *chunk, SettleClaim claim, const SettleChunkSums *sums)
{
    guint place =
        (guint) (chunk - (const SettleChunk *) (const void *) pool->context->chunks->data);

    g_mutex_lock(&pool->mutex);
    pool->states[place] = claim == SETTLE_CLAIM_ELSEWHERE ? ELSEWHERE : DONE;
    if (claim == SETTLE_CLAIM_DONE)
        pool->asked_at = 0; /* perhaps others are done as well: the next is asked at once */
    if (claim == SETTLE_CLAIM_OURS) {
        add_sums(&pool->sums, sums);
        pool->done++;
    } else if (claim == SETTLE_CLAIM_DONE) {
        pool->kept++;
    }
    g_cond_broadcast(&pool->changed);
    g_mutex_unlock(&pool->mutex);
}

static gpointer
work(gpointer data)
{
    Pool *pool = data;
    GError *error = NULL;
    g_autoptr(SettleWorker) worker = NULL;
    const SettleChunk *chunk;

    while (error == NULL && (chunk = take_chunk(pool)) != NULL) {
        SettleChunkSums sums = {0};
        SettleClaim claim;

        if (worker == NULL)
            worker = settle_worker_new(pool->context, &error);
        if (worker != NULL && settle_worker_chunk(worker, chunk, &sums, &claim, &error))
            note_chunk(pool, chunk, claim, &sums);
    }
    g_mutex_lock(&pool->mutex);
    if (error != NULL && pool->error == NULL)
        pool->error = g_steal_pointer(&error);
    pool->running--;
    g_cond_broadcast(&pool->changed);
    g_mutex_unlock(&pool->mutex);
    g_clear_error(&error);
    return NULL;
}

static void
report_pool(const Pool *pool, SettleRunReport *report)
{
    report->chunks = pool->context->chunks->len;
    report->chunks_kept = pool->kept;
    report->batches = pool->context->seen.batches->len;
    report->facts = pool->sums.facts;
    report->settled = pool->sums.settled;
    report->zero = pool->sums.zero;
    report->waiting = pool->sums.waiting;
    report->due = pool->sums.due;
    report->transfers = pool->sums.transfers;
    report->amount_minor = (int64_t) pool->sums.amount;
    report->invoices = pool->sums.invoices;
    report->first_period = pool->sums.first_period;
    report->last_period = pool->sums.last_period;
}

gboolean
settle_run_work_off(const SettleRunContext *context, const SettleRunOptions *options,
                    SettleRunReport *report, GError **error)
{
    guint n = context->chunks->len;
    g_autofree uint8_t *states = g_new0(uint8_t, MAX(n, 1));
    Pool pool = {.context = context, .states = states};
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    guint workers = settle_run_workers(options);
    int64_t total = 0;

    workers = MAX(1, MIN(workers, n));
    for (guint i = 0; i < n; i++) {
        const SettleChunk *chunk = &g_array_index(context->chunks, SettleChunk, i);

        total += chunk->expected;
        if (chunk->done) {
            states[i] = DONE;
            pool.kept++;
        }
    }
    g_mutex_init(&pool.mutex);
    g_cond_init(&pool.changed);
    pool.running = workers;
    for (guint i = 0; i < workers; i++)
        g_ptr_array_add(threads, g_thread_new("settle-worker", work, &pool));

    g_mutex_lock(&pool.mutex);
    while (pool.running > 0) {
        g_cond_wait_until(&pool.changed, &pool.mutex, g_get_monotonic_time() + PROGRESS_EVERY_US);
        if (options->progress != NULL)
            options->progress(context->date, pool.sums.facts, total, options->progress_data);
    }
    g_mutex_unlock(&pool.mutex);
    for (guint i = 0; i < threads->len; i++)
        g_thread_join(g_ptr_array_index(threads, i));
    g_mutex_clear(&pool.mutex);
    g_cond_clear(&pool.changed);

    if (pool.error != NULL) {
        g_propagate_error(error, pool.error);
        return FALSE;
    }
    /* A run that writes is told by its receipts, which hold more: here the total must not wrap. */
    if (options->dry_run && pool.sums.amount > INT64_MAX) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                    "the night's transfers add up to more than 64 bits hold");
        return FALSE;
    }
    report_pool(&pool, report);
    return TRUE;
}

/* --- a process that only works -----------------------------------------------------------------
 */

static gboolean
find_run(SettleStore *store, int32_t wanted, guint wait_ms, int32_t *ret_run_id, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) wait_ms * 1000;

    for (;;) {
        g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_run_state, error, "");

        if (row == NULL)
            return FALSE;
        *ret_run_id = settle_result_is_null(row, 0, SQL_RUN_STATE_UNFINISHED_RUN)
                          ? 0
                          : settle_result_i32(row, 0, SQL_RUN_STATE_UNFINISHED_RUN);
        if (*ret_run_id != 0 && (wanted == 0 || wanted == *ret_run_id))
            return TRUE;
        if (g_get_monotonic_time() >= deadline) {
            if (wanted != 0)
                g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "run %d is not under way",
                            wanted);
            else
                g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "no run is under way");
            settle_error_hint(error, "settle run starts one; --wait SECONDS waits for it");
            return FALSE;
        }
        g_usleep(ASK_AGAIN_US);
    }
}

gboolean
settle_run_help(const SettleRunOptions *options, int32_t run_id, guint wait_ms,
                SettleRunReport *ret_report, GError **error)
{
    g_autoptr(SettleStore) store =
        settle_store_open(options->conninfo, SETTLE_STORE_AS_RUNNER, "worker", error);
    g_autoptr(SettleRunContext) context = NULL;
    SettleRunReport report = {0};
    int64_t epoch;

    if (store == NULL || !settle_store_check_schema(store, error) ||
        !find_run(store, run_id, wait_ms, &report.run_id, error) ||
        !settle_store_begin(store, error))
        return FALSE;
    if (!settle_store_count(store, "epoch", 0, &epoch, error)) {
        settle_store_rollback(store);
        return FALSE;
    }
    settle_store_rollback(store);
    context = settle_run_context_resume(store, options, report.run_id, epoch, error);
    if (context == NULL || !settle_run_work_off(context, options, &report, error))
        return FALSE;
    report.date = context->date;
    *ret_report = report;
    return TRUE;
}
