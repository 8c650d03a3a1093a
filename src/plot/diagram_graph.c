/* From a net's layers to the blocks of its figure. */
#include "plot/diagram_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

static void add_word(char line[BLOCK_LINE], const char *word)
{
    size_t used = strlen(line);

    snprintf(line + used, BLOCK_LINE - used, "%s%s", used ? ", " : "", word);
}

static void kernel_text(char out[BLOCK_LINE], const char *what, int kernel, int kernel_x,
                        int stride)
{
    snprintf(out, BLOCK_LINE, "%s %d\u00d7%d", what, kernel, kernel_x ? kernel_x : kernel);
    if (stride > 1)
        snprintf(out + strlen(out), BLOCK_LINE - strlen(out), ", /%d", stride);
}

static void pool_text(char out[BLOCK_LINE], const Pool *p)
{
    int stride = p->stride && p->stride != p->kernel ? p->stride : 1;

    kernel_text(out, p->kind == POOL_MAX ? "max pool" : "mean pool", p->kernel, p->kernel_x,
                stride);
}

static void what_text(char out[BLOCK_LINE], Kind kind, const void *spec)
{
    const Conv *conv = spec;

    switch (kind) {
    case KIND_CONV2D:
        kernel_text(out, "conv", conv->kernel, conv->kernel_x, conv->stride);
        break;
    case KIND_CONV2D_TRANSPOSED:
        kernel_text(out, "up-conv", conv->kernel, conv->kernel_x, 1);
        if (conv->stride > 1)
            snprintf(out + strlen(out), BLOCK_LINE - strlen(out), ", \u00d7%d", conv->stride);
        break;
    case KIND_POOL:
        pool_text(out, spec);
        break;
    case KIND_GLOBAL_POOL:
        snprintf(out, BLOCK_LINE,
                 *(const PoolKind *)spec == POOL_MAX ? "global max" : "global mean");
        break;
    case KIND_EMBEDDING:
        snprintf(out, BLOCK_LINE, "embedding");
        break;
    case KIND_AFFINE_SAMPLE:
        snprintf(out, BLOCK_LINE, "affine sampler");
        break;
    case KIND_UPSAMPLE:
        snprintf(out, BLOCK_LINE, "upsample \u00d7%d", *(const int *)spec);
        break;
    case KIND_INPUT:
        snprintf(out, BLOCK_LINE, "input");
        break;
    case KIND_ADD: /* drawn as a plus */
        *out = 0;
        break;
    default:
        snprintf(out, BLOCK_LINE, "%s", kind_name(kind));
    }
}

/* The word of a layer that gets no block of its own; "" for what needs none. */
static void word_text(char out[BLOCK_LINE], const Net *net, int op)
{
    static const char *const acts[ACT_KINDS] = {"ReLU", "leaky ReLU", "tanh", "sigmoid", "SiLU"};
    const void *spec = net_spec(net, op);
    OpInfo info = net_op(net, op);

    switch (info.kind) {
    case KIND_ACT:
        snprintf(out, BLOCK_LINE, "%s", acts[((const Act *)spec)->kind]);
        break;
    case KIND_BATCH_NORM:
        snprintf(out, BLOCK_LINE, "BN");
        break;
    case KIND_GROUP_NORM:
        snprintf(out, BLOCK_LINE, "GN");
        break;
    case KIND_DROPOUT:
        snprintf(out, BLOCK_LINE, "dropout %.2g", (double)*(const float *)spec);
        break;
    case KIND_PAD:
        snprintf(out, BLOCK_LINE, "pad to %d\u00d7%d", info.out.h, info.out.w);
        break;
    case KIND_RESHAPE:
        snprintf(out, BLOCK_LINE, "as %d\u00d7%d\u00d7%d", info.out.c, info.out.h, info.out.w);
        break;
    default:
        snprintf(out, BLOCK_LINE, "%s", kind_name(info.kind));
    }
}

static bool is_word(Kind kind)
{
    return kind == KIND_ACT || kind == KIND_BATCH_NORM || kind == KIND_GROUP_NORM ||
           kind == KIND_DROPOUT || kind == KIND_SOFTMAX || kind == KIND_PAD || kind == KIND_RESHAPE;
}

int block_lines(const Block *b, const char *lines[4])
{
    const char *all[4] = {b->name, b->pre, b->what, b->post};
    int n = 0;

    for (int i = 0; i < 4; i++)
        if (*all[i])
            lines[n++] = all[i];
    return n;
}

void block_shape_text(const Block *b, char out[BLOCK_LINE])
{
    if (b->output)
        *out = 0;
    else if (b->shape.h == 1 && b->shape.w == 1)
        snprintf(out, BLOCK_LINE, "%d", b->shape.c);
    else
        snprintf(out, BLOCK_LINE, "%d@%d\u00d7%d", b->shape.c, b->shape.h, b->shape.w);
}

/* ---- layers to blocks ---- */

typedef struct Draft {
    const Net *net;
    Graph *graph;
    int *users;  /* of each layer: how many read it, results included */
    bool *stuck; /* words that cannot go to the blocks behind them */
    bool *taken; /* layers that are no more than the gain or shift of one modulation */
    int *block;  /* the block that shows a layer; -1 when it is a word before another's */
} Draft;

static bool is_flatten(const OpInfo *op)
{
    return op->kind == KIND_RESHAPE && op->out.h == 1 && op->out.w == 1;
}

static void count_users(Draft *d)
{
    for (int i = 0; i < net_op_count(d->net); i++) {
        OpInfo op = net_op(d->net, i);
        for (int k = 0; k < op.input_count; k++)
            d->users[op.inputs[k]]++;
    }
    for (int i = 0; i < net_output_count(d->net); i++) {
        d->users[net_output_node(d->net, i).id]++;
        d->stuck[net_output_node(d->net, i).id] = true;
    }
}

/* A word is stuck that nothing reads, or a result of the net, or a word that is stuck. */
static void find_stuck(Draft *d)
{
    for (int i = net_op_count(d->net); i-- > 0;) {
        OpInfo op = net_op(d->net, i);
        if (!is_word(op.kind))
            continue;
        d->stuck[i] = d->stuck[i] || d->users[i] == 0;
        if (d->stuck[i])
            d->stuck[op.inputs[0]] = true;
    }
}

/* Such a layer is drawn as the line from what it reads. */
static void find_taken(Draft *d)
{
    for (int i = 0; i < net_op_count(d->net); i++) {
        OpInfo op = net_op(d->net, i);
        for (int k = 1; op.kind == KIND_MODULATE && k < op.input_count; k++) {
            Kind kind = net_op(d->net, op.inputs[k]).kind;
            d->taken[op.inputs[k]] =
                d->users[op.inputs[k]] == 1 && (kind == KIND_EMBEDDING || kind == KIND_DENSE);
        }
    }
}

/* The block that a layer's value comes from: words before a block are passed through. */
static int source_of(const Draft *d, int op)
{
    while (d->block[op] < 0)
        op = net_op(d->net, op).inputs[0];
    return d->block[op];
}

/* "stage1.block02.conv1" apart: scope "stage1.block02", name "conv1". */
static void split_name(Block *b, const char *full)
{
    const char *dot = strrchr(full, '.');

    snprintf(b->name, sizeof b->name, "%s", dot ? dot + 1 : full);
    if (dot)
        snprintf(b->scope, sizeof b->scope, "%.*s", (int)(dot - full), full);
}

/* The words that were passed between a layer and what it reads. */
static void gather_pre(const Draft *d, int first, Block *b)
{
    int chain[16], n = 0;
    char word[BLOCK_LINE];

    for (int at = first; d->block[at] < 0 && n < 16; at = net_op(d->net, at).inputs[0])
        chain[n++] = at;
    while (n-- > 0) {
        OpInfo passed = net_op(d->net, chain[n]);
        word_text(word, d->net, chain[n]);
        if (!is_flatten(&passed))
            add_word(b->pre, word);
        b->parameters += passed.parameters;
    }
}

static void add_block(Draft *d, int op)
{
    OpInfo info = net_op(d->net, op);
    Block *b = &d->graph->blocks[d->graph->count];

    *b = (Block){.kind = info.kind, .shape = info.out, .parameters = info.parameters, .group = -1};
    split_name(b, info.name);
    if (info.kind != KIND_INPUT && info.parameters == 0)
        b->name[0] = 0;
    if (is_word(info.kind))
        word_text(b->what, d->net, op);
    else
        what_text(b->what, info.kind, net_spec(d->net, op));
    for (int i = 0; i < info.input_count; i++) {
        int from = source_of(d, info.inputs[i]);
        if (info.kind == KIND_MODULATE && b->input_count > 1 && b->inputs[1] == from)
            continue; /* gain and shift of one origin are one line */
        gather_pre(d, info.inputs[i], b);
        b->inputs[b->input_count++] = from;
    }
    d->block[op] = d->graph->count++;
}

static bool same_scope(const Block *b, const char *full)
{
    const char *dot = strrchr(full, '.');
    size_t size = dot ? (size_t)(dot - full) : 0;

    return strlen(b->scope) == size && memcmp(b->scope, full, size) == 0;
}

/* A word goes to the block before it when it alone reads that and their scope is one; else to the
 * blocks behind it; where it cannot, because a result of the net lies between, it is a block. */
static void place_word(Draft *d, int op)
{
    char word[BLOCK_LINE];
    OpInfo info = net_op(d->net, op);
    int input = info.inputs[0];
    bool on = !d->stuck[op];

    if (d->block[input] < 0)
        return; /* a chain that is under way */
    Block *b = &d->graph->blocks[source_of(d, input)];
    if (is_flatten(&info)) {
        d->block[op] = source_of(d, input);
        return;
    }
    if (on && (d->users[input] != 1 || !same_scope(b, info.name)))
        return;
    if (d->users[input] != 1) {
        add_block(d, op);
        return;
    }
    word_text(word, d->net, op);
    add_word(b->post, word);
    b->parameters += info.parameters;
    if (info.kind == KIND_RESHAPE)
        b->shape = info.out;
    d->block[op] = d->block[input];
}

static void add_outputs(Draft *d)
{
    for (int i = 0; i < net_output_count(d->net); i++) {
        Block *b = &d->graph->blocks[d->graph->count++];
        *b = (Block){.output = true, .group = -1, .input_count = 1};
        b->inputs[0] = source_of(d, net_output_node(d->net, i).id);
        snprintf(b->what, sizeof b->what, "%.60s", net_output_name(d->net, i));
    }
}

void graph_free(Graph *g)
{
    if (!g)
        return;
    free(g->blocks);
    free(g->groups);
    free(g->columns);
    free(g->rows);
    free(g);
}

Graph *graph_new(const Net *net, Err *e)
{
    size_t ops = (size_t)net_op_count(net), most = ops + (size_t)net_output_count(net);
    Draft d = {.net = net,
               .graph = calloc(1, sizeof(Graph)),
               .users = calloc(ops + 1, sizeof(int)),
               .stuck = calloc(ops + 1, sizeof(bool)),
               .taken = calloc(ops + 1, sizeof(bool)),
               .block = malloc((ops + 1) * sizeof(int))};
    Graph *g = d.graph;
    int *kept = calloc(most + 1, sizeof *kept);

    if (g) {
        g->blocks = calloc(most + 1, sizeof *g->blocks);
        g->groups = calloc(most + 1, sizeof *g->groups);
    }
    if (!g || !g->blocks || !g->groups || !d.users || !d.stuck || !d.taken || !d.block || !kept) {
        err_set(e, ERR_MEMORY, "no memory for a diagram of %zu layers", ops);
        graph_free(g);
        g = NULL;
        goto done;
    }
    for (size_t i = 0; i < ops; i++)
        d.block[i] = -1;
    count_users(&d);
    find_stuck(&d);
    find_taken(&d);
    for (int i = 0; i < (int)ops; i++)
        if (is_word(net_op(net, i).kind))
            place_word(&d, i);
        else if (d.taken[i])
            d.block[i] = source_of(&d, net_op(net, i).inputs[0]);
        else
            add_block(&d, i);
    add_outputs(&d);
    graph_fold(g, kept);
    if (g->count > GRAPH_BLOCKS) {
        err_set(e, ERR_LIMIT, "a diagram of %d blocks is too large: %d are allowed", g->count,
                GRAPH_BLOCKS);
        graph_free(g);
        g = NULL;
    }
done:
    free(d.users);
    free(d.stuck);
    free(d.taken);
    free(d.block);
    free(kept);
    return g;
}
