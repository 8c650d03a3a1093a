/* A page of panels: a title above, plots in rows below.
 *
 *     Figure f = figure_new("Training", 3, 3, 280, 220, &e);
 *     if (f.canvas)
 *         axes_draw(f.canvas, figure_panel(&f, 0), &spec);
 *
 * The file also holds what pages without panels share: their title, notes and "no data". */
#ifndef SCRAWL_PLOT_FIGURE_H
#define SCRAWL_PLOT_FIGURE_H

#include "plot/axes.h"

enum { FIGURE_PANEL_LIMIT = 64 };

typedef struct Figure {
    Canvas *canvas; /* NULL after an error */
    int columns;
    double panel_w, panel_h, top;
} Figure;

/* `panels` of w x h points in rows of `columns` (no more than panels are). ERR_LIMIT for more than
 * FIGURE_PANEL_LIMIT panels, ERR_MEMORY. No panels give a page that says "no data". */
Figure figure_new(const char *title, int panels, int columns, double w, double h, Err *e);
Box figure_panel(const Figure *f, int index);

/* For pages without panels. */
void page_title(Canvas *c, const char *title);
double page_title_width(const char *title); /* that a page needs to show it whole; at most 640 */
void page_subtitle(Canvas *c, double y, const char *text);
void page_foot(Canvas *c, const char *text); /* a note on the last line */
void page_no_data(Canvas *c, double x, double y);

#endif
