/* Finds out what master data told late concerns, and versions of policies activated late: which
 * parties and products, and orders of which closing days. */
#include "run/late.h"

#include "calc/calc.h"
#include "calc/terms.h"
#include "policy/windows.h"
#include "store/sql.h"

/* --- whose orders -----------------------------------------------------------------------------
 */

/* With these policies what falls due after a distributor's end pays nothing: the first closing day
 * of an order that something falls due for on that day or later. */
static SettleDay
first_stopped(const SettlePolicySet *policies, SettleDay ended_from)
{
    SettleDay first = SETTLE_DAY_MAX;

    for (guint p = 0; p < settle_policy_set_size(policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, p);
        SettleMonth month = settle_day_month(ended_from) - policy->span_months;

        if (policy->terms.after_end == SETTLE_STOPS)
            first = MIN(first, MAX(policy->closing_from, settle_month_first(month)));
    }
    return first;
}

/* Which of the attributes that changed anybody asks for. */
static guint
asked_of(const SettleAsks *asks, guint what)
{
    guint asked = what & (SETTLE_CHANGED_STATUS | SETTLE_CHANGED_SALES);

    if (asks->tier)
        asked |= what & SETTLE_CHANGED_TIER;
    if (asks->product_class)
        asked |= what & SETTLE_CHANGED_CLASS;
    if (asks->outlet)
        asked |= what & SETTLE_CHANGED_OUTLET;
    if (asks->end)
        asked |= what & SETTLE_CHANGED_END;
    return asked;
}

/* Of days that there are orders of, up to the last; none: nothing. */
static void
note(SettleRunContext *context, SettleLateChange late, SettleDay last)
{
    late.from = MAX(late.from, settle_month_first(context->lies_in.first_closing));
    late.to = MIN(late.to, last);
    if (late.from > late.to)
        return;
    context->late.from = MIN(context->late.from, late.from);
    context->late.to = MAX(context->late.to, late.to);
    g_array_append_val(context->late.changes, late);
}

static void
add_change(SettleRunContext *context, const SettleDirectoryChange *change, SettleDay last)
{
    SettleLateChange late = {change->dim, change->id, change->from, change->to};
    guint what = asked_of(&context->known.asks, change->what);

    if (what == 0)
        return;
    if (what == SETTLE_CHANGED_END)
        late.from = first_stopped(context->known.policies, change->from);
    note(context, late, last);
}

/* Whether the window of that length which the version begins in is measured by other terms than the
 * night before knew, or, of a month, its findings are tolerated otherwise. */
static gboolean
is_measured_otherwise(const SettleRunKnown *known, const SettlePolicy *policy, SettleWindow length)
{
    const SettlePolicy *now = settle_window_terms(known->policies, policy->carrier_id, length,
                                                  policy->closing_from, SETTLE_NO_POLICY_IS_NEW);
    const SettlePolicy *was = settle_window_terms(known->policies, policy->carrier_id, length,
                                                  policy->closing_from, known->last_policy_before);

    if (now == was)
        return FALSE;
    return settle_policy_measures(now, length) ||
           (was != NULL && settle_policy_measures(was, length)) ||
           (length == SETTLE_WINDOW_MONTH && !settle_policies_tolerate_alike(now, was));
}

/* A version that begins inside a window and holds on its last day measures it: the orders of
 * earlier versions that closed in it, too (docs/semantics.md 13.9). Those that it is for itself
 * were not settled without it. */
static void
add_version(SettleRunContext *context, const SettlePolicy *policy, SettleDay last)
{
    SettleLateChange late = {.dim = SETTLE_DIM_CARRIER,
                             .id = policy->carrier_id,
                             .from = SETTLE_DAY_MAX,
                             .to = policy->closing_from - 1};

    for (int length = SETTLE_WINDOW_MONTH; length <= SETTLE_WINDOW_YEAR; length++)
        if (is_measured_otherwise(&context->known, policy, (SettleWindow) length))
            late.from =
                MIN(late.from, settle_window_first((SettleWindow) length, policy->closing_from));
    note(context, late, last);
}

/* before: the last version that the night before knew. */
static void
add_versions(SettleRunContext *context, int32_t before, SettleDay last)
{
    SettleRunKnown *known = &context->known;

    for (guint p = settle_policy_set_size(known->policies); p > 0; p--) {
        const SettlePolicy *policy = settle_policy_set_nth(known->policies, p - 1);

        if (policy->policy_id <= before)
            return;
        known->last_policy_before = before;
        add_version(context, policy, last);
    }
}

/* What the night before knew of parties. */
static gboolean
add_parties(SettleStore *store, SettleRunContext *context, int32_t last_run, SettleDay last,
            GError **error)
{
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(SettleDirectoryChange));

    context->late.before = settle_store_directory(store, context->date, last_run, error);
    if (context->late.before == NULL)
        return FALSE;
    settle_directory_compare(context->late.before, context->known.directory, changes);
    for (guint i = 0; i < changes->len; i++)
        add_change(context, &g_array_index(changes, SettleDirectoryChange, i), last);
    if (context->late.changes->len == 0)
        g_clear_pointer(&context->late.before, settle_directory_free);
    return TRUE;
}

gboolean
settle_run_late_load(SettleStore *store, SettleRunContext *context, GError **error)
{
    /* what closes today waited for today: it is settled for the first time, by what is known now */
    SettleDay last = context->due ? context->date - 1 : context->date;
    g_autoptr(SettleResult) before =
        settle_store_query(store, settle_sql_run_night_before, error, "i", context->run_id);

    context->late.from = SETTLE_DAY_MAX;
    context->late.to = SETTLE_DAY_MIN;
    if (before == NULL)
        return FALSE;
    if (settle_result_is_null(before, 0, SQL_RUN_NIGHT_BEFORE_LAST_RUN))
        return TRUE;
    if (context->seen.any_parties &&
        !add_parties(store, context, settle_result_i32(before, 0, SQL_RUN_NIGHT_BEFORE_LAST_RUN),
                     last, error))
        return FALSE;
    add_versions(context, settle_result_i32(before, 0, SQL_RUN_NIGHT_BEFORE_LAST_POLICY), last);
    return TRUE;
}

/* --- how much work that is --------------------------------------------------------------------
 */

/* Only orders of some distributors are concerned: which; NULL: those of any. */
static GHashTable *
distributors_of(const SettleRunContext *context)
{
    GHashTable *ids = g_hash_table_new(g_direct_hash, g_direct_equal);

    for (guint i = 0; i < context->late.changes->len; i++) {
        const SettleLateChange *change = &g_array_index(context->late.changes, SettleLateChange, i);

        if (change->dim != SETTLE_DIM_DISTRIBUTOR) {
            g_hash_table_unref(ids);
            return NULL;
        }
        g_hash_table_add(ids, GINT_TO_POINTER(change->id));
    }
    return ids;
}

gboolean
settle_run_late_work(SettleStore *store, const SettleRunContext *context, int64_t *work, int32_t n,
                     GError **error)
{
    SettleMonth first = settle_day_month(context->late.from);
    g_autofree SettleDay *months = NULL;
    g_autoptr(GHashTable) only = NULL;
    g_autoptr(SettleResult) rows = NULL;
    gsize n_months;

    if (context->late.changes->len == 0)
        return TRUE;
    n_months = (gsize) (settle_day_month(context->late.to) - first) + 1;
    months = g_new(SettleDay, n_months);
    for (gsize i = 0; i < n_months; i++)
        months[i] = settle_month_first(first + (SettleMonth) i);
    rows = settle_store_query(store, settle_sql_run_work_due, error, "Di", months, n_months,
                              context->run_id);
    if (rows == NULL)
        return FALSE;
    only = distributors_of(context);
    for (int i = 0; i < settle_result_rows(rows); i++) {
        int32_t id = settle_result_i32(rows, i, SQL_RUN_WORK_DISTRIBUTOR_ID);

        settle_invariant(id > 0 && id <= n);
        if (only == NULL || g_hash_table_contains(only, GINT_TO_POINTER(id)))
            work[id] += settle_result_i64(rows, i, SQL_RUN_WORK_WORK);
    }
    return TRUE;
}
