/* Escapes what is not visible in texts of others, before they are shown. */
#include "base/printable.h"

#include <string.h>

/* The next character of the text, or its escape; how many bytes were taken. */
static gsize
next(const char *at, gsize left, char escape[16])
{
    gunichar c = g_utf8_get_char_validated(at, (gssize) left);

    escape[0] = '\0';
    if (c == (gunichar) -1 || c == (gunichar) -2) {
        g_snprintf(escape, 16, "\\x%02x", (guint8) *at);
        return 1;
    }
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
        if (c == '\n' || c == '\t')
            g_strlcpy(escape, c == '\n' ? "\\n" : "\\t", 16);
        else
            g_snprintf(escape, 16, "\\x%02x", c);
        break;
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
        g_snprintf(escape, 16, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
        break;
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
    case G_UNICODE_CONNECT_PUNCTUATION:
    case G_UNICODE_DASH_PUNCTUATION:
    case G_UNICODE_CLOSE_PUNCTUATION:
    case G_UNICODE_FINAL_PUNCTUATION:
    case G_UNICODE_INITIAL_PUNCTUATION:
    case G_UNICODE_OTHER_PUNCTUATION:
    case G_UNICODE_OPEN_PUNCTUATION:
    case G_UNICODE_CURRENCY_SYMBOL:
    case G_UNICODE_MODIFIER_SYMBOL:
    case G_UNICODE_MATH_SYMBOL:
    case G_UNICODE_OTHER_SYMBOL:
    case G_UNICODE_SPACE_SEPARATOR:
        break;
    }
    return (gsize) (g_utf8_next_char(at) - at);
}

char *
settle_printable(const char *text, gssize length)
{
    gsize left = length < 0 ? strlen(text) : (gsize) length;
    GString *out = g_string_sized_new(left);
    char escape[16];

    while (left > 0) {
        gsize n = next(text, left, escape);

        if (escape[0] != '\0')
            g_string_append(out, escape);
        else
            g_string_append_len(out, text, (gssize) n);
        text += n;
        left -= n;
    }
    return g_string_free(out, FALSE);
}

gboolean
settle_is_printable(const char *text, gssize length)
{
    gsize left = length < 0 ? strlen(text) : (gsize) length;
    char escape[16];

    while (left > 0) {
        gsize n = next(text, left, escape);

        if (escape[0] != '\0')
            return FALSE;
        text += n;
        left -= n;
    }
    return TRUE;
}
