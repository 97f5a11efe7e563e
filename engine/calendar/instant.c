/* Instants in microseconds: read from a carrier's text in its zone, and written in a zone. */
#include "calendar/zone-internal.h"

#define MICROSECONDS INT64_C(1000000)

typedef struct {
    const char *at, *end;
} Cursor;

static gboolean
number(Cursor *cursor, int n, int *ret_value)
{
    int value = 0;

    if (cursor->end - cursor->at < n)
        return FALSE;
    for (int i = 0; i < n; i++) {
        char c = cursor->at[i];

        if (c < '0' || c > '9')
            return FALSE;
        value = value * 10 + c - '0';
    }
    cursor->at += n;
    *ret_value = value;
    return TRUE;
}

static gboolean
skip(Cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return FALSE;
    cursor->at++;
    return TRUE;
}

static gboolean
time_of_day(Cursor *cursor, int64_t *ret_microseconds)
{
    int hour, minute, second = 0;
    int64_t fraction = 0;

    if (!number(cursor, 2, &hour) || !skip(cursor, ':') || !number(cursor, 2, &minute))
        return FALSE;
    if (skip(cursor, ':')) {
        if (!number(cursor, 2, &second))
            return FALSE;
        if (skip(cursor, '.')) {
            int64_t unit = MICROSECONDS / 10;
            int digit, n = 0;

            while (number(cursor, 1, &digit)) {
                if (++n > 6)
                    return FALSE;
                fraction += digit * unit;
                unit /= 10;
            }
            if (n == 0)
                return FALSE;
        }
    }
    if (hour > 23 || minute > 59 || second > 59)
        return FALSE;
    *ret_microseconds = ((hour * 60 + minute) * 60 + second) * MICROSECONDS + fraction;
    return TRUE;
}

/* Z, +hh:mm, +hhmm or +hh: seconds east of UTC. */
static gboolean
offset(Cursor *cursor, int *ret_seconds)
{
    int sign, hours, minutes = 0;

    if (skip(cursor, 'Z')) {
        *ret_seconds = 0;
        return TRUE;
    }
    if (skip(cursor, '+'))
        sign = 1;
    else if (skip(cursor, '-'))
        sign = -1;
    else
        return FALSE;
    if (!number(cursor, 2, &hours))
        return FALSE;
    if (cursor->at != cursor->end) {
        skip(cursor, ':');
        if (!number(cursor, 2, &minutes))
            return FALSE;
    }
    if (hours > 18 || minutes > 59)
        return FALSE;
    *ret_seconds = sign * (hours * 3600 + minutes * 60);
    return TRUE;
}

/* A local time happened at those offsets of the days around it that map it onto itself: none is a
 * time that the clocks skipped, two is one that they showed twice. */
static SettleInstantResult
resolve_local(SettleZone *zone, int64_t local, SettleInstant *ret_instant)
{
    int64_t seconds = local / MICROSECONDS - (local % MICROSECONDS < 0) + SETTLE_UNIX_TO_2000;
    int32_t early = settle_zone_offset(zone, seconds - 86400);
    int32_t late = settle_zone_offset(zone, seconds + 86400);
    gboolean by_early = settle_zone_offset(zone, seconds - early) == early;
    gboolean by_late = settle_zone_offset(zone, seconds - late) == late;

    if (!by_early && !by_late)
        return SETTLE_INSTANT_NONEXISTENT;
    if (by_early && by_late && early != late)
        return SETTLE_INSTANT_AMBIGUOUS;
    *ret_instant = local - (by_early ? early : late) * MICROSECONDS;
    return SETTLE_INSTANT_OK;
}

SettleInstantResult
settle_instant_parse(SettleZone *zone, const char *text, size_t length, SettleInstant *ret_instant)
{
    Cursor cursor = {text, text + length};
    int year, month, day, seconds_east;
    int64_t time, local;
    SettleDay number_of_day;

    if (!number(&cursor, 4, &year) || !skip(&cursor, '-') || !number(&cursor, 2, &month) ||
        !skip(&cursor, '-') || !number(&cursor, 2, &day) ||
        (!skip(&cursor, 'T') && !skip(&cursor, ' ')) || !time_of_day(&cursor, &time))
        return SETTLE_INSTANT_MALFORMED;
    if (!settle_day_from_ymd(year, month, day, &number_of_day))
        return year < 1900 || year > 2399 ? SETTLE_INSTANT_OUT_OF_RANGE : SETTLE_INSTANT_MALFORMED;
    local = number_of_day * INT64_C(86400) * MICROSECONDS + time;
    if (cursor.at == cursor.end)
        return resolve_local(zone, local, ret_instant);
    if (!offset(&cursor, &seconds_east) || cursor.at != cursor.end)
        return SETTLE_INSTANT_MALFORMED;
    *ret_instant = local - seconds_east * MICROSECONDS;
    return SETTLE_INSTANT_OK;
}

char *
settle_instant_format(SettleInstant instant, char text[SETTLE_INSTANT_TEXT_BYTES])
{
    int64_t seconds = instant / MICROSECONDS - (instant % MICROSECONDS < 0);
    int64_t fraction = instant - seconds * MICROSECONDS;
    SettleDay day = (SettleDay) (seconds / 86400 - (seconds % 86400 < 0));
    int of_day = (int) (seconds - day * INT64_C(86400));
    char day_text[SETTLE_DAY_TEXT_BYTES], fraction_text[16] = "";

    if (fraction != 0)
        g_snprintf(fraction_text, sizeof fraction_text, ".%06d", (int) fraction);
    g_snprintf(text, SETTLE_INSTANT_TEXT_BYTES, "%sT%02d:%02d:%02d%sZ",
               settle_day_format(day, day_text), of_day / 3600, of_day / 60 % 60, of_day % 60,
               fraction_text);
    return text;
}
