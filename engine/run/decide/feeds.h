/* Feeds: which files are expected of a carrier, so that one that does not come is seen.
 *
 * What is expected is decided by an approver and kept in the control log. A feed has come for a day
 * when a sealed batch of its kind and that business date holds rows of the carrier, or was said to
 * be the carrier's (docs/semantics.md 14). */
#pragma once

#include "calendar/calendar.h"
#include "model/file-kind.h"
#include "store/store.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const char *carrier; /* code */
    SettleFileKind kind;
    SettleDay since; /* the first day that is expected */
    int monthly_day; /* 0: every day; else once a month, by that day (the last one of a shorter) */
    int deadline_days; /* how many days after that it may still come */
} SettleFeed;

/* From `since` on this is what is expected, whatever was decided before. store: as approver. INPUT
 * if there is no such carrier. */
gboolean settle_feed_expect(SettleStore *store, const SettleFeed *feed, const char *reason,
                            GError **error);
/* From that day on nothing is expected. STATE if nothing was. */
gboolean settle_feed_stop(SettleStore *store, const char *carrier, SettleFileKind kind,
                          SettleDay from, const char *reason, GError **error);
/* For that day nothing is expected any more. STATE if nothing was: of a monthly feed it is the day
 * by which it comes. */
gboolean settle_feed_waive(SettleStore *store, const char *carrier, SettleFileKind kind,
                           SettleDay day, const char *reason, GError **error);

/* carrier, kind, since, calendar, deadline_days, decided by, at, reason: what holds. */
SettleResult *settle_feed_list(SettleStore *store, GError **error);
/* carrier, kind, day, deadline (texts): what did not come by its deadline, which is `until` or
 * before. */
SettleResult *settle_feed_missing(SettleStore *store, SettleDay until, GError **error);

G_END_DECLS
