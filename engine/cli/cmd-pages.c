/* settle pages: static pages of distributors, outlets and managers, to be put behind a web server.
 */
#include "cli/known.h"
#include "cli/slips.h"
#include "report/pages.h"

static int
pages(const SettleCli *cli, const char *distributor, const char *folder)
{
    g_autoptr(SettleStore) store = NULL;
    SettlePagesDone done;
    GError *error = NULL;

    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "pages", &error);
    if (store == NULL ||
        !settle_cli_known(store, &(SettleNamed){.distributor = distributor}, &error) ||
        !settle_pages_write(store, distributor, folder, &done, &error))
        return settle_cli_fail(error);
    printf("%s: %" G_GINT64_FORMAT " distributors, %" G_GINT64_FORMAT " folders\n", folder,
           done.distributors, done.folders);
    return SETTLE_EXIT_DONE;
}

int
settle_command_pages(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *distributor = NULL, *folder = NULL;
    gboolean all = FALSE;
    const GOptionEntry entries[] = {
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &distributor, "of this distributor", "CODE"},
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "of all distributors", NULL},
        {"output", 0, 0, G_OPTION_ARG_FILENAME, &folder, "into this folder, new or empty",
         "FOLDER"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int code;

    if (!settle_cli_parse(
            "pages --distributor CODE | --all --output FOLDER",
            "Static pages, without script: of each distributor, outlet (with all below it) and "
            "account manager a folder of its\nown with summary and list, of a distributor its "
            "statement and invoices, too. No folder holds what its reader may\nnot see: "
            "distributor/D, outlet/D/O, manager/D/M. Who may open which folder is the web "
            "server's to know.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("pages", argv[1], entries);
    if ((distributor != NULL) == all)
        return settle_cli_usage("--distributor CODE, or --all", "pages of whom");
    if (folder == NULL)
        return settle_cli_usage("--output FOLDER: it is made if it is not there",
                                "--output is missing: into which folder");
    return pages(cli, distributor, folder);
}
