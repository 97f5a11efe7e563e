/* Why a text is not YAML, in the words of who typed it. libyaml says where it gave up; the slips of
 * people who are no programmers (a full-width colon, a tab, a missing blank) are looked for in the
 * lines around. Used by tree.c after the parser has failed. */
#include "document/syntax.h"

#include <string.h>

/* What a Chinese keyboard types for the signs of the notation, and what is meant. */
static const struct {
    const char *wide, *plain;
} signs[] = {
    {"：", ":"}, {"，", ","},  {"、", ","},           {"【", "["},       {"】", "]"},
    {"［", "["}, {"］", "]"},  {"「", "["},           {"」", "]"},       {"｛", "{"},
    {"｝", "}"}, {"％", "%"},  {"“", "\""},           {"”", "\""},       {"‘", "'"},
    {"’", "'"},  {"。", "."},  {"．", "."},           {"－", "-"},       {"＃", "#"},
    {"…", ".."}, {"～", ".."}, {"\xe3\x80\x80", " "}, {"\xc2\xa0", " "}, {"\xe2\x80\x8b", ""},
};

const char *
settle_wide_sign(const char *text, size_t length, guint *ret_column, const char **ret_plain)
{
    guint column = 0;

    for (size_t i = 0; i < length; i++) {
        if ((text[i] & 0xC0) == 0x80)
            continue; /* the bytes after a character's first are no columns */
        for (size_t k = 0; k < G_N_ELEMENTS(signs); k++) {
            size_t bytes = strlen(signs[k].wide);

            if (bytes <= length - i && memcmp(text + i, signs[k].wide, bytes) == 0) {
                if (ret_column != NULL)
                    *ret_column = column;
                if (ret_plain != NULL)
                    *ret_plain = signs[k].plain;
                return signs[k].wide;
            }
        }
        column++;
    }
    return "";
}

/* A line without its comment; what is in quotes is blanked, so that nothing is found in it. */
static char *
bare_line(const char *text, size_t length)
{
    GString *line = g_string_sized_new(length);
    char quote = '\0';

    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
            else if ((c & 0xC0) == 0x80)
                continue; /* one blank for a character */
            else
                c = '_';
        } else if ((c == '"' || c == '\'') && (i == 0 || strchr(" [{,:", text[i - 1]) != NULL)) {
            /* one that is never closed hides nothing */
            quote = memchr(text + i + 1, c, length - i - 1) != NULL ? c : '\0';
        } else if (c == '#' && (i == 0 || text[i - 1] == ' ')) {
            break;
        }
        g_string_append_c(line, c);
    }
    return g_string_free(line, FALSE);
}

static gboolean
tell(SettleSlip *slip, const char *line, const char *place)
{
    slip->column = (guint) g_utf8_strlen(line, place - line) + 1;
    return TRUE;
}

/* A key right at the start, after a dash perhaps, whose colon no blank follows. */
static gboolean
is_key_without_blank(const char *line, SettleSlip *slip)
{
    const char *key = line + strspn(line, " "), *colon;

    if (key[0] == '-' && g_ascii_isalpha(key[1])) {
        g_strlcpy(slip->message, "a blank is missing after the dash", sizeof slip->message);
        g_snprintf(slip->hint, sizeof slip->hint, "write \"- %.60s\"", key + 1);
        return tell(slip, line, key);
    }
    if (key[0] == '-')
        key += 1 + strspn(key + 1, " ");
    colon = key + strspn(key, "abcdefghijklmnopqrstuvwxyz-");
    if (colon == key || colon[0] != ':' || colon[1] == '\0' || colon[1] == ' ')
        return FALSE;
    g_strlcpy(slip->message, "a blank is missing after the colon", sizeof slip->message);
    g_snprintf(slip->hint, sizeof slip->hint, "write \"%.*s: %.60s\"", (int) (colon - key), key,
               colon + 1);
    return tell(slip, line, colon);
}

static gboolean
is_sign_before_number(const char *line, SettleSlip *slip)
{
    for (const char *c = line; (c = strpbrk(c, "%<>")) != NULL; c++) {
        if ((c > line && strchr(" {[,", c[-1]) == NULL) || !g_ascii_isdigit(c[1 + (c[1] == '=')]))
            continue;
        if (*c == '%') {
            int digits = (int) strspn(c + 1, "0123456789.");

            g_strlcpy(slip->message, "the percent sign stands before the number",
                      sizeof slip->message);
            g_snprintf(slip->hint, sizeof slip->hint, "write \"%.*s%%\"", MIN(digits, 40), c + 1);
            return tell(slip, line, c);
        }
        if (*c == '<' || *c == '>') {
            g_snprintf(slip->message, sizeof slip->message, "intervals have no \"%c\"", *c);
            g_strlcpy(slip->hint,
                      "write 50.. for 50 and more, ..50 for up to 50; both ends included",
                      sizeof slip->hint);
            return tell(slip, line, c);
        }
    }
    return FALSE;
}

static gboolean
is_colon_in_text(const char *line, SettleSlip *slip)
{
    const char *first = strstr(line, ": "), *second;

    if (first == NULL || strpbrk(line, "{[") != NULL)
        return FALSE;
    second = strstr(first + 2, ": ");
    if (second == NULL)
        return FALSE;
    g_strlcpy(slip->message, "a second colon in one line", sizeof slip->message);
    g_strlcpy(slip->hint, "put a text that has a colon in it in quotes", sizeof slip->hint);
    return tell(slip, line, second);
}

static gboolean
look_at(const char *line, gboolean says_two_colons, SettleSlip *slip)
{
    size_t indent = strspn(line, " \t");
    const char *tab = memchr(line, '\t', indent), *wide, *plain;
    guint column;

    if (tab != NULL) {
        g_strlcpy(slip->message, "a tab indents this line", sizeof slip->message);
        g_strlcpy(slip->hint, "indent with blanks, two for each step", sizeof slip->hint);
        return tell(slip, line, tab);
    }
    wide = settle_wide_sign(line, strlen(line), &column, &plain);
    if (wide[0] != '\0') {
        gboolean is_blank = plain[0] == ' ' || plain[0] == '\0';

        if (is_blank)
            g_strlcpy(slip->message, "a blank that is not the plain one", sizeof slip->message);
        else
            g_snprintf(slip->message, sizeof slip->message,
                       "\"%s\" is not the sign of the notation", wide);
        g_snprintf(slip->hint, sizeof slip->hint,
                   is_blank ? "type plain blanks, with the keyboard in English mode"
                            : "type %s%s with the keyboard in English mode",
                   plain, strchr(":,", plain[0]) != NULL ? " and a blank," : "");
        slip->column = column + 1;
        return TRUE;
    }
    return is_key_without_blank(line, slip) || is_sign_before_number(line, slip) ||
           (says_two_colons && is_colon_in_text(line, slip));
}

gboolean
settle_syntax_slip(const char *text, size_t length, guint line, gboolean says_two_colons,
                   SettleSlip *ret_slip)
{
    const char *starts[3] = {NULL, NULL, NULL}; /* of the lines line, line - 1, line - 2 */
    const char *end = text + length;
    const char *start = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;

    for (guint n = 1; start != NULL && start < end; n++) {
        if (n <= line && line - n < G_N_ELEMENTS(starts))
            starts[line - n] = start;
        start = memchr(start, '\n', (size_t) (end - start));
        if (start != NULL)
            start++;
    }
    for (guint back = 0; back < G_N_ELEMENTS(starts); back++) {
        SettleSlip slip = {.line = line - back};
        g_autofree char *bare = NULL;
        const char *stop;

        if (starts[back] == NULL)
            continue;
        stop = memchr(starts[back], '\n', (size_t) (end - starts[back]));
        bare = bare_line(starts[back], (size_t) ((stop != NULL ? stop : end) - starts[back]));
        g_strchomp(bare);
        if (look_at(bare, says_two_colons, &slip)) {
            *ret_slip = slip;
            return TRUE;
        }
    }
    return FALSE;
}
