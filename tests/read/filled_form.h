/* A form as people fill it in, made up, with what they meant: for tests and benchmarks.
 *
 *     Fill fill = {.digits = mnist, .seed = 1};
 *     char **meant;
 *     Image *sheet = fill_form(layout, &fill, &meant, &e);       // then image/photo.h */
#ifndef TESTS_READ_FILLED_FORM_H
#define TESTS_READ_FILLED_FORM_H

#include "data/dataset.h"
#include "image/image.h"
#include "read/layout.h"

typedef struct Fill {
    const Dataset *digits;   /* 28x28; those above 9 are passed over */
    const uint32_t *indices; /* (count) of its pictures; NULL: all */
    size_t count;
    size_t next; /* the next one to be written: pictures are used in their order, and again */
    uint64_t seed;
    bool
        hard; /* digits touch lines and leave boxes, pencils are light, bubbles are ticked, crossed, dotted, erased;
                    some are left empty, or two are filled */
} Fill;

/* The printed form with strokes on it, RGB, 10 pixels a millimetre. meant (fields), of one block each to free: the text
 * that a reading should have; NULL in it: only a flag is right. */
Image *fill_form(const Layout *l, Fill *fill, char ***meant, Err *e);
void fill_free(char **meant, const Layout *l);

#endif
