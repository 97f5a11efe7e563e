/* Private to intake: the orders of a file while they are written, and which order of a contract its
 * bills serve. */
#pragma once

#include "intake/contract-bills.h"

G_BEGIN_DECLS

typedef struct {
    SettleSpool *existing;  /* orders of the database with the keys of the file, by key */
    SettleSpool *orders;    /* accepted, by (distributor, order id) */
    SettleSpool *contracts; /* accepted ones with a contract, by (contract, closing, order id) */
    SettleSpool *known;     /* settle.contract rows of these contracts, by the same */
    SettleSpool *waiting;   /* bills that came before, by (contract, settle_bill_key) */
    SettleSpool *unsure;    /* keys of events that a late order may be meant by, too */
    SettleSpool *revised;   /* (distributor and month, order) of those with more rows than one */
    GHashTable *follows;    /* order ids: FOLLOWS is set */
    GArray *shared;         /* int64_t: contracts that have or had another order */
    GHashTable *changed;    /* those of them whose bills may be another order's now, as pointers */
    GArray *claimed;        /* int64_t: keys of accepted orders that are among the unsure ones */
    GArray *told_again;     /* int64_t: keys of orders that were told again, each once or more */
    SettleContractBills to; /* bills that are to be written */
} SettleOrderWork;

/* Of the accepted orders with a contract, before they are stored: fills follows, shared and
 * changed; the waiting bills of contracts with a single order find it. What it asks the database
 * for is in known and waiting afterwards. */
gboolean settle_order_contracts_resolve(SettleIntakeJob *job, SettleOrderWork *work,
                                        GError **error);
/* The bills of shared contracts, after the orders were stored and the events that waited for them
 * have found them: writes what becomes of them, and the bills that found a single order. */
gboolean settle_order_contracts_write(SettleIntakeJob *job, SettleOrderWork *work, GError **error);

G_END_DECLS
