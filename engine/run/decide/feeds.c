/* Which files are expected of a carrier: decisions in the control log, and what did not come. */
#include "run/decide/feeds.h"

#include "store/sql.h"

static gboolean
check_carrier(SettleStore *store, const char *carrier, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_deposit_party, error, "is",
                                                     (int32_t) SETTLE_DIM_CARRIER, carrier);

    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) > 0)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no carrier \"%s\"", carrier);
    return FALSE;
}

/* day: since when, from when, or which one. */
static gboolean
decide(SettleStore *store, const char *action, const SettleFeed *feed, const char *reason,
       GError **error)
{
    const char *kind = settle_file_kind_name(feed->kind);
    g_autofree char *subject = g_strdup_printf("%s/%s", feed->carrier, kind);
    g_autoptr(SettleResult) detail =
        settle_store_query(store, settle_sql_feed_detail, error, "ssdii", feed->carrier, kind,
                           feed->since, feed->monthly_day, feed->deadline_days);

    if (detail == NULL || !settle_store_begin(store, error))
        return FALSE;
    if (settle_store_control(store, action, subject, NULL, reason,
                             settle_result_text(detail, 0, SQL_FEED_DETAIL_DETAIL), NULL, error) &&
        settle_store_commit(store, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}

gboolean
settle_feed_expect(SettleStore *store, const SettleFeed *feed, const char *reason, GError **error)
{
    return check_carrier(store, feed->carrier, error) &&
           decide(store, "feed-expect", feed, reason, error);
}

/* Only what is expected can be stopped or waived: a slip would go unnoticed. exactly: on that day,
 * where a monthly feed has one a month. */
static gboolean
check_expected(SettleStore *store, const char *carrier, SettleFileKind kind, SettleDay day,
               gboolean exactly, GError **error)
{
    char text[SETTLE_DAY_TEXT_BYTES];
    g_autoptr(SettleResult) row =
        check_carrier(store, carrier, error)
            ? settle_store_query(store, settle_sql_feed_expected, error, "ssdb", carrier,
                                 settle_file_kind_name(kind), day, exactly)
            : NULL;

    if (row == NULL)
        return FALSE;
    if (settle_result_bool(row, 0, SQL_FEED_EXPECTED_IS_EXPECTED))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "no %s of %s are expected on %s",
                settle_file_kind_name(kind), carrier, settle_day_format(day, text));
    settle_error_hint(error, "settle feed list shows what is, settle feed missing the days");
    return FALSE;
}

gboolean
settle_feed_stop(SettleStore *store, const char *carrier, SettleFileKind kind, SettleDay from,
                 const char *reason, GError **error)
{
    const SettleFeed feed = {.carrier = carrier, .kind = kind, .since = from};

    return check_expected(store, carrier, kind, from, FALSE, error) &&
           decide(store, "feed-stop", &feed, reason, error);
}

gboolean
settle_feed_waive(SettleStore *store, const char *carrier, SettleFileKind kind, SettleDay day,
                  const char *reason, GError **error)
{
    const SettleFeed feed = {.carrier = carrier, .kind = kind, .since = day};

    return check_expected(store, carrier, kind, day, TRUE, error) &&
           decide(store, "feed-waive", &feed, reason, error);
}

SettleResult *
settle_feed_list(SettleStore *store, GError **error)
{
    return settle_store_query(store, settle_sql_feed_list, error, "");
}

SettleResult *
settle_feed_missing(SettleStore *store, SettleDay until, GError **error)
{
    return settle_store_query(store, settle_sql_feed_missing, error, "d", until);
}
