/* Why a target is what it is, why a window pays what it does, why a rule does not apply: the frame;
 * the kinds explain themselves (calc/kind.h). */
#include "calc/explain.h"

#include "calc/arithmetic.h"
#include "calc/explain-words.h"

#include <string.h>

char *
settle_explain_target(const SettleArithmetic *arithmetic, const SettlePolicy *policy,
                      const SettleTarget *target, const SettleOrder *order, const SettleBill *bills,
                      guint n_bills)
{
    GString *out = g_string_new(NULL);

    settle_order_kind_of(arithmetic, target->rule)
        ->explain(out, policy, target, order, bills, n_bills);
    if (target->earned_minor > target->target_minor) {
        char month[SETTLE_DAY_TEXT_BYTES];

        g_string_append(out, "; ");
        settle_explain_money(out, policy, target->earned_minor - target->target_minor);
        g_string_append_printf(out, " taken back by what happened in %s",
                               settle_month_format(target->taken, month));
    }
    return g_string_free(out, FALSE);
}

char *
settle_explain_window(const SettleArithmetic *arithmetic, const SettlePolicy *policy,
                      const SettleRule *rule, int64_t measure, int64_t minor)
{
    GString *out = g_string_new(NULL);

    settle_window_kind_of(arithmetic, rule)->explain(out, policy, rule, measure, minor);
    return g_string_free(out, FALSE);
}

/* --- matching --------------------------------------------------------------------------------- */

static gboolean
add_text_mismatch(GString *out, const char *name, GStrv wanted, const char *given)
{
    g_autofree char *list = NULL;

    if (wanted == NULL || (given != NULL && g_strv_contains((const char *const *) wanted, given)))
        return FALSE;
    list = g_strjoinv(", ", wanted);
    if (given != NULL)
        g_string_append_printf(out, "%s %s is not one of %s", name, given, list);
    else
        g_string_append_printf(out, "it is for %s %s, and the order names none", name, list);
    return TRUE;
}

static gboolean
add_value_mismatch(GString *out, const char *name, SettleInterval wanted, int64_t given,
                   int exponent)
{
    char text[SETTLE_MONEY_TEXT_BYTES];

    if (settle_interval_holds(wanted, given))
        return FALSE;
    g_string_append_printf(out, "%s %s is not in ", name,
                           settle_money_format(given, exponent, text));
    settle_explain_interval(out, wanted, exponent);
    return TRUE;
}

char *
settle_explain_mismatch(const SettlePolicy *policy, const SettleRule *rule,
                        const SettleExampleOrder *order)
{
    const SettleSelector *s = &rule->selector;
    GString *out = g_string_new(NULL);

    if (add_text_mismatch(out, "product", s->products, order->product) ||
        add_text_mismatch(out, "class", s->classes, order->class) ||
        add_text_mismatch(out, "region", s->regions, order->region) ||
        add_text_mismatch(out, "channel", s->channels, order->channel) ||
        add_text_mismatch(out, "distributor", s->distributors, order->distributor) ||
        add_value_mismatch(out, "paid", s->amount, order->paid_minor,
                           settle_explain_exponent(policy)) ||
        add_value_mismatch(out, "quantity", s->quantity, order->quantity, 0) ||
        add_value_mismatch(out, "tier", s->tier, order->tier, 0))
        return g_string_free(out, FALSE);
    if (s->first_order >= 0 && s->first_order != order->first_order) {
        g_string_append(out, s->first_order ? "it is for a subscriber's first order"
                                            : "it is not for a subscriber's first order");
        return g_string_free(out, FALSE);
    }
    g_string_free(out, TRUE);
    return NULL;
}
