/* Where the numbers of one tensor lie: 16 lanes innermost, then x, y and the planes.
 *
 *     float *p = memory + v->at + c * v->plane + y * v->row + x * LANES;   // 16 numbers
 *
 * Two ways to fill the lanes. By image (training, batches): 16 images of a slice, a plane for each
 * channel. By channel (one image alone): 16 channels of it, ceil(C/16) planes. Code that treats all
 * channels alike (pooling, activation) need not know which.
 *
 * A view may have a halo: rows and columns around it that are zero whenever a layer reads them, and that no
 * layer writes. at, plane and row count floats. */
#ifndef SCRAWL_TENSOR_VIEW_H
#define SCRAWL_TENSOR_VIEW_H

#include <stdbool.h>
#include <stddef.h>

enum { LANES = 16 };

typedef struct Halo {
    int top, left, bottom, right;
} Halo;

typedef struct View {
    size_t at;        /* of element (0,0,0) lane 0, the halo left out */
    int c, h, w;      /* channels of one image, rows, columns */
    int planes;       /* c by image, ceil(c/16) by channel */
    size_t plane, row;
    bool by_channel;
    Halo halo;
} View;

/* A view of (c,h,w) with this halo; its memory begins at `at`. view_size floats are its own. */
View view_new(size_t at, int c, int h, int w, Halo halo, bool by_channel);
size_t view_size(const View *v);

/* Where number (c,y,x) of one image lies, its lane aside by image, its lane included by channel. */
size_t view_offset(const View *v, int c, int y, int x);

/* Whether the numbers lie without gaps: no halo. Then all planes are one run of planes*h*w*16. */
bool view_is_dense(const View *v);

void view_clear_halo(const View *v, float *memory);

#endif
