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

/* The transfer that brings `posted_minor` to the target, or FALSE if they are equal. Earned:
 * carrier
 * -> target->credit; taken back: distributor -> carrier. */
gboolean settle_ledger_difference(const SettleTarget *target, int64_t posted_minor,
                                  const SettleOrder *order, int32_t policy_id, int16_t class_id,
                                  const SettlePeriods *periods, SettleTransfer *ret_transfer);

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
