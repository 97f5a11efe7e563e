/* settle policy test and try: the examples of a policy, and what one made-up order would earn
 * under it. */
#include "calc/arithmetic.h"
#include "cli/policy-file.h"

#include <string.h>

/* Imagined orders: the examples that a policy carries, and one given on the command line. */

static const char *
state_text(SettleTargetState state)
{
    switch (state) {
    case SETTLE_TARGET_EARNED:
        return "earned";
    case SETTLE_TARGET_NOT_MET:
        return "forfeited";
    case SETTLE_TARGET_PENDING:
        return "waits";
    case SETTLE_TARGET_NOT_DUE:
        return "not due";
    }
    return "";
}

/* --- test ------------------------------------------------------------------------------------- */

static const char *
result_text(SettleExampleResult result)
{
    switch (result) {
    case SETTLE_EXAMPLE_PASSED:
        return "passed";
    case SETTLE_EXAMPLE_FAILED:
        return "failed";
    case SETTLE_EXAMPLE_NOT_CHECKED:
        return "not checked";
    }
    return "";
}

/* What there is to say of an example, on one line. Caller frees. */
static char *
finding_text(const SettleDiagnostics *diagnostics)
{
    const SettleDiagnostic *first;

    if (diagnostics->items->len == 0)
        return g_strdup("");
    first = g_ptr_array_index(diagnostics->items, 0);
    return first->hint != NULL ? g_strdup_printf("%s (%s)", first->message, first->hint)
                               : g_strdup(first->message);
}

/* A row for each example; TRUE if none failed. */
static gboolean
test_policy(const char *path, const SettlePolicy *policy, SettleTable *table)
{
    gboolean all_good = TRUE;

    for (guint i = 0; i < policy->n_examples; i++) {
        const SettleExample *example = &policy->examples[i];
        g_autoptr(SettleLife) life = settle_life_of(policy, example);
        g_autoptr(SettleDiagnostics) diagnostics = settle_diagnostics_new();
        SettleExampleResult result = settle_example_check(policy, example, life, diagnostics);
        g_autofree char *finding = finding_text(diagnostics);
        char earned[SETTLE_MONEY_TEXT_BYTES] = "", line[16];
        const char *cells[] = {path, line, example->name, result_text(result), earned, finding};

        g_snprintf(line, sizeof line, "%u", example->place.line);
        if (life != NULL)
            settle_money_format(life->sum_minor, settle_currency_exponent(policy->currency),
                                earned);
        settle_table_row(table, cells);
        all_good = all_good && result != SETTLE_EXAMPLE_FAILED;
    }
    return all_good;
}

int
settle_command_policy_test(const SettleCli *cli, int argc, char **argv)
{
    static const SettleColumn columns[] = {
        {"file", SETTLE_COLUMN_TEXT},    {"line", SETTLE_COLUMN_INTEGER},
        {"example", SETTLE_COLUMN_TEXT}, {"result", SETTLE_COLUMN_TEXT},
        {"earned", SETTLE_COLUMN_MONEY}, {"finding", SETTLE_COLUMN_TEXT},
    };
    SettleTable *table;
    gboolean all_good = TRUE, all_read = TRUE;
    int code;

    if (!settle_cli_parse("policy test FILE...",
                          "Holds the examples that policies carry against what their rules pay. "
                          "Needs no database. Exits with 1 if one fails.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc < 2)
        return settle_cli_usage("settle policy test FILE...", "test which files");
    table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    for (int i = 1; i < argc; i++) {
        g_autofree char *text = NULL;
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics = NULL;
        gsize length;

        if (!settle_cli_policy_read(argv[i], &text, &length)) {
            all_read = FALSE;
            continue;
        }
        diagnostics = settle_policy_load(text, length, &policy);
        if (policy == NULL) {
            fprintf(stderr, "settle: %s has %u error%s\nhint: settle policy check shows them\n",
                    argv[i], diagnostics->n_errors, diagnostics->n_errors == 1 ? "" : "s");
            all_read = FALSE;
            continue;
        }
        all_good = test_policy(argv[i], policy, table) && all_good;
    }
    settle_table_end(table);
    return !all_read ? SETTLE_EXIT_INPUT : all_good ? SETTLE_EXIT_DONE : SETTLE_EXIT_FOUND;
}

/* --- try -------------------------------------------------------------------------------------- */

/* The example in the language's own words, for the language's own checker. */
static char *
example_text(const char *order, char **bills, char **events, const char *window, const char *as_of)
{
    g_autoptr(GString) text = g_string_new("example: try\n");

    g_string_append_printf(text, "order: {%s}\n", order);
    if (bills != NULL && bills[0] != NULL)
        g_string_append(text, "bills:\n");
    for (guint i = 0; bills != NULL && bills[i] != NULL; i++)
        g_string_append_printf(text, "- {%s}\n", bills[i]);
    if (events != NULL && events[0] != NULL)
        g_string_append(text, "events:\n");
    for (guint i = 0; events != NULL && events[i] != NULL; i++)
        g_string_append_printf(text, "- {%s}\n", events[i]);
    if (window != NULL)
        g_string_append_printf(text, "window: {%s}\n", window);
    if (as_of != NULL)
        g_string_append_printf(text, "as-of: %s\n", as_of);
    g_string_append(text, "earns: {}\n");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
print_life(const SettleCli *cli, const SettlePolicy *policy, const SettleLife *life)
{
    static const SettleColumn columns[] = {
        {"day", SETTLE_COLUMN_TEXT},   {"kind", SETTLE_COLUMN_TEXT},
        {"rule", SETTLE_COLUMN_TEXT},  {"item", SETTLE_COLUMN_TEXT},
        {"state", SETTLE_COLUMN_TEXT}, {"amount", SETTLE_COLUMN_MONEY},
        {"why", SETTLE_COLUMN_TEXT},
    };
    SettleTable *table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    int exponent = settle_currency_exponent(policy->currency);

    for (guint i = 0; i < life->steps->len; i++) {
        const SettleLifeStep *step = &g_array_index(life->steps, SettleLifeStep, i);
        char day[SETTLE_DAY_TEXT_BYTES], amount[SETTLE_MONEY_TEXT_BYTES], item[16] = "";
        const char *cells[] = {settle_day_format(step->day, day),
                               settle_kind_name(step->rule->kind),
                               step->rule->id,
                               item,
                               state_text(step->state),
                               settle_money_format(step->minor, exponent, amount),
                               step->why};

        if (settle_rule_items(settle_arithmetic_current(), step->rule) != SETTLE_ITEMS_NONE)
            g_snprintf(item, sizeof item, "%u", step->item);
        settle_table_row(table, cells);
    }
    for (guint i = 0; i < life->silent->len; i++) {
        const SettleLifeSilent *silent = &g_array_index(life->silent, SettleLifeSilent, i);
        const char *cells[] = {"",
                               settle_kind_name(silent->rule->kind),
                               silent->rule->id,
                               "",
                               "does not apply",
                               "",
                               silent->why};

        settle_table_row(table, cells);
    }
    settle_table_end(table);
}

int
settle_command_policy_try(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *order = NULL, *window = NULL, *as_of = NULL;
    g_auto(GStrv) bills = NULL;
    g_auto(GStrv) events = NULL;
    const GOptionEntry entries[] = {
        {"order", 0, 0, G_OPTION_ARG_STRING, &order,
         "like 'closed: 2026-03-15, paid: 59.00, class: plan'", "ORDER"},
        {"bill", 0, 0, G_OPTION_ARG_STRING_ARRAY, &bills,
         "like 'month: 0..12, billed: 59.00, minutes: 80'; may be given several times", "BILL"},
        {"event", 0, 0, G_OPTION_ARG_STRING_ARRAY, &events,
         "like 'event: cancel, on: 2026-08-20'; may be given several times", "EVENT"},
        {"window", 0, 0, G_OPTION_ARG_STRING, &window,
         "where the windows of volume rules stand, like 'activations: 500'", "WINDOW"},
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "the day up to which facts and due days count",
         "DAY"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autofree char *text = NULL, *imagined = NULL;
    g_autoptr(SettlePolicy) policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics = NULL;
    g_autoptr(SettleLife) life = NULL;
    SettleExample example = {.name = NULL};
    char sum[SETTLE_MONEY_TEXT_BYTES];
    gsize length;
    int code;

    if (!settle_cli_parse(
            "policy try FILE --order ORDER",
            "Shows what one imagined order would earn over its life, and why. Needs no "
            "database. The keys of ORDER, BILL and EVENT are those of examples: see `settle "
            "policy reference`.",
            entries, &argc, &argv, &code))
        return code;
    if (argc != 2)
        return settle_cli_usage("settle policy try FILE --order 'closed: 2026-03-15, paid: 59.00'",
                                "try which policy");
    if (order == NULL)
        return settle_cli_usage("--order 'closed: 2026-03-15, paid: 59.00'", "try which order");
    if (!settle_cli_policy_read(argv[1], &text, &length))
        return SETTLE_EXIT_INPUT;
    diagnostics = settle_policy_load(text, length, &policy);
    if (policy == NULL) {
        settle_cli_diagnostics(diagnostics, argv[1], text, length, NULL);
        return SETTLE_EXIT_INPUT;
    }
    g_clear_pointer(&diagnostics, settle_diagnostics_free);
    imagined = example_text(order, bills, events, window, as_of);
    diagnostics = settle_example_load(text, length, policy, imagined, strlen(imagined), &example);
    if (diagnostics->n_errors > 0) {
        settle_cli_diagnostics(diagnostics, "(your order)", imagined, strlen(imagined), NULL);
        return SETTLE_EXIT_INPUT;
    }
    life = settle_life_of(policy, &example);
    settle_example_clear(&example);
    if (life == NULL)
        return settle_cli_fail(g_error_new(SETTLE_ERROR, SETTLE_ERROR_INPUT,
                                           "what it earns is larger than amounts can be"));
    print_life(cli, policy, life);
    if (cli->format == SETTLE_FORMAT_TABLE) {
        printf("\n%s %s in all\n", settle_currency_code(policy->currency),
               settle_money_format_grouped(life->sum_minor,
                                           settle_currency_exponent(policy->currency), sum));
        if (life->unsettled != NULL)
            printf("%s depends on other orders: the figures are without it\n", life->unsettled);
    }
    return SETTLE_EXIT_DONE;
}
