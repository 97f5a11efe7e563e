/* settle verify: proves what is stored against digests, sums and seals, and names what is not as
 * it was published. */
#include "audit/head.h"
#include "audit/verify.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/slips.h"

#include <string.h>

static void
show_progress(int64_t done, int64_t total, gpointer user_data)
{
    settle_progress_show(user_data, done, total);
}

static int
print_head(const SettleCli *cli)
{
    uint8_t seal[SETTLE_DIGEST_BYTES];
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];
    int32_t run_id;
    GError *error = NULL;

    if (!settle_verify_head(cli->db, &run_id, seal, &error))
        return settle_cli_fail(error);
    settle_digest_hex(seal, hex);
    printf("%d:%s\n", run_id, hex);
    return SETTLE_EXIT_DONE;
}

static void
print_findings(const SettleCli *cli, const SettleVerification *v)
{
    static const SettleColumn columns[] = {{"run", SETTLE_COLUMN_INTEGER},
                                           {"place", SETTLE_COLUMN_TEXT},
                                           {"finding", SETTLE_COLUMN_TEXT}};
    SettleTable *table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);

    for (guint i = 0; i < v->findings->len; i++) {
        const SettleFinding *finding = &g_array_index(v->findings, SettleFinding, i);
        char run[16] = "";
        const char *cells[] = {run, finding->place, finding->text};

        if (finding->run_id != 0 || cli->format == SETTLE_FORMAT_JSON)
            g_snprintf(run, sizeof run, "%d", finding->run_id);
        settle_table_row(table, cells);
    }
    settle_table_end(table);
}

static void
print_verdict(const SettleVerification *v)
{
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];

    if (v->n_findings > v->findings->len)
        printf("and %" G_GINT64_FORMAT " more (--limit shows more)\n",
               v->n_findings - v->findings->len);
    printf("%" G_GINT64_FORMAT " runs, %" G_GINT64_FORMAT " transfers, %" G_GINT64_FORMAT
           " totals, %" G_GINT64_FORMAT " facts in %" G_GINT64_FORMAT " batches, %" G_GINT64_FORMAT
           " invoices (carried ones, too), %" G_GINT64_FORMAT " policies: ",
           v->runs, v->transfers, v->totals, v->facts, v->batches, v->invoices, v->policies);
    if (v->n_findings > 0) {
        printf("%" G_GINT64_FORMAT " findings\n", v->n_findings);
        if (v->first_broken == 0)
            puts("no published run is touched");
        else if (v->first_broken < v->last_run)
            printf("the first broken is run %d; runs %d to %d stand on it\n", v->first_broken,
                   v->first_broken + 1, v->last_run);
        else
            printf("the first broken is run %d; none stands on it\n", v->first_broken);
        return;
    }
    puts("as published");
    if (v->erased > 0)
        printf("the texts of %" G_GINT64_FORMAT " rows were erased\n", v->erased);
    if (v->last_run != 0) {
        settle_digest_hex(v->head, hex);
        printf("head %d:%s\n", v->last_run, hex);
    }
}

int
settle_command_verify(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *expect = NULL, *files = NULL;
    gboolean head = FALSE, ok;
    int limit = 50, code;
    const GOptionEntry entries[] = {
        {"head", 0, 0, G_OPTION_ARG_NONE, &head,
         "only print the seal of the last run, to be kept outside the database", NULL},
        {"expect", 0, 0, G_OPTION_ARG_FILENAME, &expect, "what --head printed once", "RUN:SEAL"},
        {"files", 0, 0, G_OPTION_ARG_FILENAME, &files,
         "also hold the files of this folder against the batches (done/ of settle night)",
         "FOLDER"},
        {"limit", 0, 0, G_OPTION_ARG_INT, &limit, "findings shown (default 50)", "N"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    SettleVerifyOptions options = {.conninfo = cli->db, .progress = show_progress};
    SettleProgress progress;
    g_autoptr(SettleVerification) verification = NULL;
    GError *error = NULL;

    if (!settle_cli_parse(
            "verify [--expect RUN:SEAL] [--files FOLDER] | verify --head",
            "Proves that what is stored is what was published: digests and seals of the "
            "runs, totals,\nreceipts, invoices, batches, policies. Reads only. Exit code 1 "
            "with findings.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("verify", argv[1], entries);
    if (head && expect != NULL)
        return settle_cli_usage("one of them: --head prints what --expect is given later",
                                "--head is not with --expect");
    if (!settle_cli_not_negative("--limit", limit, &code))
        return code;
    if (head)
        return print_head(cli);
    if (expect != NULL && !settle_head_parse(expect, &options.expect_run, options.expect))
        return settle_cli_usage("settle verify --head prints it", "\"%s\" is no RUN:SEAL", expect);
    options.files = files;
    options.limit = (guint) limit;
    options.progress_data = &progress;

    settle_progress_start(&progress, "verify");
    ok = settle_verify(&options, &verification, &error);
    settle_progress_end(&progress);
    if (!ok)
        return settle_cli_fail(error);
    if (verification->findings->len > 0 || cli->format != SETTLE_FORMAT_TABLE)
        print_findings(cli, verification);
    if (cli->format == SETTLE_FORMAT_TABLE)
        print_verdict(verification);
    return verification->n_findings == 0 ? SETTLE_EXIT_DONE : SETTLE_EXIT_FOUND;
}
