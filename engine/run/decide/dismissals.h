/* Kept rows that a person dismisses: they need nothing more (docs/semantics.md 2). */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

/* Which open rows: 0 or NULL is any. */
typedef struct {
    int32_t batch_id;
    int64_t line;         /* needs batch_id */
    const char *rejected; /* the reason they were rejected for */
} SettleDismissal;

/* Dismisses them, one decision a batch, all in one transaction; none may be left to dismiss. store:
 * as approver. reason: not empty. *ret_rows, *ret_batches: how many. */
gboolean settle_rows_dismiss(SettleStore *store, const SettleDismissal *which, const char *reason,
                             int64_t *ret_rows, int64_t *ret_batches, GError **error);

G_END_DECLS
