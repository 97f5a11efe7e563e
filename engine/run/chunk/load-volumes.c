/* What earlier runs measured and posted of volume windows. */
#include "run/chunk/load.h"

#include "calc/terms.h"
#include "policy/windows.h"
#include "run/output/output.h"
#include "store/sql.h"

/* A carrier's windows of a distributor that end in a month. */
typedef struct {
    SettleMonth window_end;
    int32_t distributor_id, carrier_id;
} Key;

static int
compare_keys(gconstpointer a, gconstpointer b)
{
    const Key *x = a, *y = b;

    if (x->window_end != y->window_end)
        return x->window_end < y->window_end ? -1 : 1;
    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    return x->carrier_id < y->carrier_id ? -1 : x->carrier_id > y->carrier_id;
}

/* TRUE if what earlier runs measured of the rule's window that an order of this day counts in is
 * needed; then the month in which it ends. */
static gboolean
needs_past(const SettleRunContext *context, const SettlePolicy *policy, const SettleRule *rule,
           SettleDay closing_day, SettleMonth *ret_end)
{
    if (!settle_kind_is_window((int) rule->kind))
        return FALSE;
    *ret_end = settle_window_end(rule->window.length, closing_day);
    return settle_window_is_evaluated(rule, *ret_end, context->date) ||
           settle_carrier_tolerates_findings(context->known.policies, policy->carrier_id);
}

/* The windows of one order that versions with ids up to last_id measure: those of each length by
 * the terms that hold on their last day. */
static void
add_windows_among(const SettleRunContext *context, const SettleOrder *order, int32_t last_id,
                  GArray *keys)
{
    Key key = {.distributor_id = order->distributor_id,
               .carrier_id =
                   settle_directory_product_carrier(context->known.directory, order->product_id)};

    for (int length = SETTLE_WINDOW_MONTH; length <= SETTLE_WINDOW_YEAR; length++) {
        const SettlePolicy *policy =
            settle_window_terms(context->known.policies, key.carrier_id, (SettleWindow) length,
                                order->closing_day, last_id);

        for (guint r = 0; policy != NULL && r < policy->n_rules; r++)
            if (policy->rules[r].window.length == (SettleWindow) length &&
                needs_past(context, policy, &policy->rules[r], order->closing_day, &key.window_end))
                g_array_append_val(keys, key);
    }
}

/* Those that measure the order now, and those that the night before knew. */
static void
add_windows(const SettleRunContext *context, const SettleOrder *order, GArray *keys)
{
    int32_t last_before = context->known.last_policy_before;

    add_windows_among(context, order, SETTLE_NO_POLICY_IS_NEW, keys);
    if (last_before != SETTLE_NO_POLICY_IS_NEW)
        add_windows_among(context, order, last_before, keys);
}

static void
add_wanted(const SettleRunContext *context, const SettleWindowsWanted *wanted, GArray *keys)
{
    for (SettleMonth end = wanted->ends.from; end <= wanted->ends.to; end++) {
        const SettlePolicy *policy = settle_policy_set_terms(
            context->known.policies, wanted->carrier_id, settle_month_last(end));
        Key key = {.distributor_id = wanted->distributor_id, .carrier_id = wanted->carrier_id};
        gboolean any = FALSE;

        for (guint r = 0; policy != NULL && r < policy->n_rules && !any; r++)
            any = needs_past(context, policy, &policy->rules[r], settle_month_first(end),
                             &key.window_end) &&
                  key.window_end == end;
        if (any)
            g_array_append_val(keys, key);
    }
}

static void
add_month(GArray *months, SettleMonth month)
{
    for (guint i = 0; i < months->len; i++)
        if (g_array_index(months, SettleMonth, i) == month)
            return;
    g_array_append_val(months, month);
}

/* The months in which windows end that orders of that closing month count in, of any policy. */
static void
add_ends(const SettleRunContext *context, SettleMonth closing_month, GArray *ends)
{
    SettleDay day = settle_month_first(closing_month);
    SettleMonth end;

    for (guint p = 0; p < settle_policy_set_size(context->known.policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(context->known.policies, p);

        for (guint r = 0; r < policy->n_rules; r++)
            if (needs_past(context, policy, &policy->rules[r], day, &end))
                add_month(ends, end);
    }
}

/* Where the facts of a closing month are many, the months that their windows end in are read whole;
 * of the others each window is a key. */
static void
collect(const SettleRunContext *context, GArray *const *facts, guint n_facts, GArray *keys,
        GArray *whole)
{
    SettleMonths months;
    g_autofree guint *n = settle_facts_count_months(facts, n_facts, &months);

    for (guint i = 0; i < context->falls_due.window_ends->len; i++)
        add_month(whole, g_array_index(context->falls_due.window_ends, SettleMonth, i));
    for (SettleMonth month = months.from; month <= months.to; month++)
        if (n[month - months.from] > SETTLE_LOAD_KEYS_MAX)
            add_ends(context, month, whole);
    for (guint f = 0; f < n_facts; f++) {
        for (guint i = 0; i < facts[f]->len; i++) {
            const SettleOrder *order = settle_facts_nth_order(facts[f], i);

            if (n[settle_day_month(order->closing_day) - months.from] <= SETTLE_LOAD_KEYS_MAX)
                add_windows(context, order, keys);
        }
    }
}

/* Leaves each key once, sorted, and none of a month that is read whole. */
static void
sort_keys(GArray *keys, const GArray *whole)
{
    guint kept = 0;

    g_array_sort(keys, compare_keys);
    for (guint i = 0; i < keys->len; i++) {
        Key key = g_array_index(keys, Key, i);
        gboolean is_there =
            kept > 0 && compare_keys(&g_array_index(keys, Key, kept - 1), &key) == 0;

        for (guint w = 0; w < whole->len && !is_there; w++)
            is_there = g_array_index(whole, SettleMonth, w) == key.window_end;
        if (!is_there)
            g_array_index(keys, Key, kept++) = key;
    }
    g_array_set_size(keys, kept);
}

static gboolean
take_stream(SettleReader *stream, gboolean postings, GArray *rows, GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader)) {
        SettleVolumeRow row = {
            .distributor_id = settle_reader_i32(reader, SQL_RUN_WINDOW_DISTRIBUTOR_ID),
            .carrier_id = settle_reader_i32(reader, SQL_RUN_WINDOW_CARRIER_ID),
            .rule = settle_reader_i32(reader, SQL_RUN_WINDOW_RULE),
            .window_end = settle_reader_month(reader, SQL_RUN_WINDOW_WINDOW_END),
            .scope_kind = (uint8_t) settle_reader_i16(reader, SQL_RUN_WINDOW_SCOPE_KIND),
            .scope_id = settle_reader_i32(reader, SQL_RUN_WINDOW_SCOPE_ID),
            .value = settle_reader_i64(reader, SQL_RUN_WINDOW_VALUE),
        };

        if (postings) {
            row.item = (uint16_t) settle_reader_i16(reader, SQL_RUN_BONUS_ITEM);
            row.held_minor = settle_reader_i64(reader, SQL_RUN_BONUS_HELD_MINOR);
            row.released_minor = settle_reader_i64(reader, SQL_RUN_BONUS_RELEASED_MINOR);
            row.taken_minor = settle_reader_i64(reader, SQL_RUN_BONUS_TAKEN_MINOR);
        } else {
            row.month = settle_reader_month(reader, SQL_RUN_MEASURE_MONTH);
        }
        g_array_append_val(rows, row);
    }
    return settle_reader_end(reader, error);
}

static gboolean
load_whole(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
           const GArray *whole, GArray *measures, GArray *postings, GError **error)
{
    const int32_t *abandoned = (const int32_t *) (const void *) context->seen.abandoned->data;
    g_autofree SettleDay *ends = g_new(SettleDay, whole->len);

    if (whole->len == 0)
        return TRUE;
    for (guint i = 0; i < whole->len; i++)
        ends[i] = settle_month_first(g_array_index(whole, SettleMonth, i));
    return take_stream(settle_store_read(store, settle_sql_run_measures_of_months, "iiDiI",
                                         chunk->first_distributor, chunk->last_distributor, ends,
                                         (gsize) whole->len, context->run_id, abandoned,
                                         (gsize) context->seen.abandoned->len),
                       FALSE, measures, error) &&
           take_stream(settle_store_read(store, settle_sql_run_bonuses_of_months, "iiDiI",
                                         chunk->first_distributor, chunk->last_distributor, ends,
                                         (gsize) whole->len, context->run_id, abandoned,
                                         (gsize) context->seen.abandoned->len),
                       TRUE, postings, error);
}

static gboolean
load_keys(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
          const GArray *keys, GArray *measures, GArray *postings, GError **error)
{
    const int32_t *abandoned = (const int32_t *) (const void *) context->seen.abandoned->data;
    gsize n = keys->len;
    g_autofree int32_t *distributors = g_new(int32_t, n), *carriers = g_new(int32_t, n);
    g_autofree SettleDay *ends = g_new(SettleDay, n);

    if (n == 0)
        return TRUE;
    for (gsize i = 0; i < n; i++) {
        const Key *key = &g_array_index(keys, Key, i);

        distributors[i] = key->distributor_id;
        carriers[i] = key->carrier_id;
        ends[i] = settle_month_first(key->window_end);
    }
    return take_stream(settle_store_read(
                           store, settle_sql_run_measures_of_windows, "IDIiiiI", distributors, n,
                           ends, n, carriers, n, chunk->first_distributor, chunk->last_distributor,
                           context->run_id, abandoned, (gsize) context->seen.abandoned->len),
                       FALSE, measures, error) &&
           take_stream(settle_store_read(
                           store, settle_sql_run_bonuses_of_windows, "IDIiiiI", distributors, n,
                           ends, n, carriers, n, chunk->first_distributor, chunk->last_distributor,
                           context->run_id, abandoned, (gsize) context->seen.abandoned->len),
                       TRUE, postings, error);
}

gboolean
settle_load_volumes(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                    GArray *const *facts, guint n_facts, const GArray *wanted, GArray *measures,
                    GArray *postings, GError **error)
{
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(Key));
    g_autoptr(GArray) whole = g_array_new(FALSE, FALSE, sizeof(SettleMonth));

    collect(context, facts, n_facts, keys, whole);
    for (guint i = 0; i < wanted->len; i++)
        add_wanted(context, &g_array_index(wanted, SettleWindowsWanted, i), keys);
    sort_keys(keys, whole);
    return load_whole(store, context, chunk, whole, measures, postings, error) &&
           load_keys(store, context, chunk, keys, measures, postings, error);
}
