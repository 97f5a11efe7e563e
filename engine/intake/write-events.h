/* Private to intake: what orders do to the events that name them. */
#pragma once

#include "intake/event-past.h"

G_BEGIN_DECLS

/* Orders came, which are stored already: their keys. The events that waited for them go to them;
 * those that found another order of the key, and may be of these as well, leave that one and wait
 * (docs/semantics.md 2). Adds the contracts whose bills may be another order's then, ids as
 * pointers. */
gboolean settle_events_find(SettleIntakeJob *job, const int64_t *keys, gsize n,
                            GHashTable *contracts, GError **error);
/* Reads the keys that orders of the file may take an event from into a spool, by key: of the events
 * that another order has, happened since the first of the file closed, and do not say their closing
 * month. One that intake's look-back tells apart from the file's orders cannot be theirs. */
gboolean settle_events_unsure(SettleIntakeJob *job, SettleSpool *keys, GError **error);

/* Which order each event is of whose key is complete, from all that is known by now. */
void settle_events_ask_anew(const SettleEventPast *past);

G_END_DECLS
