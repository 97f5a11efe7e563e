/* The calculation's part of the kind "volume-bonus" (calc/kind.h; docs/semantics.md 5.4, 13.9). */
#include "calc/events.h"
#include "calc/explain-words.h"
#include "calc/kind.h"

static void
ask_volume(G_GNUC_UNUSED const SettleRule *rule, G_GNUC_UNUSED SettleAsks *asks)
{
}

static int64_t
measure_of(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
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

/* How many tiers the measure reaches. */
static guint
reached_by(const SettleVolumeBonus *volume, int64_t measure)
{
    guint reached = 0;

    while (reached < volume->n_tiers && measure >= volume->tiers[reached].from)
        reached++;
    return reached;
}

static gboolean
earned(const SettleRule *rule, int64_t measure, SettleRounding rounding, int64_t *ret_minor)
{
    const SettleVolumeBonus *volume = &rule->volume;
    SettleInt128 sum = 0;
    guint reached = reached_by(volume, measure);

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

static void
add_measure(GString *out, const SettlePolicy *policy, SettleMeasure measure, int64_t value)
{
    if (measure == SETTLE_MEASURE_AMOUNT)
        settle_explain_money(out, policy, value);
    else
        g_string_append_printf(out, "%" G_GINT64_FORMAT " %s%s", value,
                               measure == SETTLE_MEASURE_UNITS ? "unit" : "order",
                               value == 1 ? "" : "s");
}

static void
add_tier_pay(GString *out, const SettlePolicy *policy, const SettlePay *pay)
{
    if (pay->is_rate)
        settle_explain_rate(out, pay->rate_ppb);
    else
        settle_explain_money(out, policy, pay->fixed_minor);
}

static void
explain_volume(GString *out, const SettlePolicy *policy, const SettleRule *rule, int64_t measure,
               int64_t minor)
{
    const SettleVolumeBonus *volume = &rule->volume;
    int64_t below = volume->measure == SETTLE_MEASURE_AMOUNT ? 0 : 1;
    guint reached = reached_by(volume, measure);

    add_measure(out, policy, volume->measure, measure);
    if (reached == 0) {
        g_string_append(out, ", the first tier starts at ");
        add_measure(out, policy, volume->measure, volume->tiers[0].from);
        return;
    }
    g_string_append(out, ": ");
    switch (volume->mode) {
    case SETTLE_MODE_MARGINAL:
        for (guint i = 0; i < reached; i++) {
            int64_t end = i + 1 < reached ? volume->tiers[i + 1].from - below : measure;

            g_string_append(out, i > 0 ? " + " : "");
            add_measure(out, policy, volume->measure, end - (volume->tiers[i].from - below));
            g_string_append(out, " x ");
            add_tier_pay(out, policy, &volume->tiers[i].pay);
        }
        break;
    case SETTLE_MODE_WHOLE:
        g_string_append(out, "all x ");
        add_tier_pay(out, policy, &volume->tiers[reached - 1].pay);
        break;
    case SETTLE_MODE_LUMP:
        for (guint i = volume->lump_adds ? 0 : reached - 1; i < reached; i++) {
            g_string_append(out, i > 0 && volume->lump_adds ? " + " : "");
            add_tier_pay(out, policy, &volume->tiers[i].pay);
        }
        break;
    }
    g_string_append(out, " = ");
    settle_explain_money(out, policy, minor);
}

static SettleWindowSteps
steps_of(const SettleRule *rule, int64_t measure)
{
    static const char *const units[] = {
        [SETTLE_MEASURE_ORDERS] = "orders",
        [SETTLE_MEASURE_UNITS] = "units",
        [SETTLE_MEASURE_AMOUNT] = "amount",
    };
    const SettleVolumeBonus *volume = &rule->volume;
    guint reached = reached_by(volume, measure);

    return (SettleWindowSteps){
        .unit = units[volume->measure],
        .n = volume->n_tiers,
        .reached = reached,
        .next_from = reached < volume->n_tiers ? volume->tiers[reached].from : 0,
    };
}

const SettleWindowKind settle_window_kind_volume = {
    ask_volume, measure_of, earned, explain_volume, steps_of,
};
