/* What a command line names and the books must know: parties, orders, invoices, runs, batches,
 * months. A name that nobody knows is an error (INPUT), with what may have been meant as its hint;
 * it is never answered with an empty table. */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* As they were given; NULL or 0: not given. */
typedef struct {
    const char *carrier, *distributor, *outlet, *manager; /* codes */
    const char *order;                                    /* a carrier's id of an order */
    const char *period;                                   /* YYYY-MM */
    int run, batch;
    const char *other; /* what else the list was cut down by, for settle_cli_nothing() only */
} SettleNamed;

/* TRUE: all of them are known. */
gboolean settle_cli_known(SettleStore *store, const SettleNamed *named, GError **error);
/* That a period does not lie before all facts and nights, nor more than a month after them
 * (or_later: it may). */
gboolean settle_cli_known_period(SettleStore *store, const char *period, gboolean or_later,
                                 GError **error);
/* That one of these runs is published; text: how they were named. */
gboolean settle_cli_known_runs(SettleStore *store, int32_t first, int32_t last, const char *text,
                               GError **error);
/* One of the words (NULL after them). noun: "kind", "report" */
gboolean settle_cli_known_word(const char *noun, const char *word, const char *const *words,
                               GError **error);
/* Says on stderr what was looked for in vain, if a person reads (--format table). what: "transfers"
 */
void settle_cli_nothing(const SettleCli *cli, const char *what, const SettleNamed *named);

/* The limit of a query that is to tell whether there are more than are shown. limit: 0 for all. */
int settle_cli_one_more(gint64 limit);
/* Prints at most limit rows of a result that was asked for one more, which it frees, and says where
 * it was cut, or what was looked for in vain (as settle_cli_nothing()). FALSE: rows is NULL. */
gboolean settle_cli_print_cut(const SettleCli *cli, SettleResult *rows, const SettleCell *cells,
                              guint n, gint64 limit, const char *what, const SettleNamed *named);

/* Says on stderr what became of an order of which a list has nothing to show, and of each of its
 * id, if a person reads: it waits, was settled as zero for a reason, earns later. distributor: only
 * its own, if it has one; NULL: any. FALSE and error. */
gboolean settle_cli_order_note(const SettleCli *cli, SettleStore *store, const char *order,
                               const char *distributor, GError **error);

/* The errors of what is not there. */
void settle_cli_no_invoice(SettleStore *store, const char *number, GError **error);
void settle_cli_no_policy(SettleStore *store, const char *name, gboolean waiting, GError **error);

/* RUN/CARRIER of an invoice batch. FALSE: a message was printed, *ret_exit is the exit code. Of an
 * invoice's number the message names the batch. *ret_carrier points into the text. */
gboolean settle_cli_batch(const SettleCli *cli, const char *text, const char *what,
                          int32_t *ret_run, const char **ret_carrier, int *ret_exit);
/* That it is one of the published batches. */
gboolean settle_cli_known_invoice_batch(SettleStore *store, int32_t run, const char *carrier,
                                        GError **error);

G_END_DECLS
