/* Orders: repeats and conflicts, then which order of a contract its bills serve
 * (order-contracts.c), then COPY in the order of (distributor, order), which keeps the inserts into
 * the btree local. */
#include "intake/order-rows.h"
#include "intake/write-events.h"

#include "base/failpoint.h"
#include "model/order-id.h"

#include <string.h>

void
settle_order_work_clear(SettleOrderWork *work)
{
    settle_spool_free(work->existing);
    settle_spool_free(work->orders);
    settle_spool_free(work->contracts);
    settle_spool_free(work->known);
    settle_spool_free(work->waiting);
    settle_spool_free(work->unsure);
    settle_spool_free(work->revised);
    g_clear_pointer(&work->follows, g_hash_table_unref);
    g_clear_pointer(&work->shared, g_array_unref);
    g_clear_pointer(&work->changed, g_hash_table_unref);
    g_clear_pointer(&work->claimed, g_array_unref);
    g_clear_pointer(&work->told_again, g_array_unref);
    g_clear_pointer(&work->known_rows, g_hash_table_unref);
    settle_contract_bills_clear(&work->to);
}

void
settle_order_work_init(SettleOrderWork *work, SettleIntakeJob *job)
{
    *work = (SettleOrderWork){
        .existing = settle_spool_new(job->memory),
        .orders = settle_spool_new(job->memory),
        .contracts = settle_spool_new(job->memory),
        .known = settle_spool_new(job->memory),
        .waiting = settle_spool_new(job->memory),
        .unsure = settle_spool_new(job->memory),
        .follows = g_hash_table_new(NULL, NULL),
        .shared = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .changed = g_hash_table_new(NULL, NULL),
        .claimed = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .revised = settle_spool_new(job->memory),
        .told_again = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .known_rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    settle_contract_bills_init(&work->to, job);
}

gboolean
settle_orders_query_existing(SettleIntakeJob *job, const int64_t *ids, size_t n, gpointer user_data,
                             GError **error)
{
    SettleOrderWork *work = user_data;
    int months = job->options.lookback_months;
    g_autoptr(SettleReader) reader = settle_store_read(
        job->store, settle_sql_intake_orders_by_key, "Lmm", ids, n,
        settle_day_month(job->oldest_day) - months, settle_day_month(job->newest_day) + months);
    while (settle_reader_next(reader)) {
        SettleIntakeContract common;
        size_t upstream_length, line_length, contract_length;
        const char *upstream =
            settle_reader_text(reader, SQL_INTAKE_ORDERS_BY_KEY_UPSTREAM_ID, &upstream_length);
        const char *line =
            settle_reader_text(reader, SQL_INTAKE_ORDERS_BY_KEY_ORDER_LINE, &line_length);
        const char *contract =
            settle_reader_text(reader, SQL_INTAKE_ORDERS_BY_KEY_CONTRACT, &contract_length);
        settle_contract_read(reader, 0, &common);
        common.key_id = settle_reader_i64(reader, SQL_INTAKE_ORDERS_BY_KEY_KEY_ID);
        SettleSpoolKey key = {{(uint64_t) common.key_id, 0, 0}};
        SettleIntakeOrder *to =
            settle_spool_add(work->existing, &key,
                             sizeof *to + upstream_length + line_length + contract_length, error);
        if (to == NULL)
            return FALSE;
        *to = (SettleIntakeOrder){
            .order_id = common.order_id,
            .key_id = common.key_id,
            .contract_id = common.contract_id,
            .paid_minor = common.paid_minor,
            .closing_at = common.closing_at,
            .place = {.at = (uint64_t) common.batch_id,
                      .line = settle_reader_i32(reader, SQL_INTAKE_ORDERS_BY_KEY_LINE)},
            .distributor_id = common.distributor_id,
            .carrier_id = settle_reader_i32(reader, SQL_INTAKE_ORDERS_BY_KEY_CARRIER_ID),
            .product_id = common.product_id,
            .manager_id = common.manager_id,
            .quantity = common.quantity,
            .closing_day = common.closing_day,
            .region_id = common.region_id,
            .channel_id = common.channel_id,
            .currency = common.currency,
            .flags = common.flags,
            .revision = settle_reader_i16(reader, SQL_INTAKE_ORDERS_BY_KEY_REVISION),
            .withdrawn = settle_reader_bool(reader, SQL_INTAKE_ORDERS_BY_KEY_WITHDRAWN) ? 1 : 0,
            .upstream_length = (uint16_t) upstream_length,
            .line_length = (uint16_t) line_length,
            .contract_length = (uint16_t) contract_length,
            .stored = 1,
            .erased = settle_reader_is_null(reader, SQL_INTAKE_ORDERS_BY_KEY_UPSTREAM_ID) ? 1 : 0,
        };
        memcpy(to->text, upstream, upstream_length);
        memcpy(to->text + upstream_length, line, line_length);
        memcpy(to->text + upstream_length + line_length, contract, contract_length);
    }
    return settle_reader_end(reader, error);
}

/* Names what differs; FALSE if nothing does. */
static gboolean
differ(const SettleIntakeOrder *a, const SettleIntakeOrder *b, GString *names, int *ret_column)
{
    const uint16_t first = SETTLE_ORDER_FIRST_OF_SUBSCRIBER;
    const struct {
        int column;
        gboolean same;
    } columns[] = {
        {ORDER_DISTRIBUTOR, a->distributor_id == b->distributor_id},
        {ORDER_MANAGER, a->manager_id == b->manager_id},
        {ORDER_PRODUCT, a->product_id == b->product_id},
        {ORDER_REGION, a->region_id == b->region_id},
        {ORDER_CHANNEL, a->channel_id == b->channel_id},
        {ORDER_CONTRACT, a->contract_id == b->contract_id},
        {ORDER_FIRST_ORDER, (a->flags & first) == (b->flags & first)},
        {ORDER_CLOSED_AT, a->closing_at == b->closing_at},
        {ORDER_PAID, a->paid_minor == b->paid_minor},
        {ORDER_QUANTITY, a->quantity == b->quantity},
        {ORDER_CURRENCY, a->currency == b->currency},
        {ORDER_WITHDRAWN, a->withdrawn == b->withdrawn},
    };
    int n;
    const SettleIntakeColumn *table = settle_intake_columns(SETTLE_FILE_ORDERS, &n);
    g_string_truncate(names, 0);
    if (a->withdrawn && b->withdrawn)
        return FALSE; /* it says no more than that */
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        if (!columns[i].same) {
            if (names->len == 0)
                *ret_column = columns[i].column;
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   table[columns[i].column].name);
        }
    return names->len > 0;
}

/* An order whose texts were erased is known by its key alone. */
static gboolean
same_key(const SettleIntakeOrder *a, const SettleIntakeOrder *b)
{
    if (a->carrier_id != b->carrier_id)
        return FALSE;
    if (a->erased || b->erased)
        return TRUE;
    return a->upstream_length == b->upstream_length && a->line_length == b->line_length &&
           memcmp(a->text, b->text, (size_t) a->upstream_length + a->line_length) == 0;
}

/* A row whose key was there before, in the database or in the same file. */
static gboolean
take_again(SettleIntakeJob *job, const SettleIntakeOrder *row, const SettleIntakeOrder *before,
           gboolean in_database, GString *names, GError **error)
{
    SettleVerdict verdict = {
        .reject = SETTLE_REJECT_CONFLICT,
        .against = {in_database ? (int32_t) before->place.at : job->batch_id, before->place.line},
        .column = ORDER_ORDER_ID,
        .field = -1};
    int column = -1;
    g_autofree char *where =
        in_database
            ? g_strdup_printf("line %d of batch %d", before->place.line, (int) before->place.at)
            : g_strdup_printf("line %d", before->place.line);
    if (!same_key(row, before)) {
        verdict.reject = SETTLE_REJECT_ID_COLLISION;
        g_snprintf(verdict.message, sizeof verdict.message,
                   "has the same internal id as another order, in %s", where);
    } else if (!differ(row, before, names, &column)) {
        job->repeated++;
        return !in_database ||
               settle_intake_repeat(job, before->order_id, settle_day_month(before->closing_day), 0,
                                    row->revision == 1 ? 0 : row->revision, error);
    } else {
        verdict.column = column;
        g_snprintf(verdict.message, sizeof verdict.message,
                   "the same order stands in %s with another %s%s", where, names->str,
                   row->revision == settle_order_row_said(before->revision) &&
                           settle_day_month(row->closing_day) ==
                               settle_day_month(before->closing_day)
                       ? ", in the same revision"
                       : "");
    }
    return settle_intake_quarantine_kept(job, &verdict, &row->place, error);
}

/* Of an accepted order; they come by key: events that have another order may be its. */
static gboolean
claim(SettleOrderWork *work, SettleIntakeCursor *unsure, int64_t key_id, GError **error)
{
    GArray *claimed = work->claimed;

    if (!settle_cursor_seek(unsure, (uint64_t) key_id, 0, error))
        return FALSE;
    if (unsure->there && unsure->key.word[0] == (uint64_t) key_id &&
        (claimed->len == 0 || g_array_index(claimed, int64_t, claimed->len - 1) != key_id))
        g_array_append_val(claimed, key_id);
    return TRUE;
}

/* What was told for a later night, told again for an earlier one: it is there from that on. */
static gboolean
is_told_earlier(const SettleIntakeJob *job, const SettleIntakeOrder *row,
                const SettleIntakeOrder *before, gboolean in_database, GString *names)
{
    int column;

    return before != NULL && in_database &&
           settle_intake_is_later(job, (int32_t) before->place.at) && same_key(row, before) &&
           !differ(row, before, names, &column);
}

/* One row of the file: a repeat, a conflict, or a row to be taken in. */
static gboolean
sort_out(SettleIntakeJob *job, SettleOrderRows *rows, const SettleIntakeOrder *row, size_t length,
         GString *names, gboolean *ret_taken, GError **error)
{
    SettleVerdict verdict = {
        .reject = SETTLE_REJECT_CONFLICT, .column = ORDER_REVISION, .field = -1};
    gboolean in_database = FALSE;
    int turn;
    const SettleIntakeOrder *before = settle_order_rows_told(rows, row, &turn, &in_database);

    if (turn < SETTLE_ORDER_TURNS && is_told_earlier(job, row, before, in_database, names)) {
        *ret_taken = TRUE;
        settle_order_rows_add(rows, row, length, turn);
        return TRUE;
    }
    if (before == NULL)
        before = settle_order_rows_near(rows, row, job->options.lookback_months, &in_database);
    *ret_taken = before == NULL && turn < SETTLE_ORDER_TURNS;
    if (before != NULL)
        return take_again(job, row, before, in_database, names, error);
    if (*ret_taken) {
        settle_order_rows_add(rows, row, length, turn);
        return TRUE;
    }
    g_snprintf(verdict.message, sizeof verdict.message,
               "was told and withdrawn %d times; take the next revision", SETTLE_ORDER_TURNS);
    return settle_intake_quarantine_kept(job, &verdict, &row->place, error);
}

static gboolean
drop_repeats(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    SettleIntakeCursor cursor, existing, unsure;
    g_autoptr(GString) names = g_string_new(NULL);
    g_auto(SettleOrderRows) rows;

    settle_order_rows_init(&rows);
    if (!settle_cursor_start(&cursor, job->rows, error) ||
        !settle_cursor_start(&existing, work->existing, error) ||
        !settle_cursor_start(&unsure, work->unsure, error))
        return FALSE;
    while (cursor.there) {
        const SettleIntakeOrder *row = cursor.bytes;
        gboolean taken;

        if (rows.key_id != row->key_id &&
            (!settle_order_rows_finish(job, &rows, work, error) ||
             !settle_order_rows_start(&rows, row->key_id, &existing, error)))
            return FALSE;
        if (!sort_out(job, &rows, row, cursor.length, names, &taken, error) ||
            (taken && !claim(work, &unsure, row->key_id, error)) ||
            !settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return settle_order_rows_finish(job, &rows, work, error);
}

/* The salt is that of the batch and line that told the row. */
static void
put_texts(SettleIntakeJob *job, SettleWriter *writer, const SettleIntakeOrder *row)
{
    uint8_t salt[SETTLE_SALT_BYTES];

    if (row->erased) {
        settle_writer_commitment(writer, NULL);
        for (int i = 0; i < 3; i++)
            settle_writer_null(writer);
        return;
    }
    settle_intake_salt(job, SETTLE_SALT_ORDER, row->carrier_id,
                       row->stored ? (int32_t) row->place.at : job->batch_id, row->place.line,
                       salt);
    settle_writer_commitment(writer, salt);
    settle_writer_text(writer, row->text, row->upstream_length);
    settle_writer_text(writer, row->text + row->upstream_length, row->line_length);
    settle_writer_text(writer, row->text + row->upstream_length + row->line_length,
                       row->contract_length);
}

static gboolean
copy_orders(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    enum { FIELDS = 25 };
    SettleIntakeCursor cursor;
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(job->store, settle_sql_copy_closed_order, error);
    if (writer == NULL || !settle_cursor_start(&cursor, work->orders, error))
        return FALSE;
    while (cursor.there) {
        const SettleIntakeOrder *row = cursor.bytes;
        uint16_t flags = row->flags;
        if (g_hash_table_contains(work->follows, GSIZE_TO_POINTER((gsize) row->order_id)))
            flags |= SETTLE_ORDER_FOLLOWS;
        if (!settle_writer_row(writer, FIELDS, error) || !settle_failpoint(INTAKE_ORDER_ROW, error))
            return FALSE;
        settle_writer_month(writer, settle_day_month(row->closing_day));
        settle_writer_i32(writer, row->distributor_id);
        settle_writer_i64(writer, row->order_id);
        settle_writer_i32(writer, job->batch_id);
        settle_writer_day(writer, row->closing_day);
        settle_writer_i32(writer, row->product_id);
        settle_writer_i32(writer, row->manager_id);
        settle_writer_i32(writer, row->quantity);
        settle_writer_i64(writer, row->paid_minor);
        settle_writer_i16(writer, row->region_id);
        settle_writer_i16(writer, row->channel_id);
        settle_writer_i16(writer, row->currency);
        settle_writer_i16(writer, (int16_t) flags);
        settle_writer_i32(writer, row->carrier_id);
        settle_writer_i64(writer, row->contract_id);
        settle_writer_instant(writer, row->closing_at);
        settle_writer_i32(writer, row->place.line);
        settle_writer_i64(writer, row->key_id);
        settle_writer_i16(writer, row->revision);
        settle_writer_bool(writer, row->withdrawn);
        put_texts(job, writer, row);
        settle_intake_slice(job, row->distributor_id, settle_day_month(row->closing_day));
        if (!settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_ORDERS_COPIED, error);
}

/* Events of an order that was told again go with it, or wait. */
static void
add_told_again(SettleOrderWork *work)
{
    g_autoptr(GHashTable) there = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < work->claimed->len; i++)
        g_hash_table_add(there, GSIZE_TO_POINTER((gsize) g_array_index(work->claimed, int64_t, i)));
    for (guint i = 0; i < work->told_again->len; i++) {
        int64_t key = g_array_index(work->told_again, int64_t, i);

        if (g_hash_table_add(there, GSIZE_TO_POINTER((gsize) key)))
            g_array_append_val(work->claimed, key);
    }
}

/* Events that came before their order are settled with it; one that found another order and may be
 * of one of these leaves that. */
static gboolean
find_events(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    g_autoptr(SettleResult) wanted =
        settle_store_query(job->store, settle_sql_intake_waiting_event_keys, error, "");
    g_autoptr(GHashTable) waiting = g_hash_table_new(NULL, NULL);
    GArray *keys = work->claimed;
    SettleIntakeCursor cursor;
    if (wanted == NULL)
        return FALSE;
    add_told_again(work);
    for (int i = 0; i < settle_result_rows(wanted); i++)
        g_hash_table_add(waiting, GSIZE_TO_POINTER((gsize) settle_result_i64(
                                      wanted, i, SQL_INTAKE_WAITING_EVENT_KEYS_KEY_ID)));
    for (guint i = 0; i < keys->len; i++)
        g_hash_table_remove(waiting, GSIZE_TO_POINTER((gsize) g_array_index(keys, int64_t, i)));
    if (!settle_cursor_start(&cursor, work->orders, error))
        return FALSE;
    while (g_hash_table_size(waiting) > 0 && cursor.there) {
        const SettleIntakeOrder *row = cursor.bytes;
        /* taken out: a key has several orders */
        if (g_hash_table_remove(waiting, GSIZE_TO_POINTER((gsize) row->key_id)))
            g_array_append_val(keys, row->key_id);
        if (!settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return settle_events_find(job, (const int64_t *) (void *) keys->data, keys->len, work->changed,
                              error);
}

static gboolean
is_known(const SettleOrderWork *work, const SettleIntakeContract *row)
{
    g_autofree char *key =
        g_hash_table_size(work->known_rows) > 0 ? settle_contract_row_key(row) : NULL;

    return key != NULL && g_hash_table_contains(work->known_rows, key);
}

static gboolean
write_contract(SettleWriter *writer, const SettleOrderWork *work, const SettleIntakeContract *row,
               GError **error)
{
    enum { FIELDS = 16 };
    SettleIntakeContract to = *row;

    if (is_known(work, row))
        return TRUE;
    if (g_hash_table_contains(work->follows, GSIZE_TO_POINTER((gsize) row->order_id)))
        to.flags |= SETTLE_ORDER_FOLLOWS;
    if (!settle_writer_row(writer, FIELDS, error))
        return FALSE;
    settle_writer_i64(writer, row->contract_id);
    settle_writer_i64(writer, row->order_id);
    settle_writer_i32(writer, row->distributor_id);
    settle_writer_i32(writer, row->batch_id);
    settle_writer_instant(writer, row->closing_at);
    settle_contract_put_sale(writer, &to);
    settle_writer_i16(writer, row->revision);
    settle_writer_bool(writer, row->withdrawn);
    return TRUE;
}

static int
compare_versions(gconstpointer a, gconstpointer b)
{
    return settle_contract_compare_versions(a, b);
}

/* The spool's key does not tell rows of one order apart that closed at one time; the table's does,
 * and row sums are in its order. */
static gboolean
copy_contracts(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    g_autoptr(GArray) same = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract));
    SettleIntakeCursor cursor;

    if (settle_spool_count(work->contracts) == 0)
        return TRUE;
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(job->store, settle_sql_copy_contract, error);
    if (writer == NULL || !settle_cursor_start(&cursor, work->contracts, error))
        return FALSE;
    while (cursor.there) {
        SettleSpoolKey key = cursor.key;

        g_array_set_size(same, 0);
        do {
            g_array_append_vals(same, cursor.bytes, 1);
            if (!settle_cursor_step(&cursor, error))
                return FALSE;
        } while (cursor.there && settle_spool_compare_keys(&cursor.key, &key) == 0);
        if (same->len > 1)
            g_array_sort(same, compare_versions);
        for (guint i = 0; i < same->len; i++)
            if (!write_contract(writer, work, &g_array_index(same, SettleIntakeContract, i), error))
                return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_CONTRACTS_COPIED, error);
}

/* Orders with more rows than one, each once. */
static gboolean
copy_revised(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    SettleIntakeCursor cursor;
    SettleSpoolKey last = {{0, 0, 0}};

    if (settle_spool_count(work->revised) == 0)
        return TRUE;
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(job->store, settle_sql_copy_order_revised, error);
    if (writer == NULL || !settle_cursor_start(&cursor, work->revised, error))
        return FALSE;
    while (cursor.there) {
        if (cursor.key.word[0] != last.word[0] || cursor.key.word[1] != last.word[1]) {
            if (!settle_writer_row(writer, 4, error))
                return FALSE;
            settle_writer_i32(writer, (int32_t) (cursor.key.word[0] >> 32));
            settle_writer_month(writer, (SettleMonth) (cursor.key.word[0] & G_MAXUINT32));
            settle_writer_i64(writer, (int64_t) cursor.key.word[1]);
            settle_writer_i32(writer, job->batch_id);
        }
        last = cursor.key;
        if (!settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error);
}

gboolean
settle_orders_store(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    return settle_order_contracts_resolve(job, work, error) && copy_orders(job, work, error) &&
           copy_contracts(job, work, error) && copy_revised(job, work, error) &&
           find_events(job, work, error) && settle_order_contracts_write(job, work, error);
}

gboolean
settle_intake_write_orders(SettleIntakeJob *job, GError **error)
{
    g_auto(SettleOrderWork) work;

    settle_order_work_init(&work, job);
    if (!settle_intake_each_slice(job, job->rows, settle_orders_query_existing, &work, error) ||
        !settle_events_unsure(job, work.unsure, error) || !drop_repeats(job, &work, error))
        return FALSE;
    g_clear_pointer(&job->rows, settle_spool_free);
    return settle_orders_store(job, &work, error);
}
