/* Goes through a chunk: gathers its facts, then settles its distributors one by one, their orders,
 * windows and invoices. */
#include "run/chunk/worker.h"

#include "base/arena.h"
#include "run/chunk/gather.h"
#include "run/chunk/invoicing.h"
#include "run/chunk/joint.h"
#include "run/chunk/merge.h"
#include "run/chunk/order.h"
#include "run/chunk/volume.h"
#include "store/sql.h"

/* Bytes a block of the matches of one distributor's orders. */
#define ARENA_BLOCK (64 * 1024)

/* It reads on one connection and writes on another, so that the server can do both at once. What
 * stands above is used by what stands below, never the other way. */
struct SettleWorker {
    const SettleRunContext *context;
    SettleStore *reader, *writer; /* writer NULL: a dry run */
    SettleMatchers *matchers;
    SettleGathered gathered; /* what the chunk is settled from */
    SettleTargets targets;
    SettleDecisions decisions; /* about the current distributor's joint orders */
    GArray *subjects;          /* SettleSubject: of a distributor with joint orders */
    SettleArena *matches;      /* theirs */
    SettleMatch was;           /* of what the order in hand was before it was told anew */
    SettleVolumes *volumes;
    SettleInvoicing *invoicing;
    SettleOutput *output;
    SettleSettling settling;
};

SettleWorker *
settle_worker_new(const SettleRunContext *context, GError **error)
{
    g_autoptr(SettleWorker) worker = g_new0(SettleWorker, 1);

    worker->context = context;
    worker->matchers = settle_matchers_new(&context->known, context->late.before);
    settle_targets_init(&worker->targets, &context->known, context->date);
    worker->subjects = g_array_new(FALSE, FALSE, sizeof(SettleSubject));
    worker->matches = settle_arena_new(ARENA_BLOCK);
    worker->reader = settle_store_take(context->how.store, context->how.role, "read", error);
    settle_gathered_init(&worker->gathered, context, worker->reader);
    settle_decisions_init(&worker->decisions, &worker->gathered.pairs, &worker->gathered.paid);
    if (worker->reader == NULL)
        return NULL;
    if (!context->how.dry_run) {
        worker->writer =
            settle_store_take(context->how.store, SETTLE_STORE_AS_RUNNER, "write", error);
        if (worker->writer == NULL)
            return NULL;
    }
    worker->output = settle_output_new(context, worker->writer);
    worker->volumes = settle_volumes_new(context);
    worker->invoicing = settle_invoicing_new(context);
    worker->settling = (SettleSettling){
        .context = context,
        .history = worker->gathered.history,
        .targets = &worker->targets,
        .decisions = &worker->decisions,
        .volumes = worker->volumes,
        .output = worker->output,
        .transfers = g_array_new(FALSE, FALSE, sizeof(SettleTransfer)),
    };
    return g_steal_pointer(&worker);
}

void
settle_worker_free(SettleWorker *worker)
{
    g_clear_pointer(&worker->settling.transfers, g_array_unref);
    g_clear_pointer(&worker->output, settle_output_free);
    g_clear_pointer(&worker->volumes, settle_volumes_free);
    g_clear_pointer(&worker->invoicing, settle_invoicing_free);
    settle_decisions_clear(&worker->decisions);
    settle_gathered_clear(&worker->gathered);
    settle_targets_clear(&worker->targets);
    g_array_unref(worker->subjects);
    settle_arena_free(worker->matches);
    settle_match_clear(&worker->was);
    settle_matchers_free(worker->matchers);
    settle_store_give_back(worker->context->how.store, worker->reader);
    settle_store_give_back(worker->context->how.store, worker->writer);
    g_free(worker);
}

/* --- a distributor's orders ------------------------------------------------------------------- */

static void
match(SettleWorker *worker, SettleSubject *subject, SettleMatch *found)
{
    settle_subject_match(worker->matchers, subject, found);
    settle_subject_match_was(worker->matchers, subject, &worker->was);
    subject->is_joint =
        subject->match != NULL &&
        settle_pairs_contain(&worker->gathered.pairs, subject->order->distributor_id,
                             subject->policy->carrier_id);
}

/* Orders that depend on no other: each is settled as the merge comes to it. */
static gboolean
settle_singly(SettleWorker *worker, SettleMerge *merge, int32_t distributor_id, SettleMatch *found,
              GError **error)
{
    SettleSubject subject;

    while (settle_merge_next_of(merge, distributor_id, &subject)) {
        match(worker, &subject, found);
        if (!settle_order_settle(&worker->settling, &subject, error) ||
            settle_history_failed(worker->gathered.history, error))
            return FALSE;
    }
    return TRUE;
}

static const SettleMatch *
keep_match(SettleWorker *worker, const SettleMatch *found)
{
    SettleMatch *own;

    if (found == NULL)
        return NULL;
    own = settle_arena_alloc(worker->matches, sizeof *own);
    *own = settle_match_copy(found, worker->matches);
    return own;
}

/* All subjects of the distributor, each with a match of its own. */
static void
collect(SettleWorker *worker, SettleMerge *merge, int32_t distributor_id, SettleMatch *found)
{
    SettleSubject subject;

    g_array_set_size(worker->subjects, 0);
    settle_arena_reset(worker->matches);
    while (settle_merge_next_of(merge, distributor_id, &subject)) {
        match(worker, &subject, found);
        subject.match = keep_match(worker, subject.match);
        subject.was.match = keep_match(worker, subject.was.match);
        g_array_append_val(worker->subjects, subject);
    }
}

/* Where some depend on others, they are decided together before the first of them is settled. */
static gboolean
settle_jointly(SettleWorker *worker, SettleMerge *merge, int32_t distributor_id, SettleMatch *found,
               GError **error)
{
    collect(worker, merge, distributor_id, found);
    settle_joint_decide(&worker->decisions, worker->subjects, worker->gathered.history,
                        &worker->targets);
    for (guint i = 0; i < worker->subjects->len; i++)
        if (!settle_order_settle(&worker->settling,
                                 &g_array_index(worker->subjects, SettleSubject, i), error) ||
            settle_history_failed(worker->gathered.history, error))
            return FALSE;
    return TRUE;
}

/* --- a chunk ---------------------------------------------------------------------------------- */

/* One distributor: its orders, then its windows, then its invoices. */
static gboolean
settle_distributor(SettleWorker *worker, SettleMerge *merge, int32_t id, SettleMatch *found,
                   GError **error)
{
    gboolean jointly = settle_pairs_any_of(&worker->gathered.pairs, id);

    settle_output_distributor(worker->output, id);
    settle_decisions_begin(&worker->decisions, id);
    if (!(jointly ? settle_jointly : settle_singly)(worker, merge, id, found, error) ||
        !settle_volumes_close(worker->volumes, &worker->decisions, worker->output, error))
        return FALSE;
    settle_decisions_report(&worker->decisions, worker->output);
    settle_output_distributor_end(worker->output);
    return !settle_invoicing_wanted(worker->invoicing) ||
           settle_invoicing_draft(worker->invoicing, id, worker->output, error);
}

/* Distributors have no gaps to speak of in their ids: go through all of the range, so that windows
 * and invoices of those without new facts get their turn. */
static gboolean
settle_distributors(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    const SettleDirectory *directory = worker->context->known.directory;
    SettleMerge merge = settle_merge_begin(&worker->gathered.facts);
    g_auto(SettleMatch) found = {0};
    SettleSubject left;

    for (int32_t id = chunk->first_distributor; id <= chunk->last_distributor; id++)
        if (settle_directory_code(directory, SETTLE_DIM_DISTRIBUTOR, id) != NULL &&
            !settle_distributor(worker, &merge, id, &found, error))
            return FALSE;
    /* A fact of a distributor that the directory does not know would be left over here. */
    settle_invariant(!settle_merge_next(&merge, &left));
    return !settle_history_failed(worker->gathered.history, error);
}

/* Bills and what falls due change no measure. */
static gboolean
load_volumes(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    const SettleFacts *facts = &worker->gathered.facts;
    GArray *const of[] = {facts->new_orders, facts->joint_orders, facts->new_events,
                          facts->revised,    facts->was,          facts->recounted};

    return settle_volumes_load(worker->volumes, worker->reader, chunk, of, G_N_ELEMENTS(of),
                               &worker->gathered.pairs, error);
}

/* What a replay compares is complete before its sink takes it. */
static gboolean
hand_over(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    SettleRunSink *sink = worker->context->how.sink;

    return sink == NULL || (settle_output_complete(worker->output, worker->reader, error) &&
                            sink->chunk_done(sink, worker->reader, worker->output, chunk, error));
}

static gboolean
compute(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    return settle_gather(&worker->gathered, worker->context, worker->reader, worker->matchers,
                         &worker->targets, chunk, worker->output, error) &&
           load_volumes(worker, chunk, error) &&
           settle_invoicing_load(worker->invoicing, worker->reader, chunk, error) &&
           settle_distributors(worker, chunk, error) &&
           settle_output_finish(worker->output, worker->reader, chunk->chunk, error) &&
           hand_over(worker, chunk, error);
}

static gboolean
receipt_is_there(SettleWorker *worker, int32_t chunk)
{
    g_autoptr(SettleResult) result = settle_store_query(
        worker->reader, settle_sql_run_receipt_there, NULL, "ii", worker->context->run_id, chunk);

    return result != NULL && settle_result_rows(result) == 1;
}

gboolean
settle_worker_chunk(SettleWorker *worker, const SettleChunk *chunk, SettleChunkSums *ret_sums,
                    SettleClaim *ret_claim, GError **error)
{
    GError *failure = NULL;
    gboolean ok = settle_output_begin(worker->output, chunk->chunk, ret_claim, &failure);

    if (ok && *ret_claim != SETTLE_CLAIM_OURS)
        return TRUE;
    if (!ok || !compute(worker, chunk, &failure)) {
        settle_output_abort(worker->output);
        /* A killed runner's COMMIT may still have come through: then the chunk is done. */
        if (!worker->context->how.dry_run && receipt_is_there(worker, chunk->chunk)) {
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
