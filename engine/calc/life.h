/* What one imagined order earns over its life, and why: the examples that a policy carries, and
 * `settle policy try`. The same calculation as a run's, on one order. Pure. */
#pragma once

#include "calc/calc.h"
#include "policy/load.h"

G_BEGIN_DECLS

typedef struct {
    const SettleRule *rule;
    guint item;    /* instalments counted from 1, contract month; 0: upfront and volume */
    SettleDay day; /* earned, falls due, bill issued, or the window ends */
    SettleTargetState state;
    int64_t minor; /* what it pays in all, in the policy's currency */
    char *why;     /* one line: the arithmetic, or what is not met or missing */
} SettleLifeStep;

typedef struct {
    const SettleRule *rule;
    char *why; /* one line: which condition of "for" fails, or which rule comes before it */
} SettleLifeSilent;

typedef struct {
    GArray *steps;     /* SettleLifeStep, ascending by day, then rule, then item */
    GArray *silent;    /* SettleLifeSilent: rules that do not apply, in document order */
    int64_t sum_minor; /* of all steps */
    char *unsettled;   /* NULL, or the term for which the figures may be others than here */
} SettleLife;

/* The order closes within the policy's days. NULL: an amount left the range of amounts. */
SettleLife *settle_life_of(const SettlePolicy *policy, const SettleExample *example);
void settle_life_free(SettleLife *life);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleLife, settle_life_free)

typedef enum {
    SETTLE_EXAMPLE_PASSED = 1,
    SETTLE_EXAMPLE_FAILED,
    SETTLE_EXAMPLE_NOT_CHECKED, /* a term stands in the way that is not settled yet */
} SettleExampleResult;

/* Holds what an example earns against what it says: each difference is an error (P060 to P062); if
 * it cannot be checked, a note (P201). life: settle_life_of() of it. */
SettleExampleResult settle_example_check(const SettlePolicy *policy, const SettleExample *example,
                                         const SettleLife *life, SettleDiagnostics *diagnostics);

/* settle_policy_load() and, if there were no errors, settle_example_check() of each example.
 * *ret_policy is NULL if either found errors. */
SettleDiagnostics *settle_policy_load_checked(const char *text, size_t length,
                                              SettlePolicy **ret_policy);

G_END_DECLS
