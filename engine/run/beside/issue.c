/* The run that issues an approved invoice batch: its postings and the record of the issue, in one
 * transaction. */
#include "run/beside/issue.h"

#include "run/beside/posting.h"
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
    if (!settle_result_is_null(row, 0, SQL_ISSUE_BATCH_ISSUE_RUN)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "invoice batch %d/%s was issued already, by run %d", batch_run_id, carrier,
                    settle_result_i32(row, 0, SQL_ISSUE_BATCH_ISSUE_RUN));
        return FALSE;
    }
    if (!settle_result_bool(row, 0, SQL_ISSUE_BATCH_IS_APPROVED)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "invoice batch %d/%s is not approved",
                    batch_run_id, carrier);
        settle_error_hint(error,
                          "somebody other than the drafter approves it: "
                          "settle invoice approve %d/%s",
                          batch_run_id, carrier);
        return FALSE;
    }
    ret_batch->run_id = batch_run_id;
    ret_batch->carrier_id = settle_result_i32(row, 0, SQL_ISSUE_BATCH_CARRIER_ID);
    ret_batch->cut_off = settle_result_day(row, 0, SQL_ISSUE_BATCH_CUT_OFF);
    return TRUE;
}

/* One leg of an invoice; an amount of zero posts nothing, one below it the other way. */
static gboolean
post_leg(SettleOutput *output, SettleTransfer *transfer, guint leg, int64_t amount_minor,
         SettleRole debit, SettleRole credit, GError **error)
{
    if (amount_minor == 0)
        return TRUE;
    transfer->slot = settle_slot(0, 0, leg);
    transfer->amount_minor = transfer->target_minor = ABS(amount_minor);
    transfer->debit = (uint8_t) (amount_minor > 0 ? debit : credit);
    transfer->credit = (uint8_t) (amount_minor > 0 ? credit : debit);
    return settle_output_transfer(output, transfer, error);
}

/* Whether a version is to be named rather than another: the latest that began up to the cut-off,
 * else the one that begins first. */
static gboolean
is_nearer(const SettlePolicy *policy, const SettlePolicy *other, SettleDay cut_off)
{
    gboolean began = policy->closing_from <= cut_off;

    if (began != (other->closing_from <= cut_off))
        return began;
    return began ? policy->closing_from > other->closing_from
                 : policy->closing_from < other->closing_from;
}

/* The version that a posting of an invoice names: the carrier's latest of the invoice's currency
 * and tax rate up to the cut-off. Where these never change that is the one whose terms rule. */
static const SettlePolicy *
version_of(const SettlePolicySet *policies, const SettleIssueBatch *batch, SettleCurrency currency,
           SettleRatePpb tax_ppb)
{
    const SettlePolicy *best = NULL;

    for (guint i = 0; i < settle_policy_set_size(policies); i++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, i);

        if (policy->carrier_id == batch->carrier_id && policy->currency == currency &&
            policy->tax_ppb == tax_ppb &&
            (best == NULL || is_nearer(policy, best, batch->cut_off)))
            best = policy;
    }
    settle_invariant(best != NULL);
    return best;
}

SettleResult *
settle_issue_invoices(SettleStore *store, const SettleIssueBatch *batch, GError **error)
{
    return settle_store_query(store, settle_sql_issue_invoices, error, "ii", batch->run_id,
                              batch->carrier_id);
}

/* The three amounts of each invoice are posted as they stand on it: a debt that is left was taken
 * off when it was drafted (docs/semantics.md 8, 14.45). */
gboolean
settle_issue_post(const SettleRunContext *context, const SettleIssueBatch *batch,
                  const SettleResult *rows, SettleOutput *output, GError **error)
{
    int32_t current = 0;

    for (int i = 0; i < settle_result_rows(rows); i++) {
        int32_t distributor_id = settle_result_i32(rows, i, SQL_ISSUE_INVOICES_DISTRIBUTOR_ID);
        /* An issue is posted in the month in which it happens: what a month's books say of the
         * accounts does not change because an invoice of it goes out later. */
        SettleMonth origin = settle_day_month(batch->cut_off),
                    month = settle_day_month(context->date);
        SettleTransfer transfer = {
            .subject_id = settle_subject_invoice(
                batch->run_id, settle_result_i32(rows, i, SQL_ISSUE_INVOICES_PLACE_OF_DISTRIBUTOR)),
            .distributor_id = distributor_id,
            .policy_id =
                version_of(context->known.policies, batch,
                           (SettleCurrency) settle_result_i32(rows, i, SQL_ISSUE_INVOICES_CURRENCY),
                           settle_result_i64(rows, i, SQL_ISSUE_INVOICES_TAX_PPB))
                    ->policy_id,
            .period = settle_periods_posting(&context->known.periods, MAX(origin, month)),
            .origin = origin,
            .cause = origin,
            .kind = SETTLE_KIND_INVOICE,
        };

        if (distributor_id != current) {
            if (current != 0)
                settle_output_distributor_end(output);
            settle_output_distributor(output, distributor_id);
            current = distributor_id;
        }
        if (!post_leg(output, &transfer, 0,
                      settle_result_i64(rows, i, SQL_ISSUE_INVOICES_PAYABLE_MINOR),
                      SETTLE_ROLE_DISTRIBUTOR, SETTLE_ROLE_INVOICED, error) ||
            !post_leg(output, &transfer, 1,
                      settle_result_i64(rows, i, SQL_ISSUE_INVOICES_WITHHELD_MINOR),
                      SETTLE_ROLE_WITHHELD, SETTLE_ROLE_CARRIER, error) ||
            !post_leg(output, &transfer, 2,
                      settle_result_i64(rows, i, SQL_ISSUE_INVOICES_TAX_ADDED_MINOR),
                      SETTLE_ROLE_CARRIER, SETTLE_ROLE_INVOICED, error))
            return FALSE;
    }
    if (current != 0)
        settle_output_distributor_end(output);
    return TRUE;
}

typedef struct {
    int32_t batch_run_id;
    const char *carrier;
    SettleIssueBatch batch;
} Issuing;

static gboolean
decide(SettleStore *store, gpointer data, GError **error)
{
    Issuing *issuing = data;

    return check_batch(store, issuing->batch_run_id, issuing->carrier, &issuing->batch, error);
}

/* The database looks at the approval and at the documents first: nothing is posted of others. */
static gboolean
post(SettleStore *store, const SettleRunContext *context, SettleOutput *output, gpointer data,
     GError **error)
{
    const Issuing *issuing = data;
    g_autoptr(SettleResult) invoices = NULL;

    if (!settle_store_exec(store, settle_sql_issue_record, error, "iii", issuing->batch_run_id,
                           issuing->batch.carrier_id, context->run_id))
        return FALSE;
    invoices = settle_issue_invoices(store, &issuing->batch, error);
    return invoices != NULL && settle_output_open(output, error) &&
           settle_issue_post(context, &issuing->batch, invoices, output, error);
}

gboolean
settle_run_issue(const char *conninfo, int32_t batch_run_id, const char *carrier,
                 SettleRunReport *ret_report, GError **error)
{
    static const SettlePosting posting = {"issue", FALSE, decide, post};
    Issuing issuing = {.batch_run_id = batch_run_id, .carrier = carrier};

    return settle_run_post(conninfo, &posting, &issuing, ret_report, error);
}
