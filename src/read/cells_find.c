/* Finding a grid of which only the number of rows and columns is known. Its lines hang together, so it is one of the
 * largest connected dark parts (the edge of the paper may be another), and the part's corners are the table's. Seen from
 * straight above, lines are rows and columns of pixels that are dark on most of their length; of all rows those are
 * chosen that are darkest and keep apart, and of all parts the one whose lines are clearest. At last each crossing is
 * looked for about where two lines meet, for paper bends. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/parts.h"
#include "read/cells.h"
#include "read/dark.h"

enum {
    LOOK_SIDE = 1400, /* px: a larger photo is looked at in this size */
    CANDIDATES = 6,   /* parts that might be the table */
    REACH_LIMIT = 60, /* px that a crossing may lie off its lines */
    FLAT = 1000,      /* px: longer side of the grid seen from above */
    RIM = 40          /* px around it */
};
/* Dark is what has less light than such a share of what surrounds it; lines may be thin and pale. */
static const float dark_shares[] = {0.88f, 0.95f};
enum { SHARES = sizeof dark_shares / sizeof *dark_shares };
static const int bridge = 2; /* px on either side of ink: closes gaps in lines */
static const double least_share =
    0.3; /* of the mean distance between lines: two lines are no nearer */
static const double most_share = 3; /* and neighbours no further */
static const double least_line =
    0.3; /* of its length that a line must be darker than what is midway between two */

/* Against the usual one of the lines that were chosen: */
static const float least_weakest = 0.5f; /* a weaker one is no line, there are fewer */
static const float most_missed = 0.58f;  /* something as dark between them is one, too: there are more */

typedef struct Fit { /* how well the lines in one direction were found */
    float clear;   /* how much darker they are than what is between */
    float weakest; /* of them, against the usual one */
    float missed;  /* the darkest place between them, against the usual one */
} Fit;

typedef struct Flat { /* the grid from above */
    float *line
        [2]; /* (height,width) how dark the neighbourhood along a level and an upright line is, 0..1 */
    int width, height;
    Perspective to_small;
} Flat;

/* ---- the table ---- */

/* Ink and what is within `bridge` of it. */
static int widen(const Dark *d, float *out, Err *e)
{
    float *work = calloc((size_t)d->width * d->height, sizeof *work);

    if (!work)
        return err_set(e, ERR_MEMORY, "no memory to look for a table");
    memset(out, 0, (size_t)d->width * d->height * sizeof *out);
    for (int y = 0; y < d->height; y++)
        for (int x = 0; x < d->width; x++)
            for (int k = -bridge; d->dark[(size_t)y * d->width + x] > 0 && k <= bridge; k++)
                if (x + k >= 0 && x + k < d->width)
                    work[(size_t)y * d->width + x + k] = 1;
    for (int y = 0; y < d->height; y++)
        for (int x = 0; x < d->width; x++)
            for (int k = -bridge; work[(size_t)y * d->width + x] > 0 && k <= bridge; k++)
                if (y + k >= 0 && y + k < d->height)
                    out[(size_t)(y + k) * d->width + x] = 1;
    free(work);
    return 0;
}

/* The parts whose boxes are largest and which are no blots: a grid is mostly holes. Returns how many; the largest
 * first. The edge of the paper may be among them. */
static int largest(const Parts *parts, int list[CANDIDATES])
{
    double size[CANDIDATES];
    int count = 0;

    for (int i = 0; i < parts->count; i++) {
        const Part *p = &parts->list[i];
        double area = (double)part_width(p) * part_height(p);
        int at = count < CANDIDATES ? count : CANDIDATES - 1;
        if (p->area > 0.75 * area || part_width(p) < 30 || part_height(p) < 30 ||
            (count == CANDIDATES && size[at] >= area))
            continue;
        for (; at > 0 && size[at - 1] < area; at--) {
            size[at] = size[at - 1];
            list[at] = list[at - 1];
        }
        size[at] = area;
        list[at] = i;
        count += count < CANDIDATES;
    }
    return count;
}

/* The part's outermost pixels in the four diagonal directions, clockwise from the upper left. */
static void corners_of(const Parts *parts, int part, int width, Spot corners[4])
{
    static const int dx[4] = {-1, 1, 1, -1}, dy[4] = {-1, -1, 1, 1};
    const Part *p = &parts->list[part];
    int best[4] = {-1000000, -1000000, -1000000, -1000000};

    for (int y = p->y0; y <= p->y1; y++)
        for (int x = p->x0; x <= p->x1; x++) {
            if (parts->label[(size_t)y * width + x] != part)
                continue;
            for (int k = 0; k < 4; k++)
                if (dx[k] * x + dy[k] * y > best[k]) {
                    best[k] = dx[k] * x + dy[k] * y;
                    corners[k] = (Spot){x + 0.5 - dx[k] * bridge, y + 0.5 - dy[k] * bridge};
                }
        }
}

static Parts *find_parts(const Dark *d, Err *e)
{
    float *wide = malloc((size_t)d->width * d->height * sizeof *wide);
    int status = wide ? widen(d, wide, e) : err_set(e, ERR_MEMORY, "no memory to look for a table");
    Parts *parts = status ? NULL : parts_find(wide, d->width, d->height, 0.5f, e);

    free(wide);
    return parts;
}

/* ---- from above ---- */

static double distance(Spot a, Spot b)
{
    return hypot(a.x - b.x, a.y - b.y);
}

static int dark_of(const Dark *d, Spot s)
{
    int x = (int)floor(s.x), y = (int)floor(s.y);

    return x >= 0 && y >= 0 && x < d->width && y < d->height &&
           d->dark[(size_t)y * d->width + x] > 0;
}

/* Means over runs of 2 reach + 1 pixels, `step` apart: a line has long runs, a stroke does not. */
static void smear(const uint8_t *in, int n, size_t step, int reach, float *out)
{
    int sum = 0;

    for (int i = 0; i < reach && i < n; i++)
        sum += in[i * step];
    for (int i = 0; i < n; i++) {
        sum += i + reach < n ? in[(i + reach) * step] : 0;
        sum -= i - reach - 1 >= 0 ? in[(i - reach - 1) * step] : 0;
        out[i * step] = (float)sum / (float)(2 * reach + 1);
    }
}

/* Leaves f->line NULL where the four are no corners. */
static int flat_make(const Dark *d, const Spot corners[4], int rows, int columns, Flat *f, Err *e)
{
    double wide = fmax(distance(corners[0], corners[1]), distance(corners[3], corners[2]));
    double high = fmax(distance(corners[0], corners[3]), distance(corners[1], corners[2]));
    double by = FLAT / fmax(wide, high);

    *f = (Flat){.width = (int)(wide * by) + 2 * RIM, .height = (int)(high * by) + 2 * RIM};
    Spot here[4] = {{RIM, RIM},
                    {f->width - RIM, RIM},
                    {f->width - RIM, f->height - RIM},
                    {RIM, f->height - RIM}};
    if (!perspective_fit(&f->to_small, here, corners, 4))
        return 0;
    size_t n = (size_t)f->width * f->height;
    uint8_t *flat = malloc(n);
    f->line[0] = malloc(n * sizeof(float));
    f->line[1] = malloc(n * sizeof(float));
    if (!flat || !f->line[0] || !f->line[1]) {
        free(flat);
        return err_set(e, ERR_MEMORY, "no memory to look for a table");
    }
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            flat[(size_t)y * f->width + x] =
                (uint8_t)dark_of(d, perspective_map(&f->to_small, (Spot){x + 0.5, y + 0.5}));
    int level = f->width / columns / 2 + 1, upright = f->height / rows / 2 + 1;
    for (int y = 0; y < f->height; y++)
        smear(flat + (size_t)y * f->width, f->width, 1, level, f->line[0] + (size_t)y * f->width);
    for (int x = 0; x < f->width; x++)
        smear(flat + x, f->height, (size_t)f->width, upright, f->line[1] + x);
    free(flat);
    return 0;
}

static void flat_free(Flat *f)
{
    free(f->line[0]);
    free(f->line[1]);
}

/* ---- lines ---- */

/* How dark each row (upright: column) is between the corners, a pixel's neighbours counting for lines that are not
 * quite straight. profile (height or width). */
static void profile_of(const Flat *f, bool upright, float *profile)
{
    int n = upright ? f->width : f->height, across = upright ? f->height : f->width;

    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = RIM; k < across - RIM; k++) {
            float best = 0;
            for (int j = i > 2 ? i - 2 : 0; j <= i + 2 && j < n; j++)
                best = fmaxf(best, f->line[upright][upright ? (size_t)k * f->width + j
                                                            : (size_t)j * f->width + k] -
                                       0.04f * (float)abs(j - i));
            sum += best;
        }
        profile[i] = (float)(sum / (across - 2 * RIM));
    }
}

/* The `count` places whose profile is highest in sum, each `least` to `most` from the one before, the first and last
 * within RIM of the ends: by dynamic programming. best and from (count, n) are for work. Returns the mean. */
static float choose(const float *profile, int n, int count, int least, int most, float *best,
                    int *from, int *places)
{
    const float never = -1e9f;

    for (int k = 0; k < count; k++)
        for (int i = 0; i < n; i++) {
            float *here = &best[(size_t)k * n + i];
            *here = k == 0 && i <= 2 * RIM ? profile[i] : never;
            for (int j = i - most < 0 ? 0 : i - most; k > 0 && j <= i - least; j++)
                if (best[(size_t)(k - 1) * n + j] + profile[i] > *here) {
                    *here = best[(size_t)(k - 1) * n + j] + profile[i];
                    from[(size_t)k * n + i] = j;
                }
        }
    int last = n - 1;
    for (int i = n - 1 - 2 * RIM; i < n; i++)
        last = best[(size_t)(count - 1) * n + i] > best[(size_t)(count - 1) * n + last] ? i : last;
    float sum = best[(size_t)(count - 1) * n + last];
    if (sum < 0)
        return 0;
    for (int k = count - 1; k >= 0; k--) {
        places[k] = last;
        last = from[(size_t)k * n + last];
    }
    return sum / (float)count;
}

/* How dark it is in the mean midway between chosen lines: in a blot as dark as on them. */
static float between(const float *profile, const int *places, int count)
{
    float sum = 0;

    for (int i = 0; i + 1 < count; i++)
        sum += profile[(places[i] + places[i + 1]) / 2];
    return sum / (float)(count - 1);
}

static int by_darkness(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static Fit tell_fit(const float *profile, const int *places, int count, float mean, int apart)
{
    float chosen[CELLS_SIDE + 1], missed = 0;

    for (int i = 0; i < count; i++)
        chosen[i] = profile[places[i]];
    qsort(chosen, count, sizeof *chosen, by_darkness);
    for (int i = places[0], k = 0; i < places[count - 1]; i++) {
        k += i > places[k + 1];
        if (i - places[k] >= apart && places[k + 1] - i >= apart)
            missed = fmaxf(missed, profile[i]);
    }
    const float usual = fmaxf(chosen[count / 2], 1e-3f);

    return (Fit){mean - between(profile, places, count), chosen[0] / usual, missed / usual};
}

static int find_lines(const Flat *f, bool upright, int cells, int *places, Fit *fit, Err *e)
{
    int n = upright ? f->width : f->height, count = cells + 1;
    double step = (double)(n - 2 * RIM) / cells;
    float *profile = malloc((size_t)n * sizeof *profile),
          *best = malloc((size_t)n * count * sizeof *best);
    int *from = calloc((size_t)n * count, sizeof *from), status = 0;

    if (profile && best && from) {
        profile_of(f, upright, profile);
        int apart = (int)fmax(2, least_share * step);
        float mean = choose(profile, n, count, apart, (int)ceil(most_share * step), best, from, places);

        if (mean > 0)
            *fit = tell_fit(profile, places, count, mean, apart);
    } else
        status = err_set(e, ERR_MEMORY, "no memory to look for a table");
    free(profile);
    free(best);
    free(from);
    return status;
}

/* ---- crossings ---- */

/* How far from (x, y) the middle of the nearest line lies, across it: of the darkest place and what is hardly less dark
 * beside it. */
static double nearest_line(const Flat *f, bool upright, int x, int y, int reach)
{
    float value[2 * REACH_LIMIT + 1] = {0};
    int best, from, to;

    reach = reach < REACH_LIMIT ? reach : REACH_LIMIT;
    best = reach;
    for (int k = -reach; k <= reach; k++) {
        int px = upright ? x + k : x, py = upright ? y : y + k;
        bool inside = px >= 0 && py >= 0 && px < f->width && py < f->height;
        value[k + reach] = inside ? f->line[upright][(size_t)py * f->width + px] : 0;
        if (value[k + reach] > value[best] + 1e-3f)
            best = k + reach;
    }
    if (!(value[best] > 0.1f))
        return 0;
    for (from = best; from > 0 && value[from - 1] > 0.75f * value[best]; from--)
        ;
    for (to = best; to < 2 * reach && value[to + 1] > 0.75f * value[best]; to++)
        ;
    return (from + to) / 2. - reach;
}

static void place_nodes(const Flat *f, const int *level, const int *upright, int rows, int columns,
                        double scale, Spot *nodes)
{
    int reach_y = f->height / rows / 8 + 2, reach_x = f->width / columns / 8 + 2;

    for (int r = 0; r <= rows; r++)
        for (int c = 0; c <= columns; c++) {
            int x = upright[c], y = level[r];
            double dx = nearest_line(f, true, x, y, reach_x),
                   dy = nearest_line(f, false, x, y, reach_y);
            Spot s = perspective_map(&f->to_small, (Spot){x + dx + 0.5, y + dy + 0.5});
            nodes[r * (columns + 1) + c] = (Spot){s.x * scale, s.y * scale};
        }
}

/* Whether lines that are there are the grid's. */
static bool is_clear(const Fit fit[2])
{
    return fminf(fit[0].clear, fit[1].clear) >= least_line;
}

static bool is_whole(const Fit *fit)
{
    return fit->weakest >= least_weakest && fit->missed <= most_missed;
}

static bool is_grid(const Fit fit[2])
{
    return is_clear(fit) && is_whole(&fit[0]) && is_whole(&fit[1]);
}

static bool is_better(const Fit a[2], const Fit b[2])
{
    return is_grid(a) != is_grid(b) ? is_grid(a) : fminf(a[0].clear, a[1].clear) > fminf(b[0].clear, b[1].clear);
}

/* The grid that has these corners, if it is better than *best, which it then replaces. */
static int try_corners(const Dark *d, const Spot corners[4], int rows, int columns, Fit best[2], Spot *nodes, Err *e)
{
    int level[CELLS_SIDE + 1], upright[CELLS_SIDE + 1];
    Fit fit[2] = {{0}};
    Flat f = {0};
    int status = flat_make(d, corners, rows, columns, &f, e);

    if (!status && f.line[0])
        status = find_lines(&f, false, rows, level, &fit[0], e);
    if (!status && f.line[0])
        status = find_lines(&f, true, columns, upright, &fit[1], e);
    if (!status && is_better(fit, best)) {
        memcpy(best, fit, sizeof fit);
        place_nodes(&f, level, upright, rows, columns, d->scale, nodes);
    }
    flat_free(&f);
    return status;
}

/* The same for all parts of what has less light than a share. */
static int try_share(const Image *photo, float share, int rows, int columns, Fit best[2], Spot *nodes, Err *e)
{
    int list[CANDIDATES], count = 0;
    Dark d;
    int status = dark_find(photo, LOOK_SIDE, share, &d, e);
    Parts *parts = status ? NULL : find_parts(&d, e);

    if (parts)
        count = largest(parts, list);
    else
        status = -(int)ERR_MEMORY;
    for (int i = 0; !status && i < count; i++) {
        Spot corners[4];
        corners_of(parts, list[i], d.width, corners);
        status = try_corners(&d, corners, rows, columns, best, nodes, e);
    }
    parts_free(parts);
    dark_free(&d);
    return status;
}

/* Why there is no such grid. */
static int refuse(const Fit fit[2], int rows, int columns, Err *e)
{
    bool level = is_whole(&fit[1]); /* the rows are what is wrong */
    const Fit *wrong = &fit[!level];
    int count = level ? rows : columns;

    if (!is_clear(fit))
        return err_set(e, ERR_FORMAT,
                       "no table of %d x %d cells found: the best %d level and %d upright lines are "
                       "dark on %.0f and %.0f %% of their length",
                       rows, columns, rows + 1, columns + 1, 100. * fit[0].clear, 100. * fit[1].clear);
    return err_set(e, ERR_FORMAT, "no table of %d x %d cells found: what looks most like one has %s than %d %s%s", rows, columns,
                   wrong->weakest >= least_weakest ? "more" : "fewer", count, level ? "row" : "column", count == 1 ? "" : "s");
}

int cells_find(const Image *photo, int rows, int columns, Spot *nodes, Err *e)
{
    Fit best[2] = {{0}};
    int status = 0;

    for (int i = 0; !status && i < SHARES && !is_grid(best); i++)
        status = try_share(photo, dark_shares[i], rows, columns, best, nodes, e);
    if (!status && !is_grid(best))
        status = refuse(best, rows, columns, e);
    return status;
}
