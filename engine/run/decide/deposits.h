/* What people decide about deposits, and the list of what they hold (docs/semantics.md 1, 13.13,
 * 14.44). A decision is brought about by the next run of deposits (run/beside/deposit.h). */
#pragma once

#include "ledger/deposit.h"
#include "model/directory.h"
#include "store/store.h"

G_BEGIN_DECLS

/* A party: a carrier or a distributor. */
typedef struct {
    SettleDim dim; /* SETTLE_DIM_CARRIER or SETTLE_DIM_DISTRIBUTOR */
    const char *code;
} SettleDepositParty;

/* Decisions, as an approver; the next settle_deposit_post brings them about. reason: kept.
 * Errors: INPUT (no such party), STATE as below. */
/* To cover what the party owes (a distributor: to the carrier of that code, or NULL: to all), as
 * far as its deposit goes. STATE if it owes nothing or has no deposit. */
gboolean settle_deposit_cover(SettleStore *store, const SettleDepositParty *party,
                              const char *carrier, const char *reason, GError **error);
/* To forfeit a part of a deposit; STATE if there is less. */
gboolean settle_deposit_forfeit(SettleStore *store, const SettleDepositParty *party,
                                int64_t amount_minor, const char *reason, GError **error);
/* What the deposit of a party is to be. */
gboolean settle_deposit_set(SettleStore *store, const SettleDepositParty *party,
                            int64_t amount_minor, const char *reason, GError **error);
/* What is frozen for parties that enter from now on. */
gboolean settle_deposit_set_default(SettleStore *store, SettleDim dim, int64_t amount_minor,
                                    const char *reason, GError **error);

/* Where the deposit of a party stands. */
typedef struct {
    SettleDim dim;
    const char *code; /* owned by the list's directory */
    gboolean has_status;
    SettlePartyStatus status;
    SettleDay since;
    SettleDeposit deposit;
    SettleDay release_day; /* of one that has ended and has a balance; else 0 */
} SettleDepositStanding;

/* All parties with a deposit or a status as of the last nightly run, carriers first, by code.
 * *ret_directory keeps the codes and is the caller's, as the array is. */
gboolean settle_deposit_list(SettleStore *store, SettleDirectory **ret_directory,
                             GArray **ret_standings, GError **error);

G_END_DECLS
