/* The balance of a party's deposit, how much of it can be taken, and when it is given back. Pure.
 */
#include "ledger/deposit.h"

#include "base/checked.h"
#include "base/error.h"

int64_t
settle_deposit_balance(const SettleDeposit *deposit)
{
    return deposit->frozen_minor - deposit->used_minor;
}

gboolean
settle_deposit_take(SettleDeposit *deposit, guint leg, gboolean out, int64_t amount_minor)
{
    gboolean ok;

    switch ((SettleDepositLeg) (leg & ~SETTLE_DEPOSIT_END)) {
    case SETTLE_DEPOSIT_CASH:
        ok = out ? settle_sub_i64(deposit->frozen_minor, amount_minor, &deposit->frozen_minor)
                 : settle_add_i64(deposit->frozen_minor, amount_minor, &deposit->frozen_minor);
        break;
    case SETTLE_DEPOSIT_COVER:
    case SETTLE_DEPOSIT_INVOICED:
    case SETTLE_DEPOSIT_FORFEIT:
        ok = out && settle_add_i64(deposit->used_minor, amount_minor, &deposit->used_minor);
        break;
    default:
        return FALSE;
    }
    if (ok && (leg & SETTLE_DEPOSIT_END) != 0 && settle_deposit_balance(deposit) == 0)
        *deposit = (SettleDeposit){0, 0};
    return ok;
}

SettleDay
settle_deposit_release_day(SettleDay ended_from)
{
    return settle_month_last(settle_day_month(ended_from) + 2);
}
