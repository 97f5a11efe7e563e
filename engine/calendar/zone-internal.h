/* What a zone remembers: shared by the two files that read it. */
#pragma once

#include "calendar/calendar.h"

#define SETTLE_UNIX_TO_2000 INT64_C(946684800) /* seconds */

struct SettleZone {
    GTimeZone *zone;
    /* the interval of the last question: [from, to) in Unix seconds, and its offset */
    int64_t from, to;
    int32_t offset;
};

/* Offset from UTC in seconds at a Unix time. */
int32_t settle_zone_offset(SettleZone *zone, int64_t unix_seconds);
