/* SHA-256 (libcrypto) and the keyed-less 62-bit hash that makes ids out of natural keys. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

#define SETTLE_DIGEST_BYTES     32
#define SETTLE_DIGEST_HEX_BYTES 65 /* as hex digits, with a NUL */

typedef struct SettleDigest SettleDigest;

/* A digest of nothing yet, the caller's; update adds bytes to the message, as often as wanted. */
SettleDigest *settle_digest_new(void);
void settle_digest_free(SettleDigest *digest);
void settle_digest_update(SettleDigest *digest, const void *bytes, size_t length);
/* Numbers big-endian; a text with its length (four bytes) before it, so that neighbours cannot run
 * into each other. */
void settle_digest_u32(SettleDigest *digest, uint32_t value);
void settle_digest_i64(SettleDigest *digest, int64_t value);
void settle_digest_text(SettleDigest *digest, const char *text);
/* Writes the 32 bytes and starts over for the next message. */
void settle_digest_finish(SettleDigest *digest, uint8_t ret_bytes[SETTLE_DIGEST_BYTES]);
/* One message in one call. */
void settle_digest_once(const void *bytes, size_t length, uint8_t ret_bytes[SETTLE_DIGEST_BYTES]);
/* 64 lower-case hex digits and a NUL. */
void settle_digest_hex(const uint8_t bytes[SETTLE_DIGEST_BYTES],
                       char ret_hex[SETTLE_DIGEST_HEX_BYTES]);

/* The id of a fact with a textual natural key inside a namespace (a carrier's id): the upper 62
 * bits of SHA-256(namespace as 4 bytes big-endian, key), so 0 <= id < 2^62. Same input, same id, on
 * every machine and for ever: these ids are stored. 0 is never returned (mapped to 1). */
int64_t settle_id_from_key(int32_t name_space, const char *key, size_t length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleDigest, settle_digest_free)

G_END_DECLS
