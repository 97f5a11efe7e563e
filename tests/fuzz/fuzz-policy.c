/* Whatever the bytes are: the loader says what is wrong with them, or gives a policy whose examples can be worked out; never both,
 * never neither, and each diagnostic can be printed. */
#include "calc/life.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *) data;
    SettlePolicy *policy = NULL;
    SettleDiagnostics *diagnostics = settle_policy_load_checked(text, size, &policy);
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert_true((policy != NULL) == (diagnostics->n_errors == 0));
    for (guint i = 0; i < diagnostics->items->len; i++)
        settle_diagnostic_print(g_ptr_array_index(diagnostics->items, i), "f", text, size, out);
    g_clear_pointer(&policy, settle_policy_free);
    settle_diagnostics_free(diagnostics);
    return 0;
}
