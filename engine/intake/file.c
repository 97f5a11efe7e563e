/* What is kept of a file beside its rows: name, size and SHA-256, and whose it is. */
#include "intake/job.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

gboolean
settle_intake_take_file(SettleIntakeJob *job, GError **error)
{
    const char *carrier = job->options.carrier;

    if (!settle_intake_source_file_sum(job->source, job->sha256, &job->file_bytes))
        return TRUE;
    job->is_file = TRUE;
    job->file_name = job->options.file_name != NULL ? g_strdup(job->options.file_name)
                                                    : g_path_get_basename(job->name);
    if (carrier != NULL) {
        g_autoptr(SettleResult) row =
            settle_store_query(job->store, settle_sql_deposit_party, error, "is",
                               (int32_t) SETTLE_DIM_CARRIER, carrier);

        if (row == NULL)
            return FALSE;
        if (settle_result_rows(row) == 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no carrier \"%s\"",
                        carrier);
            return FALSE;
        }
        settle_intake_see_carrier(job, settle_result_i32(row, 0, SQL_DEPOSIT_PARTY_ID));
    }
    return TRUE;
}

gboolean
settle_intake_find_same_file(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleResult) row = NULL;

    if (!job->is_file)
        return TRUE;
    row = settle_store_query(job->store, settle_sql_intake_same_file, error, "ysi", job->sha256,
                             sizeof job->sha256, settle_file_kind_name(job->kind), job->batch_id);
    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) > 0) {
        job->same_batch = settle_result_i32(row, 0, SQL_INTAKE_SAME_FILE_BATCH_ID);
        job->same_file = g_strdup(settle_result_text(row, 0, SQL_INTAKE_SAME_FILE_FILE_NAME));
    }
    return TRUE;
}

void
settle_intake_see_carrier(SettleIntakeJob *job, int32_t carrier_id)
{
    guint at = 0;

    if (carrier_id == job->last_carrier)
        return;
    job->last_carrier = carrier_id;
    while (at < job->carriers->len && g_array_index(job->carriers, int32_t, at) < carrier_id)
        at++;
    if (at == job->carriers->len || g_array_index(job->carriers, int32_t, at) != carrier_id)
        g_array_insert_val(job->carriers, at, carrier_id);
}

char *
settle_intake_read_signature(const char *file, gsize *ret_length)
{
    g_autofree char *name = g_strconcat(file, SETTLE_SIGNATURE_SUFFIX, NULL);
    g_autofree char *text = g_malloc(SETTLE_SIGNATURE_FILE_MAX + 1);
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, SETTLE_SIGNATURE_FILE_MAX + 1) : -1;

    if (fd >= 0)
        close(fd);
    *ret_length = n > 0 ? (gsize) n : 0;
    return n < 0 ? NULL : g_steal_pointer(&text);
}

/* A file and what lies beside it as its signature; NULL: nothing. */
typedef struct {
    const char *name;
    const uint8_t *sha256;
    const char *signature;
    gsize signature_length;
} SignedFile;

/* Why it is not signed by that sender; NULL: it is, and ret_signature is the signature. */
static char *
sender_fault(const SignedFile *file, const char *carrier, const uint8_t *key,
             uint8_t ret_signature[SETTLE_SIGNATURE_BYTES])
{
    if (file->signature == NULL)
        return g_strdup_printf(SETTLE_INTAKE_NOT_SIGNED
                               "%s signs what it sends, and there is no %s" SETTLE_SIGNATURE_SUFFIX,
                               carrier, file->name);
    if (!settle_signature_parse(file->signature, file->signature_length, ret_signature))
        return g_strdup_printf(SETTLE_INTAKE_NOT_SIGNED
                               "%s" SETTLE_SIGNATURE_SUFFIX
                               " holds no signature: 64 bytes, or these in base64",
                               file->name);
    if (!settle_signature_holds(key, ret_signature, file->sha256))
        return g_strdup_printf(SETTLE_INTAKE_NOT_SIGNED
                               "%s" SETTLE_SIGNATURE_SUFFIX " is not the signature of %s over this "
                               "file: it was changed, or another key signed it",
                               file->name, carrier);
    return NULL;
}

/* The same of all senders whose keys these are. */
static char *
senders_fault(const SignedFile *file, const SettleResult *keys,
              uint8_t ret_signature[SETTLE_SIGNATURE_BYTES])
{
    char *fault = NULL;

    for (int row = 0; row < settle_result_rows(keys) && fault == NULL; row++) {
        size_t length;
        const uint8_t *key = settle_result_bytes(keys, row, SQL_SENDER_KEYS_HELD_KEY, &length);

        settle_invariant(length == SETTLE_SENDER_KEY_BYTES);
        fault = sender_fault(file, settle_result_text(keys, row, SQL_SENDER_KEYS_HELD_CARRIER),
                             key, ret_signature);
    }
    return fault;
}

gboolean
settle_intake_check_sender(SettleIntakeJob *job, gboolean staged, char **ret_refused,
                           GError **error)
{
    const SignedFile file = {job->file_name, job->sha256, job->options.signature,
                             job->options.signature_length};
    g_autoptr(SettleResult) keys = NULL;

    if ((!job->is_file && !staged) || settle_file_kind(job->kind)->sort == SETTLE_SORT_MASTER)
        return TRUE;
    keys = settle_store_query(job->store, settle_sql_intake_sender_keys, error, "I",
                              job->carriers->data, (size_t) job->carriers->len);
    if (keys == NULL)
        return FALSE;
    if (settle_result_rows(keys) > 0)
        *ret_refused =
            staged ? g_strdup_printf(
                         "%s signs what it sends: its rows come in by files, not by staging",
                         settle_result_text(keys, 0, SQL_SENDER_KEYS_HELD_CARRIER))
                   : senders_fault(&file, keys, job->signature);
    job->is_signed = settle_result_rows(keys) > 0 && *ret_refused == NULL;
    return TRUE;
}

gboolean
settle_intake_signature_fault(SettleStore *store, int32_t batch_id, const char *name,
                              const uint8_t sha256[SETTLE_DIGEST_BYTES], const char *signature,
                              gsize length, char **ret_fault, GError **error)
{
    const SignedFile file = {name, sha256, signature, length};
    uint8_t bytes[SETTLE_SIGNATURE_BYTES];
    g_autoptr(SettleResult) keys =
        settle_store_query(store, settle_sql_intake_sender_keys_of_batch, error, "i", batch_id);

    if (keys == NULL)
        return FALSE;
    *ret_fault = senders_fault(&file, keys, bytes);
    return TRUE;
}
