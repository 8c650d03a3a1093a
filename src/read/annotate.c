#include "read/annotate.h"

#include <math.h>
#include <stdio.h>

#include "plot/canvas.h"

/* A point of the page is CANVAS_PNG_SCALE pixels of the picture. */
static double points(double px)
{
    return px / CANVAS_PNG_SCALE;
}

static Color color_of(const ReadDigit *d)
{
    return d->digit < 0                     ? COLOR_VERMILION
           : d->probability < ANNOTATE_SURE ? COLOR_ORANGE
                                            : COLOR_GREEN;
}

static void draw_digit(Canvas *c, const ReadDigit *d)
{
    Box box = {points(d->x), points(d->y), points(d->width), points(d->height)};
    double size = fmax(5, 0.4 * box.h), foot = box.y - 0.15 * size;
    char text[8];

    snprintf(text, sizeof text, d->digit < 0 ? "%d?" : "%d",
             d->digit < 0 ? d->alternatives[0].digit : d->digit);
    canvas_rect(c, box, COLOR_NONE, (Pen){color_of(d), fmax(0.5, 0.02 * box.h), DASH_SOLID});
    canvas_text(c, box.x + 0.5 * box.w, foot < size ? box.y + box.h + size : foot,
                (Font){.size = size, .color = color_of(d), .bold = true, .align = ALIGN_CENTRE},
                text);
}

int reading_annotate(const Reading *reading, const Image *im, const char *path, Err *e)
{
    Canvas *c = canvas_new(points(im->width), points(im->height), e);

    if (c)
        canvas_image(c, (Box){0, 0, points(im->width), points(im->height)}, im);
    for (int i = 0; c && i < reading->line_count; i++)
        for (int k = 0; k < reading->lines[i].count; k++)
            draw_digit(c, &reading->lines[i].digits[k]);
    return canvas_finish(c, path, e);
}
