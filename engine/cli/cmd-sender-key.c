/* settle sender-key: the keys with which carriers sign what they send. */
#include "base/signature.h"
#include "cli/cli.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "store/sql.h"

#include <string.h>

#define KEY_FILE_MAX 16384

/* One decision; key: NULL ends the one that holds. */
static gboolean
decide(SettleStore *store, const char *carrier, const uint8_t *key, const char *reason,
       GError **error)
{
    g_autofree char *subject = g_strconcat("carrier/", carrier, NULL);
    g_autoptr(SettleResult) now =
        settle_store_query(store, settle_sql_sender_key_now, error, "s", carrier);
    g_autoptr(SettleResult) detail = NULL;
    uint8_t digest[SETTLE_DIGEST_BYTES];
    const uint8_t *about = key;
    size_t length = SETTLE_SENDER_KEY_BYTES;

    if (now == NULL)
        return FALSE;
    if (key == NULL && settle_result_rows(now) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "%s has no key that could end",
                    carrier);
        settle_error_hint(error, "settle sender-key list shows those that hold");
        return FALSE;
    }
    if (key == NULL)
        about = settle_result_bytes(now, 0, SQL_SENDER_KEY_NOW_KEY, &length);
    settle_digest_once(about, length, digest);
    if (key != NULL && (detail = settle_store_query(store, settle_sql_sender_key_detail, error, "y",
                                                    key, (size_t) SETTLE_SENDER_KEY_BYTES)) == NULL)
        return FALSE;
    if (!settle_store_begin(store, error))
        return FALSE;
    if (settle_store_control(
            store, key != NULL ? "sender-key-set" : "sender-key-end", subject, digest, reason,
            detail != NULL ? settle_result_text(detail, 0, SQL_SENDER_KEY_DETAIL_DETAIL) : NULL,
            NULL, error) &&
        settle_store_commit(store, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}

static gboolean
read_key(const char *path, uint8_t ret_key[SETTLE_SENDER_KEY_BYTES], GError **error)
{
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, NULL)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s cannot be read", path);
        return FALSE;
    }
    if (length <= KEY_FILE_MAX && settle_sender_key_parse(text, length, ret_key))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s holds no public key of Ed25519", path);
    settle_error_hint(error, "the sender makes it: openssl genpkey -algorithm ed25519 -out "
                             "sender.pem; openssl pkey -in sender.pem -pubout -out sender.pub");
    return FALSE;
}

static int
key_change(const SettleCli *cli, int argc, char **argv, gboolean set)
{
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "why; kept in the control log", "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    uint8_t key[SETTLE_SENDER_KEY_BYTES];
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(set ? "sender-key set CARRIER FILE --reason TEXT"
                              : "sender-key end CARRIER --reason TEXT",
                          set ? "From now on no fact of the carrier comes in but by a file that it "
                                "signed with this "
                                "key: FILE.sig beside\nFILE, Ed25519 over the file's SHA-256. FILE "
                                "holds the public "
                                "key in PEM. Replaces the key before it."
                              : "From now on the carrier's files need no signature.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc != (set ? 3 : 2))
        return settle_cli_usage(set ? "settle sender-key set CMCC-GD sender.pub --reason TEXT"
                                    : "settle sender-key end CMCC-GD --reason TEXT",
                                set ? "whose key, and in which file" : "whose key");
    if (reason == NULL || *g_strstrip(reason) == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    if (set && !read_key(argv[2], key, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "sender-key", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.carrier = argv[1]}, &error) ||
        !decide(store, argv[1], set ? key : NULL, reason, &error))
        return settle_cli_fail(error);
    printf(set ? "%s signs what it sends from now on\n" : "%s signs nothing from now on\n",
           argv[1]);
    return SETTLE_EXIT_DONE;
}

static int
key_set(const SettleCli *cli, int argc, char **argv)
{
    return key_change(cli, argc, argv, TRUE);
}

static int
key_end(const SettleCli *cli, int argc, char **argv)
{
    return key_change(cli, argc, argv, FALSE);
}

static int
key_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0}, {"key", SETTLE_CELL_TEXT, 0},
        {"by", SETTLE_CELL_TEXT, 0},      {"since", SETTLE_CELL_TEXT, 0},
        {"until", SETTLE_CELL_TEXT, 0},   {"reason", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("sender-key list", "Which carriers sign what they send, and since when.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("sender-key list", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "sender-key", &error);
    rows = store != NULL ? settle_store_query(store, settle_sql_sender_key_list, &error, "") : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    if (settle_result_rows(rows) == 0 && cli->format == SETTLE_FORMAT_TABLE)
        puts("no carrier signs what it sends");
    else
        settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    return SETTLE_EXIT_DONE;
}

int
settle_command_sender_key(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"list", "", "who signs", NULL, key_list},
        {"set", "CARRIER FILE", "take a key, or another one", NULL, key_set},
        {"end", "CARRIER", "no signature is needed any more", NULL, key_end},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("sender-key", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
