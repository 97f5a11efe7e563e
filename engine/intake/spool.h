/* An external merge sort with bounded memory: records with a key of three 64-bit words and any
 * bytes, read back in key order, as often as wanted. What does not fit into memory spills to an
 * unlinked temporary file ($TMPDIR, else /var/tmp), which disappears with the process however it
 * ends. */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The longest record. */
#define SETTLE_SPOOL_MAX_RECORD (32 * 1024)

typedef struct SettleSpool SettleSpool;

typedef struct {
    uint64_t word[3]; /* compared in this order, unsigned */
} SettleSpoolKey;
/* Less than, equal to or greater than 0. */
static inline int
settle_spool_compare_keys(const SettleSpoolKey *a, const SettleSpoolKey *b)
{
    for (int i = 0; i < 3; i++)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

/* memory_bytes: held at most, at least 1 MiB. */
SettleSpool *settle_spool_new(size_t memory_bytes);
void settle_spool_free(SettleSpool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleSpool, settle_spool_free)

/* Room for the bytes of a new record, aligned to 8, to be filled at once. NULL: spilling failed
 * (IO) or the record is too long (LIMIT). Not after the first read. */
void *settle_spool_add(SettleSpool *spool, const SettleSpoolKey *key, size_t length,
                       GError **error);
/* The next record in key order, equal keys in the order of adding; the first call sorts. Valid
 * until the next call. FALSE with *error unset: the end; another call then starts over. */
gboolean settle_spool_next(SettleSpool *spool, SettleSpoolKey *ret_key, const void **ret_bytes,
                           size_t *ret_length, GError **error);
/* Starts reading over. */
void settle_spool_rewind(SettleSpool *spool);
uint64_t settle_spool_count(const SettleSpool *spool);
/* Bytes written to the temporary file. */
uint64_t settle_spool_spilled(const SettleSpool *spool);

G_END_DECLS
