/* Taking the printed lines of a box away without the strokes that cross or touch them. Ink lies on a grey line as a
 * second filter would: dividing by how much light the bare line throws back leaves the ink's own share. The bare line is
 * known: the median along it, and no darker than nearly all lines of the sheet are, so that the bar of a 7 written along
 * a line is not taken for one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/form_parts.h"

enum { BAND = 5, PROFILE = 2 * BAND + 1 }; /* pixels on either side of a line that it may darken */
static const double margin = 1.5;          /* mm around a box that belong to it */
static const double margin_share = 0.7;    /* of the gap to the next box at most */
static const double darker =
    0.1; /* the share of a sheet's lines that may be darker than what is taken off */

struct BoxLines {
    float least
        [PROFILE]; /* light that comes back, 0..1, at least, by distance from the line's middle */
};

typedef struct Side { /* a straight line of a box, in pixels */
    bool upright;
    int at, from, to;
} Side;

/* ---- profiles ---- */

static int to_pixel(const FormView *v, double mm)
{
    return (int)floor(mm * v->scale);
}

static void sides_of(const FormView *v, Area a, Side sides[4])
{
    int x0 = to_pixel(v, a.x), x1 = to_pixel(v, a.x + a.width), y0 = to_pixel(v, a.y),
        y1 = to_pixel(v, a.y + a.height);

    sides[0] = (Side){false, y0, x0, x1};
    sides[1] = (Side){false, y1, x0, x1};
    sides[2] = (Side){true, x0, y0, y1};
    sides[3] = (Side){true, x1, y0, y1};
}

/* The median darkness of a row (column) of the view between two ends, as light 0..1. */
static float median_light(const FormView *v, bool upright, int at, int from, int to)
{
    int counts[256] = {0}, n = 0, limit = upright ? v->sheet->height : v->sheet->width;

    if (at < 0 || at >= (upright ? v->sheet->width : v->sheet->height))
        return 1;
    for (int i = from < 0 ? 0 : from; i <= to && i < limit; i++, n++)
        counts[v->dark[upright ? (size_t)i * v->sheet->width + at
                               : (size_t)at * v->sheet->width + i]]++;
    for (int d = 0, seen = 0; d < 256; d++)
        if ((seen += counts[d]) * 2 > n)
            return 1 - (float)d / 255;
    return 1;
}

/* The profile of a side, its corners left out: there lines cross. */
static void profile_of(const FormView *v, const Side *s, float out[PROFILE])
{
    for (int k = -BAND; k <= BAND; k++)
        out[k + BAND] =
            median_light(v, s->upright, s->at + k, s->from + BAND + 1, s->to - BAND - 1);
}

static Area moved(const Field *f, int index, Spot shift)
{
    Area a = field_item(f, index);

    return (Area){a.x + shift.x, a.y + shift.y, a.width, a.height};
}

/* counts (PROFILE,256) of all sides of the layout's boxes; returns how many sides. */
static int count_profiles(const Layout *l, const FormView *v, const Spot *shift, int *counts)
{
    int n = 0;

    for (int i = 0; i < l->field_count; i++)
        for (int j = 0; l->fields[i].kind == FIELD_DIGITS && j < l->fields[i].count; j++) {
            Side sides[4];
            sides_of(v, moved(&l->fields[i], j, shift[i]), sides);
            for (int k = 0; k < 4; k++, n++) {
                float profile[PROFILE];
                profile_of(v, &sides[k], profile);
                for (int p = 0; p < PROFILE; p++)
                    counts[p * 256 + (int)(profile[p] * 255)]++;
            }
        }
    return n;
}

BoxLines *box_lines_new(const Layout *l, const FormView *v, const Spot *shift, Err *e)
{
    BoxLines *b = calloc(1, sizeof *b);
    int *counts = calloc(PROFILE * 256, sizeof *counts);

    if (!b || !counts) {
        err_set(e, ERR_MEMORY, "no memory for a form");
        free(b);
        free(counts);
        return NULL;
    }
    int n = count_profiles(l, v, shift, counts);
    for (int p = 0; p < PROFILE; p++) {
        int seen = 0, light = 0;
        while (light < 255 && (seen += counts[p * 256 + light]) < darker * n)
            light++;
        b->least[p] = (float)light / 255;
    }
    free(counts);
    return b;
}

void box_lines_free(BoxLines *b)
{
    free(b);
}

/* ---- cutting ---- */

/* Divides what lies under a line by the light that it throws back; (x0, y0) is the crop's corner in the view. */
static void erase(const BoxLines *b, const FormView *v, const Side *s, int x0, int y0, Image *crop)
{
    float profile[PROFILE];

    profile_of(v, s, profile);
    for (int k = -BAND; k <= BAND; k++) {
        float light = fmaxf(fmaxf(profile[k + BAND], b->least[k + BAND]), 0.2f);
        for (int i = s->from - 1; i <= s->to + 1; i++) {
            int x = (s->upright ? s->at + k : i) - x0, y = (s->upright ? i : s->at + k) - y0;
            if (x < 0 || y < 0 || x >= crop->width || y >= crop->height)
                continue;
            uint8_t *p = crop->pixels + ((size_t)y * crop->width + x) * crop->channels;
            for (int c = 0; c < crop->channels; c++) {
                float value = p[c] / light;
                p[c] = (uint8_t)(value < VIEW_PAPER  ? value
                                 : p[c] > VIEW_PAPER ? p[c]
                                                     : VIEW_PAPER);
            }
        }
    }
}

static int within(int v, int high)
{
    return v < 0 ? 0 : v > high ? high : v;
}

Image *box_cut(const BoxLines *b, const FormView *v, const Field *f, int index, Spot shift, Err *e)
{
    Area a = moved(f, index, shift);
    double beside = fmin(margin, margin_share * (f->step - f->width));
    int x0 = within(to_pixel(v, a.x - beside), v->sheet->width - 2);
    int x1 = within(to_pixel(v, a.x + a.width + beside), v->sheet->width - 1);
    int y0 = within(to_pixel(v, a.y - margin), v->sheet->height - 2);
    int y1 = within(to_pixel(v, a.y + a.height + margin), v->sheet->height - 1);
    Image *crop =
        image_crop(v->sheet, x0, y0, x1 > x0 ? x1 - x0 + 1 : 1, y1 > y0 ? y1 - y0 + 1 : 1, e);
    Side sides[4];

    sides_of(v, a, sides);
    for (int i = 0; crop && i < 4; i++)
        erase(b, v, &sides[i], x0, y0, crop);
    return crop;
}
