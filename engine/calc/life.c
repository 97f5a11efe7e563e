/* The life of one made-up order under a policy, step by step with reasons; the same calculation as
 * a night's. */
#include "calc/life.h"

#include "base/error.h"
#include "calc/arithmetic.h"
#include "calc/events.h"
#include "calc/explain.h"
#include "policy/windows.h"

#include <stdlib.h>
#include <string.h>

/* The imagined order and all that the calculation wants to know of it. */
typedef struct {
    const SettleArithmetic *arithmetic;
    SettlePolicy policy; /* a shallow copy: its carrier is number 1 of the imagined directory */
    SettleDirectory *directory;
    SettleMatcher *matcher;
    const SettleExample *example;
    SettleOrder order;
    SettleOrderParties parties;
    GArray *bills;  /* SettleBill by (month, revision) */
    GArray *events; /* SettleEvent in force */
} World;

/* --- the world -------------------------------------------------------------------------------- */

/* The id is 1 if the example names a code, else 0. */
static int32_t
add_code(World *world, SettleDim dim, const char *code)
{
    g_autofree char *key = NULL;

    if (code == NULL)
        return 0;
    key = dim == SETTLE_DIM_PRODUCT ? g_strdup_printf("%s\x1f%s", world->policy.carrier, code)
                                    : g_strdup(code);
    settle_directory_add_code(world->directory, dim, 1, key, strlen(key));
    return 1;
}

static void
make_order(World *world)
{
    const SettleExampleOrder *said = &world->example->order;
    SettleDirectory *directory = world->directory = settle_directory_new();

    add_code(world, SETTLE_DIM_CARRIER, world->policy.carrier);
    world->order = (SettleOrder){
        .order_id = 1,
        .paid_minor = said->paid_minor,
        .distributor_id = 1,
        .manager_id = 1,
        .quantity = said->quantity,
        .closing_day = said->closing_day,
        .currency = world->policy.currency,
        .flags = said->first_order ? SETTLE_ORDER_FIRST_OF_SUBSCRIBER : 0,
    };
    world->parties =
        (SettleOrderParties){.carrier_id = 1, .tier = (int16_t) said->tier, .outlet_id = 1};
    add_code(world, SETTLE_DIM_DISTRIBUTOR, said->distributor != NULL ? said->distributor : "");
    world->order.region_id = (int16_t) add_code(world, SETTLE_DIM_REGION, said->region);
    world->order.channel_id = (int16_t) add_code(world, SETTLE_DIM_CHANNEL, said->channel);
    world->parties.class_id = (int16_t) add_code(world, SETTLE_DIM_CLASS, said->class);
    world->order.product_id = add_code(world, SETTLE_DIM_PRODUCT, said->product);
    if (said->product != NULL)
        settle_directory_add_product(directory, 1, SETTLE_DAY_MIN, 1, world->parties.class_id);
    settle_directory_seal(directory);
}

/* Stable: of one month, what the example lists later corrects what it lists before. */
static void
sort_bills(GArray *bills)
{
    for (guint i = 1; i < bills->len; i++) {
        SettleBill bill = g_array_index(bills, SettleBill, i);
        guint place = i;

        for (; place > 0 && g_array_index(bills, SettleBill, place - 1).month > bill.month; place--)
            g_array_index(bills, SettleBill, place) = g_array_index(bills, SettleBill, place - 1);
        g_array_index(bills, SettleBill, place) = bill;
    }
    for (guint i = 0; i < bills->len; i++) {
        SettleBill *bill = &g_array_index(bills, SettleBill, i);

        bill->follows = i > 0 && bill[-1].month == bill->month;
        bill->revision = bill->follows ? (int16_t) (bill[-1].revision + 1) : (int16_t) 1;
    }
}

static void
make_bills(World *world)
{
    SettleMonth closing = settle_day_month(world->order.closing_day);

    world->bills = g_array_new(FALSE, TRUE, sizeof(SettleBill));
    for (guint i = 0; i < world->example->n_bills; i++) {
        const SettleExampleBill *said = &world->example->bills[i];

        for (int k = said->from_month; k <= said->to_month; k++) {
            SettleBill bill = {
                .order = world->order,
                .billed_minor = said->billed_minor,
                .cash_minor = said->cash_minor,
                .arrears_minor = said->arrears_minor,
                .minutes = said->minutes,
                .megabytes = said->megabytes,
                .month = closing + k,
                .issue_day =
                    said->has_issue_day ? said->issue_day : settle_month_first(closing + k + 1),
            };

            if (bill.issue_day <= world->example->as_of)
                g_array_append_val(world->bills, bill);
        }
    }
    sort_bills(world->bills);
}

static void
make_events(World *world)
{
    const SettleRefundLimit limit = {.paid_minor = world->order.paid_minor};

    world->events = g_array_new(FALSE, TRUE, sizeof(SettleEvent));
    for (guint i = 0; i < world->example->n_events; i++) {
        const SettleExampleEvent *said = &world->example->events[i];
        SettleEvent event = {
            .order = world->order,
            .event_id = i + 1,
            .amount_minor = said->amount_minor,
            .reinstates = said->undoes,
            .at = i, /* as they are listed */
            .day = said->day,
            .kind = (uint8_t) said->kind,
            .whole = (uint8_t) said->whole,
        };

        g_array_append_val(world->events, event);
    }
    settle_events_in_force(world->events, world->example->as_of, &limit, NULL);
}

static const SettleEvent *
event_list(const World *world)
{
    return (const SettleEvent *) (const void *) world->events->data;
}

static void
world_clear(World *world)
{
    g_array_unref(world->events);
    settle_matcher_free(world->matcher);
    settle_directory_free(world->directory);
    g_array_unref(world->bills);
}

/* --- steps ------------------------------------------------------------------------------------ */

static const SettleBill *
bill_list(const World *world)
{
    return (const SettleBill *) (const void *) world->bills->data;
}

static gboolean
add_targets(World *world, const SettleMatch *match, SettleLife *life)
{
    g_autoptr(GArray) targets = g_array_new(FALSE, TRUE, sizeof(SettleTarget));
    const SettleCalcScope scope = {
        .arithmetic = world->arithmetic,
        .date = world->example->as_of,
        .due_after = SETTLE_DAY_MIN,
        .what = SETTLE_CALC_ALL,
        .events = event_list(world),
        .n_events = world->events->len,
    };

    if (!settle_calc_order(&world->policy, match, &world->order, bill_list(world),
                           world->bills->len, &scope, targets))
        return FALSE;
    for (guint i = 0; i < targets->len; i++) {
        const SettleTarget *target = &g_array_index(targets, SettleTarget, i);
        SettleLifeStep step = {
            .rule = target->rule,
            .item = settle_rule_item_name(world->arithmetic, target->rule,
                                          settle_slot_item(target->slot)),
            .day = settle_order_kind_of(world->arithmetic, target->rule)
                       ->step_day(target, &world->order, bill_list(world), world->bills->len),
            .state = (SettleTargetState) target->state,
            .minor = target->target_minor,
            .why = settle_explain_target(world->arithmetic, &world->policy, target, &world->order,
                                         bill_list(world), world->bills->len),
        };

        g_array_append_val(life->steps, step);
    }
    return TRUE;
}

static gboolean
add_windows(World *world, const SettleMatch *match, SettleLife *life)
{
    for (guint i = match->n_order_rules; i < match->n_rules; i++) {
        const SettleRule *rule = match->rules[i];
        int64_t measure =
            settle_window_measure(world->arithmetic, &world->policy, rule, &world->order,
                                  event_list(world), world->events->len);
        SettleLifeStep step = {
            .rule = rule,
            .day = settle_window_last(rule->window.length, world->order.closing_day),
            .state = SETTLE_TARGET_EARNED,
        };

        for (guint k = 0; k < world->example->n_windows; k++)
            if (world->example->windows[k].rule == rule->ordinal)
                measure = world->example->windows[k].measure;
        if (step.day > world->example->as_of && !rule->window.progressive) {
            char text[SETTLE_DAY_TEXT_BYTES];

            step.state = SETTLE_TARGET_NOT_DUE;
            step.why = g_strdup_printf("not due before %s", settle_day_format(step.day, text));
        } else {
            if (!settle_window_earned(world->arithmetic, rule, measure, world->policy.rounding,
                                      &step.minor))
                return FALSE;
            step.why =
                settle_explain_window(world->arithmetic, &world->policy, rule, measure, step.minor);
        }
        g_array_append_val(life->steps, step);
    }
    return TRUE;
}

static gboolean
is_matched(const SettleMatch *match, const SettleRule *rule)
{
    for (guint i = 0; i < match->n_rules; i++)
        if (match->rules[i] == rule)
            return TRUE;
    return FALSE;
}

static const SettleRule *
taker_of(const SettleMatch *match, const SettleRule *rule)
{
    for (guint i = 0; i < match->n_rules; i++)
        if (match->rules[i]->kind == rule->kind &&
            g_strcmp0(match->rules[i]->group, rule->group) == 0)
            return match->rules[i];
    return NULL;
}

static void
add_silent(World *world, const SettleMatch *match, SettleLife *life)
{
    for (guint i = 0; i < world->policy.n_rules; i++) {
        const SettleRule *rule = &world->policy.rules[i];
        SettleLifeSilent silent = {.rule = rule};

        if (is_matched(match, rule))
            continue;
        silent.why = settle_explain_mismatch(&world->policy, rule, &world->example->order);
        if (silent.why == NULL) {
            const SettleRule *taker = taker_of(match, rule);

            settle_invariant(taker != NULL);
            silent.why = g_strdup_printf("\"%s\" comes before it", taker->id);
        }
        g_array_append_val(life->silent, silent);
    }
}

/* What depends on a distributor's other orders cannot be told from one. */
static char *
find_unsettled(const World *world, const SettleMatch *match)
{
    if (world->policy.terms.ceiling.window != 0)
        return g_strdup("the policy's ceiling");
    for (guint i = 0; i < match->n_rules; i++)
        if (match->rules[i]->terms.ceiling.window != 0)
            return g_strdup_printf("the ceiling of \"%s\"", match->rules[i]->id);
    if (!settle_policy_tolerates_findings(&world->policy))
        return NULL;
    for (guint i = 0; i < world->events->len; i++)
        if (event_list(world)[i].kind == SETTLE_EVENT_KIND_FRAUD)
            return g_strdup("the tolerance for fraud findings");
    return NULL;
}

static int
compare_steps(const void *a, const void *b)
{
    const SettleLifeStep *x = a, *y = b;

    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->rule != y->rule)
        return x->rule->ordinal < y->rule->ordinal ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

SettleLife *
settle_life_of(const SettlePolicy *policy, const SettleExample *example)
{
    SettleLife *life = g_new0(SettleLife, 1);
    World world = {
        .arithmetic = settle_arithmetic_current(), .policy = *policy, .example = example};
    g_auto(SettleMatch) found = {0};
    const SettleMatch *match;
    gboolean ok;

    world.policy.carrier_id = 1;
    make_order(&world);
    make_bills(&world);
    make_events(&world);
    world.matcher = settle_matcher_new(&world.policy, world.directory);
    match = settle_matcher_find(world.matcher, &world.order, &world.parties, &found);
    life->steps = g_array_new(FALSE, TRUE, sizeof(SettleLifeStep));
    life->silent = g_array_new(FALSE, TRUE, sizeof(SettleLifeSilent));
    ok = add_targets(&world, match, life) && add_windows(&world, match, life);
    for (guint i = 0; i < life->steps->len && ok; i++)
        ok = settle_add_i64(life->sum_minor, g_array_index(life->steps, SettleLifeStep, i).minor,
                            &life->sum_minor);
    if (ok) {
        add_silent(&world, match, life);
        life->unsettled = find_unsettled(&world, match);
        if (life->steps->len > 1)
            qsort(life->steps->data, life->steps->len, sizeof(SettleLifeStep), compare_steps);
    } else {
        g_clear_pointer(&life, settle_life_free);
    }
    world_clear(&world);
    return life;
}

void
settle_life_free(SettleLife *life)
{
    for (guint i = 0; i < life->steps->len; i++)
        g_free(g_array_index(life->steps, SettleLifeStep, i).why);
    for (guint i = 0; i < life->silent->len; i++)
        g_free(g_array_index(life->silent, SettleLifeSilent, i).why);
    g_array_unref(life->steps);
    g_array_unref(life->silent);
    g_free(life->unsettled);
    g_free(life);
}
