/* Amounts and rates as text: parsed exactly, and formatted with the decimals of a currency. */
#include "money/money.h"

#include "base/decimal.h"

#include <string.h>

/* Digits, optionally a point and digits: the value as a whole number of 10^-exponent units. */
static SettleParseResult
parse_decimal(const char *text, size_t length, int exponent, uint64_t limit, uint64_t *ret_value)
{
    uint64_t value = 0;
    size_t i = 0, whole;
    int decimals = 0;

    while (i < length && text[i] >= '0' && text[i] <= '9')
        i++;
    whole = i;
    if (whole == 0 || (whole > 1 && text[0] == '0'))
        return SETTLE_PARSE_NOT_A_NUMBER;
    if (i < length) {
        if (text[i] != '.' || i + 1 == length)
            return SETTLE_PARSE_NOT_A_NUMBER;
        for (i++; i < length; i++) {
            if (text[i] < '0' || text[i] > '9')
                return SETTLE_PARSE_NOT_A_NUMBER;
            decimals++;
        }
    }
    if (decimals > exponent)
        return SETTLE_PARSE_TOO_MANY_DECIMALS;
    for (i = 0; i < length; i++) {
        if (text[i] == '.')
            continue;
        if (__builtin_mul_overflow(value, (uint64_t) 10, &value) ||
            __builtin_add_overflow(value, (uint64_t) (text[i] - '0'), &value))
            return SETTLE_PARSE_OUT_OF_RANGE;
    }
    for (; decimals < exponent; decimals++)
        if (__builtin_mul_overflow(value, (uint64_t) 10, &value))
            return SETTLE_PARSE_OUT_OF_RANGE;
    if (value > limit)
        return SETTLE_PARSE_OUT_OF_RANGE;
    *ret_value = value;
    return SETTLE_PARSE_OK;
}

SettleParseResult
settle_money_parse(const char *text, size_t length, int exponent, int64_t *ret_minor)
{
    gboolean negative = length > 0 && text[0] == '-';
    uint64_t limit = negative ? (uint64_t) INT64_MAX + 1 : (uint64_t) INT64_MAX;
    uint64_t value;
    SettleParseResult result =
        parse_decimal(text + negative, length - (size_t) negative, exponent, limit, &value);

    if (result == SETTLE_PARSE_OK)
        *ret_minor = negative ? (int64_t) (0 - value) : (int64_t) value;
    return result;
}

SettleParseResult
settle_rate_parse(const char *text, size_t length, SettleRatePpb *ret_rate_ppb)
{
    gboolean percent = length > 0 && text[length - 1] == '%';
    uint64_t value;
    SettleParseResult result = parse_decimal(text, length - (size_t) percent, percent ? 7 : 9,
                                             (uint64_t) INT64_MAX, &value);

    if (result == SETTLE_PARSE_OK)
        *ret_rate_ppb = (SettleRatePpb) value;
    return result;
}

char *
settle_money_format(int64_t minor, int exponent, char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_decimal_format(minor, exponent, FALSE, text);
}

char *
settle_money_format_grouped(int64_t minor, int exponent, char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_decimal_format(minor, exponent, TRUE, text);
}

char *
settle_rate_format(SettleRatePpb rate_ppb, char text[SETTLE_MONEY_TEXT_BYTES])
{
    size_t n;

    settle_decimal_format(rate_ppb, 7, FALSE, text);
    n = strlen(text);
    while (text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    text[n] = '%';
    text[n + 1] = '\0';
    return text;
}
