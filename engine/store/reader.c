/* Rows from the server as a stream of typed fields, by COPY or in single-row mode. */
#include "store/internal.h"

#include <stdarg.h>

/* Wider rows than any query of ours has. */
#define COLUMNS_MAX 64

struct SettleReader {
    SettleStore *store;
    const char *sql;
    SettleDump *dump; /* COPY; NULL: single-row mode */
    PGresult *row;    /* single-row mode */
    gboolean ended;
    gboolean at_end, told; /* settle_reader_next() said FALSE, and settle_reader_end() told why */
    GError *failure;       /* the first */
    int64_t rows;          /* so far */
    int n;                 /* fields of the current row */
    const char *values[COLUMNS_MAX];
    int lengths[COLUMNS_MAX]; /* -1: NULL */
    GByteArray *bytes;        /* of settle_reader_digest */
};

static gboolean
send_query(SettleStore *store, const char *sql, const char *types, va_list arguments,
           GError **error)
{
    SettleParameters parameters;
    const char *plan;
    gboolean planned;
    int sent = 0;

    settle_parameters_init(&parameters, types, arguments);
    planned = settle_store_plan(store, sql, &parameters, &plan, error);
    if (planned && plan != NULL)
        sent = PQsendQueryPrepared(store->connection, plan, parameters.n, parameters.values,
                                   parameters.lengths, parameters.formats, 1);
    else if (planned)
        sent = PQsendQueryParams(store->connection, sql, parameters.n, parameters.types,
                                 parameters.values, parameters.lengths, parameters.formats, 1);
    settle_parameters_clear(&parameters);
    if (!planned)
        return FALSE;
    if (!sent)
        return settle_store_fail(store, NULL, sql, error);
    settle_invariant(PQsetSingleRowMode(store->connection));
    return TRUE;
}

SettleReader *
settle_store_read(SettleStore *store, const char *sql, const char *types, ...)
{
    SettleReader *reader = g_new0(SettleReader, 1);
    g_autofree char *text = NULL;
    va_list arguments;

    reader->store = store;
    reader->sql = sql;
    reader->bytes = g_byte_array_new();
    /* a text with values in it is another one each time */
    if (store->plans == NULL) {
        va_start(arguments, types);
        text = settle_statement_with_values(sql, types, arguments);
        va_end(arguments);
    }
    if (text != NULL) {
        reader->dump = settle_store_dump_text(store, text, sql);
        return reader;
    }
    va_start(arguments, types);
    reader->ended = !send_query(store, sql, types, arguments, &reader->failure);
    va_end(arguments);
    return reader;
}

/* The rest of the command: an error may follow the last row. */
static void
end(SettleReader *reader, PGresult *last)
{
    gboolean good = PQresultStatus(last) == PGRES_TUPLES_OK;
    PGresult *result;

    reader->ended = TRUE;
    if (!good)
        settle_store_fail(reader->store, last, reader->sql, &reader->failure);
    PQclear(last);
    while ((result = PQgetResult(reader->store->connection)) != NULL) {
        ExecStatusType status = PQresultStatus(result);

        if (good && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            good = settle_store_fail(reader->store, result, reader->sql, &reader->failure);
        PQclear(result);
        if (PQstatus(reader->store->connection) == CONNECTION_BAD)
            break;
    }
}

static gboolean
next_by_copy(SettleReader *reader)
{
    if (!settle_dump_next(reader->dump)) {
        reader->ended = TRUE;
        settle_dump_end(reader->dump, &reader->failure);
        return FALSE;
    }
    reader->n = settle_dump_fields(reader->dump, reader->values, reader->lengths, COLUMNS_MAX);
    return TRUE;
}

static gboolean
next_by_row(SettleReader *reader)
{
    PGresult *result;

    PQclear(reader->row);
    reader->row = NULL;
    result = PQgetResult(reader->store->connection);
    if (result == NULL) {
        reader->ended = TRUE;
        return settle_store_fail(reader->store, NULL, reader->sql, &reader->failure);
    }
    if (PQresultStatus(result) != PGRES_SINGLE_TUPLE) {
        end(reader, result);
        return FALSE;
    }
    reader->row = result;
    reader->n = PQnfields(result);
    settle_invariant(reader->n <= COLUMNS_MAX);
    for (int i = 0; i < reader->n; i++) {
        reader->values[i] = PQgetvalue(result, 0, i);
        reader->lengths[i] = PQgetisnull(result, 0, i) ? -1 : PQgetlength(result, 0, i);
    }
    return TRUE;
}

gboolean
settle_reader_next(SettleReader *reader)
{
    if (!reader->ended && (reader->dump != NULL ? next_by_copy(reader) : next_by_row(reader))) {
        reader->rows++;
        return TRUE;
    }
    reader->at_end = TRUE;
    return FALSE;
}

gboolean
settle_reader_end(SettleReader *reader, GError **error)
{
    while (settle_reader_next(reader))
        ;
    reader->told = TRUE;
    if (reader->failure == NULL)
        return TRUE;
    g_propagate_error(error, g_error_copy(reader->failure));
    return FALSE;
}

void
settle_reader_free(SettleReader *reader)
{
    if (reader == NULL)
        return;
    settle_invariant(!reader->at_end || reader->told);
    while (settle_reader_next(reader))
        ;
    settle_dump_free(reader->dump);
    g_byte_array_unref(reader->bytes);
    g_clear_error(&reader->failure);
    g_free(reader);
}

/* Puts the fields together as COPY sends them. */
static void
put_fields(GByteArray *bytes, const SettleReader *reader, int first)
{
    uint16_t count = GUINT16_TO_BE((uint16_t) (reader->n - first));

    g_byte_array_set_size(bytes, 0);
    g_byte_array_append(bytes, (const guint8 *) &count, sizeof count);
    for (int i = first; i < reader->n; i++) {
        uint32_t word = GUINT32_TO_BE((uint32_t) reader->lengths[i]);

        g_byte_array_append(bytes, (const guint8 *) &word, sizeof word);
        if (reader->lengths[i] > 0)
            g_byte_array_append(bytes, (const guint8 *) reader->values[i],
                                (guint) reader->lengths[i]);
    }
}

void
settle_reader_digest(const SettleReader *reader, int first_column, SettleDigest *digest)
{
    put_fields(reader->bytes, reader, first_column);
    settle_digest_update(digest, reader->bytes->data, reader->bytes->len);
}

gboolean
settle_reader_is_null(const SettleReader *reader, int column)
{
    settle_invariant(column < reader->n);
    return reader->lengths[column] < 0;
}

/* Another type than was asked for, or NULL. */
static G_GNUC_NORETURN void
misread(const SettleReader *reader, int column, int width)
{
    g_autofree char *there = column >= reader->n ? g_strdup("is not there")
                             : reader->lengths[column] < 0
                                 ? g_strdup("is NULL")
                                 : g_strdup_printf("has %d bytes", reader->lengths[column]);
    g_autofree char *what =
        g_strdup_printf("%s, row %" G_GINT64_FORMAT ": column %d %s, not a value of %d bytes",
                        settle_statement_name(reader->sql), reader->rows, column + 1, there, width);

    settle_invariant_failed(__FILE__, __LINE__, what);
}

/* Exactly that width: all else is our own mistake, never a wrong amount. */
static inline const char *
fixed(const SettleReader *reader, int column, int width)
{
    if (G_UNLIKELY(column >= reader->n || reader->lengths[column] != width))
        misread(reader, column, width);
    return reader->values[column];
}

int16_t
settle_reader_i16(const SettleReader *reader, int column)
{
    return (int16_t) settle_get_u16(fixed(reader, column, 2));
}

int32_t
settle_reader_i32(const SettleReader *reader, int column)
{
    if (column < reader->n && reader->lengths[column] == 2)
        return settle_reader_i16(reader, column);
    return (int32_t) settle_get_u32(fixed(reader, column, 4));
}

int64_t
settle_reader_i64(const SettleReader *reader, int column)
{
    if (column < reader->n && reader->lengths[column] == 8)
        return (int64_t) settle_get_u64(reader->values[column]);
    return settle_reader_i32(reader, column);
}

int16_t
settle_reader_i16_if_sent(const SettleReader *reader, int column)
{
    return settle_reader_is_null(reader, column) ? 0 : settle_reader_i16(reader, column);
}

int32_t
settle_reader_i32_if_sent(const SettleReader *reader, int column)
{
    return settle_reader_is_null(reader, column) ? 0 : settle_reader_i32(reader, column);
}

int64_t
settle_reader_i64_if_sent(const SettleReader *reader, int column)
{
    return settle_reader_is_null(reader, column) ? 0 : settle_reader_i64(reader, column);
}

gboolean
settle_reader_bool(const SettleReader *reader, int column)
{
    return *fixed(reader, column, 1) != 0;
}

SettleDay
settle_reader_day(const SettleReader *reader, int column)
{
    return (SettleDay) settle_get_u32(fixed(reader, column, 4));
}

SettleMonth
settle_reader_month(const SettleReader *reader, int column)
{
    return settle_day_month(settle_reader_day(reader, column));
}

const char *
settle_reader_text(const SettleReader *reader, int column, size_t *ret_length)
{
    gboolean null = settle_reader_is_null(reader, column);
    size_t length = null ? 0 : (size_t) reader->lengths[column];

    if (ret_length != NULL)
        *ret_length = length;
    if (null)
        return "";
    /* libpq ends a result's fields with NUL; those of COPY have the next one's length there, which
     * was read when the row came. */
    if (reader->dump != NULL)
        ((char *) (uintptr_t) reader->values[column])[length] = '\0';
    return reader->values[column];
}
