/* A net as blocks to draw: inside plot/ only.
 *
 *     Graph *g = graph_new(net, &e);
 *     graph_lay_out(g, 50, &e);
 *     for (int i = 0; i < g->count; i++)
 *         draw(&g->blocks[i]);
 *     graph_free(g);
 *
 * Norms, activations and the like are words on the block of the layer that they follow (or precede,
 * where what comes before them is also used without them); a layer that gives a modulation its gain or
 * shift is a line to it. Blocks stand in topological order. */
#ifndef SCRAWL_PLOT_DIAGRAM_GRAPH_H
#define SCRAWL_PLOT_DIAGRAM_GRAPH_H

#include "nn/net.h"
#include "plot/canvas.h"

enum {
    BLOCK_LINE = 64,   /* bytes of a line of its text */
    GRAPH_LANES = 64,  /* branches beside one another */
    GRAPH_BLOCKS = 600 /* that are left after folding */
};

typedef struct Block {
    Kind kind;
    bool output; /* no layer: the name of a result */
    Shape shape;
    char name[NET_NAME]; /* without its scope; "" for what has no weights */
    char scope[NET_NAME];
    char pre[BLOCK_LINE];  /* norms and activations before it, */
    char what[BLOCK_LINE]; /* what it does, */
    char post[BLOCK_LINE]; /* and what comes after it */
    size_t parameters;
    int inputs[NET_INPUTS], input_count; /* blocks */
    bool arc[NET_INPUTS];                /* the line from an input goes over what lies between */
    int group;                           /* its index, or -1 */

    int column, lane, row; /* where it stands, */
    double w, h, depth;    /* how large its front is and how deep it is drawn, */
    double x, y;           /* and its centre, in points */
} Block;

typedef struct Group { /* neighbours of one scope */
    int first, last;   /* blocks */
    int times;         /* drawn once for so many */
    char label[2 * NET_NAME + BLOCK_LINE];
} Group;

typedef struct Row { /* what stands on one line of the page */
    int first, last; /* columns */
    int arcs;        /* levels of skips above, */
    double arc_step; /* and their distance */
    double top, bottom, left, right;
    double lane_y[GRAPH_LANES];
} Row;

typedef struct Column {
    double x, w; /* centre, width of the widest text or block */
    int row;
} Column;

typedef struct Graph {
    Block *blocks;
    int count;
    Group *groups;
    int group_count;
    Column *columns;
    int column_count;
    Row *rows;
    int row_count;
    double width, height;
    double scale; /* points a pixel */
} Graph;

/* Blocks and groups of a built net, repeats folded. ERR_LIMIT for more than GRAPH_BLOCKS. */
Graph *graph_new(const Net *net, Err *e);
void graph_free(Graph *g); /* NULL is fine */

/* Keeps one copy of each repeat and finds the groups; kept[i] receives the place of old block i. */
void graph_fold(Graph *g, int *kept);

/* The lines of text below a block; returns how many. */
int block_lines(const Block *b, const char *lines[4]);
void block_shape_text(const Block *b, char out[BLOCK_LINE]);

/* Finds columns, lanes, rows and all points. `top` points are left free above. */
int graph_lay_out(Graph *g, double top, Err *e);

/* ---- what diagram.c needs of the layout ---- */

#define BLOCK_FONT  7.5 /* size of the texts */
#define BLOCK_LEAD  9.5 /* from line to line */
#define COLUMN_GAP  20.0
#define PAGE_MARGIN 14.0

/* How far a block reaches from its centre: half of its body's width and height. */
double block_half_w(const Block *b);
double block_half_h(const Block *b);

/* Whether a lane is free of blocks in the columns between two, both excluded. */
bool graph_lane_is_free(const Graph *g, int lane, int after, int before);

#endif
