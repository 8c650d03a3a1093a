/* Finding a sheet by its corner markers: a black part round another whose middles agree is a marker's, as in the eyes
 * of matrix codes; of all candidates those four are taken that look most like the layout's when seen from above. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/parts.h"
#include "read/dark.h"
#include "read/form_parts.h"

enum {
    LOOK_SIDE = 1600,   /* px: a larger photo is looked at in this size */
    REFINE_SIDE = 3200, /* and in this one when the places are known */
    CANDIDATES = 20,    /* the largest ones are tried */
    GRID = 14,          /* points along a marker's side that are compared */
    REFINE_STEPS = 3,
    CODE_ERRORS = 2 /* squares that a blot may hide */
};
static const float dark_share = 0.78f; /* of the light around it: what may be black */

typedef struct Candidate {
    Spot middle;
    double side; /* longer side of its box */
} Candidate;

/* ---- candidates ---- */

/* The part inside a ring: what lies at its middle, or first to the right of that if the middle is hollow. -1: none. */
static int core_of(const Parts *parts, int ring, const Dark *g)
{
    const Part *p = &parts->list[ring];
    const int *row = parts->label + (size_t)(int)p->middle_y * g->width;
    int x = (int)p->middle_x;

    while (x < p->x1 && row[x] < 0)
        x++;
    return row[x] == ring ? -1 : row[x];
}

/* A marker seen from anywhere: its ring covers half of it and its middle square 3/8 (hollow: 3/10) as much as the ring,
 * three sevenths as wide. A box with a digit in it has a thinner ring. */
static bool is_marker(const Parts *parts, int ring, const Dark *g)
{
    const Part *p = &parts->list[ring];
    int side = part_side(p), shorter = part_width(p) + part_height(p) - side;

    if (side < 8 || side > (g->width > g->height ? g->width : g->height) / 4 ||
        shorter * 2 < side || p->area < 0.2 * part_width(p) * part_height(p))
        return false;
    int core = core_of(parts, ring, g);
    if (core < 0)
        return false;
    const Part *c = &parts->list[core];
    double off = hypot(c->middle_x - p->middle_x, c->middle_y - p->middle_y),
           share = (double)c->area / p->area;
    double wide = (double)part_side(c) / side;
    return off < 0.1 * side && share > 0.18 && share < 0.65 && wide > 0.28 && wide < 0.62 &&
           c->x0 > p->x0 && c->x1 < p->x1 && c->y0 > p->y0 && c->y1 < p->y1;
}

/* Keeps the largest ones, the largest first. */
static int keep(Candidate *list, int count, Candidate c)
{
    int at = count < CANDIDATES ? count : CANDIDATES - 1;

    if (count == CANDIDATES && list[at].side >= c.side)
        return count;
    for (; at > 0 && list[at - 1].side < c.side; at--)
        list[at] = list[at - 1];
    list[at] = c;
    return count < CANDIDATES ? count + 1 : count;
}

static int find_candidates(const Dark *g, Candidate *list, int *count, Err *e)
{
    Parts *parts = parts_find(g->dark, g->width, g->height, 0.5f, e);

    *count = 0;
    for (int i = 0; parts && i < parts->count; i++) {
        const Part *p = &parts->list[i];
        if (is_marker(parts, i, g))
            *count = keep(list, *count,
                          (Candidate){{p->middle_x + 0.5, p->middle_y + 0.5}, part_side(p)});
    }
    int status = parts ? 0 : -(int)ERR_MEMORY;
    parts_free(parts);
    return status;
}

/* ---- do four of them look like the layout's? ---- */

typedef struct Look {
    double black, white; /* mean grey where the marker is black and white */
    double hole;         /* and at its very middle */
} Look;

/* A marker as it looks through `p`, from mm to pixels; fine lines between black and white are left out. */
static Look look_at(const Dark *g, const Perspective *p, Area m)
{
    double sum[2] = {0}, hole = 0;
    int n[2] = {0}, holes = 0;

    for (int i = 0; i < GRID; i++)
        for (int j = 0; j < GRID; j++) {
            double u = fabs((j + 0.5) / GRID - 0.5) * 2, v = fabs((i + 0.5) / GRID - 0.5) * 2;
            double out = fmax(u, v); /* 0 in the middle, 1 at the rim */
            float grey =
                dark_grey(g, perspective_map(p, (Spot){m.x + m.width * (j + 0.5) / GRID,
                                                       m.y + m.height * (i + 0.5) / GRID}));
            if (out < FORM_HOLE) {
                hole += grey;
                holes++;
            } else {
                int black = out > FORM_RING || out < FORM_CORE;
                sum[black] += grey;
                n[black]++;
            }
        }
    return (Look){sum[1] / n[1], sum[0] / n[0], hole / holes};
}

/* How hollow a marker is: 0 black, 1 as white as its ring. */
static double hollow(const Look *k)
{
    return (k->hole - k->black) / fmax(1, k->white - k->black);
}

/* Whether a marker's box, seen through p, is about the candidate's. */
static bool same_size(const Perspective *p, Area m, const Candidate *c)
{
    double x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;

    for (int i = 0; i < 4; i++) {
        Spot s = perspective_map(p, (Spot){m.x + (i % 2) * m.width, m.y + (i / 2) * m.height});
        x0 = fmin(x0, s.x);
        x1 = fmax(x1, s.x);
        y0 = fmin(y0, s.y);
        y1 = fmax(y1, s.y);
    }
    double side = fmax(x1 - x0, y1 - y0);
    return side > 0.7 * c->side && side < 1.4 * c->side;
}

/* How much the four, clockwise from the upper left, look like the markers: the worst contrast, and how much more
 * hollow the first is than any other; below 0 for what they are not. */
static double score(const Layout *l, const Dark *g, const Candidate *const four[4], Perspective *p)
{
    Spot sheet[4], seen[4];
    double worst = 1, others = 0, first = 0;

    for (int i = 0; i < 4; i++) {
        Area m = layout_marker(l, i);
        sheet[i] = (Spot){m.x + m.width / 2, m.y + m.height / 2};
        seen[i] = four[i]->middle;
    }
    if (!perspective_fit(p, sheet, seen, 4))
        return -1;
    for (int i = 0; i < 4; i++) {
        Area m = layout_marker(l, i);
        if (!same_size(p, m, four[i]))
            return -1;
        Look k = look_at(g, p, m);
        worst = fmin(worst, (k.white - k.black) / fmax(1, k.white));
        if (i == 0)
            first = hollow(&k);
        else
            others = fmax(others, hollow(&k));
    }
    return worst < 0.2 || first - others < 0.2 ? -1 : worst + first - others;
}

/* Twice the area of a triangle; above 0 where a, b, c run clockwise on a screen. */
static double turn(Spot a, Spot b, Spot c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/* Puts four candidates in clockwise order; false where one lies within the others' triangle. */
static bool order(const Candidate *four[4])
{
    Spot middle = {0, 0};
    double angle[4];

    for (int i = 0; i < 4; i++) {
        middle.x += four[i]->middle.x / 4;
        middle.y += four[i]->middle.y / 4;
    }
    for (int i = 0; i < 4; i++) {
        const Candidate *c = four[i];
        double at = atan2(c->middle.y - middle.y, c->middle.x - middle.x);
        int k = i;
        for (; k > 0 && angle[k - 1] > at; k--) {
            angle[k] = angle[k - 1];
            four[k] = four[k - 1];
        }
        angle[k] = at;
        four[k] = c;
    }
    for (int i = 0; i < 4; i++)
        if (!(turn(four[i]->middle, four[(i + 1) % 4]->middle, four[(i + 2) % 4]->middle) > 0))
            return false;
    return true;
}

/* The best of the four ways to lay the sheet on these candidates. */
static double try_four(const Layout *l, const Dark *g, const Candidate *four[4], Perspective *best)
{
    double most = -1;

    if (!order(four))
        return -1;
    for (int first = 0; first < 4; first++) {
        const Candidate *turned[4];
        Perspective p;
        for (int i = 0; i < 4; i++)
            turned[i] = four[(first + i) % 4];
        double s = score(l, g, turned, &p);
        if (s > most) {
            most = s;
            *best = p;
        }
    }
    return most;
}

static bool choose(const Layout *l, const Dark *g, const Candidate *list, int count,
                   Perspective *best)
{
    double most = 0;

    for (int a = 0; a < count; a++)
        for (int b = a + 1; b < count; b++)
            for (int c = b + 1; c < count; c++)
                for (int d = c + 1; d < count; d++) {
                    const Candidate *four[4] = {&list[a], &list[b], &list[c], &list[d]};
                    Perspective p;
                    if (list[d].side < list[a].side * 0.4)
                        continue;
                    double s = try_four(l, g, four, &p);
                    if (s > most) {
                        most = s;
                        *best = p;
                    }
                }
    return most > 0;
}

/* ---- the exact places ---- */

/* The middle of a marker's black, from where it was thought to be. */
static Spot black_middle(const Dark *g, const Perspective *p, Area m)
{
    Look k = look_at(g, p, m);
    Area wide = {m.x - 0.12 * m.width, m.y - 0.12 * m.height, 1.24 * m.width, 1.24 * m.height};
    double sum = 0, sx = 0, sy = 0;
    int n = 60;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            Spot at = {wide.x + wide.width * (j + 0.5) / n, wide.y + wide.height * (i + 0.5) / n};
            double black =
                (k.white - dark_grey(g, perspective_map(p, at))) / fmax(1, k.white - k.black);
            black = black < 0.3 ? 0 : black > 0.7 ? 1 : (black - 0.3) / 0.4;
            sum += black;
            sx += black * at.x;
            sy += black * at.y;
        }
    Spot middle = {m.x + m.width / 2, m.y + m.height / 2};
    return sum > 0 ? perspective_map(p, (Spot){sx / sum, sy / sum}) : perspective_map(p, middle);
}

static void refine(const Layout *l, const Dark *g, Perspective *p)
{
    Spot sheet[4], seen[4];

    for (int step = 0; step < REFINE_STEPS; step++) {
        for (int i = 0; i < 4; i++) {
            Area m = layout_marker(l, i);
            sheet[i] = (Spot){m.x + m.width / 2, m.y + m.height / 2};
            seen[i] = black_middle(g, p, m);
        }
        perspective_fit(p, sheet, seen, 4);
    }
}

/* ---- is it this layout? ---- */

static double square_grey(const Dark *g, const Perspective *p, Area a)
{
    double sum = 0;

    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++)
            sum += dark_grey(g, perspective_map(p, (Spot){a.x + a.width * (j + 1.5) / 7,
                                                          a.y + a.height * (i + 1.5) / 7}));
    return sum / 25;
}

/* Each square against white and black of the marker that is nearer. */
static uint32_t read_code(const Layout *l, const Dark *g, const Perspective *p)
{
    Look left = look_at(g, p, layout_marker(l, 3)), right = look_at(g, p, layout_marker(l, 2));
    uint32_t code = 0;

    for (int i = 0; i < LAYOUT_CODE_BITS; i++) {
        const Look *k = i < LAYOUT_CODE_BITS / 2 ? &left : &right;
        code =
            code << 1 | (square_grey(g, p, layout_code_square(l, i)) < (k->black + k->white) / 2);
    }
    return code;
}

static int check_code(const Layout *l, const Dark *g, const Perspective *p, Err *e)
{
    uint32_t code = read_code(l, g, p), wrong = code ^ l->code;
    int errors = 0;

    for (; wrong; wrong &= wrong - 1)
        errors++;
    if (errors > CODE_ERRORS)
        return err_set(
            e, ERR_FORMAT,
            "the sheet is another than '%s': the code at its lower edge is %06x, that of '%s' %06x",
            l->name, code, l->name, l->code);
    return 0;
}

/* ---- the whole ---- */

static void scale_up(Perspective *p, double by)
{
    for (int i = 0; i < 6; i++)
        p->m[i] *= by;
}

int form_find(const Layout *l, const Image *photo, Perspective *to_photo, Err *e)
{
    Candidate list[CANDIDATES];
    Dark small, full = {0};
    int count, status = dark_find(photo, LOOK_SIDE, dark_share, &small, e);

    if (!status)
        status = find_candidates(&small, list, &count, e);
    if (!status && count < 4)
        status = err_set(e, ERR_FORMAT, "%d of the 4 corner markers of the sheet '%s' found", count,
                         l->name);
    else if (!status && !choose(l, &small, list, count, to_photo))
        status = err_set(e, ERR_FORMAT,
                         "none of the %d marks found are the 4 corner markers of the sheet '%s'",
                         count, l->name);
    if (!status)
        status = dark_find(photo, REFINE_SIDE, 0, &full, e);
    if (!status) {
        scale_up(to_photo, small.scale / full.scale);
        refine(l, &full, to_photo);
        status = check_code(l, &full, to_photo, e);
        scale_up(to_photo, full.scale);
    }
    dark_free(&small);
    dark_free(&full);
    return status;
}
