#include "ledger/ledger.h"

SettleMonth
settle_periods_posting(const SettlePeriods *periods, SettleMonth origin)
{
    for (guint i = 0; i < periods->n_closed; i++)
        if (periods->closed[i] == origin)
            origin++;
    return origin;
}
