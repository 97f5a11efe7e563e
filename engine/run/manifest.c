/* Builds a run's context: writes the manifest of a new one, reads that of an old one, and loads
 * what follows from it. */
#include "run/manifest.h"

#include "base/failpoint.h"
#include "calc/arithmetic.h"
#include "model/file-kind.h"
#include "run/decide/periods.h"
#include "run/decide/policies.h"
#include "run/late.h"
#include "run/output/rows.h"
#include "run/plan.h"
#include "store/sql.h"

/* Rows (batch id, kind): facts go into the chunks, master data only into the manifest. */
static void
take_batches(SettleRunContext *context, SettleResult *rows)
{
    for (int i = 0; i < settle_result_rows(rows); i++) {
        int32_t batch_id = settle_result_i32(rows, i, SQL_RUN_BATCH_OF_BATCH_ID);
        const char *kind = settle_result_text(rows, i, SQL_RUN_BATCH_OF_KIND);

        SettleFileKind file;

        /* the CHECK of settle.batch knows the same names */
        settle_invariant(settle_file_kind_lookup(kind, &file));
        if (settle_file_kind_is_fact(file))
            g_array_append_val(context->seen.batches, batch_id);
        else
            context->seen.any_parties = TRUE;
    }
}

static gboolean
load_batch_states(SettleStore *store, SettleRunContext *context, GError **error)
{
    g_autoptr(SettleResult) consumed =
        settle_store_query(store, settle_sql_run_consumed_batches, error, "i", context->run_id);
    g_autoptr(SettleResult) unseen = NULL;
    g_autoptr(SettleResult) withdrawals = NULL;
    int32_t highest = 0;

    if (consumed == NULL)
        return FALSE;
    unseen =
        settle_store_query(store, settle_sql_run_unconsumed_dates, error, "i", context->run_id);
    if (unseen == NULL)
        return FALSE;
    withdrawals = settle_store_query(store, settle_sql_run_withdrawals, error, "");
    if (withdrawals == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(consumed); i++)
        highest = MAX(highest, settle_result_i32(consumed, i, SQL_RUN_CONSUMED_BATCHES_BATCH_ID));
    for (int i = 0; i < settle_result_rows(unseen); i++)
        highest = MAX(highest, settle_result_i32(unseen, i, SQL_RUN_UNCONSUMED_DATES_BATCH_ID));
    for (guint i = 0; i < context->seen.batches->len; i++)
        highest = MAX(highest, g_array_index(context->seen.batches, int32_t, i));

    context->seen.n_states = highest + 1;
    context->seen.states = g_new0(uint8_t, (gsize) highest + 1);
    context->seen.dates = g_new0(SettleDay, (gsize) highest + 1);
    context->seen.withdraws = g_new0(uint8_t, (gsize) highest + 1);
    for (int i = 0; i < settle_result_rows(withdrawals); i++) {
        int32_t batch_id = settle_result_i32(withdrawals, i, SQL_RUN_WITHDRAWALS_BY_BATCH);

        if (batch_id <= highest)
            context->seen.withdraws[batch_id] = 1;
    }
    for (int i = 0; i < settle_result_rows(consumed); i++) {
        int32_t batch_id = settle_result_i32(consumed, i, SQL_RUN_CONSUMED_BATCHES_BATCH_ID);

        context->seen.states[batch_id] = SETTLE_BATCH_BEFORE;
        context->seen.last_before = MAX(context->seen.last_before, batch_id);
    }
    for (guint i = 0; i < context->seen.batches->len; i++)
        context->seen.states[g_array_index(context->seen.batches, int32_t, i)] =
            SETTLE_BATCH_OF_RUN;
    for (int i = 0; i < settle_result_rows(unseen); i++)
        context->seen.dates[settle_result_i32(unseen, i, SQL_RUN_UNCONSUMED_DATES_BATCH_ID)] =
            settle_result_day(unseen, i, SQL_RUN_UNCONSUMED_DATES_BUSINESS_DATE);
    return TRUE;
}

/* Takes the month off if it is the last one: another row of it follows. */
static void
forget_month(GArray *months, const SettleCompleteMonth *month)
{
    const SettleCompleteMonth *last =
        months->len > 0 ? &g_array_index(months, SettleCompleteMonth, months->len - 1) : NULL;

    if (last != NULL && last->carrier_id == month->carrier_id && last->month == month->month)
        g_array_set_size(months, months->len - 1);
}

static gboolean
load_complete_months(SettleStore *store, SettleRunContext *context, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_run_complete_months, error, "");

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleCompleteMonth month = {settle_result_i32(rows, i, SQL_RUN_COMPLETE_MONTHS_CARRIER_ID),
                                     settle_result_month(rows, i, SQL_RUN_COMPLETE_MONTHS_MONTH)};
        SettleBatchState state = settle_run_batch_state(
            context, settle_result_i32(rows, i, SQL_RUN_COMPLETE_MONTHS_BATCH_ID));

        if (state == SETTLE_BATCH_UNSEEN)
            continue;
        forget_month(context->known.complete, &month);
        forget_month(context->falls_due.completed, &month);
        if (settle_result_bool(rows, i, SQL_RUN_COMPLETE_MONTHS_WITHDRAWN)) {
            if (state == SETTLE_BATCH_OF_RUN)
                g_array_append_val(context->falls_due.reopened, month);
            continue;
        }
        g_array_append_val(context->known.complete, month);
        if (state == SETTLE_BATCH_OF_RUN)
            g_array_append_val(context->falls_due.completed, month);
    }
    for (guint i = 0; i < context->known.complete->len; i++)
        g_array_append_val(context->known.months,
                           g_array_index(context->known.complete, SettleCompleteMonth, i).month);
    return TRUE;
}

static gboolean
load_fact_months(SettleStore *store, SettleRunContext *context, GError **error)
{
    static const SettleMonths none = {1, 0};
    g_autoptr(SettleResult) facts =
        settle_store_query(store, settle_sql_run_fact_months, error, "I",
                           context->seen.batches->data, (gsize) context->seen.batches->len);
    g_autoptr(SettleResult) waited = NULL;

    context->lies_in.facts = context->lies_in.waited_orders = context->lies_in.waited_bills =
        context->lies_in.waited_events = none;
    if (facts == NULL)
        return FALSE;
    if (!settle_result_is_null(facts, 0, SQL_RUN_FACT_MONTHS_FIRST_MONTH))
        context->lies_in.facts =
            (SettleMonths){settle_result_month(facts, 0, SQL_RUN_FACT_MONTHS_FIRST_MONTH),
                           settle_result_month(facts, 0, SQL_RUN_FACT_MONTHS_LAST_MONTH)};
    if (!context->due)
        return TRUE;
    waited = settle_store_query(store, settle_sql_run_agenda_months, error, "diI", context->date,
                                context->run_id, context->seen.abandoned->data,
                                (gsize) context->seen.abandoned->len);
    if (waited == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(waited); i++) {
        SettleMonths months = {settle_result_month(waited, i, SQL_RUN_AGENDA_MONTHS_FIRST_MONTH),
                               settle_result_month(waited, i, SQL_RUN_AGENDA_MONTHS_LAST_MONTH)};

        switch (settle_result_i32(waited, i, SQL_RUN_AGENDA_MONTHS_WHAT)) {
        case SETTLE_AGENDA_ORDER:
            context->lies_in.waited_orders = months;
            break;
        case SETTLE_AGENDA_BILL:
            context->lies_in.waited_bills = months;
            break;
        default:
            context->lies_in.waited_events = months;
            break;
        }
    }
    return TRUE;
}

static gboolean
load_last_invoice_batches(SettleStore *store, SettleRunContext *context, GError **error)
{
    g_autoptr(SettleResult) last = NULL;

    if (context->falls_due.cycle_ends->len == 0)
        return TRUE;
    last =
        settle_store_query(store, settle_sql_run_last_invoice_batches, error, "i", context->run_id);
    if (last == NULL)
        return FALSE;
    for (guint i = 0; i < context->falls_due.cycle_ends->len; i++) {
        SettleCycleEnd *end = &g_array_index(context->falls_due.cycle_ends, SettleCycleEnd, i);

        for (int row = 0; row < settle_result_rows(last); row++)
            if (settle_result_i32(last, row, SQL_RUN_LAST_INVOICE_BATCHES_CARRIER_ID) ==
                end->carrier_id)
                end->last_run = settle_result_i32(last, row, SQL_RUN_LAST_INVOICE_BATCHES_LAST_RUN);
    }
    return TRUE;
}

static gboolean
load_last_partition(SettleStore *store, SettleRunContext *context, GError **error)
{
    g_autoptr(SettleResult) last =
        settle_store_query(store, settle_sql_run_last_partition, error, "");

    if (last == NULL)
        return FALSE;
    context->lies_in.last =
        settle_result_is_null(last, 0, SQL_RUN_LAST_PARTITION_LAST_MONTH)
            ? 0
            : settle_day_month(settle_result_day(last, 0, SQL_RUN_LAST_PARTITION_LAST_MONTH));
    context->lies_in.first_closing =
        settle_result_is_null(last, 0, SQL_RUN_LAST_PARTITION_FIRST_CLOSING)
            ? context->lies_in.last
            : settle_day_month(settle_result_day(last, 0, SQL_RUN_LAST_PARTITION_FIRST_CLOSING));
    return TRUE;
}

/* Everything that follows from the manifest: the same for a new run and one taken up again. */
gboolean
settle_run_context_load(SettleStore *store, SettleRunContext *context, GError **error)
{
    g_autoptr(SettleResult) abandoned = NULL;

    context->known.directory = settle_store_directory(store, context->date, context->run_id, error);
    if (context->known.directory == NULL)
        return FALSE;
    context->known.policies = settle_policies_load(store, context->control_position, error);
    if (context->known.policies == NULL)
        return FALSE;
    context->known.asks =
        settle_policy_set_asks(context->known.arithmetic, context->known.policies);
    if (!settle_periods_load(store, context->control_position, &context->known.periods, error))
        return FALSE;
    context->known.slacks = settle_refund_slacks_load(store, context->control_position, error);
    if (context->known.slacks == NULL)
        return FALSE;
    abandoned = settle_store_query(store, settle_sql_run_abandoned, error, "");
    if (abandoned == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(abandoned); i++) {
        int32_t run_id = settle_result_i32(abandoned, i, SQL_RUN_ABANDONED_RUN_ID);

        g_array_append_val(context->seen.abandoned, run_id);
    }
    if (!load_last_partition(store, context, error) || !load_batch_states(store, context, error) ||
        !load_complete_months(store, context, error) || !load_fact_months(store, context, error))
        return FALSE;
    settle_run_plan_due(context);
    return settle_run_late_load(store, context, error) &&
           load_last_invoice_batches(store, context, error);
}

gboolean
settle_run_begin(SettleStore *store, SettleRunContext *context, const char *kind, GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_run_begin, error, "sdisl", kind, context->date,
                           context->known.arithmetic->version, SETTLE_VERSION, context->how.epoch);

    if (row == NULL)
        return FALSE;
    context->run_id = settle_result_i32(row, 0, SQL_RUN_BEGIN_RUN);
    context->control_position = settle_result_i64(row, 0, SQL_RUN_BEGIN_CONTROL_POSITION);
    context->due = settle_result_bool(row, 0, SQL_RUN_BEGIN_DUE);
    return TRUE;
}

static gboolean
load_batches(SettleStore *store, SettleRunContext *context, GError **error)
{
    g_autoptr(SettleResult) batches =
        settle_store_query(store, settle_sql_run_load_batches, error, "i", context->run_id);

    if (batches == NULL)
        return FALSE;
    take_batches(context, batches);
    return TRUE;
}

/* The manifest: what this run is about, in one transaction, before any of its work. Nobody can
 * decide anything between here and the commit. */
static gboolean
write_manifest(SettleStore *store, SettleRunContext *context, const SettleRunOptions *options,
               GError **error)
{
    if (!settle_run_begin(store, context, "nightly", error) ||
        !load_batches(store, context, error) || !settle_failpoint(RUN_MANIFEST_BATCHES, error) ||
        !settle_run_context_load(store, context, error) ||
        !settle_run_plan_chunks(store, context, options, error))
        return FALSE;

    guint n = context->chunks->len;
    g_autofree int32_t *numbers = g_new(int32_t, MAX(n, 1));
    g_autofree int32_t *first = g_new(int32_t, MAX(n, 1));
    g_autofree int32_t *last = g_new(int32_t, MAX(n, 1));
    g_autofree int64_t *expected = g_new(int64_t, MAX(n, 1));

    for (guint i = 0; i < n; i++) {
        const SettleChunk *chunk = &g_array_index(context->chunks, SettleChunk, i);

        numbers[i] = chunk->chunk;
        first[i] = chunk->first_distributor;
        last[i] = chunk->last_distributor;
        expected[i] = chunk->expected;
    }
    return settle_store_exec(store, settle_sql_run_plan_chunks, error, "iIIIL", context->run_id,
                             numbers, (gsize) n, first, (gsize) n, last, (gsize) n, expected,
                             (gsize) n);
}

/* A late order's instalments are posted to every period since it closed. */
static gboolean
ensure_partitions(SettleStore *store, SettleDay date, GError **error)
{
    SettleMonth month = settle_day_month(date), first = month;
    g_autoptr(SettleResult) earliest =
        settle_store_query(store, settle_sql_run_earliest_month, error, "d", date);

    if (earliest == NULL)
        return FALSE;
    if (!settle_result_is_null(earliest, 0, SQL_RUN_EARLIEST_MONTH_FIRST_MONTH))
        first = MIN(first, settle_result_month(earliest, 0, SQL_RUN_EARLIEST_MONTH_FIRST_MONTH));
    return settle_store_ensure_partitions(store, first, month + 2, error);
}

gboolean
settle_run_context_start(SettleStore *store, const SettleRunOptions *options, SettleDay date,
                         gboolean due, int64_t epoch, SettleRunContext **ret_context,
                         GError **error)
{
    g_autoptr(SettleRunContext) context = settle_run_context_new(store, options, date, due, epoch);
    g_autoptr(SettleResult) pending = NULL;

    if (!options->dry_run &&
        !(ensure_partitions(store, date, error) && settle_failpoint(RUN_PARTITIONS, error)))
        return FALSE;
    if (!settle_store_begin(store, error))
        return FALSE;
    pending = settle_store_query(store, settle_sql_run_pending_batches, error, "d", date);
    if (pending == NULL)
        goto fail;
    take_batches(context, pending);
    if (!due && context->seen.batches->len == 0 && !context->seen.any_parties) {
        settle_store_rollback(store);
        *ret_context = NULL;
        return TRUE;
    }
    g_array_set_size(context->seen.batches, 0); /* those that the manifest names */
    if (!write_manifest(store, context, options, error))
        goto fail;
    settle_run_order_chunks(context->chunks);
    if (options->dry_run)
        settle_store_rollback(store);
    else if (!settle_failpoint(RUN_MANIFEST_BEFORE_COMMIT, error) ||
             !settle_store_commit(store, error) || !settle_failpoint(RUN_MANIFEST_COMMITTED, error))
        goto fail;
    *ret_context = g_steal_pointer(&context);
    return TRUE;

fail:
    settle_store_rollback(store);
    return FALSE;
}

SettleRunContext *
settle_run_context_of(SettleStore *store, const SettleRunOptions *options, int32_t run_id,
                      int64_t epoch, GError **error)
{
    g_autoptr(SettleRunContext) context = NULL;
    const SettleArithmetic *arithmetic;
    g_autoptr(SettleResult) run =
        settle_store_query(store, settle_sql_run_load, error, "i", run_id);

    if (run == NULL)
        return NULL;
    settle_invariant(settle_result_rows(run) == 1);
    arithmetic = settle_arithmetic_of(settle_result_i32(run, 0, SQL_RUN_LOAD_CALCULATION));
    if (arithmetic == NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "run %d was begun with version %d of the arithmetic, this program has %s",
                    run_id, settle_result_i32(run, 0, SQL_RUN_LOAD_CALCULATION),
                    settle_arithmetic_list());
        settle_error_hint(error, "use the program it was started with; an unfinished run can be "
                                 "given up: settle run --abandon --reason TEXT");
        return NULL;
    }
    context = settle_run_context_new(store, options,
                                     settle_result_day(run, 0, SQL_RUN_LOAD_BUSINESS_DATE),
                                     settle_result_bool(run, 0, SQL_RUN_LOAD_DUE), epoch);
    context->run_id = run_id;
    context->known.arithmetic = arithmetic;
    context->control_position = settle_result_i64(run, 0, SQL_RUN_LOAD_CONTROL_POSITION);
    if (!load_batches(store, context, error) || !settle_run_context_load(store, context, error))
        return NULL;
    return g_steal_pointer(&context);
}

SettleRunContext *
settle_run_context_resume(SettleStore *store, const SettleRunOptions *options, int32_t run_id,
                          int64_t epoch, GError **error)
{
    g_autoptr(SettleRunContext) context =
        settle_run_context_of(store, options, run_id, epoch, error);
    g_autoptr(SettleResult) chunks = NULL;

    if (context == NULL)
        return NULL;
    chunks = settle_store_query(store, settle_sql_run_load_chunks, error, "i", run_id);
    if (chunks == NULL)
        return NULL;
    for (int i = 0; i < settle_result_rows(chunks); i++) {
        SettleChunk chunk = {
            .chunk = settle_result_i32(chunks, i, SQL_RUN_LOAD_CHUNKS_CHUNK),
            .first_distributor =
                settle_result_i32(chunks, i, SQL_RUN_LOAD_CHUNKS_FIRST_DISTRIBUTOR),
            .last_distributor = settle_result_i32(chunks, i, SQL_RUN_LOAD_CHUNKS_LAST_DISTRIBUTOR),
            .expected = settle_result_i64(chunks, i, SQL_RUN_LOAD_CHUNKS_EXPECTED),
            .done = settle_result_bool(chunks, i, SQL_RUN_LOAD_CHUNKS_IS_DONE),
        };
        g_array_append_val(context->chunks, chunk);
    }
    settle_run_order_chunks(context->chunks);
    return g_steal_pointer(&context);
}
