/* From text to a policy or an example: tree, validation, rules, findings, examples. The one place
 * that knows this order; each step knows only what the steps before it have made. */
#include "policy/load.h"

#include "base/digest.h"
#include "policy/build-example.h"
#include "policy/build.h"
#include "policy/findings.h"
#include "policy/validate.h"

SettleDiagnostics *
settle_policy_load(const char *text, size_t length, SettlePolicy **ret_policy)
{
    SettleDiagnostics *diagnostics = settle_diagnostics_new();
    SettleNode *top = settle_tree_read(text, length, "policy", diagnostics);
    SettlePolicy *policy = NULL;

    if (top != NULL) {
        g_autofree guint8 *sound = NULL;

        settle_policy_validate(top, diagnostics);
        /* also after errors, from what is sound: all of them are wanted in one pass */
        policy = settle_policy_build(top, diagnostics, &sound);
        if (sound != NULL)
            settle_findings_look(policy, top, sound, diagnostics);
        settle_policy_build_examples(top, policy, diagnostics);
        settle_node_free(top);
    }
    if (diagnostics->n_errors > 0)
        g_clear_pointer(&policy, settle_policy_free);
    if (policy != NULL)
        settle_digest_once(text, length, policy->hash);
    settle_diagnostics_sort(diagnostics);
    *ret_policy = policy;
    return diagnostics;
}

SettleDiagnostics *
settle_example_load(const char *policy_text, size_t policy_length, SettlePolicy *policy,
                    const char *text, size_t length, SettleExample *ret_example)
{
    SettleDiagnostics *diagnostics = settle_diagnostics_new();
    g_autoptr(SettleDiagnostics) known = settle_diagnostics_new();
    SettleNode *document = settle_tree_read(policy_text, policy_length, "policy", known);
    SettleNode *node = settle_tree_read(text, length, "policy", diagnostics);
    SettleExample example = {.name = NULL};

    if (document != NULL && node != NULL) {
        settle_example_validate(node, document, diagnostics);
        if (diagnostics->n_errors == 0)
            settle_example_build(node, document, policy, diagnostics, &example);
    }
    g_clear_pointer(&document, settle_node_free);
    g_clear_pointer(&node, settle_node_free);
    settle_diagnostics_sort(diagnostics);
    if (diagnostics->n_errors == 0)
        *ret_example = example;
    else
        settle_example_clear(&example);
    return diagnostics;
}
