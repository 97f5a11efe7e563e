/* A run's context: its memory, and the look-up of complete months. */
#include "run/context.h"

#include "base/search.h"

void
settle_run_context_free(SettleRunContext *context)
{
    g_clear_pointer(&context->directory, settle_directory_free);
    g_clear_pointer(&context->directory_before, settle_directory_free);
    g_array_unref(context->moved_managers);
    g_clear_pointer(&context->policies, settle_policy_set_free);
    g_clear_pointer(&context->slacks, g_array_unref);
    g_array_unref(context->batches);
    g_free(context->batch_state);
    g_free(context->batch_dates);
    g_array_unref(context->abandoned);
    g_array_unref(context->due_months);
    g_array_unref(context->due_carriers);
    g_array_unref(context->cycle_ends);
    g_array_unref(context->window_ends);
    g_array_unref(context->complete);
    g_array_unref(context->completed);
    g_array_unref(context->months);
    g_array_unref(context->chunks);
    g_free(context);
}

SettleRunContext *
settle_run_context_new(SettleStore *store, const SettleRunOptions *options, SettleDay date,
                       gboolean due, int64_t epoch)
{
    SettleRunContext *context = g_new0(SettleRunContext, 1);

    context->store = store;
    context->role = SETTLE_STORE_AS_RUNNER;
    context->dry_run = options->dry_run;
    context->facts_max =
        CLAMP(options->chunk_facts, SETTLE_CHUNK_FACTS_MAX, SETTLE_CHUNK_FACTS_MOST);
    context->history_orders = SETTLE_HISTORY_ORDERS;
    if (options->chunk_facts > 0)
        context->history_orders = (guint) MIN(options->chunk_facts, SETTLE_HISTORY_ORDERS);
    context->epoch = epoch;
    context->date = date;
    context->due = due;
    context->batches = g_array_new(FALSE, FALSE, sizeof(int32_t));
    context->abandoned = g_array_new(FALSE, FALSE, sizeof(int32_t));
    context->moved_managers = g_array_new(FALSE, FALSE, sizeof(int32_t));
    context->due_months = g_array_new(FALSE, FALSE, sizeof(SettleDueMonth));
    context->due_carriers = g_array_new(FALSE, FALSE, sizeof(int32_t));
    context->cycle_ends = g_array_new(FALSE, FALSE, sizeof(SettleCycleEnd));
    context->window_ends = g_array_new(FALSE, FALSE, sizeof(SettleMonth));
    context->complete = g_array_new(FALSE, FALSE, sizeof(SettleCompleteMonth));
    context->completed = g_array_new(FALSE, FALSE, sizeof(SettleCompleteMonth));
    context->months = g_array_new(FALSE, FALSE, sizeof(SettleMonth));
    context->chunks = g_array_new(FALSE, FALSE, sizeof(SettleChunk));
    return context;
}

static gboolean
is_of_earlier_carrier(gconstpointer months, guint at, gconstpointer carrier_id)
{
    return ((const SettleCompleteMonth *) months)[at].carrier_id < *(const int32_t *) carrier_id;
}

const SettleMonth *
settle_run_complete_months(const SettleRunContext *context, int32_t carrier_id, guint *ret_n)
{
    const SettleCompleteMonth *all =
        (const SettleCompleteMonth *) (const void *) context->complete->data;
    guint low =
        settle_lower_bound(all, 0, context->complete->len, &carrier_id, is_of_earlier_carrier);
    guint end;

    *ret_n = 0;
    for (end = low; end < context->complete->len && all[end].carrier_id == carrier_id; end++)
        (*ret_n)++;
    return *ret_n > 0 ? &g_array_index(context->months, SettleMonth, low) : NULL;
}
