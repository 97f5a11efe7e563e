/* Which posting period takes a transfer: its origin's, or the first later one that is open
 * (docs/semantics.md 3). Pure. */
#include "ledger/ledger.h"

SettleMonth
settle_periods_posting(const SettlePeriods *periods, SettleMonth origin)
{
    return periods->any_closed && origin <= periods->closed_to ? periods->closed_to + 1 : origin;
}
