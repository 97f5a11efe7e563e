#include "ledger/ledger.h"

#include "base/error.h"

#include <string.h>

/* Version 1 of the encoding of a transfer, all big-endian:
 *   subject 8, slot 4, policy hash's first 8 bytes 8, kind 1, debit 1, credit 1, amount 8, target
 * 8, period 4, origin 4, revision 2, class code 16 (cut or filled with NUL) A distributor starts
 * with a version byte and its code with a NUL behind it. No clock and no id that the database gave
 * to a party, product or policy is in it. */
#define ENCODING_VERSION 1
#define RECORD           65
#define CLASS_BYTES      16
#define BUFFERED         1024 /* records fed to SHA-256 at once: it is slow on small pieces */

struct SettleLedgerDigest {
    SettleDigest *digest;
    gboolean open, any;
    int64_t last_subject;
    SettleSlot last_slot;
    uint8_t last_debit;
    guint n;
    uint8_t buffer[BUFFERED * RECORD];
};

SettleLedgerDigest *
settle_ledger_digest_new(void)
{
    SettleLedgerDigest *digest = g_new0(SettleLedgerDigest, 1);

    digest->digest = settle_digest_new();
    return digest;
}

void
settle_ledger_digest_free(SettleLedgerDigest *digest)
{
    settle_digest_free(digest->digest);
    g_free(digest);
}

static void
flush(SettleLedgerDigest *digest)
{
    if (digest->n > 0)
        settle_digest_update(digest->digest, digest->buffer, (size_t) digest->n * RECORD);
    digest->n = 0;
}

void
settle_ledger_digest_begin(SettleLedgerDigest *digest, const char *distributor_code)
{
    uint8_t version = ENCODING_VERSION, dropped[SETTLE_DIGEST_BYTES];

    /* a distributor given up half-way by a failed chunk */
    if (digest->open)
        settle_digest_finish(digest->digest, dropped);
    digest->open = TRUE;
    digest->any = FALSE;
    digest->n = 0;
    settle_digest_update(digest->digest, &version, 1);
    settle_digest_update(digest->digest, distributor_code, strlen(distributor_code) + 1);
}

static inline uint8_t *
put_64(uint8_t *at, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    memcpy(at, &value, 8);
    return at + 8;
}

static inline uint8_t *
put_32(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    memcpy(at, &value, 4);
    return at + 4;
}

void
settle_ledger_digest_add(SettleLedgerDigest *digest, const SettleTransfer *t,
                         const uint8_t policy_hash[32], const char *class_code)
{
    uint8_t *start = digest->buffer + (size_t) digest->n * RECORD;
    uint8_t *at = start;

    settle_invariant(digest->open);
    settle_invariant(!digest->any || t->subject_id > digest->last_subject ||
                     (t->subject_id == digest->last_subject &&
                      (t->slot > digest->last_slot ||
                       (t->slot == digest->last_slot && t->debit > digest->last_debit))));
    digest->any = TRUE;
    digest->last_subject = t->subject_id;
    digest->last_slot = t->slot;
    digest->last_debit = t->debit;

    at = put_64(at, (uint64_t) t->subject_id);
    at = put_32(at, (uint32_t) t->slot);
    memcpy(at, policy_hash, 8);
    at += 8;
    *at++ = t->kind;
    *at++ = t->debit;
    *at++ = t->credit;
    at = put_64(at, (uint64_t) t->amount_minor);
    at = put_64(at, (uint64_t) t->target_minor);
    at = put_32(at, (uint32_t) t->period);
    at = put_32(at, (uint32_t) t->origin);
    *at++ = (uint8_t) ((uint16_t) t->revision >> 8);
    *at++ = (uint8_t) t->revision;
    memset(at, 0, CLASS_BYTES);
    memcpy(at, class_code, strnlen(class_code, CLASS_BYTES));
    at += CLASS_BYTES;
    settle_invariant(at - start == RECORD);
    if (++digest->n == BUFFERED)
        flush(digest);
}

void
settle_ledger_digest_end(SettleLedgerDigest *digest, uint8_t ret_bytes[SETTLE_DIGEST_BYTES])
{
    settle_invariant(digest->open);
    flush(digest);
    settle_digest_finish(digest->digest, ret_bytes);
    digest->open = FALSE;
}
