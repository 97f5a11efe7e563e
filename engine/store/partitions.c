/* Partitions of the large tables made ahead of their months, and statistics for the planner. */
#include "store/internal.h"
#include "store/sql.h"

/* A reader in the way of the short lock timeout is waited for a few times. */
#define ATTEMPTS 5

gboolean
settle_store_ensure_partitions(SettleStore *store, SettleMonth from, SettleMonth to, GError **error)
{
    for (int attempt = 1;; attempt++) {
        GError *failure = NULL;

        if (settle_store_exec(store, settle_sql_store_ensure_partitions, &failure, "mm", from, to))
            return TRUE;
        /* Inside a transaction the failure has already ended it. */
        if (attempt < ATTEMPTS && strcmp(store->sqlstate, "55P03") == 0 &&
            PQtransactionStatus(store->connection) == PQTRANS_IDLE) {
            g_error_free(failure);
            continue;
        }
        g_propagate_error(error, failure);
        return FALSE;
    }
}

gboolean
settle_store_summarize(SettleStore *store, const char *table, SettleMonth month, GError **error)
{
    return settle_store_exec(store, settle_sql_store_summarize, error, "sm", table, month);
}

gboolean
settle_store_analyze(SettleStore *store, const char *table, SettleMonth month, GError **error)
{
    return settle_store_exec(store, settle_sql_store_analyze, error, "sm", table, month);
}
