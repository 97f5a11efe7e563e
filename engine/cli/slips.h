/* What was probably meant by a command line that cannot be read. */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* Looks the options through before GOption does, whose messages are not ours: each is known, given
 * once, and has the value that it wants. entries may be NULL. FALSE: a message was printed, and
 * *ret_exit is the exit code. */
gboolean settle_cli_scan(const char *usage, const GOptionEntry *entries, int argc, char **argv,
                         int *ret_exit);
/* An operand that the command does not take; entries may be NULL. Prints, and returns the exit
 * code. */
int settle_cli_surplus(const char *command, const char *operand, const GOptionEntry *entries);
/* An amount that may be meant by a text that is none: 1000 by "1,000" or "1000 yuan". NULL:
 * nothing. g_free. */
char *settle_cli_amount_meant(const char *text);
/* What is wrong with a file that cannot be read, as a hint: the name of one beside it that is
 * nearly the same, or how its folder's files are named. NULL: nothing to say. g_free. */
char *settle_cli_file_hint(const char *path);

/* Opens a file of text. -1 and error: it cannot be read, is a folder, empty, or something that is
 * no text, with what to do about it. Pipes are opened unseen. */
int settle_cli_open_text(const char *path, GError **error);

G_END_DECLS
