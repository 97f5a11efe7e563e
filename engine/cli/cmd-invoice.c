/* settle invoice list, lines, show and export: invoices as readers see them. */
#include "cli/cli-invoice.h"
#include "cli/cli-scope.h"
#include "cli/slips.h"

#include "cli/known.h"
#include "model/transfer.h"
#include "money/money.h"
#include "report/invoice-files.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

#define N_INVOICE_COLUMNS 18
#define N_AMOUNTS         8
#define N_LINE_COLUMNS    10

static const SettleColumn invoice_columns[N_INVOICE_COLUMNS] = {
    {"number", SETTLE_COLUMN_TEXT},
    {"batch", SETTLE_COLUMN_TEXT},
    {"carrier", SETTLE_COLUMN_TEXT},
    {"distributor", SETTLE_COLUMN_TEXT},
    {"currency", SETTLE_COLUMN_TEXT},
    {"tax_rate", SETTLE_COLUMN_TEXT},
    {"cut_off", SETTLE_COLUMN_TEXT},
    {"status", SETTLE_COLUMN_TEXT},
    {"lines", SETTLE_COLUMN_INTEGER},
    {"net", SETTLE_COLUMN_MONEY},
    {"tax", SETTLE_COLUMN_MONEY},
    {"gross", SETTLE_COLUMN_MONEY},
    {"payable", SETTLE_COLUMN_MONEY},
    {"withheld", SETTLE_COLUMN_MONEY},
    {"brought_forward", SETTLE_COLUMN_MONEY},
    {"covered", SETTLE_COLUMN_MONEY},
    {"debt_left", SETTLE_COLUMN_MONEY},
    {"document", SETTLE_COLUMN_TEXT},
};

typedef struct {
    char rate[SETTLE_MONEY_TEXT_BYTES], lines[16], amounts[N_AMOUNTS][SETTLE_MONEY_TEXT_BYTES];
} InvoiceTexts;

/* The cells of an invoice; texts: where those stand that are no texts of the result. */
static void
invoice_cells(const SettleResult *rows, int i, InvoiceTexts *texts, const char **cells)
{
    SettleCurrency currency = (SettleCurrency) settle_result_i32(rows, i, SQL_INVOICE_ROW_CURRENCY);
    int exponent = settle_currency_exponent(currency);

    for (int j = 0; j < 8; j++)
        if (j != 4 && j != 5)
            cells[j] = settle_result_text(rows, i, j);
    cells[4] = settle_currency_code(currency);
    cells[5] = settle_rate_format(settle_result_i64(rows, i, SQL_INVOICE_ROW_TAX_PPB), texts->rate);
    g_snprintf(texts->lines, sizeof texts->lines, "%d",
               settle_result_i32(rows, i, SQL_INVOICE_ROW_LINES));
    cells[8] = texts->lines;
    for (int j = 0; j < N_AMOUNTS; j++)
        cells[9 + j] = settle_money_format(
            settle_result_i64(rows, i, SQL_INVOICE_ROW_NET_MINOR + j), exponent, texts->amounts[j]);
    cells[9 + N_AMOUNTS] = settle_result_text(rows, i, SQL_INVOICE_ROW_DOCUMENT);
}

static void
print_invoices(const SettleCli *cli, const SettleResult *rows)
{
    SettleTable *table = settle_table_new(cli->format, invoice_columns, N_INVOICE_COLUMNS, stdout);

    for (int i = 0; i < settle_result_rows(rows); i++) {
        const char *cells[N_INVOICE_COLUMNS];
        InvoiceTexts texts;

        invoice_cells(rows, i, &texts, cells);
        settle_table_row(table, cells);
    }
    settle_table_end(table);
}

/* invoice: the cells of the invoice that they are of, to be repeated after each; NULL: not. */
static void
print_lines(const SettleCli *cli, const SettleResult *rows, const char *const *invoice)
{
    static const SettleColumn columns[N_LINE_COLUMNS + N_INVOICE_COLUMNS - 1] = {
        {"number", SETTLE_COLUMN_TEXT},
        {"line", SETTLE_COLUMN_INTEGER},
        {"kind", SETTLE_COLUMN_TEXT},
        {"class", SETTLE_COLUMN_TEXT},
        {"direction", SETTLE_COLUMN_TEXT},
        {"settled", SETTLE_COLUMN_TEXT},
        {"count", SETTLE_COLUMN_INTEGER},
        {"net", SETTLE_COLUMN_MONEY},
        {"tax", SETTLE_COLUMN_MONEY},
        {"gross", SETTLE_COLUMN_MONEY},
        /* of the invoice, as in invoice_columns from its second on */
        {"batch", SETTLE_COLUMN_TEXT},
        {"carrier", SETTLE_COLUMN_TEXT},
        {"distributor", SETTLE_COLUMN_TEXT},
        {"currency", SETTLE_COLUMN_TEXT},
        {"tax_rate", SETTLE_COLUMN_TEXT},
        {"cut_off", SETTLE_COLUMN_TEXT},
        {"status", SETTLE_COLUMN_TEXT},
        {"invoice_lines", SETTLE_COLUMN_INTEGER},
        {"invoice_net", SETTLE_COLUMN_MONEY},
        {"invoice_tax", SETTLE_COLUMN_MONEY},
        {"invoice_gross", SETTLE_COLUMN_MONEY},
        {"invoice_payable", SETTLE_COLUMN_MONEY},
        {"invoice_withheld", SETTLE_COLUMN_MONEY},
        {"invoice_brought_forward", SETTLE_COLUMN_MONEY},
        {"invoice_covered", SETTLE_COLUMN_MONEY},
        {"invoice_debt_left", SETTLE_COLUMN_MONEY},
        {"document", SETTLE_COLUMN_TEXT},
    };
    SettleTable *table = settle_table_new(
        cli->format, columns, invoice != NULL ? G_N_ELEMENTS(columns) : N_LINE_COLUMNS, stdout);

    for (int i = 0; i < settle_result_rows(rows); i++) {
        int exponent = settle_currency_exponent(
            (SettleCurrency) settle_result_i32(rows, i, SQL_INVOICE_LINE_ROW_CURRENCY));
        char line[16], count[24], amounts[3][SETTLE_MONEY_TEXT_BYTES];
        const char *cells[G_N_ELEMENTS(columns)] = {
            settle_result_text(rows, i, SQL_INVOICE_LINE_ROW_NUMBER),
            line,
            settle_kind_name((SettleKind) settle_result_i32(rows, i, SQL_INVOICE_LINE_ROW_KIND)),
            settle_result_text(rows, i, SQL_INVOICE_LINE_ROW_CLASS),
            settle_result_text(rows, i, SQL_INVOICE_LINE_ROW_DIRECTION),
            settle_result_text(rows, i, SQL_INVOICE_LINE_ROW_SETTLED),
            count};

        g_snprintf(line, sizeof line, "%d", settle_result_i32(rows, i, SQL_INVOICE_LINE_ROW_LINE));
        g_snprintf(count, sizeof count, "%" G_GINT64_FORMAT,
                   settle_result_i64(rows, i, SQL_INVOICE_LINE_ROW_TRANSFERS));
        for (int j = 0; j < 3; j++)
            cells[7 + j] =
                settle_money_format(settle_result_i64(rows, i, SQL_INVOICE_LINE_ROW_NET_MINOR + j),
                                    exponent, amounts[j]);
        for (int j = 1; invoice != NULL && j < N_INVOICE_COLUMNS; j++)
            cells[N_LINE_COLUMNS + j - 1] = invoice[j];
        settle_table_row(table, cells);
    }
    settle_table_end(table);
}

typedef enum { SHOW_LIST, SHOW_LINES, SHOW_ONE } Show;

/* One invoice with its lines: a table each; as JSON an object that holds the lines; as CSV a line a
 * row, as invoice lines has them, and after it what the invoice says, repeated. */
static void
print_one(const SettleCli *cli, const SettleResult *invoices, const SettleResult *lines)
{
    const char *cells[N_INVOICE_COLUMNS];
    InvoiceTexts texts;
    SettleTable *table;

    switch (cli->format) {
    case SETTLE_FORMAT_TABLE:
        print_invoices(cli, invoices);
        putchar('\n');
        print_lines(cli, lines, NULL);
        break;
    case SETTLE_FORMAT_CSV:
        invoice_cells(invoices, 0, &texts, cells);
        print_lines(cli, lines, cells);
        break;
    case SETTLE_FORMAT_JSON:
        table = settle_table_new(cli->format, invoice_columns, N_INVOICE_COLUMNS, stdout);
        invoice_cells(invoices, 0, &texts, cells);
        settle_table_row_begin(table, cells, "invoice_lines");
        print_lines(cli, lines, NULL);
        settle_table_row_end(table);
        break;
    }
}

typedef struct {
    char *carrier, *distributor, *batch, *status; /* as they were given; NULL: not */
    const char *of_carrier;                       /* of --carrier or of the batch */
    const char *number;
    int32_t run; /* of the batch; 0: none */
    SettleNamed named;
} Query;

static void
query_clear(Query *query)
{
    g_free(query->carrier);
    g_free(query->distributor);
    g_free(query->batch);
    g_free(query->status);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Query, query_clear)

/* A scoped login is not told of others' numbers, as one that may be meant. */
static void
no_invoice(SettleStore *store, const char *number, GError **error)
{
    if (!settle_store_is_scoped(store)) {
        settle_cli_no_invoice(store, number, error);
        return;
    }
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "this login sees no invoice \"%s\"",
                number);
    settle_error_hint(error, "settle invoice list shows those that it sees");
}

static gboolean
show_invoices(const SettleCli *cli, SettleStore *store, Show what, const Query *query,
              SettleResult **ret_invoices, GError **error)
{
    g_autoptr(SettleResult) invoices =
        settle_store_is_scoped(store)
            ? settle_store_query(store, settle_sql_scope_invoices, error, "ssiss",
                                 query->of_carrier, query->distributor, query->run, query->number,
                                 query->status)
            : settle_store_query(store, settle_sql_invoice_list, error, "ssiss", query->of_carrier,
                                 query->distributor, query->run, query->number, query->status);

    if (invoices == NULL)
        return FALSE;
    if (what == SHOW_ONE && settle_result_rows(invoices) == 0) {
        no_invoice(store, query->number, error);
        return FALSE;
    }
    if (what == SHOW_LIST)
        print_invoices(cli, invoices);
    if (what == SHOW_LIST && settle_result_rows(invoices) == 0)
        settle_cli_nothing(cli, "invoices", &query->named);
    *ret_invoices = g_steal_pointer(&invoices);
    return TRUE;
}

/* invoices: the one that is shown, or NULL. */
static gboolean
show_lines(const SettleCli *cli, SettleStore *store, Show what, const Query *query,
           const SettleResult *invoices, GError **error)
{
    g_autoptr(SettleResult) lines =
        settle_store_is_scoped(store)
            ? settle_store_query(store, settle_sql_scope_invoice_lines, error, "ssis",
                                 query->of_carrier, query->distributor, query->run, query->number)
            : settle_store_query(store, settle_sql_invoice_lines, error, "ssis", query->of_carrier,
                                 query->distributor, query->run, query->number);

    if (lines == NULL)
        return FALSE;
    if (what == SHOW_ONE)
        print_one(cli, invoices, lines);
    else
        print_lines(cli, lines, NULL);
    if (what == SHOW_LINES && settle_result_rows(lines) == 0)
        settle_cli_nothing(cli, "lines of invoices", &query->named);
    return TRUE;
}

static gboolean
check_named(SettleStore *store, const Query *query, GError **error)
{
    if (settle_store_is_scoped(store))
        return settle_cli_in_scope(store, query->distributor, TRUE, error);
    return settle_cli_known(store, &query->named, error) &&
           (query->batch == NULL ||
            settle_cli_known_invoice_batch(store, query->run, query->of_carrier, error));
}

static int
invoice_query(const SettleCli *cli, int argc, char **argv, Show what)
{
    g_auto(Query) query = {.run = 0};
    const GOptionEntry entries[] = {
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &query.carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &query.distributor, "only of this distributor",
         "CODE"},
        {"batch", 0, 0, G_OPTION_ARG_FILENAME, &query.batch, "only of this batch", "RUN/CARRIER"},
        {what == SHOW_LIST ? "status" : NULL, 0, 0, G_OPTION_ARG_FILENAME, &query.status,
         "only draft, approved, issued or carried ones", "STATUS"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    static const char *const usages[] = {"invoice list", "invoice lines", "invoice show NUMBER"};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) invoices = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(
            usages[what],
            "Drafted, approved and issued invoices, and what was carried forward. Of each:\n"
            "payable = gross - withheld + brought_forward (a debt that the invoice before left, "
            "below\nzero) + covered (what the deposit paid of what is taken back) - debt_left "
            "(what is not paid because\nmore is taken back than earned: the next invoice brings it "
            "forward). Payable is what its issue posts.",
            entries, &argc, &argv, &code))
        return code;
    if (what == SHOW_ONE) {
        if (argc != 2)
            return settle_cli_usage("settle invoice list shows the numbers", "show which invoice");
        query.number = settle_table_unguard(argv[1]);
    } else if (argc > 1) {
        return settle_cli_surplus(usages[what], argv[1], entries);
    }
    if (query.batch != NULL &&
        !settle_cli_batch(cli, query.batch, "list", &query.run, &query.of_carrier, &code))
        return code;
    if (query.of_carrier != NULL && query.carrier != NULL &&
        strcmp(query.of_carrier, query.carrier) != 0)
        return settle_cli_usage("leave --carrier out: a batch is of one",
                                "batch %s is not of the carrier \"%s\"", query.batch,
                                query.carrier);
    if (query.of_carrier == NULL)
        query.of_carrier = query.carrier;
    if (!settle_invoice_known_status(query.status, TRUE, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_VIEWER, "invoice", &error);
    query.named = (SettleNamed){.carrier = query.of_carrier,
                                .distributor = query.distributor,
                                .other = query.batch != NULL ? query.batch : query.status};
    if (store == NULL || !check_named(store, &query, &error) ||
        (what != SHOW_LINES && !show_invoices(cli, store, what, &query, &invoices, &error)) ||
        (what != SHOW_LIST && !show_lines(cli, store, what, &query, invoices, &error)))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

static int
invoice_list(const SettleCli *cli, int argc, char **argv)
{
    return invoice_query(cli, argc, argv, SHOW_LIST);
}

static int
invoice_lines(const SettleCli *cli, int argc, char **argv)
{
    return invoice_query(cli, argc, argv, SHOW_LINES);
}

static int
invoice_show(const SettleCli *cli, int argc, char **argv)
{
    return invoice_query(cli, argc, argv, SHOW_ONE);
}

static int
invoice_export(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *folder = NULL;
    const GOptionEntry entries[] = {
        {"output", 0, 0, G_OPTION_ARG_FILENAME, &folder, "into which folder (.)", "FOLDER"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_auto(GStrv) paths = NULL;
    GError *error = NULL;
    const char *carrier;
    int32_t run;
    int code;

    if (!settle_cli_parse(
            "invoice export RUN/CARRIER",
            "A batch's invoices as CSV and XLSX, a line of an invoice a row with the "
            "invoice's own columns repeated, and\ntheir hashes for sha256sum -c. What "
            "an invoice pays out, withholds, brings forward, has covered by a deposit\nand "
            "leaves as a debt (invoice_payable = gross - invoice_withheld + "
            "invoice_brought_forward +\ninvoice_covered - invoice_debt_left) stands on its "
            "first line only.",
            entries, &argc, &argv, &code))
        return code;
    if (argc != 2)
        return settle_cli_usage("settle invoice batches lists them: name it like 31/CMCC-GD",
                                "export which batch");
    if (!settle_cli_batch(cli, argv[1], "export", &run, &carrier, &code))
        return code;
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "invoice", &error);
    if (store == NULL || !settle_cli_known_invoice_batch(store, run, carrier, &error) ||
        !settle_invoice_files_write(store, run, carrier, folder != NULL ? folder : ".", &paths,
                                    &error))
        return settle_cli_fail(error);
    for (guint i = 0; paths[i] != NULL; i++)
        puts(paths[i]);
    return SETTLE_EXIT_DONE;
}

int
settle_command_invoice(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"list", "", "invoices", NULL, invoice_list},
        {"lines", "", "their lines", NULL, invoice_lines},
        {"show", "NUMBER", "one with its lines", NULL, invoice_show},
        {"batches", "", "batches with their sums", NULL, settle_invoice_batches},
        {"approve", "RUN/CARRIER... | --all-drafted", "approve batches", NULL,
         settle_invoice_approve},
        {"issue", "RUN/CARRIER... | --all-approved", "issue approved batches", NULL,
         settle_invoice_issue},
        {"export", "RUN/CARRIER", "a batch as files", NULL, invoice_export},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("invoice", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
