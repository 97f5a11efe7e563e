#include "report/reports.h"

#include "base/error.h"
#include "store/sql.h"

#include <string.h>

#define MAX_CELLS 13

typedef SettleSheet *(*Load)(SettleStore *store, const SettleReportScope *scope, const char *name,
                             const char *title, GError **error);

struct SettleReport {
    const char *name, *title, *about;
    enum { FROM_TOTALS, FROM_LEDGER, FROM_AGEING, FROM_ORDERS, COMPUTED } source;
    enum { NEEDS_PERIOD = 1, NEEDS_DISTRIBUTOR = 2, NO_PARTIES = 4, ADDS_UP = 8 } terms;
    const char *bars;
    guint n;
    SettleCell cells[MAX_CELLS];
};

#define TEXT(name)                                                                                 \
    {                                                                                              \
        name, SETTLE_CELL_TEXT, 0                                                                  \
    }
#define NUMBER(name)                                                                               \
    {                                                                                              \
        name, SETTLE_CELL_INTEGER, 0                                                               \
    }
#define ORDINAL(name)                                                                              \
    {                                                                                              \
        name, SETTLE_CELL_ORDINAL, 0                                                               \
    }
#define MONEY(name, currency)                                                                      \
    {                                                                                              \
        name, SETTLE_CELL_MONEY, currency                                                          \
    }
#define CURRENCY(name)                                                                             \
    {                                                                                              \
        name, SETTLE_CELL_CURRENCY, 0                                                              \
    }

/* In the order in which finance reads them, and in which a pack has them. */
static const SettleReport reports[] = {
    {"settlement-summary",
     "Settlement summary",
     "what was earned, by carrier and kind",
     FROM_TOTALS,
     ADDS_UP,
     "net",
     8,
     {TEXT("carrier"), CURRENCY("currency"), TEXT("kind"), NUMBER("transfers"), MONEY("earned", 1),
      MONEY("taken_back", 1), MONEY("net", 1), MONEY("of_that_held", 1)}},
    {"where-it-stands",
     "Where what was earned stands",
     "earned less taken back = invoiced + withheld + carried forward + held + not yet drawn",
     FROM_LEDGER,
     ADDS_UP,
     NULL,
     11,
     {TEXT("carrier"), TEXT("distributors"), CURRENCY("currency"), MONEY("earned", 2),
      MONEY("taken_back", 2), MONEY("invoiced", 2), MONEY("withheld", 2),
      MONEY("carried_forward", 2), MONEY("held", 2), MONEY("not_drawn", 2),
      MONEY("difference", 2)}},
    {"orders",
     "What became of every order",
     "settled, zero with a reason, or waiting with one, of the orders that closed in the period",
     FROM_ORDERS,
     NEEDS_PERIOD | ADDS_UP,
     NULL,
     6,
     {TEXT("carrier"), CURRENCY("currency"), TEXT("state"), TEXT("because"), NUMBER("orders"),
      MONEY("paid", 1)}},
    {"trial-balance",
     "Trial balance",
     "debits, credits and balance of each account up to the period",
     FROM_TOTALS,
     0,
     NULL,
     5,
     {TEXT("account"), CURRENCY("currency"), MONEY("debit", 1), MONEY("credit", 1),
      MONEY("balance", 1)}},
    {"roll-forward",
     "Roll-forward",
     "each account from opening to closing of the period, by kind",
     FROM_TOTALS,
     NEEDS_PERIOD,
     NULL,
     10,
     {TEXT("account"), CURRENCY("currency"), MONEY("opening", 1), MONEY("upfront", 1),
      MONEY("deferred", 1), MONEY("revenue_share", 1), MONEY("volume_bonus", 1),
      MONEY("invoice", 1), MONEY("deposit", 1), MONEY("closing", 1)}},
    {"carrier-statement",
     "What the carriers owe",
     "by carrier, distributor and kind",
     FROM_TOTALS,
     ADDS_UP,
     NULL,
     8,
     {TEXT("carrier"), TEXT("distributor"), CURRENCY("currency"), TEXT("kind"), NUMBER("transfers"),
      MONEY("earned", 2), MONEY("taken_back", 2), MONEY("owes", 2)}},
    {"distributor-summary",
     "Distributors",
     "what was earned, by carrier and distributor",
     FROM_TOTALS,
     ADDS_UP,
     "net",
     10,
     {TEXT("carrier"), TEXT("distributor"), TEXT("name"), CURRENCY("currency"), NUMBER("transfers"),
      MONEY("earned", 3), MONEY("taken_back", 3), MONEY("net", 3), MONEY("of_that_held", 3),
      MONEY("kept_at_source", 3)}},
    {"distributor-statement",
     "Distributor statement (汇总)",
     "what one distributor earned, by version, rule and origin month",
     FROM_TOTALS,
     NEEDS_DISTRIBUTOR | ADDS_UP,
     NULL,
     13,
     {TEXT("distributor"), TEXT("carrier"), CURRENCY("currency"), TEXT("version"), TEXT("kind"),
      TEXT("rule"), TEXT("origin"), NUMBER("subjects"), MONEY("earned", 2), MONEY("taken_back", 2),
      MONEY("net", 2), MONEY("of_that_held", 2), MONEY("kept_at_source", 2)}},
    {"distributor-lines",
     "Distributor statement (清单)",
     "one distributor's postings, one a line: what each changed of what is earned",
     FROM_TOTALS,
     NEEDS_DISTRIBUTOR | ADDS_UP,
     NULL,
     12,
     {TEXT("date"), TEXT("carrier"), CURRENCY("currency"), TEXT("order"), TEXT("product"),
      TEXT("kind"), TEXT("rule"), ORDINAL("item"), TEXT("origin"), TEXT("debit"), TEXT("credit"),
      MONEY("earned", 2)}},
    {"volume-standing",
     "Volume standing",
     "where each open volume window stands, and what the next tier is worth",
     COMPUTED,
     0,
     NULL,
     0,
     {{NULL, 0, 0}}},
    {"schedule",
     "What falls due",
     "instalments not due yet, by the month in which they fall due",
     COMPUTED,
     ADDS_UP,
     NULL,
     0,
     {{NULL, 0, 0}}},
    {"negative-balances",
     "Who owes us",
     "distributors that owe more than is owed to them, and for how long",
     FROM_AGEING,
     ADDS_UP,
     NULL,
     8,
     {TEXT("carrier"), TEXT("distributor"), TEXT("name"), CURRENCY("currency"), MONEY("owes", 3),
      TEXT("since"), ORDINAL("days"), TEXT("band")}},
    {"differences",
     "Differences with the carriers' statements",
     "what does not match, by carrier, month and kind of difference, and how old it is",
     COMPUTED,
     ADDS_UP,
     NULL,
     0,
     {{NULL, 0, 0}}},
    {"run-history",
     "Runs",
     "the published runs with their digests",
     FROM_TOTALS,
     NO_PARTIES,
     NULL,
     12,
     {ORDINAL("run"), TEXT("kind"), TEXT("date"), NUMBER("facts"), NUMBER("settled"),
      NUMBER("zero"), NUMBER("waiting"), NUMBER("transfers"), NUMBER("invoices"), TEXT("actor"),
      TEXT("published_at"), TEXT("digest")}},
    {"quarantine",
     "Rejected rows",
     "rejected rows that were not released, by kind and reason",
     FROM_TOTALS,
     NO_PARTIES | ADDS_UP,
     NULL,
     8,
     {TEXT("kind"), TEXT("reason"), TEXT("column"), NUMBER("rows"), NUMBER("batches"), TEXT("from"),
      TEXT("to"), TEXT("for_example")}},
};

const SettleReport *
settle_report_nth(guint n)
{
    return n < G_N_ELEMENTS(reports) ? &reports[n] : NULL;
}

const SettleReport *
settle_report_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(reports); i++)
        if (strcmp(reports[i].name, name) == 0)
            return &reports[i];
    return NULL;
}

const char *
settle_report_name(const SettleReport *report)
{
    return report->name;
}

const char *
settle_report_about(const SettleReport *report)
{
    return report->about;
}

const char *
settle_report_bars(const SettleReport *report)
{
    return report->bars;
}

const char *
settle_report_refuses(const SettleReport *report, const SettleReportScope *scope)
{
    if ((report->terms & NEEDS_PERIOD) != 0 && scope->period == NULL)
        return "--period is missing: of which period";
    if ((report->terms & NEEDS_DISTRIBUTOR) != 0 && scope->distributor == NULL)
        return "--distributor is missing: of which distributor";
    if ((report->terms & NO_PARTIES) != 0 && (scope->carrier != NULL || scope->distributor != NULL))
        return "it is of all carriers and distributors";
    return NULL;
}

/* --- loading ---------------------------------------------------------------------------------- */

/* The statement behind a report. They are no constants of the compiler, so no part of the table. */
static const char *
sql_of(const char *name)
{
    const struct {
        const char *name, *sql;
    } statements[] = {
        {"settlement-summary", settle_sql_report_settlement_summary},
        {"trial-balance", settle_sql_report_trial_balance},
        {"roll-forward", settle_sql_report_roll_forward},
        {"carrier-statement", settle_sql_report_carrier_statement},
        {"distributor-summary", settle_sql_report_distributor_summary},
        {"distributor-statement", settle_sql_report_distributor_statement},
        {"distributor-lines", settle_sql_report_distributor_lines},
        {"run-history", settle_sql_report_run_history},
        {"quarantine", settle_sql_report_quarantine},
    };

    for (guint i = 0; i < G_N_ELEMENTS(statements); i++)
        if (strcmp(statements[i].name, name) == 0)
            return statements[i].sql;
    g_return_val_if_reached(NULL);
}

static SettleResult *
query(SettleStore *store, const SettleReport *report, const SettleReportScope *scope,
      GError **error)
{
    g_autofree char *first = scope->period != NULL ? g_strdup_printf("%s-01", scope->period) : NULL;

    switch (report->source) {
    case FROM_LEDGER:
        return settle_store_query(store, settle_sql_reconcile_ledger, error, "sssb", first,
                                  scope->carrier, scope->distributor, FALSE);
    case FROM_AGEING:
        return settle_store_query(store, settle_sql_ledger_ageing, error, "sss", scope->carrier,
                                  scope->distributor, NULL);
    case FROM_ORDERS:
        return settle_store_query(store, settle_sql_reconcile_orders, error, "ss", first,
                                  scope->carrier);
    case FROM_TOTALS:
    case COMPUTED:
        break;
    }
    return settle_store_query(store, sql_of(report->name), error, "sss", first, scope->carrier,
                              scope->distributor);
}

SettleSheet *
settle_report_load(SettleStore *store, const SettleReport *report, const SettleReportScope *scope,
                   GError **error)
{
    SettleSheet *sheet = NULL;

    if (report->source == COMPUTED) {
        Load load = strcmp(report->name, "differences") == 0 ? settle_report_differences
                    : strcmp(report->name, "schedule") == 0  ? settle_report_schedule
                                                             : settle_report_volume_standing;

        sheet = load(store, scope, report->name, report->title, error);
    } else {
        g_autoptr(SettleResult) result = query(store, report, scope, error);

        if (result != NULL)
            sheet = settle_sheet_from_result(report->name, report->title, report->about, result,
                                             report->cells, report->n);
    }
    if (sheet != NULL && (report->terms & ADDS_UP) != 0 && !settle_sheet_add_totals(sheet)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                    "%s adds up to more than 64 bits hold", report->name);
        g_clear_pointer(&sheet, settle_sheet_free);
    }
    return sheet;
}
