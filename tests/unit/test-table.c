/* Texts of others in CSV: no formula for a spreadsheet, nothing that acts on a terminal, and the same
 * code again when it is copied from there. */
#include "report/table.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *text, *cell;
} cases[] = {
    {"plain", "A-1", "A-1"},
    {"empty", "", ""},
    {"Chinese", "订单 1", "订单 1"},
    {"quotes", "a,\"b", "\"a,\"\"b\""},
    {"formula", "=1+1", "\"'=1+1\""},
    {"plus", "+1", "\"'+1\""},
    {"at", "@SUM", "\"'@SUM\""},
    {"after blanks", "  =1+1", "\"'  =1+1\""},
    {"after a wide blank", "\u3000=1", "\"'\u3000=1\""},
    {"full width", "\uff1d1+1", "\"'\uff1d1+1\""},
    {"full width, minus", "\uff0d1", "\"'\uff0d1\""},
    {"full width, plus", "\uff0b1", "\"'\uff0b1\""},
    {"full width, at", "\uff20a", "\"'\uff20a\""},
    {"full width, after a blank", " \uff1d1", "\"' \uff1d1\""},
    {"apostrophe of its own", "'=1", "\"''=1\""},
    {"apostrophe and no formula", "'tis", "'tis"},
    {"inside", "a=1", "a=1"},
    {"blanks", "   ", "   "},
    {"tab first", "\tx", "\"'\tx\""},
    {"line ends stay", "a\r\nb", "\"a\r\nb\""},
    {"escape sequence", "\x1b[2J", "\\x1b[2J"},
    {"right to left", "a\u202eb", "a\\u202eb"},
    {"C1", "\xc2\x9b", "\\x9b"},
    {"no UTF-8", "\xff", "\\xff"},
    {"zero width before a formula", "\ufeff=1", "\\ufeff=1"},
};

static char *
csv_of(const char *text)
{
    static const SettleColumn columns[] = {{"text", SETTLE_COLUMN_TEXT}};
    char *bytes = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&bytes, &length);
    SettleTable *table = settle_table_new(SETTLE_FORMAT_CSV, columns, 1, out);
    char *cell;

    settle_table_row(table, &text);
    settle_table_end(table);
    fclose(out);
    g_assert_true(g_str_has_prefix(bytes, "text\n"));
    cell = g_strndup(bytes + 5, length - 6);
    free(bytes);
    return cell;
}

static void
test_csv(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *cell = csv_of(cases[i].text);

        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(cell, ==, cases[i].cell);
    }
}

/* What a spreadsheet shows of the cell, copied back. */
static void
test_copied_back(void)
{
    static const char *const codes[] = {"=1+1", "'=1", "\uff1d1", " +1", "'tis", "A-1", ""};

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autofree char *cell = csv_of(codes[i]);
        gsize length = strlen(cell);

        if (cell[0] == '"') {
            memmove(cell, cell + 1, length - 1);
            cell[length - 2] = '\0';
        }
        g_assert_cmpstr(settle_table_unguard(cell), ==, codes[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/table/csv", test_csv);
    g_test_add_func("/table/copied-back", test_copied_back);
    return g_test_run();
}
