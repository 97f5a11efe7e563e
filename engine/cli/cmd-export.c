/* settle export: the ledger as a journal for other accounting programs. */
#include "cli/known.h"
#include "cli/slips.h"
#include "report/journal.h"

static int
export_journal(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *as = NULL, *carrier = NULL, *distributor = NULL, *period = NULL;
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_FILENAME, &as, "hledger (default), ledger or beancount", "F"},
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &distributor, "only of this distributor",
         "CODE"},
        {"period", 0, 0, G_OPTION_ARG_FILENAME, &period, "only postings of this period", "YYYY-MM"},
        G_OPTION_ENTRY_NULL};
    SettleJournalFormat format = SETTLE_JOURNAL_HLEDGER;
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    SettleMonth month;
    int code;

    if (!settle_cli_parse("export journal",
                          "The ledger as plain text for other accounting programs, one transaction "
                          "a transfer.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("export journal", argv[1], entries);
    if (as != NULL && !settle_journal_format(as, &format))
        return settle_cli_usage("there are hledger, ledger and beancount",
                                "there is no journal format \"%s\"", as);
    if (period != NULL && !settle_cli_month("--period", period, &month, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "export", &error);
    if (store == NULL ||
        !settle_cli_known(
            store, &(SettleNamed){.carrier = carrier, .distributor = distributor, .period = period},
            &error) ||
        !settle_journal_write(store, format, carrier, distributor, period, stdout, &error))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

int
settle_command_export(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"journal", "[--format F]", "the ledger for hledger, ledger or beancount", NULL,
         export_journal},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("export", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
