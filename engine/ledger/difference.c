#include "ledger/ledger.h"

gboolean
settle_ledger_difference(const SettleTarget *target, int64_t posted_minor, const SettleOrder *order,
                         int32_t policy_id, int16_t class_id, const SettlePeriods *periods,
                         SettleTransfer *ret_transfer)
{
    gboolean earned = target->target_minor > posted_minor;
    /* 13.2: what an event takes back is of the event's month */
    SettleMonth origin = !earned && target->taken > target->origin ? target->taken : target->origin;

    if (target->target_minor == posted_minor)
        return FALSE;
    /* both are amounts of one slot and never negative: the difference fits */
    *ret_transfer = (SettleTransfer){
        .subject_id = order->order_id,
        .amount_minor =
            earned ? target->target_minor - posted_minor : posted_minor - target->target_minor,
        .target_minor = target->target_minor,
        .distributor_id = order->distributor_id,
        .policy_id = policy_id,
        .slot = target->slot,
        .period = settle_periods_posting(periods, origin),
        .origin = origin,
        .class_id = class_id,
        .revision = target->revision,
        .kind = (uint8_t) target->rule->kind,
        .debit = earned ? SETTLE_ROLE_CARRIER : SETTLE_ROLE_DISTRIBUTOR,
        .credit = earned ? target->credit : (uint8_t) SETTLE_ROLE_CARRIER,
    };
    return TRUE;
}
