/* Blanks of every kind, characters that cannot be seen, and what a text looks like without them. */
#include "base/text.h"

#include <string.h>

typedef struct {
    gunichar first, last;
} Range;

/* Blanks, and characters without a width or a shape of their own, which may stand around a text by
 * accident. */
static const Range around[] = {
    {0x09, 0x0d},     {0x20, 0x20},     {0x85, 0x85},       {0xa0, 0xa0},     {0xad, 0xad},
    {0x61c, 0x61c},   {0x1680, 0x1680}, {0x180e, 0x180e},   {0x2000, 0x200f}, {0x2028, 0x202f},
    {0x205f, 0x206f}, {0x2800, 0x2800}, {0x3000, 0x3000},   {0x3164, 0x3164}, {0xfeff, 0xfeff},
    {0xffa0, 0xffa0}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

/* The same inside of a text, but for the two blanks that everybody sees as such (ASCII's and the
 * ideographic one); and what only changes the character before it. */
static const Range inside[] = {
    {0x00, 0x1f},       {0x7f, 0xa0},       {0xad, 0xad},     {0x34f, 0x34f},   {0x61c, 0x61c},
    {0x115f, 0x1160},   {0x1680, 0x1680},   {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x206f},   {0x2800, 0x2800}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

static gboolean
is_in(const Range *ranges, size_t n, gunichar character)
{
    for (size_t i = 0; i < n && ranges[i].first <= character; i++)
        if (character <= ranges[i].last)
            return TRUE;
    return FALSE;
}

void
settle_text_cut(const char **text, size_t *length)
{
    const char *from = *text, *end = from + *length;

    while (from < end) {
        gunichar c = g_utf8_get_char_validated(from, end - from);

        if (!is_in(around, G_N_ELEMENTS(around), c))
            break;
        from = g_utf8_next_char(from);
    }
    while (end > from) {
        const char *last = g_utf8_find_prev_char(from, end);

        if (last == NULL || g_utf8_next_char(last) != end ||
            !is_in(around, G_N_ELEMENTS(around), g_utf8_get_char_validated(last, end - last)))
            break;
        end = last;
    }
    *text = from;
    *length = (size_t) (end - from);
}

char *
settle_text_strip(char *text)
{
    const char *from = text;
    size_t length;

    if (text == NULL)
        return NULL;
    length = strlen(text);
    settle_text_trim(&from, &length);
    memmove(text, from, length);
    text[length] = '\0';
    return text;
}

gboolean
settle_text_unseen(const char *text, size_t length, size_t *ret_at, gunichar *ret_character)
{
    for (size_t at = 0; at < length;) {
        guint8 byte = (guint8) text[at];
        gunichar c = byte;

        if (byte >= 0x20 && byte < 0x7f) {
            at++;
            continue;
        }
        if (byte >= 0x80)
            c = g_utf8_get_char(text + at);
        if (is_in(inside, G_N_ELEMENTS(inside), c)) {
            *ret_at = at;
            *ret_character = c;
            return TRUE;
        }
        at += byte < 0x80 ? 1 : (size_t) g_utf8_skip[byte];
    }
    return FALSE;
}

static size_t
count_digits(const char *text, size_t at, size_t length)
{
    size_t from = at;

    while (at < length && g_ascii_isdigit(text[at]))
        at++;
    return at - from;
}

gboolean
settle_text_is_rounded(const char *text, size_t length)
{
    size_t at = 1, digits;

    if (length < 3 || !g_ascii_isdigit(text[0]))
        return FALSE;
    if (text[at] == '.' || text[at] == ',') {
        digits = count_digits(text, at + 1, length);
        if (digits == 0)
            return FALSE;
        at += 1 + digits;
    }
    if (at == length || (text[at] != 'E' && text[at] != 'e'))
        return FALSE;
    at++;
    if (at < length && text[at] == '+')
        at++;
    digits = count_digits(text, at, length);
    return digits > 0 && at + digits == length;
}

/* Nearly every code is plain: NULL if this one is not. */
static char *
look_plain(const char *text, size_t length)
{
    char *look = g_malloc(length + 1), *to = look;

    for (size_t i = 0; i < length; i++) {
        if ((guint8) text[i] < 0x20 || (guint8) text[i] >= 0x7f) {
            g_free(look);
            return NULL;
        }
        if (text[i] != ' ')
            *to++ = g_ascii_tolower(text[i]);
    }
    *to = '\0';
    return look;
}

char *
settle_text_look(const char *text, size_t length)
{
    char *plain = look_plain(text, length);

    if (plain != NULL)
        return plain;
    g_autofree char *valid = g_utf8_make_valid(text, (gssize) length);
    g_autofree char *one_form = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL);
    g_autofree char *folded = g_utf8_casefold(one_form, -1);
    g_autofree char *again = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
    char *to = again;

    for (const char *from = again; *from != '\0'; from = g_utf8_next_char(from)) {
        gunichar c = g_utf8_get_char(from);
        size_t n = (size_t) g_utf8_skip[(guint8) *from];

        if (c == ' ' || is_in(inside, G_N_ELEMENTS(inside), c))
            continue;
        memmove(to, from, n);
        to += n;
    }
    *to = '\0';
    return g_steal_pointer(&again);
}

guint
settle_text_width(const char *text, gssize length)
{
    guint width = 0;

    for (const char *c = text; length < 0 ? *c != '\0' : c < text + length;
         c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);

        if (!g_unichar_iszerowidth(character))
            width += g_unichar_iswide(character) ? 2 : 1;
    }
    return width;
}
