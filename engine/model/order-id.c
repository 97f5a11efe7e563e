/* Keys and ids of orders. */
#include "model/order-id.h"

#include "base/digest.h"

#include <string.h>

#define MASK ((INT64_C(1) << 62) - 1)
/* Odd, of 43 bits; days since 1900 have 18, so the product stays below 2^61. */
#define STEP INT64_C(5436284455931)

int64_t
settle_order_key(int32_t carrier_id, const char *upstream, size_t upstream_length, const char *line,
                 size_t line_length)
{
    g_autofree char *text = NULL;

    if (line_length == 0)
        return settle_id_from_key(carrier_id, upstream, upstream_length);
    text = g_malloc(upstream_length + 1 + line_length);
    memcpy(text, upstream, upstream_length);
    text[upstream_length] = '\0'; /* in neither of the texts */
    memcpy(text + upstream_length + 1, line, line_length);
    return settle_id_from_key(carrier_id, text, upstream_length + 1 + line_length);
}

int64_t
settle_order_id(int64_t key_id, SettleMonth closing_month)
{
    int64_t days = settle_month_first(closing_month) - SETTLE_DAY_MIN;
    int64_t id = (key_id + days * STEP) & MASK;

    return id != 0 ? id : 1;
}
