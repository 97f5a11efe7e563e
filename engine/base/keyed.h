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

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleKeyed, settle_keyed_free)

G_END_DECLS
