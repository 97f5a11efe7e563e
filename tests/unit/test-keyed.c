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

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/keyed/ids", test_ids);
    return g_test_run();
}
