/* Private to intake: what is known already of the events of a file, and of the orders they name. */
#pragma once

#include "intake/write.h"

G_BEGIN_DECLS

/* An event as it counts against others: of the database, or of a row before. */
typedef struct {
    int64_t event_id, order_id, amount_minor, reinstates;
    SettleInstant at;
    int32_t batch_id, line;
    SettleDay day;
    int16_t currency;
    uint8_t kind, whole;
} SettleKnownEvent;

typedef struct {
    GHashTable *known;  /* event id -> SettleKnownEvent */
    GHashTable *of;     /* order id -> GPtrArray of SettleKnownEvent, each once */
    GHashTable *orders; /* order id -> SettleIntakeContract; owned */
    GHashTable *undone; /* SettleUndone: what reinstatements name, as events of their own order */
} SettleEventPast;

typedef struct {
    int64_t order_id, event_id;
} SettleUndone;

void settle_event_past_init(SettleEventPast *past);
void settle_event_past_clear(SettleEventPast *past);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleEventPast, settle_event_past_clear)

/* The first columns of a query of events. */
void settle_known_event_read(const SettleReader *reader, SettleKnownEvent *ret_event);
/* A copy of an event that is not in it yet. */
void settle_event_past_add(SettleEventPast *past, const SettleKnownEvent *event);
gboolean settle_event_past_undone(const SettleEventPast *past, const SettleKnownEvent *event);
/* The orders of these ids, whatever their age; their events, those that wait, too; and the events
 * of these ids, whatever order they are of. */
gboolean settle_event_past_load(SettleIntakeJob *job, const int64_t *orders, gsize n_orders,
                                const int64_t *events, gsize n_events, SettleEventPast *past,
                                GError **error);

G_END_DECLS
