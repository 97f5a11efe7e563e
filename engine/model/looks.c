/* Which codes look the same: a table from what each looks like to the first that did. */
#include "model/looks.h"

#include "base/arena.h"
#include "base/text.h"

#include <string.h>

struct SettleLooks {
    GHashTable *first; /* look -> code as it may be shown; both are the arena's */
    SettleArena *arena;
};

SettleLooks *
settle_looks_new(void)
{
    SettleLooks *looks = g_new0(SettleLooks, 1);

    looks->first = g_hash_table_new(g_str_hash, g_str_equal);
    looks->arena = settle_arena_new(64 * 1024);
    return looks;
}

void
settle_looks_free(SettleLooks *looks)
{
    if (looks == NULL)
        return;
    g_hash_table_unref(looks->first);
    settle_arena_free(looks->arena);
    g_free(looks);
}

/* After the carrier of a product; 0 for codes of others. */
static size_t
own_part(const char *code, size_t length)
{
    const char *separator = memchr(code, '\x1f', length);

    return separator == NULL ? 0 : (size_t) (separator - code) + 1;
}

char *
settle_looks_show(const char *code, size_t length)
{
    char *text = g_strndup(code, length);
    size_t part = own_part(code, length);

    if (part > 0)
        text[part - 1] = '/';
    return text;
}

const char *
settle_looks_add(SettleLooks *looks, const char *code, size_t length)
{
    size_t part = own_part(code, length);
    g_autofree char *own = settle_text_look(code + part, length - part);
    g_autofree char *look = g_strdup_printf("%.*s%s", (int) part, code, own);
    g_autofree char *shown = settle_looks_show(code, length);
    const char *first = g_hash_table_lookup(looks->first, look);

    if (first != NULL)
        return strcmp(first, shown) == 0 ? NULL : first;
    g_hash_table_insert(looks->first, settle_arena_strndup(looks->arena, look, strlen(look)),
                        settle_arena_strndup(looks->arena, shown, strlen(shown)));
    return NULL;
}
