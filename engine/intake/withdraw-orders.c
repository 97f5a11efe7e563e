/* Withdrawn orders: what a revision told that nobody else told falls, and the next lower one holds
 * again. What that does to bills and events is what an order does to them that is told again. */
#include "intake/order-rows.h"

#include "base/failpoint.h"
#include "model/order-id.h"

/* A revision of an order that the batch told, or took from a distributor for another one's. By key
 * and month. */
typedef struct {
    gboolean is_again;    /* another batch told it before */
    gboolean is_repeated; /* by a batch that stands */
} Told;

/* What is asked of the database. */
typedef struct {
    SettleSpool *told;     /* Told by (key, month, revision of the carrier's) */
    SettleSpool *falls;    /* (contract, order, revision) */
    SettleSpool *there;    /* SettleIntakeContract by (contract, order, revision) */
    GHashTable *withdrawn; /* batches */
} Falls;

static void
falls_clear(Falls *falls)
{
    settle_spool_free(falls->told);
    settle_spool_free(falls->falls);
    settle_spool_free(falls->there);
    g_clear_pointer(&falls->withdrawn, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Falls, falls_clear)

static gboolean
load_told(SettleIntakeJob *job, Falls *falls, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_withdrawn_orders, "i", job->withdraws);

    while (settle_reader_next(reader)) {
        SettleMonth month = settle_reader_month(reader, SQL_INTAKE_WITHDRAWN_ORDERS_CLOSING_MONTH);
        const SettleSpoolKey key = {
            {(uint64_t) settle_reader_i64(reader, SQL_INTAKE_WITHDRAWN_ORDERS_KEY_ID),
             (uint64_t) month,
             (uint64_t) settle_reader_i16(reader, SQL_INTAKE_WITHDRAWN_ORDERS_SAID)}};
        Told *told = settle_spool_add(falls->told, &key, sizeof *told, error);

        if (told == NULL)
            return FALSE;
        told->is_again = settle_reader_bool(reader, SQL_INTAKE_WITHDRAWN_ORDERS_IS_AGAIN);
        told->is_repeated = settle_reader_bool(reader, SQL_INTAKE_WITHDRAWN_ORDERS_IS_REPEATED);
        job->oldest_day = MIN(job->oldest_day, settle_month_first(month));
        job->newest_day = MAX(job->newest_day, settle_month_first(month));
    }
    return settle_reader_end(reader, error);
}

/* The facts of one key. What the batch only took from a distributor goes with the revision that
 * another batch told. */
static gboolean
judge_key(SettleIntakeJob *job, Falls *falls, SettleIntakeCursor *told, SettleOrderRows *rows,
          SettleOrderWork *work, GError **error)
{
    const int64_t key_id = (int64_t) told->key.word[0];

    while (told->there && (int64_t) told->key.word[0] == key_id) {
        SettleMonth month = (SettleMonth) told->key.word[1];
        gboolean any = FALSE;

        while (told->there && (int64_t) told->key.word[0] == key_id &&
               (SettleMonth) told->key.word[1] == month) {
            const Told *fact = told->bytes;
            const SettleIntakeOrder *row =
                settle_order_rows_last(rows, month, (int) told->key.word[2]);
            gboolean own = row != NULL && (int32_t) row->place.at == job->withdraws;

            if (row != NULL && (own || fact->is_again)) {
                if (fact->is_repeated ||
                    !g_hash_table_contains(falls->withdrawn,
                                           GINT_TO_POINTER((int32_t) row->place.at))) {
                    job->stayed++;
                } else {
                    any = TRUE;
                    settle_intake_fell(job, (int32_t) row->place.at, row->place.line);
                    if (!settle_order_rows_fall(job, rows, month, row->revision, work, falls->falls,
                                                error))
                        return FALSE;
                }
            }
            if (!settle_cursor_step(told, error))
                return FALSE;
        }
        if (any && !settle_order_rows_fallen(job, rows, month, work, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
judge(SettleIntakeJob *job, Falls *falls, SettleOrderWork *work, GError **error)
{
    SettleIntakeCursor told, existing;
    g_auto(SettleOrderRows) rows;

    settle_order_rows_init(&rows);
    if (!settle_cursor_start(&told, falls->told, error) ||
        !settle_cursor_start(&existing, work->existing, error))
        return FALSE;
    while (told.there)
        if (!settle_order_rows_start(&rows, (int64_t) told.key.word[0], &existing, error) ||
            !judge_key(job, falls, &told, &rows, work, error))
            return FALSE;
    return TRUE;
}

/* --- contracts -------------------------------------------------------------------------------- */

static gboolean
query_contracts(SettleIntakeJob *job, const int64_t *ids, size_t n, gpointer user_data,
                GError **error)
{
    Falls *falls = user_data;
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_contracts, "L", ids, n);

    while (settle_reader_next(reader)) {
        SettleIntakeContract row, *to;
        SettleSpoolKey key;

        settle_contract_read_row(reader, &row);
        key = (SettleSpoolKey){
            {(uint64_t) row.contract_id, (uint64_t) row.order_id, (uint64_t) row.revision}};
        to = settle_spool_add(falls->there, &key, sizeof row, error);
        if (to == NULL)
            return FALSE;
        *to = row;
    }
    return settle_reader_end(reader, error);
}

/* The counterpart of a contract's row. */
static gboolean
put_counterpart(SettleIntakeJob *job, SettleOrderWork *work, const SettleIntakeContract *row,
                GError **error)
{
    SettleIntakeContract counterpart = *row;

    counterpart.batch_id = job->batch_id;
    counterpart.withdrawn = !row->withdrawn;
    return settle_contract_add(work->contracts, &counterpart, error);
}

static gboolean
fall_of_contracts(SettleIntakeJob *job, Falls *falls, SettleOrderWork *work, GError **error)
{
    SettleIntakeCursor fall, there;

    if (!settle_intake_each_slice(job, falls->falls, query_contracts, falls, error) ||
        !settle_cursor_start(&fall, falls->falls, error) ||
        !settle_cursor_start(&there, falls->there, error))
        return FALSE;
    while (there.there && fall.there) {
        int order = settle_spool_compare_keys(&fall.key, &there.key);

        if (order < 0) {
            if (!settle_cursor_step(&fall, error))
                return FALSE;
            continue;
        }
        if ((order == 0 && !put_counterpart(job, work, there.bytes, error)) ||
            !settle_cursor_step(&there, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_intake_withdraw_orders(SettleIntakeJob *job, GError **error)
{
    g_auto(SettleOrderWork) work;
    g_auto(Falls) falls = {
        .told = settle_spool_new(job->memory),
        .falls = settle_spool_new(job->memory),
        .there = settle_spool_new(job->memory),
        .withdrawn = settle_intake_withdrawn_batches(job, error),
    };

    settle_order_work_init(&work, job);
    return falls.withdrawn != NULL && load_told(job, &falls, error) &&
           settle_intake_each_slice(job, falls.told, settle_orders_query_existing, &work, error) &&
           judge(job, &falls, &work, error) && fall_of_contracts(job, &falls, &work, error) &&
           settle_orders_store(job, &work, error) && settle_failpoint(WITHDRAW_FACTS, error);
}
