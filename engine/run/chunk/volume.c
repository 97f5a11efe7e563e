/* Counts, evaluates and posts the volume windows of a distributor. */
#include "run/chunk/volume.h"

#include "calc/terms.h"
#include "policy/windows.h"
#include "run/chunk/load.h"
#include "run/chunk/windows.h"

#include <string.h>

/* A part that waits for its turn at ceilings and the carrier's money. */
typedef struct {
    SettleVolumeWindow *window;
    SettleVolumePart *part;
} Turn;

struct SettleVolumes {
    const SettleRunContext *context;
    SettleWindows windows; /* of the current distributor */
    GArray *turns;         /* Turn */
    GArray *measures;      /* SettleVolumeRow of the chunk, by distributor */
    GArray *postings;
    guint next_measure, next_posting;
};

SettleVolumes *
settle_volumes_new(const SettleRunContext *context)
{
    SettleVolumes *volumes = g_new0(SettleVolumes, 1);

    volumes->context = context;
    settle_windows_init(&volumes->windows, &context->known);
    volumes->turns = g_array_new(FALSE, FALSE, sizeof(Turn));
    volumes->measures = g_array_new(FALSE, FALSE, sizeof(SettleVolumeRow));
    volumes->postings = g_array_new(FALSE, FALSE, sizeof(SettleVolumeRow));
    return volumes;
}

void
settle_volumes_free(SettleVolumes *volumes)
{
    settle_windows_clear(&volumes->windows);
    g_array_unref(volumes->turns);
    g_array_unref(volumes->measures);
    g_array_unref(volumes->postings);
    g_free(volumes);
}

/* --- loading ------------------------------------------------------------------------------- */

static int
compare_rows(gconstpointer a, gconstpointer b)
{
    const SettleVolumeRow *x = a, *y = b;

    return x->distributor_id < y->distributor_id ? -1 : x->distributor_id > y->distributor_id;
}

gboolean
settle_volumes_load(SettleVolumes *volumes, SettleStore *store, const SettleChunk *chunk,
                    GArray *const *facts, guint n_facts, const SettlePairs *pairs, GError **error)
{
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(SettleWindowsWanted));

    for (guint i = 0; i < pairs->open->len; i++) {
        const SettleOpenPair *open = &g_array_index(pairs->open, SettleOpenPair, i);
        SettleWindowsWanted windows = {open->distributor_id, open->carrier_id, open->months};

        if (settle_months_any(open->months))
            g_array_append_val(wanted, windows);
    }
    g_array_set_size(volumes->measures, 0);
    g_array_set_size(volumes->postings, 0);
    volumes->next_measure = volumes->next_posting = 0;
    if (!settle_load_volumes(store, volumes->context, chunk, facts, n_facts, wanted,
                             volumes->measures, volumes->postings, error))
        return FALSE;
    g_array_sort(volumes->measures, compare_rows);
    g_array_sort(volumes->postings, compare_rows);
    return TRUE;
}

/* --- counting and closing ------------------------------------------------------------------ */

/* Beyond 64 bits it is the largest number: the window earns nothing. */
static void
add_measure(SettleVolumeWindow *window, int64_t *sum, int64_t change)
{
    if (!settle_add_i64(*sum, change, sum)) {
        *sum = change > 0 ? SETTLE_MEASURE_LARGEST : -SETTLE_MEASURE_LARGEST;
        window->failed = TRUE;
    }
}

void
settle_volumes_count(SettleVolumes *volumes, const SettlePolicy *policy, const SettleRule *rule,
                     const SettleOrder *order, const SettleOrderParties *parties, int64_t change,
                     gboolean anew, SettleMonth cause)
{
    int32_t scope_id = settle_window_scope_id(rule, order, parties);
    SettleVolumeWindow *window;
    SettleVolumePart *part;

    if (scope_id < 0 || (change == 0 && !anew))
        return;
    window =
        settle_windows_find(&volumes->windows, policy, rule,
                            settle_window_end(rule->window.length, order->closing_day), scope_id);
    window->anew = window->anew || anew;
    part = settle_windows_month(&volumes->windows, window, settle_day_month(order->closing_day));
    part->cause = MAX(part->cause, cause);
    add_measure(window, &part->delta, change);
}

/* The latest version that has a rule which windows of that number and scope may be of: of one that
 * is gone only that. */
static const SettlePolicy *
version_of(const SettleVolumes *volumes, const SettleVolumeRow *row)
{
    guint n;
    const SettlePolicy *const *versions =
        settle_policy_set_versions(volumes->context->known.policies, row->carrier_id, &n);
    const SettlePolicy *found = NULL;

    for (guint i = 0; i < n; i++) {
        const SettleRule *rule = settle_policy_rule(versions[i], (guint) row->rule);

        if (rule != NULL && rule->window.length != 0 &&
            settle_window_scope_kind(rule) == row->scope_kind)
            found = versions[i];
    }
    settle_invariant(found != NULL);
    return found;
}

static void
take_posting(SettleVolumes *volumes, SettleVolumeWindow *window, const SettleVolumeRow *row)
{
    SettleVolumePart *part =
        row->item == 0 ? settle_windows_whole(&volumes->windows, window)
                       : settle_windows_month(&volumes->windows, window,
                                              settle_month_of_item(row->item, row->window_end));

    part->was_posted = TRUE;
    part->posted[SETTLE_LEG_MAIN] = row->value - row->held_minor + row->taken_minor;
    part->posted[SETTLE_LEG_HELD] = row->held_minor;
    part->posted[SETTLE_LEG_RELEASED] = row->released_minor;
    part->posted[SETTLE_LEG_TAKEN] = row->taken_minor;
}

static void
take_rows(SettleVolumes *volumes, GArray *rows, guint *next, int32_t distributor_id,
          gboolean postings)
{
    for (; *next < rows->len; (*next)++) {
        const SettleVolumeRow *row = &g_array_index(rows, SettleVolumeRow, *next);
        const SettlePolicy *policy;
        SettleVolumeWindow *window;

        if (row->distributor_id > distributor_id)
            return;
        if (row->distributor_id < distributor_id)
            continue;
        policy = version_of(volumes, row);
        window = settle_windows_find(&volumes->windows, policy,
                                     settle_policy_rule(policy, (guint) row->rule), row->window_end,
                                     row->scope_id);
        if (postings)
            take_posting(volumes, window, row);
        else
            settle_windows_month(&volumes->windows, window, row->month)->before = row->value;
    }
}

/* In the order of the transfers' keys. */
static int
compare_windows(gconstpointer a, gconstpointer b)
{
    const SettleVolumeWindow *x = a, *y = b;
    int64_t subject_x = settle_window_subject(x), subject_y = settle_window_subject(y);

    if (subject_x != subject_y)
        return subject_x < subject_y ? -1 : 1;
    return x->rule->number < y->rule->number ? -1 : x->rule->number > y->rule->number;
}

/* Far beyond any bonus, and a hundred of them still add up in 64 bits. */
#define WINDOW_LARGEST_MINOR (100 * SETTLE_MONEY_LARGEST_MINOR)

/* An overflow is an error on this window: it earns nothing, the rest goes on (docs/semantics.md 4,
 * 14.20). One row a window, whichever of its rules it was. */
static void
add_overflow(const SettleRunContext *context, const SettleVolumeWindow *window,
             int32_t distributor_id, SettleOutput *output)
{
    SettleOutcomeRow row = {
        .order_id = settle_window_subject(window),
        .distributor_id = distributor_id,
        .carrier_id = window->policy->carrier_id,
        .closing_month = MIN(window->window_end, settle_day_month(context->date)),
        .outcome = SETTLE_OUTCOME_OVERFLOW,
    };
    const GArray *rows = output->outcomes;

    if (rows->len > 0) {
        const SettleOutcomeRow *last = &g_array_index(rows, SettleOutcomeRow, rows->len - 1);

        if (last->order_id == row.order_id && last->distributor_id == distributor_id)
            return;
    }
    g_array_append_val(output->outcomes, row);
    output->sums.zero++;
}

/* By origin, carrier, rule and scope (the distributor, outlets, managers, each by code), nothing of
 * which depends on what came in first: the order in which they take what orders left of a ceiling
 * and of the carrier's money (docs/semantics.md 14.34, 14.35). */
static int
compare_turns(gconstpointer a, gconstpointer b)
{
    const Turn *p = a, *q = b;
    const SettleVolumeWindow *x = p->window, *y = q->window;
    int code = strcmp(x->policy->carrier, y->policy->carrier);

    if (p->part->month != q->part->month)
        return p->part->month < q->part->month ? -1 : 1;
    if (code != 0)
        return code;
    if (x->rule->ordinal != y->rule->ordinal)
        return x->rule->ordinal < y->rule->ordinal ? -1 : 1;
    if (x->rule->window.scope != y->rule->window.scope)
        return x->rule->window.scope < y->rule->window.scope ? -1 : 1;
    return strcmp(x->scope_code, y->scope_code);
}

/* The target of a part: ceilings cut it, and what awaits the carrier's payment takes of the money
 * that orders left. FALSE on overflow. */
static gboolean
stand(const SettleRunContext *context, SettleDecisions *decisions, const Turn *turn)
{
    const SettlePolicy *policy = turn->window->policy;
    const SettleRule *rule = turn->window->rule;
    SettleVolumePart *part = turn->part;
    gboolean is_joint =
        settle_pairs_contain(decisions->pairs, decisions->distributor_id, policy->carrier_id);

    if (is_joint ||
        settle_pairs_open(decisions->pairs, decisions->distributor_id, policy->carrier_id) != NULL)
        part->target_minor =
            settle_decisions_cap(decisions, policy, rule, settle_window_subject(turn->window),
                                 settle_slot(rule->number, settle_window_item(part), 0),
                                 part->month, settle_day_month(context->date), part->target_minor);
    if (!settle_standing_of(context->known.arithmetic, policy, rule,
                            settle_month_last(turn->window->window_end), part->target_minor,
                            part->target_minor, FALSE, context->date, &part->standing))
        return FALSE;
    if (rule->terms.pay_when_paid)
        settle_standing_await(&part->standing,
                              is_joint ? settle_paid_take(decisions->paid,
                                                          decisions->distributor_id, policy,
                                                          part->month, part->standing.payable_minor)
                                       : 0);
    return TRUE;
}

/* What ceilings leave of an open pair is known of some months only: the windows of others stay. */
static gboolean
is_outside(const SettleDecisions *decisions, const SettleVolumeWindow *window)
{
    const SettleOpenPair *open =
        settle_pairs_open(decisions->pairs, decisions->distributor_id, window->policy->carrier_id);

    return open != NULL &&
           (window->window_end < open->months.from || window->window_end > open->months.to);
}

static gboolean
bonus_of(const SettleVolumes *volumes, const SettleVolumeWindow *window, int64_t measure,
         int64_t *ret_minor)
{
    return settle_window_earned(volumes->context->known.arithmetic, window->rule, measure,
                                window->policy->rounding, ret_minor) &&
           *ret_minor <= WINDOW_LARGEST_MINOR;
}

/* What the parts of a window earn before ceilings: the whole the bonus, or, paid progressively,
 * each month the bonus up to it less that up to the month before, each rounded (13.2). */
static gboolean
earn(SettleVolumes *volumes, SettleVolumeWindow *window)
{
    SettleVolumePart *whole = settle_windows_whole(&volumes->windows, window), *part;
    SettleMonth first =
        window->window_end - (SettleMonth) settle_window_months(window->rule->window.length) + 1;
    int64_t measure = 0, before = 0, bonus = 0;

    for (part = settle_windows_part(&volumes->windows, whole->next); part != NULL;
         part = settle_windows_part(&volumes->windows, part->next)) {
        /* of a longer window of an earlier version */
        if (part->month < first)
            continue;
        if (ABS(part->before) == SETTLE_MEASURE_LARGEST ||
            !settle_add_i64(measure, part->before, &measure) ||
            !settle_add_i64(measure, part->delta, &measure))
            return FALSE;
        part->measure = measure;
        if (!window->rule->window.progressive)
            continue;
        if (!bonus_of(volumes, window, measure, &bonus))
            return FALSE;
        part->target_minor = bonus - before;
        before = bonus;
    }
    whole->measure = measure;
    return window->rule->window.progressive ||
           bonus_of(volumes, window, measure, &whole->target_minor);
}

/* Paid each night by an earlier version, at its end by the one that holds now. */
static gboolean
was_posted(const SettleVolumes *volumes, const SettleVolumeWindow *window)
{
    for (const SettleVolumePart *part = settle_windows_part(&volumes->windows, window->parts);
         part != NULL; part = settle_windows_part(&volumes->windows, part->next))
        if (part->was_posted)
            return TRUE;
    return FALSE;
}

/* What the window counts and earns now; of one that is not over only what it counts matters. FALSE
 * on overflow. */
static gboolean
evaluate(SettleVolumes *volumes, const SettleDecisions *decisions, SettleVolumeWindow *window)
{
    const SettleRunContext *context = volumes->context;
    gboolean due = settle_window_is_evaluated(window->rule, window->window_end, context->date);

    window->evaluated =
        window->is_gone ||
        ((due || was_posted(volumes, window)) &&
         !settle_pairs_leave_windows(decisions->pairs, decisions->paid, decisions->distributor_id,
                                     window->policy->carrier_id) &&
         !is_outside(decisions, window));
    for (SettleVolumePart *part = settle_windows_part(&volumes->windows, window->parts);
         part != NULL && window->anew; part = settle_windows_part(&volumes->windows, part->next))
        add_measure(window, &part->delta, -part->before);
    if (window->failed)
        return FALSE;
    return !window->evaluated || window->is_gone || !due || earn(volumes, window);
}

static void
add_turns(SettleVolumes *volumes, SettleVolumeWindow *window)
{
    Turn turn = {.window = window};

    for (turn.part = settle_windows_part(&volumes->windows, window->parts); turn.part != NULL;
         turn.part = settle_windows_part(&volumes->windows, turn.part->next))
        if (turn.part->target_minor != 0)
            g_array_append_val(volumes->turns, turn);
}

/* It stands at nothing, whatever was posted while the sum was still one: that depends on the
 * nights. */
static void
fail(const SettleVolumes *volumes, SettleVolumeWindow *window)
{
    window->failed = TRUE;
    for (SettleVolumePart *part = settle_windows_part(&volumes->windows, window->parts);
         part != NULL; part = settle_windows_part(&volumes->windows, part->next)) {
        part->target_minor = 0;
        part->standing = (SettleStanding){0};
    }
}

/* All windows, before the first of them is posted: in their turns they take what orders left. */
static void
evaluate_all(SettleVolumes *volumes, SettleDecisions *decisions)
{
    GArray *all = volumes->windows.all;

    g_array_set_size(volumes->turns, 0);
    for (guint i = 0; i < all->len; i++) {
        SettleVolumeWindow *window = &g_array_index(all, SettleVolumeWindow, i);

        if (!evaluate(volumes, decisions, window))
            fail(volumes, window);
    }
    for (guint i = 0; i < all->len; i++)
        if (g_array_index(all, SettleVolumeWindow, i).evaluated)
            add_turns(volumes, &g_array_index(all, SettleVolumeWindow, i));
    g_array_sort(volumes->turns, compare_turns);
    for (guint i = 0; i < volumes->turns->len; i++) {
        const Turn *turn = &g_array_index(volumes->turns, Turn, i);

        if (!turn->window->failed && !stand(volumes->context, decisions, turn))
            fail(volumes, turn->window);
    }
}

/* The first bonus of a part is its origin's own; what changes it later is of what changed what is
 * counted up to its month, else (a ceiling, the carrier's money) of the night. */
static SettleMonth
cause_of(const SettleVolumes *volumes, const SettleVolumeWindow *window,
         const SettleVolumePart *part)
{
    SettleMonth cause = 0;

    if (!part->was_posted)
        return part->month;
    for (const SettleVolumePart *p = settle_windows_part(&volumes->windows, window->parts);
         p != NULL; p = settle_windows_part(&volumes->windows, p->next))
        if (p->month <= part->month)
            cause = MAX(cause, p->cause);
    return cause != 0 ? cause : settle_day_month(volumes->context->date);
}

static SettleVolumeRow
row_of(const SettleVolumeWindow *window, const SettleVolumePart *part, int32_t distributor_id)
{
    return (SettleVolumeRow){
        .distributor_id = distributor_id,
        .policy_id = window->policy->policy_id,
        .carrier_id = window->policy->carrier_id,
        .rule = (int32_t) window->rule->number,
        .scope_kind = (uint8_t) settle_window_scope_kind(window->rule),
        .what = SETTLE_CHANGE_MEASURE,
        .scope_id = window->scope_id,
        .window_end = window->window_end,
        .month = part->month,
        .item = (uint16_t) settle_window_item(part),
        .value = part->delta,
    };
}

static gboolean
post_part(const SettleVolumes *volumes, const SettleVolumeWindow *window,
          const SettleVolumePart *part, int32_t distributor_id, SettleOutput *output,
          GError **error)
{
    const SettleRunContext *context = volumes->context;
    SettleTransfer like = {
        .subject_id = settle_window_subject(window),
        .distributor_id = distributor_id,
        .policy_id = window->policy->policy_id,
        .slot = settle_slot(window->rule->number, settle_window_item(part), 0),
        .origin = part->month,
        .cause = cause_of(volumes, window, part),
        .kind = (uint8_t) window->rule->kind,
    };
    SettleVolumeRow row = row_of(window, part, distributor_id);
    SettleTransfer transfers[SETTLE_N_LEGS];
    int64_t legs[SETTLE_N_LEGS];
    guint n = settle_ledger_differences(&like, 0, FALSE, &part->standing, part->posted,
                                        &context->known.periods, transfers);

    if (n == 0)
        return TRUE;
    memcpy(legs, part->posted, sizeof legs);
    for (guint i = 0; i < n; i++)
        legs[settle_slot_leg(transfers[i].slot)] = transfers[i].target_minor;
    row.value = part->measure;
    row.target_minor = part->target_minor;
    row.held_minor = legs[SETTLE_LEG_HELD];
    row.released_minor = legs[SETTLE_LEG_RELEASED];
    row.taken_minor = legs[SETTLE_LEG_TAKEN];
    g_array_append_val(output->postings, row);
    for (guint i = 0; i < n; i++)
        if (!settle_output_transfer(output, &transfers[i], error))
            return FALSE;
    return TRUE;
}

static gboolean
post_window(const SettleVolumes *volumes, const SettleVolumeWindow *window, int32_t distributor_id,
            SettleOutput *output, GError **error)
{
    for (const SettleVolumePart *part = settle_windows_part(&volumes->windows, window->parts);
         part != NULL; part = settle_windows_part(&volumes->windows, part->next)) {
        SettleVolumeRow row = row_of(window, part, distributor_id);

        row.item = 0;
        if (part->delta != 0)
            g_array_append_val(output->deltas, row);
        if (window->evaluated && !post_part(volumes, window, part, distributor_id, output, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_volumes_close(SettleVolumes *volumes, SettleDecisions *decisions, SettleOutput *output,
                     GError **error)
{
    int32_t distributor_id = decisions->distributor_id;
    gboolean ok = TRUE;

    take_rows(volumes, volumes->measures, &volumes->next_measure, distributor_id, FALSE);
    take_rows(volumes, volumes->postings, &volumes->next_posting, distributor_id, TRUE);
    if (volumes->windows.all->len == 0)
        return TRUE;
    evaluate_all(volumes, decisions);
    g_array_sort(volumes->windows.all, compare_windows);
    for (guint i = 0; ok && i < volumes->windows.all->len; i++) {
        const SettleVolumeWindow *window =
            &g_array_index(volumes->windows.all, SettleVolumeWindow, i);

        if (window->failed)
            add_overflow(volumes->context, window, distributor_id, output);
        ok = post_window(volumes, window, distributor_id, output, error);
    }
    settle_windows_forget(&volumes->windows);
    return ok;
}
