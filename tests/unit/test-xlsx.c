/* report/xlsx.h: workbooks are dated as they say, and what is longer than a tab goes on on the
 * next. */
#include "report/xlsx.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* Rows of each tab, then the date of the workbook: read by another program. */
static const char reader[] =
    "import re, sys, zipfile\n"
    "book = zipfile.ZipFile(sys.argv[1])\n"
    "names = re.findall('<sheet name=\"([^\"]*)\"', book.read('xl/workbook.xml').decode())\n"
    "for n, name in enumerate(names, 1):\n"
    "    rows = re.findall('<row r=\"([0-9]+)\"', "
    "book.read(f'xl/worksheets/sheet{n}.xml').decode())\n"
    "    print(name, len(rows), rows[-1])\n"
    "print(re.search('<dcterms:created[^>]*>([^<]*)<', "
    "book.read('docProps/core.xml').decode())[1])\n";

static char *
read_book(const char *path)
{
    const char *const command[] = {"python3", "-c", reader, path, NULL};
    char *out = NULL;
    int status = 0;

    g_assert_true(g_spawn_sync(NULL, (char **) command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                               NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
    return out;
}

static SettleSheet *
numbers(guint n)
{
    static const SettleColumn columns[] = {{"number", SETTLE_COLUMN_INTEGER}};
    SettleSheet *sheet = settle_sheet_new("numbers", "Numbers", NULL, columns, 1);

    for (guint i = 0; i < n; i++)
        settle_sheet_row(sheet, (const char *const[]){"1"});
    g_assert_true(settle_sheet_add_totals(sheet));
    return sheet;
}

static void
check(guint n, const char *want)
{
    g_autofree char *folder = g_dir_make_tmp("settle-xlsx-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a.xlsx", NULL), *got = NULL;
    g_autoptr(GPtrArray) sheets =
        g_ptr_array_new_with_free_func((GDestroyNotify) settle_sheet_free);
    GError *error = NULL;
    SettleDay day;

    g_ptr_array_add(sheets, numbers(n));
    g_assert_true(settle_day_from_ymd(2026, 3, 31, &day));
    g_assert_true(settle_xlsx_write(path, sheets, "a test", day, &error));
    g_assert_no_error(error);
    got = read_book(path);
    g_assert_cmpstr(got, ==, want);
    g_unlink(path);
    g_rmdir(folder);
}

static void
test_date(void)
{
    check(3, "numbers 5 5\n2026-03-31T00:00:00Z\n");
}

static void
test_longer_than_a_tab(void)
{
    /* 1,048,576 rows a tab: the headings, the totals on the first */
    check(1048574, "numbers 1048576 1048576\n2026-03-31T00:00:00Z\n");
    check(1048575, "numbers 1048576 1048576\nnumbers (2) 2 2\n2026-03-31T00:00:00Z\n");
}

static void
test_no_folder(void)
{
    g_autoptr(GPtrArray) sheets =
        g_ptr_array_new_with_free_func((GDestroyNotify) settle_sheet_free);
    GError *error = NULL;

    g_ptr_array_add(sheets, numbers(1));
    g_assert_false(settle_xlsx_write("/nowhere/a.xlsx", sheets, "a test", 0, &error));
    g_assert_cmpstr(error->message, ==, "/nowhere/a.xlsx: No such file or directory");
    g_clear_error(&error);
}

/* A file or link that lies there already is not written through. */
static void
test_what_lies_there(void)
{
    g_autofree char *folder = g_dir_make_tmp("settle-xlsx-XXXXXX", NULL);
    g_autofree char *other = g_build_filename(folder, "other", NULL);
    g_autofree char *path = g_build_filename(folder, "a.xlsx", NULL);
    g_autofree char *kept = NULL;
    g_autoptr(GPtrArray) sheets =
        g_ptr_array_new_with_free_func((GDestroyNotify) settle_sheet_free);

    g_ptr_array_add(sheets, numbers(1));
    g_assert_true(g_file_set_contents(other, "kept", -1, NULL));
    g_assert_cmpint(symlink(other, path), ==, 0);
    g_assert_false(settle_xlsx_write(path, sheets, "a test", 0, NULL));
    g_assert_true(g_file_get_contents(other, &kept, NULL, NULL));
    g_assert_cmpstr(kept, ==, "kept");
    g_unlink(path);
    g_unlink(other);
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/xlsx/date", test_date);
    g_test_add_func("/xlsx/longer-than-a-tab", test_longer_than_a_tab);
    g_test_add_func("/xlsx/no-folder", test_no_folder);
    g_test_add_func("/xlsx/what-lies-there", test_what_lies_there);
    return g_test_run();
}
