#include "image/borders.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/lines.h"
#include "image/parts.h"

enum { ROUNDS = 3 };
enum {
    MAYBE = 1,
    SURE = 2
}; /* in a mask: of a line that may be a digit's bar, or of one that is none */

static const float inked = 0.4f, faint = 0.1f; /* ink of a stroke, and of a line */
static const float near_rim = 0.25f; /* from the middle: beyond it a thick line may be a border */
static const float thinner = 0.65f;  /* of the strokes' width: a ruled line */
static const float clear_along = 0.12f,
                   clear_across = 0.04f; /* of the map: round a digit on a line */
static const float clearance = 0.06f;    /* of the map: between the rim and a digit in a cell */
static const float enough = 0.35f;       /* of the map's height: what remains is a digit */
static const float little = 0.25f;       /* of the map's side: what remains is none */

typedef struct Rest { /* what lies outside the lines of one part */
    int x0, y0, x1, y1, area;
} Rest;

static int rest_side(const Rest *r)
{
    int w = r->x1 - r->x0 + 1, h = r->y1 - r->y0 + 1;

    return r->area == 0 ? 0 : w > h ? w : h;
}

static void find_rests(const InkMap *m, const Parts *p, const uint8_t *mask, Rest *rests)
{
    for (int k = 0; k < p->count; k++)
        rests[k] = (Rest){.x0 = m->width, .y0 = m->height};
    for (int i = 0; i < m->width * m->height; i++) {
        int x = i % m->width, y = i / m->width;
        if (p->label[i] < 0 || mask[i] || !(m->ink[i] > inked))
            continue;
        Rest *r = &rests[p->label[i]];
        r->area++;
        r->x0 = x < r->x0 ? x : r->x0;
        r->x1 = x > r->x1 ? x : r->x1;
        r->y0 = y < r->y0 ? y : r->y0;
        r->y1 = y > r->y1 ? y : r->y1;
    }
}

/* Whether the strokes outside the lines keep clear of the rim. */
static bool rest_is_clear(const InkMap *m, const uint8_t *mask)
{
    int w = m->width, h = m->height, mx = (int)(clearance * (float)w),
        my = (int)(clearance * (float)h);
    int touching = 0;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            if (x <= mx || y <= my || x >= w - 1 - mx || y >= h - 1 - my)
                touching += m->ink[y * w + x] > inked && !mask[y * w + x];
    return touching <= 2 + (mx + my) / 2;
}

/* Whether lines that hang together with a digit are not its bars: what is left stands clear of the rim, as
 * a digit in a cell does and the stem of a 7 that was cut tight does not; or there are several lines,
 * and enough is left. */
static bool are_borders(const InkMap *m, const Parts *p, const Rest *rests, int lines,
                        const uint8_t *mask)
{
    int tallest = 0;

    if (rest_is_clear(m, mask))
        return true;
    for (int k = 0; k < p->count; k++) {
        int height = rests[k].area ? rests[k].y1 - rests[k].y0 + 1 : 0;
        tallest = height > tallest ? height : tallest;
    }
    return lines > 1 && (float)tallest > enough * (float)m->height;
}

/* How wide the strokes outside the lines are: for a stroke much longer than wide, twice its area over
 * its outline, which is some fifth shorter than the pixel sides that it is counted in. */
static float stroke_width(const InkMap *m, const uint8_t *mask)
{
    int area = 0, outline = 0, w = m->width;

    for (int y = 1; y < m->height - 1; y++) {
        for (int x = 1; x < w - 1; x++) {
            const float *p = m->ink + y * w + x;
            if (mask[y * w + x] || !(p[0] > inked))
                continue;
            area++;
            outline += !(p[-1] > inked) + !(p[1] > inked) + !(p[-w] > inked) + !(p[w] > inked);
        }
    }
    return outline ? 2.4f * (float)area / (float)outline : 0;
}

/* Whether the strokes outside the lines keep clear of all rims, and well clear of those that the line
 * reaches, which strokes that belong to a digit's bar do not: the bar is where a digit is widest. */
static bool strokes_stand_clear(const InkMap *m, const uint8_t *mask, bool upright)
{
    int w = m->width, h = m->height, area = 0;
    int mx = (int)(1 + (upright ? clear_across : clear_along) * (float)w);
    int my = (int)(1 + (upright ? clear_along : clear_across) * (float)h);

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            if (mask[y * w + x] || !(m->ink[y * w + x] > inked))
                continue;
            if (x < mx || x >= w - mx || y < my || y >= h - my)
                return false;
            area++;
        }
    return area > 0;
}

/* A line thinner than the strokes, or one that goes far beyond them, is ruled. One as thick through the middle of the picture is the bar of a
 * 4 or a 7, and left out; near the rim it may be either a bar or a border. Marks the pixels of the lines
 * and returns how many there are. */
static int mark_lines(const InkMap *m, Line *lines, int count, uint8_t *mask)
{
    size_t n = (size_t)m->width * m->height;
    uint8_t kinds[LINES_LIMIT];
    int kept = 0;

    memset(mask, 0, n);
    memset(kinds, MAYBE, sizeof kinds);
    lines_mark(m->ink, m->width, m->height, lines, kinds, count, mask);
    float width = stroke_width(m, mask);
    for (int i = 0; i < count; i++) {
        float across = (float)(lines[i].upright ? m->width : m->height);
        float off = fabsf(0.5f * (lines[i].start + lines[i].end) / across - 0.5f);
        bool thin =
            lines[i].thickness < thinner * width || strokes_stand_clear(m, mask, lines[i].upright);
        if (!thin && off < near_rim)
            continue;
        lines[i].is_border = !thin;
        kinds[kept] = thin ? SURE : MAYBE;
        lines[kept++] = lines[i];
    }
    memset(mask, 0, n);
    lines_mark(m->ink, m->width, m->height, lines, kinds, kept, mask);
    return kept;
}

/* Leaves in the mask the sure lines, those that hang together with next to nothing else, and all if they are
 * borders. Returns how many pixels that are. */
static int choose_marked(const InkMap *m, const Parts *p, uint8_t *mask, int lines, Rest *rests)
{
    int longer = m->width > m->height ? m->width : m->height, chosen = 0;

    find_rests(m, p, mask, rests);
    bool borders = are_borders(m, p, rests, lines, mask);
    for (int i = 0; i < m->width * m->height; i++) {
        int k = p->label[i];
        bool alone = k >= 0 && (float)rest_side(&rests[k]) < little * (float)longer;

        mask[i] = k >= 0 && mask[i] && (borders || alone || mask[i] == SURE);
        chosen += mask[i];
    }
    return chosen;
}

/* One round: the number of pixels erased, or a negative code. */
static int erase_lines(InkMap *m, uint8_t *mask, Err *e)
{
    Line lines[LINES_LIMIT];
    int count = lines_find(m->ink, m->width, m->height, LINES_CLEAR, lines, e), erased = -(int)ERR_MEMORY;

    if (count <= 0)
        return count;
    count = mark_lines(m, lines, count, mask);
    Parts *p = parts_find(m->ink, m->width, m->height, faint, e);
    if (!p)
        return erased;
    Rest *rests = malloc(((size_t)p->count + 1) * sizeof *rests);
    if (rests)
        erased = choose_marked(m, p, mask, count, rests);
    else
        err_set(e, ERR_MEMORY, "no memory for %d parts of a picture", p->count);
    if (erased > 0)
        ink_take_out(m, mask);
    free(rests);
    parts_free(p);
    return erased;
}

/* Fainter lines come out when the level is no longer that of the black ones, so it looks again. A digit
 * may be written in pencil between black lines, but what is fainter still is their blur. */
int borders_erase(InkMap *m, Err *e)
{
    uint8_t *mask = malloc((size_t)m->width * m->height);
    int erased = 1;

    if (!mask)
        return err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", m->width,
                       m->height);
    for (int round = 0; round < ROUNDS && erased > 0 && !m->blank; round++)
        erased = erase_lines(m, mask, e);
    free(mask);
    return erased < 0 ? erased : 0;
}
