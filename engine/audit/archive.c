/* Verify, what senders sent: their signatures, and an archive of the files against the batches. */
#include "audit/state.h"

#include "base/printable.h"
#include "base/signature.h"
#include "store/sql.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

/* --- signatures ------------------------------------------------------------------------------- */

typedef struct {
    int32_t run_id;
    char *place, *carrier;
    gboolean due, own, is_there, holds;
} Signed;

static void
judge(SettleAudit *audit, Signed *one)
{
    const char *place = one->place;

    if (one->due && !one->is_there)
        settle_audit_note(audit, one->run_id, place, "it is not signed, and %s signed what it sent",
                          one->carrier);
    else if (one->is_there && !one->holds)
        settle_audit_note(audit, one->run_id, place,
                          "its signature is not that of %s over its SHA-256", one->carrier);
    else if (one->due && one->own)
        settle_audit_note(audit, one->run_id, place, "who took it in had decided on the key of %s",
                          one->carrier);
    g_clear_pointer(&one->place, g_free);
    g_clear_pointer(&one->carrier, g_free);
}

static char *
text_of(const SettleReader *reader, int column)
{
    size_t length;
    const char *text = settle_reader_text(reader, column, &length);

    return g_strndup(text, length);
}

gboolean
settle_audit_signatures(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(SettleReader) reader = settle_store_read(store, settle_sql_verify_signatures, "");
    Signed one = {.carrier = NULL};

    while (settle_reader_next(reader)) {
        size_t length, n;
        g_autofree char *place = text_of(reader, SQL_VERIFY_SIGNATURES_PLACE),
                        *carrier = text_of(reader, SQL_VERIFY_SIGNATURES_CARRIER);
        const uint8_t *key, *digest, *signature;

        if (one.carrier != NULL &&
            (strcmp(one.place, place) != 0 || strcmp(one.carrier, carrier) != 0))
            judge(audit, &one);
        if (one.carrier == NULL)
            one = (Signed){.run_id = settle_reader_i32(reader, SQL_VERIFY_SIGNATURES_RUN_ID),
                           .place = g_steal_pointer(&place),
                           .carrier = g_steal_pointer(&carrier)};
        one.due = one.due || settle_reader_bool(reader, SQL_VERIFY_SIGNATURES_IS_DUE);
        one.own = one.own || settle_reader_bool(reader, SQL_VERIFY_SIGNATURES_IS_OWN);
        if (settle_reader_is_null(reader, SQL_VERIFY_SIGNATURES_FILE_SIGNATURE) ||
            settle_reader_is_null(reader, SQL_VERIFY_SIGNATURES_FILE_SHA256))
            continue;
        one.is_there = TRUE;
        key = (const uint8_t *) settle_reader_text(reader, SQL_VERIFY_SIGNATURES_KEY, &n);
        digest = (const uint8_t *) settle_reader_text(reader, SQL_VERIFY_SIGNATURES_FILE_SHA256,
                                                      &length);
        signature = (const uint8_t *) settle_reader_text(
            reader, SQL_VERIFY_SIGNATURES_FILE_SIGNATURE, &length);
        if (n == SETTLE_SENDER_KEY_BYTES && length == SETTLE_SIGNATURE_BYTES &&
            settle_signature_holds(key, signature, digest))
            one.holds = TRUE;
    }
    if (one.carrier != NULL)
        judge(audit, &one);
    return settle_reader_end(reader, error);
}

/* --- files ------------------------------------------------------------------------------------ */

typedef struct {
    int32_t batch_id;
    char *name;
    gboolean found;
} Taken;

typedef struct {
    SettleAudit *audit;
    GHashTable *by_digest; /* hex -> GPtrArray of Taken */
    GHashTable *by_name;   /* -> Taken, the last of that name */
    GHashTable *changed;   /* Taken: a file of its name has another content */
} Archive;

static void
free_taken(gpointer data)
{
    g_free(((Taken *) data)->name);
    g_free(data);
}

static gboolean
hash_file(int fd, char ret_hex[SETTLE_DIGEST_HEX_BYTES])
{
    g_autofree char *block = g_malloc(BLOCK);
    g_autoptr(SettleDigest) digest = settle_digest_new();
    uint8_t bytes[SETTLE_DIGEST_BYTES];
    ssize_t n;

    while ((n = read(fd, block, BLOCK)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        settle_digest_update(digest, block, (size_t) n);
    }
    settle_digest_finish(digest, bytes);
    settle_digest_hex(bytes, ret_hex);
    return TRUE;
}

static void
look_at(Archive *archive, int fd, const char *name)
{
    g_autofree char *shown = settle_printable(name, -1), *place = g_strconcat("file ", shown, NULL);
    char hex[SETTLE_DIGEST_HEX_BYTES];
    const GPtrArray *taken;
    Taken *named;

    if (!hash_file(fd, hex)) {
        settle_audit_note(archive->audit, 0, place, "cannot be read: %s", g_strerror(errno));
        return;
    }
    taken = g_hash_table_lookup(archive->by_digest, hex);
    for (guint i = 0; taken != NULL && i < taken->len; i++)
        ((Taken *) g_ptr_array_index(taken, i))->found = TRUE;
    if (taken != NULL)
        return;
    named = g_hash_table_lookup(archive->by_name, name);
    if (named == NULL) {
        settle_audit_note(archive->audit, 0, place, "is in no batch");
        return;
    }
    settle_audit_note(archive->audit, 0, place, "is not what batch %d read under this name",
                      named->batch_id);
    g_hash_table_add(archive->changed, named);
}

/* Regular files of the folder itself; signatures, and what begins with a dot, are no files that
 * were taken in. */
static gboolean
look_at_all(Archive *archive, const char *folder, GError **error)
{
    int own = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = own >= 0 ? fdopendir(own) : NULL;
    const struct dirent *entry;

    if (dir == NULL) {
        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno), "the folder \"%s\": %s",
                    folder, g_strerror(errno));
        if (own >= 0)
            close(own);
        return FALSE;
    }
    while ((entry = readdir(dir)) != NULL) {
        struct stat about;
        int fd;

        if (entry->d_name[0] == '.' || g_str_has_suffix(entry->d_name, SETTLE_SIGNATURE_SUFFIX))
            continue;
        fd = openat(own, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
            look_at(archive, fd, entry->d_name);
        if (fd >= 0)
            close(fd);
    }
    closedir(dir);
    return TRUE;
}

gboolean
settle_audit_files(SettleAudit *audit, SettleStore *store, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(free_taken);
    g_autoptr(GHashTable) by_digest =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref),
                          by_name = g_hash_table_new(g_str_hash, g_str_equal),
                          changed = g_hash_table_new(NULL, NULL);
    Archive archive = {audit, by_digest, by_name, changed};
    g_autoptr(SettleReader) reader = settle_store_read(store, settle_sql_verify_files, "");

    while (settle_reader_next(reader)) {
        Taken *taken = g_new0(Taken, 1);
        char hex[SETTLE_DIGEST_HEX_BYTES];
        size_t length;
        const char *name;
        GPtrArray *same;

        taken->batch_id = settle_reader_i32(reader, SQL_VERIFY_FILES_BATCH_ID);
        name = settle_reader_text(reader, SQL_VERIFY_FILES_FILE_NAME, &length);
        taken->name = g_strndup(name, length);
        settle_digest_hex(
            (const uint8_t *) settle_reader_text(reader, SQL_VERIFY_FILES_FILE_SHA256, &length),
            hex);
        g_ptr_array_add(all, taken);
        same = g_hash_table_lookup(by_digest, hex);
        if (same == NULL) {
            same = g_ptr_array_new();
            g_hash_table_insert(by_digest, g_strdup(hex), same);
        }
        g_ptr_array_add(same, taken);
        g_hash_table_insert(by_name, taken->name, taken);
    }
    if (!settle_reader_end(reader, error) || !look_at_all(&archive, folder, error))
        return FALSE;
    for (guint i = 0; i < all->len; i++) {
        const Taken *taken = g_ptr_array_index(all, i);
        g_autofree char *place = g_strdup_printf("batch %d", taken->batch_id);
        g_autofree char *shown = settle_printable(taken->name, -1);

        if (!taken->found && !g_hash_table_contains(changed, taken))
            settle_audit_note(audit, 0, place, "its file %s is not in the archive", shown);
    }
    return TRUE;
}
