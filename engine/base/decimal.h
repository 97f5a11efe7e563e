/* A whole number as decimal text. */
#pragma once

#include "base/checked.h"

G_BEGIN_DECLS

/* Of any number; of one that fits 64 bits 32 are enough. */
#define SETTLE_DECIMAL_TEXT_BYTES 64

/* Writes value / 10^places with exactly that many places: "-0.05", "1234". grouped: thousands with
 * commas, "1,234.00". places: 0 to 18. Returns text, which ends with a NUL. */
char *settle_decimal_format(SettleInt128 value, int places, gboolean grouped, char *text);

G_END_DECLS
