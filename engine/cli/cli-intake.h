/* What several commands do with batches: import, release from quarantine, withdrawals. */
#pragma once

#include "cli/cli.h"
#include "intake/intake.h"

G_BEGIN_DECLS

/* Prints what an import took in, repeated and put aside, with the first reasons. */
void settle_cli_print_intake(const SettleIntakeReport *report);
/* INPUT if it was refused, UNUSABLE if every row was rejected, else DONE. */
int settle_cli_intake_exit(const SettleIntakeReport *report);
/* Of several batches the worse is told: one that was refused, then one that is of no use. */
int settle_cli_intake_worse(int a, int b);

/* Carries out the withdrawals that are approved, and says so on stderr. store: as runner. */
gboolean settle_cli_carry_out(SettleStore *store, GError **error);

G_END_DECLS
