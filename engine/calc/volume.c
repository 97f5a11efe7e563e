#include "calc/events.h"

SettleMonth
settle_volume_window_end(SettleWindow window, SettleDay closing_day)
{
    SettleMonth month = settle_day_month(closing_day);

    switch (window) {
    case SETTLE_WINDOW_MONTH:
        return month;
    case SETTLE_WINDOW_QUARTER:
        return month - month % 3 + 2;
    case SETTLE_WINDOW_YEAR:
        return month - month % 12 + 11;
    }
    return month;
}

int64_t
settle_volume_measure(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
                      const SettleEvent *events, guint n_events)
{
    int64_t left = n_events > 0 ? settle_events_counted(policy, rule, order, events, n_events)
                                : order->paid_minor;

    if (left < 0)
        return 0;
    switch (rule->volume.measure) {
    case SETTLE_MEASURE_ORDERS:
        return 1;
    case SETTLE_MEASURE_UNITS:
        return order->quantity;
    case SETTLE_MEASURE_AMOUNT:
        return left;
    }
    return 0;
}

int32_t
settle_volume_scope_id(const SettleVolumeBonus *volume, const SettleOrder *order,
                       const SettleOrderParties *parties)
{
    switch (volume->scope) {
    case SETTLE_SCOPE_DISTRIBUTOR:
        return 0;
    case SETTLE_SCOPE_OUTLET:
        return parties->outlet_id > 0 ? parties->outlet_id : -1;
    case SETTLE_SCOPE_MANAGER:
        return order->manager_id > 0 ? order->manager_id : -1;
    }
    return -1;
}

/* Adds what a tier pays for a part of the measure, in thousand-millionths of a minor unit: counts
 * pay a fixed amount each, amounts a rate. FALSE on overflow. */
static gboolean
add_part(const SettlePay *pay, int64_t part, SettleInt128 *sum)
{
    SettleInt128 product = (SettleInt128) part * (pay->is_rate ? pay->rate_ppb : pay->fixed_minor);

    return (pay->is_rate ||
            !__builtin_mul_overflow(product, (SettleInt128) SETTLE_RATE_ONE, &product)) &&
           !__builtin_add_overflow(*sum, product, sum);
}

/* The part of the measure inside tier i: of counts those from the from-th on, of amounts what is
 * above from (docs/semantics.md 13.9). */
static int64_t
part_inside(const SettleVolumeBonus *volume, guint i, int64_t measure)
{
    int64_t below = volume->measure == SETTLE_MEASURE_AMOUNT ? 0 : 1;
    int64_t start = volume->tiers[i].from - below;
    int64_t end = i + 1 < volume->n_tiers ? volume->tiers[i + 1].from - below : INT64_MAX;

    return MIN(measure, end) - start;
}

gboolean
settle_volume_target(const SettleVolumeBonus *volume, int64_t measure, SettleRounding rounding,
                     int64_t *ret_minor)
{
    SettleInt128 sum = 0;
    guint reached = 0; /* number of tiers reached */

    while (reached < volume->n_tiers && measure >= volume->tiers[reached].from)
        reached++;
    if (reached == 0) {
        *ret_minor = 0;
        return TRUE;
    }
    switch (volume->mode) {
    case SETTLE_MODE_MARGINAL:
        for (guint i = 0; i < reached; i++)
            if (!add_part(&volume->tiers[i].pay, part_inside(volume, i, measure), &sum))
                return FALSE;
        break;
    case SETTLE_MODE_WHOLE:
        if (!add_part(&volume->tiers[reached - 1].pay, measure, &sum))
            return FALSE;
        break;
    case SETTLE_MODE_LUMP:
        for (guint i = volume->lump_adds ? 0 : reached - 1; i < reached; i++)
            sum += (SettleInt128) volume->tiers[i].pay.fixed_minor * SETTLE_RATE_ONE;
        break;
    }
    return settle_money_round((SettleExact){sum, SETTLE_RATE_ONE}, rounding, ret_minor);
}
