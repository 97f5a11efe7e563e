/* A chunk's invoices, their lines and what they bind, as rows. */
#include "run/output/invoice-rows.h"

#include "base/failpoint.h"
#include "run/output/row-order.h"
#include "store/sql.h"

/* Where the rows go, and which. */
typedef struct {
    SettleStore *store;
    int32_t run_id;
    const GArray *invoices; /* SettleInvoiceRow */
} Sending;

static void
put_invoice_key(const Sending *to, SettleWriter *writer, const SettleInvoiceRow *row)
{
    settle_writer_i32(writer, row->invoice->distributor_id);
    settle_writer_i32(writer, to->run_id);
    settle_writer_i32(writer, row->carrier_id);
    settle_writer_i16(writer, row->invoice->currency);
    settle_writer_i64(writer, row->invoice->tax_ppb);
}

static gboolean
send_documents(const Sending *to, int32_t chunk, GError **error)
{
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(to->store, settle_sql_copy_invoice, error);

    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < to->invoices->len; i++) {
        const SettleInvoiceRow *row = &g_array_index(to->invoices, SettleInvoiceRow, i);
        const SettleInvoice *invoice = row->invoice;

        if (!settle_writer_row(writer, 21, error))
            return FALSE;
        put_invoice_key(to, writer, row);
        settle_writer_i32(writer, chunk);
        settle_writer_i32(writer, row->place);
        settle_writer_i16(writer, (int16_t) invoice->tax_rounding);
        settle_writer_i16(writer, (int16_t) invoice->tax_per);
        settle_writer_bool(writer, invoice->carried);
        settle_writer_i32(writer, invoice->carried ? 0 : (int32_t) invoice->lines->len);
        settle_writer_i64(writer, invoice->count);
        settle_writer_i64(writer, invoice->net_minor);
        settle_writer_i64(writer, invoice->tax_minor);
        settle_writer_i64(writer, invoice->gross_minor);
        settle_writer_i64(writer, invoice->withheld_minor);
        settle_writer_i64(writer, invoice->payable_minor);
        settle_writer_i64(writer, invoice->tax_added_minor);
        settle_writer_i64(writer, invoice->brought_minor);
        settle_writer_i64(writer, invoice->covered_minor);
        settle_writer_i64(writer, invoice->left_minor);
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(RUN_CHUNK_INVOICES, error);
}

static gboolean
send_lines(const Sending *to, GError **error)
{
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(to->store, settle_sql_copy_invoice_line, error);

    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < to->invoices->len; i++) {
        const SettleInvoiceRow *row = &g_array_index(to->invoices, SettleInvoiceRow, i);

        /* What is carried forward becomes lines of a later invoice. */
        if (row->invoice->carried)
            continue;
        for (guint j = 0; j < row->invoice->lines->len; j++) {
            const SettleInvoiceLine *line =
                &g_array_index(row->invoice->lines, SettleInvoiceLine, j);

            if (!settle_writer_row(writer, 15, error))
                return FALSE;
            put_invoice_key(to, writer, row);
            settle_writer_i32(writer, (int32_t) j + 1);
            settle_writer_i16(writer, line->kind);
            settle_writer_i16(writer, line->class_id);
            settle_writer_bool(writer, line->taken_back);
            settle_writer_bool(writer, line->withheld);
            settle_writer_bool(writer, line->tax_included);
            settle_writer_i64(writer, line->count);
            settle_writer_i64(writer, line->net_minor);
            settle_writer_i64(writer, line->tax_minor);
            settle_writer_i64(writer, line->gross_minor);
        }
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(RUN_CHUNK_LINES, error);
}

/* One row each: the runs since the document before. */
static gboolean
send_bindings(const Sending *to, GError **error)
{
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(to->store, settle_sql_copy_invoice_binding, error);

    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < to->invoices->len; i++) {
        const SettleInvoiceRow *row = &g_array_index(to->invoices, SettleInvoiceRow, i);

        if (!settle_writer_row(writer, 7, error))
            return FALSE;
        put_invoice_key(to, writer, row);
        settle_writer_i32(writer, row->after_run);
        settle_writer_i32(writer, to->run_id);
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(RUN_CHUNK_BINDINGS, error);
}

gboolean
settle_invoice_rows_send(SettleStore *store, int32_t run_id, int32_t chunk, GArray *invoices,
                         GError **error)
{
    const Sending to = {store, run_id, invoices};

    if (invoices->len == 0)
        return TRUE;
    g_array_sort(invoices, settle_row_order_invoices);
    return send_documents(&to, chunk, error) && send_lines(&to, error) && send_bindings(&to, error);
}
