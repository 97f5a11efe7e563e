/* Drives intake without the command line: for measuring, and where the program is not built.
 *
 *   intake-probe CONNINFO migrate
 *   intake-probe CONNINFO import KIND DATE FILE [COUNT|- [SUM]]     FILE - is standard input
 *   intake-probe CONNINFO staging KIND DATE SOURCE
 *   intake-probe CONNINFO release DATE BATCH LINE REASON            0 0 -: everything
 *
 * Prints one line a batch: STATE batch rows accepted repeated quarantined waiting found sum reason,
 * then its first rejections. An error is one line "error CODE" and its message; exit status 1. */
#include "intake/intake.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
print(const SettleIntakeReport *report)
{
    printf("%s batch=%d rows=%" G_GINT64_FORMAT " accepted=%" G_GINT64_FORMAT
           " repeated=%" G_GINT64_FORMAT " quarantined=%" G_GINT64_FORMAT
           " waiting=%" G_GINT64_FORMAT " found=%" G_GINT64_FORMAT " sum=%s reason=%s\n",
           report->sealed ? "sealed" : "refused", report->batch_id, report->rows_read,
           report->accepted, report->repeated, report->quarantined, report->waiting,
           report->bills_found, report->sum, report->reason);
    for (guint i = 0; i < report->rejections->len; i++) {
        const SettleIntakeRejection *r = report->rejections->pdata[i];
        printf("%" G_GINT64_FORMAT ":%d %s '%s' %s: %s\n", r->line, r->field_no, r->field, r->value,
               r->reason, r->message);
    }
}

static gboolean
run(SettleStore *store, int argc, char **argv, GError **error)
{
    SettleIntakeOptions options = {.lookback_months = -1};
    g_autoptr(SettleIntakeReport) report = NULL;
    SettleFileKind kind = SETTLE_FILE_ORDERS;
    const char *command = argv[2];
    if (strcmp(command, "migrate") == 0) {
        guint applied;
        return settle_store_migrate(store, &applied, error);
    }
    if (strcmp(command, "release") == 0 && argc == 7) {
        SettleIntakeSelection selection = {.batch_id = atoi(argv[4]), .line = atoll(argv[5]),
                                           .reason = strcmp(argv[6], "-") == 0 ? NULL : argv[6]};
        g_autoptr(GPtrArray) reports = NULL;
        if (!settle_day_parse(argv[3], strlen(argv[3]), &options.business_date) ||
            !settle_intake_release(store, &selection, &options, &reports, error))
            return FALSE;
        for (guint i = 0; i < reports->len; i++)
            print(reports->pdata[i]);
        return TRUE;
    }
    if (argc < 6 || !settle_file_kind_lookup(argv[3], &kind) ||
        !settle_day_parse(argv[4], strlen(argv[4]), &options.business_date)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE, "bad command");
        return FALSE;
    }
    if (strcmp(command, "staging") == 0) {
        if (!settle_intake_staging(store, kind, argv[5], &options, &report, error))
            return FALSE;
        print(report);
        return TRUE;
    }
    if (argc > 6 && strcmp(argv[6], "-") != 0) {
        options.has_control_count = TRUE;
        options.control_count = atoll(argv[6]);
    }
    if (argc > 7)
        options.control_sum = argv[7];
    int fd = strcmp(argv[5], "-") == 0 ? STDIN_FILENO : open(argv[5], O_RDONLY | O_CLOEXEC);
    gboolean done = settle_intake_import(store, kind, argv[5], fd, &options, &report, error);
    if (done)
        print(report);
    if (fd != STDIN_FILENO)
        close(fd);
    return done;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SettleStore) store = NULL;
    if (argc < 3)
        return EXIT_FAILURE;
    gboolean migrate = strcmp(argv[2], "migrate") == 0;
    store = settle_store_open(argv[1], migrate ? SETTLE_STORE_AS_LOGIN : SETTLE_STORE_AS_RUNNER,
                              "intake probe", &error);
    if (store != NULL && run(store, argc, argv, &error))
        return EXIT_SUCCESS;
    printf("error %d\n%s\n", error != NULL ? error->code : -1,
           error != NULL ? error->message : "?");
    return EXIT_FAILURE;
}
