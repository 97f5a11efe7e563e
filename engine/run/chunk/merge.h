/* The merge: walks the sorted facts of a chunk, order by order. */
#pragma once

#include "run/chunk/facts.h"
#include "run/chunk/subject.h"

G_BEGIN_DECLS

/* How far a walk has come in each array. A value: a copy of it walks on its own. */
typedef struct {
    const SettleFacts *facts;
    guint new_order, due, woken, joint, recounted, revised, bill, event;
} SettleMerge;

/* A walk from the first order on. The facts must not change while it goes on. */
SettleMerge settle_merge_begin(const SettleFacts *facts);
/* The next order that anything happened to, ascending, with its facts but not matched yet; FALSE
 * at the end. An order that is both new and due (it waited for this day) counts as new. */
gboolean settle_merge_next(SettleMerge *merge, SettleSubject *ret_subject);
/* The same if it is of that distributor; else FALSE, and the walk stays where it is. */
gboolean settle_merge_next_of(SettleMerge *merge, int32_t distributor_id,
                              SettleSubject *ret_subject);

G_END_DECLS
