#include "run/internal.h"
#include "run/invoicing.h"
#include "run/load.h"
#include "run/output.h"
#include "run/volume.h"

#include "store/sql.h"

/* A worker reads on one connection and writes on another, so that the server can do both at once; what
 * it needs of a chunk is in arrays sorted by (distributor, order), which are merged. */
struct SettleWorker {
    const SettleRunContext *context;
    SettleStore *reader, *writer;
    SettleOutput *output;
    SettleVolumes *volumes;
    SettleInvoicing *invoicing;
    GPtrArray *matchers; /* SettleMatcher by place in the policy set */

    GArray *new_orders, *due_orders; /* SettleOrder */
    GArray *new_bills, *old_bills;   /* SettleBill */
    GArray *keys;                    /* SettleOrderKey: orders whose history is needed */
    GArray *posted;                  /* SettlePosted */
    GArray *targets;                 /* SettleTarget of one order */
    GArray *transfers;               /* SettleTransfer of one order */
    GArray *months;                  /* SettleMonth: of one order's new bills */
    /* cursors of the merge */
    guint next_new, next_due, next_bill, next_old_bill, next_posted, next_key;
};

/* Everything about one order that the merge brought together. */
typedef struct {
    const SettleOrder *order;
    gboolean is_new, is_due, has_history;
    const SettleBill *bills; /* new ones */
    guint n_bills;
    SettleOrderParties parties;
    const SettlePolicy *policy;
    const SettleMatch *match;
} Subject;

SettleWorker *
settle_worker_new(const SettleRunContext *context, GError **error)
{
    g_autoptr(SettleWorker) worker = g_new0(SettleWorker, 1);

    worker->context = context;
    worker->matchers =
        g_ptr_array_new_with_free_func((GDestroyNotify) settle_matcher_free);
    for (guint i = 0; i < settle_policy_set_size(context->policies); i++)
        g_ptr_array_add(worker->matchers,
                        settle_matcher_new(settle_policy_set_nth(context->policies, i),
                                           context->directory));
    worker->new_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    worker->due_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    worker->new_bills = g_array_new(FALSE, FALSE, sizeof(SettleBill));
    worker->old_bills = g_array_new(FALSE, FALSE, sizeof(SettleBill));
    worker->keys = g_array_new(FALSE, FALSE, sizeof(SettleOrderKey));
    worker->posted = g_array_new(FALSE, FALSE, sizeof(SettlePosted));
    worker->targets = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
    worker->transfers = g_array_new(FALSE, FALSE, sizeof(SettleTransfer));
    worker->months = g_array_new(FALSE, FALSE, sizeof(SettleMonth));
    worker->reader = settle_store_open(context->conninfo, SETTLE_STORE_AS_RUNNER, "read", error);
    if (worker->reader == NULL)
        return NULL;
    if (!context->dry_run) {
        worker->writer =
            settle_store_open(context->conninfo, SETTLE_STORE_AS_RUNNER, "write", error);
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
    g_array_unref(worker->new_orders);
    g_array_unref(worker->due_orders);
    g_array_unref(worker->new_bills);
    g_array_unref(worker->old_bills);
    g_array_unref(worker->keys);
    g_array_unref(worker->posted);
    g_array_unref(worker->targets);
    g_array_unref(worker->transfers);
    g_array_unref(worker->months);
    g_clear_pointer(&worker->reader, settle_store_close);
    g_clear_pointer(&worker->writer, settle_store_close);
    g_free(worker);
}

/* --- what a subject is matched with --------------------------------------------------------- */

static void
match_subject(SettleWorker *worker, Subject *subject)
{
    const SettleRunContext *context = worker->context;

    settle_directory_order_parties(context->directory, subject->order, &subject->parties);
    subject->match = NULL;
    subject->policy = settle_policy_set_find(context->policies, subject->parties.carrier_id,
                                             subject->order->closing_day);
    if (subject->policy == NULL || subject->policy->currency != subject->order->currency)
        return;
    for (guint i = 0; i < worker->matchers->len; i++) {
        if (settle_policy_set_nth(context->policies, i) == subject->policy) {
            subject->match = settle_matcher_find(g_ptr_array_index(worker->matchers, i),
                                                 subject->order, &subject->parties);
            return;
        }
    }
}

/* The day on which a new bill can be settled: its own, its order's, and its order's batch's. */
static SettleDay
bill_day(const SettleRunContext *context, const SettleBill *bill)
{
    SettleDay day = MAX(bill->issue_day, bill->order.closing_day);
    int32_t batch = bill->order.batch_id;

    if (settle_run_batch_state(context, batch) == SETTLE_BATCH_UNSEEN) {
        day = MAX(day, context->date + 1);
        if (batch > 0 && batch < context->n_batch_state)
            day = MAX(day, context->batch_dates[batch]);
    }
    return day;
}

/* Facts dated after the run's day wait on the agenda; the rest stays in the arrays. */
static void
set_waiting_aside(SettleWorker *worker)
{
    const SettleRunContext *context = worker->context;
    SettleOutput *output = worker->output;
    guint kept = 0;

    for (guint i = 0; i < worker->new_orders->len; i++) {
        const SettleOrder *order = &g_array_index(worker->new_orders, SettleOrder, i);
        gboolean of_run =
            settle_run_batch_state(context, order->batch_id) == SETTLE_BATCH_OF_RUN;

        if (of_run)
            output->sums.facts++;
        if (order->closing_day > context->date) {
            SettleAgendaRow row = {
                .order_id = order->order_id,
                .distributor_id = order->distributor_id,
                .carrier_id =
                    settle_directory_product_carrier(context->directory, order->product_id),
                .what = SETTLE_AGENDA_ORDER,
                .closing_month = settle_day_month(order->closing_day),
                .look_day = order->closing_day,
                .bill_month = -1,
            };
            g_array_append_val(output->agenda, row);
            output->sums.waiting++;
            continue;
        }
        g_array_index(worker->new_orders, SettleOrder, kept) = *order;
        kept++;
    }
    g_array_set_size(worker->new_orders, kept);

    kept = 0;
    for (guint i = 0; i < worker->new_bills->len; i++) {
        SettleBill *bill = &g_array_index(worker->new_bills, SettleBill, i);
        gboolean of_run = settle_run_batch_state(context, bill->batch_id) == SETTLE_BATCH_OF_RUN;
        SettleDay day = bill_day(context, bill);

        if (of_run)
            output->sums.facts++;
        else
            bill->follows = 1; /* other revisions may have overtaken it while it waited */
        if (day > context->date) {
            SettleAgendaRow row = {
                .order_id = bill->order.order_id,
                .distributor_id = bill->order.distributor_id,
                .carrier_id =
                    settle_directory_product_carrier(context->directory, bill->order.product_id),
                .what = SETTLE_AGENDA_BILL,
                .closing_month = settle_day_month(bill->order.closing_day),
                .look_day = day,
                .bill_month = bill->month,
                .revision = bill->revision,
                .slot = (bill->month - settle_day_month(SETTLE_DAY_MIN)) << 16 | bill->revision,
            };
            g_array_append_val(output->agenda, row);
            output->sums.waiting++;
            continue;
        }
        g_array_index(worker->new_bills, SettleBill, kept) = *bill;
        kept++;
    }
    g_array_set_size(worker->new_bills, kept);
}

/* --- the merge ------------------------------------------------------------------------------ */

static void
rewind_merge(SettleWorker *worker)
{
    worker->next_new = worker->next_due = worker->next_bill = 0;
    worker->next_old_bill = worker->next_posted = worker->next_key = 0;
}

/* The next order that anything happened to, ascending; FALSE at the end. An order that is both new and
 * due (it waited for this day) counts as new. */
static gboolean
next_subject(SettleWorker *worker, Subject *subject)
{
    const SettleOrder *new_order =
        worker->next_new < worker->new_orders->len
            ? &g_array_index(worker->new_orders, SettleOrder, worker->next_new)
            : NULL;
    const SettleOrder *due_order =
        worker->next_due < worker->due_orders->len
            ? &g_array_index(worker->due_orders, SettleOrder, worker->next_due)
            : NULL;
    const SettleBill *bill =
        worker->next_bill < worker->new_bills->len
            ? &g_array_index(worker->new_bills, SettleBill, worker->next_bill)
            : NULL;
    const SettleOrder *candidates[3] = {new_order, due_order, bill != NULL ? &bill->order : NULL};
    const SettleOrder *least = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(candidates); i++) {
        const SettleOrder *c = candidates[i];

        if (c != NULL &&
            (least == NULL || settle_order_key_compare(c->distributor_id, c->order_id,
                                                       least->distributor_id, least->order_id) < 0))
            least = c;
    }
    if (least == NULL)
        return FALSE;

    memset(subject, 0, sizeof *subject);
    subject->order = least;
    if (new_order != NULL && new_order->distributor_id == least->distributor_id &&
        new_order->order_id == least->order_id) {
        subject->is_new = TRUE;
        subject->order = new_order;
        worker->next_new++;
    }
    while (worker->next_due < worker->due_orders->len) {
        due_order = &g_array_index(worker->due_orders, SettleOrder, worker->next_due);
        if (due_order->distributor_id != least->distributor_id ||
            due_order->order_id != least->order_id)
            break;
        subject->is_due = !subject->is_new;
        worker->next_due++;
    }
    subject->bills = bill;
    while (worker->next_bill < worker->new_bills->len) {
        bill = &g_array_index(worker->new_bills, SettleBill, worker->next_bill);
        if (bill->order.distributor_id != least->distributor_id ||
            bill->order.order_id != least->order_id)
            break;
        subject->n_bills++;
        worker->next_bill++;
    }
    match_subject(worker, subject);
    return TRUE;
}

/* TRUE if an instalment that falls due today looks at bills. */
static gboolean
due_needs_bills(const SettleRunContext *context, const Subject *subject)
{
    const SettleMatch *match = subject->match;

    for (guint i = match->first[SETTLE_KIND_DEFERRED]; i < match->first[SETTLE_KIND_DEFERRED + 1];
         i++) {
        const SettleDeferred *deferred = &match->rules[i]->deferred;

        for (guint j = 0; j < deferred->n_instalments; j++) {
            const SettleInstalment *instalment = &deferred->instalments[j];

            if ((instalment->n_conditions > 0 || instalment->n_bands > 0) &&
                settle_calc_due_day(subject->order, instalment) == context->date)
                return TRUE;
        }
    }
    for (guint i = match->first[SETTLE_KIND_UPFRONT]; i < match->first[SETTLE_KIND_UPFRONT + 1];
         i++)
        if (match->rules[i]->upfront.n_conditions > 0)
            return TRUE;
    return FALSE;
}

static gboolean
bills_need_history(const SettleRunContext *context, const Subject *subject)
{
    for (guint i = 0; i < subject->n_bills; i++) {
        gboolean touches;

        if (subject->bills[i].follows || subject->bills[i].withdrawn ||
            settle_calc_bill_needs_history(subject->match, subject->order,
                                           subject->bills[i].month, context->date, &touches))
            return TRUE;
    }
    return FALSE;
}

/* First pass: which orders' past is needed, and from which month on. */
static gboolean
load_history(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    SettleMonth first_month = G_MAXINT32;
    Subject subject;

    g_array_set_size(worker->keys, 0);
    if (worker->due_orders->len > 0 || worker->new_bills->len > 0) {
        rewind_merge(worker);
        while (next_subject(worker, &subject)) {
            SettleOrderKey key = {subject.order->order_id, subject.order->distributor_id};

            if (subject.is_new || subject.match == NULL || subject.match->n_rules == 0)
                continue;
            if ((subject.n_bills > 0 && bills_need_history(worker->context, &subject)) ||
                (subject.is_due && due_needs_bills(worker->context, &subject))) {
                g_array_append_val(worker->keys, key);
                first_month = MIN(first_month, settle_day_month(subject.order->closing_day));
            }
        }
    }
    return settle_load_history_bills(worker->reader, worker->context, chunk, worker->keys,
                                     first_month, worker->old_bills, error) &&
           settle_load_posted(worker->reader, worker->context, chunk, worker->keys, first_month,
                              worker->posted, error);
}

/* Moves the history cursors to the order; its bills are [*ret_bills, n). */
static gboolean
find_history(SettleWorker *worker, const SettleOrder *order, const SettleBill **ret_bills,
             guint *ret_n_bills)
{
    guint first;

    while (worker->next_key < worker->keys->len) {
        const SettleOrderKey *key = &g_array_index(worker->keys, SettleOrderKey, worker->next_key);
        int c = settle_order_key_compare(key->distributor_id, key->order_id, order->distributor_id,
                                         order->order_id);

        if (c > 0)
            return FALSE;
        if (c == 0)
            break;
        worker->next_key++;
    }
    if (worker->next_key == worker->keys->len)
        return FALSE;

    for (; worker->next_old_bill < worker->old_bills->len; worker->next_old_bill++) {
        const SettleOrder *o =
            &g_array_index(worker->old_bills, SettleBill, worker->next_old_bill).order;

        if (settle_order_key_compare(o->distributor_id, o->order_id, order->distributor_id,
                                     order->order_id) >= 0)
            break;
    }
    first = worker->next_old_bill;
    while (worker->next_old_bill < worker->old_bills->len &&
           g_array_index(worker->old_bills, SettleBill, worker->next_old_bill).order.order_id ==
               order->order_id &&
           g_array_index(worker->old_bills, SettleBill, worker->next_old_bill)
                   .order.distributor_id == order->distributor_id)
        worker->next_old_bill++;
    *ret_bills = &((const SettleBill *) (const void *) worker->old_bills->data)[first];
    *ret_n_bills = worker->next_old_bill - first;
    return TRUE;
}

/* What the order's slot stands at; slots are asked for in ascending order. */
static int64_t
posted_amount(SettleWorker *worker, const SettleOrder *order, SettleSlot slot)
{
    for (; worker->next_posted < worker->posted->len; worker->next_posted++) {
        const SettlePosted *p = &g_array_index(worker->posted, SettlePosted, worker->next_posted);
        int c = settle_order_key_compare(p->distributor_id, p->order_id, order->distributor_id,
                                         order->order_id);

        if (c > 0 || (c == 0 && p->slot > slot))
            return 0;
        if (c == 0 && p->slot == slot)
            return p->target_minor;
    }
    return 0;
}

/* --- settling one order ---------------------------------------------------------------------- */

static void
add_outcome(SettleWorker *worker, const Subject *subject, SettleOutcome outcome)
{
    SettleOutcomeRow row = {
        .order_id = subject->order->order_id,
        .paid_minor = subject->order->paid_minor,
        .distributor_id = subject->order->distributor_id,
        .carrier_id = subject->parties.carrier_id,
        .closing_month = settle_day_month(subject->order->closing_day),
        .outcome = (uint8_t) outcome,
    };

    g_array_append_val(worker->output->outcomes, row);
}

static void
add_agenda(SettleWorker *worker, const Subject *subject, const SettleTarget *target,
           SettleAgendaWhat what)
{
    SettleAgendaRow row = {
        .order_id = subject->order->order_id,
        .distributor_id = subject->order->distributor_id,
        .carrier_id = subject->parties.carrier_id,
        .what = (uint8_t) what,
        .slot = target->slot,
        .closing_month = settle_day_month(subject->order->closing_day),
        .look_day = settle_calc_due_day(
            subject->order,
            &target->rule->deferred.instalments[settle_slot_item(target->slot) - 1]),
        .bill_month = what == SETTLE_AGENDA_PENDING ? target->wait_month : -1,
    };

    g_array_append_val(worker->output->agenda, row);
}

/* Upfronts wait for their first bill as a matter of course; an instalment that is due and cannot be
 * decided is an exception worth a row, and another when it is decided. */
static void
note_pending(SettleWorker *worker, const Subject *subject, const SettleTarget *target,
             gboolean has_history)
{
    const SettleInstalment *instalment =
        &target->rule->deferred.instalments[settle_slot_item(target->slot) - 1];

    if (target->state == SETTLE_TARGET_PENDING) {
        if (subject->is_new || subject->is_due)
            add_agenda(worker, subject, target, SETTLE_AGENDA_PENDING);
    } else if (target->state != SETTLE_TARGET_NOT_DUE && has_history && subject->n_bills > 0 &&
               instalment->n_conditions + instalment->n_bands > 0 &&
               settle_calc_due_day(subject->order, instalment) < worker->context->date) {
        add_agenda(worker, subject, target, SETTLE_AGENDA_DECIDED);
    }
}

static void
add_differences(SettleWorker *worker, const Subject *subject, gboolean has_history)
{
    for (guint i = 0; i < worker->targets->len; i++) {
        const SettleTarget *target = &g_array_index(worker->targets, SettleTarget, i);
        int64_t posted =
            has_history ? posted_amount(worker, subject->order, target->slot) : 0;
        SettleTransfer transfer;

        if (settle_ledger_difference(target, posted, subject->order, subject->policy->policy_id,
                                     subject->parties.class_id, &worker->context->periods,
                                     &transfer))
            g_array_append_val(worker->transfers, transfer);
        if (target->rule->kind == SETTLE_KIND_DEFERRED)
            note_pending(worker, subject, target, has_history);
    }
}

static SettleOutcome
new_order_outcome(const SettleWorker *worker, const Subject *subject)
{
    const SettleMatch *match = subject->match;
    gboolean no_bills =
        (subject->order->flags & (SETTLE_ORDER_FOLLOWS | SETTLE_ORDER_NO_CONTRACT)) != 0;
    guint n_shares =
        match->first[SETTLE_KIND_REVENUE_SHARE + 1] - match->first[SETTLE_KIND_REVENUE_SHARE];
    guint n_volumes =
        match->first[SETTLE_KIND_VOLUME_BONUS + 1] - match->first[SETTLE_KIND_VOLUME_BONUS];

    if (match->n_rules == 0)
        return SETTLE_OUTCOME_NO_RULE;
    if (worker->transfers->len > 0 || n_volumes > 0 || (n_shares > 0 && !no_bills))
        return SETTLE_OUTCOME_NONE;
    for (guint i = 0; i < worker->targets->len; i++) {
        const SettleTarget *target = &g_array_index(worker->targets, SettleTarget, i);

        if (target->state == SETTLE_TARGET_PENDING || target->state == SETTLE_TARGET_NOT_DUE)
            return SETTLE_OUTCOME_NONE;
    }
    return n_shares == match->n_rules ? SETTLE_OUTCOME_NO_BILLS : SETTLE_OUTCOME_ZERO;
}

static gboolean
settle_new_order(SettleWorker *worker, Subject *subject)
{
    const SettleMatch *match = subject->match;
    SettleCalcScope scope = {
        .date = worker->context->date,
        .due_after = SETTLE_DAY_MIN,
        .upfront = TRUE,
        .deferred = TRUE,
        .share = TRUE,
    };
    SettleOutcome outcome;

    if (match == NULL) {
        add_outcome(worker, subject,
                    subject->policy == NULL ? SETTLE_OUTCOME_NO_POLICY : SETTLE_OUTCOME_CURRENCY);
        worker->output->sums.zero++;
        return TRUE;
    }
    if (!settle_calc_order(subject->policy, match, subject->order, subject->bills,
                           subject->n_bills, &scope, worker->targets))
        return FALSE;
    add_differences(worker, subject, FALSE);
    for (guint i = match->first[SETTLE_KIND_VOLUME_BONUS];
         i < match->first[SETTLE_KIND_VOLUME_BONUS + 1]; i++)
        if (!settle_volumes_count(worker->volumes, subject->policy, match->rules[i],
                                  subject->order, &subject->parties))
            return FALSE;
    outcome = new_order_outcome(worker, subject);
    if (outcome != SETTLE_OUTCOME_NONE) {
        add_outcome(worker, subject, outcome);
        worker->output->sums.zero++;
    } else {
        worker->output->sums.settled++;
    }
    return TRUE;
}

static gboolean
settle_old_order(SettleWorker *worker, Subject *subject)
{
    const SettleBill *bills = NULL;
    guint n_bills = 0;
    gboolean has_history = find_history(worker, subject->order, &bills, &n_bills);
    SettleCalcScope scope = {.date = worker->context->date, .due_after = SETTLE_DAY_MIN};

    if (subject->match == NULL || subject->match->n_rules == 0)
        return TRUE;
    if (has_history) {
        /* All of the order again, against all that was posted. */
        scope.upfront = scope.deferred = scope.share = TRUE;
        if (!settle_calc_order(subject->policy, subject->match, subject->order, bills, n_bills,
                               &scope, worker->targets))
            return FALSE;
        add_differences(worker, subject, TRUE);
        return TRUE;
    }
    /* Slots that nothing can have been posted to: what falls due today for the first time ... */
    if (subject->is_due) {
        scope.upfront = scope.deferred = TRUE;
        scope.due_after = worker->context->date - 1;
        if (!settle_calc_order(subject->policy, subject->match, subject->order, NULL, 0, &scope,
                               worker->targets))
            return FALSE;
        add_differences(worker, subject, FALSE);
        g_array_set_size(worker->targets, 0);
    }
    /* ... and months billed for the first time. */
    if (subject->n_bills > 0) {
        g_array_set_size(worker->months, 0);
        for (guint i = 0; i < subject->n_bills; i++)
            if (worker->months->len == 0 ||
                g_array_index(worker->months, SettleMonth, worker->months->len - 1) !=
                    subject->bills[i].month)
                g_array_append_val(worker->months, subject->bills[i].month);
        scope.upfront = scope.deferred = FALSE;
        scope.share = TRUE;
        scope.due_after = SETTLE_DAY_MIN;
        scope.share_months = (const SettleMonth *) (const void *) worker->months->data;
        scope.n_share_months = worker->months->len;
        if (!settle_calc_order(subject->policy, subject->match, subject->order, subject->bills,
                               subject->n_bills, &scope, worker->targets))
            return FALSE;
        add_differences(worker, subject, FALSE);
    }
    return TRUE;
}

static int
compare_transfers(gconstpointer a, gconstpointer b)
{
    const SettleTransfer *x = a, *y = b;

    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static gboolean
settle_subject(SettleWorker *worker, Subject *subject, GError **error)
{
    gboolean ok;

    g_array_set_size(worker->targets, 0);
    g_array_set_size(worker->transfers, 0);
    if (subject->is_due)
        worker->output->sums.due++;
    ok = subject->is_new ? settle_new_order(worker, subject) : settle_old_order(worker, subject);
    if (!ok) {
        /* An amount left 64 bits: an error on this order, the others go on. */
        add_outcome(worker, subject, SETTLE_OUTCOME_OVERFLOW);
        if (subject->is_new)
            worker->output->sums.zero++;
        return TRUE;
    }
    if (worker->transfers->len > 1)
        g_array_sort(worker->transfers, compare_transfers);
    for (guint i = 0; i < worker->transfers->len; i++)
        if (!settle_output_transfer(worker->output,
                                    &g_array_index(worker->transfers, SettleTransfer, i), error))
            return FALSE;
    return TRUE;
}

/* --- a chunk --------------------------------------------------------------------------------- */

/* Distributors have no gaps to speak of in their ids: go through all of the range, so that windows and
 * invoices of those without new facts get their turn. */
static gboolean
settle_chunk(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    const SettleRunContext *context = worker->context;
    Subject subject;
    gboolean more;

    rewind_merge(worker);
    more = next_subject(worker, &subject);
    for (int32_t id = chunk->first_distributor; id <= chunk->last_distributor; id++) {
        if (settle_directory_code(context->directory, SETTLE_DIM_DISTRIBUTOR, id) == NULL)
            continue;
        settle_output_distributor(worker->output, id);
        for (; more && subject.order->distributor_id == id;
             more = next_subject(worker, &subject))
            if (!settle_subject(worker, &subject, error))
                return FALSE;
        if (!settle_volumes_close(worker->volumes, id, worker->output, error))
            return FALSE;
        settle_output_distributor_end(worker->output);
        if (settle_invoicing_wanted(worker->invoicing) &&
            !settle_invoicing_draft(worker->invoicing, id, worker->output, error))
            return FALSE;
    }
    /* A fact of a distributor that the directory does not know would be left over here. */
    settle_invariant(!more);
    return TRUE;
}

static gboolean
receipt_is_there(SettleWorker *worker, int32_t chunk)
{
    g_autoptr(SettleResult) result =
        settle_store_query(worker->reader, settle_sql_run_receipt_there, NULL, "ii",
                           worker->context->run_id, chunk);

    return result != NULL && settle_result_rows(result) == 1;
}

gboolean
settle_worker_chunk(SettleWorker *worker, const SettleChunk *chunk, SettleChunkSums *sums,
                    gboolean *ret_kept, GError **error)
{
    GError *failure = NULL;
    gboolean ok = settle_output_begin(worker->output, &failure) &&
                  settle_load_new_orders(worker->reader, worker->context, chunk,
                                         worker->new_orders, &failure) &&
                  settle_load_due_orders(worker->reader, worker->context, chunk,
                                         worker->due_orders, &failure) &&
                  settle_load_new_bills(worker->reader, worker->context, chunk,
                                        worker->new_bills, &failure);

    if (ok) {
        set_waiting_aside(worker);
        ok = load_history(worker, chunk, &failure) &&
             settle_volumes_load(worker->volumes, worker->reader, chunk, worker->new_orders,
                                 &failure) &&
             settle_invoicing_load(worker->invoicing, worker->reader, chunk, &failure) &&
             settle_chunk(worker, chunk, &failure) &&
             settle_output_finish(worker->output, chunk->chunk, &failure);
    }
    if (!ok) {
        settle_output_abort(worker->output);
        /* A killed runner's COMMIT may still have come through: then the chunk is done. */
        if (!worker->context->dry_run && receipt_is_there(worker, chunk->chunk)) {
            g_clear_error(&failure);
            *ret_kept = TRUE;
            return TRUE;
        }
        g_propagate_error(error, failure);
        return FALSE;
    }
    sums->facts += worker->output->sums.facts;
    sums->settled += worker->output->sums.settled;
    sums->zero += worker->output->sums.zero;
    sums->waiting += worker->output->sums.waiting;
    sums->due += worker->output->sums.due;
    sums->transfers += worker->output->sums.transfers;
    sums->amount += worker->output->sums.amount;
    sums->invoices += worker->output->sums.invoices;
    *ret_kept = FALSE;
    return TRUE;
}
