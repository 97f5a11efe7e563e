/* Refunds against what was paid: settings, the list of what counts for nothing, and who saw it. */
#include "run/decide/refunds.h"

#include "base/failpoint.h"
#include "store/sql.h"

#include <string.h>

#define SLACK_PREFIX "refund-slack/"

GArray *
settle_refund_slacks_load(SettleStore *store, int64_t control_position, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_run_refund_slacks, error, "l", control_position);
    GArray *slacks;

    if (rows == NULL)
        return NULL;
    slacks = g_array_new(FALSE, FALSE, sizeof(SettleRefundSlack));
    for (int i = 0; i < settle_result_rows(rows); i++) {
        const SettleRefundSlack slack = {
            .carrier_id = settle_result_i32(rows, i, SQL_RUN_REFUND_SLACKS_ID),
            .from = settle_result_day(rows, i, SQL_RUN_REFUND_SLACKS_FROM_DAY),
            .slack_minor = settle_result_i64(rows, i, SQL_RUN_REFUND_SLACKS_SLACK_MINOR),
        };

        g_array_append_val(slacks, slack);
    }
    return slacks;
}

SettleRefundLimit
settle_refund_limit(const GArray *slacks, int32_t carrier_id, const SettleOrder *order)
{
    SettleRefundLimit limit = {.paid_minor = order->paid_minor};

    /* by carrier, day and decision: the last that holds */
    for (guint i = 0; i < slacks->len; i++) {
        const SettleRefundSlack *slack = &g_array_index(slacks, SettleRefundSlack, i);

        if (slack->carrier_id == carrier_id && slack->from <= order->closing_day)
            limit.slack_minor = slack->slack_minor;
    }
    return limit;
}

static gboolean
is_open_for(SettleStore *store, const char *carrier, const char *value, SettleDay from,
            GError **error)
{
    char day[2][SETTLE_DAY_TEXT_BYTES];
    g_autoptr(SettleResult) state =
        settle_store_query(store, settle_sql_run_refund_slack_check, error, "sss", carrier, value,
                           settle_day_format(from, day[1]));

    if (state == NULL)
        return FALSE;
    if (settle_result_is_null(state, 0, SQL_RUN_REFUND_SLACK_CHECK_CARRIER_ID)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no carrier \"%s\"", carrier);
        return FALSE;
    }
    if (settle_result_bool(state, 0, SQL_RUN_REFUND_SLACK_CHECK_IS_THE_SAME)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "that was decided already");
        return FALSE;
    }
    if (settle_result_is_null(state, 0, SQL_RUN_REFUND_SLACK_CHECK_LAST_NIGHT) ||
        settle_result_day(state, 0, SQL_RUN_REFUND_SLACK_CHECK_LAST_NIGHT) < from)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "nights up to %s are settled: a slack from %s on would change what they say",
                settle_day_format(
                    settle_result_day(state, 0, SQL_RUN_REFUND_SLACK_CHECK_LAST_NIGHT), day[0]),
                settle_day_format(from, day[1]));
    settle_error_hint(error, "let it hold from a later day on");
    return FALSE;
}

static gboolean
commit(SettleStore *store, gboolean done, GError **error)
{
    if (done && settle_failpoint(REFUND_DECISION_BEFORE_COMMIT, error) &&
        settle_store_commit(store, error) && settle_failpoint(REFUND_DECISION_COMMITTED, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}

gboolean
settle_refund_slack_set(SettleStore *store, const char *carrier, int64_t slack_minor,
                        SettleDay from, const char *reason, GError **error)
{
    g_autofree char *subject = g_strconcat(SLACK_PREFIX, carrier, NULL);
    g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT, slack_minor);
    char day[SETTLE_DAY_TEXT_BYTES];
    g_autoptr(SettleResult) detail = settle_store_query(
        store, settle_sql_facts_decision_detail, error, "ss", value, settle_day_format(from, day));

    /* The control log's counter is locked: no night begins between the check and the decision. */
    return detail != NULL && settle_store_begin(store, error) &&
           commit(store,
                  settle_store_count(store, "control", 0, &(int64_t){0}, error) &&
                      is_open_for(store, carrier, value, from, error) &&
                      settle_store_control(
                          store, "setting", subject, NULL, reason,
                          settle_result_text(detail, 0, SQL_FACTS_DECISION_DETAIL_DETAIL), NULL,
                          error),
                  error);
}

/* --- the list -------------------------------------------------------------------------------- */

void
settle_nothing_list_clear(SettleNothingList *list)
{
    g_clear_pointer(&list->rows, g_array_unref);
    g_clear_pointer(&list->results, g_ptr_array_unref);
}

const char *
settle_nothing_reason(const SettleNothing *row)
{
    return row->kind == SETTLE_EVENT_KIND_REINSTATE ? "reinstates-nothing" : "refund-beyond-paid";
}

static SettleNothing
nothing_of(const SettleResult *rows, int i)
{
    return (SettleNothing){
        .event_id = settle_result_i64(rows, i, SQL_JUDGED_EVENT_EVENT_ID),
        .amount_minor = settle_result_i64(rows, i, SQL_JUDGED_EVENT_AMOUNT_MINOR),
        .paid_minor = settle_result_i64(rows, i, SQL_JUDGED_EVENT_PAID_MINOR),
        .carrier = settle_result_text(rows, i, SQL_FACTS_FOR_NOTHING_CARRIER),
        .distributor = settle_result_text(rows, i, SQL_FACTS_FOR_NOTHING_DISTRIBUTOR),
        .order = settle_result_text(rows, i, SQL_FACTS_FOR_NOTHING_ORDER_NO),
        .event = settle_result_text(rows, i, SQL_FACTS_FOR_NOTHING_EVENT_NO),
        .day = settle_result_day(rows, i, SQL_JUDGED_EVENT_DAY),
        .currency = (SettleCurrency) settle_result_i32(rows, i, SQL_FACTS_FOR_NOTHING_CURRENCY_NO),
        .kind = (uint8_t) settle_result_i32(rows, i, SQL_JUDGED_EVENT_KIND),
        .whole = (uint8_t) settle_result_bool(rows, i, SQL_JUDGED_EVENT_WHOLE),
    };
}

/* The rows from..to are the events of one order. Calls for each row that counts for nothing. */
static void
judge_order(const SettleResult *rows, int from, int to,
            void (*found)(const SettleResult *rows, int i, GArray *list), GArray *list)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
    g_autoptr(GArray) nothing = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
    const SettleRefundLimit limit = {
        .paid_minor = settle_result_i64(rows, from, SQL_JUDGED_EVENT_PAID_MINOR),
        .slack_minor = settle_result_i64(rows, from, SQL_JUDGED_EVENT_SLACK_MINOR),
    };

    for (int i = from; i < to; i++) {
        const SettleEvent event = {
            .event_id = settle_result_i64(rows, i, SQL_JUDGED_EVENT_EVENT_ID),
            .amount_minor = settle_result_i64(rows, i, SQL_JUDGED_EVENT_AMOUNT_MINOR),
            .reinstates = settle_result_i64(rows, i, SQL_JUDGED_EVENT_REINSTATES),
            .at = settle_result_i64(rows, i, SQL_JUDGED_EVENT_HAPPENED_AT),
            .day = settle_result_day(rows, i, SQL_JUDGED_EVENT_DAY),
            .kind = (uint8_t) settle_result_i32(rows, i, SQL_JUDGED_EVENT_KIND),
            .whole = (uint8_t) settle_result_bool(rows, i, SQL_JUDGED_EVENT_WHOLE),
            .version = (uint16_t) settle_result_i32(rows, i, SQL_JUDGED_EVENT_VERSION),
        };

        g_array_append_val(events, event);
    }
    settle_events_in_force(events, settle_result_day(rows, from, SQL_JUDGED_EVENT_NIGHT), &limit,
                           nothing);
    for (int i = from; i < to; i++)
        for (guint k = 0; k < nothing->len; k++)
            if (g_array_index(nothing, SettleEvent, k).event_id ==
                    settle_result_i64(rows, i, SQL_JUDGED_EVENT_EVENT_ID) &&
                g_array_index(nothing, SettleEvent, k).version ==
                    settle_result_i32(rows, i, SQL_JUDGED_EVENT_VERSION))
                found(rows, i, list);
}

/* rows: as facts-for-nothing.sql has them, each order's together. */
static void
judge(const SettleResult *rows, void (*found)(const SettleResult *rows, int i, GArray *list),
      GArray *list)
{
    int from = 0;

    for (int i = 1; i <= settle_result_rows(rows); i++)
        if (i == settle_result_rows(rows) ||
            settle_result_i64(rows, i, SQL_JUDGED_EVENT_ORDER_ID) !=
                settle_result_i64(rows, from, SQL_JUDGED_EVENT_ORDER_ID) ||
            settle_result_i32(rows, i, SQL_JUDGED_EVENT_DISTRIBUTOR_ID) !=
                settle_result_i32(rows, from, SQL_JUDGED_EVENT_DISTRIBUTOR_ID)) {
            judge_order(rows, from, i, found, list);
            from = i;
        }
}

static void
add_unseen(const SettleResult *rows, int i, GArray *list)
{
    SettleNothing row;

    if (settle_result_bool(rows, i, SQL_FACTS_FOR_NOTHING_SEEN))
        return;
    row = nothing_of(rows, i);
    g_array_append_val(list, row);
}

gboolean
settle_nothing_list(SettleStore *store, SettleNothingList *ret_list, GError **error)
{
    SettleResult *rows;

    ret_list->rows = g_array_new(FALSE, FALSE, sizeof(SettleNothing));
    ret_list->results = g_ptr_array_new_with_free_func((GDestroyNotify) settle_result_free);
    rows = settle_store_query(store, settle_sql_facts_for_nothing, error, "i", 0);
    if (rows == NULL)
        return FALSE;
    judge(rows, add_unseen, ret_list->rows);
    g_ptr_array_add(ret_list->results, rows);
    return TRUE;
}

static void
add_id(const SettleResult *rows, int i, GArray *ids)
{
    int64_t event_id = settle_result_i64(rows, i, SQL_JUDGED_EVENT_EVENT_ID);

    g_array_append_val(ids, event_id);
}

gboolean
settle_nothing_events(SettleStore *store, int32_t distributor_id, const char *distributor,
                      GArray *ids, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_is_scoped(store)
            ? settle_store_query(store, settle_sql_scope_judged_events, error, "s", distributor)
            : settle_store_query(store, settle_sql_facts_for_nothing, error, "i", distributor_id);

    if (rows == NULL)
        return FALSE;
    judge(rows, add_id, ids);
    return TRUE;
}

static gboolean
write_seen(SettleStore *store, const SettleNothingList *list, const char *carrier,
           const char *event, const char *reason, guint *ret_seen, GError **error)
{
    uint8_t head[SETTLE_DIGEST_BYTES];

    *ret_seen = 0;
    if (!settle_store_head(store, head, error))
        return FALSE;
    for (guint i = 0; i < list->rows->len; i++) {
        const SettleNothing *row = &g_array_index(list->rows, SettleNothing, i);
        g_autofree char *subject =
            g_strdup_printf("%s/%" G_GINT64_FORMAT, row->carrier, row->event_id);

        if ((carrier != NULL && strcmp(carrier, row->carrier) != 0) ||
            (event != NULL && strcmp(event, row->event) != 0))
            continue;
        if (!settle_store_control(store, "fact-seen", subject, head, reason, NULL, NULL, error))
            return FALSE;
        (*ret_seen)++;
    }
    return TRUE;
}

gboolean
settle_nothing_seen(SettleStore *store, const char *carrier, const char *event, const char *reason,
                    guint *ret_seen, GError **error)
{
    g_auto(SettleNothingList) list = {NULL, NULL};

    return settle_nothing_list(store, &list, error) && settle_store_begin(store, error) &&
           commit(store, write_seen(store, &list, carrier, event, reason, ret_seen, error), error);
}
