/* Which bubbles are filled: how dark the inside of each is, beyond what is printed there and what most bubbles of the
 * sheet show. An empty bubble hardly varies, so the cut lies low. Whoever fills boldly leaves no faint marks but what he rubbed
 * out, and whoever ticks with a pencil makes all his marks faint: the cut lies at a share of what is usual on the sheet. */
#include <math.h>
#include <stdlib.h>

#include "read/form_parts.h"

enum { PRINT_SCALE = 4 };          /* px a mm of the print that photos are held against */
static const double inside = 0.75; /* of the radius: what counts */
static const double empty_share =
    0.3; /* of the bubbles of a sheet that are surely empty, unless it has few */
static const double filled_least = 0.05, filled_most = 0.12; /* darkness of a mark, at least */
static const double usual_share = 0.4;                       /* of the usual mark's darkness */
static const double doubtful = 0.035; /* what might be a mark; empty ones stay below 0.02 */

/* ---- darkness ---- */

static double disk_dark(const FormView *v, Area a)
{
    double radius = a.width / 2 * inside * v->scale, x = (a.x + a.width / 2) * v->scale,
           y = (a.y + a.height / 2) * v->scale, sum = 0;
    int count = 0;

    for (int j = (int)(y - radius); j <= (int)(y + radius); j++)
        for (int i = (int)(x - radius); i <= (int)(x + radius); i++) {
            double dx = i + 0.5 - x, dy = j + 0.5 - y;
            if (i < 0 || j < 0 || i >= v->sheet->width || j >= v->sheet->height ||
                dx * dx + dy * dy > radius * radius)
                continue;
            sum += v->dark[(size_t)j * v->sheet->width + i];
            count++;
        }
    return count ? sum / count / 255 : 0;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How dark an empty bubble is besides its print: a low quantile of all, below which no marks are. Sorts `dark`. */
static double empty_dark(double *dark, int count)
{
    qsort(dark, (size_t)count, sizeof *dark, compare);
    return count ? dark[(int)(empty_share * (count - 1))] : 0;
}

/* How dark a mark has to be on this sheet: `dark` is sorted. */
static double filled_dark(const double *dark, int count, double empty)
{
    int first = 0;

    while (first < count && dark[first] - empty < doubtful)
        first++;
    if (first == count)
        return filled_most;
    double usual = dark[(first + count) / 2] - empty;
    return fmin(filled_most, fmax(filled_least, usual_share * usual));
}

static void judge(FormItem *item, double empty, double filled)
{
    item->filled = fmax(0, item->filled - empty);
    item->value = item->filled >= filled ? 1 : item->filled >= doubtful ? FORM_DOUBT : 0;
}

/* The sheet as it was printed, at PRINT_SCALE: what stands in its bubbles is no mark. */
static int view_print(const Layout *l, FormView *out, Err *e)
{
    Canvas *c = form_draw(l, e);

    *out = (FormView){.scale = PRINT_SCALE};
    out->sheet = c ? canvas_render(c, PRINT_SCALE * 25.4 / 72, e) : NULL;
    canvas_free(c);
    if (!out->sheet)
        return -(int)ERR_MEMORY;
    size_t n = (size_t)out->sheet->width * out->sheet->height;
    out->dark = malloc(n);
    if (!out->dark)
        return err_set(e, ERR_MEMORY, "no memory for a form");
    for (size_t i = 0; i < n; i++) /* print is grey */
        out->dark[i] = (uint8_t)(255 - out->sheet->pixels[3 * i]);
    return 0;
}

static void measure(const Layout *l, const FormView *v, const FormView *print, const Spot *shift,
                    FieldReading *fields, double *dark, int *count)
{
    for (int i = 0; i < l->field_count; i++)
        for (int j = 0; l->fields[i].kind != FIELD_DIGITS && j < field_items(&l->fields[i]); j++) {
            Area a = field_item(&l->fields[i], j);
            double printed = disk_dark(print, a);
            a.x += shift[i].x;
            a.y += shift[i].y;
            fields[i].items[j].filled = dark[(*count)++] = disk_dark(v, a) - printed;
        }
}

int form_bubbles(const Layout *l, const FormView *v, const Spot *shift, FieldReading *fields,
                 Err *e)
{
    double *dark = malloc(LAYOUT_ITEMS * sizeof *dark);
    FormView print = {0};
    int count = 0,
        status = dark ? view_print(l, &print, e) : err_set(e, ERR_MEMORY, "no memory for a form");

    if (!status) {
        measure(l, v, &print, shift, fields, dark, &count);
        double empty = fmin(empty_dark(dark, count), 0.06),
               filled = filled_dark(dark, count, empty);
        for (int i = 0; i < l->field_count; i++)
            for (int j = 0; l->fields[i].kind != FIELD_DIGITS && j < field_items(&l->fields[i]);
                 j++)
                judge(&fields[i].items[j], empty, filled);
    }
    form_view_free(&print);
    free(dark);
    return status;
}
