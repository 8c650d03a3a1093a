/* All that moves ink, in one pass of bilinear resampling. Positions are 16-bit numbers of 1/256 px,
 * eight to a vector on every processor; clamping a position does both kinds of fill. */
#include <math.h>
#include <string.h>

#include "data/augment_steps.h"

enum {
    ONE_PX = 256,
    CELL = 7,               /* px between control points of the elastic field */
    NODES = SIDE / CELL + 3 /* of them along a side: cubic splines reach over the edge */
};

float augment_plus_minus(Rng *r, float most)
{
    return most != 0 ? rng_range(r, -most, most) : 0;
}

/* Where the ink of an output pixel comes from, both measured from the middle of the picture:
 *   u = ux x + uy y + u0,   v = vx x + vy y + v0,   as Keras composes it: rotation * shift * shear
 * * zoom. */
typedef struct Affine {
    float ux, uy, u0, vx, vy, v0;
} Affine;

static float no_more(float value, float most)
{
    return value < -most ? -most : value > most ? most : value;
}

static Affine draw_affine(const Augment *a, Rng *r)
{
    const float radian = 3.14159265f / 180;
    float turn = augment_plus_minus(r, a->rotate_deg) * radian, c = cosf(turn), s = sinf(turn);
    float slant = tanf(augment_plus_minus(r, a->shear_deg) * radian);
    float tx = augment_plus_minus(r, a->shift_px), ty = augment_plus_minus(r, a->shift_px);
    float both = expf(augment_plus_minus(r, a->zoom));
    float zx = both * (1 + augment_plus_minus(r, a->zoom_axes)),
          zy = both * (1 + augment_plus_minus(r, a->zoom_axes));
    float wide = a->aspect != 0 ? expf(no_more(rng_normal(r), 2.5f) * a->aspect / 2) : 1;

    zx *= wide;
    zy /= wide;
    /* Three px of the source a px, so that no position leaves 16 bits. */
    return (Affine){no_more(c * zx, 3), no_more((c * slant - s) * zy, 3), c * tx - s * ty,
                    no_more(s * zx, 3), no_more((s * slant + c) * zy, 3), s * tx + c * ty};
}

/* Cubic B-spline: what control point cell + k weighs at the middle of pixel p of a cell, in
 * 1/32768. */
static const int16_t spline[CELL][4] = {
    {4373, 21684, 6709, 2},   {2649, 20502, 9563, 54},   {1451, 18412, 12656, 249},
    {683, 15701, 15701, 683}, {249, 12656, 18412, 1451}, {54, 9563, 20502, 2649},
    {2, 6709, 21684, 4373},
};

/* (a * b) / 65536, the product that SSE2 knows. */
static int16_t high(int16_t a, int16_t b)
{
    return (int16_t)((int32_t)a * b >> 16);
}

/* Displacements along one axis at the control points' columns, spread to all pixels of the rows:
 * rows (NODES, PITCH), in 1/512 px. */
static void spread_nodes(const int16_t nodes[NODES][NODES], int16_t rows[NODES][PITCH])
{
    for (int n = 0; n < NODES; n++)
        for (int j = 0; j < SIDE; j++) {
            const int16_t *node = nodes[n] + j / CELL, *w = spline[j % CELL];
            rows[n][j] = (int16_t)(high(node[0], w[0]) + high(node[1], w[1]) + high(node[2], w[2]) +
                                   high(node[3], w[3]));
        }
}

typedef struct Elastic {
    int16_t x[NODES][PITCH], y[NODES][PITCH];
} Elastic;

static void draw_elastic(float most_px, Rng *r, Elastic *f)
{
    int16_t nodes[2][NODES][NODES] = {0};
    int16_t *node = &nodes[0][0][0];
    float scale = most_px * 4 * ONE_PX / 32768; /* each of the two passes halves */

    memset(f, 0, sizeof *f);
    for (int i = 0; i < 2 * NODES * NODES; i += 4) {
        uint64_t bits = rng_u64(r);
        for (int k = i; k < i + 4 && k < 2 * NODES * NODES; k++, bits >>= 16)
            node[k] = (int16_t)(scale * (float)((int)(bits & 0xFFFF) - 32768));
    }
    spread_nodes(nodes[0], f->x);
    spread_nodes(nodes[1], f->y);
}

/* Adds row i of the field to positions. */
static void add_elastic(const int16_t rows[NODES][PITCH], int i, int16_t *position)
{
    const int16_t *w = spline[i % CELL];
    const int16_t *a = rows[i / CELL], *b = rows[i / CELL + 1], *c = rows[i / CELL + 2],
                  *d = rows[i / CELL + 3];

    for (int j = 0; j < PITCH; j++)
        position[j] = (int16_t)(position[j] + high(a[j], w[0]) + high(b[j], w[1]) +
                                high(c[j], w[2]) + high(d[j], w[3]));
}

/* One row of positions in 1/256 px, 0 being one px outside: column by column `first + step[j]`. */
static void row_positions(const int16_t *step, int16_t first, int16_t *position)
{
    for (int j = 0; j < PITCH; j++)
        position[j] = (int16_t)(step[j] + first);
}

static void clamp_positions(int16_t *position, int16_t low, int16_t high_end)
{
    for (int j = 0; j < PITCH; j++) {
        int16_t p = position[j] < low ? low : position[j];
        position[j] = p > high_end ? high_end : p;
    }
}

/* The pixels at (u,v), bilinear, exact where both are whole. */
static void sample_row(const Canvas *from, const int16_t *u, const int16_t *v, uint8_t *out)
{
    const uint8_t *corner = from->px + FIRST - PITCH - 1; /* what position (0,0) means */
    uint16_t at[PITCH], upper[PITCH], lower[PITCH];

    for (int j = 0; j < PITCH; j++)
        at[j] = (uint16_t)((v[j] >> 8) * PITCH + (u[j] >> 8));
    for (int j = 0; j < PITCH; j++) { /* two neighbours at once, which compilers see */
        const uint8_t *p = corner + at[j];
        upper[j] = (uint16_t)(p[0] | p[1] << 8);
        lower[j] = (uint16_t)(p[PITCH] | p[PITCH + 1] << 8);
    }
    for (int j = 0; j < PITCH; j++) {
        uint16_t fx = u[j] & 255, fy = v[j] & 255, up = upper[j], low = lower[j];
        uint16_t top = (uint16_t)((up & 255) * (256 - fx) + (up >> 8) * fx + 128) >> 8;
        uint16_t bottom = (uint16_t)((low & 255) * (256 - fx) + (low >> 8) * fx + 128) >> 8;
        out[j] = (uint8_t)((uint16_t)(top * (256 - fy) + bottom * fy + 128) >> 8);
    }
}

static int16_t fixed(float px)
{
    return (int16_t)lrintf(no_more(px, 120) * ONE_PX);
}

bool augment_moves(const Augment *a)
{
    return a->rotate_deg != 0 || a->shift_px != 0 || a->shear_deg != 0 || a->zoom != 0 ||
           a->zoom_axes != 0 || a->aspect != 0 || a->elastic_px != 0;
}

void augment_move(const Augment *a, Rng *r, const Canvas *from, Canvas *to)
{
    Affine m = draw_affine(a, r);
    int16_t low = a->fill == FILL_NEAREST ? ONE_PX : 0;
    int16_t high_end = (SIDE + 1) * ONE_PX - low;
    int16_t step_u[PITCH], step_v[PITCH], u[PITCH], v[PITCH];
    const float middle = (SIDE - 1) / 2.f;
    Elastic field_px;

    if (a->elastic_px != 0)
        draw_elastic(a->elastic_px, r, &field_px);
    for (int j = 0; j < PITCH; j++) {
        step_u[j] = fixed(m.ux * ((float)j - middle));
        step_v[j] = fixed(m.vx * ((float)j - middle));
    }
    for (int i = 0; i < SIDE; i++) {
        float y = (float)i - middle;
        row_positions(step_u, fixed(m.uy * y + m.u0 + middle + 1), u);
        row_positions(step_v, fixed(m.vy * y + m.v0 + middle + 1), v);
        if (a->elastic_px != 0) {
            add_elastic(field_px.x, i, u);
            add_elastic(field_px.y, i, v);
        }
        clamp_positions(u, low, high_end);
        clamp_positions(v, low, high_end);
        sample_row(from, u, v, to->px + FIRST + i * PITCH);
    }
    canvas_clear_border(to);
}
