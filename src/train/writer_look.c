/* What the writer draws at the moment: read back, shown and saved. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "model/shipped.h"
#include "nn/loss.h"
#include "nn/metric.h"
#include "train/samples.h"
#include "train/writer_parts.h"

enum { DIGITS = 10, PER_DIGIT = WRITER_LOOKS / DIGITS, SHOWN = 10 };

int writer_look_new(WriterRun *w, Err *e)
{
    Looks *l = &w->looks;
    Rng r = rng_stream(w->recipe->seed, RNG_WRITE, 0);

    l->noise = malloc((size_t)WRITER_LOOKS * ZOO_WRITER_NOISE * sizeof *l->noise);
    l->drawn = malloc((size_t)WRITER_LOOKS * GENERATOR_PIXELS);
    l->reader = shipped_open("digits", e);
    l->predictor = l->reader ? predictor_new(l->reader->net, "logits", w->team, e) : NULL;
    if (!l->predictor)
        return -ERR_ARGUMENT;
    l->scores = malloc(WRITER_LOOKS * (size_t)predictor_outputs(l->predictor) * sizeof *l->scores);
    if (!l->noise || !l->drawn || !l->scores)
        return err_set(e, ERR_MEMORY, "no memory for %d pictures to look at", WRITER_LOOKS);
    for (int i = 0; i < WRITER_LOOKS * ZOO_WRITER_NOISE; i++)
        l->noise[i] = rng_normal(&r);
    return samples_choose(w->data, &w->split, PER_DIGIT, l->pictures, l->labels, e);
}

void writer_look_free(Looks *l)
{
    free(l->noise);
    free(l->drawn);
    free(l->scores);
    predictor_free(l->predictor);
    model_free(l->reader);
}

/* ---- the weights that are used ---- */

/* The decoder wants the numbers that the encoder finds, the flow gives them standardised: what lies
 * between goes into the decoder's first layer. */
static void take_standard(const WriterRun *w, Net *net)
{
    const Param *weight = net_param_find(net, "decoder.dense.weight");
    const Param *bias = net_param_find(net, "decoder.dense.bias");
    int units = weight->shape[0], inputs = weight->shape[1];
    float *a = w->values, *b = a + param_size(weight);

    param_read(weight, net_block(net), a);
    param_read(bias, net_block(net), b);
    for (int u = 0; u < units; u++)
        for (int k = 0; k < ZOO_WRITER_NOISE; k++) {
            b[u] += a[u * inputs + k] * w->latents.mean[k];
            a[u * inputs + k] *= w->latents.deviation[k];
        }
    param_write(weight, a, net_block(net));
    param_write(bias, b, net_block(net));
}

/* The layer before the sigmoid. */
static void sharpen(const WriterRun *w, Net *net)
{
    static const char *const names[] = {"decoder.draw.weight", "decoder.draw.bias"};

    for (int i = 0; i < 2; i++) {
        const Param *p = net_param_find(net, names[i]);

        param_read(p, net_block(net), w->values);
        for (size_t k = 0; k < param_size(p); k++)
            w->values[k] *= WRITER_SHARP;
        param_write(p, w->values, net_block(net));
    }
}

void writer_publish(WriterRun *w)
{
    Net *net = w->model->net;

    optim_swap_average(w->optim, w->net);
    for (int i = 0; i < net_param_count(net); i++) {
        const Param *to = net_param(net, i), *from = net_param_find(w->net, to->name);

        param_read(from, from->state ? net_state(w->net) : net_block(w->net), w->values);
        param_write(to, w->values, to->state ? net_state(net) : net_block(net));
    }
    optim_swap_average(w->optim, w->net);
    if (w->latents.found)
        take_standard(w, net);
    sharpen(w, net);
}

/* ---- drawing ---- */

/* Some of the pictures once more, through the encoder and the decoder. Returns the sum of losses. */
static double draw_again(WriterRun *w, int first, int count)
{
    static const Loss binary = {.kind = LOSS_BINARY}, kl = {.kind = LOSS_KL};
    float *logits = w->targets, *inks = w->values, *latent = inks + count * GENERATOR_PIXELS;
    float *outputs[] = {logits, latent}, labels[ENCODE_BATCH];
    const float *more[] = {labels, NULL, NULL};
    uint8_t *drawn = w->looks.drawn + (size_t)first * GENERATOR_PIXELS;
    double loss = 0;

    for (int i = 0; i < count; i++) {
        size_t at = w->looks.pictures[first + i];

        labels[i] = (float)w->looks.labels[first + i];
        memcpy(drawn + i * GENERATOR_PIXELS, w->data->pixels + at * GENERATOR_PIXELS,
               GENERATOR_PIXELS);
    }
    exec_infer(
        w->infer,
        &(Batch){.count = count, .bytes = drawn, .scale = 2 / 255.f, .shift = -1, .more = more},
        outputs, 2);
    for (int i = 0; i < count * GENERATOR_PIXELS; i++) {
        inks[i] = (float)drawn[i] / 255;
        drawn[i] = (uint8_t)lrintf(255 / (1 + expf(-logits[i])));
    }
    for (int i = 0; i < count; i++) {
        double pixels, distance;

        loss_reference(&binary, 1, GENERATOR_PIXELS, logits + i * GENERATOR_PIXELS,
                       inks + i * GENERATOR_PIXELS, 1, &pixels, NULL);
        loss_reference(&kl, 1, WRITER_LATENT, latent + i * WRITER_LATENT, NULL, 1, &distance, NULL);
        loss += GENERATOR_PIXELS * pixels + WRITER_KL * distance;
    }
    return loss;
}

/* The flow's loss on some of the pictures, always from the same noise. */
static double flow_loss(WriterRun *w, int first, int count)
{
    static const Loss mse = {.kind = LOSS_MSE};
    FlowBatch *b = &w->batch;
    const float *more[] = {b->labels, b->x, b->times};
    float *outputs[] = {NULL, NULL, w->values};
    double sum = 0;

    writer_fill_flow(w, b, w->looks.pictures + first, count, UINT64_MAX / 2 + (uint64_t)first);
    exec_infer(w->infer, &(Batch){.count = count, .values = b->x, .more = more}, outputs, 3);
    for (int i = 0; i < count; i++) {
        double loss;

        loss_reference(&mse, 1, ZOO_WRITER_NOISE, w->values + i * ZOO_WRITER_NOISE,
                       b->target + (size_t)i * ZOO_WRITER_NOISE, 1, &loss, NULL);
        sum += loss;
    }
    return sum;
}

int writer_look(WriterRun *w, FitScore *score, Err *e)
{
    Looks *l = &w->looks;
    double loss = 0;

    optim_swap_average(w->optim, w->net);
    for (int first = 0; first < WRITER_LOOKS; first += ENCODE_BATCH) {
        int n = WRITER_LOOKS - first < ENCODE_BATCH ? WRITER_LOOKS - first : ENCODE_BATCH;

        loss += writer_is_in_flow(w) ? flow_loss(w, first, n) : draw_again(w, first, n);
    }
    optim_swap_average(w->optim, w->net);
    if (writer_is_in_flow(w))
        generator_draw(w->generator, WRITER_LOOKS, l->noise, l->labels, 1, l->drawn);
    predictor_run(l->predictor, l->drawn, WRITER_LOOKS, l->reader->scale, l->reader->shift,
                  l->scores);
    *score = (FitScore){
        .right = metric_right(WRITER_LOOKS, predictor_outputs(l->predictor), l->scores, l->labels),
        .count = WRITER_LOOKS,
        .loss = loss / WRITER_LOOKS};
    if (!isfinite(loss))
        return err_set(e, ERR_NUMERIC, "epoch %ld: the loss on what is looked at is not a number",
                       w->state.epoch + 1);
    return 0;
}

/* ---- showing ---- */

int writer_show(WriterRun *w, Err *e)
{
    Image pictures[DIGITS * SHOWN];
    char title[64];

    for (int i = 0; i < DIGITS * SHOWN; i++)
        pictures[i] = (Image){GENERATOR_SIDE, GENERATOR_SIDE, 1,
                              w->looks.drawn +
                                  (size_t)(i / SHOWN * PER_DIGIT + i % SHOWN) * GENERATOR_PIXELS};
    snprintf(title, sizeof title, "Epoch %ld: %s", w->state.epoch + 1,
             writer_is_in_flow(w) ? "written" : "drawn again");
    return samples_show(&(Samples){.run = w->run,
                                   .events = w->events,
                                   .state = &w->state,
                                   .title = title,
                                   .images = pictures,
                                   .count = DIGITS * SHOWN,
                                   .columns = SHOWN},
                        e);
}

/* ---- saving ---- */

int writer_save(WriterRun *w, const FitScore *score, Err *e)
{
    char *record = samples_record(w->recipe, &w->state, w->net, w->split.train_count, score);
    int code = record ? model_set_record(w->model, record, e)
                      : err_set(e, ERR_MEMORY, "%s: no memory for its record", w->run->model);

    free(record);
    return code ? code : model_save(w->model, w->run->model, MODEL_F32, e);
}
