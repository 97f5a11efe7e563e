/* The manifest of a drop folder: which files there are, and what each adds up to.
 *
 * CSV with the columns file, kind, business_date and, where the sender has them, count, sum,
 * carrier, sha256, in any order. Its last line is `end,N` with the number of files named: without
 * it the manifest is not complete, and nothing of it counts. */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "calendar/calendar.h"
#include "intake/columns.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

#define SETTLE_MANIFEST_MAX_BYTES (16u * 1024 * 1024)

typedef struct {
    int64_t line;
    char *file; /* a plain name */
    SettleFileKind kind;
    SettleDay date; /* business date */
    gboolean has_count, has_sha256;
    int64_t count;
    char *sum;     /* NULL: none */
    char *carrier; /* whose file it is; NULL: not said */
    uint8_t sha256[SETTLE_DIGEST_BYTES];
} SettleManifestEntry;
/* Takes NULL, too. */
void settle_manifest_entry_free(SettleManifestEntry *entry);

typedef struct {
    GPtrArray *entries; /* SettleManifestEntry, by line */
    GPtrArray *faults;  /* char *: lines that cannot be heeded, "manifest.csv:3: ..." */
    GHashTable *named;  /* every file that a line names, also one that cannot be heeded */
} SettleManifest;
/* Takes NULL, too. */
void settle_manifest_free(SettleManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleManifest, settle_manifest_free)

/* name: of the manifest, for messages. STATE: it is not complete. INPUT: it is no such CSV. */
SettleManifest *settle_manifest_parse(const char *name, const char *text, gsize length,
                                      GError **error);

/* An entry as a line of a manifest with all columns, without a line end; and the header of such. */
void settle_manifest_append(GString *text, const SettleManifestEntry *entry);
#define SETTLE_MANIFEST_HEADER "file,kind,business_date,count,sum,carrier,sha256"

G_END_DECLS
