/* When an invoice cycle ends: the days on which a policy's invoices are drafted. */
#include "invoice/invoice.h"

gboolean
settle_invoice_cycle_ends(const SettleInvoiceTerms *terms, SettleDay day)
{
    switch (terms->cycle) {
    case SETTLE_CYCLE_NONE:
        return FALSE;
    case SETTLE_CYCLE_MONTHLY:
        return settle_month_day(settle_day_month(day), terms->cut_off_day) == day;
    case SETTLE_CYCLE_WEEKLY:
        return settle_day_weekday(day) == terms->cut_off_day;
    case SETTLE_CYCLE_DAILY:
        return TRUE;
    }
    return FALSE;
}
