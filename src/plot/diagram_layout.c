/* Where the blocks of a diagram stand.
 *
 * The longest path gives the columns. A chain of blocks that lead into one another is a lane; the
 * longest chain runs through the middle, the others beside it where there is room. A wide net is
 * cut into rows where a single value passes from one column to the next. */
#include "plot/diagram_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROW_WIDTH  760.0 /* a row is cut before it is wider, where it can be */
#define LARGEST    84.0  /* points of the largest picture's side */
#define SLANT      0.35  /* depth a point of width */
#define LANE_SPACE 10.0
#define ROW_SPACE  22.0
enum { ARC_LEVELS = 40 };

/* ---- sizes ---- */

double block_half_w(const Block *b)
{
    return (b->w + b->depth) / 2;
}

double block_half_h(const Block *b)
{
    return (b->h + b->depth) / 2;
}

static bool is_vector(const Block *b)
{
    return b->shape.h == 1 && b->shape.w == 1;
}

static void find_scale(Graph *g)
{
    double largest = 1;

    for (int i = 0; i < g->count; i++)
        if (!g->blocks[i].output)
            largest = fmax(largest, fmax(g->blocks[i].shape.h, g->blocks[i].shape.w * 0.7));
    g->scale = fmin(LARGEST / largest, 4);
}

static void size_block(const Graph *g, Block *b)
{
    if (b->output)
        return;
    if (b->kind == KIND_ADD || b->kind == KIND_CONCAT) {
        b->w = b->h = 16;
    } else if (is_vector(b)) {
        b->w = 7;
        b->depth = 3;
        b->h = fmin(106, 8 * log2(b->shape.c) + 10);
    } else {
        b->w = 3 + 3 * log2(b->shape.c);
        b->h = fmax(4, b->shape.h * g->scale);
        b->depth = fmax(2, b->shape.w * g->scale * SLANT);
    }
}

static double block_text_width(const Block *b)
{
    Font font = {.size = BLOCK_FONT};
    const char *lines[4];
    char shape[BLOCK_LINE];
    double width = 0;

    block_shape_text(b, shape);
    for (int i = block_lines(b, lines); i-- > 0;) {
        font.bold = lines[i] == b->name || b->output;
        width = fmax(width, text_width(font, lines[i]));
    }
    font.bold = false;
    return fmax(width, text_width(font, shape));
}

/* ---- columns ---- */

static void find_columns(Graph *g)
{
    for (int i = 0; i < g->count; i++) {
        Block *b = &g->blocks[i];
        b->column = 0;
        for (int k = 0; k < b->input_count; k++)
            b->column = (int)fmax(b->column, g->blocks[b->inputs[k]].column + 1);
    }
    for (int i = g->count; i-- > 0;) { /* an input stands just before what reads it */
        Block *b = &g->blocks[i];
        int first = g->count;
        for (int u = i + 1; b->input_count == 0 && u < g->count; u++)
            for (int k = 0; k < g->blocks[u].input_count; k++)
                if (g->blocks[u].inputs[k] == i && g->blocks[u].column < first)
                    first = g->blocks[u].column;
        if (first < g->count)
            b->column = first - 1;
    }
    for (int i = 0; i < g->count; i++)
        g->column_count = (int)fmax(g->column_count, g->blocks[i].column + 1);
}

/* ---- lanes ---- */

typedef struct Chains {
    int *height;                       /* of a block: the longest way to an end */
    int *heir;                         /* the block that continues its chain; -1: none */
    int *chain;                        /* the chain that it is in */
    int *first, *last, *length, *lane; /* of a chain: columns, blocks, lane or -1 */
    int count;
} Chains;

static void find_heirs(const Graph *g, Chains *c)
{
    for (int i = 0; i < g->count; i++)
        c->heir[i] = -1;
    for (int i = g->count; i-- > 0;) {
        const Block *b = &g->blocks[i];
        for (int k = 0; k < b->input_count; k++) {
            int from = b->inputs[k];
            c->height[from] = (int)fmax(c->height[from], c->height[i] + 1);
        }
    }
    for (int i = g->count; i-- > 0;) { /* from behind, so that the first of equals wins */
        const Block *b = &g->blocks[i];
        for (int k = 0; k < b->input_count; k++) {
            int from = b->inputs[k];
            if (c->heir[from] < 0 || c->height[i] >= c->height[c->heir[from]])
                c->heir[from] = i;
        }
    }
}

static void find_chains(const Graph *g, Chains *c)
{
    for (int i = 0; i < g->count; i++) {
        const Block *b = &g->blocks[i];
        int before = -1;
        for (int k = 0; k < b->input_count; k++) {
            int from = b->inputs[k];
            if (c->heir[from] == i &&
                (before < 0 || g->blocks[from].column > g->blocks[before].column))
                before = from;
        }
        int chain = before >= 0 ? c->chain[before] : c->count++;
        if (before < 0) { /* the line that leads to it belongs to it */
            c->first[chain] = b->column;
            for (int k = 0; k < b->input_count; k++)
                c->first[chain] = (int)fmin(c->first[chain], g->blocks[b->inputs[k]].column + 1);
            c->length[chain] = 0;
            c->lane[chain] = -1;
        }
        c->chain[i] = chain;
        c->last[chain] = b->column;
        c->length[chain]++;
    }
    for (int i = 0; i < g->count; i++) /* and the line to what it ends in */
        for (int k = 0; k < g->blocks[i].input_count; k++) {
            int chain = c->chain[g->blocks[i].inputs[k]];
            if (chain != c->chain[i] && c->heir[g->blocks[i].inputs[k]] == i)
                c->last[chain] = (int)fmax(c->last[chain], g->blocks[i].column - 1);
        }
}

static bool lane_is_taken(const Chains *c, int chain, int lane)
{
    for (int i = 0; i < c->count; i++)
        if (c->lane[i] == lane && c->first[i] <= c->last[chain] && c->last[i] >= c->first[chain])
            return true;
    return false;
}

static int give_lanes(Chains *c, Err *e)
{
    int longest = 0;

    for (int i = 1; i < c->count; i++)
        if (c->length[i] > c->length[longest])
            longest = i;
    c->lane[longest] = 0;
    for (int i = 0; i < c->count; i++) {
        if (i == longest)
            continue;
        int lane = 0;
        while (lane < GRAPH_LANES && lane_is_taken(c, i, lane))
            lane++;
        if (lane == GRAPH_LANES)
            return err_set(e, ERR_LIMIT, "a diagram of more than %d branches is too large",
                           GRAPH_LANES);
        c->lane[i] = lane;
    }
    return 0;
}

static int find_lanes(Graph *g, Err *e)
{
    size_t n = (size_t)g->count;
    int *room = calloc(7 * n, sizeof *room), failed;
    Chains c = {.height = room,
                .heir = room + n,
                .chain = room + 2 * n,
                .first = room + 3 * n,
                .last = room + 4 * n,
                .length = room + 5 * n,
                .lane = room + 6 * n};

    if (!room)
        return err_set(e, ERR_MEMORY, "no memory for a diagram");
    find_heirs(g, &c);
    find_chains(g, &c);
    failed = give_lanes(&c, e);
    for (int i = 0; i < g->count && !failed; i++)
        g->blocks[i].lane = c.lane[c.chain[i]];
    free(room);
    return failed;
}

bool graph_lane_is_free(const Graph *g, int lane, int after, int before)
{
    for (int i = 0; i < g->count; i++)
        if (g->blocks[i].lane == lane && g->blocks[i].column > after &&
            g->blocks[i].column < before)
            return false;
    return true;
}

static void find_arcs(Graph *g)
{
    for (int i = 0; i < g->count; i++) {
        Block *b = &g->blocks[i];
        for (int k = 0; k < b->input_count; k++) {
            const Block *from = &g->blocks[b->inputs[k]];
            b->arc[k] = !graph_lane_is_free(g, from->lane, from->column, b->column) &&
                        !graph_lane_is_free(g, b->lane, from->column, b->column);
        }
    }
}

/* ---- rows ---- */

/* Whether a row may end after this column: one value alone goes on, and no group is cut. */
static bool may_cut(const Graph *g, int column)
{
    int source = -1;

    for (int i = 0; i < g->count; i++)
        for (int k = 0; k < g->blocks[i].input_count; k++) {
            int from = g->blocks[i].inputs[k];
            if (g->blocks[from].column > column || g->blocks[i].column <= column)
                continue;
            if (g->blocks[from].column != column || (source >= 0 && source != from) ||
                g->blocks[i].output)
                return false;
            source = from;
        }
    for (int i = 0; i < g->group_count; i++) {
        bool before = false, behind = false;
        for (int k = g->groups[i].first; k <= g->groups[i].last; k++) {
            before = before || g->blocks[k].column <= column;
            behind = behind || g->blocks[k].column > column;
        }
        if (before && behind)
            return false;
    }
    return source >= 0;
}

static double columns_width(const Graph *g, int first, int last)
{
    double width = 0;

    for (int c = first; c <= last; c++)
        width += g->columns[c].w + COLUMN_GAP;
    return width;
}

/* The next column after which a row may end; the last one when there is none before. */
static int next_cut(const Graph *g, int column)
{
    int c = column + 1;

    while (c < g->column_count - 1 && !may_cut(g, c))
        c++;
    return c;
}

/* Rows are filled piece by piece. A piece that is wider than a row does not get one of its own, and
 * a short rest stays where it is. */
static void find_rows(Graph *g)
{
    int first = 0, end = -1; /* of the row: its first column, the last of its pieces so far */
    int last = g->column_count - 1;

    while (end < last) {
        int cut = next_cut(g, end);
        bool fits = columns_width(g, first, cut) <= ROW_WIDTH;
        bool hopeless = columns_width(g, end + 1, cut) > ROW_WIDTH;
        bool rest = columns_width(g, end + 1, last) < ROW_WIDTH * 0.3;
        if (end >= first && !fits && !hopeless && !rest) {
            g->rows[g->row_count++] = (Row){.first = first, .last = end};
            first = end + 1;
        }
        end = cut;
    }
    g->rows[g->row_count++] = (Row){.first = first, .last = last};
    for (int r = 0; r < g->row_count; r++)
        for (int c = g->rows[r].first; c <= g->rows[r].last; c++)
            g->columns[c].row = r;
    for (int i = 0; i < g->count; i++)
        g->blocks[i].row = g->columns[g->blocks[i].column].row;
}

/* ---- points ---- */

static void place_columns(Graph *g)
{
    for (int r = 0; r < g->row_count; r++) {
        Row *row = &g->rows[r];
        double x = PAGE_MARGIN + (r > 0 ? COLUMN_GAP : 0);
        row->left = x;
        for (int c = row->first; c <= row->last; c++) {
            g->columns[c].x = x + g->columns[c].w / 2;
            x += g->columns[c].w + COLUMN_GAP;
        }
        row->right = x - COLUMN_GAP;
        g->width = fmax(g->width, row->right + PAGE_MARGIN + COLUMN_GAP * (g->row_count > 1));
    }
}

static int count_arcs(const Graph *g, int row)
{
    int arcs = 0;

    for (int i = 0; i < g->count; i++)
        for (int k = 0; k < g->blocks[i].input_count; k++)
            arcs += g->blocks[i].row == row && g->blocks[i].arc[k];
    return arcs;
}

/* Whether the ground of a group ends below this lane, with its label. */
static bool lane_ends_group(const Graph *g, int row, int lane)
{
    for (int i = 0; i < g->group_count; i++) {
        const Group *group = &g->groups[i];
        int lowest = 0;
        for (int k = group->first; k <= group->last; k++)
            lowest = g->blocks[k].lane > lowest ? g->blocks[k].lane : lowest;
        if (g->blocks[group->first].row == row && lowest == lane)
            return true;
    }
    return false;
}

/* The lanes of a row from top to bottom; returns where the next row may begin. */
static double place_lanes(Graph *g, int r, double y)
{
    Row *row = &g->rows[r];

    row->arcs = count_arcs(g, r);
    row->arcs = row->arcs > ARC_LEVELS ? ARC_LEVELS : row->arcs; /* more share their levels */
    row->arc_step = row->arcs > 8 ? 4 : 7;
    row->top = y;
    y += row->arcs * row->arc_step + (row->arcs ? 6 : 0);
    for (int lane = 0; lane < GRAPH_LANES; lane++) {
        double above = 0, below = 0;
        const char *lines[4];
        for (int i = 0; i < g->count; i++) {
            const Block *b = &g->blocks[i];
            if (b->row != r || b->lane != lane)
                continue;
            above = fmax(above, block_half_h(b) + BLOCK_LEAD + 6);
            below = fmax(below, block_half_h(b) + 5 + BLOCK_LEAD * block_lines(b, lines));
        }
        row->lane_y[lane] = y + above;
        if (above + below > 0)
            y += above + below + LANE_SPACE + (lane_ends_group(g, r, lane) ? 14 : 0);
    }
    row->bottom = y - LANE_SPACE;
    return row->bottom + ROW_SPACE;
}

int graph_lay_out(Graph *g, double top, Err *e)
{
    find_columns(g);
    g->columns = calloc((size_t)g->column_count, sizeof *g->columns);
    g->rows = calloc((size_t)g->column_count, sizeof *g->rows);
    if (!g->columns || !g->rows)
        return err_set(e, ERR_MEMORY, "no memory for a diagram");
    if (find_lanes(g, e))
        return -(int)ERR_LIMIT;
    find_arcs(g);
    find_scale(g);
    for (int i = 0; i < g->count; i++) {
        Block *b = &g->blocks[i];
        size_block(g, b);
        double *w = &g->columns[b->column].w;
        *w = fmax(*w, fmax(b->w + b->depth, fmin(block_text_width(b), 110)));
    }
    find_rows(g);
    place_columns(g);
    double y = top;
    for (int r = 0; r < g->row_count; r++)
        y = place_lanes(g, r, y);
    g->height = y;
    for (int i = 0; i < g->count; i++) {
        g->blocks[i].x = g->columns[g->blocks[i].column].x;
        g->blocks[i].y = g->rows[g->blocks[i].row].lane_y[g->blocks[i].lane];
    }
    return 0;
}
