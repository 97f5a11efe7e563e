/* What deposits hold and must cover, before a run of deposits or when a person decides about them.
 */
#pragma once

#include "ledger/deposit.h"
#include "model/directory.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef struct {
    SettleDim dim;
    int32_t id;
    SettleDeposit deposit;
    gboolean decided; /* somebody decided what it is to be */
    int64_t amount_minor;
} SettleDepositState;

typedef struct {
    GHashTable *states; /* SettleDepositState by party: those that ever moved or were decided on */
    int64_t default_minor[SETTLE_DIM_DISTRIBUTOR + 1];
    int64_t done_position; /* what was decided up to it was brought about */
    SettleDay first_day;   /* that is still to be looked at; 0: no night was settled yet */
} SettleDeposits;

/* One movement of a deposit. */
typedef struct {
    SettleDim dim;                      /* whose deposit */
    int32_t distributor_id, carrier_id; /* whose account; 0: none */
    int32_t policy_id;                  /* as in SettleTransfer */
    guint leg;
    SettleRole debit, credit;
    int64_t amount_minor, balance_minor; /* balance: of the deposit, after it */
    guint sequence;
} SettleDepositMovement;

/* As before run run_id, with decisions up to the position. */
gboolean settle_deposits_load(SettleStore *store, int64_t position, int32_t run_id,
                              SettleDeposits *ret_deposits, GError **error);
void settle_deposits_clear(SettleDeposits *deposits);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleDeposits, settle_deposits_clear)
/* The state of a party; a new one, all zero, if it never moved. Owned by deposits. */
SettleDepositState *settle_deposits_get(SettleDeposits *deposits, SettleDim dim, int32_t id);
/* "10000.00" of the control log; STATE if it is no amount. */
gboolean settle_deposit_parse(const char *text, int64_t *ret_minor, GError **error);

/* Adds to movements (SettleDepositMovement) what covers the debts of a party as far as its deposit
 * goes, and takes it out of the state. carrier_id: only a distributor's to that carrier; 0: to all.
 * end: SETTLE_DEPOSIT_END or 0. Debts are those before run run_id. */
gboolean settle_deposit_cover_debts(SettleStore *store, int32_t run_id, int32_t carrier_id,
                                    guint end, SettleDepositState *state, GArray *movements,
                                    GError **error);

G_END_DECLS
