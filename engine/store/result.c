/* SettleResult is libpq's result under a name of ours: no copy, no wrapper. */
#include "store/internal.h"

#include <stdlib.h>

static const PGresult *
inner(const SettleResult *result)
{
    return (const PGresult *) result;
}

/* Fields in binary; an unexpected type or NULL is our own mistake. */
static int64_t
field_integer(const PGresult *result, int row, int column)
{
    const char *bytes = PQgetvalue(result, row, column);

    switch (PQgetlength(result, row, column)) {
    case 2:
        return (int16_t) settle_get_u16(bytes);
    case 4:
        return (int32_t) settle_get_u32(bytes);
    case 8:
        return (int64_t) settle_get_u64(bytes);
    default:
        settle_invariant_failed(__FILE__, __LINE__, "the column is an integer and not NULL");
    }
}

static gboolean
field_bool(const PGresult *result, int row, int column)
{
    settle_invariant(PQgetlength(result, row, column) == 1);
    return *PQgetvalue(result, row, column) != 0;
}

static SettleDay
field_day(const PGresult *result, int row, int column)
{
    settle_invariant(PQgetlength(result, row, column) == 4);
    return (SettleDay) settle_get_u32(PQgetvalue(result, row, column));
}

void
settle_result_free(SettleResult *result)
{
    PQclear((PGresult *) result);
}

int
settle_result_rows(const SettleResult *result)
{
    return PQntuples(inner(result));
}

gboolean
settle_result_is_null(const SettleResult *result, int row, int column)
{
    return PQgetisnull(inner(result), row, column) != 0;
}

int32_t
settle_result_i32(const SettleResult *result, int row, int column)
{
    int64_t value = field_integer(inner(result), row, column);

    settle_invariant(value >= G_MININT32 && value <= G_MAXINT32);
    return (int32_t) value;
}

int64_t
settle_result_i64(const SettleResult *result, int row, int column)
{
    return field_integer(inner(result), row, column);
}

gboolean
settle_result_bool(const SettleResult *result, int row, int column)
{
    return field_bool(inner(result), row, column);
}

SettleDay
settle_result_day(const SettleResult *result, int row, int column)
{
    return field_day(inner(result), row, column);
}

SettleMonth
settle_result_month(const SettleResult *result, int row, int column)
{
    return settle_day_month(field_day(inner(result), row, column));
}

const char *
settle_result_text(const SettleResult *result, int row, int column)
{
    return PQgetvalue(inner(result), row, column);
}

const uint8_t *
settle_result_bytes(const SettleResult *result, int row, int column, size_t *ret_len)
{
    *ret_len = (size_t) PQgetlength(inner(result), row, column);
    return (const uint8_t *) PQgetvalue(inner(result), row, column);
}
