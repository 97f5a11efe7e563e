/* Sheets as a workbook, through libxlsxwriter. */
#include "report/xlsx.h"

#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define WIDEST 60u
/* Digits that a spreadsheet keeps of a number. */
#define EXACT_DIGITS     15
#define TAB_NAME_LONGEST 31
/* With more the library writes row by row, and each text where it stands. */
#define CELLS_IN_MEMORY 1000000u
/* Of a tab of a workbook, with the headings. */
#define MOST_TAB_ROWS LXW_ROW_MAX

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

/* Headings and widths of a tab; the widths are of all rows, also of those on other tabs. */
static lxw_error
write_heads(lxw_worksheet *tab, const Formats *formats, const SettleSheet *sheet)
{
    lxw_error failed = LXW_NO_ERROR;

    for (guint c = 0; c < sheet->n_columns && failed == LXW_NO_ERROR; c++) {
        g_autofree char *head = heading(sheet->columns[c].name);
        guint width = settle_text_width(head, -1);

        for (guint r = 0; r < sheet->n_rows; r++)
            width = MAX(width, settle_text_width(settle_sheet_text(sheet, r, c), -1));
        for (guint r = 0; r < sheet->n_totals; r++)
            width = MAX(width, settle_text_width(settle_sheet_total(sheet, r, c), -1));
        /* thousands are set apart */
        if (sheet->columns[c].kind != SETTLE_COLUMN_TEXT)
            width += width / 3;
        worksheet_set_column(tab, (lxw_col_t) c, (lxw_col_t) c, MIN(width + 2, WIDEST), NULL);
        failed = worksheet_write_string(tab, 0, (lxw_col_t) c, head, formats->header);
    }
    return failed;
}

/* One tab: the rows from first on, as many as it takes; the totals stand on the first. */
static lxw_error
write_tab(lxw_workbook *book, const Formats *formats, const SettleSheet *sheet, guint number,
          guint first, guint n)
{
    g_autofree char *name = number == 1 ? g_strndup(sheet->name, TAB_NAME_LONGEST)
                                        : g_strdup_printf("%.24s (%u)", sheet->name, number);
    lxw_worksheet *tab = workbook_add_worksheet(book, name);
    guint n_totals = number == 1 ? sheet->n_totals : 0;
    lxw_error failed = tab == NULL ? LXW_ERROR_MEMORY_MALLOC_FAILED : LXW_NO_ERROR;

    if (failed == LXW_NO_ERROR)
        failed = write_heads(tab, formats, sheet);
    for (guint r = 0; r < n_totals; r++)
        for (guint c = 0; c < sheet->n_columns && failed == LXW_NO_ERROR; c++) {
            const char *text = settle_sheet_total(sheet, r, c);

            failed = write_cell(tab, r + 1, (lxw_col_t) c, text, sheet->columns[c].kind,
                                format_of(formats, sheet->columns[c].kind, text, TRUE));
        }
    for (guint r = 0; r < n && failed == LXW_NO_ERROR; r++)
        for (guint c = 0; c < sheet->n_columns && failed == LXW_NO_ERROR; c++) {
            const char *text = settle_sheet_text(sheet, first + r, c);

            failed = write_cell(tab, n_totals + r + 1, (lxw_col_t) c, text, sheet->columns[c].kind,
                                format_of(formats, sheet->columns[c].kind, text, FALSE));
        }
    if (failed == LXW_NO_ERROR) {
        worksheet_freeze_panes(tab, 1 + n_totals, 0);
        worksheet_set_landscape(tab);
        worksheet_fit_to_pages(tab, 1, 0);
        worksheet_repeat_rows(tab, 0, n_totals);
    }
    return failed;
}

/* What is longer than a tab goes on on the next: "orders", "orders (2)", ... */
static lxw_error
write_sheet(lxw_workbook *book, const Formats *formats, const SettleSheet *sheet)
{
    guint first = 0, number = 0;
    lxw_error failed;

    do {
        guint room = MOST_TAB_ROWS - 1 - (number == 0 ? sheet->n_totals : 0);
        guint n = MIN(sheet->n_rows - first, room);

        failed = write_tab(book, formats, sheet, ++number, first, n);
        first += n;
    } while (failed == LXW_NO_ERROR && first < sheet->n_rows);
    return failed;
}

/* The library says what is wrong with a path on the terminal: so it is tried here first. It is a
 * new file, beside where it will be (files.c): what lies there already is not written through. */
static gboolean
can_create(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static guint64
count_cells(GPtrArray *sheets)
{
    guint64 n = 0;

    for (guint i = 0; i < sheets->len; i++) {
        const SettleSheet *sheet = g_ptr_array_index(sheets, i);

        n += (guint64) sheet->n_rows * sheet->n_columns;
    }
    return n;
}

gboolean
settle_xlsx_write(const char *path, GPtrArray *sheets, const char *title, SettleDay as_of,
                  GError **error)
{
    lxw_workbook_options options = {.constant_memory = count_cells(sheets) > CELLS_IN_MEMORY};
    lxw_workbook *book = can_create(path) ? workbook_new_opt(path, &options) : NULL;
    lxw_doc_properties properties = {.title = (char *) title,
                                     .author = (char *) "Settle",
                                     .created = (time_t) settle_day_unix(as_of)};
    lxw_error failed = LXW_NO_ERROR;
    Formats formats;

    if (book == NULL) {
        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno), "%s: %s", path,
                    g_strerror(errno));
        return FALSE;
    } else {
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
    /* those before it are of files, those after it of what was written */
    g_set_error(error, SETTLE_ERROR,
                failed < LXW_ERROR_FEATURE_NOT_SUPPORTED ? SETTLE_ERROR_IO : SETTLE_ERROR_INPUT,
                "%s: %s", path, lxw_strerror(failed));
    return FALSE;
}
