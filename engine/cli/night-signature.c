/* The signatures of a night's files: FILE.sig beside FILE, in the drop folder and in done/. */
#include "base/signature.h"
#include "cli/night.h"
#include "intake/intake.h"

#include <string.h>

static char *
name_of(const char *file)
{
    return g_strconcat(file, SETTLE_SIGNATURE_SUFFIX, NULL);
}

char *
settle_night_read_signature(const SettleNight *night, const char *file, gboolean kept,
                            gsize *ret_length)
{
    g_autofree char *name = name_of(file), *fault = NULL;
    char *text = NULL;

    if (kept)
        return settle_night_read_kept(night->state, name, SETTLE_SIGNATURE_FILE_MAX, ret_length);
    return settle_inbox_read(night->inbox, name, SETTLE_SIGNATURE_FILE_MAX, &text, ret_length,
                             &fault) == SETTLE_INBOX_THERE
               ? text
               : NULL;
}

gboolean
settle_night_keep_signature(const SettleNight *night, const char *file, const char *signature,
                            gsize length, GError **error)
{
    g_autofree char *name = name_of(file), *fault = NULL, *unmoved = NULL;
    SettleInboxSeen seen;

    if (signature == NULL)
        return TRUE;
    if (!settle_night_keep_text(night->state, name, signature, length, error))
        return FALSE;
    /* where it cannot be taken away it does no harm: its file is known by now */
    if (settle_inbox_look(night->inbox, name, &seen, &fault) == SETTLE_INBOX_THERE)
        settle_inbox_remove(night->inbox, name, &seen, &unmoved);
    return TRUE;
}

gboolean
settle_night_still_refused(SettleNight *night, const char *file,
                           const uint8_t sha256[SETTLE_DIGEST_BYTES], int32_t batch_id,
                           const char *reason, GError **error)
{
    g_autofree char *signature = NULL, *fault = NULL;
    gsize length;

    if (!g_str_has_prefix(reason, SETTLE_INTAKE_NOT_SIGNED)) {
        settle_night_tell(&night->refused, file, "was refused as batch %d: %s; it stays", batch_id,
                          reason);
        return TRUE;
    }
    signature = settle_night_read_signature(night, file, FALSE, &length);
    if (!settle_intake_signature_fault(night->store, batch_id, file, sha256, signature, length,
                                       &fault, error))
        return TRUE;
    if (fault == NULL)
        return FALSE;
    settle_night_tell(&night->refused, file,
                      "was refused as batch %d: %s; it stays, and is looked at again each night: "
                      "have it, or its " SETTLE_SIGNATURE_SUFFIX ", sent again",
                      batch_id, fault);
    return TRUE;
}

gboolean
settle_night_signs_one_of(const char *name, GHashTable *named)
{
    g_autofree char *file = g_str_has_suffix(name, SETTLE_SIGNATURE_SUFFIX)
                                ? g_strndup(name, strlen(name) - strlen(SETTLE_SIGNATURE_SUFFIX))
                                : NULL;

    return file != NULL && g_hash_table_contains(named, file);
}
