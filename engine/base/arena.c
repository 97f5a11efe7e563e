/* Memory in blocks that is given back all at once; for what lives as long as a batch of work. */
#include "base/arena.h"

#include "base/error.h"

#include <string.h>

#define ALIGNMENT 16

typedef struct Block Block;
struct Block {
    Block *next;
    size_t size, used;
    /* the bytes follow, aligned */
};
#define HEADER ((sizeof(Block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

struct SettleArena {
    Block *current; /* head of the blocks in use */
    Block *spare;   /* blocks kept by a reset */
    size_t block_size;
    size_t footprint;
};

SettleArena *
settle_arena_new(size_t block_size)
{
    SettleArena *arena = g_new0(SettleArena, 1);

    arena->block_size = MAX(block_size, (size_t) ALIGNMENT);
    return arena;
}

static void
free_blocks(Block *block)
{
    while (block != NULL) {
        Block *next = block->next;

        g_free(block);
        block = next;
    }
}

void
settle_arena_free(SettleArena *arena)
{
    free_blocks(arena->current);
    free_blocks(arena->spare);
    g_free(arena);
}

static Block *
take_block(SettleArena *arena, size_t size)
{
    Block **place = &arena->spare, *block;

    /* the first that is large enough: mostly the very first, as they all have the same size */
    while (*place != NULL && (*place)->size < size)
        place = &(*place)->next;
    block = *place;
    if (block != NULL) {
        *place = block->next;
    } else {
        size_t wanted = MAX(size, arena->block_size);

        block = g_malloc(HEADER + wanted);
        block->size = wanted;
        arena->footprint += HEADER + wanted;
    }
    block->used = 0;
    block->next = arena->current;
    arena->current = block;
    return block;
}

void *
settle_arena_alloc(SettleArena *arena, size_t size)
{
    size_t rounded = (MAX(size, (size_t) 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    Block *block = arena->current;
    char *bytes;

    settle_invariant(size <= G_MAXSIZE / 2);
    if (block == NULL || block->size - block->used < rounded)
        block = take_block(arena, rounded);
    bytes = (char *) block + HEADER + block->used;
    block->used += rounded;
    memset(bytes, 0, rounded);
    return bytes;
}

char *
settle_arena_strndup(SettleArena *arena, const char *text, size_t length)
{
    char *copy = settle_arena_alloc(arena, length + 1);

    memcpy(copy, text, length);
    return copy;
}

void
settle_arena_reset(SettleArena *arena)
{
    while (arena->current != NULL) {
        Block *block = arena->current;

        arena->current = block->next;
        block->next = arena->spare;
        arena->spare = block;
    }
}

size_t
settle_arena_footprint(const SettleArena *arena)
{
    return arena->footprint;
}
