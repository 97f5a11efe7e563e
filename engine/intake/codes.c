/* Intake, codes: a hash table from the texts of a file to small ids, which gives new ids to new
 * parties and open vocabularies. */
#include "intake/codes.h"

#include "base/arena.h"

#include <string.h>

typedef struct {
    const char *text; /* NULL: free */
    uint32_t length;
    int32_t id;
    guint64 hash;
} Slot;

struct SettleIntakeCodes {
    SettleArena *arena;
    Slot *slots;
    size_t n_slots; /* a power of two, at least twice the texts */
    size_t used;
    GPtrArray *new_texts;
};

SettleIntakeCodes *
settle_intake_codes_new(void)
{
    SettleIntakeCodes *codes = g_new0(SettleIntakeCodes, 1);
    codes->arena = settle_arena_new(16 * 1024);
    codes->n_slots = 256;
    codes->slots = g_new0(Slot, codes->n_slots);
    codes->new_texts = g_ptr_array_new();
    return codes;
}

void
settle_intake_codes_free(SettleIntakeCodes *codes)
{
    if (codes == NULL)
        return;
    settle_arena_free(codes->arena);
    g_free(codes->slots);
    g_ptr_array_unref(codes->new_texts);
    g_free(codes);
}

/* FNV-1a with a final mix: the table is indexed by the low bits. */
static guint64
hash_text(const char *text, size_t length)
{
    guint64 h = G_GUINT64_CONSTANT(14695981039346656037);
    for (size_t i = 0; i < length; i++)
        h = (h ^ (guint8) text[i]) * G_GUINT64_CONSTANT(1099511628211);
    return h ^ h >> 32;
}

static Slot *
find(const SettleIntakeCodes *codes, const char *text, size_t length, guint64 hash)
{
    for (size_t i = hash & (codes->n_slots - 1);; i = (i + 1) & (codes->n_slots - 1)) {
        Slot *slot = &codes->slots[i];
        if (slot->text == NULL ||
            (slot->hash == hash && slot->length == length && memcmp(slot->text, text, length) == 0))
            return slot;
    }
}

gboolean
settle_intake_codes_get(const SettleIntakeCodes *codes, const char *text, size_t length,
                        int32_t *ret_id)
{
    const Slot *slot = find(codes, text, length, hash_text(text, length));
    if (slot->text == NULL)
        return FALSE;
    *ret_id = slot->id;
    return TRUE;
}

GPtrArray *
settle_intake_codes_by_id(const SettleIntakeCodes *codes)
{
    GPtrArray *texts = g_ptr_array_new();
    for (size_t i = 0; i < codes->n_slots; i++) {
        const Slot *slot = &codes->slots[i];
        if (slot->text == NULL)
            continue;
        if ((guint) slot->id >= texts->len)
            g_ptr_array_set_size(texts, slot->id + 1);
        texts->pdata[slot->id] = (gpointer) slot->text;
    }
    return texts;
}

static void
grow(SettleIntakeCodes *codes)
{
    Slot *old = codes->slots;
    size_t n_old = codes->n_slots;
    codes->n_slots *= 2;
    codes->slots = g_new0(Slot, codes->n_slots);
    for (size_t i = 0; i < n_old; i++)
        if (old[i].text != NULL)
            *find(codes, old[i].text, old[i].length, old[i].hash) = old[i];
    g_free(old);
}

void
settle_intake_codes_put(SettleIntakeCodes *codes, const char *text, size_t length, int32_t id,
                        gboolean is_new)
{
    if (2 * (codes->used + 1) > codes->n_slots)
        grow(codes);
    guint64 hash = hash_text(text, length);
    Slot *slot = find(codes, text, length, hash);
    char *copy = settle_arena_strndup(codes->arena, text, length);
    *slot = (Slot){copy, (uint32_t) length, id, hash};
    codes->used++;
    if (is_new)
        g_ptr_array_add(codes->new_texts, copy);
}

size_t
settle_intake_codes_n_new(const SettleIntakeCodes *codes)
{
    return codes->new_texts->len;
}

const char *const *
settle_intake_codes_new_texts(const SettleIntakeCodes *codes)
{
    return (const char *const *) codes->new_texts->pdata;
}
