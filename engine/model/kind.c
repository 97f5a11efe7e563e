/* The names of the kinds of postings, from the lists of model/kind.h. */
#include "model/kind.h"

#include "base/error.h"

#include <string.h>

#define NUMBER(number, SYMBOL, member, name, column)    SETTLE_KIND_##SYMBOL,
#define NAME(number, SYMBOL, member, name, column)      name,
#define AT_NUMBER(number, SYMBOL, member, name, column) [number] = (name),

const SettleKind settle_commission_kinds[SETTLE_N_COMMISSION_KINDS] = {
    SETTLE_COMMISSION_KINDS(NUMBER)};
const char *const settle_commission_kind_names[SETTLE_N_COMMISSION_KINDS + 1] = {
    SETTLE_COMMISSION_KINDS(NAME) NULL};

static const char *const names[SETTLE_N_KINDS] = {SETTLE_ALL_KINDS(AT_NUMBER)};

const char *
settle_kind_name(SettleKind kind)
{
    settle_invariant((int) kind > 0 && kind < SETTLE_N_KINDS);
    return names[kind];
}

int
settle_kind_lookup(const char *name)
{
    for (int kind = 1; kind < SETTLE_N_KINDS; kind++)
        if (strcmp(names[kind], name) == 0)
            return kind;
    return 0;
}

int
settle_commission_lookup(const char *name)
{
    int kind = settle_kind_lookup(name);

    return settle_kind_is_commission(kind) ? kind : 0;
}

char *
settle_commission_kind_words(void)
{
    GString *words = g_string_new(settle_commission_kind_names[0]);

    for (guint i = 1; i < SETTLE_N_COMMISSION_KINDS; i++)
        g_string_append_printf(words, "%s%s", i + 1 < SETTLE_N_COMMISSION_KINDS ? ", " : " or ",
                               settle_commission_kind_names[i]);
    return g_string_free(words, FALSE);
}
