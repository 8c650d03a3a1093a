/* The loop: epochs of pictures, then epochs of the flow. */
#include "train/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "train/fit_parts.h"
#include "train/samples.h"
#include "train/writer_parts.h"

/* A step of the flow takes four times the pictures, as numbers, in so much of the time. */
enum { FLOW_BATCHES = 4 };
#define FLOW_COST 0.1

static long picture_steps(const WriterRun *w)
{
    return (long)loader_batches(w->picture_loader);
}

static long flow_steps(const WriterRun *w)
{
    return WRITER_ROUNDS * (long)loader_batches(w->flow_loader);
}

static long epoch_steps(const WriterRun *w)
{
    return writer_is_in_flow(w) ? flow_steps(w) : picture_steps(w);
}

/* Each of the two parts has the schedule for itself. */
static float rate_at(const WriterRun *w, long step)
{
    long first = w->picture_epochs * picture_steps(w);
    bool flow = step >= first;
    long total = flow ? (w->recipe->epochs - w->picture_epochs) * flow_steps(w) : first;

    return schedule_rate(&w->recipe->schedule, &w->state.schedule, flow ? step - first : step,
                         total);
}

/* ---- setting up ---- */

static int check_recipe(const Recipe *r, Err *e)
{
    int code = recipe_check(r, e);
    const char *needless = !augment_is_none(&r->augment)          ? "augment"
                           : *r->init_from                        ? "init_from"
                           : r->loss != LOSS_CROSS_ENTROPY        ? "loss"
                           : r->smoothing > 0                     ? "smoothing"
                           : r->early_stop                        ? "early_stop"
                           : r->save_every                        ? "save_every"
                           : r->schedule.kind == SCHEDULE_PLATEAU ? "schedule=plateau"
                                                                  : NULL;

    if (code)
        return code;
    if (strcmp(r->model, "writer"))
        return err_set(e, ERR_ARGUMENT, "%.60s is no writer", r->model);
    if (needless)
        return err_set(e, ERR_ARGUMENT, "%s: the writer knows no such setting", needless);
    if (r->epochs < 2)
        return err_set(e, ERR_ARGUMENT, "epochs: the writer takes at least 2, not %d", r->epochs);
    return 0;
}

static int make_nets(WriterRun *w, Err *e)
{
    ZooOptions options = {.width = w->recipe->width};
    Net *plain = zoo_net("writer", &options, e);

    w->model = plain ? model_new(plain) : NULL;
    w->net = w->model ? net_new() : NULL;
    if (!w->net)
        return -ERR_MEMORY;
    if (!options.width)
        options.width = zoo_find("writer", NULL, e)->usual.width;
    zoo_writer_training(w->net, &options);
    if (net_build(w->net, e))
        return -ERR_MEMORY;
    net_init(w->net, w->recipe->seed);
    w->generator = generator_new(w->model, w->team, e);
    return w->generator ? model_set_name(w->model, "writer", e) : -ERR_MEMORY;
}

static Exec *trainer(const WriterRun *w, int batch, const Loss *losses, int count, Err *e)
{
    return exec_new(w->net,
                    &(ExecOptions){.batch = batch,
                                   .team = w->team,
                                   .training = true,
                                   .losses = losses,
                                   .loss_count = count,
                                   .seed = w->recipe->seed,
                                   .kernels = precision_kernels(precision_choose(w->recipe->precision, w->net))},
                    e);
}

static int make_engines(WriterRun *w, Err *e)
{
    const Recipe *r = w->recipe;
    const Loss picture[] = {
        {.kind = LOSS_BINARY, .output = "logits", .weight = GENERATOR_PIXELS},
        {.kind = LOSS_KL, .output = "latent", .weight = WRITER_KL},
    };
    const Loss velocity = {.kind = LOSS_MSE, .output = "velocity"};

    if (!(w->pictures = trainer(w, r->batch, picture, 2, e)) ||
        !(w->flow = trainer(w, FLOW_BATCHES * r->batch, &velocity, 1, e)) ||
        !(w->infer = exec_new(w->net, &(ExecOptions){.batch = ENCODE_BATCH, .team = w->team}, e)))
        return -ERR_MEMORY;
    w->optim = optim_new(w->net, &r->optim, e);
    return w->optim ? 0 : -ERR_ARGUMENT;
}

static Loader *make_loader(const WriterRun *w, int batch, Err *e)
{
    return loader_new(&(LoaderOptions){.data = w->data,
                                       .indices = w->split.train,
                                       .count = w->split.train_count,
                                       .batch = batch,
                                       .seed = w->recipe->seed,
                                       .shuffle = true,
                                       .team = w->team},
                      e);
}

static size_t at_least(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int make_batches(WriterRun *w, Err *e)
{
    size_t batch = (size_t)w->recipe->batch, most = at_least(batch, ENCODE_BATCH);
    size_t look = (size_t)ENCODE_BATCH * (GENERATOR_PIXELS + WRITER_LATENT);

    w->picture_loader = make_loader(w, w->recipe->batch, e);
    w->flow_loader = w->picture_loader ? make_loader(w, FLOW_BATCHES * w->recipe->batch, e) : NULL;
    if (!w->flow_loader)
        return -ERR_ARGUMENT;
    w->labels = malloc(batch * sizeof *w->labels);
    w->targets = malloc(most * GENERATOR_PIXELS * sizeof *w->targets);
    w->values = malloc(at_least(net_block_size(w->model->net), look) * sizeof *w->values);
    if (!w->labels || !w->targets || !w->values)
        return err_set(e, ERR_MEMORY, "no memory for a batch of %zu", batch);
    return flow_batch_new(&w->batch, (int)at_least(FLOW_BATCHES * batch, ENCODE_BATCH), e);
}

/* Both loaders to where the run stands. */
static int resume_loaders(WriterRun *w, Err *e)
{
    const RunState *s = &w->state;
    long rounds = (long)loader_batches(w->flow_loader);
    bool flow = writer_is_in_flow(w);
    LoaderState at = {
        .seed = w->recipe->seed, .epoch = (uint64_t)s->epoch, .batch = (uint64_t)s->epoch_step};

    if (flow)
        at = (LoaderState){.seed = w->recipe->seed,
                           .epoch = (uint64_t)((s->epoch - w->picture_epochs) * WRITER_ROUNDS +
                                               s->epoch_step / rounds),
                           .batch = (uint64_t)(s->epoch_step % rounds)};
    return loader_resume(flow ? w->flow_loader : w->picture_loader, at, e);
}

static int open_folder(WriterRun *w, Err *e)
{
    bool resume = w->options->resume;
    uint64_t data = fit_hash_data(w->data);
    int code = 0;

    w->state.data_hash = data;
    if (resume && file_exists(w->run->checkpoint)) {
        code = checkpoint_load(w->run->checkpoint, w->net, w->optim, &w->state, w->recipe, e);
        if (!code && w->state.data_hash != data)
            code = err_set(e, ERR_ARGUMENT, "%s: the run was trained on other pictures",
                           w->run->checkpoint);
        if (!code)
            code = resume_loaders(w, e);
    }
    if (!code)
        code = (resume ? run_folder_resume : run_folder_begin)(w->run, w->recipe, e);
    if (!code)
        code = samples_begin(w->run, e);
    if (code)
        return code;
    w->events = run_events_open(w->run, w->recipe, (RunAbout){.group = w->options->group},
                                &w->state, e);
    return w->events ? 0 : -ERR_IO;
}

static int set_up(WriterRun *w, Err *e)
{
    const Recipe *r = w->recipe;
    int code = check_recipe(r, e);

    if (!code)
        code = samples_check(w->data, "the writer", e);
    if (code)
        return code;
    w->picture_epochs = r->epochs - (r->epochs + 2) / 4; /* a quarter, rounded, is the flow's */
    w->run = run_folder_new(w->options->folder, e);
    w->team = w->run ? team_new(r->threads, e) : NULL;
    if (!w->team)
        return -ERR_MEMORY;
    code = dataset_split(w->data, r->validation, r->seed, &w->split, e);
    if (!code)
        code = make_nets(w, e);
    if (!code)
        code = make_engines(w, e);
    if (!code)
        code = make_batches(w, e);
    if (!code)
        code = writer_look_new(w, e);
    return code ? code : open_folder(w, e);
}

static void tear_down(WriterRun *w)
{
    events_free(w->events);
    writer_look_free(&w->looks);
    flow_batch_free(&w->batch);
    free(w->latents.found);
    free(w->labels);
    free(w->targets);
    free(w->values);
    loader_free(w->picture_loader);
    loader_free(w->flow_loader);
    optim_free(w->optim);
    exec_free(w->pictures);
    exec_free(w->flow);
    exec_free(w->infer);
    generator_free(w->generator);
    model_free(w->model);
    net_free(w->net);
    split_free(&w->split);
    team_free(w->team);
    run_folder_free(w->run);
    run_state_free(&w->state);
}

/* ---- what the watch is shown ---- */

/* What is done, in steps of pictures. */
static double work_done(const WriterRun *w)
{
    long first = w->picture_epochs * picture_steps(w), step = w->state.step;

    return step < first ? (double)step : (double)first + FLOW_COST * (double)(step - first);
}

static double work_left(const WriterRun *w)
{
    long flows = w->recipe->epochs - w->picture_epochs;

    return (double)(w->picture_epochs * picture_steps(w)) +
           FLOW_COST * (double)(flows * flow_steps(w)) - work_done(w);
}

static FitProgress progress_of(const WriterRun *w, float lr)
{
    const RunState *s = &w->state;
    double done = work_done(w) - w->begun_work, spent = w->pace.last - w->pace.begun;

    return (FitProgress){
        .epoch = s->epoch + 1,
        .epochs = w->recipe->epochs,
        .epoch_step = s->epoch_step,
        .epoch_steps = epoch_steps(w),
        .lr = lr,
        .loss = s->seen ? s->loss_sum / (double)s->seen : 0,
        .accuracy = NAN,
        .images_per_second = s->epoch_seconds > 0 ? (double)s->seen / s->epoch_seconds : 0,
        .seconds = s->seconds,
        .seconds_left = done > 0 ? spent / done * work_left(w) : 0,
    };
}

static bool watch_allows(const WriterRun *w, const FitProgress *p)
{
    return !w->options->watch || w->options->watch(w->options->context, p);
}

/* ---- a step ---- */

static Exec *picture_step(WriterRun *w, int *count, double *loss)
{
    LoaderBatch b = loader_next_of_any(w->picture_loader);
    const float *more[] = {w->labels, NULL, NULL};
    const void *targets[] = {w->targets, NULL};
    LossReport reports[2];

    for (int i = 0; i < b.count; i++)
        w->labels[i] = (float)b.labels[i];
    for (int i = 0; i < b.count * GENERATOR_PIXELS; i++)
        w->targets[i] = (float)b.pixels[i] / 255;
    exec_set_step(w->pictures, (uint64_t)w->state.step);
    exec_train(w->pictures,
               &(Batch){.count = b.count,
                        .bytes = b.pixels,
                        .scale = 2 / 255.f,
                        .shift = -1,
                        .more = more,
                        .targets = targets},
               reports);
    *count = b.count;
    *loss = GENERATOR_PIXELS * reports[0].sum + WRITER_KL * reports[1].sum;
    return w->pictures;
}

static Exec *flow_step(WriterRun *w, int *count, double *loss)
{
    LoaderBatch l = loader_next_of_any(w->flow_loader);
    FlowBatch *b = &w->batch;
    const float *more[] = {b->labels, b->x, b->times};
    const void *targets[] = {b->target};
    uint64_t room = (uint64_t)FLOW_BATCHES * (uint64_t)w->recipe->batch;
    LossReport report;

    writer_fill_flow(w, b, l.indices, l.count, (uint64_t)w->state.step * room);
    exec_train(w->flow,
               &(Batch){.count = l.count, .values = b->x, .more = more, .targets = targets},
               &report);
    *count = l.count;
    *loss = report.sum;
    return w->flow;
}

static int train_step(WriterRun *w, float lr, Err *e)
{
    RunState *s = &w->state;
    double loss;
    int count;
    Exec *run = (writer_is_in_flow(w) ? flow_step : picture_step)(w, &count, &loss);

    if (!isfinite(loss) || !optim_step(w->optim, w->net, exec_gradient(run), lr, w->team))
        return err_set(e, ERR_NUMERIC,
                       "epoch %ld, step %ld: the loss or the gradient is not a finite number, at a "
                       "learning rate of %g",
                       s->epoch + 1, s->epoch_step + 1, lr);
    s->loss_sum += loss;
    s->seen += count;
    s->step++;
    s->epoch_step++;
    pace_tick(&w->pace, &w->state);
    return 0;
}

static int save_checkpoint(WriterRun *w, Err *e)
{
    pace_saved(&w->pace);
    return checkpoint_save(w->run->checkpoint, w->net, w->optim, &w->state, w->recipe, e);
}

static int train_epoch(WriterRun *w, bool *stopped, Err *e)
{
    int code = writer_is_in_flow(w) && !w->latents.found ? writer_encode(w, e) : 0;

    while (!code && !*stopped && w->state.epoch_step < epoch_steps(w)) {
        float lr = rate_at(w, w->state.step);
        FitProgress p;

        code = train_step(w, lr, e);
        if (code)
            break;
        p = progress_of(w, lr);
        *stopped = !watch_allows(w, &p);
        if (*stopped || pace_is_due(&w->pace, w->recipe, w->state.epoch_step))
            code = save_checkpoint(w, e);
    }
    return code;
}

/* ---- the end of an epoch ---- */

static int write_figures(WriterRun *w, const FitProgress *p, Err *e)
{
    RunState *s = &w->state;
    LogRow row = {.epoch = (double)s->epoch + 1,
                  .step = (double)s->step,
                  .lr = p->lr,
                  .loss = p->loss,
                  .accuracy = NAN,
                  .validation_loss = p->validation.loss,
                  .validation_accuracy = (double)p->validation.right / WRITER_LOOKS,
                  .seconds = s->seconds,
                  .images_per_second = p->images_per_second};
    const char *part = writer_is_in_flow(w) ? "loss/flow" : "loss/pictures";
    int code = train_log_add(&s->log, row, e);

    events_scalar(w->events, part, s->step, row.loss);
    events_scalar(w->events, "loss/validation", s->step, row.validation_loss);
    events_scalar(w->events, "read_back", s->step, row.validation_accuracy);
    events_scalar(w->events, "learning_rate", s->step, row.lr);
    if (s->epoch + 1 == w->recipe->epochs)
        events_end(w->events, true);
    if (!code)
        code = train_log_write(&s->log, w->run->log, e);
    return code ? code : run_events_flush(w->events, s, e);
}

/* The autoencoder is done: what the flow learns from are its averaged weights. */
static int begin_flow(WriterRun *w, Err *e)
{
    optim_swap_average(w->optim, w->net);
    optim_free(w->optim);
    w->optim = optim_new(w->net, &w->recipe->optim, e);
    return w->optim ? 0 : -ERR_MEMORY;
}

static int begin_next_epoch(WriterRun *w, Err *e)
{
    RunState *s = &w->state;
    bool pictures = !writer_is_in_flow(w);

    s->epoch++;
    s->epoch_step = s->seen = 0;
    s->loss_sum = s->epoch_seconds = 0;
    return pictures && writer_is_in_flow(w) ? begin_flow(w, e) : 0;
}

static int end_epoch(WriterRun *w, bool *stopped, Err *e)
{
    RunState *s = &w->state;
    FitProgress p;
    FitScore score;
    int code;

    writer_publish(w);
    code = writer_look(w, &score, e);
    if (code)
        return code;
    pace_tick(&w->pace, &w->state);
    p = progress_of(w, rate_at(w, s->step - 1));
    p.epoch_done = p.best = true; /* the latest counts: no part is done before its end */
    p.validation = score;
    s->best_epoch = s->epoch + 1;
    s->best_right = score.right;
    s->best_loss = score.loss;
    code = writer_save(w, &score, e);
    if (!code)
        code = writer_show(w, e);
    if (!code)
        code = write_figures(w, &p, e);
    if (!code)
        code = begin_next_epoch(w, e);
    if (!code)
        code = save_checkpoint(w, e);
    *stopped = !code && !watch_allows(w, &p);
    return code;
}

/* ---- the run ---- */

static FitResult result_of(WriterRun *w, bool stopped)
{
    RunState *s = &w->state;
    FitResult r = {.epochs = s->epoch,
                   .seconds = s->seconds,
                   .stopped = stopped && s->epoch < w->recipe->epochs,
                   .best_epoch = s->best_epoch,
                   .best = {.right = s->best_right,
                            .count = s->best_epoch ? WRITER_LOOKS : 0,
                            .loss = s->best_loss},
                   .trained = w->split.train_count,
                   .log = s->log};

    s->log = (TrainLog){0};
    return r;
}

int writer_fit(const Recipe *recipe, const Dataset *data, const FitOptions *options,
               FitResult *result, Err *e)
{
    WriterRun *w = calloc(1, sizeof *w);
    bool stopped = false;
    int code;

    *result = (FitResult){0};
    if (!w)
        return err_set(e, ERR_MEMORY, "no memory to train a writer");
    *w = (WriterRun){.recipe = recipe, .data = data, .options = options};
    code = set_up(w, e);
    if (!code) {
        w->pace = pace_begin();
        w->begun_work = work_done(w);
    }
    while (!code && !stopped && w->state.epoch < recipe->epochs) {
        code = train_epoch(w, &stopped, e);
        if (!code && !stopped)
            code = end_epoch(w, &stopped, e);
    }
    if (!code)
        *result = result_of(w, stopped);
    tear_down(w);
    free(w);
    return code;
}
