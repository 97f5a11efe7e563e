/* settle deposit: posts, covers, forfeits and lists the deposits of parties. */
#include "cli/known.h"
#include "cli/slips.h"
#include "money/money.h"
#include "run/beside/deposit.h"
#include "run/decide/deposits.h"

#include <string.h>

/* What the sub-commands take. */
typedef struct {
    char *carrier, *distributor, *amount, *reason;
    SettleDepositParty party;
    int64_t amount_minor;
} Options;

static void
clear_options(Options *options)
{
    g_free(options->carrier);
    g_free(options->distributor);
    g_free(options->amount);
    g_free(options->reason);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear_options)

static char *
yuan(int64_t minor, char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_money_format(minor, settle_currency_exponent(SETTLE_DEPOSIT_CURRENCY), text);
}

static gboolean
parse_amount(const char *text, int64_t *ret_minor, int *ret_exit)
{
    g_autofree char *meant = NULL, *hint = NULL;

    if (settle_money_parse(text, strlen(text), settle_currency_exponent(SETTLE_DEPOSIT_CURRENCY),
                           ret_minor) == SETTLE_PARSE_OK &&
        *ret_minor >= 0)
        return TRUE;
    meant = settle_cli_amount_meant(text);
    hint = meant != NULL ? g_strdup_printf("did you mean %s?", meant)
                         : g_strdup("write it like 10000.00");
    *ret_exit = settle_cli_usage(hint, "\"%s\" is no amount in yuan", text);
    return FALSE;
}

/* Whose deposit, and how much: what a decision needs. cover: --carrier beside --distributor says
 * whose claims are covered. */
static gboolean
take_decision(Options *options, const char *usage, const char *description, gboolean cover,
              int *argc, char ***argv, int *ret_exit)
{
    const GOptionEntry entries[] = {
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &options->distributor, "whose deposit",
         "CODE"},
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &options->carrier,
         cover ? "whose deposit; beside --distributor: only what it owes to this carrier"
               : "whose deposit",
         "CODE"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &options->reason, "why; kept in the control log",
         "TEXT"},
        {cover ? NULL : "amount", 0, 0, G_OPTION_ARG_FILENAME, &options->amount, "in yuan",
         "AMOUNT"},
        G_OPTION_ENTRY_NULL};

    if (!settle_cli_parse(usage, description, entries, argc, argv, ret_exit))
        return FALSE;
    *ret_exit = SETTLE_EXIT_USAGE;
    if (*argc > 1)
        settle_cli_surplus(usage, (*argv)[1], entries);
    else if (options->distributor == NULL && options->carrier == NULL)
        settle_cli_usage("--distributor CODE or --carrier CODE", "whose deposit");
    else if (!cover && options->distributor != NULL && options->carrier != NULL)
        settle_cli_usage("say the command once for each",
                         "one of --distributor and --carrier: a deposit is of one party");
    else if (options->reason == NULL || *g_strstrip(options->reason) == '\0')
        settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    else if (!cover && options->amount == NULL)
        settle_cli_usage("--amount 10000.00, in yuan", "--amount is missing");
    else
        *ret_exit = SETTLE_EXIT_DONE;
    if (*ret_exit != SETTLE_EXIT_DONE ||
        (!cover && !parse_amount(options->amount, &options->amount_minor, ret_exit)))
        return FALSE;
    options->party = options->distributor != NULL
                         ? (SettleDepositParty){SETTLE_DIM_DISTRIBUTOR, options->distributor}
                         : (SettleDepositParty){SETTLE_DIM_CARRIER, options->carrier};
    return TRUE;
}

/* The approver's connection, when whose deposit it is has been found. */
static SettleStore *
open_for(const SettleCli *cli, const Options *options, GError **error)
{
    const SettleNamed named = {.carrier = options->carrier, .distributor = options->distributor};
    g_autoptr(SettleStore) store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "deposit", error);

    if (store == NULL || !settle_cli_known(store, &named, error))
        return NULL;
    return g_steal_pointer(&store);
}

static int
deposit_post(const SettleCli *cli, int argc, char **argv)
{
    SettleRunReport report;
    char digest[SETTLE_DIGEST_BYTES * 2 + 1], day[SETTLE_DAY_TEXT_BYTES];
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("deposit post",
                          "Brings about what was decided on deposits, freezes those of parties "
                          "that have become active, and gives those back that are due, less what "
                          "the party owes; on the day of the last settled night.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("deposit post", argv[1], NULL);
    if (!settle_deposit_post(cli->db, &report, &error))
        return settle_cli_fail(error);
    if (report.run_id == 0) {
        if (report.date == 0)
            puts("no deposit is to be moved before the first night");
        else
            printf("no deposit is to be moved on %s\n", settle_day_format(report.date, day));
        return SETTLE_EXIT_DONE;
    }
    settle_day_format(report.date, day);
    settle_digest_hex(report.digest, digest);
    printf("run %d of %s moved deposits: %" G_GINT64_FORMAT " transfers, digest %s\n",
           report.run_id, day, report.transfers, digest);
    return SETTLE_EXIT_DONE;
}

static int
deposit_cover(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int code;

    if (!take_decision(&options, "deposit cover",
                       "Decides that what a party owes is covered from its deposit, as far as that "
                       "goes; the next deposit post does it.",
                       TRUE, &argc, &argv, &code))
        return code;
    store = open_for(cli, &options, &error);
    if (store == NULL || !settle_deposit_cover(store, &options.party,
                                               options.distributor != NULL ? options.carrier : NULL,
                                               options.reason, &error))
        return settle_cli_fail(error);
    printf("what %s %s owes is to be covered\n", settle_dim_name(options.party.dim),
           options.party.code);
    return SETTLE_EXIT_DONE;
}

static int
deposit_forfeit(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    g_autoptr(SettleStore) store = NULL;
    char amount[SETTLE_MONEY_TEXT_BYTES];
    GError *error = NULL;
    int code;

    if (!take_decision(
            &options, "deposit forfeit",
            "Decides that a part of a deposit is forfeited; the next deposit post does it.", FALSE,
            &argc, &argv, &code))
        return code;
    if (options.amount_minor == 0)
        return settle_cli_usage("--amount 500.00, in yuan", "nothing cannot be forfeited");
    store = open_for(cli, &options, &error);
    if (store == NULL || !settle_deposit_forfeit(store, &options.party, options.amount_minor,
                                                 options.reason, &error))
        return settle_cli_fail(error);
    printf("of the deposit of %s %s %s are to be forfeited\n", settle_dim_name(options.party.dim),
           options.party.code, yuan(options.amount_minor, amount));
    return SETTLE_EXIT_DONE;
}

static int
deposit_amount(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    g_autoptr(SettleStore) store = NULL;
    char amount[SETTLE_MONEY_TEXT_BYTES];
    GError *error = NULL;
    int code;

    if (!take_decision(&options, "deposit amount",
                       "Decides what the deposit of one party is to be; the next deposit post "
                       "freezes what lacks, or gives back what is too much.",
                       FALSE, &argc, &argv, &code))
        return code;
    store = open_for(cli, &options, &error);
    if (store == NULL ||
        !settle_deposit_set(store, &options.party, options.amount_minor, options.reason, &error))
        return settle_cli_fail(error);
    printf("the deposit of %s %s is to be %s\n", settle_dim_name(options.party.dim),
           options.party.code, yuan(options.amount_minor, amount));
    return SETTLE_EXIT_DONE;
}

static int
deposit_default(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL, *option = NULL;
    const GOptionEntry entries[] = {
        {"amount", 0, 0, G_OPTION_ARG_FILENAME, &option, "in yuan; or without --amount, as AMOUNT",
         "AMOUNT"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why; kept in the control log", "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    char amount[SETTLE_MONEY_TEXT_BYTES];
    GError *error = NULL;
    const char *text;
    SettleDim dim;
    int64_t minor;
    int code;

    if (!settle_cli_parse("deposit default carrier|distributor AMOUNT",
                          "Decides what is frozen for parties that enter from now on.", entries,
                          &argc, &argv, &code))
        return code;
    text = option != NULL ? option : argc == 3 ? argv[2] : NULL;
    if (text == NULL || argc != (option != NULL ? 2 : 3) ||
        (strcmp(argv[1], "carrier") != 0 && strcmp(argv[1], "distributor") != 0))
        return settle_cli_usage("settle deposit default distributor 10000.00 --reason TEXT",
                                "of carriers or of distributors, and how much");
    if (!parse_amount(text, &minor, &code))
        return code;
    if (reason == NULL || *g_strstrip(reason) == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    dim = strcmp(argv[1], "carrier") == 0 ? SETTLE_DIM_CARRIER : SETTLE_DIM_DISTRIBUTOR;
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "deposit", &error);
    if (store == NULL || !settle_deposit_set_default(store, dim, minor, reason, &error))
        return settle_cli_fail(error);
    printf("for a new %s %s are frozen\n", settle_dim_name(dim), yuan(minor, amount));
    return SETTLE_EXIT_DONE;
}

static int
deposit_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleColumn columns[] = {
        {"party", SETTLE_COLUMN_TEXT},   {"code", SETTLE_COLUMN_TEXT},
        {"status", SETTLE_COLUMN_TEXT},  {"since", SETTLE_COLUMN_TEXT},
        {"frozen", SETTLE_COLUMN_MONEY}, {"used", SETTLE_COLUMN_MONEY},
        {"left", SETTLE_COLUMN_MONEY},   {"release_on", SETTLE_COLUMN_TEXT},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleDirectory) directory = NULL;
    g_autoptr(GArray) standings = NULL;
    GError *error = NULL;
    SettleTable *table;
    int code;

    if (!settle_cli_parse("deposit list", "Where the deposits of carriers and distributors stand.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("deposit list", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "deposit", &error);
    if (store == NULL || !settle_deposit_list(store, &directory, &standings, &error))
        return settle_cli_fail(error);
    table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    for (guint i = 0; i < standings->len; i++) {
        const SettleDepositStanding *s = &g_array_index(standings, SettleDepositStanding, i);
        char amounts[3][SETTLE_MONEY_TEXT_BYTES], days[2][SETTLE_DAY_TEXT_BYTES];
        const char *cells[] = {
            settle_dim_name(s->dim),
            s->code,
            s->has_status ? settle_party_status_name(s->status) : "",
            s->has_status ? settle_day_format(s->since, days[0]) : "",
            yuan(s->deposit.frozen_minor, amounts[0]),
            yuan(s->deposit.used_minor, amounts[1]),
            yuan(settle_deposit_balance(&s->deposit), amounts[2]),
            s->release_day != 0 ? settle_day_format(s->release_day, days[1]) : "",
        };

        settle_table_row(table, cells);
    }
    settle_table_end(table);
    return SETTLE_EXIT_DONE;
}

int
settle_command_deposit(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"post", "", "freeze and give back what is due", NULL, deposit_post},
        {"list", "", "where deposits stand", NULL, deposit_list},
        {"cover", "--distributor CODE | --carrier CODE", "pay debts from a deposit", NULL,
         deposit_cover},
        {"forfeit", "--distributor CODE | --carrier CODE", "keep a part of it", NULL,
         deposit_forfeit},
        {"amount", "--distributor CODE | --carrier CODE", "what one deposit is to be", NULL,
         deposit_amount},
        {"default", "carrier|distributor AMOUNT", "what is frozen on entry", NULL, deposit_default},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("deposit", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
