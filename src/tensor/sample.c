/* Bilinear sampling by an affine map, 16 images at once, each with a map of its own (Jaderberg et
 * al. 2015).
 *
 * A neighbour outside the picture is read from its edge and counts nothing, so no lane branches. */
#include "tensor/level_kernels.h"

/* The two rows (or columns) around a place, and how much each counts; slope is how that changes
 * with the place. */
typedef struct Around {
    vi index[2][GROUP];
    vf weight[2][GROUP], slope[2][GROUP];
} Around;

/* -1..1 over `size` pixels: their outer edges, or the centres of the first and last
 * (align_corners). */
static float grid_coordinate(int i, int size, bool align_corners)
{
    if (align_corners)
        return size > 1 ? 2.0f * i / (size - 1) - 1 : 0;
    return (2.0f * i + 1) / size - 1;
}

INLINE vi vhold(vi x, int low, int high)
{
    vi below = x<low, above = x> high;

    return (low & below) | (high & above) | (x & ~(below | above));
}

INLINE void look_around_group(vf place, vf scale, int size, Around *restrict a, int g)
{
    vf nan = place - place, held = vselect(place > -2.0f, place, vset(-2)), far;
    vi first;

    held = vselect(held < (float)size + 1, held, vset((float)size + 1));
    first = __builtin_convertvector(held, vi);
    first += (vi)(__builtin_convertvector(first, vf) > held); /* all bits set are -1: rounds down */
    far = held - __builtin_convertvector(first, vf);
    UNROLL
    for (int k = 0; k < 2; k++) {
        vi i = first + k, in = (vi)(i >= 0) & (vi)(i < size);
        vf sign = vset(k ? 1 : -1), share = vset(k ? 0 : 1) + sign * far;

        a->index[k][g] = vhold(i, 0, size - 1);
        a->weight[k][g] = vkeep(share, in) + nan;
        a->slope[k][g] = vkeep(sign * scale, in);
    }
}

/* map holds three numbers of each lane: the place is map[0]*gx + map[1]*gy + map[2] in -1..1. A
 * place that is no number makes weights that are none. */
INLINE void look_around(const float *map, float gx, float gy, int size, bool align_corners,
                        Around *a)
{
    vf scale = vset((align_corners ? size - 1 : size) * 0.5f),
       shift = vset(align_corners ? 0 : -0.5f);

    UNROLL
    for (int g = 0; g < GROUP; g++) {
        const float *m = map + g * VL;
        vf v = vload(m) * gx + vload(m + LANES) * gy + vload(m + 2 * LANES);

        look_around_group((v + 1.0f) * scale + shift, scale, size, a, g);
    }
}

/* Where the four neighbours lie in a plane of this view. */
INLINE void corner_offsets(const View *v, const Around *rows, const Around *columns,
                           int offsets[4][LANES])
{
    UNROLL
    for (int q = 0; q < 4; q++) {
        UNROLL
        for (int g = 0; g < GROUP; g++)
            *(vi *)&offsets[q][g * VL] =
                rows->index[q / 2][g] * (int)v->row + columns->index[q % 2][g] * LANES;
        UNROLL
        for (int l = 0; l < LANES; l++)
            offsets[q][l] += l;
    }
}

INLINE void corner_weights(const vf rows[2][GROUP], const vf columns[2][GROUP],
                           float weights[4][LANES])
{
    UNROLL
    for (int q = 0; q < 4; q++) {
        UNROLL
        for (int g = 0; g < GROUP; g++)
            vstore(&weights[q][g * VL], rows[q / 2][g] * columns[q % 2][g]);
    }
}

void KERNEL(sample)(const View *xv, const float *x, const float *theta, bool align_corners,
                    const View *yv, float *y)
{
    Around rows, columns;
    int offsets[4][LANES];
    float weights[4][LANES];

    for (int i = 0; i < yv->h; i++)
        for (int j = 0; j < yv->w; j++) {
            float gx = grid_coordinate(j, yv->w, align_corners);
            float gy = grid_coordinate(i, yv->h, align_corners);

            look_around(theta, gx, gy, xv->w, align_corners, &columns);
            look_around(theta + 3 * LANES, gx, gy, xv->h, align_corners, &rows);
            corner_offsets(xv, &rows, &columns, offsets);
            corner_weights(rows.weight, columns.weight, weights);
            for (int c = 0; c < yv->planes; c++) {
                const float *restrict from = x + xv->at + c * xv->plane;
                float *restrict to = y + yv->at + c * yv->plane + i * yv->row + (size_t)j * LANES;

                for (int l = 0; l < LANES; l++)
                    to[l] =
                        weights[0][l] * from[offsets[0][l]] + weights[1][l] * from[offsets[1][l]] +
                        weights[2][l] * from[offsets[2][l]] + weights[3][l] * from[offsets[3][l]];
            }
        }
}

INLINE void scatter(const View *dxv, const Around *rows, const Around *columns, const View *dyv,
                    const float *dy, float *dx)
{
    int offsets[4][LANES];
    float weights[4][LANES];

    corner_offsets(dxv, rows, columns, offsets);
    corner_weights(rows->weight, columns->weight, weights);
    for (int c = 0; c < dyv->planes; c++) {
        float *to = dx + dxv->at + c * dxv->plane;

        for (int q = 0; q < 4; q++)
            for (int l = 0; l < LANES; l++)
                to[offsets[q][l]] += weights[q][l] * dy[c * dyv->plane + l];
    }
}

/* along[0] and [1]: how the loss changes with the place's column and row. */
INLINE void slopes(const View *xv, const float *x, const Around *rows, const Around *columns,
                   const View *dyv, const float *dy, float along[2][LANES])
{
    int offsets[4][LANES];
    float to_x[4][LANES], to_y[4][LANES];

    corner_offsets(xv, rows, columns, offsets);
    corner_weights(rows->weight, columns->slope, to_x);
    corner_weights(rows->slope, columns->weight, to_y);
    for (int l = 0; l < LANES; l++)
        along[0][l] = along[1][l] = 0;
    for (int c = 0; c < dyv->planes; c++) {
        const float *from = x + xv->at + c * xv->plane, *d = dy + c * dyv->plane;

        for (int q = 0; q < 4; q++)
            for (int l = 0; l < LANES; l++) {
                float v = from[offsets[q][l]] * d[l];

                along[0][l] += to_x[q][l] * v;
                along[1][l] += to_y[q][l] * v;
            }
    }
}

void KERNEL(sample_back)(const View *xv, const float *x, const float *theta, bool align_corners,
                         const View *dyv, const float *dy, const View *dxv, float *dx,
                         float *dtheta)
{
    Around rows, columns;
    float along[2][LANES];

    for (int i = 0; i < dyv->h; i++)
        for (int j = 0; j < dyv->w; j++) {
            float gx = grid_coordinate(j, dyv->w, align_corners);
            float gy = grid_coordinate(i, dyv->h, align_corners);
            const float *d = dy + dyv->at + i * dyv->row + (size_t)j * LANES;

            look_around(theta, gx, gy, xv->w, align_corners, &columns);
            look_around(theta + 3 * LANES, gx, gy, xv->h, align_corners, &rows);
            if (dx)
                scatter(dxv, &rows, &columns, dyv, d, dx);
            if (!dtheta)
                continue;
            slopes(xv, x, &rows, &columns, dyv, d, along);
            for (int k = 0; k < 2; k++)
                for (int l = 0; l < LANES; l++) {
                    dtheta[(k * 3 + 0) * LANES + l] += along[k][l] * gx;
                    dtheta[(k * 3 + 1) * LANES + l] += along[k][l] * gy;
                    dtheta[(k * 3 + 2) * LANES + l] += along[k][l];
                }
        }
}
