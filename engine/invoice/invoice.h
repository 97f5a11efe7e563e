/* Invoices from ledger totals: lines, tax, minimum, carry-forward (docs/semantics.md 8). Pure. */
#pragma once

#include "model/transfer.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* What was posted for one distributor and carrier since its last invoice, per group. */
typedef struct {
    int32_t distributor_id;
    int32_t policy_id; /* gives currency, tax rate, inclusion */
    uint8_t kind;
    int16_t class_id; /* 0 for volume bonus */
    uint8_t debit, credit;
    int64_t count;
    int64_t amount_minor;
} SettleInvoiceInput;

/* A debt that the last invoice of a currency and tax rate left on the account (docs/semantics.md
 * 14.45). */
typedef struct {
    SettleCurrency currency;
    SettleRatePpb tax_ppb;
    int64_t brought_minor; /* < 0 */
} SettleInvoiceBrought;

typedef struct {
    uint8_t kind;
    int16_t class_id;
    gboolean taken_back; /* earned and taken back are separate lines; taken back is negative */
    gboolean withheld;
    gboolean tax_included;
    int64_t count;
    int64_t net_minor, tax_minor, gross_minor;
} SettleInvoiceLine;

/* Over what tax is worked out and rounded. */
typedef enum {
    SETTLE_TAX_PER_LINE = 1,
    SETTLE_TAX_PER_RATE = 2, /* once for all lines of the rate; no invoice is made so yet */
} SettleTaxPer;

typedef struct {
    int32_t distributor_id;
    SettleCurrency currency;
    SettleRatePpb tax_ppb;
    SettleRounding tax_rounding; /* how its tax was made, kept with it */
    SettleTaxPer tax_per;
    GArray *lines; /* SettleInvoiceLine by kind, class, taken_back, withheld, tax_included */
    int64_t count;
    int64_t net_minor, tax_minor, gross_minor; /* sums of the lines */
    int64_t withheld_minor;  /* policy amounts (before tax if exclusive) settled at source */
    int64_t brought_minor;   /* a debt that the invoice before left on the account, <= 0 */
    int64_t covered_minor;   /* of debts that the deposit was taken for, >= 0 */
    int64_t payable_minor;   /* distributor -> invoiced: policy amounts not withheld and the two
                              * above, less what is left; as much as tax taken back needs */
    int64_t tax_added_minor; /* tax on exclusive amounts: carrier -> invoiced; below zero if more
                              * of it is taken back. With the one above: what is to be paid, never
                              * below zero but on a credit note */
    int64_t left_minor;      /* a debt that stays on the distributor's account, <= 0: the next one
                              * brings it forward */
    gboolean carried;        /* below the minimum or negative: no invoice, joins the next cycle; the
                              * amounts are what it comes to so far, and nothing is left */
} SettleInvoice;

/* Takes NULL, too. */
void settle_invoice_free(SettleInvoice *invoice);

/* Looks a policy up by its id for the currency and tax; returns NULL never for ids it was given. */
typedef const SettlePolicy *(*SettlePolicyLookup)(int32_t policy_id, gpointer user_data);

/* Builds the invoices of one distributor towards one carrier: one per (currency, tax rate), in that
 * order. inputs, brought: any order. terms: the minimum. FALSE and error (OVERFLOW) if a sum leaves
 * int64. *ret_invoices: GPtrArray of SettleInvoice*, owned by the caller. */
gboolean settle_invoice_build(int32_t distributor_id, const SettleInvoiceInput *inputs,
                              guint n_inputs, const SettleInvoiceBrought *brought, guint n_brought,
                              const SettleInvoiceTerms *terms, SettlePolicyLookup lookup,
                              gpointer user_data, GPtrArray **ret_invoices, GError **error);

/* TRUE if the invoicing cycle of the terms ends on that day. */
gboolean settle_invoice_cycle_ends(const SettleInvoiceTerms *terms, SettleDay day);

G_END_DECLS
