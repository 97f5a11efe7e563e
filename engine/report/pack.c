/* All reports of a period as one workbook and one page, with the figures that a person looks at
 * first. */
#include "report/pack.h"

#include "base/checked.h"
#include "base/error.h"
#include "money/money.h"
#include "report/files.h"
#include "report/html.h"
#include "report/xlsx.h"
#include "store/sql.h"

#include <stdio.h>
#include <string.h>

/* A page is for looking at; what is longer is in the workbook. */
#define MOST_ROWS 300

typedef struct {
    GPtrArray *sheets;  /* SettleSheet */
    GPtrArray *reports; /* const SettleReport, the same places */
    char *title, *about;
    SettleDay as_of;
} Pack;

static void
pack_clear(Pack *pack)
{
    g_ptr_array_unref(pack->sheets);
    g_ptr_array_unref(pack->reports);
    g_free(pack->title);
    g_free(pack->about);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pack, pack_clear)

/* One snapshot for all: what one sheet says another does not contradict. */
static gboolean
load(SettleStore *store, const SettleReportScope *scope, Pack *pack, GError **error)
{
    const SettleReport *report;

    for (guint i = 0; (report = settle_report_nth(i)) != NULL; i++) {
        SettleReportScope of = *scope;
        SettleSheet *sheet;

        if (settle_report_is_ahead(report))
            of.period = NULL;
        /* of all parties, or of one distributor: the pack of a carrier goes without the latter */
        if (settle_report_refuses(report, scope) != NULL) {
            of.carrier = NULL;
            if (settle_report_refuses(report, &of) != NULL)
                continue;
        }
        sheet = settle_report_load(store, report, &of, error);
        if (sheet == NULL)
            return FALSE;
        g_ptr_array_add(pack->sheets, sheet);
        g_ptr_array_add(pack->reports, (gpointer) report);
    }
    return TRUE;
}

/* --- the page --------------------------------------------------------------------------------- */

static const SettleSheet *
sheet_of(const Pack *pack, const char *name)
{
    const SettleSheet *found = NULL;

    for (guint i = 0; i < pack->sheets->len && found == NULL; i++) {
        const SettleSheet *sheet = g_ptr_array_index(pack->sheets, i);

        if (strcmp(sheet->name, name) == 0)
            found = sheet;
    }
    settle_invariant(found != NULL);
    return found;
}

static const char *
total_of(const SettleSheet *sheet, guint total, const char *column)
{
    for (guint c = 0; total < sheet->n_totals && c < sheet->n_columns; c++)
        if (strcmp(sheet->columns[c].name, column) == 0)
            return settle_sheet_total(sheet, total, c);
    return "";
}

static int64_t
minor(const char *amount)
{
    const char *point = strchr(amount, '.');
    int64_t value;

    return settle_money_parse(amount, strlen(amount), point != NULL ? (int) strlen(point + 1) : 0,
                              &value) == SETTLE_PARSE_OK
               ? value
               : 0;
}

static gboolean
all_zero(const SettleSheet *sheet, const char *column)
{
    for (guint i = 0; i < sheet->n_totals; i++)
        if (minor(total_of(sheet, i, column)) != 0)
            return FALSE;
    return TRUE;
}

static void
add_figure(GArray *figures, const char *name, const char *text, const char *unit, int mood)
{
    SettleHtmlFigure figure = {.name = name, .text = text, .unit = unit};

    figure.mood = mood;
    g_array_append_val(figures, figure);
}

/* A column's totals, one in each currency. */
static void
add_totals(GArray *figures, const SettleSheet *sheet, const char *name, const char *column,
           int mood)
{
    for (guint i = 0; i < sheet->n_totals; i++)
        add_figure(figures, name, total_of(sheet, i, column), total_of(sheet, i, "currency"), mood);
}

/* What a reader looks for first. */
static void
write_figures(GString *page, const Pack *pack)
{
    g_autoptr(GArray) figures = g_array_new(FALSE, FALSE, sizeof(SettleHtmlFigure));
    const SettleSheet *summary = sheet_of(pack, "settlement-summary"),
                      *stands = sheet_of(pack, "where-it-stands"),
                      *carriers = sheet_of(pack, "carrier-statement"),
                      *owed = sheet_of(pack, "negative-balances"),
                      *differences = sheet_of(pack, "differences"),
                      *alike = sheet_of(pack, "look-alikes");
    char n_alike[16];
    gboolean adds_up = all_zero(stands, "difference");

    add_totals(figures, summary, "Net commission of the period", "net", SETTLE_FIGURE_PLAIN);
    add_totals(figures, stands, "Payable on issued invoices", "on_issued", SETTLE_FIGURE_PLAIN);
    add_totals(figures, stands, "Payable on approved invoices", "on_approved", SETTLE_FIGURE_PLAIN);
    add_totals(figures, stands, "Payable on drafts", "on_drafts", SETTLE_FIGURE_PLAIN);
    add_totals(figures, carriers, "Carriers owe at its end", "open", SETTLE_FIGURE_PLAIN);
    add_totals(figures, owed, "Distributors owe at its end", "owes", SETTLE_FIGURE_BAD);
    add_figure(figures, "The ledger", adds_up ? "adds up" : "does not add up", NULL,
               adds_up ? SETTLE_FIGURE_GOOD : SETTLE_FIGURE_BAD);
    if (differences->n_rows > 0) {
        const char *open = total_of(differences, 0, "open");

        add_figure(figures, "Open differences with carriers", open, NULL,
                   strcmp(open, "0") == 0 ? SETTLE_FIGURE_GOOD : SETTLE_FIGURE_BAD);
    }
    if (alike->n_rows > 0) {
        g_snprintf(n_alike, sizeof n_alike, "%u", alike->n_rows);
        add_figure(figures, "Codes that look alike", n_alike, NULL, SETTLE_FIGURE_BAD);
    }
    settle_html_figures(page, (const SettleHtmlFigure *) (const void *) figures->data,
                        figures->len);
}

/* From earned to what is left over, in each currency. */
static void
write_bridges(GString *page, const Pack *pack)
{
    static const char *const names[] = {
        "Earned",       "Taken back",           "Net",
        "On drafts",    "On approved invoices", "On issued invoices",
        "Withheld",     "Carried forward",      "Held",
        "Not yet drawn"};
    static const char *const columns[] = {
        "earned",   "taken_back",      NULL,   "on_drafts", "on_approved", "on_issued",
        "withheld", "carried_forward", "held", "not_drawn"};
    static const gboolean totals[G_N_ELEMENTS(columns)] = {TRUE, FALSE, TRUE};
    const SettleSheet *sheet = sheet_of(pack, "where-it-stands");

    for (guint i = 0; i < sheet->n_totals; i++) {
        int64_t steps[G_N_ELEMENTS(columns)], shown[G_N_ELEMENTS(columns)];
        const char *earned = total_of(sheet, i, "earned"), *point = strchr(earned, '.');
        g_autofree char *unit = g_strdup_printf("in %s", total_of(sheet, i, "currency"));

        for (guint k = 0; k < G_N_ELEMENTS(columns); k++)
            shown[k] = steps[k] = columns[k] != NULL ? minor(total_of(sheet, i, columns[k])) : 0;
        /* what was earned goes down to nothing by where it stands */
        steps[1] = -steps[1];
        shown[2] = steps[2] = steps[0] + steps[1];
        for (guint k = 3; k < G_N_ELEMENTS(columns); k++)
            steps[k] = -steps[k];
        settle_html_bridge(page, "From earned to where it stands", unit, names, steps, shown,
                           totals, G_N_ELEMENTS(columns),
                           point != NULL ? (int) strlen(point + 1) : 0);
    }
}

static gboolean
write_page(const char *path, gpointer user_data, GError **error)
{
    const Pack *pack = user_data;
    g_autoptr(GString) page = g_string_new(NULL);
    FILE *file = fopen(path, "wxe");
    gboolean ok;

    if (file != NULL) {
        settle_html_begin(page, pack->title, pack->about);
        write_figures(page, pack);
        settle_html_contents(page, pack->sheets);
        write_bridges(page, pack);
        for (guint i = 0; i < pack->sheets->len; i++)
            settle_html_sheet(page, g_ptr_array_index(pack->sheets, i),
                              settle_report_bars(g_ptr_array_index(pack->reports, i)), MOST_ROWS);
        settle_html_end(page);
        ok = fwrite(page->str, 1, page->len, file) == page->len;
        if (fclose(file) == 0 && ok)
            return TRUE;
    }
    return settle_files_fail(path, error);
}

static gboolean
write_book(const char *path, gpointer user_data, GError **error)
{
    const Pack *pack = user_data;

    g_autoptr(GPtrArray) sheets = g_ptr_array_new();
    g_autoptr(SettleSheet) contents = settle_files_contents(pack->sheets);

    g_ptr_array_extend(sheets, pack->sheets, NULL, NULL);
    g_ptr_array_add(sheets, contents);
    return settle_xlsx_write(path, sheets, pack->title, pack->as_of, error);
}

/* --- the pack --------------------------------------------------------------------------------- */

/* "settle-2026-03" or "settle-2026-03-carrier-7" */
static char *
base_name(SettleStore *store, const SettleReportScope *scope, GError **error)
{
    g_autoptr(SettleResult) row = NULL;

    if (scope->carrier == NULL)
        return g_strdup_printf("settle-%s", scope->period);
    row = settle_store_query(store, settle_sql_deposit_party, error, "is",
                             (int32_t) SETTLE_DIM_CARRIER, scope->carrier);
    if (row == NULL)
        return NULL;
    if (settle_result_rows(row) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no carrier \"%s\"",
                    scope->carrier);
        return NULL;
    }
    return g_strdup_printf("settle-%s-carrier-%d", scope->period,
                           settle_result_i32(row, 0, SQL_DEPOSIT_PARTY_ID));
}

gboolean
settle_pack_write(SettleStore *store, const SettleReportScope *scope, const char *folder,
                  char ***ret_paths, GError **error)
{
    g_auto(Pack) pack = {
        .sheets = g_ptr_array_new_with_free_func((GDestroyNotify) settle_sheet_free),
        .reports = g_ptr_array_new(),
        .title = g_strdup_printf("Settlement %s", scope->period),
    };
    g_autofree char *base = NULL, *book = NULL, *page = NULL;
    gboolean loaded;

    if (g_mkdir_with_parents(folder, 0777) != 0)
        return settle_files_fail(folder, error);
    if (!settle_files_as_of(store, &pack.as_of, error) ||
        (base = base_name(store, scope, error)) == NULL)
        return FALSE;
    if (!settle_store_begin_reading(store, error))
        return FALSE;
    pack.about = settle_report_of(store, NULL, scope, error);
    loaded = pack.about != NULL && load(store, scope, &pack, error);
    settle_store_rollback(store);
    if (!loaded)
        return FALSE;
    book = g_strdup_printf("%s/%s.xlsx", folder, base);
    page = g_strdup_printf("%s/%s.html", folder, base);
    if (!settle_files_replace(book, write_book, &pack, error) ||
        !settle_files_replace(page, write_page, &pack, error))
        return FALSE;
    *ret_paths = g_new0(char *, 3);
    (*ret_paths)[0] = g_steal_pointer(&book);
    (*ret_paths)[1] = g_steal_pointer(&page);
    return TRUE;
}
