/* The id of an order from its key and its closing month: within a month one to one. */
#include "model/order-id.h"

#define MASK ((INT64_C(1) << 62) - 1)
/* Odd, of 43 bits; days since 1900 have 18, so the product stays below 2^61. */
#define STEP INT64_C(5436284455931)

int64_t
settle_order_id(int64_t key_id, SettleMonth closing_month)
{
    int64_t days = settle_month_first(closing_month) - SETTLE_DAY_MIN;
    int64_t id = (key_id + days * STEP) & MASK;

    return id != 0 ? id : 1;
}
