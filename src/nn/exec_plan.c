#include "nn/exec_plan.h"

#include <stdlib.h>
#include <string.h>

#include "nn/exec_draft.h"

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

bool draft_is_output(const Draft *d, int i)
{
    for (int o = 0; o < d->net->output_count; o++)
        if (d->net->outputs[o] == i)
            return true;
    return false;
}

/* ---- who writes a gradient ---- */

static void note_writer(Draft *d, int of, int writer)
{
    int g = d->gradient[of];

    d->writers[g]++;
    if (writer > d->last_writer[g])
        d->last_writer[g] = writer;
}

/* Whether op i's backward pass writes to gradients of its inputs. */
static bool writes_back(const Draft *d, int i)
{
    const OpPlan *o = &d->plan->ops[i];

    return o->wants && !is_alias(d, i) && !o->mixed_on_load && !o->passes;
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

        for (int k = 0; writes_back(d, i) && k < op->input_count; k++)
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

    o->runs_back = o->wants && op->kind != KIND_INPUT && !is_alias(d, i) && !o->passes;
    for (int k = 0; o->runs_back && k < op->input_count; k++) {
        int g = d->gradient[op->inputs[k]], relu = d->relu[g];

        o->step.wants[k] = d->plan->ops[op->inputs[k]].wants;
        o->step.add[k] = !writes_first(d, i, k);
        o->step.mask[k] = o->step.wants[k] && relu >= 0 && layer_of(op->kind)->masks &&
                          (d->writers[g] == 1 || d->plan->ops[g].on_load);
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
    draft_fuse(d);
    count_writers(d);
    plan_all_backward(d);
    status = draft_place_memory(d, e);
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
