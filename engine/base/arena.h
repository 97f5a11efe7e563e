/* An arena: memory that is given back all at once. Not thread-safe; one per batch of work. */
#pragma once

#include <glib.h>
#include <stddef.h>

G_BEGIN_DECLS

typedef struct SettleArena SettleArena;

/* block_size: bytes per block asked from the system; larger requests get a block of their own. */
SettleArena *settle_arena_new(size_t block_size);
void settle_arena_free(SettleArena *arena);
/* Returns size bytes aligned to 16, zeroed; never NULL. The arena owns them. */
void *settle_arena_alloc(SettleArena *arena, size_t size);
/* A copy of the bytes with a NUL after them. The arena owns it. */
char *settle_arena_strndup(SettleArena *arena, const char *text, size_t length);
/* Forgets everything given out and keeps the blocks for reuse. */
void settle_arena_reset(SettleArena *arena);
/* Bytes held from the system. */
size_t settle_arena_footprint(const SettleArena *arena);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleArena, settle_arena_free)

G_END_DECLS
