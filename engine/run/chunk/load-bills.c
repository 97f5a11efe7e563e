/* Reads bills: those that came with a run, and those that history holds of some orders. */
#include "run/chunk/load.h"

#include "store/sql.h"

int
settle_load_compare_bills(gconstpointer a, gconstpointer b)
{
    const SettleBill *x = a, *y = b;
    int order = settle_facts_compare_orders(&x->order, &y->order);

    if (order != 0)
        return order;
    if (x->month != y->month)
        return x->month < y->month ? -1 : 1;
    if (x->revision != y->revision)
        return x->revision < y->revision ? -1 : 1;
    if (x->turn != y->turn)
        return x->turn < y->turn ? -1 : 1;
    return (int) x->withdrawn - (int) y->withdrawn;
}

static void
read_bill(const SettleReader *reader, SettleBill *bill)
{
    int16_t version;

    settle_load_order(reader, &bill->order);
    bill->billed_minor = settle_reader_i64(reader, SQL_RUN_BILL_BILLED_MINOR);
    bill->cash_minor = settle_reader_i64_if_sent(reader, SQL_RUN_BILL_CASH_MINOR);
    bill->arrears_minor = settle_reader_i64_if_sent(reader, SQL_RUN_BILL_ARREARS_MINOR);
    bill->megabytes = settle_reader_i64_if_sent(reader, SQL_RUN_BILL_MEGABYTES);
    bill->minutes = settle_reader_i32_if_sent(reader, SQL_RUN_BILL_MINUTES);
    bill->month = settle_reader_month(reader, SQL_RUN_BILL_MONTH);
    bill->issue_day = settle_reader_day(reader, SQL_RUN_BILL_ISSUE_DAY);
    bill->revision = settle_reader_i16(reader, SQL_RUN_BILL_REVISION);
    version = settle_reader_i16(reader, SQL_RUN_BILL_VERSION);
    bill->withdrawn = (unsigned) version & 1u;
    bill->turn = ((unsigned) version >> 1) & 0x7fu;
    bill->follows = (uint8_t) settle_reader_bool(reader, SQL_RUN_BILL_FOLLOWS);
    bill->batch_id = settle_reader_i32(reader, SQL_RUN_BILL_BATCH_ID);
    bill->source_batch_id = settle_reader_i32_if_sent(reader, SQL_RUN_BILL_SOURCE_BATCH_ID);
}

gboolean
settle_load_bills(SettleReader *stream, const SettleRunContext *context, const SettleChunk *chunk,
                  SettleKeepBill keep, GArray *bills, GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader)) {
        SettleBill bill;

        read_bill(reader, &bill);
        if (keep != NULL && !keep(context, &bill))
            continue;
        if (keep == NULL && bills->len >= context->how.facts_max)
            return settle_load_too_large(context, chunk, error);
        g_array_append_val(bills, bill);
    }
    return settle_reader_end(reader, error);
}

/* A revision and its withdrawal are two rows of one agenda key: of them the one of this run is
 * there already. */
static void
leave_out_of_run(const SettleRunContext *context, GArray *bills, guint first)
{
    guint kept = first;

    for (guint i = first; i < bills->len; i++)
        if (settle_run_batch_state(context, g_array_index(bills, SettleBill, i).batch_id) ==
            SETTLE_BATCH_BEFORE)
            g_array_index(bills, SettleBill, kept++) = g_array_index(bills, SettleBill, i);
    g_array_set_size(bills, kept);
}

gboolean
settle_load_new_bills(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                      GArray *bills, GError **error)
{
    const int32_t *batches = (const int32_t *) (const void *) context->seen.batches->data;
    gsize n = context->seen.batches->len;
    guint of_batches;

    g_array_set_size(bills, 0);
    if (settle_months_any(context->lies_in.facts) &&
        !settle_load_bills(settle_store_read(store, settle_sql_run_bills_of_batches,
                                             "iiIiimmbbbbbbb", batches[0], batches[n - 1], batches,
                                             n, chunk->first_distributor, chunk->last_distributor,
                                             context->lies_in.facts.from, context->lies_in.facts.to,
                                             SETTLE_ASKED_OF_BILLS(context->known.asks)),
                           context, chunk, NULL, bills, error))
        return FALSE;
    of_batches = bills->len;
    if (settle_months_any(context->lies_in.waited_bills) &&
        !settle_load_bills(
            settle_store_read(store, settle_sql_run_bills_waited, "diiiImm", context->date,
                              chunk->first_distributor, chunk->last_distributor, context->run_id,
                              context->seen.abandoned->data, (gsize) context->seen.abandoned->len,
                              context->lies_in.waited_bills.from, context->lies_in.waited_bills.to),
            context, chunk, NULL, bills, error))
        return FALSE;
    leave_out_of_run(context, bills, of_batches);
    settle_facts_sort(bills, settle_load_compare_bills);
    return TRUE;
}
