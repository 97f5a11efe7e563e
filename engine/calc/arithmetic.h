/* The versions of the arithmetic. A run is settled, taken up and computed again by the version that
 * it was begun with; what is new is calculated by the current one. A version is a value that the
 * functions of the calculation get, by themselves or in their scope: nothing chooses by itself.
 *
 * A change that moves amounts or their months is a new version: it gets what it does otherwise as
 * further functions and its own entry in arithmetic.c, and the entry before it stays. */
#pragma once

#include "calc/kind.h"

G_BEGIN_DECLS

/* Tables by kind; NULL where a kind is of the other sort, or no commission. They are members, not
 * pointers, so that looking one up costs what a global table would. */
struct SettleArithmetic {
    const SettleOrderKind *orders[SETTLE_N_KINDS];
    const SettleWindowKind *windows[SETTLE_N_KINDS];
    /* As settle_target_keep() and settle_standing_of() say. */
    gboolean (*keep)(const SettlePolicy *policy, const SettleOrder *order,
                     const SettleCalcScope *scope, SettleDay refunded_since, SettleTarget *target);
    gboolean (*standing)(const SettlePolicy *policy, const SettleRule *rule, SettleDay start,
                         int64_t earned_minor, int64_t target_minor, gboolean withheld,
                         SettleDay date, SettleStanding *ret_standing);
    int32_t version; /* stored with each run; from 1 */
};

/* The version that new runs have. */
const SettleArithmetic *settle_arithmetic_current(void);
/* The version that a run names; NULL: this program does not have it. */
const SettleArithmetic *settle_arithmetic_of(int32_t version);
/* "version 3", "versions 3, 1000": those that there are; static. */
const char *settle_arithmetic_list(void);

#ifdef SETTLE_WITH_FAILPOINTS
/* Test builds: makes the version of that number the current one; NULL: leaves it. To be called
 * before anything is calculated. USAGE: there is no such version. */
gboolean settle_arithmetic_set(const char *number, GError **error);
#endif

/* Of a rule of that sort. */
static inline const SettleOrderKind *
settle_order_kind_of(const SettleArithmetic *arithmetic, const SettleRule *rule)
{
    return arithmetic->orders[rule->kind];
}
static inline const SettleWindowKind *
settle_window_kind_of(const SettleArithmetic *arithmetic, const SettleRule *rule)
{
    return arithmetic->windows[rule->kind];
}

G_END_DECLS
