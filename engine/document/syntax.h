/* What a text that is no YAML probably meant. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint line, column; /* 1-based, in characters */
    char message[96];
    char hint[160];
} SettleSlip;

/* The slip that explains why reading ended in that line (1-based): on it or on one of the two
 * before, whose fault shows only there. FALSE: nothing that people often do. Comments and what is
 * in quotes is left out. says_two_colons: the parser found a key where a text went on. */
gboolean settle_syntax_slip(const char *text, size_t length, guint line, gboolean says_two_colons,
                            SettleSlip *ret_slip);
/* The first character from a keyboard in full-width mode, or a blank that is not the plain one; ""
 * if there is none. ret_column: its place in characters from 0; either may be NULL. Of signs those
 * that are part of the notation; brackets like those of Chinese names (U+FF08, U+FF09) are not. */
const char *settle_wide_sign(const char *text, size_t length, guint *ret_column,
                             const char **ret_plain);

G_END_DECLS
