/* What is known of each kind of file, from the list of model/file-kind.h. */
#include "model/file-kind.h"

#include "base/error.h"

#include <string.h>

#define INFO(SYMBOL, member, name, sort, night, of_carrier, has_amount, fact_no, table)            \
    {name, SETTLE_SORT_##sort, night, of_carrier, has_amount, fact_no, table},

static const SettleFileKindInfo kinds[SETTLE_N_FILE_KINDS] = {SETTLE_FILE_KINDS(INFO)};

const SettleFileKindInfo *
settle_file_kind(SettleFileKind kind)
{
    settle_invariant(kind < SETTLE_N_FILE_KINDS);
    return &kinds[kind];
}

const char *
settle_file_kind_name(SettleFileKind kind)
{
    return settle_file_kind(kind)->name;
}

gboolean
settle_file_kind_lookup(const char *name, SettleFileKind *ret_kind)
{
    for (int i = 0; i < SETTLE_N_FILE_KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *ret_kind = (SettleFileKind) i;
            return TRUE;
        }
    return FALSE;
}

char *
settle_file_kind_words(void)
{
    GString *words = g_string_new(kinds[0].name);

    for (int i = 1; i < SETTLE_N_FILE_KINDS; i++)
        g_string_append_printf(words, "%s%s", i + 1 < SETTLE_N_FILE_KINDS ? ", " : " or ",
                               kinds[i].name);
    return g_string_free(words, FALSE);
}
