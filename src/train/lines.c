/* The loop. Strings come on strips of a few widths, one for each step, so that short ones do not pay
 * for long ones: a net of each width, which takes the weights before its step and leaves the
 * gradient and the running statistics. */
#include "train/lines.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/rng.h"
#include "data/split.h"
#include "model/shipped.h"
#include "nn/exec.h"
#include "train/checkpoint.h"
#include "train/lines_calibrate.h"
#include "train/lines_parts.h"
#include "train/pace.h"
#include "train/run_folder.h"
#include "zoo/zoo.h"

/* Widths, and how many steps of ten each has. */
static const struct {
    int px, tenths;
} widths[] = {{96, 4}, {160, 4}, {256, 2}};
enum { WIDTHS = sizeof widths / sizeof *widths, VALIDATION_WIDTH = 192, CALIBRATION = 400 /* numbers of each kind */ };

typedef struct Lines {
    const Recipe *recipe;
    const FitOptions *options;
    RunFolder *run;
    Team *team;
    Split split;
    Strings *train, *validation;
    Strings *plain; /* of the validation digits: to calibrate by */
    Model *model; /* its net is the one that is saved: averaged weights */
    Net *net;     /* the one that is trained */
    Optim *optim;
    Net *nets[WIDTHS];
    Exec *execs[WIDTHS];
    LinesBatch batches[WIDTHS];
    RunState state;
    long epoch_steps, validation_count;
    Pace pace;
    long begun_step;
    int loaded, skipped; /* of the parameters of init_from */
} Lines;

static void copy_net(const Net *from, Net *to)
{
    memcpy(net_block(to), net_block((Net *)from), net_block_size(to) * sizeof(float));
    memcpy(net_state(to), net_state((Net *)from), net_state_size(to) * sizeof(float));
}

/* ---- setting up ---- */

static int make_strings(Lines *l, const Dataset *data, Err *e)
{
    StringsOptions o = {.digits = data, .seed = l->recipe->seed, .team = l->team};
    int code = dataset_split(data, l->recipe->validation, SPLIT_STRINGS, &l->split, e);

    if (code)
        return code;
    o.indices = l->split.train;
    o.count = l->split.train_count;
    l->train = strings_new(&o, e);
    if (l->train && l->split.validation_count) {
        o.indices = l->split.validation;
        o.count = l->split.validation_count;
        o.seed++;
        l->validation = strings_new(&o, e);
        o.plain = true;
        l->plain = l->validation ? strings_new(&o, e) : NULL;
        return l->plain ? 0 : -ERR_ARGUMENT;
    }
    return l->train ? 0 : -ERR_ARGUMENT;
}

/* Drawn by the seed; those that an earlier model has, too, are its. */
static int start_weights(Lines *l, Err *e)
{
    const char *from = l->recipe->init_from;
    int code;

    net_init(l->model->net, l->recipe->seed);
    if (*from) {
        code = shipped_load_matching(l->model, from, &l->loaded, &l->skipped, e);
        if (code)
            return code;
        if (!l->loaded)
            return err_set(e, ERR_ARGUMENT, "%s: nothing in it fits line", from);
    }
    copy_net(l->model->net, l->net);
    return 0;
}

static int make_model(Lines *l, Err *e)
{
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "blank"};
    ZooOptions options = {.classes = LINES_CLASSES, .width = l->recipe->width, .act = l->recipe->act};
    Net *net = zoo_net("line", &options, e);
    int code;

    l->model = net ? model_new(net) : NULL;
    l->net = l->model ? net_copy(net, (Shape){0}, e) : NULL;
    if (!l->net)
        return err_set(e, ERR_MEMORY, "no memory for the line reader");
    code = start_weights(l, e);
    if (!code)
        code = model_set_name(l->model, "line", e);
    return code ? code : model_set_classes(l->model, names, LINES_CLASSES, e);
}

static int make_width(Lines *l, int i, Err *e)
{
    static const Loss loss = {.kind = LOSS_CTC, .output = "logits"};
    const Recipe *r = l->recipe;

    l->nets[i] = net_copy(l->net, (Shape){1, STRING_HEIGHT, widths[i].px}, e);
    if (!l->nets[i])
        return -ERR_MEMORY;
    l->execs[i] = exec_new(l->nets[i],
                           &(ExecOptions){.batch = r->batch,
                                          .team = l->team,
                                          .training = true,
                                          .losses = &loss,
                                          .loss_count = 1,
                                          .seed = r->seed,
                                          .kernels = precision_kernels(precision_choose(r->precision, l->nets[0]))},
                           e);
    return l->execs[i] ? lines_batch_new(&l->batches[i], r->batch, widths[i].px, e) : -ERR_MEMORY;
}

static int check(const Recipe *r, Err *e)
{
    int code = recipe_check(r, e);

    if (!code && strcmp(r->model, "line"))
        code =
            err_set(e, ERR_ARGUMENT, "made-up strings train the model line, not %.60s", r->model);
    return code;
}

static int open_folder(Lines *l, Err *e)
{
    bool resume = l->options->resume;
    int code = 0;

    if (resume && file_exists(l->run->checkpoint))
        code = checkpoint_load(l->run->checkpoint, l->net, l->optim, &l->state, l->recipe, e);
    return code ? code : (resume ? run_folder_resume : run_folder_begin)(l->run, l->recipe, e);
}

static int set_up(Lines *l, const Dataset *data, Err *e)
{
    long epoch = (long)data->count;
    int code = check(l->recipe, e);

    if (code)
        return code;
    l->epoch_steps = (epoch + l->recipe->batch - 1) / l->recipe->batch;
    l->validation_count = epoch / LINES_SHARE;
    l->run = run_folder_new(l->options->folder, e);
    l->team = l->run ? team_new(l->recipe->threads, e) : NULL;
    if (!l->team)
        return -ERR_MEMORY;
    code = make_strings(l, data, e);
    if (!code)
        code = make_model(l, e);
    for (int i = 0; !code && i < WIDTHS; i++)
        code = make_width(l, i, e);
    if (!code && !(l->optim = optim_new(l->net, &l->recipe->optim, e)))
        code = -ERR_ARGUMENT;
    return code ? code : open_folder(l, e);
}

static void tear_down(Lines *l)
{
    for (int i = 0; i < WIDTHS; i++) {
        lines_batch_free(&l->batches[i]);
        exec_free(l->execs[i]);
        net_free(l->nets[i]);
    }
    optim_free(l->optim);
    net_free(l->net);
    model_free(l->model);
    strings_free(l->train);
    strings_free(l->validation);
    strings_free(l->plain);
    split_free(&l->split);
    team_free(l->team);
    run_folder_free(l->run);
    run_state_free(&l->state);
}

/* ---- a step ---- */

/* Which width a step has; a function of the seed and the step alone. */
static int width_of(const Lines *l, long step)
{
    Rng r = rng_stream(l->recipe->seed, RNG_SHUFFLE, (uint64_t)step);
    int tenth = (int)rng_below(&r, 10), i = 0;

    while (i + 1 < WIDTHS && tenth >= widths[i].tenths)
        tenth -= widths[i++].tenths;
    return i;
}

static float rate_at(const Lines *l, long step)
{
    return schedule_rate(&l->recipe->schedule, &l->state.schedule, step,
                         l->recipe->epochs * l->epoch_steps);
}

static int train_step(Lines *l, float lr, Err *e)
{
    RunState *s = &l->state;
    int count = l->recipe->batch, w = width_of(l, s->step);
    LinesBatch *b = &l->batches[w];
    const void *targets[] = {&b->targets};
    LossReport report;

    lines_batch_fill(b, l->train, (uint64_t)s->step * (uint64_t)count, count, widths[w].px,
                     l->team);
    copy_net(l->net, l->nets[w]);
    exec_set_step(l->execs[w], (uint64_t)s->step);
    exec_train(l->execs[w], &(Batch){.count = count, .bytes = b->strips, .targets = targets},
               &report);
    if (!isfinite(report.sum) ||
        !optim_step(l->optim, l->net, exec_gradient(l->execs[w]), lr, l->team))
        return err_set(
            e, ERR_NUMERIC,
            "step %ld: the loss or the gradient is not a finite number, at a learning rate of %g",
            s->step + 1, lr);
    memcpy(net_state(l->net), net_state(l->nets[w]), net_state_size(l->net) * sizeof(float));
    s->loss_sum += report.sum;
    s->right += report.right;
    s->seen += count;
    s->step++;
    s->epoch_step++;
    pace_tick(&l->pace, &l->state);
    return 0;
}

static int save_checkpoint(Lines *l, Err *e)
{
    l->state.exec_step = (uint64_t)l->state.step;
    pace_saved(&l->pace);
    return checkpoint_save(l->run->checkpoint, l->net, l->optim, &l->state, l->recipe, e);
}

static FitProgress progress_of(const Lines *l, float lr)
{
    const RunState *s = &l->state;
    double steps = (double)(s->step - l->begun_step), spent = l->pace.last - l->pace.begun;
    double left = (double)(l->recipe->epochs * l->epoch_steps - s->step);

    return (FitProgress){
        .epoch = s->epoch + 1,
        .epochs = l->recipe->epochs,
        .epoch_step = s->epoch_step,
        .epoch_steps = l->epoch_steps,
        .lr = lr,
        .loss = s->seen ? s->loss_sum / (double)s->seen : 0,
        .accuracy = s->seen ? (double)s->right / (double)s->seen : 0,
        .images_per_second = s->epoch_seconds > 0 ? (double)s->seen / s->epoch_seconds : 0,
        .seconds = s->seconds,
        .seconds_left = steps > 0 ? spent / steps * left : 0,
    };
}

static bool watch_allows(const Lines *l, const FitProgress *p)
{
    return !l->options->watch || l->options->watch(l->options->context, p);
}

static int train_epoch(Lines *l, bool *stopped, Err *e)
{
    int code = 0;

    while (!code && !*stopped && l->state.epoch_step < l->epoch_steps) {
        float lr = rate_at(l, l->state.step);
        FitProgress p;

        code = train_step(l, lr, e);
        if (code)
            break;
        p = progress_of(l, lr);
        *stopped = !watch_allows(l, &p);
        if (*stopped || pace_is_due(&l->pace, l->recipe, l->state.epoch_step))
            code = save_checkpoint(l, e);
    }
    return code;
}

/* ---- the end of an epoch ---- */

/* How it came about; settings that do not change what is learnt are left out. */
static char *record_text(const Lines *l, const FitScore *score)
{
    Recipe recipe = *l->recipe;
    json_t *object;
    char *text, *record = NULL;

    recipe.threads = recipe.checkpoint_steps = recipe.checkpoint_seconds = 0;
    recipe.precision = precision_choose(recipe.precision, l->nets[0]);
    text = recipe_write(&recipe);
    object = text ? json_pack("{s:o, s:I, s:I}", "recipe", json_loads(text, 0, NULL), "epoch",
                              (json_int_t)l->state.epoch + 1, "strings",
                              (json_int_t)(l->state.step * l->recipe->batch))
                  : NULL;
    if (object && score->count)
        json_object_set_new(object, "validation",
                            json_pack("{s:I, s:I, s:f}", "count", (json_int_t)score->count, "right",
                                      (json_int_t)score->right, "loss", score->loss));
    if (object)
        record = json_dumps(object, JSON_REAL_PRECISION(9) | JSON_COMPACT);
    json_decref(object);
    free(text);
    return record;
}

static int save_model(Lines *l, const FitScore *score, Err *e)
{
    char *record = record_text(l, score);
    int code = record ? model_set_record(l->model, record, e)
                      : err_set(e, ERR_MEMORY, "%s: no memory for its record", l->run->model);

    if (!code)
        code = model_save(l->model, l->run->model, MODEL_F32, e);
    free(record);
    return code;
}

static int validate(Lines *l, FitScore *score, Err *e)
{
    *score = (FitScore){0};
    optim_swap_average(l->optim, l->net);
    copy_net(l->net, l->model->net);
    optim_swap_average(l->optim, l->net);
    if (!l->validation)
        return 0;
    return lines_score(l->model->net, l->validation, l->validation_count, VALIDATION_WIDTH, l->team,
                       score, e);
}

static int end_epoch(Lines *l, bool *stopped, Err *e)
{
    RunState *s = &l->state;
    float lr = rate_at(l, s->step - 1);
    FitProgress p;
    FitScore score;
    int code = validate(l, &score, e);

    if (code)
        return code;
    pace_tick(&l->pace, &l->state);
    p = progress_of(l, lr);
    p.epoch_done = p.best = true; /* the latest counts: nothing here is ever seen twice */
    p.validation = score;
    s->best_epoch = s->epoch + 1;
    s->best_right = score.right;
    s->best_loss = score.loss;
    code = save_model(l, &score, e);
    if (!code)
        code = train_log_add(
            &s->log,
            (LogRow){.epoch = (double)s->epoch + 1,
                     .step = (double)s->step,
                     .lr = lr,
                     .loss = p.loss,
                     .accuracy = p.accuracy,
                     .validation_loss = score.count ? score.loss : NAN,
                     .validation_accuracy =
                         score.count ? (double)score.right / (double)score.count : NAN,
                     .seconds = s->seconds,
                     .images_per_second = p.images_per_second},
            e);
    if (!code)
        code = train_log_write(&s->log, l->run->log, e);
    s->epoch++;
    s->epoch_step = 0;
    s->loss_sum = s->epoch_seconds = 0;
    s->right = s->seen = 0;
    if (!code)
        code = save_checkpoint(l, e);
    *stopped = !code && !watch_allows(l, &p);
    return code;
}

/* The model that the last epoch saved, in this run or before it was interrupted. */
static int calibrate(const Lines *l, Err *e)
{
    int count = l->validation_count < CALIBRATION ? (int)l->validation_count : CALIBRATION;
    Model *m = model_open(l->run->model, e);
    int code = m ? lines_calibrate(m, l->run->model, l->plain, l->validation, count, e) : -ERR_IO;

    model_free(m);
    return code;
}

int lines_fit(const Recipe *recipe, const Dataset *data, const FitOptions *options,
              FitResult *result, Err *e)
{
    Lines l = {.recipe = recipe, .options = options};
    bool stopped = false;
    int code = set_up(&l, data, e);

    *result = (FitResult){0};
    l.pace = pace_begin();
    l.begun_step = l.state.step;
    while (!code && !stopped && l.state.epoch < recipe->epochs) {
        code = train_epoch(&l, &stopped, e);
        if (!code && !stopped)
            code = end_epoch(&l, &stopped, e);
    }
    if (!code && !stopped && l.plain)
        code = calibrate(&l, e);
    if (!code) {
        *result = (FitResult){.epochs = l.state.epoch,
                              .seconds = l.state.seconds,
                              .stopped = stopped && l.state.epoch < recipe->epochs,
                              .best_epoch = l.state.best_epoch,
                              .best = {.right = l.state.best_right,
                                       .count = l.validation ? l.validation_count : 0,
                                       .loss = l.state.best_loss},
                              .trained = l.split.train_count,
                              .loaded = l.loaded,
                              .skipped = l.skipped,
                              .log = l.state.log};
        l.state.log = (TrainLog){0};
    }
    tear_down(&l);
    return code;
}
