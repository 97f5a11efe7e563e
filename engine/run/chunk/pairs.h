/* Which orders of a chunk are settled jointly: those of a distributor and a carrier one of whose
 * versions makes them depend on each other (tolerated findings, ceilings, the carrier's payments;
 * docs/semantics.md 5.5, 5.6, 13.9 to 13.11, 14.34 to 14.36). Such a pair of distributor and
 * carrier is joint only if something of the kind is known of it and something happened to one of
 * its orders; then all its orders are read, whatever version they are of. */
#pragma once

#include "run/chunk/ceilings.h"
#include "run/chunk/facts.h"
#include "run/chunk/paid.h"

G_BEGIN_DECLS

typedef struct {
    int32_t distributor_id, carrier_id;
} SettlePair;

/* By which terms of some version of it orders of a carrier depend on each other. */
typedef struct {
    int32_t carrier_id;
    gboolean tolerant, capped, paid_for;
    SettleDay from, to; /* the closing days of all its versions */
} SettleTies;

/* A pair that nothing but ceilings ties: open as long as they cut nothing. Its orders are settled
 * one by one; what they use is added up, and windows take what that leaves. */
typedef struct {
    int32_t distributor_id, carrier_id;
    SettleMonths months; /* of origins that may change: whole windows; none if nothing does */
    GHashTable *before;  /* SettleCeilingUse by itself: what orders used in them before this run */
    GHashTable *changes; /* what is expected to change: room.c */
    gboolean binds;      /* something is cut, or might be */
} SettleOpenPair;

typedef struct {
    const SettleRunContext *context;
    GArray *ties;             /* SettleTies, of carriers that have any */
    gboolean tolerant;        /* one of them tolerates findings */
    GArray *all;              /* SettlePair, of the chunk */
    GHashTable *set;          /* SettlePair by content */
    GArray *open;             /* SettleOpenPair, none of which is in `all` */
    GHashTable *open_places;  /* SettlePair by content -> its place in `open` + 1 */
    GHashTable *known;        /* SettlePair by content: what all ceilings let through is known */
    GHashTable *found;        /* SettlePair by content: those with findings */
    GHashTable *distributors; /* those that have any: ids */
    GHashTable *ranks;        /* order id -> place by closing time among the carrier's */
} SettlePairs;

/* No pairs are known yet; the context must live as long. */
void settle_pairs_init(SettlePairs *pairs, const SettleRunContext *context);
void settle_pairs_clear(SettlePairs *pairs);

/* The closing months of which all events must be known, with these facts at hand (as those of
 * settle_load_events). */
SettleMonths settle_pairs_event_months(const SettlePairs *pairs, GArray *const *facts,
                                       guint n_facts);
/* Finds the chunk's pairs from its facts, with their events, and forgets those before. */
void settle_pairs_find(SettlePairs *pairs, const SettleFacts *facts, const SettlePaid *paid,
                       const SettleChunk *chunk);
/* The months in which their orders closed. */
SettleMonths settle_pairs_closing_months(const SettlePairs *pairs);
/* Reads the old orders of the pairs into joint_orders, sorted, and the ranks of all; the versions
 * of their months are loaded. */
gboolean settle_pairs_load_orders(SettlePairs *pairs, SettleStore *reader, const SettleChunk *chunk,
                                  SettleFacts *facts, GError **error);

/* The distributor's orders of the carrier are settled jointly. */
gboolean settle_pairs_contain(const SettlePairs *pairs, int32_t distributor_id, int32_t carrier_id);
/* So are those of some carrier. */
gboolean settle_pairs_any_of(const SettlePairs *pairs, int32_t distributor_id);
/* The carrier's; NULL: none of its versions has such terms. */
const SettleTies *settle_pairs_ties(const SettlePairs *pairs, int32_t carrier_id);
/* The distributor's open pair with the carrier; NULL: it is none. */
SettleOpenPair *settle_pairs_open(const SettlePairs *pairs, int32_t distributor_id,
                                  int32_t carrier_id);
/* What was used is known since the activation of that version. */
void settle_pairs_note_known(SettlePairs *pairs, int32_t distributor_id, int32_t carrier_id,
                             int32_t since);
/* All that was used of the carrier's ceilings is known. */
gboolean settle_pairs_are_known(const SettlePairs *pairs, int32_t distributor_id,
                                int32_t carrier_id);
/* Makes those open pairs joint that bind. */
void settle_pairs_join_binding(SettlePairs *pairs);
/* Where an order of a pair stands by closing time among those of its carrier. */
int64_t settle_pairs_rank(const SettlePairs *pairs, int64_t order_id);
/* The distributor's windows of the carrier stay as they are posted: what they are freed or cut to
 * depends on its orders, of which nothing happened to any. */
gboolean settle_pairs_leave_windows(const SettlePairs *pairs, const SettlePaid *paid,
                                    int32_t distributor_id, int32_t carrier_id);

G_END_DECLS
