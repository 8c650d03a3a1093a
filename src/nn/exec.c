/* Runs the plan: slices over threads, lanes of gradients, the meetings of batch norm. */
#include "nn/exec.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "nn/exec_plan.h"
#include "nn/loss_slice.h"

/* One thing to do on a slice. */
typedef enum Do { DO_FORWARD, DO_COLLECT, DO_LOSS, DO_BACKWARD, DO_COLLECT_BACK, DO_MASK } Do;

typedef struct Instruction {
    Do what;
    int index; /* of the op; DO_LOSS: of the loss */
} Instruction;

/* Instructions that a slice goes through without meeting the others; then, if `combine` is an op, its sums are
 * combined. */
typedef struct Segment {
    int first, end;
    int combine; /* or -1 */
    bool back;   /* combine_back */
} Segment;

typedef struct SliceLoss {
    double sum;
    long right;
} SliceLoss;

enum { LANE_LIMIT = 8 };
#define LANE_FLOATS ((size_t)1 << 24) /* all lanes of gradients together hold about so many, but at least two lanes */

struct Exec {
    Net *net;
    ExecOptions options;
    const Kernels *kernels;
    ExecPlan plan;
    bool by_channel, per_slice;
    int threads, slices;     /* slices of a whole batch */
    Instruction *program;
    Segment *segments;
    int segment_count, forward_segments; /* the last forward and the first backward one can run as one */
    int program_size;
    float *memory;           /* arenas, then scratch, then lanes of gradients */
    size_t memory_size, arena, scratch, lane_size;
    float *scratches, *lanes;
    int lane_count;
    SliceLoss *slice_losses; /* (slices, losses) */
    uint64_t step;
    int batch_count;         /* of the batch whose forward pass is in memory */
    atomic_int *claims;      /* (segments + 1) */
};

/* ---- making ---- */

static bool is_sync(const Exec *x, int op)
{
    return layer_of(x->net->ops[op].kind)->collect && x->options.training;
}

static void emit(Exec *x, Do what, int index)
{
    x->program[x->program_size++] = (Instruction){what, index};
}

static void close_segment(Exec *x, int combine, bool back)
{
    int first = x->segment_count ? x->segments[x->segment_count - 1].end : 0;

    x->segments[x->segment_count++] = (Segment){first, x->program_size, combine, back};
}

static void write_forward(Exec *x)
{
    for (int i = 0; i < x->net->op_count; i++) {
        if (!x->plan.ops[i].runs || !x->plan.ops[i].used)
            continue;
        if (is_sync(x, i)) {
            if (!x->plan.ops[i].collected)
                emit(x, DO_COLLECT, i);
            close_segment(x, i, false);
        }
        if (!x->plan.ops[i].on_load)
            emit(x, DO_FORWARD, i);
    }
    for (int l = 0; l < x->plan.loss_count; l++)
        emit(x, DO_LOSS, l);
    close_segment(x, -1, false);
    x->forward_segments = x->segment_count;
}

static void write_backward(Exec *x)
{
    for (int i = x->net->op_count - 1; i >= 0; i--) {
        if (x->plan.ops[i].masks_back)
            emit(x, DO_MASK, i);
        if (!x->plan.ops[i].runs_back)
            continue;
        if (is_sync(x, i)) {
            if (!x->plan.ops[i].collected_back)
                emit(x, DO_COLLECT_BACK, i);
            close_segment(x, i, true);
        }
        if (!x->plan.ops[i].mixed_on_load)
            emit(x, DO_BACKWARD, i);
    }
    close_segment(x, -1, true);
}

static int write_program(Exec *x, Err *e)
{
    int ops = x->net->op_count;

    x->program = malloc((5 * ops + x->plan.loss_count) * sizeof *x->program);
    x->segments = malloc((2 * ops + 2) * sizeof *x->segments);
    x->claims = malloc((2 * ops + 3) * sizeof *x->claims);
    x->slice_losses = calloc((size_t)x->slices * (x->plan.loss_count + 1), sizeof *x->slice_losses);
    if (!x->program || !x->segments || !x->claims || !x->slice_losses)
        return err_set(e, ERR_MEMORY, "no memory to run a net of %d layers", ops);
    write_forward(x);
    if (x->options.training)
        write_backward(x);
    return 0;
}

/* Gradient lanes: more share the work among more threads, but each is as large as the net. */
static int count_lanes(const Exec *x)
{
    int most = (int)(LANE_FLOATS / (x->net->block_size + 1));

    most = most < 2 ? 2 : most > LANE_LIMIT ? LANE_LIMIT : most;
    return most < x->slices ? most : x->slices;
}

static bool checked_add(size_t *sum, size_t count, size_t each)
{
    size_t part;

    return !__builtin_mul_overflow(count, each, &part) && !__builtin_add_overflow(*sum, part, sum);
}

/* All numbers in one mapping: zero without being touched, given back as a whole, in large pages where they help. */
static int take_memory(Exec *x, Err *e)
{
    int arenas = x->per_slice && x->slices > x->threads ? x->slices : x->threads;
    size_t floats = 0, lanes;

    x->arena = (x->plan.memory + 1023) / 1024 * 1024 + 16 * LANES; /* not a power of two apart */
    x->scratch = (x->plan.scratch + 1023) / 1024 * 1024 + 16 * LANES;
    x->lane_size = x->net->block_size + 2 * LANES;
    x->lane_count = x->options.training ? count_lanes(x) : 0;
    lanes = x->lane_count;
    if (!checked_add(&floats, arenas, x->arena) || !checked_add(&floats, x->threads, x->scratch) ||
        !checked_add(&floats, lanes, x->lane_size) || __builtin_mul_overflow(floats, sizeof(float), &x->memory_size))
        return err_set(e, ERR_MEMORY, "a batch of %d is too large for this net", x->options.batch);
    x->memory = mmap(NULL, x->memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (x->memory == MAP_FAILED) {
        x->memory = NULL;
        return err_set(e, ERR_MEMORY, "no memory for a batch of %d: %zu bytes", x->options.batch, x->memory_size);
    }
    madvise(x->memory, x->memory_size, MADV_HUGEPAGE);
    x->scratches = x->memory + (size_t)arenas * x->arena;
    x->lanes = x->scratches + x->threads * x->scratch;
    return 0;
}

Exec *exec_new(Net *net, const ExecOptions *options, Err *e)
{
    Exec *x = calloc(1, sizeof *x);
    int status;

    assert(net->built && options->batch > 0);
    if (!x) {
        err_set(e, ERR_MEMORY, "no memory to run a net");
        return NULL;
    }
    x->net = net;
    x->options = *options;
    x->kernels = options->kernels ? options->kernels : kernels_best();
    x->threads = options->team ? team_threads(options->team) : 1;
    x->slices = (options->batch + LANES - 1) / LANES;
    x->by_channel = options->batch == 1 && !options->training;
    status = exec_plan_make(&x->plan, net, options, x->by_channel, x->slices, e);
    if (!status)
        status = write_program(x, e);
    x->per_slice = options->keep || options->input_gradient || x->segment_count > 2;
    if (!status)
        status = take_memory(x, e);
    if (status) {
        exec_free(x);
        return NULL;
    }
    return x;
}

void exec_free(Exec *x)
{
    if (!x)
        return;
    exec_plan_free(&x->plan, x->net);
    free(x->program);
    free(x->segments);
    free(x->claims);
    free(x->slice_losses);
    if (x->memory)
        munmap(x->memory, x->memory_size);
    free(x);
}

/* ---- between the caller's arrays and a slice ---- */

typedef struct Pass { /* what all threads work on */
    Exec *x;
    const Batch *batch;
    float *const *outputs; /* of an inference */
    unsigned wanted;
    int first, end;        /* segments */
    int zero;              /* the segment at which a lane's gradient starts from zero */
    int slices;
    bool training, input_only;
    atomic_int next;       /* inference: the next slice */
} Pass;

static int input_index(const Net *net, int op)
{
    int index = 0;

    for (int i = 0; i < op; i++)
        index += net->ops[i].kind == KIND_INPUT;
    return index;
}

static void load_input(const Pass *p, int op, Work *w)
{
    const Exec *x = p->x;
    const Batch *b = p->batch;
    const View *v = &x->plan.ops[op].step.out;
    int index = input_index(x->net, op);
    size_t at = (size_t)w->slice * LANES * shape_size(x->net->ops[op].out);
    const float *values = index ? b->more[index - 1] : b->values;
    const uint8_t *bytes = index || values ? NULL : b->bytes + at;
    float scale = b->scale != 0 ? b->scale : 1 / 255.f;

    if (values)
        values += at;
    if (values)
        w->k->lanes_from_floats(w->images, values, v, w->memory + v->at);
    else
        w->k->lanes_from_bytes(w->images, bytes, scale, b->shift, v, w->memory + v->at);
}

static void read_view(const Exec *x, const View *v, const float *memory, int images, float *out)
{
    x->kernels->floats_from_lanes(images, v, memory + v->at, out);
}

/* ---- a slice ---- */

static int slice_images(int count, int slice)
{
    int left = count - slice * LANES;

    return left < LANES ? left : LANES;
}

static Work work_on(const Pass *p, int thread, int slice)
{
    const Exec *x = p->x;
    size_t arena = x->per_slice && (p->training || x->options.keep) ? slice : thread;

    return (Work){.k = x->kernels, .memory = x->memory + arena * x->arena,
                  .scratch = x->scratches + thread * x->scratch, .params = x->net->block, .state = x->net->state,
                  .images = slice_images(x->batch_count, slice), .slice = slice, .training = p->training,
                  .input_only = p->input_only,
                  .seed = x->options.seed, .step = x->step};
}

static void forward_op(const Pass *p, int op, Work *w)
{
    const OpPlan *o = &p->x->plan.ops[op];

    if (o->clear_out)
        view_clear_halo(&o->step.out, w->memory);
    if (p->x->net->ops[op].kind == KIND_INPUT)
        load_input(p, op, w);
    else
        layer_of(p->x->net->ops[op].kind)->forward(&o->step, w);
}

static void loss_op(const Pass *p, int index, Work *w)
{
    Exec *x = p->x;
    const LossPlan *l = &x->plan.losses[index];
    const OpPlan *o = &x->plan.ops[l->op];
    SliceLoss *to = &x->slice_losses[w->slice * x->plan.loss_count + index];
    float *dx = o->wants ? w->memory + o->gradient.at : NULL;

    *to = (SliceLoss){0};
    if (!p->batch->targets)
        return;
    if (dx && l->clear)
        view_clear_halo(&o->gradient, w->memory);
    loss_slice(&l->loss, w->k, &o->step.out, w->memory + o->step.out.at, p->batch->targets[index], w->slice * LANES,
               w->images, 1.f / x->batch_count, &o->gradient, dx, l->add, &to->sum, &to->right);
}

static void backward_op(const Pass *p, int op, Work *w)
{
    const OpPlan *o = &p->x->plan.ops[op];

    for (int k = 0; k < p->x->net->ops[op].input_count; k++)
        if (o->clear_din[k])
            view_clear_halo(&o->step.din[k], w->memory);
    layer_of(p->x->net->ops[op].kind)->backward(&o->step, w);
}

static void mask_op(const Pass *p, int op, Work *w)
{
    const View *y = &p->x->plan.ops[op].step.out, *dy = &p->x->plan.ops[op].gradient;

    for (int r = 0; r < y->planes * y->h; r++)
        w->k->mask((size_t)y->w * LANES, w->memory + view_row_at(y, r), w->memory + view_row_at(dy, r));
}

static void run_instruction(const Pass *p, Instruction in, Work *w)
{
    const Step *s = &p->x->plan.ops[in.what == DO_LOSS ? 0 : in.index].step;

    switch (in.what) {
    case DO_FORWARD:
        forward_op(p, in.index, w);
        break;
    case DO_COLLECT:
        layer_of(s->op->kind)->collect(s, w);
        break;
    case DO_LOSS:
        loss_op(p, in.index, w);
        break;
    case DO_BACKWARD:
        backward_op(p, in.index, w);
        break;
    case DO_COLLECT_BACK:
        layer_of(s->op->kind)->collect_back(s, w);
        break;
    case DO_MASK:
        mask_op(p, in.index, w);
        break;
    }
}

/* ---- all slices ---- */

static int lanes_in_use(const Pass *p)
{
    return p->x->lane_count < p->slices ? p->x->lane_count : p->slices;
}

/* Segments first .. last, without a meeting in between, for all slices of a lane. */
static void run_lane(const Pass *p, int thread, int lane, int first, int last)
{
    Exec *x = p->x;
    int lanes = lanes_in_use(p);
    float *grads = x->lanes + lane * x->lane_size;

    if (first == p->zero && !p->input_only)
        memset(grads, 0, x->net->block_size * sizeof *grads);
    for (int slice = p->slices * lane / lanes; slice < p->slices * (lane + 1) / lanes; slice++) {
        Work w = work_on(p, thread, slice);

        w.grads = grads;
        for (int i = x->segments[first].first; i < x->segments[last].end; i++)
            run_instruction(p, x->program[i], &w);
    }
}

typedef struct Meeting { /* of all threads at the end of a segment */
    const Pass *pass;
    const Segment *segment;
} Meeting;

static void combine(void *job)
{
    const Meeting *m = job;
    const Exec *x = m->pass->x;
    const Step *step = &x->plan.ops[m->segment->combine].step;
    const Layer *layer = layer_of(step->op->kind);
    Combine c = {.params = x->net->block, .state = x->net->state, .grads = x->lanes, .slices = m->pass->slices,
                 .count = x->batch_count};

    (m->segment->back ? layer->combine_back : layer->combine)(step, &c);
}

static void meet(const Pass *p, const Segment *s)
{
    void (*then)(void *) = s->combine >= 0 ? combine : NULL;
    Meeting m = {p, s};

    if (p->x->options.team)
        team_barrier(p->x->options.team, then, &m);
    else if (then)
        then(&m);
}

/* Adds the lanes to the first, in order; threads share the parameters. */
static void add_lanes(const Pass *p, int thread)
{
    Exec *x = p->x;
    long first = 0, end = (long)x->net->block_size;

    if (x->options.team)
        team_share(x->options.team, thread, end, LANES, &first, &end);
    for (int lane = 1; lane < lanes_in_use(p); lane++)
        if (end > first)
            x->kernels->add(end - first, x->lanes + first, x->lanes + lane * x->lane_size + first, false,
                            x->lanes + first);
}

static void train_work(void *job, int thread)
{
    const Pass *p = job;
    Exec *x = p->x;

    for (int s = p->first, lane; s < p->end; s++) {
        int first = s;

        if (s + 1 < p->end && x->segments[s].combine < 0)
            s++; /* the last of forward goes on into the first of backward */
        while ((lane = atomic_fetch_add(&x->claims[s], 1)) < lanes_in_use(p))
            run_lane(p, thread, lane, first, s);
        meet(p, &x->segments[s]);
    }
    if (p->end == x->segment_count && !p->input_only)
        add_lanes(p, thread);
}

static void team_do(Exec *x, TeamWork *work, void *job)
{
    if (x->options.team)
        team_run(x->options.team, work, job);
    else
        work(job, 0);
}

static void run_segments(Exec *x, const Batch *b, int first, int end, int zero)
{
    Pass p = {.x = x, .batch = b, .first = first, .end = end, .zero = zero, .training = true,
              .input_only = b && b->input_only, .slices = (x->batch_count + LANES - 1) / LANES};

    for (int s = 0; s < x->segment_count; s++)
        atomic_init(&x->claims[s], 0);
    team_do(x, train_work, &p);
}

static void report_losses(const Exec *x, LossReport *reports)
{
    int slices = (x->batch_count + LANES - 1) / LANES;

    for (int l = 0; reports && l < x->plan.loss_count; l++) {
        reports[l] = (LossReport){0};
        for (int s = 0; s < slices; s++) {
            reports[l].sum += x->slice_losses[s * x->plan.loss_count + l].sum;
            reports[l].right += x->slice_losses[s * x->plan.loss_count + l].right;
        }
    }
}

static void set_batch(Exec *x, const Batch *b)
{
    assert(b->count > 0 && b->count <= x->options.batch);
    x->batch_count = b->count;
}

void exec_train(Exec *x, const Batch *b, LossReport *reports)
{
    assert(x->options.training && (!b->input_only || x->options.input_gradient));
    set_batch(x, b);
    run_segments(x, b, 0, x->segment_count, 0);
    report_losses(x, reports);
    x->step++;
}

void exec_forward(Exec *x, const Batch *b, LossReport *reports)
{
    assert(x->options.training && x->options.keep);
    set_batch(x, b);
    run_segments(x, b, 0, x->forward_segments, -1);
    if (b->targets)
        report_losses(x, reports);
}

/* All losses on what the forward pass left. */
static void take_losses(Exec *x, const void *const *targets)
{
    Pass p = {.x = x, .batch = &(Batch){.targets = targets}, .training = true};

    for (int slice = 0; slice * LANES < x->batch_count; slice++) {
        Work w = work_on(&p, 0, slice);

        for (int l = 0; l < x->plan.loss_count; l++)
            loss_op(&p, l, &w);
    }
}

void exec_backward(Exec *x, const void *const *targets, LossReport *reports)
{
    assert(x->options.training && x->options.keep && x->batch_count);
    if (targets) {
        take_losses(x, targets);
        report_losses(x, reports);
    }
    run_segments(x, NULL, x->forward_segments, x->segment_count, x->forward_segments);
    x->step++;
}

/* ---- inference ---- */

static void infer_slice(const Pass *p, int thread, int slice)
{
    const Exec *x = p->x;
    Work w = work_on(p, thread, slice);

    for (int i = 0; i < x->net->op_count; i++)
        if (x->plan.ops[i].runs && !x->plan.ops[i].on_load && (x->plan.ops[i].outputs & p->wanted))
            forward_op(p, i, &w);
    for (int o = 0; o < x->net->output_count; o++) {
        const View *v = &x->plan.ops[x->net->outputs[o]].step.out;
        size_t size = (size_t)v->c * v->h * v->w;

        if (p->wanted >> o & 1)
            read_view(x, v, w.memory, w.images, p->outputs[o] + (size_t)slice * LANES * size);
    }
}

static void infer_work(void *job, int thread)
{
    Pass *p = job;
    int slice;

    while ((slice = atomic_fetch_add(&p->next, 1)) < p->slices)
        infer_slice(p, thread, slice);
}

void exec_infer(Exec *x, const Batch *b, float *const *outputs, int output_count)
{
    Pass p = {.x = x, .batch = b, .outputs = outputs};

    assert(output_count <= x->net->output_count);
    set_batch(x, b);
    p.slices = (b->count + LANES - 1) / LANES;
    for (int o = 0; o < output_count; o++)
        p.wanted |= outputs[o] ? 1u << o : 0;
    atomic_init(&p.next, 0);
    if (p.slices == 1)
        infer_work(&p, 0);
    else
        team_do(x, infer_work, &p);
}

/* ---- what can be read afterwards ---- */

float *exec_gradient(Exec *x)
{
    assert(x->options.training);
    return x->lanes;
}

static void read_slices(const Exec *x, const View *v, float *out)
{
    size_t size = (size_t)v->c * v->h * v->w;

    for (int slice = 0; slice * LANES < x->batch_count; slice++)
        read_view(x, v, x->memory + (x->per_slice ? slice : 0) * x->arena, slice_images(x->batch_count, slice),
                  out + (size_t)slice * LANES * size);
}

void exec_read_input_gradient(Exec *x, float *out)
{
    Node input = net_input_node(x->net, 0);

    assert(x->options.input_gradient && x->per_slice && x->plan.ops[input.id].wants);
    read_slices(x, &x->plan.ops[input.id].gradient, out);
}

void exec_read_activation(Exec *x, Node node, float *out)
{
    assert(x->options.keep && node.id >= 0 && node.id < x->net->op_count);
    read_slices(x, &x->plan.ops[node.id].step.out, out);
}

size_t exec_memory(const Exec *x)
{
    return x->memory_size;
}

uint64_t exec_step(const Exec *x)
{
    return x->step;
}

void exec_set_step(Exec *x, uint64_t step)
{
    x->step = step;
}
