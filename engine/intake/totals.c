#include "intake/totals.h"

#include <string.h>

/* A scaled sum as a decimal with that many places. */
char *
settle_intake_sum_text(SettleInt128 scaled, int places)
{
    char digits[48];
    int n = 0;
    gboolean minus = scaled < 0;
    for (int i = places; i < SETTLE_INTAKE_SCALE; i++)
        scaled /= 10;
    if (minus)
        scaled = -scaled;
    do {
        if (n == places && places > 0)
            digits[n] = '.';
        digits[n + (n >= places && places > 0)] = (char) ('0' + (int) (scaled % 10));
        scaled /= 10;
        n++;
    } while (scaled > 0 || n <= places);
    n += places > 0;
    char *text = g_malloc((size_t) n + 2);
    size_t used = 0;
    if (minus)
        text[used++] = '-';
    while (n > 0)
        text[used++] = digits[--n];
    text[used] = '\0';
    return text;
}

/* The same in minor units of the largest exponent. */
char *
settle_intake_sum_minor_text(SettleInt128 scaled, int exponent)
{
    for (int i = exponent; i < SETTLE_INTAKE_SCALE; i++)
        scaled /= 10;
    return settle_intake_sum_text(scaled * 10000, 0);
}

gboolean
settle_intake_parse_control_sum(const char *text, SettleInt128 *ret_scaled)
{
    int64_t minor;
    if (settle_money_parse(text, strlen(text), SETTLE_INTAKE_SCALE, &minor) != SETTLE_PARSE_OK)
        return FALSE;
    *ret_scaled = minor;
    return TRUE;
}

gboolean
settle_intake_check_options(SettleIntakeKind kind, const SettleIntakeOptions *options,
                            GError **error)
{
    SettleInt128 sum;
    if (options->control_sum != NULL && kind != SETTLE_INTAKE_ORDERS &&
        kind != SETTLE_INTAKE_BILLS && kind != SETTLE_INTAKE_EVENTS &&
        kind != SETTLE_INTAKE_RECEIPTS) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "%s have no amounts: a control sum cannot be checked",
                    settle_intake_kind_name(kind));
        return FALSE;
    }
    if (options->control_sum != NULL &&
        !settle_intake_parse_control_sum(options->control_sum, &sum)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "control sum \"%s\" is no amount like 199900.00", options->control_sum);
        return FALSE;
    }
    return TRUE;
}

/* Against the control totals. *ret_reason: why not, or a remark. */
gboolean
settle_intake_totals_agree(const SettleIntakeJob *job, char **ret_reason)
{
    const SettleIntakeOptions *options = &job->options;
    g_autoptr(GString) reason = g_string_new(NULL);
    gboolean good = TRUE;
    SettleInt128 control = 0;
    int places = job->exponent < 0 ? 2 : job->exponent;
    if (options->has_control_count && options->control_count != job->rows_read) {
        good = FALSE;
        g_string_append_printf(reason,
                               "the file has %" G_GINT64_FORMAT
                               " rows, the control count is %" G_GINT64_FORMAT,
                               job->rows_read, options->control_count);
    }
    if (options->control_sum != NULL &&
        settle_intake_parse_control_sum(options->control_sum, &control) && control != job->sum) {
        g_autofree char *sum = settle_intake_sum_text(job->sum, places);
        g_autofree char *difference = settle_intake_sum_text(control - job->sum, places);
        g_string_append_printf(reason, "%sthe rows add up to %s, the control sum is %s",
                               reason->len > 0 ? "; " : "", sum, options->control_sum);
        if (job->unreadable > 0)
            g_string_append_printf(reason,
                                   ": %" G_GINT64_FORMAT
                                   " rows without a readable amount would have to make up for %s",
                                   job->unreadable, difference);
        /* Rows that cannot be read prove nothing either way: then the count has to. */
        if (job->unreadable == 0 || !options->has_control_count)
            good = FALSE;
    }
    if (good && reason->len == 0 && !options->has_control_count && options->control_sum == NULL)
        g_string_append(reason, "sealed on what was read: no control totals were given");
    *ret_reason = g_string_free(g_steal_pointer(&reason), FALSE);
    return good;
}
