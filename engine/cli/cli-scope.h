/* What commands ask that a scoped login may use, too (settle_store_is_scoped()). */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* That a scoped login sees something, and of a distributor, if it names one (NULL: not); whole: all
 * of it. DATABASE: it was granted nothing, or not the whole; INPUT: it does not see that
 * distributor, whether there is one or not. */
gboolean settle_cli_in_scope(SettleStore *store, const char *distributor, gboolean whole,
                             GError **error);
/* That not both are named; FALSE and the exit code, with a message. */
gboolean settle_cli_one_part(const char *outlet, const char *manager, int *ret_code);
/* That a night is settled; STATE. */
gboolean settle_cli_scope_night(SettleStore *store, GError **error);

G_END_DECLS
