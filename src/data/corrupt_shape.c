#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "data/corrupt.h"
#include "data/corrupt_shape.h"

enum { SIDE = CORRUPT_SIDE, PIXELS = CORRUPT_PIXELS, BLUR_REACH = 8, PLASMA = 256 };

static int held(int v)
{
    return v < 0 ? 0 : v >= SIDE ? SIDE - 1 : v;
}

/* ---- blur ---- */

static void blur_along(const float *from, float *to, const float *kernel, int reach, bool zero,
                       int step_x, int step_y)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            float sum = 0;
            for (int k = -reach; k <= reach; k++) {
                int u = x + k * step_x, v = y + k * step_y;
                if (zero && (u < 0 || v < 0 || u >= SIDE || v >= SIDE))
                    continue;
                sum += kernel[k < 0 ? -k : k] * from[held(v) * SIDE + held(u)];
            }
            to[y * SIDE + x] = sum;
        }
}

void shape_blur(float *p, float deviation, bool zero_outside)
{
    float kernel[BLUR_REACH + 1], sum = 0, work[PIXELS];
    int reach = (int)(4 * deviation + 0.5f);

    for (int k = 0; k <= reach; k++) {
        kernel[k] = expf(-0.5f * (float)(k * k) / (deviation * deviation));
        sum += k ? 2 * kernel[k] : kernel[k];
    }
    for (int k = 0; k <= reach; k++)
        kernel[k] /= sum;
    blur_along(p, work, kernel, reach, zero_outside, 0, 1);
    blur_along(work, p, kernel, reach, zero_outside, 1, 0);
}

/* Blurred, pixels exchanged with neighbours, blurred again. */
void shape_glass(float *p, Rng *r)
{
    const float deviation = 0.7f;
    enum { ROUNDS = 2 };

    shape_blur(p, deviation, false);
    for (int i = 0; i < PIXELS; i++)
        p[i] = floorf(255 * p[i]) / 255;
    for (int round = 0; round < ROUNDS; round++)
        for (int y = SIDE - 1; y > 1; y--)
            for (int x = SIDE - 1; x > 1; x--) {
                if (rng_below(r, 2))
                    continue;
                int other = (y - (int)rng_below(r, 2)) * SIDE + x - (int)rng_below(r, 2);
                float value = p[y * SIDE + x];
                p[y * SIDE + x] = p[other];
                p[other] = value;
            }
    shape_blur(p, deviation, false);
}

/* A trail to one side, as ImageMagick's MotionBlur with radius 10 and sigma 3 leaves it. */
void shape_motion(float *p, Rng *r)
{
    enum { WIDTH = 21 };
    const float deviation = 3;
    float angle = rng_range(r, -45, 45) * 3.14159265f / 180, from[PIXELS], kernel[WIDTH], sum = 0;

    memcpy(from, p, sizeof from);
    for (int k = 0; k < WIDTH; k++)
        sum += kernel[k] = expf(-0.5f * (float)(k * k) / (deviation * deviation));
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            float value = 0;
            for (int k = 0; k < WIDTH; k++) {
                int u = x + (int)ceilf((float)k * cosf(angle) - 0.5f);
                int v = y + (int)ceilf((float)k * sinf(angle) - 0.5f);
                value += kernel[k] / sum * from[held(v) * SIDE + held(u)];
            }
            p[y * SIDE + x] = value;
        }
}

/* ---- affine maps ---- */

static float value_at(const float *p, int x, int y)
{
    return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : p[y * SIDE + x];
}

void shape_warp(float *p, const float a[2][2], float dx, float dy)
{
    const float middle = 0.5f * (SIDE - 1);
    float from[PIXELS];

    memcpy(from, p, sizeof from);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            float u = (float)x - middle, v = (float)y - middle;
            float sx = a[0][0] * u + a[0][1] * v + middle + dx,
                  sy = a[1][0] * u + a[1][1] * v + middle + dy;
            int x0 = (int)floorf(sx), y0 = (int)floorf(sy);
            float fx = sx - (float)x0, fy = sy - (float)y0;

            p[y * SIDE + x] =
                (1 - fy) * ((1 - fx) * value_at(from, x0, y0) + fx * value_at(from, x0 + 1, y0)) +
                fy * ((1 - fx) * value_at(from, x0, y0 + 1) + fx * value_at(from, x0 + 1, y0 + 1));
        }
}

/* ---- fog ---- */

static float wobble(float sum, float wibble, Rng *r)
{
    return sum / 4 + wibble * rng_range(r, -wibble, wibble);
}

/* The middles of squares of `step`, then the middles of their sides; the map is a torus. */
static void divide(float (*map)[PLASMA], int step, float wibble, Rng *r)
{
    int half = step / 2, mask = PLASMA - 1;

    for (int y = 0; y < PLASMA; y += step)
        for (int x = 0; x < PLASMA; x += step) {
            int y1 = (y + step) & mask, x1 = (x + step) & mask;
            map[y + half][x + half] =
                wobble(map[y][x] + map[y1][x] + map[y][x1] + map[y1][x1], wibble, r);
        }
    for (int y = 0; y < PLASMA; y += step)
        for (int x = 0; x < PLASMA; x += step) {
            int up = (y - half) & mask, left = (x - half) & mask;
            int y1 = (y + step) & mask, x1 = (x + step) & mask;
            map[y][x + half] = wobble(
                map[y + half][x + half] + map[up][x + half] + map[y][x] + map[y][x1], wibble, r);
            map[y + half][x] = wobble(
                map[y + half][x + half] + map[y + half][left] + map[y][x] + map[y1][x], wibble, r);
        }
}

void shape_plasma(float *out, float decay, Rng *r)
{
    float map[PLASMA][PLASMA], wibble = 100, low, high;

    map[0][0] = 0;
    for (int step = PLASMA; step >= 2; step /= 2, wibble /= decay)
        divide(map, step, wibble, r);
    low = high = map[0][0];
    for (int i = 0; i < PLASMA * PLASMA; i++) {
        float v = map[i / PLASMA][i % PLASMA];
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    for (int i = 0; i < PIXELS; i++)
        out[i] = (map[i / SIDE][i % SIDE] - low) / (high - low);
}

/* ---- edges ---- */

typedef struct Slopes {
    float down[PIXELS], right[PIXELS], size[PIXELS];
} Slopes;

/* Sobel's; beyond the rim the rim is mirrored. */
static void find_slopes(const float *p, Slopes *s)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const float *rows[3] = {p + held(y - 1) * SIDE, p + y * SIDE, p + held(y + 1) * SIDE};
            int left = held(x - 1), right = held(x + 1), i = y * SIDE + x;
            s->down[i] = rows[2][left] + 2 * rows[2][x] + rows[2][right] - rows[0][left] -
                         2 * rows[0][x] - rows[0][right];
            s->right[i] = rows[0][right] + 2 * rows[1][right] + rows[2][right] - rows[0][left] -
                          2 * rows[1][left] - rows[2][left];
            s->size[i] = hypotf(s->down[i], s->right[i]);
        }
}

/* Whether no steeper place lies just uphill or downhill of the slope; (x,y) is inside the rim. */
static bool is_crest(const Slopes *s, int i)
{
    float down = fabsf(s->down[i]), right = fabsf(s->right[i]), size = s->size[i];
    int across =
        s->down[i] * s->right[i] >= 0 ? SIDE + 1 : SIDE - 1; /* the diagonal towards below */
    bool steep = down >= right;
    float share = steep ? right / down : down / right;
    int straight = steep ? SIDE : across == SIDE + 1 ? 1 : -1;

    return size > 0 && share * s->size[i + across] + (1 - share) * s->size[i + straight] <= size &&
           share * s->size[i - across] + (1 - share) * s->size[i - straight] <= size;
}

/* Edges above the lower threshold that hang together with one above the upper (Canny 1986). */
static void keep_connected(const uint8_t *kind, float *p)
{
    int stack[PIXELS], n = 0;

    memset(p, 0, PIXELS * sizeof *p);
    for (int i = 0; i < PIXELS; i++)
        if (kind[i] == 2) {
            p[i] = 1;
            stack[n++] = i;
        }
    while (n > 0) {
        int i = stack[--n]; /* never on the rim */
        for (int k = 0; k < 9; k++) {
            int at = i + (k / 3 - 1) * SIDE + k % 3 - 1;
            if (kind[at] && p[at] == 0) {
                p[at] = 1;
                stack[n++] = at;
            }
        }
    }
}

void shape_edges(float *p)
{
    const float low = 0.1f, high = 0.2f;
    float cover[PIXELS];
    uint8_t kind[PIXELS] = {0};
    Slopes s;

    for (int i = 0; i < PIXELS; i++)
        cover[i] = 1;
    shape_blur(cover, 1, true);
    shape_blur(p, 1, true);
    for (int i = 0; i < PIXELS; i++)
        p[i] /= cover[i];
    find_slopes(p, &s);
    for (int y = 1; y < SIDE - 1; y++)
        for (int x = 1; x < SIDE - 1; x++) {
            int i = y * SIDE + x;
            if (s.size[i] >= low && is_crest(&s, i))
                kind[i] = s.size[i] >= high ? 2 : 1;
        }
    keep_connected(kind, p);
}
