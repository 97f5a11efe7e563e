/* What verify found: findings with run, place and words, collected from several threads, and the
 * verdict made of them. */
#include "audit/state.h"

#include <stdarg.h>

static void
clear_finding(gpointer data)
{
    SettleFinding *finding = data;

    g_free(finding->place);
    g_free(finding->text);
}

void
settle_verification_free(SettleVerification *verification)
{
    g_array_unref(verification->findings);
    g_free(verification);
}

static SettleVerification *
verification_new(void)
{
    SettleVerification *verification = g_new0(SettleVerification, 1);

    verification->findings = g_array_new(FALSE, FALSE, sizeof(SettleFinding));
    g_array_set_clear_func(verification->findings, clear_finding);
    return verification;
}

SettleAudit *
settle_audit_new(const SettleVerifyOptions *options)
{
    SettleAudit *audit = g_new0(SettleAudit, 1);

    audit->options = options;
    audit->found = verification_new();
    g_mutex_init(&audit->mutex);
    return audit;
}

/* Beyond the limit findings are counted, but the earliest break is always kept: it is the one to
 * look at, whatever pass came across it when. */
static void
note(SettleAudit *audit, int32_t run_id, const char *place, char *text)
{
    SettleVerification *found = audit->found;
    SettleFinding finding = {.run_id = run_id, .place = g_strdup(place), .text = text};
    gboolean earliest;

    g_mutex_lock(&audit->mutex);
    earliest = run_id != 0 && (found->first_broken == 0 || run_id < found->first_broken);
    if (earliest)
        found->first_broken = run_id;
    found->n_findings++;
    if (earliest || found->findings->len < audit->options->limit)
        g_array_append_val(found->findings, finding);
    else
        clear_finding(&finding);
    g_mutex_unlock(&audit->mutex);
}

void
settle_audit_note(SettleAudit *audit, int32_t run_id, const char *place, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    note(audit, run_id, place, text);
}

void
settle_audit_note_distributor(SettleAudit *audit, int32_t run_id, int32_t distributor_id,
                              const char *format, ...)
{
    const char *code = settle_audit_code(audit, SETTLE_DIM_DISTRIBUTOR, distributor_id);
    g_autofree char *place = code != NULL ? g_strdup_printf("distributor %s", code)
                                          : g_strdup_printf("distributor id %d", distributor_id);
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    note(audit, run_id, place, text);
}
