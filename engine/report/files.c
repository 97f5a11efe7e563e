/* Reports as files: written beside their place and renamed, so that a file is whole or not there.
 */
#include "report/files.h"

#include "base/error.h"
#include "report/html.h"
#include "report/xlsx.h"
#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

gboolean
settle_files_fail(const char *path, GError **error)
{
    g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno), "%s: %s", path,
                g_strerror(errno));
    return FALSE;
}

gboolean
settle_files_can_write(const char *path)
{
    return g_str_has_suffix(path, ".xlsx") || g_str_has_suffix(path, ".html") ||
           g_str_has_suffix(path, ".csv") || g_str_has_suffix(path, ".json");
}

gboolean
settle_files_as_of(SettleStore *store, SettleDay *ret_day, GError **error)
{
    g_autoptr(SettleResult) state = settle_store_query(store, settle_sql_run_state, error, "");

    if (state == NULL)
        return FALSE;
    if (settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "no night is settled yet");
        return FALSE;
    }
    *ret_day = settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT);
    return TRUE;
}

/* A tab that says of each sheet what it shows, and of which part of the books. */
SettleSheet *
settle_files_contents(GPtrArray *sheets)
{
    static const SettleColumn columns[] = {
        {"sheet", SETTLE_COLUMN_TEXT},
        {"title", SETTLE_COLUMN_TEXT},
        {"of", SETTLE_COLUMN_TEXT},
        {"says", SETTLE_COLUMN_TEXT},
    };
    SettleSheet *contents =
        settle_sheet_new("contents", "Contents", NULL, columns, G_N_ELEMENTS(columns));

    for (guint i = 0; i < sheets->len; i++) {
        const SettleSheet *sheet = g_ptr_array_index(sheets, i);

        settle_sheet_row(contents,
                         (const char *const[]){sheet->name, sheet->title, sheet->of, sheet->note});
    }
    return contents;
}

static gboolean
sync_file(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0;

    if (!ok)
        settle_files_fail(path, error);
    if (fd >= 0)
        close(fd);
    return ok;
}

gboolean
settle_files_replace(const char *path, SettleFilesWrite write, gpointer user_data, GError **error)
{
    g_autofree char *beside = g_strdup_printf("%s.%d.tmp", path, (int) getpid());

    if (write(beside, user_data, error) && sync_file(beside, error)) {
        if (rename(beside, path) == 0)
            return TRUE;
        settle_files_fail(path, error);
    }
    unlink(beside);
    return FALSE;
}

/* --- one sheet -------------------------------------------------------------------------------- */

typedef struct {
    const SettleSheet *sheet;
    const char *path, *bars;
    SettleDay as_of;
} Content;

static gboolean
write_text(const char *path, const Content *content, GError **error)
{
    FILE *file = fopen(path, "wxe");

    if (file == NULL)
        return settle_files_fail(path, error);
    if (g_str_has_suffix(content->path, ".html")) {
        g_autoptr(GString) page = g_string_new(NULL);

        settle_html_begin(page, content->sheet->title, NULL);
        settle_html_sheet(page, content->sheet, content->bars, 0);
        settle_html_end(page);
        fwrite(page->str, 1, page->len, file);
    } else {
        settle_sheet_print(
            content->sheet,
            g_str_has_suffix(content->path, ".csv") ? SETTLE_FORMAT_CSV : SETTLE_FORMAT_JSON, file);
    }
    if (fflush(file) == 0 && ferror(file) == 0)
        return fclose(file) == 0 || settle_files_fail(path, error);
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "%s: %s", path, g_strerror(errno));
    fclose(file);
    return FALSE;
}

static gboolean
write_content(const char *path, gpointer user_data, GError **error)
{
    const Content *content = user_data;
    g_autoptr(GPtrArray) sheets = g_ptr_array_new();
    g_autoptr(SettleSheet) contents = NULL;

    if (!g_str_has_suffix(content->path, ".xlsx"))
        return write_text(path, content, error);
    g_ptr_array_add(sheets, (gpointer) content->sheet);
    contents = settle_files_contents(sheets);
    g_ptr_array_add(sheets, contents);
    return settle_xlsx_write(path, sheets, content->sheet->title, content->as_of, error);
}

gboolean
settle_files_write(const char *path, const SettleSheet *sheet, const char *bars, SettleDay as_of,
                   GError **error)
{
    Content content = {.sheet = sheet, .path = path, .bars = bars, .as_of = as_of};

    return settle_files_replace(path, write_content, &content, error);
}
