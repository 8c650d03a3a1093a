/* Where the boxes really lie: markers tell it for a flat sheet, but paper bends and lenses are not straight. Each field
 * is moved until its printed lines lie on dark pixels; a smooth surface through all of these moves, which one field's
 * error cannot bend, tells where it lies about, and a second, narrower search where exactly. */
#include <math.h>
#include <stdlib.h>

#include "read/form_parts.h"

enum { TERMS = 6, FIT_STEPS = 6 };
static const double reach = 2.4, near_reach = 0.5; /* mm of the two searches */
static const double trusted = 0.35; /* mm: a move this far from the surface counts half */
static const int dark_cap = 110; /* a printed line is no darker: ink may not pull more than that */

/* ---- how well lines lie ---- */

static int dark_at(const FormView *v, double x, double y)
{
    int px = (int)(x * v->scale), py = (int)(y * v->scale);

    if (!(x >= 0 && y >= 0) || px >= v->sheet->width || py >= v->sheet->height)
        return 0;
    int dark = v->dark[(size_t)py * v->sheet->width + px];
    return dark < dark_cap ? dark : dark_cap;
}

/* The sum of darkness along a box's four lines, and the number of points. */
static void sum_box(const FormView *v, Area a, double *sum, int *count)
{
    double step = 0.25;

    for (double t = step; t < a.width; t += step, *count += 2)
        *sum += dark_at(v, a.x + t, a.y) + dark_at(v, a.x + t, a.y + a.height);
    for (double t = step; t < a.height; t += step, *count += 2)
        *sum += dark_at(v, a.x, a.y + t) + dark_at(v, a.x + a.width, a.y + t);
}

/* The same for a circle. */
static void sum_bubble(const FormView *v, Area a, double *sum, int *count)
{
    for (int i = 0; i < 32; i++, ++*count)
        *sum += dark_at(v, a.x + a.width / 2 * (1 + cos(i * 0.19635)),
                        a.y + a.height / 2 * (1 + sin(i * 0.19635)));
}

static double darkness(const FormView *v, const Field *f, double dx, double dy)
{
    double sum = 0;
    int count = 0;

    for (int i = 0; i < field_items(f); i++) {
        Area a = field_item(f, i);
        a.x += dx;
        a.y += dy;
        if (f->kind == FIELD_DIGITS)
            sum_box(v, a, &sum, &count);
        else
            sum_bubble(v, a, &sum, &count);
    }
    return sum / count;
}

/* The best move within `reach` of `about`, to about a pixel; moves far from it need better reasons. *clear is how much
 * darker the lines are there than on the average of all moves. */
static Spot search(const FormView *v, const Field *f, Spot about, double within, double *clear)
{
    double best = -1e9, total = 0, step = within > 1 ? 0.3 : 0.125;
    int tried = 0;
    Spot out = about;

    for (double dy = -within; dy <= within + 1e-6; dy += step)
        for (double dx = -within; dx <= within + 1e-6; dx += step, tried++) {
            double d = darkness(v, f, about.x + dx, about.y + dy), value = d - (dx * dx + dy * dy);
            total += d;
            if (value > best) {
                best = value;
                out = (Spot){about.x + dx, about.y + dy};
            }
        }
    *clear = best - total / tried;
    return out;
}

/* ---- a smooth surface through the moves ---- */

typedef struct Surface {
    double x[TERMS], y[TERMS];
} Surface;

static void terms_at(const Layout *l, const Field *f, double t[TERMS])
{
    Area a = field_item(f, 0), b = field_item(f, field_items(f) - 1);
    double x = (a.x + b.x + b.width) / l->width - 1, y = (a.y + b.y + b.height) / l->height - 1;

    t[0] = 1;
    t[1] = x;
    t[2] = y;
    t[3] = x * x;
    t[4] = x * y;
    t[5] = y * y;
}

static double surface_at(const double c[TERMS], const double t[TERMS])
{
    double sum = 0;

    for (int i = 0; i < TERMS; i++)
        sum += c[i] * t[i];
    return sum;
}

/* Gauss on a (TERMS, TERMS+2) whose matrix is positive definite: two right sides at once. */
static void solve(double a[TERMS][TERMS + 2], Surface *s)
{
    for (int i = 0; i < TERMS; i++)
        for (int r = i + 1; r < TERMS; r++) {
            double f = a[r][i] / a[i][i];
            for (int c = i; c < TERMS + 2; c++)
                a[r][c] -= f * a[i][c];
        }
    for (int i = TERMS - 1; i >= 0; i--) {
        s->x[i] = a[i][TERMS];
        s->y[i] = a[i][TERMS + 1];
        for (int c = i + 1; c < TERMS; c++) {
            s->x[i] -= a[i][c] * s->x[c];
            s->y[i] -= a[i][c] * s->y[c];
        }
        s->x[i] /= a[i][i];
        s->y[i] /= a[i][i];
    }
}

/* Reweighted least squares, drawn towards a flat sheet where there are few fields. */
static Surface fit(const Layout *l, const Spot *move, const double *clear)
{
    Surface s = {{0}, {0}};

    for (int step = 0; step < FIT_STEPS; step++) {
        double a[TERMS][TERMS + 2] = {{0}}, t[TERMS];
        for (int i = 0; i < TERMS; i++)
            a[i][i] = i == 0 ? 0.01 : 0.3;
        for (int k = 0; k < l->field_count; k++) {
            terms_at(l, &l->fields[k], t);
            double off =
                step ? hypot(move[k].x - surface_at(s.x, t), move[k].y - surface_at(s.y, t)) /
                           trusted
                     : 0;
            double weight = clear[k] > 8 ? 1 / (1 + off * off) : 0.01;
            for (int i = 0; i < TERMS; i++) {
                for (int j = 0; j < TERMS; j++)
                    a[i][j] += weight * t[i] * t[j];
                a[i][TERMS] += weight * t[i] * move[k].x;
                a[i][TERMS + 1] += weight * t[i] * move[k].y;
            }
        }
        solve(a, &s);
    }
    return s;
}

int form_align(const Layout *l, const FormView *v, Spot *shift, Err *e)
{
    double *clear = malloc((size_t)l->field_count * sizeof *clear), t[TERMS], ignored;

    if (!clear)
        return err_set(e, ERR_MEMORY, "no memory for a form");
    for (int i = 0; i < l->field_count; i++)
        shift[i] = search(v, &l->fields[i], (Spot){0, 0}, reach, &clear[i]);
    Surface s = fit(l, shift, clear);
    for (int i = 0; i < l->field_count; i++) {
        terms_at(l, &l->fields[i], t);
        Spot about = {surface_at(s.x, t), surface_at(s.y, t)};
        shift[i] = search(v, &l->fields[i], about, near_reach, &ignored);
    }
    free(clear);
    return 0;
}
