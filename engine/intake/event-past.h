/* Private to intake: what is known already of the events of a file, and of the orders they name. */
#pragma once

#include "intake/write.h"

G_BEGIN_DECLS

/* An event as it is held against another of its key: of the database, or of a row before. */
typedef struct {
    int64_t event_id, key_id, amount_minor, reinstates;
    int64_t order_id; /* 0: it waits */
    SettleInstant at;
    int32_t batch_id, line;
    SettleDay day;
    SettleMonth closed_month; /* 0: not said */
    int16_t currency;
    int16_t revision; /* of one that waits in the database; 0: it does not */
    uint8_t kind, whole;
} SettleKnownEvent;

typedef struct {
    GHashTable *known;  /* event id -> SettleKnownEvent; owned */
    GHashTable *orders; /* key -> GPtrArray of SettleIntakeContract, by closing month; owned */
} SettleEventPast;

/* Nothing asked for and nothing known yet; clear gives all of it back. */
void settle_event_past_init(SettleEventPast *past);
void settle_event_past_clear(SettleEventPast *past);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleEventPast, settle_event_past_clear)

/* The first columns of a query of events. */
void settle_known_event_read(const SettleReader *reader, SettleKnownEvent *ret_event);
/* A copy of an event, in place of one of its id. */
void settle_event_past_add(SettleEventPast *past, const SettleKnownEvent *event);
/* An event can be of an order of its key that closed not after it, local days compared, in the
 * month that it names, if it does, and that was paid in the currency that it names. order: NULL if
 * none is known. */
gboolean settle_known_event_belongs(const SettleKnownEvent *event,
                                    const SettleIntakeContract *order);
/* The one order that it can be of; a reinstatement's is that of the event it undoes, and where that
 * one waits it waits, too. NULL: there is none, or there are several: the event waits
 * (docs/semantics.md 2). */
const SettleIntakeContract *settle_event_past_order(const SettleEventPast *past,
                                                    const SettleKnownEvent *event);
/* The orders of these keys, whatever their age, those of this transaction, too. */
gboolean settle_event_past_orders(SettleIntakeJob *job, const int64_t *keys, gsize n,
                                  SettleEventPast *past, GError **error);
/* The same, and the events of these ids, whatever order they are of. */
gboolean settle_event_past_load(SettleIntakeJob *job, const int64_t *keys, gsize n_keys,
                                const int64_t *events, gsize n_events, SettleEventPast *past,
                                GError **error);

G_END_DECLS
