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

static Mark mark_digit(const ReadDigit *d, int group)
{
    double right = d->x + d->width, low = d->y + d->height;
    Mark m = {.corners = {{d->x, d->y}, {right, d->y}, {right, low}, {d->x, low}},
              .look = look_of(d->digit < 0, d->probability),
              .group = group};

    snprintf(m.text, sizeof m.text, d->digit < 0 ? "%d?" : "%d", d->alternatives[0].digit);
    return m;
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
                marks[n++] = mark_digit(&reading->lines[i].digits[number->first + d], group);
        }
    Canvas *c = marks ? draw(im, marks, n, 1, e) : NULL;
    free(marks);
    return c;
}
