#include "train/rivals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "read/generator.h"

struct Rivals {
    const Recipe *recipe;
    Net *generator, *discriminator;
    Team *team;
    Exec *draw, *tell; /* train one and the other */
    Optim *draw_optim, *tell_optim;
    Node picture;
    int noise, logits;           /* numbers of one picture */
    float *noises, *labels;      /* (batch, noise), (batch) */
    float *real, *fake, *slopes; /* (batch, pixels): pictures, and the gradient of the fake ones */
    float *ones, *zeros;         /* (batch, logits): what the discriminator should say */
    float *kept;                 /* the discriminator's gradient of the real half */
};

/* ---- making ---- */

static int size_of(const Net *net, Node node)
{
    Shape s = net_op(net, node.id).out;

    return s.c * s.h * s.w;
}

static int make_engines(Rivals *r, Err *e)
{
    const Recipe *c = r->recipe;
    const Loss drawing[] = {{.kind = LOSS_GIVEN, .output = "picture"},
                            {.kind = LOSS_L1, .output = "picture", .weight = c->reconstruction}};
    const Loss telling = {.kind = LOSS_BINARY, .output = "logits"};
    const Kernels *kernels = precision_kernels(precision_choose(c->precision, r->discriminator));
    ExecOptions options = {
        .batch = c->batch, .team = r->team, .training = true, .seed = c->seed, .kernels = kernels};

    options.losses = drawing;
    options.loss_count = c->reconstruction > 0 ? 2 : 1;
    options.keep = true;
    r->draw = exec_new(r->generator, &options, e);
    options.losses = &telling;
    options.loss_count = 1;
    options.keep = false;
    options.input_gradient = true;
    r->tell = r->draw ? exec_new(r->discriminator, &options, e) : NULL;
    r->draw_optim = r->tell ? optim_new(r->generator, &c->optim, e) : NULL;
    r->tell_optim = r->draw_optim ? optim_new(r->discriminator, &c->optim, e) : NULL;
    return r->tell_optim ? 0 : -ERR_MEMORY;
}

static int take_memory(Rivals *r, Err *e)
{
    size_t n = (size_t)r->recipe->batch, pixels = n * GENERATOR_PIXELS;
    size_t noise = n * (size_t)r->noise, logits = n * (size_t)r->logits;
    float *at = malloc((noise + n + 3 * pixels + 2 * logits) * sizeof *at);

    r->noises = at;
    r->kept = malloc(net_block_size(r->discriminator) * sizeof *r->kept);
    if (!at || !r->kept)
        return err_set(e, ERR_MEMORY, "no memory for a batch of %zu", n);
    r->labels = at + noise;
    r->real = r->labels + n;
    r->fake = r->real + pixels;
    r->slopes = r->fake + pixels;
    r->ones = r->slopes + pixels;
    r->zeros = r->ones + logits;
    for (size_t i = 0; i < logits; i++) {
        r->ones[i] = 1;
        r->zeros[i] = 0;
    }
    return 0;
}

Rivals *rivals_new(const Recipe *recipe, Net *generator, Net *discriminator, Team *team, Err *e)
{
    Rivals *r = calloc(1, sizeof *r);

    if (!r) {
        err_set(e, ERR_MEMORY, "no memory for two nets");
        return NULL;
    }
    *r = (Rivals){
        .recipe = recipe, .generator = generator, .discriminator = discriminator, .team = team};
    r->picture = net_output_node(generator, net_output_find(generator, "picture"));
    r->noise = size_of(generator, net_input_node(generator, 0));
    r->logits = size_of(discriminator, net_output_node(discriminator, 0));
    if (!make_engines(r, e) && !take_memory(r, e))
        return r;
    rivals_free(r);
    return NULL;
}

void rivals_free(Rivals *r)
{
    if (!r)
        return;
    exec_free(r->draw);
    exec_free(r->tell);
    optim_free(r->draw_optim);
    optim_free(r->tell_optim);
    free(r->noises);
    free(r->kept);
    free(r);
}

Optim *rivals_optim(Rivals *r, bool discriminator)
{
    return discriminator ? r->tell_optim : r->draw_optim;
}

const float *rivals_noise(const Rivals *r)
{
    return r->noises;
}

const float *rivals_fake(const Rivals *r)
{
    return r->fake;
}

/* ---- a step ---- */

static void fill(Rivals *r, const uint8_t *pixels, const int *labels, int count, uint64_t first)
{
    for (int i = 0; i < count; i++) {
        Rng rng = rng_stream(r->recipe->seed, RNG_RIVAL, first + (uint64_t)i);

        for (int k = 0; k < r->noise; k++)
            r->noises[i * r->noise + k] = rng_normal(&rng);
        r->labels[i] = labels ? (float)labels[i] : 0;
    }
    for (int i = 0; i < count * GENERATOR_PIXELS; i++)
        r->real[i] = (float)pixels[i] * (2 / 255.f) - 1;
}

static void draw(Rivals *r, int count)
{
    const float *more[] = {r->labels};

    exec_forward(r->draw, &(Batch){.count = count, .values = r->noises, .more = more}, NULL);
    exec_read_activation(r->draw, r->picture, r->fake);
}

/* The discriminator's loss on pictures that it should call `wanted`, and its gradient, or that of the pictures alone. */
static double tell(Rivals *r, int count, const float *pictures, const float *wanted, bool input_only)
{
    const float *more[] = {r->labels};
    const void *targets[] = {wanted};
    LossReport report;

    exec_train(r->tell,
               &(Batch){.count = count, .values = pictures, .more = more, .targets = targets, .input_only = input_only},
               &report);
    return report.sum;
}

static bool step_discriminator(Rivals *r, int count, float lr, RivalLosses *losses)
{
    const Recipe *c = r->recipe;
    size_t size = net_block_size(r->discriminator);
    float *gradient = exec_gradient(r->tell);

    if (c->clip_weights > 0)
        optim_clip_weights(r->discriminator, c->clip_weights);
    losses->discriminator_real = tell(r, count, r->real, r->ones, false);
    memcpy(r->kept, gradient, size * sizeof *gradient);
    losses->discriminator_fake = tell(r, count, r->fake, r->zeros, false);
    for (size_t i = 0; i < size; i++)
        gradient[i] += r->kept[i];
    if (c->discriminator_lr > 0)
        lr *= c->discriminator_lr / c->schedule.rate;
    return isfinite(losses->discriminator_real + losses->discriminator_fake) &&
           optim_step(r->tell_optim, r->discriminator, gradient, lr, r->team);
}

static bool step_generator(Rivals *r, int count, float lr, RivalLosses *losses)
{
    const void *targets[] = {r->slopes, r->real};
    LossReport reports[2] = {{0}};

    losses->generator_fake = tell(r, count, r->fake, r->ones, true);
    exec_read_input_gradient(r->tell, r->slopes);
    for (int i = 0; i < count * GENERATOR_PIXELS; i++)
        r->slopes[i] *= (float)count; /* of a picture's own loss, not of its share in the mean */
    exec_backward(r->draw, targets, reports);
    losses->reconstruction = reports[1].sum;
    return isfinite(losses->generator_fake + losses->reconstruction) &&
           optim_step(r->draw_optim, r->generator, exec_gradient(r->draw), lr, r->team);
}

bool rivals_step(Rivals *r, const uint8_t *pixels, const int *labels, int count, uint64_t first,
                 float lr, RivalLosses *losses)
{
    fill(r, pixels, labels, count, first);
    draw(r, count);
    return step_discriminator(r, count, lr, losses) && step_generator(r, count, lr, losses);
}
