/* The rows of a chunk on their way out: transfers stream as they come; totals, balances and all
 * else follow; then the receipt. */
#include "run/output/output.h"

#include "base/failpoint.h"
#include "run/chain.h"
#include "run/output/balances.h"
#include "run/output/cuts.h"
#include "run/output/invoice-rows.h"
#include "run/output/row-order.h"
#include "store/sql.h"

#include <string.h>

static void
clear_invoice_row(gpointer row)
{
    g_clear_pointer(&((SettleInvoiceRow *) row)->invoice, settle_invoice_free);
}

SettleOutput *
settle_output_new(const SettleRunContext *context, SettleStore *store)
{
    SettleOutput *output = g_new0(SettleOutput, 1);

    output->context = context;
    output->store = store;
    if (context->how.sink != NULL)
        output->kept = g_array_new(FALSE, FALSE, sizeof(SettleTransfer));
    output->digest = settle_ledger_digest_new();
    output->totals = g_array_new(FALSE, FALSE, sizeof(SettleTotal));
    output->balances = g_array_new(FALSE, FALSE, sizeof(SettleBalanceRow));
    output->cuts = g_array_new(FALSE, FALSE, sizeof(SettleCutRow));
    output->cut_scopes = g_array_new(FALSE, FALSE, sizeof(SettleCutScope));
    output->uses = g_array_new(FALSE, FALSE, sizeof(SettleVolumeRow));
    output->outcomes = g_array_new(FALSE, FALSE, sizeof(SettleOutcomeRow));
    output->agenda = g_array_new(FALSE, FALSE, sizeof(SettleAgendaRow));
    output->deltas = g_array_new(FALSE, FALSE, sizeof(SettleVolumeRow));
    output->postings = g_array_new(FALSE, FALSE, sizeof(SettleVolumeRow));
    output->distributors = g_array_new(FALSE, FALSE, sizeof(SettleDistributorRow));
    output->invoices = g_array_new(FALSE, FALSE, sizeof(SettleInvoiceRow));
    g_array_set_clear_func(output->invoices, clear_invoice_row);
    return output;
}

void
settle_output_free(SettleOutput *output)
{
    settle_output_abort(output);
    settle_ledger_digest_free(output->digest);
    g_clear_pointer(&output->kept, g_array_unref);
    g_array_unref(output->totals);
    g_array_unref(output->balances);
    g_array_unref(output->cuts);
    g_array_unref(output->cut_scopes);
    g_array_unref(output->uses);
    g_array_unref(output->outcomes);
    g_array_unref(output->agenda);
    g_array_unref(output->deltas);
    g_array_unref(output->postings);
    g_array_unref(output->distributors);
    g_array_unref(output->invoices);
    g_free(output);
}

void
settle_output_abort(SettleOutput *output)
{
    if (output->transfers != NULL)
        settle_writer_abort(g_steal_pointer(&output->transfers));
    if (output->store != NULL)
        settle_store_rollback(output->store);
}

gboolean
settle_output_open(SettleOutput *output, GError **error)
{
    g_array_set_size(output->totals, 0);
    g_array_set_size(output->balances, 0);
    g_array_set_size(output->cuts, 0);
    g_array_set_size(output->cut_scopes, 0);
    g_array_set_size(output->uses, 0);
    g_array_set_size(output->outcomes, 0);
    g_array_set_size(output->agenda, 0);
    g_array_set_size(output->deltas, 0);
    g_array_set_size(output->postings, 0);
    g_array_set_size(output->distributors, 0);
    g_array_set_size(output->invoices, 0);
    if (output->kept != NULL)
        g_array_set_size(output->kept, 0);
    memset(&output->sums, 0, sizeof output->sums);
    output->policy = NULL;
    if (output->store == NULL)
        return TRUE;
    output->transfers = settle_store_copy_in(output->store, settle_sql_copy_transfer, error);
    return output->transfers != NULL;
}

static gboolean
claim(SettleOutput *output, int32_t chunk, SettleClaim *ret_claim, GError **error)
{
    g_autofree char *name = g_strdup_printf("chunk %d of run %d", chunk, output->context->run_id);
    g_autoptr(SettleResult) receipt = NULL;
    gboolean taken;

    if (!settle_store_try_lock(output->store, name, &taken, error))
        return FALSE;
    if (!taken) {
        *ret_claim = SETTLE_CLAIM_ELSEWHERE;
        return TRUE;
    }
    /* Who had it before us has committed by now, or never will. */
    receipt = settle_store_query(output->store, settle_sql_run_receipt_there, error, "ii",
                                 output->context->run_id, chunk);
    if (receipt == NULL)
        return FALSE;
    *ret_claim = settle_result_rows(receipt) == 1 ? SETTLE_CLAIM_DONE : SETTLE_CLAIM_OURS;
    return TRUE;
}

gboolean
settle_output_begin(SettleOutput *output, int32_t chunk, SettleClaim *ret_claim, GError **error)
{
    *ret_claim = SETTLE_CLAIM_OURS;
    if (output->store != NULL) {
        if (!settle_store_begin(output->store, error) ||
            !settle_failpoint(RUN_CHUNK_BEGUN, error) || !claim(output, chunk, ret_claim, error))
            return FALSE;
        if (*ret_claim != SETTLE_CLAIM_OURS) {
            settle_store_rollback(output->store);
            return TRUE;
        }
    }
    return settle_output_open(output, error);
}

void
settle_output_distributor(SettleOutput *output, int32_t distributor_id)
{
    const char *code =
        settle_run_distributor_code(output->context->known.directory, distributor_id);

    settle_invariant(code != NULL);
    output->distributor_id = distributor_id;
    output->first_total = output->totals->len;
    settle_ledger_digest_begin(output->digest, code);
}

/* Only a deposit moves without a policy: its subject says whose it is. */
static int32_t
carrier_of(const SettleOutput *output, const SettleTransfer *t)
{
    gboolean of_carrier;
    int32_t carrier_id;

    if (t->policy_id > 0)
        return output->policy->carrier_id;
    settle_subject_deposit_parts(t->subject_id, &of_carrier, &carrier_id);
    return carrier_id;
}

/* A distributor has a handful of totals in a run: a backwards search finds the right one at once,
 * because neighbouring transfers are alike. */
static void
add_to_totals(SettleOutput *output, const SettleTransfer *t, int32_t carrier_id)
{
    SettleTotal *totals = (SettleTotal *) (void *) output->totals->data;

    for (guint i = output->totals->len; i > output->first_total; i--) {
        SettleTotal *total = &totals[i - 1];

        if (total->policy_id == t->policy_id && total->kind == t->kind &&
            total->class_id == t->class_id && total->period == t->period &&
            total->origin == t->origin && total->debit == t->debit && total->credit == t->credit) {
            settle_invariant(
                settle_add_i64(total->amount_minor, t->amount_minor, &total->amount_minor));
            total->transfers++;
            return;
        }
    }

    SettleTotal total = {
        .distributor_id = t->distributor_id,
        .policy_id = t->policy_id,
        .carrier_id = carrier_id,
        .kind = t->kind,
        .class_id = t->class_id,
        .period = t->period,
        .origin = t->origin,
        .debit = t->debit,
        .credit = t->credit,
        .transfers = 1,
        .amount_minor = t->amount_minor,
    };
    g_array_append_val(output->totals, total);
}

/* What digests call a transfer's ids by. */
static SettleLedgerNames
names_of(const SettleOutput *output, const SettleTransfer *t, int32_t carrier_id)
{
    const SettleDirectory *directory = output->context->known.directory;
    SettleLedgerNames names = {.class_code = "", .scope_code = ""};

    names.carrier_code = settle_run_carrier_code(directory, carrier_id);
    if (output->policy != NULL)
        names.policy_hash = output->policy->hash;
    if (settle_kind_is_commission(t->kind))
        names.rule_hash = settle_policy_rule(output->policy, settle_slot_rule(t->slot))->name_hash;
    if (t->class_id != 0)
        names.class_code = settle_directory_code(directory, SETTLE_DIM_CLASS, t->class_id);
    if (settle_subject_is_window(t->subject_id)) {
        SettleWindowSubject window;

        settle_subject_window_parts(t->subject_id, &window);
        if (window.scope_kind != SETTLE_SCOPE_OF_DISTRIBUTOR)
            names.scope_code = settle_directory_code(directory,
                                                     window.scope_kind == SETTLE_SCOPE_OF_OUTLET
                                                         ? SETTLE_DIM_OUTLET
                                                         : SETTLE_DIM_MANAGER,
                                                     window.scope_id);
    }
    settle_invariant(names.carrier_code != NULL && names.scope_code != NULL);
    return names;
}

gboolean
settle_output_transfer(SettleOutput *output, const SettleTransfer *t, GError **error)
{
    SettleLedgerNames names;
    int32_t carrier_id;
    SettleWriter *writer = output->transfers;

    if (output->policy == NULL || output->policy->policy_id != t->policy_id)
        output->policy = settle_policy_set_get(output->context->known.policies, t->policy_id);
    settle_invariant(output->policy != NULL ||
                     (t->policy_id <= 0 && t->kind == SETTLE_KIND_DEPOSIT));
    carrier_id = carrier_of(output, t);
    names = names_of(output, t, carrier_id);
    settle_ledger_digest_add(output->digest, carrier_id, t, &names);
    add_to_totals(output, t, carrier_id);
    output->sums.transfers++;
    output->sums.amount += t->amount_minor;
    if (output->sums.first_period == 0 || t->period < output->sums.first_period)
        output->sums.first_period = t->period;
    output->sums.last_period = MAX(output->sums.last_period, t->period);

    if (output->kept != NULL)
        g_array_append_val(output->kept, *t);
    if (writer == NULL)
        return TRUE;
    if (!settle_writer_row(writer, 15, error) || !settle_failpoint(RUN_CHUNK_TRANSFER, error))
        return FALSE;
    settle_writer_i32(writer, t->distributor_id);
    settle_writer_month(writer, t->period);
    settle_writer_i64(writer, t->subject_id);
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i32(writer, t->slot);
    settle_writer_i64(writer, t->amount_minor);
    settle_writer_i64(writer, t->target_minor);
    settle_writer_i32(writer, t->policy_id);
    settle_writer_month(writer, t->origin);
    settle_writer_month(writer, t->cause);
    settle_writer_i16(writer, t->class_id);
    settle_writer_i16(writer, t->revision);
    settle_writer_i16(writer, t->kind);
    settle_writer_i16(writer, t->debit);
    settle_writer_i16(writer, t->credit);
    return TRUE;
}

void
settle_output_distributor_end(SettleOutput *output)
{
    const GArray *leaves = settle_ledger_digest_end(output->digest);

    for (guint i = 0; i < leaves->len; i++) {
        const SettleLedgerLeaf *leaf = &g_array_index(leaves, SettleLedgerLeaf, i);
        SettleDistributorRow row = {.distributor_id = output->distributor_id,
                                    .carrier_id = leaf->carrier_id,
                                    .transfers = leaf->transfers};

        memcpy(row.digest, leaf->digest, sizeof row.digest);
        g_array_append_val(output->distributors, row);
    }
}

/* One function a table: sends an array's rows through a COPY of its own, in the order of the
 * table's key (sql/tables.ini), in which they are summed. */
typedef gboolean (*SendRow)(SettleOutput *output, SettleWriter *writer, gconstpointer row,
                            GError **error);

static gboolean
send_array(SettleOutput *output, GArray *array, const char *sql, GCompareFunc compare,
           SendRow send_row, GError **error)
{
    g_autoptr(SettleWriter) writer = NULL;
    guint size = g_array_get_element_size(array);

    if (array->len == 0)
        return TRUE;
    writer = settle_store_copy_in(output->store, sql, error);
    if (writer == NULL)
        return FALSE;
    g_array_sort(array, compare);
    for (guint i = 0; i < array->len; i++)
        if (!send_row(output, writer, array->data + (gsize) i * size, error))
            return FALSE;
    return settle_writer_finish(g_steal_pointer(&writer), error);
}

static gboolean
send_total(SettleOutput *output, SettleWriter *writer, gconstpointer row, GError **error)
{
    const SettleTotal *t = row;

    if (!settle_writer_row(writer, 13, error))
        return FALSE;
    settle_writer_i32(writer, t->distributor_id);
    settle_writer_month(writer, settle_day_month(output->context->date));
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i32(writer, t->policy_id);
    settle_writer_i32(writer, t->carrier_id);
    settle_writer_i16(writer, t->kind);
    settle_writer_i16(writer, t->class_id);
    settle_writer_month(writer, t->period);
    settle_writer_month(writer, t->origin);
    settle_writer_i16(writer, t->debit);
    settle_writer_i16(writer, t->credit);
    settle_writer_i64(writer, t->transfers);
    settle_writer_i64(writer, t->amount_minor);
    return TRUE;
}

static gboolean
send_balance(SettleOutput *output, SettleWriter *writer, gconstpointer row, GError **error)
{
    const SettleBalanceRow *b = row;

    if (!settle_writer_row(writer, 7, error))
        return FALSE;
    settle_writer_i32(writer, b->distributor_id);
    settle_writer_month(writer, settle_day_month(output->context->date));
    settle_writer_i32(writer, b->carrier_id);
    settle_writer_i16(writer, b->currency);
    settle_writer_i16(writer, b->role);
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i64(writer, b->balance_minor);
    return TRUE;
}

static gboolean
send_distributor(SettleOutput *output, SettleWriter *writer, gconstpointer row, GError **error)
{
    const SettleDistributorRow *d = row;

    if (!settle_writer_row(writer, 5, error))
        return FALSE;
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i32(writer, d->distributor_id);
    settle_writer_i32(writer, d->carrier_id);
    settle_writer_i64(writer, d->transfers);
    settle_writer_bytes(writer, d->digest, sizeof d->digest);
    return TRUE;
}

static gboolean
send_outcome(SettleOutput *output, SettleWriter *writer, gconstpointer row, GError **error)
{
    const SettleOutcomeRow *o = row;

    if (!settle_writer_row(writer, 7, error))
        return FALSE;
    settle_writer_i32(writer, o->distributor_id);
    settle_writer_month(writer, o->closing_month);
    settle_writer_i64(writer, o->order_id);
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i16(writer, o->outcome);
    settle_writer_i64(writer, o->paid_minor);
    settle_writer_i32(writer, o->carrier_id);
    return TRUE;
}

static gboolean
send_agenda(SettleOutput *output, SettleWriter *writer, gconstpointer row, GError **error)
{
    const SettleAgendaRow *a = row;

    if (!settle_writer_row(writer, 10, error))
        return FALSE;
    settle_writer_i32(writer, a->distributor_id);
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i64(writer, a->order_id);
    settle_writer_i16(writer, a->what);
    settle_writer_i32(writer, a->slot);
    settle_writer_month(writer, a->closing_month);
    settle_writer_day(writer, a->look_day);
    if (a->bill_month >= 0)
        settle_writer_month(writer, a->bill_month);
    else
        settle_writer_null(writer);
    if (a->revision > 0)
        settle_writer_i16(writer, a->revision);
    else
        settle_writer_null(writer);
    settle_writer_i32(writer, a->carrier_id);
    return TRUE;
}

static gboolean
send_cut(SettleOutput *output, SettleWriter *writer, gconstpointer row, GError **error)
{
    const SettleCutRow *c = row;

    if (!settle_writer_row(writer, 9, error))
        return FALSE;
    settle_writer_i32(writer, c->distributor_id);
    settle_writer_month(writer, c->month);
    settle_writer_i64(writer, c->subject_id);
    settle_writer_i32(writer, c->slot);
    settle_writer_i16(writer, c->what);
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i32(writer, c->policy_id);
    settle_writer_i64(writer, c->earned_minor);
    settle_writer_i64(writer, c->cut_minor);
    return TRUE;
}

static void
put_volume_key(SettleWriter *writer, const SettleVolumeRow *v)
{
    settle_writer_i32(writer, v->rule);
    settle_writer_i16(writer, v->scope_kind);
    settle_writer_i32(writer, v->scope_id);
    settle_writer_i32(writer, v->policy_id);
}

static gboolean
send_delta(SettleOutput *output, SettleWriter *writer, gconstpointer row, GError **error)
{
    const SettleVolumeRow *v = row;

    if (!settle_writer_row(writer, 11, error))
        return FALSE;
    settle_writer_i32(writer, v->distributor_id);
    settle_writer_month(writer, v->window_end);
    settle_writer_i32(writer, v->carrier_id);
    settle_writer_i16(writer, v->what);
    put_volume_key(writer, v);
    settle_writer_month(writer, v->month);
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i64(writer, v->value);
    return TRUE;
}

static gboolean
send_posting(SettleOutput *output, SettleWriter *writer, gconstpointer row, GError **error)
{
    const SettleVolumeRow *v = row;

    if (!settle_writer_row(writer, 14, error))
        return FALSE;
    settle_writer_i32(writer, v->distributor_id);
    settle_writer_month(writer, v->window_end);
    settle_writer_i32(writer, v->carrier_id);
    put_volume_key(writer, v);
    settle_writer_i16(writer, (int16_t) v->item);
    settle_writer_i32(writer, output->context->run_id);
    settle_writer_i64(writer, v->value);
    settle_writer_i64(writer, v->target_minor);
    settle_writer_i64(writer, v->held_minor);
    settle_writer_i64(writer, v->released_minor);
    settle_writer_i64(writer, v->taken_minor);
    return TRUE;
}

static gboolean
send_receipt(SettleOutput *output, int32_t chunk, const GArray *rows, GError **error)
{
    const SettleRunContext *context = output->context;
    const SettleChunkSums *sums = &output->sums;
    g_autoptr(SettleResult) result = NULL;
    g_auto(SettleSumColumns) columns = {0};
    char amount[24];

    /* A chunk's transfers add up to less than 2^63 or the run's control total could not be shown.
     */
    if (sums->amount > INT64_MAX) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                    "the transfers of chunk %d add up to more than 64 bits hold", chunk);
        return FALSE;
    }
    g_snprintf(amount, sizeof amount, "%" G_GINT64_FORMAT, (int64_t) sums->amount);
    settle_sum_columns_init(&columns, rows);
    result = settle_store_query(output->store, settle_sql_run_write_receipt, error,
                                "iilllllllniSLS", context->run_id, chunk, context->how.epoch,
                                sums->facts, sums->settled, sums->zero, sums->waiting, sums->due,
                                sums->transfers, amount, (int32_t) sums->invoices, columns.tables,
                                columns.n, columns.rows, columns.n, columns.digests, columns.n);
    if (result == NULL)
        return FALSE;
    if (!settle_result_bool(result, 0, SQL_RUN_WRITE_RECEIPT_IS_WRITTEN)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LOCKED,
                    "another runner has taken over run %d", context->run_id);
        return FALSE;
    }
    return TRUE;
}

gboolean
settle_output_complete(SettleOutput *output, SettleStore *reader, GError **error)
{
    return settle_balances_add(output->context, reader, output->totals, output->balances, error) &&
           settle_cuts_changes(output->context, reader, output->cut_scopes, output->cuts,
                               output->uses, output->deltas, error);
}

gboolean
settle_output_send(SettleOutput *output, SettleStore *reader, int32_t chunk, GError **error)
{
    if (output->store == NULL)
        return TRUE;
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SettleTableSum));
    gboolean sent;

    if (!settle_writer_finish(g_steal_pointer(&output->transfers), error) ||
        !settle_failpoint(RUN_CHUNK_TRANSFERS, error) ||
        !settle_output_complete(output, reader != NULL ? reader : output->store, error))
        return FALSE;
    /* The transfers have their digests; what stands beside them is summed for the receipt. */
    settle_store_sum_rows(output->store, rows);
    sent = send_array(output, output->totals, settle_sql_copy_ledger_total, settle_row_order_totals,
                      send_total, error) &&
           settle_failpoint(RUN_CHUNK_TOTALS, error) &&
           send_array(output, output->balances, settle_sql_copy_account_balance,
                      settle_row_order_balances, send_balance, error) &&
           settle_failpoint(RUN_CHUNK_BALANCES, error) &&
           send_array(output, output->distributors, settle_sql_copy_run_distributor,
                      settle_row_order_distributors, send_distributor, error) &&
           settle_failpoint(RUN_CHUNK_DISTRIBUTORS, error) &&
           send_array(output, output->outcomes, settle_sql_copy_order_outcome,
                      settle_row_order_outcomes, send_outcome, error) &&
           settle_failpoint(RUN_CHUNK_OUTCOMES, error) &&
           send_array(output, output->agenda, settle_sql_copy_agenda, settle_row_order_agenda,
                      send_agenda, error) &&
           settle_failpoint(RUN_CHUNK_AGENDA, error) &&
           send_array(output, output->cuts, settle_sql_copy_cut, settle_row_order_cuts, send_cut,
                      error) &&
           settle_failpoint(RUN_CHUNK_CUTS, error) &&
           send_array(output, output->deltas, settle_sql_copy_window_change,
                      settle_row_order_volumes, send_delta, error) &&
           settle_failpoint(RUN_CHUNK_DELTAS, error) &&
           send_array(output, output->postings, settle_sql_copy_window_posting,
                      settle_row_order_volumes, send_posting, error) &&
           settle_failpoint(RUN_CHUNK_WINDOWS, error) &&
           settle_invoice_rows_send(output->store, output->context->run_id, chunk, output->invoices,
                                    error);
    settle_store_sum_rows(output->store, NULL);
    return sent && send_receipt(output, chunk, rows, error) &&
           settle_failpoint(RUN_CHUNK_RECEIPT, error);
}

gboolean
settle_output_finish(SettleOutput *output, SettleStore *reader, int32_t chunk, GError **error)
{
    return settle_output_send(output, reader, chunk, error) &&
           (output->store == NULL || (settle_store_commit(output->store, error) &&
                                      settle_failpoint(RUN_CHUNK_COMMITTED, error)));
}
