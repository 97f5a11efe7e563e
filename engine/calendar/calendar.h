/* Days, months, zones. All boundaries are those of the settlement zone (docs/semantics.md 3). */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Days since 2000-01-01 (PostgreSQL's own date epoch), proleptic Gregorian. */
typedef int32_t SettleDay;
/* year * 12 + (month - 1): 2026-03 is 24314. */
typedef int32_t SettleMonth;
/* Microseconds since 2000-01-01T00:00:00Z (PostgreSQL's timestamptz). */
typedef int64_t SettleInstant;

#define SETTLE_DAY_MIN (-36524) /* 1900-01-01 */
#define SETTLE_DAY_MAX 146096   /* 2399-12-31 */

/* Days and months of the Gregorian calendar. FALSE: there is no such day, or it lies beyond what
 * a day may be. */
gboolean settle_day_from_ymd(int year, int month, int day, SettleDay *ret_day);
void settle_day_to_ymd(SettleDay day, int *ret_year, int *ret_month, int *ret_day);
SettleMonth settle_day_month(SettleDay day);
SettleDay settle_month_first(SettleMonth month);
SettleDay settle_month_last(SettleMonth month);
/* Day `day_of_month` of the month, its last day if the month lacks it (docs/semantics.md 3). */
SettleDay settle_month_day(SettleMonth month, int day_of_month);
/* The day plus k months, clipped to the month's end: 08-31 + 6 = 02-28. */
SettleDay settle_day_add_months(SettleDay day, int k);
/* Seconds since 1970-01-01T00:00:00Z of the midnight (UTC) with which the day begins: what C's
 * time_t counts, for libraries. */
int64_t settle_day_unix(SettleDay day);
/* 1 Monday .. 7 Sunday */
int settle_day_weekday(SettleDay day);

/* Strict "YYYY-MM-DD" and "YYYY-MM", years 1900..2399. */
gboolean settle_day_parse(const char *text, size_t length, SettleDay *ret_day);
gboolean settle_month_parse(const char *text, size_t length, SettleMonth *ret_month);
#define SETTLE_DAY_TEXT_BYTES 16
/* Writes YYYY-MM-DD or YYYY-MM into text and returns it. */
char *settle_day_format(SettleDay day, char text[SETTLE_DAY_TEXT_BYTES]);
char *settle_month_format(SettleMonth month, char text[SETTLE_DAY_TEXT_BYTES]);

typedef struct SettleZone SettleZone;
/* identifier: an IANA name (no offset, no POSIX rule: "UTC+8" would be read as eight hours west).
 * NULL and error (INPUT) if the zone is not known: never silently UTC.
 * Not thread-safe (it caches the last interval). */
SettleZone *settle_zone_new(const char *identifier, GError **error);
void settle_zone_free(SettleZone *zone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleZone, settle_zone_free)

/* The day on which the instant falls in the zone. */
SettleDay settle_zone_day(SettleZone *zone, SettleInstant instant);
/* Today in the zone. The only clock in the engine: for defaults of the command line only. */
SettleDay settle_zone_today(SettleZone *zone);

typedef enum {
    SETTLE_INSTANT_OK = 0,
    SETTLE_INSTANT_MALFORMED,
    SETTLE_INSTANT_OUT_OF_RANGE,
    SETTLE_INSTANT_NONEXISTENT, /* skipped by a change of the clocks */
    SETTLE_INSTANT_AMBIGUOUS,   /* happened twice */
} SettleInstantResult;

/* Reads ISO 8601 / RFC 3339: date, 'T' or one blank, hh:mm[:ss[.f{1,6}]], then Z, +hh:mm, +hhmm,
 * +hh or nothing (local to the zone, docs/semantics.md 13.15). */
SettleInstantResult settle_instant_parse(SettleZone *zone, const char *text, size_t length,
                                         SettleInstant *ret_instant);
#define SETTLE_INSTANT_TEXT_BYTES 40
/* "2026-03-31T16:00:00Z" (with .ffffff when there are microseconds) */
char *settle_instant_format(SettleInstant instant, char text[SETTLE_INSTANT_TEXT_BYTES]);

G_END_DECLS
