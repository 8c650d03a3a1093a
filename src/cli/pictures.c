#include "cli/pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/pages.h"

/* The page stands before the ending; 0: the path as it is. NULL: no memory. */
static char *name_page(const char *path, int page)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    size_t stem = dot && dot != base ? (size_t)(dot - path) : strlen(path), room = strlen(path) + 16;
    char *name = malloc(room);

    if (name && page)
        snprintf(name, room, "%.*s[%d]%s", (int)stem, path, page, path + stem);
    else if (name)
        memcpy(name, path, strlen(path) + 1);
    return name;
}

static int add(Pictures *p, const char *path, int pages, Err *e)
{
    Picture *list = realloc(p->list, (size_t)(p->count + pages) * sizeof *list);

    if (!list)
        return err_set(e, ERR_MEMORY, "no memory for %d pictures", p->count + pages);
    p->list = list;
    for (int i = 0; i < pages; i++) {
        Picture one = {path, i, name_page(path, pages > 1 ? i + 1 : 0)};

        if (!one.name)
            return err_set(e, ERR_MEMORY, "no memory for the name of %s", path);
        p->list[p->count++] = one;
    }
    return 0;
}

Pictures *pictures_list(char **paths, int count, Err *e)
{
    Pictures *p = calloc(1, sizeof *p);
    int status = p ? 0 : err_set(e, ERR_MEMORY, "no memory for %d pictures", count);

    for (int i = 0; !status && i < count; i++) {
        int pages = image_count_pages(paths[i]);

        status = add(p, paths[i], pages, e);
    }
    if (!status)
        return p;
    pictures_free(p);
    return NULL;
}

void pictures_free(Pictures *p)
{
    for (int i = 0; p && i < p->count; i++)
        free(p->list[i].name);
    if (p)
        free(p->list);
    free(p);
}

Image *picture_load(const Picture *p, Err *e)
{
    return image_load_page(p->path, p->page, e);
}
