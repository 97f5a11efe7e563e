/* Private to intake: what is known already of the events of a file, and of the orders they name. */
#pragma once

#include "intake/write.h"

G_BEGIN_DECLS

/* An event as it is held against another of its key: of the database, or of a row before. */
typedef struct {
    int64_t event_id, order_id, amount_minor, reinstates;
    SettleInstant at;
    int32_t batch_id, line;
    SettleDay day;
    int16_t currency;
    uint8_t kind, whole;
    uint8_t waits; /* of the database: no order is known that it belongs to */
} SettleKnownEvent;

typedef struct {
    GHashTable *known;  /* event id -> SettleKnownEvent; owned */
    GHashTable *orders; /* order id -> SettleIntakeContract; owned */
} SettleEventPast;

void settle_event_past_init(SettleEventPast *past);
void settle_event_past_clear(SettleEventPast *past);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleEventPast, settle_event_past_clear)

/* The first columns of a query of events. */
void settle_known_event_read(const SettleReader *reader, SettleKnownEvent *ret_event);
/* A copy of an event, in place of one of its id. */
void settle_event_past_add(SettleEventPast *past, const SettleKnownEvent *event);
/* An event belongs to the order of its key that closed not after it, and that was paid in the
 * currency that it names; else it waits for one. order: NULL if none is known. */
gboolean settle_known_event_belongs(const SettleKnownEvent *event,
                                    const SettleIntakeContract *order);
/* The n orders of these ids, whatever their age, and the n events of these ids, whatever order they
 * are of. */
gboolean settle_event_past_load(SettleIntakeJob *job, const int64_t *orders, const int64_t *events,
                                gsize n, SettleEventPast *past, GError **error);

G_END_DECLS
