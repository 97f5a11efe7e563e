/* Private to intake: what is known of the events of some ids or keys, and which order each is of.
 * An event's order follows from all that was told of it and of the orders of its key, in whatever
 * order that came (docs/semantics.md 2); what differs from the rows of the database is a further
 * row (event-rows.h). */
#pragma once

#include "intake/write.h"

G_BEGIN_DECLS

/* An event, as all that was told of it says. */
typedef struct SettleKnownEvent {
    int64_t event_id, key_id, amount_minor, reinstates;
    SettleInstant at;
    const SettleIntakeContract *order; /* which it is of; owned by the past; NULL: it waits */
    int64_t stored_order;              /* whose row of it is in force in the database; 0: none's */
    int32_t stored_distributor; /* with that order, which may have gone to another one since */
    int32_t stored_batch;       /* the order's, as that row has it */
    char *text;         /* of the job's arena: its own id, then the order's and its line; NULL: the
                           id was erased, or nothing is to be written of the event */
    int32_t carrier_id; /* where there is a text */
    int32_t batch_id, line; /* that told it, or what was told of it last */
    SettleDay day;
    SettleMonth closed_month;    /* 0: not said */
    int16_t currency;            /* 0: not said */
    int16_t waits;               /* the revision under which it waits in the database; 0: none */
    int16_t last_row, last_wait; /* the highest revisions of its rows in event, event_waiting */
    uint16_t version;            /* of the row in event that was read last: see SettleEvent */
    uint16_t upstream_length, order_length, line_length;
    uint8_t kind, whole;
    guint8 told;         /* this batch told it, or more of it than was known */
    guint8 order_erased; /* the order's texts are not known any more */
    guint8 complete;     /* all rows of its key were read: its order may be asked anew */
    guint8 fallen;       /* nobody tells it any more */
    /* What the last batch that stands said of it; NULL: none did, or nobody asks. Of the past's
     * arena. */
    struct SettleKnownEvent *standing;
} SettleKnownEvent;

typedef struct {
    GHashTable *known;     /* event id -> SettleKnownEvent, of the arena */
    GPtrArray *events;     /* the same, as they came */
    SettleArena *arena;    /* owned */
    GHashTable *orders;    /* key -> GPtrArray of SettleIntakeContract, by closing month; owned */
    GHashTable *withdrawn; /* batches that stand no more; owned; NULL: nobody asks */
} SettleEventPast;

/* Nothing asked for and nothing known yet; clear gives all of it back. */
void settle_event_past_init(SettleEventPast *past);
void settle_event_past_clear(SettleEventPast *past);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleEventPast, settle_event_past_clear)

/* The event of an id, to be changed; NULL: none. */
SettleKnownEvent *settle_event_past_find(const SettleEventPast *past, int64_t event_id);
/* A copy of an event whose id was not known. */
SettleKnownEvent *settle_event_past_add(SettleEventPast *past, const SettleKnownEvent *event);
/* FALSE: it was withdrawn, and nobody told it since; or it falls. */
gboolean settle_known_event_there(const SettleKnownEvent *event);
/* An event can be of an order of its key that closed not after it, local days compared, in the
 * month that it names, if it does, and that was paid in the currency that it names. order: NULL if
 * none is known. */
gboolean settle_known_event_belongs(const SettleKnownEvent *event,
                                    const SettleIntakeContract *order);
/* The one order that it can be of; a reinstatement's is that of the event it undoes, and where that
 * one waits it waits, too. NULL: there is none, or there are several: the event waits
 * (docs/semantics.md 2). The events that are undone must have their orders before. */
const SettleIntakeContract *settle_event_past_order(const SettleEventPast *past,
                                                    const SettleKnownEvent *event);
/* The orders of a key, each with a row for each distributor that it ever was of; NULL: none. */
const GPtrArray *settle_event_past_orders_of(const SettleEventPast *past, int64_t key_id);
/* The order of a distributor, also one that is not there any more; NULL: the key has none. */
const SettleIntakeContract *settle_event_past_contract(const SettleEventPast *past, int64_t key_id,
                                                       int64_t order_id, int32_t distributor_id);

/* --- reading: orders before events ------------------------------------------------------------ */

/* The orders of these keys, whatever their age, those of this transaction, too. */
gboolean settle_event_past_load_orders(SettleIntakeJob *job, const int64_t *keys, gsize n,
                                       SettleEventPast *past, GError **error);
/* The events of these ids, whatever order they are of; without texts. */
gboolean settle_event_past_load_events(SettleIntakeJob *job, const int64_t *events, gsize n,
                                       SettleEventPast *past, GError **error);
/* The events of these keys that wait. */
gboolean settle_event_past_load_waiting(SettleIntakeJob *job, const int64_t *keys, gsize n,
                                        SettleEventPast *past, GError **error);
/* All events of these keys: those that are of their orders, and those that wait. */
gboolean settle_event_past_load_keys(SettleIntakeJob *job, const int64_t *keys, gsize n,
                                     SettleEventPast *past, GError **error);

G_END_DECLS
