/* Row sums: what was stored of a batch or a chunk in a table, as one SHA-256 over its rows in the
 * order of the table's key (sql/tables.ini). */
#include "store/internal.h"

const SettleSqlTable *
settle_table_of_copy(const char *sql)
{
    for (const SettleSqlTable *table = settle_sql_tables; table->name != NULL; table++)
        if (table->copy == sql)
            return table;
    return NULL;
}

void
settle_store_sum_rows(SettleStore *store, GArray *sums)
{
    store->sums = sums;
}

void
settle_row_sum_add(SettleRowSum *sum, const SettleSqlTable *table, const void *fields,
                   size_t length)
{
    if (sum->digest == NULL) {
        sum->digest = settle_digest_new();
        settle_digest_update(sum->digest, "settle-rows-1", sizeof "settle-rows-1");
        settle_digest_update(sum->digest, table->name, strlen(table->name) + 1);
        settle_digest_update(sum->digest, table->columns, strlen(table->columns) + 1);
    }
    settle_digest_update(sum->digest, fields, length);
    sum->rows++;
}

gboolean
settle_row_sum_end(SettleRowSum *sum, const SettleSqlTable *table, SettleTableSum *ret_sum)
{
    if (sum->digest == NULL)
        return FALSE;
    *ret_sum = (SettleTableSum){.table = table->name, .rows = sum->rows};
    settle_digest_finish(sum->digest, ret_sum->digest);
    settle_row_sum_clear(sum);
    return TRUE;
}

gboolean
settle_store_sum_stored(SettleStore *store, const char *copy_sql, int32_t batch_id, GError **error)
{
    const SettleSqlTable *table = settle_table_of_copy(copy_sql);
    const char *order = strstr(table->verify, "\n ORDER BY ");
    g_autofree char *text =
        g_strdup_printf("%.*s\n WHERE t.batch_id = %d%s", (int) (order - table->verify),
                        table->verify, batch_id, order);
    g_autoptr(SettleDump) dump = settle_store_dump_text(store, text, table->verify);
    SettleRowSum sum = {.rows = 0};
    SettleTableSum stored;

    while (settle_dump_next(dump))
        settle_dump_sum(dump, 1, table, &sum);
    if (!settle_dump_end(dump, error)) {
        settle_row_sum_clear(&sum);
        return FALSE;
    }
    if (settle_row_sum_end(&sum, table, &stored))
        g_array_append_val(store->sums, stored);
    return TRUE;
}

void
settle_row_sum_clear(SettleRowSum *sum)
{
    g_clear_pointer(&sum->digest, settle_digest_free);
    sum->rows = 0;
}

void
settle_sum_columns_init(SettleSumColumns *columns, const GArray *sums)
{
    *columns = (SettleSumColumns){
        .n = sums->len,
        .tables = g_new(const char *, MAX(sums->len, 1)),
        .rows = g_new(int64_t, MAX(sums->len, 1)),
        .digests = g_new(const char *, MAX(sums->len, 1)),
        .hex = g_malloc((gsize) MAX(sums->len, 1) * SETTLE_DIGEST_HEX_BYTES),
    };
    for (guint i = 0; i < sums->len; i++) {
        const SettleTableSum *sum = &g_array_index(sums, SettleTableSum, i);
        char *text = columns->hex + (gsize) i * SETTLE_DIGEST_HEX_BYTES;

        settle_digest_hex(sum->digest, text);
        columns->tables[i] = sum->table;
        columns->digests[i] = text;
        columns->rows[i] = sum->rows;
    }
}

void
settle_sum_columns_clear(SettleSumColumns *columns)
{
    g_free(columns->tables);
    g_free(columns->rows);
    g_free(columns->digests);
    g_free(columns->hex);
    memset(columns, 0, sizeof *columns);
}
