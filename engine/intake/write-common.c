/* Intake, writing: what the writers of facts share: cursors over sorted spools, slices, contracts,
 * and bills that move. */
#include "intake/write.h"

#include "base/failpoint.h"

#include <string.h>

gboolean
settle_cursor_step(SettleIntakeCursor *cursor, GError **error)
{
    GError *failure = NULL;
    cursor->there =
        settle_spool_next(cursor->spool, &cursor->key, &cursor->bytes, &cursor->length, &failure);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean
settle_cursor_start(SettleIntakeCursor *cursor, SettleSpool *spool, GError **error)
{
    cursor->spool = spool;
    settle_spool_rewind(spool);
    return settle_cursor_step(cursor, error);
}

gboolean
settle_cursor_seek(SettleIntakeCursor *cursor, uint64_t first, uint64_t second, GError **error)
{
    while (cursor->there && (cursor->key.word[0] < first ||
                             (cursor->key.word[0] == first && cursor->key.word[1] < second)))
        if (!settle_cursor_step(cursor, error))
            return FALSE;
    return TRUE;
}

gboolean
settle_intake_each_slice(SettleIntakeJob *job, SettleSpool *spool, SettleIntakeQuery query,
                         gpointer user_data, GError **error)
{
    SettleIntakeCursor cursor;
    g_autofree int64_t *ids =
        g_new(int64_t, MIN(settle_spool_count(spool), SETTLE_INTAKE_SLICE) + 1);
    size_t n = 0;
    if (!settle_cursor_start(&cursor, spool, error))
        return FALSE;
    while (cursor.there) {
        int64_t id = (int64_t) cursor.key.word[0];
        if (n == 0 || ids[n - 1] != id) {
            if (n == SETTLE_INTAKE_SLICE) {
                if (!query(job, ids, n, user_data, error))
                    return FALSE;
                n = 0;
            }
            ids[n++] = id;
        }
        if (!settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return n == 0 || query(job, ids, n, user_data, error);
}

void
settle_contract_read(const SettleReader *reader, int first, SettleIntakeContract *ret_contract)
{
    *ret_contract = (SettleIntakeContract){
        .order_id = settle_reader_i64(reader, first),
        .contract_id = settle_reader_i64(reader, first + 1),
        .distributor_id = settle_reader_i32(reader, first + 2),
        .batch_id = settle_reader_i32(reader, first + 3),
        .closing_at = settle_reader_i64(reader, first + 4),
        .closing_day = settle_reader_day(reader, first + 5),
        .product_id = settle_reader_i32(reader, first + 6),
        .manager_id = settle_reader_i32(reader, first + 7),
        .quantity = settle_reader_i32(reader, first + 8),
        .paid_minor = settle_reader_i64(reader, first + 9),
        .region_id = settle_reader_i16(reader, first + 10),
        .channel_id = settle_reader_i16(reader, first + 11),
        .currency = settle_reader_i16(reader, first + 12),
        .flags = (uint16_t) settle_reader_i16(reader, first + 13),
    };
}

guint
settle_contract_count_standing(const SettleIntakeContract *rows, guint n)
{
    while (n > 1 && rows[n - 1].revision == rows[n - 2].revision)
        n -= 2;
    return n;
}

void
settle_contract_put_sale(SettleWriter *writer, const SettleIntakeContract *order)
{
    settle_writer_day(writer, order->closing_day);
    settle_writer_i32(writer, order->product_id);
    settle_writer_i32(writer, order->manager_id);
    settle_writer_i32(writer, order->quantity);
    settle_writer_i64(writer, order->paid_minor);
    settle_writer_i16(writer, order->region_id);
    settle_writer_i16(writer, order->channel_id);
    settle_writer_i16(writer, order->currency);
    settle_writer_i16(writer, (int16_t) order->flags);
}

void
settle_contract_put(SettleWriter *writer, const SettleIntakeContract *order)
{
    settle_writer_i32(writer, order->batch_id);
    settle_contract_put_sale(writer, order);
}

gboolean
settle_contract_add(SettleSpool *orders, const SettleIntakeContract *row, GError **error)
{
    const SettleSpoolKey key = {{(uint64_t) row->contract_id, settle_instant_word(row->closing_at),
                                 (uint64_t) row->order_id}};
    SettleIntakeContract *to = settle_spool_add(orders, &key, sizeof *to, error);

    if (to == NULL)
        return FALSE;
    *to = *row;
    return TRUE;
}

void
settle_contract_read_row(const SettleReader *reader, SettleIntakeContract *ret_row)
{
    settle_contract_read(reader, 0, ret_row);
    ret_row->revision = settle_reader_i16(reader, SQL_INTAKE_CONTRACTS_REVISION);
    ret_row->withdrawn = settle_reader_bool(reader, SQL_INTAKE_CONTRACTS_WITHDRAWN) ? 1 : 0;
}

gboolean
settle_contracts_find(SettleIntakeJob *job, const int64_t *ids, size_t n, uint16_t without_flags,
                      SettleSpool *orders, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_contracts, "L", ids, n);

    while (settle_reader_next(reader)) {
        SettleIntakeContract row;

        settle_contract_read_row(reader, &row);
        row.flags &= (uint16_t) ~without_flags;
        if (!settle_contract_add(orders, &row, error))
            return FALSE;
    }
    return settle_reader_end(reader, error);
}

void
settle_bill_read(const SettleReader *reader, int first, SettleIntakeBillRow *ret_bill)
{
    ret_bill->month = settle_reader_month(reader, first);
    ret_bill->revision = settle_reader_i16(reader, first + 1);
    ret_bill->issue_day = settle_reader_day(reader, first + 2);
    ret_bill->billed_minor = settle_reader_i64(reader, first + 3);
    ret_bill->tax_minor = settle_reader_i64(reader, first + 4);
    ret_bill->cash_minor = settle_reader_i64(reader, first + 5);
    ret_bill->arrears_minor = settle_reader_i64(reader, first + 6);
    ret_bill->minutes = settle_reader_i32(reader, first + 7);
    ret_bill->megabytes = settle_reader_i64(reader, first + 8);
    ret_bill->source_batch_id = settle_reader_i32(reader, first + 9);
    ret_bill->line = settle_reader_i32(reader, first + 10);
    ret_bill->turn = settle_reader_i16(reader, first + 11);
}

gboolean
settle_bill_add(SettleSpool *bills, const SettleIntakeBillRow *row, GError **error)
{
    SettleSpoolKey key = {
        {settle_intake_month_word(row->order.distributor_id, row->month),
         (uint64_t) row->order.order_id,
         ((uint64_t) row->revision << 8 | (uint64_t) row->turn) << 1 | row->withdrawn}};
    SettleIntakeBillRow *to = settle_spool_add(bills, &key, sizeof *row, error);
    if (to == NULL)
        return FALSE;
    *to = *row;
    to->contract_length = 0;
    return TRUE;
}

static void
put_bill(SettleWriter *writer, const SettleIntakeJob *job, const SettleIntakeBillRow *row)
{
    const SettleIntakeContract *order = &row->order;
    settle_writer_month(writer, row->month);
    settle_writer_i32(writer, order->distributor_id);
    settle_writer_i64(writer, order->order_id);
    settle_writer_i16(writer, row->revision);
    settle_writer_bool(writer, row->withdrawn);
    settle_writer_bool(writer, row->follows);
    settle_writer_i32(writer, job->batch_id);
    settle_writer_i32(writer, row->source_batch_id);
    settle_writer_day(writer, row->issue_day);
    settle_writer_i64(writer, row->billed_minor);
    settle_writer_i64(writer, row->tax_minor);
    settle_writer_i64(writer, row->cash_minor);
    settle_writer_i64(writer, row->arrears_minor);
    settle_writer_i32(writer, row->minutes);
    settle_writer_i64(writer, row->megabytes);
    settle_contract_put(writer, order);
    settle_writer_i64(writer, order->contract_id);
    settle_writer_i32(writer, row->line);
    settle_writer_i16(writer, row->turn);
}

gboolean
settle_bills_copy(SettleIntakeJob *job, SettleSpool *bills, GError **error)
{
    enum { FIELDS = 28 };
    SettleIntakeCursor cursor;
    if (settle_spool_count(bills) == 0)
        return TRUE;
    g_autoptr(SettleWriter) writer = settle_store_copy_in(job->store, settle_sql_copy_bill, error);
    if (writer == NULL || !settle_cursor_start(&cursor, bills, error))
        return FALSE;
    while (cursor.there) {
        const SettleIntakeBillRow *row = cursor.bytes;
        if (!settle_writer_row(writer, FIELDS, error))
            return FALSE;
        put_bill(writer, job, row);
        settle_intake_slice(job, row->order.distributor_id, row->month);
        if (!settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_BILLS_COPIED, error);
}

gboolean
settle_bills_copy_found(SettleIntakeJob *job, SettleSpool *found, GError **error)
{
    SettleIntakeCursor cursor;
    job->bills_found = (int64_t) settle_spool_count(found);
    if (job->bills_found == 0)
        return TRUE;
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(job->store, settle_sql_copy_bill_found, error);
    if (writer == NULL || !settle_cursor_start(&cursor, found, error))
        return FALSE;
    while (cursor.there) {
        if (!settle_writer_row(writer, 6, error))
            return FALSE;
        settle_writer_i64(writer, (int64_t) cursor.key.word[0]);
        settle_writer_i16(writer, settle_bill_key_currency(cursor.key.word[1]));
        settle_writer_month(writer, settle_bill_key_month(cursor.key.word[1]));
        settle_writer_i16(writer, (int16_t) (cursor.key.word[1] & 0xffff));
        settle_writer_i32(writer, job->batch_id);
        settle_writer_i16(writer, (int16_t) cursor.key.word[2]); /* turn */
        if (!settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_FOUND_COPIED, error);
}

/* How often bills came to waiting: the spool's keys are (contract, settle_bill_key, last turn). */
static gboolean
query_turns(SettleIntakeJob *job, const int64_t *ids, size_t n, gpointer user_data, GError **error)
{
    SettleSpool *turns = user_data;
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_waiting_turns, "L", ids, n);
    while (settle_reader_next(reader)) {
        SettleSpoolKey key = {
            {(uint64_t) settle_reader_i64(reader, SQL_INTAKE_WAITING_TURNS_CONTRACT_ID),
             settle_bill_key(settle_reader_i16(reader, SQL_INTAKE_WAITING_TURNS_CURRENCY),
                             settle_reader_month(reader, SQL_INTAKE_WAITING_TURNS_MONTH),
                             settle_reader_i16(reader, SQL_INTAKE_WAITING_TURNS_REVISION)),
             (uint64_t) settle_reader_i16(reader, SQL_INTAKE_WAITING_TURNS_LAST_TURN)}};
        if (settle_spool_add(turns, &key, 0, error) == NULL)
            return FALSE;
    }
    return settle_reader_end(reader, error);
}

/* A bill that nothing is known of waited before only if it was withdrawn while it did. */
static gboolean
load_turns(SettleIntakeJob *job, SettleSpool *bills, gboolean had_orders, SettleSpool *turns,
           GError **error)
{
    if (!had_orders) {
        g_autoptr(SettleResult) any =
            settle_store_query(job->store, settle_sql_intake_withdrawals_any, error, "");
        if (any == NULL)
            return FALSE;
        if (!settle_result_bool(any, 0, SQL_INTAKE_WITHDRAWALS_ANY_ANY_WITHDRAWN))
            return TRUE;
    }
    return settle_intake_each_slice(job, bills, query_turns, turns, error);
}

/* The turn of a row that comes to waiting; rows ask in the order of their keys. */
static gboolean
next_turn(SettleIntakeCursor *turns, const SettleSpoolKey *key, int16_t *ret_turn, GError **error)
{
    if (!settle_cursor_seek(turns, key->word[0], key->word[1], error))
        return FALSE;
    *ret_turn =
        turns->there && turns->key.word[0] == key->word[0] && turns->key.word[1] == key->word[1]
            ? (int16_t) (turns->key.word[2] + 1)
            : 0;
    return TRUE;
}

gboolean
settle_bills_copy_waiting(SettleIntakeJob *job, SettleSpool *bills, gboolean had_orders,
                          GError **error)
{
    enum { FIELDS = 19 };
    SettleIntakeCursor cursor, turns;
    if (settle_spool_count(bills) == 0)
        return TRUE;
    g_autoptr(SettleSpool) before = settle_spool_new(job->memory);
    if (!load_turns(job, bills, had_orders, before, error))
        return FALSE;
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(job->store, settle_sql_copy_bill_waiting, error);
    if (writer == NULL || !settle_cursor_start(&cursor, bills, error) ||
        !settle_cursor_start(&turns, before, error))
        return FALSE;
    while (cursor.there) {
        const SettleIntakeBillRow *row = cursor.bytes;
        uint8_t salt[SETTLE_SALT_BYTES];
        int16_t turn;
        if (!next_turn(&turns, &cursor.key, &turn, error) ||
            !settle_writer_row(writer, FIELDS, error))
            return FALSE;
        settle_writer_i64(writer, row->order.contract_id);
        settle_writer_month(writer, row->month);
        settle_writer_i16(writer, row->revision);
        settle_writer_i32(writer, job->batch_id);
        settle_writer_i32(writer, row->source_batch_id);
        settle_writer_i32(writer, row->line);
        settle_writer_day(writer, row->issue_day);
        settle_writer_i64(writer, row->billed_minor);
        settle_writer_i64(writer, row->tax_minor);
        settle_writer_i64(writer, row->cash_minor);
        settle_writer_i64(writer, row->arrears_minor);
        settle_writer_i32(writer, row->minutes);
        settle_writer_i64(writer, row->megabytes);
        settle_writer_i16(writer, row->currency);
        settle_writer_i32(writer, row->carrier_id);
        settle_writer_i16(writer, turn);
        if (row->contract_length > 0) {
            settle_intake_salt(job, SETTLE_SALT_BILL_WAITING, row->carrier_id, row->source_batch_id,
                               row->line, salt);
            settle_writer_commitment(writer, salt);
            settle_writer_text(writer, row->text, row->contract_length);
        } else { /* it was erased with its order's */
            settle_writer_commitment(writer, NULL);
            settle_writer_null(writer);
        }
        if (!settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_WAITING_COPIED, error);
}

gboolean
settle_bills_waiting(SettleIntakeJob *job, const int64_t *contracts, size_t n, SettleSpool *waiting,
                     GError **error)
{
    if (!job->waiting_known) {
        g_autoptr(SettleResult) result =
            settle_store_query(job->store, settle_sql_intake_waiting_any, error, "");
        if (result == NULL)
            return FALSE;
        job->waiting_there = settle_result_bool(result, 0, SQL_INTAKE_WAITING_ANY_ANY_WAITS);
        job->waiting_known = TRUE;
    }
    if (!job->waiting_there)
        return TRUE;
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_waiting_bills, "L", contracts, n);
    while (settle_reader_next(reader)) {
        SettleIntakeBillRow row = {0};
        settle_bill_read(reader, 0, &row);
        row.order.contract_id = settle_reader_i64(reader, SETTLE_BILL_COLUMNS);
        row.currency = settle_reader_i16(reader, SETTLE_BILL_COLUMNS + 1);
        row.carrier_id = settle_reader_i32(reader, SETTLE_BILL_COLUMNS + 2);
        SettleSpoolKey key = {{(uint64_t) row.order.contract_id,
                               settle_bill_key(row.currency, row.month, row.revision),
                               (uint64_t) row.turn}};
        SettleIntakeBillRow *to = settle_spool_add(waiting, &key, sizeof row, error);
        if (to == NULL)
            return FALSE;
        *to = row;
    }
    return settle_reader_end(reader, error);
}
