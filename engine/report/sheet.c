/* A report as data: titled columns, rows of text and totals, from which every format is written. */
#include "report/sheet.h"

#include "base/checked.h"
#include "money/money.h"

#include <string.h>

SettleSheet *
settle_sheet_new(const char *name, const char *title, const char *note, const SettleColumn *columns,
                 guint n)
{
    SettleSheet *sheet = g_new0(SettleSheet, 1);

    sheet->name = g_strdup(name);
    sheet->title = g_strdup(title);
    sheet->note = g_strdup(note);
    sheet->n_columns = n;
    sheet->columns = g_new0(SettleColumn, n);
    for (guint i = 0; i < n; i++)
        sheet->columns[i] = (SettleColumn){g_strdup(columns[i].name), columns[i].kind};
    sheet->texts = g_ptr_array_new_with_free_func(g_free);
    sheet->totals = g_ptr_array_new_with_free_func(g_free);
    return sheet;
}

void
settle_sheet_free(SettleSheet *sheet)
{
    for (guint i = 0; i < sheet->n_columns; i++)
        g_free((char *) sheet->columns[i].name);
    g_free(sheet->columns);
    g_ptr_array_unref(sheet->texts);
    g_ptr_array_unref(sheet->totals);
    g_free(sheet->name);
    g_free(sheet->title);
    g_free(sheet->note);
    g_free(sheet->of);
    g_free(sheet);
}

void
settle_sheet_row(SettleSheet *sheet, const char *const *texts)
{
    for (guint i = 0; i < sheet->n_columns; i++)
        g_ptr_array_add(sheet->texts, g_strdup(texts[i] != NULL ? texts[i] : ""));
    sheet->n_rows++;
}

const char *
settle_sheet_text(const SettleSheet *sheet, guint row, guint column)
{
    return g_ptr_array_index(sheet->texts, row * sheet->n_columns + column);
}

const char *
settle_sheet_total(const SettleSheet *sheet, guint total, guint column)
{
    return g_ptr_array_index(sheet->totals, total * sheet->n_columns + column);
}

/* --- from a result ---------------------------------------------------------------------------- */

static char *
cell_text(const SettleResult *result, const SettleCell *cell, int row, int column)
{
    char text[SETTLE_MONEY_TEXT_BYTES];

    if (settle_result_is_null(result, row, column))
        return g_strdup("");
    switch (cell->kind) {
    case SETTLE_CELL_INTEGER:
    case SETTLE_CELL_ORDINAL:
        return g_strdup_printf("%" G_GINT64_FORMAT, settle_result_i64(result, row, column));
    case SETTLE_CELL_MONEY:
        return g_strdup(
            settle_money_format(settle_result_i64(result, row, column),
                                settle_currency_exponent((SettleCurrency) settle_result_i32(
                                    result, row, cell->currency)),
                                text));
    case SETTLE_CELL_CURRENCY:
        return g_strdup(
            settle_currency_code((SettleCurrency) settle_result_i32(result, row, column)));
    case SETTLE_CELL_TEXT:
        break;
    }
    return g_strdup(settle_result_text(result, row, column));
}

SettleSheet *
settle_sheet_from_result(const char *name, const char *title, const char *note,
                         const SettleResult *result, const SettleCell *cells, guint n)
{
    g_autofree SettleColumn *columns = g_new0(SettleColumn, n);
    SettleSheet *sheet;
    guint shown = 0;

    for (guint i = 0; i < n; i++)
        if (cells[i].name != NULL)
            columns[shown++] = (SettleColumn){
                cells[i].name, cells[i].kind == SETTLE_CELL_MONEY     ? SETTLE_COLUMN_MONEY
                               : cells[i].kind == SETTLE_CELL_INTEGER ? SETTLE_COLUMN_INTEGER
                               : cells[i].kind == SETTLE_CELL_ORDINAL ? SETTLE_COLUMN_ORDINAL
                                                                      : SETTLE_COLUMN_TEXT};
    sheet = settle_sheet_new(name, title, note, columns, shown);
    for (int r = 0; r < settle_result_rows(result); r++) {
        for (guint i = 0; i < n; i++)
            if (cells[i].name != NULL)
                g_ptr_array_add(sheet->texts, cell_text(result, &cells[i], r, (int) i));
        sheet->n_rows++;
    }
    return sheet;
}

/* --- totals ----------------------------------------------------------------------------------- */

typedef struct {
    int64_t sum;
    int digits; /* after the point */
} Sum;

/* Adds a number as it is shown. FALSE on overflow. */
static gboolean
add_text(Sum *sum, const char *text)
{
    const char *point = strchr(text, '.');
    int64_t value;

    if (*text == '\0')
        return TRUE;
    sum->digits = point != NULL ? (int) strlen(point + 1) : 0;
    return settle_money_parse(text, strlen(text), sum->digits, &value) == SETTLE_PARSE_OK &&
           settle_add_i64(sum->sum, value, &sum->sum);
}

static int
currency_column(const SettleSheet *sheet)
{
    for (guint i = 0; i < sheet->n_columns; i++)
        if (strcmp(sheet->columns[i].name, "currency") == 0)
            return (int) i;
    return -1;
}

static gboolean
adds_up(const SettleColumn *column)
{
    return column->kind == SETTLE_COLUMN_INTEGER || column->kind == SETTLE_COLUMN_MONEY;
}

/* One total: of the rows in that currency, or of all. FALSE on overflow. */
static gboolean
add_total(SettleSheet *sheet, int at, const char *currency)
{
    g_autofree Sum *sums = g_new0(Sum, sheet->n_columns);

    for (guint row = 0; row < sheet->n_rows; row++) {
        if (at >= 0 && strcmp(settle_sheet_text(sheet, row, (guint) at), currency) != 0)
            continue;
        for (guint i = 0; i < sheet->n_columns; i++)
            if (adds_up(&sheet->columns[i]) &&
                !add_text(&sums[i], settle_sheet_text(sheet, row, i)))
                return FALSE;
    }
    for (guint i = 0; i < sheet->n_columns; i++) {
        char text[SETTLE_MONEY_TEXT_BYTES];

        g_ptr_array_add(sheet->totals,
                        adds_up(&sheet->columns[i])
                            ? g_strdup(settle_money_format(sums[i].sum, sums[i].digits, text))
                        : (int) i == at ? g_strdup(currency)
                        : i == 0        ? g_strdup("total")
                                        : g_strdup(""));
    }
    sheet->n_totals++;
    return TRUE;
}

gboolean
settle_sheet_add_totals(SettleSheet *sheet)
{
    int at = currency_column(sheet);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint row = 0; row < sheet->n_rows; row++) {
        const char *currency = at >= 0 ? settle_sheet_text(sheet, row, (guint) at) : "";

        if (g_hash_table_add(seen, (gpointer) currency) && !add_total(sheet, at, currency)) {
            g_ptr_array_set_size(sheet->totals, 0);
            sheet->n_totals = 0;
            return FALSE;
        }
    }
    return TRUE;
}

void
settle_sheet_print(const SettleSheet *sheet, SettleFormat format, FILE *out)
{
    SettleTable *table = settle_table_new(format, sheet->columns, sheet->n_columns, out);

    for (guint row = 0; row < sheet->n_rows; row++)
        settle_table_row(table, (const char *const *) &sheet->texts->pdata[row * sheet->n_columns]);
    settle_table_end(table);
}
