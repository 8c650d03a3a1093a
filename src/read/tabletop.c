#include "read/tabletop.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/levels.h"
#include "image/parts.h"
#include "image/resample.h"

enum {
    SIDE = 320,  /* pixels of the longer side that sheets are looked for at */
    LEAST = 200, /* pixels of the longer side: smaller pictures are cut from paper */
    RIM = 4      /* pixels along the edges that show the table */
};

static const float least_step = 8;        /* grey steps between table and sheet */
static const float least_area = 0.08f;    /* of the picture */
static const float most_rim = 0.4f;       /* of the rim that the sheet may reach */
static const float least_square = 0.93f;  /* of the sheet that four corners enclose: an ellipse has 0.64 */
static const float least_edge = 10;       /* grey steps across an edge of a sheet */
static const float least_edges = 0.7f;    /* of its edges that have such a step */
static const float least_bright = 0.6f;   /* of the sheet that differs from the table */
static const float least_written = 0.001f; /* of the sheet that differs from its surroundings */

typedef struct Small {
    int width, height, channels;
    float scale;   /* the picture's pixels for each */
    float *pixels; /* (height,width,channels) */
    float *map;    /* (height,width): 1 where it differs from the table, later where the sheet is */
} Small;

typedef struct Corner {
    float x, y;
} Corner;

static float quantile(const float *v, int n, float q)
{
    Levels levels;

    levels_count(&levels, v, n, -256, 256);
    return levels_quantile(&levels, q);
}

static float luma(const Small *s, int i)
{
    const float *p = s->pixels + (size_t)i * s->channels;

    return s->channels == 3 ? 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2] : p[0];
}

static bool in_rim(const Small *s, int i)
{
    int x = i % s->width, y = i / s->width;

    return x < RIM || y < RIM || x >= s->width - RIM || y >= s->height - RIM;
}

/* How much brighter a pixel is than the table would be there, whose light falls off evenly: light[0] in the middle, and
 * so much more for each pixel to the right and down. */
static float above_table(const Small *s, const float light[3], int i)
{
    return luma(s, i) - light[0] - light[1] * (float)(i % s->width - s->width / 2) -
           light[2] * (float)(i / s->width - s->height / 2);
}

/* The q-quantile of that in the rim; `work` has room for all pixels. */
static float rim_quantile(const Small *s, const float light[3], float q, float *work)
{
    int n = 0;

    for (int i = 0; i < s->width * s->height; i++)
        if (in_rim(s, i))
            work[n++] = above_table(s, light, i);
    return quantile(work, n, q);
}

/* The light on the table: medians along the four sides of the rim say how it falls, and one of all how much there is. Sides
 * that a sheet reaches over most of their length mislead it; then there is no sheet with four edges either. */
static void find_light(const Small *s, float light[3], float *work)
{
    float side[4];

    for (int k = 0; k < 4; k++) {
        int n = 0;

        for (int i = 0; i < s->width * s->height; i++) {
            int x = i % s->width, y = i / s->width;

            if (k == 0 ? x < RIM : k == 1 ? x >= s->width - RIM : k == 2 ? y < RIM : y >= s->height - RIM)
                work[n++] = luma(s, i);
        }
        side[k] = quantile(work, n, 0.5f);
    }
    light[0] = 0;
    light[1] = (side[1] - side[0]) / (float)s->width;
    light[2] = (side[3] - side[2]) / (float)s->height;
    light[0] = rim_quantile(s, light, 0.5f, work);
}

/* Keeps the largest part of the map and fills it: what lies between its pixels in its row and in its column. */
static int keep_largest(Small *s, Err *e)
{
    Parts *parts = parts_find(s->map, s->width, s->height, 0.5f, e);
    int best = -1;

    if (!parts)
        return -(int)ERR_MEMORY;
    for (int k = 0; k < parts->count; k++)
        if (best < 0 || parts->list[k].area > parts->list[best].area)
            best = k;
    for (int i = 0; i < s->width * s->height; i++)
        s->map[i] = best >= 0 && parts->label[i] == best;
    for (int pass = 0; best >= 0 && pass < 2; pass++) { /* rows, then columns of what is filled */
        int lines = pass ? s->width : s->height, length = pass ? s->height : s->width;
        int step = pass ? s->width : 1, next = pass ? 1 : s->width;

        for (int line = 0; line < lines; line++) {
            float *p = s->map + line * next;
            int first = length, last = -1;

            for (int k = 0; k < length; k++)
                if (p[k * step] > 0) {
                    first = k < first ? k : first;
                    last = k;
                }
            for (int k = first; k <= last; k++)
                p[k * step] = 1;
        }
    }
    parts_free(parts);
    return 0;
}

/* The map's outermost pixels: towards the corners of the picture, or, for a sheet that is turned far, towards its sides. */
static void find_corners(const Small *s, bool turned, Corner out[4])
{
    static const float ways[2][4][2] = {{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}, {{0, -1}, {1, 0}, {0, 1}, {-1, 0}}};

    for (int k = 0; k < 4; k++) {
        float most = -1e9f;

        for (int i = 0; i < s->width * s->height; i++) {
            float x = (float)(i % s->width), y = (float)(i / s->width), far = ways[turned][k][0] * x + ways[turned][k][1] * y;

            if (s->map[i] > 0 && far > most) {
                most = far;
                out[k] = (Corner){x + 0.5f, y + 0.5f};
            }
        }
    }
}

static float area_of(const Corner c[4])
{
    float sum = 0;

    for (int k = 0; k < 4; k++)
        sum += c[k].x * c[(k + 1) % 4].y - c[(k + 1) % 4].x * c[k].y;
    return 0.5f * sum;
}

/* How far a spot lies within four corners, clockwise; negative outside. */
static float depth_in(const Corner c[4], float x, float y)
{
    float least = 1e9f;

    for (int k = 0; k < 4; k++) {
        float dx = c[(k + 1) % 4].x - c[k].x, dy = c[(k + 1) % 4].y - c[k].y, length = hypotf(dx, dy);
        float in = length > 0 ? (dx * (y - c[k].y) - dy * (x - c[k].x)) / length : least;

        least = in < least ? in : least;
    }
    return least;
}

/* Luma at a spot; negative outside the picture. */
static float luma_at(const Small *s, float x, float y)
{
    int u = (int)floorf(x), v = (int)floorf(y);

    return u < 0 || v < 0 || u >= s->width || v >= s->height ? -1 : luma(s, v * s->width + u);
}

/* The share of the edges of four corners, clockwise, at which the table is darker by a step: light that falls off has none. Edges
 * at the rim count as none. */
static float edge_share(const Small *s, const Corner c[4])
{
    int n = 0, steps = 0;

    for (int k = 0; k < 4; k++) {
        float dx = c[(k + 1) % 4].x - c[k].x, dy = c[(k + 1) % 4].y - c[k].y, length = hypotf(dx, dy);

        for (float t = 4; t < length - 4; t++) {
            float x = c[k].x + dx * t / length, y = c[k].y + dy * t / length, ox = 3 * dy / length, oy = -3 * dx / length;
            float out = luma_at(s, x + ox, y + oy), in = luma_at(s, x - ox, y - oy);

            n++;
            steps += out >= 0 && in - out > least_edge;
        }
    }
    return n ? (float)steps / (float)n : 0;
}

/* The share of the sheet, away from its edges, that is darker or lighter than what is around it. */
static float written_share(const Small *s, const Corner c[4])
{
    int n = 0, written = 0;

    for (int y = 3; y < s->height - 3; y++)
        for (int x = 3; x < s->width - 3; x++) {
            float sum = 0;

            if (depth_in(c, (float)x, (float)y) < 7)
                continue;
            for (int v = -3; v <= 3; v += 3)
                for (int u = -3; u <= 3; u += 3)
                    sum += luma(s, (y + v) * s->width + x + u);
            n++;
            written += fabsf(luma(s, y * s->width + x) - sum / 9) > 8;
        }
    return n ? (float)written / (float)n : 0;
}

/* Whether there is a sheet, and its corners. */
static int find_sheet(Small *s, Corner corners[4], bool *found, float *work, Err *e)
{
    int n = s->width * s->height, rim = 0, reached = 0, bright = 0, filled = 0;
    float light[3];
    Corner other[4];

    find_light(s, light, work);
    float spread = -rim_quantile(s, light, 0.2f, work), step = 3 * spread > least_step ? 3 * spread : least_step;

    *found = false;
    for (int i = 0; i < n; i++)
        s->map[i] = above_table(s, light, i) > step;
    if (keep_largest(s, e))
        return -(int)ERR_MEMORY;
    for (int i = 0; i < n; i++) {
        rim += in_rim(s, i);
        reached += in_rim(s, i) && s->map[i] > 0;
        filled += s->map[i] > 0;
        bright += s->map[i] > 0 && above_table(s, light, i) > step;
    }
    if ((float)filled < least_area * (float)n || (float)reached > most_rim * (float)rim ||
        (float)bright < least_bright * (float)filled)
        return 0;
    find_corners(s, false, corners);
    find_corners(s, true, other);
    if (area_of(other) > area_of(corners))
        memcpy(corners, other, sizeof other);
    *found = area_of(corners) > least_square * (float)filled && edge_share(s, corners) > least_edges &&
             written_share(s, corners) > least_written;
    return 0;
}

static int make_small(const Image *im, Small *s, Err *e)
{
    int longer = im->width > im->height ? im->width : im->height;

    s->scale = longer > SIDE ? (float)longer / SIDE : 1;
    s->width = (int)fmaxf(1, (float)im->width / s->scale);
    s->height = (int)fmaxf(1, (float)im->height / s->scale);
    s->channels = im->channels;
    s->pixels = malloc((size_t)s->width * s->height * s->channels * sizeof *s->pixels);
    s->map = malloc((size_t)s->width * s->height * sizeof *s->map);
    if (!s->pixels || !s->map)
        return err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", im->width, im->height);
    return resample_u8(im->pixels, im->width, im->height, im->channels,
                       (Window){0, 0, (float)im->width, (float)im->height}, s->pixels, s->width, s->height, e);
}

/* The median of each channel of the sheet. */
static void colour_of(const Small *s, float *work, uint8_t out[3])
{
    for (int c = 0; c < s->channels; c++) {
        int n = 0;

        for (int i = 0; i < s->width * s->height; i++)
            if (s->map[i] > 0)
                work[n++] = s->pixels[(size_t)i * s->channels + c];
        out[c] = (uint8_t)(quantile(work, n, 0.5f) + 0.5f);
    }
}

/* The sheet's part of the picture, its surroundings and the last pixels of its edge in one colour. */
static Image *cut_sheet(const Image *im, const Small *s, const Corner corners[4], const uint8_t colour[3], int *x, int *y,
                        Err *e)
{
    float left = 1e9f, top = 1e9f, right = 0, bottom = 0;

    for (int k = 0; k < 4; k++) {
        left = fminf(left, corners[k].x);
        top = fminf(top, corners[k].y);
        right = fmaxf(right, corners[k].x);
        bottom = fmaxf(bottom, corners[k].y);
    }
    *x = (int)fmaxf(0, left * s->scale);
    *y = (int)fmaxf(0, top * s->scale);
    Image *out = image_crop(im, *x, *y, (int)fminf((float)im->width, right * s->scale) - *x,
                            (int)fminf((float)im->height, bottom * s->scale) - *y, e);

    for (int v = 0; out && v < out->height; v++)
        for (int u = 0; u < out->width; u++)
            if (depth_in(corners, ((float)(*x + u) + 0.5f) / s->scale, ((float)(*y + v) + 0.5f) / s->scale) < 2.5f)
                memcpy(out->pixels + ((size_t)v * out->width + u) * out->channels, colour, (size_t)out->channels);
    return out;
}

int tabletop_clear(const Image *im, Image **sheet, int *x, int *y, Err *e)
{
    Small s = {0};
    Corner corners[4];
    uint8_t colour[3];
    bool found = false;
    float *work;
    int status;

    *sheet = NULL;
    if (im->width < LEAST && im->height < LEAST)
        return 0;
    status = make_small(im, &s, e);
    work = status ? NULL : malloc((size_t)s.width * s.height * sizeof *work);
    if (!status && !work)
        status = err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", im->width, im->height);
    if (!status)
        status = find_sheet(&s, corners, &found, work, e);
    if (found) {
        colour_of(&s, work, colour);
        *sheet = cut_sheet(im, &s, corners, colour, x, y, e);
        status = *sheet ? 0 : -(int)ERR_MEMORY;
    }
    free(work);
    free(s.pixels);
    free(s.map);
    return status;
}
