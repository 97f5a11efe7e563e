/* Private to intake: the orders of a file while they are written, and which order of a contract its
 * bills serve. */
#pragma once

#include "intake/write.h"

G_BEGIN_DECLS

typedef struct {
    SettleSpool *existing;  /* orders of the database with the keys of the file, by key */
    SettleSpool *orders;    /* accepted, by (distributor, order id) */
    SettleSpool *contracts; /* accepted ones with a contract, by (contract, closing, order id) */
    SettleSpool *known;     /* settle.contract rows of these contracts, by the same */
    SettleSpool *waiting;   /* bills that came before, by (contract, settle_bill_key) */
    SettleSpool *bills;     /* to be written */
    SettleSpool *found;     /* keys of the waiting ones among them */
    SettleSpool *unsure;    /* keys of events that a late order may be meant by, too */
    SettleSpool *revised;   /* (distributor and month, order) of those with more rows than one */
    SettleSpool *unplaced;  /* bills that go back to waiting, by (contract, settle_bill_key) */
    GHashTable *follows;    /* order ids: FOLLOWS is set */
    GArray *moves;          /* SettleOrderMove */
    GArray *claimed;        /* int64_t: keys of accepted orders that are among the unsure ones */
    GArray *told_again;     /* int64_t: keys of orders that were told again, each once or more */
    GHashTable *texts;      /* contract id -> SettleContractText, of the job's arena */
    GArray *placed;         /* SettleIntakeBillRow: bills of an order that may have had some */
} SettleOrderWork;

/* A contract that bills may go back to waiting for. */
typedef struct {
    int64_t contract_id;
    int32_t carrier_id;
    uint16_t length;
    char text[];
} SettleContractText;

/* The bills of a contract and currency move to the order that is the first-closed one now; to
 * order_id 0: there is none any more, and they wait. */
typedef struct {
    SettleIntakeContract from, to;
} SettleOrderMove;

/* Of the accepted orders with a contract: fills follows, moves, bills and found from contracts.
 * What it asks the database for is in known and waiting afterwards. */
gboolean settle_order_contracts_resolve(SettleIntakeJob *job, SettleOrderWork *work,
                                        GError **error);

G_END_DECLS
