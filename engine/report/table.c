/* Rows for people and programs: an aligned table, CSV or JSON, safe for terminals and
 * spreadsheets. */
#include "report/table.h"

#include "base/printable.h"
#include "base/text.h"

#include <jansson.h>
#include <string.h>

struct SettleTable {
    SettleFormat format;
    const SettleColumn *columns;
    guint n, n_rows;
    FILE *out;
    GPtrArray *cells; /* table only: all cells, row by row */
};

/* --- CSV ------------------------------------------------------------------------------------- */

/* A spreadsheet takes a text that starts like a formula for one, also in full width or after
 * blanks: an apostrophe keeps it a text. One that has such apostrophes of its own gets one more, so
 * that each can be taken off again. */
static gboolean
looks_like_formula(const char *text)
{
    static const gunichar starts[] = {'=', '+', '-', '@', 0xff1d, 0xff0b, 0xff0d, 0xff20};
    gunichar c = 0;

    if (g_ascii_isalnum(text[0]))
        return FALSE;
    text += strspn(text, "'");
    if (text[0] == '\t' || text[0] == '\r')
        return TRUE;
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        c = g_utf8_get_char_validated(text, -1);
        if (c == (gunichar) -1 || c == (gunichar) -2 || (!g_unichar_isspace(c) && c != 0xfeff))
            break;
    }
    for (guint i = 0; *text != '\0' && i < G_N_ELEMENTS(starts); i++)
        if (c == starts[i])
            return TRUE;
    return FALSE;
}

const char *
settle_table_unguard(const char *text)
{
    return text[0] == '\'' && looks_like_formula(text) ? text + 1 : text;
}

/* Escaped where something of it would act on a terminal; its line ends and tabs stay. NULL: it may
 * stand as it is. */
static char *
csv_escaped(const char *text)
{
    GString *out;

    if (settle_is_printable(text, -1))
        return NULL;
    out = g_string_new(NULL);
    for (gsize n; *text != '\0'; text += n) {
        g_autofree char *part = NULL;

        if (strchr("\n\r\t", *text) != NULL) {
            n = 1;
            g_string_append_c(out, *text);
            continue;
        }
        n = strcspn(text, "\n\r\t");
        part = settle_printable(text, (gssize) n);
        g_string_append(out, part);
    }
    return g_string_free(out, FALSE);
}

static void
csv_cell(FILE *out, const char *cell, SettleColumnKind kind)
{
    g_autofree char *escaped = kind == SETTLE_COLUMN_TEXT ? csv_escaped(cell) : NULL;
    const char *text = escaped != NULL ? escaped : cell;
    gboolean guard = kind == SETTLE_COLUMN_TEXT && looks_like_formula(text);

    if (!guard && strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    if (guard)
        fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void
csv_row(SettleTable *table, const char *const *cells)
{
    for (guint i = 0; i < table->n; i++) {
        if (i > 0)
            fputc(',', table->out);
        csv_cell(table->out, cells[i] != NULL ? cells[i] : "", table->columns[i].kind);
    }
    fputs("\n", table->out);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static json_t *
json_cell(const char *text, SettleColumnKind kind)
{
    char *end;
    gint64 value;

    if ((kind == SETTLE_COLUMN_INTEGER || kind == SETTLE_COLUMN_ORDINAL) && text[0] != '\0') {
        value = g_ascii_strtoll(text, &end, 10);
        if (*end == '\0')
            return json_integer(value);
    }
    return json_string(text);
}

static void
json_row(SettleTable *table, const char *const *cells)
{
    json_t *object = json_object();

    for (guint i = 0; i < table->n; i++)
        json_object_set_new(object, table->columns[i].name,
                            json_cell(cells[i] != NULL ? cells[i] : "", table->columns[i].kind));
    fputs(table->n_rows == 0 ? "[\n" : ",\n", table->out);
    json_dumpf(object, table->out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(object);
}

void
settle_table_row_begin(SettleTable *table, const char *const *cells, const char *name)
{
    g_autoptr(GString) text = g_string_new("{");

    for (guint i = 0; i < table->n; i++) {
        json_t *cell = json_cell(cells[i] != NULL ? cells[i] : "", table->columns[i].kind);
        char *said = json_dumps(cell, JSON_COMPACT | JSON_ENCODE_ANY);

        g_string_append_printf(text, "\"%s\":%s,", table->columns[i].name, said);
        free(said);
        json_decref(cell);
    }
    fprintf(table->out, "%s\"%s\":", text->str, name);
}

void
settle_table_row_end(SettleTable *table)
{
    fputs("}\n", table->out);
    settle_table_abandon(table);
}

/* --- the aligned table ------------------------------------------------------------------------ */

/* A cell must not disturb the lines of a terminal, nor turn one round. */
static char *
printable(const char *text)
{
    g_autofree char *line = g_strdup(text);

    for (char *c = line; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    return settle_printable(line, -1);
}

static void
pad(FILE *out, guint n)
{
    while (n-- > 0)
        fputc(' ', out);
}

static void
table_line(const SettleTable *table, const guint *widths, const char *const *cells)
{
    for (guint i = 0; i < table->n; i++) {
        guint gap = widths[i] - settle_text_width(cells[i], -1);
        gboolean right = table->columns[i].kind != SETTLE_COLUMN_TEXT;

        if (i > 0)
            fputs("  ", table->out);
        if (right)
            pad(table->out, gap);
        fputs(cells[i], table->out);
        if (!right && i + 1 < table->n)
            pad(table->out, gap);
    }
    fputc('\n', table->out);
}

static void
write_table(SettleTable *table)
{
    g_autofree guint *widths = g_new(guint, table->n);
    g_autofree const char **names = g_new(const char *, table->n);

    for (guint i = 0; i < table->n; i++) {
        names[i] = table->columns[i].name;
        widths[i] = settle_text_width(names[i], -1);
    }
    for (guint i = 0; i < table->cells->len; i++)
        widths[i % table->n] =
            MAX(widths[i % table->n], settle_text_width(g_ptr_array_index(table->cells, i), -1));
    table_line(table, widths, names);
    for (guint i = 0; i < table->n; i++) {
        if (i > 0)
            fputs("  ", table->out);
        for (guint j = 0; j < widths[i]; j++)
            fputc('-', table->out);
    }
    fputc('\n', table->out);
    for (guint i = 0; i < table->cells->len; i += table->n)
        table_line(table, widths, (const char *const *) &table->cells->pdata[i]);
}

/* --- the face --------------------------------------------------------------------------------- */

SettleTable *
settle_table_new(SettleFormat format, const SettleColumn *columns, guint n, FILE *out)
{
    SettleTable *table = g_new0(SettleTable, 1);
    g_autofree const char **names = g_new(const char *, n);

    table->format = format;
    table->columns = columns;
    table->n = n;
    table->out = out;
    table->cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n; i++)
        names[i] = columns[i].name;
    if (format == SETTLE_FORMAT_CSV)
        csv_row(table, names);
    return table;
}

void
settle_table_row(SettleTable *table, const char *const *cells)
{
    switch (table->format) {
    case SETTLE_FORMAT_TABLE:
        for (guint i = 0; i < table->n; i++)
            g_ptr_array_add(table->cells, printable(cells[i] != NULL ? cells[i] : ""));
        break;
    case SETTLE_FORMAT_CSV:
        csv_row(table, cells);
        break;
    case SETTLE_FORMAT_JSON:
        json_row(table, cells);
        break;
    }
    table->n_rows++;
}

void
settle_table_abandon(SettleTable *table)
{
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void
settle_table_end(SettleTable *table)
{
    if (table->format == SETTLE_FORMAT_TABLE)
        write_table(table);
    else if (table->format == SETTLE_FORMAT_JSON)
        fputs(table->n_rows == 0 ? "[]\n" : "\n]\n", table->out);
    settle_table_abandon(table);
}
