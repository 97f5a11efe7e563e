/* settle ledger: balances, ageing and transfers, by distributor, order, invoice or kind. */
#include "base/checked.h"
#include "calc/match.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "ledger/ledger.h"
#include "model/transfer.h"
#include "money/money.h"
#include "run/decide/policies.h"
#include "store/sql.h"

#include <string.h>

/* Filters that both sub-commands take. */
typedef struct {
    char *carrier, *distributor, *period, *kind, *order, *invoice;
    int run;
    gint64 limit;
    /* what the invoice drew from: its runs, its currency and tax rate */
    GArray *after_run, *up_to_run; /* int32_t, a pair for each of its bindings; NULL: of any run */
    SettleCurrency currency;
    SettleRatePpb tax_ppb;
} Filters;

static void
clear_filters(Filters *filters)
{
    g_free(filters->carrier);
    g_free(filters->distributor);
    g_free(filters->period);
    g_free(filters->kind);
    g_free(filters->order);
    g_free(filters->invoice);
    g_clear_pointer(&filters->after_run, g_array_unref);
    g_clear_pointer(&filters->up_to_run, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Filters, clear_filters)

static SettleNamed
named_of(const Filters *filters)
{
    return (SettleNamed){.carrier = filters->carrier,
                         .distributor = filters->distributor,
                         .period = filters->period,
                         .order = filters->order,
                         .run = filters->run,
                         .other = filters->kind};
}

static int
ledger_balances(const SettleCli *cli, int argc, char **argv)
{
    static const SettleColumn columns[] = {
        {"carrier", SETTLE_COLUMN_TEXT},  {"distributor", SETTLE_COLUMN_TEXT},
        {"currency", SETTLE_COLUMN_TEXT}, {"account", SETTLE_COLUMN_TEXT},
        {"balance", SETTLE_COLUMN_MONEY}, {"side", SETTLE_COLUMN_TEXT},
    };
    g_auto(Filters) filters = {0};
    const GOptionEntry entries[] = {
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &filters.carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &filters.distributor,
         "only of this distributor", "CODE"},
        {"period", 0, 0, G_OPTION_ARG_FILENAME, &filters.period, "only postings of this period",
         "YYYY-MM"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    SettleMonth period;
    SettleNamed named;
    SettleTable *table;
    int code;

    if (!settle_cli_parse("ledger balances", "Balances of the accounts; debit is positive.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("ledger balances", argv[1], entries);
    if (filters.period != NULL && !settle_cli_month("--period", filters.period, &period, &error))
        return settle_cli_fail(error);
    named = named_of(&filters);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "ledger", &error);
    if (store == NULL || !settle_cli_known(store, &named, &error))
        return settle_cli_fail(error);
    rows = filters.period == NULL
               ? settle_store_query(store, settle_sql_ledger_balances, &error, "ss",
                                    filters.carrier, filters.distributor)
               : settle_store_query(store, settle_sql_ledger_balances_of_period, &error, "sss",
                                    filters.carrier, filters.distributor, filters.period);
    if (rows == NULL)
        return settle_cli_fail(error);
    table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleCurrency currency =
            (SettleCurrency) settle_result_i32(rows, i, SQL_LEDGER_BALANCE_CURRENCY);
        int64_t minor = settle_result_i64(rows, i, SQL_LEDGER_BALANCE_BALANCE_MINOR);
        char balance[SETTLE_MONEY_TEXT_BYTES];
        const char *cells[] = {
            settle_result_text(rows, i, SQL_LEDGER_BALANCE_CARRIER),
            settle_result_text(rows, i, SQL_LEDGER_BALANCE_DISTRIBUTOR),
            settle_currency_code(currency),
            settle_role_name((SettleRole) settle_result_i32(rows, i, SQL_LEDGER_BALANCE_ROLE)),
            settle_money_format(minor, settle_currency_exponent(currency), balance),
            minor > 0   ? "debit"
            : minor < 0 ? "credit"
                        : ""};

        settle_table_row(table, cells);
    }
    settle_table_end(table);
    if (settle_result_rows(rows) == 0)
        settle_cli_nothing(cli, "balances", &named);
    else if (cli->format == SETTLE_FORMAT_TABLE)
        puts("\nA balance is debits less credits: what carriers owe and cash are positive, what is "
             "owed to distributors is negative.");
    return SETTLE_EXIT_DONE;
}

#define N_BANDS 4 /* of ledger-ageing.sql */

/* What is owed to one carrier in one currency, by age. */
typedef struct {
    const char *carrier;
    SettleCurrency currency;
    int64_t distributors, owes_minor, band_minor[N_BANDS];
} Debts;

static void
debts_row(SettleTable *table, const Debts *debts)
{
    char distributors[24], amounts[N_BANDS + 1][SETTLE_MONEY_TEXT_BYTES];
    int exponent = settle_currency_exponent(debts->currency);
    const char *cells[4 + N_BANDS] = {debts->carrier, settle_currency_code(debts->currency),
                                      distributors};

    g_snprintf(distributors, sizeof distributors, "%" G_GINT64_FORMAT, debts->distributors);
    for (int i = 0; i < N_BANDS; i++)
        cells[3 + i] = settle_money_format(debts->band_minor[i], exponent, amounts[i]);
    cells[3 + N_BANDS] = settle_money_format(debts->owes_minor, exponent, amounts[N_BANDS]);
    settle_table_row(table, cells);
}

/* A row for each carrier and currency; the rows come in that order. */
static gboolean
print_debts(const SettleCli *cli, const SettleResult *rows, GError **error)
{
    static const SettleColumn columns[4 + N_BANDS] = {
        {"carrier", SETTLE_COLUMN_TEXT},         {"currency", SETTLE_COLUMN_TEXT},
        {"distributors", SETTLE_COLUMN_INTEGER}, {"0-30", SETTLE_COLUMN_MONEY},
        {"31-60", SETTLE_COLUMN_MONEY},          {"61-90", SETTLE_COLUMN_MONEY},
        {"over 90", SETTLE_COLUMN_MONEY},        {"owe", SETTLE_COLUMN_MONEY},
    };
    SettleTable *table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    Debts debts = {.carrier = NULL};

    for (int i = 0; i < settle_result_rows(rows); i++) {
        const char *carrier = settle_result_text(rows, i, SQL_LEDGER_AGEING_CARRIER);
        SettleCurrency currency =
            (SettleCurrency) settle_result_i32(rows, i, SQL_LEDGER_AGEING_CURRENCY);
        int64_t owes_minor = settle_result_i64(rows, i, SQL_LEDGER_AGEING_OWES);
        int band = settle_result_i32(rows, i, SQL_LEDGER_AGEING_BAND) - 1;

        settle_invariant(band >= 0 && band < N_BANDS);
        if (debts.carrier != NULL &&
            (strcmp(debts.carrier, carrier) != 0 || debts.currency != currency)) {
            debts_row(table, &debts);
            debts = (Debts){.carrier = NULL};
        }
        debts.carrier = carrier;
        debts.currency = currency;
        debts.distributors++;
        if (!settle_add_i64(debts.band_minor[band], owes_minor, &debts.band_minor[band]) ||
            !settle_add_i64(debts.owes_minor, owes_minor, &debts.owes_minor)) {
            settle_table_abandon(table);
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                        "what is owed to \"%s\" leaves 64 bits", carrier);
            return FALSE;
        }
    }
    if (debts.carrier != NULL)
        debts_row(table, &debts);
    settle_table_end(table);
    return TRUE;
}

/* A day that no night has reached yet: the debts are those of the last night, only older. */
static gboolean
note_ahead(SettleStore *store, SettleDay day, const char *text, GError **error)
{
    g_autoptr(SettleResult) head = settle_store_query(store, settle_sql_status_head, error, "");
    const char *last;
    SettleDay settled;

    if (head == NULL)
        return FALSE;
    last = settle_result_text(head, 0, SQL_STATUS_HEAD_SETTLED_TO);
    if (settle_result_is_null(head, 0, SQL_STATUS_HEAD_SETTLED_TO) ||
        !settle_day_parse(last, strlen(last), &settled) || day <= settled)
        return TRUE;
    fflush(stdout);
    fprintf(stderr, "the books go up to %s only: what is owed is as of then, its age as of %s\n",
            last, text);
    return TRUE;
}

static int
ledger_ageing(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0}, {"distributor", SETTLE_CELL_TEXT, 0},
        {"name", SETTLE_CELL_TEXT, 0},    {"currency", SETTLE_CELL_CURRENCY, 0},
        {"owes", SETTLE_CELL_MONEY, 3},   {"since", SETTLE_CELL_TEXT, 0},
        {"days", SETTLE_CELL_INTEGER, 0}, {"band", SETTLE_CELL_TEXT, 0},
    };
    g_autofree char *carrier = NULL, *distributor = NULL, *date = NULL;
    gboolean totals = FALSE;
    const GOptionEntry entries[] = {
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &distributor, "only of this distributor",
         "CODE"},
        {"date", 0, 0, G_OPTION_ARG_FILENAME, &date, "as of that day; else the last settled one",
         "YYYY-MM-DD"},
        {"totals", 0, 0, G_OPTION_ARG_NONE, &totals,
         "only what is owed to each carrier, by age; a table shows it below the list", NULL},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    gboolean is_table = cli->format == SETTLE_FORMAT_TABLE;
    GError *error = NULL;
    SettleNamed named;
    SettleDay day;
    int code;

    if (!settle_cli_parse(
            "ledger ageing",
            "Distributors that owe more than is owed to them, since when, and how "
            "much: what was taken back outweighs what was earned and not invoiced.\nIt "
            "is what stands on the account distributor by now; a carried row of invoice "
            "list is what one cycle left.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("ledger ageing", argv[1], entries);
    if (date != NULL && !settle_cli_day("--date", date, &day, &error))
        return settle_cli_fail(error);
    named = (SettleNamed){.carrier = carrier, .distributor = distributor, .other = date};
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "ledger", &error);
    rows = store != NULL && settle_cli_known(store, &named, &error)
               ? settle_store_query(store, settle_sql_ledger_ageing, &error, "ssss", carrier,
                                    distributor, date, NULL)
               : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    if (settle_result_rows(rows) == 0)
        settle_cli_nothing(cli, "distributors that owe", &named);
    if (!totals)
        settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    if (is_table && !totals && settle_result_rows(rows) > 0)
        putchar('\n');
    if (((totals || (is_table && settle_result_rows(rows) > 0)) &&
         !print_debts(cli, rows, &error)) ||
        (is_table && date != NULL && !note_ahead(store, day, date, &error)))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

static gboolean
parse_kind(const char *text, int *ret_kind, GError **error)
{
    const char *names[SETTLE_N_KINDS] = {NULL};
    int kind = settle_kind_lookup(text);

    if (kind != 0) {
        *ret_kind = kind;
        return TRUE;
    }
    for (kind = 1; kind < SETTLE_N_KINDS; kind++)
        names[kind - 1] = settle_kind_name((SettleKind) kind);
    return settle_cli_known_word("kind", text, names, error);
}

/* "ORDER", "window 2026-03", "window 2026-03 outlet:CODE", "invoice NUMBER", "the carrier's
 * deposit" */
static char *
subject_text(const SettleReader *reader)
{
    int64_t subject = settle_reader_i64(reader, SQL_LEDGER_TRANSFERS_SUBJECT_ID);
    SettleWindowSubject window;
    char month[SETTLE_DAY_TEXT_BYTES];
    size_t length;

    if (settle_subject_is_order(subject)) {
        const char *text;

        if (settle_reader_is_null(reader, SQL_LEDGER_TRANSFERS_ORDER_TEXT))
            return g_strdup_printf("order #%" G_GINT64_FORMAT, subject);
        text = settle_reader_text(reader, SQL_LEDGER_TRANSFERS_ORDER_TEXT, &length);
        return g_strndup(text, length);
    }
    if (settle_subject_is_deposit(subject)) {
        gboolean of_carrier;
        int32_t carrier_id;

        settle_subject_deposit_parts(subject, &of_carrier, &carrier_id);
        return g_strdup(of_carrier ? "the carrier's deposit" : "the distributor's deposit");
    }
    if (!settle_subject_is_window(subject)) {
        const char *text = settle_reader_is_null(reader, SQL_LEDGER_TRANSFERS_INVOICE)
                               ? ""
                               : settle_reader_text(reader, SQL_LEDGER_TRANSFERS_INVOICE, &length);

        return g_strdup_printf("invoice %.*s", text[0] != '\0' ? (int) length : 0, text);
    }
    settle_subject_window_parts(subject, &window);
    settle_month_format(window.window_end, month);
    if (window.scope_id != 0) {
        gboolean outlet = window.scope_kind == SETTLE_SCOPE_OF_OUTLET;
        int column = outlet ? 9 : 10;

        if (!settle_reader_is_null(reader, column)) {
            const char *text = settle_reader_text(reader, column, &length);

            return g_strdup_printf("window %s %s:%.*s", month, outlet ? "outlet" : "manager",
                                   (int) length, text);
        }
    }
    return g_strdup_printf("window %s", month);
}

static char *
text_of(const SettleReader *reader, int column)
{
    size_t length;
    const char *text = settle_reader_text(reader, column, &length);

    return g_strndup(text, length);
}

static void
transfer_row(SettleTable *table, const SettleReader *reader)
{
    SettleCurrency currency = settle_reader_i16(reader, SQL_LEDGER_TRANSFERS_CURRENCY);
    int exponent = settle_currency_exponent(currency);
    SettleSlot slot = settle_reader_i32(reader, SQL_LEDGER_TRANSFERS_SLOT);
    SettleKind kind = (SettleKind) settle_reader_i16(reader, SQL_LEDGER_TRANSFERS_KIND);
    g_autofree char *date = text_of(reader, 1), *carrier = text_of(reader, 2),
                    *distributor = text_of(reader, 3), *version = text_of(reader, 5),
                    *rule = text_of(reader, 6), *period = text_of(reader, 14),
                    *origin = text_of(reader, 15), *cause = text_of(reader, 21),
                    *bill_month = settle_reader_is_null(reader, SQL_LEDGER_TRANSFERS_BILL_MONTH)
                                      ? NULL
                                      : text_of(reader, 22);
    g_autofree char *subject = subject_text(reader);
    char run[16], item[16], revision[16] = "", amount[SETTLE_MONEY_TEXT_BYTES],
                            target[SETTLE_MONEY_TEXT_BYTES];
    const char *cells[] = {
        run,
        date,
        carrier,
        distributor,
        settle_kind_name(kind),
        version,
        rule,
        subject,
        item,
        period,
        origin,
        settle_role_name((SettleRole) settle_reader_i16(reader, SQL_LEDGER_TRANSFERS_DEBIT)),
        settle_role_name((SettleRole) settle_reader_i16(reader, SQL_LEDGER_TRANSFERS_CREDIT)),
        settle_money_format(settle_reader_i64(reader, SQL_LEDGER_TRANSFERS_AMOUNT_MINOR), exponent,
                            amount),
        settle_money_format(settle_reader_i64(reader, SQL_LEDGER_TRANSFERS_TARGET_MINOR), exponent,
                            target),
        settle_kind_is_commission((int) kind) ? settle_leg_name(settle_slot_leg(slot)) : "",
        cause,
        bill_month,
        revision,
    };

    g_snprintf(run, sizeof run, "%d", settle_reader_i32(reader, SQL_LEDGER_TRANSFERS_RUN_ID));
    g_snprintf(item, sizeof item, "%u", settle_slot_item(slot));
    if (!settle_reader_is_null(reader, SQL_LEDGER_TRANSFERS_REVISION))
        g_snprintf(revision, sizeof revision, "%d",
                   settle_reader_i32(reader, SQL_LEDGER_TRANSFERS_REVISION));
    settle_table_row(table, cells);
}

/* Of one cycle a distributor gets an invoice for each currency and tax rate: which of them a
 * transfer is on its policy says. */
static gboolean
is_on_invoice(const Filters *filters, const SettlePolicySet *policies, int32_t policy_id)
{
    const SettlePolicy *policy = settle_policy_set_get(policies, policy_id);

    return filters->invoice == NULL || (policy != NULL && policy->currency == filters->currency &&
                                        policy->tax_ppb == filters->tax_ppb);
}

static gboolean
look_invoice_up(SettleStore *store, Filters *filters, GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_ledger_invoice, error, "s", filters->invoice);

    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) == 0) {
        settle_cli_no_invoice(store, filters->invoice, error);
        return FALSE;
    }
    if ((filters->carrier != NULL &&
         strcmp(filters->carrier, settle_result_text(row, 0, SQL_LEDGER_INVOICE_CARRIER)) != 0) ||
        (filters->distributor != NULL &&
         strcmp(filters->distributor, settle_result_text(row, 0, SQL_LEDGER_INVOICE_DISTRIBUTOR)) !=
             0)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "invoice %s is of %s and %s",
                    filters->invoice, settle_result_text(row, 0, SQL_LEDGER_INVOICE_CARRIER),
                    settle_result_text(row, 0, SQL_LEDGER_INVOICE_DISTRIBUTOR));
        return FALSE;
    }
    g_free(filters->carrier);
    g_free(filters->distributor);
    filters->carrier = g_strdup(settle_result_text(row, 0, SQL_LEDGER_INVOICE_CARRIER));
    filters->distributor = g_strdup(settle_result_text(row, 0, SQL_LEDGER_INVOICE_DISTRIBUTOR));
    filters->currency = (SettleCurrency) settle_result_i32(row, 0, SQL_LEDGER_INVOICE_CURRENCY_NO);
    filters->tax_ppb = settle_result_i64(row, 0, SQL_LEDGER_INVOICE_TAX_PPB);
    filters->after_run = g_array_new(FALSE, FALSE, sizeof(int32_t));
    filters->up_to_run = g_array_new(FALSE, FALSE, sizeof(int32_t));
    for (int i = 0; i < settle_result_rows(row); i++) {
        int32_t after_run = settle_result_i32(row, i, SQL_LEDGER_INVOICE_AFTER_RUN),
                up_to_run = settle_result_i32(row, i, SQL_LEDGER_INVOICE_UP_TO_RUN);

        g_array_append_val(filters->after_run, after_run);
        g_array_append_val(filters->up_to_run, up_to_run);
    }
    return TRUE;
}

static gboolean
print_transfers(const SettleCli *cli, SettleStore *store, Filters *filters, int kind,
                gint64 *ret_printed, GError **error)
{
    static const SettleColumn columns[] = {
        {"run", SETTLE_COLUMN_INTEGER},
        {"business_date", SETTLE_COLUMN_TEXT},
        {"carrier", SETTLE_COLUMN_TEXT},
        {"distributor", SETTLE_COLUMN_TEXT},
        {"kind", SETTLE_COLUMN_TEXT},
        {"policy_version", SETTLE_COLUMN_TEXT},
        {"rule", SETTLE_COLUMN_TEXT},
        {"subject", SETTLE_COLUMN_TEXT},
        {"item", SETTLE_COLUMN_INTEGER},
        {"period", SETTLE_COLUMN_TEXT},
        {"origin", SETTLE_COLUMN_TEXT},
        {"debit", SETTLE_COLUMN_TEXT},
        {"credit", SETTLE_COLUMN_TEXT},
        {"amount", SETTLE_COLUMN_MONEY},
        {"target", SETTLE_COLUMN_MONEY},
        {"leg", SETTLE_COLUMN_TEXT},
        {"cause", SETTLE_COLUMN_TEXT},
        {"bill_month", SETTLE_COLUMN_TEXT},
        {"bill_revision", SETTLE_COLUMN_ORDINAL},
    };
    g_autoptr(SettlePolicySet) policies = settle_policies_load(store, G_MAXINT64, error);
    g_autoptr(SettleReader) reader = NULL;
    SettleTable *table;
    gint64 printed = 0, more = filters->limit;
    gsize ranges;

    if (policies == NULL || (filters->invoice != NULL && !look_invoice_up(store, filters, error)))
        return FALSE;
    /* a few are looked up one by one, many are joined whole */
    if ((filters->limit == 0 || filters->limit > 1000) &&
        !settle_store_exec(store, settle_sql_session_no_nestloop, error, ""))
        return FALSE;
    /* one more tells whether there are more */
    if (filters->limit > 0 && filters->limit < G_MAXINT64)
        more++;
    ranges = filters->after_run != NULL ? filters->after_run->len : 0;
    reader = settle_store_read(store, settle_sql_ledger_transfers, "ssshsilII", filters->carrier,
                               filters->distributor, filters->period, kind, filters->order,
                               filters->run, filters->invoice != NULL ? (gint64) 0 : more,
                               ranges > 0 ? filters->after_run->data : NULL, ranges,
                               ranges > 0 ? filters->up_to_run->data : NULL, ranges);
    table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    while (settle_reader_next(reader))
        if (is_on_invoice(filters, policies,
                          settle_reader_i32(reader, SQL_LEDGER_TRANSFERS_POLICY_ID)) &&
            (printed++ < filters->limit || filters->limit == 0))
            transfer_row(table, reader);
    if (!settle_reader_end(reader, error)) {
        /* an unfinished document must not look like a whole one */
        settle_table_abandon(table);
        return FALSE;
    }
    settle_table_end(table);
    if (filters->limit > 0 && printed > filters->limit)
        settle_cli_cut(filters->limit);
    *ret_printed = printed;
    return TRUE;
}

static int
ledger_transfers(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Filters) filters = {0};
    const GOptionEntry entries[] = {
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &filters.carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &filters.distributor,
         "only of this distributor", "CODE"},
        {"period", 0, 0, G_OPTION_ARG_FILENAME, &filters.period, "only of this period", "YYYY-MM"},
        {"kind", 0, 0, G_OPTION_ARG_FILENAME, &filters.kind, "only of this kind", "KIND"},
        {"order", 0, 0, G_OPTION_ARG_FILENAME, &filters.order, "only of this order", "ID"},
        {"invoice", 0, 0, G_OPTION_ARG_FILENAME, &filters.invoice,
         "only what this invoice's lines add up", "NUMBER"},
        {"run", 0, 0, G_OPTION_ARG_INT, &filters.run, "only of this run", "N"},
        {"limit", 0, 0, G_OPTION_ARG_INT64, &filters.limit, "at most so many (0: all)", "N"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    SettleMonth period = 0;
    GError *error = NULL;
    SettleNamed named;
    gint64 printed;
    int kind = 0, code;

    if (!settle_cli_parse(
            "ledger transfers",
            "What was posted, transfer by transfer. amount is what moves from credit to debit,\n"
            "target what all of that subject, rule and item comes to with it; item the instalment "
            "or\n"
            "the month after closing; leg which part of the earning it is (payable, kept at "
            "source, held);\n"
            "cause the month of the bill or event that it comes of; bill_month and bill_revision "
            "of a\n"
            "revenue share the bill: a later revision is a corrected one.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("ledger transfers", argv[1], entries);
    if (!settle_cli_not_negative("--run", filters.run, &code) ||
        !settle_cli_not_negative("--limit", filters.limit, &code))
        return code;
    if (filters.period != NULL && !settle_cli_month("--period", filters.period, &period, &error))
        return settle_cli_fail(error);
    if (filters.kind != NULL && !parse_kind(filters.kind, &kind, &error))
        return settle_cli_fail(error);
    named = named_of(&filters);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "ledger", &error);
    if (store == NULL || !settle_cli_known(store, &named, &error) ||
        !print_transfers(cli, store, &filters, kind, &printed, &error))
        return settle_cli_fail(error);
    if (printed == 0) {
        settle_cli_nothing(cli, "transfers", &named);
        if (filters.order != NULL &&
            !settle_cli_order_note(cli, store, filters.order, filters.distributor, &error))
            return settle_cli_fail(error);
    }
    return SETTLE_EXIT_DONE;
}

int
settle_command_ledger(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"balances", "", "balances of the accounts", NULL, ledger_balances},
        {"transfers", "", "what was posted", NULL, ledger_transfers},
        {"ageing", "", "who owes, and since when", NULL, ledger_ageing},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("ledger", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
