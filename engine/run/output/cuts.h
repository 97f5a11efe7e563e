/* What ceilings, caps and tolerances took: which rows say that it is otherwise than the runs before
 * said (docs/semantics.md 14.49). */
#pragma once

#include "run/context.h"
#include "run/output/rows.h"

G_BEGIN_DECLS

/* What was decided anew: all cuts and uses of a distributor's orders of a carrier that are settled
 * jointly, or those of one order's lifetime caps. */
typedef struct {
    int32_t distributor_id, carrier_id;
    int64_t order_id;        /* 0: all that ceilings and tolerance take of the carrier's orders */
    SettleMonth first, last; /* no cut is of another month */
    gboolean ceilings_only;  /* what findings took stays as it is */
} SettleCutScope;

/* Leaves in cuts (SettleCutRow: all that is cut now within the scopes) what differs from what runs
 * before this one said, rows of nothing for what is no longer cut included; adds to changes
 * (SettleVolumeRow) how the uses of ceilings (SettleVolumeRow whose value is what was let through
 * in all) differ from the sums before. reader: a connection without an open COPY. Reads the cuts of
 * the scopes only. FALSE and error: DATABASE. */
gboolean settle_cuts_changes(const SettleRunContext *context, SettleStore *reader,
                             const GArray *scopes, GArray *cuts, GArray *uses, GArray *changes,
                             GError **error);

G_END_DECLS
