#include "nn/exec_plan.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What is worked out on the way. An op's storage is the op whose memory it shares: itself unless it is an alias. */
typedef struct Draft {
    Net *net;
    ExecPlan *plan;
    const ExecOptions *options;
    bool by_channel;
    int n;
    int *consumers;     /* how many used ops read it */
    int *storage;       /* of its value */
    int *gradient;      /* storage of its gradient */
    int *relu;          /* by gradient storage: the fused ReLU in its class, or -1 */
    int *writers;       /* by gradient storage */
    int *last_writer;   /* by gradient storage: the op that writes first in backward order */
    bool *loss_on;      /* by gradient storage */
    Halo *halo, *halo_back; /* by storage, by gradient storage */
} Draft;

static const Layer *layer_at(const Draft *d, int i)
{
    return layer_of(d->net->ops[i].kind);
}

/* ---- which ops run ---- */

static void mark_outputs(Draft *d)
{
    ExecPlan *p = d->plan;

    for (int o = 0; o < d->net->output_count; o++)
        p->ops[d->net->outputs[o]].outputs |= 1u << o;
    for (int i = d->n - 1; i >= 0; i--)
        for (int k = 0; k < d->net->ops[i].input_count; k++)
            p->ops[d->net->ops[i].inputs[k]].outputs |= p->ops[i].outputs;
}

static void mark_used(Draft *d)
{
    for (int i = 0; i < d->n; i++)
        d->plan->ops[i].used = !d->options->training;
    for (int i = 0; i < d->plan->loss_count; i++)
        d->plan->ops[d->plan->losses[i].op].used = true;
    for (int i = d->n - 1; i >= 0; i--)
        for (int k = 0; k < d->net->ops[i].input_count; k++) {
            d->plan->ops[d->net->ops[i].inputs[k]].used |= d->plan->ops[i].used;
            d->consumers[d->net->ops[i].inputs[k]]++;
        }
}

static bool op_learns(const Draft *d, const Op *op)
{
    for (int i = 0; i < op->param_count; i++)
        if (!d->net->params[op->params[i]].state)
            return true;
    return false;
}

static void mark_wants(Draft *d)
{
    bool first = true;

    for (int i = 0; d->options->training && i < d->n; i++) {
        const Op *op = &d->net->ops[i];
        bool wants = op_learns(d, op);

        for (int k = 0; k < op->input_count; k++)
            wants |= d->plan->ops[op->inputs[k]].wants;
        if (op->kind == KIND_INPUT) {
            wants = first && d->options->input_gradient;
            first = false;
        }
        d->plan->ops[i].wants = wants && d->plan->ops[i].used;
    }
}

static bool is_output(const Draft *d, int i)
{
    for (int o = 0; o < d->net->output_count; o++)
        if (d->net->outputs[o] == i)
            return true;
    return false;
}

/* ---- aliases ---- */

static bool fuses(const Draft *d, int i)
{
    const Op *op = &d->net->ops[i];
    int from = op->inputs[0];

    if (d->options->keep && !d->options->training)
        return false; /* each layer's own answer is asked for */
    return op->kind == KIND_ACT && op->spec.act.kind == ACT_RELU && d->consumers[from] == 1 && !is_output(d, from) &&
           layer_at(d, from)->fuses_relu;
}

static Halo halo_most(Halo a, Halo b)
{
    return (Halo){a.top > b.top ? a.top : b.top, a.left > b.left ? a.left : b.left,
                  a.bottom > b.bottom ? a.bottom : b.bottom, a.right > b.right ? a.right : b.right};
}

static bool halo_none(Halo h)
{
    return !(h.top | h.left | h.bottom | h.right);
}

static void fuse_relus(Draft *d)
{
    for (int i = 0; i < d->n; i++) {
        int from = d->net->ops[i].inputs[0];

        d->storage[i] = d->gradient[i] = i;
        d->relu[i] = -1;
        if (d->net->ops[i].input_count != 1 || !fuses(d, i))
            continue;
        d->storage[i] = d->gradient[i] = from;
        d->relu[from] = i;
        d->plan->ops[from].step.relu = true;
    }
}

static bool wants_input_gradient(const Draft *d, const Op *op)
{
    for (int k = 0; k < op->input_count; k++)
        if (d->plan->ops[op->inputs[k]].wants)
            return true;
    return false;
}

static void gather_halos(Draft *d)
{
    for (int i = 0; i < d->n; i++) {
        const Op *op = &d->net->ops[i];
        const Layer *layer = layer_of(op->kind);

        for (int k = 0; layer->halo && k < op->input_count; k++) {
            Halo *h = &d->halo[d->storage[op->inputs[k]]];

            *h = halo_most(*h, layer->halo(d->net, op, k));
        }
        if (layer->halo_back)
            d->halo_back[i] = layer->halo_back(d->net, op, wants_input_gradient(d, op));
    }
}

/* A reshape is a second name where neither side has a halo. Gradients likewise, on their own. */
static void alias_reshapes(Draft *d)
{
    for (int i = 0; !d->by_channel && i < d->n; i++) {
        int from = d->net->ops[i].inputs[0];

        if (!layer_at(d, i)->alias || d->net->ops[from].kind == KIND_INPUT)
            continue;
        int value = d->storage[from], gradient = d->gradient[from];

        if (halo_none(d->halo[value]) && halo_none(d->halo[i]) && halo_none(d->halo_back[gradient])) {
            d->storage[i] = value;
            d->gradient[i] = gradient;
        }
    }
}

/* ---- who writes a gradient ---- */

static bool is_alias(const Draft *d, int i)
{
    return d->storage[i] != i;
}

static void note_writer(Draft *d, int of, int writer)
{
    int g = d->gradient[of];

    d->writers[g]++;
    if (writer > d->last_writer[g])
        d->last_writer[g] = writer;
}

static void count_writers(Draft *d)
{
    ExecPlan *p = d->plan;

    for (int i = 0; i < d->n; i++)
        d->last_writer[i] = -1;
    for (int l = 0; l < p->loss_count; l++) {
        int g = d->gradient[p->losses[l].op];

        p->losses[l].add = d->loss_on[g];
        d->loss_on[g] = true;
        d->writers[g]++;
    }
    for (int i = 0; i < d->n; i++) {
        const Op *op = &d->net->ops[i];

        for (int k = 0; !is_alias(d, i) && p->ops[i].wants && k < op->input_count; k++)
            if (p->ops[op->inputs[k]].wants)
                note_writer(d, op->inputs[k], i);
    }
}

/* Whether input k of op i is where its gradient is first written. The same tensor may be read twice by one op. */
static bool writes_first(const Draft *d, int i, int k)
{
    const Op *op = &d->net->ops[i];
    int g = d->gradient[op->inputs[k]];

    for (int j = 0; j < k; j++)
        if (d->gradient[op->inputs[j]] == g)
            return false;
    return !d->loss_on[g] && d->last_writer[g] == i;
}

static void plan_backward(Draft *d, int i)
{
    OpPlan *o = &d->plan->ops[i];
    const Op *op = &d->net->ops[i];

    o->runs_back = o->wants && op->kind != KIND_INPUT && !is_alias(d, i);
    for (int k = 0; o->runs_back && k < op->input_count; k++) {
        int g = d->gradient[op->inputs[k]], relu = d->relu[g];

        o->step.wants[k] = d->plan->ops[op->inputs[k]].wants;
        o->step.add[k] = !writes_first(d, i, k);
        o->step.mask[k] = o->step.wants[k] && relu >= 0 && d->writers[g] == 1 && layer_of(op->kind)->masks;
        if (o->step.mask[k])
            d->plan->ops[relu].masks_back = false;
    }
}

static void plan_all_backward(Draft *d)
{
    for (int i = 0; i < d->n; i++) /* unless a writer takes it over below */
        d->plan->ops[i].masks_back = d->plan->ops[i].wants && d->relu[d->gradient[i]] == i;
    for (int i = 0; i < d->n; i++)
        plan_backward(d, i);
}

/* ---- lifetimes ---- */

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

/* Time: op i runs forward at i, losses at n, backward of i at 2n-i. */
static void value_times(const Draft *d, Item *items)
{
    const ExecPlan *p = d->plan;
    const int n = d->n;

    for (int i = 0; i < n; i++) {
        const Op *op = &d->net->ops[i];
        const Layer *layer = layer_of(op->kind);
        Item *own = &items[d->storage[i]];

        extend(own, i);
        if (is_output(d, i) || d->options->keep)
            extend(own, d->options->keep ? 2 * n + 1 : n);
        if (p->ops[i].masks_back || (p->ops[i].runs_back && !layer->no_output))
            extend(own, 2 * n - i);
        for (int k = 0; k < op->input_count; k++) {
            Item *in = &items[d->storage[op->inputs[k]]];

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

    return view_new(0, s.c, s.h, s.w, gradient ? d->halo_back[storage] : d->halo[storage], d->by_channel);
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

        item->size = (view_size(&v) + LANES - 1) / LANES * LANES + 2 * LANES; /* vector loads may look past the end */
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
        if (o->wants)
            o->step.dout = o->gradient = place_view(d, i, true, gradients);
        o->clear_out = values[i].shared && !halo_none(d->halo[i]);
        o->runs = !is_alias(d, i);
        for (int k = 0; k < d->net->ops[i].input_count; k++) {
            int from = d->net->ops[i].inputs[k], g = d->gradient[from];

            o->step.in[k] = p->ops[from].step.out;
            o->step.din[k] = p->ops[from].gradient;
            o->clear_din[k] = o->step.wants[k] && !o->step.add[k] && gradients[g].shared && !halo_none(d->halo_back[g]);
        }
    }
    for (int l = 0; l < p->loss_count; l++) {
        int g = d->gradient[p->losses[l].op];

        p->losses[l].clear = !p->losses[l].add && gradients[g].shared && !halo_none(d->halo_back[g]);
    }
}

static int place_memory(Draft *d, Err *e)
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

/* ---- layers' own tables ---- */

static int plan_layers(Draft *d, int slices, Err *e)
{
    for (int i = 0; i < d->n; i++) {
        Step *s = &d->plan->ops[i].step;
        size_t scratch = 0;
        bool failed = false;

        s->slices = slices;
        if (d->plan->ops[i].runs && layer_at(d, i)->plan)
            s->plan = layer_at(d, i)->plan(s, &scratch, &failed);
        if (failed)
            return err_set(e, ERR_MEMORY, "no memory for the tables of layer '%s'", d->net->ops[i].name);
        d->plan->scratch = scratch > d->plan->scratch ? scratch : d->plan->scratch;
    }
    return 0;
}

static int copy_losses(Draft *d, Err *e)
{
    ExecPlan *p = d->plan;

    for (int i = 0; i < d->options->loss_count; i++) {
        const Loss *loss = &d->options->losses[i];
        int output = net_output_find(d->net, loss->output);

        if (output < 0)
            return err_set(e, ERR_ARGUMENT, "the loss %s wants an output '%s', which the net lacks",
                           loss_name(loss->kind), loss->output);
        p->losses[i] = (LossPlan){.loss = *loss, .op = d->net->outputs[output]};
        if (loss_check(loss, d->net->ops[p->losses[i].op].out, e))
            return -(int)ERR_ARGUMENT;
        p->loss_count = i + 1;
    }
    return 0;
}

static int draft_run(Draft *d, int slices, Err *e)
{
    int status = copy_losses(d, e);

    if (status)
        return status;
    mark_outputs(d);
    mark_used(d);
    mark_wants(d);
    fuse_relus(d);
    gather_halos(d);
    alias_reshapes(d);
    count_writers(d);
    plan_all_backward(d);
    status = place_memory(d, e);
    return status ? status : plan_layers(d, slices, e);
}

int exec_plan_make(ExecPlan *p, Net *net, const ExecOptions *options, bool by_channel, int slices, Err *e)
{
    const int n = net->op_count;
    const size_t one = sizeof(bool) + 6 * sizeof(int) + 2 * sizeof(Halo);
    Draft d = {.net = net, .plan = p, .options = options, .by_channel = by_channel, .n = n};
    char *block = calloc(n, one);
    int status;

    *p = (ExecPlan){.ops = calloc(n, sizeof(OpPlan)), .losses = calloc(options->loss_count + 1, sizeof(LossPlan))};
    if (!block || !p->ops || !p->losses) {
        free(block);
        return err_set(e, ERR_MEMORY, "no memory to plan a net of %d layers", n);
    }
    d.halo = (Halo *)block;
    d.halo_back = d.halo + n;
    d.consumers = (int *)(d.halo_back + n);
    d.storage = d.consumers + n;
    d.gradient = d.storage + n;
    d.relu = d.gradient + n;
    d.writers = d.relu + n;
    d.last_writer = d.writers + n;
    d.loss_on = (bool *)(d.last_writer + n);
    status = draft_run(&d, slices, e);
    free(block);
    return status;
}

void exec_plan_free(ExecPlan *p, const Net *net)
{
    for (int i = 0; p->ops && i < net->op_count; i++)
        free(p->ops[i].step.plan);
    free(p->ops);
    free(p->losses);
}
