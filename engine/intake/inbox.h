/* A drop folder: others write into it, so nothing in it is what it seems.
 *
 * Only regular files that lie in the folder itself are opened, by a plain name, relative to the
 * folder's descriptor, never through a link, never one that has a second name, and never one that
 * could block or act when it is opened (a fifo, a device). What is read is copied first: what the
 * sender does to the file afterwards changes nothing. Texts of faults are ours, with the names of
 * others made fit to be shown. */
#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <glib.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

G_BEGIN_DECLS

#define SETTLE_INBOX_MAX_NAME  200                 /* bytes */
#define SETTLE_INBOX_MAX_FILE  ((int64_t) 8 << 30) /* bytes */
#define SETTLE_INBOX_MAX_NAMES 100000              /* files that are looked at by name */

typedef struct SettleInbox SettleInbox;

/* INPUT if there is no such folder, or it is not ours to read; IO. */
SettleInbox *settle_inbox_open(const char *path, GError **error);
void settle_inbox_free(SettleInbox *inbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleInbox, settle_inbox_free)

/* Whether that folder is the inbox or lies below it. FALSE with *error: it cannot be told. */
gboolean settle_inbox_holds_folder(const SettleInbox *inbox, int folder, gboolean *ret_holds,
                                   GError **error);

/* Why a name is no plain one; NULL if it is: UTF-8 without '/', leading '.' and control characters,
 * of 1 to SETTLE_INBOX_MAX_NAME bytes. */
const char *settle_inbox_name_fault(const char *name, gsize length);
/* "x.part", "x.tmp", ".x": what is not complete, and not looked at. */
gboolean settle_inbox_is_temporary(const char *name);

/* The names in the folder that are not temporary, sorted, bytes as they are; at most
 * SETTLE_INBOX_MAX_NAMES of them. Folders are left out. */
gboolean settle_inbox_names(const SettleInbox *inbox, GPtrArray **ret_names, GError **error);

/* What a file was when it was looked at. */
typedef struct {
    dev_t device;
    ino_t inode;
    int64_t size_bytes;
    struct timespec modified, changed;
} SettleInboxSeen;
/* TRUE: one file, and as it was: device, inode, size and times are equal. */
gboolean settle_inbox_same(const SettleInboxSeen *a, const SettleInboxSeen *b);

typedef enum {
    SETTLE_INBOX_THERE,      /* a regular file, seen or taken */
    SETTLE_INBOX_ABSENT,     /* nothing has this name */
    SETTLE_INBOX_UNFIT,      /* a link, a folder, a device, too large ...: never opened, stays */
    SETTLE_INBOX_CHANGING,   /* it changed while it was looked at */
    SETTLE_INBOX_UNREADABLE, /* the file cannot be read; others may */
    SETTLE_INBOX_FAILED,     /* where it is copied to cannot be written: error is set */
} SettleInboxState;

/* Looks at a file without opening it. name: a plain one. *ret_fault: why not, the caller frees it;
 * NULL if it is there or absent. */
SettleInboxState settle_inbox_look(const SettleInbox *inbox, const char *name,
                                   SettleInboxSeen *ret_seen, char **ret_fault);

/* Copies what was seen to the descriptor `to`, from where that stands, and hashes what was read. */
SettleInboxState settle_inbox_copy(const SettleInbox *inbox, const char *name,
                                   const SettleInboxSeen *seen, int to,
                                   uint8_t ret_sha256[SETTLE_DIGEST_BYTES], char **ret_fault,
                                   GError **error);

/* The same into memory; UNFIT beyond most_bytes. g_free *ret_text; a NUL is after it. */
SettleInboxState settle_inbox_read(const SettleInbox *inbox, const char *name, gsize most_bytes,
                                   char **ret_text, gsize *ret_length, char **ret_fault);

/* Takes a file away, if it is still what was seen. */
SettleInboxState settle_inbox_remove(const SettleInbox *inbox, const char *name,
                                     const SettleInboxSeen *seen, char **ret_fault);

G_END_DECLS
