/* Policy files as the commands read them. */
#pragma once

#include "calc/life.h"
#include "cli/cli.h"

#include <jansson.h>

G_BEGIN_DECLS

/* The bytes of a file. FALSE after a message. */
gboolean settle_cli_policy_read(const char *path, char **ret_text, gsize *ret_length);
/* Prints diagnostics of a text; to `json` if that is not NULL. */
void settle_cli_diagnostics(const SettleDiagnostics *diagnostics, const char *name,
                            const char *text, gsize length, json_t *json);

/* What was found in one of several files. */
typedef struct {
    const char *name, *text;
    gsize length;
    const SettleDiagnostics *diagnostics;
} SettleCliFindings;
/* Prints the errors of all files, and after them everything else. */
void settle_cli_findings(const SettleCliFindings *files, guint n);
/* The last line: "24 policies: 1 error in gd.yaml, 37 warnings". Of one file nothing is said. */
void settle_cli_findings_summary(const SettleCliFindings *files, guint n);

/* Subcommands of settle policy; each returns an exit status. */
int settle_command_policy_check(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_explain_code(const SettleCli *cli, int argc, char **argv);
/* Compiles a text, with its examples, and says what there is to say. NULL: it cannot be used. */
SettlePolicy *settle_cli_policy_compile(const char *name, const char *text, gsize length,
                                        json_t *json);

/* As above: those that write, and those that try a policy out. */
int settle_command_policy_submit(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_activate(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_withdraw(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_test(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_try(const SettleCli *cli, int argc, char **argv);

G_END_DECLS
