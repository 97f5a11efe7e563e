/* Static pages for who has no login: of each distributor, outlet and manager a folder of its own
 * with the summary, the list and, of a distributor, its statement and invoices. No folder holds
 * what its reader may not see (docs/semantics.md 1). */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

typedef struct {
    int64_t distributors, folders;
} SettlePagesDone;

/* Writes them into a folder that is not there yet, or empty: a distributor's pages into
 * distributor/D, an outlet's (with all below it) into outlet/D/O, a manager's into manager/D/M.
 * distributor: only of this one; NULL: of all. All as of one moment. Memory is that of one
 * distributor's outlets and managers, never of its orders. FALSE and error: STATE (no night is
 * settled, the folder holds something), IO, DATABASE. */
gboolean settle_pages_write(SettleStore *store, const char *distributor, const char *folder,
                            SettlePagesDone *ret_done, GError **error);

G_END_DECLS
