/* Intake, sorting: an external merge sort of keyed records with bounded memory. */
#include "intake/spool.h"

#include "base/failpoint.h"
#include "intake/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A record in the temporary file: this, then the bytes, padded to 8. */
typedef struct {
    SettleSpoolKey key;
    uint64_t sequence;
    uint64_t length;
} Stored;

typedef struct {
    SettleSpoolKey key;
    uint64_t place; /* of the bytes in the memory block: ascends, so it breaks ties */
    uint64_t length;
} Entry;

typedef struct {
    off_t at; /* in the file: what was not read yet */
    off_t end;
    char *buffer;
    size_t used; /* of the buffer: start of the current record */
    size_t filled;
} Run;

struct SettleSpool {
    size_t memory;
    char *bytes;
    size_t n_bytes, bytes_size;
    GArray *entries;
    uint64_t count;
    int fd;
    off_t written;
    GArray *run_ends; /* off_t */
    gboolean sealed;
    gboolean reading;
    size_t next_entry;
    Run *runs;
    guint *heap; /* run numbers, the smallest first */
    guint n_heap, n_runs;
    size_t run_buffer;
    gboolean advance; /* the run at the top still stands on the record given out last */
};

SettleSpool *
settle_spool_new(size_t memory_bytes)
{
    SettleSpool *spool = g_new0(SettleSpool, 1);
    spool->memory = MAX(memory_bytes, 1024 * 1024);
    spool->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    spool->run_ends = g_array_new(FALSE, FALSE, sizeof(off_t));
    spool->fd = -1;
    return spool;
}

static void
drop_runs(SettleSpool *spool)
{
    for (guint i = 0; i < spool->n_runs; i++)
        g_free(spool->runs[i].buffer);
    g_clear_pointer(&spool->runs, g_free);
    g_clear_pointer(&spool->heap, g_free);
    spool->n_runs = spool->n_heap = 0;
}

void
settle_spool_free(SettleSpool *spool)
{
    if (spool == NULL)
        return;
    drop_runs(spool);
    g_free(spool->bytes);
    g_array_unref(spool->entries);
    g_array_unref(spool->run_ends);
    if (spool->fd >= 0)
        close(spool->fd);
    g_free(spool);
}

static int
compare_entries(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    int c = settle_spool_compare_keys(&x->key, &y->key);
    return c != 0 ? c : x->place < y->place ? -1 : x->place > y->place;
}

static void
sort(SettleSpool *spool)
{
    if (spool->entries->len > 1) /* an empty array has no data to point to */
        qsort(spool->entries->data, spool->entries->len, sizeof(Entry), compare_entries);
}

static gboolean
fail_io(const char *what, GError **error)
{
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "%s of temporary file failed: %s", what,
                g_strerror(errno));
    return FALSE;
}

static gboolean
write_all(SettleSpool *spool, const char *bytes, size_t length, GError **error)
{
    while (length > 0) {
        ssize_t n = pwrite(spool->fd, bytes, length, spool->written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail_io("writing", error);
        bytes += n;
        length -= (size_t) n;
        spool->written += n;
    }
    return TRUE;
}

static size_t
padded(size_t length)
{
    return (length + 7) & ~(size_t) 7;
}

static gboolean
spill(SettleSpool *spool, GError **error)
{
    enum { OUT = 1024 * 1024 };
    if (!settle_failpoint(INTAKE_SPOOL_WRITE, error))
        return FALSE;
    if (spool->fd < 0 && (spool->fd = settle_keep_open_file(error)) < 0)
        return FALSE;
    g_autofree char *out = g_malloc(OUT);
    size_t used = 0;
    sort(spool);
    for (guint i = 0; i < spool->entries->len; i++) {
        const Entry *entry = &g_array_index(spool->entries, Entry, i);
        size_t length = padded(entry->length);
        if (used + sizeof(Stored) + length > OUT) {
            if (!write_all(spool, out, used, error))
                return FALSE;
            used = 0;
        }
        Stored stored = {entry->key, spool->run_ends->len, entry->length};
        memcpy(out + used, &stored, sizeof stored);
        memcpy(out + used + sizeof stored, spool->bytes + entry->place, length);
        used += sizeof stored + length;
    }
    if (!write_all(spool, out, used, error))
        return FALSE;
    g_array_append_val(spool->run_ends, spool->written);
    g_array_set_size(spool->entries, 0);
    spool->n_bytes = 0;
    return TRUE;
}

void *
settle_spool_add(SettleSpool *spool, const SettleSpoolKey *key, size_t length, GError **error)
{
    settle_invariant(!spool->sealed);
    if (length > SETTLE_SPOOL_MAX_RECORD) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
                    "record of %zu bytes is longer than the limit of %d", length,
                    SETTLE_SPOOL_MAX_RECORD);
        return NULL;
    }
    size_t room = padded(length);
    if (spool->n_bytes + room + (spool->entries->len + 1) * sizeof(Entry) > spool->memory &&
        spool->entries->len > 0 && !spill(spool, error))
        return NULL;
    if (spool->bytes == NULL || spool->n_bytes + room > spool->bytes_size) {
        /* Growing by doubling, so small spools stay small. */
        spool->bytes_size = MAX(MAX(spool->bytes_size * 2, 64 * 1024), spool->n_bytes + room);
        spool->bytes = g_realloc(spool->bytes, spool->bytes_size);
    }
    Entry entry = {*key, spool->n_bytes, length};
    g_array_append_val(spool->entries, entry);
    memset(spool->bytes + entry.place + length, 0, room - length);
    spool->n_bytes += room;
    spool->count++;
    return spool->bytes + entry.place;
}

/* Makes the run's next record whole in its buffer. *ret_there: FALSE at its end. */
static gboolean
load(SettleSpool *spool, Run *run, gboolean *ret_there, GError **error)
{
    for (;;) {
        size_t have = run->filled - run->used;
        if (have >= sizeof(Stored)) {
            const Stored *stored = (const Stored *) (const void *) (run->buffer + run->used);
            if (have >= sizeof(Stored) + padded(stored->length)) {
                *ret_there = TRUE;
                return TRUE;
            }
        }
        if (run->at == run->end) {
            *ret_there = FALSE;
            return TRUE;
        }
        memmove(run->buffer, run->buffer + run->used, have);
        run->used = 0;
        run->filled = have;
        size_t want = MIN(spool->run_buffer - have, (size_t) (run->end - run->at));
        ssize_t n = pread(spool->fd, run->buffer + have, want, run->at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO;
        if (n <= 0)
            return fail_io("reading", error);
        run->at += n;
        run->filled += (size_t) n;
    }
}

static const Stored *
current(const SettleSpool *spool, guint run)
{
    return (const Stored *) (const void *) (spool->runs[run].buffer + spool->runs[run].used);
}

static gboolean
before(const SettleSpool *spool, guint a, guint b)
{
    int c = settle_spool_compare_keys(&current(spool, a)->key, &current(spool, b)->key);
    return c != 0 ? c < 0 : a < b; /* earlier runs were added earlier */
}

static void
sift_down(SettleSpool *spool, guint i)
{
    for (;;) {
        guint child = 2 * i + 1;
        if (child >= spool->n_heap)
            return;
        if (child + 1 < spool->n_heap && before(spool, spool->heap[child + 1], spool->heap[child]))
            child++;
        if (!before(spool, spool->heap[child], spool->heap[i]))
            return;
        guint swap = spool->heap[i];
        spool->heap[i] = spool->heap[child];
        spool->heap[child] = swap;
        i = child;
    }
}

static gboolean
start_merge(SettleSpool *spool, GError **error)
{
    drop_runs(spool);
    spool->n_runs = spool->run_ends->len;
    spool->runs = g_new0(Run, spool->n_runs);
    spool->heap = g_new0(guint, spool->n_runs);
    spool->run_buffer =
        CLAMP(spool->memory / spool->n_runs, 2 * SETTLE_SPOOL_MAX_RECORD, 1024 * 1024);
    off_t start = 0;
    for (guint i = 0; i < spool->n_runs; i++) {
        gboolean there;
        Run *run = &spool->runs[i];
        run->at = start;
        run->end = start = g_array_index(spool->run_ends, off_t, i);
        run->buffer = g_malloc(spool->run_buffer);
        if (!load(spool, run, &there, error))
            return FALSE;
        if (there)
            spool->heap[spool->n_heap++] = i;
    }
    for (guint i = spool->n_heap / 2; i-- > 0;)
        sift_down(spool, i);
    spool->advance = FALSE;
    return TRUE;
}

static gboolean
seal(SettleSpool *spool, GError **error)
{
    if (spool->run_ends->len == 0) {
        sort(spool);
    } else if (spool->entries->len > 0) {
        if (!spill(spool, error))
            return FALSE;
        g_clear_pointer(&spool->bytes, g_free);
        spool->bytes_size = 0;
    }
    spool->sealed = TRUE;
    return TRUE;
}

void
settle_spool_rewind(SettleSpool *spool)
{
    spool->reading = FALSE;
    drop_runs(spool);
}

static gboolean
next_merged(SettleSpool *spool, GError **error)
{
    if (!spool->advance)
        return spool->n_heap > 0;
    gboolean there;
    Run *run = &spool->runs[spool->heap[0]];
    run->used += sizeof(Stored) + padded(current(spool, spool->heap[0])->length);
    if (!load(spool, run, &there, error))
        return FALSE;
    if (!there)
        spool->heap[0] = spool->heap[--spool->n_heap];
    sift_down(spool, 0);
    return spool->n_heap > 0;
}

gboolean
settle_spool_next(SettleSpool *spool, SettleSpoolKey *ret_key, const void **ret_bytes,
                  size_t *ret_length, GError **error)
{
    if (!spool->sealed && !seal(spool, error))
        return FALSE;
    gboolean merged = spool->run_ends->len > 0;
    if (!spool->reading) {
        spool->next_entry = 0;
        if (merged && !start_merge(spool, error))
            return FALSE;
        spool->reading = TRUE;
    }
    if (!merged && spool->next_entry < spool->entries->len) {
        const Entry *entry = &g_array_index(spool->entries, Entry, spool->next_entry++);
        *ret_key = entry->key;
        *ret_bytes = spool->bytes + entry->place;
        *ret_length = entry->length;
        return TRUE;
    }
    GError *failure = NULL;
    if (merged && next_merged(spool, &failure)) {
        const Stored *stored = current(spool, spool->heap[0]);
        spool->advance = TRUE;
        *ret_key = stored->key;
        *ret_bytes = stored + 1;
        *ret_length = stored->length;
        return TRUE;
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    settle_spool_rewind(spool);
    return FALSE;
}

uint64_t
settle_spool_count(const SettleSpool *spool)
{
    return spool->count;
}

uint64_t
settle_spool_spilled(const SettleSpool *spool)
{
    return (uint64_t) spool->written;
}
