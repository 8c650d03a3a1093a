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

/* A pale chip with the digit on the upper edge of its box, inside where the picture ends there. */
static void draw_name(Canvas *c, const Box *box, const ReadDigit *d)
{
    double size = fmax(5, 0.32 * box->h), middle = box->x + 0.5 * box->w;
    double foot = box->y - 0.2 * size < size ? box->y + 1.0 * size : box->y - 0.2 * size;
    Font font = {.size = size, .color = color_of(d), .bold = true, .align = ALIGN_CENTRE};
    char text[8];

    snprintf(text, sizeof text, d->digit < 0 ? "%d?" : "%d",
             d->digit < 0 ? d->alternatives[0].digit : d->digit);
    double wide = text_width(font, text) + 0.3 * size;
    canvas_rect(c, (Box){middle - wide / 2, foot - 0.82 * size, wide, 0.92 * size},
                color_fade(COLOR_WHITE, 0.85), (Pen){0});
    canvas_text(c, middle, foot, font, text);
}

static void draw_box(Canvas *c, const Box *box, const ReadDigit *d)
{
    canvas_rect(c, *box, COLOR_NONE, (Pen){color_of(d), fmax(0.5, 0.02 * box->h), DASH_SOLID});
}

static Box box_of(const ReadDigit *d)
{
    return (Box){points(d->x), points(d->y), points(d->width), points(d->height)};
}

/* Boxes first, so that none lies over a name. */
static void draw_line(Canvas *c, const ReadLine *line)
{
    for (int i = 0; i < line->count; i++) {
        Box box = box_of(&line->digits[i]);
        draw_box(c, &box, &line->digits[i]);
    }
    for (int i = 0; i < line->count; i++) {
        Box box = box_of(&line->digits[i]);
        draw_name(c, &box, &line->digits[i]);
    }
}

int reading_annotate(const Reading *reading, const Image *im, const char *path, Err *e)
{
    Canvas *c = canvas_new(points(im->width), points(im->height), e);

    if (c)
        canvas_image(c, (Box){0, 0, points(im->width), points(im->height)}, im);
    for (int i = 0; c && i < reading->line_count; i++)
        draw_line(c, &reading->lines[i]);
    return canvas_finish(c, path, e);
}
