/* Findings between versions of a carrier: closing days that overlap or are left out, windows that
 * two versions share. */
#include "policy/check.h"
#include "policy/windows.h"

#include <string.h>

/* Versions of one carrier side by side (docs/semantics.md 5: they never overlap). */

static int
compare_versions(gconstpointer a, gconstpointer b)
{
    const SettlePolicyVersion *x = a, *y = b;
    int carrier = strcmp(x->policy->carrier, y->policy->carrier);

    if (carrier != 0)
        return carrier;
    if (x->policy->closing_from != y->policy->closing_from)
        return x->policy->closing_from < y->policy->closing_from ? -1 : 1;
    return x->policy->closing_to < y->policy->closing_to
               ? -1
               : x->policy->closing_to > y->policy->closing_to;
}

static gboolean
same_document(const SettlePolicyVersion *a, const SettlePolicyVersion *b)
{
    return memcmp(a->policy->hash, b->policy->hash, sizeof a->policy->hash) == 0;
}

/* "2026-01-01..2026-06-30", open ends left out, as a policy writes it. */
static char *
days_text(SettleDay from, SettleDay to)
{
    char a[SETTLE_DAY_TEXT_BYTES] = "", b[SETTLE_DAY_TEXT_BYTES] = "";

    if (from != SETTLE_DAY_MIN)
        settle_day_format(from, a);
    if (to != SETTLE_DAY_MAX)
        settle_day_format(to, b);
    return from == to ? g_strdup(a) : g_strdup_printf("%s..%s", a, b);
}

/* ", and 127 more", or nothing */
static char *
more_text(guint n)
{
    return n > 1 ? g_strdup_printf(", and %u more", n - 1) : g_strdup("");
}

char *
settle_policy_room(const SettlePolicy *policy, SettleDay from, SettleDay to)
{
    char day[SETTLE_DAY_TEXT_BYTES];

    if (policy->closing_from < from)
        return g_strdup_printf("let this one end on %s at the latest",
                               settle_day_format(from - 1, day));
    if (to < SETTLE_DAY_MAX)
        return g_strdup_printf("let this one start on %s or later", settle_day_format(to + 1, day));
    return g_strdup("it has no end, so nothing can follow it");
}

/* other: the first of n that it overlaps with */
static void
report_common(const SettlePolicyVersion *at, const SettlePolicyVersion *other, guint n)
{
    g_autofree char *more = more_text(n), *hint = NULL;
    g_autofree char *days = days_text(MAX(at->policy->closing_from, other->policy->closing_from),
                                      MIN(at->policy->closing_to, other->policy->closing_to));

    if (at->diagnostics == NULL)
        return;
    if (other->diagnostics == NULL) { /* the database's */
        g_autofree char *room =
            settle_policy_room(at->policy, other->policy->closing_from, other->policy->closing_to);

        hint = g_strdup_printf("%s is active and cannot be shortened: %s", other->label, room);
    }
    settle_diagnose_at(at->diagnostics, SETTLE_SEVERITY_ERROR, "P064", at->places->closing,
                       hint != NULL ? hint
                                    : "let the earlier one end on the day before the later one "
                                      "starts",
                       "orders of %s that close on %s have two versions: %s of %s holds, too%s",
                       at->policy->carrier, days, other->policy->version, other->label, more);
}

static void
report_name(const SettlePolicyVersion *at, const SettlePolicyVersion *other, guint n)
{
    g_autofree char *more = more_text(n);

    if (at->diagnostics == NULL)
        return;
    settle_diagnose_at(at->diagnostics, SETTLE_SEVERITY_ERROR, "P065", at->places->version,
                       "give it a name of its own",
                       "%s has another document of the same version: %s%s", at->policy->carrier,
                       other->label, more);
}

/* Said at the later version, or at the earlier if that alone is a file. */
static const SettlePolicyVersion *
place_for_both(const SettlePolicyVersion *before, const SettlePolicyVersion *after)
{
    return after->diagnostics != NULL ? after : before;
}

static void
report_gap(const SettlePolicyVersion *before, const SettlePolicyVersion *after, SettleDay from)
{
    const SettlePolicyVersion *at = place_for_both(before, after);
    g_autofree char *days = days_text(from, after->policy->closing_from - 1);

    if (at->diagnostics == NULL)
        return;
    settle_diagnose_at(at->diagnostics, SETTLE_SEVERITY_WARNING, "P120", at->places->closing,
                       "let the versions follow each other",
                       "orders of %s that close on %s have no version: %s lies before, %s after",
                       at->policy->carrier, days, before->label, after->label);
}

/* Something of the policy counts or limits over such windows. */
static gboolean
counts_over(const SettlePolicy *policy, SettleWindow window)
{
    for (guint i = 0; i < policy->n_rules; i++)
        if (settle_window_is_of_rule(window, &policy->rules[i]))
            return TRUE;
    return settle_window_is_of_policy(window, policy);
}

/* before ends before after starts. */
static void
look_at_windows(const SettlePolicyVersion *before, const SettlePolicyVersion *after)
{
    static const SettleWindow windows[] = {SETTLE_WINDOW_MONTH, SETTLE_WINDOW_QUARTER,
                                           SETTLE_WINDOW_YEAR};
    const SettlePolicyVersion *at = place_for_both(before, after);
    SettleDay to = before->policy->closing_to, from = after->policy->closing_from;

    for (guint i = 0; i < G_N_ELEMENTS(windows) && at->diagnostics != NULL; i++) {
        char name[SETTLE_WINDOW_TEXT_BYTES];
        char until[SETTLE_DAY_TEXT_BYTES], last[SETTLE_DAY_TEXT_BYTES];

        if (settle_window_first(windows[i], to) != settle_window_first(windows[i], from) ||
            (!counts_over(before->policy, windows[i]) && !counts_over(after->policy, windows[i])))
            continue;
        settle_diagnose_at(
            at->diagnostics, SETTLE_SEVERITY_WARNING, "P121", at->places->closing,
            "let them change where the window does",
            "%s goes over version %s of %s (up to %s) and version %s of %s: its orders count "
            "together, by the terms of the version that holds on %s, and ceilings go on",
            settle_window_format(windows[i], from, name), before->policy->version, before->label,
            settle_day_format(to, until), after->policy->version, after->label,
            settle_day_format(settle_window_last(windows[i], from), last));
    }
}

/* list: versions of one carrier by their first day, no document twice. */
static void
look_at_carrier(const SettlePolicyVersion *list, guint n)
{
    const SettlePolicyVersion *last = &list[0]; /* of those so far the one that ends last */

    /* each is told once of what it does not go with, however many these are */
    for (guint i = 0; i < n; i++) {
        const SettlePolicyVersion *same = NULL, *common = NULL;
        guint n_same = 0, n_common = 0;

        for (guint k = 0; k < n; k++) {
            const SettlePolicy *a = list[MIN(i, k)].policy, *b = list[MAX(i, k)].policy;

            if (k == i)
                continue;
            if (strcmp(a->version, b->version) == 0 && n_same++ == 0)
                same = &list[k];
            if (b->closing_from <= a->closing_to && n_common++ == 0)
                common = &list[k];
        }
        if (same != NULL)
            report_name(&list[i], same, n_same);
        if (common != NULL)
            report_common(&list[i], common, n_common);
    }
    for (guint i = 1; i < n; i++) {
        if (last->policy->closing_to < list[i].policy->closing_from - 1)
            report_gap(last, &list[i], last->policy->closing_to + 1);
        if (last->policy->closing_to < list[i].policy->closing_from)
            look_at_windows(last, &list[i]);
        if (list[i].policy->closing_to > last->policy->closing_to)
            last = &list[i];
    }
}

void
settle_policy_check_versions(const SettlePolicyVersion *versions, guint n)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(SettlePolicyVersion));
    guint first = 0;

    for (guint i = 0; i < n; i++) {
        gboolean known = versions[i].policy == NULL;

        for (guint k = 0; k < list->len && !known; k++)
            known = same_document(&versions[i], &g_array_index(list, SettlePolicyVersion, k));
        if (!known)
            g_array_append_val(list, versions[i]);
    }
    g_array_sort(list, compare_versions);
    for (guint i = 1; i <= list->len; i++)
        if (i == list->len ||
            strcmp(g_array_index(list, SettlePolicyVersion, i).policy->carrier,
                   g_array_index(list, SettlePolicyVersion, first).policy->carrier) != 0) {
            look_at_carrier(&g_array_index(list, SettlePolicyVersion, first), i - first);
            first = i;
        }
}
