#include "report/xlsx.h"

#include "base/error.h"

#include <string.h>
#include <xlsxwriter.h>

#define WIDEST 60u
/* Digits that a spreadsheet keeps of a number. */
#define EXACT_DIGITS     15
#define TAB_NAME_LONGEST 31

typedef struct {
    lxw_format *header, *text, *ordinal, *integer, *money, *money_no_minor;
    lxw_format *bold_text, *bold_integer, *bold_money, *bold_money_no_minor;
} Formats;

static lxw_format *
new_format(lxw_workbook *book, const char *number, gboolean bold)
{
    lxw_format *format = workbook_add_format(book);

    format_set_font_size(format, 10);
    if (number != NULL)
        format_set_num_format(format, number);
    if (bold)
        format_set_bold(format);
    return format;
}

static void
make_formats(lxw_workbook *book, Formats *formats)
{
    formats->header = new_format(book, NULL, TRUE);
    format_set_bg_color(formats->header, 0xE8EDF2);
    format_set_bottom(formats->header, LXW_BORDER_THIN);
    formats->text = new_format(book, "@", FALSE);
    formats->ordinal = new_format(book, "0", FALSE);
    formats->integer = new_format(book, "#,##0", FALSE);
    formats->money = new_format(book, "#,##0.00", FALSE);
    formats->money_no_minor = new_format(book, "#,##0", FALSE);
    formats->bold_text = new_format(book, "@", TRUE);
    formats->bold_integer = new_format(book, "#,##0", TRUE);
    formats->bold_money = new_format(book, "#,##0.00", TRUE);
    formats->bold_money_no_minor = new_format(book, "#,##0", TRUE);
}

static lxw_format *
format_of(const Formats *f, SettleColumnKind kind, const char *text, gboolean bold)
{
    switch (kind) {
    case SETTLE_COLUMN_INTEGER:
        return bold ? f->bold_integer : f->integer;
    case SETTLE_COLUMN_ORDINAL:
        return f->ordinal;
    case SETTLE_COLUMN_MONEY:
        if (strchr(text, '.') == NULL)
            return bold ? f->bold_money_no_minor : f->money_no_minor;
        return bold ? f->bold_money : f->money;
    case SETTLE_COLUMN_TEXT:
        break;
    }
    return bold ? f->bold_text : f->text;
}

static guint
digits_in(const char *text)
{
    guint n = 0;

    for (; *text != '\0'; text++)
        n += g_ascii_isdigit(*text) != 0;
    return n;
}

/* Never as a formula. A workbook's numbers are binary fractions: what has more digits than they
 * keep stays a text. */
static lxw_error
write_cell(lxw_worksheet *tab, lxw_row_t row, lxw_col_t column, const char *text,
           SettleColumnKind kind, lxw_format *format)
{
    if (*text == '\0')
        return LXW_NO_ERROR;
    if (kind == SETTLE_COLUMN_TEXT || digits_in(text) > EXACT_DIGITS)
        return worksheet_write_string(tab, row, column, text, format);
    return worksheet_write_number(tab, row, column, g_ascii_strtod(text, NULL), format);
}

/* "taken_back" as "Taken back". */
static char *
heading(const char *name)
{
    char *text = g_strdelimit(g_strdup(name), "_", ' ');

    text[0] = g_ascii_toupper(text[0]);
    return text;
}

static guint
width_of(const char *text)
{
    guint width = 0;

    for (; *text != '\0'; text = g_utf8_next_char(text))
        width += g_unichar_iswide(g_utf8_get_char(text)) ? 2 : 1;
    return width;
}

static lxw_error
write_sheet(lxw_workbook *book, const Formats *formats, const SettleSheet *sheet)
{
    g_autofree char *name = g_strndup(sheet->name, TAB_NAME_LONGEST);
    lxw_worksheet *tab = workbook_add_worksheet(book, name);
    lxw_error failed = tab == NULL ? LXW_ERROR_MEMORY_MALLOC_FAILED : LXW_NO_ERROR;

    for (guint c = 0; c < sheet->n_columns && failed == LXW_NO_ERROR; c++) {
        g_autofree char *head = heading(sheet->columns[c].name);
        guint width = width_of(head);

        for (guint r = 0; r < sheet->n_rows; r++)
            width = MAX(width, width_of(settle_sheet_text(sheet, r, c)));
        for (guint r = 0; r < sheet->n_totals; r++)
            width = MAX(width, width_of(settle_sheet_total(sheet, r, c)));
        /* thousands are set apart */
        if (sheet->columns[c].kind != SETTLE_COLUMN_TEXT)
            width += width / 3;
        worksheet_set_column(tab, (lxw_col_t) c, (lxw_col_t) c, MIN(width + 2, WIDEST), NULL);
        failed = worksheet_write_string(tab, 0, (lxw_col_t) c, head, formats->header);
    }
    for (guint r = 0; r < sheet->n_totals; r++)
        for (guint c = 0; c < sheet->n_columns && failed == LXW_NO_ERROR; c++) {
            const char *text = settle_sheet_total(sheet, r, c);

            failed = write_cell(tab, r + 1, (lxw_col_t) c, text, sheet->columns[c].kind,
                                format_of(formats, sheet->columns[c].kind, text, TRUE));
        }
    for (guint r = 0; r < sheet->n_rows && failed == LXW_NO_ERROR; r++)
        for (guint c = 0; c < sheet->n_columns && failed == LXW_NO_ERROR; c++) {
            const char *text = settle_sheet_text(sheet, r, c);

            failed = write_cell(tab, sheet->n_totals + r + 1, (lxw_col_t) c, text,
                                sheet->columns[c].kind,
                                format_of(formats, sheet->columns[c].kind, text, FALSE));
        }
    if (failed == LXW_NO_ERROR) {
        worksheet_freeze_panes(tab, 1 + sheet->n_totals, 0);
        worksheet_set_landscape(tab);
        worksheet_fit_to_pages(tab, 1, 0);
        worksheet_repeat_rows(tab, 0, sheet->n_totals);
    }
    return failed;
}

gboolean
settle_xlsx_write(const char *path, GPtrArray *sheets, const char *title, SettleDay as_of,
                  GError **error)
{
    lxw_workbook *book = workbook_new(path);
    lxw_doc_properties properties = {.title = (char *) title,
                                     .author = (char *) "Settle",
                                     .created = (time_t) as_of * 24 * 60 * 60};
    lxw_error failed = book == NULL ? LXW_ERROR_MEMORY_MALLOC_FAILED : LXW_NO_ERROR;
    Formats formats;

    if (book != NULL) {
        workbook_set_properties(book, &properties);
        make_formats(book, &formats);
        for (guint i = 0; i < sheets->len && failed == LXW_NO_ERROR; i++)
            failed = write_sheet(book, &formats, g_ptr_array_index(sheets, i));
        if (failed == LXW_NO_ERROR)
            failed = workbook_close(book);
        else
            lxw_workbook_free(book);
    }
    if (failed == LXW_NO_ERROR)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s: %s", path, lxw_strerror(failed));
    return FALSE;
}
