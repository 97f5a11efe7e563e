/* Reading facts of a chunk into arrays sorted by (distributor, order). */
#pragma once

#include "run/chunk/facts.h"

G_BEGIN_DECLS

/* New orders (SettleOrder) of the chunk: of the run's batches and, on due runs, those that waited
 * for this day. Sorted by (distributor, order, version). */
gboolean settle_load_new_orders(SettleStore *store, const SettleRunContext *context,
                                const SettleChunk *chunk, GArray *orders, GError **error);
/* Old orders for which something falls due today. Sorted likewise, without repeats. */
gboolean settle_load_due_orders(SettleStore *store, const SettleRunContext *context,
                                const SettleChunk *chunk, GArray *orders, GError **error);
/* Old orders of parties and products of which master data was told late, that closed in the days
 * concerned; whether anything is otherwise for them is not asked. Sorted likewise, without repeats.
 */
gboolean settle_load_told_orders(SettleStore *store, const SettleRunContext *context,
                                 const SettleChunk *chunk, GArray *orders, GError **error);
/* Old orders that waited for the bills of a month that this run learns is complete. Sorted
 * likewise. */
gboolean settle_load_woken_orders(SettleStore *store, const SettleRunContext *context,
                                  const SettleChunk *chunk, GArray *orders, GError **error);
/* New bills (SettleBill), sorted by (distributor, order, month, revision, turn, withdrawn). */
gboolean settle_load_new_bills(SettleStore *store, const SettleRunContext *context,
                               const SettleChunk *chunk, GArray *bills, GError **error);

/* New events (SettleEvent): of the run's batches and, on due runs, those that waited for this day.
 * Sorted by (distributor, order, event). */
gboolean settle_load_new_events(SettleStore *store, const SettleRunContext *context,
                                const SettleChunk *chunk, GArray *events, GError **error);
/* With more facts of a closing month than this, what history holds of that month is read for all of
 * the chunk's distributors: sending keys would cost more than rows that nothing happens to. */
#define SETTLE_LOAD_KEYS_MAX 4096
/* Adds all events dated up to the run's day of the orders that facts are of, and of all orders of
 * the chunk that closed in the `whole` months; leaves the array sorted likewise, each event once.
 * One query a closing month: what history holds besides is not read. */
gboolean settle_load_events(SettleStore *store, const SettleRunContext *context,
                            const SettleChunk *chunk, GArray *const *facts, guint n_facts,
                            SettleMonths whole, GArray *events, GError **error);

/* All windows of a distributor and carrier that end in some months. */
typedef struct {
    int32_t distributor_id, carrier_id;
    SettleMonths ends;
} SettleWindowsWanted;

/* What earlier runs measured and last posted of the volume windows that the orders which facts are
 * of count in (as settle_volumes_load says), of the wanted ones (SettleWindowsWanted), and of all
 * that end today: adds SettleVolumeRow. */
gboolean settle_load_volumes(SettleStore *store, const SettleRunContext *context,
                             const SettleChunk *chunk, GArray *const *facts, guint n_facts,
                             const GArray *wanted, GArray *measures, GArray *postings,
                             GError **error);

/* --- history: what is known of orders settled before --------------------------------------- */
typedef struct {
    int64_t order_id;
    int32_t distributor_id;
    SettleMonth first, last; /* the closing month, and the end of its policy's span */
} SettleOrderKey;

typedef struct {
    int64_t order_id;
    int64_t target_minor;
    int32_t distributor_id;
    int32_t run_id;
    SettleSlot slot;
    int16_t class_id;
} SettlePosted;

/* All visible bills of the orders in keys (ascending), of their months and dated up to the run's
 * day, sorted as above. One query a month, and so is the next. */
gboolean settle_load_history_bills(SettleStore *store, const SettleRunContext *context,
                                   const SettleOrderKey *keys, guint n_keys, GArray *bills,
                                   GError **error);
/* The latest posting of each slot of the orders in keys, also those posted after their months,
 * sorted by (distributor, order, slot). */
gboolean settle_load_posted(SettleStore *store, const SettleRunContext *context,
                            const SettleOrderKey *keys, guint n_keys, GArray *posted,
                            GError **error);

/* The last parameters of a query of orders, "bbb", and of one of bills, "bbbbbbb": which columns
 * any policy asks for. */
#define SETTLE_ASKED_OF_ORDERS(asks) (asks).manager, (asks).region, (asks).channel
#define SETTLE_ASKED_OF_BILLS(asks)                                                                \
    SETTLE_ASKED_OF_ORDERS(asks), (asks).cash, (asks).arrears, (asks).megabytes, (asks).minutes

/* Whether a bill that was read is kept. */
typedef gboolean (*SettleKeepBill)(const SettleRunContext *context, const SettleBill *bill);
/* Reads a stream of bills to its end, whose reader it takes over (NULL: error is set); adds those
 * that `keep` wants. keep NULL: all, and no more than the chunk may hold; chunk is needed for that
 * only. */
gboolean settle_load_bills(SettleReader *stream, const SettleRunContext *context,
                           const SettleChunk *chunk, SettleKeepBill keep, GArray *bills,
                           GError **error);
/* By distributor, order, month, revision, turn, withdrawn: a GCompareFunc. */
int settle_load_compare_bills(gconstpointer a, gconstpointer b);

/* Reads the twelve columns of an order that every query of facts starts with; manager, region and
 * channel are 0 where the query was not asked for them. */
void settle_load_order(const SettleReader *reader, SettleOrder *order);
/* The error of a chunk with more facts of a kind than it may hold; always FALSE. */
gboolean settle_load_too_large(const SettleRunContext *context, const SettleChunk *chunk,
                               GError **error);
G_END_DECLS
