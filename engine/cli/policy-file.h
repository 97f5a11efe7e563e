/* Policy files as the commands read them. */
#pragma once

#include "calc/life.h"
#include "cli/cli.h"

#include <jansson.h>

G_BEGIN_DECLS

/* Reads and compiles a file, with its examples, and says what there is to say: on standard output
 * as a compiler does, or appended to `json` if that is not NULL. FALSE: it cannot be used;
 * *ret_text may be set all the same and is the caller's. */
gboolean settle_cli_policy_load(const char *path, char **ret_text, gsize *ret_length,
                                SettlePolicy **ret_policy, json_t *json);
/* The bytes of a file. FALSE after a message. */
gboolean settle_cli_policy_read(const char *path, char **ret_text, gsize *ret_length);
/* Prints diagnostics of a text; to `json` if that is not NULL. */
void settle_cli_diagnostics(const SettleDiagnostics *diagnostics, const char *name,
                            const char *text, gsize length, json_t *json);

int settle_command_policy_check(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_explain_code(const SettleCli *cli, int argc, char **argv);
/* Compiles a text, with its examples, and says what there is to say. NULL: it cannot be used. */
SettlePolicy *settle_cli_policy_compile(const char *name, const char *text, gsize length,
                                        json_t *json);

int settle_command_policy_submit(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_activate(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_withdraw(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_test(const SettleCli *cli, int argc, char **argv);
int settle_command_policy_try(const SettleCli *cli, int argc, char **argv);

G_END_DECLS
