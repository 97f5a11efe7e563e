/* Intake, control totals: what the sender says a file adds up to, parsed and compared. */
#include "intake/totals.h"

#include "base/decimal.h"
#include "base/text.h"

#include <string.h>

/* As many zeros in a row by chance: once in ten thousand files. */
#define SUSPICIOUS_ZEROS 4

/* A scaled sum as a decimal with that many places. */
char *
settle_intake_sum_text(SettleInt128 scaled, int places)
{
    char text[SETTLE_DECIMAL_TEXT_BYTES];

    for (int i = places; i < SETTLE_INTAKE_SCALE; i++)
        scaled /= 10;
    return g_strdup(settle_decimal_format(scaled, places, FALSE, text));
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

static gboolean
says_nothing(const char *text)
{
    size_t length = strlen(text);

    settle_text_trim(&text, &length);
    return length == 0;
}

gboolean
settle_intake_check_options(SettleFileKind kind, const SettleIntakeOptions *options, GError **error)
{
    SettleInt128 sum;
    if (options->control_sum != NULL && !settle_file_kind(kind)->has_amount) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "%s have no amounts: a control sum cannot be checked",
                    settle_file_kind_name(kind));
        return FALSE;
    }
    if (options->control_sum != NULL &&
        !settle_intake_parse_control_sum(options->control_sum, &sum)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "control sum \"%s\" is no amount like 199900.00", options->control_sum);
        return FALSE;
    }
    if (options->accept_unproved != NULL && options->control_sum == NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "without a control sum there is nothing unproved to accept");
        return FALSE;
    }
    if (options->accept_unproved != NULL && says_nothing(options->accept_unproved)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "accepting an unproved control sum takes a reason");
        return FALSE;
    }
    return TRUE;
}

/* The sum against what was read. An amount that cannot be read could be any: then the sum is
 * neither proved nor disproved, and it takes somebody who says why it is good enough. */
static gboolean
sum_agrees(const SettleIntakeJob *job, GString *reason, gboolean *ret_unproved)
{
    const SettleIntakeOptions *options = &job->options;
    int places = job->exponent < 0 ? 2 : job->exponent;
    SettleInt128 control = 0;

    if (options->control_sum == NULL ||
        !settle_intake_parse_control_sum(options->control_sum, &control) || control == job->sum)
        return TRUE;
    g_autofree char *sum = settle_intake_sum_text(job->sum, places);
    g_autofree char *difference = settle_intake_sum_text(control - job->sum, places);
    g_string_append_printf(reason, "%sthe rows add up to %s, the control sum is %s",
                           reason->len > 0 ? "; " : "", sum, options->control_sum);
    if (job->unreadable == 0)
        return FALSE;
    g_string_append_printf(reason,
                           ": %" G_GINT64_FORMAT
                           " rows without a readable amount would have to make up for %s",
                           job->unreadable, difference);
    *ret_unproved = TRUE;
    return options->accept_unproved != NULL;
}

gboolean
settle_intake_totals_agree(SettleIntakeJob *job, char **ret_reason)
{
    const SettleIntakeOptions *options = &job->options;
    g_autoptr(GString) reason = g_string_new(NULL);
    gboolean good = TRUE, unproved = FALSE;

    if (options->has_control_count && options->control_count != job->rows_read) {
        good = FALSE;
        g_string_append_printf(reason,
                               "the file has %" G_GINT64_FORMAT
                               " rows, the control count is %" G_GINT64_FORMAT,
                               job->rows_read, options->control_count);
    }
    if (!sum_agrees(job, reason, &unproved))
        good = FALSE;
    if (good && unproved) {
        job->unproved = options->accept_unproved;
        g_string_append_printf(reason, "; accepted: %s", options->accept_unproved);
    } else if (unproved && options->accept_unproved == NULL) {
        g_string_append(reason,
                        "; mend the file, or take it in with --accept-unproved and the reason");
    }
    if (good && reason->len == 0 && !options->has_control_count && options->control_sum == NULL)
        g_string_append(reason, "sealed on what was read: no control totals were given");
    if (!job->long_ids_differ && job->long_id_zeros >= SUSPICIOUS_ZEROS)
        g_string_append_printf(
            reason,
            "%sall %" G_GINT64_FORMAT
            " numbers of more than %d digits among the ids end in zeros from there "
            "on: has a spreadsheet rounded them?",
            reason->len > 0 ? "; " : "", job->long_ids, SETTLE_INTAKE_SPREADSHEET_DIGITS);
    *ret_reason = g_string_free(g_steal_pointer(&reason), FALSE);
    return good;
}
