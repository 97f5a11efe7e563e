/* What the terms of a policy make depend on more than one order: tolerated findings, ceilings, the
 * carrier's payments, volume windows (docs/semantics.md 5.5, 5.6, 13.10, 13.11). Pure. */
#pragma once

#include "calc/match.h"

G_BEGIN_DECLS

/* The policy, or a rule of it, has a ceiling over a window. */
gboolean settle_policy_has_ceiling(const SettlePolicy *policy);
/* Some rule is paid only when the carrier has paid. */
gboolean settle_policy_awaits_payment(const SettlePolicy *policy);
/* Any version of the carrier does, or has. */
gboolean settle_carrier_tolerates_findings(const SettlePolicySet *policies, int32_t carrier_id);
/* Some version limits what the rule of that number earns over a window (0: what the policy does).
 * Then what it earns under any version uses room (13.11). */
gboolean settle_carrier_has_ceiling(const SettlePolicySet *policies, int32_t carrier_id,
                                    guint rule_number);
/* The longest SettleWindow of any ceiling, and of what is paid progressively, of any version; 0:
 * there is none. What ceilings leave in such a window depends on nothing outside of it. */
int settle_carrier_longest_ceiling(const SettlePolicySet *policies, int32_t carrier_id);
/* Both tolerate as many findings; NULL: none. */
gboolean settle_policies_tolerate_alike(const SettlePolicy *a, const SettlePolicy *b);
/* Some rule of it measures windows of that length. */
gboolean settle_policy_measures(const SettlePolicy *policy, SettleWindow length);
/* The version whose activation brought the carrier's last ceiling that no earlier one had (its id):
 * what was used is known of nights since then. 0: there is none. */
int32_t settle_carrier_ceilings_since(const SettlePolicySet *policies, int32_t carrier_id);
/* The version by whose terms the carrier's windows of that length are measured that orders of the
 * day count in: the one of the window's last day (13.9), among those with ids up to last_id. NULL:
 * none began by then. */
const SettlePolicy *settle_window_terms(const SettlePolicySet *policies, int32_t carrier_id,
                                        SettleWindow length, SettleDay closing_day,
                                        int32_t last_id);
/* Of the carrier's versions the one that the rule is of. */
const SettlePolicy *settle_policy_of_rule(const SettlePolicySet *policies, int32_t carrier_id,
                                          const SettleRule *rule);
/* What a window of the rule earns can be posted on the day: the window is over, or the rule is paid
 * each night. window_end: its last month. */
gboolean settle_window_is_evaluated(const SettleRule *rule, SettleMonth window_end, SettleDay date);

G_END_DECLS
