/* The kinds of failure every layer reports.
 *
 * Three kinds of failure stay apart: an operational error is a GError from this domain; a business
 * rejection is data (see intake/reject.h); a broken invariant aborts (settle_invariant). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SETTLE_ERROR (settle_error_quark())
/* The domain of every GError that a function of ours sets. */
GQuark settle_error_quark(void);

/* The code decides the exit status of the program (see docs/operations.md). */
typedef enum {
    SETTLE_ERROR_INPUT,      /* the user's data is bad: exit 3 */
    SETTLE_ERROR_USAGE,      /* the user's command is bad: exit 2 */
    SETTLE_ERROR_DATABASE,   /* libpq or the server refused: exit 4 */
    SETTLE_ERROR_CONNECTION, /* the server cannot be reached or was lost: exit 4 */
    SETTLE_ERROR_CONSTRAINT, /* a unique key or check refused a row: exit 4 */
    SETTLE_ERROR_LOCKED,     /* another run holds the lock: exit 5 */
    SETTLE_ERROR_OVERFLOW,   /* an amount left the range of int64: exit 3 */
    SETTLE_ERROR_LIMIT,      /* a stated size limit was exceeded: exit 3 */
    SETTLE_ERROR_IO,         /* a disk or file failed, also a full one: exit 6 */
    SETTLE_ERROR_STATE,      /* not now: e.g. period closed, approver is the drafter: exit 3 */
    SETTLE_ERROR_SETTINGS,   /* the server would lose money (fsync off ...): exit 4 */
} SettleErrorCode;

/* The code for a call on a file that failed with that errno: INPUT where the name is what is wrong
 * (nothing is there, it is a folder, it is not ours to open), else IO: nothing can be said of what
 * the file holds. */
SettleErrorCode settle_error_of_errno(int number);

/* Appends "\nhint: ..." to an error's message; error may be NULL or point to NULL. */
void settle_error_hint(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Aborts with file, line and text, in release builds too: a broken promise of our own. */
void settle_invariant_failed(const char *file, int line, const char *what) G_GNUC_NORETURN;
#define settle_invariant(condition)                                                                \
    ((condition) ? (void) 0 : settle_invariant_failed(__FILE__, __LINE__, #condition))
/* For what cannot be reached: says what was not what it had to be. */
#define settle_unreachable(what) settle_invariant_failed(__FILE__, __LINE__, "not " what)

G_END_DECLS
