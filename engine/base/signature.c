/* Ed25519 by libcrypto: keys in PEM, signatures as 64 bytes or in base64, and whether one holds. */
#include "base/signature.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

gboolean
settle_sender_key_parse(const char *pem, gsize length, uint8_t ret_key[SETTLE_SENDER_KEY_BYTES])
{
    BIO *bio = length <= G_MAXINT32 ? BIO_new_mem_buf(pem, (int) length) : NULL;
    EVP_PKEY *key = bio != NULL ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
    size_t n = SETTLE_SENDER_KEY_BYTES;
    gboolean good = key != NULL && EVP_PKEY_id(key) == EVP_PKEY_ED25519 &&
                    EVP_PKEY_get_raw_public_key(key, ret_key, &n) == 1 &&
                    n == SETTLE_SENDER_KEY_BYTES;

    EVP_PKEY_free(key);
    BIO_free(bio);
    return good;
}

gboolean
settle_signature_parse(const char *bytes, gsize length,
                       uint8_t ret_signature[SETTLE_SIGNATURE_BYTES])
{
    g_autofree char *text = NULL;
    g_autofree guchar *decoded = NULL;
    gsize n = 0;

    if (length == SETTLE_SIGNATURE_BYTES) {
        memcpy(ret_signature, bytes, length);
        return TRUE;
    }
    if (length > SETTLE_SIGNATURE_FILE_MAX || memchr(bytes, '\0', length) != NULL)
        return FALSE;
    text = g_malloc(length + 1);
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isspace(bytes[i]))
            text[n++] = bytes[i];
    text[n] = '\0';
    /* 64 bytes are 86 digits and two of padding */
    if (n != 88 ||
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") != 86 ||
        strcmp(text + 86, "==") != 0)
        return FALSE;
    decoded = g_base64_decode(text, &n);
    if (n != SETTLE_SIGNATURE_BYTES)
        return FALSE;
    memcpy(ret_signature, decoded, n);
    return TRUE;
}

gboolean
settle_signature_holds(const uint8_t key[SETTLE_SENDER_KEY_BYTES],
                       const uint8_t signature[SETTLE_SIGNATURE_BYTES],
                       const uint8_t digest[SETTLE_DIGEST_BYTES])
{
    EVP_PKEY *public =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, SETTLE_SENDER_KEY_BYTES);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    gboolean good = public != NULL && context != NULL &&
                    EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1 &&
                    EVP_DigestVerify(context, signature, SETTLE_SIGNATURE_BYTES, digest,
                                     SETTLE_DIGEST_BYTES) == 1;

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    return good;
}
