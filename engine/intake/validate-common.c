/* Intake, checks that all kinds of facts share: names, codes, keys, days, numbers, amounts,
 * instants; each says why it refuses. */
#include "intake/validate.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Typing errors in years would otherwise create partitions for centuries. */
#define OLDEST_YEARS 20
#define NEWEST_YEARS 1

gboolean
settle_check_refuse(SettleVerdict *verdict, SettleReject reject, int column, const char *format,
                    ...)
{
    va_list args;
    verdict->reject = reject;
    verdict->column = column;
    verdict->field = -1;
    va_start(args, format);
    vsnprintf(verdict->message, sizeof verdict->message, format, args);
    va_end(args);
    return FALSE;
}

static gboolean
check_length(SettleVerdict *verdict, SettleCsvField field, int column, size_t max,
             gboolean may_be_empty)
{
    if (field.length == 0)
        return may_be_empty || settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, column,
                                                   "must not be empty");
    if (field.length > max)
        return settle_check_refuse(verdict, SETTLE_REJECT_TOO_LONG, column,
                                   "has %zu bytes, the limit is %zu", field.length, max);
    return TRUE;
}

/* A character of a text that is none of a text: which byte it begins with. */
static gboolean
refuse_control(SettleVerdict *verdict, int column, size_t at)
{
    return settle_check_refuse(verdict, SETTLE_REJECT_CONTROL_CHARACTER, column,
                               "byte %zu is a control character", at + 1);
}

gboolean
settle_check_name(SettleVerdict *verdict, SettleCsvField field, int column)
{
    if (!check_length(verdict, field, column, SETTLE_INTAKE_MAX_NAME, FALSE))
        return FALSE;
    for (size_t i = 0; i < field.length; i++) {
        guint8 byte = (guint8) field.text[i];
        gboolean c1 = byte == 0xc2 && i + 1 < field.length && (guint8) field.text[i + 1] < 0xa0;
        if (byte < 0x20 || byte == 0x7f || c1)
            return refuse_control(verdict, column, i);
    }
    return TRUE;
}

/* Two codes that look the same would be two: what cannot be seen is no part of one. */
static gboolean
check_seen(SettleVerdict *verdict, SettleCsvField field, int column)
{
    size_t at;
    gunichar character;

    if (!settle_text_unseen(field.text, field.length, &at, &character))
        return TRUE;
    if (character < 0x20 || (character >= 0x7f && character < 0xa0))
        return refuse_control(verdict, column, at);
    return settle_check_refuse(verdict, SETTLE_REJECT_UNSEEN_CHARACTER, column,
                               "byte %zu is U+%04X, which nobody sees in a code", at + 1,
                               character);
}

static gboolean
rounded_is_meant(const SettleIntakeJob *job, SettleCsvField carrier)
{
    const char *of = "";

    for (guint i = 0; i < job->rounded_ids->len; i++) {
        of = g_ptr_array_index(job->rounded_ids, i);
        if (strlen(of) == carrier.length && memcmp(of, carrier.text, carrier.length) == 0)
            return TRUE;
    }
    return FALSE;
}

/* What a spreadsheet made a number of is an id no longer: several had become one. */
static gboolean
check_whole(SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field, int column,
            SettleCsvField carrier)
{
    if (!settle_text_is_rounded(field.text, field.length) || rounded_is_meant(job, carrier))
        return TRUE;
    return settle_check_refuse(verdict, SETTLE_REJECT_LOOKS_ROUNDED, column,
                               "looks as if a spreadsheet had rounded it: have the column sent as "
                               "text; if such ids are meant, "
                               "settle setting set rounded-ids%s%.*s yes",
                               carrier.length > 0 ? ":" : "", (int) carrier.length, carrier.text);
}

gboolean
settle_check_code(SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field, int column,
                  gboolean may_be_empty, SettleCsvField carrier)
{
    return check_length(verdict, field, column, SETTLE_INTAKE_MAX_CODE, may_be_empty) &&
           check_seen(verdict, field, column) && check_whole(job, verdict, field, column, carrier);
}

/* Numbers of a spreadsheet have 15 digits: after them stand zeros. One such id says nothing, a
 * file in which all long ones are such does. */
static void
see_digits(SettleIntakeJob *job, SettleCsvField field)
{
    size_t n = 0;

    if (field.length <= SETTLE_INTAKE_SPREADSHEET_DIGITS || job->long_ids_differ)
        return;
    while (n < field.length && g_ascii_isdigit(field.text[n]))
        n++;
    if (n < field.length)
        return;
    job->long_ids++;
    job->long_id_zeros += (int64_t) (n - SETTLE_INTAKE_SPREADSHEET_DIGITS);
    for (size_t i = SETTLE_INTAKE_SPREADSHEET_DIGITS; i < n; i++)
        job->long_ids_differ = job->long_ids_differ || field.text[i] != '0';
}

gboolean
settle_check_key(SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field, int column,
                 gboolean may_be_empty, SettleCsvField carrier)
{
    if (!check_length(verdict, field, column, SETTLE_INTAKE_MAX_KEY, may_be_empty) ||
        !check_seen(verdict, field, column) || !check_whole(job, verdict, field, column, carrier))
        return FALSE;
    see_digits(job, field);
    return TRUE;
}

gboolean
settle_check_plausible(const SettleIntakeJob *job, SettleVerdict *verdict, int column,
                       SettleDay day)
{
    char shown[SETTLE_DAY_TEXT_BYTES];
    SettleDay date = job->options.business_date;
    if (day >= settle_day_add_months(date, -12 * OLDEST_YEARS) &&
        day <= settle_day_add_months(date, 12 * NEWEST_YEARS))
        return TRUE;
    return settle_check_refuse(verdict, SETTLE_REJECT_IMPLAUSIBLE_DATE, column,
                               "is more than %d years before or %d year after the business date %s",
                               OLDEST_YEARS, NEWEST_YEARS, settle_day_format(date, shown));
}

gboolean
settle_check_day(SettleVerdict *verdict, SettleCsvField field, int column, SettleDay *ret_day)
{
    if (field.length == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, column,
                                   "must not be empty");
    if (!settle_day_parse(field.text, field.length, ret_day))
        return settle_check_refuse(verdict, SETTLE_REJECT_BAD_DATE, column,
                                   "is no day in the form YYYY-MM-DD");
    return TRUE;
}

gboolean
settle_check_number(SettleVerdict *verdict, SettleCsvField field, int column, int64_t low,
                    int64_t high, int64_t *ret_number)
{
    int64_t number = 0;
    if (field.length == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, column,
                                   "must not be empty");
    gboolean minus = field.text[0] == '-' && field.length > 1;
    for (size_t i = minus; i < field.length; i++) {
        if (field.text[i] < '0' || field.text[i] > '9')
            return settle_check_refuse(verdict, SETTLE_REJECT_BAD_NUMBER, column,
                                       "is no whole number");
        if (i < 18) /* more digits are out of every range */
            number = number * 10 + (field.text[i] - '0');
    }
    if (minus)
        number = -number;
    if (field.length > 18 || number < low || number > high)
        return settle_check_refuse(verdict, SETTLE_REJECT_OUT_OF_RANGE, column,
                                   "is not within %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, low,
                                   high);
    *ret_number = number;
    return TRUE;
}

gboolean
settle_check_currency(SettleVerdict *verdict, SettleCsvField field, int column,
                      SettleCurrency *ret_currency)
{
    if (field.length == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, column,
                                   "must not be empty");
    if (!settle_currency_lookup(field.text, field.length, ret_currency))
        return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_CURRENCY, column,
                                   "is no currency code of ISO 4217");
    return TRUE;
}

gboolean
settle_check_amount(SettleVerdict *verdict, SettleCsvField field, int column,
                    SettleCurrency currency, int64_t *ret_minor)
{
    int exponent = settle_currency_exponent(currency);
    if (field.length == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, column,
                                   "must not be empty");
    switch (settle_money_parse(field.text, field.length, exponent, ret_minor)) {
    case SETTLE_PARSE_OK:
        if (*ret_minor >= -SETTLE_MONEY_LARGEST_MINOR && *ret_minor <= SETTLE_MONEY_LARGEST_MINOR)
            return TRUE;
        break;
    case SETTLE_PARSE_NOT_A_NUMBER:
        return settle_check_refuse(verdict, SETTLE_REJECT_BAD_AMOUNT, column,
                                   "is no amount like 199.90");
    case SETTLE_PARSE_TOO_MANY_DECIMALS:
        return settle_check_refuse(verdict, SETTLE_REJECT_TOO_MANY_DECIMALS, column,
                                   "%s has %d decimals", settle_currency_code(currency), exponent);
    case SETTLE_PARSE_OUT_OF_RANGE:
        break;
    }
    return settle_check_refuse(verdict, SETTLE_REJECT_BAD_AMOUNT, column, "is too large");
}

int32_t
settle_check_known(SettleIntakeJob *job, SettleDim dim, SettleCsvField field)
{
    int32_t id;
    if (!settle_intake_codes_get(job->codes[dim], field.text, field.length, &id)) {
        id = settle_directory_id(job->directory, dim, field.text, field.length);
        /* Unknown ones are not cached: garbage must not fill the memory. */
        if (id > 0)
            settle_intake_codes_put(job->codes[dim], field.text, field.length, id, FALSE);
    }
    return id;
}

gboolean
settle_check_open(SettleIntakeJob *job, SettleVerdict *verdict, SettleDim dim, SettleCsvField field,
                  int column, int16_t *ret_id)
{
    int32_t id = settle_check_known(job, dim, field);
    if (id == 0) {
        id = job->next_id[dim];
        if (id > G_MAXINT16)
            return settle_check_refuse(verdict, SETTLE_REJECT_TOO_MANY_CODES, column,
                                       "is new, and %d codes are the limit", G_MAXINT16);
        job->next_id[dim]++;
        settle_intake_codes_put(job->codes[dim], field.text, field.length, id, TRUE);
    }
    *ret_id = (int16_t) id;
    return TRUE;
}

gboolean
settle_check_instant(SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field, int column,
                     SettleInstant *ret_at, SettleDay *ret_day)
{
    if (field.length == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, column,
                                   "must not be empty");
    switch (settle_instant_parse(job->zone, field.text, field.length, ret_at)) {
    case SETTLE_INSTANT_OK:
        *ret_day = settle_zone_day(job->zone, *ret_at);
        return settle_check_plausible(job, verdict, column, *ret_day);
    case SETTLE_INSTANT_MALFORMED:
        return settle_check_refuse(verdict, SETTLE_REJECT_BAD_TIME, column,
                                   "is no time like 2026-03-31T16:00:00Z");
    case SETTLE_INSTANT_NONEXISTENT:
        return settle_check_refuse(verdict, SETTLE_REJECT_NONEXISTENT_TIME, column,
                                   "does not exist in the settlement zone; give the offset");
    case SETTLE_INSTANT_AMBIGUOUS:
        return settle_check_refuse(verdict, SETTLE_REJECT_AMBIGUOUS_TIME, column,
                                   "happened twice in the settlement zone; give the offset");
    case SETTLE_INSTANT_OUT_OF_RANGE:
        break;
    }
    return settle_check_refuse(verdict, SETTLE_REJECT_IMPLAUSIBLE_DATE, column,
                               "is outside the years 1900 to 2399");
}
