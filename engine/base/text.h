/* Characters that nobody sees: what stands around a text and is no part of it, and what must not
 * stand in a code, because two codes that look the same would be two. The tables are our own: what
 * is a fact must not depend on which Unicode a library knows. docs/semantics.md 2. */
#pragma once

#include <glib.h>
#include <stddef.h>

G_BEGIN_DECLS

/* Cuts blanks of every kind off both ends: ASCII blanks and line ends, no-break and full-width
 * ones, and characters of no width (zero-width blanks and joiners, byte order marks, soft hyphens,
 * marks of direction). Other control characters stay, and so does what is not UTF-8. */
void settle_text_cut(const char **text, size_t *length);

/* The same where nearly every text begins and ends with a visible ASCII character. */
static inline void
settle_text_trim(const char **text, size_t *length)
{
    if (*length == 0 || ((guint8) ((guint8) (*text)[0] - 0x21) < 0x5e &&
                         (guint8) ((guint8) (*text)[*length - 1] - 0x21) < 0x5e))
        return;
    settle_text_cut(text, length);
}

/* Trims a text in place and returns it; NULL stays NULL. For words of a command line. */
char *settle_text_strip(char *text);

/* The first character of a valid UTF-8 text that cannot be seen, or looks like a blank and is none:
 * its place in bytes, and the character. Control characters are such; the ASCII and the ideographic
 * blank are not. FALSE: there is none. */
gboolean settle_text_unseen(const char *text, size_t length, size_t *ret_at,
                            gunichar *ret_character);

/* An id that a spreadsheet took for a number and wrote with what it kept of it: 2.02601E+16. */
gboolean settle_text_is_rounded(const char *text, size_t length);

/* Columns that a valid UTF-8 text takes on a terminal: wide characters take two, those without a
 * width none. length: in bytes, or -1: up to the NUL. */
guint settle_text_width(const char *text, gssize length);

/* What a valid UTF-8 text looks like: without blanks and unseen characters, in one case, one width
 * and one form of composed letters. The caller frees it. */
char *settle_text_look(const char *text, size_t length);

G_END_DECLS
