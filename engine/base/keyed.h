/* HMAC-SHA-256 under a carrier's key, and what is made of it: ids of 62 bits, so that who sees an
 * id cannot tell the order number or contract behind it by trying some, and salts of commitments.
 * Who holds the key can. */
#pragma once

#include "base/digest.h"

G_BEGIN_DECLS

#define SETTLE_KEY_BYTES        32
#define SETTLE_SALT_BYTES       16
#define SETTLE_COMMITMENT_BYTES 16

typedef struct SettleKeyed SettleKeyed;

/* What an id is of: ids of two kinds are never one because their texts are. Never change one. */
typedef enum {
    SETTLE_KEYED_ORDER = 'o', /* upstream id and line: the key of an order, not its id */
    SETTLE_KEYED_CONTRACT = 'c',
    SETTLE_KEYED_EVENT = 'e',
    SETTLE_KEYED_RECEIPT = 'r',
} SettleKeyedKind;

/* Ids under a copy of the key, the caller's. */
SettleKeyed *settle_keyed_new(const uint8_t key[SETTLE_KEY_BYTES]);
/* Wipes the key. */
void settle_keyed_free(SettleKeyed *keyed);

/* The upper 62 bits of HMAC(kind, first) or, if the second text has a length, of HMAC(kind, first,
 * a NUL byte, second); the texts hold no NUL. 1 to 2^62 - 1 (0 is mapped to 1). The same for ever:
 * these ids are stored. settle.keyed_id() is the same in the database. */
int64_t settle_keyed_id(const SettleKeyed *keyed, SettleKeyedKind kind, const char *first,
                        size_t first_length, const char *second, size_t second_length);

/* --- commitments to texts ---------------------------------------------------------------------
 * Texts about people stand apart: row sums hold 16 bytes that commit to them, so that they can be
 * erased and everything still verifies. Who has neither salt nor key cannot try texts. */

/* Which table's rows: the salts of one are not those of another. Never change one. */
typedef enum {
    SETTLE_SALT_ORDER = 'o',
    SETTLE_SALT_BILL_WAITING = 'b',
    SETTLE_SALT_EVENT = 'e',
    SETTLE_SALT_EVENT_WAITING = 'w',
    SETTLE_SALT_RECEIPT = 'r',
    SETTLE_SALT_QUARANTINE = 'q',
    SETTLE_SALT_STATEMENT_LINE = 's',
} SettleSaltOf;

/* What the salts of a batch's rows are made of: one HMAC for the batch, so that a row costs one
 * block of SHA-256. */
typedef struct {
    uint8_t key[SETTLE_DIGEST_BYTES];
} SettleSalts;

/* HMAC('s', of, batch as 8 bytes big-endian). */
void settle_salts_init(SettleSalts *ret_salts, const SettleKeyed *keyed, SettleSaltOf of,
                       int64_t batch);
/* The first 16 bytes of SHA-256(its 32 bytes, row as 8 bytes big-endian): the same row of the same
 * batch has the same salt each time. */
void settle_salt(const SettleSalts *salts, int64_t row, uint8_t ret_salt[SETTLE_SALT_BYTES]);
/* The first 16 bytes of SHA-256 over a salt and what follows it: the texts, each after its length
 * (binary COPY's form). */
void settle_commitment(const void *salt_and_texts, size_t length,
                       uint8_t ret_commitment[SETTLE_COMMITMENT_BYTES]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleKeyed, settle_keyed_free)

G_END_DECLS
