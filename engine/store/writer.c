/* Rows to the server by binary COPY, hashed on the way for the table's row sum, and counted
 * against the server's answer. */
#include "store/internal.h"

#include "base/keyed.h"

#define FLUSH_AT (64 * 1024)
/* Length word and eight bytes are twelve; the rest is slack for the row's head and the trailer. */
#define FIELD_ROOM 16

struct SettleWriter {
    SettleStore *store;
    const char *sql;
    const SettleSqlTable *table; /* NULL: none that is known */
    SettleRowSum sum;
    char *buffer;
    size_t used;
    size_t capacity;
    int64_t rows;
    size_t row;      /* where the fields of the current row start in the buffer */
    size_t apart;    /* where those start that are not summed */
    int n_apart;     /* how many they are */
    int fields_left; /* of the current row: rows are checked when they are left */
};

static const char signature[] = "PGCOPY\n\377\r\n"; /* with its NUL: 11 bytes */

/* Grow-only, and checked once a row; only texts ask again. */
static inline void
reserve(SettleWriter *writer, size_t room)
{
    if (G_LIKELY(writer->used + room <= writer->capacity))
        return;
    while (writer->used + room > writer->capacity)
        writer->capacity *= 2;
    writer->buffer = g_realloc(writer->buffer, writer->capacity);
}

static inline void
put(SettleWriter *writer, const void *bytes, size_t length)
{
    memcpy(writer->buffer + writer->used, bytes, length);
    writer->used += length;
}

static inline void
put_u16(SettleWriter *writer, uint16_t value)
{
    value = GUINT16_TO_BE(value);
    put(writer, &value, sizeof value);
}

static inline void
put_u32(SettleWriter *writer, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    put(writer, &value, sizeof value);
}

static inline void
put_u64(SettleWriter *writer, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    put(writer, &value, sizeof value);
}

/* Starts a field: a row with too many would run over what was reserved. */
static inline void
field(SettleWriter *writer)
{
    settle_invariant(writer->fields_left > 0);
    if (G_UNLIKELY(writer->fields_left == writer->n_apart))
        writer->apart = writer->used;
    writer->fields_left--;
}

SettleWriter *
settle_store_copy_in(SettleStore *store, const char *sql, GError **error)
{
    SettleWriter *writer;
    PGresult *result;

    if (!PQsendQuery(store->connection, sql)) {
        settle_store_fail(store, NULL, sql, error);
        return NULL;
    }
    result = PQgetResult(store->connection);
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        PGresult *more;

        settle_store_fail(store, result, sql, error);
        PQclear(result);
        while (PQstatus(store->connection) == CONNECTION_OK &&
               (more = PQgetResult(store->connection)) != NULL)
            PQclear(more);
        return NULL;
    }
    settle_invariant(PQbinaryTuples(result));
    PQclear(result);

    writer = g_new0(SettleWriter, 1);
    writer->store = store;
    writer->sql = sql;
    writer->table = settle_table_of_copy(sql);
    writer->n_apart = writer->table != NULL ? writer->table->n_apart : 0;
    writer->capacity = FLUSH_AT + 4096;
    writer->buffer = g_malloc(writer->capacity);
    put(writer, signature, sizeof signature);
    put_u32(writer, 0); /* flags */
    put_u32(writer, 0); /* length of the header's extension */
    return writer;
}

static gboolean
flush(SettleWriter *writer, GError **error)
{
    PGconn *connection = writer->store->connection;
    size_t used = writer->used;

    writer->used = 0;
    if (used > G_MAXINT32) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT, "%s: a row of %zu bytes is too long",
                    settle_statement_name(writer->sql), used);
        return FALSE;
    }
    if (PQputCopyData(connection, writer->buffer, (int) used) == 1)
        return TRUE;
    /* The reason may be waiting after the failed write. */
    PQclear(settle_store_collect(writer->store, writer->sql, error));
    if (error != NULL && *error == NULL)
        settle_store_fail(writer->store, NULL, writer->sql, error);
    return FALSE;
}

/* Its last summed field commits to what stands apart, which is complete by now. */
static inline void
commit_row(SettleWriter *writer)
{
    const char *salt = writer->buffer + writer->apart + sizeof(uint32_t);

    if (settle_get_u32(writer->buffer + writer->apart) != UINT32_MAX)
        settle_commitment(salt, (size_t) (writer->buffer + writer->used - salt),
                          (uint8_t *) writer->buffer + writer->apart - SETTLE_COMMITMENT_BYTES);
}

/* The row that is complete by now, unless there is none. */
static inline void
sum_row(SettleWriter *writer)
{
    size_t end = writer->n_apart > 0 ? writer->apart : writer->used;

    if (writer->n_apart > 0 && writer->rows > 0)
        commit_row(writer);
    if (writer->store->sums != NULL && writer->rows > 0 && writer->table != NULL &&
        writer->table->verify != NULL)
        settle_row_sum_add(&writer->sum, writer->table, writer->buffer + writer->row,
                           end - writer->row);
}

gboolean
settle_writer_row(SettleWriter *writer, int n_fields, GError **error)
{
    settle_invariant(writer->fields_left == 0 && n_fields > 0 && n_fields <= G_MAXINT16);
    settle_invariant(writer->table == NULL || n_fields == writer->table->n_columns);
    sum_row(writer);
    if (writer->used >= FLUSH_AT && !flush(writer, error))
        return FALSE;
    reserve(writer, (size_t) (n_fields + 1) * FIELD_ROOM);
    put_u16(writer, (uint16_t) n_fields);
    writer->row = writer->used;
    writer->fields_left = n_fields;
    writer->rows++;
    return TRUE;
}

void
settle_writer_i16(SettleWriter *writer, int16_t value)
{
    field(writer);
    put_u32(writer, 2);
    put_u16(writer, (uint16_t) value);
}

void
settle_writer_i32(SettleWriter *writer, int32_t value)
{
    field(writer);
    put_u32(writer, 4);
    put_u32(writer, (uint32_t) value);
}

void
settle_writer_i64(SettleWriter *writer, int64_t value)
{
    field(writer);
    put_u32(writer, 8);
    put_u64(writer, (uint64_t) value);
}

void
settle_writer_bool(SettleWriter *writer, gboolean value)
{
    char byte = value ? 1 : 0;

    field(writer);
    put_u32(writer, 1);
    put(writer, &byte, 1);
}

void
settle_writer_day(SettleWriter *writer, SettleDay value)
{
    settle_writer_i32(writer, value);
}

void
settle_writer_month(SettleWriter *writer, SettleMonth value)
{
    settle_writer_i32(writer, settle_month_first(value));
}

void
settle_writer_instant(SettleWriter *writer, SettleInstant value)
{
    settle_writer_i64(writer, value);
}

void
settle_writer_text(SettleWriter *writer, const char *text, size_t length)
{
    settle_writer_bytes(writer, text, length);
}

void
settle_writer_bytes(SettleWriter *writer, const void *bytes, size_t length)
{
    settle_invariant(length <= G_MAXINT32);
    field(writer);
    reserve(writer, length + (size_t) (writer->fields_left + 2) * FIELD_ROOM);
    put_u32(writer, (uint32_t) length);
    if (length > 0)
        put(writer, bytes, length);
}

void
settle_writer_commitment(SettleWriter *writer, const uint8_t *salt)
{
    static const uint8_t none[SETTLE_COMMITMENT_BYTES];

    settle_invariant(writer->fields_left == writer->n_apart + 1);
    reserve(writer, (size_t) (writer->fields_left + 2) * FIELD_ROOM + 2 * SETTLE_SALT_BYTES);
    field(writer);
    put_u32(writer, sizeof none);
    put(writer, none, sizeof none);
    field(writer);
    put_u32(writer, salt != NULL ? SETTLE_SALT_BYTES : UINT32_MAX);
    if (salt != NULL)
        put(writer, salt, SETTLE_SALT_BYTES);
}

void
settle_writer_null(SettleWriter *writer)
{
    field(writer);
    put_u32(writer, UINT32_MAX);
}

int64_t
settle_writer_rows(const SettleWriter *writer)
{
    return writer->rows;
}

static void
writer_free(SettleWriter *writer)
{
    settle_row_sum_clear(&writer->sum);
    g_free(writer->buffer);
    g_free(writer);
}

/* What the server says to the end of the COPY: errors of any row come only now. */
static gboolean
conclude(SettleWriter *writer, GError **error)
{
    PGresult *result = settle_store_collect(writer->store, writer->sql, error);
    int64_t stored;

    if (result == NULL)
        return FALSE;
    stored = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    if (stored == writer->rows)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_DATABASE,
                "%s: sent %" G_GINT64_FORMAT " rows, the server stored %" G_GINT64_FORMAT,
                settle_statement_name(writer->sql), writer->rows, stored);
    return FALSE;
}

gboolean
settle_writer_finish(SettleWriter *writer, GError **error)
{
    SettleTableSum sum;
    gboolean good;

    settle_invariant(writer->fields_left == 0);
    sum_row(writer);
    reserve(writer, FIELD_ROOM);
    put_u16(writer, UINT16_MAX);
    good = flush(writer, error);
    if (good && PQputCopyEnd(writer->store->connection, NULL) != 1)
        good = settle_store_fail(writer->store, NULL, writer->sql, error);
    good = good && conclude(writer, error);
    if (good && writer->store->sums != NULL && writer->table != NULL &&
        settle_row_sum_end(&writer->sum, writer->table, &sum))
        g_array_append_val(writer->store->sums, sum);
    writer_free(writer);
    return good;
}

void
settle_writer_abort(SettleWriter *writer)
{
    if (writer == NULL)
        return;
    if (PQputCopyEnd(writer->store->connection, "given up") == 1)
        PQclear(settle_store_collect(writer->store, writer->sql, NULL));
    writer_free(writer);
}
