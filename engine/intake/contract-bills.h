/* Private to intake: bills that go to the order of their contract that holds them
 * (contract-holders.h): those that waited, and those that another order holds now than before,
 * because orders came, were told again or withdrawn, or because an order was cancelled or ported
 * out, or was not after all. */
#pragma once

#include "intake/contract-holders.h"

G_BEGIN_DECLS

/* A contract that bills may go back to waiting for. */
typedef struct {
    int64_t contract_id;
    int32_t carrier_id;
    uint16_t length;
    char text[];
} SettleContractText;

/* What is to be written of a batch. */
typedef struct {
    SettleSpool *bills;    /* rows of settle.bill */
    SettleSpool *found;    /* keys of those among them that waited */
    SettleSpool *unplaced; /* bills that go back to waiting, by (contract, settle_bill_key) */
    GHashTable *old;       /* order ids as pointers: of the batch's, those told before */
    GHashTable *texts;     /* contract id -> SettleContractText, of the job's arena */
    GArray *placed;        /* SettleIntakeBillRow: bills of an order that may have had some */
} SettleContractBills;

/* Nothing yet; clear gives all of it back. */
void settle_contract_bills_init(SettleContractBills *bills, const SettleIntakeJob *job);
void settle_contract_bills_clear(SettleContractBills *bills);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleContractBills, settle_contract_bills_clear)

/* The waiting bills of a contract go to those that hold them; waiting: by (contract,
 * settle_bill_key), read on to the end of the contract. A bill in the currency of none goes on
 * waiting. */
gboolean settle_contract_bills_find(SettleIntakeJob *job, SettleContractBills *bills,
                                    SettleIntakeCursor *waiting, uint64_t contract,
                                    const GArray *holders, GError **error);
/* Of contracts (ids, in any order; NULL: none) and those that changed (ids as pointers), as the
 * database knows them by now, this batch included, where there is more than one row of their
 * orders: waiting bills go to those that hold them, and bills that another order has move. Bills
 * are looked for where a contract changed or an order of it has ended. */
gboolean settle_contract_bills_settle(SettleIntakeJob *job, SettleContractBills *bills,
                                      const GArray *contracts, GHashTable *changed, GError **error);
/* The same of contracts whose orders were cancelled, ported out or reinstated (ids as pointers),
 * and writes it. */
gboolean settle_contract_bills_of_events(SettleIntakeJob *job, GHashTable *contracts,
                                         GError **error);
/* COPYs all of it. */
gboolean settle_contract_bills_copy(SettleIntakeJob *job, SettleContractBills *bills,
                                    GError **error);

G_END_DECLS
