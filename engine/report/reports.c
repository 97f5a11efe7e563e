/* The table of reports by name, what each takes, and how a report's query becomes a sheet. */
#include "report/reports.h"

#include "base/error.h"
#include "calendar/calendar.h"
#include "model/kind.h"
#include "store/sql.h"

#include <string.h>

#define MAX_CELLS 15

typedef SettleSheet *(*Load)(SettleStore *store, const SettleReportScope *scope, const char *name,
                             const char *title, GError **error);

struct SettleReport {
    const char *name, *title, *about;
    /* by which parameters its statement asks; COMPUTED: it has none */
    enum { FROM_TOTALS, FROM_LEDGER, FROM_AGEING, FROM_ORDERS, COMPUTED } source;
    const char *sql;
    Load load; /* of one that is COMPUTED */
    /* what a period is to it, for the line that says what it is of */
    enum {
        POSTINGS_OF,
        POSTINGS_UP_TO,
        DEBTS_UP_TO,
        STANDS_NOW,
        ORDERS_CLOSED,
        WINDOWS_WITH,
        FALLS_DUE,
        STATEMENTS_OF,
        RUNS_DATED,
        FILES_DATED,
        CODES_KNOWN,
        DECIDED
    } of;
    enum {
        NEEDS_PERIOD = 1,
        NEEDS_DISTRIBUTOR = 2,
        NO_PARTIES = 4,
        NO_DISTRIBUTOR = 8,
        ADDS_UP = 16,
        AHEAD = 32,       /* of what is to come: a pack has all of it, whatever its period */
        MARKS_LATER = 64, /* says how much of the period was posted after it */
        NO_PERIOD = 128   /* of no period: a pack has all of it */
    } terms;
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
/* One column a kind, as the query's :each_kind lists them. */
#define KIND_COLUMN(number, SYMBOL, member, name, column) MONEY(column, 1),
#define CURRENCY(name)                                                                             \
    {                                                                                              \
        name, SETTLE_CELL_CURRENCY, 0                                                              \
    }

/* In the order in which finance reads them, and in which a pack has them. */
static const SettleReport reports[] = {
    {"settlement-summary",
     "Settlement summary",
     "What was earned and taken back, by carrier and kind. Postings: those that did so. Held: by "
     "how much more is held back than before.",
     FROM_TOTALS,
     settle_sql_report_settlement_summary,
     NULL,
     POSTINGS_OF,
     ADDS_UP,
     "net",
     8,
     {TEXT("carrier"), CURRENCY("currency"), TEXT("kind"), NUMBER("postings"), MONEY("earned", 1),
      MONEY("taken_back", 1), MONEY("net", 1), MONEY("held_change", 1)}},
    {"where-it-stands",
     "Where what was earned stands",
     "Earned less taken back = on drafts + on approved + on issued invoices + withheld (kept at "
     "source, on any of these) + carried forward + held + not yet drawn. Before tax where amounts "
     "exclude it: what the documents put on top of them is beside it, and by how much they say "
     "otherwise than the ledger.",
     FROM_LEDGER,
     settle_sql_reconcile_ledger,
     NULL,
     STANDS_NOW,
     ADDS_UP,
     NULL,
     15,
     {TEXT("carrier"), TEXT("distributors"), CURRENCY("currency"), MONEY("earned", 2),
      MONEY("taken_back", 2), MONEY("on_drafts", 2), MONEY("on_approved", 2), MONEY("on_issued", 2),
      MONEY("withheld", 2), MONEY("carried_forward", 2), MONEY("held", 2), MONEY("not_drawn", 2),
      MONEY("difference", 2), MONEY("tax_on_top", 2), MONEY("documents_differ", 2)}},
    {"orders",
     "What became of every order",
     "Settled, zero with a reason, or waiting with one; paid is what the buyers paid.",
     FROM_ORDERS,
     settle_sql_reconcile_orders,
     NULL,
     ORDERS_CLOSED,
     NEEDS_PERIOD | ADDS_UP,
     NULL,
     6,
     {TEXT("carrier"), CURRENCY("currency"), TEXT("state"), TEXT("because"), NUMBER("orders"),
      MONEY("paid", 1)}},
    {"trial-balance",
     "Trial balance",
     "Debits, credits and balance of each account; a balance is debits less credits.",
     FROM_TOTALS,
     settle_sql_report_trial_balance,
     NULL,
     POSTINGS_UP_TO,
     MARKS_LATER,
     NULL,
     5,
     {TEXT("account"), CURRENCY("currency"), MONEY("debit", 1), MONEY("credit", 1),
      MONEY("balance", 1)}},
    {"roll-forward",
     "Roll-forward",
     "Each account from opening to closing of the period, by kind; debit is positive.",
     FROM_TOTALS,
     settle_sql_report_roll_forward,
     NULL,
     POSTINGS_OF,
     NEEDS_PERIOD | MARKS_LATER,
     NULL,
     3 + SETTLE_N_KINDS, /* the kinds are one less than that */
     {TEXT("account"), CURRENCY("currency"), MONEY("opening", 1),
      SETTLE_ALL_KINDS(KIND_COLUMN) MONEY("closing", 1)}},
    {"carrier-statement",
     "What the carriers owe",
     "The account of each carrier and distributor: opening + earned - taken back - kept at source "
     "(on issued invoices) + tax on top + other (deposits and the like) = owes, as in ledger "
     "balances. Open is less what was received by then, of which no posting is made.",
     FROM_TOTALS,
     settle_sql_report_carrier_statement,
     NULL,
     POSTINGS_OF,
     ADDS_UP,
     NULL,
     12,
     {TEXT("carrier"), TEXT("distributor"), CURRENCY("currency"), MONEY("opening", 2),
      MONEY("earned", 2), MONEY("taken_back", 2), MONEY("kept_at_source", 2), MONEY("tax", 2),
      MONEY("other", 2), MONEY("owes", 2), MONEY("received", 2), MONEY("open", 2)}},
    {"distributor-summary",
     "Distributors",
     "What was earned and taken back, by carrier and distributor. Postings: those that did so. "
     "Held: by how much more is held back than before. Kept at source is part of what was earned.",
     FROM_TOTALS,
     settle_sql_report_distributor_summary,
     NULL,
     POSTINGS_OF,
     ADDS_UP,
     "net",
     10,
     {TEXT("carrier"), TEXT("distributor"), TEXT("name"), CURRENCY("currency"), NUMBER("postings"),
      MONEY("earned", 3), MONEY("taken_back", 3), MONEY("net", 3), MONEY("held_change", 3),
      MONEY("kept_at_source", 3)}},
    {"distributor-statement",
     "Distributor statement (汇总)",
     "What one distributor earned, by version, rule and origin month. Subjects: orders or windows. "
     "Held: by how much more is held back than before. Kept at source is part of what was earned.",
     FROM_TOTALS,
     settle_sql_report_distributor_statement,
     NULL,
     POSTINGS_OF,
     NEEDS_DISTRIBUTOR | ADDS_UP,
     NULL,
     13,
     {TEXT("distributor"), TEXT("carrier"), CURRENCY("currency"), TEXT("version"), TEXT("kind"),
      TEXT("rule"), TEXT("origin"), ORDINAL("subjects"), MONEY("earned", 2), MONEY("taken_back", 2),
      MONEY("net", 2), MONEY("held_change", 2), MONEY("kept_at_source", 2)}},
    {"distributor-lines",
     "Distributor statement (清单)",
     "One distributor's postings of commission, one a line. Net: what it changed of what is earned "
     "(a release of what was held changes nothing).",
     FROM_TOTALS,
     settle_sql_report_distributor_lines,
     NULL,
     POSTINGS_OF,
     NEEDS_DISTRIBUTOR | ADDS_UP,
     NULL,
     12,
     {TEXT("date"), TEXT("carrier"), CURRENCY("currency"), TEXT("order"), TEXT("product"),
      TEXT("kind"), TEXT("rule"), ORDINAL("item"), TEXT("origin"), TEXT("debit"), TEXT("credit"),
      MONEY("net", 2)}},
    {"volume-standing",
     "Volume standing",
     "Where each volume window stands, and what the next tier is worth while it is not over.",
     COMPUTED,
     NULL,
     settle_report_volume_standing,
     WINDOWS_WITH,
     0,
     NULL,
     0,
     {{NULL, 0, 0}}},
    {"schedule",
     "What falls due",
     "Instalments that are not due yet, by the month in which they fall due.",
     COMPUTED,
     NULL,
     settle_report_schedule,
     FALLS_DUE,
     ADDS_UP | AHEAD,
     NULL,
     0,
     {{NULL, 0, 0}}},
    {"negative-balances",
     "Which distributors owe",
     "Distributors that owe more than is owed to them, since which night without a break, and "
     "for how many days.",
     FROM_AGEING,
     settle_sql_ledger_ageing,
     NULL,
     DEBTS_UP_TO,
     ADDS_UP,
     NULL,
     8,
     {TEXT("carrier"), TEXT("distributor"), TEXT("name"), CURRENCY("currency"), MONEY("owes", 3),
      TEXT("since"), ORDINAL("days"), TEXT("band")}},
    {"differences",
     "Differences with the carriers' statements",
     "What does not match, by carrier, month and kind of difference, and how old it is.",
     COMPUTED,
     NULL,
     settle_report_differences,
     STATEMENTS_OF,
     NO_DISTRIBUTOR | ADDS_UP,
     NULL,
     0,
     {{NULL, 0, 0}}},
    {"run-history",
     "Runs",
     "The published runs with their digests. Transfers: all that it posted, moves out of what is "
     "held, invoices and deposits too.",
     FROM_TOTALS,
     settle_sql_report_run_history,
     NULL,
     RUNS_DATED,
     NO_PARTIES,
     NULL,
     12,
     {ORDINAL("run"), TEXT("kind"), TEXT("date"), NUMBER("facts"), NUMBER("settled"),
      NUMBER("zero"), NUMBER("waiting"), NUMBER("transfers"), NUMBER("invoices"), TEXT("actor"),
      TEXT("published_at"), TEXT("digest")}},
    {"quarantine",
     "Rejected rows",
     "Rejected rows that were not released, by kind and reason.",
     FROM_TOTALS,
     settle_sql_report_quarantine,
     NULL,
     FILES_DATED,
     NO_PARTIES | ADDS_UP,
     NULL,
     8,
     {TEXT("kind"), TEXT("reason"), TEXT("column"), NUMBER("rows"), ORDINAL("batches"),
      TEXT("from"), TEXT("to"), TEXT("for_example")}},
    {"decisions",
     "Decisions",
     "What people decided, when and why: closings and openings, approvals, policies, deposits, "
     "statements, settings, rows that were released.",
     FROM_TOTALS,
     settle_sql_report_decisions,
     NULL,
     DECIDED,
     NO_PARTIES | NO_PERIOD,
     NULL,
     7,
     {ORDINAL("decision"), TEXT("at"), TEXT("who"), TEXT("what"), TEXT("of"), TEXT("reason"),
      TEXT("detail")}},
    {"look-alikes",
     "Codes that look alike",
     "Codes that differ from an earlier one in case, width or blanks only.",
     COMPUTED,
     NULL,
     settle_report_look_alikes,
     CODES_KNOWN,
     NO_PARTIES | NO_PERIOD,
     NULL,
     3,
     {TEXT("what"), TEXT("code"), TEXT("looks_like")}},
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
    if ((report->terms & NO_DISTRIBUTOR) != 0 && scope->distributor != NULL)
        return "it is of all distributors";
    if ((report->terms & NO_PERIOD) != 0 && scope->period != NULL)
        return report->of == DECIDED ? "it is of all decisions, whatever they are about"
                                     : "it is of all codes, whatever the period";
    return NULL;
}

gboolean
settle_report_is_ahead(const SettleReport *report)
{
    return (report->terms & (AHEAD | NO_PERIOD)) != 0;
}

/* --- what a report is of ------------------------------------------------------------------------
 */

/* "postings of period 2026-03", by what a period is to the report. */
static char *
what_it_is_of(const SettleReport *report, const char *period, const char *open)
{
    if (report == NULL)
        return period != NULL ? g_strdup_printf("period %s%s", period, open)
                              : g_strdup("all periods");
    switch (report->of) {
    case POSTINGS_OF:
        return period != NULL ? g_strdup_printf("postings of period %s%s", period, open)
                              : g_strdup("postings of all periods");
    case STANDS_NOW:
        return period != NULL ? g_strdup_printf("postings of period %s%s, and where they stand now",
                                                period, open)
                              : g_strdup("postings of all periods, and where they stand now");
    case POSTINGS_UP_TO:
        return period != NULL ? g_strdup_printf("postings up to period %s%s", period, open)
                              : g_strdup("postings of all periods");
    case DEBTS_UP_TO:
        return period != NULL
                   ? g_strdup_printf("postings up to period %s%s, age at its end", period, open)
                   : g_strdup("postings of all periods");
    case ORDERS_CLOSED:
        return g_strdup_printf("orders that closed in %s", period);
    case WINDOWS_WITH:
        return period != NULL ? g_strdup_printf("windows that %s is part of", period)
                              : g_strdup("windows that are not over");
    case FALLS_DUE:
        return period != NULL ? g_strdup_printf("falling due in %s after the last night", period)
                              : g_strdup("falling due after the last night");
    case STATEMENTS_OF:
        return period != NULL ? g_strdup_printf("statements of %s", period)
                              : g_strdup("statements of all months");
    case RUNS_DATED:
        return period != NULL ? g_strdup_printf("runs dated in %s", period) : g_strdup("all runs");
    case FILES_DATED:
        return period != NULL ? g_strdup_printf("batches dated in %s", period)
                              : g_strdup("all batches");
    case CODES_KNOWN:
        return g_strdup("codes known by now");
    case DECIDED:
        return g_strdup("all that was decided");
    }
    settle_unreachable("a known scope");
}

/* ", 12 transfers of it by runs after its last day"; nothing if there are none. */
static gboolean
add_later(SettleStore *store, const SettleReportScope *scope, GString *text, GError **error)
{
    g_autofree char *first = g_strdup_printf("%s-01", scope->period);
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_report_posted_later, error, "sss", first,
                           scope->carrier, scope->distributor);

    if (row != NULL && settle_result_i64(row, 0, SQL_REPORT_POSTED_LATER_TRANSFERS) > 0)
        g_string_append_printf(
            text, ", %" G_GINT64_FORMAT " transfers of %s by runs after its last day",
            settle_result_i64(row, 0, SQL_REPORT_POSTED_LATER_TRANSFERS), scope->period);
    return row != NULL;
}

char *
settle_report_of(SettleStore *store, const SettleReport *report, const SettleReportScope *scope,
                 GError **error)
{
    g_autoptr(SettleResult) state = settle_store_query(store, settle_sql_run_state, error, ""),
                            closed = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *what = NULL;
    char day[SETTLE_DAY_TEXT_BYTES];
    gboolean open = TRUE;

    if (state == NULL || (closed = settle_store_query(store, settle_sql_period_closed, error, "l",
                                                      G_MAXINT64)) == NULL)
        return NULL;
    if (scope->period != NULL && !settle_result_is_null(closed, 0, SQL_PERIOD_CLOSED_CLOSED_TO))
        open =
            strcmp(scope->period, settle_result_text(closed, 0, SQL_PERIOD_CLOSED_CLOSED_TO)) > 0;
    what = what_it_is_of(report, scope->period,
                         open ? " (open: more may be posted to it)" : " (closed)");
    g_string_append(text, what);
    if (scope->period != NULL && (report == NULL || (report->terms & MARKS_LATER) != 0) &&
        !add_later(store, scope, text, error))
        return NULL;
    if (scope->carrier != NULL)
        g_string_append_printf(text, ", carrier %s", scope->carrier);
    if (scope->distributor != NULL)
        g_string_append_printf(text, ", distributor %s", scope->distributor);
    if (settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT))
        g_string_append(text, ", before the first night");
    else
        g_string_append_printf(
            text, ", as of the night of %s and run %" G_GINT64_FORMAT,
            settle_day_format(settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT), day),
            settle_result_i64(state, 0, SQL_RUN_STATE_WATERMARK));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- loading ---------------------------------------------------------------------------------- */

static SettleResult *
query(SettleStore *store, const SettleReport *report, const SettleReportScope *scope,
      GError **error)
{
    g_autofree char *first = scope->period != NULL ? g_strdup_printf("%s-01", scope->period) : NULL;

    switch (report->source) {
    case FROM_LEDGER:
        return settle_store_query(store, report->sql, error, "sssb", first, scope->carrier,
                                  scope->distributor, FALSE);
    case FROM_AGEING:
        return settle_store_query(store, report->sql, error, "ssss", scope->carrier,
                                  scope->distributor, NULL, first);
    case FROM_ORDERS:
        return settle_store_query(store, report->sql, error, "sss", first, scope->carrier,
                                  scope->distributor);
    case FROM_TOTALS:
    case COMPUTED:
        break;
    }
    return settle_store_query(store, report->sql, error, "sss", first, scope->carrier,
                              scope->distributor);
}

SettleSheet *
settle_report_load(SettleStore *store, const SettleReport *report, const SettleReportScope *scope,
                   GError **error)
{
    SettleSheet *sheet = NULL;

    if (report->source == COMPUTED) {
        sheet = report->load(store, scope, report->name, report->title, error);
    } else {
        g_autoptr(SettleResult) result = query(store, report, scope, error);

        if (result != NULL)
            sheet = settle_sheet_from_result(report->name, report->title, report->about, result,
                                             report->cells, report->n);
    }
    if (sheet != NULL && (sheet->of = settle_report_of(store, report, scope, error)) == NULL) {
        g_clear_pointer(&sheet, settle_sheet_free);
        return NULL;
    }
    if (sheet != NULL && (report->terms & ADDS_UP) != 0 && !settle_sheet_add_totals(sheet)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                    "%s adds up to more than 64 bits hold", report->name);
        g_clear_pointer(&sheet, settle_sheet_free);
    }
    return sheet;
}
