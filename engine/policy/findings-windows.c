/* Findings about windows that start or end inside the policy's closing days. */
#include "policy/findings-internal.h"
#include "policy/windows.h"

/* Windows, tolerances and ceilings go over versions (docs/semantics.md 13.9, 13.11): where one
 * starts or ends inside a window, its orders count together with those of another version. */

/* What counts or limits over the window: rules by name, the policy; NULL: nothing does. */
static char *
names_over(const SettleFindings *findings, SettleWindow window)
{
    g_autoptr(GString) names = g_string_new(NULL);
    guint n = 0;

    if (settle_window_is_of_policy(window, findings->policy)) {
        g_string_append(names, "the policy as a whole");
        n++;
    }
    for (guint i = 0; i < findings->policy->n_rules; i++) {
        const SettleRule *rule = &findings->policy->rules[i];

        if (!findings->sound[i] || !settle_window_is_of_rule(window, rule))
            continue;
        if (n < 5)
            g_string_append_printf(names, "%s\"%s\"", n > 0 ? ", " : "", rule->id);
        else if (n == 5)
            g_string_append(names, ", ...");
        n++;
    }
    return n > 0 ? g_string_free(g_steal_pointer(&names), FALSE) : NULL;
}

/* A day for the version to start on, or to end on: outside of the days it has, or also inside. */
static char *
hint_of(const char *what, SettleDay outside, SettleDay inside, const SettlePolicy *policy)
{
    char a[SETTLE_DAY_TEXT_BYTES], b[SETTLE_DAY_TEXT_BYTES];

    settle_day_format(outside, a);
    settle_day_format(inside, b);
    if (inside < policy->closing_from || inside > policy->closing_to)
        return g_strdup_printf("let the version %s on %s", what, a);
    return g_strdup_printf("let the version %s on %s or %s", what, a, b);
}

static void
look_at_window(const SettleFindings *findings, const SettleNode *closing, SettleWindow window)
{
    SettleDay from = findings->policy->closing_from, to = findings->policy->closing_to;
    SettleDay first = settle_window_first(window, from), last = settle_window_last(window, to);
    g_autofree char *names = names_over(findings, window);
    char name[SETTLE_WINDOW_TEXT_BYTES];
    char day[SETTLE_DAY_TEXT_BYTES];

    if (names == NULL)
        return;
    if (first != from) {
        g_autofree char *hint =
            hint_of("start", first, settle_window_last(window, from) + 1, findings->policy);

        SETTLE_FINDING_WARNING(findings, "P114", closing, hint,
                               "%s begins before this version: what closed or was used before %s "
                               "counts together with these by %s",
                               settle_window_format(window, from, name),
                               settle_day_format(from, day), names);
    }
    if (last != to) {
        g_autofree char *hint =
            hint_of("end", last, settle_window_first(window, to) - 1, findings->policy);

        SETTLE_FINDING_WARNING(findings, "P115", closing, hint,
                               "%s goes on after this version: what closes or is used after %s "
                               "counts together with these by %s",
                               settle_window_format(window, to, name), settle_day_format(to, day),
                               names);
    }
}

void
settle_findings_windows(const SettleFindings *findings)
{
    static const SettleWindow windows[] = {SETTLE_WINDOW_MONTH, SETTLE_WINDOW_QUARTER,
                                           SETTLE_WINDOW_YEAR};
    const SettleNode *closing = settle_node_sound(findings->top, "closing");

    for (guint i = 0; closing != NULL && i < G_N_ELEMENTS(windows); i++)
        look_at_window(findings, closing, windows[i]);
}
