/* The windows of volume bonuses, ceilings and tolerances by the calendar. */
#pragma once

#include "policy/policy.h"

G_BEGIN_DECLS

/* How many months a window has. */
int settle_window_months(SettleWindow window);
/* The last month of the window that the day lies in; its first and its last day. */
SettleMonth settle_window_end(SettleWindow window, SettleDay day);
SettleDay settle_window_first(SettleWindow window, SettleDay day);
SettleDay settle_window_last(SettleWindow window, SettleDay day);
/* What the rule counts or limits goes over such windows: a volume bonus, or its ceiling. */
gboolean settle_window_is_of_rule(SettleWindow window, const SettleRule *rule);
/* So does what the policy as a whole limits or tolerates. */
gboolean settle_window_is_of_policy(SettleWindow window, const SettlePolicy *policy);
#define SETTLE_WINDOW_TEXT_BYTES 24
/* "month 2026-02", "quarter 2026-Q1", "year 2026" */
char *settle_window_format(SettleWindow window, SettleDay day, char text[SETTLE_WINDOW_TEXT_BYTES]);

G_END_DECLS
