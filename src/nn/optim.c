/* Optimisers over one parameter block.
 *
 * The block is cut into pieces of a fixed size, which never cross from parameters that decay to
 * ones that do not. A step is two passes over the pieces, a barrier between them: the sum of
 * squares of each piece of the gradient, then the update of each. The sums are added in the order
 * of the pieces, so that the norm does not depend on who summed what; a NaN or an infinity anywhere
 * shows in it. A clipped gradient exists only piece by piece, in a thread's first-level cache. */
#include "nn/optim.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/kernels.h"

enum { PIECE = 2048 };

typedef struct Piece {
    size_t at;
    int count;
    bool decay;
} Piece;

struct Optim {
    OptimOptions options;
    const Kernels *k;
    size_t size;       /* of the net's block */
    size_t statistics; /* of its state, where an average is kept; else 0 */
    Piece *pieces;
    double *squares; /* one a piece */
    int piece_count;
    float *state; /* the velocity, or m and v; then the averages of weights and statistics */
    int slots;
    uint64_t steps, skipped;
    double norm;
    double mu_product; /* Nadam: M(steps) */
    bool swapped;
};

static const char *const optim_names[OPTIM_KINDS] = {
    [OPTIM_SGD] = "sgd",         [OPTIM_MOMENTUM] = "momentum", [OPTIM_NESTEROV] = "nesterov",
    [OPTIM_RMSPROP] = "rmsprop", [OPTIM_ADAM] = "adam",         [OPTIM_ADAMW] = "adamw",
    [OPTIM_NADAM] = "nadam",
};

const char *optim_name(OptimKind kind)
{
    assert(kind >= 0 && kind < OPTIM_KINDS);
    return optim_names[kind];
}

int optim_find(const char *name)
{
    for (int i = 0; i < OPTIM_KINDS; i++)
        if (!strcmp(name, optim_names[i]))
            return i;
    return -1;
}

/* ---- options ---- */

static void set_defaults(OptimOptions *o)
{
    o->momentum = o->momentum != 0 ? o->momentum : 0.9f;
    o->rho = o->rho != 0 ? o->rho : 0.99f;
    o->beta1 = o->beta1 != 0 ? o->beta1 : 0.9f;
    o->beta2 = o->beta2 != 0 ? o->beta2 : 0.999f;
    o->eps = o->eps != 0 ? o->eps : 1e-8f;
    if (o->kind == OPTIM_ADAMW && o->decay == 0)
        o->decay = 0.01f;
}

static int check_number(const char *name, float value, float end, Err *e)
{
    if (value >= 0 && value < end)
        return 0;
    if (end == INFINITY)
        return err_set(e, ERR_ARGUMENT, "optimiser: a %s of %g is not a positive number", name,
                       value);
    return err_set(e, ERR_ARGUMENT, "optimiser: a %s of %g is not in 0 .. %g, %g left out", name,
                   value, end, end);
}

static int check_options(const OptimOptions *o, Err *e)
{
    const struct {
        const char *name;
        float value, end;
    } numbers[] = {
        {"momentum", o->momentum, 1},
        {"rho", o->rho, 1},
        {"beta1", o->beta1, 1},
        {"beta2", o->beta2, 1},
        {"eps", o->eps, INFINITY},
        {"weight decay", o->decay, INFINITY},
        {"gradient norm", o->clip_norm, INFINITY},
        {"gradient limit", o->clip_value, INFINITY},
        {"weight average", o->average, 1},
    };

    if ((int)o->kind < 0 || o->kind >= OPTIM_KINDS)
        return err_set(e, ERR_ARGUMENT, "there is no optimiser number %d", (int)o->kind);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int code = check_number(numbers[i].name, numbers[i].value, numbers[i].end, e);

        if (code)
            return code;
    }
    return 0;
}

static int kind_slots(OptimKind kind)
{
    switch (kind) {
    case OPTIM_SGD:
        return 0;
    case OPTIM_MOMENTUM:
    case OPTIM_NESTEROV:
    case OPTIM_RMSPROP:
        return 1;
    default:
        return 2;
    }
}

/* ---- making one ---- */

static size_t param_room(const Param *p)
{
    return (size_t)p->rows * (size_t)p->pitch;
}

static int count_pieces(const Net *net)
{
    int pieces = 0;

    for (int i = 0; i < net_param_count(net); i++)
        if (!net_param(net, i)->state)
            pieces += (int)((param_room(net_param(net, i)) + PIECE - 1) / PIECE);
    return pieces;
}

static void cut_pieces(Optim *o, const Net *net)
{
    for (int i = 0; i < net_param_count(net); i++) {
        const Param *p = net_param(net, i);
        size_t left = p->state ? 0 : param_room(p), at = p->offset;

        while (left) {
            int count = left < PIECE ? (int)left : PIECE;

            o->pieces[o->piece_count++] = (Piece){at, count, p->decay};
            at += (size_t)count;
            left -= (size_t)count;
        }
    }
}

Optim *optim_new(const Net *net, const OptimOptions *options, Err *e)
{
    Optim *o = NULL;
    int pieces = count_pieces(net);

    if (check_options(options, e))
        return NULL;
    o = calloc(1, sizeof *o);
    if (!o)
        goto fail;
    o->options = *options;
    set_defaults(&o->options);
    o->k = kernels_best();
    o->size = net_block_size(net);
    o->slots = kind_slots(options->kind) + (options->average != 0);
    o->statistics = options->average != 0 ? net_state_size(net) : 0;
    o->mu_product = 1;
    o->pieces = calloc((size_t)pieces + 1, sizeof *o->pieces);
    o->squares = calloc((size_t)pieces + 1, sizeof *o->squares);
    o->state = calloc(optim_state_size(o) + 1, sizeof *o->state);
    if (!o->pieces || !o->squares || !o->state)
        goto fail;
    cut_pieces(o, net);
    return o;
fail:
    optim_free(o);
    err_set(e, ERR_MEMORY, "no memory for an optimiser of %zu parameters", net_block_size(net));
    return NULL;
}

void optim_free(Optim *o)
{
    if (!o)
        return;
    free(o->pieces);
    free(o->squares);
    free(o->state);
    free(o);
}

/* ---- a step ---- */

/* What the update of every piece shares, worked out once a step. */
typedef struct Job {
    Optim *o;
    float *params;
    const float *statistics; /* the net's state, which the forward pass has moved */
    const float *gradient;
    Team *team;
    float lr;
    float scale;           /* of the gradient: below 1 where its norm is clipped */
    float c1, c2, c1_next; /* see step_adam */
    float average;         /* share of the old average of the weights */
    bool skip;
} Job;

static double sum_squares(const float *g, int n)
{
    double sums[8] = {0}, sum = 0;

    for (int i = 0; i < n; i += 8)
        for (int l = 0; l < 8; l++)
            sums[l] += (double)g[i + l] * g[i + l];
    for (int l = 0; l < 8; l++)
        sum += sums[l];
    return sum;
}

/* mu(t) of Nadam, in double as PyTorch has it. */
static double nadam_mu(const OptimOptions *options, uint64_t t)
{
    return (double)options->beta1 * (1 - 0.5 * pow(0.96, (double)t * 0.004));
}

/* step_adam divides beta1*m by c1_next and (1-beta1)*g by c1, Nadam wants mu(t+1)*m/(1 - M(t+1))
 * and (1 - mu(t))*g/(1 - M(t)). */
static void bias_nadam(Job *job, uint64_t t)
{
    Optim *o = job->o;
    double beta1 = o->options.beta1;
    double mu = nadam_mu(&o->options, t), mu_next = nadam_mu(&o->options, t + 1);

    o->mu_product *= mu;
    job->c1 = (float)((1 - beta1) * (1 - o->mu_product) / (1 - mu));
    job->c1_next = (float)(beta1 * (1 - o->mu_product * mu_next) / mu_next);
}

static void bias_corrections(Job *job)
{
    const OptimOptions *options = &job->o->options;
    uint64_t t = job->o->steps + 1;

    job->c1 = (float)(1 - pow((double)options->beta1, (double)t));
    job->c2 = (float)(1 - pow((double)options->beta2, (double)t));
    if (options->kind == OPTIM_NADAM)
        bias_nadam(job, t);
}

static float *average_of(const Optim *o)
{
    return o->state + kind_slots(o->options.kind) * o->size;
}

/* Averaged weights want the running statistics of their own activations, to which the average of
 * the statistics is closer than the last ones while the rate is high. */
static void average_statistics(const Job *job)
{
    const Optim *o = job->o;
    float *e = average_of(o) + o->size;

    for (size_t i = 0; i < o->statistics; i++) {
        float s = job->statistics[i];

        e[i] = o->steps == 1 ? s : s + job->average * (e[i] - s);
    }
}

/* Between the passes, alone: the norm, and with it what the step will be. */
static void decide(void *arg)
{
    Job *job = arg;
    Optim *o = job->o;
    double sum = 0, t = (double)o->steps, most = o->options.clip_norm;

    for (int i = 0; i < o->piece_count; i++)
        sum += o->squares[i];
    o->norm = sqrt(sum);
    job->skip = !isfinite(sum);
    if (job->skip) {
        o->skipped++;
        return;
    }
    job->scale = most > 0 && o->norm > most ? (float)(most / o->norm) : 1;
    job->average = (float)fmin(o->options.average, (1 + t) / (10 + t));
    bias_corrections(job);
    o->steps++;
    average_statistics(job);
}

/* The gradient of a piece as the kernels are to see it: in place, or clipped into `room`. */
static const float *clipped(const Job *job, const Piece *piece, float *room)
{
    const float *g = job->gradient + piece->at;
    float most = job->o->options.clip_value, scale = job->scale;

    if (most == 0 && scale == 1)
        return g;
    for (int i = 0; i < piece->count; i++) {
        float d = scale * g[i];

        d = most != 0 && d > most ? most : d;
        room[i] = most != 0 && d < -most ? -most : d;
    }
    return room;
}

static void update(const Job *job, const Piece *piece, const float *g)
{
    const Optim *o = job->o;
    const OptimOptions *c = &o->options;
    size_t n = (size_t)piece->count;
    float *p = job->params + piece->at, *a = o->state + piece->at, *b = a + o->size;
    float decay = piece->decay ? c->decay : 0;
    bool apart = c->kind == OPTIM_ADAMW;

    switch (c->kind) {
    case OPTIM_SGD:
        o->k->step_sgd(n, p, g, NULL, job->lr, 0, false, decay);
        break;
    case OPTIM_MOMENTUM:
    case OPTIM_NESTEROV:
        o->k->step_sgd(n, p, g, a, job->lr, c->momentum, c->kind == OPTIM_NESTEROV, decay);
        break;
    case OPTIM_RMSPROP:
        o->k->step_rmsprop(n, p, g, a, job->lr, c->rho, c->eps, decay);
        break;
    default:
        o->k->step_adam(n, p, g, a, b, job->lr, c->beta1, c->beta2, job->c1, job->c2, job->c1_next,
                        c->kind == OPTIM_NADAM, c->eps, apart ? 0 : decay, apart ? decay : 0);
    }
}

static void update_average(const Job *job, const Piece *piece, const float *before)
{
    const Optim *o = job->o;
    const float *p = job->params + piece->at;
    float *e = average_of(o) + piece->at;
    bool first = o->steps == 1;

    for (int i = 0; i < piece->count; i++) {
        float old = first ? before[i] : e[i];

        e[i] = p[i] + job->average * (old - p[i]);
    }
}

static void step_piece(const Job *job, const Piece *piece)
{
    float gradient[PIECE], before[PIECE];
    bool average = job->o->options.average != 0;

    if (average && job->o->steps == 1)
        memcpy(before, job->params + piece->at, (size_t)piece->count * sizeof *before);
    update(job, piece, clipped(job, piece, gradient));
    if (average)
        update_average(job, piece, before);
}

static void step_work(void *arg, int thread)
{
    Job *job = arg;
    Optim *o = job->o;
    long first = 0, end = o->piece_count;

    if (job->team)
        team_share(job->team, thread, o->piece_count, 1, &first, &end);
    for (long i = first; i < end; i++)
        o->squares[i] = sum_squares(job->gradient + o->pieces[i].at, o->pieces[i].count);
    if (job->team)
        team_barrier(job->team, decide, job);
    else
        decide(job);
    for (long i = first; i < end && !job->skip; i++)
        step_piece(job, &o->pieces[i]);
}

bool optim_step(Optim *o, Net *net, const float *gradient, float lr, Team *team)
{
    Job job = {.o = o,
               .params = net_block(net),
               .statistics = net_state(net),
               .gradient = gradient,
               .team = team,
               .lr = lr};

    assert(net_block_size(net) == o->size && !o->swapped);
    if (team)
        team_run(team, step_work, &job);
    else
        step_work(&job, 0);
    return !job.skip;
}

/* ---- what it knows ---- */

uint64_t optim_steps(const Optim *o)
{
    return o->steps;
}

uint64_t optim_skipped(const Optim *o)
{
    return o->skipped;
}

double optim_norm(const Optim *o)
{
    return o->norm;
}

static void swap_numbers(float *a, float *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float number = a[i];

        a[i] = b[i];
        b[i] = number;
    }
}

void optim_swap_average(Optim *o, Net *net)
{
    assert(net_block_size(net) == o->size);
    if (o->options.average == 0 || o->steps == 0)
        return;
    swap_numbers(net_block(net), average_of(o), o->size);
    swap_numbers(net_state(net), average_of(o) + o->size, o->statistics);
    o->swapped = !o->swapped;
}

float *optim_state(Optim *o)
{
    assert(!o->swapped);
    return o->state;
}

size_t optim_state_size(const Optim *o)
{
    return (size_t)o->slots * o->size + o->statistics;
}

void optim_set_steps(Optim *o, uint64_t steps)
{
    o->steps = steps;
    o->mu_product = 1;
    for (uint64_t t = 1; t <= steps && o->mu_product > 0; t++)
        o->mu_product *= nadam_mu(&o->options, t);
}

void optim_clip_weights(Net *net, float limit)
{
    float *p = net_block(net);
    size_t n = net_block_size(net);

    assert(limit > 0);
    for (size_t i = 0; i < n; i++) {
        p[i] = p[i] > limit ? limit : p[i];
        p[i] = p[i] < -limit ? -limit : p[i];
    }
}
