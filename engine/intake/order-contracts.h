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
    GHashTable *known_rows; /* settle_contract_row_key: rows of contracts that are there already */
    SettleContractBills to; /* bills that are to be written */
} SettleOrderWork;

/* Nothing yet; clear gives back what it takes. */
void settle_order_work_init(SettleOrderWork *work, SettleIntakeJob *job);
void settle_order_work_clear(SettleOrderWork *work);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleOrderWork, settle_order_work_clear)
/* Adds all rows of the orders of these keys, of the months that the job looks at, to existing; a
 * SettleIntakeQuery, user_data: SettleOrderWork. */
gboolean settle_orders_query_existing(SettleIntakeJob *job, const int64_t *ids, size_t n,
                                      gpointer user_data, GError **error);
/* COPYs the work's rows, with what follows for bills and events. */
gboolean settle_orders_store(SettleIntakeJob *job, SettleOrderWork *work, GError **error);
/* Names a row of a contract; to be freed. */
char *settle_contract_row_key(const SettleIntakeContract *row);
/* Of the accepted orders with a contract, before they are stored: fills follows, shared and
 * changed; the waiting bills of contracts with a single order find it. What it asks the database
 * for is in known and waiting afterwards. */
gboolean settle_order_contracts_resolve(SettleIntakeJob *job, SettleOrderWork *work,
                                        GError **error);
/* The bills of shared contracts, after the orders were stored and the events that waited for them
 * have found them: writes what becomes of them, and the bills that found a single order. */
gboolean settle_order_contracts_write(SettleIntakeJob *job, SettleOrderWork *work, GError **error);

G_END_DECLS
