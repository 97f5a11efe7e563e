/* Transactions: begin, begin for reading one state, commit with its failpoints, roll back. */
#include "store/internal.h"
#include "store/sql.h"

gboolean
settle_store_begin(SettleStore *store, GError **error)
{
    return settle_store_exec(store, "BEGIN ISOLATION LEVEL READ COMMITTED", error, "");
}

gboolean
settle_store_begin_reading(SettleStore *store, GError **error)
{
    return settle_store_exec(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", error, "");
}

gboolean
settle_store_commit(SettleStore *store, GError **error)
{
    PGTransactionStatusType status = PQtransactionStatus(store->connection);
    GError *failure = NULL;
    SettleResult *result;
    gboolean committed;

    /* The server would answer COMMIT, and only warn. */
    if (status == PQTRANS_IDLE) {
        g_set_error_literal(error, SETTLE_ERROR, SETTLE_ERROR_DATABASE,
                            "there is no transaction to commit");
        return FALSE;
    }
    result = settle_store_query(store, "COMMIT", &failure, "");
    if (result == NULL) {
        if (PQstatus(store->connection) == CONNECTION_BAD)
            settle_error_hint(&failure, "the transaction may have been committed or not; starting "
                                        "again finds out and continues");
        g_propagate_error(error, failure);
        return FALSE;
    }
    /* COMMIT of a failed transaction succeeds with the tag ROLLBACK. */
    committed = strcmp(PQcmdStatus((PGresult *) result), "COMMIT") == 0;
    settle_result_free(result);
    if (!committed)
        g_set_error_literal(error, SETTLE_ERROR, SETTLE_ERROR_DATABASE,
                            "the transaction had failed and was rolled back");
    return committed;
}

void
settle_store_rollback(SettleStore *store)
{
    if (PQtransactionStatus(store->connection) == PQTRANS_ACTIVE)
        PQclear(settle_store_collect(store, NULL, NULL));
    if (PQtransactionStatus(store->connection) == PQTRANS_INTRANS ||
        PQtransactionStatus(store->connection) == PQTRANS_INERROR)
        PQclear(PQexec(store->connection, "ROLLBACK"));
}
