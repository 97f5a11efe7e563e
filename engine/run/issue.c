#include "run/issue.h"

#include "base/failpoint.h"
#include "run/internal.h"
#include "run/output.h"
#include "store/sql.h"

static gboolean
check_batch(SettleStore *store, int32_t batch_run_id, const char *carrier,
            SettleIssueBatch *ret_batch, GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_issue_batch, error, "is", batch_run_id, carrier);

    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no invoice batch %d/%s",
                    batch_run_id, carrier);
        settle_error_hint(error, "settle invoice list shows the batches");
        return FALSE;
    }
    if (!settle_result_is_null(row, 0, 4)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "invoice batch %d/%s was issued already, by run %d", batch_run_id, carrier,
                    settle_result_i32(row, 0, 4));
        return FALSE;
    }
    if (!settle_result_bool(row, 0, 3)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "invoice batch %d/%s is not approved",
                    batch_run_id, carrier);
        settle_error_hint(error,
                          "somebody other than the drafter approves it: "
                          "settle invoice approve %d/%s",
                          batch_run_id, carrier);
        return FALSE;
    }
    ret_batch->run_id = batch_run_id;
    ret_batch->carrier_id = settle_result_i32(row, 0, 0);
    ret_batch->cut_off = settle_result_day(row, 0, 1);
    return TRUE;
}

/* One leg of an invoice; an amount of zero posts nothing, one below it only on a credit note, the
 * other way. */
static gboolean
post_leg(SettleOutput *output, SettleTransfer *transfer, guint leg, int64_t amount_minor,
         SettleRole debit, SettleRole credit, gboolean is_credit_note, GError **error)
{
    if (amount_minor == 0 || (amount_minor < 0 && !is_credit_note))
        return TRUE;
    transfer->slot = settle_slot(0, 0, leg);
    transfer->amount_minor = transfer->target_minor = ABS(amount_minor);
    transfer->debit = (uint8_t) (amount_minor > 0 ? debit : credit);
    transfer->credit = (uint8_t) (amount_minor > 0 ? credit : debit);
    return settle_output_transfer(output, transfer, error);
}

/* The version that a posting of an invoice names: the carrier's latest of the invoice's currency up
 * to the cut-off. Where the currency never changes that is the one whose terms rule. */
static const SettlePolicy *
version_of(const SettlePolicySet *policies, const SettleIssueBatch *batch, SettleCurrency currency)
{
    const SettlePolicy *best = NULL;

    for (guint i = 0; i < settle_policy_set_size(policies); i++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, i);

        if (policy->carrier_id == batch->carrier_id && policy->currency == currency &&
            (best == NULL ||
             (policy->closing_from > best->closing_from && policy->closing_from <= batch->cut_off)))
            best = policy;
    }
    settle_invariant(best != NULL);
    return best;
}

/* What is to be paid moves to "invoiced"; where take-backs outweigh it nothing moves and the debt
 * stays on the distributor's account, unless the whole is a credit note (docs/semantics.md 8). */
SettleResult *
settle_issue_invoices(SettleStore *store, const SettleIssueBatch *batch, GError **error)
{
    return settle_store_query(store, settle_sql_issue_invoices, error, "ii", batch->run_id,
                              batch->carrier_id);
}

gboolean
settle_issue_post(const SettleRunContext *context, const SettleIssueBatch *batch,
                  const SettleResult *rows, SettleOutput *output, GError **error)
{
    int32_t current = 0;

    for (int i = 0; i < settle_result_rows(rows); i++) {
        int32_t distributor_id = settle_result_i32(rows, i, 0);
        SettleMonth origin = settle_day_month(batch->cut_off);
        gboolean is_credit_note = settle_result_bool(rows, i, 6);
        SettleTransfer transfer = {
            .subject_id = settle_subject_invoice(batch->run_id, settle_result_i32(rows, i, 4)),
            .distributor_id = distributor_id,
            .policy_id =
                version_of(context->policies, batch, (SettleCurrency) settle_result_i32(rows, i, 5))
                    ->policy_id,
            .period = settle_periods_posting(&context->periods, origin),
            .origin = origin,
            .kind = SETTLE_KIND_INVOICE,
        };

        if (distributor_id != current) {
            if (current != 0)
                settle_output_distributor_end(output);
            settle_output_distributor(output, distributor_id);
            current = distributor_id;
        }
        if (!post_leg(output, &transfer, 0, settle_result_i64(rows, i, 1), SETTLE_ROLE_DISTRIBUTOR,
                      SETTLE_ROLE_INVOICED, is_credit_note, error) ||
            !post_leg(output, &transfer, 1, settle_result_i64(rows, i, 2), SETTLE_ROLE_WITHHELD,
                      SETTLE_ROLE_CARRIER, is_credit_note, error) ||
            !post_leg(output, &transfer, 2, settle_result_i64(rows, i, 3), SETTLE_ROLE_CARRIER,
                      SETTLE_ROLE_INVOICED, is_credit_note, error))
            return FALSE;
    }
    if (current != 0)
        settle_output_distributor_end(output);
    return TRUE;
}

static gboolean
write_run(SettleStore *store, SettleRunContext *context, GError **error)
{
    int32_t chunk = 1, first = 1, last = G_MAXINT32;
    int64_t run_id, expected = 0;

    if (!settle_store_count(store, "run", 1, &run_id, error) ||
        !settle_store_count(store, "control", 0, &context->control_position, error))
        return FALSE;
    context->run_id = (int32_t) run_id;
    return settle_store_exec(store, settle_sql_run_insert, error, "isdblis", context->run_id,
                             "issue", context->date, FALSE, context->control_position,
                             SETTLE_CALCULATION_VERSION, SETTLE_VERSION) &&
           settle_store_exec(store, settle_sql_run_insert_policies, error, "il", context->run_id,
                             context->control_position) &&
           settle_store_exec(store, settle_sql_run_insert_chunk, error, "iIIIL", context->run_id,
                             &chunk, (gsize) 1, &first, (gsize) 1, &last, (gsize) 1, &expected,
                             (gsize) 1) &&
           settle_run_context_load(store, context, error);
}

/* All of it is one transaction: an issue run is published whole or never was. */
static gboolean
issue(SettleStore *store, SettleRunContext *context, int32_t batch_run_id, const char *carrier,
      SettleRunReport *report, GError **error)
{
    g_autoptr(SettleOutput) output = NULL;
    g_autoptr(SettleResult) invoices = NULL;
    SettleIssueBatch batch;

    if (!check_batch(store, batch_run_id, carrier, &batch, error) ||
        !write_run(store, context, error) || !settle_failpoint(ISSUE_STARTED, error))
        return FALSE;
    invoices = settle_issue_invoices(store, &batch, error);
    if (invoices == NULL)
        return FALSE;
    output = settle_output_new(context, store);
    if (!settle_output_open(output, error) ||
        !settle_issue_post(context, &batch, invoices, output, error) ||
        !settle_output_send(output, 1, error) || !settle_failpoint(ISSUE_POSTED, error))
        return FALSE;
    report->run_id = context->run_id;
    report->date = context->date;
    report->chunks = 1;
    return settle_store_exec(store, settle_sql_issue_insert, error, "iii", batch_run_id,
                             batch.carrier_id, context->run_id) &&
           settle_failpoint(ISSUE_RECORDED, error) &&
           settle_run_publish_within(store, context, "issue", report, error) &&
           settle_failpoint(ISSUE_BEFORE_COMMIT, error) && settle_store_commit(store, error) &&
           settle_failpoint(ISSUE_COMMITTED, error);
}

gboolean
settle_run_issue(const char *conninfo, int32_t batch_run_id, const char *carrier,
                 SettleRunReport *ret_report, GError **error)
{
    SettleRunOptions options = {.conninfo = conninfo};
    SettleRunReport report = {0};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleRunContext) context = NULL;
    g_autoptr(SettleResult) state = NULL;
    SettleMonth month;
    int64_t epoch;

    store = settle_run_open_runner(conninfo, FALSE, &epoch, error);
    if (store == NULL)
        return FALSE;
    state = settle_store_query(store, settle_sql_run_state, error, "");
    if (state == NULL)
        return FALSE;
    if (!settle_result_is_null(state, 0, 2)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "run %d is unfinished",
                    settle_result_i32(state, 0, 2));
        settle_error_hint(error, "settle run continues it");
        return FALSE;
    }
    if (settle_result_is_null(state, 0, 1)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "no night has been settled yet");
        return FALSE;
    }
    context = settle_run_context_new(&options, settle_result_day(state, 0, 1), FALSE, epoch);
    month = settle_day_month(context->date);
    if (!settle_store_ensure_partitions(store, month, month + 2, error) ||
        !settle_store_begin(store, error))
        return FALSE;
    if (!issue(store, context, batch_run_id, carrier, &report, error)) {
        settle_store_rollback(store);
        return FALSE;
    }
    *ret_report = report;
    return TRUE;
}
