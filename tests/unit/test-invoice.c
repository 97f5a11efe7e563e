/* Invoices from ledger totals (docs/semantics.md 8, E8), and when a cycle ends (section 3). */
#include "base/error.h"
#include "invoice/invoice.h"

#include <inttypes.h>
#include <string.h>

#define PERCENT (SETTLE_RATE_ONE / 100)

/* The policies of the table, by id. */
enum { INCLUSIVE = 1, EXCLUSIVE, INCLUSIVE_3, DOLLARS, NO_TAX, EXCLUSIVE_100 };
static const SettlePolicy policies[] = {
    [INCLUSIVE] = {.currency = 156, .tax_ppb = 6 * PERCENT, .tax_included = TRUE},
    [EXCLUSIVE] = {.currency = 156, .tax_ppb = 6 * PERCENT, .tax_included = FALSE},
    [INCLUSIVE_3] = {.currency = 156, .tax_ppb = 3 * PERCENT, .tax_included = TRUE},
    [DOLLARS] = {.currency = 840, .tax_ppb = 6 * PERCENT, .tax_included = TRUE},
    [NO_TAX] = {.currency = 156, .tax_ppb = 0, .tax_included = FALSE},
    [EXCLUSIVE_100] = {.currency = 156, .tax_ppb = 100 * PERCENT, .tax_included = FALSE},
};

static const SettlePolicy *
lookup(int32_t policy_id, gpointer user_data)
{
    g_assert_true(user_data == (gpointer) policies);
    return &policies[policy_id];
}

#define UP     SETTLE_KIND_UPFRONT
#define LATER  SETTLE_KIND_DEFERRED
#define SHARE  SETTLE_KIND_REVENUE_SHARE
#define VOLUME SETTLE_KIND_VOLUME_BONUS
/* debit, credit */
#define EARNED    SETTLE_ROLE_CARRIER, SETTLE_ROLE_DISTRIBUTOR
#define WITHHELD  SETTLE_ROLE_CARRIER, SETTLE_ROLE_WITHHELD
#define BACK      SETTLE_ROLE_DISTRIBUTOR, SETTLE_ROLE_CARRIER
#define HELD      SETTLE_ROLE_CARRIER, SETTLE_ROLE_HELD
#define RELEASED  SETTLE_ROLE_HELD, SETTLE_ROLE_DISTRIBUTOR
#define HELD_BACK SETTLE_ROLE_HELD, SETTLE_ROLE_CARRIER

typedef struct {
    int32_t policy;
    uint8_t kind;
    int16_t class;
    uint8_t debit, credit;
    int64_t count, amount;
} Row;

/* Expected, an invoice a line:
 *   CURRENCY RATE%: net+tax=gross pay PAYABLE withheld WITHHELD added TAX [left DEBT] (sent|carried)
 *   and for each of its lines " | kind/class[-back][-withheld][-excl] COUNT: net+tax=gross" */
typedef struct {
    const char *name;
    int64_t minimum;
    Row rows[6]; /* up to the first without a policy */
    const char *expected;
} Case;

static const Case cases[] = {
    {"nothing: no invoice", 0, {{0}}, ""},
    {"E8 one line",
     0,
     {{INCLUSIVE, UP, 1, EARNED, 1, 10600}},
     "156 6%: 10000+600=10600 pay 10600 withheld 0 added 0 sent"
     " | upfront/1 1: 10000+600=10600\n"},
    {"E8 three lines",
     0,
     {{INCLUSIVE, UP, 3, EARNED, 1, 3334},
      {INCLUSIVE, UP, 1, EARNED, 1, 3333},
      {INCLUSIVE, UP, 2, EARNED, 1, 3333}},
     "156 6%: 9433+567=10000 pay 10000 withheld 0 added 0 sent"
     " | upfront/1 1: 3144+189=3333 | upfront/2 1: 3144+189=3333 | upfront/3 1: 3145+189=3334\n"},
    {"tax is rounded per line, not per posting",
     0,
     {{INCLUSIVE, UP, 1, EARNED, 1, 3333},
      {INCLUSIVE, UP, 1, EARNED, 1, 3333},
      {INCLUSIVE, UP, 1, EARNED, 1, 3334}},
     "156 6%: 9434+566=10000 pay 10000 withheld 0 added 0 sent"
     " | upfront/1 3: 9434+566=10000\n"},
    {"lines by kind, then class; counts add up",
     0,
     {{INCLUSIVE, SHARE, 1, EARNED, 5, 106},
      {INCLUSIVE, LATER, 2, EARNED, 1, 106},
      {INCLUSIVE, LATER, 1, EARNED, 2, 106},
      {INCLUSIVE, UP, 9, EARNED, 3, 106},
      {INCLUSIVE, LATER, 2, EARNED, 4, 106}},
     "156 6%: 500+30=530 pay 530 withheld 0 added 0 sent"
     " | upfront/9 3: 100+6=106 | deferred/1 2: 100+6=106 | deferred/2 5: 200+12=212"
     " | revenue-share/1 5: 100+6=106\n"},
    {"the volume bonus has one line, whatever class it came with",
     0,
     {{INCLUSIVE, VOLUME, 0, EARNED, 1, 53}, {INCLUSIVE, VOLUME, 7, EARNED, 1, 53}},
     "156 6%: 100+6=106 pay 106 withheld 0 added 0 sent | volume-bonus/0 2: 100+6=106\n"},
    {"earned and taken back are separate lines",
     0,
     {{INCLUSIVE, UP, 1, BACK, 2, 3333}, {INCLUSIVE, UP, 1, EARNED, 3, 10600}},
     "156 6%: 6856+411=7267 pay 7267 withheld 0 added 0 sent"
     " | upfront/1 3: 10000+600=10600 | upfront/1-back 2: -3144+-189=-3333\n"},
    {"withheld is on the invoice with nothing to pay",
     0,
     {{INCLUSIVE, UP, 1, WITHHELD, 1, 10600}},
     "156 6%: 10000+600=10600 pay 0 withheld 10600 added 0 sent"
     " | upfront/1-withheld 1: 10000+600=10600\n"},
    {"withheld outweighs what is taken back: it goes out, the debt stays",
     0,
     {{INCLUSIVE, UP, 1, WITHHELD, 1, 10600}, {INCLUSIVE, UP, 1, BACK, 1, 5300}},
     "156 6%: 5000+300=5300 pay 0 withheld 10600 added 0 left -5300 sent"
     " | upfront/1-withheld 1: 10000+600=10600 | upfront/1-back 1: -5000+-300=-5300\n"},
    {"whether there is a debt is asked before tax: tax on what was withheld is paid",
     0,
     {{EXCLUSIVE, UP, 1, WITHHELD, 2, 101000}, {EXCLUSIVE, UP, 1, BACK, 1, 1000}},
     "156 6%: 100000+6000=106000 pay 0 withheld 101000 added 6000 left -1000 sent"
     " | upfront/1-withheld-excl 2: 101000+6060=107060 | upfront/1-back-excl 1: -1000+-60=-1060\n"},
    {"tax taken back with nothing to pay joins the debt",
     0,
     {{INCLUSIVE, UP, 1, WITHHELD, 1, 20000}, {EXCLUSIVE, UP, 2, BACK, 1, 10000}},
     "156 6%: 8868+532=9400 pay 600 withheld 20000 added -600 left -10600 sent"
     " | upfront/1-withheld 1: 18868+1132=20000 | upfront/2-back-excl 1: -10000+-600=-10600\n"},
    {"tax taken back is taken off what is paid",
     0,
     {{INCLUSIVE, UP, 1, EARNED, 1, 30000}, {EXCLUSIVE, UP, 2, BACK, 1, 10000}},
     "156 6%: 18302+1098=19400 pay 20000 withheld 0 added -600 sent"
     " | upfront/1 1: 28302+1698=30000 | upfront/2-back-excl 1: -10000+-600=-10600\n"},
    {"more tax is taken back than there is to pay",
     0,
     {{INCLUSIVE, UP, 1, WITHHELD, 1, 20000},
      {INCLUSIVE, UP, 1, EARNED, 1, 10003},
      {EXCLUSIVE, UP, 2, BACK, 1, 10000}},
     "156 6%: 18305+1098=19403 pay 600 withheld 20000 added -600 left -597 sent"
     " | upfront/1 1: 9437+566=10003 | upfront/1-withheld 1: 18868+1132=20000"
     " | upfront/2-back-excl 1: -10000+-600=-10600\n"},
    {"what is held is on no invoice, its release is",
     0,
     {{INCLUSIVE, UP, 1, HELD, 1, 99999},
      {INCLUSIVE, UP, 1, HELD_BACK, 1, 5},
      {INCLUSIVE, UP, 1, RELEASED, 1, 10600}},
     "156 6%: 10000+600=10600 pay 10600 withheld 0 added 0 sent"
     " | upfront/1 1: 10000+600=10600\n"},
    {"only held: no invoice", 0, {{INCLUSIVE, UP, 1, HELD, 1, 99999}}, ""},
    {"movements of invoices themselves are none",
     0,
     {{INCLUSIVE, SETTLE_KIND_INVOICE, 0, SETTLE_ROLE_DISTRIBUTOR, SETTLE_ROLE_INVOICED, 1, 5},
      {INCLUSIVE, SETTLE_KIND_INVOICE, 0, SETTLE_ROLE_WITHHELD, SETTLE_ROLE_CARRIER, 1, 5},
      {INCLUSIVE, SETTLE_KIND_INVOICE, 0, SETTLE_ROLE_CARRIER, SETTLE_ROLE_INVOICED, 1, 5}},
     ""},
    {"tax on top",
     0,
     {{EXCLUSIVE, UP, 1, EARNED, 1, 10000}},
     "156 6%: 10000+600=10600 pay 10000 withheld 0 added 600 sent"
     " | upfront/1-excl 1: 10000+600=10600\n"},
    {"tax on top, half a fen up",
     0,
     {{EXCLUSIVE, UP, 1, EARNED, 1, 25}},
     "156 6%: 25+2=27 pay 25 withheld 0 added 2 sent | upfront/1-excl 1: 25+2=27\n"},
    {"tax on top of what is taken back",
     0,
     {{EXCLUSIVE, UP, 1, EARNED, 1, 10000}, {EXCLUSIVE, UP, 1, BACK, 1, 25}},
     "156 6%: 9975+598=10573 pay 9975 withheld 0 added 598 sent"
     " | upfront/1-excl 1: 10000+600=10600 | upfront/1-back-excl 1: -25+-2=-27\n"},
    {"tax on top of what was withheld",
     0,
     {{EXCLUSIVE, UP, 1, WITHHELD, 1, 10000}},
     "156 6%: 10000+600=10600 pay 0 withheld 10000 added 600 sent"
     " | upfront/1-withheld-excl 1: 10000+600=10600\n"},
    {"inside and on top: one invoice, separate lines",
     0,
     {{INCLUSIVE, UP, 1, EARNED, 1, 10600}, {EXCLUSIVE, UP, 1, EARNED, 1, 10000}},
     "156 6%: 20000+1200=21200 pay 20600 withheld 0 added 600 sent"
     " | upfront/1-excl 1: 10000+600=10600 | upfront/1 1: 10000+600=10600\n"},
    {"an invoice per tax rate, then per currency",
     0,
     {{DOLLARS, UP, 1, EARNED, 1, 106},
      {INCLUSIVE, UP, 1, EARNED, 1, 106},
      {INCLUSIVE_3, UP, 1, EARNED, 1, 103},
      {NO_TAX, UP, 1, EARNED, 1, 50}},
     "156 0%: 50+0=50 pay 50 withheld 0 added 0 sent | upfront/1-excl 1: 50+0=50\n"
     "156 3%: 100+3=103 pay 103 withheld 0 added 0 sent | upfront/1 1: 100+3=103\n"
     "156 6%: 100+6=106 pay 106 withheld 0 added 0 sent | upfront/1 1: 100+6=106\n"
     "840 6%: 100+6=106 pay 106 withheld 0 added 0 sent | upfront/1 1: 100+6=106\n"},
    {"just the minimum",
     10000,
     {{INCLUSIVE, UP, 1, EARNED, 1, 10000}},
     "156 6%: 9434+566=10000 pay 10000 withheld 0 added 0 sent | upfront/1 1: 9434+566=10000\n"},
    {"one fen below the minimum",
     10000,
     {{INCLUSIVE, UP, 1, EARNED, 1, 9999}},
     "156 6%: 9433+566=9999 pay 9999 withheld 0 added 0 carried | upfront/1 1: 9433+566=9999\n"},
    {"the minimum is on the gross total",
     10000,
     {{EXCLUSIVE, UP, 1, EARNED, 1, 9434}},
     "156 6%: 9434+566=10000 pay 9434 withheld 0 added 566 sent"
     " | upfront/1-excl 1: 9434+566=10000\n"},
    {"each invoice has to reach the minimum by itself",
     150,
     {{INCLUSIVE, UP, 1, EARNED, 1, 149}, {INCLUSIVE_3, UP, 1, EARNED, 1, 206}},
     "156 3%: 200+6=206 pay 206 withheld 0 added 0 sent | upfront/1 1: 200+6=206\n"
     "156 6%: 141+8=149 pay 149 withheld 0 added 0 carried | upfront/1 1: 141+8=149\n"},
    {"negative",
     0,
     {{INCLUSIVE, UP, 1, BACK, 1, 10600}},
     "156 6%: -10000+-600=-10600 pay -10600 withheld 0 added 0 carried"
     " | upfront/1-back 1: -10000+-600=-10600\n"},
    {"nothing left over is not sent either",
     0,
     {{INCLUSIVE, UP, 1, EARNED, 1, 10600}, {INCLUSIVE, UP, 1, BACK, 1, 10600}},
     "156 6%: 0+0=0 pay 0 withheld 0 added 0 carried"
     " | upfront/1 1: 10000+600=10600 | upfront/1-back 1: -10000+-600=-10600\n"},
    {"the largest",
     0,
     {{NO_TAX, UP, 1, EARNED, 1, INT64_MAX}},
     "156 0%: 9223372036854775807+0=9223372036854775807 pay 9223372036854775807 withheld 0 added 0"
     " sent | upfront/1-excl 1: 9223372036854775807+0=9223372036854775807\n"},
    {"overflow of a line",
     0,
     {{INCLUSIVE, UP, 1, EARNED, 1, INT64_MAX}, {INCLUSIVE, UP, 1, EARNED, 1, 1}},
     NULL},
    {"overflow of a count",
     0,
     {{INCLUSIVE, UP, 1, EARNED, INT64_MAX, 1}, {INCLUSIVE, UP, 1, EARNED, 1, 1}},
     NULL},
    {"overflow of the counts of lines",
     0,
     {{INCLUSIVE, UP, 1, EARNED, INT64_MAX, 1}, {INCLUSIVE, UP, 2, EARNED, 1, 1}},
     NULL},
    {"overflow by tax", 0, {{EXCLUSIVE, UP, 1, EARNED, 1, INT64_MAX}}, NULL},
    {"overflow by tax at 100%", 0, {{EXCLUSIVE_100, UP, 1, EARNED, 1, INT64_MAX / 2 + 1}}, NULL},
    {"overflow of the total, payable and withheld",
     0,
     {{INCLUSIVE, UP, 1, EARNED, 1, INT64_MAX}, {INCLUSIVE, UP, 1, WITHHELD, 1, INT64_MAX}},
     NULL},
};

/* The same where the policy wants a credit note for a total below zero. */
static const Case notes[] = {
    {"negative, as a credit note",
     0,
     {{INCLUSIVE, UP, 1, BACK, 1, 10600}},
     "156 6%: -10000+-600=-10600 pay -10600 withheld 0 added 0 sent"
     " | upfront/1-back 1: -10000+-600=-10600\n"},
    {"a fen below zero, whatever the minimum",
     10000,
     {{NO_TAX, UP, 1, EARNED, 1, 99}, {NO_TAX, UP, 1, BACK, 1, 100}},
     "156 0%: -1+0=-1 pay -1 withheld 0 added 0 sent"
     " | upfront/1-excl 1: 99+0=99 | upfront/1-back-excl 1: -100+0=-100\n"},
    {"tax on top of a credit note",
     0,
     {{EXCLUSIVE, UP, 1, BACK, 1, 10000}},
     "156 6%: -10000+-600=-10600 pay -10000 withheld 0 added -600 sent"
     " | upfront/1-back-excl 1: -10000+-600=-10600\n"},
    {"what was withheld lowers a credit note, not what is paid back",
     0,
     {{INCLUSIVE, UP, 1, WITHHELD, 1, 5300}, {INCLUSIVE, UP, 1, BACK, 1, 10600}},
     "156 6%: -5000+-300=-5300 pay -10600 withheld 5300 added 0 sent"
     " | upfront/1-withheld 1: 5000+300=5300 | upfront/1-back 1: -10000+-600=-10600\n"},
    {"nothing left over is no credit note",
     0,
     {{INCLUSIVE, UP, 1, EARNED, 1, 10600}, {INCLUSIVE, UP, 1, BACK, 1, 10600}},
     "156 6%: 0+0=0 pay 0 withheld 0 added 0 carried"
     " | upfront/1 1: 10000+600=10600 | upfront/1-back 1: -10000+-600=-10600\n"},
    {"between zero and the minimum it is carried with credit notes, too",
     10000,
     {{INCLUSIVE, UP, 1, EARNED, 1, 9999}},
     "156 6%: 9433+566=9999 pay 9999 withheld 0 added 0 carried | upfront/1 1: 9433+566=9999\n"},
    {"each tax rate by itself: an invoice and a credit note",
     0,
     {{INCLUSIVE, UP, 1, BACK, 1, 106}, {INCLUSIVE_3, UP, 1, EARNED, 1, 206}},
     "156 3%: 200+6=206 pay 206 withheld 0 added 0 sent | upfront/1 1: 200+6=206\n"
     "156 6%: -100+-6=-106 pay -106 withheld 0 added 0 sent | upfront/1-back 1: -100+-6=-106\n"},
};

static void
render(GString *out, const SettleInvoice *invoice)
{
    int64_t net = 0, tax = 0, gross = 0, count = 0;
    char rate[SETTLE_MONEY_TEXT_BYTES];

    g_string_append_printf(
        out, "%d %s: %" PRId64 "+%" PRId64 "=%" PRId64 " pay %" PRId64 " withheld %" PRId64,
        invoice->currency, settle_rate_format(invoice->tax_ppb, rate), invoice->net_minor,
        invoice->tax_minor, invoice->gross_minor, invoice->payable_minor, invoice->withheld_minor);
    g_string_append_printf(out, " added %" PRId64, invoice->tax_added_minor);
    if (invoice->left_minor != 0)
        g_string_append_printf(out, " left %" PRId64, invoice->left_minor);
    g_string_append(out, invoice->carried ? " carried" : " sent");
    for (guint i = 0; i < invoice->lines->len; i++) {
        const SettleInvoiceLine *line = &g_array_index(invoice->lines, SettleInvoiceLine, i);

        g_string_append_printf(out, " | %s/%d%s%s%s %" PRId64 ": %" PRId64 "+%" PRId64 "=%" PRId64,
                               settle_kind_name(line->kind), line->class_id,
                               line->taken_back ? "-back" : "", line->withheld ? "-withheld" : "",
                               line->tax_included ? "" : "-excl", line->count, line->net_minor,
                               line->tax_minor, line->gross_minor);
        net += line->net_minor;
        tax += line->tax_minor;
        gross += line->gross_minor;
        count += line->count;
        g_assert_cmpint(line->net_minor + line->tax_minor, ==, line->gross_minor);
    }
    g_string_append_c(out, '\n');
    /* totals are the sums of the lines, and what issuing will post is the gross total */
    g_assert_cmpint(net, ==, invoice->net_minor);
    g_assert_cmpint(tax, ==, invoice->tax_minor);
    g_assert_cmpint(gross, ==, invoice->gross_minor);
    g_assert_cmpint(count, ==, invoice->count);
    g_assert_cmpint(invoice->payable_minor + invoice->withheld_minor + invoice->tax_added_minor +
                        invoice->left_minor,
                    ==, invoice->gross_minor);
    g_assert_true(invoice->carried || invoice->gross_minor < 0 ||
                  invoice->payable_minor + invoice->tax_added_minor >= 0);
    g_assert_cmpint(invoice->distributor_id, ==, 42);
}

static void
check_case(const Case *given, gboolean credit_note, gboolean backwards)
{
    SettleInvoiceTerms terms = {SETTLE_CYCLE_MONTHLY, 10, given->minimum, credit_note};
    SettleInvoiceInput inputs[G_N_ELEMENTS(given->rows)];
    g_autoptr(GPtrArray) invoices = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    guint n = 0;
    gboolean good;

    while (n < G_N_ELEMENTS(inputs) && given->rows[n].policy != 0)
        n++;
    for (guint k = 0; k < n; k++) {
        const Row *row = &given->rows[backwards ? n - 1 - k : k];

        inputs[k] = (SettleInvoiceInput){42,         row->policy, row->kind,  row->class,
                                         row->debit, row->credit, row->count, row->amount};
    }
    g_test_message("%s%s", given->name, backwards ? ", backwards" : "");
    good = settle_invoice_build(42, inputs, n, NULL, 0, &terms, lookup, (gpointer) policies,
                                &invoices, &error);
    g_assert_cmpint(good, ==, given->expected != NULL);
    if (!good) {
        g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW);
        g_assert_null(invoices);
        return;
    }
    g_assert_no_error(error);
    for (guint k = 0; k < invoices->len; k++)
        render(text, g_ptr_array_index(invoices, k));
    g_assert_cmpstr(text->str, ==, given->expected);
}

/* The order of the totals must not matter. */
static void
test_build(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        check_case(&cases[i], FALSE, FALSE);
        check_case(&cases[i], FALSE, TRUE);
    }
}

static void
test_credit_notes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(notes); i++) {
        check_case(&notes[i], TRUE, FALSE);
        check_case(&notes[i], TRUE, TRUE);
    }
}

/* A debt that was left and what a deposit covered change what is to be paid, not the lines. */
static void
test_brought_and_covered(void)
{
    static const struct {
        int64_t earned, taken_back, brought, covered, pay, leaves;
        gboolean carried;
    } table[] = {
        {100, 0, -30, 0, 70, 0, FALSE}, {100, 0, -130, 0, 0, -30, FALSE},
        {0, 0, -30, 0, -30, 0, TRUE},   {0, 0, -30, 30, 0, 0, TRUE},
        {0, 60, 0, 60, 0, 0, FALSE},    {0, 60, 0, 40, -20, 0, TRUE},
        {50, 60, 0, 60, 50, 0, FALSE},  {50, 60, -5, 60, 45, 0, FALSE},
        {60, 60, 0, 60, 60, 0, TRUE},
    };
    static const SettleInvoiceTerms terms = {SETTLE_CYCLE_MONTHLY, 31, 0, FALSE};

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const SettleInvoiceBrought brought = {156, 6 * PERCENT, table[i].brought};
        SettleInvoiceInput inputs[3];
        guint n = 0;
        g_autoptr(GPtrArray) invoices = NULL;
        const SettleInvoice *invoice;

        if (table[i].earned > 0)
            inputs[n++] = (SettleInvoiceInput){42, INCLUSIVE, UP, 1, EARNED, 1, table[i].earned};
        if (table[i].taken_back > 0)
            inputs[n++] = (SettleInvoiceInput){42, INCLUSIVE, UP, 1, BACK, 1, table[i].taken_back};
        if (table[i].covered > 0)
            inputs[n++] = (SettleInvoiceInput){42, INCLUSIVE,           SETTLE_KIND_DEPOSIT,
                                               0,  SETTLE_ROLE_DEPOSIT, SETTLE_ROLE_DISTRIBUTOR,
                                               1,  table[i].covered};
        g_test_message("row %zu", i);
        g_assert_true(settle_invoice_build(42, inputs, n, &brought, table[i].brought != 0, &terms,
                                           lookup, (gpointer) policies, &invoices, NULL));
        g_assert_cmpuint(invoices->len, ==, 1);
        invoice = g_ptr_array_index(invoices, 0);
        g_assert_cmpint(invoice->gross_minor, ==, table[i].earned - table[i].taken_back);
        g_assert_cmpint(invoice->payable_minor, ==, table[i].pay);
        g_assert_cmpint(invoice->brought_minor, ==, table[i].brought);
        g_assert_cmpint(invoice->covered_minor, ==, table[i].covered);
        g_assert_cmpint(invoice->carried, ==, table[i].carried);
        g_assert_cmpint(invoice->left_minor, ==, table[i].leaves);
    }
}

static const struct {
    SettleCycle cycle;
    int cut_off_day;
    const char *day;
    gboolean ends;
} cycles[] = {
    {SETTLE_CYCLE_NONE, 10, "2026-04-10", FALSE},
    {SETTLE_CYCLE_DAILY, 0, "2026-04-10", TRUE},
    {SETTLE_CYCLE_MONTHLY, 10, "2026-04-10", TRUE},
    {SETTLE_CYCLE_MONTHLY, 10, "2026-04-09", FALSE},
    {SETTLE_CYCLE_MONTHLY, 10, "2026-04-11", FALSE},
    {SETTLE_CYCLE_MONTHLY, 31, "2026-04-30", TRUE}, /* the month lacks the day */
    {SETTLE_CYCLE_MONTHLY, 31, "2026-05-30", FALSE},
    {SETTLE_CYCLE_MONTHLY, 31, "2026-05-31", TRUE},
    {SETTLE_CYCLE_MONTHLY, 30, "2027-02-28", TRUE},
    {SETTLE_CYCLE_MONTHLY, 29, "2028-02-28", FALSE},
    {SETTLE_CYCLE_MONTHLY, 29, "2028-02-29", TRUE},
    {SETTLE_CYCLE_MONTHLY, 1, "2026-05-01", TRUE},
    {SETTLE_CYCLE_WEEKLY, 1, "2026-11-23", TRUE}, /* a Monday */
    {SETTLE_CYCLE_WEEKLY, 1, "2026-11-24", FALSE},
    {SETTLE_CYCLE_WEEKLY, 7, "2026-11-29", TRUE},
    {SETTLE_CYCLE_WEEKLY, 7, "2026-11-23", FALSE},
};

static void
test_cycle(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cycles); i++) {
        SettleInvoiceTerms terms = {cycles[i].cycle, cycles[i].cut_off_day, 0, FALSE};
        SettleDay day = 0;

        g_test_message("row %zu, %s", i, cycles[i].day);
        g_assert_true(settle_day_parse(cycles[i].day, strlen(cycles[i].day), &day));
        g_assert_cmpint(settle_invoice_cycle_ends(&terms, day), ==, cycles[i].ends);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/invoice/build", test_build);
    g_test_add_func("/invoice/credit-notes", test_credit_notes);
    g_test_add_func("/invoice/brought-and-covered", test_brought_and_covered);
    g_test_add_func("/invoice/cycle", test_cycle);
    return g_test_run();
}
