/* One run of settle night: what its parts share. */
#pragma once

#include "cli/cli.h"
#include "cli/night-state.h"
#include "intake/inbox.h"
#include "store/store.h"

#include <glib.h>

G_BEGIN_DECLS

#define SETTLE_NIGHT_MANIFEST  "manifest.csv"
#define SETTLE_NIGHT_MOST_TOLD 20 /* of one kind of finding */

typedef struct {
    const SettleCli *cli;
    SettleStore *store;
    SettleInbox *inbox;
    SettleNightState *state;
    SettleDay until, today;
    int quiet_s;
    /* What was found, and does not stop the night. */
    gboolean unreadable, refused, unusable, missing;
    guint taken;
} SettleNight;

/* Says one thing that was found, about a file or (NULL) in general, on stderr; what others wrote is
 * escaped. Sets the finding. */
void settle_night_tell(gboolean *finding, const char *file, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Takes in what the inbox's manifest names and what the database has lost; what cannot be taken in
 * is told, and stays. Errors are what ends a night before anything is settled: IO of our own disk,
 * the database. */
gboolean settle_night_take_all(SettleNight *night, GError **error);

/* --- night-signature.c: FILE.sig beside FILE ------------------------------------------------ */
/* In the inbox, or kept in done/; the caller's. NULL: there is none, or none that can be read. */
char *settle_night_read_signature(const SettleNight *night, const char *file, gboolean kept,
                                  gsize *ret_length);
/* It goes with its file from the inbox to done/; NULL: there is none. IO. */
gboolean settle_night_keep_signature(const SettleNight *night, const char *file,
                                     const char *signature, gsize length, GError **error);
/* Tells that a file of the inbox was refused before, as that batch and for that reason, and is not
 * taken in. FALSE: it was refused for want of a signature, and has the right one by now. TRUE with
 * the error, too: the database. */
gboolean settle_night_still_refused(SettleNight *night, const char *file,
                                    const uint8_t sha256[SETTLE_DIGEST_BYTES], int32_t batch_id,
                                    const char *reason, GError **error);
/* Whether it is the signature of a file of that set. */
gboolean settle_night_signs_one_of(const char *name, GHashTable *named);

G_END_DECLS
