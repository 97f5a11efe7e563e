/* `settle reconcile` in its parts. */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* cmd-reconcile-statement.c */
int settle_reconcile_statement(const SettleCli *cli, int argc, char **argv);
int settle_reconcile_statements(const SettleCli *cli, int argc, char **argv);
int settle_reconcile_accept(const SettleCli *cli, int argc, char **argv);
int settle_reconcile_dispute(const SettleCli *cli, int argc, char **argv);
int settle_reconcile_withdraw(const SettleCli *cli, int argc, char **argv);

G_END_DECLS
