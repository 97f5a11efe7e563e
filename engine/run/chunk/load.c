/* What the readers of a chunk's facts share: an order's columns, and the limit of a chunk. */
#include "run/chunk/load.h"

#include "run/chain.h"

void
settle_load_order(const SettleReader *reader, SettleOrder *order)
{
    order->order_id = settle_reader_i64(reader, SQL_RUN_ORDER_ORDER_ID);
    order->paid_minor = settle_reader_i64(reader, SQL_RUN_ORDER_PAID_MINOR);
    order->distributor_id = settle_reader_i32(reader, SQL_RUN_ORDER_DISTRIBUTOR_ID);
    order->batch_id = settle_reader_i32(reader, SQL_RUN_ORDER_ORDER_BATCH_ID);
    order->product_id = settle_reader_i32(reader, SQL_RUN_ORDER_PRODUCT_ID);
    order->manager_id = settle_reader_i32_if_sent(reader, SQL_RUN_ORDER_MANAGER_ID);
    order->quantity = settle_reader_i32(reader, SQL_RUN_ORDER_QUANTITY);
    order->closing_day = settle_reader_day(reader, SQL_RUN_ORDER_CLOSING_DAY);
    order->region_id = settle_reader_i16_if_sent(reader, SQL_RUN_ORDER_REGION_ID);
    order->channel_id = settle_reader_i16_if_sent(reader, SQL_RUN_ORDER_CHANNEL_ID);
    order->currency = settle_reader_i16(reader, SQL_RUN_ORDER_CURRENCY);
    order->flags = (uint16_t) settle_reader_i16(reader, SQL_RUN_ORDER_FLAGS);
}

gboolean
settle_load_too_large(const SettleRunContext *context, const SettleChunk *chunk, GError **error)
{
    int32_t last = chunk->last_distributor;

    if (chunk->first_distributor == last) {
        g_set_error(
            error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
            "distributor %s brings more than %" G_GINT64_FORMAT " orders, bills or events at once",
            settle_run_distributor_code(context->known.directory, last), context->how.facts_max);
    } else {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
                    "distributors %s to %s bring more than %" G_GINT64_FORMAT
                    " orders, bills or events at once",
                    settle_run_distributor_code(context->known.directory, chunk->first_distributor),
                    settle_run_distributor_code(context->known.directory, last),
                    context->how.facts_max);
    }
    settle_error_hint(error, "--chunk-facts N takes up to N of each, with about 200 MB of memory a "
                             "million");
    return FALSE;
}
