/* The state folder of settle night: everything in it is written so that a night that is killed, or
 * finds the disk full, leaves what the next one can go on with. */
#include "cli/night-state.h"

#include "base/failpoint.h"
#include "intake/csv.h"
#include "intake/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAKEN     "taken.csv"
#define HEADS     "heads"
#define SCRATCH   "scratch"
#define MOST_TEXT ((gsize) 1 << 30) /* a million nights */

static void
taken_free(gpointer data)
{
    SettleNightTaken *taken = data;

    settle_manifest_entry_free(taken->entry);
    g_free(taken);
}

void
settle_night_state_free(SettleNightState *state)
{
    if (state == NULL)
        return;
    if (state->done >= 0)
        close(state->done);
    if (state->folder >= 0)
        close(state->folder);
    if (state->lock >= 0)
        close(state->lock);
    g_clear_pointer(&state->by_name, g_hash_table_unref);
    g_clear_pointer(&state->taken, g_ptr_array_unref);
    g_free(state->path);
    g_free(state);
}

static gboolean
fail(const SettleNightState *state, const char *what, GError **error)
{
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "%s/%s: %s", state->path, what,
                g_strerror(errno));
    return FALSE;
}

/* Nobody else may put anything into it. */
static gboolean
is_ours(const SettleNightState *state, int folder, GError **error)
{
    struct stat about;

    if (fstat(folder, &about) != 0)
        return fail(state, ".", error);
    if (about.st_uid == geteuid() && (about.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "the state folder \"%s\" belongs to another user, or others may write it",
                state->path);
    settle_error_hint(error, "chown and chmod 700 it, or name another one with --state");
    return FALSE;
}

static int
open_folder(const SettleNightState *state, int at, const char *name, GError **error)
{
    int fd;

    if (mkdirat(at, name, 0700) != 0 && errno != EEXIST) {
        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno),
                    "the state folder \"%s\" cannot be made: %s", state->path, g_strerror(errno));
        settle_error_hint(error, "make it for the user of the night, or name another one with "
                                 "--state");
        return -1;
    }
    fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno),
                    "the state folder \"%s\": %s", state->path, g_strerror(errno));
        return -1;
    }
    if (!is_ours(state, fd, error)) {
        close(fd);
        return -1;
    }
    return fd;
}

static gboolean
take_lock(SettleNightState *state, GError **error)
{
    state->lock = openat(state->folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (state->lock < 0)
        return fail(state, "lock", error);
    if (flock(state->lock, LOCK_EX | LOCK_NB) == 0)
        return TRUE;
    if (errno != EWOULDBLOCK)
        return fail(state, "lock", error);
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LOCKED, "another night is at work with %s",
                state->path);
    return FALSE;
}

/* --- texts that only grow --------------------------------------------------------------------- */

/* The whole lines of a file; "" if it is not there. A line that a death has cut off does not count.
 */
static char *
read_lines(const SettleNightState *state, const char *name, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int fd = openat(state->folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    char block[65536];
    ssize_t n = 0;

    if (fd < 0 && errno != ENOENT) {
        fail(state, name, error);
        return NULL;
    }
    while (fd >= 0 && text->len < MOST_TEXT && (n = read(fd, block, sizeof block)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        g_string_append_len(text, block, n);
    }
    if (n < 0)
        fail(state, name, error);
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return NULL;
    while (text->len > 0 && text->str[text->len - 1] != '\n')
        g_string_truncate(text, text->len - 1);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Adds a line after the last whole one, and sees that it is on the disk. */
static gboolean
add_line(const SettleNightState *state, const char *name, const char *line, GError **error)
{
    g_autofree char *whole = read_lines(state, name, error);
    gsize there, length = strlen(line);
    int fd;
    gboolean ok;

    if (whole == NULL)
        return FALSE;
    there = strlen(whole);
    fd = openat(state->folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    ok = fd >= 0 && ftruncate(fd, (off_t) there) == 0;
    if (ok) {
        ssize_t n = pwrite(fd, line, length, (off_t) there);

        if (n >= 0 && (gsize) n != length)
            errno = ENOSPC;
        ok = n == (ssize_t) length && fsync(fd) == 0;
    }
    if (!ok)
        fail(state, name, error);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* --- what was taken in ------------------------------------------------------------------------ */

static void
remember(SettleNightState *state, SettleNightTaken *taken)
{
    g_ptr_array_add(state->taken, taken);
    g_hash_table_insert(state->by_name, taken->entry->file, taken);
}

/* A line is one of a manifest, with the batch before it: "12,orders.csv,orders,...". */
static gboolean
load_taken(SettleNightState *state, GError **error)
{
    g_autofree char *text = read_lines(state, TAKEN, error);
    g_auto(GStrv) lines = text != NULL ? g_strsplit(text, "\n", -1) : NULL;

    if (lines == NULL)
        return FALSE;
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *comma = strchr(lines[i], ',');
        g_autofree char *one = NULL;
        g_autoptr(SettleManifest) manifest = NULL;
        SettleNightTaken *taken;

        if (lines[i][0] == '\0')
            continue;
        one =
            g_strdup_printf(SETTLE_MANIFEST_HEADER "\n%s\nend,1\n", comma != NULL ? comma + 1 : "");
        manifest = settle_manifest_parse(TAKEN, one, strlen(one), NULL);
        if (manifest == NULL || manifest->entries->len != 1) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "%s/" TAKEN ":%u is damaged",
                        state->path, i + 1);
            settle_error_hint(error, "take the line out: the database knows what was taken in");
            return FALSE;
        }
        taken = g_new0(SettleNightTaken, 1);
        taken->batch_id = (int32_t) g_ascii_strtoll(lines[i], NULL, 10);
        taken->entry = g_ptr_array_steal_index(manifest->entries, 0);
        remember(state, taken);
    }
    return TRUE;
}

static SettleManifestEntry *
copy_entry(const SettleManifestEntry *entry)
{
    SettleManifestEntry *copy = g_new(SettleManifestEntry, 1);

    *copy = *entry;
    copy->file = g_strdup(entry->file);
    copy->sum = g_strdup(entry->sum);
    copy->carrier = g_strdup(entry->carrier);
    return copy;
}

gboolean
settle_night_note_taken(SettleNightState *state, const SettleManifestEntry *entry, int32_t batch_id,
                        GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    SettleNightTaken *taken;

    g_string_printf(line, "%d,", batch_id);
    settle_manifest_append(line, entry);
    g_string_append_c(line, '\n');
    if (!settle_failpoint(NIGHT_TAKEN_WRITE, error) || !add_line(state, TAKEN, line->str, error) ||
        !settle_failpoint(NIGHT_TAKEN_NOTED, error))
        return FALSE;
    taken = g_new0(SettleNightTaken, 1);
    taken->batch_id = batch_id;
    taken->entry = copy_entry(entry);
    remember(state, taken);
    return TRUE;
}

int
settle_night_scratch(const SettleNightState *state, GError **error)
{
    int fd;

    settle_night_drop_scratch(state);
    if (!settle_failpoint(NIGHT_SCRATCH, error))
        return -1;
    fd = openat(state->folder, SCRATCH, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        fail(state, SCRATCH, error);
    return fd;
}

void
settle_night_drop_scratch(const SettleNightState *state)
{
    unlinkat(state->folder, SCRATCH, 0);
}

/* Whether done/ has that name; then the copy gets the batch's number after it. */
static gboolean
is_there(const SettleNightState *state, const char *name)
{
    struct stat about;

    return fstatat(state->done, name, &about, AT_SYMLINK_NOFOLLOW) == 0;
}

gboolean
settle_night_keep(SettleNightState *state, const SettleManifestEntry *entry, int32_t batch_id,
                  GError **error)
{
    g_autofree char *name = g_strdup(entry->file);
    const SettleNightTaken *before = g_hash_table_lookup(state->by_name, entry->file);

    if (before == NULL || memcmp(before->entry->sha256, entry->sha256, sizeof entry->sha256) != 0) {
        if (!settle_night_note_taken(state, entry, batch_id, error))
            return FALSE;
    } else if (is_there(state, name)) {
        settle_night_drop_scratch(state);
        return TRUE;
    }
    if (is_there(state, name)) {
        g_free(name);
        name = g_strdup_printf("%s.%d", entry->file, batch_id);
    }
    if (renameat(state->folder, SCRATCH, state->done, name) != 0 || fsync(state->done) != 0)
        return fail(state, "done", error);
    return settle_failpoint(NIGHT_KEPT, error);
}

/* The copy has the file's name, or that and the batch's number. */
int
settle_night_open_kept(const SettleNightState *state, const SettleNightTaken *taken, GError **error)
{
    for (int i = 0; i < 2; i++) {
        g_autofree char *name = i == 0
                                    ? g_strdup(taken->entry->file)
                                    : g_strdup_printf("%s.%d", taken->entry->file, taken->batch_id);
        g_autofree char *block = g_malloc(65536);
        g_autoptr(SettleDigest) digest = settle_digest_new();
        uint8_t sha256[SETTLE_DIGEST_BYTES];
        int fd = openat(state->done, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        ssize_t n = 0;

        while (fd >= 0 && (n = read(fd, block, 65536)) != 0) {
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                break;
            settle_digest_update(digest, block, (size_t) n);
        }
        if (fd >= 0 && n == 0) {
            settle_digest_finish(digest, sha256);
            if (memcmp(sha256, taken->entry->sha256, sizeof sha256) == 0 &&
                lseek(fd, 0, SEEK_SET) == 0)
                return fd;
        }
        if (fd >= 0)
            close(fd);
    }
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "the copy of \"%s\" in done/ is not there, or not what was taken in",
                taken->entry->file);
    return -1;
}

/* --- heads ------------------------------------------------------------------------------------ */

char *
settle_night_last_head(const SettleNightState *state, GError **error)
{
    g_autofree char *text = read_lines(state, HEADS, error);
    char *start;

    if (text == NULL || *text == '\0')
        return NULL;
    text[strlen(text) - 1] = '\0';
    start = strrchr(text, '\n');
    return g_strdup(start != NULL ? start + 1 : text);
}

gboolean
settle_night_note_head(const SettleNightState *state, const char *head, GError **error)
{
    GError *failure = NULL;
    g_autofree char *last = settle_night_last_head(state, &failure);
    g_autofree char *line = g_strconcat(head, "\n", NULL);

    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (g_strcmp0(last, head) == 0)
        return TRUE;
    return settle_failpoint(NIGHT_HEAD_WRITE, error) && add_line(state, HEADS, line, error) &&
           settle_failpoint(NIGHT_HEAD_NOTED, error);
}

SettleNightState *
settle_night_state_open(const char *path, GError **error)
{
    g_autoptr(SettleNightState) state = g_new0(SettleNightState, 1);

    state->folder = state->done = state->lock = -1;
    state->path = g_strdup(path);
    state->taken = g_ptr_array_new_with_free_func(taken_free);
    state->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    state->folder = open_folder(state, AT_FDCWD, path, error);
    if (state->folder < 0 || !take_lock(state, error))
        return NULL;
    state->done = open_folder(state, state->folder, "done", error);
    if (state->done < 0 || !load_taken(state, error))
        return NULL;
    return g_steal_pointer(&state);
}

gboolean
settle_night_keep_text(SettleNightState *state, const char *name, const char *text, gsize length,
                       GError **error)
{
    int fd = openat(state->done, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    gboolean ok = fd >= 0 && write(fd, text, length) == (ssize_t) length && fsync(fd) == 0 &&
                  fsync(state->done) == 0;
    int failed = errno;

    if (fd >= 0)
        close(fd);
    if (ok || (fd < 0 && failed == EEXIST))
        return TRUE;
    errno = failed;
    return fail(state, "done", error);
}

char *
settle_night_read_kept(const SettleNightState *state, const char *name, gsize most_bytes,
                       gsize *ret_length)
{
    int fd = openat(state->done, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    g_autofree char *text = g_malloc(most_bytes);
    ssize_t n = fd >= 0 ? read(fd, text, most_bytes) : -1;

    if (fd >= 0)
        close(fd);
    *ret_length = (gsize) MAX(n, 0);
    return n < 0 ? NULL : g_steal_pointer(&text);
}
