/* Days and months as whole numbers: the Gregorian calendar, arithmetic with months, and their
 * texts. */
#include "calendar/calendar.h"

#include "calendar/zone-internal.h"

#include <stdio.h>

/* Days of the proleptic Gregorian calendar by counting years from March, so that the leap day comes
 * last: 400 years are 146,097 days. */
#define DAYS_TO_2000 730425 /* from 0000-03-01 to 2000-01-01 */

static gboolean
is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

static SettleDay
day_number(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1;
    int m = month > 2 ? month - 3 : month + 9;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - DAYS_TO_2000;
}

gboolean
settle_day_from_ymd(int year, int month, int day, SettleDay *ret_day)
{
    if (year < 1900 || year > 2399 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return FALSE;
    *ret_day = day_number(year, month, day);
    return TRUE;
}

void
settle_day_to_ymd(SettleDay day, int *ret_year, int *ret_month, int *ret_day)
{
    int n = day + DAYS_TO_2000;
    int era = n / 146097;
    int in_era = n % 146097;
    int year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int m = (5 * in_year + 2) / 153;

    *ret_day = in_year - (153 * m + 2) / 5 + 1;
    *ret_month = m < 10 ? m + 3 : m - 9;
    *ret_year = era * 400 + year_of_era + (*ret_month <= 2);
}

/* The first days of all months of the range and of the one after it: a run asks several times an
 * order, and the divisions were a tenth of its work. */
#define FIRST_MONTH (1900 * 12)
#define N_MONTHS    (500 * 12)

static const SettleDay *
first_days(void)
{
    static SettleDay days[N_MONTHS + 1];
    static gsize ready = 0;

    if (g_once_init_enter(&ready)) {
        for (int i = 0; i <= N_MONTHS; i++)
            days[i] = day_number(1900 + i / 12, i % 12 + 1, 1);
        g_once_init_leave(&ready, 1);
    }
    return days;
}

SettleMonth
settle_day_month(SettleDay day)
{
    const SettleDay *firsts = first_days();
    int year, month, day_of_month, i;

    if (day < SETTLE_DAY_MIN || day > SETTLE_DAY_MAX) {
        settle_day_to_ymd(day, &year, &month, &day_of_month);
        return year * 12 + month - 1;
    }
    /* 400 years are 4,800 months; the month so found may be the next one or the last */
    i = (int) ((int64_t) (day - SETTLE_DAY_MIN) * 4800 / 146097);
    while (firsts[i] > day)
        i--;
    while (firsts[i + 1] <= day)
        i++;
    return FIRST_MONTH + i;
}

SettleDay
settle_month_first(SettleMonth month)
{
    if (month < FIRST_MONTH || month > FIRST_MONTH + N_MONTHS)
        return day_number(month / 12, month % 12 + 1, 1);
    return first_days()[month - FIRST_MONTH];
}

SettleDay
settle_month_last(SettleMonth month)
{
    return settle_month_first(month + 1) - 1;
}

SettleDay
settle_month_day(SettleMonth month, int day_of_month)
{
    return MIN(settle_month_first(month) + day_of_month - 1, settle_month_last(month));
}

SettleDay
settle_day_add_months(SettleDay day, int k)
{
    int year, month, day_of_month;

    settle_day_to_ymd(day, &year, &month, &day_of_month);
    return settle_month_day(year * 12 + month - 1 + k, day_of_month);
}

int64_t
settle_day_unix(SettleDay day)
{
    return (int64_t) day * 24 * 60 * 60 + SETTLE_UNIX_TO_2000;
}

int
settle_day_weekday(SettleDay day)
{
    /* 2000-01-01 was a Saturday; 36,526 is a multiple of 7 above the range's lower end */
    return (day + 36526 + 5) % 7 + 1;
}

static gboolean
digits(const char *text, int n, int *ret_value)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return FALSE;
        value = value * 10 + text[i] - '0';
    }
    *ret_value = value;
    return TRUE;
}

gboolean
settle_day_parse(const char *text, size_t length, SettleDay *ret_day)
{
    int year, month, day;

    return length == 10 && digits(text, 4, &year) && text[4] == '-' &&
           digits(text + 5, 2, &month) && text[7] == '-' && digits(text + 8, 2, &day) &&
           settle_day_from_ymd(year, month, day, ret_day);
}

gboolean
settle_month_parse(const char *text, size_t length, SettleMonth *ret_month)
{
    int year, month;

    if (length != 7 || !digits(text, 4, &year) || text[4] != '-' || !digits(text + 5, 2, &month) ||
        year < 1900 || year > 2399 || month < 1 || month > 12)
        return FALSE;
    *ret_month = year * 12 + month - 1;
    return TRUE;
}

char *
settle_day_format(SettleDay day, char text[SETTLE_DAY_TEXT_BYTES])
{
    int year, month, day_of_month;

    settle_day_to_ymd(day, &year, &month, &day_of_month);
    g_snprintf(text, SETTLE_DAY_TEXT_BYTES, "%04d-%02d-%02d", year, month, day_of_month);
    return text;
}

char *
settle_month_format(SettleMonth month, char text[SETTLE_DAY_TEXT_BYTES])
{
    g_snprintf(text, SETTLE_DAY_TEXT_BYTES, "%04d-%02d", month / 12, month % 12 + 1);
    return text;
}
