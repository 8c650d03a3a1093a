/* A layout on paper. Box borders are grey: read/form_boxes.c tells them from ink that is darker. */
#include "read/form.h"

#include <stdio.h>
#include <string.h>

#define PT (72 / 25.4) /* points a millimetre */

static const Color border = {130, 130, 130, 255}, faint = {150, 150, 150, 255};

static Box box_of(Area a)
{
    return (Box){a.x * PT, a.y * PT, a.width * PT, a.height * PT};
}

/* The middle `share` of an area. */
static Area inner(Area a, double share)
{
    return (Area){a.x + a.width * (1 - share) / 2, a.y + a.height * (1 - share) / 2,
                  a.width * share, a.height * share};
}

static void draw_text(Canvas *c, double x, double y, Font font, const char *text)
{
    font.size *= PT;
    canvas_text(c, x * PT, y * PT, font, text);
}

/* A text whose capitals are centred on y. */
static void draw_centred(Canvas *c, double x, double y, Font font, const char *text)
{
    draw_text(c, x, y + text_middle(font.size), font, text);
}

/* A square in a ring, as the eye of a matrix code; that of the upper left corner is hollow, which tells how the
 * sheet lies. */
static void draw_marker(Canvas *c, const Layout *l, int corner)
{
    Area m = layout_marker(l, corner);

    canvas_rect(c, box_of(m), COLOR_BLACK, (Pen){0});
    canvas_rect(c, box_of(inner(m, FORM_RING)), COLOR_WHITE, (Pen){0});
    canvas_rect(c, box_of(inner(m, FORM_CORE)), COLOR_BLACK, (Pen){0});
    if (corner == 0)
        canvas_rect(c, box_of(inner(m, FORM_HOLE)), COLOR_WHITE, (Pen){0});
}

static bool code_bit(const Layout *l, int i)
{
    return i < LAYOUT_CODE_BITS && l->code >> (LAYOUT_CODE_BITS - 1 - i) & 1;
}

/* Squares beside each other are one rectangle: no seam shows. */
static void draw_code(Canvas *c, const Layout *l)
{
    for (int i = 0, end; i < LAYOUT_CODE_BITS; i = end) {
        Area a = layout_code_square(l, i);
        for (end = i + 1; code_bit(l, i) && code_bit(l, end); end++)
            ;
        a.width *= end - i;
        if (code_bit(l, i))
            canvas_rect(c, box_of(a), COLOR_BLACK, (Pen){0});
    }
}

static void draw_bubble(Canvas *c, const Field *f, int index)
{
    Area a = field_item(f, index);
    Point middle = {(a.x + a.width / 2) * PT, (a.y + a.height / 2) * PT};
    char digit[2] = {(char)('0' + index % 10), 0};
    const char *inside = f->kind == FIELD_BUBBLES ? digit : f->choices[index];
    Font font = {.size = a.height * 0.55, .color = faint, .align = ALIGN_CENTRE};

    canvas_circle(c, middle, a.width / 2 * PT, COLOR_WHITE, (Pen){border, 0.25 * PT, DASH_SOLID});
    if (strlen(inside) <= 2)
        draw_centred(c, a.x + a.width / 2, a.y + a.height / 2, font, inside);
}

static void draw_label(Canvas *c, const Field *f)
{
    Area first = field_item(f, 0);
    Font font = {.size = 3.4};

    if (!f->label)
        return;
    if (f->label_above) {
        draw_text(c, first.x, first.y - 1.6, font, f->label);
        return;
    }
    font.align = ALIGN_RIGHT;
    if (f->holds >= 0) { /* the digit to write */
        font.size = 7;
        font.bold = true;
    }
    draw_centred(c, first.x - 2.5, first.y + first.height / 2, font, f->label);
}

static void draw_field(Canvas *c, const Field *f)
{
    draw_label(c, f);
    for (int i = 0; i < field_items(f); i++) {
        if (f->kind == FIELD_DIGITS)
            canvas_rect(c, box_of(field_item(f, i)), COLOR_NONE,
                        (Pen){border, FORM_BORDER * PT, DASH_SOLID});
        else
            draw_bubble(c, f, i);
    }
}

Canvas *form_draw(const Layout *l, Err *e)
{
    Canvas *c = canvas_new(l->width * PT, l->height * PT, e);

    if (!c)
        return NULL;
    for (int i = 0; i < 4; i++)
        draw_marker(c, l, i);
    draw_code(c, l);
    for (int i = 0; i < l->line_count; i++) {
        const LayoutLine *line = &l->lines[i];
        canvas_line(c, (Point){line->x0 * PT, line->y0 * PT}, (Point){line->x1 * PT, line->y1 * PT},
                    (Pen){faint, 0.2 * PT, DASH_SOLID});
    }
    for (int i = 0; i < l->text_count; i++) {
        const LayoutText *t = &l->texts[i];
        Font font = {.size = t->size, .bold = t->bold, .align = (Align)(t->align + 1)};
        draw_text(c, t->x, t->y, font, t->text);
    }
    for (int i = 0; i < l->field_count; i++)
        draw_field(c, &l->fields[i]);
    return c;
}
