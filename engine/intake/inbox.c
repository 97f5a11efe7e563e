/* Reads a drop folder that others write, without being led out of it. */
#include "intake/inbox.h"

#include "base/printable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (1024 * 1024)

struct SettleInbox {
    int folder;
};

SettleInbox *
settle_inbox_open(const char *path, GError **error)
{
    SettleInbox *inbox;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0) {
        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno), "the inbox \"%s\": %s", path,
                    g_strerror(errno));
        return NULL;
    }
    inbox = g_new0(SettleInbox, 1);
    inbox->folder = folder;
    return inbox;
}

void
settle_inbox_free(SettleInbox *inbox)
{
    if (inbox == NULL)
        return;
    close(inbox->folder);
    g_free(inbox);
}

/* Upwards by "..", which names and links cannot mislead. */
gboolean
settle_inbox_holds_folder(const SettleInbox *inbox, int folder, gboolean *ret_holds, GError **error)
{
    struct stat own, here, above;
    int at = dup(folder);
    gboolean ok = at >= 0 && fstat(inbox->folder, &own) == 0 && fstat(at, &here) == 0;

    *ret_holds = FALSE;
    while (ok) {
        int next;

        if (here.st_dev == own.st_dev && here.st_ino == own.st_ino) {
            *ret_holds = TRUE;
            break;
        }
        next = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        ok = next >= 0 && fstat(next, &above) == 0;
        close(at);
        at = next;
        if (ok && above.st_dev == here.st_dev && above.st_ino == here.st_ino)
            break;
        here = above;
    }
    if (!ok)
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "where a folder lies cannot be told: %s",
                    g_strerror(errno));
    if (at >= 0)
        close(at);
    return ok;
}

const char *
settle_inbox_name_fault(const char *name, gsize length)
{
    if (length == 0)
        return "no file is named";
    if (length > SETTLE_INBOX_MAX_NAME)
        return "the name is longer than 200 bytes";
    if (memchr(name, '/', length) != NULL)
        return "the name leads to another folder";
    if (name[0] == '.')
        return "the name begins with a dot";
    if (!settle_is_printable(name, (gssize) length))
        return "the name has characters that cannot be seen";
    return NULL;
}

static gboolean
ends_with(const char *name, const char *end)
{
    gsize n = strlen(name), m = strlen(end);

    return n >= m && g_ascii_strcasecmp(name + n - m, end) == 0;
}

gboolean
settle_inbox_is_temporary(const char *name)
{
    return name[0] == '.' || ends_with(name, ".part") || ends_with(name, ".tmp");
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static gboolean
is_folder(int folder, const struct dirent *entry)
{
    struct stat about;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(folder, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(about.st_mode);
}

gboolean
settle_inbox_names(const SettleInbox *inbox, GPtrArray **ret_names, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    int own = openat(inbox->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = own >= 0 ? fdopendir(own) : NULL;
    int failed = 0;

    while (folder != NULL && names->len < SETTLE_INBOX_MAX_NAMES) {
        const struct dirent *entry;

        errno = 0;
        entry = readdir(folder);
        if (entry == NULL) {
            failed = errno;
            break;
        }
        if (!settle_inbox_is_temporary(entry->d_name) && !is_folder(own, entry))
            g_ptr_array_add(names, g_strdup(entry->d_name));
    }
    if (folder == NULL)
        failed = errno;
    if (folder != NULL)
        closedir(folder);
    else if (own >= 0)
        close(own);
    if (failed != 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "the inbox cannot be read: %s",
                    g_strerror(failed));
        return FALSE;
    }
    g_ptr_array_sort(names, compare_names);
    *ret_names = g_steal_pointer(&names);
    return TRUE;
}

gboolean
settle_inbox_same(const SettleInboxSeen *a, const SettleInboxSeen *b)
{
    return a->device == b->device && a->inode == b->inode && a->size_bytes == b->size_bytes &&
           a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static const char *
fault_of(const struct stat *about)
{
    if (S_ISLNK(about->st_mode))
        return "is a link; links are not followed";
    if (S_ISDIR(about->st_mode))
        return "is a folder";
    if (!S_ISREG(about->st_mode))
        return "is no regular file";
    if (about->st_nlink != 1)
        return "has a second name elsewhere (a hard link)";
    if (about->st_size > SETTLE_INBOX_MAX_FILE)
        return "is larger than 8 GiB";
    return NULL;
}

static SettleInboxSeen
seen_of(const struct stat *about)
{
    return (SettleInboxSeen){.device = about->st_dev,
                             .inode = about->st_ino,
                             .size_bytes = about->st_size,
                             .modified = about->st_mtim,
                             .changed = about->st_ctim};
}

static SettleInboxState
unreadable(int number, char **ret_fault)
{
    *ret_fault = g_strdup_printf("cannot be read: %s", g_strerror(number));
    return SETTLE_INBOX_UNREADABLE;
}

static SettleInboxState
changing(char **ret_fault)
{
    *ret_fault = g_strdup("is still being written");
    return SETTLE_INBOX_CHANGING;
}

SettleInboxState
settle_inbox_look(const SettleInbox *inbox, const char *name, SettleInboxSeen *ret_seen,
                  char **ret_fault)
{
    struct stat about;
    const char *fault = settle_inbox_name_fault(name, strlen(name));

    *ret_fault = NULL;
    if (fault == NULL && fstatat(inbox->folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? SETTLE_INBOX_ABSENT : unreadable(errno, ret_fault);
    if (fault == NULL)
        fault = fault_of(&about);
    if (fault != NULL) {
        *ret_fault = g_strdup(fault);
        return SETTLE_INBOX_UNFIT;
    }
    *ret_seen = seen_of(&about);
    return SETTLE_INBOX_THERE;
}

/* Opens what was seen, and nothing else: between look and open the name may have got another
 * meaning. */
static SettleInboxState
open_seen(const SettleInbox *inbox, const char *name, const SettleInboxSeen *seen, int *ret_fd,
          char **ret_fault)
{
    int fd = openat(inbox->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat about;
    SettleInboxSeen now;

    if (fd < 0 && errno != ELOOP && errno != ENOENT && errno != ENXIO)
        return unreadable(errno, ret_fault);
    if (fd >= 0 && fstat(fd, &about) == 0 && fault_of(&about) == NULL) {
        now = seen_of(&about);
        if (settle_inbox_same(&now, seen)) {
            *ret_fd = fd;
            return SETTLE_INBOX_THERE;
        }
    }
    if (fd >= 0)
        close(fd);
    return changing(ret_fault);
}

typedef gboolean (*Take)(gpointer user_data, const char *bytes, gsize n, GError **error);

/* Reads the file to its end, which must be where it was seen. */
static SettleInboxState
read_seen(const SettleInbox *inbox, const char *name, const SettleInboxSeen *seen, Take take,
          gpointer user_data, char **ret_fault, GError **error)
{
    g_autofree char *block = g_malloc(BLOCK);
    struct stat about;
    SettleInboxSeen now;
    int64_t done = 0;
    int fd;
    SettleInboxState state = open_seen(inbox, name, seen, &fd, ret_fault);

    if (state != SETTLE_INBOX_THERE)
        return state;
    while (state == SETTLE_INBOX_THERE && done <= seen->size_bytes) {
        ssize_t n = read(fd, block, BLOCK);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            state = unreadable(errno, ret_fault);
        if (n <= 0)
            break;
        done += n;
        if (!take(user_data, block, (gsize) n, error))
            state = SETTLE_INBOX_FAILED;
    }
    if (state == SETTLE_INBOX_THERE) {
        gboolean there = fstat(fd, &about) == 0;

        now = seen_of(&about);
        if (!there || done != seen->size_bytes || !settle_inbox_same(&now, seen))
            state = changing(ret_fault);
    }
    close(fd);
    return state;
}

typedef struct {
    int to;
    SettleDigest *digest;
} Copy;

static gboolean
write_copy(gpointer user_data, const char *bytes, gsize n, GError **error)
{
    const Copy *copy = user_data;

    settle_digest_update(copy->digest, bytes, n);
    while (n > 0) {
        ssize_t written = write(copy->to, bytes, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "the copy cannot be written: %s",
                        g_strerror(errno));
            return FALSE;
        }
        bytes += written;
        n -= (gsize) written;
    }
    return TRUE;
}

SettleInboxState
settle_inbox_copy(const SettleInbox *inbox, const char *name, const SettleInboxSeen *seen, int to,
                  uint8_t ret_sha256[SETTLE_DIGEST_BYTES], char **ret_fault, GError **error)
{
    g_autoptr(SettleDigest) digest = settle_digest_new();
    Copy copy = {to, digest};
    SettleInboxState state;

    *ret_fault = NULL;
    state = read_seen(inbox, name, seen, write_copy, &copy, ret_fault, error);
    if (state == SETTLE_INBOX_THERE)
        settle_digest_finish(digest, ret_sha256);
    return state;
}

static gboolean
append(gpointer user_data, const char *bytes, gsize n, G_GNUC_UNUSED GError **error)
{
    g_string_append_len(user_data, bytes, (gssize) n);
    return TRUE;
}

SettleInboxState
settle_inbox_read(const SettleInbox *inbox, const char *name, gsize most_bytes, char **ret_text,
                  gsize *ret_length, char **ret_fault)
{
    SettleInboxSeen seen;
    SettleInboxState state = settle_inbox_look(inbox, name, &seen, ret_fault);
    GString *text;

    if (state != SETTLE_INBOX_THERE)
        return state;
    if (seen.size_bytes > (int64_t) most_bytes) {
        *ret_fault = g_strdup_printf("is larger than %zu bytes", most_bytes);
        return SETTLE_INBOX_UNFIT;
    }
    text = g_string_new(NULL);
    state = read_seen(inbox, name, &seen, append, text, ret_fault, NULL);
    if (state != SETTLE_INBOX_THERE) {
        g_string_free(text, TRUE);
        return state;
    }
    *ret_length = text->len;
    *ret_text = g_string_free(text, FALSE);
    return state;
}

SettleInboxState
settle_inbox_remove(const SettleInbox *inbox, const char *name, const SettleInboxSeen *seen,
                    char **ret_fault)
{
    SettleInboxSeen now;
    SettleInboxState state = settle_inbox_look(inbox, name, &now, ret_fault);

    if (state != SETTLE_INBOX_THERE)
        return state;
    if (!settle_inbox_same(&now, seen))
        return changing(ret_fault);
    if (unlinkat(inbox->folder, name, 0) == 0)
        return SETTLE_INBOX_THERE;
    *ret_fault = g_strdup_printf("cannot be taken away: %s", g_strerror(errno));
    return SETTLE_INBOX_UNREADABLE;
}
