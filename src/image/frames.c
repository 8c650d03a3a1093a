/* A side is a straight run of ink along one axis that may drift a little across it: found by trying all drifts and places on a
 * map whose steps along the axis are few (Duda and Hart 1972), the longest run first. image/lines.c finds lines from rim to rim so,
 * on a map made small both ways, without runs: a box's side may be short, and is sought at full height. */
#include "image/frames.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/lines.h"
#include "image/parts.h"

enum {
    STEPS = 128,     /* along a side, at most */
    HOLE = 2,        /* steps without ink that do not end a run */
    SIDES_LIMIT = 8, /* of each axis */
    TRIES = 100,     /* of runs that may be sides */
    BOXES_LIMIT = 16,
    LEAST_SIDE = 16, /* pixels */
    OUTSIDE = 4      /* pixels beyond a side */
};

static const float inked = 0.25f, part_ink = 0.3f;
static const float most_drift = 0.07f; /* rise over run, either way */
#define WIDE 1.6f                      /* as a zero is not */
static const float least_share = 0.4f; /* of the map, that a side goes along */

/* ---- sides ---- */

/* Of lines with the same middle the one whose run has most ink. */
typedef struct Best {
    int drift, inked;
} Best;

/* Room for the work on one map. */
typedef struct Work {
    float *lengths; /* (the longer side) */
    uint8_t *votes; /* (the longer side) */
    Best *best;     /* (the longer side) */
    uint8_t *mask, *spare, *gone; /* (h,w) */
    float *rest;           /* (h,w) */
} Work;

/* The map seen along an axis: `along` steps of `factor` pixels, `across` pixels; inked within one pixel across. */
typedef struct View {
    int along, across, factor;
    uint8_t *inked; /* (along, across) */
} View;

typedef struct Side {
    Line line;
    int first, last; /* pixels along it that it takes up */
} Side;

static bool view_make(View *v, const float *ink, int w, int h, bool upright)
{
    int pixels = upright ? h : w, along_step = upright ? w : 1, across_step = upright ? 1 : w;

    v->factor = (pixels + STEPS - 1) / STEPS;
    v->along = (pixels + v->factor - 1) / v->factor;
    v->across = upright ? w : h;
    v->inked = calloc((size_t)v->along * v->across + 1, 1);
    for (int u = 0; v->inked && u < v->along; u++) {
        const float *from = ink + (size_t)(u * v->factor) * along_step;
        uint8_t *row = v->inked + (size_t)u * v->across;

        for (int k = 0; k < v->across; k++)
            if (from[(size_t)k * across_step] > inked)
                row[k > 0 ? k - 1 : 0] = row[k] = row[k + 1 < v->across ? k + 1 : k] = 1;
    }
    return v->inked;
}

static int shift_at(const View *v, int drift, int u)
{
    return v->along > 1 ? (int)lroundf((float)drift * ((float)u / (float)(v->along - 1) - 0.5f)) : 0;
}

/* Steps of a run, and how many of them are inked. */
typedef struct Run {
    int first, last, inked;
} Run;

/* The run with most ink on the line through `middle` with these shifts. */
static Run longest_run(const View *v, const int *shifts, int middle)
{
    Run best = {0}, run = {0};

    for (int u = 0; u < v->along; u++) {
        int k = middle + shifts[u];

        if (k < 0 || k >= v->across || !v->inked[(size_t)u * v->across + k])
            continue;
        if (run.inked && u - run.last > HOLE + 1)
            run.inked = 0;
        if (!run.inked)
            run.first = u;
        run.last = u;
        run.inked++;
        best = run.inked > best.inked ? run : best;
    }
    return best;
}

static void take_run(View *v, const int *shifts, int middle, Run run, int reach)
{
    for (int u = run.first; u <= run.last; u++)
        for (int k = middle + shifts[u] - reach; k <= middle + shifts[u] + reach; k++)
            if (k >= 0 && k < v->across)
                v->inked[(size_t)u * v->across + k] = 0;
}

/* votes[k] = how many steps of the line through k are inked. */
static void count_votes(const View *v, const int *shifts, uint8_t *votes)
{
    memset(votes, 0, (size_t)v->across);
    for (int u = 0; u < v->along; u++) {
        int shift = shifts[u], from = shift < 0 ? -shift : 0, to = shift > 0 ? v->across - shift : v->across;
        const uint8_t *row = v->inked + (size_t)u * v->across;

        for (int k = from; k < to; k++)
            votes[k] += row[k + shift];
    }
}

static void set_shifts(const View *v, int drift, int *shifts)
{
    for (int u = 0; u < v->along; u++)
        shifts[u] = shift_at(v, drift, u);
}

/* For each middle the drift whose line has the run with most ink, of those with `least` or more. */
static void find_best(const View *v, int least, uint8_t *votes, Best *best)
{
    int most = (int)(most_drift * (float)(v->along * v->factor)), shifts[STEPS];

    for (int k = 0; k < v->across; k++)
        best[k] = (Best){0, least - 1};
    for (int i = 0; i <= 2 * most; i++) {
        int drift = i % 2 ? (i + 1) / 2 : -i / 2; /* the straightest first */

        set_shifts(v, drift, shifts);
        count_votes(v, shifts, votes);
        for (int k = 0; k < v->across; k++) {
            int ink = votes[k] > best[k].inked ? longest_run(v, shifts, k).inked : 0;

            if (ink > best[k].inked)
                best[k] = (Best){drift, ink};
        }
    }
}

static int middle_with_most(const View *v, const Best *best)
{
    int most = 0;

    for (int k = 1; k < v->across; k++)
        most = best[k].inked > best[most].inked ? k : most;
    return most;
}

/* The line of a run, if it is thin and straight. */
static bool make_side(const View *v, const float *ink, int w, int h, bool upright, const int *shifts, int middle, Run run, float *lengths,
                      Side *out)
{
    int pixels = upright ? h : w, last = (run.last + 1) * v->factor - 1;

    *out = (Side){.line = {.upright = upright, .start = (float)(middle + shifts[0]), .end = (float)(middle + shifts[v->along - 1])},
                  .first = run.first * v->factor,
                  .last = last < pixels ? last : pixels - 1};
    return line_fit(ink, w, h, out->first, out->last, 2, LINES_CLEAR, lengths, &out->line);
}

/* The thin and straight lines of a view, which loses them: those with most ink first. */
static int find_sides(View *v, const float *ink, int w, int h, bool upright, const Work *work, Side *sides)
{
    int share = (int)(least_share * (float)v->along), shortest = (LEAST_SIDE + v->factor - 1) / v->factor;
    int least = share > shortest ? share : shortest, count = 0, shifts[STEPS];

    find_best(v, least, work->votes, work->best);
    for (int tries = 0; tries < TRIES && count < SIDES_LIMIT; tries++) {
        int middle = middle_with_most(v, work->best);
        Best *best = &work->best[middle];
        Run run;

        if (best->inked < least)
            break;
        set_shifts(v, best->drift, shifts);
        run = longest_run(v, shifts, middle);
        if (run.inked < best->inked) { /* another line took some of it */
            best->inked = run.inked;
            continue;
        }
        best->inked = 0;
        take_run(v, shifts, middle, run, 3);
        if (!make_side(v, ink, w, h, upright, shifts, middle, run, work->lengths, &sides[count]))
            continue;
        take_run(v, shifts, middle, run, 3 + (int)(0.5f * sides[count].line.thickness));
        count++;
    }
    return count;
}

/* Where a side is at a pixel along it. */
static float side_at(const Side *s, float along, int pixels)
{
    return s->line.start + (s->line.end - s->line.start) * along / (float)(pixels - 1);
}

/* ---- boxes ---- */

typedef struct Box {
    const Side *sides[4]; /* top, bottom, left, right */
    float x0, y0, x1, y1; /* between the middles of its sides */
} Box;

/* Whether a side goes on between two places along it, about. */
static bool goes_along(const Side *s, float from, float to)
{
    float slack = 2 + 0.03f * (to - from);

    return (float)s->first <= from + slack && (float)s->last >= to - slack;
}

/* How two sides meet at a corner of a box: whether each goes on beyond it. */
typedef struct Corner {
    bool level_goes, upright_goes;
} Corner;

/* `right`, `below`: which corner of a box. A side that ends at the map's rim may go on. */
static Corner corner_at(const Box *b, bool right, bool below, int w, int h)
{
    const Side *level = b->sides[below], *upright = b->sides[2 + right];
    float x = right ? b->x1 : b->x0, y = below ? b->y1 : b->y0;

    return (Corner){right ? (float)level->last > x + OUTSIDE || level->last >= w - 2 : (float)level->first < x - OUTSIDE || level->first <= 1,
                    below ? (float)upright->last > y + OUTSIDE || upright->last >= h - 2
                          : (float)upright->first < y - OUTSIDE || upright->first <= 1};
}

/* Boxes' sides end at each other or cross each other. A 1 between two rules ends at lines that go on; the stem of a 9 goes on where its
 * loop ends. */
static bool is_corner(Corner c)
{
    return c.level_goes == c.upright_goes;
}

/* False where the sides make no box. */
static bool box_make(const Side *top, const Side *bottom, const Side *left, const Side *right, int w, int h, Box *out)
{
    float x = 0.5f * (float)(top->first + top->last), y = 0.5f * (float)(left->first + left->last);

    *out = (Box){{top, bottom, left, right}, side_at(left, y, h), side_at(top, x, w), side_at(right, y, h), side_at(bottom, x, w)};
    if (out->x1 - out->x0 < LEAST_SIDE || out->y1 - out->y0 < LEAST_SIDE || !goes_along(top, out->x0, out->x1) ||
        !goes_along(bottom, out->x0, out->x1) || !goes_along(left, out->y0, out->y1) || !goes_along(right, out->y0, out->y1))
        return false;
    for (int i = 0; i < 4; i++)
        if (!is_corner(corner_at(out, i % 2, i / 2, w, h)))
            return false;
    return true;
}

static float box_area(const Box *b)
{
    return (b->x1 - b->x0) * (b->y1 - b->y0);
}

static bool boxes_meet(const Box *a, const Box *b)
{
    return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

/* The sides of a map. */
typedef struct Sides {
    Side list[2][SIDES_LIMIT]; /* level ones, upright ones */
    int count[2];
} Sides;

/* The largest box that is smaller than `limit` and meets none of `taken`; false if there is none. */
static bool next_box(const Sides *s, int w, int h, float limit, const Box *taken, int count, Box *out)
{
    const Side *level = s->list[0], *upright = s->list[1];
    int levels = s->count[0], uprights = s->count[1];
    float most = 0;
    Box b;

    for (int i = 0; i < levels * levels * uprights * uprights; i++) {
        const Side *top = &level[i % levels], *bottom = &level[i / levels % levels];
        const Side *left = &upright[i / levels / levels % uprights], *right = &upright[i / levels / levels / uprights];
        bool fresh = box_make(top, bottom, left, right, w, h, &b) && box_area(&b) > most && box_area(&b) < limit;

        for (int k = 0; k < count && fresh; k++)
            fresh = !boxes_meet(&b, &taken[k]);
        if (fresh) {
            most = box_area(&b);
            *out = b;
        }
    }
    return most > 0;
}

/* Raises mask (h,w) to 1 on the sides of a box, except where strokes pass through them. `spare` is as large. */
static void mark_box(const float *ink, int w, int h, const Box *b, uint8_t *spare, uint8_t *mask)
{
    Line lines[4];

    for (int i = 0; i < 4; i++)
        lines[i] = b->sides[i]->line;
    memset(spare, 0, (size_t)w * h);
    lines_mark(ink, w, h, lines, (const uint8_t[]){1, 1, 1, 1}, 4, spare);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            bool along_level = (float)x > b->x0 - 4 && (float)x < b->x1 + 4, along_upright = (float)y > b->y0 - 4 && (float)y < b->y1 + 4;

            if (along_level && along_upright)
                mask[(size_t)y * w + x] |= spare[(size_t)y * w + x];
        }
}

/* What a box holds. */
typedef struct Held {
    float height;    /* of its tallest part, inside and outside */
    bool sticks_out; /* through a side */
} Held;

static Held look_inside(const Parts *p, const Box *b)
{
    Held held = {0};

    for (int i = 0; i < p->count; i++) {
        const Part *part = &p->list[i];
        bool meets = (float)part->x1 > b->x0 + 2 && (float)part->x0 < b->x1 - 2 && (float)part->y1 > b->y0 + 2 && (float)part->y0 < b->y1 - 2;
        bool beyond = (float)part->x0 < b->x0 - OUTSIDE || (float)part->x1 > b->x1 + OUTSIDE || (float)part->y0 < b->y0 - OUTSIDE ||
                      (float)part->y1 > b->y1 + OUTSIDE;

        if (meets)
            held.height = fmaxf(held.height, (float)part_height(part));
        held.sticks_out |= meets && beyond && !part->touches_edge;
    }
    return held;
}

/* Whether a box is one that writing is in, or was to be: as high as writing is, and either lower than the box or through its sides. Else
 * readers do better with the sides, which they know, than with digits whose ends went with them. An empty one that is not wide is a
 * digit itself, a zero or the loop of a 9; an eight has but a bar in it. */
static bool is_around(Held held, const Box *b)
{
    float width = b->x1 - b->x0, height = b->y1 - b->y0;

    if (held.height < 0.25f * height)
        return width > WIDE * height;
    return held.height < 0.8f * height || held.sticks_out;
}

/* Marks the parts that the rim cuts and that are all outside of a box. */
static void mark_outside(const Parts *p, int n, const Box *b, uint8_t *mask)
{
    for (int i = 0; i < n; i++)
        if (p->label[i] >= 0) {
            const Part *part = &p->list[p->label[i]];
            bool outside = (float)part->x1 < b->x0 || (float)part->x0 > b->x1 || (float)part->y1 < b->y0 || (float)part->y0 > b->y1;

            mask[i] |= outside && part->touches_edge;
        }
}

/* ---- all ---- */

/* If a box, whose sides are marked in work->mask, is around writing, adds them and what the rim cuts outside of it to work->gone; whether it
 * is. */
static int take_box(const InkMap *m, const Box *b, Work *work, Err *e)
{
    int n = m->width * m->height;
    Parts *p;
    bool around;

    for (int i = 0; i < n; i++)
        work->rest[i] = work->mask[i] || work->gone[i] ? 0 : m->ink[i];
    p = parts_find(work->rest, m->width, m->height, part_ink, e);
    if (!p)
        return -(int)ERR_MEMORY;
    around = is_around(look_inside(p, b), b);
    for (int i = 0; around && i < n; i++)
        work->gone[i] |= work->mask[i];
    if (around)
        mark_outside(p, n, b, work->gone);
    parts_free(p);
    return around;
}

/* The largest boxes first; returns how many are around writing. One in another that is not is looked at, too. */
static int take_boxes(const InkMap *m, const Sides *sides, Work *work, Err *e)
{
    int w = m->width, h = m->height, count = 0;
    float limit = INFINITY;
    Box taken[BOXES_LIMIT];

    for (int tries = 0; tries < TRIES && count < BOXES_LIMIT && next_box(sides, w, h, limit, taken, count, &taken[count]); tries++) {
        const Box *b = &taken[count];
        int status;

        limit = box_area(b);
        memset(work->mask, 0, (size_t)w * h);
        mark_box(m->ink, w, h, b, work->spare, work->mask);
        status = take_box(m, b, work, e);
        if (status < 0)
            return status;
        count += status;
    }
    return count;
}

static int find_boxes(const InkMap *m, Work *work, Err *e)
{
    Sides sides = {.count = {0, 0}};

    for (int upright = 0; upright < 2; upright++) {
        View v;
        bool made = view_make(&v, m->ink, m->width, m->height, upright);

        if (made)
            sides.count[upright] = find_sides(&v, m->ink, m->width, m->height, upright, work, sides.list[upright]);
        free(v.inked);
        if (!made)
            return err_set(e, ERR_MEMORY, "no memory for a map of %dx%d", m->width, m->height);
        if (sides.count[upright] < 2)
            return 0;
    }
    return take_boxes(m, &sides, work, e);
}

static bool work_make(Work *work, size_t longer, size_t size)
{
    *work = (Work){malloc(longer * sizeof *work->lengths), malloc(longer), malloc(longer * sizeof *work->best), malloc(size), malloc(size),
                   calloc(size, 1), malloc(size * sizeof *work->rest)};
    return work->lengths && work->votes && work->best && work->mask && work->spare && work->gone && work->rest;
}

static void work_free(Work *work)
{
    free(work->lengths);
    free(work->votes);
    free(work->best);
    free(work->mask);
    free(work->spare);
    free(work->gone);
    free(work->rest);
}

int frames_erase(InkMap *m, Err *e)
{
    int w = m->width, h = m->height, count;
    Work work;

    if (m->blank || w < LEAST_SIDE || h < LEAST_SIDE)
        return 0;
    count = work_make(&work, (size_t)(w > h ? w : h), (size_t)w * h) ? find_boxes(m, &work, e)
                                                                    : err_set(e, ERR_MEMORY, "no memory for a map of %dx%d", w, h);
    if (count > 0)
        ink_take_out(m, work.gone);
    work_free(&work);
    return count < 0 ? count : 0;
}
