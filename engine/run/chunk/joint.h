/* Orders whose amounts depend on those of others: the fraud findings that a policy tolerates, the
 * ceilings of a window, and the carrier's payments that free what awaits them (docs/semantics.md
 * 5.5, 5.6, 13.10, 13.11, 14.34 to 14.36). All of a distributor's orders under such a policy are
 * then settled together, each against what is posted of it: the same operation, over more at once.
 * A pair of distributor and policy is joint only where something of the kind is known of it. */
#pragma once

#include "calc/terms.h"
#include "run/context.h"

G_BEGIN_DECLS

typedef struct SettleJoint SettleJoint;
struct SettleWorker;
struct SettleSubject;

SettleJoint *settle_joint_new(const SettleRunContext *context);
void settle_joint_free(SettleJoint *joint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleJoint, settle_joint_free)

/* --- loading a chunk, in this order ------------------------------------------------------------
 */
/* What carriers have paid for the chunk's distributors, this run's receipts too. Forgets the chunk
 * before. */
gboolean settle_joint_load_receipts(SettleJoint *joint, struct SettleWorker *worker,
                                    const SettleChunk *chunk, GError **error);
/* The closing months of which all events must be known, with these facts at hand (as those of
 * settle_load_events). */
SettleMonths settle_joint_event_months(const SettleJoint *joint, GArray *const *facts,
                                       guint n_facts);
/* Which pairs are joint, from what the merge brings and the events; fills worker->joint_orders with
 * their old orders. */
gboolean settle_joint_load_orders(SettleJoint *joint, struct SettleWorker *worker,
                                  const SettleChunk *chunk, GError **error);

/* --- settling a distributor --------------------------------------------------------------------
 */
/* Decides everything about the distributor's joint orders; the merge stands before its first one,
 * and does so again afterwards. FALSE on overflow of an amount: then none of it is decided and its
 * orders stay as they are. */
gboolean settle_joint_decide(SettleJoint *joint, struct SettleWorker *worker,
                             int32_t distributor_id);
gboolean settle_joint_is(const SettleJoint *joint, int32_t distributor_id,
                         const SettlePolicy *policy);
/* TRUE if the distributor's amounts could not be decided. */
gboolean settle_joint_failed(const SettleJoint *joint);
/* TRUE if the current distributor's windows under the policy stay as they are posted: what they are
 * freed or cut to hangs on its orders, of which nothing happened to any. */
gboolean settle_joint_leaves(const SettleJoint *joint, const SettlePolicy *policy);
/* The order's fraud findings act as none. */
gboolean settle_joint_tolerates(const SettleJoint *joint, int64_t order_id);
/* What the target of a joint order is to stand at. FALSE on overflow. */
gboolean settle_joint_standing(const SettleJoint *joint, const struct SettleSubject *subject,
                               const SettleTarget *target, SettleStanding *ret_standing);
/* The same of a volume window, whose bonus takes what orders left: to be asked once a window, in
 * the order of window end, scope and rule. subject_id: the window's; *target_minor is cut. FALSE on
 * overflow. */
gboolean settle_joint_window(SettleJoint *joint, const SettlePolicy *policy, const SettleRule *rule,
                             int64_t subject_id, SettleMonth window_end, int64_t *target_minor,
                             SettleStanding *ret_standing);
/* What ceilings and tolerance took of the current distributor's orders and windows, and what
 * ceilings let through: when all of it is settled. */
void settle_joint_report(const SettleJoint *joint, struct SettleOutput *output);

G_END_DECLS
