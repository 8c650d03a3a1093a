#include "data/listing.h"

#include <string.h>

typedef struct Row {
    size_t path, label, group; /* group: NO_GROUP if none */
} Row;

#define NO_GROUP SIZE_MAX

/* Where the string begins that is appended. */
static size_t put_string(Writer *text, const char *string)
{
    size_t begin = text->size;

    writer_put(text, string, strlen(string) + 1);
    return begin;
}

void listing_add(Listing *l, const char *path, const char *label, const char *group)
{
    Row row = {.path = put_string(&l->text, path),
               .label = put_string(&l->text, label),
               .group = NO_GROUP};

    if (group && *group) {
        row.group = put_string(&l->text, group);
        l->has_groups = true;
    }
    writer_put(&l->rows, &row, sizeof row);
    l->count++;
}

void listing_free(Listing *l)
{
    writer_free(&l->text);
    writer_free(&l->rows);
    *l = (Listing){0};
}

bool listing_failed(const Listing *l)
{
    return l->text.failed || l->rows.failed;
}

static Row row_at(const Listing *l, size_t i)
{
    Row row;

    memcpy(&row, l->rows.bytes + i * sizeof row, sizeof row);
    return row;
}

const char *listing_path(const Listing *l, size_t i)
{
    return (const char *)l->text.bytes + row_at(l, i).path;
}

const char *listing_label(const Listing *l, size_t i)
{
    return (const char *)l->text.bytes + row_at(l, i).label;
}

const char *listing_group(const Listing *l, size_t i)
{
    size_t group = row_at(l, i).group;

    return group == NO_GROUP ? NULL : (const char *)l->text.bytes + group;
}
