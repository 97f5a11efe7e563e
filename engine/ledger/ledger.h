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

/* Which transfers bring the legs of a slot from what was posted to their targets; at most one
 * a leg, ascending. like: what they have in common, its slot that of the main leg, its cause that
 * of all but what an event takes back; taken: the month of that event, or 0; withheld: kept at
 * source. Returns how many; what is wanted and posted is far below 64 bits.
 */
guint settle_ledger_differences(const SettleTransfer *like, SettleMonth taken, gboolean withheld,
                                const SettleStanding *wanted, const int64_t posted[SETTLE_N_LEGS],
                                const SettlePeriods *periods,
                                SettleTransfer ret_transfers[SETTLE_N_LEGS]);

/* Digests over one distributor's transfers of a run, which come in key order (subject, slot): a
 * leaf for each carrier. Nothing in them is an id that a database gave. */
typedef struct SettleLedgerDigest SettleLedgerDigest;
SettleLedgerDigest *settle_ledger_digest_new(void);
void settle_ledger_digest_free(SettleLedgerDigest *digest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleLedgerDigest, settle_ledger_digest_free)
/* What the ids of a transfer stand for. */
typedef struct {
    const char *carrier_code;   /* "": none (a distributor's own deposit) */
    const uint8_t *policy_hash; /* its first 8 bytes count; NULL: none */
    const uint8_t *rule_hash;   /* SETTLE_RULE_HASH_BYTES; NULL: none */
    const char *class_code;     /* of the product; "": none */
    const char *scope_code;     /* of a window's outlet or manager; else "" */
} SettleLedgerNames;
typedef struct {
    int32_t carrier_id; /* as it was given */
    int64_t transfers;
    uint8_t digest[SETTLE_DIGEST_BYTES];
} SettleLedgerLeaf;
/* Starts a distributor, by its code. */
void settle_ledger_digest_begin(SettleLedgerDigest *digest, const char *distributor_code);
/* carrier_id: only tells leaves apart. Aborts if the transfers do not ascend by (subject, slot,
 * debit). */
void settle_ledger_digest_add(SettleLedgerDigest *digest, int32_t carrier_id,
                              const SettleTransfer *transfer, const SettleLedgerNames *names);
/* Ends the distributor. SettleLedgerLeaf, by carrier id; valid until the next end. */
const GArray *settle_ledger_digest_end(SettleLedgerDigest *digest);

G_END_DECLS
