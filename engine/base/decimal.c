/* Numbers as decimal text, the one place that makes digits of them: amounts, rates, control sums,
 * exact products of the explanation, receipts. */
#include "base/decimal.h"

char *
settle_decimal_format(SettleInt128 value, int places, gboolean grouped, char *text)
{
    unsigned __int128 rest = value < 0 ? 0 - (unsigned __int128) value : (unsigned __int128) value;
    char reversed[SETTLE_DECIMAL_TEXT_BYTES];
    int n = 0, digits = 0;

    do {
        if (digits == places && places > 0)
            reversed[n++] = '.';
        else if (grouped && digits > places && (digits - places) % 3 == 0)
            reversed[n++] = ',';
        /* a division of 128 bits is slow: nearly all numbers fit 64 */
        if (rest <= UINT64_MAX) {
            reversed[n++] = (char) ('0' + (uint64_t) rest % 10);
            rest = (uint64_t) rest / 10;
        } else {
            reversed[n++] = (char) ('0' + (int) (rest % 10));
            rest /= 10;
        }
        digits++;
    } while (rest != 0 || digits <= places);
    if (value < 0)
        reversed[n++] = '-';
    for (int i = 0; i < n; i++)
        text[i] = reversed[n - 1 - i];
    text[n] = '\0';
    return text;
}
