/* A policy from its text, for the tests of what reads policies. */
#pragma once

#include "policy/load.h"

#include <glib.h>
#include <string.h>

/* The compiled policy, owned by the caller. The test ends, with what was said of it, if the
 * document is refused. *ret_complaints: errors and warnings; NULL: warnings do not matter. */
static inline SettlePolicy *
policy_of(const char *document, guint *ret_complaints)
{
    g_autoptr(GString) said = g_string_new(NULL);
    SettlePolicy *policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics =
        settle_policy_load(document, strlen(document), &policy);

    for (guint i = 0; i < diagnostics->items->len; i++)
        settle_diagnostic_print(g_ptr_array_index(diagnostics->items, i), "test", document,
                                strlen(document), said);
    if (policy == NULL)
        g_error("a good document was refused: %s", said->str);
    if (ret_complaints != NULL) {
        *ret_complaints = diagnostics->n_errors + diagnostics->n_warnings;
        if (*ret_complaints > 0)
            g_test_message("%s", said->str);
    }
    return policy;
}
