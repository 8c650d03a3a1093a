/* Repeats in a diagram, drawn once, and the grounds that layers of one scope stand on. */
#include "plot/diagram_graph.h"

#include <stdio.h>
#include <string.h>

enum {
    FOLD_ABOVE = 26, /* a net of fewer blocks is drawn in full */
    PERIOD_LIMIT = 64
};

typedef struct Repeat {
    int period, times;
} Repeat;

static bool are_alike(const Block *a, int ia, const Block *b, int ib)
{
    if (a->kind != b->kind || a->output || b->output || a->shape.c != b->shape.c ||
        a->shape.h != b->shape.h || a->shape.w != b->shape.w || a->parameters != b->parameters ||
        a->input_count != b->input_count || a->input_count == 0 || strcmp(a->pre, b->pre) ||
        strcmp(a->what, b->what) || strcmp(a->post, b->post))
        return false;
    for (int i = 0; i < a->input_count; i++)
        if (ia - a->inputs[i] != ib - b->inputs[i])
            return false;
    return true;
}

/* A repeat begins where a scope does and, if something in it is joined, ends with a joint: so that
 * a residual block is cut out and not the second half of one and the first of the next. */
static bool is_well_cut(const Graph *g, int first, int period)
{
    const Block *b = &g->blocks[first];
    bool joined = false;

    if (first > 0 && *b->scope && strcmp(b->scope, b[-1].scope) == 0)
        return false;
    for (int i = 0; i < period; i++)
        joined = joined || b[i].input_count > 1;
    return !joined || b[period - 1].input_count > 1;
}

/* The repeat that begins at block i and saves most; .times = 1 when there is none worth it. */
static Repeat best_repeat(const Graph *g, int i)
{
    Repeat best = {1, 1};

    for (int period = 1; period <= PERIOD_LIMIT && i + 2 * period <= g->count; period++) {
        int same = 0;
        if (!is_well_cut(g, i, period))
            continue;
        while (i + period + same < g->count &&
               are_alike(&g->blocks[i + same], i + same, &g->blocks[i + period + same],
                         i + period + same))
            same++;
        Repeat r = {period, 1 + same / period};
        bool worth = r.times >= 3 || (r.times == 2 && period >= 3);
        if (worth && r.period * (r.times - 1) > best.period * (best.times - 1))
            best = r;
    }
    return best;
}

static int group_new(Graph *g, int first, int last, int times)
{
    g->groups[g->group_count] = (Group){.first = first, .last = last, .times = times};
    return g->group_count++;
}

/* "17 x stage1.block02 .. block18" */
static void label_repeat(Group *group, const Block *first, const Block *last)
{
    const char *dot = strrchr(last->scope, '.');

    snprintf(group->label, sizeof group->label, "%d \u00d7", group->times);
    if (*first->scope) {
        size_t used = strlen(group->label);
        snprintf(group->label + used, sizeof group->label - used, "  %s \u2026 %s", first->scope,
                 dot ? dot + 1 : last->scope);
    }
}

/* Keeps one copy of each repeat; `kept` tells where each old block went. */
static void fold_repeats(Graph *g, int *kept)
{
    int to = 0;

    for (int i = 0; i < g->count;) {
        Repeat r = g->count > FOLD_ABOVE ? best_repeat(g, i) : (Repeat){1, 1};
        int group = r.times > 1 ? group_new(g, to, to + r.period - 1, r.times) : -1;
        if (group >= 0)
            label_repeat(&g->groups[group], &g->blocks[i],
                         &g->blocks[i + r.period * (r.times - 1)]);
        for (int k = 0; k < r.period * r.times; k++)
            kept[i + k] = to + k % r.period;
        for (int k = 0; k < r.period; k++) {
            Block b = g->blocks[i + k];
            for (int n = 0; n < b.input_count; n++)
                b.inputs[n] = kept[b.inputs[n]];
            b.group = group;
            g->blocks[to++] = b;
        }
        i += r.period * r.times;
    }
    g->count = to;
}

/* ---- groups ---- */

/* Neighbours of one scope that are no repeat yet become groups; a scope of one block is part of its
 * name instead. */
static void find_groups(Graph *g)
{
    for (int i = 0, end; i < g->count; i = end) {
        Block *b = &g->blocks[i];
        for (end = i + 1; end < g->count && g->blocks[end].group == b->group &&
                          !g->blocks[end].output && strcmp(g->blocks[end].scope, b->scope) == 0;
             end++)
            ;
        if (b->group >= 0 || !*b->scope)
            continue;
        if (end == i + 1) {
            char name[2 * NET_NAME];
            snprintf(name, sizeof name, "%s%s%s", b->scope, *b->name ? "." : "", b->name);
            snprintf(b->name, sizeof b->name, "%.63s", name);
            continue;
        }
        int group = group_new(g, i, end - 1, 1);
        snprintf(g->groups[group].label, sizeof g->groups[group].label, "%s", b->scope);
        for (int k = i; k < end; k++)
            g->blocks[k].group = group;
    }
}

void graph_fold(Graph *g, int *kept)
{
    fold_repeats(g, kept);
    find_groups(g);
}
