/* Withdrawn events: those that nobody else told fall; of one that was told again with more than
 * before, what the last batch that stands said holds. Which order each of the others is of follows
 * anew. */
#include "intake/contract-bills.h"
#include "intake/event-rows.h"
#include "intake/write-events.h"

#include "base/failpoint.h"

/* What a batch told, and whether a batch that stands repeated it. */
typedef struct {
    GArray *events, *keys; /* int64_t */
    GHashTable *repeated;  /* event ids, in events */
} Told;

static void
told_clear(Told *told)
{
    g_clear_pointer(&told->repeated, g_hash_table_unref);
    g_clear_pointer(&told->events, g_array_unref);
    g_clear_pointer(&told->keys, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

static gboolean
load_told(SettleIntakeJob *job, Told *told, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(
        job->store, settle_sql_intake_withdrawn_events, error, "i", job->withdraws);

    told->events = g_array_new(FALSE, FALSE, sizeof(int64_t));
    told->keys = g_array_new(FALSE, FALSE, sizeof(int64_t));
    told->repeated = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (int row = 0; rows != NULL && row < settle_result_rows(rows); row++) {
        int64_t id = settle_result_i64(rows, row, SQL_INTAKE_WITHDRAWN_EVENTS_EVENT_ID);
        int64_t key = settle_result_i64(rows, row, SQL_INTAKE_WITHDRAWN_EVENTS_KEY_ID);

        g_array_append_val(told->events, id);
        g_array_append_val(told->keys, key);
        if (settle_result_bool(rows, row, SQL_INTAKE_WITHDRAWN_EVENTS_IS_REPEATED))
            g_hash_table_add(told->repeated, g_memdup2(&id, sizeof id));
    }
    return rows != NULL;
}

/* What a batch that stands said last holds of it. */
static void
restore(SettleKnownEvent *event)
{
    SettleKnownEvent said = *event;

    said.kind = event->standing->kind;
    said.whole = event->standing->whole;
    said.day = event->standing->day;
    said.at = event->standing->at;
    said.amount_minor = event->standing->amount_minor;
    said.reinstates = event->standing->reinstates;
    said.closed_month = event->standing->closed_month;
    said.currency = event->standing->currency;
    said.batch_id = event->standing->batch_id;
    said.line = event->standing->line;
    said.told = TRUE;
    *event = said;
}

static void
judge(SettleIntakeJob *job, const SettleEventPast *past, const Told *told, SettleKnownEvent *event)
{
    if (!settle_known_event_there(event))
        return; /* it fell before */
    if (!g_hash_table_contains(past->withdrawn, GINT_TO_POINTER(event->batch_id)) ||
        (event->standing == NULL && g_hash_table_contains(told->repeated, &event->event_id))) {
        job->stayed++;
        return;
    }
    settle_intake_fell(job, event->batch_id, event->line);
    if (event->standing != NULL)
        restore(event);
    else
        event->fallen = TRUE;
}

gboolean
settle_intake_withdraw_events(SettleIntakeJob *job, GError **error)
{
    g_auto(SettleEventPast) past = {0};
    g_auto(Told) told = {0};
    g_autoptr(GHashTable) contracts = g_hash_table_new(NULL, NULL);
    const int64_t *keys;

    settle_event_past_init(&past);
    past.withdrawn = settle_intake_withdrawn_batches(job, error);
    if (past.withdrawn == NULL || !load_told(job, &told, error))
        return FALSE;
    keys = (const int64_t *) (const void *) told.keys->data;
    if (!settle_event_past_load_orders(job, keys, told.keys->len, &past, error) ||
        !settle_event_past_load_keys(job, keys, told.keys->len, &past, error))
        return FALSE;
    for (guint i = 0; i < told.events->len; i++) {
        SettleKnownEvent *event =
            settle_event_past_find(&past, g_array_index(told.events, int64_t, i));

        settle_invariant(event != NULL);
        judge(job, &past, &told, event);
    }
    settle_events_ask_anew(&past);
    return settle_event_rows_write(job, &past, contracts, error) &&
           settle_contract_bills_of_events(job, contracts, error) &&
           settle_failpoint(WITHDRAW_FACTS, error);
}
