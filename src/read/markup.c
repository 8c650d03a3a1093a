#include "read/markup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/ink.h"
#include "read/rules.h"

/* Lengths are pixels of the page, whose origin is the picture's upper left corner, unless they are called cells: the
 * map of what is covered has its own. */

static const double turn = 2 * 3.14159265358979;

enum {
    MAP_SIDE = 1600,  /* pixels of a picture's longer side at which its ink is looked for */
    TIMES_LIMIT = 16, /* a picture is not enlarged more */
    WAYS = 24         /* directions in which a far name is tried */
};

/* A smaller picture is enlarged, and one whose writing is smaller unless it becomes larger than that. */
static const double least_side = 240, least_writing = 44, enlarged_most = 2400;
static const double most_pixels = 90e6, most_side = 24000; /* a larger picture is shrunk */

/* A name's em is a share of the writing's height, within bounds that are shares of the page's longer side; where there
 * is little room it shrinks, but is never less than what can be read. */
static const double name_share = 0.42, least_share = 1 / 160., most_share = 1 / 9.;
static const double shrink = 0.8, most_shrunk = 0.6, legible = 13;
static const double chip_height = 1.0, chip_rim = 0.22; /* in ems */

static const double thickest = 0.4; /* stroke, of the writing's height */
static const float least_ink = 0.4f;
static const double covered_most = 0.015; /* of a chip, of a long one of a square as high: specks */

typedef struct Name { /* the chip of a mark */
    Box chip;
    double em;      /* 0: none */
    double wide_em; /* width of the text in ems */
    bool far;
} Name;

typedef struct Markup {
    const Image *im;
    const Mark *marks;
    Name *names; /* (count) */
    int count;
    double times;        /* pixels of the page a pixel of the picture */
    double usual, least; /* em of a name */
    double pen;
    uint8_t *map; /* (map_height,map_width) what is covered */
    int map_width, map_height;
    bool full;           /* nothing far away was free */
    double cell, margin; /* a cell's side; paper around the picture that the map shows as well */
} Markup;

enum { FREE, WRITING = 1, CHIP = 2 };

/* ---- what is covered ---- */

typedef struct Cells { /* columns and rows of the map, from the first to before the last */
    int x0, y0, x1, y1;
} Cells;

/* A corner beyond the horizon may lie farther away than whole numbers go. */
static int whole(double v)
{
    return (int)fmin(fmax(v, -1e6), 1e6);
}

static Cells cells_of(const Markup *m, Box b)
{
    double x = b.x + m->margin, y = b.y + m->margin;

    return (Cells){whole(floor(x / m->cell)), whole(floor(y / m->cell)),
                   whole(ceil((x + b.w) / m->cell)), whole(ceil((y + b.h) / m->cell))};
}

static bool is_free(const Markup *m, Box b)
{
    Cells c = cells_of(m, b);
    int wide = c.x1 - c.x0, high = c.y1 - c.y0, written = 0;
    float most = covered_most * (float)(high * (wide < high ? wide : high));

    if (c.x0 < 0 || c.y0 < 0 || c.x1 > m->map_width || c.y1 > m->map_height)
        return false;
    for (int y = c.y0; y < c.y1; y++)
        for (int x = c.x0; x < c.x1; x++) {
            uint8_t v = m->map[(size_t)y * m->map_width + x];

            written += v;
            if (v & CHIP || (float)written > most)
                return false;
        }
    return true;
}

/* Sets what `keep` leaves of the map's values, and `bits`. */
static void cover(Markup *m, Box b, int keep, int bits)
{
    Cells c = cells_of(m, b);

    for (int y = c.y0 < 0 ? 0 : c.y0; y < c.y1 && y < m->map_height; y++)
        for (int x = c.x0 < 0 ? 0 : c.x0; x < c.x1 && x < m->map_width; x++) {
            uint8_t *v = &m->map[(size_t)y * m->map_width + x];

            *v = (uint8_t)((*v & keep) | bits);
        }
}

/* Takes ruled lines out of a map of ink, in stripes as high as the writing, which say how long a rule is at least. */
static int erase_rules(float *ink, int w, int h, int stripe, Err *e)
{
    for (int y = 0; y < h; y += stripe) {
        int high = h - y < stripe ? h - y : stripe;
        float *clear = high == stripe ? rules_erase(ink + (size_t)y * w, w, high, e) : NULL;

        if (!clear && high == stripe)
            return -(int)ERR_MEMORY;
        if (clear)
            memcpy(ink + (size_t)y * w, clear, (size_t)w * high * sizeof *ink);
        free(clear);
    }
    return 0;
}

static void transpose(const float *from, int w, int h, float *to)
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            to[(size_t)x * h + y] = from[(size_t)y * w + x];
}

/* Level rules, then upright ones. */
static int erase_grid(InkMap *ink, int stripe, Err *e)
{
    int w = ink->width, h = ink->height;
    float *turned = malloc((size_t)w * h * sizeof *turned);
    int status = turned ? erase_rules(ink->ink, w, h, stripe, e)
                        : err_set(e, ERR_MEMORY, "no memory for a map of %dx%d", w, h);

    if (!status) {
        transpose(ink->ink, w, h, turned);
        status = erase_rules(turned, h, w, stripe, e);
        transpose(turned, h, w, ink->ink);
    }
    free(turned);
    return status;
}

static int map_new(Markup *m, const InkMap *ink, Err *e)
{
    double wide = m->im->width * m->times, high = m->im->height * m->times, widest = 0;
    int finer = m->times > 1 ? (int)ceil(m->times / ink->scale) : 1;

    for (int i = 0; i < m->count; i++)
        widest = fmax(widest, m->names[i].wide_em);
    m->margin = m->usual * (widest + 4);
    m->cell = ink->scale * m->times / finer;
    m->map_width = (int)ceil((wide + 2 * m->margin) / m->cell);
    m->map_height = (int)ceil((high + 2 * m->margin) / m->cell);
    m->map = calloc((size_t)m->map_width * m->map_height, 1);
    return m->map ? 0
                  : err_set(e, ERR_MEMORY, "no memory for a map of %dx%d", m->map_width,
                            m->map_height);
}

static void map_ink(Markup *m, const InkMap *ink)
{
    double side = ink->scale * m->times;

    for (int y = 0; y < ink->height; y++)
        for (int x = 0; x < ink->width; x++)
            if (ink->ink[(size_t)y * ink->width + x] > least_ink)
                cover(m, (Box){(x + 0.1) * side, (y + 0.1) * side, 0.8 * side, 0.8 * side}, FREE,
                      WRITING);
}

static int map_fill(Markup *m, double writing_px, Err *e)
{
    int longer = m->im->width > m->im->height ? m->im->width : m->im->height;
    int side = longer < MAP_SIDE ? longer : MAP_SIDE;
    double stroke = thickest * writing_px * side / longer;
    InkMap *ink = ink_find(m->im, &(InkOptions){.side_px = side, .stroke_px = 4 + (int)stroke}, e);
    int status = ink ? map_new(m, ink, e) : -(int)ERR_MEMORY;

    if (!status && !ink->blank) {
        status = erase_grid(ink, (int)fmax(8, writing_px / ink->scale), e);
        map_ink(m, ink);
    }
    ink_free(ink);
    return status;
}

/* ---- where names go ---- */

static Box bounds(const Markup *m, const Mark *mark)
{
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;

    for (int i = 0; i < 4; i++) {
        x0 = fmin(x0, mark->corners[i].x), x1 = fmax(x1, mark->corners[i].x);
        y0 = fmin(y0, mark->corners[i].y), y1 = fmax(y1, mark->corners[i].y);
    }
    return (Box){x0 * m->times, y0 * m->times, (x1 - x0) * m->times, (y1 - y0) * m->times};
}

static Box grown(Box b, double by)
{
    return (Box){b.x - by, b.y - by, b.w + 2 * by, b.h + 2 * by};
}

typedef enum Side { ABOVE, BELOW, RIGHT, LEFT, SIDES } Side;

/* The middle of the edge of a mark that faces one side: a photo may lie on its head. */
static Point edge_middle(const Markup *m, const Mark *mark, Side side)
{
    static const Point ways[SIDES] = {{0, -1}, {0, 1}, {1, 0}, {-1, 0}};
    double most = -INFINITY;
    Point best = {0, 0};

    for (int i = 0; i < 4; i++) {
        Spot a = mark->corners[i], b = mark->corners[(i + 1) % 4];
        double x = b.x - a.x, y = b.y - a.y,
               faces = (y * ways[side].x - x * ways[side].y) / fmax(hypot(x, y), 1e-9);

        if (faces > most) {
            most = faces;
            best = (Point){(a.x + b.x) / 2 * m->times, (a.y + b.y) / 2 * m->times};
        }
    }
    return best;
}

/* A chip of this size on one side of a mark, `gap` away and moved along its edge by `shift`: -1 .. 1. */
static Box chip_at(const Markup *m, const Mark *mark, Side side, double shift, double gap,
                   double wide, double high)
{
    Box b = bounds(m, mark);
    Point p = edge_middle(m, mark, side);
    double x = p.x - wide / 2 + shift * fabs(b.w - wide) / 2,
           y = p.y - high / 2 + shift * fabs(b.h - high) / 2;

    switch (side) {
    case ABOVE:
        return (Box){x, p.y - gap - high, wide, high};
    case BELOW:
        return (Box){x, p.y + gap, wide, high};
    case RIGHT:
        return (Box){p.x + gap, y, wide, high};
    default:
        return (Box){p.x - gap - wide, y, wide, high};
    }
}

static double wide_of(const Name *n, double em)
{
    return em * (n->wide_em + 2 * chip_rim);
}

/* Puts a name there if that is free. */
static bool try_place(Markup *m, int index, Box chip, double em)
{
    if (!is_free(m, chip))
        return false;
    m->names[index].chip = chip;
    m->names[index].em = em;
    cover(m, chip, WRITING, CHIP);
    return true;
}

static bool try_side(Markup *m, int index, Side side, double shift, double em)
{
    const Mark *mark = &m->marks[index];
    double gap = (mark->beside ? 4 : 2.5) * m->pen;

    return try_place(
        m, index,
        chip_at(m, mark, side, shift, gap, wide_of(&m->names[index], em), chip_height * em), em);
}

static void take_back(Markup *m, int first, int end)
{
    for (int i = first; i < end; i++)
        if (m->names[i].em > 0) {
            cover(m, m->names[i].chip, WRITING, FREE);
            m->names[i].em = 0;
        }
}

/* The names of neighbours all on one side. */
static bool try_group(Markup *m, int first, int end, Side side, double em)
{
    for (int i = first; i < end; i++)
        if (*m->marks[i].text && !try_side(m, i, side, 0, em)) {
            take_back(m, first, i);
            return false;
        }
    return true;
}

static bool try_sides(Markup *m, int index, double em)
{
    static const Side above[] = {ABOVE, BELOW, RIGHT, LEFT}, beside[] = {RIGHT, ABOVE, BELOW, LEFT};
    const Side *sides = m->marks[index].beside ? beside : above;

    for (int s = 0; s < SIDES; s++)
        for (int shift = 0; shift < 3; shift++)
            if (try_side(m, index, sides[s], shift == 2 ? -1 : shift, em))
                return true;
    return false;
}

/* The corners within a cell, whose outline need not be level. */
static bool try_inside(Markup *m, int index, double em)
{
    const Spot *c = m->marks[index].corners;
    double wide = wide_of(&m->names[index], em), high = chip_height * em, rim = 2 * m->pen;
    double left = fmax(c[0].x, c[3].x) * m->times + rim,
           top = fmax(c[0].y, c[1].y) * m->times + rim;
    double right = fmin(c[1].x, c[2].x) * m->times - rim - wide,
           low = fmin(c[2].y, c[3].y) * m->times - rim - high;

    for (int i = 0; i < 4; i++)
        if (right >= left && low >= top &&
            try_place(m, index, (Box){i % 2 ? right : left, i / 2 ? low : top, wide, high}, em))
            return true;
    return false;
}

/* Farther and farther away, in all directions. */
static bool place_far(Markup *m, int index)
{
    Box b = bounds(m, &m->marks[index]);
    double em = m->least, wide = wide_of(&m->names[index], em), high = chip_height * em;
    double most = fmax(m->im->width, m->im->height) * m->times + m->margin;

    for (double far = em; far < most; far += em)
        for (int k = 0; k < WAYS; k++) {
            double angle = turn * k / WAYS;
            double x = b.x + b.w / 2 + sin(angle) * (b.w / 2 + far),
                   y = b.y + b.h / 2 - cos(angle) * (b.h / 2 + far);

            if (try_place(m, index, (Box){x - wide / 2, y - high / 2, wide, high}, em)) {
                m->names[index].far = true;
                return true;
            }
        }
    return false;
}

/* Far ones are looked for until one was looked for in vain: the page is full then, and the search long. */
static void place_one(Markup *m, int index)
{
    for (double em = m->usual; em >= m->least; em *= shrink)
        if (m->marks[index].inside ? try_inside(m, index, em) : try_sides(m, index, em))
            return;
    m->full = m->full || !place_far(m, index);
}

static void place_group(Markup *m, int first, int end)
{
    for (double em = m->usual; end - first > 1 && em >= m->least; em *= shrink)
        if (try_group(m, first, end, ABOVE, em) || try_group(m, first, end, BELOW, em))
            return;
    for (int i = first; i < end; i++)
        if (*m->marks[i].text)
            place_one(m, i);
}

static bool is_neighbour(const Mark *mark, const Mark *next)
{
    return next->group == mark->group && *next->text && !next->inside && !next->beside;
}

static void place_all(Markup *m)
{
    for (int i = 0; i < m->count; i++)
        if (!m->marks[i].inside && !m->marks[i].beside)
            cover(m, grown(bounds(m, &m->marks[i]), m->pen), FREE, WRITING);
    for (int first = 0, end; first < m->count; first = end) {
        const Mark *mark = &m->marks[first];

        for (end = first + 1; end < m->count && is_neighbour(mark, &m->marks[end]); end++)
            ;
        place_group(m, first, end);
    }
}

/* ---- drawing ---- */

/* Green and red are darker than those of plots, for there is white text on them. */
static Color color_of(MarkLook look)
{
    static const Color colors[] = {
        {0, 130, 92, 255}, {230, 159, 0, 255}, {200, 30, 30, 255}, {150, 150, 150, 255}};

    return colors[look];
}

/* Points of the page, from pixels. */
static double points(double px)
{
    return px / CANVAS_PNG_SCALE;
}

static Point unit(Spot from, Spot to)
{
    double x = to.x - from.x, y = to.y - from.y, length = fmax(hypot(x, y), 1e-9);

    return (Point){x / length, y / length};
}

/* Corner i of the outline, moved outwards so that it lies beside the ink; of a cell inwards. */
static Point corner(const Markup *m, const Mark *mark, int i, Point origin)
{
    double by = m->pen * (mark->inside ? -1 : mark->beside ? 2.5 : 1);
    Spot s = mark->corners[i];
    Point a = unit(mark->corners[(i + 1) % 4], s), b = unit(mark->corners[(i + 3) % 4], s);

    return (Point){points(s.x * m->times + by * (a.x + b.x) + origin.x),
                   points(s.y * m->times + by * (a.y + b.y) + origin.y)};
}

/* A circle as the four corners of its square show it. */
static void draw_round(Canvas *c, const Point p[4], Pen pen)
{
    enum { STEPS = 32 };
    Point line[STEPS];

    for (int i = 0; i < STEPS; i++) {
        double angle = turn * i / STEPS, u = 0.5 + 0.5 * cos(angle),
               v = 0.5 + 0.5 * sin(angle);

        line[i].x = (p[0].x * (1 - u) + p[1].x * u) * (1 - v) + (p[3].x * (1 - u) + p[2].x * u) * v;
        line[i].y = (p[0].y * (1 - u) + p[1].y * u) * (1 - v) + (p[3].y * (1 - u) + p[2].y * u) * v;
    }
    canvas_polygon(c, line, STEPS, COLOR_NONE, pen);
}

static void draw_outline(Canvas *c, const Markup *m, const Mark *mark, Point origin)
{
    Pen pen = {color_of(mark->look), points(mark->look == MARK_EMPTY ? m->pen / 2 : m->pen),
               mark->look == MARK_REFUSED ? DASH_DASHED : DASH_SOLID};
    Point p[4];

    for (int i = 0; i < 4; i++)
        p[i] = corner(m, mark, i, origin);
    if (mark->round)
        draw_round(c, p, pen);
    else
        canvas_polygon(c, p, 4, COLOR_NONE, pen);
}

/* From the rim of what a far name belongs to. */
static void draw_leader(Canvas *c, const Markup *m, int index, Point origin)
{
    Box b = bounds(m, &m->marks[index]), chip = m->names[index].chip;
    double x = chip.x + chip.w / 2, y = chip.y + chip.h / 2;
    double from_x = fmin(fmax(x, b.x), b.x + b.w), from_y = fmin(fmax(y, b.y), b.y + b.h);

    canvas_line(c, (Point){points(from_x + origin.x), points(from_y + origin.y)},
                (Point){points(x + origin.x), points(y + origin.y)},
                (Pen){color_of(m->marks[index].look), points(m->pen), DASH_SOLID});
}

static void draw_name(Canvas *c, const Markup *m, int index, Point origin)
{
    const Name *n = &m->names[index];
    Color color = color_of(m->marks[index].look);
    Font font = {
        .size = points(n->em), .color = color_text_on(color), .bold = true, .align = ALIGN_CENTRE};
    double x = points(n->chip.x + origin.x), y = points(n->chip.y + origin.y);
    double wide = points(n->chip.w), high = points(n->chip.h);

    canvas_rect(c, (Box){x, y, wide, high}, color, (Pen){0});
    canvas_text(c, x + wide / 2, y + high / 2 + text_middle(font.size), font, m->marks[index].text);
}

/* The picture and all chips and outlines. */
static Box page_box(const Markup *m)
{
    double x0 = 0, y0 = 0, x1 = m->im->width * m->times, y1 = m->im->height * m->times;

    for (int i = 0; i < m->count; i++) {
        const Name *n = &m->names[i];

        if (n->em <= 0)
            continue;
        x0 = fmin(x0, n->chip.x - n->em / 4), x1 = fmax(x1, n->chip.x + n->chip.w + n->em / 4);
        y0 = fmin(y0, n->chip.y - n->em / 4), y1 = fmax(y1, n->chip.y + n->chip.h + n->em / 4);
    }
    x0 = floor(x0), y0 = floor(y0);
    return (Box){x0, y0, fmax(CANVAS_PNG_SCALE, ceil(x1) - x0),
                 fmax(CANVAS_PNG_SCALE, ceil(y1) - y0)};
}

static Canvas *draw(const Markup *m, Err *e)
{
    Box page = page_box(m);
    Point origin = {-page.x, -page.y};
    Canvas *c = canvas_new(points(page.w), points(page.h), e);

    if (!c)
        return NULL;
    canvas_image(c,
                 (Box){points(origin.x), points(origin.y), points(m->im->width * m->times),
                       points(m->im->height * m->times)},
                 m->im);
    for (int i = 0; i < m->count; i++)
        draw_outline(c, m, &m->marks[i], origin);
    for (int i = 0; i < m->count; i++)
        if (m->names[i].far)
            draw_leader(c, m, i, origin);
    for (int i = 0; i < m->count; i++)
        if (m->names[i].em > 0)
            draw_name(c, m, i, origin);
    return c;
}

/* ---- sizes ---- */

/* Above 1 for what is small, below it for what is too large to be a page with a margin. */
static double times_of(const Image *im, double writing_px)
{
    double longer = fmax(im->width, im->height), shorter = fmin(im->width, im->height);
    double times = fmax(least_side / longer,
                        fmin(least_writing / fmax(writing_px, 1), enlarged_most / longer));
    double fits = fmin(sqrt(most_pixels / (longer * shorter)), most_side / longer);

    return fits < 1 ? fits : fmax(1, fmin(ceil(times), TIMES_LIMIT));
}

static int measure(Markup *m, double writing_px, Err *e)
{
    double longer = fmax(m->im->width, m->im->height);

    m->times = times_of(m->im, writing_px);
    longer *= m->times;
    m->usual = fmax(name_share * writing_px * m->times, least_share * longer);
    m->usual = fmax(legible, fmin(m->usual, most_share * longer));
    m->least = fmin(m->usual, fmax(legible, most_shrunk * m->usual));
    m->pen = fmax(1.5, m->usual / 12);
    m->names = calloc((size_t)m->count + 1, sizeof *m->names);
    if (!m->names)
        return err_set(e, ERR_MEMORY, "no memory for %d marks", m->count);
    for (int i = 0; i < m->count; i++)
        m->names[i].wide_em = text_width((Font){.size = 100, .bold = true}, m->marks[i].text) / 100;
    return 0;
}

Canvas *markup_draw(const Image *im, const Mark *marks, int count, double writing_px, Err *e)
{
    Markup m = {.im = im, .marks = marks, .count = count};
    Canvas *c = NULL;

    if (!measure(&m, writing_px, e) && !map_fill(&m, writing_px, e)) {
        place_all(&m);
        c = draw(&m, e);
    }
    free(m.names);
    free(m.map);
    return c;
}
