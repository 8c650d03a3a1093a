/* The sheet from above, and its light made even: reflectance is what the camera saw, divided by what bare paper would
 * have shown there. Bare paper is the grey closing over more than the widest thing that is printed or filled. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/form_parts.h"

static const double finest = 8; /* px a mm */
static const double most_pixels = 16e6;
static const double paper_finest = 2;  /* px a mm of the map of bare paper */
static const double paper_reach = 3.5; /* mm: half the window of its closing */

typedef struct Paper {
    float *v;
    int w, h;
} Paper;

/* ---- bare paper ---- */

/* The largest (sign 1) or smallest (-1) of each window along a run of n values, `step` apart; van Herk would be faster
 * still, but the map is small. */
static void window_run(float *v, int n, int step, int reach, float sign, float *work)
{
    for (int i = 0; i < n; i++)
        work[i] = sign * v[(size_t)i * step];
    for (int i = 0; i < n; i++) {
        int first = i - reach < 0 ? 0 : i - reach, last = i + reach >= n ? n - 1 : i + reach;
        float best = work[first];
        for (int k = first + 1; k <= last; k++)
            best = work[k] > best ? work[k] : best;
        v[(size_t)i * step] = sign * best;
    }
}

static void window_both(Paper *p, int reach, float sign, float *work)
{
    for (int y = 0; y < p->h; y++)
        window_run(p->v + (size_t)y * p->w, p->w, 1, reach, sign, work);
    for (int x = 0; x < p->w; x++)
        window_run(p->v + x, p->h, p->w, reach, sign, work);
}

static float luma(const uint8_t *p, int channels)
{
    return channels == 1 ? p[0] : 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
}

/* The mean luma of each block of the sheet. */
static void shrink(const Image *sheet, int block, Paper *p)
{
    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x++) {
            float sum = 0;
            int n = 0;
            for (int i = y * block; i < (y + 1) * block && i < sheet->height; i++)
                for (int j = x * block; j < (x + 1) * block && j < sheet->width; j++, n++)
                    sum += luma(sheet->pixels + ((size_t)i * sheet->width + j) * sheet->channels,
                                sheet->channels);
            p->v[(size_t)y * p->w + x] = sum / (float)n;
        }
}

static int find_paper(const Image *sheet, int block, double scale, Paper *p, Err *e)
{
    p->w = (sheet->width + block - 1) / block;
    p->h = (sheet->height + block - 1) / block;
    p->v = malloc((size_t)p->w * p->h * sizeof *p->v);
    float *work = malloc((size_t)(p->w > p->h ? p->w : p->h) * sizeof *work);
    if (!p->v || !work) {
        free(work);
        return err_set(e, ERR_MEMORY, "no memory for a form");
    }
    int reach = (int)ceil(paper_reach * scale / block);
    shrink(sheet, block, p);
    window_both(p, reach, 1, work);
    window_both(p, reach, -1, work);
    free(work);
    return 0;
}

/* Between the middles of blocks, by straight lines. */
static float paper_at(const Paper *p, double x, double y)
{
    x = x < 0 ? 0 : x > p->w - 1 ? p->w - 1 : x;
    y = y < 0 ? 0 : y > p->h - 1 ? p->h - 1 : y;
    int x0 = (int)x, y0 = (int)y, x1 = x0 + 1 < p->w ? x0 + 1 : x0,
        y1 = y0 + 1 < p->h ? y0 + 1 : y0;
    float fx = (float)(x - x0), fy = (float)(y - y0);
    const float *a = p->v + (size_t)y0 * p->w, *b = p->v + (size_t)y1 * p->w;

    return (a[x0] * (1 - fx) + a[x1] * fx) * (1 - fy) + (b[x0] * (1 - fx) + b[x1] * fx) * fy;
}

static uint8_t to_byte(float v)
{
    return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : v + 0.5f);
}

static void even_light(FormView *v, const Paper *p, int block)
{
    Image *im = v->sheet;

    for (int y = 0; y < im->height; y++)
        for (int x = 0; x < im->width; x++) {
            size_t i = (size_t)y * im->width + x;
            uint8_t *pixel = im->pixels + i * im->channels;
            float paper = paper_at(p, (x + 0.5) / block - 0.5, (y + 0.5) / block - 0.5);
            float by = 1 / (paper > 8 ? paper : 8);
            v->dark[i] = to_byte(255 * (1 - luma(pixel, im->channels) * by));
            for (int c = 0; c < im->channels; c++)
                pixel[c] = to_byte(VIEW_PAPER * by * pixel[c]);
        }
}

/* ---- the view ---- */

int form_view(const Layout *l, const Image *photo, const Perspective *to_photo, FormView *out,
              Err *e)
{
    Perspective p = *to_photo;
    Paper paper = {0};
    int status = 0;

    *out = (FormView){.scale = fmin(finest, sqrt(most_pixels / (l->width * l->height))),
                      .to_photo = p};
    for (int row = 0; row < 3; row++) {
        p.m[3 * row] /= out->scale;
        p.m[3 * row + 1] /= out->scale;
    }
    out->sheet = perspective_view(photo, &p, (int)ceil(l->width * out->scale),
                                  (int)ceil(l->height * out->scale), e);
    if (!out->sheet)
        return -(int)ERR_MEMORY;
    out->dark = malloc((size_t)out->sheet->width * out->sheet->height);
    int block = (int)fmax(1, round(out->scale / paper_finest));
    if (!out->dark)
        status = err_set(e, ERR_MEMORY, "no memory for a form");
    else
        status = find_paper(out->sheet, block, out->scale, &paper, e);
    if (!status)
        even_light(out, &paper, block);
    free(paper.v);
    if (status)
        form_view_free(out);
    return status;
}

void form_view_free(FormView *v)
{
    image_free(v->sheet);
    free(v->dark);
    *v = (FormView){0};
}
