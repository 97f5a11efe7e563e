/* Intake, kept records: the text of each record in an unlinked temporary file, for those that are
 * put aside only after sorting. */
#include "intake/keep.h"

#include "base/error.h"
#include "base/failpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK (1024 * 1024)

struct SettleKeep {
    int fd;
    uint64_t written;
    char *block; /* what is not written yet */
    size_t used;
    GByteArray *answer;
};

int
settle_keep_open_file(GError **error)
{
    const char *folder = g_getenv("TMPDIR");
    if (folder == NULL || *folder == '\0')
        folder = "/var/tmp"; /* on disk: /tmp is often memory */
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) { /* a file system without O_TMPFILE */
        g_autofree char *path = g_build_filename(folder, "settle-XXXXXX", NULL);
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO, "no temporary file in %s: %s", folder,
                    g_strerror(errno));
    return fd;
}

SettleKeep *
settle_keep_new(void)
{
    SettleKeep *keep = g_new0(SettleKeep, 1);
    keep->fd = -1;
    keep->block = g_malloc(BLOCK);
    keep->answer = g_byte_array_new();
    return keep;
}

void
settle_keep_free(SettleKeep *keep)
{
    if (keep == NULL)
        return;
    if (keep->fd >= 0)
        close(keep->fd);
    g_free(keep->block);
    g_byte_array_unref(keep->answer);
    g_free(keep);
}

static gboolean
flush(SettleKeep *keep, GError **error)
{
    if (!settle_failpoint(INTAKE_KEEP_WRITE, error))
        return FALSE;
    if (keep->fd < 0 && (keep->fd = settle_keep_open_file(error)) < 0)
        return FALSE;
    for (size_t done = 0; done < keep->used;) {
        ssize_t n =
            pwrite(keep->fd, keep->block + done, keep->used - done, (off_t) (keep->written + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO,
                        "writing of temporary file failed: %s", g_strerror(errno));
            return FALSE;
        }
        done += (size_t) n;
    }
    keep->written += keep->used;
    keep->used = 0;
    return TRUE;
}

gboolean
settle_keep_add(SettleKeep *keep, const void *bytes, size_t length, uint64_t *ret_at,
                GError **error)
{
    *ret_at = keep->written + keep->used;
    for (const char *from = bytes; length > 0;) {
        if (keep->used == BLOCK && !flush(keep, error))
            return FALSE;
        size_t part = MIN(length, BLOCK - keep->used);
        memcpy(keep->block + keep->used, from, part);
        keep->used += part;
        from += part;
        length -= part;
    }
    return TRUE;
}

gboolean
settle_keep_read(SettleKeep *keep, uint64_t at, size_t length, const char **ret_bytes,
                 GError **error)
{
    g_byte_array_set_size(keep->answer, (guint) length + 1);
    char *to = (char *) keep->answer->data;
    size_t done = 0;
    while (done < length && at + done < keep->written) {
        size_t want = MIN(length - done, keep->written - (at + done));
        ssize_t n = pread(keep->fd, to + done, want, (off_t) (at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_IO,
                        "reading of temporary file failed: %s", g_strerror(n == 0 ? EIO : errno));
            return FALSE;
        }
        done += (size_t) n;
    }
    if (done < length)
        memcpy(to + done, keep->block + (at + done - keep->written), length - done);
    to[length] = '\0';
    *ret_bytes = to;
    return TRUE;
}
