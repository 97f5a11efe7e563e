#include "store/internal.h"

void
settle_store_sum_rows(SettleStore *store, SettleRowSum *sum)
{
    store->sum = sum;
}

void
settle_row_sum_add(SettleStore *store, SettleRowSum *sum, const char *table, const void *row,
                   size_t length)
{
    uint8_t bytes[SETTLE_DIGEST_BYTES];
    guint64 words[G_N_ELEMENTS(sum->words)];

    G_STATIC_ASSERT(sizeof words == sizeof bytes);
    if (store->digest == NULL)
        store->digest = settle_digest_new();
    settle_digest_update(store->digest, table, strlen(table) + 1);
    settle_digest_update(store->digest, row, length);
    settle_digest_finish(store->digest, bytes);
    memcpy(words, bytes, sizeof words);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        sum->words[i] += GUINT64_FROM_BE(words[i]);
    sum->rows++;
}

void
settle_row_sum_bytes(const SettleRowSum *sum, uint8_t ret_bytes[SETTLE_ROW_SUM_BYTES])
{
    for (guint i = 0; i < G_N_ELEMENTS(sum->words); i++) {
        guint64 big = GUINT64_TO_BE(sum->words[i]);

        memcpy(ret_bytes + i * sizeof big, &big, sizeof big);
    }
}
