/* Sheets of pictures. */
#include "plot/grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plot/figure.h"

#define MARGIN 12.0
#define GAP    8.0
#define INNER  2.0         /* between the pictures of an item */
enum { PICTURE_PX = 112 }; /* what a picture is enlarged to, about */

typedef struct Layout {
    int columns, rows, per_item;
    double picture_w, picture_h, item_w, item_h, top, left;
    double title_h;
    double pixel; /* points a pixel of a picture */
} Layout;

/* The largest picture decides the size of all cells. */
static void measure_pictures(Layout *l, const Sheet *s)
{
    int width = 1, height = 1;

    for (long i = 0; i < (long)s->count * l->per_item; i++) {
        width = s->images[i].width > width ? s->images[i].width : width;
        height = s->images[i].height > height ? s->images[i].height : height;
    }
    double larger = fmax(width, height);
    double pixel =
        larger <= PICTURE_PX ? fmax(1, floor(PICTURE_PX / larger + 0.5)) : PICTURE_PX / larger;
    l->pixel = pixel / CANVAS_PNG_SCALE;
    l->picture_w = width * l->pixel;
    l->picture_h = height * l->pixel;
}

static int chosen_columns(const Sheet *s, int per_item)
{
    int columns = s->columns;

    if (columns <= 0) {
        columns = (int)ceil(sqrt(s->count * 1.6 / per_item));
        if (columns > 12)
            columns = 12;
    }
    return columns < s->count ? columns : s->count > 0 ? s->count : 1;
}

/* Font of the title of item i. */
static Font title_font(const Sheet *s, int i)
{
    bool wrong = s->wrong && s->wrong[i];

    return (Font){.size = FONT_TICK,
                  .align = ALIGN_CENTRE,
                  .bold = wrong,
                  .color = wrong ? color_mix(COLOR_VERMILION, COLOR_BLACK, 0.2) : COLOR_INK};
}

/* An item is wide enough for its pictures and for most titles; the longest are cut. */
static double item_width(const Layout *l, const Sheet *s)
{
    double pictures = ceil(l->per_item * l->picture_w + (l->per_item - 1) * INNER), wide = pictures;

    for (int i = 0; s->titles && i < s->count; i++)
        wide = fmax(wide, ceil(text_width(title_font(s, i), s->titles[i])) + 2 - GAP);
    return fmin(wide, 1.75 * pictures);
}

static Layout lay_out(const Sheet *s)
{
    Layout l = {.per_item = s->per_item > 0 ? s->per_item : 1};

    measure_pictures(&l, s);
    l.columns = chosen_columns(s, l.per_item);
    l.rows = s->count > 0 ? (s->count + l.columns - 1) / l.columns : 1;
    l.title_h = s->titles ? FONT_TICK + 4 : 0;
    l.item_w = item_width(&l, s);
    l.item_h = ceil(l.title_h + l.picture_h);
    l.left = MARGIN;
    l.top = MARGIN + (s->title && *s->title ? 16 : 0) + (s->note ? 14 : 0) +
            (s->heads ? FONT_TICK + 4 : 0);
    return l;
}

static void draw_picture(Canvas *c, const Layout *l, double x, double y, const Image *im)
{
    double scale = fmin(l->picture_w / im->width, l->picture_h / im->height);
    double pixel = fmin(scale, floor(scale / l->pixel + 1e-6) * l->pixel);
    Box box;

    if (pixel <= 0)
        pixel = scale;
    box.w = im->width * pixel;
    box.h = im->height * pixel;
    box.x = x + floor((l->picture_w - box.w) * CANVAS_PNG_SCALE / 2) / CANVAS_PNG_SCALE;
    box.y = y + floor((l->picture_h - box.h) * CANVAS_PNG_SCALE / 2) / CANVAS_PNG_SCALE;
    canvas_image(c, box, im);
    canvas_rect(c, box, COLOR_NONE, (Pen){COLOR_GRID, 0.5, DASH_SOLID});
}

static void draw_item(Canvas *c, const Layout *l, const Sheet *s, int i)
{
    double x = l->left + i % l->columns * (l->item_w + GAP);
    double y = l->top + i / l->columns * (l->item_h + GAP);
    double pictures = l->per_item * (l->picture_w + INNER) - INNER;
    double left = x + floor((l->item_w - pictures) / 2);

    if (s->titles) {
        Font font = title_font(s, i);

        font.max_width = l->item_w + GAP - 2;
        canvas_text(c, x + l->item_w / 2, y + FONT_TICK, font, s->titles[i]);
    }
    for (int k = 0; k < l->per_item; k++) {
        const Image *im = &s->images[(size_t)i * l->per_item + k];
        double at = left + k * (l->picture_w + INNER);
        if (im->width > 0 && im->height > 0)
            draw_picture(c, l, at, y + l->title_h, im);
        if (s->heads && i < l->columns)
            canvas_text(c, at + l->picture_w / 2, l->top - 4,
                        (Font){.size = FONT_TICK,
                               .color = COLOR_SOFT,
                               .align = ALIGN_CENTRE,
                               .max_width = l->picture_w + INNER},
                        s->heads[k]);
    }
}

Canvas *plot_sheet(const Sheet *s, Err *e)
{
    Layout l = lay_out(s);
    double inner = l.columns * (l.item_w + GAP) - GAP;
    double width = fmax(fmax(inner, 200) + 2 * MARGIN, page_title_width(s->title));

    l.left = floor((width - inner) / 2);
    Canvas *c = canvas_new(width, l.top + l.rows * (l.item_h + GAP) - GAP + MARGIN, e);
    if (!c)
        return NULL;
    page_title(c, s->title);
    page_subtitle(c, s->title && *s->title ? 33 : 18, s->note);
    if (s->count <= 0)
        page_no_data(c, width / 2, l.top + l.item_h / 2);
    for (int i = 0; i < s->count; i++)
        draw_item(c, &l, s, i);
    return c;
}

/* ---- readings ---- */

enum { TITLE_TEXT = 96 };

static const char *class_name(const Readings *r, int class)
{
    return class >= 0 && class < r->classes ? r->names[class] : "?";
}

static void reading_title(char out[TITLE_TEXT], const Readings *r, int i)
{
    char percent[TICK_TEXT];
    double p = (double)r->probability[i] * 100;

    if (p > 99.95 && p < 100) /* not "100.0" for what is less */
        p = 99.9;
    number_text(percent, p, 1);
    if (r->truth)
        snprintf(out, TITLE_TEXT, "%.24s \u2192 %.24s  %s %%", class_name(r, r->truth[i]),
                 class_name(r, r->read[i]), percent);
    else
        snprintf(out, TITLE_TEXT, "%.24s  %s %%", class_name(r, r->read[i]), percent);
}

Canvas *plot_readings(const Readings *r, Err *e)
{
    size_t n = r->count > 0 ? (size_t)r->count : 0;
    char(*texts)[TITLE_TEXT] = calloc(n + 1, sizeof *texts);
    const char **titles = calloc(n + 1, sizeof *titles);
    bool *wrong = calloc(n + 1, sizeof *wrong);
    Canvas *c = NULL;

    if (!texts || !titles || !wrong) {
        err_set(e, ERR_MEMORY, "no memory for a plot");
        goto done;
    }
    for (size_t i = 0; i < n; i++) {
        reading_title(texts[i], r, (int)i);
        titles[i] = texts[i];
        wrong[i] = r->truth && r->truth[i] != r->read[i];
    }
    c = plot_sheet(&(Sheet){.title = r->title,
                            .images = r->images,
                            .count = (int)n,
                            .titles = titles,
                            .wrong = wrong,
                            .columns = r->columns,
                            .note = r->truth
                                        ? "true class \u2192 what was read, and its probability"
                                        : "what was read, and its probability"},
                   e);
done:
    free(texts);
    free(titles);
    free(wrong);
    return c;
}
