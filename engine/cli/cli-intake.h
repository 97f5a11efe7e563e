/* How a batch that was taken in is told: shared by import and by release from quarantine. */
#pragma once

#include "cli/cli.h"
#include "intake/intake.h"

G_BEGIN_DECLS

void settle_cli_print_intake(const SettleIntakeReport *report);

G_END_DECLS
