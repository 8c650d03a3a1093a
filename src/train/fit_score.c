/* How good the model is at the moment, and keeping it. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "nn/metric.h"
#include "train/calibrate.h"
#include "train/fit_parts.h"

void fit_publish(Fit *f)
{
    Net *to = f->model->net;

    optim_swap_average(f->optim, f->net);
    memcpy(net_block(to), net_block(f->net), net_block_size(to) * sizeof(float));
    memcpy(net_state(to), net_state(f->net), net_state_size(to) * sizeof(float));
    optim_swap_average(f->optim, f->net);
}

/* The class of what is no digit, or -1. */
static int noise_class(const Fit *f)
{
    return f->classes == DATASET_NOISE + 1 ? model_class_find(f->model, "noise") : -1;
}

FitScore fit_validate(Fit *f)
{
    Validation *v = &f->validation;
    Loss loss = {.kind = f->recipe->loss, .output = f->losses[0].output};
    FitScore score = {.count = v->count};
    double sum = 0;

    if (!v->count)
        return score;
    predictor_run(v->predictor, v->pictures, (size_t)v->count, f->model->scale, f->model->shift,
                  v->scores);
    score.right = metric_right(v->count, f->classes, v->scores, v->labels);
    calibrate(v->scores, v->labels, v->count, f->classes, noise_class(f), v->losses,
              &f->model->calibration);
    if (loss.kind == LOSS_MSE_CLASS)
        metric_softmax(v->count, f->classes, v->scores, 1, v->scores);
    loss_reference(&loss, (int)v->count, f->classes, v->scores, v->labels, 1, v->losses, NULL);
    for (long i = 0; i < v->count; i++)
        sum += v->losses[i];
    score.loss = f->recipe->class_weight * sum / (double)v->count;
    if (f->redraw.typeset) {
        score.picture_loss = fit_redraw_validate(f);
        score.loss += f->recipe->picture_weight * score.picture_loss;
    }
    return score;
}

/* Settings that do not change what is learnt are left out, so that the same training gives the same
 * file; the precision is the one that was used. */
static json_t *recipe_json(const Fit *f)
{
    static const char *const without[] = {"threads", "save_every", "keep", "checkpoint_steps",
                                          "checkpoint_seconds"};
    Recipe recipe = *f->recipe;
    recipe.precision = precision_choose(recipe.precision, f->net);
    char *text = recipe_write(&recipe);
    json_t *object = text ? json_loads(text, 0, NULL) : NULL;

    for (size_t i = 0; object && i < sizeof without / sizeof *without; i++)
        json_object_del(object, without[i]);
    free(text);
    return object;
}

static char *record_text(const Fit *f, const FitScore *score)
{
    const RunState *s = &f->state;
    json_t *record = json_pack("{s:o, s:I, s:I, s:I}", "recipe", recipe_json(f), "epoch",
                               (json_int_t)s->epoch + 1, "steps", (json_int_t)s->step, "pictures",
                               (json_int_t)f->split.train_count);
    char *text = NULL;

    if (record && f->redraw.typeset)
        json_object_set_new(record, "typeface", json_string(f->redraw.typeset->name));
    if (record && score->count)
        json_object_set_new(record, "validation",
                            json_pack("{s:I, s:I, s:f, s:f, s:f}", "count",
                                      (json_int_t)score->count, "right", (json_int_t)score->right,
                                      "loss", score->loss, "temperature",
                                      (double)f->model->calibration.temperature, "threshold",
                                      (double)f->model->calibration.threshold));
    if (record)
        text = json_dumps(record, JSON_REAL_PRECISION(9) | JSON_COMPACT);
    json_decref(record);
    return text;
}

int fit_save_model(Fit *f, const char *path, const FitScore *score, Err *e)
{
    char *record = record_text(f, score);
    int code = record ? model_set_record(f->model, record, e)
                      : err_set(e, ERR_MEMORY, "%s: no memory for its record", path);

    free(record);
    return code ? code : model_save(f->model, path, MODEL_F32, e);
}
