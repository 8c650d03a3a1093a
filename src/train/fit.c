/* The loop. An epoch ends in this order: model, log and TensorBoard's file, then the checkpoint that
 * counts the epoch as done. Killed in between, the run repeats the epoch from the checkpoint before
 * and writes the same bytes again. */
#include "train/fit.h"

#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "train/fit_parts.h"

static long total_steps(const Fit *f)
{
    return f->recipe->epochs * f->epoch_steps;
}

static float rate_at(const Fit *f, long step)
{
    return schedule_rate(&f->recipe->schedule, &f->state.schedule, step, total_steps(f));
}

static bool is_over(const Fit *f)
{
    return f->state.ended || f->state.epoch >= f->recipe->epochs;
}

/* ---- what the watch is shown ---- */

static FitProgress progress_of(const Fit *f, float lr)
{
    const RunState *s = &f->state;
    double steps = (double)(s->step - f->begun_step), left = (double)(total_steps(f) - s->step);
    double spent = f->pace.last - f->pace.begun;

    return (FitProgress){
        .epoch = s->epoch + 1,
        .epochs = f->recipe->epochs,
        .epoch_step = s->epoch_step,
        .epoch_steps = f->epoch_steps,
        .lr = lr,
        .loss = s->seen ? s->loss_sum / (double)s->seen : 0,
        .accuracy = s->seen ? (double)s->right / (double)s->seen : 0,
        .images_per_second = s->epoch_seconds > 0 ? (double)s->seen / s->epoch_seconds : 0,
        .seconds = s->seconds,
        .seconds_left = steps > 0 && left > 0 ? spent / steps * left : 0,
    };
}

static bool watch_allows(const Fit *f, const FitProgress *p)
{
    return !f->options->watch || f->options->watch(f->options->context, p);
}

/* ---- a step ---- */

static int save_checkpoint(Fit *f, Err *e)
{
    f->state.exec_step = exec_step(f->exec);
    pace_saved(&f->pace);
    return checkpoint_save(f->run->checkpoint, f->net, f->optim, &f->state, f->recipe, e);
}

static int not_a_number(const Fit *f, const char *what, float lr, Err *e)
{
    return err_set(e, ERR_NUMERIC,
                   "epoch %ld, step %ld: the %s is not a finite number, at a learning rate of %g",
                   f->state.epoch + 1, f->state.epoch_step + 1, what, lr);
}

static int train_step(Fit *f, const LoaderBatch *b, float lr, Err *e)
{
    const void *targets[] = {b->labels, f->redraw.targets};
    Batch batch = {.count = b->count,
                   .bytes = b->pixels,
                   .scale = f->model->scale,
                   .shift = f->model->shift,
                   .targets = targets};
    LossReport reports[2] = {{0}};
    double loss;

    if (f->redraw.typeset)
        typeset_batch(f->redraw.typeset, b->labels, b->count, f->redraw.targets);
    exec_train(f->exec, &batch, reports);
    loss = f->recipe->class_weight * reports[0].sum + f->recipe->picture_weight * reports[1].sum;
    if (!isfinite(loss))
        return not_a_number(f, "loss", lr, e);
    if (!optim_step(f->optim, f->net, exec_gradient(f->exec), lr, f->team))
        return not_a_number(f, "gradient", lr, e);
    f->state.loss_sum += loss;
    f->state.picture_sum += reports[1].sum;
    f->state.right += reports[0].right;
    f->state.seen += b->count;
    f->state.step++;
    f->state.epoch_step++;
    pace_tick(&f->pace, &f->state);
    return 0;
}

/* Within an epoch, by steps or by the clock. */
static bool checkpoint_is_due(const Fit *f)
{
    const RunState *s = &f->state;

    return s->epoch_step < f->epoch_steps && pace_is_due(&f->pace, f->recipe, s->epoch_step);
}

/* The steps of an epoch that are left. *stopped: the watch ended the run, a checkpoint is written. */
static int train_epoch(Fit *f, bool *stopped, Err *e)
{
    LoaderBatch b;
    int code = 0;

    while (!code && !*stopped && loader_next(f->loader, &b)) {
        float lr = rate_at(f, f->state.step);

        code = train_step(f, &b, lr, e);
        if (code)
            break;
        FitProgress p = progress_of(f, lr);

        *stopped = !watch_allows(f, &p);
        if (*stopped || checkpoint_is_due(f))
            code = save_checkpoint(f, e);
    }
    return code;
}

/* ---- the end of an epoch ---- */

/* Remembers the score if it is the best: most read right, then the lowest loss; where pictures are
 * drawn the lowest loss; without validation pictures the latest. */
static bool take_best(Fit *f, const FitScore *score)
{
    RunState *s = &f->state;
    bool more = !f->redraw.typeset && score->right > s->best_right;
    bool as_many = f->redraw.typeset || score->right == s->best_right;
    bool better = !s->best_epoch || more || (as_many && score->loss < s->best_loss);

    if (score->count && !better)
        return false;
    s->best_epoch = s->epoch + 1;
    s->best_right = score->right;
    s->best_loss = score->loss;
    return true;
}

/* Shows the validation loss to the plateau and to early stopping. */
static void watch_loss(Fit *f, const FitScore *score)
{
    RunState *s = &f->state;
    bool lower = s->epoch == 0 || score->loss < s->lowest_loss;

    if (!score->count)
        return;
    schedule_observe(&f->recipe->schedule, &s->schedule, score->loss);
    if (lower)
        s->lowest_loss = score->loss;
    s->stale = lower ? 0 : s->stale + 1;
    s->ended = f->recipe->early_stop && s->stale >= f->recipe->early_stop;
}

static int save_models(Fit *f, const FitScore *score, bool best, Err *e)
{
    long epoch = f->state.epoch + 1;
    int every = f->recipe->save_every, code = 0;
    char *path;

    if (best)
        code = fit_save_model(f, f->run->model, score, e);
    if (code || !every || epoch % every)
        return code;
    path = run_folder_epoch(f->run, epoch, e);
    if (!path)
        return -ERR_IO;
    code = fit_save_model(f, path, score, e);
    free(path);
    return code ? code : run_folder_prune(f->run, f->recipe->keep, e);
}

static LogRow row_of(const Fit *f, const FitScore *score, float lr)
{
    const RunState *s = &f->state;
    FitProgress p = progress_of(f, lr);

    return (LogRow){
        .epoch = (double)s->epoch + 1,
        .step = (double)s->step,
        .lr = lr,
        .loss = p.loss,
        .accuracy = p.accuracy,
        .validation_loss = score->count ? score->loss : NAN,
        .validation_accuracy = score->count ? (double)score->right / (double)score->count : NAN,
        .seconds = s->seconds,
        .images_per_second = p.images_per_second,
    };
}

static int write_log(Fit *f, const LogRow *row, Err *e)
{
    int code = train_log_add(&f->state.log, *row, e);

    return code ? code : train_log_write(&f->state.log, f->run->log, e);
}

/* Draws the curves so that they can be watched, but seldom: it takes some 50 ms. train() draws the
 * last ones. */
static int draw_curves(Fit *f, Err *e)
{
    enum { EVERY_SECONDS = 5 };

    if (f->pace.last - f->last_drawn < EVERY_SECONDS)
        return 0;
    f->last_drawn = f->pace.last;
    return canvas_finish(train_log_plot(&f->state.log, f->recipe->model, f->state.best_epoch, e),
                         f->run->curves, e);
}

static int write_events(Fit *f, Err *e)
{
    enum { PICTURES_SECONDS = 10 }; /* they take 0.2 s and 100 kB */

    if (is_over(f) || f->pace.last - f->last_pictured >= PICTURES_SECONDS) {
        fit_report_pictures(f);
        f->last_pictured = f->pace.last;
    }
    if (is_over(f))
        events_end(f->events, true);
    return run_events_flush(f->events, &f->state, e);
}

static void begin_next_epoch(RunState *s)
{
    s->epoch++;
    s->epoch_step = 0;
    s->loss_sum = s->picture_sum = 0;
    s->right = s->seen = 0;
    s->epoch_seconds = 0;
}

static int end_epoch(Fit *f, bool *stopped, Err *e)
{
    float lr = rate_at(f, f->state.step - 1);
    FitScore score;
    FitProgress p;
    LogRow row;
    int code;

    fit_publish(f);
    score = fit_validate(f);
    if (!isfinite(score.loss))
        return not_a_number(f, "validation loss", lr, e);
    pace_tick(&f->pace, &f->state);
    row = row_of(f, &score, lr);
    p = progress_of(f, lr);
    p.epoch_done = true;
    p.validation = score;
    p.best = take_best(f, &score);
    watch_loss(f, &score);
    code = save_models(f, &score, p.best, e);
    if (!code)
        code = write_log(f, &row, e);
    fit_report_epoch(f, &row, &score);
    begin_next_epoch(&f->state);
    if (!code)
        code = draw_curves(f, e);
    if (!code)
        code = write_events(f, e);
    if (!code)
        code = save_checkpoint(f, e);
    *stopped = !code && !watch_allows(f, &p);
    return code;
}

/* ---- the run ---- */

static int run(Fit *f, bool *stopped, Err *e)
{
    int code = 0;

    f->pace = pace_begin();
    f->last_drawn = f->last_pictured = f->pace.begun;
    f->begun_step = f->state.step;
    while (!code && !*stopped && !is_over(f)) {
        code = train_epoch(f, stopped, e);
        if (!code && !*stopped)
            code = end_epoch(f, stopped, e);
    }
    return code;
}

static void take_result(Fit *f, bool stopped, FitResult *out)
{
    RunState *s = &f->state;

    *out = (FitResult){
        .epochs = s->epoch,
        .seconds = s->seconds,
        .stopped = stopped && !is_over(f),
        .stopped_early = s->ended,
        .best_epoch = s->best_epoch,
        .best = {.right = s->best_right, .count = f->validation.count, .loss = s->best_loss},
        .trained = f->split.train_count,
        .loaded = f->loaded,
        .skipped = f->skipped,
        .log = s->log,
    };
    s->log = (TrainLog){0};
}

int fit(const Recipe *recipe, const Dataset *data, const FitOptions *options, FitResult *result,
        Err *e)
{
    Fit f = {.recipe = recipe, .data = data, .options = options};
    bool stopped = false;
    int code = fit_set_up(&f, e);

    *result = (FitResult){0};
    if (!code)
        code = run(&f, &stopped, e);
    if (!code)
        take_result(&f, stopped, result);
    fit_tear_down(&f);
    return code;
}

void fit_result_free(FitResult *result)
{
    train_log_free(&result->log);
    *result = (FitResult){0};
}
