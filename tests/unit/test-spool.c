/* The external sort: the same order as a sort in memory, spilled or not, as often as read. */
#include "intake/spool.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY (1024 * 1024)

static guint64
next_random(guint64 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Records say their key and number, so that whatever is read back can be checked by itself. */
typedef struct {
    SettleSpoolKey key;
    guint64 number;
} Record;

static int
compare(const SettleSpoolKey *a, const SettleSpoolKey *b)
{
    for (int i = 0; i < 3; i++)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

static void
fill(SettleSpool *spool, guint64 n, guint64 key_range, guint64 *ret_sum)
{
    guint64 state = 20260101;
    *ret_sum = 0;
    for (guint64 i = 0; i < n; i++) {
        Record record = {{{next_random(&state) % key_range, next_random(&state) % 3,
                           next_random(&state) % 2 == 0 ? 0 : G_MAXUINT64}},
                         i};
        size_t extra = next_random(&state) % 90;
        char *to = settle_spool_add(spool, &record.key, sizeof record + extra, NULL);
        g_assert_nonnull(to);
        memcpy(to, &record, sizeof record);
        memset(to + sizeof record, (int) (i & 0xff), extra);
        *ret_sum += i * i;
    }
}

static void
check(SettleSpool *spool, guint64 n, guint64 expected_sum)
{
    Record last = {0};
    guint64 count = 0, sum = 0, bad = 0;
    SettleSpoolKey key;
    const void *bytes;
    size_t length;
    g_autoptr(GError) error = NULL;
    while (settle_spool_next(spool, &key, &bytes, &length, &error)) {
        Record record;
        memcpy(&record, bytes, sizeof record);
        int c = compare(&last.key, &record.key);
        bad += compare(&key, &record.key) != 0;
        bad += count > 0 && (c > 0 || (c == 0 && last.number >= record.number));
        for (size_t i = sizeof record; i < length; i++)
            bad += ((const guint8 *) bytes)[i] != (record.number & 0xff);
        sum += record.number * record.number;
        last = record;
        count++;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(bad, ==, 0);
    g_assert_cmpuint(count, ==, n);
    g_assert_cmpuint(sum, ==, expected_sum);
}

static const struct {
    const char *name;
    guint64 n;
    guint64 key_range;
    gboolean spills;
} cases[] = {
    {"empty", 0, 1, FALSE},
    {"one", 1, 1, FALSE},
    {"in memory", 5000, 1000, FALSE},
    {"many equal keys", 5000, 2, FALSE},
    {"spilled", 100000, G_MAXUINT64, TRUE},
    {"spilled, many equal keys", 100000, 5, TRUE},
};

static void
test_order(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    guint64 sum;
    g_autoptr(SettleSpool) spool = settle_spool_new(MEMORY);
    fill(spool, cases[i].n, cases[i].key_range, &sum);
    g_assert_cmpuint(settle_spool_count(spool), ==, cases[i].n);
    check(spool, cases[i].n, sum);
    check(spool, cases[i].n, sum); /* the end starts it over */
    g_assert_cmpint(settle_spool_spilled(spool) > 0, ==, cases[i].spills);
}

static void
test_rewind(void)
{
    guint64 sum;
    SettleSpoolKey key, first;
    const void *bytes;
    size_t length;
    g_autoptr(SettleSpool) spool = settle_spool_new(MEMORY);
    fill(spool, 50000, 1000, &sum);
    g_assert_true(settle_spool_next(spool, &first, &bytes, &length, NULL));
    for (int i = 0; i < 1234; i++)
        g_assert_true(settle_spool_next(spool, &key, &bytes, &length, NULL));
    settle_spool_rewind(spool);
    g_assert_true(settle_spool_next(spool, &key, &bytes, &length, NULL));
    g_assert_cmpint(compare(&key, &first), ==, 0);
    settle_spool_rewind(spool);
    check(spool, 50000, sum);
}

static void
test_sizes(void)
{
    const SettleSpoolKey key = {{1, 2, 3}};
    SettleSpoolKey got;
    const void *bytes;
    size_t length;
    g_autoptr(GError) error = NULL;
    g_autoptr(SettleSpool) spool = settle_spool_new(MEMORY);
    g_assert_nonnull(settle_spool_add(spool, &key, 0, &error));
    for (int i = 0; i < 100; i++)
        memset(settle_spool_add(spool, &key, SETTLE_SPOOL_MAX_RECORD, &error), i,
               SETTLE_SPOOL_MAX_RECORD);
    g_assert_no_error(error);
    g_assert_null(settle_spool_add(spool, &key, SETTLE_SPOOL_MAX_RECORD + 1, &error));
    g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT);
    g_assert_true(settle_spool_next(spool, &got, &bytes, &length, NULL));
    g_assert_cmpuint(length, ==, 0);
    for (int i = 0; i < 100; i++) {
        g_assert_true(settle_spool_next(spool, &got, &bytes, &length, NULL));
        g_assert_cmpuint(length, ==, SETTLE_SPOOL_MAX_RECORD);
        g_assert_cmpuint(((const guint8 *) bytes)[length - 1], ==, i);
    }
    g_assert_false(settle_spool_next(spool, &got, &bytes, &length, NULL));
}

static void
test_no_folder(void)
{
    const SettleSpoolKey key = {{0, 0, 0}};
    g_autoptr(GError) error = NULL;
    g_autoptr(SettleSpool) spool = settle_spool_new(MEMORY);
    g_setenv("TMPDIR", "/nonexistent", TRUE);
    for (int i = 0; i < 100 && error == NULL; i++)
        settle_spool_add(spool, &key, SETTLE_SPOOL_MAX_RECORD, &error);
    g_unsetenv("TMPDIR");
    g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_IO);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("/spool/%s", cases[i].name);
        g_test_add_data_func(name, GSIZE_TO_POINTER(i), test_order);
    }
    g_test_add_func("/spool/rewind", test_rewind);
    g_test_add_func("/spool/sizes", test_sizes);
    g_test_add_func("/spool/no folder to spill to", test_no_folder);
    return g_test_run();
}
