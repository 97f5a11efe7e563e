/* The words that explanations share: the kinds write theirs with them. Each appends to `out`. */
#pragma once

#include "calc/internal.h"

G_BEGIN_DECLS

/* How many decimals amounts of the policy's currency have. */
int settle_explain_exponent(const SettlePolicy *policy);
/* "1,505.00", of minor units. */
void settle_explain_money(GString *out, const SettlePolicy *policy, int64_t minor);
void settle_explain_rate(GString *out, SettleRatePpb rate);
/* "10.00..19.99", "10..", as the policy writes it. */
void settle_explain_interval(GString *out, SettleInterval interval, int exponent);
/* " = 4.9975, rounded half up to 5.00"; returns the rounded amount. */
int64_t settle_explain_rounded(GString *out, const SettlePolicy *policy, SettleExact exact);
/* "5% of 99.95 = ...", with `what` before the base; returns the rounded amount. */
int64_t settle_explain_rate_of(GString *out, const SettlePolicy *policy, SettleRatePpb rate,
                               int64_t base, const char *what);
/* "billed", "cash received" ... */
const char *settle_explain_base_name(SettleBillBase base);
/* "month 3 (2026-04)" */
void settle_explain_month(GString *out, SettleMonth closing, SettleMonth month);
/* Why a target that is not earned is not: conditions as the rule or its item has them; later: by
 * how many months this attempt is after the first. Nothing for one that is earned. */
void settle_explain_not_earned(GString *out, const SettlePolicy *policy, const SettleTarget *target,
                               const SettleCondition *conditions, guint n, int later,
                               const SettleOrder *order, const SettleBill *bills, guint n_bills,
                               SettleRevisionRule rule);

G_END_DECLS
