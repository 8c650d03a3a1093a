/* Drawing a net: grounds of groups, lines, blocks, texts, and the key below. */
#include "plot/diagram.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/diagram_graph.h"
#include "plot/figure.h"

#define TOP  50.0
#define FOOT 36.0
static const Pen wire = {{80, 80, 80, 255}, 0.9, DASH_SOLID};

/* ---- colours by kind ---- */

typedef enum Hue { HUE_INPUT, HUE_CONV, HUE_UP, HUE_POOL, HUE_DENSE, HUE_OTHER, HUES } Hue;

static Hue hue_of(Kind kind)
{
    switch (kind) {
    case KIND_INPUT:
        return HUE_INPUT;
    case KIND_CONV2D:
        return HUE_CONV;
    case KIND_CONV2D_TRANSPOSED:
    case KIND_UPSAMPLE:
        return HUE_UP;
    case KIND_POOL:
    case KIND_GLOBAL_POOL:
        return HUE_POOL;
    case KIND_DENSE:
    case KIND_EMBEDDING:
        return HUE_DENSE;
    default:
        return HUE_OTHER;
    }
}

static Color hue_color(Hue hue)
{
    static const Color base[HUES] = {{150, 150, 150, 255}, COLOR_BLUE,  COLOR_PURPLE,
                                     COLOR_VERMILION,      COLOR_GREEN, COLOR_ORANGE};

    return color_mix(COLOR_WHITE, base[hue], 0.6);
}

/* ---- blocks ---- */

static void draw_box(Canvas *c, const Block *b)
{
    double left = b->x - block_half_w(b), foot = b->y + block_half_h(b), d = b->depth;
    double right = left + b->w, top = foot - b->h;
    Color front = hue_color(hue_of(b->kind));
    Pen edge = {color_mix(front, COLOR_BLACK, 0.55), 0.6, DASH_SOLID};

    canvas_polygon(c,
                   (Point[]){{left, top}, {left + d, top - d}, {right + d, top - d}, {right, top}},
                   4, color_mix(front, COLOR_WHITE, 0.45), edge);
    canvas_polygon(
        c, (Point[]){{right, top}, {right + d, top - d}, {right + d, foot - d}, {right, foot}}, 4,
        color_mix(front, COLOR_BLACK, 0.18), edge);
    canvas_rect(c, (Box){left, top, b->w, b->h}, front, edge);
}

/* A plus for a sum, two bars for what is put side by side. */
static void draw_joint(Canvas *c, const Block *b)
{
    Pen pen = {COLOR_INK, 1.2, DASH_SOLID};
    double s = 4;

    canvas_circle(c, (Point){b->x, b->y}, b->w / 2, COLOR_WHITE, (Pen){COLOR_INK, 0.9, DASH_SOLID});
    if (b->kind == KIND_ADD) {
        canvas_line(c, (Point){b->x - s, b->y}, (Point){b->x + s, b->y}, pen);
        canvas_line(c, (Point){b->x, b->y - s}, (Point){b->x, b->y + s}, pen);
    } else {
        canvas_line(c, (Point){b->x - 2, b->y - s}, (Point){b->x - 2, b->y + s}, pen);
        canvas_line(c, (Point){b->x + 2, b->y - s}, (Point){b->x + 2, b->y + s}, pen);
    }
}

static void draw_texts(Canvas *c, const Block *b, double width)
{
    Font font = {.size = BLOCK_FONT, .align = ALIGN_CENTRE, .max_width = width};
    const char *lines[4];
    char shape[BLOCK_LINE];
    int n = block_lines(b, lines);

    if (b->output) {
        font.bold = true;
        canvas_text(c, b->x, b->y + text_middle(BLOCK_FONT), font, b->what);
        return;
    }
    block_shape_text(b, shape);
    canvas_text(c, b->x, b->y - block_half_h(b) - 4, font, shape);
    for (int i = 0; i < n; i++) {
        font.bold = lines[i] == b->name;
        font.color = font.bold ? COLOR_INK : COLOR_SOFT;
        canvas_text(c, b->x, b->y + block_half_h(b) + 10 + i * BLOCK_LEAD, font, lines[i]);
    }
}

/* ---- groups ---- */

/* What a block takes on the page, its texts included. */
static Box cell_of(const Graph *g, const Block *b)
{
    const Column *column = &g->columns[b->column];
    const char *lines[4];
    double top = b->y - block_half_h(b) - BLOCK_LEAD - 6;
    double foot = b->y + block_half_h(b) + 4 + BLOCK_LEAD * block_lines(b, lines);

    return (Box){column->x - column->w / 2 - 5, top, column->w + 10, foot - top};
}

static Box join(Box a, Box b)
{
    double left = fmin(a.x, b.x), top = fmin(a.y, b.y);

    return (Box){left, top, fmax(a.x + a.w, b.x + b.w) - left, fmax(a.y + a.h, b.y + b.h) - top};
}

static bool meet(Box a, Box b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/* Around all blocks of a group, the skips above its first lane included. */
static Box hull_of(const Graph *g, const Group *group)
{
    const Row *row = &g->rows[g->blocks[group->first].row];
    Box hull = cell_of(g, &g->blocks[group->first]);

    for (int i = group->first; i <= group->last; i++) {
        Box cell = cell_of(g, &g->blocks[i]);
        if (g->blocks[i].lane == 0 && row->arcs)
            cell = join(cell, (Box){cell.x, row->top - 2, cell.w, 1});
        hull = join(hull, cell);
    }
    return hull;
}

/* Whether a block of another group, or of none, stands within. */
static bool is_mixed(const Graph *g, const Group *group, Box hull)
{
    for (int i = 0; i < g->count; i++)
        if ((i < group->first || i > group->last) && !g->blocks[i].output &&
            meet(hull, cell_of(g, &g->blocks[i])))
            return true;
    return false;
}

/* Grounds of one colour under each block alone; the name below the lowest. */
static void draw_scattered(Canvas *c, const Graph *g, const Group *group, Color ground)
{
    Box lowest = cell_of(g, &g->blocks[group->first]);

    for (int i = group->first; i <= group->last; i++) {
        Box cell = cell_of(g, &g->blocks[i]);
        canvas_rect(c, cell, ground, (Pen){0});
        if (cell.y + cell.h > lowest.y + lowest.h)
            lowest = cell;
    }
    canvas_text(c, lowest.x + lowest.w / 2, lowest.y + lowest.h + 9,
                (Font){.size = BLOCK_FONT + 1, .align = ALIGN_CENTRE, .max_width = lowest.w},
                group->label);
}

static void draw_group(Canvas *c, const Graph *g, const Group *group)
{
    const Color ground = {243, 243, 238, 255};
    Box hull = hull_of(g, group);
    double foot = hull.y + hull.h;
    bool repeats = group->times > 1;

    if (!repeats && is_mixed(g, group, hull)) {
        draw_scattered(c, g, group, ground);
        return;
    }
    hull.h += 16;
    canvas_rect(c, hull, ground,
                (Pen){repeats ? COLOR_SOFT : (Color){205, 205, 198, 255}, repeats ? 1 : 0.6,
                      repeats ? DASH_DASHED : DASH_SOLID});
    canvas_text(c, hull.x + hull.w / 2, foot + 11,
                (Font){.size = BLOCK_FONT + 1,
                       .bold = repeats,
                       .align = ALIGN_CENTRE,
                       .max_width = hull.w - 4},
                group->label);
}

/* ---- lines ---- */

static void draw_tip(Canvas *c, Point at)
{
    canvas_polygon(c, (Point[]){at, {at.x - 5, at.y - 2.4}, {at.x - 5, at.y + 2.4}}, 3, wire.color,
                   (Pen){0});
}

/* Where a line meets a block: the slanted top is passed when a block is deeper than high. */
static double left_of(const Block *b)
{
    return b->x - block_half_w(b) + fmax(0, (b->depth - b->h) / 2);
}

static double right_of(const Block *b)
{
    return b->x + block_half_w(b) - fmax(0, (b->depth - b->h) / 2);
}

static double column_left(const Graph *g, int column)
{
    return g->columns[column].x - g->columns[column].w / 2;
}

static double column_right(const Graph *g, int column)
{
    return g->columns[column].x + g->columns[column].w / 2;
}

typedef struct Edge {
    const Block *to;
    double x, y;   /* where it begins */
    double turn_x; /* where it may leave its line: behind the column that it comes from */
    int lane, column;
} Edge;

/* An edge that comes from a row above begins at the left end of its own. */
static Edge edge_of(const Graph *g, const Block *from, const Block *to)
{
    if (from->row == to->row)
        return (Edge){to,         right_of(from), from->y, column_right(g, from->column) + 5,
                      from->lane, from->column};
    const Row *row = &g->rows[to->row];
    return (Edge){to, row->left - COLUMN_GAP, row->lane_y[0], row->left - COLUMN_GAP + 5,
                  0,  row->first - 1};
}

/* How high a skip runs: above all of its row, or, within a lower lane, just above that where no block
 * is in the way. */
static double arc_height(const Graph *g, const Edge *e, int level)
{
    const Row *row = &g->rows[e->to->row];
    double usual = row->top + 4 + level * row->arc_step, low = HUGE_VAL;

    if (e->lane == 0 || e->lane != e->to->lane)
        return usual;
    for (int i = 0; i < g->count; i++) {
        const Block *b = &g->blocks[i];
        if (b->lane == e->lane && b->row == e->to->row && !b->output)
            low = fmin(low, cell_of(g, b).y);
    }
    low -= 4 + 4 * (level % 3);
    for (int i = 0; i < g->count; i++) {
        const Block *b = &g->blocks[i];
        Box cell = cell_of(g, b);
        if (b->row == e->to->row && b->column > e->column && b->column < e->to->column &&
            cell.y < low + 4 && low - 4 < cell.y + cell.h + 16)
            return usual;
    }
    return low;
}

static void draw_arc(Canvas *c, const Graph *g, const Edge *e, int level)
{
    double high = arc_height(g, e, level), in = column_left(g, e->to->column) - 9;
    double end = left_of(e->to);
    Point path[] = {
        {e->turn_x, e->y}, {e->turn_x, high}, {in, high}, {in, e->to->y}, {end, e->to->y}};

    canvas_circle(c, path[0], 1.6, wire.color, (Pen){0});
    canvas_polyline(c, path, 5, wire);
    draw_tip(c, path[4]);
}

static void draw_line(Canvas *c, const Graph *g, const Edge *e)
{
    const Block *to = e->to;
    Font name = {.size = BLOCK_FONT, .bold = true};
    double body = to->output ? to->x - text_width(name, to->what) / 2 - 4 : left_of(to);
    Point end = {body, to->y};

    bool along_own = graph_lane_is_free(g, e->lane, e->column, to->column);
    double turn = along_own ? column_left(g, to->column) - 9 : e->turn_x;
    if (e->lane == to->lane)
        canvas_line(c, (Point){e->x, e->y}, end, wire);
    else
        canvas_polyline(c, (Point[]){{e->x, e->y}, {turn, e->y}, {turn, end.y}, end}, 4, wire);
    draw_tip(c, end);
}

/* From the end of a row to the beginning of the next. */
static void draw_return(Canvas *c, const Graph *g, int row)
{
    const Row *to = &g->rows[row], *from = &g->rows[row - 1];
    const Block *last = NULL;

    for (int i = 0; i < g->count; i++)
        if (g->blocks[i].column == from->last && !g->blocks[i].output)
            last = &g->blocks[i];
    if (!last)
        return;
    double right = from->right + 10, left = to->left - COLUMN_GAP, y = from->bottom + 9;
    Point path[] = {
        {right_of(last), last->y}, {right, last->y}, {right, y}, {left, y}, {left, to->lane_y[0]}};
    canvas_polyline(c, path, 5, wire);
}

/* The longer an arc the higher it runs, so that nested ones do not cross. */
static int arc_level(const Graph *g, int from, int to)
{
    int row = g->blocks[to].row, span = to - from, longer = 0;

    for (int i = 0; i < g->count; i++)
        for (int k = 0; g->blocks[i].row == row && k < g->blocks[i].input_count; k++) {
            int begin = g->blocks[i].inputs[k];
            bool before = i - begin > span || (i - begin == span && i < to);
            longer += before && g->blocks[i].arc[k];
        }
    return g->rows[row].arcs > 0 ? longer % g->rows[row].arcs : 0;
}

static void draw_edges(Canvas *c, const Graph *g)
{
    for (int i = 0; i < g->count; i++)
        for (int k = 0; k < g->blocks[i].input_count; k++) {
            int from = g->blocks[i].inputs[k];
            Edge e = edge_of(g, &g->blocks[from], &g->blocks[i]);
            if (g->blocks[i].arc[k])
                draw_arc(c, g, &e, arc_level(g, from, i));
            else
                draw_line(c, g, &e);
        }
    for (int r = 1; r < g->row_count; r++)
        draw_return(c, g, r);
}

/* ---- key ---- */

static void draw_key(Canvas *c, const Graph *g, double y)
{
    static const char *const names[HUES] = {"input",   "convolution", "upsampling",
                                            "pooling", "dense",       "sampling and other"};
    bool seen[HUES] = {false};
    double x = PAGE_MARGIN;
    Font font = {.size = BLOCK_FONT, .color = COLOR_SOFT};

    for (int i = 0; i < g->count; i++)
        if (!g->blocks[i].output && g->blocks[i].kind != KIND_ADD &&
            g->blocks[i].kind != KIND_CONCAT)
            seen[hue_of(g->blocks[i].kind)] = true;
    for (int h = 0; h < HUES; h++) {
        if (!seen[h])
            continue;
        canvas_rect(c, (Box){x, y - 6, 8, 8}, hue_color((Hue)h),
                    (Pen){COLOR_SOFT, 0.5, DASH_SOLID});
        canvas_text(c, x + 11, y, font, names[h]);
        x += 11 + text_width(font, names[h]) + 12;
    }
    bool repeats = false;
    for (int i = 0; i < g->group_count; i++)
        repeats = repeats || g->groups[i].times > 1;
    canvas_text(c, PAGE_MARGIN, y + 12, font,
                repeats ? "channels@height\u00d7width above; a dashed ground is repeated"
                        : "channels@height\u00d7width above");
    canvas_text(c, PAGE_MARGIN, y + 22, font,
                "height and depth to scale, width by the logarithm of the channels");
}

static void draw_heading(Canvas *c, const char *title, const Net *net)
{
    char text[120], parameters[TICK_TEXT], adds[TICK_TEXT];

    page_title(c, title);
    number_text(parameters, (double)net_parameters(net), 0);
    number_text(adds, (double)net_multiply_adds(net), 0);
    snprintf(text, sizeof text, "%s parameters, %s multiply-adds an image", parameters, adds);
    page_subtitle(c, 33, text);
}

static void draw_graph(Canvas *c, const Graph *g)
{
    for (int i = 0; i < g->group_count; i++)
        draw_group(c, g, &g->groups[i]);
    draw_edges(c, g);
    for (int i = 0; i < g->count; i++) {
        const Block *b = &g->blocks[i];
        if (b->kind == KIND_ADD || b->kind == KIND_CONCAT)
            draw_joint(c, b);
        else if (!b->output)
            draw_box(c, b);
        draw_texts(c, b, g->columns[b->column].w + COLUMN_GAP - 6);
    }
}

Canvas *plot_diagram(const char *title, const Net *net, Err *e)
{
    Graph *g = graph_new(net, e);
    Canvas *c = NULL;

    if (g && !graph_lay_out(g, TOP, e))
        c = canvas_new(fmax(g->width, 330), g->height + FOOT, e);
    if (c) {
        draw_heading(c, title, net);
        draw_graph(c, g);
        draw_key(c, g, g->height + 6);
    }
    graph_free(g);
    return c;
}
