/* The runner: one process at a time starts, continues and publishes runs. */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

/* Opens the runner's connection, takes the lock and (unless dry) a new epoch. */
SettleStore *settle_run_open_runner(const char *conninfo, gboolean dry_run, int64_t *ret_epoch,
                                    GError **error);

G_END_DECLS
