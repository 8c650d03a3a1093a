/* Flood filling with a stack of pixels; a pixel is put on it once, so it never holds more than all. */
#include "image/parts.h"

#include <stdlib.h>

typedef struct Flood {
    const float *v;
    int w, h;
    float threshold;
    int *label, *stack;
} Flood;

static void take_pixel(Part *p, const Flood *f, int x, int y)
{
    p->x0 = x < p->x0 ? x : p->x0;
    p->x1 = x > p->x1 ? x : p->x1;
    p->y0 = y < p->y0 ? y : p->y0;
    p->y1 = y > p->y1 ? y : p->y1;
    p->area++;
    p->middle_x += (float)x;
    p->middle_y += (float)y;
    p->touches_edge |= x == 0 || y == 0 || x == f->w - 1 || y == f->h - 1;
}

/* Puts pixel `i` on the stack if it is of the part and new. */
static int put(Flood *f, int i, int label, int held)
{
    if (f->label[i] < 0 && f->v[i] > f->threshold) {
        f->label[i] = label;
        f->stack[held++] = i;
    }
    return held;
}

static Part flood(Flood *f, int start, int label)
{
    Part p = {.x0 = f->w, .y0 = f->h, .x1 = -1, .y1 = -1};
    int held = put(f, start, label, 0), w = f->w;

    while (held > 0) {
        int i = f->stack[--held], y = i / w, x = i - y * w;
        take_pixel(&p, f, x, y);
        bool left = x > 0, right = x < w - 1;
        for (int k = y > 0 ? i - w : i; k <= (y < f->h - 1 ? i + w : i); k += w) {
            held = left ? put(f, k - 1, label, held) : held;
            held = put(f, k, label, held);
            held = right ? put(f, k + 1, label, held) : held;
        }
    }
    p.middle_x /= (float)p.area;
    p.middle_y /= (float)p.area;
    return p;
}

/* Room for one more part. */
static bool grow(Parts *p, int *room)
{
    if (p->count < *room)
        return true;
    int wanted = *room ? 2 * *room : 16;
    Part *list = realloc(p->list, (size_t)wanted * sizeof *list);
    if (!list)
        return false;
    p->list = list;
    *room = wanted;
    return true;
}

static bool find_all(Parts *p, Flood *f)
{
    int room = 0;

    for (int i = 0; i < f->w * f->h; i++)
        f->label[i] = -1;
    for (int i = 0; i < f->w * f->h; i++) {
        if (f->label[i] >= 0 || !(f->v[i] > f->threshold))
            continue;
        if (!grow(p, &room))
            return false;
        p->list[p->count] = flood(f, i, p->count);
        p->count++;
    }
    return true;
}

Parts *parts_find(const float *v, int w, int h, float threshold, Err *e)
{
    size_t n = (size_t)w * h;
    Parts *p = calloc(1, sizeof *p);
    Flood f = {v, w, h, threshold, malloc(n * sizeof(int)), malloc(n * sizeof(int))};
    bool done = false;

    if (p) {
        p->label = f.label;
        done = f.label && f.stack && find_all(p, &f);
    } else {
        free(f.label);
    }
    free(f.stack);
    if (!done) {
        parts_free(p);
        p = NULL;
        err_set(e, ERR_MEMORY, "no memory for the parts of %d x %d pixels", w, h);
    }
    return p;
}

void parts_free(Parts *p)
{
    if (!p)
        return;
    free(p->list);
    free(p->label);
    free(p);
}

int part_width(const Part *p)
{
    return p->x1 - p->x0 + 1;
}

int part_height(const Part *p)
{
    return p->y1 - p->y0 + 1;
}

int part_side(const Part *p)
{
    return part_width(p) > part_height(p) ? part_width(p) : part_height(p);
}
