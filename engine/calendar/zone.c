/* Time zones: what offset holds at an instant, on which day it falls, and today's date for the
 * command line. */
#include "base/error.h"
#include "calendar/zone-internal.h"

#define MICROSECONDS INT64_C(1000000)
#define DAY_SECONDS  86400

/* GLib also takes offsets, POSIX rules and paths, and reads "UTC+8" as POSIX does: eight hours
 * WEST. Only names of the IANA database's shape get that far: a digit needs an area before it. */
static gboolean
looks_like_iana(const char *identifier)
{
    gboolean in_area = FALSE;

    if (!g_ascii_isupper(identifier[0]) || identifier[1] == '\0')
        return FALSE;
    for (const char *c = identifier; *c != '\0'; c++) {
        if (*c == '/')
            in_area = TRUE;
        else if (!g_ascii_isalpha(*c) && *c != '-' && !(*c == '_' || (in_area && *c == '+')) &&
                 !(in_area && g_ascii_isdigit(*c)))
            return FALSE;
    }
    return TRUE;
}

SettleZone *
settle_zone_new(const char *identifier, GError **error)
{
    GTimeZone *zone = looks_like_iana(identifier) ? g_time_zone_new_identifier(identifier) : NULL;
    SettleZone *result;

    if (zone == NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "unknown time zone \"%s\"",
                    identifier);
        settle_error_hint(error, "name it as the IANA database does, e.g. Asia/Shanghai");
        return NULL;
    }
    result = g_new0(SettleZone, 1);
    result->zone = zone;
    return result;
}

void
settle_zone_free(SettleZone *zone)
{
    g_time_zone_unref(zone->zone);
    g_free(zone);
}

/* GTimeZone tells an interval's offset but not its bounds: what is remembered is the widest stretch
 * around the question whose both ends were seen to lie in the same interval. */
int32_t
settle_zone_offset(SettleZone *zone, int64_t unix_seconds)
{
    int interval, before, after;

    if (unix_seconds >= zone->from && unix_seconds < zone->to)
        return zone->offset;
    interval = g_time_zone_find_interval(zone->zone, G_TIME_TYPE_UNIVERSAL, unix_seconds);
    zone->offset = g_time_zone_get_offset(zone->zone, interval);
    zone->from = unix_seconds;
    zone->to = unix_seconds + 1;
    /* as far as the interval goes, in growing steps, at most some hundred days each way */
    for (int64_t step = 3600; step <= 400 * (int64_t) DAY_SECONDS; step *= 2) {
        before = g_time_zone_find_interval(zone->zone, G_TIME_TYPE_UNIVERSAL, unix_seconds - step);
        if (before != interval)
            break;
        zone->from = unix_seconds - step;
    }
    for (int64_t step = 3600; step <= 400 * (int64_t) DAY_SECONDS; step *= 2) {
        after = g_time_zone_find_interval(zone->zone, G_TIME_TYPE_UNIVERSAL, unix_seconds + step);
        if (after != interval)
            break;
        zone->to = unix_seconds + step + 1;
    }
    return zone->offset;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

SettleDay
settle_zone_day(SettleZone *zone, SettleInstant instant)
{
    int64_t seconds = floor_div(instant, MICROSECONDS);
    int32_t offset = settle_zone_offset(zone, seconds + SETTLE_UNIX_TO_2000);

    return (SettleDay) floor_div(seconds + offset, DAY_SECONDS);
}

SettleDay
settle_zone_today(SettleZone *zone)
{
    return settle_zone_day(zone, g_get_real_time() - SETTLE_UNIX_TO_2000 * MICROSECONDS);
}
