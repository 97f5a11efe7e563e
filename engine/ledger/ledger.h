/* From targets to transfers, and the digest over them (docs/semantics.md 6, 7; architecture.md
 * "Digest"). Pure. */
#pragma once

#include "base/digest.h"
#include "calc/calc.h"
#include "model/transfer.h"

G_BEGIN_DECLS

/* Open and closed periods: which period takes a posting of an origin. */
typedef struct {
    gboolean any_closed;
    SettleMonth closed_to; /* it and all before it are closed */
} SettlePeriods;
/* The origin itself while open, else the oldest open one after it (sections 3 and 14.22). */
SettleMonth settle_periods_posting(const SettlePeriods *periods, SettleMonth origin);

/* The legs of a slot: what of it came which way (docs/semantics.md 7, 14.31 to 14.34). Each stands
 * at an amount of its own, never below zero; the numbers are stored in the slot. */
typedef enum {
    SETTLE_LEG_MAIN = 0, /* carrier -> distributor, or -> withheld where it is kept at source */
    SETTLE_LEG_HELD, /* carrier -> held: all that went there and was not taken back from there */
    SETTLE_LEG_RELEASED, /* held -> distributor */
    SETTLE_LEG_TAKEN,    /* distributor -> carrier: taken back beyond the main leg */
    SETTLE_LEG_STRAIGHT, /* carrier -> distributor, of a slot that is kept at source */
    SETTLE_N_LEGS
} SettleLeg;
/* "main", "held", "released", "taken-back", "straight"; NULL: there is no such leg */
const char *settle_leg_name(guint leg);

/* Which transfers bring a slot from what its legs stand at to what it is to stand at; at most one
 * a leg, ascending. like: what they have in common, its slot that of the main leg, its origin the
 * slot's own; taken: the month of the event that took back, or 0; withheld: kept at source. Returns
 * how many; what is wanted and posted is far below 64 bits. */
guint settle_ledger_differences(const SettleTransfer *like, SettleMonth taken, gboolean withheld,
                                const SettleStanding *wanted, const int64_t posted[SETTLE_N_LEGS],
                                const SettlePeriods *periods,
                                SettleTransfer ret_transfers[SETTLE_N_LEGS]);

/* Digest over one distributor's transfers of a run, in key order (subject, slot). */
typedef struct SettleLedgerDigest SettleLedgerDigest;
SettleLedgerDigest *settle_ledger_digest_new(void);
void settle_ledger_digest_free(SettleLedgerDigest *digest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleLedgerDigest, settle_ledger_digest_free)
/* Starts a distributor, by its code (ids are surrogates and stay out). */
void settle_ledger_digest_begin(SettleLedgerDigest *digest, const char *distributor_code);
/* policy_hash: the 32 bytes of the transfer's policy; class_code its product class ("" if none).
 * Aborts if the transfers do not ascend by (subject, slot, debit). */
void settle_ledger_digest_add(SettleLedgerDigest *digest, const SettleTransfer *transfer,
                              const uint8_t policy_hash[32], const char *class_code);
void settle_ledger_digest_end(SettleLedgerDigest *digest, uint8_t ret_bytes[SETTLE_DIGEST_BYTES]);

G_END_DECLS
