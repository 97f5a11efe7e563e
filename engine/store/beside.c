/* Sessions beside another one, kept until that one is closed: the workers of a process's next night
 * go on with those of its last. Opening one costs a backend, its set-up, and the catalogue of every
 * table that it meets. */
#include "store/internal.h"

struct SettleBeside {
    GMutex mutex;
    GPtrArray *idle; /* SettleStore */
};

SettleBeside *
settle_beside_new(void)
{
    SettleBeside *beside = g_new0(SettleBeside, 1);

    g_mutex_init(&beside->mutex);
    beside->idle = g_ptr_array_new_with_free_func((GDestroyNotify) settle_store_close);
    return beside;
}

void
settle_beside_free(SettleBeside *beside)
{
    g_ptr_array_unref(beside->idle);
    g_mutex_clear(&beside->mutex);
    g_free(beside);
}

/* Idle, and not known to be lost. One that the server has ended meanwhile has its farewell to read,
 * and after that the end of the stream: the second look finds it. */
static gboolean
is_usable(const SettleStore *store)
{
    return PQconsumeInput(store->connection) == 1 && PQconsumeInput(store->connection) == 1 &&
           PQstatus(store->connection) == CONNECTION_OK &&
           PQtransactionStatus(store->connection) == PQTRANS_IDLE && store->sums == NULL;
}

SettleStore *
settle_store_take(SettleStore *store, SettleStoreRole role, const char *purpose, GError **error)
{
    GPtrArray *idle = store->beside->idle;
    g_autoptr(SettleStore) found = NULL;

    g_mutex_lock(&store->beside->mutex);
    for (guint i = 0; i < idle->len && found == NULL; i++) {
        const SettleStore *one = g_ptr_array_index(idle, i);

        if (one->role == role && g_str_equal(one->purpose, purpose))
            found = g_ptr_array_steal_index_fast(idle, i);
    }
    g_mutex_unlock(&store->beside->mutex);
    if (found != NULL && is_usable(found))
        return g_steal_pointer(&found);
    return settle_store_open(store->conninfo, role, purpose, error);
}

void
settle_store_give_back(SettleStore *store, SettleStore *taken)
{
    if (taken == NULL)
        return;
    if (!is_usable(taken)) {
        settle_store_close(taken);
        return;
    }
    g_mutex_lock(&store->beside->mutex);
    g_ptr_array_add(store->beside->idle, taken);
    g_mutex_unlock(&store->beside->mutex);
}
