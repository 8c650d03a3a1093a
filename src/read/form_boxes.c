/* The digits in a form's boxes. Each box is looked at twice, with what its strokes do beyond its lines and within them
 * alone, and both pictures go to the net: where the two disagree, the mean of their probabilities is low. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/digit.h"
#include "read/form_parts.h"

enum { LOOKS = 2, DIGITS = 10 };
static const double inset = 0.45;     /* mm: half of a line and what a lens makes of it */
static const double least_ink = 0.35; /* mm^2 in a box that is not empty */
static const int ink_dark = 36;       /* of 255 */

typedef struct Boxes {
    FormItem **item; /* (count) those that are not empty */
    uint8_t *pixels; /* (count, LOOKS, 784) */
    double *p;       /* (count, LOOKS, classes) */
    int count;
} Boxes;

/* ---- empty? ---- */

/* The mean darkness of 3 x 3 pixels. */
static int smooth_dark(const FormView *v, int x, int y)
{
    int sum = 0, w = v->sheet->width;

    for (int j = -1; j <= 1; j++)
        for (int i = -1; i <= 1; i++)
            sum += v->dark[(size_t)(y + j) * w + x + i];
    return sum / 9;
}

/* Ink within the lines of a box, in mm^2. */
static double ink_area(const FormView *v, Area a)
{
    int x0 = (int)fmax(1, ceil((a.x + inset) * v->scale)),
        y0 = (int)fmax(1, ceil((a.y + inset) * v->scale));
    int x1 = (int)fmin(v->sheet->width - 2, (a.x + a.width - inset) * v->scale);
    int y1 = (int)fmin(v->sheet->height - 2, (a.y + a.height - inset) * v->scale);
    int count = 0;

    for (int y = y0; y <= y1; y++)
        for (int x = x0; x <= x1; x++)
            count += smooth_dark(v, x, y) > ink_dark;
    return count / (v->scale * v->scale);
}

/* ---- what the net sees ---- */

/* Within the lines alone. */
static Image *cut_inside(const FormView *v, Area a, Err *e)
{
    int x0 = (int)fmax(0, ceil((a.x + inset) * v->scale)),
        y0 = (int)fmax(0, ceil((a.y + inset) * v->scale));
    int x1 = (int)fmin(v->sheet->width, (a.x + a.width - inset) * v->scale);
    int y1 = (int)fmin(v->sheet->height, (a.y + a.height - inset) * v->scale);

    if (x1 <= x0 || y1 <= y0)
        return image_new(1, 1, v->sheet->channels, e);
    return image_crop(v->sheet, x0, y0, x1 - x0, y1 - y0, e);
}

static int see(Image *crop, uint8_t *out, Err *e)
{
    DigitOptions dark = {.polarity = INK_DARK};
    int status = crop ? digit_from_image(crop, &dark, out, NULL, e) : -(int)ERR_MEMORY;

    image_free(crop);
    return status;
}

static int see_box(const BoxLines *lines, const FormView *v, const Field *f, int index, Spot shift,
                   FormItem *item, Boxes *boxes, Err *e)
{
    Area a = field_item(f, index);
    uint8_t *out = boxes->pixels + (size_t)boxes->count * LOOKS * DIGIT_PIXELS;

    a.x += shift.x;
    a.y += shift.y;
    item->value = FORM_BLANK;
    item->probability = 1;
    if (ink_area(v, a) < least_ink)
        return 0;
    int status = see(box_cut(lines, v, f, index, shift, e), out, e);
    if (!status)
        status = see(cut_inside(v, a, e), out + DIGIT_PIXELS, e);
    memcpy(item->seen, out, DIGIT_PIXELS);
    boxes->item[boxes->count++] = item;
    return status;
}

/* ---- what it says ---- */

static void decide(const Model *m, const double *p, FormItem *item)
{
    int classes = m->class_count;
    double best = -1, noise = 0;

    for (int i = 0; i < classes; i++) {
        double mean = (p[i] + p[classes + i]) / LOOKS;
        if (i >= DIGITS)
            noise = mean;
        else if (mean > best) {
            best = mean;
            item->value = i;
        }
    }
    item->probability = best;
    if (best < m->calibration.threshold || noise > best)
        item->value = FORM_DOUBT;
}

static int boxes_new(const Layout *l, const Model *m, Boxes *b, Err *e)
{
    size_t most = 1;

    for (int i = 0; i < l->field_count; i++)
        most += l->fields[i].kind == FIELD_DIGITS ? (size_t)l->fields[i].count : 0;
    b->item = malloc(most * sizeof *b->item);
    b->pixels = malloc(most * LOOKS * DIGIT_PIXELS);
    b->p = malloc(most * LOOKS * (size_t)m->class_count * sizeof *b->p);
    return b->item && b->pixels && b->p
               ? 0
               : err_set(e, ERR_MEMORY, "no memory for a form of %zu boxes", most - 1);
}

int form_boxes(Reader *r, const Layout *l, const FormView *v, const Spot *shift,
               FieldReading *fields, Err *e)
{
    const Model *m = reader_model(r);
    Boxes boxes = {0};
    BoxLines *lines = box_lines_new(l, v, shift, e);
    int status = lines ? boxes_new(l, m, &boxes, e) : -(int)ERR_MEMORY;

    for (int i = 0; i < l->field_count; i++)
        for (int j = 0; !status && l->fields[i].kind == FIELD_DIGITS && j < l->fields[i].count; j++)
            status = see_box(lines, v, &l->fields[i], j, shift[i], &fields[i].items[j], &boxes, e);
    if (!status) {
        reader_classify(r, boxes.pixels, boxes.count * LOOKS, boxes.p);
        for (int i = 0; i < boxes.count; i++)
            decide(m, boxes.p + (size_t)i * LOOKS * m->class_count, boxes.item[i]);
    }
    box_lines_free(lines);
    free(boxes.item);
    free(boxes.pixels);
    free(boxes.p);
    return status;
}
