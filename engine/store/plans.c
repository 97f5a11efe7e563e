/* Plans that are kept: who asks the same few statements for each of many distributors has the
 * server plan each of them once. Planning takes longer than a small distributor's rows. */
#include "store/internal.h"

gboolean
settle_store_keep_plans(SettleStore *store, GError **error)
{
    if (store->plans != NULL)
        return TRUE;
    /* one plan for whoever is asked for: it never looks at the values */
    if (!settle_store_exec(store, "SET LOCAL plan_cache_mode = force_generic_plan", error, "") ||
        !settle_store_exec(store, "SET LOCAL jit = off", error, ""))
        return FALSE;
    store->plans = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return TRUE;
}

gboolean
settle_store_plan(SettleStore *store, const char *sql, const SettleParameters *parameters,
                  const char **ret_plan, GError **error)
{
    char *name;
    PGresult *result;

    *ret_plan = store->plans != NULL ? g_hash_table_lookup(store->plans, sql) : NULL;
    if (store->plans == NULL || *ret_plan != NULL || !settle_statement_is_embedded(sql))
        return TRUE;
    name = g_strdup_printf("settle_%u", g_hash_table_size(store->plans) + 1);
    if (!PQsendPrepare(store->connection, name, sql, parameters->n, parameters->types)) {
        g_free(name);
        return settle_store_fail(store, NULL, sql, error);
    }
    result = settle_store_collect(store, sql, error);
    if (result == NULL) {
        g_free(name);
        return FALSE;
    }
    PQclear(result);
    g_hash_table_insert(store->plans, (gpointer) sql, name);
    *ret_plan = name;
    return TRUE;
}
