/* Private to intake: rows of settle.event, from a file of events or from what waited for an order.
 */
#pragma once

#include "intake/validate.h"
#include "intake/write.h"

G_BEGIN_DECLS

typedef struct {
    SettleIntakeContract order;
    int64_t event_id, amount_minor, reinstates;
    SettleInstant at;
    int32_t source_batch_id, line;
    SettleDay day;
    SettleMonth closed_month; /* 0: not said */
    uint8_t kind, whole;
    uint16_t upstream_length;
    int32_t carrier_id;
    char *upstream; /* of the job's arena; NULL: it was erased while the event waited */
} SettleIntakeEventRow;

/* COPYs rows into settle.event, sorted here, and counts their slices. */
gboolean settle_events_copy(SettleIntakeJob *job, GArray *rows, GError **error);
/* Writes the events that waited for the orders of these keys, which are stored already, accepted
 * with this batch. */
gboolean settle_events_find(SettleIntakeJob *job, const int64_t *keys, gsize n, GError **error);

G_END_DECLS
