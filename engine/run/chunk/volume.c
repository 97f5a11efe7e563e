/* Counts, evaluates and posts the volume windows of a distributor. */
#include "run/chunk/volume.h"

#include "calc/terms.h"
#include "run/chunk/load.h"

#include <string.h>

/* A window of the current distributor. */
typedef struct {
    const SettlePolicy *policy;
    const SettleRule *rule;
    SettleMonth window_end;
    int32_t scope_id;
    const char *scope_code; /* of the outlet or manager; "": the distributor */
    SettleMonth cause;      /* the latest of what changed it; 0: nothing did */
    int64_t delta, before;
    gboolean anew;      /* delta is all of it, not what changed */
    gboolean is_gone;   /* by the terms that hold now there is no such window: nothing counts */
    gboolean evaluated; /* it is over, or paid each night */
    int64_t measure, target_minor;
    SettleStanding standing;
    gboolean was_posted;
    int64_t posted[SETTLE_N_LEGS];
} Window;

struct SettleVolumes {
    const SettleRunContext *context;
    GArray *windows;   /* Window */
    GHashTable *index; /* Window key text -> index + 1: see window_key() */
    GArray *measures;  /* SettleVolumeRow of the chunk, by distributor */
    GArray *postings;
    guint next_measure, next_posting;
};

/* (carrier, rule, window, scope) in 128 bits. rule: its number, and the kind of scope in two bits.
 */
typedef struct {
    int32_t carrier_id, rule, window_end, scope_id;
} WindowKey;

static guint
window_key_hash(gconstpointer key)
{
    const WindowKey *k = key;
    guint64 h = (guint64) (guint32) k->carrier_id * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);

    h = (h ^ (guint32) k->rule) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    h = (h ^ (guint32) k->window_end) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    h = (h ^ (guint32) k->scope_id) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return (guint) (h >> 32);
}

static gboolean
window_key_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(WindowKey)) == 0;
}

SettleVolumes *
settle_volumes_new(const SettleRunContext *context)
{
    SettleVolumes *volumes = g_new0(SettleVolumes, 1);

    volumes->context = context;
    volumes->windows = g_array_new(FALSE, FALSE, sizeof(Window));
    volumes->index = g_hash_table_new_full(window_key_hash, window_key_equal, g_free, NULL);
    volumes->measures = g_array_new(FALSE, FALSE, sizeof(SettleVolumeRow));
    volumes->postings = g_array_new(FALSE, FALSE, sizeof(SettleVolumeRow));
    return volumes;
}

void
settle_volumes_free(SettleVolumes *volumes)
{
    g_array_unref(volumes->windows);
    g_hash_table_unref(volumes->index);
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
                    GArray *const *facts, guint n_facts, GError **error)
{
    g_array_set_size(volumes->measures, 0);
    g_array_set_size(volumes->postings, 0);
    volumes->next_measure = volumes->next_posting = 0;
    if (!settle_load_volumes(store, volumes->context, chunk, facts, n_facts, volumes->measures,
                             volumes->postings, error))
        return FALSE;
    g_array_sort(volumes->measures, compare_rows);
    g_array_sort(volumes->postings, compare_rows);
    return TRUE;
}

/* --- counting and closing ------------------------------------------------------------------ */

static SettleScopeKind
scope_kind(const SettleRule *rule)
{
    switch (rule->window.scope) {
    case SETTLE_SCOPE_DISTRIBUTOR:
        break;
    case SETTLE_SCOPE_OUTLET:
        return SETTLE_SCOPE_OF_OUTLET;
    case SETTLE_SCOPE_MANAGER:
        return SETTLE_SCOPE_OF_MANAGER;
    }
    return SETTLE_SCOPE_OF_DISTRIBUTOR;
}

/* The rule of that number in the version that measures windows which end in the month; NULL: it has
 * none such. */
static const SettleRule *
rule_of_terms(const SettlePolicy *terms, guint number, SettleScopeKind kind, SettleMonth window_end)
{
    const SettleRule *rule = terms != NULL ? settle_policy_rule(terms, number) : NULL;

    return rule != NULL && rule->window.length != 0 && scope_kind(rule) == kind &&
                   settle_window_end(rule->window.length, settle_month_first(window_end)) ==
                       window_end
               ? rule
               : NULL;
}

static Window *
find_window(SettleVolumes *volumes, const SettlePolicy *policy, const SettleRule *rule,
            SettleMonth window_end, int32_t scope_id)
{
    WindowKey key = {policy->carrier_id, (int32_t) (rule->number << 2 | scope_kind(rule)),
                     window_end, scope_id};
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(volumes->index, &key));

    if (place == 0) {
        SettleDim dim =
            rule->window.scope == SETTLE_SCOPE_OUTLET ? SETTLE_DIM_OUTLET : SETTLE_DIM_MANAGER;
        const char *code =
            scope_id != 0 ? settle_directory_code(volumes->context->known.directory, dim, scope_id)
                          : "";
        const SettlePolicy *terms = settle_policy_set_terms(
            volumes->context->known.policies, policy->carrier_id, settle_month_last(window_end));
        const SettleRule *now = rule_of_terms(terms, rule->number, scope_kind(rule), window_end);
        Window window = {.policy = now != NULL ? terms : policy,
                         .rule = now != NULL ? now : rule,
                         .is_gone = now == NULL,
                         .window_end = window_end,
                         .scope_id = scope_id,
                         .scope_code = code != NULL ? code : ""};

        g_array_append_val(volumes->windows, window);
        place = volumes->windows->len;
        g_hash_table_insert(volumes->index, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(place));
    }
    return &g_array_index(volumes->windows, Window, place - 1);
}

gboolean
settle_volumes_count(SettleVolumes *volumes, const SettlePolicy *policy, const SettleRule *rule,
                     const SettleOrder *order, const SettleOrderParties *parties, int64_t change,
                     gboolean anew, SettleMonth cause)
{
    int32_t scope_id = settle_window_scope_id(rule, order, parties);
    SettleMonth end;
    Window *window;

    if (scope_id < 0 || (change == 0 && !anew))
        return TRUE;
    end = settle_window_end(rule->window.length, order->closing_day);
    window = find_window(volumes, policy, rule, end, scope_id);
    window->anew = window->anew || anew;
    window->cause = MAX(window->cause, cause);
    return settle_add_i64(window->delta, change, &window->delta);
}

void
settle_volumes_leave(SettleVolumes *volumes, const SettlePolicy *policy, const SettleRule *rule,
                     const SettleOrder *order, const SettleOrderParties *before)
{
    int32_t from = settle_window_scope_id(rule, order, before);

    if (from >= 0)
        find_window(volumes, policy, rule,
                    settle_window_end(rule->window.length, order->closing_day), from)
            ->anew = TRUE;
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

        if (rule != NULL && rule->window.length != 0 && scope_kind(rule) == row->scope_kind)
            found = versions[i];
    }
    settle_invariant(found != NULL);
    return found;
}

static void
take_rows(SettleVolumes *volumes, GArray *rows, guint *next, int32_t distributor_id,
          gboolean postings)
{
    for (; *next < rows->len; (*next)++) {
        const SettleVolumeRow *row = &g_array_index(rows, SettleVolumeRow, *next);
        const SettlePolicy *policy;
        Window *window;

        if (row->distributor_id > distributor_id)
            return;
        if (row->distributor_id < distributor_id)
            continue;
        policy = version_of(volumes, row);
        window = find_window(volumes, policy, settle_policy_rule(policy, (guint) row->rule),
                             row->window_end, row->scope_id);
        if (postings) {
            window->was_posted = TRUE;
            window->posted[SETTLE_LEG_MAIN] = row->value - row->held_minor + row->taken_minor;
            window->posted[SETTLE_LEG_HELD] = row->held_minor;
            window->posted[SETTLE_LEG_RELEASED] = row->released_minor;
            window->posted[SETTLE_LEG_TAKEN] = row->taken_minor;
        } else
            window->before = row->value;
    }
}

static int64_t
subject_of(const Window *window)
{
    const SettleWindowSubject parts = {window->policy->carrier_id, scope_kind(window->rule),
                                       window->scope_id, window->window_end};

    return settle_subject_window(&parts);
}

/* In the order of the transfers' keys. */
static int
compare_windows(gconstpointer a, gconstpointer b)
{
    const Window *x = a, *y = b;
    int64_t subject_x = subject_of(x), subject_y = subject_of(y);

    if (subject_x != subject_y)
        return subject_x < subject_y ? -1 : 1;
    return x->rule->number < y->rule->number ? -1 : x->rule->number > y->rule->number;
}

/* Far beyond any bonus, and a hundred of them still add up in 64 bits. */
#define WINDOW_LARGEST_MINOR (100 * SETTLE_MONEY_LARGEST_MINOR)

/* An overflow is an error on this window: it keeps what was posted, the rest goes on
 * (docs/semantics.md 4, 14.20). One row a window, whichever of its rules it was. */
static void
add_overflow(const SettleRunContext *context, const Window *window, int32_t distributor_id,
             SettleOutput *output)
{
    SettleOutcomeRow row = {
        .order_id = subject_of(window),
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
}

/* By window end, carrier, rule and scope (the distributor, outlets, managers, each by code),
 * nothing of which depends on what came in first: the order in which they take what orders left of
 * a ceiling and of the carrier's money (docs/semantics.md 14.34, 14.35). */
static int
compare_turns(gconstpointer a, gconstpointer b)
{
    const Window *x = a, *y = b;
    int code = strcmp(x->policy->carrier, y->policy->carrier);

    if (x->window_end != y->window_end)
        return x->window_end < y->window_end ? -1 : 1;
    if (code != 0)
        return code;
    if (x->rule->ordinal != y->rule->ordinal)
        return x->rule->ordinal < y->rule->ordinal ? -1 : 1;
    if (x->rule->window.scope != y->rule->window.scope)
        return x->rule->window.scope < y->rule->window.scope ? -1 : 1;
    code = strcmp(x->scope_code, y->scope_code);
    if (code != 0)
        return code;
    /* what is gone is of an earlier version */
    return strcmp(x->rule->id, y->rule->id);
}

/* The target of a window's bonus: ceilings cut it, and what awaits the carrier's payment
 * takes of the money that orders left. FALSE on overflow. */
static gboolean
stand(const SettleRunContext *context, SettleDecisions *decisions, Window *window, int64_t target)
{
    const SettlePolicy *policy = window->policy;
    const SettleRule *rule = window->rule;
    gboolean is_joint =
        settle_pairs_contain(decisions->pairs, decisions->distributor_id, policy->carrier_id);

    if (is_joint)
        target = settle_decisions_cap(decisions, policy, rule, subject_of(window),
                                      settle_slot(rule->number, 0, 0), window->window_end,
                                      settle_day_month(context->date), target);
    if (!settle_standing_of(context->known.arithmetic, policy, rule,
                            settle_month_last(window->window_end), target, target, FALSE,
                            context->date, &window->standing))
        return FALSE;
    if (rule->terms.pay_when_paid)
        settle_standing_await(
            &window->standing,
            is_joint ? settle_paid_take(decisions->paid, decisions->distributor_id, policy,
                                        window->window_end, window->standing.payable_minor)
                     : 0);
    window->target_minor = target;
    return TRUE;
}

/* What the window's measure and bonus are now; of one that is not over only the measure counts. */
static gboolean
evaluate(SettleVolumes *volumes, SettleDecisions *decisions, Window *window)
{
    const SettleRunContext *context = volumes->context;
    int64_t target;

    if (window->anew && !settle_sub_i64(window->delta, window->before, &window->delta))
        return FALSE;
    if (window->is_gone) {
        window->evaluated = TRUE;
        return settle_add_i64(window->before, window->delta, &window->measure);
    }
    window->evaluated =
        settle_window_is_evaluated(window->rule, window->window_end, context->date) &&
        !settle_pairs_leave_windows(decisions->pairs, decisions->paid, decisions->distributor_id,
                                    window->policy->carrier_id);
    if (!window->evaluated)
        return TRUE;
    return settle_add_i64(window->before, window->delta, &window->measure) &&
           settle_window_earned(context->known.arithmetic, window->rule, window->measure,
                                window->policy->rounding, &target) &&
           target <= WINDOW_LARGEST_MINOR && stand(context, decisions, window, target);
}

/* The first bonus of a window is its origin's own; what changes it later is of what changed what it
 * counts, else (a ceiling, the carrier's money) of the night. */
static SettleMonth
cause_of(const SettleRunContext *context, const Window *window, SettleMonth origin)
{
    if (!window->was_posted)
        return origin;
    return window->cause != 0 ? window->cause : settle_day_month(context->date);
}

static gboolean
post_window(SettleVolumes *volumes, const Window *window, int32_t distributor_id,
            SettleOutput *output, GError **error)
{
    const SettleRunContext *context = volumes->context;
    SettleVolumeRow row = {
        .distributor_id = distributor_id,
        .policy_id = window->policy->policy_id,
        .carrier_id = window->policy->carrier_id,
        .rule = (int32_t) window->rule->number,
        .scope_kind = (uint8_t) scope_kind(window->rule),
        .what = SETTLE_CHANGE_MEASURE,
        .scope_id = window->scope_id,
        .window_end = window->window_end,
        .value = window->delta,
    };
    SettleTransfer like = {
        .subject_id = subject_of(window),
        .distributor_id = distributor_id,
        .policy_id = window->policy->policy_id,
        .slot = settle_slot(window->rule->number, 0, 0),
        .origin = window->rule->window.progressive
                      ? MIN(settle_day_month(context->date), window->window_end)
                      : window->window_end,
        .kind = (uint8_t) window->rule->kind,
    };
    SettleTransfer transfers[SETTLE_N_LEGS];
    int64_t legs[SETTLE_N_LEGS];
    guint n;

    if (window->delta != 0)
        g_array_append_val(output->deltas, row);
    if (!window->evaluated)
        return TRUE;
    like.cause = cause_of(context, window, like.origin);
    n = settle_ledger_differences(&like, 0, FALSE, &window->standing, window->posted,
                                  &context->known.periods, transfers);
    if (n == 0)
        return TRUE;
    memcpy(legs, window->posted, sizeof legs);
    for (guint i = 0; i < n; i++)
        legs[settle_slot_leg(transfers[i].slot)] = transfers[i].target_minor;
    row.value = window->measure;
    row.target_minor = window->target_minor;
    row.held_minor = legs[SETTLE_LEG_HELD];
    row.released_minor = legs[SETTLE_LEG_RELEASED];
    row.taken_minor = legs[SETTLE_LEG_TAKEN];
    g_array_append_val(output->postings, row);
    for (guint i = 0; i < n; i++)
        if (!settle_output_transfer(output, &transfers[i], error))
            return FALSE;
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
    if (volumes->windows->len == 0)
        return TRUE;
    g_array_sort(volumes->windows, compare_turns);
    for (guint i = 0; i < volumes->windows->len; i++) {
        Window *window = &g_array_index(volumes->windows, Window, i);

        if (!evaluate(volumes, decisions, window)) {
            window->evaluated = FALSE;
            add_overflow(volumes->context, window, distributor_id, output);
        }
    }
    g_array_sort(volumes->windows, compare_windows);
    for (guint i = 0; ok && i < volumes->windows->len; i++)
        ok = post_window(volumes, &g_array_index(volumes->windows, Window, i), distributor_id,
                         output, error);
    g_array_set_size(volumes->windows, 0);
    g_hash_table_remove_all(volumes->index);
    return ok;
}
