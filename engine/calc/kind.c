/* Parts that several commission kinds have in common. */
#include "calc/kind.h"

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
