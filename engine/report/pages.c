/* Static pages of distributors, outlets and managers: each row of activity goes to whoever may see
 * it while it is read. */
#include "report/pages.h"

#include "base/error.h"
#include "report/activity-rows.h"
#include "report/files.h"
#include "report/html.h"
#include "report/reports.h"
#include "store/sql.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Rows of a list that wait are written from here on. */
#define FLUSH_BYTES 16384

/* Where pages are until all are whole: who is killed leaves nothing else. */
#define PART ".part"

/* Who opens the pages may be another account of the same group; nobody else is let in. */
#define FOLDER_MODE 0750
#define FILE_MODE   0640

/* One who sees a part, with a folder. */
typedef struct {
    char *folder, *title;
    GString *rows; /* of the list, not written yet */
    SettleHtmlTable *table;
    SettleActivitySums *sums;
} Reader;

typedef struct {
    SettleStore *store;
    const SettleDirectory *directory;
    const char *folder, *zone;
    char *as_of;
    const char *distributor; /* whose are written now */
    int32_t distributor_id;
    GHashTable *readers; /* kind and code -> Reader: of the distributor */
    SettlePagesDone done;
} Pages;

/* --- files -------------------------------------------------------------------------------------
 */

/* A code as the name of a folder: what is more than letters, digits, - and _, or a point that is
 * not the first, becomes %XX. */
static char *
file_name(const char *code)
{
    GString *name = g_string_new(NULL);

    for (const char *c = code; *c != '\0'; c++) {
        if (g_ascii_isalnum(*c) || *c == '-' || *c == '_' || (*c == '.' && c > code))
            g_string_append_c(name, *c);
        else
            g_string_append_printf(name, "%%%02X", (guint) (guchar) *c);
    }
    return g_string_free(name, FALSE);
}

/* Adds to a file, or begins it. */
static gboolean
append(const char *path, const GString *text, gboolean begin, GError **error)
{
    FILE *file = fopen(path, begin ? "wxe" : "ae");
    gboolean ok;

    if (file == NULL)
        return settle_files_fail(path, error);
    ok = fwrite(text->str, 1, text->len, file) == text->len && fflush(file) == 0 &&
         (!begin || fchmod(fileno(file), FILE_MODE) == 0);
    if (!ok)
        settle_files_fail(path, error);
    if (fclose(file) != 0 && ok)
        ok = settle_files_fail(path, error);
    return ok;
}

/* With those above it that are not there. One that is there keeps its rights. */
static gboolean
make_folder(const char *folder, GError **error)
{
    g_autofree char *above = g_path_get_dirname(folder);

    if (g_file_test(folder, G_FILE_TEST_IS_DIR))
        return TRUE;
    if (strcmp(above, folder) != 0 && !make_folder(above, error))
        return FALSE;
    return (mkdir(folder, FOLDER_MODE) == 0 && chmod(folder, FOLDER_MODE) == 0) ||
           settle_files_fail(folder, error);
}

/* Pages of an earlier day may be of somebody who sees less today. */
static gboolean
begin_folder(const char *folder, GError **error)
{
    GDir *dir;
    gboolean empty;

    if (!make_folder(folder, error))
        return FALSE;
    dir = g_dir_open(folder, 0, error);
    if (dir == NULL)
        return FALSE;
    empty = g_dir_read_name(dir) == NULL;
    g_dir_close(dir);
    if (empty)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "%s holds something already", folder);
    settle_error_hint(error, "write into a new folder and let the web server change over: pages "
                             "that were left behind would be of who may no longer see them");
    return FALSE;
}

/* From where they were written to where they are served: all of a kind at once. Distributors come
 * last: where they are, all is. */
static gboolean
finish_folder(const char *folder, const char *part, GError **error)
{
    static const char *const kinds[] = {"manager", "outlet", "distributor"};

    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *from = g_build_filename(part, kinds[i], NULL),
                        *to = g_build_filename(folder, kinds[i], NULL);

        if (g_file_test(from, G_FILE_TEST_IS_DIR) && rename(from, to) != 0)
            return settle_files_fail(to, error);
    }
    return rmdir(part) == 0 || settle_files_fail(part, error);
}

/* --- readers ------------------------------------------------------------------------------------
 */

static void
reader_free(gpointer data)
{
    Reader *reader = data;

    settle_html_table_free(reader->table);
    settle_activity_sums_free(reader->sums);
    g_string_free(reader->rows, TRUE);
    g_free(reader->folder);
    g_free(reader->title);
    g_free(reader);
}

static gboolean
write_list(Reader *reader, gboolean begin, GError **error)
{
    g_autofree char *path = g_build_filename(reader->folder, "list.html", NULL);

    if (!append(path, reader->rows, begin, error))
        return FALSE;
    g_string_truncate(reader->rows, 0);
    return TRUE;
}

/* Whose folder it is: kind "distributor", "outlet" or "manager", and the code. Made if it is not
 * there yet. */
static Reader *
reader_of(Pages *pages, const char *kind, const char *code, GError **error)
{
    g_autofree char *whose = g_strconcat(kind, " ", code, NULL);
    g_autofree char *distributor = NULL, *name = NULL, *folder = NULL;
    Reader *reader = g_hash_table_lookup(pages->readers, whose);

    if (reader != NULL)
        return reader;
    distributor = file_name(pages->distributor);
    name = file_name(code);
    folder = g_build_filename(pages->folder, kind, distributor, kind[0] != 'd' ? name : NULL, NULL);
    if (!make_folder(folder, error))
        return NULL;
    reader = g_new0(Reader, 1);
    reader->folder = g_steal_pointer(&folder);
    reader->title = g_strdup_printf("%c%s %s", g_ascii_toupper(kind[0]), kind + 1, code);
    reader->rows = g_string_sized_new(FLUSH_BYTES + FLUSH_BYTES / 2);
    reader->sums = settle_activity_sums_new(SETTLE_BY_MANAGER);
    settle_html_begin(reader->rows, reader->title, pages->as_of);
    settle_html_link(reader->rows, "index.html", "Summary");
    reader->table =
        settle_html_table_begin(reader->rows, "list", "List (清单)", settle_activity_list_columns,
                                SETTLE_ACTIVITY_LIST_COLUMNS);
    g_hash_table_insert(pages->readers, g_steal_pointer(&whose), reader);
    pages->done.folders++;
    return write_list(reader, TRUE, error) ? reader : NULL;
}

static void
take_list_row(const char *const *cells, gpointer user_data)
{
    Reader *reader = user_data;

    settle_html_table_row(reader->table, reader->rows, cells);
}

static gboolean
give(Pages *pages, const char *kind, const char *code, const SettleActivity *activity,
     GError **error)
{
    Reader *reader = reader_of(pages, kind, code, error);

    if (reader == NULL ||
        !settle_activity_sums_add(reader->sums, activity, pages->distributor, error))
        return FALSE;
    settle_activity_list_row(activity, pages->distributor, take_list_row, reader);
    return reader->rows->len < FLUSH_BYTES || write_list(reader, FALSE, error);
}

/* To the distributor, the manager, and each outlet above on the day. */
static gboolean
give_row(const SettleActivity *activity, gpointer user_data, GError **error)
{
    Pages *pages = user_data;
    int32_t steps = settle_directory_max_id(pages->directory, SETTLE_DIM_OUTLET);

    if (!give(pages, "distributor", pages->distributor, activity, error) ||
        (*activity->manager != '\0' && !give(pages, "manager", activity->manager, activity, error)))
        return FALSE;
    for (int32_t outlet = activity->outlet_id; outlet != 0 && steps-- > 0;
         outlet = settle_directory_outlet_parent(pages->directory, outlet, activity->day))
        if (!give(pages, "outlet",
                  settle_directory_code(pages->directory, SETTLE_DIM_OUTLET, outlet), activity,
                  error))
            return FALSE;
    return TRUE;
}

static void
take_summary_row(const char *const *cells, gpointer user_data)
{
    settle_sheet_row(user_data, cells);
}

/* The end of the list, and the summary. */
static gboolean
finish_reader(const Pages *pages, Reader *reader, gboolean whole, GError **error)
{
    g_autoptr(SettleSheet) sheet =
        settle_sheet_new("summary", "Summary (汇总)", "What was earned so far, by closing month.",
                         settle_activity_summary_columns, SETTLE_ACTIVITY_SUMMARY_COLUMNS);
    g_autofree char *path = g_build_filename(reader->folder, "index.html", NULL);
    g_autoptr(GString) page = g_string_new(NULL);

    settle_html_table_end(reader->rows);
    settle_html_end(reader->rows);
    settle_activity_sums_rows(reader->sums, take_summary_row, sheet);
    if (!settle_sheet_add_totals(sheet)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW, "a sum leaves 64 bits");
        return FALSE;
    }
    settle_html_begin(page, reader->title, pages->as_of);
    settle_html_link(page, "list.html", "List");
    if (whole)
        settle_html_link(page, "statement.html", "Statement and invoices");
    settle_html_sheet(page, sheet, NULL, 0);
    settle_html_end(page);
    return write_list(reader, FALSE, error) && append(path, page, TRUE, error);
}

/* --- a distributor -----------------------------------------------------------------------------
 */

static SettleSheet *
invoices_sheet(const Pages *pages, GError **error)
{
    static const SettleCell cells[] = {
        {"number", SETTLE_CELL_TEXT, 0},       {"carrier", SETTLE_CELL_TEXT, 0},
        {"currency", SETTLE_CELL_CURRENCY, 0}, {"cut_off", SETTLE_CELL_TEXT, 0},
        {"status", SETTLE_CELL_TEXT, 0},       {"lines", SETTLE_CELL_INTEGER, 0},
        {"net", SETTLE_CELL_MONEY, 2},         {"tax", SETTLE_CELL_MONEY, 2},
        {"gross", SETTLE_CELL_MONEY, 2},       {"payable", SETTLE_CELL_MONEY, 2},
        {"withheld", SETTLE_CELL_MONEY, 2},
    };
    g_autoptr(SettleResult) rows = settle_store_query(pages->store, settle_sql_pages_invoices,
                                                      error, "i", pages->distributor_id);

    return rows != NULL ? settle_sheet_from_result("invoices", "Invoices", NULL, rows, cells,
                                                   G_N_ELEMENTS(cells))
                        : NULL;
}

static SettleSheet *
lines_sheet(const Pages *pages, GError **error)
{
    static const SettleCell cells[] = {
        {"number", SETTLE_CELL_TEXT, 0},       {"line", SETTLE_CELL_ORDINAL, 0},
        {"currency", SETTLE_CELL_CURRENCY, 0}, {"kind", SETTLE_CELL_TEXT, 0},
        {"class", SETTLE_CELL_TEXT, 0},        {"direction", SETTLE_CELL_TEXT, 0},
        {"settled", SETTLE_CELL_TEXT, 0},      {"count", SETTLE_CELL_INTEGER, 0},
        {"net", SETTLE_CELL_MONEY, 2},         {"tax", SETTLE_CELL_MONEY, 2},
        {"gross", SETTLE_CELL_MONEY, 2},
    };
    g_autoptr(SettleResult) rows = settle_store_query(pages->store, settle_sql_pages_invoice_lines,
                                                      error, "i", pages->distributor_id);

    return rows != NULL ? settle_sheet_from_result("lines", "Lines of invoices", NULL, rows, cells,
                                                   G_N_ELEMENTS(cells))
                        : NULL;
}

static gboolean
write_statement(const Pages *pages, const Reader *reader, GError **error)
{
    const SettleReportScope scope = {.distributor = pages->distributor};
    g_autoptr(SettleSheet) earned = settle_report_load(
        pages->store, settle_report_find("distributor-statement"), &scope, error);
    g_autoptr(SettleSheet) invoices = earned != NULL ? invoices_sheet(pages, error) : NULL;
    g_autoptr(SettleSheet) lines = invoices != NULL ? lines_sheet(pages, error) : NULL;
    g_autofree char *path = g_build_filename(reader->folder, "statement.html", NULL);
    g_autoptr(GString) page = g_string_new(NULL);

    if (lines == NULL)
        return FALSE;
    settle_html_begin(page, reader->title, pages->as_of);
    settle_html_link(page, "index.html", "Summary");
    settle_html_sheet(page, earned, NULL, 0);
    settle_html_sheet(page, invoices, NULL, 0);
    settle_html_sheet(page, lines, NULL, 0);
    settle_html_end(page);
    return append(path, page, TRUE, error);
}

static gboolean
write_distributor(Pages *pages, GError **error)
{
    const SettleActivityQuery query = {.distributor = pages->distributor,
                                       .distributor_id = pages->distributor_id,
                                       .from = settle_day_month(SETTLE_DAY_MIN),
                                       .to = settle_day_month(SETTLE_DAY_MAX)};
    g_autoptr(GHashTable) readers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, reader_free);
    GHashTableIter iter;
    gpointer value;
    const Reader *whole;

    pages->readers = readers;
    whole = reader_of(pages, "distributor", pages->distributor, error);
    if (whole == NULL ||
        !settle_activity_read(pages->store, NULL, pages->zone, &query, give_row, pages, error))
        return FALSE;
    g_hash_table_iter_init(&iter, readers);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (!finish_reader(pages, value, value == whole, error))
            return FALSE;
    pages->done.distributors++;
    return write_statement(pages, whole, error);
}

static gboolean
write_all(Pages *pages, const char *distributor, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(pages->store, settle_sql_pages_distributors, error, "s", distributor);

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        pages->distributor = settle_result_text(rows, i, SQL_WHOSE_DISTRIBUTOR);
        pages->distributor_id = settle_result_i32(rows, i, SQL_WHOSE_DISTRIBUTOR_ID);
        if (!write_distributor(pages, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_pages_write(SettleStore *store, const char *distributor, const char *folder,
                   SettlePagesDone *ret_done, GError **error)
{
    g_autoptr(SettleDirectory) directory = NULL;
    g_autofree char *zone = NULL, *as_of = NULL, *part = g_build_filename(folder, PART, NULL);
    Pages pages = {.store = store, .folder = part};
    char day_text[SETTLE_DAY_TEXT_BYTES];
    SettleDay day;
    gboolean ok;

    if (!begin_folder(folder, error) || !make_folder(part, error) ||
        !settle_store_begin_reading(store, error))
        return FALSE;
    ok = (distributor != NULL || settle_store_keep_plans(store, error)) &&
         settle_files_as_of(store, &day, error);
    if (ok) {
        as_of = g_strdup_printf("As of the night of %s", settle_day_format(day, day_text));
        directory = settle_store_directory(store, day, 0, error);
        zone = directory != NULL ? settle_store_zone(store, error) : NULL;
        pages.directory = directory;
        pages.zone = zone;
        pages.as_of = as_of;
        ok = zone != NULL && write_all(&pages, distributor, error) &&
             finish_folder(folder, part, error);
    }
    settle_store_rollback(store);
    if (ok)
        *ret_done = pages.done;
    return ok;
}
