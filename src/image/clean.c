#include "image/clean.h"

#include <math.h>

#include "image/borders.h"
#include "image/frames.h"
#include "image/parts.h"

enum { LEAST_SIDE = 20, LEAST_DIGIT = 4 }; /* pixels: of a map that may have a frame, of a digit */

static const float inked = 0.4f;     /* a part's pixels have more ink */
static const float rim = 0.16f;      /* of the map's size: the band in which borders lie */
static const float smallest = 0.04f; /* of the map: the least digit */

/* Pixels of a part in the bands along the sides of a box. */
typedef struct Bands {
    int left, right, top, bottom, any;
} Bands;

static Bands bands_in(const InkMap *m, const Parts *p, int k, const Part *box, float share)
{
    int mx = (int)fmaxf(2, share * (float)part_width(box)), my = (int)fmaxf(2, share * (float)part_height(box));
    const Part *part = &p->list[k];
    Bands b = {0};

    for (int y = part->y0; y <= part->y1; y++) {
        for (int x = part->x0; x <= part->x1; x++) {
            if (p->label[y * m->width + x] != k)
                continue;
            bool left = x < box->x0 + mx, right = x > box->x1 - mx, top = y < box->y0 + my,
                 bottom = y > box->y1 - my;
            b.left += left;
            b.right += right;
            b.top += top;
            b.bottom += bottom;
            b.any += left || right || top || bottom;
        }
    }
    return b;
}

static Part map_box(const InkMap *m)
{
    return (Part){.x1 = m->width - 1, .y1 = m->height - 1};
}

/* The same along the rims of the map. */
static Bands bands_of(const InkMap *m, const Parts *p, int k, float share)
{
    Part box = map_box(m);

    return bands_in(m, p, k, &box, share);
}

static int largest(int a, int b)
{
    return a > b ? a : b;
}

/* A part at the rim nearly all of which lies along it: a line that is not quite straight, a corner, the
 * edge of the next cell. */
static bool hugs_rim(const InkMap *m, const Parts *p, int k)
{
    const Part *part = &p->list[k];
    float area = (float)part->area;

    if (!part->touches_edge)
        return false;
    Bands b = bands_of(m, p, k, rim);
    if ((float)b.any < 0.9f * area)
        return false;
    bool is_long = (float)part_width(part) >= 0.7f * (float)m->width ||
                   (float)part_height(part) >= 0.7f * (float)m->height;
    int one_side = largest(largest(b.left, b.right), largest(b.top, b.bottom));
    return is_long || (float)one_side > 0.8f * area || area < 0.25f * (float)(m->width * m->height);
}

/* Whether another part that is so tall stands in the middle of a box, no further from it than a share of its size, and is so wide. */
static bool has_inner(const Parts *p, int k, const Part *box, float off, float tall, float wide)
{
    const Part *part = &p->list[k];
    float w = (float)part_width(box), h = (float)part_height(box);

    for (int i = 0; i < p->count; i++) {
        const Part *inner = &p->list[i];
        if (i != k && !inner->dropped && (float)part_height(inner) > tall * h &&
            (float)part_width(inner) >= wide * w && inner->x0 > part->x0 &&
            inner->x1 <= part->x1 + 1 && fabsf(inner->middle_x - 0.5f * (float)(box->x0 + box->x1)) < off * w &&
            fabsf(inner->middle_y - 0.5f * (float)(box->y0 + box->y1)) < off * h)
            return true;
    }
    return false;
}

/* How many sides of its own box a part goes along, all or nearly all of it. */
static int sides_along(const InkMap *m, const Parts *p, int k)
{
    const Part *part = &p->list[k];
    int w = part_width(part), h = part_height(part), sides = 0;
    int reach_x = largest(2, (int)(0.12f * (float)w)), reach_y = largest(2, (int)(0.12f * (float)h));

    for (int side = 0; side < 4; side++) {
        bool upright = side < 2, last = side % 2;
        int length = upright ? h : w, reach = upright ? reach_x : reach_y, across = upright ? w : h, along = 0;

        for (int u = 0; u < length; u++) {
            bool there = false;

            for (int v = 0; v < reach && v < across && !there; v++) {
                int d = last ? across - 1 - v : v;
                int x = part->x0 + (upright ? d : u), y = part->y0 + (upright ? u : d);

                there = p->label[y * m->width + x] == k;
            }
            along += there;
        }
        sides += (float)along > 0.85f * (float)length;
    }
    return sides;
}

/* A ring round something that is nearly as high as its hole: a circled digit. Alone, or round a dot, it is a 0. */
static bool is_ring(const InkMap *m, const Parts *p, int k)
{
    const Part *part = &p->list[k];
    int w = part_width(part), h = part_height(part), middle = 0, reach = largest(1, w / 8);

    for (int x = part->x0 + w / 2 - reach; x <= part->x0 + w / 2 + reach; x++)
        for (int y = part->y0 + h / 4; y <= part->y1 - h / 4; y++)
            middle += p->label[y * m->width + x] == k;
    return !middle && 4 * w > 3 * h && 4 * h > 3 * w && has_inner(p, k, part, 0.15f, 0.4f, 0) &&
           (float)bands_in(m, p, k, part, 0.26f).any > 0.97f * (float)part->area;
}

/* A large hollow part near the rims, which may be bent; within the picture a ring, three straight sides or four, or two round
 * more than an upright stroke, which with them is an open 4. */
static bool is_frame(const InkMap *m, const Parts *p, int k)
{
    const Part *part = &p->list[k], map = map_box(m);
    float w = (float)part_width(part) / (float)m->width, h = (float)part_height(part) / (float)m->height,
          area = (float)part->area;

    if (w >= 0.6f && h >= 0.6f && (float)bands_of(m, p, k, 0.22f).any >= 0.85f * area && has_inner(p, k, &map, 0.25f, 0.3f, 0))
        return true;
    if (w < 0.3f || h < 0.3f)
        return false;
    if (is_ring(m, p, k))
        return true;
    if ((float)bands_in(m, p, k, part, 0.14f).any < 0.9f * area)
        return false;
    int sides = sides_along(m, p, k);

    return sides >= 2 && has_inner(p, k, part, 0.2f, 0.3f, sides == 2 ? 0.22f : 0);
}

/* The part that is the digit, or most of it: large and near the middle; -1 if there is none. */
static int main_part(const InkMap *m, const Parts *p)
{
    float best = 0;
    int main = -1;

    for (int k = 0; k < p->count; k++) {
        const Part *part = &p->list[k];
        float dx = (part->middle_x + 0.5f) / (float)m->width - 0.5f;
        float dy = (part->middle_y + 0.5f) / (float)m->height - 0.5f;
        float worth = (float)part->area * expf(-8 * (dx * dx + dy * dy));
        worth *= part->touches_edge ? 0.7f : 1;
        if (!part->dropped && worth > best) {
            best = worth;
            main = k;
        }
    }
    return main;
}

static float gap(const Part *a, const Part *b)
{
    int x = largest(0, largest(a->x0 - b->x1, b->x0 - a->x1));
    int y = largest(0, largest(a->y0 - b->y1, b->y0 - a->y1));

    return hypotf((float)x, (float)y);
}

/* Beside the main part: too small to be a stroke, cut off by the rim, or far away. */
static bool is_stray(const Part *part, const Part *main, bool may_be_cut)
{
    float area = (float)part->area / (float)main->area, side = (float)part_side(main);

    return area < 0.03f || (float)part_side(part) < 0.1f * side ||
           (may_be_cut && part->touches_edge && area < 0.35f) ||
           (gap(part, main) > 0.35f * side && area < 0.35f);
}

/* A side of a frame that does not hang together with the others: thin, and longer than the digit. */
static bool is_side(const Part *part, const Part *main)
{
    int length = part_side(part), across = part_width(part) + part_height(part) - length;

    return (float)length > 1.15f * (float)part_side(main) && (float)across < 0.12f * (float)length;
}

/* What erasing a border left of it: thin, along a rim, and longer than the digit is there. */
static bool is_residue(const InkMap *m, const Parts *p, int k, const Part *main)
{
    const Part *part = &p->list[k];
    float w = (float)m->width, h = (float)m->height;
    bool level = (float)part_width(part) > 0.6f * w && (float)part_height(part) < 0.08f * h &&
                 part_width(part) > part_width(main);
    bool upright = (float)part_height(part) > 0.6f * h && (float)part_width(part) < 0.08f * w &&
                   part_height(part) > part_height(main);

    return (level || upright) && (float)bands_of(m, p, k, rim).any > 0.9f * (float)part->area;
}

/* The flank of a border that was erased: along a rim, and a shade of what was there. */
static bool is_flank(const InkMap *m, const Parts *p, int k, float level_before)
{
    return m->level < 0.4f * level_before && (float)bands_of(m, p, k, rim).any > 0.95f * (float)p->list[k].area;
}

/* Ink stays where a kept part is, and next to it. */
static void keep_parts(InkMap *m, const Parts *p)
{
    int w = m->width, h = m->height;

    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            int i = y * w + x;
            bool keep = p->label[i] >= 0 && !p->list[p->label[i]].dropped;
            if (m->ink[i] == 0 || keep)
                continue;
            for (int v = y > 0 ? y - 1 : 0; p->label[i] < 0 && v <= y + 1 && v < h; v++)
                for (int u = x > 0 ? x - 1 : 0; u <= x + 1 && u < w; u++)
                    keep |= p->label[v * w + u] >= 0 && !p->list[p->label[v * w + u]].dropped;
            if (!keep)
                m->ink[i] = m->depth[i] = 0;
        }
    }
}

static void choose_parts(InkMap *m, Parts *p, float level_before)
{
    bool may_be_cut = m->width >= LEAST_SIDE && m->height >= LEAST_SIDE;
    int longer = largest(m->width, m->height);

    for (int k = 0; k < p->count && may_be_cut; k++)
        p->list[k].dropped = hugs_rim(m, p, k);
    for (int k = 0; k < p->count && may_be_cut; k++)
        p->list[k].dropped |= is_frame(m, p, k);
    int main = main_part(m, p);
    for (int k = 0; main >= 0 && k < p->count; k++)
        if (k != main)
            p->list[k].dropped |= is_stray(&p->list[k], &p->list[main], may_be_cut) ||
                                  is_side(&p->list[k], &p->list[main]) || is_residue(m, p, k, &p->list[main]);
    m->blank |= main < 0 || part_side(&p->list[main]) < LEAST_DIGIT ||
                (float)part_side(&p->list[main]) < smallest * (float)longer ||
                (may_be_cut && is_flank(m, p, main, level_before));
}

int clean_digit(InkMap *m, Err *e)
{
    float level_before = m->level;
    Parts *p = NULL;

    if (frames_erase(m, e) == 0 && borders_erase(m, e) == 0)
        p = parts_find(m->ink, m->width, m->height, inked, e);
    if (!p)
        return -(int)ERR_MEMORY;
    choose_parts(m, p, level_before);
    keep_parts(m, p);
    parts_free(p);
    return 0;
}
