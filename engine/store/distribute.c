/* What Citus says of itself: whether it is there, its nodes, and the tables that are distributed.
 */
#include "store/internal.h"
#include "store/sql.h"

gboolean
settle_store_citus_there(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) there = settle_store_query(store, settle_sql_store_citus, error, "");

    if (there == NULL)
        return FALSE;
    if (settle_result_bool(there, 0, SQL_STORE_CITUS_IS_THERE))
        return TRUE;
    g_set_error_literal(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                        "the database does not have the extension citus");
    settle_error_hint(error,
                      "on each node: CREATE EXTENSION citus; then SELECT citus_add_node() for "
                      "each worker (docs/operations.md)");
    return FALSE;
}

gboolean
settle_store_citus_nodes(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) workers = NULL;

    if (!settle_store_exec(store, settle_sql_store_citus_nodes, error, ""))
        return FALSE;
    workers = settle_store_query(store, settle_sql_store_citus_workers, error, "");
    if (workers == NULL)
        return FALSE;
    if (settle_result_i32(workers, 0, SQL_STORE_CITUS_WORKERS_WORKERS) > 0)
        return TRUE;
    g_set_error_literal(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "citus has no workers here");
    settle_error_hint(error, "is this the coordinator? for each worker: SELECT "
                             "citus_add_node('HOST', PORT)");
    return FALSE;
}

gboolean
settle_store_citus_tables(SettleStore *store, SettleDistribution *distribution, GError **error)
{
    g_autoptr(SettleResult) done = NULL;

    if (!settle_store_begin(store, error))
        return FALSE;
    if (settle_store_exec(store, settle_sql_store_distribute, error, ""))
        done = settle_store_query(store, settle_sql_store_distributed, error, "");
    if (done == NULL || !settle_store_commit(store, error)) {
        settle_store_rollback(store);
        return FALSE;
    }
    if (!settle_store_exec(store, settle_sql_store_citus_grants, error, ""))
        return FALSE;
    distribution->spread = (guint) settle_result_i32(done, 0, SQL_STORE_DISTRIBUTED_SPREAD);
    distribution->copied = (guint) settle_result_i32(done, 0, SQL_STORE_DISTRIBUTED_COPIED);
    return TRUE;
}
