/* Ids in an SVG, renumbered. Cairo 1.16 numbers surfaces and pictures by a counter of the whole
 * process ("image13"), so that the second of two equal drawings had other bytes than the first. */
#include "plot/canvas_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

typedef struct Id {
    const char *name;
    size_t size;
} Id;

typedef struct Ids {
    Id *items;
    size_t count, room;
} Ids;

/* The number of an id, from 1; a new one gets the next. 0 without memory. */
static size_t number_of(Ids *ids, const char *name, size_t size)
{
    for (size_t i = ids->count; i-- > 0;)
        if (ids->items[i].size == size && memcmp(ids->items[i].name, name, size) == 0)
            return i + 1;
    if (ids->count == ids->room) {
        size_t room = ids->room * 2 + 64;
        Id *grown = realloc(ids->items, room * sizeof *grown);
        if (!grown)
            return 0;
        ids->items = grown;
        ids->room = room;
    }
    ids->items[ids->count++] = (Id){name, size};
    return ids->count;
}

/* Where the next id begins: behind id=", "# or (#. NULL when there is none. */
static const char *next_id(const char *at, const char *end)
{
    for (; at + 4 < end; at++) {
        if (at[0] == 'i' && memcmp(at, "id=\"", 4) == 0)
            return at + 4;
        if (at[1] == '#' && (at[0] == '"' || at[0] == '('))
            return at + 2;
    }
    return NULL;
}

char *svg_stable_ids(const char *svg, size_t size, size_t *new_size)
{
    Writer out = {0};
    Ids ids = {0};
    const char *at = svg, *end = svg + size, *id;
    bool failed = false;

    while (!failed && (id = next_id(at, end))) {
        size_t length = 0;
        while (id + length < end && id[length] != '"' && id[length] != ')')
            length++;
        size_t number = number_of(&ids, id, length);
        failed = number == 0;
        writer_put(&out, at, (size_t)(id - at));
        writer_text(&out, "i%zu", number);
        at = id + length;
    }
    writer_put(&out, at, (size_t)(end - at));
    free(ids.items);
    if (failed || out.failed) {
        writer_free(&out);
        return NULL;
    }
    *new_size = out.size;
    return (char *)out.bytes;
}
