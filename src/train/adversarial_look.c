/* What the generator draws at the moment: measured, shown and saved. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "image/codec.h"
#include "model/shipped.h"
#include "nn/metric.h"
#include "train/adversarial_parts.h"
#include "train/samples.h"

enum { DIGITS = 10, PER_DIGIT = ADVERSARIAL_LOOKS / DIGITS, SHOWN = 10 };

/* ---- choosing ---- */

static int copy_real(Contest *c, Err *e)
{
    Gallery *g = &c->gallery;
    uint32_t pictures[ADVERSARIAL_LOOKS];
    int code = samples_choose(c->data, &c->split, PER_DIGIT, pictures, g->labels, e);

    for (int i = 0; !code && i < ADVERSARIAL_LOOKS; i++)
        memcpy(g->real + (size_t)i * GENERATOR_PIXELS,
               c->data->pixels + (size_t)pictures[i] * GENERATOR_PIXELS, GENERATOR_PIXELS);
    return code;
}

int adversarial_look_new(Contest *c, Err *e)
{
    Gallery *g = &c->gallery;
    size_t noise = (size_t)ADVERSARIAL_LOOKS * (size_t)generator_noise(c->generator);
    Rng r = rng_stream(c->recipe->seed, RNG_WRITE, 0);

    g->reader = shipped_open("digits", e);
    g->predictor = g->reader ? predictor_new(g->reader->net, "logits", c->team, e) : NULL;
    if (!g->predictor)
        return -ERR_ARGUMENT;
    g->real = malloc((size_t)ADVERSARIAL_LOOKS * GENERATOR_PIXELS);
    g->drawn = malloc((size_t)ADVERSARIAL_LOOKS * GENERATOR_PIXELS);
    g->noise = malloc(noise * sizeof *g->noise);
    g->scores =
        malloc(ADVERSARIAL_LOOKS * (size_t)predictor_outputs(g->predictor) * sizeof *g->scores);
    if (!g->real || !g->drawn || !g->noise || !g->scores)
        return err_set(e, ERR_MEMORY, "no memory for %d pictures to look at", ADVERSARIAL_LOOKS);
    for (size_t i = 0; i < noise; i++)
        g->noise[i] = rng_normal(&r);
    return copy_real(c, e);
}

void adversarial_look_free(Gallery *g)
{
    free(g->real);
    free(g->drawn);
    free(g->noise);
    free(g->scores);
    predictor_free(g->predictor);
    model_free(g->reader);
}

/* ---- measuring ---- */

static void compare(Gallery *g)
{
    float real[GENERATOR_PIXELS], drawn[GENERATOR_PIXELS];
    double kl = 0, mse = 0;

    for (int i = 0; i < ADVERSARIAL_LOOKS; i++) {
        for (int k = 0; k < GENERATOR_PIXELS; k++) {
            real[k] = (float)g->real[i * GENERATOR_PIXELS + k] * (2 / 255.f) - 1;
            drawn[k] = (float)g->drawn[i * GENERATOR_PIXELS + k] * (2 / 255.f) - 1;
        }
        kl += metric_kl(GENERATOR_PIXELS, real, drawn);
        mse += metric_mse(GENERATOR_PIXELS, real, drawn);
    }
    g->kl = kl / ADVERSARIAL_LOOKS;
    g->mse = mse / ADVERSARIAL_LOOKS;
}

void adversarial_read(Contest *c)
{
    Gallery *g = &c->gallery;

    predictor_run(g->predictor, g->drawn, ADVERSARIAL_LOOKS, g->reader->scale, g->reader->shift,
                  g->scores);
}

void adversarial_look(Contest *c, FitScore *score)
{
    Gallery *g = &c->gallery;
    int classes = predictor_outputs(g->predictor);

    generator_draw(c->generator, ADVERSARIAL_LOOKS, g->noise, g->labels, 1, g->drawn);
    compare(g);
    *score = (FitScore){0};
    if (!generator_obeys(c->generator))
        return;
    adversarial_read(c);
    *score = (FitScore){.right = metric_right(ADVERSARIAL_LOOKS, classes, g->scores, g->labels),
                        .count = ADVERSARIAL_LOOKS,
                        .loss = metric_nll(ADVERSARIAL_LOOKS, classes, g->scores, g->labels, 1)};
}

/* ---- showing ---- */

static int show_one(Contest *c, Err *e)
{
    Image one = {GENERATOR_SIDE, GENERATOR_SIDE, 1, c->gallery.drawn};
    size_t size;
    uint8_t *png = image_encode_png(&one, &size, e);

    if (!png)
        return -ERR_MEMORY;
    events_png(c->events, "generated", c->state.step, GENERATOR_SIDE, GENERATOR_SIDE, png, size);
    free(png);
    return 0;
}

int adversarial_show(Contest *c, Err *e)
{
    Image pictures[DIGITS * SHOWN];
    char title[64];
    int code = show_one(c, e);

    if (code)
        return code;
    for (int i = 0; i < DIGITS * SHOWN; i++)
        pictures[i] = (Image){GENERATOR_SIDE, GENERATOR_SIDE, 1,
                              c->gallery.drawn +
                                  (size_t)(i / SHOWN * PER_DIGIT + i % SHOWN) * GENERATOR_PIXELS};
    snprintf(title, sizeof title, "Epoch %ld", c->state.epoch + 1);
    return samples_show(&(Samples){.run = c->run,
                                   .events = c->events,
                                   .state = &c->state,
                                   .title = title,
                                   .images = pictures,
                                   .count = DIGITS * SHOWN,
                                   .columns = SHOWN},
                        e);
}

/* ---- saving ---- */

static int save_copy(Contest *c, Err *e)
{
    const Recipe *r = c->recipe;
    long epoch = c->state.epoch + 1;
    char *path;
    int code;

    if (!r->save_every || epoch % r->save_every)
        return 0;
    path = run_folder_epoch(c->run, epoch, e);
    code = path ? model_save(c->model, path, MODEL_F32, e) : -ERR_MEMORY;
    free(path);
    return code ? code : run_folder_prune(c->run, r->keep, e);
}

int adversarial_save(Contest *c, const FitScore *score, Err *e)
{
    char *record = samples_record(c->recipe, &c->state, c->rival->net, c->split.train_count, score);
    int code = record ? model_set_record(c->model, record, e)
                      : err_set(e, ERR_MEMORY, "%s: no memory for its record", c->run->model);

    if (!code)
        code = model_set_record(c->rival, record, e);
    free(record);
    if (!code)
        code = model_save(c->model, c->run->model, MODEL_F32, e);
    if (!code)
        code = model_save(c->rival, c->rival_path, MODEL_F32, e);
    return code ? code : save_copy(c, e);
}
