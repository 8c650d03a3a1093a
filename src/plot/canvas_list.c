/* Recording: each drawing function checks its numbers and appends one command. */
#include "plot/canvas_list.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

Canvas *canvas_new(double width, double height, Err *e)
{
    double pixels = width * height * CANVAS_PNG_SCALE * CANVAS_PNG_SCALE;

    if (!(width >= 1 && height >= 1 && width <= CANVAS_SIDE_LIMIT && height <= CANVAS_SIDE_LIMIT &&
          pixels <= (double)IMAGE_PIXEL_LIMIT)) {
        err_set(e, ERR_LIMIT,
                "a plot of %.0f x %.0f points is too large: sides of %d and %zu pixels are allowed",
                width, height, CANVAS_SIDE_LIMIT, IMAGE_PIXEL_LIMIT);
        return NULL;
    }
    Canvas *c = calloc(1, sizeof *c);
    if (!c) {
        err_set(e, ERR_MEMORY, "no memory for a plot");
        return NULL;
    }
    c->width = width;
    c->height = height;
    return c;
}

void canvas_free(Canvas *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->count; i++) {
        free(c->commands[i].text);
        image_free(c->commands[i].image);
    }
    free(c->commands);
    free(c->points);
    free(c);
}

double canvas_width(const Canvas *c)
{
    return c->width;
}

double canvas_height(const Canvas *c)
{
    return c->height;
}

/* Room for `more` items behind `count` in an array; false and `failed` without memory. */
static bool reserve(Canvas *c, void **items, size_t *room, size_t count, size_t more, size_t size)
{
    if (c->failed)
        return false;
    if (more <= *room - count)
        return true;
    size_t wanted = *room * 2 > count + more ? *room * 2 : count + more + 64, bytes;
    void *grown = size_multiply(wanted, size, &bytes) ? realloc(*items, bytes) : NULL;
    if (!grown) {
        c->failed = true;
        return false;
    }
    *items = grown;
    *room = wanted;
    return true;
}

/* Appends a command; NULL when there is no memory. */
static Command *append(Canvas *c, CommandKind kind)
{
    if (!reserve(c, (void **)&c->commands, &c->room, c->count, 1, sizeof *c->commands))
        return NULL;
    Command *command = &c->commands[c->count++];
    *command = (Command){.kind = kind, .first = c->point_count};
    return command;
}

static bool box_is_finite(Box b)
{
    return isfinite(b.x) && isfinite(b.y) && isfinite(b.w) && isfinite(b.h);
}

static void append_points(Canvas *c, CommandKind kind, const Point *points, size_t count,
                          Color fill, Pen pen)
{
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(points[i].x) || !isfinite(points[i].y))
            return;
    if (!reserve(c, (void **)&c->points, &c->point_room, c->point_count, count, sizeof *points))
        return;
    Command *command = append(c, kind);
    if (!command)
        return;
    memcpy(c->points + c->point_count, points, count * sizeof *points);
    c->point_count += count;
    command->count = count;
    command->fill = fill;
    command->pen = pen;
}

void canvas_line(Canvas *c, Point from, Point to, Pen pen)
{
    canvas_polyline(c, (Point[]){from, to}, 2, pen);
}

void canvas_polyline(Canvas *c, const Point *points, size_t count, Pen pen)
{
    append_points(c, COMMAND_LINE, points, count, COLOR_NONE, pen);
}

void canvas_polygon(Canvas *c, const Point *points, size_t count, Color fill, Pen pen)
{
    append_points(c, COMMAND_SHAPE, points, count, fill, pen);
}

void canvas_rect(Canvas *c, Box b, Color fill, Pen pen)
{
    Point corners[4] = {{b.x, b.y}, {b.x + b.w, b.y}, {b.x + b.w, b.y + b.h}, {b.x, b.y + b.h}};

    canvas_polygon(c, corners, 4, fill, pen);
}

void canvas_circle(Canvas *c, Point centre, double radius, Color fill, Pen pen)
{
    canvas_wedge(c, centre, radius, 0, 360, fill, pen);
}

void canvas_wedge(Canvas *c, Point centre, double radius, double from_deg, double to_deg,
                  Color fill, Pen pen)
{
    Box box = {centre.x, centre.y, radius, 0};
    if (!box_is_finite(box) || !isfinite(from_deg) || !isfinite(to_deg) || radius <= 0)
        return;
    Command *command = append(c, COMMAND_WEDGE);
    if (!command)
        return;
    command->box = box;
    command->from_deg = from_deg;
    command->to_deg = to_deg;
    command->fill = fill;
    command->pen = pen;
}

void canvas_text(Canvas *c, double x, double y, Font font, const char *text)
{
    if (!text || !*text || !isfinite(x) || !isfinite(y) || !(font.size > 0))
        return;
    Command *command = append(c, COMMAND_TEXT);
    if (!command)
        return;
    command->box = (Box){x, y, 0, 0};
    command->font = font;
    command->text = strdup(text);
    if (!command->text)
        c->failed = true;
}

double text_middle(double size)
{
    return 0.36 * size; /* capitals of the usual sans families are 0.72 em high */
}

void canvas_image(Canvas *c, Box box, const Image *im)
{
    if (!box_is_finite(box) || box.w <= 0 || box.h <= 0)
        return;
    Command *command = append(c, COMMAND_IMAGE);
    if (!command)
        return;
    command->box = box;
    command->image = image_copy(im, NULL);
    if (!command->image)
        c->failed = true;
}

void canvas_clip(Canvas *c, Box box)
{
    assert(box_is_finite(box));
    Command *command = append(c, COMMAND_CLIP);
    if (command)
        command->box = box;
    c->clips++;
}

void canvas_unclip(Canvas *c)
{
    assert(c->clips > 0);
    append(c, COMMAND_UNCLIP);
    c->clips--;
}

/* The part's points and commands behind the page's own, moved; its texts and pictures change hands. */
static void move_in(Canvas *c, double x, double y, Canvas *part)
{
    size_t before = c->point_count;

    for (size_t i = 0; i < part->point_count; i++)
        c->points[before + i] = (Point){part->points[i].x + x, part->points[i].y + y};
    for (size_t i = 0; i < part->count; i++) {
        Command *command = &c->commands[c->count + i];

        *command = part->commands[i];
        command->first += before;
        command->box.x += x;
        command->box.y += y;
    }
    c->point_count += part->point_count;
    c->count += part->count;
    part->count = 0;
}

void canvas_add(Canvas *c, double x, double y, Canvas *part)
{
    if (!part || part->failed ||
        !reserve(c, (void **)&c->points, &c->point_room, c->point_count, part->point_count,
                 sizeof *c->points) ||
        !reserve(c, (void **)&c->commands, &c->room, c->count, part->count, sizeof *c->commands))
        c->failed = true;
    else
        move_in(c, x, y, part);
    canvas_free(part);
}
