/* Characters that nobody sees: cut off, found inside, and left out of what a text looks like. */
#include "base/text.h"

#include <string.h>

static const struct {
    const char *name, *text, *trimmed;
} trims[] = {
    {"nothing", "", ""},
    {"plain", "GD", "GD"},
    {"one character", "x", "x"},
    {"blanks", "  GD ", "GD"},
    {"tab and line ends", "\tGD\r\n\v\f", "GD"},
    {"no-break", "GD\xc2\xa0", "GD"},
    {"narrow no-break", "\xe2\x80\xafGD", "GD"},
    {"full-width", "\xe3\x80\x80GD\xe3\x80\x80", "GD"},
    {"zero-width", "GD\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d", "GD"},
    {"word joiner", "\xe2\x81\xa0GD", "GD"},
    {"byte order mark", "\xef\xbb\xbfGD", "GD"},
    {"soft hyphen", "GD\xc2\xad", "GD"},
    {"next line", "GD\xc2\x85", "GD"},
    {"direction", "\xe2\x80\xaeGD\xe2\x80\xac", "GD"},
    {"tags", "GD\xf3\xa0\x80\xa0", "GD"},
    {"all kinds at once", " \xc2\xa0\xe3\x80\x80GD\xe2\x80\x8b \t", "GD"},
    {"only blanks", " \xe3\x80\x80\xe2\x80\x8b", ""},
    {"inside stays", " a b ", "a b"},
    {"chinese", "\xe5\xb9\xbf\xe4\xb8\x9c ", "\xe5\xb9\xbf\xe4\xb8\x9c"},
    {"other controls stay", "\x07GD\x7f", "\x07GD\x7f"},
    {"variant of an ideograph stays", "\xe8\x91\x9b\xf3\xa0\x84\x80",
     "\xe8\x91\x9b\xf3\xa0\x84\x80"},
    {"no UTF-8 stays", "\xa0GD\x80", "\xa0GD\x80"},
    {"cut off in a character stays", "GD\xe3\x80", "GD\xe3\x80"},
};

static void
test_trim(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(trims); i++) {
        const char *text = trims[i].text;
        size_t length = strlen(text);
        g_autofree char *copy = g_strdup(text), *got = NULL;

        g_test_message("%s", trims[i].name);
        settle_text_trim(&text, &length);
        got = g_strndup(text, length);
        g_assert_cmpstr(got, ==, trims[i].trimmed);
        g_assert_cmpstr(settle_text_strip(copy), ==, trims[i].trimmed);
    }
    g_assert_null(settle_text_strip(NULL));
}

static const struct {
    const char *name, *text;
    gunichar unseen; /* G_MAXUINT32: none */
    size_t at;
} unseen[] = {
    {"plain", "A-1 x_9~", G_MAXUINT32, 0},
    {"chinese, with its blank", "\xe5\xb9\xbf\xe3\x80\x80\xe4\xb8\x9c", G_MAXUINT32, 0},
    {"full-width letters are seen", "\xef\xbc\xa7\xef\xbc\xa4", G_MAXUINT32, 0},
    {"emoji", "\xf0\x9f\x98\x80", G_MAXUINT32, 0},
    {"tab", "a\tb", '\t', 1},
    {"delete", "ab\x7f", 0x7f, 2},
    {"c1", "\xc2\x9b", 0x9b, 0},
    {"no-break",
     "a\xc2\xa0"
     "b",
     0xa0, 1},
    {"zero-width",
     "ab\xe2\x80\x8b"
     "c",
     0x200b, 2},
    {"turned round",
     "a\xe2\x80\xae"
     "b",
     0x202e, 1},
    {"hangul filler",
     "a\xe3\x85\xa4"
     "b",
     0x3164, 1},
    {"variation selector", "a\xef\xb8\x8f", 0xfe0f, 1},
    {"tag", "a\xf3\xa0\x81\x81", 0xe0041, 1},
};

static void
test_unseen(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(unseen); i++) {
        size_t at = 77;
        gunichar character = 77;
        gboolean there = unseen[i].unseen != G_MAXUINT32;

        g_test_message("%s", unseen[i].name);
        g_assert_cmpint(settle_text_unseen(unseen[i].text, strlen(unseen[i].text), &at, &character),
                        ==, there);
        g_assert_cmphex(character, ==, there ? unseen[i].unseen : 77);
        g_assert_cmpuint(at, ==, there ? unseen[i].at : 77);
    }
}

static const struct {
    const char *a, *b;
    gboolean alike;
} looks[] = {
    {"GD", "gd", TRUE},
    {"GD", "\xef\xbc\xa7\xef\xbc\xa4", TRUE}, /* full-width */
    {"A 1", "A1", TRUE},
    {"A\xe3\x80\x80"
     "1",
     "a1", TRUE},
    {"\xc3\x89t\xc3\xa9", "e\xcc\x81T\xc3\x89", TRUE}, /* composed or not, and its case */
    {"\xd0\x9c\xd0\x9e", "\xd0\xbc\xd0\xbe", TRUE},    /* cyrillic */
    {"\xef\xbd\xb6", "\xe3\x82\xab", TRUE},            /* half-width katakana */
    {"GD", "GX", FALSE},
    {"A-1", "A1", FALSE},
    {"0", "O", FALSE},
    {"\xe5\xb9\xbf\xe4\xb8\x9c", "\xe5\xb9\xbf\xe8\xa5\xbf", FALSE},
};

static void
test_looks(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
        g_autofree char *a = settle_text_look(looks[i].a, strlen(looks[i].a)),
                        *b = settle_text_look(looks[i].b, strlen(looks[i].b));

        g_test_message("%s %s", looks[i].a, looks[i].b);
        g_assert_cmpint(strcmp(a, b) == 0, ==, looks[i].alike);
    }
}

static void
test_rounded(void)
{
    static const char *const rounded[] = {"2.02601E+16", "1.38E+10", "1,38E+10", "2E+16",
                                          "2.0E16",      "1e5",      "9.9e+09"};
    static const char *const whole[] = {
        "",       "1",      "E",       "1E",        "1E+",       ".5E+3",     "20260105123456700",
        "12E+16", "1.E+16", "1.38E+x", "1.38E+10 ", "-1.38E+10", "A1.38E+10", "1.38E-10",
        "7E12F",  "1.38"};

    for (size_t i = 0; i < G_N_ELEMENTS(rounded); i++)
        g_assert_true(settle_text_is_rounded(rounded[i], strlen(rounded[i])));
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
        g_assert_false(settle_text_is_rounded(whole[i], strlen(whole[i])));
}

static void
test_width(void)
{
    g_assert_cmpuint(settle_text_width("", -1), ==, 0);
    g_assert_cmpuint(settle_text_width("abc", -1), ==, 3);
    g_assert_cmpuint(settle_text_width("套餐a", -1), ==, 5);
    g_assert_cmpuint(settle_text_width("a\xe2\x80\x8b"
                                       "b",
                                       -1),
                     ==, 2);                                     /* a blank of no width */
    g_assert_cmpuint(settle_text_width("e\xcc\x81", -1), ==, 1); /* a combining accent */
    g_assert_cmpuint(settle_text_width("套餐", 3), ==, 2);
    g_assert_cmpuint(settle_text_width("abc", 0), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/text/trim", test_trim);
    g_test_add_func("/text/unseen", test_unseen);
    g_test_add_func("/text/looks", test_looks);
    g_test_add_func("/text/rounded", test_rounded);
    g_test_add_func("/text/width", test_width);
    return g_test_run();
}
