/* Which neighbours share work and memory. */
#include "nn/exec_draft.h"

/* ---- a ReLU behind a layer ---- */

static bool fuses(const Draft *d, int i)
{
    const Op *op = &d->net->ops[i];
    int from = op->inputs[0];

    if (d->options->keep && !d->options->training)
        return false; /* each layer's own answer is asked for */
    return op->kind == KIND_ACT && op->spec.act.kind == ACT_RELU && d->consumers[from] == 1 &&
           !draft_is_output(d, from) && layer_at(d, from)->fuses_relu;
}

static Halo halo_most(Halo a, Halo b)
{
    return (Halo){a.top > b.top ? a.top : b.top, a.left > b.left ? a.left : b.left,
                  a.bottom > b.bottom ? a.bottom : b.bottom, a.right > b.right ? a.right : b.right};
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

/* ---- batch norm between convolutions ---- */

static bool is_used_norm(const Draft *d, int i)
{
    return d->net->ops[i].kind == KIND_BATCH_NORM && d->plan->ops[i].used;
}

/* Whether all that read op i's storage, its ReLU aside, are convolutions. */
static bool only_convolutions_read(const Draft *d, int i)
{
    int readers = 0;

    for (int j = i + 1; j < d->n; j++)
        for (int k = 0; k < d->net->ops[j].input_count; k++) {
            if (d->storage[d->net->ops[j].inputs[k]] != i || d->storage[j] == i)
                continue;
            if (d->net->ops[j].kind != KIND_CONV2D)
                return false;
            readers++;
        }
    return readers > 0;
}

static bool storage_is_output(const Draft *d, int i)
{
    for (int j = i; j < d->n; j++)
        if (d->storage[j] == i && draft_is_output(d, j))
            return true;
    return false;
}

/* The batch norm that alone reads convolution i and whose backward pass i can do on load, or -1. */
static int norm_behind(const Draft *d, int i)
{
    if (d->net->ops[i].kind != KIND_CONV2D || d->consumers[i] != 1 || draft_is_output(d, i))
        return -1;
    for (int j = i + 1; j < d->n; j++)
        if (d->net->ops[j].inputs[0] == i)
            return d->net->ops[j].kind == KIND_BATCH_NORM && d->plan->ops[j].wants ? j : -1;
    return -1;
}

int draft_norm_on_load(const Draft *d, int i)
{
    return d->plan->ops[d->storage[i]].on_load ? d->storage[i] : -1;
}

static void fuse_norms(Draft *d)
{
    ExecPlan *p = d->plan;

    for (int j = 0; j < d->n; j++) {
        if (!is_used_norm(d, j))
            continue;
        p->ops[j].on_load = only_convolutions_read(d, j) && !storage_is_output(d, j);
    }
    for (int i = 0; d->options->training && i < d->n; i++) {
        int j = norm_behind(d, i);

        if (j < 0)
            continue;
        p->ops[i].step.mix = &p->ops[j].step;
        p->ops[j].mixed_on_load = true;
        d->gradient[i] = d->gradient[j];
    }
}

/* Whether convolution i packs its input or its gradient, and gets the zeros around them so. */
static bool loads_by_norm(const Draft *d, int i)
{
    return d->plan->ops[i].step.mix || (d->net->ops[i].kind == KIND_CONV2D &&
                                        draft_norm_on_load(d, d->net->ops[i].inputs[0]) >= 0);
}

/* ---- halos, reshapes ---- */

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

            if (draft_norm_on_load(d, op->inputs[k]) < 0) /* else it gets its zeros on load */
                *h = halo_most(*h, layer->halo(d->net, op, k));
        }
    }
}

static void gather_halos_back(Draft *d)
{
    for (int i = 0; i < d->n; i++) {
        const Op *op = &d->net->ops[i];
        const Layer *layer = layer_of(op->kind);

        if (layer->halo_back && !loads_by_norm(d, i))
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

        if (halo_none(d->halo[value]) && halo_none(d->halo[i]) &&
            halo_none(d->halo_back[gradient])) {
            d->storage[i] = value;
            d->gradient[i] = gradient;
        }
    }
}

/* ---- sums ---- */

/* Op i's gradient class, merged into another. */
static void merge_gradients(Draft *d, int i, int into)
{
    int old = d->gradient[i];

    for (int j = 0; j < d->n; j++)
        if (d->gradient[j] == old)
            d->gradient[j] = into;
}

/* The least op of a gradient's class: the last to read it, in backward order. */
static int last_reader(const Draft *d, int gradient)
{
    int i = 0;

    while (d->gradient[i] != gradient)
        i++;
    return i;
}

/* Whether input k of a sum can have the sum's gradient for its own: whoever else adds to it does so when the other
 * input's has been read. */
static bool can_pass(const Draft *d, const Op *sum, int k)
{
    int in = sum->inputs[k], other = sum->inputs[1 - k], g = d->gradient[in];

    if (!d->plan->ops[in].wants || in == other || d->relu[g] >= 0 || !halo_none(d->halo_back[g]) ||
        draft_is_output(d, in) || d->net->ops[in].kind == KIND_INPUT)
        return false;
    for (int j = 0; j < d->n; j++)
        for (int i = 0; i < d->net->ops[j].input_count; i++)
            if (d->gradient[d->net->ops[j].inputs[i]] == g && &d->net->ops[j] != sum &&
                d->gradient[j] != g && j >= last_reader(d, d->gradient[other]))
                return false;
    return true;
}

/* The gradient of a sum is that of both its inputs: one memory where that does no harm. */
static void pass_sums(Draft *d)
{
    for (int i = d->n - 1; i >= 0; i--) {
        const Op *op = &d->net->ops[i];

        if (op->kind != KIND_ADD || !d->plan->ops[i].wants || d->relu[d->gradient[i]] >= 0 ||
            !halo_none(d->halo_back[d->gradient[i]]))
            continue;
        if (!can_pass(d, op, 0) || !can_pass(d, op, 1))
            continue;
        merge_gradients(d, op->inputs[0], d->gradient[i]);
        merge_gradients(d, op->inputs[1], d->gradient[i]);
        d->plan->ops[i].passes = true;
    }
}

/* The convolution that can write a sum in place of its own output: nobody else reads that, and the other input is
 * there before it runs. Or -1. */
static int sum_writer(const Draft *d, int i)
{
    const Op *op = &d->net->ops[i];

    for (int k = 0; k < 2; k++) {
        int in = op->inputs[k];

        if (d->net->ops[in].kind == KIND_CONV2D && d->consumers[in] == 1 &&
            !draft_is_output(d, in) && op->inputs[1 - k] < in && !d->plan->ops[in].step.relu)
            return in;
    }
    return -1;
}

static void fuse_sums(Draft *d)
{
    for (int i = 0; i < d->n; i++) {
        const Op *op = &d->net->ops[i];
        OpPlan *o = &d->plan->ops[i];
        int by = op->kind == KIND_ADD && o->used && (o->passes || !d->options->training)
                     ? sum_writer(d, i)
                     : -1;

        if (by < 0)
            continue;
        for (int j = i; j < d->n; j++) /* the sum, and its ReLU */
            if (d->storage[j] == i)
                d->storage[j] = by;
        d->plan->ops[by].step.plus = &d->plan->ops[op->inputs[op->inputs[0] == by]].step;
        d->plan->ops[by].step.relu = o->step.relu;
    }
}

/* ---- a batch norm's sums ---- */

/* Of what it reads: by the convolution that writes it. */
static void collect_forward(Draft *d, int norm)
{
    int from = d->storage[d->net->ops[norm].inputs[0]];
    OpPlan *o = &d->plan->ops[from];

    if (d->net->ops[from].kind == KIND_CONV2D && !o->step.collect) {
        o->step.collect = &d->plan->ops[norm].step;
        d->plan->ops[norm].collected = true;
    }
}

/* Of its gradient: by the first convolution that reads it, the last to write there. */
static void collect_backward(Draft *d, int norm)
{
    OpPlan *o = &d->plan->ops[norm];

    for (int i = norm + 1; i < d->n && !o->collected_back; i++)
        if (d->net->ops[i].kind == KIND_CONV2D && d->storage[d->net->ops[i].inputs[0]] == norm) {
            d->plan->ops[i].step.collect_back = &o->step;
            o->collected_back = true;
        }
}

static void collect_early(Draft *d)
{
    for (int i = 0; d->options->training && i < d->n; i++) {
        if (!is_used_norm(d, i))
            continue;
        collect_forward(d, i);
        if (d->plan->ops[i].on_load && d->plan->ops[i].wants)
            collect_backward(d, i);
    }
}

void draft_fuse(Draft *d)
{
    bool fuses = !d->by_channel && !d->options->keep;

    fuse_relus(d);
    if (fuses)
        fuse_norms(d);
    gather_halos_back(d);
    if (fuses) {
        pass_sums(d);
        fuse_sums(d);
        collect_early(d);
    }
    gather_halos(d);
    alias_reshapes(d);
}
