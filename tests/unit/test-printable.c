/* What is shown of texts of others. */
#include "base/printable.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *name, *text, *shown;
} cases[] = {
    {"plain", "orders-2026-01-05.csv", "orders-2026-01-05.csv"},
    {"empty", "", ""},
    {"Chinese", "订单 中国移动", "订单 中国移动"},
    {"accents, combining", "e\u0301\u00e9", "e\u0301\u00e9"},
    {"line end", "a\nb\r", "a\\nb\\x0d"},
    {"tab", "a\tb", "a\\tb"},
    {"escape sequence", "\x1b[31mred\x07", "\\x1b[31mred\\x07"},
    {"delete", "a\x7f", "a\\x7f"},
    {"C1",
     "\xc2\x9b"
     "31m",
     "\\x9b31m"},
    {"right to left", "\u202egpj.exe", "\\u202egpj.exe"},
    {"isolates", "\u2066a\u2069", "\\u2066a\\u2069"},
    {"zero width", "a\u200bb\ufeff", "a\\u200bb\\ufeff"},
    {"line separator", "a\u2028b", "a\\u2028b"},
    {"tag", "\U000e0001", "\\U000e0001"},
    {"no UTF-8", "a\xff\xc3", "a\\xff\\xc3"},
    {"cut off", "\xe4\xb8", "\\xe4\\xb8"},
};

static void
test_shown(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = settle_printable(cases[i].text, -1);

        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(shown, ==, cases[i].shown);
        g_assert_cmpint(settle_is_printable(cases[i].text, -1), ==,
                        strcmp(cases[i].text, cases[i].shown) == 0);
        /* shown once more it stays as it is */
        g_assert_true(settle_is_printable(shown, -1));
    }
}

static void
test_length(void)
{
    g_autofree char *with_nul = settle_printable("a\0b", 3), *part = settle_printable("abc", 2);

    g_assert_cmpstr(with_nul, ==, "a\\x00b");
    g_assert_cmpstr(part, ==, "ab");
    g_assert_false(settle_is_printable("a\0b", 3));
    g_assert_true(settle_is_printable("ab\n", 2));
}

/* What a wrong name is, and what a disk that fails: they are told apart by their exit codes. */
static void
test_errno(void)
{
    const int names[] = {ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, EEXIST};
    const int disks[] = {ENOSPC, EDQUOT, EIO, EROFS, EFBIG, EMFILE, ENOMEM, ESTALE, 0};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_cmpint(settle_error_of_errno(names[i]), ==, SETTLE_ERROR_INPUT);
    for (size_t i = 0; i < G_N_ELEMENTS(disks); i++)
        g_assert_cmpint(settle_error_of_errno(disks[i]), ==, SETTLE_ERROR_IO);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/printable/shown", test_shown);
    g_test_add_func("/printable/length", test_length);
    g_test_add_func("/printable/errno", test_errno);
    return g_test_run();
}
