/* The plan of a run: what falls due on its date, and how its distributors are cut into chunks of
 * about equal work. */
#include "run/plan.h"

#include "calc/arithmetic.h"
#include "policy/windows.h"
#include "run/late.h"

#include "store/sql.h"

/* --- what falls due ------------------------------------------------------------------------- */

static void
add_due(SettleRunContext *context, const SettlePolicy *policy, SettleDay from, SettleDay to)
{
    SettleDueMonth due = {settle_day_month(from), MAX(from, policy->closing_from),
                          MIN(to, policy->closing_to)};
    gboolean known = FALSE;

    if (due.from > due.to)
        return;
    for (guint i = 0; i < context->falls_due.months->len; i++) {
        SettleDueMonth *other = &g_array_index(context->falls_due.months, SettleDueMonth, i);

        if (other->month == due.month) {
            other->from = MIN(other->from, due.from);
            other->to = MAX(other->to, due.to);
            known = TRUE;
        }
    }
    if (!known)
        g_array_append_val(context->falls_due.months, due);
    for (guint i = 0; i < context->falls_due.carriers->len; i++)
        if (g_array_index(context->falls_due.carriers, int32_t, i) == policy->carrier_id)
            return;
    g_array_append_val(context->falls_due.carriers, policy->carrier_id);
}

/* What falls due today of orders that closed earlier, as the rule's kind says. */
static void
plan_orders(SettleRunContext *context, const SettlePolicy *policy, const SettleRule *rule)
{
    g_autoptr(GArray) closings = g_array_new(FALSE, FALSE, sizeof(SettleClosingDays));

    settle_order_kind_of(context->known.arithmetic, rule)->due(rule, context->date, closings);
    for (guint i = 0; i < closings->len; i++) {
        const SettleClosingDays *days = &g_array_index(closings, SettleClosingDays, i);

        add_due(context, policy, days->from, days->to);
    }
}

/* What was held back is released so many days after closing. */
static void
plan_release(SettleRunContext *context, const SettlePolicy *policy, const SettleRule *rule)
{
    SettleDay closing = context->date - rule->terms.holdback_days;

    if (rule->terms.holdback_ppb > 0 && !settle_kind_is_window((int) rule->kind))
        add_due(context, policy, closing, closing);
}

static void
add_window_end(SettleRunContext *context, SettleMonth end)
{
    for (guint i = 0; i < context->falls_due.window_ends->len; i++)
        if (g_array_index(context->falls_due.window_ends, SettleMonth, i) == end)
            return;
    g_array_append_val(context->falls_due.window_ends, end);
}

static void
plan_window(SettleRunContext *context, const SettlePolicy *policy, const SettleRule *rule)
{
    SettleDay released = context->date - rule->terms.holdback_days;
    SettleMonth end = settle_window_end(rule->window.length, context->date);

    if (policy->closing_from > context->date)
        return;
    if (settle_month_last(end) == context->date)
        add_window_end(context, end);
    end = settle_window_end(rule->window.length, released);
    if (rule->terms.holdback_ppb > 0 && settle_month_last(end) == released)
        add_window_end(context, end);
}

void
settle_run_plan_due(SettleRunContext *context)
{
    if (!context->due)
        return;
    for (guint p = 0; p < settle_policy_set_size(context->known.policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(context->known.policies, p);
        const SettlePolicy *terms;

        for (guint r = 0; r < policy->n_rules; r++) {
            const SettleRule *rule = &policy->rules[r];

            plan_release(context, policy, rule);
            if (settle_kind_is_window((int) rule->kind))
                plan_window(context, policy, rule);
            else
                plan_orders(context, policy, rule);
        }

        terms = settle_policy_set_terms(context->known.policies, policy->carrier_id, context->date);
        if (terms == policy && settle_invoice_cycle_ends(&terms->invoice, context->date)) {
            SettleCycleEnd end = {.carrier_id = policy->carrier_id, .terms = policy};

            g_array_append_val(context->falls_due.cycle_ends, end);
        }
    }
}

SettleMonth
settle_run_first_looking(const SettleRunContext *context, const SettleCompleteMonth *month)
{
    int span = 0;

    for (guint p = 0; p < settle_policy_set_size(context->known.policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(context->known.policies, p);

        if (policy->carrier_id == month->carrier_id)
            span = MAX(span, policy->span_months);
    }
    return month->month - span;
}

/* --- chunks --------------------------------------------------------------------------------- */

/* Adds (distributor, count) rows to the work per distributor. */
static gboolean
add_work(SettleResult *result, int64_t *work, int32_t n)
{
    for (int i = 0; i < settle_result_rows(result); i++) {
        int32_t id = settle_result_i32(result, i, SQL_RUN_WORK_DISTRIBUTOR_ID);

        settle_invariant(id > 0 && id <= n);
        work[id] += settle_result_i64(result, i, SQL_RUN_WORK_WORK);
    }
    return TRUE;
}

/* The months in which the old orders closed that are looked at. */
static void
closing_months(const SettleRunContext *context, GArray *months)
{
    for (guint i = 0; i < context->falls_due.months->len; i++) {
        SettleDay first =
            settle_month_first(g_array_index(context->falls_due.months, SettleDueMonth, i).month);

        g_array_append_val(months, first);
    }
    for (guint i = 0; i < context->falls_due.reopened->len; i++) {
        const SettleCompleteMonth *month =
            &g_array_index(context->falls_due.reopened, SettleCompleteMonth, i);

        for (SettleMonth closed = settle_run_first_looking(context, month); closed <= month->month;
             closed++) {
            SettleDay first = settle_month_first(closed);

            g_array_append_val(months, first);
        }
    }
}

static gboolean
load_work(SettleStore *store, SettleRunContext *context, int64_t *work, int64_t *due_work,
          int32_t n, GError **error)
{
    g_autoptr(SettleResult) fresh =
        settle_store_query(store, settle_sql_run_work_new, error, "I", context->seen.batches->data,
                           (gsize) context->seen.batches->len);

    if (fresh == NULL)
        return FALSE;
    add_work(fresh, work, n);
    if (context->falls_due.months->len > 0 || context->falls_due.reopened->len > 0) {
        g_autoptr(GArray) months = g_array_new(FALSE, FALSE, sizeof(SettleDay));
        g_autoptr(SettleResult) due = NULL;

        closing_months(context, months);
        due = settle_store_query(store, settle_sql_run_work_due, error, "Di", months->data,
                                 (gsize) months->len, context->run_id);
        if (due == NULL)
            return FALSE;
        add_work(due, due_work, n);
    }
    if (context->due) {
        g_autoptr(SettleResult) agenda = settle_store_query(
            store, settle_sql_run_work_agenda, error, "di", context->date, context->run_id);

        if (agenda == NULL)
            return FALSE;
        add_work(agenda, due_work, n);
    }
    return settle_run_late_work(store, context, due_work, n, error);
}

guint
settle_run_workers(const SettleRunOptions *options)
{
    return options->workers > 0 ? (guint) options->workers
                                : MIN(g_get_num_processors(), SETTLE_WORKERS);
}

/* As many chunks as workers, unless they would be too small to be worth it, or too large. */
static int64_t
chunk_size(const SettleRunOptions *options, const int64_t *work, const int64_t *due_work, int32_t n)
{
    int64_t total = 0, each;

    if (options->chunk_facts > 0)
        return options->chunk_facts;
    for (int32_t id = 1; id <= n; id++)
        total += work[id] + due_work[id];
    each = total / settle_run_workers(options);
    each += each / 16; /* or what is left over would be a chunk of its own */
    return CLAMP(each, SETTLE_CHUNK_FACTS_LEAST, SETTLE_CHUNK_FACTS);
}

gboolean
settle_run_plan_chunks(SettleStore *store, SettleRunContext *context,
                       const SettleRunOptions *options, GError **error)
{
    int32_t n = settle_directory_max_id(context->known.directory, SETTLE_DIM_DISTRIBUTOR);
    g_autofree int64_t *work = g_new0(int64_t, (gsize) n + 1);
    g_autofree int64_t *due_work = g_new0(int64_t, (gsize) n + 1);
    /* On such days distributors without a fact of their own have something coming, too. */
    gboolean all = context->falls_due.window_ends->len > 0 ||
                   context->falls_due.cycle_ends->len > 0 ||
                   context->falls_due.completed->len > 0 || context->falls_due.reopened->len > 0;
    SettleChunk chunk = {.chunk = 1};
    int64_t weight = 0, chunk_facts;

    if (!load_work(store, context, work, due_work, n, error))
        return FALSE;
    chunk_facts = chunk_size(options, work, due_work, n);
    for (int32_t id = 1; id <= n; id++) {
        int64_t here = work[id] + due_work[id];

        if (here == 0 && !all)
            continue;
        /* A chunk is a range: one distributor never ends up in two. */
        if (chunk.first_distributor != 0 &&
            (weight + here > chunk_facts ||
             id - chunk.first_distributor >= SETTLE_CHUNK_DISTRIBUTORS)) {
            g_array_append_val(context->chunks, chunk);
            chunk = (SettleChunk){.chunk = chunk.chunk + 1};
            weight = 0;
        }
        if (chunk.first_distributor == 0)
            chunk.first_distributor = id;
        chunk.last_distributor = id;
        chunk.expected += work[id];
        weight += here;
    }
    if (chunk.first_distributor != 0)
        g_array_append_val(context->chunks, chunk);
    return TRUE;
}

/* a, b: SettleChunk; user_data: int64_t, with more facts than that a chunk is large. */
static int
compare_chunks(gconstpointer a, gconstpointer b, gpointer user_data)
{
    const SettleChunk *x = a, *y = b;
    int64_t limit = *(const int64_t *) user_data;
    int64_t large_x = x->expected > limit ? x->expected : 0;
    int64_t large_y = y->expected > limit ? y->expected : 0;

    if (large_x != large_y)
        return large_x > large_y ? -1 : 1;
    return x->chunk < y->chunk ? -1 : x->chunk > y->chunk;
}

void
settle_run_order_chunks(GArray *chunks)
{
    int64_t limit = 0;

    for (guint i = 0; i < chunks->len; i++)
        limit += g_array_index(chunks, SettleChunk, i).expected;
    limit = 2 * limit / MAX(chunks->len, 1);
    g_array_sort_with_data(chunks, compare_chunks, &limit);
}
