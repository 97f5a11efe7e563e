/* SHA-256 by libcrypto, once or in pieces, as bytes, as hexadecimal text or as an id of 62 bits. */
#include "base/digest.h"

#include "base/error.h"

#include <openssl/evp.h>
#include <string.h>

struct SettleDigest {
    EVP_MD_CTX *context;
};

SettleDigest *
settle_digest_new(void)
{
    SettleDigest *digest = g_new0(SettleDigest, 1);

    digest->context = EVP_MD_CTX_new();
    settle_invariant(digest->context != NULL);
    settle_invariant(EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) == 1);
    return digest;
}

void
settle_digest_free(SettleDigest *digest)
{
    EVP_MD_CTX_free(digest->context);
    g_free(digest);
}

void
settle_digest_update(SettleDigest *digest, const void *bytes, size_t length)
{
    settle_invariant(EVP_DigestUpdate(digest->context, bytes, length) == 1);
}

void
settle_digest_u32(SettleDigest *digest, uint32_t value)
{
    uint32_t big = GUINT32_TO_BE(value);

    settle_digest_update(digest, &big, sizeof big);
}

void
settle_digest_i64(SettleDigest *digest, int64_t value)
{
    uint64_t big = GUINT64_TO_BE((uint64_t) value);

    settle_digest_update(digest, &big, sizeof big);
}

void
settle_digest_text(SettleDigest *digest, const char *text)
{
    settle_digest_u32(digest, (uint32_t) strlen(text));
    settle_digest_update(digest, text, strlen(text));
}

void
settle_digest_finish(SettleDigest *digest, uint8_t ret_bytes[SETTLE_DIGEST_BYTES])
{
    settle_invariant(EVP_DigestFinal_ex(digest->context, ret_bytes, NULL) == 1);
    settle_invariant(EVP_DigestInit_ex(digest->context, NULL, NULL) == 1);
}

void
settle_digest_once(const void *bytes, size_t length, uint8_t ret_bytes[SETTLE_DIGEST_BYTES])
{
    /* A thread keeps one: OpenSSL's own function looks its algorithm up each time, under locks. */
    static GPrivate kept = G_PRIVATE_INIT((GDestroyNotify) settle_digest_free);
    SettleDigest *digest = g_private_get(&kept);

    if (digest == NULL) {
        digest = settle_digest_new();
        g_private_set(&kept, digest);
    }
    settle_digest_update(digest, bytes, length);
    settle_digest_finish(digest, ret_bytes);
}

void
settle_digest_hex(const uint8_t bytes[SETTLE_DIGEST_BYTES], char ret_hex[SETTLE_DIGEST_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < SETTLE_DIGEST_BYTES; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    ret_hex[64] = '\0';
}

int64_t
settle_id_from_key(int32_t name_space, const char *key, size_t length)
{
    uint8_t stack[256], bytes[SETTLE_DIGEST_BYTES];
    uint32_t big = GUINT32_TO_BE((uint32_t) name_space);
    uint64_t id;

    if (length <= sizeof stack - sizeof big) {
        memcpy(stack, &big, sizeof big);
        memcpy(stack + sizeof big, key, length);
        settle_digest_once(stack, sizeof big + length, bytes);
    } else {
        g_autoptr(SettleDigest) digest = settle_digest_new();

        settle_digest_update(digest, &big, sizeof big);
        settle_digest_update(digest, key, length);
        settle_digest_finish(digest, bytes);
    }
    memcpy(&id, bytes, sizeof id);
    id = GUINT64_FROM_BE(id) >> 2;
    return id != 0 ? (int64_t) id : 1;
}
