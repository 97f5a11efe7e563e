/* Whether a database still has what was noted of it outside. */
#include "audit/head.h"

#include "base/digest.h"
#include "store/sql.h"

#include <string.h>

gboolean
settle_head_parse(const char *text, int32_t *ret_run_id, uint8_t ret_seal[SETTLE_DIGEST_BYTES])
{
    const char *colon = strchr(text, ':');
    g_autofree char *run = colon != NULL ? g_strndup(text, (gsize) (colon - text)) : NULL;
    guint64 run_id;

    if (colon == NULL || !g_ascii_string_to_unsigned(run, 10, 1, G_MAXINT32 - 1, &run_id, NULL) ||
        strlen(colon + 1) != SETTLE_DIGEST_BYTES * 2)
        return FALSE;
    for (guint i = 0; i < SETTLE_DIGEST_BYTES * 2; i++)
        if (!g_ascii_isxdigit(colon[1 + i]))
            return FALSE;
    for (guint i = 0; i < SETTLE_DIGEST_BYTES; i++)
        ret_seal[i] = (uint8_t) (g_ascii_xdigit_value(colon[1 + 2 * i]) << 4 |
                                 g_ascii_xdigit_value(colon[2 + 2 * i]));
    *ret_run_id = (int32_t) run_id;
    return TRUE;
}

/* The seal of the last run before one; FALSE without error: there is none, or it has no seal. */
static gboolean
last_seal(SettleStore *store, int32_t before, int32_t *ret_run_id,
          uint8_t ret_seal[SETTLE_DIGEST_BYTES], GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_seal_before, error, "i", before);
    const uint8_t *bytes;
    size_t length;

    *ret_run_id = 0;
    if (row == NULL || settle_result_rows(row) == 0)
        return FALSE;
    *ret_run_id = settle_result_i32(row, 0, SQL_SEAL_BEFORE_RUN_ID);
    if (settle_result_is_null(row, 0, SQL_SEAL_BEFORE_SEAL))
        return FALSE;
    bytes = settle_result_bytes(row, 0, SQL_SEAL_BEFORE_SEAL, &length);
    settle_invariant(length == SETTLE_DIGEST_BYTES);
    memcpy(ret_seal, bytes, length);
    return TRUE;
}

char *
settle_head_read(SettleStore *store, GError **error)
{
    uint8_t seal[SETTLE_DIGEST_BYTES];
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];
    int32_t run_id;

    if (!last_seal(store, G_MAXINT32, &run_id, seal, error))
        return NULL;
    settle_digest_hex(seal, hex);
    return g_strdup_printf("%d:%s", run_id, hex);
}

gboolean
settle_head_check(SettleStore *store, const char *noted, GError **error)
{
    uint8_t wanted[SETTLE_DIGEST_BYTES], there[SETTLE_DIGEST_BYTES];
    int32_t run_id, found, last;
    GError *failure = NULL;

    if (!settle_head_parse(noted, &run_id, wanted)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "the head that was noted is damaged");
        settle_error_hint(error, "settle verify --head prints what it has to look like");
        return FALSE;
    }
    if (last_seal(store, run_id + 1, &found, there, &failure) && found == run_id &&
        memcmp(there, wanted, sizeof wanted) == 0)
        return TRUE;
    if (failure == NULL)
        last_seal(store, G_MAXINT32, &last, there, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (found != run_id)
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "the database is behind what was noted: run %d was published, the last one "
                    "here is %d",
                    run_id, last);
    else
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "run %d of the database is not the one that was noted", run_id);
    settle_error_hint(error,
                      "it was restored to an earlier moment, is an old copy, or was changed: "
                      "docs/operations.md \"Backup and restore\"");
    return FALSE;
}
