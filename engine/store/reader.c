#include "store/internal.h"

#include <stdarg.h>

struct SettleReader {
    SettleStore *store;
    const char *sql;
    PGresult *row;
    gboolean ended;
    GByteArray *bytes; /* of settle_reader_sum */
};

SettleReader *
settle_store_read(SettleStore *store, const char *sql, GError **error, const char *types, ...)
{
    SettleParameters parameters;
    SettleReader *reader;
    va_list arguments;
    int sent;

    va_start(arguments, types);
    settle_parameters_init(&parameters, types, arguments);
    va_end(arguments);
    sent = PQsendQueryParams(store->connection, sql, parameters.n, parameters.types,
                             parameters.values, parameters.lengths, parameters.formats, 1);
    settle_parameters_clear(&parameters);
    if (!sent) {
        settle_store_fail(store, NULL, sql, error);
        return NULL;
    }
    settle_invariant(PQsetSingleRowMode(store->connection));
    reader = g_new0(SettleReader, 1);
    reader->store = store;
    reader->sql = sql;
    reader->bytes = g_byte_array_new();
    return reader;
}

/* The rest of the command: an error may follow the last row. */
static gboolean
end(SettleReader *reader, PGresult *last, GError **error)
{
    gboolean good = PQresultStatus(last) == PGRES_TUPLES_OK;
    PGresult *result;

    reader->ended = TRUE;
    if (!good)
        settle_store_fail(reader->store, last, reader->sql, error);
    PQclear(last);
    while ((result = PQgetResult(reader->store->connection)) != NULL) {
        ExecStatusType status = PQresultStatus(result);

        if (good && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            good = settle_store_fail(reader->store, result, reader->sql, error);
        PQclear(result);
        if (PQstatus(reader->store->connection) == CONNECTION_BAD)
            break;
    }
    return good;
}

gboolean
settle_reader_next(SettleReader *reader, GError **error)
{
    PGresult *result;

    PQclear(reader->row);
    reader->row = NULL;
    if (reader->ended)
        return FALSE;
    result = PQgetResult(reader->store->connection);
    if (result == NULL) {
        reader->ended = TRUE;
        return settle_store_fail(reader->store, NULL, reader->sql, error);
    }
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
        reader->row = result;
        return TRUE;
    }
    end(reader, result, error);
    return FALSE;
}

void
settle_reader_free(SettleReader *reader)
{
    if (reader == NULL)
        return;
    while (settle_reader_next(reader, NULL))
        ;
    g_byte_array_unref(reader->bytes);
    g_free(reader);
}

/* Puts the fields together as COPY would have sent them. */
static void
put_fields(GByteArray *bytes, const PGresult *row, int first)
{
    int n = PQnfields(row);
    uint16_t count = GUINT16_TO_BE((uint16_t) (n - first));

    g_byte_array_set_size(bytes, 0);
    g_byte_array_append(bytes, (const guint8 *) &count, sizeof count);
    for (int i = first; i < n; i++) {
        gboolean null = PQgetisnull(row, 0, i) != 0;
        int length = PQgetlength(row, 0, i);
        uint32_t word = GUINT32_TO_BE(null ? UINT32_MAX : (uint32_t) length);

        g_byte_array_append(bytes, (const guint8 *) &word, sizeof word);
        if (!null)
            g_byte_array_append(bytes, (const guint8 *) PQgetvalue(row, 0, i), (guint) length);
    }
}

void
settle_reader_digest(const SettleReader *reader, int first_column, SettleDigest *digest)
{
    put_fields(reader->bytes, reader->row, first_column);
    settle_digest_update(digest, reader->bytes->data, reader->bytes->len);
}

gboolean
settle_reader_is_null(const SettleReader *reader, int column)
{
    return PQgetisnull(reader->row, 0, column) != 0;
}

/* Exactly that width: another type, or NULL, is our own mistake, never a wrong amount. */
static inline const char *
fixed(const SettleReader *reader, int column, int width)
{
    settle_invariant(PQgetlength(reader->row, 0, column) == width);
    return PQgetvalue(reader->row, 0, column);
}

int16_t
settle_reader_i16(const SettleReader *reader, int column)
{
    return (int16_t) settle_get_u16(fixed(reader, column, 2));
}

int32_t
settle_reader_i32(const SettleReader *reader, int column)
{
    if (PQgetlength(reader->row, 0, column) == 2)
        return settle_reader_i16(reader, column);
    return (int32_t) settle_get_u32(fixed(reader, column, 4));
}

int64_t
settle_reader_i64(const SettleReader *reader, int column)
{
    if (PQgetlength(reader->row, 0, column) == 8)
        return (int64_t) settle_get_u64(PQgetvalue(reader->row, 0, column));
    return settle_field_integer(reader->row, 0, column);
}

gboolean
settle_reader_bool(const SettleReader *reader, int column)
{
    return settle_field_bool(reader->row, 0, column);
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
    if (ret_length != NULL)
        *ret_length = (size_t) PQgetlength(reader->row, 0, column);
    return PQgetvalue(reader->row, 0, column);
}
