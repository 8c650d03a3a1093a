/* A slash and a 1 differ by how they lie among the digits before them: a 1 leans as these do. */
#include "read/slash.h"

#include <math.h>

#include "image/parts.h"

static const float inked = 0.4f;
static const float lean = 0.12f;    /* columns a row, to the right upwards */
static const float lean_more = 0.14f; /* than the other digits */
static const float straight = 0.4f; /* deviation from a straight line, of the stroke's width along a row: .29 of one that is even */

/* The stroke that stands where a digit was read; NULL: there is none so high. */
static const Part *find_stroke(const Parts *p, const LineDigit *d)
{
    const Part *best = NULL;

    for (int k = 0; k < p->count; k++) {
        const Part *part = &p->list[k];
        bool there = part->middle_x >= d->x && part->middle_x <= d->x + d->width && part->middle_y >= d->y && part->middle_y <= d->y + d->height;

        if (there && 10 * (float)part_height(part) >= 8 * d->height && (!best || part->area > best->area))
            best = part;
    }
    return best;
}

/* How a part lies: columns a row to the right upwards, and how far its pixels are from that line, in the deviation. */
typedef struct Lie {
    double lean, off;
} Lie;

static Lie lie_of(const Parts *p, const Part *part, int w)
{
    double xy = 0, yy = 0, xx = 0, slope;
    int label = (int)(part - p->list);

    for (int y = part->y0; y <= part->y1; y++)
        for (int x = part->x0; x <= part->x1; x++)
            if (p->label[y * w + x] == label) {
                double u = x - part->middle_x, v = y - part->middle_y;

                xy += u * v;
                yy += v * v;
                xx += u * u;
            }
    slope = yy > 0 ? xy / yy : 0;
    return (Lie){-slope, sqrt(fmax(0, xx - slope * xy) / part->area)};
}

/* The mean lean of what is about as high as the stroke and before it. */
static double lean_before(const Parts *p, const Part *stroke, int w)
{
    double sum = 0;
    int count = 0;

    for (int k = 0; k < p->count; k++) {
        const Part *part = &p->list[k];

        if (part != stroke && part->middle_x < stroke->middle_x && 2 * part_height(part) > part_height(stroke)) {
            sum += lie_of(p, part, w).lean;
            count++;
        }
    }
    return count ? sum / count : 0;
}

/* Whether a stroke is straight and leans, more than the digits before it do. */
static bool leans(const Parts *p, const Part *stroke, int w)
{
    const Lie lie = lie_of(p, stroke, w);

    return lie.lean >= lean && lie.lean >= lean_before(p, stroke, w) + lean_more &&
           lie.off <= straight * stroke->area / part_height(stroke) + 0.02 * part_height(stroke);
}

static bool is_dash(const Part *p, const Part *stroke)
{
    float high = (float)part_height(stroke), middle = p->middle_y - (float)stroke->y0;

    return (float)part_height(p) < 0.4f * high && 2 * part_width(p) >= 3 * part_height(p) && (float)part_width(p) >= 0.15f * high &&
           middle > 0.2f * high && middle < 0.9f * high && (float)(p->x0 - stroke->x1) < high;
}

int slash_find(const float *ink, int w, int h, const LineDigit *last, bool *ends, Err *e)
{
    Parts *p = parts_find(ink, w, h, inked, e);
    const Part *stroke = p ? find_stroke(p, last) : NULL;
    int dashes = 0, others = 0;

    for (int k = 0; stroke && k < p->count; k++) {
        const Part *part = &p->list[k];

        if (part->middle_x <= (float)stroke->x1 && part->middle_x <= stroke->middle_x + 0.25f * (float)part_height(stroke))
            continue;
        if (is_dash(part, stroke))
            dashes++;
        else
            others += !part->touches_edge && 2 * part_height(part) > part_height(stroke);
    }
    *ends = dashes && !others && leans(p, stroke, w);
    parts_free(p);
    return p ? 0 : -(int)ERR_MEMORY;
}
