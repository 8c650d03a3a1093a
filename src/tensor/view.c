#include "tensor/view.h"

#include <string.h>

View view_new(size_t at, int c, int h, int w, Halo halo, bool by_channel)
{
    View v = {.c = c, .h = h, .w = w, .by_channel = by_channel, .halo = halo};

    v.planes = by_channel ? (c + LANES - 1) / LANES : c;
    v.row = (size_t)(w + halo.left + halo.right) * LANES;
    v.plane = v.row * (h + halo.top + halo.bottom);
    v.at = at + halo.top * v.row + halo.left * LANES;
    return v;
}

size_t view_size(const View *v)
{
    return v->plane * v->planes;
}

size_t view_offset(const View *v, int c, int y, int x)
{
    size_t plane = v->by_channel ? c / LANES : c, lane = v->by_channel ? c % LANES : 0;

    return v->at + plane * v->plane + y * v->row + (size_t)x * LANES + lane;
}

bool view_is_dense(const View *v)
{
    return !(v->halo.top | v->halo.left | v->halo.bottom | v->halo.right);
}

static void clear(float *at, size_t n)
{
    memset(at, 0, n * sizeof *at);
}

void view_clear_halo(const View *v, float *memory)
{
    const Halo *b = &v->halo;

    for (int c = 0; c < v->planes; c++) {
        float *first = memory + v->at + c * v->plane - b->left * LANES; /* row 0 with its halo */

        clear(first - b->top * v->row, b->top * v->row);
        clear(first + v->h * v->row, b->bottom * v->row);
        for (int y = 0; b->left + b->right && y < v->h; y++) {
            clear(first + y * v->row, (size_t)b->left * LANES);
            clear(first + y * v->row + (size_t)(b->left + v->w) * LANES, (size_t)b->right * LANES);
        }
    }
}
