/* Invoices from ledger totals: grouped into lines, taxed and rounded, held back below the minimum
 * (docs/semantics.md 8). Pure. */
#include "invoice/invoice.h"

#include "base/error.h"

void
settle_invoice_free(SettleInvoice *invoice)
{
    g_array_unref(invoice->lines);
    g_free(invoice);
}

/* What a posting means for an invoice. Commission that is held is on none yet; its release is. */
typedef enum { NOT_INVOICED, EARNED, EARNED_WITHHELD, TAKEN_BACK, COVERED } Meaning;

static Meaning
meaning(const SettleInvoiceInput *input)
{
    if (input->debit == SETTLE_ROLE_CARRIER && input->credit == SETTLE_ROLE_DISTRIBUTOR)
        return EARNED;
    if (input->debit == SETTLE_ROLE_HELD && input->credit == SETTLE_ROLE_DISTRIBUTOR)
        return EARNED;
    if (input->debit == SETTLE_ROLE_CARRIER && input->credit == SETTLE_ROLE_WITHHELD)
        return EARNED_WITHHELD;
    if (input->debit == SETTLE_ROLE_DISTRIBUTOR && input->credit == SETTLE_ROLE_CARRIER)
        return TAKEN_BACK;
    if (input->debit == SETTLE_ROLE_DEPOSIT && input->credit == SETTLE_ROLE_DISTRIBUTOR)
        return COVERED;
    return NOT_INVOICED;
}

static SettleInvoice *
find_invoice(GPtrArray *invoices, int32_t distributor_id, SettleCurrency currency,
             SettleRatePpb tax_ppb)
{
    SettleInvoice *invoice;

    for (guint i = 0; i < invoices->len; i++) {
        invoice = g_ptr_array_index(invoices, i);
        if (invoice->currency == currency && invoice->tax_ppb == tax_ppb)
            return invoice;
    }
    invoice = g_new0(SettleInvoice, 1);
    invoice->distributor_id = distributor_id;
    invoice->currency = currency;
    invoice->tax_ppb = tax_ppb;
    /* as settle_money_tax() does, for each line */
    invoice->tax_rounding = SETTLE_ROUND_HALF_AWAY;
    invoice->tax_per = SETTLE_TAX_PER_LINE;
    invoice->lines = g_array_new(FALSE, FALSE, sizeof(SettleInvoiceLine));
    g_ptr_array_add(invoices, invoice);
    return invoice;
}

static SettleInvoiceLine *
find_line(SettleInvoice *invoice, const SettleInvoiceInput *input, Meaning what,
          gboolean tax_included)
{
    SettleInvoiceLine wanted = {
        .kind = input->kind,
        .class_id = settle_kind_is_window((int) input->kind) ? (int16_t) 0 : input->class_id,
        .taken_back = what == TAKEN_BACK,
        .withheld = what == EARNED_WITHHELD,
        .tax_included = tax_included,
    };

    for (guint i = 0; i < invoice->lines->len; i++) {
        SettleInvoiceLine *line = &g_array_index(invoice->lines, SettleInvoiceLine, i);

        if (line->kind == wanted.kind && line->class_id == wanted.class_id &&
            line->taken_back == wanted.taken_back && line->withheld == wanted.withheld &&
            line->tax_included == wanted.tax_included)
            return line;
    }
    g_array_append_val(invoice->lines, wanted);
    return &g_array_index(invoice->lines, SettleInvoiceLine, invoice->lines->len - 1);
}

/* Until the lines are complete their policy amount is kept in net_minor. */
static gboolean
add_input(GPtrArray *invoices, const SettleInvoiceInput *input, const SettlePolicy *policy)
{
    Meaning what = meaning(input);
    int64_t amount = what == TAKEN_BACK ? -input->amount_minor : input->amount_minor;
    SettleInvoice *invoice;
    SettleInvoiceLine *line;

    if (what == NOT_INVOICED)
        return TRUE;
    invoice = find_invoice(invoices, input->distributor_id, policy->currency, policy->tax_ppb);
    if (what == COVERED)
        return settle_add_i64(invoice->covered_minor, amount, &invoice->covered_minor) &&
               settle_add_i64(invoice->payable_minor, amount, &invoice->payable_minor);
    line = find_line(invoice, input, what, policy->tax_included);
    return settle_add_i64(line->net_minor, amount, &line->net_minor) &&
           settle_add_i64(line->count, input->count, &line->count) &&
           (what == EARNED_WITHHELD
                ? settle_add_i64(invoice->withheld_minor, amount, &invoice->withheld_minor)
                : settle_add_i64(invoice->payable_minor, amount, &invoice->payable_minor));
}

static int
compare_lines(gconstpointer a, gconstpointer b)
{
    const SettleInvoiceLine *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->class_id != y->class_id)
        return x->class_id < y->class_id ? -1 : 1;
    if (x->taken_back != y->taken_back)
        return x->taken_back - y->taken_back;
    if (x->withheld != y->withheld)
        return x->withheld - y->withheld;
    return x->tax_included - y->tax_included;
}

/* Whether amounts are a debt is asked before tax; tax is posted as it is, and where more of it is
 * taken back than there is to pay, the rest joins the debt (docs/semantics.md 14.45). A credit note
 * takes everything with it. */
static gboolean
leave_debt(SettleInvoice *invoice)
{
    int64_t owed = invoice->payable_minor, to_pay;

    if (!invoice->carried && invoice->gross_minor >= 0) {
        if (!settle_sub_i64(0, MIN(invoice->tax_added_minor, 0), &invoice->payable_minor))
            return FALSE;
        invoice->payable_minor = MAX(owed, invoice->payable_minor);
        if (!settle_sub_i64(owed, invoice->payable_minor, &invoice->left_minor))
            return FALSE;
    }
    return settle_add_i64(invoice->payable_minor, invoice->tax_added_minor, &to_pay);
}

/* Tax is rounded per line; totals are the sums of the lines (docs/semantics.md 8). */
static gboolean
complete(SettleInvoice *invoice, const SettleInvoiceTerms *terms)
{
    g_array_sort(invoice->lines, compare_lines);
    for (guint i = 0; i < invoice->lines->len; i++) {
        SettleInvoiceLine *line = &g_array_index(invoice->lines, SettleInvoiceLine, i);
        int64_t amount = line->net_minor;

        if (!settle_money_tax(amount, invoice->tax_ppb, line->tax_included, &line->tax_minor))
            return FALSE;
        if (line->tax_included) {
            line->gross_minor = amount;
            if (!settle_sub_i64(amount, line->tax_minor, &line->net_minor))
                return FALSE;
        } else if (!settle_add_i64(amount, line->tax_minor, &line->gross_minor) ||
                   !settle_add_i64(invoice->tax_added_minor, line->tax_minor,
                                   &invoice->tax_added_minor)) {
            return FALSE;
        }
        if (!settle_add_i64(invoice->net_minor, line->net_minor, &invoice->net_minor) ||
            !settle_add_i64(invoice->tax_minor, line->tax_minor, &invoice->tax_minor) ||
            !settle_add_i64(invoice->gross_minor, line->gross_minor, &invoice->gross_minor) ||
            !settle_add_i64(invoice->count, line->count, &invoice->count))
            return FALSE;
    }
    /* An invoice over nothing is not sent: its lines join the next one. */
    invoice->carried = invoice->gross_minor <= 0 || invoice->gross_minor < terms->minimum_minor;
    if (invoice->gross_minor < 0 && terms->credit_note)
        invoice->carried = FALSE;
    /* What the deposit has paid for is done: its document goes out. */
    if (invoice->gross_minor != 0 && invoice->covered_minor > 0 && invoice->payable_minor >= 0)
        invoice->carried = FALSE;
    return leave_debt(invoice);
}

static int
compare_invoices(gconstpointer a, gconstpointer b)
{
    const SettleInvoice *x = *(SettleInvoice *const *) a, *y = *(SettleInvoice *const *) b;

    if (x->currency != y->currency)
        return x->currency < y->currency ? -1 : 1;
    return x->tax_ppb < y->tax_ppb ? -1 : x->tax_ppb > y->tax_ppb;
}

gboolean
settle_invoice_build(int32_t distributor_id, const SettleInvoiceInput *inputs, guint n_inputs,
                     const SettleInvoiceBrought *brought, guint n_brought,
                     const SettleInvoiceTerms *terms, SettlePolicyLookup lookup, gpointer user_data,
                     GPtrArray **ret_invoices, GError **error)
{
    g_autoptr(GPtrArray) invoices =
        g_ptr_array_new_with_free_func((GDestroyNotify) settle_invoice_free);
    gboolean ok = TRUE;

    for (guint i = 0; i < n_inputs && ok; i++)
        ok = add_input(invoices, &inputs[i], lookup(inputs[i].policy_id, user_data));
    for (guint i = 0; i < n_brought && ok; i++) {
        SettleInvoice *invoice =
            find_invoice(invoices, distributor_id, brought[i].currency, brought[i].tax_ppb);

        ok = settle_add_i64(invoice->brought_minor, brought[i].brought_minor,
                            &invoice->brought_minor) &&
             settle_add_i64(invoice->payable_minor, brought[i].brought_minor,
                            &invoice->payable_minor);
    }
    for (guint i = 0; i < invoices->len && ok; i++)
        ok = complete(g_ptr_array_index(invoices, i), terms);
    if (!ok) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                    "an invoice of distributor %d leaves 64 bits", distributor_id);
        return FALSE;
    }
    g_ptr_array_sort(invoices, compare_invoices);
    *ret_invoices = g_steal_pointer(&invoices);
    return TRUE;
}
