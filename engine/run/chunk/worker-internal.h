/* A worker's parts: merge.c brings together what concerns an order, order.c settles it, worker.c
 * goes through a chunk. */
#pragma once

#include "run/chunk/invoicing.h"
#include "run/chunk/joint.h"
#include "run/chunk/load.h"
#include "run/chunk/volume.h"
#include "run/context.h"
#include "run/output/output.h"

G_BEGIN_DECLS

/* How far the merge has come in each array. */
typedef struct {
    guint new_order, due, bill, key, moved, event, joint, woken;
} SettleMergeCursors;

/* The past of some of a chunk's orders: read when the merge comes to the first of them. */
typedef struct {
    guint first, end; /* the places of their keys */
    GArray *bills;    /* SettleBill */
    GArray *posted;   /* SettlePosted */
    GError *failure;  /* it could not be read */
} SettleHistory;

/* A worker reads on one connection and writes on another, so that the server can do both at once;
 * what it needs of a chunk is in arrays sorted by (distributor, order), which are merged. */
struct SettleWorker {
    const SettleRunContext *context;
    SettleStore *reader, *writer;
    SettleOutput *output;
    SettleVolumes *volumes;
    SettleInvoicing *invoicing;
    GPtrArray *matchers; /* SettleMatcher by policy id; NULL: not needed yet */
    SettleMatch match;   /* of the order in hand */

    GArray *new_orders, *due_orders; /* SettleOrder */
    GArray *moved_orders;            /* SettleOrder: old ones whose manager moved, told late */
    GArray *woken_orders;            /* SettleOrder: old ones that waited for a month's bills */
    GArray *joint_orders;            /* SettleOrder: old ones of pairs that are settled jointly */
    SettleJoint *joint;
    GArray *new_bills;  /* SettleBill */
    GArray *new_events; /* SettleEvent: count from this run on */
    GArray *events;     /* SettleEvent: all that count, new ones too */
    GArray *in_force;   /* SettleEvent of one order */
    GArray *keys;       /* SettleOrderKey: orders whose history is needed, ascending */
    SettleHistory history;
    GArray *targets;   /* SettleTarget of one order */
    GArray *transfers; /* SettleTransfer of one order */
    GArray *months;    /* SettleMonth: of one order's new bills */
    SettleMergeCursors next;
};

/* Everything about one order that the merge brought together. */
typedef struct SettleSubject {
    const SettleOrder *order;
    gboolean is_new, is_due;
    gboolean is_woken;       /* what it waited for has come */
    gboolean is_joint;       /* settled with the distributor's others under its policy */
    const SettleBill *bills; /* new ones */
    guint n_bills;
    const SettleEvent *new_events; /* count from this run on */
    guint n_new_events;
    const SettleEvent *events; /* all that are known and dated by now, undone ones too */
    guint n_events;
    SettleOrderParties parties;
    const SettlePolicy *policy;
    const SettleMatch *match;
} SettleSubject;

/* --- merge.c ---------------------------------------------------------------------------------- */
/* Facts dated after the run's day go to the agenda; the rest stays in the arrays. */
void settle_merge_set_waiting_aside(SettleWorker *worker);
/* Reads the events of the chunk's orders and the orders settled jointly with them, and finds out
 * which orders cannot be settled without their past. */
gboolean settle_merge_find_keys(SettleWorker *worker, const SettleChunk *chunk, GError **error);
/* Those of an order among events sorted by distributor and order. */
const SettleEvent *settle_merge_events(const GArray *sorted, const SettleOrder *order,
                                       guint *ret_n);
void settle_merge_rewind(SettleWorker *worker);
/* The next order that anything happened to, ascending; FALSE at the end. An order that is both new
 * and due (it waited for this day) counts as new. */
gboolean settle_merge_next(SettleWorker *worker, SettleSubject *subject);
/* An order's policy and rules; match stays NULL if no policy of its currency holds. */
void settle_merge_match(SettleWorker *worker, SettleSubject *subject);

/* --- history.c -------------------------------------------------------------------------------- */
void settle_history_init(SettleHistory *history);
void settle_history_clear(SettleHistory *history);
/* Forgets the past of another chunk's orders. */
void settle_history_begin(SettleWorker *worker);
/* The bills of an order and the latest posting of each of its slots, valid until the next call;
 * orders ascend between rewinds. FALSE if its past was not asked for, or could not be read: who
 * settles a chunk asks settle_history_failed before anything that came of it is committed. */
gboolean settle_history_of(SettleWorker *worker, const SettleOrder *order,
                           const SettleBill **ret_bills, guint *ret_n_bills,
                           const SettlePosted **ret_posted, guint *ret_n_posted);
/* TRUE and the error if something could not be read since the chunk began. */
gboolean settle_history_failed(SettleWorker *worker, GError **error);

/* --- order.c ---------------------------------------------------------------------------------- */
/* Targets of the order minus what is posted: writes the transfers, outcome, agenda, measures. */
gboolean settle_order_settle(SettleWorker *worker, SettleSubject *subject, GError **error);
/* Fills worker->targets with all of the order's, up to the run's date; without_fraud: as if nothing
 * had been found. FALSE on overflow. */
gboolean settle_order_targets(SettleWorker *worker, const SettleSubject *subject,
                              const SettleBill *bills, guint n_bills, gboolean without_fraud);
/* What the order counted in the rule's window before this run's events. */
int64_t settle_order_measure_before(SettleWorker *worker, const SettleSubject *subject,
                                    const SettleRule *rule);

G_END_DECLS
