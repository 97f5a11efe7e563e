/* Decisions about withdrawing a batch: who asks, who approves, who refuses. */
#include "run/decide/withdrawals.h"

#include "base/digest.h"
#include "base/failpoint.h"
#include "store/sql.h"

#include <string.h>

static const char *const actions[] = {
    [SETTLE_WITHDRAWAL_ASK] = "withdrawal-ask",
    [SETTLE_WITHDRAWAL_APPROVE] = "withdrawal-approve",
    [SETTLE_WITHDRAWAL_REFUSE] = "withdrawal-refuse",
};

void
settle_withdrawal_clear(SettleWithdrawal *withdrawal)
{
    g_free(withdrawal->state);
    g_free(withdrawal->asked_by);
    g_free(withdrawal->reason);
}

static SettleResult *
query(SettleStore *store, int32_t batch_id, GError **error)
{
    SettleResult *row =
        settle_store_query(store, settle_sql_batch_withdrawal, error, "i", batch_id);

    settle_invariant(row == NULL || settle_result_rows(row) == 1);
    return row;
}

static char *
text_of(const SettleResult *row, int column)
{
    return settle_result_is_null(row, 0, column) ? NULL
                                                 : g_strdup(settle_result_text(row, 0, column));
}

static int32_t
number_of(const SettleResult *row, int column)
{
    return settle_result_is_null(row, 0, column) ? 0 : settle_result_i32(row, 0, column);
}

static void
take(const SettleResult *row, SettleWithdrawal *ret)
{
    settle_invariant(
        settle_file_kind_lookup(settle_result_text(row, 0, SQL_BATCH_WITHDRAWAL_KIND), &ret->kind));
    ret->sealed = settle_result_bool(row, 0, SQL_BATCH_WITHDRAWAL_IS_SEALED);
    ret->state = text_of(row, SQL_BATCH_WITHDRAWAL_STATE);
    ret->asked_by = text_of(row, SQL_BATCH_WITHDRAWAL_ASKED_BY);
    ret->reason = text_of(row, SQL_BATCH_WITHDRAWAL_REASON);
    ret->by_batch = number_of(row, SQL_BATCH_WITHDRAWAL_BY_BATCH);
    ret->of_batch = number_of(row, SQL_BATCH_WITHDRAWAL_OF_BATCH);
}

gboolean
settle_withdrawal_load(SettleStore *store, int32_t batch_id, SettleWithdrawal *ret, GError **error)
{
    g_autoptr(SettleResult) row = query(store, batch_id, error);

    *ret = (SettleWithdrawal){0};
    if (row == NULL)
        return FALSE;
    take(row, ret);
    return TRUE;
}

static gboolean refuse(GError **error, const char *hint, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean
refuse(GError **error, const char *hint, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (error != NULL)
        *error = g_error_new_valist(SETTLE_ERROR, SETTLE_ERROR_STATE, format, args);
    va_end(args);
    if (hint != NULL)
        settle_error_hint(error, "%s", hint);
    return FALSE;
}

/* What the database would refuse, in words. */
static gboolean
follows(const SettleResult *row, int32_t batch, SettleWithdrawalStep step, GError **error)
{
    g_auto(SettleWithdrawal) now = {0};
    gboolean asked, approved;

    take(row, &now);
    asked = g_strcmp0(now.state, "asked") == 0;
    approved = g_strcmp0(now.state, "approved") == 0;
    if (!now.sealed)
        return refuse(error, NULL, "batch %d was refused: nothing of it was taken in", batch);
    if (now.by_batch != 0)
        return refuse(error, NULL, "batch %d is withdrawn already, by batch %d", batch,
                      now.by_batch);
    if (now.of_batch != 0)
        return refuse(error, "what is right after all is told again: import its file once more",
                      "batch %d is itself the withdrawal of batch %d", batch, now.of_batch);
    if (step == SETTLE_WITHDRAWAL_ASK)
        return (!asked && !approved) ||
               refuse(error, "settle batch approve N, by another login",
                      "the withdrawal of batch %d is asked for already, by %s", batch,
                      now.asked_by);
    if (!asked && !(step == SETTLE_WITHDRAWAL_REFUSE && approved))
        return refuse(
            error, approved ? "settle run carries it out" : "settle batch withdraw N --reason TEXT",
            approved ? "the withdrawal of batch %d is approved already"
                     : "nobody asks for the withdrawal of batch %d",
            batch);
    if (step == SETTLE_WITHDRAWAL_APPROVE &&
        strcmp(now.asked_by, settle_result_text(row, 0, SQL_BATCH_WITHDRAWAL_SESSION_USER)) == 0)
        return refuse(error, "connect as somebody else: settle --db 'user=...' batch approve N",
                      "the withdrawal of batch %d was asked for by %s, who cannot approve it",
                      batch, now.asked_by);
    return TRUE;
}

static gboolean
decide(SettleStore *store, int32_t batch_id, SettleWithdrawalStep step, const char *reason,
       GError **error)
{
    g_autofree char *subject = g_strdup_printf("batch %d", batch_id);
    g_autoptr(SettleResult) row = query(store, batch_id, error);
    const uint8_t *digest;
    size_t length;

    if (row == NULL || !follows(row, batch_id, step, error))
        return FALSE;
    digest = settle_result_bytes(row, 0, SQL_BATCH_WITHDRAWAL_DIGEST, &length);
    settle_invariant(length == SETTLE_DIGEST_BYTES);
    return settle_store_control(store, actions[step], subject, digest, reason, NULL, NULL, error);
}

gboolean
settle_withdrawal_decide(SettleStore *store, int32_t batch_id, SettleWithdrawalStep step,
                         const char *reason, GError **error)
{
    /* two decisions take turns */
    if (settle_store_begin(store, error) &&
        settle_store_count(store, "control", 0, &(int64_t){0}, error) &&
        decide(store, batch_id, step, reason, error) &&
        settle_failpoint(WITHDRAWAL_BEFORE_COMMIT, error) && settle_store_commit(store, error) &&
        settle_failpoint(WITHDRAWAL_COMMITTED, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}
