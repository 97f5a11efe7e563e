/* What settle night keeps between two nights, in a folder of its own that nobody else may write:
 * the lock, the copies of the files that were taken in (done/), a line for each of them
 * (taken.csv), and the heads of the database that were noted (heads). */
#pragma once

#include "intake/manifest.h"

#include <glib.h>

G_BEGIN_DECLS

/* A file that was taken in: its line of the manifest, with the SHA-256 of what was read. */
typedef struct {
    SettleManifestEntry *entry;
    int32_t batch_id;
} SettleNightTaken;

typedef struct {
    char *path;
    int folder, done, lock;
    GPtrArray *taken;    /* SettleNightTaken, oldest first */
    GHashTable *by_name; /* char * -> SettleNightTaken, the latest of that name */
} SettleNightState;

/* Makes the folder if it is not there. LOCKED: another night is at work. STATE: the folder is not
 * ours alone. IO; INPUT. */
SettleNightState *settle_night_state_open(const char *path, GError **error);
void settle_night_state_free(SettleNightState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleNightState, settle_night_state_free)

/* An empty file to copy into; -1 and IO. Only one at a time. */
int settle_night_scratch(const SettleNightState *state, GError **error);
void settle_night_drop_scratch(const SettleNightState *state);
/* Notes that the file in the scratch was taken in, and moves it to done/. entry: copied. Safe
 * against being killed at any place: what is noted twice counts once. */
gboolean settle_night_keep(SettleNightState *state, const SettleManifestEntry *entry,
                           int32_t batch_id, GError **error);
/* A small text beside it under that name; one that is there stays. IO. */
gboolean settle_night_keep_text(SettleNightState *state, const char *name, const char *text,
                                gsize length, GError **error);
/* The caller's, at most so many bytes; NULL: it is not there. */
char *settle_night_read_kept(const SettleNightState *state, const char *name, gsize most_bytes,
                             gsize *ret_length);
/* Opens the copy of a file that was taken in, at its start; STATE if it is not what it was. */
int settle_night_open_kept(const SettleNightState *state, const SettleNightTaken *taken,
                           GError **error);
/* Notes it once more, under another batch. */
gboolean settle_night_note_taken(SettleNightState *state, const SettleManifestEntry *entry,
                                 int32_t batch_id, GError **error);

/* The head that was noted last: RUN:SEAL; NULL without error: none was. g_free. */
char *settle_night_last_head(const SettleNightState *state, GError **error);
gboolean settle_night_note_head(const SettleNightState *state, const char *head, GError **error);

G_END_DECLS
