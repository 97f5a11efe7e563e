/* The statements built into the program, their parameters from typed values, and running them for
 * one result. */
#include "store/internal.h"
#include "store/sql.h"

#include <stdarg.h>

const char *
settle_statement_name(const char *sql)
{
    for (const SettleSqlQuery *query = settle_sql_queries; query->name != NULL; query++) {
        if (query->text == sql)
            return query->name;
    }
    return "statement";
}

gboolean
settle_statement_is_embedded(const char *sql)
{
    for (const SettleSqlQuery *query = settle_sql_queries; query->name != NULL; query++)
        if (query->text == sql)
            return TRUE;
    return FALSE;
}

static void
append_u32(GByteArray *bytes, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(bytes, (const guint8 *) &value, sizeof value);
}

static void
append_u64(GByteArray *bytes, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    g_byte_array_append(bytes, (const guint8 *) &value, sizeof value);
}

static void
append_u16(GByteArray *bytes, uint16_t value)
{
    value = GUINT16_TO_BE(value);
    g_byte_array_append(bytes, (const guint8 *) &value, sizeof value);
}

static void
append_array_head(GByteArray *bytes, Oid element, size_t n, gboolean has_null)
{
    settle_invariant(n <= G_MAXINT32);
    append_u32(bytes, n > 0 ? 1 : 0); /* an empty array has no dimension */
    append_u32(bytes, has_null ? 1 : 0);
    append_u32(bytes, element);
    if (n > 0) {
        append_u32(bytes, (uint32_t) n);
        append_u32(bytes, 1);
    }
}

static void
append_i32_array(GByteArray *bytes, Oid element, const int32_t *items, size_t n)
{
    append_array_head(bytes, element, n, FALSE);
    for (size_t i = 0; i < n; i++) {
        append_u32(bytes, 4);
        append_u32(bytes, (uint32_t) items[i]);
    }
}

static void
append_i64_array(GByteArray *bytes, const int64_t *items, size_t n)
{
    append_array_head(bytes, OID_INT8, n, FALSE);
    for (size_t i = 0; i < n; i++) {
        append_u32(bytes, 8);
        append_u64(bytes, (uint64_t) items[i]);
    }
}

static void
append_text_array(GByteArray *bytes, const char *const *items, size_t n)
{
    gboolean has_null = FALSE;

    for (size_t i = 0; i < n; i++)
        has_null |= items[i] == NULL;
    append_array_head(bytes, OID_TEXT, n, has_null);
    for (size_t i = 0; i < n; i++) {
        size_t length = items[i] != NULL ? strlen(items[i]) : 0;

        settle_invariant(length <= G_MAXINT32);
        append_u32(bytes, items[i] != NULL ? (uint32_t) length : UINT32_MAX);
        if (length > 0)
            g_byte_array_append(bytes, (const guint8 *) items[i], (guint) length);
    }
}

/* Returns whether the value is NULL. Texts get a NUL: libpq takes text-format values by it. */
static gboolean
append_text(GByteArray *bytes, const char *text, gboolean with_nul)
{
    if (text == NULL)
        return TRUE;
    g_byte_array_append(bytes, (const guint8 *) text, (guint) (strlen(text) + (with_nul ? 1 : 0)));
    return FALSE;
}

static void
append_array(SettleParameters *parameters, int i, char type, va_list *arguments)
{
    const void *items = va_arg(*arguments, const void *);
    size_t n = va_arg(*arguments, size_t);

    switch (type) {
    case 'I':
        parameters->types[i] = OID_INT4_ARRAY;
        append_i32_array(parameters->bytes, OID_INT4, items, n);
        return;
    case 'D':
        parameters->types[i] = OID_DATE_ARRAY;
        append_i32_array(parameters->bytes, OID_DATE, items, n);
        return;
    case 'L':
        parameters->types[i] = OID_INT8_ARRAY;
        append_i64_array(parameters->bytes, items, n);
        return;
    case 'S':
        parameters->types[i] = OID_TEXT_ARRAY;
        append_text_array(parameters->bytes, items, n);
        return;
    default:
        settle_invariant_failed(__FILE__, __LINE__, "a parameter letter of store.h");
    }
}

/* Appends one value; returns whether it is NULL. */
static gboolean
append_value(SettleParameters *parameters, int i, char type, va_list *arguments)
{
    GByteArray *bytes = parameters->bytes;
    const void *items;

    parameters->formats[i] = 1;
    switch (type) {
    case 'i':
        parameters->types[i] = OID_INT4;
        append_u32(bytes, (uint32_t) va_arg(*arguments, int32_t));
        return FALSE;
    case 'l':
        parameters->types[i] = OID_INT8;
        append_u64(bytes, (uint64_t) va_arg(*arguments, int64_t));
        return FALSE;
    case 'h': {
        int value = va_arg(*arguments, int);

        settle_invariant(value >= G_MININT16 && value <= G_MAXINT16);
        parameters->types[i] = OID_INT2;
        append_u16(bytes, (uint16_t) value);
        return FALSE;
    }
    case 'b': {
        guint8 value = va_arg(*arguments, gboolean) ? 1 : 0;

        parameters->types[i] = OID_BOOL;
        g_byte_array_append(bytes, &value, 1);
        return FALSE;
    }
    case 'd':
        parameters->types[i] = OID_DATE;
        append_u32(bytes, (uint32_t) va_arg(*arguments, SettleDay));
        return FALSE;
    case 'm':
        parameters->types[i] = OID_DATE;
        append_u32(bytes, (uint32_t) settle_month_first(va_arg(*arguments, SettleMonth)));
        return FALSE;
    case 's':
        parameters->types[i] = OID_TEXT;
        return append_text(bytes, va_arg(*arguments, const char *), FALSE);
    case 'n':
        parameters->types[i] = OID_NUMERIC;
        parameters->formats[i] = 0;
        return append_text(bytes, va_arg(*arguments, const char *), TRUE);
    case 'j':
        parameters->types[i] = OID_JSONB;
        parameters->formats[i] = 0;
        return append_text(bytes, va_arg(*arguments, const char *), TRUE);
    case 'y': {
        size_t length;

        parameters->types[i] = OID_BYTEA;
        items = va_arg(*arguments, const void *);
        length = va_arg(*arguments, size_t);
        settle_invariant(length <= G_MAXINT32);
        if (items == NULL)
            return TRUE;
        g_byte_array_append(bytes, items, (guint) length);
        return FALSE;
    }
    default:
        append_array(parameters, i, type, arguments);
        return FALSE;
    }
}

void
settle_parameters_init(SettleParameters *parameters, const char *types, va_list arguments)
{
    size_t starts[SETTLE_STATEMENT_PARAMETERS_MAX];
    gboolean nulls[SETTLE_STATEMENT_PARAMETERS_MAX];
    size_t n = types != NULL ? strlen(types) : 0;
    static const guint8 nothing = 0;
    va_list copy;

    settle_invariant(n <= SETTLE_STATEMENT_PARAMETERS_MAX);
    parameters->n = (int) n;
    parameters->bytes = g_byte_array_new();
    va_copy(copy, arguments);
    for (size_t i = 0; i < n; i++) {
        starts[i] = parameters->bytes->len;
        nulls[i] = append_value(parameters, (int) i, types[i], &copy);
        parameters->lengths[i] = (int) (parameters->bytes->len - starts[i]);
    }
    va_end(copy);
    /* An empty value is a pointer too: NULL would mean SQL NULL. */
    g_byte_array_append(parameters->bytes, &nothing, 1);
    for (size_t i = 0; i < n; i++)
        parameters->values[i] =
            nulls[i] ? NULL : (const char *) parameters->bytes->data + starts[i];
}

void
settle_parameters_clear(SettleParameters *parameters)
{
    g_byte_array_unref(parameters->bytes);
}

static gboolean
is_failure(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
}

PGresult *
settle_store_collect(SettleStore *store, const char *sql, GError **error)
{
    PGresult *kept = NULL, *result;

    while ((result = PQgetResult(store->connection)) != NULL) {
        if (PQresultStatus(result) == PGRES_COPY_IN) {
            /* Left open by whoever failed before: ended here, or this would never return. */
            PQclear(result);
            if (PQputCopyEnd(store->connection, "given up") != 1)
                break;
            continue;
        }
        if (kept != NULL && is_failure(kept)) {
            PQclear(result);
        } else {
            PQclear(kept);
            kept = result;
        }
        if (PQstatus(store->connection) == CONNECTION_BAD && is_failure(kept))
            break;
    }
    if (kept == NULL || is_failure(kept)) {
        settle_store_fail(store, kept, sql, error);
        PQclear(kept);
        return NULL;
    }
    return kept;
}

PGresult *
settle_store_run(SettleStore *store, const char *sql, const SettleParameters *parameters,
                 GError **error)
{
    const char *plan;

    if (!settle_store_plan(store, sql, parameters, &plan, error))
        return NULL;
    if (!(plan != NULL
              ? PQsendQueryPrepared(store->connection, plan, parameters->n, parameters->values,
                                    parameters->lengths, parameters->formats, 1)
              : PQsendQueryParams(store->connection, sql, parameters->n, parameters->types,
                                  parameters->values, parameters->lengths, parameters->formats,
                                  1))) {
        settle_store_fail(store, NULL, sql, error);
        return NULL;
    }
    return settle_store_collect(store, sql, error);
}

/* After the first statement of a script: it ends with a semicolon at the end of a line, outside of
 * comments and of what stands between $$. */
static const char *
after_statement(const char *sql)
{
    gboolean quoted = FALSE;

    for (const char *at = sql; *at != '\0'; at++) {
        if (strncmp(at, "$$", 2) == 0) {
            quoted = !quoted;
            at++;
        } else if (quoted) {
            continue;
        } else if (strncmp(at, "--", 2) == 0) {
            at += strcspn(at, "\n");
            if (*at == '\0')
                return at;
        } else if (at[0] == ';' && (at[1] == '\n' || at[1] == '\0')) {
            return at + 1;
        }
    }
    return sql + strlen(sql);
}

gboolean
settle_store_script(SettleStore *store, const char *sql, const char *name, GError **error)
{
    /* One by one: Citus hands the text as it was sent on to the workers, and they take one. */
    for (sql += strspn(sql, "\n"); *sql != '\0'; sql += strspn(sql, "\n")) {
        const char *rest = after_statement(sql);
        g_autofree char *statement = g_strndup(sql, (gsize) (rest - sql));
        PGresult *result = NULL;

        if (PQsendQuery(store->connection, statement))
            result = settle_store_collect(store, NULL, error);
        else
            settle_store_fail(store, NULL, NULL, error);
        if (result == NULL) {
            g_prefix_error(error, "%s: ", name);
            return FALSE;
        }
        PQclear(result);
        sql = rest;
    }
    return TRUE;
}

static PGresult *
run_with(SettleStore *store, const char *sql, const char *types, va_list arguments, GError **error)
{
    SettleParameters parameters;
    PGresult *result;

    settle_parameters_init(&parameters, types, arguments);
    result = settle_store_run(store, sql, &parameters, error);
    settle_parameters_clear(&parameters);
    return result;
}

gboolean
settle_store_exec(SettleStore *store, const char *sql, GError **error, const char *types, ...)
{
    PGresult *result;
    va_list arguments;

    va_start(arguments, types);
    result = run_with(store, sql, types, arguments, error);
    va_end(arguments);
    PQclear(result);
    return result != NULL;
}

SettleResult *
settle_store_query(SettleStore *store, const char *sql, GError **error, const char *types, ...)
{
    PGresult *result;
    va_list arguments;

    va_start(arguments, types);
    result = run_with(store, sql, types, arguments, error);
    va_end(arguments);
    return (SettleResult *) result;
}
