/* A statement's rows as raw fields, for verify and replay, which compare and hash bytes. */
#include "store/internal.h"

#include "base/keyed.h"

struct SettleDump {
    SettleStore *store;
    const char *sql;
    char *row; /* libpq's: the fields of one row after their count; NULL: none */
    int length;
    gboolean begun, ended;
    gboolean at_end, told; /* settle_dump_next() said FALSE, and settle_dump_end() told why */
    GError *failure;       /* the first */
};

/* Lengths of the signature, the flags and the extension that precede the first row. */
#define HEADER 19
/* A field that is an integer: its length word and itself. */
#define INTEGER 8

SettleDump *
settle_store_dump(SettleStore *store, const char *sql)
{
    return settle_store_dump_text(store, sql, sql);
}

SettleDump *
settle_store_dump_text(SettleStore *store, const char *text, const char *sql)
{
    /* The text may end with a comment. */
    g_autofree char *copy = g_strdup_printf("COPY (%s\n) TO STDOUT (FORMAT binary)", text);
    SettleDump *dump = g_new0(SettleDump, 1);
    PGresult *result;

    dump->store = store;
    dump->sql = sql;
    if (!PQsendQuery(store->connection, copy)) {
        dump->ended = TRUE;
        settle_store_fail(store, NULL, sql, &dump->failure);
        return dump;
    }
    result = PQgetResult(store->connection);
    if (PQresultStatus(result) == PGRES_COPY_OUT) {
        PQclear(result);
        return dump;
    }
    dump->ended = TRUE;
    settle_store_fail(store, result, sql, &dump->failure);
    PQclear(result);
    while (PQstatus(store->connection) == CONNECTION_OK &&
           (result = PQgetResult(store->connection)) != NULL)
        PQclear(result);
    return dump;
}

/* The command's own end: an error may follow the last row. */
static void
end(SettleDump *dump)
{
    dump->ended = TRUE;
    PQclear(settle_store_collect(dump->store, dump->sql, &dump->failure));
}

/* Whether the fields of a row end where the row ends: all that reads them goes by their lengths. */
static gboolean
is_whole(const SettleDump *dump)
{
    const char *at = dump->row + sizeof(uint16_t), *end = dump->row + dump->length;

    for (int n = settle_get_u16(dump->row); n > 0; n--) {
        uint32_t length;

        if (end - at < (ptrdiff_t) sizeof length)
            return FALSE;
        length = settle_get_u32(at);
        at += sizeof length;
        if (length == UINT32_MAX)
            continue;
        if ((size_t) (end - at) < length)
            return FALSE;
        at += length;
    }
    return at == end;
}

/* What came is no row. */
static void
refuse_row(SettleDump *dump)
{
    g_set_error(&dump->failure, SETTLE_ERROR, SETTLE_ERROR_DATABASE,
                "%s: the server sent a row whose fields do not fit into it",
                settle_statement_name(dump->sql));
    settle_error_hint(&dump->failure, "something changes what the server sends on its way");
}

/* Takes the header, which may come by itself or in front of the first row, off what came. */
static void
take_header(SettleDump *dump)
{
    dump->begun = TRUE;
    if (dump->length < HEADER) {
        refuse_row(dump);
        return;
    }
    dump->length -= HEADER;
    memmove(dump->row, dump->row + HEADER, (size_t) dump->length);
}

gboolean
settle_dump_next(SettleDump *dump)
{
    if (dump->row != NULL)
        PQfreemem(dump->row);
    dump->row = NULL;
    while (!dump->ended) {
        dump->length = PQgetCopyData(dump->store->connection, &dump->row, 0);
        if (dump->length < 0) {
            if (dump->length == -2)
                settle_store_fail(dump->store, NULL, dump->sql, NULL);
            end(dump);
            break;
        }
        if (!dump->begun)
            take_header(dump);
        /* more than the trailer, which is a count of -1; after a failure the rest is only read */
        if (dump->failure == NULL && dump->length > (int) sizeof(uint16_t)) {
            if (is_whole(dump))
                return TRUE;
            refuse_row(dump);
        }
        PQfreemem(dump->row);
        dump->row = NULL;
    }
    dump->at_end = TRUE;
    return FALSE;
}

gboolean
settle_dump_end(SettleDump *dump, GError **error)
{
    while (settle_dump_next(dump))
        ;
    dump->told = TRUE;
    if (dump->failure == NULL)
        return TRUE;
    g_propagate_error(error, g_error_copy(dump->failure));
    return FALSE;
}

int
settle_dump_fields(const SettleDump *dump, const char **ret_values, int *ret_lengths, int max)
{
    int n = settle_get_u16(dump->row);
    const char *at = dump->row + 2;

    settle_invariant(n <= max);
    for (int i = 0; i < n; i++) {
        int length = (int) settle_get_u32(at);

        ret_values[i] = at + 4;
        ret_lengths[i] = length;
        at += 4 + MAX(length, 0);
    }
    return n;
}

int32_t
settle_dump_i32(const SettleDump *dump, int column)
{
    size_t at = sizeof(uint16_t) + (size_t) column * INTEGER;
    const char *field = dump->row + at;

    settle_invariant((size_t) dump->length >= at + INTEGER && settle_get_u32(field) == 4);
    return (int32_t) settle_get_u32(field + 4);
}

/* After n fields. */
static const char *
behind(const char *at, int n)
{
    for (int i = 0; i < n; i++) {
        uint32_t length = settle_get_u32(at);

        at += sizeof length + (length != UINT32_MAX ? length : 0);
    }
    return at;
}

/* The salt and texts from `apart` on, against the commitment that ends there. */
static SettleTexts
look_at_texts(const char *apart, const char *end, int n_apart)
{
    static const uint8_t nothing[SETTLE_COMMITMENT_BYTES];
    uint8_t commitment[SETTLE_COMMITMENT_BYTES];
    const char *salt = apart + sizeof(uint32_t);
    int n_null = 0;

    for (const char *at = apart; at < end; at = behind(at, 1))
        n_null += settle_get_u32(at) == UINT32_MAX;
    if (n_null > 0 && n_null < n_apart)
        return SETTLE_TEXTS_HALF_ERASED;
    if (n_null > 0)
        return memcmp(apart - sizeof nothing, nothing, sizeof nothing) == 0 ? SETTLE_TEXTS_NEVER
                                                                            : SETTLE_TEXTS_ERASED;
    settle_commitment(salt, (size_t) (end - salt), commitment);
    return memcmp(apart - sizeof commitment, commitment, sizeof commitment) == 0
               ? SETTLE_TEXTS_HOLD
               : SETTLE_TEXTS_DIFFER;
}

SettleTexts
settle_dump_sum(SettleDump *dump, int first_column, const SettleSqlTable *table, SettleRowSum *sum)
{
    const char *from = dump->row + sizeof(uint16_t) + (size_t) first_column * INTEGER;
    const char *end = dump->row + dump->length, *apart = end;

    settle_invariant(from <= end);
    if (table->n_apart > 0)
        apart = behind(from, table->n_columns - table->n_apart);
    settle_row_sum_add(sum, table, from, (size_t) (apart - from));
    return table->n_apart > 0 ? look_at_texts(apart, end, table->n_apart) : SETTLE_TEXTS_HOLD;
}

void
settle_dump_free(SettleDump *dump)
{
    if (dump == NULL)
        return;
    settle_invariant(!dump->at_end || dump->told);
    while (settle_dump_next(dump))
        ;
    g_clear_error(&dump->failure);
    g_free(dump);
}
