/* Checked integer arithmetic: every function returns FALSE on overflow and leaves *ret alone. */
#pragma once

#include <glib.h>
#include <stdint.h>

typedef __int128 SettleInt128;

static inline gboolean
settle_add_i64(int64_t a, int64_t b, int64_t *ret)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return FALSE;
    *ret = sum;
    return TRUE;
}

static inline gboolean
settle_sub_i64(int64_t a, int64_t b, int64_t *ret)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return FALSE;
    *ret = difference;
    return TRUE;
}

static inline gboolean
settle_mul_i64(int64_t a, int64_t b, int64_t *ret)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return FALSE;
    *ret = product;
    return TRUE;
}
