/* The facts as the calculation sees them: fixed-width, ids resolved, no text.
 *
 * Ids: distributor, carrier, product, manager, outlet, region, channel, class ids are small
 * integers given by intake (0: none). order_id and contract_id are hashes
 * (model/order-id.h, base/keyed.h), see docs/architecture.md "Ids". */
#pragma once

#include "calendar/calendar.h"
#include "money/money.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    SETTLE_ORDER_FIRST_OF_SUBSCRIBER = 1 << 0, /* the subscriber's first order */
    SETTLE_ORDER_FOLLOWS = 1 << 1, /* the bills of the contract serve an earlier-closed order, as
                                    * intake knew it (docs/semantics.md 13.8) */
    SETTLE_ORDER_NO_CONTRACT = 1 << 2, /* the order names no contract: no bill can serve it */
    /* Read beside the stored ones: this row withdraws the order; and above it, in so many bits, the
     * revision less 1. Of an order's rows the one with the highest of these holds. */
    SETTLE_ORDER_WITHDRAWN = 1 << 3,
} SettleOrderFlags;
#define SETTLE_ORDER_VERSION_SHIFT 3

typedef struct {
    int64_t order_id;
    int64_t paid_minor;
    int32_t distributor_id;
    int32_t batch_id;
    int32_t product_id;
    int32_t manager_id;
    int32_t quantity;
    SettleDay closing_day; /* local day of the settlement zone, computed at intake */
    int16_t region_id;
    int16_t channel_id;
    SettleCurrency currency;
    uint16_t flags; /* SettleOrderFlags */
} SettleOrder;

/* One revision of one month of a contract, resolved to the order it serves. */
typedef struct {
    SettleOrder order; /* what intake knew of the order: the bill needs no look-up to be settled */
    int32_t batch_id;  /* the bill's own; order.batch_id is the order's */
    int32_t source_batch_id; /* that brought it, if it waited for its order or moved; else 0 */
    int64_t billed_minor;
    int64_t cash_minor;
    int64_t arrears_minor;
    int64_t megabytes;
    int32_t minutes;
    SettleMonth month;
    SettleDay issue_day;
    int16_t revision; /* 1.. ; the highest holds */
    uint8_t
        withdrawn : 1; /* it moved to another order of the contract, or was told wrongly */
    uint8_t turn : 7;  /* how often they came back to this order: of a revision the last holds */
    uint8_t follows;   /* another revision of this month came before: posted may not be zero */
} SettleBill;

/* What happens to an order after it closed. The numbers are stored: never renumber, only append. */
typedef enum {
    SETTLE_EVENT_KIND_REFUND = 1, /* of amount_minor; whole: of all that was paid */
    SETTLE_EVENT_KIND_CANCEL = 2,
    SETTLE_EVENT_KIND_SUSPEND = 3,
    SETTLE_EVENT_KIND_RESUME = 4,
    SETTLE_EVENT_KIND_FRAUD = 5,           /* farmed lines, arbitrage */
    SETTLE_EVENT_KIND_NUMBER_TRANSFER = 6, /* the number goes to another subscriber */
    SETTLE_EVENT_KIND_PORT_OUT = 7,        /* the number leaves for another carrier */
    SETTLE_EVENT_KIND_REINSTATE = 8,       /* undoes `reinstates`, as if it had never happened */
} SettleEventKind;
#define SETTLE_N_EVENT_KINDS 9 /* index 0 unused */

/* event_id is a hash of the carrier's key of it (base/keyed.h). */
typedef struct {
    SettleOrder order; /* what intake knew of the order */
    int64_t event_id;
    int64_t amount_minor;    /* of a refund; else 0 */
    int64_t reinstates;      /* event_id; 0 unless kind is REINSTATE */
    int64_t at;              /* the instant: which of two events of a day came first (14.24) */
    int32_t batch_id;        /* the event's own; order.batch_id is the order's */
    int32_t source_batch_id; /* that brought it, if it waited for its order; else 0 */
    SettleDay day;           /* local day of the settlement zone */
    uint8_t kind;            /* SettleEventKind */
    uint8_t whole;           /* a refund of everything, whatever the amount */
    uint16_t version; /* revision times 2; odd: withdrawn. Of an event's rows the highest holds */
} SettleEvent;
/* "refund", "cancel" ... as files and policies write them. */
const char *settle_event_kind_name(SettleEventKind kind);

/* What the policies ask about the parties of an order, looked up by the closing day. */
typedef struct {
    int32_t carrier_id;
    int16_t class_id;  /* product class */
    int16_t tier;      /* the distributor's tier, 0 if none */
    int32_t outlet_id; /* the manager's own outlet on the closing day, 0 if none */
    SettleDay
        ended_from; /* the first day on which the distributor has ended; SETTLE_DAY_MAX: not */
    uint8_t not_active; /* carrier or distributor, on the closing day: the order earns nothing */
    uint8_t not_sold;   /* the product, likewise (docs/semantics.md 13.13) */
} SettleOrderParties;

G_END_DECLS
