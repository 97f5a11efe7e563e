/* What is known on a date: its memory, and the look-up of complete months. */
#include "run/known.h"

#include "base/search.h"
#include "calc/arithmetic.h"

void
settle_run_known_init(SettleRunKnown *known)
{
    *known = (SettleRunKnown){
        .arithmetic = settle_arithmetic_current(),
        .last_policy_before = SETTLE_NO_POLICY_IS_NEW,
        .complete = g_array_new(FALSE, FALSE, sizeof(SettleCompleteMonth)),
        .months = g_array_new(FALSE, FALSE, sizeof(SettleMonth)),
    };
}

void
settle_run_known_clear(SettleRunKnown *known)
{
    g_clear_pointer(&known->directory, settle_directory_free);
    g_clear_pointer(&known->policies, settle_policy_set_free);
    g_clear_pointer(&known->slacks, g_array_unref);
    g_array_unref(known->complete);
    g_array_unref(known->months);
}

static gboolean
is_of_earlier_carrier(gconstpointer months, guint at, gconstpointer carrier_id)
{
    return ((const SettleCompleteMonth *) months)[at].carrier_id < *(const int32_t *) carrier_id;
}

const SettleMonth *
settle_run_complete_months(const SettleRunKnown *known, int32_t carrier_id, guint *ret_n)
{
    const SettleCompleteMonth *all =
        (const SettleCompleteMonth *) (const void *) known->complete->data;
    guint low =
        settle_lower_bound(all, 0, known->complete->len, &carrier_id, is_of_earlier_carrier);
    guint end;

    *ret_n = 0;
    for (end = low; end < known->complete->len && all[end].carrier_id == carrier_id; end++)
        (*ret_n)++;
    return *ret_n > 0 ? &g_array_index(known->months, SettleMonth, low) : NULL;
}
