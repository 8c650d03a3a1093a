#include "image/perspective.h"

#include <math.h>

enum { TERMS = 8, FINEST = 4 }; /* FINEST: samples along a side of a pixel at most */

/* ---- from spots ---- */

/* The spots moved and scaled so that sums of their products keep their digits: about (0, 0), size 1. */
typedef struct Frame {
    double x, y, scale;
} Frame;

static Frame frame_of(const Spot *s, int count)
{
    Frame f = {0, 0, 0};

    for (int i = 0; i < count; i++) {
        f.x += s[i].x / count;
        f.y += s[i].y / count;
    }
    for (int i = 0; i < count; i++)
        f.scale += hypot(s[i].x - f.x, s[i].y - f.y) / count;
    f.scale = f.scale > 0 ? 1 / f.scale : 1;
    return f;
}

static Spot into_frame(const Frame *f, Spot s)
{
    return (Spot){(s.x - f->x) * f->scale, (s.y - f->y) * f->scale};
}

/* Adds the square of row * unknowns = value to the normal equations. */
static void add_row(double a[TERMS][TERMS + 1], const double row[TERMS], double value)
{
    for (int i = 0; i < TERMS; i++) {
        for (int j = 0; j < TERMS; j++)
            a[i][j] += row[i] * row[j];
        a[i][TERMS] += row[i] * value;
    }
}

static void swap_rows(double *a, double *b)
{
    for (int i = 0; i <= TERMS; i++) {
        double keep = a[i];
        a[i] = b[i];
        b[i] = keep;
    }
}

/* Gauss with pivots; false where the rows say too little. */
static bool solve(double a[TERMS][TERMS + 1], double x[TERMS])
{
    for (int i = 0; i < TERMS; i++) {
        int best = i;
        for (int r = i + 1; r < TERMS; r++)
            best = fabs(a[r][i]) > fabs(a[best][i]) ? r : best;
        swap_rows(a[i], a[best]);
        if (!(fabs(a[i][i]) > 1e-9))
            return false;
        for (int r = i + 1; r < TERMS; r++) {
            double f = a[r][i] / a[i][i];
            for (int c = i; c <= TERMS; c++)
                a[r][c] -= f * a[i][c];
        }
    }
    for (int i = TERMS - 1; i >= 0; i--) {
        x[i] = a[i][TERMS];
        for (int c = i + 1; c < TERMS; c++)
            x[i] -= a[i][c] * x[c];
        x[i] /= a[i][i];
    }
    return true;
}

static void multiply(const double a[9], const double b[9], double out[9])
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
            out[r * 3 + c] = a[r * 3] * b[c] + a[r * 3 + 1] * b[3 + c] + a[r * 3 + 2] * b[6 + c];
}

bool perspective_fit(Perspective *p, const Spot *from, const Spot *to, int count)
{
    Frame f = frame_of(from, count), g = frame_of(to, count);
    double a[TERMS][TERMS + 1] = {{0}}, h[9], half[9], whole[9];

    for (int i = 0; i < count; i++) {
        Spot s = into_frame(&f, from[i]), t = into_frame(&g, to[i]);
        add_row(a, (double[TERMS]){s.x, s.y, 1, 0, 0, 0, -s.x * t.x, -s.y * t.x}, t.x);
        add_row(a, (double[TERMS]){0, 0, 0, s.x, s.y, 1, -s.x * t.y, -s.y * t.y}, t.y);
    }
    if (!solve(a, h))
        return false;
    h[8] = 1;
    multiply(h, (double[9]){f.scale, 0, -f.x * f.scale, 0, f.scale, -f.y * f.scale, 0, 0, 1}, half);
    multiply((double[9]){1 / g.scale, 0, g.x, 0, 1 / g.scale, g.y, 0, 0, 1}, half, whole);
    for (int i = 0; i < 9; i++)
        if (!isfinite(whole[i]))
            return false;
    for (int i = 0; i < 9; i++)
        p->m[i] = whole[i];
    return true;
}

/* ---- spots and pictures ---- */

Spot perspective_map(const Perspective *p, Spot s)
{
    const double *m = p->m;
    double w = m[6] * s.x + m[7] * s.y + m[8], least = 1e-9;

    if (fabs(w) < least)
        w = w < 0 ? -least : least;
    return (Spot){(m[0] * s.x + m[1] * s.y + m[2]) / w, (m[3] * s.x + m[4] * s.y + m[5]) / w};
}

static double within(double v, double high)
{
    return v > 0 ? (v < high ? v : high) : 0; /* a NaN becomes 0 */
}

/* Adds the picture's colours at a spot, pixel (x,y) centred on (x + 1/2, y + 1/2), to sum (channels). */
static void add_sample(const Image *im, Spot s, float *sum)
{
    double x = within(s.x - 0.5, im->width - 1), y = within(s.y - 0.5, im->height - 1);
    int x0 = (int)x, y0 = (int)y, n = im->channels;
    int right = x0 + 1 < im->width ? n : 0;
    size_t down = y0 + 1 < im->height ? (size_t)im->width * n : 0;
    float fx = (float)(x - x0), fy = (float)(y - y0);
    const uint8_t *p = im->pixels + ((size_t)y0 * im->width + x0) * n;

    for (int c = 0; c < n; c++, p++) {
        float top = p[0] + fx * (p[right] - p[0]),
              bottom = p[down] + fx * (p[down + right] - p[down]);
        sum[c] += top + fy * (bottom - top);
    }
}

/* How many samples along a pixel's side an area average takes: as many as it covers source pixels. */
static int samples_at(const Perspective *p, double x, double y)
{
    Spot s = perspective_map(p, (Spot){x, y}), r = perspective_map(p, (Spot){x + 1, y}),
         d = perspective_map(p, (Spot){x, y + 1});
    double side = fmax(hypot(r.x - s.x, r.y - s.y), hypot(d.x - s.x, d.y - s.y));

    return side > FINEST ? FINEST : side > 1 ? (int)ceil(side - 0.25) : 1;
}

static void view_pixel(const Image *im, const Perspective *p, int x, int y, int n, uint8_t *out)
{
    float sum[3] = {0};

    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            add_sample(im, perspective_map(p, (Spot){x + (i + 0.5) / n, y + (j + 0.5) / n}), sum);
    for (int c = 0; c < im->channels; c++)
        out[c] = (uint8_t)(sum[c] / (float)(n * n) + 0.5f);
}

Image *perspective_view(const Image *im, const Perspective *to_source, int width, int height,
                        Err *e)
{
    enum { BLOCK = 64 }; /* pixels of a row that share their number of samples */
    Image *out = image_new(width, height, im->channels, e);

    for (int y = 0; out && y < height; y++) {
        int n = 1;
        for (int x = 0; x < width; x++) {
            if (x % BLOCK == 0)
                n = samples_at(to_source, x + BLOCK / 2, y);
            view_pixel(im, to_source, x, y, n,
                       out->pixels + ((size_t)y * width + x) * im->channels);
        }
    }
    return out;
}
