/* Reads the carriers' receipts of a chunk's distributors and gives their money out. */
#include "run/chunk/paid.h"

#include "base/checked.h"
#include "calc/terms.h"
#include "store/sql.h"

/* With currency 0 and month 0 a row says that there is any money of the carrier. */
static guint
money_hash(gconstpointer money)
{
    const SettlePaidMoney *m = money;

    return ((guint) m->distributor_id * 2654435761u ^ (guint) m->carrier_id) * 2246822519u ^
           (guint) m->month;
}

static gboolean
money_equal(gconstpointer a, gconstpointer b)
{
    const SettlePaidMoney *x = a, *y = b;

    return x->distributor_id == y->distributor_id && x->carrier_id == y->carrier_id &&
           x->currency == y->currency && x->month == y->month;
}

void
settle_paid_init(SettlePaid *paid, const SettleRunContext *context)
{
    paid->context = context;
    paid->wanted = FALSE;
    for (guint p = 0; p < settle_policy_set_size(context->known.policies) && !paid->wanted; p++)
        paid->wanted =
            settle_policy_awaits_payment(settle_policy_set_nth(context->known.policies, p));
    paid->money = g_hash_table_new_full(money_hash, money_equal, g_free, NULL);
}

void
settle_paid_clear(SettlePaid *paid)
{
    g_hash_table_unref(paid->money);
}

static void
add_money(SettlePaid *paid, const SettlePaidMoney *more)
{
    SettlePaidMoney *money = g_hash_table_lookup(paid->money, more);
    SettlePaidMoney any = {.distributor_id = more->distributor_id, .carrier_id = more->carrier_id};

    if (money == NULL) {
        g_hash_table_add(paid->money, g_memdup2(more, sizeof *more));
    } else {
        money->is_new = money->is_new || more->is_new;
        /* each is within SETTLE_MONEY_LARGEST_MINOR: thousands of them fit */
        if (!settle_add_i64(money->minor, more->minor, &money->minor))
            money->minor = more->minor > 0 ? INT64_MAX : INT64_MIN;
    }
    if (!g_hash_table_contains(paid->money, &any))
        g_hash_table_add(paid->money, g_memdup2(&any, sizeof any));
}

/* Facts of the run all the same, if no policy asks whether the carrier has paid. */
static gboolean
count_receipts(const SettlePaid *paid, SettleStore *reader, const SettleChunk *chunk,
               int64_t *ret_facts, GError **error)
{
    const GArray *batches = paid->context->seen.batches;
    g_autoptr(SettleResult) told = NULL;

    *ret_facts = 0;
    if (batches->len == 0)
        return TRUE;
    told =
        settle_store_query(reader, settle_sql_run_receipts_told, error, "Iii", batches->data,
                           (gsize) batches->len, chunk->first_distributor, chunk->last_distributor);
    if (told == NULL)
        return FALSE;
    *ret_facts = settle_result_i64(told, 0, SQL_RUN_RECEIPTS_TOLD_FACTS);
    return TRUE;
}

/* A receipt is never nothing; one that was withdrawn is, and news to the run that learns of it. */
static gboolean
counts(const SettlePaidMoney *money)
{
    return money->minor != 0 || money->is_new;
}

static gboolean
read_receipts(SettlePaid *paid, SettleReader *reader, int64_t *ret_facts, GError **error)
{
    /* the last row of its receipt so far */
    SettlePaidMoney last = {0};
    int64_t last_id = 0, facts = 0;

    while (settle_reader_next(reader)) {
        SettleBatchState state = settle_run_batch_state(
            paid->context, settle_reader_i32(reader, SQL_RUN_RECEIPTS_BATCH_ID));
        SettlePaidMoney money = {
            .distributor_id = settle_reader_i32(reader, SQL_RUN_RECEIPTS_DISTRIBUTOR_ID),
            .carrier_id = settle_reader_i32(reader, SQL_RUN_RECEIPTS_CARRIER_ID),
            .currency = settle_reader_i16(reader, SQL_RUN_RECEIPTS_CURRENCY),
            .month = settle_reader_month(reader, SQL_RUN_RECEIPTS_MONTH),
            .minor = settle_reader_i64(reader, SQL_RUN_RECEIPTS_AMOUNT_MINOR),
            .is_new = state == SETTLE_BATCH_OF_RUN,
        };
        int64_t receipt_id = settle_reader_i64(reader, SQL_RUN_RECEIPTS_RECEIPT_ID);

        if (money.is_new)
            facts++;
        if (state == SETTLE_BATCH_UNSEEN)
            continue;
        if (last_id != receipt_id && counts(&last))
            add_money(paid, &last);
        if (settle_reader_bool(reader, SQL_RUN_RECEIPTS_WITHDRAWN))
            money.minor = 0;
        last = money;
        last_id = receipt_id;
    }
    if (counts(&last))
        add_money(paid, &last);
    if (!settle_reader_end(reader, error))
        return FALSE;
    *ret_facts = facts;
    return TRUE;
}

gboolean
settle_paid_load(SettlePaid *paid, SettleStore *reader, const SettleChunk *chunk,
                 int64_t *ret_facts, GError **error)
{
    g_autoptr(SettleReader) receipts = NULL;

    g_hash_table_remove_all(paid->money);
    if (!paid->wanted)
        return count_receipts(paid, reader, chunk, ret_facts, error);
    receipts = settle_store_read(reader, settle_sql_run_receipts, "ii", chunk->first_distributor,
                                 chunk->last_distributor);
    return read_receipts(paid, receipts, ret_facts, error);
}

gboolean
settle_paid_any(const SettlePaid *paid, int32_t distributor_id, int32_t carrier_id)
{
    const SettlePaidMoney any = {.distributor_id = distributor_id, .carrier_id = carrier_id};

    return g_hash_table_contains(paid->money, &any);
}

int64_t
settle_paid_take(SettlePaid *paid, int32_t distributor_id, const SettlePolicy *policy,
                 SettleMonth month, int64_t minor)
{
    const SettlePaidMoney wanted = {.distributor_id = distributor_id,
                                    .carrier_id = policy->carrier_id,
                                    .currency = policy->currency,
                                    .month = month};
    SettlePaidMoney *money = g_hash_table_lookup(paid->money, &wanted);
    int64_t freed = money != NULL ? MIN(MAX(money->minor, 0), MAX(minor, 0)) : 0;

    if (money != NULL)
        money->minor -= freed;
    return freed;
}
