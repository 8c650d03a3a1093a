/* The pictures that a verb is to read: each page of each file is one.
 *
 *     Pictures *p = pictures_list(args.list, args.count, &e);
 *     for (int i = 0; p && i < p->count; i++)
 *         Image *im = picture_load(&p->list[i], &e);
 *     pictures_free(p); */
#ifndef SCRAWL_CLI_PICTURES_H
#define SCRAWL_CLI_PICTURES_H

#include "image/image.h"

typedef struct Picture {
    const char *path; /* not owned */
    int page;         /* 0 the first */
    char *name;       /* the path, or of a file of several pages with the page, from 1: scan[2].tif */
} Picture;

typedef struct Pictures {
    Picture *list;
    int count;
} Pictures;

/* The paths must stay. A file that cannot be opened is a picture, too: picture_load will say why. ERR_MEMORY. */
Pictures *pictures_list(char **paths, int count, Err *e);
void pictures_free(Pictures *p); /* NULL is fine */

/* The caller frees. */
Image *picture_load(const Picture *p, Err *e);

#endif
