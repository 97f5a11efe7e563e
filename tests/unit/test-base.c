/* Errors, checked integers, decimals, arena, digest, looking up. */
#include "base/arena.h"
#include "base/checked.h"
#include "base/decimal.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/near.h"
#include "base/search.h"

#include <string.h>

typedef gboolean (*Operation)(int64_t a, int64_t b, int64_t *ret);

static const struct {
    const char *name;
    Operation operation;
    int64_t a, b;
    gboolean fits;
    int64_t expected;
} sums[] = {
    {"add", settle_add_i64, 2, 3, TRUE, 5},
    {"add to the top", settle_add_i64, INT64_MAX - 1, 1, TRUE, INT64_MAX},
    {"add over the top", settle_add_i64, INT64_MAX, 1, FALSE, 0},
    {"add under the bottom", settle_add_i64, INT64_MIN, -1, FALSE, 0},
    {"subtract", settle_sub_i64, 2, 3, TRUE, -1},
    {"subtract the smallest", settle_sub_i64, 0, INT64_MIN, FALSE, 0},
    {"subtract to the bottom", settle_sub_i64, INT64_MIN + 1, 1, TRUE, INT64_MIN},
    {"multiply", settle_mul_i64, -4, 5, TRUE, -20},
    {"multiply over the top", settle_mul_i64, INT64_C(1) << 32, INT64_C(1) << 31, FALSE, 0},
    {"negate the smallest", settle_mul_i64, INT64_MIN, -1, FALSE, 0},
};

static void
test_checked(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sums); i++) {
        int64_t result = 77;

        g_test_message("%s", sums[i].name);
        g_assert_cmpint(sums[i].operation(sums[i].a, sums[i].b, &result), ==, sums[i].fits);
        g_assert_cmpint(result, ==, sums[i].fits ? sums[i].expected : 77);
    }
}

static void
test_hint(void)
{
    GError *error = g_error_new(SETTLE_ERROR, SETTLE_ERROR_INPUT, "no such carrier \"%s\"", "X");
    GError *none = NULL;

    settle_error_hint(&error, "import %s first", "carriers");
    g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT);
    g_assert_cmpstr(error->message, ==, "no such carrier \"X\"\nhint: import carriers first");
    g_error_free(error);
    settle_error_hint(NULL, "nobody asked");
    settle_error_hint(&none, "nothing happened");
    g_assert_null(none);
}

static void
test_invariant(void)
{
    if (g_test_subprocess()) {
        settle_invariant(1 + 1 == 2);
        settle_invariant(1 + 1 == 3);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*test-base.c:*broken invariant: 1 + 1 == 3*");
}

static void
test_arena(void)
{
    g_autoptr(SettleArena) arena = settle_arena_new(1000);
    static const size_t sizes[] = {1, 16, 17, 0, 400, 999, 1000, 1001, 5000, 3};
    char *given[G_N_ELEMENTS(sizes)];
    size_t footprint;

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        given[i] = settle_arena_alloc(arena, sizes[i]);
        g_assert_cmpuint((uintptr_t) given[i] % 16, ==, 0);
        for (size_t k = 0; k < sizes[i]; k++)
            g_assert_cmpint(given[i][k], ==, 0);
        memset(given[i], (int) i + 1, sizes[i]);
    }
    /* nothing written to one reached another */
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
        for (size_t k = 0; k < sizes[i]; k++)
            g_assert_cmpint(given[i][k], ==, (int) i + 1);
    footprint = settle_arena_footprint(arena);
    g_assert_cmpuint(footprint, >=, 8437);

    /* whatever the order of the requests, blocks are used again and come back zeroed */
    for (int round = 0; round < 50; round++) {
        settle_arena_reset(arena);
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
            size_t size = sizes[(i * 7 + (size_t) round) % G_N_ELEMENTS(sizes)];
            char *bytes = settle_arena_alloc(arena, size);

            for (size_t k = 0; k < size; k++)
                g_assert_cmpint(bytes[k], ==, 0);
            memset(bytes, 0xff, size);
        }
    }
    g_assert_cmpuint(settle_arena_footprint(arena), <=, 3 * footprint);
}

static void
test_arena_text(void)
{
    g_autoptr(SettleArena) arena = settle_arena_new(64);
    const char *text = settle_arena_strndup(arena, "CMCC-GD", 4);
    const char *empty = settle_arena_strndup(arena, "", 0);

    g_assert_cmpstr(text, ==, "CMCC");
    g_assert_cmpstr(empty, ==, "");
}

static const struct {
    const char *message, *hex;
} digests[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void
test_digest(void)
{
    g_autoptr(SettleDigest) digest = settle_digest_new();

    for (size_t i = 0; i < G_N_ELEMENTS(digests); i++) {
        const char *message = digests[i].message;
        size_t length = strlen(message);
        uint8_t bytes[SETTLE_DIGEST_BYTES];
        char hex[65];

        settle_digest_once(message, length, bytes);
        settle_digest_hex(bytes, hex);
        g_assert_cmpstr(hex, ==, digests[i].hex);
        /* in two pieces, by an object that has already done the messages before */
        memset(bytes, 0, sizeof bytes);
        settle_digest_update(digest, message, length / 3);
        settle_digest_update(digest, message + length / 3, length - length / 3);
        settle_digest_finish(digest, bytes);
        settle_digest_hex(bytes, hex);
        g_assert_cmpstr(hex, ==, digests[i].hex);
    }
}

/* These ids are stored: what was computed with Python's hashlib must hold for ever. */
static void
test_id(void)
{
    char key[254];

    memset(key, 'x', sizeof key);
    g_assert_cmpint(settle_id_from_key(1, "ORDER-1", 7), ==, INT64_C(2637903105623234522));
    g_assert_cmpint(settle_id_from_key(2, "ORDER-1", 7), ==, INT64_C(2378388102759033480));
    g_assert_cmpint(settle_id_from_key(-1, "", 0), ==, INT64_C(3126981137502430832));
    g_assert_cmpint(settle_id_from_key(7, key, 252), ==, INT64_C(522077200415595896));
    g_assert_cmpint(settle_id_from_key(7, key, 253), ==, INT64_C(2915170871292780854));
    g_assert_cmpint(settle_id_from_key(7, "订单", 6), ==, INT64_C(3089165267002146458));
}

static const struct {
    const char *a, *b;
    guint edits;
} pairs[] = {
    {"", "", 0},         {"", "abc", 3},      {"abc", "abc", 0},        {"abc", "ABC", 0},
    {"abc", "abd", 1},   {"abc", "ab", 1},    {"abc", "xabc", 1},       {"abc", "acb", 1},
    {"lsit", "list", 1}, {"abcd", "badc", 2}, {"kitten", "sitting", 3}, {"cmcc-gd", "CMCC-GZ", 1},
};

static void
test_edits(void)
{
    char long_text[SETTLE_NEAR_BYTES_MAX + 2];

    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        const char *a = pairs[i].a, *b = pairs[i].b;

        g_test_message("%s %s", a, b);
        g_assert_cmpuint(settle_near_edits(a, strlen(a), b, strlen(b)), ==, pairs[i].edits);
        g_assert_cmpuint(settle_near_edits(b, strlen(b), a, strlen(a)), ==, pairs[i].edits);
    }
    memset(long_text, 'x', sizeof long_text);
    g_assert_cmpuint(settle_near_edits(long_text, SETTLE_NEAR_BYTES_MAX, "", 0), ==,
                     SETTLE_NEAR_BYTES_MAX);
    g_assert_cmpuint(settle_near_edits(long_text, SETTLE_NEAR_BYTES_MAX + 1, "", 0), ==, G_MAXUINT);
}

static void
test_did_you_mean(void)
{
    static const char *const words[] = {"upfront", "deferred", "list", "CMCC-GD", NULL};

    g_assert_cmpstr(settle_did_you_mean("upfrnt", words), ==, "upfront");
    g_assert_cmpstr(settle_did_you_mean("cmcc-gd", words), ==, "CMCC-GD");
    g_assert_cmpstr(settle_did_you_mean("lsit", words), ==, "list");
    g_assert_null(settle_did_you_mean("bonus", words));
    g_assert_null(settle_did_you_mean("lost-and-found", words));
}

static void
test_decimal(void)
{
    const SettleInt128 most = (SettleInt128) (((unsigned __int128) 1 << 127) - 1),
                       least = -most - 1;
    const struct {
        SettleInt128 value;
        int places;
        gboolean grouped;
        const char *expected;
    } cases[] = {
        {0, 0, FALSE, "0"},
        {0, 2, FALSE, "0.00"},
        {-5, 2, FALSE, "-0.05"},
        {123456, 2, FALSE, "1234.56"},
        {123456, 2, TRUE, "1,234.56"},
        {999, 0, TRUE, "999"},
        {1000, 0, TRUE, "1,000"},
        {-100000000, 2, TRUE, "-1,000,000.00"},
        {INT64_MIN, 2, FALSE, "-92233720368547758.08"},
        {(SettleInt128) UINT64_MAX + 1, 0, FALSE, "18446744073709551616"},
        {(SettleInt128) UINT64_MAX * 10, 18, FALSE, "184.467440737095516150"},
        {most, 0, FALSE, "170141183460469231731687303715884105727"},
        {least, 0, FALSE, "-170141183460469231731687303715884105728"},
        {least, 2, TRUE, "-1,701,411,834,604,692,317,316,873,037,158,841,057.28"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char text[SETTLE_DECIMAL_TEXT_BYTES];

        g_assert_true(
            settle_decimal_format(cases[i].value, cases[i].places, cases[i].grouped, text) == text);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

static gboolean
is_smaller(gconstpointer items, guint at, gconstpointer key)
{
    return ((const int *) items)[at] < *(const int *) key;
}

static int
compare_at(gconstpointer items, guint at, gconstpointer key)
{
    return ((const int *) items)[at] - *(const int *) key;
}

static void
test_find(void)
{
    static const int items[] = {10, 20, 30, 40, 50};

    for (guint n = 0; n <= G_N_ELEMENTS(items); n++)
        for (int key = 5; key <= 55; key += 5) {
            guint expected = 0;

            while (expected < n && items[expected] != key)
                expected++;
            g_assert_cmpuint(settle_find(items, n, &key, compare_at), ==, expected);
        }
}

static void
test_lower_bound(void)
{
    static const int items[] = {10, 20, 20, 20, 30, 40};

    for (guint low = 0; low <= G_N_ELEMENTS(items); low++)
        for (guint high = low; high <= G_N_ELEMENTS(items); high++)
            for (int key = 5; key <= 45; key += 5) {
                guint expected = low;

                while (expected < high && items[expected] < key)
                    expected++;
                g_assert_cmpuint(settle_lower_bound(items, low, high, &key, is_smaller), ==,
                                 expected);
            }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/base/checked", test_checked);
    g_test_add_func("/base/decimal", test_decimal);
    g_test_add_func("/base/lower-bound", test_lower_bound);
    g_test_add_func("/base/find", test_find);
    g_test_add_func("/base/error/hint", test_hint);
    g_test_add_func("/base/error/invariant", test_invariant);
    g_test_add_func("/base/arena/alloc", test_arena);
    g_test_add_func("/base/arena/text", test_arena_text);
    g_test_add_func("/base/near/edits", test_edits);
    g_test_add_func("/base/near/did-you-mean", test_did_you_mean);
    g_test_add_func("/base/digest/known", test_digest);
    g_test_add_func("/base/digest/id", test_id);
    return g_test_run();
}
