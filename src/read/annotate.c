#include "read/annotate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/markup.h"

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double height_of(const Mark *m)
{
    return hypot(m->corners[3].x - m->corners[0].x, m->corners[3].y - m->corners[0].y);
}

/* Of half of the marks the height is no more: `share` of it is how high the writing is. */
static Canvas *draw(const Image *im, const Mark *marks, int count, double share, Err *e)
{
    double *heights = malloc(((size_t)count + 1) * sizeof *heights);

    if (!heights) {
        err_set(e, ERR_MEMORY, "no memory for %d marks", count);
        return NULL;
    }
    for (int i = 0; i < count; i++)
        heights[i] = height_of(&marks[i]);
    qsort(heights, (size_t)count, sizeof *heights, compare);
    Canvas *c = markup_draw(im, marks, count, count ? share * heights[count / 2] : im->height, e);
    free(heights);
    return c;
}

static Mark *marks_new(size_t count, Err *e)
{
    Mark *marks = calloc(count + 1, sizeof *marks);

    if (!marks)
        err_set(e, ERR_MEMORY, "no memory for %zu marks", count);
    return marks;
}

static MarkLook look_of(bool refused, double probability)
{
    return refused ? MARK_REFUSED : probability < ANNOTATE_SURE ? MARK_UNSURE : MARK_SURE;
}

/* ---- digits ---- */

static Mark mark_digit(const ReadDigit *d, double number_doubt, int group)
{
    double right = d->x + d->width, low = d->y + d->height;
    Mark m = {.corners = {{d->x, d->y}, {right, d->y}, {right, low}, {d->x, low}},
              .look = look_of(d->digit < 0, fmin(d->probability, number_doubt)),
              .group = group};

    snprintf(m.text, sizeof m.text, d->digit < 0 ? "%d?" : "%d", d->alternatives[0].digit);
    return m;
}

/* How likely it is that a number has just these digits, where that is in doubt; else 1. */
static double whole(const ReadNumber *n, const ReadDigit *digits)
{
    double product = 1;

    for (int i = 0; i < n->count; i++)
        product *= digits[n->first + i].probability;
    return n->probability < 0.7 * product ? n->probability / product : 1;
}

Canvas *reading_annotate(const Reading *reading, const Image *im, Err *e)
{
    size_t count = 0;
    int n = 0, group = 0;

    for (int i = 0; i < reading->line_count; i++)
        count += (size_t)reading->lines[i].count;
    Mark *marks = marks_new(count, e);
    for (int i = 0; marks && i < reading->line_count; i++)
        for (int k = 0; k < reading->lines[i].number_count; k++, group++) {
            const ReadNumber *number = &reading->lines[i].numbers[k];

            for (int d = 0; d < number->count; d++)
                marks[n++] = mark_digit(&reading->lines[i].digits[number->first + d], whole(number, reading->lines[i].digits), group);
        }
    Canvas *c = marks ? draw(im, marks, n, 1, e) : NULL;
    free(marks);
    return c;
}

/* ---- tables ---- */

static const double cell_share = 0.6; /* of a cell's height: its writing */

static Mark mark_cell(const Cell *cell)
{
    Mark m = {.look =
                  *cell->text ? look_of(strchr(cell->text, '?'), cell->probability) : MARK_EMPTY,
              .inside = true};

    memcpy(m.corners, cell->corners, sizeof m.corners);
    snprintf(m.text, sizeof m.text, "%s", cell->text);
    return m;
}

Canvas *cells_annotate(const CellsReading *table, const Image *photo, Err *e)
{
    int count = table->rows * table->columns;
    Mark *marks = marks_new((size_t)count, e);

    for (int i = 0; marks && i < count; i++)
        marks[i] = mark_cell(&table->cells[i]);
    Canvas *c = marks ? draw(photo, marks, count, cell_share, e) : NULL;
    free(marks);
    return c;
}

/* ---- forms ---- */

static const double item_share =
    1.3; /* a field's text stands for several boxes: it may be larger */

static Mark mark_item(const Field *f, const FormItem *item)
{
    bool boxes = f->kind == FIELD_DIGITS;
    bool empty = item->value == (boxes ? FORM_BLANK : 0);
    Mark m = {.look = empty ? MARK_EMPTY
                            : look_of(item->value == FORM_DOUBT, boxes ? item->probability : 1),
              .round = !boxes};

    memcpy(m.corners, item->corners, sizeof m.corners);
    return m;
}

/* The corners of what all items of a field fill, from the items at its corners. */
static void surround(const Field *f, const FieldReading *r, Mark *m)
{
    int last = field_items(f) - 1;
    bool columns = f->kind == FIELD_BUBBLES, down = f->kind == FIELD_CHOICE && f->down;
    int right = columns ? last - 9 : down ? 0 : last, low = columns ? 9 : down ? last : 0;

    m->corners[0] = r->items[0].corners[0];
    m->corners[1] = r->items[right].corners[1];
    m->corners[2] = r->items[last].corners[2];
    m->corners[3] = r->items[low].corners[3];
}

/* A long text is cut, not within a letter. */
static void say(Mark *m, const char *text, const char *flag)
{
    enum { MOST = LAYOUT_COUNT };
    size_t n = strnlen(text, MOST + 1);
    bool cut = n > MOST;

    for (n -= cut; cut && n && (text[n] & 0xc0) == 0x80; n--)
        ;
    snprintf(m->text, sizeof m->text, "%.*s%s%s%s", (int)n, text, cut ? ".." : "",
             n && *flag ? " " : "", flag);
}

static Mark mark_field(const Field *f, const FieldReading *r)
{
    Mark m = {.look = r->flag != FORM_SURE ? MARK_REFUSED
                      : *r->text           ? MARK_SURE
                                           : MARK_EMPTY,
              .beside = true};

    surround(f, r, &m);
    say(&m, r->text, form_flag_name(r->flag));
    return m;
}

Canvas *form_annotate(const FormReading *form, const Layout *l, const Image *photo, Err *e)
{
    size_t room = (size_t)form->count;
    int n = 0;

    for (int i = 0; i < form->count; i++)
        room += (size_t)field_items(&l->fields[i]);
    Mark *marks = marks_new(room, e);
    for (int i = 0; marks && i < form->count; i++) {
        const Field *f = &l->fields[i];

        for (int k = 0; k < field_items(f); k++)
            marks[n++] = mark_item(f, &form->fields[i].items[k]);
        marks[n] = mark_field(f, &form->fields[i]);
        marks[n++].group = i;
    }
    Canvas *c = marks ? draw(photo, marks, n, item_share, e) : NULL;
    free(marks);
    return c;
}
