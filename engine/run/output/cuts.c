/* What ceilings, caps and tolerances took, against what earlier runs said of it: only what differs
 * is written. */
#include "run/output/cuts.h"

#include "base/checked.h"
#include "store/sql.h"

static int
compare_cuts(gconstpointer a, gconstpointer b)
{
    const SettleCutRow *x = a, *y = b;

    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    if (x->month != y->month)
        return x->month < y->month ? -1 : 1;
    if (x->subject_id != y->subject_id)
        return x->subject_id < y->subject_id ? -1 : 1;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (int) x->what - (int) y->what;
}

static int
compare_scopes(gconstpointer a, gconstpointer b)
{
    const SettleCutScope *x = a, *y = b;

    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    if (x->order_id != y->order_id)
        return x->order_id < y->order_id ? -1 : 1;
    return x->carrier_id < y->carrier_id ? -1 : x->carrier_id > y->carrier_id;
}

/* The scopes of orders, or those of carriers, sorted. */
static GArray *
scopes_of(const GArray *scopes, gboolean orders)
{
    GArray *some = g_array_new(FALSE, FALSE, sizeof(SettleCutScope));

    for (guint i = 0; i < scopes->len; i++) {
        const SettleCutScope *scope = &g_array_index(scopes, SettleCutScope, i);

        if ((scope->order_id != 0) == orders)
            g_array_append_vals(some, scope, 1);
    }
    g_array_sort(some, compare_scopes);
    return some;
}

static const SettleCutScope *
scope_of(const GArray *scopes, int32_t distributor_id, int32_t carrier_id)
{
    const SettleCutScope key = {.distributor_id = distributor_id, .carrier_id = carrier_id};
    guint place;

    return g_array_binary_search((GArray *) scopes, &key, compare_scopes, &place)
               ? &g_array_index(scopes, SettleCutScope, place)
               : NULL;
}

static int32_t
carrier_of(const SettleRunContext *context, int32_t policy_id)
{
    const SettlePolicy *policy = settle_policy_set_get(context->known.policies, policy_id);

    settle_invariant(policy != NULL);
    return policy->carrier_id;
}

static gboolean
is_within(const SettleRunContext *context, const GArray *scopes, const SettleCutRow *row)
{
    const SettleCutScope *scope =
        scope_of(scopes, row->distributor_id, carrier_of(context, row->policy_id));

    return scope != NULL && scope->first <= row->month && row->month <= scope->last &&
           (!scope->ceilings_only || row->what != SETTLE_CUT_FINDING);
}

/* Rows of run-cuts-*.sql; scopes: those of carriers, which must hold them, or NULL. */
static gboolean
read_cuts(const SettleRunContext *context, SettleReader *stream, const GArray *scopes, GArray *cuts,
          GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader)) {
        SettleCutRow row = {
            .distributor_id = settle_reader_i32(reader, SQL_RUN_CUT_DISTRIBUTOR_ID),
            .month = settle_reader_month(reader, SQL_RUN_CUT_MONTH),
            .subject_id = settle_reader_i64(reader, SQL_RUN_CUT_SUBJECT_ID),
            .slot = settle_reader_i32(reader, SQL_RUN_CUT_SLOT),
            .what = (uint8_t) settle_reader_i16(reader, SQL_RUN_CUT_WHAT),
            .policy_id = settle_reader_i32(reader, SQL_RUN_CUT_POLICY_ID),
            .earned_minor = settle_reader_i64(reader, SQL_RUN_CUT_EARNED_MINOR),
            .cut_minor = settle_reader_i64(reader, SQL_RUN_CUT_CUT_MINOR),
        };

        if (scopes == NULL || is_within(context, scopes, &row))
            g_array_append_val(cuts, row);
    }
    return settle_reader_end(reader, error);
}

/* What lifetime caps took of the orders: a query a month, as of all that is looked up by order. */
static gboolean
load_of_orders(const SettleRunContext *context, SettleStore *reader, const GArray *scopes,
               GArray *before, GError **error)
{
    const int32_t *abandoned = (const int32_t *) (const void *) context->seen.abandoned->data;
    g_autofree int32_t *distributors = g_new(int32_t, MAX(scopes->len, 1));
    g_autofree int64_t *orders = g_new(int64_t, MAX(scopes->len, 1));
    SettleMonth first = context->lies_in.last + 1;

    for (guint i = 0; i < scopes->len; i++)
        first = MIN(first, g_array_index(scopes, SettleCutScope, i).first);
    for (SettleMonth month = first; month <= context->lies_in.last; month++) {
        gsize n = 0;

        for (guint i = 0; i < scopes->len; i++) {
            const SettleCutScope *scope = &g_array_index(scopes, SettleCutScope, i);

            if (scope->first > month)
                continue;
            distributors[n] = scope->distributor_id;
            orders[n++] = scope->order_id;
        }
        if (!read_cuts(context,
                       settle_store_read(reader, settle_sql_run_cuts_of_orders, "mILiiiI", month,
                                         distributors, n, orders, n, distributors[0],
                                         distributors[n - 1], context->run_id, abandoned,
                                         (gsize) context->seen.abandoned->len),
                       NULL, before, error))
            return FALSE;
    }
    return TRUE;
}

/* The distributors of the scopes, each once. */
static GArray *
distributors_of(const GArray *scopes)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(int32_t));

    for (guint i = 0; i < scopes->len; i++) {
        int32_t id = g_array_index(scopes, SettleCutScope, i).distributor_id;

        if (ids->len == 0 || g_array_index(ids, int32_t, ids->len - 1) != id)
            g_array_append_val(ids, id);
    }
    return ids;
}

static gboolean
load_of_carriers(const SettleRunContext *context, SettleStore *reader, const GArray *scopes,
                 GArray *before, GError **error)
{
    const int32_t *abandoned = (const int32_t *) (const void *) context->seen.abandoned->data;
    g_autoptr(GArray) ids = distributors_of(scopes);
    SettleMonth first = context->lies_in.last;

    if (ids->len == 0)
        return TRUE;
    for (guint i = 0; i < scopes->len; i++)
        first = MIN(first, g_array_index(scopes, SettleCutScope, i).first);
    return read_cuts(context,
                     settle_store_read(reader, settle_sql_run_cuts_of_distributors, "ImmiI",
                                       ids->data, (gsize) ids->len, first, context->lies_in.last,
                                       context->run_id, abandoned,
                                       (gsize) context->seen.abandoned->len),
                     scopes, before, error);
}

/* What is cut now against what was: both sorted. What says the same is left out. */
static void
keep_changes(const GArray *before, GArray *cuts)
{
    g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(SettleCutRow));
    guint b = 0, c = 0;

    while (b < before->len || c < cuts->len) {
        const SettleCutRow *was = b < before->len ? &g_array_index(before, SettleCutRow, b) : NULL;
        const SettleCutRow *is = c < cuts->len ? &g_array_index(cuts, SettleCutRow, c) : NULL;
        int order = was == NULL ? 1 : is == NULL ? -1 : compare_cuts(was, is);

        if (order < 0 && (was->earned_minor != 0 || was->cut_minor != 0)) {
            SettleCutRow nothing = *was;

            nothing.earned_minor = nothing.cut_minor = 0;
            g_array_append_val(changed, nothing);
        }
        if (order > 0 ||
            (order == 0 && (was->earned_minor != is->earned_minor ||
                            was->cut_minor != is->cut_minor || was->policy_id != is->policy_id)))
            g_array_append_vals(changed, is, 1);
        b += order <= 0;
        c += order >= 0;
    }
    g_array_set_size(cuts, 0);
    g_array_append_vals(cuts, changed->data, changed->len);
}

/* --- what ceilings let through -----------------------------------------------------------------
 */

static int
compare_uses(gconstpointer a, gconstpointer b)
{
    const SettleVolumeRow *x = a, *y = b;

    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    if (x->carrier_id != y->carrier_id)
        return x->carrier_id < y->carrier_id ? -1 : 1;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    if (x->scope_kind != y->scope_kind)
        return x->scope_kind < y->scope_kind ? -1 : 1;
    if (x->scope_id != y->scope_id)
        return x->scope_id < y->scope_id ? -1 : 1;
    return x->window_end < y->window_end ? -1 : x->window_end > y->window_end;
}

/* What was let through by now, as uses whose value is below zero: added up with those that are. */
static gboolean
load_uses(const SettleRunContext *context, SettleStore *reader, const GArray *scopes, GArray *uses,
          GError **error)
{
    const int32_t *abandoned = (const int32_t *) (const void *) context->seen.abandoned->data;
    g_autoptr(GArray) ids = distributors_of(scopes);
    g_autoptr(SettleReader) stream = NULL;

    if (ids->len == 0)
        return TRUE;
    stream =
        settle_store_read(reader, settle_sql_run_ceilings_used, "IiI", ids->data, (gsize) ids->len,
                          context->run_id, abandoned, (gsize) context->seen.abandoned->len);
    while (settle_reader_next(stream)) {
        SettleVolumeRow row = {
            .distributor_id = settle_reader_i32(stream, SQL_RUN_CEILINGS_USED_DISTRIBUTOR_ID),
            .carrier_id = settle_reader_i32(stream, SQL_RUN_CEILINGS_USED_CARRIER_ID),
            .scope_kind = (uint8_t) settle_reader_i16(stream, SQL_RUN_CEILINGS_USED_SCOPE_KIND),
            .scope_id = settle_reader_i32(stream, SQL_RUN_CEILINGS_USED_CURRENCY),
            .rule = settle_reader_i32(stream, SQL_RUN_CEILINGS_USED_RULE),
            .window_end = settle_reader_month(stream, SQL_RUN_CEILINGS_USED_WINDOW_END),
            .month = settle_reader_month(stream, SQL_RUN_CEILINGS_USED_WINDOW_END),
            .what = SETTLE_CHANGE_CEILING,
            .value = -settle_reader_i64(stream, SQL_RUN_CEILINGS_USED_USED),
        };
        const SettleCutScope *scope;

        scope = scope_of(scopes, row.distributor_id, row.carrier_id);
        if (scope != NULL && !scope->ceilings_only)
            g_array_append_val(uses, row);
    }
    return settle_reader_end(stream, error);
}

/* Adds up what is of one ceiling and month: all of it was within 64 bits. */
static void
add_up_uses(GArray *uses, GArray *changes)
{
    g_array_sort(uses, compare_uses);
    for (guint i = 0; i < uses->len;) {
        SettleVolumeRow sum = g_array_index(uses, SettleVolumeRow, i);

        for (i++;
             i < uses->len && compare_uses(&sum, &g_array_index(uses, SettleVolumeRow, i)) == 0;
             i++)
            settle_invariant(settle_add_i64(
                sum.value, g_array_index(uses, SettleVolumeRow, i).value, &sum.value));
        if (sum.value != 0)
            g_array_append_val(changes, sum);
    }
}

gboolean
settle_cuts_changes(const SettleRunContext *context, SettleStore *reader, const GArray *scopes,
                    GArray *cuts, GArray *uses, GArray *changes, GError **error)
{
    g_autoptr(GArray) orders = scopes_of(scopes, TRUE), carriers = scopes_of(scopes, FALSE);
    g_autoptr(GArray) before = g_array_new(FALSE, FALSE, sizeof(SettleCutRow));

    if (!load_of_orders(context, reader, orders, before, error) ||
        !load_of_carriers(context, reader, carriers, before, error) ||
        !load_uses(context, reader, carriers, uses, error))
        return FALSE;
    g_array_sort(before, compare_cuts);
    g_array_sort(cuts, compare_cuts);
    keep_changes(before, cuts);
    add_up_uses(uses, changes);
    return TRUE;
}
