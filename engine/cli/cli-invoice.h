/* What `settle invoice` is made of, beside lists of invoices: whole batches. */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* The subcommands that speak of batches of invoices; each returns an exit status. */
int settle_invoice_batches(const SettleCli *cli, int argc, char **argv);
int settle_invoice_approve(const SettleCli *cli, int argc, char **argv);
int settle_invoice_issue(const SettleCli *cli, int argc, char **argv);
/* TRUE: NULL, or one of draft, approved, issued and (more) carried, or (of batches) open. */
gboolean settle_invoice_known_status(const char *status, gboolean more, GError **error);

G_END_DECLS
