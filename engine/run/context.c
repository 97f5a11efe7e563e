/* A run's context: its memory. */
#include "run/context.h"

void
settle_run_context_free(SettleRunContext *context)
{
    settle_run_known_clear(&context->known);
    g_clear_pointer(&context->late.before, settle_directory_free);
    g_array_unref(context->late.changes);
    g_array_unref(context->seen.batches);
    g_free(context->seen.states);
    g_free(context->seen.withdraws);
    g_free(context->seen.dates);
    g_array_unref(context->seen.abandoned);
    g_array_unref(context->falls_due.months);
    g_array_unref(context->falls_due.carriers);
    g_array_unref(context->falls_due.cycle_ends);
    g_array_unref(context->falls_due.window_ends);
    g_array_unref(context->falls_due.completed);
    g_array_unref(context->falls_due.reopened);
    g_array_unref(context->chunks);
    g_free(context);
}

SettleRunContext *
settle_run_context_new(SettleStore *store, const SettleRunOptions *options, SettleDay date,
                       gboolean due, int64_t epoch)
{
    SettleRunContext *context = g_new0(SettleRunContext, 1);

    context->how.store = store;
    context->how.role = SETTLE_STORE_AS_RUNNER;
    context->how.dry_run = options->dry_run;
    context->how.facts_max =
        CLAMP(options->chunk_facts, SETTLE_CHUNK_FACTS_MAX, SETTLE_CHUNK_FACTS_MOST);
    context->how.history_orders = SETTLE_HISTORY_ORDERS;
    if (options->chunk_facts > 0)
        context->how.history_orders = (guint) MIN(options->chunk_facts, SETTLE_HISTORY_ORDERS);
    context->how.epoch = epoch;
    context->date = date;
    context->due = due;
    settle_run_known_init(&context->known);
    context->seen.batches = g_array_new(FALSE, FALSE, sizeof(int32_t));
    context->seen.abandoned = g_array_new(FALSE, FALSE, sizeof(int32_t));
    context->late.changes = g_array_new(FALSE, FALSE, sizeof(SettleLateChange));
    context->falls_due.months = g_array_new(FALSE, FALSE, sizeof(SettleDueMonth));
    context->falls_due.carriers = g_array_new(FALSE, FALSE, sizeof(int32_t));
    context->falls_due.cycle_ends = g_array_new(FALSE, FALSE, sizeof(SettleCycleEnd));
    context->falls_due.window_ends = g_array_new(FALSE, FALSE, sizeof(SettleMonth));
    context->falls_due.completed = g_array_new(FALSE, FALSE, sizeof(SettleCompleteMonth));
    context->falls_due.reopened = g_array_new(FALSE, FALSE, sizeof(SettleCompleteMonth));
    context->chunks = g_array_new(FALSE, FALSE, sizeof(SettleChunk));
    return context;
}
