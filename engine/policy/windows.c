/* Months, quarters and years as windows: months, first and last day, whose they are, and name. Used
 * where versions and their findings look at windows (versions.c, findings-windows.c), and by all
 * that counts in them. */
#include "policy/windows.h"

int
settle_window_months(SettleWindow window)
{
    switch (window) {
    case SETTLE_WINDOW_MONTH:
        return 1;
    case SETTLE_WINDOW_QUARTER:
        return 3;
    case SETTLE_WINDOW_YEAR:
        return 12;
    }
    return 1;
}

SettleMonth
settle_window_end(SettleWindow window, SettleDay day)
{
    SettleMonth month = settle_day_month(day), months = settle_window_months(window);

    return month - month % months + months - 1;
}

SettleDay
settle_window_first(SettleWindow window, SettleDay day)
{
    SettleMonth month = settle_day_month(day);

    return settle_month_first(month - month % settle_window_months(window));
}

SettleDay
settle_window_last(SettleWindow window, SettleDay day)
{
    return settle_month_last(settle_window_end(window, day));
}

gboolean
settle_window_is_of_rule(SettleWindow window, const SettleRule *rule)
{
    return rule->window.length == window || rule->terms.ceiling.window == (int) window;
}

gboolean
settle_window_is_of_policy(SettleWindow window, const SettlePolicy *policy)
{
    return policy->terms.ceiling.window == (int) window ||
           (window == SETTLE_WINDOW_MONTH && settle_policy_tolerates_findings(policy));
}

char *
settle_window_format(SettleWindow window, SettleDay day, char text[SETTLE_WINDOW_TEXT_BYTES])
{
    SettleMonth month = settle_day_month(day);

    switch (window) {
    case SETTLE_WINDOW_MONTH:
        g_snprintf(text, SETTLE_WINDOW_TEXT_BYTES, "month %d-%02d", month / 12, month % 12 + 1);
        break;
    case SETTLE_WINDOW_QUARTER:
        g_snprintf(text, SETTLE_WINDOW_TEXT_BYTES, "quarter %d-Q%d", month / 12,
                   month % 12 / 3 + 1);
        break;
    case SETTLE_WINDOW_YEAR:
        g_snprintf(text, SETTLE_WINDOW_TEXT_BYTES, "year %d", month / 12);
        break;
    }
    return text;
}
