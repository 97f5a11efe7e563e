/* Refunds against what was paid: a carrier's slack, and the list of events that count for nothing
 * until a person has seen them (docs/semantics.md 2). */
#pragma once

#include "calc/events.h"
#include "store/store.h"

G_BEGIN_DECLS

/* What a carrier's refunds may exceed what is left by, of orders that closed from a day on: the
 * setting refund-slack. */
typedef struct {
    int32_t carrier_id;
    SettleDay from;
    int64_t slack_minor;
} SettleRefundSlack;

/* GArray of SettleRefundSlack as of a position of the control log; g_array_unref. */
GArray *settle_refund_slacks_load(SettleStore *store, int64_t control_position, GError **error);
/* What refunds of an order may come to. carrier_id: the order's. */
SettleRefundLimit settle_refund_limit(const GArray *slacks, int32_t carrier_id,
                                      const SettleOrder *order);
/* Decides a carrier's slack for orders that close from a day on, in minor units of their currency.
 * INPUT: the carrier is not known; STATE: nights have settled that day. store: opened as approver.
 */
gboolean settle_refund_slack_set(SettleStore *store, const char *carrier, int64_t slack_minor,
                                 SettleDay from, const char *reason, GError **error);

/* An event that counts for nothing and that nobody has seen. Texts are the list's. */
typedef struct {
    int64_t event_id, amount_minor, paid_minor;
    const char *carrier, *distributor, *order, *event;
    SettleDay day;
    SettleCurrency currency;
    uint8_t kind, whole;
} SettleNothing;

typedef struct {
    GArray *rows; /* SettleNothing by carrier, distributor, order, time */
    GPtrArray *results;
} SettleNothingList;

/* As of the last settled night. store: any role. */
gboolean settle_nothing_list(SettleStore *store, SettleNothingList *ret_list, GError **error);
/* Appends the ids (int64_t) of a distributor's events that count for nothing, seen or not, as of
 * the last settled night. store: any role. A scoped login knows no id, all others ask by it alone.
 */
gboolean settle_nothing_events(SettleStore *store, int32_t distributor_id, const char *distributor,
                               GArray *ids, GError **error);
void settle_nothing_list_clear(SettleNothingList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleNothingList, settle_nothing_list_clear)
/* Why: "refund-beyond-paid" or "reinstates-nothing". */
const char *settle_nothing_reason(const SettleNothing *row);
/* Writes down that a person has seen an event of the list; event NULL: all of the carrier's; both
 * NULL: all. *ret_seen: how many; 0: none of the list is meant. store: opened as approver. */
gboolean settle_nothing_seen(SettleStore *store, const char *carrier, const char *event,
                             const char *reason, guint *ret_seen, GError **error);

G_END_DECLS
