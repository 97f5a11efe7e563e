/* Opens the runner's connection: takes the lock, and an epoch that shuts out whoever held it
 * before. */
#include "run/runner.h"

#include "base/failpoint.h"
#include "run/decide/servers.h"
#include "store/sql.h"

/* How long a start waits for the lock: a killed runner's session may take a moment to go. */
#define LOCK_WAIT_MS 5000

SettleStore *
settle_run_open_runner(const char *conninfo, gboolean dry_run, int64_t *ret_epoch, GError **error)
{
    g_autoptr(SettleStore) store =
        settle_store_open(conninfo, SETTLE_STORE_AS_RUNNER, "run", error);

    if (store == NULL || !settle_store_check_schema(store, error) ||
        !settle_store_lock(store, "runner", LOCK_WAIT_MS, error) ||
        !settle_failpoint(RUN_LOCKED, error) || !settle_server_check(store, error))
        return NULL;
    *ret_epoch = 0;
    if (!dry_run) {
        /* Whoever held the lock before cannot write a receipt any more. */
        if (!settle_store_begin(store, error) ||
            !settle_store_count(store, "epoch", 1, ret_epoch, error) ||
            !settle_failpoint(RUN_EPOCH_BEFORE_COMMIT, error) ||
            !settle_store_commit(store, error) || !settle_failpoint(RUN_EPOCH_COMMITTED, error))
            return NULL;
    }
    return g_steal_pointer(&store);
}
