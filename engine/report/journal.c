/* The ledger as plain text that hledger, ledger and beancount read. */
#include "report/journal.h"

#include "model/transfer.h"
#include "money/money.h"
#include "store/sql.h"

#include <string.h>

static const char *const formats[] = {"hledger", "ledger", "beancount"};

gboolean
settle_journal_format(const char *name, SettleJournalFormat *ret_format)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(formats[i], name) == 0) {
            *ret_format = (SettleJournalFormat) i;
            return TRUE;
        }
    return FALSE;
}

char *
settle_journal_part(const char *code)
{
    GString *part = g_string_new(NULL);
    const unsigned char *at = (const unsigned char *) code;

    if (*at != '\0' && ((!g_ascii_isupper(*at) && !g_ascii_isdigit(*at)) || *at == 'Z'))
        g_string_append_printf(part, "Z%02X", *at++);
    for (; *at != '\0'; at++)
        if (g_ascii_isalnum(*at))
            g_string_append_c(part, (char) *at);
        else
            g_string_append_printf(part, "-%02X", *at);
    return g_string_free(part, FALSE);
}

/* Where an account stands in the books of others. */
static const char *
root_of(SettleRole role)
{
    switch (role) {
    case SETTLE_ROLE_CARRIER:
        return "Assets:Carrier";
    case SETTLE_ROLE_DISTRIBUTOR:
        return "Liabilities:Distributor";
    case SETTLE_ROLE_HELD:
        return "Liabilities:Held";
    case SETTLE_ROLE_WITHHELD:
        return "Liabilities:Withheld";
    case SETTLE_ROLE_INVOICED:
        return "Liabilities:Invoiced";
    case SETTLE_ROLE_CASH:
        return "Assets:Cash";
    case SETTLE_ROLE_DEPOSIT:
        return "Liabilities:Deposit";
    case SETTLE_ROLE_FEE:
        return "Income:Fee";
    }
    settle_unreachable("a known role");
}

static char *
account(SettleRole role, const char *carrier, const char *distributor)
{
    GString *name = g_string_new(root_of(role));
    const char *const parts[] = {carrier, distributor};

    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i][0] != '\0') {
            g_autofree char *part = settle_journal_part(parts[i]);

            g_string_append_printf(name, ":%s", part);
        }
    return g_string_free(name, FALSE);
}

/* Text for a comment or between quotes: what could end either is left out, and the brackets and
 * colons by which ledger finds dates and tags in a comment. */
static char *
plain(const char *text, size_t length)
{
    char *copy = g_strndup(text, length);

    for (char *at = copy; *at != '\0'; at++)
        if ((unsigned char) *at < ' ' || strchr("\";\\|[]:\x7f", *at) != NULL)
            *at = '_';
    return copy;
}

static gboolean
write_accounts(SettleStore *store, SettleJournalFormat format, const char *carrier,
               const char *distributor, const char *period, FILE *out, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_export_accounts, error,
                                                      "sss", carrier, distributor, period);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleCurrency currency =
            (SettleCurrency) settle_result_i32(rows, i, SQL_EXPORT_ACCOUNTS_CURRENCY);
        const char *code = settle_currency_code(currency);
        int exponent = settle_currency_exponent(currency);

        if (!g_hash_table_add(seen, g_strdup(code)))
            continue;
        if (format == SETTLE_JOURNAL_HLEDGER)
            fprintf(out, "commodity 1000.%.*s %s\n", exponent, "0000", code);
        else if (format == SETTLE_JOURNAL_LEDGER)
            fprintf(out, "commodity %s\n    format 1000.%.*s %s\n", code, exponent, "0000", code);
    }
    for (int i = 0; i < settle_result_rows(rows); i++) {
        g_autofree char *name =
            account((SettleRole) settle_result_i32(rows, i, SQL_EXPORT_ACCOUNTS_ROLE),
                    settle_result_text(rows, i, SQL_EXPORT_ACCOUNTS_CARRIER),
                    settle_result_text(rows, i, SQL_EXPORT_ACCOUNTS_DISTRIBUTOR));
        char day[SETTLE_DAY_TEXT_BYTES];

        /* one with several currencies is one account */
        if (!g_hash_table_add(seen, g_strdup(name)))
            continue;
        if (format == SETTLE_JOURNAL_BEANCOUNT)
            fprintf(
                out, "%s open %s\n",
                settle_day_format(settle_result_day(rows, i, SQL_EXPORT_ACCOUNTS_FIRST_DAY), day),
                name);
        else
            fprintf(out, "account %s\n", name);
    }
    return TRUE;
}

static char *
field(const SettleReader *reader, int column)
{
    size_t length;
    const char *text = settle_reader_text(reader, column, &length);

    return g_strndup(text, length);
}

static void
write_transfer(const SettleReader *reader, SettleJournalFormat format, FILE *out)
{
    SettleKind kind = (SettleKind) settle_reader_i16(reader, SQL_EXPORT_TRANSFERS_KIND);
    SettleRole debit = (SettleRole) settle_reader_i16(reader, SQL_EXPORT_TRANSFERS_DEBIT),
               credit = (SettleRole) settle_reader_i16(reader, SQL_EXPORT_TRANSFERS_CREDIT);
    SettleCurrency currency = settle_reader_i16(reader, SQL_EXPORT_TRANSFERS_TRANSFER_CURRENCY);
    g_autofree char *carrier = field(reader, 2), *distributor = field(reader, 3),
                    *version = field(reader, 5), *rule = field(reader, 6),
                    *order = field(reader, 7), *period = field(reader, 8),
                    *origin = field(reader, 9);
    /* as in ledger balances: a deposit is one party's */
    gboolean cover = kind == SETTLE_KIND_DEPOSIT && debit == SETTLE_ROLE_DEPOSIT;
    gboolean of_carrier = credit == SETTLE_ROLE_CARRIER || distributor[0] == '\0';
    g_autofree char *from =
        account(debit, cover && !of_carrier ? "" : carrier, cover && of_carrier ? "" : distributor);
    g_autofree char *to = account(credit, carrier, distributor);
    g_autofree char *told_order = plain(order, strlen(order)),
                    *told_rule = plain(rule, strlen(rule)),
                    *told_version = plain(version, strlen(version));
    const char *code = settle_currency_code(currency);
    char amount[SETTLE_MONEY_TEXT_BYTES], day[SETTLE_DAY_TEXT_BYTES];

    settle_money_format(settle_reader_i64(reader, SQL_EXPORT_TRANSFERS_AMOUNT_MINOR),
                        settle_currency_exponent(currency), amount);
    settle_day_format(settle_reader_day(reader, SQL_EXPORT_TRANSFERS_BUSINESS_DATE), day);
    if (format == SETTLE_JOURNAL_BEANCOUNT)
        fprintf(out,
                "\n%s * \"%s\"\n  run: %d\n  period: \"%s\"\n  origin: \"%s\"\n  rule: \"%s\"\n"
                "  version: \"%s\"\n  order: \"%s\"\n",
                day, settle_kind_name(kind), settle_reader_i32(reader, SQL_EXPORT_TRANSFERS_RUN_ID),
                period, origin, told_rule, told_version, told_order);
    else
        /* tags of hledger, metadata of ledger: each takes one a line, whatever the value holds */
        fprintf(out,
                "\n%s * (%d) %s\n    ; period: %s\n    ; origin: %s\n    ; rule: %s\n"
                "    ; version: %s\n    ; order: %s\n",
                day, settle_reader_i32(reader, SQL_EXPORT_TRANSFERS_RUN_ID), settle_kind_name(kind),
                period, origin, told_rule, told_version, told_order);
    fprintf(out, "    %s  %s %s\n    %s  -%s %s\n", from, amount, code, to, amount, code);
}

gboolean
settle_journal_write(SettleStore *store, SettleJournalFormat format, const char *carrier,
                     const char *distributor, const char *period, FILE *out, GError **error)
{
    g_autoptr(SettleReader) reader = NULL;

    if (format == SETTLE_JOURNAL_BEANCOUNT)
        fputs("option \"title\" \"Settle\"\n", out);
    if (format == SETTLE_JOURNAL_LEDGER) /* --pedantic wants them known */
        fputs("tag period\ntag origin\ntag rule\ntag version\ntag order\n", out);
    if (!write_accounts(store, format, carrier, distributor, period, out, error) ||
        !settle_store_exec(store, settle_sql_session_no_nestloop, error, ""))
        return FALSE;
    reader =
        settle_store_read(store, settle_sql_export_transfers, "sss", carrier, distributor, period);
    while (settle_reader_next(reader))
        write_transfer(reader, format, out);
    return settle_reader_end(reader, error);
}
