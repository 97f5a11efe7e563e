/* The table of the versions of the arithmetic, and a version for tests that rounds otherwise. */
#include "calc/arithmetic.h"

#include "base/error.h"
#include "calc/internal.h"

#define ORDER_KIND(number, SYMBOL, member, name, column)  [number] = &settle_order_kind_##member,
#define WINDOW_KIND(number, SYMBOL, member, name, column) [number] = &settle_window_kind_##member,

static const SettleArithmetic version_3 = {
    .orders = {SETTLE_ORDER_KINDS(ORDER_KIND)},
    .windows = {SETTLE_WINDOW_KINDS(WINDOW_KIND)},
    .keep = settle_events_keep,
    .standing = settle_hold_back,
    .version = 3,
};

#ifndef SETTLE_WITH_FAILPOINTS

const SettleArithmetic *
settle_arithmetic_current(void)
{
    return &version_3;
}

const SettleArithmetic *
settle_arithmetic_of(int32_t version)
{
    return version == version_3.version ? &version_3 : NULL;
}

const char *
settle_arithmetic_list(void)
{
    return "version 3";
}

#else

/* --- test builds: a second version -----------------------------------------------------------
 * What a kind earns is taken down to whole tens of minor units. It is made of version 3, so that a
 * kind that is added later is in it, too. */

#define TENS 10

static gboolean
targets_in_tens(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
                const SettleBill *bills, guint n_bills, const SettleCalcScope *scope,
                GArray *targets)
{
    guint before = targets->len;

    if (!version_3.orders[rule->kind]->targets(policy, rule, order, bills, n_bills, scope, targets))
        return FALSE;
    for (guint i = before; i < targets->len; i++) {
        SettleTarget *target = &g_array_index(targets, SettleTarget, i);

        target->target_minor -= target->target_minor % TENS;
        target->earned_minor -= target->earned_minor % TENS;
    }
    return TRUE;
}

static gboolean
earned_in_tens(const SettleRule *rule, int64_t measure, SettleRounding rounding, int64_t *ret_minor)
{
    if (!version_3.windows[rule->kind]->earned(rule, measure, rounding, ret_minor))
        return FALSE;
    *ret_minor -= *ret_minor % TENS;
    return TRUE;
}

static SettleOrderKind orders_in_tens[SETTLE_N_KINDS];
static SettleWindowKind windows_in_tens[SETTLE_N_KINDS];
static SettleArithmetic tens;
static const SettleArithmetic *current = &version_3;

/* Any thread may be the first that asks. */
static const SettleArithmetic *
version_in_tens(void)
{
    static gsize made;

    if (!g_once_init_enter(&made))
        return &tens;
    tens = version_3;
    tens.version = 1000;
    for (int k = 0; k < SETTLE_N_KINDS; k++) {
        if (version_3.orders[k] != NULL) {
            orders_in_tens[k] = *version_3.orders[k];
            orders_in_tens[k].targets = targets_in_tens;
            tens.orders[k] = &orders_in_tens[k];
        }
        if (version_3.windows[k] != NULL) {
            windows_in_tens[k] = *version_3.windows[k];
            windows_in_tens[k].earned = earned_in_tens;
            tens.windows[k] = &windows_in_tens[k];
        }
    }
    g_once_init_leave(&made, 1);
    return &tens;
}

const SettleArithmetic *
settle_arithmetic_current(void)
{
    return current;
}

const SettleArithmetic *
settle_arithmetic_of(int32_t version)
{
    if (version == version_3.version)
        return &version_3;
    return version == version_in_tens()->version ? version_in_tens() : NULL;
}

const char *
settle_arithmetic_list(void)
{
    return "versions 3, 1000";
}

gboolean
settle_arithmetic_set(const char *number, GError **error)
{
    const SettleArithmetic *found = NULL;
    guint64 version;

    if (number == NULL)
        return TRUE;
    if (g_ascii_string_to_unsigned(number, 10, 1, G_MAXINT32, &version, NULL))
        found = settle_arithmetic_of((int32_t) version);
    if (found == NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "there is no version \"%s\" of the arithmetic, this program has %s", number,
                    settle_arithmetic_list());
        return FALSE;
    }
    current = found;
    return TRUE;
}

#endif
