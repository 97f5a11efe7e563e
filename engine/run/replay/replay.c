/* Replay of published runs: builds each run's context from its manifest and lets the night's own
 * code compute it again. */
#include "run/replay/replay.h"

#include "run/beside/deposit.h"
#include "run/beside/issue.h"
#include "run/chain.h"
#include "run/manifest.h"
#include "run/plan.h"
#include "run/pool.h"
#include "run/replay/compare.h"
#include "store/sql.h"

#include <string.h>

/* A chunk answers for all distributors from after the chunk before it to its own last; the first
 * and the last chunk for what is below and above, so that every stored row is somebody's. */
static void
range_of(const SettleRunContext *context, const SettleChunk *chunk, int32_t *ret_first,
         int32_t *ret_last)
{
    *ret_first = G_MININT32;
    *ret_last = chunk->last_distributor;
    for (guint i = 0; i < context->chunks->len; i++) {
        const SettleChunk *other = &g_array_index(context->chunks, SettleChunk, i);

        if (other->chunk < chunk->chunk)
            *ret_first = MAX(*ret_first, other->last_distributor + 1);
    }
    if ((guint) chunk->chunk == context->chunks->len)
        *ret_last = G_MAXINT32;
}

static gboolean
chunk_done(SettleRunSink *sink, SettleStore *store, const SettleOutput *output,
           const SettleChunk *chunk, GError **error)
{
    SettleReplay *replay = (SettleReplay *) (void *) sink;
    int32_t first, last;

    range_of(replay->context, chunk, &first, &last);
    return settle_replay_compare(replay, store, output, first, last, error);
}

/* --- a run ----------------------------------------------------------------------------------- */

/* What the publication says of a run; columns of replay-runs.sql. */
enum {
    RUN_ID,
    KIND,
    DATE,
    FACTS,
    SETTLED,
    ZERO,
    WAITING,
    DUE,
    TRANSFERS,
    AMOUNT,
    INVOICES,
    DIGEST,
    PREVIOUS
};

static void
note_number(SettleReplay *replay, const char *field, int64_t published, int64_t recomputed)
{
    g_autofree char *a = g_strdup_printf("%" G_GINT64_FORMAT, published);
    g_autofree char *b = g_strdup_printf("%" G_GINT64_FORMAT, recomputed);

    if (published != recomputed)
        settle_replay_note(replay, "run", "", "", field, a, b);
}

static void
compare_run(SettleReplay *replay, const SettleResult *runs, int row, SettleRunReport *report)
{
    char published[SETTLE_DIGEST_BYTES * 2 + 1] = "none";
    char recomputed[SETTLE_DIGEST_BYTES * 2 + 1];
    uint8_t previous[SETTLE_DIGEST_BYTES] = {0};
    size_t length;
    const uint8_t *bytes = settle_result_bytes(runs, row, PREVIOUS, &length);
    g_autofree char *amount = g_strdup_printf("%" G_GINT64_FORMAT, report->amount_minor);

    if (length == SETTLE_DIGEST_BYTES)
        memcpy(previous, bytes, SETTLE_DIGEST_BYTES);
    settle_run_chain(settle_result_text(runs, row, KIND), replay->context->date, replay->digests,
                     previous, report->digest);
    settle_digest_hex(report->digest, recomputed);
    bytes = settle_result_bytes(runs, row, DIGEST, &length);
    if (length == SETTLE_DIGEST_BYTES)
        settle_digest_hex(bytes, published);
    if (strcmp(published, recomputed) != 0)
        settle_replay_note(replay, "run", "", "", "digest", published, recomputed);

    if (settle_result_day(runs, row, DATE) != replay->context->date) {
        char a[SETTLE_DAY_TEXT_BYTES], b[SETTLE_DAY_TEXT_BYTES];

        settle_replay_note(replay, "run", "", "", "business date",
                           settle_day_format(settle_result_day(runs, row, DATE), a),
                           settle_day_format(replay->context->date, b));
    }
    note_number(replay, "facts", settle_result_i64(runs, row, FACTS), report->facts);
    note_number(replay, "settled", settle_result_i64(runs, row, SETTLED), report->settled);
    note_number(replay, "zero", settle_result_i64(runs, row, ZERO), report->zero);
    note_number(replay, "waiting", settle_result_i64(runs, row, WAITING), report->waiting);
    note_number(replay, "due", settle_result_i64(runs, row, DUE), report->due);
    note_number(replay, "transfers", settle_result_i64(runs, row, TRANSFERS), report->transfers);
    note_number(replay, "invoices", settle_result_i64(runs, row, INVOICES), report->invoices);
    if (strcmp(settle_result_text(runs, row, AMOUNT), amount) != 0)
        settle_replay_note(replay, "run", "", "", "amount_minor",
                           settle_result_text(runs, row, AMOUNT), amount);
}

static gboolean
compare_all(SettleReplay *replay, SettleStore *store, SettleOutput *output, int32_t first,
            int32_t last, GError **error)
{
    return settle_output_complete(output, store, error) &&
           settle_replay_compare(replay, store, output, first, last, error);
}

static gboolean
replay_nightly(SettleStore *store, SettleReplay *replay, SettleRunContext *context,
               const SettleRunOptions *options, SettleRunReport *report, GError **error)
{
    if (!settle_run_plan_chunks(store, context, options, error))
        return FALSE;
    /* A night that had nothing to do: what is stored of it nevertheless is too much. */
    if (context->chunks->len == 0) {
        g_autoptr(SettleOutput) nothing = settle_output_new(context, NULL);

        return settle_output_open(nothing, error) &&
               settle_replay_compare(replay, store, nothing, G_MININT32, G_MAXINT32, error);
    }
    return settle_run_work_off(context, options, report, error);
}

static gboolean
replay_issue(SettleStore *store, SettleReplay *replay, SettleRunContext *context,
             SettleRunReport *report, GError **error)
{
    g_autoptr(SettleOutput) output = settle_output_new(context, NULL);
    g_autoptr(SettleResult) issued =
        settle_store_query(store, settle_sql_replay_issue, error, "i", context->run_id);

    if (issued == NULL || !settle_output_open(output, error))
        return FALSE;
    for (int i = 0; i < settle_result_rows(issued); i++) {
        SettleIssueBatch batch = {
            .run_id = settle_result_i32(issued, i, SQL_REPLAY_ISSUE_BATCH_RUN_ID),
            .carrier_id = settle_result_i32(issued, i, SQL_REPLAY_ISSUE_CARRIER_ID),
            .cut_off = settle_result_day(issued, i, SQL_REPLAY_ISSUE_CUT_OFF),
        };

        g_autoptr(SettleResult) invoices = settle_issue_invoices(store, &batch, error);

        if (invoices == NULL || !settle_issue_post(context, &batch, invoices, output, error))
            return FALSE;
    }
    report->transfers = output->sums.transfers;
    report->amount_minor = (int64_t) output->sums.amount;
    return compare_all(replay, store, output, G_MININT32, G_MAXINT32, error);
}

static gboolean
replay_deposit(SettleStore *store, SettleReplay *replay, SettleRunContext *context,
               SettleRunReport *report, GError **error)
{
    g_autoptr(SettleOutput) output = settle_output_new(context, NULL);

    if (!settle_deposit_run(store, context, output, error))
        return FALSE;
    report->transfers = output->sums.transfers;
    report->amount_minor = (int64_t) output->sums.amount;
    return compare_all(replay, store, output, G_MININT32, G_MAXINT32, error);
}

static gboolean
replay_run(SettleStore *store, const SettleReplayOptions *options, const SettleResult *runs,
           int row, int64_t *n_differences, gboolean *ret_go_on, GError **error)
{
    SettleRunOptions run = {
        .conninfo = options->conninfo,
        .workers = options->workers,
        .chunk_facts = options->chunk_facts,
        .dry_run = TRUE,
        .progress = options->progress,
        .progress_data = options->user_data,
    };
    SettleRunReport computed = {0};
    g_autoptr(SettleRunContext) context =
        settle_run_context_of(store, &run, settle_result_i32(runs, row, RUN_ID), 0, error);
    SettleReplay replay;
    gboolean ok;

    if (context == NULL)
        return FALSE;
    settle_replay_init(&replay, context, options->limit);
    replay.sink.chunk_done = chunk_done;
    context->how.role = SETTLE_STORE_AS_READER;
    context->how.sink = &replay.sink;
    if (strcmp(settle_result_text(runs, row, KIND), "issue") == 0)
        ok = replay_issue(store, &replay, context, &computed, error);
    else if (strcmp(settle_result_text(runs, row, KIND), "deposit") == 0)
        ok = replay_deposit(store, &replay, context, &computed, error);
    else
        ok = replay_nightly(store, &replay, context, &run, &computed, error);
    if (ok) {
        compare_run(&replay, runs, row, &computed);

        SettleReplayReport report = {
            .run_id = context->run_id,
            .date = context->date,
            .kind = settle_result_text(runs, row, KIND),
            .facts = computed.facts,
            .transfers = computed.transfers,
            .invoices = computed.invoices,
            .amount_minor = computed.amount_minor,
            .n_differences = replay.n_differences,
            .differences = replay.differences,
        };
        memcpy(report.digest, computed.digest, sizeof report.digest);
        *n_differences += replay.n_differences;
        *ret_go_on = options->report(&report, options->user_data);
    }
    settle_replay_clear(&replay);
    return ok;
}

gboolean
settle_replay(const SettleReplayOptions *options, int64_t *ret_differences, GError **error)
{
    g_autoptr(SettleStore) store =
        settle_store_open(options->conninfo, SETTLE_STORE_AS_READER, "replay", error);
    g_autoptr(SettleResult) runs = NULL;
    SettleDay from = options->by_period ? settle_month_first(options->period) : SETTLE_DAY_MIN;
    SettleDay to = options->by_period ? settle_month_last(options->period) : SETTLE_DAY_MAX;
    int64_t differences = 0;
    gboolean go_on = TRUE;

    if (store == NULL || !settle_store_check_schema(store, error))
        return FALSE;
    runs = settle_store_query(store, settle_sql_replay_runs, error, "iidd", options->first_run,
                              options->last_run, from, to);
    if (runs == NULL)
        return FALSE;
    if (settle_result_rows(runs) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "no run was published there");
        settle_error_hint(error, "settle status shows the last runs");
        return FALSE;
    }
    for (int i = 0; i < settle_result_rows(runs) && go_on; i++) {
        GError *failure = NULL;

        if (!replay_run(store, options, runs, i, &differences, &go_on, &failure)) {
            g_prefix_error(&failure,
                           "run %d cannot be computed again: ", settle_result_i32(runs, i, RUN_ID));
            g_propagate_error(error, failure);
            return FALSE;
        }
    }
    *ret_differences = differences;
    return TRUE;
}
