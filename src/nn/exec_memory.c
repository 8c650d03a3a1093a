/* Lifetimes of values and gradients, and a place for each. */
#include "nn/exec_draft.h"

#include <limits.h>
#include <stdlib.h>

typedef struct Item { /* a value or a gradient that needs memory from begin to end, both included */
    int op, begin, end;
    bool gradient;
    size_t size, at;
    bool shared; /* its memory serves others too */
} Item;

static void extend(Item *item, int time)
{
    item->begin = time < item->begin ? time : item->begin;
    item->end = time > item->end ? time : item->end;
}

/* The storage that is read for op i's value: that of a batch norm which is done on load is its input's. */
static int value_read(const Draft *d, int i)
{
    int norm = draft_norm_on_load(d, i);

    return d->storage[norm < 0 ? i : d->net->ops[norm].inputs[0]];
}

/* Time: op i runs forward at i, losses at n, backward of i at 2n-i. */
static void value_times(const Draft *d, Item *items)
{
    const ExecPlan *p = d->plan;
    const int n = d->n;
    Item nowhere = {0};

    for (int i = 0; i < n; i++) {
        const Op *op = &d->net->ops[i];
        const Layer *layer = layer_of(op->kind);
        Item *own = &items[d->storage[i]];

        if (draft_norm_on_load(d, i) >= 0)
            own = &nowhere;
        extend(own, i);
        if (draft_is_output(d, i) || d->options->keep)
            extend(own, d->options->keep ? 2 * n + 1 : n);
        if (p->ops[i].masks_back || p->ops[i].step.mix ||
            (p->ops[i].runs_back && !layer->no_output))
            extend(own, 2 * n - i);
        for (int k = 0; k < op->input_count; k++) {
            Item *in = &items[value_read(d, op->inputs[k])];

            extend(in, i);
            if (p->ops[i].runs_back && (!layer->no_input || p->ops[i].step.mask[k]))
                extend(in, 2 * n - i);
        }
    }
}

static void gradient_times(const Draft *d, Item *items)
{
    const ExecPlan *p = d->plan;
    const int n = d->n;

    for (int i = 0; i < n; i++) {
        const Op *op = &d->net->ops[i];

        if (!p->ops[i].wants)
            continue;
        Item *own = &items[d->gradient[i]];

        extend(own, 2 * n - i + (op->kind == KIND_INPUT ? n + 1 : 0));
        if (d->loss_on[d->gradient[i]])
            extend(own, n);
        for (int k = 0; k < op->input_count; k++)
            if (p->ops[op->inputs[k]].wants)
                extend(&items[d->gradient[op->inputs[k]]], 2 * n - i);
    }
}

static View op_view(const Draft *d, int i, bool gradient)
{
    Shape s = d->net->ops[i].out;
    int storage = gradient ? d->gradient[i] : d->storage[i];

    return view_new(0, s.c, s.h, s.w, gradient ? d->halo_back[storage] : d->halo[storage],
                    d->by_channel);
}

/* Items of storages that are in use, values first. */
static int list_items(const Draft *d, Item *values, Item *gradients, Item **list)
{
    int n = 0;

    for (int i = 0; i < 2 * d->n; i++) {
        Item *item = i < d->n ? &values[i] : &gradients[i - d->n];

        item->op = i % d->n;
        item->gradient = i >= d->n;
        if (item->end < 0)
            continue;
        View v = op_view(d, item->op, item->gradient);

        item->size = (view_size(&v) + LANES - 1) / LANES * LANES +
                     2 * LANES; /* vector loads may look past the end */
        list[n++] = item;
    }
    return n;
}

static int by_begin(const void *a, const void *b)
{
    const Item *x = *(Item *const *)a, *y = *(Item *const *)b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->gradient != y->gradient ? x->gradient - y->gradient : x->op - y->op;
}

static bool alive_together(const Item *a, const Item *b)
{
    return a->begin <= b->end && b->begin <= a->end;
}

static bool overlap(const Item *a, const Item *b)
{
    return a->at < b->at + b->size && b->at < a->at + a->size;
}

/* First fit: the lowest address at which nothing that is alive at the same time lies. */
static void place(Item **list, int index)
{
    Item *item = list[index];
    bool moved = true;

    item->at = 0;
    while (moved) {
        moved = false;
        for (int j = 0; j < index; j++)
            if (alive_together(item, list[j]) && overlap(item, list[j])) {
                item->at = list[j]->at + list[j]->size;
                moved = true;
            }
    }
}

static size_t place_all(Item **list, int count)
{
    size_t end = 0;

    qsort(list, count, sizeof *list, by_begin);
    for (int i = 0; i < count; i++) {
        place(list, i);
        end = list[i]->at + list[i]->size > end ? list[i]->at + list[i]->size : end;
    }
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++)
            if (i != j && overlap(list[i], list[j]))
                list[i]->shared = true;
    return end;
}

/* ---- views ---- */

static View place_view(const Draft *d, int i, bool gradient, const Item *items)
{
    View v = op_view(d, i, gradient);

    v.at += items[gradient ? d->gradient[i] : d->storage[i]].at;
    return v;
}

static void set_views(Draft *d, const Item *values, const Item *gradients)
{
    ExecPlan *p = d->plan;

    for (int i = 0; i < d->n; i++) {
        OpPlan *o = &p->ops[i];

        o->step.net = d->net;
        o->step.op = &d->net->ops[i];
        o->step.training = d->options->training;
        o->step.out = place_view(d, i, false, values);
        o->step.pairs = d->options->kernels && d->options->kernels->gemm_pairs && !o->step.out.by_channel;
        if (o->wants)
            o->step.dout = o->gradient = place_view(d, i, true, gradients);
        o->clear_out = values[i].shared && !halo_none(d->halo[i]);
        o->runs = !is_alias(d, i);
        for (int k = 0; k < d->net->ops[i].input_count; k++) {
            int from = d->net->ops[i].inputs[k], g = d->gradient[from],
                norm = draft_norm_on_load(d, from);

            if (norm >= 0 && !is_alias(d, i)) {
                o->step.norm = &p->ops[norm].step;
                o->step.in[k] = o->step.norm->in[0];
            } else {
                o->step.in[k] = p->ops[from].step.out;
            }
            o->step.din[k] = p->ops[from].gradient;
            o->clear_din[k] = o->step.wants[k] && !o->step.add[k] && gradients[g].shared &&
                              !halo_none(d->halo_back[g]);
        }
    }
    for (int l = 0; l < p->loss_count; l++) {
        int g = d->gradient[p->losses[l].op];

        p->losses[l].clear =
            !p->losses[l].add && gradients[g].shared && !halo_none(d->halo_back[g]);
    }
}

int draft_place_memory(Draft *d, Err *e)
{
    Item *items = malloc(2 * d->n * sizeof *items), **list = malloc(2 * d->n * sizeof *list);

    if (!items || !list) {
        free(items);
        free(list);
        return err_set(e, ERR_MEMORY, "no memory to plan a net of %d layers", d->n);
    }
    for (int i = 0; i < 2 * d->n; i++)
        items[i] = (Item){.begin = INT_MAX, .end = -1};
    value_times(d, items);
    gradient_times(d, items + d->n);
    d->plan->memory = place_all(list, list_items(d, items, items + d->n, list));
    set_views(d, items, items + d->n);
    free(items);
    free(list);
    return 0;
}
