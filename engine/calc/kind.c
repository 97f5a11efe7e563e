/* The tables of what the calculation does with each commission kind. */
#include "calc/kind.h"

#define ORDER_KIND(number, SYMBOL, member, name, column)  [number] = &settle_order_kind_##member,
#define WINDOW_KIND(number, SYMBOL, member, name, column) [number] = &settle_window_kind_##member,

const SettleOrderKind *const settle_order_kinds[SETTLE_N_KINDS] = {SETTLE_ORDER_KINDS(ORDER_KIND)};
const SettleWindowKind *const settle_window_kinds[SETTLE_N_KINDS] = {
    SETTLE_WINDOW_KINDS(WINDOW_KIND)};

gboolean
settle_kind_never_capped(G_GNUC_UNUSED const SettleRule *rule)
{
    return FALSE;
}

void
settle_kind_never_due(G_GNUC_UNUSED const SettleRule *rule, G_GNUC_UNUSED SettleDay date,
                      G_GNUC_UNUSED GArray *closings)
{
}

gboolean
settle_kind_needs_no_history(G_GNUC_UNUSED const SettleRule *rule,
                             G_GNUC_UNUSED const SettleOrder *order, G_GNUC_UNUSED SettleDay date)
{
    return FALSE;
}
