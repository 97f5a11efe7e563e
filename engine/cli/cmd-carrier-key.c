/* The key that a carrier's ids are made under: to be kept, and to be given to who takes the
 * carrier's facts in elsewhere. */
#include "base/keyed.h"
#include "cli/cli.h"
#include "store/sql.h"

#include <string.h>

#define HEX_DIGITS (2 * SETTLE_KEY_BYTES)

static int
key_export(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) key = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("carrier-key export CARRIER",
                          "Prints the carrier's key as 64 hexadecimal digits. Who has it can tell "
                          "whether an id is\nof a number that he tries: keep it as a password. A "
                          "carrier \"\" is that of rows that name none.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc != 2)
        return settle_cli_usage("settle carrier-key export CARRIER",
                                "whose key: settle carrier-key export CARRIER");
    store = settle_cli_open(cli, SETTLE_STORE_AS_RUNNER, "carrier-key", &error);
    if (store == NULL ||
        (key = settle_store_query(store, settle_sql_carrier_key, &error, "s", argv[1])) == NULL)
        return settle_cli_fail(error);
    if (settle_result_rows(key) == 0) {
        g_set_error(&error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "no carrier \"%s\" has a key",
                    argv[1]);
        settle_error_hint(&error, "settle import carriers makes carriers known");
        return settle_cli_fail(error);
    }
    puts(settle_result_text(key, 0, SQL_CARRIER_KEY_KEY_HEX));
    return SETTLE_EXIT_DONE;
}

/* The digits of a file, without the line end; NULL and error. */
static char *
read_key(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &text, &length, NULL)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s cannot be read", path);
        return NULL;
    }
    g_strstrip(text);
    if (strlen(text) != HEX_DIGITS || strspn(text, "0123456789abcdefABCDEF") != HEX_DIGITS) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s holds no key: %d hex digits", path,
                    HEX_DIGITS);
        settle_error_hint(error, "settle carrier-key export CARRIER prints one");
        return NULL;
    }
    return g_steal_pointer(&text);
}

static int
key_set(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(SettleStore) store = NULL;
    g_autofree char *key = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("carrier-key set CARRIER FILE",
                          "Gives a carrier the key that another database has for it, so that its "
                          "facts come out with\nthe same ids and digests. Only before the first "
                          "fact. FILE holds what export printed; - is standard input.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc != 3)
        return settle_cli_usage("settle carrier-key set CARRIER FILE",
                                "whose key, and a file: settle carrier-key set CARRIER FILE");
    key = read_key(argv[2], &error);
    if (key == NULL)
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_RUNNER, "carrier-key", &error);
    if (store == NULL ||
        !settle_store_exec(store, settle_sql_carrier_key_set, &error, "ss", argv[1], key))
        return settle_cli_fail(error);
    printf("%s has the key of %s\n", argv[1], argv[2]);
    return SETTLE_EXIT_DONE;
}

int
settle_command_carrier_key(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"export", "CARRIER", "print it", NULL, key_export},
        {"set", "CARRIER FILE", "take over that of another database", NULL, key_set},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("carrier-key", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
