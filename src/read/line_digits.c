#include "read/line_digits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/digit.h"
#include "image/parts.h"

static const float ink_threshold = 0.3f;
static const float tallest = 1.4f; /* digit, of the line's usual height: no tail in MNIST is so long */
static const float owned = 0.75f; /* share of a part's ink that makes it one digit's */

typedef struct Cut {
    const float *whole; /* the map */
    const float *ink;   /* without rules */
    int w, h;
    const TextLine *line;
    int count;
    int cuts[CTC_LABELS + 1]; /* digit i has columns cuts[i] .. cuts[i+1]-1 */
    Parts *parts;
    int *owner;   /* (parts) a digit, or one of these: */
    double *mass; /* (parts, count) ink in each digit's columns */
} Cut;

enum { SHARED = -1, NOBODY = -2 };

static int within(float v, int low, int high)
{
    return v < (float)low ? low : v > (float)high ? high : (int)v;
}

/* The column with least ink between two digits' middles, near halfway among equals. */
static int best_cut(const Cut *c, float left, float right)
{
    float room = 0.3f * (right - left), best = INFINITY;
    int from = within(left + room, 0, c->w - 1), to = within(right - room, from, c->w - 1);
    int at = (int)(0.5f * (left + right));

    for (int x = from; x <= to; x++) {
        float middle = c->line->middle + c->line->slope * (float)x;
        int top = within(middle - 0.7f * c->line->height, 0, c->h),
            bottom = within(middle + 0.7f * c->line->height, 0, c->h);
        float sum = 0.02f * fabsf((float)x - 0.5f * (left + right));

        for (int y = top; y < bottom; y++)
            sum += c->ink[(size_t)y * c->w + x];
        if (sum < best) {
            best = sum;
            at = x;
        }
    }
    return at;
}

static void find_cuts(Cut *c, const float *middles)
{
    float reach = 0.75f * c->line->height;

    c->cuts[0] = within(middles[0] - reach, 0, c->w - 1);
    c->cuts[c->count] = within(middles[c->count - 1] + reach + 1, c->cuts[0] + 1, c->w);
    for (int i = 1; i < c->count; i++)
        c->cuts[i] = best_cut(c, middles[i - 1], middles[i]);
}

static int digit_at(const Cut *c, int x)
{
    int i = 0;

    if (x < c->cuts[0] || x >= c->cuts[c->count])
        return -1;
    while (i + 1 < c->count && x >= c->cuts[i + 1])
        i++;
    return i;
}

static void weigh_parts(Cut *c)
{
    for (int x = 0; x < c->w; x++) {
        int digit = digit_at(c, x);

        for (int y = 0; digit >= 0 && y < c->h; y++) {
            size_t at = (size_t)y * c->w + x;
            int part = c->parts->label[at];

            if (part >= 0)
                c->mass[(size_t)part * c->count + digit] += c->ink[at];
        }
    }
}

/* Ink far above or below the line is a neighbour's. */
static bool off_line(const Cut *c, const Part *p)
{
    float middle = c->line->middle + c->line->slope * p->middle_x;

    return fabsf(p->middle_y - middle) > 0.85f * c->line->height;
}

static void find_owners(Cut *c)
{
    for (int k = 0; k < c->parts->count; k++) {
        const Part *p = &c->parts->list[k];
        double sum = 0, most = 0;
        int best = 0;

        for (int i = 0; i < c->count; i++) {
            double m = c->mass[(size_t)k * c->count + i];

            sum += m;
            if (m > most) {
                most = m;
                best = i;
            }
        }
        if (!part_is_writing(p, c->w, c->h) || off_line(c, p))
            c->owner[k] = NOBODY;
        else
            c->owner[k] = most > owned * sum && most > 0.5 * p->area ? best : SHARED;
    }
}

/* Whether a pixel is digit i's. */
static bool belongs(const Cut *c, int i, int x, int part)
{
    return part >= 0 && (c->owner[part] == i || (c->owner[part] == SHARED && digit_at(c, x) == i));
}

/* Whether some of digit i's ink hangs together with another's. */
static bool is_cut(const Cut *c, int i)
{
    for (int k = 0; k < c->parts->count; k++)
        if (c->owner[k] == SHARED && c->mass[(size_t)k * c->count + i] > 4)
            return true;
    return false;
}

/* The box of digit i's ink; its columns on the line where it has none. */
static void find_box(const Cut *c, int i, int box[4])
{
    int ax = c->w, ay = c->h, bx = 0, by = 0;

    for (int y = 0; y < c->h; y++)
        for (int x = 0; x < c->w; x++)
            if (belongs(c, i, x, c->parts->label[(size_t)y * c->w + x])) {
                ax = x < ax ? x : ax;
                ay = y < ay ? y : ay;
                bx = x + 1 > bx ? x + 1 : bx;
                by = y + 1 > by ? y + 1 : by;
            }
    if (ax >= bx) {
        float middle = c->line->middle + c->line->slope * (float)c->cuts[i];

        ax = c->cuts[i];
        bx = c->cuts[i + 1] > ax ? c->cuts[i + 1] : ax + 1;
        ay = within(middle - 0.5f * c->line->height, 0, c->h - 1);
        by = within(middle + 0.5f * c->line->height + 1, ay + 1, c->h);
    }
    box[0] = ax, box[1] = ay, box[2] = bx - ax, box[3] = by - ay;
}

/* Whether a rule was taken out of a box, and some of a digit with it perhaps. */
static bool is_erased(const Cut *c, const int box[4])
{
    for (int y = box[1]; y < box[1] + box[3]; y++)
        for (int x = box[0]; x < box[0] + box[2]; x++)
            if (c->whole[(size_t)y * c->w + x] != c->ink[(size_t)y * c->w + x])
                return true;
    return false;
}

/* Its ink alone, as the nets for digits see it. `room` is as large as the map. */
static int take_digit(const Cut *c, int i, float *room, LineDigit *out, Err *e)
{
    int box[4];
    bool blank;

    find_box(c, i, box);
    for (int y = 0; y < box[3]; y++)
        for (int x = 0; x < box[2]; x++) {
            size_t at = (size_t)(box[1] + y) * c->w + box[0] + x;

            room[y * box[2] + x] = belongs(c, i, box[0] + x, c->parts->label[at]) ? c->ink[at] : 0;
        }
    out->odd = is_cut(c, i) || is_erased(c, box) || (float)box[3] > tallest * c->line->height;
    out->x = (float)box[0];
    out->y = (float)box[1];
    out->width = (float)box[2];
    out->height = (float)box[3];
    return digit_fit(room, box[2], box[3], out->seen, &blank, e);
}

int line_digits_cut(const float *ink, const float *clear, int w, int h, const TextLine *line, const float *middles,
                    int count, LineDigit *digits, Err *e)
{
    Cut c = {.whole = ink, .ink = clear, .w = w, .h = h, .line = line, .count = count};
    float *room = malloc((size_t)w * h * sizeof *room);
    int status = 0;

    c.parts = parts_find(clear, w, h, ink_threshold, e);
    if (c.parts) {
        c.owner = malloc(((size_t)c.parts->count + 1) * sizeof *c.owner);
        c.mass = calloc((size_t)c.parts->count * count + 1, sizeof *c.mass);
    }
    if (!room || !c.parts || !c.owner || !c.mass)
        status = err_set(e, ERR_MEMORY, "no memory to cut %d digits apart", count);
    if (!status) {
        find_cuts(&c, middles);
        weigh_parts(&c);
        find_owners(&c);
    }
    for (int i = 0; !status && i < count; i++)
        status = take_digit(&c, i, room, &digits[i], e);
    parts_free(c.parts);
    free(c.owner);
    free(c.mass);
    free(room);
    return status;
}
