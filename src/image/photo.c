#include "image/photo.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "image/perspective.h"

#define RADIAN 57.29577951308232 /* in degrees */

static const double distance = 1.8; /* of the camera, in heights of the sheet */
static const double filled = 0.92;  /* of the photo by the sheet */

typedef struct Scene {
    const PhotoOptions *o;
    const Image *sheet;
    int width, height;
    Perspective to_sheet; /* from photo to sheet pixels */
    double bend_x,
        bend_y; /* the direction in which the paper is bent, and how far in sheet pixels */
    double light_x, light_y;                   /* the direction in which light falls off */
    double hand_x, hand_y, hand_at, hand_soft; /* the shadow's edge: a line, and half its width */
    float table[3];
} Scene;

/* ---- the camera ---- */

/* A point of the sheet, its middle at (0, 0) and its height 1, on the camera's screen. */
static Spot project(Spot s, double turn, double tilt, double direction)
{
    double x = s.x * cos(turn) - s.y * sin(turn), y = s.x * sin(turn) + s.y * cos(turn);
    double along = x * cos(direction) + y * sin(direction),
           across = y * cos(direction) - x * sin(direction);
    double away = distance + along * sin(tilt), near = along * cos(tilt);

    return (Spot){(near * cos(direction) - across * sin(direction)) / away,
                  (near * sin(direction) + across * cos(direction)) / away};
}

static bool place_camera(Scene *s, Rng *r)
{
    double aspect = (double)s->sheet->width / s->sheet->height,
           direction = rng_uniform(r) * 2 * 3.14159265358979;
    Spot corners[4] = {{-aspect / 2, -.5}, {aspect / 2, -.5}, {aspect / 2, .5}, {-aspect / 2, .5}},
         seen[4];
    Spot pixels[4] = {
        {0, 0}, {s->sheet->width, 0}, {s->sheet->width, s->sheet->height}, {0, s->sheet->height}};
    Spot low = {1e9, 1e9}, high = {-1e9, -1e9};

    for (int i = 0; i < 4; i++) {
        seen[i] = project(corners[i], s->o->turn_deg / RADIAN, s->o->tilt_deg / RADIAN, direction);
        low = (Spot){fmin(low.x, seen[i].x), fmin(low.y, seen[i].y)};
        high = (Spot){fmax(high.x, seen[i].x), fmax(high.y, seen[i].y)};
    }
    double scale = filled * fmin(s->width / (high.x - low.x), s->height / (high.y - low.y));
    double dx = rng_range(r, -1, 1), dy = rng_range(r, -1, 1); /* where in the room that is left */

    for (int i = 0; i < 4; i++) {
        seen[i].x = (seen[i].x - (low.x + high.x) / 2) * scale;
        seen[i].y = (seen[i].y - (low.y + high.y) / 2) * scale;
        seen[i].x += s->width / 2. + dx * (s->width - (high.x - low.x) * scale) / 2 * 0.6;
        seen[i].y += s->height / 2. + dy * (s->height - (high.y - low.y) * scale) / 2 * 0.6;
    }
    return perspective_fit(&s->to_sheet, seen, pixels, 4);
}

static void place_light(Scene *s, Rng *r)
{
    double light = rng_uniform(r) * 6.2832, hand = rng_uniform(r) * 6.2832,
           bend = rng_uniform(r) * 6.2832;

    s->light_x = cos(light);
    s->light_y = sin(light);
    s->hand_x = cos(hand);
    s->hand_y = sin(hand);
    s->hand_at = rng_range(r, -0.3f, 0.3f);
    s->hand_soft = rng_range(r, 0.003f, 0.03f);
    s->bend_x = cos(bend) * s->o->bend * s->sheet->height;
    s->bend_y = sin(bend) * s->o->bend * s->sheet->height;
    for (int c = 0; c < 3; c++)
        s->table[c] = rng_range(r, 40, 150);
}

/* ---- what it sees ---- */

/* Light at a place, x and y from -1/2 to 1/2. */
static float light_at(const Scene *s, double x, double y)
{
    double fall = 0.5 + 0.7 * (x * s->light_x + y * s->light_y);
    double edge = (x * s->hand_x + y * s->hand_y - s->hand_at) / s->hand_soft;
    double behind = 1 / (1 + exp(-fmax(-30, fmin(30, 3 * edge))));

    return (float)((1 - s->o->shadow * fmax(0, fmin(1, fall))) * (1 - s->o->hand * behind));
}

static void table_at(const Scene *s, double x, double y, float out[3])
{
    float grain = (float)(8 * sin(x * 0.021 + 3 * sin(y * 0.004)) + 5 * sin(x * 0.13 + y * 0.01));

    for (int c = 0; c < 3; c++)
        out[c] = s->table[c] + grain;
}

static void sheet_at(const Scene *s, double x, double y, float out[3])
{
    const Image *im = s->sheet;
    int x0 = (int)x, y0 = (int)y, x1 = x0 + 1 < im->width ? x0 + 1 : x0,
        y1 = y0 + 1 < im->height ? y0 + 1 : y0;
    float fx = (float)(x - x0), fy = (float)(y - y0);

    for (int c = 0; c < 3; c++) {
        int k = im->channels == 3 ? c : 0;
        float a = im->pixels[((size_t)y0 * im->width + x0) * im->channels + k],
              b = im->pixels[((size_t)y0 * im->width + x1) * im->channels + k],
              d = im->pixels[((size_t)y1 * im->width + x0) * im->channels + k],
              f = im->pixels[((size_t)y1 * im->width + x1) * im->channels + k];
        out[c] = (a + fx * (b - a)) * (1 - fy) + (d + fx * (f - d)) * fy;
    }
}

static void ray(const Scene *s, double x, double y, float out[3])
{
    Spot at = perspective_map(&s->to_sheet, (Spot){x, y});
    double wave =
        sin(3.14159265358979 * (at.x / s->sheet->width + at.y / s->sheet->height) / 2) - 0.64;

    at.x += s->bend_x * wave;
    at.y += s->bend_y * wave;
    if (at.x < 0 || at.y < 0 || at.x >= s->sheet->width || at.y >= s->sheet->height)
        table_at(s, x, y, out);
    else
        sheet_at(s, at.x, at.y, out);
    float light = light_at(s, x / s->width - 0.5, y / s->height - 0.5);
    for (int c = 0; c < 3; c++)
        out[c] *= light;
}

/* Four rays a pixel, so that fine print does not flicker. */
static void expose(const Scene *s, float *film)
{
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            float *out = film + 3 * ((size_t)y * s->width + x);
            out[0] = out[1] = out[2] = 0;
            for (int k = 0; k < 4; k++) {
                float one[3];
                ray(s, x + 0.25 + k % 2 * 0.5, y + 0.25 + k / 2 * 0.5, one);
                for (int c = 0; c < 3; c++)
                    out[c] += one[c] / 4;
            }
        }
}

/* ---- lens and sensor ---- */

/* One row or column of n pixels, `step` floats apart, through a Gaussian. */
static void blur_run(float *run, int n, size_t step, const float *weights, int reach, float *work)
{
    for (int i = 0; i < n; i++)
        work[i] = run[(size_t)i * step];
    for (int i = 0; i < n; i++) {
        float sum = 0;
        for (int k = -reach; k <= reach; k++) {
            int at = i + k < 0 ? 0 : i + k >= n ? n - 1 : i + k;
            sum += weights[abs(k)] * work[at];
        }
        run[(size_t)i * step] = sum;
    }
}

static int blur(float *film, int w, int h, float sigma, Err *e)
{
    float weights[32], total = 0;
    int reach = (int)ceilf(2.5f * sigma);

    if (!(sigma > 0))
        return 0;
    reach = reach > 31 ? 31 : reach;
    float *work = malloc((size_t)(w > h ? w : h) * sizeof *work);
    if (!work)
        return err_set(e, ERR_MEMORY, "no memory for a photo");
    for (int k = 0; k <= reach; k++)
        total += (k ? 2 : 1) * (weights[k] = expf(-(float)(k * k) / (2 * sigma * sigma)));
    for (int k = 0; k <= reach; k++)
        weights[k] /= total;
    for (int c = 0; c < 3; c++) {
        for (int y = 0; y < h; y++)
            blur_run(film + (size_t)y * w * 3 + c, w, 3, weights, reach, work);
        for (int x = 0; x < w; x++)
            blur_run(film + (size_t)x * 3 + c, h, (size_t)w * 3, weights, reach, work);
    }
    free(work);
    return 0;
}

static void develop(const float *film, float noise, Rng *r, Image *out)
{
    size_t n = (size_t)out->width * out->height * 3;

    for (size_t i = 0; i < n; i++) {
        float v = film[i] + (noise > 0 ? noise * rng_normal(r) : 0);
        out->pixels[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5f);
    }
}

Image *photo_take(const Image *sheet, const PhotoOptions *o, Err *e)
{
    int width = o->width > 0 ? o->width : sheet->width;
    Scene s = {.o = o, .sheet = sheet, .width = width, .height = width + width / 3};
    Rng r = rng_stream(o->seed, RNG_TEST, 0x9407);
    Image *out = image_new(s.width, s.height, 3, e);
    float *film = out ? malloc((size_t)s.width * s.height * 3 * sizeof *film) : NULL;
    int status = out ? 0 : -(int)ERR_LIMIT;

    if (out && !film)
        status =
            err_set(e, ERR_MEMORY, "no memory for a photo of %d x %d pixels", s.width, s.height);

    if (!status && !place_camera(&s, &r))
        status = err_set(e, ERR_ARGUMENT, "a sheet that is tilted by %g degrees cannot be seen",
                         (double)o->tilt_deg);
    if (!status) {
        place_light(&s, &r);
        expose(&s, film);
        status = blur(film, s.width, s.height, o->blur_px, e);
    }
    if (!status)
        develop(film, o->noise, &r, out);
    free(film);
    if (status) {
        image_free(out);
        return NULL;
    }
    return out;
}
