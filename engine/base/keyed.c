/* Ids under a carrier's key. An order costs two of them at import, so the hash states after the
 * padded key are kept and copied: libcrypto's newer interface allocates for each copy, which costs
 * more than hashing. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/keyed.h"

#include "base/error.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

struct SettleKeyed {
    SHA256_CTX inner, outer; /* after their padded keys */
};

static void
start(SHA256_CTX *state, const uint8_t key[SETTLE_KEY_BYTES], uint8_t pad)
{
    uint8_t block[SHA256_CBLOCK];

    memset(block, pad, sizeof block);
    for (int i = 0; i < SETTLE_KEY_BYTES; i++)
        block[i] ^= key[i];
    settle_invariant(SHA256_Init(state) == 1);
    settle_invariant(SHA256_Update(state, block, sizeof block) == 1);
    OPENSSL_cleanse(block, sizeof block);
}

SettleKeyed *
settle_keyed_new(const uint8_t key[SETTLE_KEY_BYTES])
{
    SettleKeyed *keyed = g_new(SettleKeyed, 1);

    start(&keyed->inner, key, 0x36);
    start(&keyed->outer, key, 0x5c);
    return keyed;
}

void
settle_keyed_free(SettleKeyed *keyed)
{
    if (keyed == NULL)
        return;
    OPENSSL_cleanse(keyed, sizeof *keyed);
    g_free(keyed);
}

/* The outer hash over the inner one. */
static void
finish(const SettleKeyed *keyed, SHA256_CTX *inner, uint8_t ret_bytes[SETTLE_DIGEST_BYTES])
{
    SHA256_CTX outer = keyed->outer;

    settle_invariant(SHA256_Final(ret_bytes, inner) == 1);
    settle_invariant(SHA256_Update(&outer, ret_bytes, SETTLE_DIGEST_BYTES) == 1);
    settle_invariant(SHA256_Final(ret_bytes, &outer) == 1);
}

int64_t
settle_keyed_id(const SettleKeyed *keyed, SettleKeyedKind kind, const char *first,
                size_t first_length, const char *second, size_t second_length)
{
    SHA256_CTX inner = keyed->inner;
    uint8_t bytes[SETTLE_DIGEST_BYTES];
    const char of = (char) kind;
    uint64_t id;

    SHA256_Update(&inner, &of, 1);
    SHA256_Update(&inner, first, first_length);
    if (second_length > 0) {
        SHA256_Update(&inner, "", 1);
        SHA256_Update(&inner, second, second_length);
    }
    finish(keyed, &inner, bytes);
    memcpy(&id, bytes, sizeof id);
    id = GUINT64_FROM_BE(id) >> 2;
    return id != 0 ? (int64_t) id : 1;
}

void
settle_salts_init(SettleSalts *ret_salts, const SettleKeyed *keyed, SettleSaltOf of, int64_t batch)
{
    SHA256_CTX inner = keyed->inner;
    const char head[] = {'s', (char) of};
    uint64_t big = GUINT64_TO_BE((uint64_t) batch);

    SHA256_Update(&inner, head, sizeof head);
    SHA256_Update(&inner, &big, sizeof big);
    finish(keyed, &inner, ret_salts->key);
}

/* The first half of SHA-256. */
static void
half(const void *bytes, size_t length, uint8_t ret_half[SETTLE_DIGEST_BYTES / 2])
{
    SHA256_CTX state;
    uint8_t digest[SETTLE_DIGEST_BYTES];

    settle_invariant(SHA256_Init(&state) == 1);
    settle_invariant(SHA256_Update(&state, bytes, length) == 1);
    settle_invariant(SHA256_Final(digest, &state) == 1);
    memcpy(ret_half, digest, sizeof digest / 2);
}

void
settle_salt(const SettleSalts *salts, int64_t row, uint8_t ret_salt[SETTLE_SALT_BYTES])
{
    uint8_t bytes[sizeof salts->key + sizeof(uint64_t)];
    uint64_t big = GUINT64_TO_BE((uint64_t) row);

    memcpy(bytes, salts->key, sizeof salts->key);
    memcpy(bytes + sizeof salts->key, &big, sizeof big);
    half(bytes, sizeof bytes, ret_salt);
}

void
settle_commitment(const void *salt_and_texts, size_t length,
                  uint8_t ret_commitment[SETTLE_COMMITMENT_BYTES])
{
    half(salt_and_texts, length, ret_commitment);
}
