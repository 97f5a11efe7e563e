/* Exact arithmetic of money: a rate of an amount rounded once, tax in and on top, and allocation
 * without remainder. Pure. */
#include "money/money.h"

#include <stdlib.h>
#include <string.h>

static gboolean
fits_i64(SettleInt128 value)
{
    return value >= INT64_MIN && value <= INT64_MAX;
}

gboolean
settle_money_round(SettleExact exact, SettleRounding rounding, int64_t *ret_minor)
{
    SettleInt128 quotient = exact.numerator / exact.denominator;
    SettleInt128 remainder = exact.numerator % exact.denominator;
    SettleInt128 away = exact.numerator < 0 ? -1 : 1;
    SettleInt128 rest = remainder < 0 ? -remainder : remainder;
    /* rest against half the denominator without doubling: rest <=> denominator - rest */
    SettleInt128 other = exact.denominator - rest;

    switch (rounding) {
    case SETTLE_ROUND_HALF_AWAY:
        if (rest >= other)
            quotient += away;
        break;
    case SETTLE_ROUND_HALF_EVEN:
        if (rest > other || (rest == other && quotient % 2 != 0))
            quotient += away;
        break;
    case SETTLE_ROUND_DOWN:
        break;
    }
    if (!fits_i64(quotient))
        return FALSE;
    *ret_minor = (int64_t) quotient;
    return TRUE;
}

SettleExact
settle_money_rate(int64_t base_minor, SettleRatePpb rate_ppb)
{
    return (SettleExact){(SettleInt128) base_minor * rate_ppb, SETTLE_RATE_ONE};
}

SettleExact
settle_money_rate_net(int64_t base_minor, SettleRatePpb rate_ppb, SettleRatePpb tax_ppb)
{
    return (SettleExact){(SettleInt128) base_minor * rate_ppb,
                         (SettleInt128) SETTLE_RATE_ONE + tax_ppb};
}

gboolean
settle_money_exact_add(SettleExact a, SettleExact b, SettleExact *ret_sum)
{
    SettleInt128 left, right, sum, denominator;

    if (a.denominator == b.denominator) {
        if (__builtin_add_overflow(a.numerator, b.numerator, &sum))
            return FALSE;
        *ret_sum = (SettleExact){sum, a.denominator};
        return TRUE;
    }
    if (__builtin_mul_overflow(a.numerator, b.denominator, &left) ||
        __builtin_mul_overflow(b.numerator, a.denominator, &right) ||
        __builtin_mul_overflow(a.denominator, b.denominator, &denominator) ||
        __builtin_add_overflow(left, right, &sum))
        return FALSE;
    *ret_sum = (SettleExact){sum, denominator};
    return TRUE;
}

gboolean
settle_money_tax(int64_t amount_minor, SettleRatePpb tax_ppb, gboolean included,
                 int64_t *ret_tax_minor)
{
    SettleExact tax = {(SettleInt128) amount_minor * tax_ppb,
                       included ? (SettleInt128) SETTLE_RATE_ONE + tax_ppb
                                : (SettleInt128) SETTLE_RATE_ONE};

    return settle_money_round(tax, SETTLE_ROUND_HALF_AWAY, ret_tax_minor);
}

typedef struct {
    SettleInt128 remainder;
    size_t place;
} Remainder;

static int
compare_remainders(const void *a, const void *b)
{
    const Remainder *x = a, *y = b;

    if (x->remainder != y->remainder)
        return x->remainder > y->remainder ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

gboolean
settle_money_allocate(int64_t amount_minor, const int64_t *weights, size_t n, int64_t *ret_parts)
{
    SettleInt128 magnitude = amount_minor < 0 ? -(SettleInt128) amount_minor : amount_minor;
    SettleInt128 total = 0, given = 0;
    g_autofree Remainder *remainders = g_new(Remainder, MAX(n, 1));
    g_autofree SettleInt128 *parts = g_new(SettleInt128, MAX(n, 1));

    for (size_t i = 0; i < n; i++) {
        if (weights[i] < 0)
            return FALSE;
        total += weights[i];
    }
    if (total <= 0)
        return FALSE;
    for (size_t i = 0; i < n; i++) {
        SettleInt128 product = magnitude * weights[i]; /* 64 x 64 bits */

        parts[i] = product / total;
        remainders[i] = (Remainder){product % total, i};
        given += parts[i];
    }
    qsort(remainders, n, sizeof *remainders, compare_remainders);
    for (size_t i = 0; given < magnitude; i++, given++)
        parts[remainders[i].place]++;
    for (size_t i = 0; i < n; i++)
        ret_parts[i] = (int64_t) (amount_minor < 0 ? -parts[i] : parts[i]);
    return TRUE;
}
