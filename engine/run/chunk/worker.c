#include "run/chunk/worker-internal.h"

#include "store/sql.h"

static void
free_matcher(gpointer matcher)
{
    if (matcher != NULL)
        settle_matcher_free(matcher);
}

/* A place for each policy's, by its id. */
static GPtrArray *
matchers_new(const SettlePolicySet *policies)
{
    guint n = settle_policy_set_size(policies);
    int32_t largest = n > 0 ? settle_policy_set_nth(policies, n - 1)->policy_id : 0;
    GPtrArray *matchers = g_ptr_array_new_with_free_func(free_matcher);

    g_ptr_array_set_size(matchers, largest + 1);
    return matchers;
}

SettleWorker *
settle_worker_new(const SettleRunContext *context, GError **error)
{
    g_autoptr(SettleWorker) worker = g_new0(SettleWorker, 1);

    worker->context = context;
    worker->matchers = matchers_new(context->policies);
    worker->new_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    worker->due_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    worker->moved_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    worker->woken_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    worker->joint_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    worker->joint = settle_joint_new(context);
    worker->new_bills = g_array_new(FALSE, FALSE, sizeof(SettleBill));
    worker->new_events = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
    worker->events = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
    worker->in_force = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
    worker->keys = g_array_new(FALSE, FALSE, sizeof(SettleOrderKey));
    settle_history_init(&worker->history);
    worker->targets = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
    worker->transfers = g_array_new(FALSE, FALSE, sizeof(SettleTransfer));
    worker->months = g_array_new(FALSE, FALSE, sizeof(SettleMonth));
    worker->reader = settle_store_take(context->store, context->role, "read", error);
    if (worker->reader == NULL)
        return NULL;
    if (!context->dry_run) {
        worker->writer = settle_store_take(context->store, SETTLE_STORE_AS_RUNNER, "write", error);
        if (worker->writer == NULL)
            return NULL;
    }
    worker->output = settle_output_new(context, worker->writer);
    worker->volumes = settle_volumes_new(context);
    worker->invoicing = settle_invoicing_new(context);
    return g_steal_pointer(&worker);
}

void
settle_worker_free(SettleWorker *worker)
{
    g_clear_pointer(&worker->output, settle_output_free);
    g_clear_pointer(&worker->volumes, settle_volumes_free);
    g_clear_pointer(&worker->invoicing, settle_invoicing_free);
    g_ptr_array_unref(worker->matchers);
    settle_match_clear(&worker->match);
    g_array_unref(worker->new_orders);
    g_array_unref(worker->due_orders);
    g_array_unref(worker->moved_orders);
    g_array_unref(worker->woken_orders);
    g_array_unref(worker->joint_orders);
    g_clear_pointer(&worker->joint, settle_joint_free);
    g_array_unref(worker->new_bills);
    g_array_unref(worker->new_events);
    g_array_unref(worker->events);
    g_array_unref(worker->in_force);
    g_array_unref(worker->keys);
    settle_history_clear(&worker->history);
    g_array_unref(worker->targets);
    g_array_unref(worker->transfers);
    g_array_unref(worker->months);
    settle_store_give_back(worker->context->store, worker->reader);
    settle_store_give_back(worker->context->store, worker->writer);
    g_free(worker);
}

/* --- a chunk --------------------------------------------------------------------------------- */

/* Orders of the distributor whose manager turns out to have belonged to another outlet. */
static gboolean
move_orders(SettleWorker *worker, int32_t distributor_id, GError **error)
{
    for (; worker->next.moved < worker->moved_orders->len; worker->next.moved++) {
        SettleSubject subject = {
            .order = &g_array_index(worker->moved_orders, SettleOrder, worker->next.moved)};
        SettleOrderParties before;
        gboolean anew;

        if (subject.order->distributor_id != distributor_id)
            break;
        settle_merge_match(worker, &subject);
        if (subject.match == NULL)
            continue;
        subject.events = settle_merge_events(worker->events, subject.order, &subject.n_events);
        /* what this night's events change is counted where the order is now */
        subject.new_events =
            settle_merge_events(worker->new_events, subject.order, &subject.n_new_events);
        anew = settle_policy_tolerates_findings(subject.policy) &&
               settle_joint_is(worker->joint, distributor_id, subject.policy);
        settle_directory_order_parties(worker->context->directory_before, subject.order, &before);
        for (guint i = subject.match->n_order_rules; i < subject.match->n_rules; i++) {
            if (anew) {
                settle_volumes_leave(worker->volumes, subject.policy, subject.match->rules[i],
                                     subject.order, &before);
                continue;
            }
            if (!settle_volumes_move(
                    worker->volumes, subject.policy, subject.match->rules[i], subject.order,
                    settle_order_measure_before(worker, &subject, subject.match->rules[i]), &before,
                    &subject.parties)) {
                g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                            "a volume window's measure leaves 64 bits");
                return FALSE;
            }
        }
    }
    return TRUE;
}

/* The distributor's joint orders before any of them is settled. The merge has the next order in
 * hand already: it goes back to where it stood before that one, and on again. */
static void
decide_jointly(SettleWorker *worker, int32_t distributor_id, const SettleMergeCursors *before,
               SettleSubject *in_hand)
{
    SettleMergeCursors next = worker->next;

    worker->next = *before;
    settle_joint_decide(worker->joint, worker, distributor_id);
    worker->next = next;
    if (in_hand != NULL)
        settle_merge_match(worker, in_hand);
}

/* Distributors have no gaps to speak of in their ids: go through all of the range, so that windows
 * and invoices of those without new facts get their turn. */
static gboolean
settle_chunk(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    const SettleRunContext *context = worker->context;
    SettleMergeCursors before; /* the order in hand */
    SettleSubject subject;
    gboolean more;

    settle_merge_rewind(worker);
    before = worker->next;
    more = settle_merge_next(worker, &subject);
    for (int32_t id = chunk->first_distributor; id <= chunk->last_distributor; id++) {
        if (settle_directory_code(context->directory, SETTLE_DIM_DISTRIBUTOR, id) == NULL)
            continue;
        settle_output_distributor(worker->output, id);
        decide_jointly(worker, id, &before, more ? &subject : NULL);
        while (more && subject.order->distributor_id == id) {
            if (!settle_order_settle(worker, &subject, error) ||
                settle_history_failed(worker, error))
                return FALSE;
            before = worker->next;
            more = settle_merge_next(worker, &subject);
        }
        if (!move_orders(worker, id, error))
            return FALSE;
        /* A matcher holds one answer, and the next distributor's first order is in hand already. */
        if (more)
            settle_merge_match(worker, &subject);
        if (!settle_volumes_close(worker->volumes, worker->joint, id, worker->output, error))
            return FALSE;
        settle_joint_report(worker->joint, worker->output);
        settle_output_distributor_end(worker->output);
        if (settle_invoicing_wanted(worker->invoicing) &&
            !settle_invoicing_draft(worker->invoicing, id, worker->output, error))
            return FALSE;
    }
    /* A fact of a distributor that the directory does not know would be left over here. */
    settle_invariant(!more);
    return !settle_history_failed(worker, error);
}

static gboolean
receipt_is_there(SettleWorker *worker, int32_t chunk)
{
    g_autoptr(SettleResult) result = settle_store_query(
        worker->reader, settle_sql_run_receipt_there, NULL, "ii", worker->context->run_id, chunk);

    return result != NULL && settle_result_rows(result) == 1;
}

/* Bills and what falls due change no measure. */
static gboolean
load_volumes(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    GArray *const facts[] = {worker->new_orders, worker->moved_orders, worker->joint_orders,
                             worker->new_events};

    return settle_volumes_load(worker->volumes, worker->reader, chunk, facts, G_N_ELEMENTS(facts),
                               error);
}

gboolean
settle_worker_chunk(SettleWorker *worker, const SettleChunk *chunk, SettleChunkSums *ret_sums,
                    SettleClaim *ret_claim, GError **error)
{
    GError *failure = NULL;
    gboolean ok = settle_output_begin(worker->output, chunk->chunk, ret_claim, &failure);

    if (ok && *ret_claim != SETTLE_CLAIM_OURS)
        return TRUE;
    ok = ok &&
         settle_load_new_orders(worker->reader, worker->context, chunk, worker->new_orders,
                                &failure) &&
         settle_load_due_orders(worker->reader, worker->context, chunk, worker->due_orders,
                                &failure) &&
         settle_load_moved_orders(worker->reader, worker->context, chunk, worker->moved_orders,
                                  &failure) &&
         settle_load_woken_orders(worker->reader, worker->context, chunk, worker->woken_orders,
                                  &failure) &&
         settle_load_new_bills(worker->reader, worker->context, chunk, worker->new_bills,
                               &failure) &&
         settle_load_new_events(worker->reader, worker->context, chunk, worker->new_events,
                                &failure);

    if (ok) {
        settle_merge_set_waiting_aside(worker);
        ok = settle_merge_find_keys(worker, chunk, &failure) &&
             load_volumes(worker, chunk, &failure) &&
             settle_invoicing_load(worker->invoicing, worker->reader, chunk, &failure) &&
             settle_chunk(worker, chunk, &failure) &&
             settle_output_finish(worker->output, worker->reader, chunk->chunk, &failure) &&
             (worker->context->sink == NULL ||
              (settle_output_complete(worker->output, worker->reader, &failure) &&
               worker->context->sink->chunk_done(worker->context->sink, worker->reader,
                                                 worker->output, chunk, &failure)));
    }
    if (!ok) {
        settle_output_abort(worker->output);
        /* A killed runner's COMMIT may still have come through: then the chunk is done. */
        if (!worker->context->dry_run && receipt_is_there(worker, chunk->chunk)) {
            g_clear_error(&failure);
            *ret_claim = SETTLE_CLAIM_DONE;
            return TRUE;
        }
        g_propagate_error(error, failure);
        return FALSE;
    }
    *ret_sums = worker->output->sums;
    return TRUE;
}
