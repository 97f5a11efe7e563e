/* Drafting a distributor's invoices at the end of a cycle: which totals no invoice has bound yet,
 * and the documents made of them. */
#include "run/chunk/invoicing.h"

#include "store/sql.h"

/* What a distributor was told last: this group's transfers after that run are on no invoice. */
typedef struct {
    int32_t distributor_id, carrier_id, after_run;
    SettleInvoiceBrought brought; /* 0: no debt was left */
} Coverage;

/* A total of an earlier run. */
typedef struct {
    int32_t run_id;
    SettleInvoiceInput input;
} Earlier;

struct SettleInvoicing {
    const SettleRunContext *context;
    GArray *coverage; /* Coverage, by distributor: what was carried forward, and what left a debt */
    GArray *earlier;  /* Earlier, by distributor */
    GArray *inputs;   /* SettleInvoiceInput of one distributor and carrier */
    GArray *brought;  /* SettleInvoiceBrought of the same */
    GArray *places;   /* int32_t: last place given in this chunk, one a cycle end */
    guint next_coverage, next_earlier;
};

SettleInvoicing *
settle_invoicing_new(const SettleRunContext *context)
{
    SettleInvoicing *invoicing = g_new0(SettleInvoicing, 1);

    invoicing->context = context;
    invoicing->coverage = g_array_new(FALSE, FALSE, sizeof(Coverage));
    invoicing->earlier = g_array_new(FALSE, FALSE, sizeof(Earlier));
    invoicing->inputs = g_array_new(FALSE, FALSE, sizeof(SettleInvoiceInput));
    invoicing->brought = g_array_new(FALSE, FALSE, sizeof(SettleInvoiceBrought));
    invoicing->places = g_array_new(FALSE, TRUE, sizeof(int32_t));
    return invoicing;
}

void
settle_invoicing_free(SettleInvoicing *invoicing)
{
    g_array_unref(invoicing->coverage);
    g_array_unref(invoicing->earlier);
    g_array_unref(invoicing->inputs);
    g_array_unref(invoicing->brought);
    g_array_unref(invoicing->places);
    g_free(invoicing);
}

gboolean
settle_invoicing_wanted(const SettleInvoicing *invoicing)
{
    return invoicing->context->falls_due.cycle_ends->len > 0;
}

static gboolean
load_coverage(SettleInvoicing *invoicing, SettleStore *store, const SettleChunk *chunk,
              const int32_t *runs, const int32_t *carriers, GError **error)
{
    gsize n = invoicing->context->falls_due.cycle_ends->len;
    g_autoptr(SettleReader) reader =
        settle_store_read(store, settle_sql_run_invoice_coverage, "IiiI", runs, n,
                          chunk->first_distributor, chunk->last_distributor, carriers, n);

    while (settle_reader_next(reader)) {
        Coverage coverage = {
            .distributor_id = settle_reader_i32(reader, SQL_RUN_INVOICE_COVERAGE_DISTRIBUTOR_ID),
            .carrier_id = settle_reader_i32(reader, SQL_RUN_INVOICE_COVERAGE_CARRIER_ID),
            .after_run = settle_reader_i32(reader, SQL_RUN_INVOICE_COVERAGE_COVERED_RUN),
            .brought =
                {
                    .currency = settle_reader_i16(reader, SQL_RUN_INVOICE_COVERAGE_CURRENCY),
                    .tax_ppb = settle_reader_i64(reader, SQL_RUN_INVOICE_COVERAGE_TAX_PPB),
                    .brought_minor =
                        settle_reader_i64(reader, SQL_RUN_INVOICE_COVERAGE_BROUGHT_MINOR),
                },
        };
        g_array_append_val(invoicing->coverage, coverage);
    }
    return settle_reader_end(reader, error);
}

static gboolean
load_totals(SettleInvoicing *invoicing, SettleStore *store, const SettleChunk *chunk,
            const int32_t *carriers, int32_t last_run, GError **error)
{
    const SettleRunContext *context = invoicing->context;
    gsize n = (gsize) (chunk->last_distributor - chunk->first_distributor + 1);
    g_autofree int32_t *distributors = g_new(int32_t, n);
    g_autofree int32_t *after = g_new(int32_t, n);
    g_autoptr(SettleReader) reader = NULL;

    for (gsize i = 0; i < n; i++) {
        distributors[i] = chunk->first_distributor + (int32_t) i;
        after[i] = last_run;
    }
    for (guint i = 0; i < invoicing->coverage->len; i++) {
        const Coverage *coverage = &g_array_index(invoicing->coverage, Coverage, i);
        int32_t *a = &after[coverage->distributor_id - chunk->first_distributor];

        *a = MIN(*a, coverage->after_run);
    }
    reader = settle_store_read(
        store, settle_sql_run_invoice_totals, "IIIiIm", distributors, n, after, n, carriers,
        (gsize) context->falls_due.cycle_ends->len, context->run_id, context->seen.abandoned->data,
        (gsize) context->seen.abandoned->len, settle_day_month(SETTLE_DAY_MIN));
    while (settle_reader_next(reader)) {
        Earlier earlier = {
            .run_id = settle_reader_i32(reader, SQL_RUN_INVOICE_TOTALS_RUN_ID),
            .input =
                {
                    .distributor_id =
                        settle_reader_i32(reader, SQL_RUN_INVOICE_TOTALS_DISTRIBUTOR_ID),
                    .policy_id = settle_reader_i32(reader, SQL_RUN_INVOICE_TOTALS_POLICY_ID),
                    .kind = (uint8_t) settle_reader_i16(reader, SQL_RUN_INVOICE_TOTALS_KIND),
                    .class_id = settle_reader_i16(reader, SQL_RUN_INVOICE_TOTALS_CLASS_ID),
                    .debit = (uint8_t) settle_reader_i16(reader, SQL_RUN_INVOICE_TOTALS_DEBIT),
                    .credit = (uint8_t) settle_reader_i16(reader, SQL_RUN_INVOICE_TOTALS_CREDIT),
                    .count = settle_reader_i64(reader, SQL_RUN_INVOICE_TOTALS_SUM_TRANSFERS),
                    .amount_minor = settle_reader_i64(reader, SQL_RUN_INVOICE_TOTALS_SUM_MINOR),
                },
        };
        g_array_append_val(invoicing->earlier, earlier);
    }
    return settle_reader_end(reader, error);
}

gboolean
settle_invoicing_load(SettleInvoicing *invoicing, SettleStore *store, const SettleChunk *chunk,
                      GError **error)
{
    const GArray *ends = invoicing->context->falls_due.cycle_ends;
    g_autofree int32_t *runs = g_new(int32_t, MAX(ends->len, 1));
    g_autofree int32_t *carriers = g_new(int32_t, MAX(ends->len, 1));
    int32_t last_run = G_MAXINT32;

    g_array_set_size(invoicing->coverage, 0);
    g_array_set_size(invoicing->earlier, 0);
    g_array_set_size(invoicing->places, 0);
    g_array_set_size(invoicing->places, ends->len);
    invoicing->next_coverage = invoicing->next_earlier = 0;
    if (ends->len == 0)
        return TRUE;
    for (guint i = 0; i < ends->len; i++) {
        const SettleCycleEnd *end = &g_array_index(ends, SettleCycleEnd, i);

        runs[i] = end->last_run;
        carriers[i] = end->carrier_id;
        last_run = MIN(last_run, end->last_run);
    }
    return load_coverage(invoicing, store, chunk, runs, carriers, error) &&
           load_totals(invoicing, store, chunk, carriers, last_run, error);
}

/* After which run the group's transfers are on no invoice. */
static int32_t
after_run(const SettleInvoicing *invoicing, int32_t distributor_id, const SettleCycleEnd *end,
          const SettlePolicy *policy)
{
    for (guint i = invoicing->next_coverage; i < invoicing->coverage->len; i++) {
        const Coverage *coverage = &g_array_index(invoicing->coverage, Coverage, i);

        if (coverage->distributor_id != distributor_id)
            break;
        if (coverage->carrier_id == end->carrier_id &&
            coverage->brought.currency == policy->currency &&
            coverage->brought.tax_ppb == policy->tax_ppb)
            return coverage->after_run;
    }
    return end->last_run;
}

static const SettlePolicy *
look_policy_up(int32_t policy_id, gpointer user_data)
{
    const SettlePolicy *policy = settle_policy_set_get(user_data, policy_id);

    settle_invariant(policy != NULL);
    return policy;
}

/* What is to be on the invoices of a distributor and carrier: what earlier runs posted since the
 * last one, what this run posted, and what was carried forward. */
static void
gather_inputs(SettleInvoicing *invoicing, int32_t distributor_id, const SettleCycleEnd *end,
              const SettleOutput *output)
{
    const SettleRunContext *context = invoicing->context;

    g_array_set_size(invoicing->inputs, 0);
    g_array_set_size(invoicing->brought, 0);
    for (guint i = invoicing->next_coverage; i < invoicing->coverage->len; i++) {
        const Coverage *coverage = &g_array_index(invoicing->coverage, Coverage, i);

        if (coverage->distributor_id != distributor_id)
            break;
        if (coverage->carrier_id == end->carrier_id && coverage->brought.brought_minor != 0)
            g_array_append_val(invoicing->brought, coverage->brought);
    }
    for (guint i = invoicing->next_earlier; i < invoicing->earlier->len; i++) {
        const Earlier *earlier = &g_array_index(invoicing->earlier, Earlier, i);
        const SettlePolicy *policy;

        if (earlier->input.distributor_id != distributor_id)
            break;
        policy = look_policy_up(earlier->input.policy_id, context->known.policies);
        if (policy->carrier_id == end->carrier_id &&
            earlier->run_id > after_run(invoicing, distributor_id, end, policy))
            g_array_append_val(invoicing->inputs, earlier->input);
    }
    for (guint i = output->first_total; i < output->totals->len; i++) {
        const SettleTotal *total = &g_array_index(output->totals, SettleTotal, i);
        SettleInvoiceInput input = {
            .distributor_id = distributor_id,
            .policy_id = total->policy_id,
            .kind = total->kind,
            .class_id = total->class_id,
            .debit = total->debit,
            .credit = total->credit,
            .count = total->transfers,
            .amount_minor = total->amount_minor,
        };

        if (total->distributor_id == distributor_id && total->carrier_id == end->carrier_id)
            g_array_append_val(invoicing->inputs, input);
    }
}

static gboolean
draft_carrier(SettleInvoicing *invoicing, int32_t distributor_id, const SettleCycleEnd *end,
              guint end_place, SettleOutput *output, GError **error)
{
    const SettleRunContext *context = invoicing->context;
    g_autoptr(GPtrArray) invoices = NULL;

    gather_inputs(invoicing, distributor_id, end, output);
    if (invoicing->inputs->len == 0 && invoicing->brought->len == 0)
        return TRUE;
    if (!settle_invoice_build(
            distributor_id, (const SettleInvoiceInput *) (const void *) invoicing->inputs->data,
            invoicing->inputs->len,
            (const SettleInvoiceBrought *) (const void *) invoicing->brought->data,
            invoicing->brought->len, &end->terms->invoice, look_policy_up, context->known.policies,
            &invoices, error))
        return FALSE;

    for (guint i = 0; i < invoices->len; i++) {
        SettleInvoice *invoice = g_ptr_array_index(invoices, i);
        SettlePolicy group = {.currency = invoice->currency, .tax_ppb = invoice->tax_ppb};
        SettleInvoiceRow row = {
            .invoice = invoice,
            .carrier_id = end->carrier_id,
            .after_run = after_run(invoicing, distributor_id, end, &group),
            .transfers = invoice->count,
        };

        if (!invoice->carried) {
            row.place = ++g_array_index(invoicing->places, int32_t, end_place);
            output->sums.invoices++;
        }
        g_array_append_val(output->invoices, row);
    }
    /* The output owns them now. */
    g_ptr_array_set_free_func(invoices, NULL);
    return TRUE;
}

gboolean
settle_invoicing_draft(SettleInvoicing *invoicing, int32_t distributor_id, SettleOutput *output,
                       GError **error)
{
    const GArray *ends = invoicing->context->falls_due.cycle_ends;

    while (invoicing->next_coverage < invoicing->coverage->len &&
           g_array_index(invoicing->coverage, Coverage, invoicing->next_coverage).distributor_id <
               distributor_id)
        invoicing->next_coverage++;
    while (
        invoicing->next_earlier < invoicing->earlier->len &&
        g_array_index(invoicing->earlier, Earlier, invoicing->next_earlier).input.distributor_id <
            distributor_id)
        invoicing->next_earlier++;
    for (guint i = 0; i < ends->len; i++)
        if (!draft_carrier(invoicing, distributor_id, &g_array_index(ends, SettleCycleEnd, i), i,
                           output, error))
            return FALSE;
    return TRUE;
}
