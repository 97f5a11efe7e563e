/* Text of others on a terminal, in a log, in a message: without what would act there. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The text with every character escaped that is no visible one: control characters as \n, \t or
 * \x1b, bytes that are no UTF-8 as \xff, and what is drawn as nothing or turns the line around
 * (Unicode's format characters and separators of lines) as \u202e. length -1: up to its NUL. The
 * caller frees it. */
char *settle_printable(const char *text, gssize length);
/* Whether there is nothing in it that settle_printable escapes. */
gboolean settle_is_printable(const char *text, gssize length);

G_END_DECLS
