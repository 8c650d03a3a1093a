/* The loop: epochs of steps of both nets. */
#include "train/adversarial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "train/adversarial_parts.h"
#include "train/fit_parts.h"
#include "train/samples.h"
#include "zoo/zoo.h"

static long epoch_steps(const Contest *c)
{
    return (long)loader_batches(c->loader);
}

static float rate_at(const Contest *c, long step)
{
    return schedule_rate(&c->recipe->schedule, &c->state.schedule, step,
                         c->recipe->epochs * epoch_steps(c));
}

/* ---- setting up ---- */

static int check_recipe(const Recipe *r, Err *e)
{
    int code = recipe_check(r, e);
    const char *needless = !augment_is_none(&r->augment)          ? "augment"
                           : *r->init_from                        ? "init_from"
                           : r->loss != LOSS_CROSS_ENTROPY        ? "loss"
                           : r->smoothing > 0                     ? "smoothing"
                           : r->optim.average > 0                 ? "average"
                           : r->early_stop                        ? "early_stop"
                           : r->schedule.kind == SCHEDULE_PLATEAU ? "schedule=plateau"
                                                                  : NULL;

    if (code)
        return code;
    if (!zoo_find(r->model, NULL, e)->discriminator)
        return err_set(e, ERR_ARGUMENT, "%.60s has no discriminator", r->model);
    if (needless)
        return err_set(e, ERR_ARGUMENT, "%s: %s knows no such setting", needless, r->model);
    return 0;
}

static int make_nets(Contest *c, Err *e)
{
    const Recipe *r = c->recipe;
    ZooOptions options = recipe_zoo(r);
    Net *generator = zoo_net(r->model, &options, e);
    Net *discriminator = generator ? zoo_discriminator(r->model, &options, e) : NULL;
    char name[MODEL_NAME];

    c->model = generator ? model_new(generator) : NULL;
    c->rival = discriminator ? model_new(discriminator) : NULL;
    if (!c->model || !c->rival)
        return -ERR_MEMORY;
    net_init(generator, r->seed);
    net_init(discriminator, r->seed);
    c->rival->scale = 2 / 255.f;
    c->rival->shift = -1;
    snprintf(name, sizeof name, "%.40s-discriminator", r->model);
    c->generator = generator_new(c->model, c->team, e);
    c->rivals = c->generator ? rivals_new(r, generator, discriminator, c->team, e) : NULL;
    if (!c->rivals || model_set_name(c->model, r->model, e))
        return -ERR_MEMORY;
    return model_set_name(c->rival, name, e);
}

static int make_loader(Contest *c, Err *e)
{
    c->loader = loader_new(&(LoaderOptions){.data = c->data,
                                            .indices = c->split.train,
                                            .count = c->split.train_count,
                                            .batch = c->recipe->batch,
                                            .seed = c->recipe->seed,
                                            .shuffle = true},
                           e);
    return c->loader ? 0 : -ERR_ARGUMENT;
}

static void both(Contest *c, Trained nets[2])
{
    nets[0] = (Trained){c->model->net, rivals_optim(c->rivals, false)};
    nets[1] = (Trained){c->rival->net, rivals_optim(c->rivals, true)};
}

static int read_checkpoint(Contest *c, uint64_t data, Err *e)
{
    Trained nets[2];
    int code;

    both(c, nets);
    code = checkpoint_load_two(c->run->checkpoint, nets, &c->state, c->recipe, e);
    if (!code && c->state.data_hash != data)
        code = err_set(e, ERR_ARGUMENT, "%s: the run was trained on other pictures",
                       c->run->checkpoint);
    if (!code)
        code = loader_resume(c->loader,
                             (LoaderState){.seed = c->recipe->seed,
                                           .epoch = (uint64_t)c->state.epoch,
                                           .batch = (uint64_t)c->state.epoch_step},
                             e);
    return code;
}

static int open_folder(Contest *c, Err *e)
{
    bool resume = c->options->resume;
    uint64_t data = fit_hash_data(c->data);
    int code = 0;

    c->state.data_hash = data;
    if (resume && file_exists(c->run->checkpoint))
        code = read_checkpoint(c, data, e);
    if (!code)
        code = (resume ? run_folder_resume : run_folder_begin)(c->run, c->recipe, e);
    if (!code)
        code = samples_begin(c->run, e);
    if (code)
        return code;
    c->events =
        run_events_open(c->run, c->recipe,
                        (RunAbout){.group = c->options->group, .net = c->model->net}, &c->state, e);
    return c->events ? 0 : -ERR_IO;
}

static int set_up(Contest *c, Err *e)
{
    const Recipe *r = c->recipe;
    int code = check_recipe(r, e);

    if (!code)
        code = samples_check(c->data, r->model, e);
    if (code)
        return code;
    c->run = run_folder_new(c->options->folder, e);
    c->rival_path = file_join(c->options->folder, "discriminator.safetensors");
    c->team = c->run && c->rival_path ? team_new(r->threads, e) : NULL;
    if (!c->team)
        return -ERR_MEMORY;
    code = dataset_split(c->data, r->validation, r->seed, &c->split, e);
    if (!code)
        code = make_nets(c, e);
    if (!code)
        code = make_loader(c, e);
    if (!code)
        code = adversarial_look_new(c, e);
    return code ? code : open_folder(c, e);
}

static void tear_down(Contest *c)
{
    events_free(c->events);
    adversarial_look_free(&c->gallery);
    loader_free(c->loader);
    rivals_free(c->rivals);
    generator_free(c->generator);
    model_free(c->model);
    model_free(c->rival);
    split_free(&c->split);
    team_free(c->team);
    run_folder_free(c->run);
    free(c->rival_path);
    run_state_free(&c->state);
}

/* ---- what the watch is shown ---- */

static FitProgress progress_of(const Contest *c, float lr)
{
    const RunState *s = &c->state;
    long done = s->step - c->begun_step, left = c->recipe->epochs * epoch_steps(c) - s->step;
    double seen = s->seen ? (double)s->seen : 1;

    return (FitProgress){
        .epoch = s->epoch + 1,
        .epochs = c->recipe->epochs,
        .epoch_step = s->epoch_step,
        .epoch_steps = epoch_steps(c),
        .lr = lr,
        .loss = s->loss_sum / seen,
        .discriminator_loss = (s->real_sum + s->fake_sum) / seen,
        .accuracy = NAN,
        .images_per_second = s->epoch_seconds > 0 ? (double)s->seen / s->epoch_seconds : 0,
        .seconds = s->seconds,
        .seconds_left = done > 0 ? (c->pace.last - c->pace.begun) / (double)done * (double)left : 0,
    };
}

static bool watch_allows(const Contest *c, const FitProgress *p)
{
    return !c->options->watch || c->options->watch(c->options->context, p);
}

/* ---- an epoch ---- */

static int train_step(Contest *c, float lr, Err *e)
{
    RunState *s = &c->state;
    LoaderBatch b = loader_next_of_any(c->loader);
    uint64_t first = (uint64_t)s->step * (uint64_t)c->recipe->batch;
    RivalLosses losses;

    if (!rivals_step(c->rivals, b.pixels, b.labels, b.count, first, lr, &losses))
        return err_set(e, ERR_NUMERIC,
                       "epoch %ld, step %ld: the loss or the gradient is not a finite number, at a "
                       "learning rate of %g",
                       s->epoch + 1, s->epoch_step + 1, lr);
    s->loss_sum += losses.generator_fake + c->recipe->reconstruction * losses.reconstruction;
    s->picture_sum += losses.reconstruction;
    s->real_sum += losses.discriminator_real;
    s->fake_sum += losses.discriminator_fake;
    s->seen += b.count;
    s->step++;
    s->epoch_step++;
    pace_tick(&c->pace, &c->state);
    return 0;
}

static int save_checkpoint(Contest *c, Err *e)
{
    Trained nets[2];

    both(c, nets);
    pace_saved(&c->pace);
    return checkpoint_save_two(c->run->checkpoint, nets, &c->state, c->recipe, e);
}

static int train_epoch(Contest *c, bool *stopped, Err *e)
{
    int code = 0;

    while (!code && !*stopped && c->state.epoch_step < epoch_steps(c)) {
        float lr = rate_at(c, c->state.step);
        FitProgress p;

        code = train_step(c, lr, e);
        if (code)
            break;
        p = progress_of(c, lr);
        *stopped = !watch_allows(c, &p);
        if (*stopped || pace_is_due(&c->pace, c->recipe, c->state.epoch_step))
            code = save_checkpoint(c, e);
    }
    return code;
}

/* ---- the end of an epoch ---- */

static LogRow row_of(const Contest *c, const FitProgress *p)
{
    const RunState *s = &c->state;
    const FitScore *v = &p->validation;
    double seen = (double)s->seen;
    LogRow row = {.epoch = (double)s->epoch + 1,
                  .step = (double)s->step,
                  .lr = p->lr,
                  .loss = p->loss,
                  .accuracy = NAN,
                  .validation_loss = v->count ? v->loss : NAN,
                  .validation_accuracy = v->count ? (double)v->right / (double)v->count : NAN,
                  .seconds = s->seconds,
                  .images_per_second = p->images_per_second,
                  .reconstruction = s->picture_sum / seen,
                  .discriminator_real = s->real_sum / seen,
                  .discriminator_fake = s->fake_sum / seen,
                  .discriminator = p->discriminator_loss,
                  .kl = c->gallery.kl,
                  .mse = c->gallery.mse};

    row.generator_fake = row.loss - c->recipe->reconstruction * row.reconstruction;
    return row;
}

static void report_row(const Contest *c, const LogRow *row, double seconds_left)
{
    const struct {
        const char *tag;
        double value;
    } scalars[] = {
        {"generator/sum", row->loss},
        {"generator/fake", row->generator_fake},
        {"generator/reconstruction", row->reconstruction},
        {"discriminator/sum", row->discriminator},
        {"discriminator/real", row->discriminator_real},
        {"discriminator/fake", row->discriminator_fake},
        {"kl_divergence", row->kl},
        {"squared_error", row->mse},
        {"read_back", row->validation_accuracy},
        {"learning_rate", row->lr},
        {"time/elapsed_s", row->seconds},
        {"time/left_s", seconds_left},
    };

    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (isfinite(scalars[i].value))
            events_scalar(c->events, scalars[i].tag, c->state.step, scalars[i].value);
}

static int write_figures(Contest *c, const FitProgress *p, Err *e)
{
    RunState *s = &c->state;
    LogRow row = row_of(c, p);
    int code = train_log_add(&s->log, row, e);

    report_row(c, &row, p->seconds_left);
    if (!code && s->epoch + 1 == c->recipe->epochs) {
        code = adversarial_report(c, e);
        events_end(c->events, true);
    }
    if (!code)
        code = train_log_write(&s->log, c->run->log, e);
    return code ? code : run_events_flush(c->events, s, e);
}

static void begin_next_epoch(RunState *s)
{
    s->epoch++;
    s->epoch_step = s->seen = 0;
    s->loss_sum = s->picture_sum = s->real_sum = s->fake_sum = s->epoch_seconds = 0;
}

static int end_epoch(Contest *c, bool *stopped, Err *e)
{
    RunState *s = &c->state;
    FitProgress p;
    FitScore score;
    int code;

    adversarial_look(c, &score);
    pace_tick(&c->pace, &c->state);
    p = progress_of(c, rate_at(c, s->step - 1));
    p.epoch_done = p.best = true;
    p.validation = score;
    s->best_epoch = s->epoch + 1;
    s->best_right = score.right;
    s->best_loss = score.loss;
    code = adversarial_save(c, &score, e);
    if (!code)
        code = adversarial_show(c, e);
    if (!code)
        code = write_figures(c, &p, e);
    if (code)
        return code;
    begin_next_epoch(s);
    code = save_checkpoint(c, e);
    *stopped = !code && !watch_allows(c, &p);
    return code;
}

/* ---- the run ---- */

static FitResult result_of(Contest *c, bool stopped)
{
    RunState *s = &c->state;
    bool read = s->best_epoch && generator_obeys(c->generator);
    FitResult r = {.epochs = s->epoch,
                   .seconds = s->seconds,
                   .stopped = stopped && s->epoch < c->recipe->epochs,
                   .best_epoch = s->best_epoch,
                   .best = {.right = s->best_right,
                            .count = read ? ADVERSARIAL_LOOKS : 0,
                            .loss = s->best_loss},
                   .trained = c->split.train_count,
                   .log = s->log};

    s->log = (TrainLog){0};
    return r;
}

int adversarial_fit(const Recipe *recipe, const Dataset *data, const FitOptions *options,
                    FitResult *result, Err *e)
{
    Contest *c = calloc(1, sizeof *c);
    bool stopped = false;
    int code;

    *result = (FitResult){0};
    if (!c)
        return err_set(e, ERR_MEMORY, "no memory to train two nets");
    *c = (Contest){.recipe = recipe, .data = data, .options = options};
    code = set_up(c, e);
    c->pace = pace_begin();
    c->begun_step = c->state.step;
    while (!code && !stopped && c->state.epoch < recipe->epochs) {
        code = train_epoch(c, &stopped, e);
        if (!code && !stopped)
            code = end_epoch(c, &stopped, e);
    }
    if (!code)
        *result = result_of(c, stopped);
    tear_down(c);
    free(c);
    return code;
}
