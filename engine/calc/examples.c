/* The examples of a policy: settles the made-up order of each and holds what it earns against what
 * the author expects. */
#include "calc/arithmetic.h"
#include "calc/life.h"

#include <string.h>

/* Examples of a policy held against what its rules earn. */

typedef struct {
    const SettlePolicy *policy;
    const SettleExample *example;
    const SettleLife *life;
    SettleDiagnostics *diagnostics;
} Check;

static char *
money(const SettlePolicy *policy, int64_t minor, char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_money_format(minor, settle_currency_exponent(policy->currency), text);
}

static gboolean
is_meant(const SettleExpectation *expectation, const SettleLifeStep *step)
{
    return step->rule->ordinal == expectation->rule &&
           (expectation->in_all || ((int) step->item >= expectation->from_item &&
                                    (int) step->item <= expectation->to_item));
}

/* What stands behind the figure: the only step, or the first that was not earned. */
static const char *
reason(const Check *check, const SettleExpectation *expectation)
{
    const char *why = NULL;
    guint n = 0;

    for (guint i = 0; i < check->life->steps->len; i++) {
        const SettleLifeStep *step = &g_array_index(check->life->steps, SettleLifeStep, i);

        if (!is_meant(expectation, step))
            continue;
        if (step->state != SETTLE_TARGET_EARNED)
            return step->why;
        why = step->why;
        n++;
    }
    for (guint i = 0; i < check->life->silent->len && n == 0; i++) {
        const SettleLifeSilent *silent = &g_array_index(check->life->silent, SettleLifeSilent, i);

        if (silent->rule->ordinal == expectation->rule)
            return silent->why;
    }
    return n == 1 ? why : NULL;
}

static void
report(const Check *check, const SettleExpectation *expectation, const char *what, int64_t minor)
{
    char got[SETTLE_MONEY_TEXT_BYTES], wanted[SETTLE_MONEY_TEXT_BYTES];

    settle_diagnose_at(check->diagnostics, SETTLE_SEVERITY_ERROR, "P060", expectation->place,
                       reason(check, expectation), "example \"%s\": %s%s earns %s, not %s",
                       check->example->name, check->policy->rules[expectation->rule].id, what,
                       money(check->policy, minor, got),
                       money(check->policy, expectation->minor, wanted));
}

/* In all: the sum is held against it; by item: each that is there, and each is there. */
static void
check_expectation(const Check *check, const SettleExpectation *expectation)
{
    int64_t sum = 0;
    guint n = 0;

    for (guint i = 0; i < check->life->steps->len; i++) {
        const SettleLifeStep *step = &g_array_index(check->life->steps, SettleLifeStep, i);

        if (!is_meant(expectation, step))
            continue;
        n++;
        sum += step->minor; /* settle_life_of() has added them all */
        if (!expectation->in_all && step->minor != expectation->minor) {
            SettleExpectation one = *expectation;
            g_autofree char *what = g_strdup_printf(
                settle_rule_items(settle_arithmetic_current(), step->rule) == SETTLE_ITEMS_MONTHS
                    ? " of month %u"
                    : " (item %u)",
                step->item);

            one.from_item = one.to_item = (int) step->item;
            report(check, &one, what, step->minor);
            return;
        }
    }
    if (expectation->in_all) {
        if (sum != expectation->minor)
            report(check, expectation, "", sum);
    } else if (n != (guint) (expectation->to_item - expectation->from_item + 1) &&
               expectation->minor != 0) {
        settle_diagnose_at(check->diagnostics, SETTLE_SEVERITY_ERROR, "P060", expectation->place,
                           reason(check, expectation),
                           "example \"%s\": %s has %u of these months or instalments, not %d",
                           check->example->name, check->policy->rules[expectation->rule].id, n,
                           expectation->to_item - expectation->from_item + 1);
    }
}

/* What an expectation leaves out of its rule must be nothing. */
static void
check_unnamed(const Check *check)
{
    for (guint i = 0; i < check->life->steps->len; i++) {
        const SettleLifeStep *step = &g_array_index(check->life->steps, SettleLifeStep, i);
        gboolean named = FALSE;
        char text[SETTLE_MONEY_TEXT_BYTES];

        for (guint k = 0; k < check->example->n_earns && !named; k++)
            named = is_meant(&check->example->earns[k], step);
        if (named || step->minor == 0)
            continue;
        settle_diagnose_at(check->diagnostics, SETTLE_SEVERITY_ERROR, "P061", check->example->place,
                           step->why, "example \"%s\": %s earns %s, which earns does not say",
                           check->example->name, step->rule->id,
                           money(check->policy, step->minor, text));
        return;
    }
}

SettleExampleResult
settle_example_check(const SettlePolicy *policy, const SettleExample *example,
                     const SettleLife *life, SettleDiagnostics *diagnostics)
{
    const Check check = {policy, example, life, diagnostics};
    guint before = diagnostics->n_errors;

    if (life == NULL) {
        settle_diagnose_at(diagnostics, SETTLE_SEVERITY_ERROR, "P062", example->place, NULL,
                           "example \"%s\": what it earns is larger than amounts can be",
                           example->name);
        return SETTLE_EXAMPLE_FAILED;
    }
    if (life->unsettled != NULL) {
        settle_diagnose_at(diagnostics, SETTLE_SEVERITY_NOTE, "P201", example->place, NULL,
                           "example \"%s\" is not checked: %s depends on other orders",
                           example->name, life->unsettled);
        return SETTLE_EXAMPLE_NOT_CHECKED;
    }
    for (guint i = 0; i < example->n_earns; i++)
        check_expectation(&check, &example->earns[i]);
    check_unnamed(&check);
    return diagnostics->n_errors > before ? SETTLE_EXAMPLE_FAILED : SETTLE_EXAMPLE_PASSED;
}

SettleDiagnostics *
settle_policy_load_checked(const char *text, size_t length, SettlePolicy **ret_policy)
{
    SettlePolicy *policy = NULL;
    SettleDiagnostics *diagnostics = settle_policy_load(text, length, &policy);

    if (policy != NULL) {
        for (guint i = 0; i < policy->n_examples; i++) {
            g_autoptr(SettleLife) life = settle_life_of(policy, &policy->examples[i]);

            settle_example_check(policy, &policy->examples[i], life, diagnostics);
        }
        settle_diagnostics_sort(diagnostics);
        if (diagnostics->n_errors > 0)
            g_clear_pointer(&policy, settle_policy_free);
    }
    *ret_policy = policy;
    return diagnostics;
}
