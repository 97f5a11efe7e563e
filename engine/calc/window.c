/* What orders count in windows of months, whatever the kind (docs/semantics.md 13.9). */
#include "calc/arithmetic.h"

int64_t
settle_window_measure(const SettleArithmetic *arithmetic, const SettlePolicy *policy,
                      const SettleRule *rule, const SettleOrder *order, const SettleEvent *events,
                      guint n_events)
{
    return settle_window_kind_of(arithmetic, rule)->measure(policy, rule, order, events, n_events);
}

int32_t
settle_window_scope_id(const SettleRule *rule, const SettleOrder *order,
                       const SettleOrderParties *parties)
{
    switch (rule->window.scope) {
    case SETTLE_SCOPE_DISTRIBUTOR:
        return 0;
    case SETTLE_SCOPE_OUTLET:
        return parties->outlet_id > 0 ? parties->outlet_id : -1;
    case SETTLE_SCOPE_MANAGER:
        return order->manager_id > 0 ? order->manager_id : -1;
    }
    return -1;
}

gboolean
settle_window_earned(const SettleArithmetic *arithmetic, const SettleRule *rule, int64_t measure,
                     SettleRounding rounding, int64_t *ret_minor)
{
    return settle_window_kind_of(arithmetic, rule)->earned(rule, measure, rounding, ret_minor);
}

SettleWindowSteps
settle_window_steps(const SettleArithmetic *arithmetic, const SettleRule *rule, int64_t measure)
{
    return settle_window_kind_of(arithmetic, rule)->steps(rule, measure);
}
