/* Counters, positions of the control log, advisory locks and the zone: the small state that
 * commands ask for. */
#include "store/internal.h"
#include "store/sql.h"

#include "base/digest.h"

#define LOCK_STEP_MS 50

gboolean
settle_store_count(SettleStore *store, const char *counter, int64_t n, int64_t *ret_value,
                   GError **error)
{
    g_autoptr(SettleResult) result =
        settle_store_query(store, settle_sql_store_count, error, "sl", counter, n);

    if (result == NULL)
        return FALSE;
    settle_invariant(settle_result_rows(result) == 1);
    *ret_value = settle_result_i64(result, 0, SQL_STORE_COUNT_VALUE);
    return TRUE;
}

gboolean
settle_store_control(SettleStore *store, const char *action, const char *subject,
                     const uint8_t *digest, const char *reason, const char *detail_json,
                     int64_t *ret_position, GError **error)
{
    g_autoptr(SettleResult) result = NULL;

    settle_invariant(PQtransactionStatus(store->connection) != PQTRANS_IDLE);
    result = settle_store_query(store, settle_sql_store_decide, error, "ssysj", action, subject,
                                digest, digest != NULL ? (size_t) SETTLE_DIGEST_BYTES : (size_t) 0,
                                reason, detail_json);
    if (result == NULL)
        return FALSE;
    if (ret_position != NULL)
        *ret_position = settle_result_i64(result, 0, SQL_STORE_DECIDE_POSITION);
    return TRUE;
}

gboolean
settle_store_head(SettleStore *store, uint8_t ret_seal[SETTLE_DIGEST_BYTES], GError **error)
{
    g_autoptr(SettleResult) result = settle_store_query(store, settle_sql_store_head, error, "");
    const uint8_t *bytes;
    size_t length;

    if (result == NULL)
        return FALSE;
    bytes = settle_result_bytes(result, 0, SQL_STORE_HEAD_HEAD, &length);
    settle_invariant(length == SETTLE_DIGEST_BYTES);
    memcpy(ret_seal, bytes, length);
    return TRUE;
}

static int64_t
lock_key(const char *name)
{
    g_autofree char *text = g_strconcat("settle lock ", name, NULL);
    uint8_t digest[SETTLE_DIGEST_BYTES];
    int64_t key;

    settle_digest_once(text, strlen(text), digest);
    memcpy(&key, digest, sizeof key);
    return GINT64_FROM_BE(key);
}

static void
locked(SettleStore *store, const char *name, int64_t key, GError **error)
{
    g_autoptr(SettleResult) holder =
        settle_store_query(store, settle_sql_store_lock_holder, NULL, "l", key);

    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LOCKED,
                "the lock '%s' is held by another session", name);
    if (holder != NULL && settle_result_rows(holder) == 1)
        settle_error_hint(error, "it is server process %d: %s",
                          settle_result_i32(holder, 0, SQL_STORE_LOCK_HOLDER_PID),
                          settle_result_text(holder, 0, SQL_STORE_LOCK_HOLDER_HOLDER));
}

/* Tries to take a lock by that statement. A runner that finds it taken by somebody who may not hold
 * it ends that session, and tries again. */
static gboolean
take(SettleStore *store, const char *sql, int64_t key, gboolean may_free, gboolean *ret_taken,
     GError **error)
{
    g_autoptr(SettleResult) result = settle_store_query(store, sql, error, "l", key);
    g_autoptr(SettleResult) freed = NULL;

    if (result == NULL)
        return FALSE;
    *ret_taken = settle_result_bool(result, 0, SQL_STORE_LOCK_IS_TAKEN);
    if (*ret_taken || !may_free || store->role != SETTLE_STORE_AS_RUNNER)
        return TRUE;
    freed = settle_store_query(store, settle_sql_store_free_lock, error, "l", key);
    if (freed == NULL)
        return FALSE;
    return settle_result_i32(freed, 0, SQL_STORE_FREE_LOCK_ENDED) == 0 ||
           take(store, sql, key, FALSE, ret_taken, error);
}

/* Who takes receipts in may hold the lock of imports for a while: a runner waits on for that, and
 * takes the lock away from who keeps it. FALSE without the error: a runner holds it, or this is
 * none. */
static gboolean
seize(SettleStore *store, int64_t key, GError **error)
{
    if (store->role != SETTLE_STORE_AS_RUNNER)
        return FALSE;
    for (;;) {
        g_autoptr(SettleResult) result = settle_store_query(
            store, settle_sql_store_seize_lock, error, "ll", key, store->waited_ms);

        if (result == NULL || settle_result_is_null(result, 0, SQL_STORE_SEIZE_LOCK_IS_TAKEN))
            return FALSE;
        if (settle_result_bool(result, 0, SQL_STORE_SEIZE_LOCK_IS_TAKEN))
            return TRUE;
        g_usleep(LOCK_STEP_MS * 10 * 1000);
        store->waited_ms += LOCK_STEP_MS * 10;
    }
}

gboolean
settle_store_lock(SettleStore *store, const char *name, guint wait_ms, GError **error)
{
    int64_t key = lock_key(name);
    gint64 deadline = g_get_monotonic_time() + (gint64) wait_ms * 1000;
    gboolean taken;

    for (gboolean first = TRUE;; first = FALSE) {
        if (!take(store, settle_sql_store_lock, key, first, &taken, error))
            return FALSE;
        if (taken)
            return TRUE;
        if (g_get_monotonic_time() >= deadline) {
            GError *failure = NULL;

            if (seize(store, key, &failure))
                return TRUE;
            if (failure != NULL)
                g_propagate_error(error, failure);
            else
                locked(store, name, key, error);
            return FALSE;
        }
        g_usleep(LOCK_STEP_MS * 1000);
    }
}

gboolean
settle_store_try_lock(SettleStore *store, const char *name, gboolean *ret_taken, GError **error)
{
    settle_invariant(PQtransactionStatus(store->connection) != PQTRANS_IDLE);
    return take(store, settle_sql_store_try_lock, lock_key(name), TRUE, ret_taken, error);
}

void
settle_store_unlock(SettleStore *store, const char *name)
{
    /* Should this fail, the lock goes with the session. */
    settle_store_exec(store, settle_sql_store_unlock, NULL, "l", lock_key(name));
}

char *
settle_store_zone(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) result = settle_store_query(store, settle_sql_store_zone, error, "");

    if (result == NULL)
        return NULL;
    if (settle_result_rows(result) == 0)
        return g_strdup("Asia/Shanghai");
    return g_strdup(settle_result_text(result, 0, SQL_STORE_ZONE_ZONE));
}
