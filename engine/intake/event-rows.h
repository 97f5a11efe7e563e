/* Private to intake: what becomes of events, as rows. An event that is of another order than its
 * rows say leaves that one by a row that withdraws it there, and goes to the other by a further
 * revision, or waits. */
#pragma once

#include "intake/event-past.h"

G_BEGIN_DECLS

/* COPYs, into settle.event, event_waiting and event_found, what of the past the database does not
 * say yet, accepted with this batch; counts what the batch told, and the slices. The orders of
 * all events that it told, or whose key is complete, are what they are now (`order`). Adds the
 * contracts whose orders end otherwise than before (docs/semantics.md 13.8), ids as pointers. */
gboolean settle_event_rows_write(SettleIntakeJob *job, const SettleEventPast *past,
                                 GHashTable *contracts, GError **error);

G_END_DECLS
