/* Marching squares (Lorensen and Cline 1987 in two dimensions). A cell has the middles of four
 * pixels as corners; where an edge of it joins a light and a dark one, an outline crosses. Going
 * round a cell clockwise, each crossing from light to dark is followed, in that cell, to one from
 * dark to light; the cell on the other side sees it the other way round and goes on from there. */
#include "image/outline.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

typedef struct Field {
    const Image *im;
    float level;
    int width, height; /* cells: one more than pixels each way */
    int *next;         /* (2 * width * height) crossing to crossing; -1: none, -2: done */
} Field;

typedef struct Spot {
    float x, y;
} Spot;

/* Corner (x,y) of the cells is the middle of pixel (x-1,y-1). */
static float value_at(const Field *f, int x, int y)
{
    if (x < 1 || y < 1 || x > f->im->width || y > f->im->height)
        return 0;
    return f->im->pixels[(size_t)(y - 1) * (size_t)f->im->width + (size_t)(x - 1)];
}

/* Edges have numbers: of each corner the one to the right, then the one downwards. */
static int edge_number(const Field *f, int x, int y, bool down)
{
    return 2 * (y * (f->width + 1) + x) + down;
}

static Spot crossing(const Field *f, int edge)
{
    int x = edge / 2 % (f->width + 1), y = edge / 2 / (f->width + 1), down = edge % 2;
    float a = value_at(f, x, y), b = value_at(f, x + !down, y + down);
    float t = a == b ? 0.5f : (f->level - a) / (b - a);

    return (Spot){(float)x - 0.5f + (down ? 0 : t), (float)y - 0.5f + (down ? t : 0)};
}

static void link_cell(Field *f, int x, int y)
{
    const float v[4] = {value_at(f, x, y), value_at(f, x + 1, y), value_at(f, x + 1, y + 1),
                        value_at(f, x, y + 1)};
    const int edges[4] = {edge_number(f, x, y, false), edge_number(f, x + 1, y, true),
                          edge_number(f, x, y + 1, false), edge_number(f, x, y, true)};
    /* where two crossings face two others, the mean says whether light or dark goes through */
    bool through = v[0] + v[1] + v[2] + v[3] >= 4 * f->level;

    for (int i = 0; i < 4; i++) {
        int step = through ? 1 : 3, to = i;

        if (!(v[i] >= f->level && v[(i + 1) % 4] < f->level))
            continue;
        do
            to = (to + step) % 4;
        while (!(v[to] < f->level && v[(to + 1) % 4] >= f->level));
        f->next[edges[i]] = edges[to];
    }
}

/* From the middle of the last step to the middle of the next, bent by the point between. Points
 * nearer than this to the one before are left out: they are noise of the sampling. */
static const float nearest = 0.6f;

static void write_loop(Field *f, int first, float top, Spot *spots, Writer *out)
{
    int count = 0, edge = first;

    do {
        Spot p = crossing(f, edge);
        int next = f->next[edge];

        p.y += top;
        if (!count || hypotf(p.x - spots[count - 1].x, p.y - spots[count - 1].y) >= nearest)
            spots[count++] = p;
        f->next[edge] = -2;
        edge = next;
    } while (edge != first);
    for (int i = 0; count > 2 && i <= count; i++) {
        Spot p = spots[i % count], q = spots[(i + 1) % count];

        if (!i)
            writer_text(out, "M%.2f %.2f", (p.x + q.x) / 2, (p.y + q.y) / 2);
        else
            writer_text(out, "Q%.2f %.2f %.2f %.2f", p.x, p.y, (p.x + q.x) / 2, (p.y + q.y) / 2);
    }
    if (count > 2)
        writer_text(out, "Z");
}

int outline_path(const Image *im, float level, float top, Writer *out, Err *e)
{
    Field f = {.im = im, .level = level, .width = im->width + 1, .height = im->height + 1};
    size_t edges = 2 * (size_t)(f.width + 1) * (size_t)(f.height + 1);
    Spot *spots = malloc(edges * sizeof *spots);
    bool enough;

    assert(im->channels == 1 && level > 0);
    f.next = malloc(edges * sizeof *f.next);
    enough = f.next && spots;
    if (enough) {
        for (size_t i = 0; i < edges; i++)
            f.next[i] = -1;
        for (int y = 0; y < f.height; y++)
            for (int x = 0; x < f.width; x++)
                link_cell(&f, x, y);
        for (size_t i = 0; i < edges; i++)
            if (f.next[i] >= 0)
                write_loop(&f, (int)i, top, spots, out);
    }
    free(f.next);
    free(spots);
    if (!enough || out->failed)
        return err_set(e, ERR_MEMORY, "no memory for the outlines of %d x %d pixels", im->width,
                       im->height);
    return 0;
}
