/* A page of panels. */
#include "plot/figure.h"

#include <math.h>

#define MARGIN 8.0
#define TITLE  13.0

void page_title(Canvas *c, const char *title)
{
    double width = canvas_width(c);
    Font font = {.size = TITLE, .bold = true, .align = ALIGN_CENTRE, .max_width = width - 16};

    canvas_text(c, width / 2, TITLE + 5, font, title);
}

double page_title_width(const char *title)
{
    double most = 640;

    return title ? fmin(most, text_width((Font){.size = TITLE, .bold = true}, title) + 17) : 0;
}

void page_subtitle(Canvas *c, double y, const char *text)
{
    double width = canvas_width(c);
    Font font = {
        .size = FONT_TICK, .color = COLOR_SOFT, .align = ALIGN_CENTRE, .max_width = width - 16};

    canvas_text(c, width / 2, y, font, text);
}

void page_foot(Canvas *c, const char *text)
{
    double width = canvas_width(c);
    Font font = {.size = FONT_NOTE,
                 .color = COLOR_SOFT,
                 .italic = true,
                 .align = ALIGN_CENTRE,
                 .max_width = width - 16};

    canvas_text(c, width / 2, canvas_height(c) - 5, font, text);
}

void page_no_data(Canvas *c, double x, double y)
{
    canvas_text(c, x, y, (Font){.size = FONT_TITLE, .color = COLOR_SOFT, .align = ALIGN_CENTRE},
                "no data");
}

Figure figure_new(const char *title, int panels, int columns, double w, double h, Err *e)
{
    Figure f = {.panel_w = w, .panel_h = h, .top = title && *title ? TITLE + 14 : MARGIN};

    if (panels > FIGURE_PANEL_LIMIT) {
        err_set(e, ERR_LIMIT, "a figure of %d panels is too large: %d are allowed", panels,
                FIGURE_PANEL_LIMIT);
        return f;
    }
    f.columns = columns < panels ? columns : panels > 0 ? panels : 1;
    int rows = panels > 0 ? (panels + f.columns - 1) / f.columns : 1;
    double width = f.columns * (w + MARGIN) + MARGIN;
    f.canvas = canvas_new(width, f.top + rows * (h + MARGIN), e);
    if (!f.canvas)
        return f;
    page_title(f.canvas, title);
    if (panels == 0)
        page_no_data(f.canvas, width / 2, f.top + h / 2);
    return f;
}

Box figure_panel(const Figure *f, int index)
{
    return (Box){MARGIN + index % f->columns * (f->panel_w + MARGIN),
                 f->top + index / f->columns * (f->panel_h + MARGIN), f->panel_w, f->panel_h};
}
