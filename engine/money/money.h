/* Money: whole minor units in int64, exact rates, one rounding (docs/semantics.md 4). */
#pragma once

#include "base/checked.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    SETTLE_ROUND_HALF_AWAY = 0, /* half away from zero: the default */
    SETTLE_ROUND_HALF_EVEN = 1,
    SETTLE_ROUND_DOWN = 2, /* towards zero */
} SettleRounding;

/* What a fact may name and an order earn by a rule, in either direction (docs/semantics.md 14.20):
 * thousands of them still add up within 64 bits, so that one mistake cannot stop a night. */
#define SETTLE_MONEY_LARGEST_MINOR INT64_C(1000000000000000)

/* A rate is a whole number of thousand-millionths: 2.5% is 25,000,000. */
#define SETTLE_RATE_ONE INT64_C(1000000000)
typedef int64_t SettleRatePpb;

/* An exact amount waiting for its one rounding: numerator / denominator minor units. */
typedef struct {
    SettleInt128 numerator;
    SettleInt128 denominator; /* > 0 */
} SettleExact;

/* Rounds an exact amount to minor units. FALSE if it does not fit int64. */
gboolean settle_money_round(SettleExact exact, SettleRounding rounding, int64_t *ret_minor);

/* base_minor * rate, exactly. Cannot overflow: 64 x 64 bits in 128. */
SettleExact settle_money_rate(int64_t base_minor, SettleRatePpb rate_ppb);

/* base_minor * rate after taking a tax of tax_ppb out of the base: base * rate / (1 + tax). */
SettleExact settle_money_rate_net(int64_t base_minor, SettleRatePpb rate_ppb,
                                  SettleRatePpb tax_ppb);

/* The sum of two exact amounts with the same denominator or small ones. FALSE on overflow. */
gboolean settle_money_exact_add(SettleExact a, SettleExact b, SettleExact *ret_sum);

/* The tax inside (included) or on top of (not included) an amount, rounded half away from zero:
 * included: amount * tax / (1 + tax); else amount * tax. The sign follows the amount.
 * (docs/semantics.md 8) FALSE on overflow. */
gboolean settle_money_tax(int64_t amount_minor, SettleRatePpb tax_ppb, gboolean included,
                          int64_t *ret_tax_minor);

/* Splits amount by weights (all >= 0, sum > 0) so that the parts add up: largest remainder, ties to
 * the first (docs/semantics.md 4). The amount may be negative. FALSE on overflow. */
gboolean settle_money_allocate(int64_t amount_minor, const int64_t *weights, size_t n,
                               int64_t *ret_parts);

/* Currencies: ISO 4217. The id is the numeric code (CNY 156); exponent 0..4. */
typedef int16_t SettleCurrency;
/* Looks a three-letter code up. FALSE if unknown. */
gboolean settle_currency_lookup(const char *code, size_t length, SettleCurrency *ret_currency);
gboolean settle_currency_known(SettleCurrency currency);
/* Digits after the point, and the code. The currency must be a known one. */
int settle_currency_exponent(SettleCurrency currency);
const char *settle_currency_code(SettleCurrency currency);

typedef enum {
    SETTLE_PARSE_OK = 0,
    SETTLE_PARSE_NOT_A_NUMBER, /* empty, exponent, blanks, separators, two signs ... */
    SETTLE_PARSE_TOO_MANY_DECIMALS,
    SETTLE_PARSE_OUT_OF_RANGE,
} SettleParseResult;

/* Reads "199.90", "-3", "0.5" as minor units of a currency with that exponent. Strict: an optional
 * minus, digits, optionally a point and at most exponent digits (zeros at the end count as digits);
 * no leading zeros but a single one before the point; no plus, no blanks. */
SettleParseResult settle_money_parse(const char *text, size_t length, int exponent,
                                     int64_t *ret_minor);
/* Reads "2.5%" (at most 7 decimals) or "0.025" (at most 9) as a rate; never negative. */
SettleParseResult settle_rate_parse(const char *text, size_t length, SettleRatePpb *ret_rate_ppb);

#define SETTLE_MONEY_TEXT_BYTES 32
/* "1234.50" / "-0.05": no separators; returns text for printf's convenience. */
char *settle_money_format(int64_t minor, int exponent, char text[SETTLE_MONEY_TEXT_BYTES]);
/* "1,234.50" for people. */
char *settle_money_format_grouped(int64_t minor, int exponent, char text[SETTLE_MONEY_TEXT_BYTES]);
/* "2.5%" */
char *settle_rate_format(SettleRatePpb rate_ppb, char text[SETTLE_MONEY_TEXT_BYTES]);

G_END_DECLS
