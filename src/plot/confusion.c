/* The confusion matrix. */
#include "plot/confusion.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "plot/figure.h"

#define NAMES 56.0 /* the most room for the names of the true classes */
#define TOP   68.0
#define SIDE  58.0 /* room for the recall of each class */
#define BOTH  30.0 /* side of a cell that holds the count and the share */
#define FOOT  66.0

typedef struct Table {
    const Confusion *p;
    Canvas *canvas;
    double cell, left; /* side of a cell; where the first begins */
    double rows[CONFUSION_LIMIT], columns[CONFUSION_LIMIT], right, all;
} Table;

static double count_at(const Confusion *p, int row, int column)
{
    long n = p->counts[row * p->classes + column];

    return n > 0 ? (double)n : 0;
}

static void add_up(Table *t)
{
    for (int r = 0; r < t->p->classes; r++)
        for (int c = 0; c < t->p->classes; c++) {
            double n = count_at(t->p, r, c);
            t->rows[r] += n;
            t->columns[c] += n;
            t->right += r == c ? n : 0;
            t->all += n;
        }
}

static Color shade(double share, bool right)
{
    return color_mix(COLOR_WHITE, right ? COLOR_BLUE : COLOR_VERMILION, sqrt(share));
}

/* "99.6", "0.05", "100": three figures at most, never "0.0" for something that happened. */
static void percent_text(char out[TICK_TEXT], double share)
{
    double percent = share * 100;

    if (percent > 99.95 && percent < 100)
        number_text(out, floor(percent * 100) / 100, 2);
    else
        number_text(out, percent, percent == 0 || percent == 100 ? 0 : percent < 0.1 ? 2 : 1);
}

static void draw_cell(const Table *t, int row, int column)
{
    double n = count_at(t->p, row, column), share = t->rows[row] > 0 ? n / t->rows[row] : 0;
    Box box = {t->left + column * t->cell, TOP + row * t->cell, t->cell, t->cell};
    Color fill = shade(share, row == column);
    char text[TICK_TEXT];

    canvas_rect(t->canvas, box, fill, (Pen){COLOR_GRID, 0.5, DASH_SOLID});
    if (n == 0 || t->cell < 14)
        return;
    double x = box.x + t->cell / 2, y = box.y + t->cell / 2;
    Font font = {.size = FONT_LABEL,
                 .bold = true,
                 .align = ALIGN_CENTRE,
                 .color = color_text_on(fill),
                 .max_width = t->cell - 1};
    number_text(text, n, 0);
    if (t->cell < BOTH) {
        font.size = FONT_NOTE;
        canvas_text(t->canvas, x, y + text_middle(font.size), font, text);
        return;
    }
    canvas_text(t->canvas, x, y - 1, font, text);
    percent_text(text, share);
    font.size = FONT_NOTE;
    font.bold = false;
    canvas_text(t->canvas, x, y + FONT_NOTE + 2, font, text);
}

static const char *name_of(const Confusion *p, int i, char room[16])
{
    if (p->names)
        return p->names[i];
    snprintf(room, 16, "%d", i);
    return room;
}

static void draw_names(const Table *t)
{
    int n = t->p->classes;
    double size = fmin(FONT_LABEL, t->cell), widest = 0;
    char room[16];

    for (int i = 0; i < n; i++) {
        double at = (i + 0.5) * t->cell;
        const char *name = name_of(t->p, i, room);
        Font font = {.size = size, .max_width = NAMES, .align = ALIGN_RIGHT};
        widest = fmax(widest, text_width(font, name));
        canvas_text(t->canvas, t->left - 5, TOP + at + text_middle(size), font, name);
        font.align = ALIGN_CENTRE;
        font.max_width = t->cell;
        canvas_text(t->canvas, t->left + at, TOP - 5, font, name);
    }
    Font label = {.size = FONT_LABEL, .bold = true, .align = ALIGN_CENTRE};
    canvas_text(t->canvas, t->left + n * t->cell / 2, TOP - 20, label, "read as");
    label.angle_deg = 90;
    canvas_text(t->canvas, t->left - widest - 14, TOP + n * t->cell / 2, label, "true class");
}

/* The right share of each row (recall) and each column (precision). */
static void draw_margins(const Table *t)
{
    int n = t->p->classes;
    double right = t->left + n * t->cell + 8, foot = TOP + n * t->cell;
    Font font = {.size = fmin(FONT_TICK, t->cell * 0.8)};
    Font head = {.size = FONT_NOTE, .color = COLOR_SOFT};
    char text[TICK_TEXT];

    canvas_text(t->canvas, right, TOP - 5, head, "recall (%)");
    head.align = ALIGN_RIGHT;
    canvas_text(t->canvas, t->left - 5, foot + 13, head, "precision (%)");
    for (int i = 0; i < n; i++) {
        double at = (i + 0.5) * t->cell;
        if (t->rows[i] > 0) {
            percent_text(text, count_at(t->p, i, i) / t->rows[i]);
            font.align = ALIGN_LEFT;
            canvas_text(t->canvas, right, TOP + at + text_middle(font.size), font, text);
        }
        if (t->columns[i] > 0 && t->cell >= 22) {
            percent_text(text, count_at(t->p, i, i) / t->columns[i]);
            font.align = ALIGN_CENTRE;
            canvas_text(t->canvas, t->left + at, foot + 13, font, text);
        }
    }
}

/* What the shades mean, in the two colours, at shares that a reader can interpolate. */
static void draw_scale(const Table *t)
{
    static const double shares[] = {0.001, 0.01, 0.05, 0.25, 0.5, 1};
    static const char *const names[] = {"0.1", "1", "5", "25", "50", "100"};
    double y = TOP + t->p->classes * t->cell + 28;
    double x = t->left + t->p->classes * t->cell / 2 - 66 - 24;

    Font font = {.size = FONT_NOTE, .align = ALIGN_RIGHT};
    canvas_text(t->canvas, x - 5, y + 8, font, "right");
    canvas_text(t->canvas, x - 5, y + 19, font, "wrong");
    font.align = ALIGN_CENTRE;
    for (int i = 0; i < 6; i++) {
        Pen edge = {COLOR_GRID, 0.5, DASH_SOLID};
        canvas_rect(t->canvas, (Box){x + i * 22, y, 22, 11}, shade(shares[i], true), edge);
        canvas_rect(t->canvas, (Box){x + i * 22, y + 11, 22, 11}, shade(shares[i], false), edge);
        canvas_text(t->canvas, x + i * 22 + 11, y + 31, font, names[i]);
    }
    font.align = ALIGN_LEFT;
    canvas_text(t->canvas, x + 6 * 22 + 5, y + 31, font, "% of the true class");
}

static void draw_heading(const Table *t)
{
    char text[160], all[TICK_TEXT], right[TICK_TEXT], share[TICK_TEXT];

    page_title(t->canvas, t->p->title);
    if (t->all == 0)
        return;
    number_text(all, t->all, 0);
    number_text(right, t->right, 0);
    percent_text(share, t->right / t->all);
    snprintf(text, sizeof text, "%s of %s right (%s %%)%s", right, all, share,
             t->cell < BOTH ? "" : "; in each cell the count and % of the true class");
    page_subtitle(t->canvas, 32, text);
}

Canvas *plot_confusion(const Confusion *p, Err *e)
{
    assert(p->classes >= 0);
    if (p->classes > CONFUSION_LIMIT) {
        err_set(e, ERR_LIMIT, "a confusion matrix of %d classes is too large: %d are allowed",
                p->classes, CONFUSION_LIMIT);
        return NULL;
    }
    Table t = {.p = p, .cell = p->classes <= 16 ? 38 : p->classes <= 40 ? 22 : 11};
    add_up(&t);
    double table = p->classes * t.cell, side = fmax(table, 250), names = NAMES + 24;
    t.left = names + (side - table) / 2;
    t.canvas = canvas_new(names + side + SIDE, TOP + fmax(table, 60) + FOOT, e);
    if (!t.canvas)
        return NULL;
    draw_heading(&t);
    if (t.all == 0) {
        page_no_data(t.canvas, canvas_width(t.canvas) / 2, canvas_height(t.canvas) / 2);
        return t.canvas;
    }
    for (int r = 0; r < p->classes; r++)
        for (int c = 0; c < p->classes; c++)
            draw_cell(&t, r, c);
    draw_names(&t);
    draw_margins(&t);
    draw_scale(&t);
    return t.canvas;
}
