/* A list of pictures with their labels, as a CSV or a folder gives them. Internal to dataset.h.
 *
 *     Listing l = {0};
 *     listing_add(&l, "3/a.jpg", "3", NULL);
 *     listing_path(&l, 0), listing_label(&l, 0), listing_group(&l, 0) ...
 *     listing_free(&l); */
#ifndef SCRAWL_DATA_LISTING_H
#define SCRAWL_DATA_LISTING_H

#include "base/bytes.h"

typedef struct Listing {
    Writer text; /* all strings, a NUL after each; where memory ran out, `failed` is set */
    Writer rows; /* where they begin */
    size_t count;
    bool has_groups;
} Listing;

void listing_add(Listing *l, const char *path, const char *label, const char *group);
void listing_free(Listing *l);
bool listing_failed(const Listing *l);

/* Valid until the next listing_add. The group is NULL where none was given. */
const char *listing_path(const Listing *l, size_t i);
const char *listing_label(const Listing *l, size_t i);
const char *listing_group(const Listing *l, size_t i);

#endif
