/* Ed25519 signatures of senders over the SHA-256 of what they send (libcrypto). */
#pragma once

#include "base/digest.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

#define SETTLE_SENDER_KEY_BYTES 32
#define SETTLE_SIGNATURE_BYTES  64
/* What a file with a signature is at most; and how it is called. */
#define SETTLE_SIGNATURE_FILE_MAX 1024
#define SETTLE_SIGNATURE_SUFFIX   ".sig"

/* A public key as `openssl pkey -pubout` writes it (PEM). FALSE: it is none of Ed25519. */
gboolean settle_sender_key_parse(const char *pem, gsize length,
                                 uint8_t ret_key[SETTLE_SENDER_KEY_BYTES]);
/* A signature as `openssl pkeyutl -sign -rawin` writes it, 64 bytes, or these in base64, with white
 * space anywhere. FALSE: it is neither. */
gboolean settle_signature_parse(const char *bytes, gsize length,
                                uint8_t ret_signature[SETTLE_SIGNATURE_BYTES]);
/* Whether it is the key's signature over the 32 bytes of the digest. */
gboolean settle_signature_holds(const uint8_t key[SETTLE_SENDER_KEY_BYTES],
                                const uint8_t signature[SETTLE_SIGNATURE_BYTES],
                                const uint8_t digest[SETTLE_DIGEST_BYTES]);

G_END_DECLS
