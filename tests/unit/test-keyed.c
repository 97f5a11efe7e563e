#include "base/keyed.h"

#include <string.h>

/* Worked out by Python's hmac: int.from_bytes(digest[:8], 'big') >> 2. */
static void
test_ids(void)
{
    static const uint8_t zeros[SETTLE_KEY_BYTES] = {0};
    uint8_t counted[SETTLE_KEY_BYTES];
    char text[301];
    static const struct {
        gboolean counted;
        SettleKeyedKind kind;
        const char *first, *second;
        int64_t id;
    } rows[] = {
        {FALSE, SETTLE_KEYED_ORDER, "A-1", "", INT64_C(3020255276007502141)},
        {TRUE, SETTLE_KEYED_ORDER, "A-1", "", INT64_C(2822757135419153735)},
        {TRUE, SETTLE_KEYED_ORDER, "A-1", "2", INT64_C(4069436031329078107)},
        {TRUE, SETTLE_KEYED_ORDER, "A-12", "", INT64_C(3754096864367124704)},
        {TRUE, SETTLE_KEYED_CONTRACT, "A-1", "", INT64_C(4557284031589522871)},
        {TRUE, SETTLE_KEYED_EVENT, "A-1", "", INT64_C(2610439675358753644)},
        {TRUE, SETTLE_KEYED_RECEIPT, "A-1", "", INT64_C(3072816928410380581)},
        {FALSE, SETTLE_KEYED_CONTRACT, "订单", "", INT64_C(150376446760738743)},
        {TRUE, SETTLE_KEYED_ORDER, "*", "1", INT64_C(1895913244028607018)},
        {FALSE, SETTLE_KEYED_ORDER, "", "", INT64_C(1326940698862295769)},
    };
    g_autoptr(SettleKeyed) a = settle_keyed_new(zeros);
    g_autoptr(SettleKeyed) b = NULL;

    for (int i = 0; i < SETTLE_KEY_BYTES; i++)
        counted[i] = (uint8_t) i;
    b = settle_keyed_new(counted);
    memset(text, 'x', 300);
    text[300] = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *first = *rows[i].first == '*' ? text : rows[i].first;

        /* twice: the kept states are not used up */
        for (int again = 0; again < 2; again++)
            g_assert_cmpint(settle_keyed_id(rows[i].counted ? b : a, rows[i].kind, first,
                                            strlen(first), rows[i].second, strlen(rows[i].second)),
                            ==, rows[i].id);
    }
}

/* Worked out by Python's hmac and hashlib, of a key of 0 to 31 and the texts "A-1" and "". */
static void
test_commitments(void)
{
    static const struct {
        SettleSaltOf of;
        int64_t batch, row;
        const char *salt, *commitment;
    } rows[] = {
        {SETTLE_SALT_ORDER, 7, 1, "eeb82aee831f25a3aeafd831992648c0",
         "b7e02c7e58e015e8dab346f6ae4d1323"},
        {SETTLE_SALT_QUARANTINE, 7, 1, "f16607eda48429eb26e3776a46a4778b",
         "cd2efae2b2c3bb093f5a9a451df50a11"},
        {SETTLE_SALT_ORDER, 8, 1, "a2167e7d6251d4519975b42af634da9a",
         "85e85b4503872e3c4543f96c911f9673"},
        {SETTLE_SALT_ORDER, 7, INT64_C(123456789012), "b413600511140707a35f60a0d70df00b",
         "2fa98b877023a7b6da14de6f93c98ee7"},
    };
    uint8_t key[SETTLE_KEY_BYTES], message[SETTLE_SALT_BYTES + 11] = {0};
    g_autoptr(SettleKeyed) keyed = NULL;

    for (int i = 0; i < SETTLE_KEY_BYTES; i++)
        key[i] = (uint8_t) i;
    keyed = settle_keyed_new(key);
    message[SETTLE_SALT_BYTES + 3] = 3;
    memcpy(message + SETTLE_SALT_BYTES + 4, "A-1", 3);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        SettleSalts salts;
        uint8_t commitment[SETTLE_COMMITMENT_BYTES];

        settle_salts_init(&salts, keyed, rows[i].of, rows[i].batch);
        settle_salt(&salts, rows[i].row, message);
        settle_commitment(message, sizeof message, commitment);
        for (int j = 0; j < 16; j++) {
            char hex[3];

            g_snprintf(hex, sizeof hex, "%02x", message[j]);
            g_assert_true(memcmp(hex, rows[i].salt + 2 * j, 2) == 0);
            g_snprintf(hex, sizeof hex, "%02x", commitment[j]);
            g_assert_true(memcmp(hex, rows[i].commitment + 2 * j, 2) == 0);
        }
    }
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/keyed/ids", test_ids);
    g_test_add_func("/keyed/commitments", test_commitments);
    return g_test_run();
}
