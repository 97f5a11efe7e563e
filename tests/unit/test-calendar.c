/* Days, months, zones, instants (docs/semantics.md 3, 13.15, E2, E3). */
#include "base/error.h"
#include "calendar/calendar.h"

#include <string.h>

#define UNTOUCHED 12345

static SettleDay
day_of(const char *text)
{
    SettleDay day = UNTOUCHED;

    g_assert_true(settle_day_parse(text, strlen(text), &day));
    return day;
}

static SettleMonth
month_of(const char *text)
{
    SettleMonth month = UNTOUCHED;

    g_assert_true(settle_month_parse(text, strlen(text), &month));
    return month;
}

/* --- days ----------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    gboolean valid;
    SettleDay day;
    int weekday;
} days[] = {
    {"2000-01-01", TRUE, 0, 6},
    {"1999-12-31", TRUE, -1, 5},
    {"1970-01-01", TRUE, -10957, 4},
    {"1900-01-01", TRUE, SETTLE_DAY_MIN, 1},
    {"2399-12-31", TRUE, SETTLE_DAY_MAX, 5},
    {"2026-11-23", TRUE, 9823, 1},
    {"2000-02-29", TRUE, 59, 2},
    {"2028-02-29", TRUE, 10286, 2},
    {"1900-02-29", FALSE, 0, 0},
    {"2100-02-29", FALSE, 0, 0},
    {"2027-02-29", FALSE, 0, 0},
    {"1899-12-31", FALSE, 0, 0},
    {"2400-01-01", FALSE, 0, 0},
    {"2026-00-10", FALSE, 0, 0},
    {"2026-13-10", FALSE, 0, 0},
    {"2026-04-31", FALSE, 0, 0},
    {"2026-04-00", FALSE, 0, 0},
    {"2026-4-01", FALSE, 0, 0},
    {"2026-04-1", FALSE, 0, 0},
    {"26-04-01", FALSE, 0, 0},
    {"2026/04/01", FALSE, 0, 0},
    {"2026-04-01 ", FALSE, 0, 0},
    {" 2026-04-01", FALSE, 0, 0},
    {"2026-04-0x", FALSE, 0, 0},
    {"20260401", FALSE, 0, 0},
    {"-026-04-01", FALSE, 0, 0},
    {"", FALSE, 0, 0},
};

static void
test_days(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        char text[SETTLE_DAY_TEXT_BYTES];
        SettleDay day = UNTOUCHED;

        g_test_message("\"%s\"", days[i].text);
        g_assert_cmpint(settle_day_parse(days[i].text, strlen(days[i].text), &day), ==,
                        days[i].valid);
        g_assert_cmpint(day, ==, days[i].valid ? days[i].day : UNTOUCHED);
        if (!days[i].valid)
            continue;
        g_assert_cmpstr(settle_day_format(day, text), ==, days[i].text);
        g_assert_cmpint(settle_day_weekday(day), ==, days[i].weekday);
    }
}

/* Every day of the range against a calendar that only knows how to turn a page. */
static void
test_every_day(void)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 1900, month = 1, day = 1, weekday = 1;

    for (SettleDay n = SETTLE_DAY_MIN; n <= SETTLE_DAY_MAX; n++) {
        gboolean leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
        int length = lengths[month - 1] + (month == 2 && leap);
        SettleDay from_ymd = UNTOUCHED;
        int y, m, d;

        settle_day_to_ymd(n, &y, &m, &d);
        g_assert_true(settle_day_from_ymd(year, month, day, &from_ymd));
        if (y != year || m != month || d != day || from_ymd != n ||
            settle_day_month(n) != year * 12 + month - 1 || settle_day_weekday(n) != weekday ||
            settle_month_first(settle_day_month(n)) != n - day + 1 ||
            settle_month_last(settle_day_month(n)) != n - day + length) {
            g_test_message("%04d-%02d-%02d is not day %d", year, month, day, n);
            g_test_fail();
            return;
        }
        weekday = weekday % 7 + 1;
        if (++day > length) {
            day = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
    g_assert_cmpint(year, ==, 2400);
}

static const struct {
    const char *text;
    gboolean valid;
    SettleMonth month;
} months[] = {
    {"2026-03", TRUE, 24314}, {"1900-01", TRUE, 22800}, {"2399-12", TRUE, 28799},
    {"2026-00", FALSE, 0},    {"2026-13", FALSE, 0},    {"2026-3", FALSE, 0},
    {"2026-03-01", FALSE, 0}, {"1899-12", FALSE, 0},    {"2400-01", FALSE, 0},
    {"2026/03", FALSE, 0},    {"", FALSE, 0},
};

static void
test_months(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(months); i++) {
        char text[SETTLE_DAY_TEXT_BYTES];
        SettleMonth month = UNTOUCHED;

        g_test_message("\"%s\"", months[i].text);
        g_assert_cmpint(settle_month_parse(months[i].text, strlen(months[i].text), &month), ==,
                        months[i].valid);
        g_assert_cmpint(month, ==, months[i].valid ? months[i].month : UNTOUCHED);
        if (months[i].valid)
            g_assert_cmpstr(settle_month_format(month, text), ==, months[i].text);
    }
}

/* --- T + N ---------------------------------------------------------------------------------- */

static const struct {
    const char *name, *closing_month;
    int months, day;
    const char *due;
} dues[] = {
    {"E3 T+1", "2026-08", 1, 30, "2026-09-30"},
    {"E3 T+3", "2026-08", 3, 30, "2026-11-30"},
    {"E3 T+6 falls on the last day", "2026-08", 6, 30, "2027-02-28"},
    {"leap year", "2027-08", 6, 30, "2028-02-29"},
    {"day 31 of a short month", "2026-08", 1, 31, "2026-09-30"},
    {"day 31 of a long month", "2026-08", 2, 31, "2026-10-31"},
    {"T itself", "2026-08", 0, 1, "2026-08-01"},
    {"over the year's end", "2026-12", 1, 10, "2027-01-10"},
    {"years", "2026-12", 37, 29, "2030-01-29"},
};

static void
test_due(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(dues); i++) {
        char text[SETTLE_DAY_TEXT_BYTES];
        SettleMonth month = month_of(dues[i].closing_month) + dues[i].months;

        g_test_message("%s", dues[i].name);
        g_assert_cmpstr(settle_day_format(settle_month_day(month, dues[i].day), text), ==,
                        dues[i].due);
    }
}

static const struct {
    const char *day;
    int months;
    const char *expected;
} additions[] = {
    {"2026-08-31", 6, "2027-02-28"},  {"2027-08-31", 6, "2028-02-29"},
    {"2026-01-31", 1, "2026-02-28"},  {"2026-01-28", 1, "2026-02-28"},
    {"2026-03-31", -1, "2026-02-28"}, {"2028-02-29", 12, "2029-02-28"},
    {"2026-05-15", 0, "2026-05-15"},  {"2026-12-31", 1, "2027-01-31"},
    {"2026-01-31", -1, "2025-12-31"}, {"2026-10-31", 13, "2027-11-30"},
};

static void
test_add_months(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(additions); i++) {
        char text[SETTLE_DAY_TEXT_BYTES];
        SettleDay day = settle_day_add_months(day_of(additions[i].day), additions[i].months);

        g_assert_cmpstr(settle_day_format(day, text), ==, additions[i].expected);
    }
}

/* --- zones ---------------------------------------------------------------------------------- */

static const struct {
    const char *identifier;
    gboolean known;
} zones[] = {
    {"Asia/Shanghai", TRUE},
    {"Europe/Berlin", TRUE},
    {"America/Argentina/Buenos_Aires", TRUE},
    {"Etc/GMT+8", TRUE},
    {"UTC", TRUE},
    {"PRC", TRUE},
    {"Asia/Nowhere", FALSE},
    {"asia/shanghai", FALSE},
    {"Asia/Shanghai ", FALSE},
    {"Asia", FALSE},
    {"", FALSE},
    {"Z", FALSE},
    {"+08:00", FALSE},
    {"08", FALSE},
    {"UTC+8", FALSE}, /* POSIX: eight hours west */
    {"CST-8", FALSE},
    {"localtime", FALSE},
    {"/usr/share/zoneinfo/Asia/Tokyo", FALSE},
    {"../../etc/passwd", FALSE},
};

static void
test_zone_names(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(SettleZone) zone = settle_zone_new(zones[i].identifier, &error);

        g_test_message("\"%s\"", zones[i].identifier);
        g_assert_cmpint(zone != NULL, ==, zones[i].known);
        if (zone == NULL)
            g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT);
        else
            g_assert_no_error(error);
    }
}

/* What is read, as UTC; the local day of it. */
static const struct {
    const char *zone, *text;
    SettleInstantResult result;
    const char *utc, *day;
} instants[] = {
    /* E2 */
    {"Asia/Shanghai", "2026-03-31T16:00:00Z", SETTLE_INSTANT_OK, "2026-03-31T16:00:00Z",
     "2026-04-01"},
    {"Asia/Shanghai", "2026-03-31T15:59:59.999999Z", SETTLE_INSTANT_OK,
     "2026-03-31T15:59:59.999999Z", "2026-03-31"},
    /* the ways to write it */
    {"Asia/Shanghai", "2026-04-01T00:00:00+08:00", SETTLE_INSTANT_OK, "2026-03-31T16:00:00Z",
     "2026-04-01"},
    {"Asia/Shanghai", "2026-04-01 00:00:00+0800", SETTLE_INSTANT_OK, "2026-03-31T16:00:00Z",
     "2026-04-01"},
    {"Asia/Shanghai", "2026-04-01T00:00+08", SETTLE_INSTANT_OK, "2026-03-31T16:00:00Z",
     "2026-04-01"},
    {"Asia/Shanghai", "2026-04-01 00:00", SETTLE_INSTANT_OK, "2026-03-31T16:00:00Z", "2026-04-01"},
    {"Asia/Shanghai", "2026-03-31T10:30:00-05:30", SETTLE_INSTANT_OK, "2026-03-31T16:00:00Z",
     "2026-04-01"},
    {"Asia/Shanghai", "2026-04-01T00:00:00.5", SETTLE_INSTANT_OK, "2026-03-31T16:00:00.500000Z",
     "2026-04-01"},
    {"Asia/Shanghai", "1900-06-01T12:00:00Z", SETTLE_INSTANT_OK, "1900-06-01T12:00:00Z",
     "1900-06-01"},
    {"Asia/Shanghai", "2399-06-01T12:00:00Z", SETTLE_INSTANT_OK, "2399-06-01T12:00:00Z",
     "2399-06-01"},
    {"Asia/Kathmandu", "2026-04-01 00:00", SETTLE_INSTANT_OK, "2026-03-31T18:15:00Z", "2026-04-01"},
    {"America/New_York", "2026-01-01T04:59:59Z", SETTLE_INSTANT_OK, "2026-01-01T04:59:59Z",
     "2025-12-31"},
    /* daylight saving time in Shanghai, 1986 to 1991 */
    {"Asia/Shanghai", "1986-05-04 01:59:59", SETTLE_INSTANT_OK, "1986-05-03T17:59:59Z",
     "1986-05-04"},
    {"Asia/Shanghai", "1986-05-04 02:30:00", SETTLE_INSTANT_NONEXISTENT, NULL, NULL},
    {"Asia/Shanghai", "1986-05-04 03:00:00", SETTLE_INSTANT_OK, "1986-05-03T18:00:00Z",
     "1986-05-04"},
    {"Asia/Shanghai", "1986-09-14 00:59:59", SETTLE_INSTANT_OK, "1986-09-13T15:59:59Z",
     "1986-09-14"},
    {"Asia/Shanghai", "1986-09-14 01:30:00", SETTLE_INSTANT_AMBIGUOUS, NULL, NULL},
    {"Asia/Shanghai", "1986-09-14 02:00:00", SETTLE_INSTANT_OK, "1986-09-13T18:00:00Z",
     "1986-09-14"},
    {"Asia/Shanghai", "1991-07-01 00:00:00", SETTLE_INSTANT_OK, "1991-06-30T15:00:00Z",
     "1991-07-01"},
    {"Asia/Shanghai", "1991-06-30T15:00:00Z", SETTLE_INSTANT_OK, "1991-06-30T15:00:00Z",
     "1991-07-01"},
    {"Asia/Shanghai", "1991-09-15 01:30:00", SETTLE_INSTANT_AMBIGUOUS, NULL, NULL},
    {"Asia/Shanghai", "1991-09-15 01:30:00+09:00", SETTLE_INSTANT_OK, "1991-09-14T16:30:00Z",
     "1991-09-15"},
    {"Asia/Shanghai", "1992-07-01 00:00:00", SETTLE_INSTANT_OK, "1992-06-30T16:00:00Z",
     "1992-07-01"},
    /* Berlin, to the microsecond */
    {"Europe/Berlin", "2026-03-29 01:59:59.999999", SETTLE_INSTANT_OK,
     "2026-03-29T00:59:59.999999Z", "2026-03-29"},
    {"Europe/Berlin", "2026-03-29 02:00:00", SETTLE_INSTANT_NONEXISTENT, NULL, NULL},
    {"Europe/Berlin", "2026-03-29 02:59:59.999999", SETTLE_INSTANT_NONEXISTENT, NULL, NULL},
    {"Europe/Berlin", "2026-03-29 03:00:00", SETTLE_INSTANT_OK, "2026-03-29T01:00:00Z",
     "2026-03-29"},
    {"Europe/Berlin", "2026-10-25 01:59:59.999999", SETTLE_INSTANT_OK,
     "2026-10-24T23:59:59.999999Z", "2026-10-25"},
    {"Europe/Berlin", "2026-10-25 02:00:00", SETTLE_INSTANT_AMBIGUOUS, NULL, NULL},
    {"Europe/Berlin", "2026-10-25 02:59:59.999999", SETTLE_INSTANT_AMBIGUOUS, NULL, NULL},
    {"Europe/Berlin", "2026-10-25 03:00:00", SETTLE_INSTANT_OK, "2026-10-25T02:00:00Z",
     "2026-10-25"},
    {"Europe/Berlin", "2100-07-01 00:00", SETTLE_INSTANT_OK, "2100-06-30T22:00:00Z", "2100-07-01"},
    /* half an hour, and a whole day that Samoa left out */
    {"Australia/Lord_Howe", "2026-04-05 01:45", SETTLE_INSTANT_AMBIGUOUS, NULL, NULL},
    {"Australia/Lord_Howe", "2026-10-04 02:15", SETTLE_INSTANT_NONEXISTENT, NULL, NULL},
    {"Pacific/Apia", "2011-12-29 23:59", SETTLE_INSTANT_OK, "2011-12-30T09:59:00Z", "2011-12-29"},
    {"Pacific/Apia", "2011-12-30 12:00", SETTLE_INSTANT_NONEXISTENT, NULL, NULL},
    {"Pacific/Apia", "2011-12-31 00:00", SETTLE_INSTANT_OK, "2011-12-30T10:00:00Z", "2011-12-31"},
    /* not an instant */
    {"Asia/Shanghai", "2026-04-01", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01  00:00", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T0:00", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T24:00", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:60", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:60", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00.", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00.1234567", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00,5", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00 Z", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00ZZ", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00+8", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00+08:", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00+08:60", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00+19:00", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00+08:000", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-02-29T00:00:00Z", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "2026-04-01T00:00:00 Asia/Shanghai", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "1775001600", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "", SETTLE_INSTANT_MALFORMED, NULL, NULL},
    {"Asia/Shanghai", "1899-12-31T00:00:00Z", SETTLE_INSTANT_OUT_OF_RANGE, NULL, NULL},
    {"Asia/Shanghai", "2400-01-01T00:00:00Z", SETTLE_INSTANT_OUT_OF_RANGE, NULL, NULL},
};

static void
test_instants(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(instants); i++) {
        g_autoptr(SettleZone) zone = settle_zone_new(instants[i].zone, NULL);
        char utc[SETTLE_INSTANT_TEXT_BYTES], day[SETTLE_DAY_TEXT_BYTES];
        SettleInstant instant = UNTOUCHED;

        g_test_message("%s: \"%s\"", instants[i].zone, instants[i].text);
        g_assert_cmpint(
            settle_instant_parse(zone, instants[i].text, strlen(instants[i].text), &instant), ==,
            instants[i].result);
        if (instants[i].result != SETTLE_INSTANT_OK) {
            g_assert_cmpint(instant, ==, UNTOUCHED);
            continue;
        }
        g_assert_cmpstr(settle_instant_format(instant, utc), ==, instants[i].utc);
        g_assert_cmpstr(settle_day_format(settle_zone_day(zone, instant), day), ==,
                        instants[i].day);
    }
}

/* What the zone remembers must not show: the same question in any order, beside GLib's own answer.
 */
static void
test_zone_memory(void)
{
    static const char *const identifiers[] = {"Asia/Shanghai", "Europe/Berlin", "Pacific/Apia"};

    for (size_t z = 0; z < G_N_ELEMENTS(identifiers); z++) {
        g_autoptr(SettleZone) zone = settle_zone_new(identifiers[z], NULL);
        g_autoptr(GTimeZone) reference = g_time_zone_new_identifier(identifiers[z]);
        int64_t jumped = 0;

        for (int i = 0; i < 20000; i++) {
            /* to anywhere from 1980 to 2043, then to some places within two years of it */
            int64_t near = g_test_rand_int_range(-63072000, 63072000);
            int64_t unix_seconds, local;
            int interval;

            if (i % 4 == 0)
                jumped = INT64_C(315532800) + g_test_rand_int_range(0, 2000000000);
            unix_seconds = i % 4 == 0 ? jumped : jumped + near;
            interval = g_time_zone_find_interval(reference, G_TIME_TYPE_UNIVERSAL, unix_seconds);
            local = unix_seconds + g_time_zone_get_offset(reference, interval);
            g_assert_cmpint(settle_zone_day(zone, (unix_seconds - 946684800) * 1000000), ==,
                            (local + INT64_C(86400) * 40000) / 86400 - 40000 - 10957);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/calendar/day/text", test_days);
    g_test_add_func("/calendar/day/every", test_every_day);
    g_test_add_func("/calendar/month/text", test_months);
    g_test_add_func("/calendar/month/due", test_due);
    g_test_add_func("/calendar/month/add", test_add_months);
    g_test_add_func("/calendar/zone/names", test_zone_names);
    g_test_add_func("/calendar/zone/memory", test_zone_memory);
    g_test_add_func("/calendar/instant", test_instants);
    return g_test_run();
}
