/* All figures come from one table of logits; nn/metric.h does the counting. */
#include "train/evaluate.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "train/predict.h"

/* The output that classifies; NULL and `e` if there is none. */
static const char *class_output(const Model *m, Err *e)
{
    int output = model_class_output(m);
    Shape s = {0};

    if (output < 0 && !m->class_count)
        output = net_output_find(m->net, "logits");
    if (output >= 0)
        s = net_op(m->net, net_output_node(m->net, output).id).out;
    if (s.h != 1 || s.w != 1 || net_input_count(m->net) != 1) {
        err_set(e, ERR_ARGUMENT, "the model '%s' does not choose between classes", m->name);
        return NULL;
    }
    return net_output_name(m->net, output);
}

bool evaluate_can(const Model *m)
{
    return class_output(m, NULL) != NULL;
}

static int check_size(const Model *m, const Dataset *d, Err *e)
{
    Shape s = net_op(m->net, net_input_node(m->net, 0).id).out;

    if (!d->count || !d->pixels)
        return err_set(e, ERR_ARGUMENT, "the data holds no labelled pictures");
    if (s.c != 1 || s.h != d->height || s.w != d->width)
        return err_set(e, ERR_ARGUMENT,
                       "the model reads pictures of (%d,%d,%d), the data's are (1,%d,%d)", s.c, s.h,
                       s.w, d->height, d->width);
    return 0;
}

/* The model's class for one of the data's, or -1. */
static int class_of(const Model *m, const Dataset *d, int class, int outputs)
{
    if (m->class_count)
        return model_class_find(m, d->class_names[class]);
    return class < outputs ? class : -1;
}

static void refuse_class(const Dataset *d, int class, int outputs, Err *e)
{
    const char *name = d->class_names[class];
    size_t n = 0;

    for (size_t i = 0; i < d->count; i++)
        n += d->labels[i] == class;
    if (!strcmp(name, "noise"))
        err_set(e, ERR_ARGUMENT,
                "%zu of the data's %zu pictures are noise, no digit, and the model has no such class: leave them out, "
                "or take a model that has it, as digits does",
                n, d->count);
    else
        err_set(e, ERR_ARGUMENT,
                "%zu of the data's %zu pictures are of a class '%.60s', which is none of the model's %d", n, d->count,
                name, outputs);
}

/* The data's labels as classes of the model; the caller frees. */
static int *match_labels(const Model *m, const Dataset *d, int outputs, Err *e)
{
    int *targets = malloc(d->count * sizeof *targets);

    if (!targets)
        err_set(e, ERR_MEMORY, "no memory for %zu labels", d->count);
    for (size_t i = 0; targets && i < d->count; i++) {
        targets[i] = class_of(m, d, d->labels[i], outputs);
        if (targets[i] >= 0)
            continue;
        refuse_class(d, d->labels[i], outputs, e);
        free(targets);
        targets = NULL;
    }
    return targets;
}

int *evaluation_targets(const Model *model, const Dataset *data, Err *e)
{
    const char *name = class_output(model, e);
    int output = name ? net_output_find(model->net, name) : -1;

    if (output < 0)
        return NULL;
    return match_labels(model, data, net_op(model->net, net_output_node(model->net, output).id).out.c, e);
}

static int copy_names(Evaluation *v, const Model *m)
{
    for (int c = 0; c < v->classes; c++) {
        char number[16];

        snprintf(number, sizeof number, "%d", c);
        v->names[c] = strdup(m->class_count ? m->classes[c] : number);
        if (!v->names[c])
            return -1;
    }
    return 0;
}

static int make_room(Evaluation *v, const Model *m, size_t count, int classes, Err *e)
{
    size_t size;

    v->count = (long)count;
    v->classes = classes;
    v->names = calloc((size_t)classes, sizeof *v->names);
    v->confusion = calloc((size_t)classes * (size_t)classes, sizeof *v->confusion);
    v->reports = calloc((size_t)classes, sizeof *v->reports);
    if (size_multiply(count, (size_t)classes * sizeof(float), &size))
        v->probabilities = malloc(size);
    if (!v->names || !v->confusion || !v->reports || !v->probabilities || copy_names(v, m))
        return err_set(e, ERR_MEMORY, "no memory to evaluate %zu pictures", count);
    return 0;
}

/* Fills what follows from the answers; `sure` and `right` are room for one number a picture. */
static int count_answers(Evaluation *v, const int *targets, int *answers, float *sure, bool *right,
                         Err *e)
{
    Mistake *mistake;

    for (long i = 0; i < v->count; i++) {
        const float *p = v->probabilities + (size_t)i * (size_t)v->classes;

        answers[i] = metric_largest(v->classes, p);
        sure[i] = p[answers[i]];
        right[i] = answers[i] == targets[i];
        v->errors += !right[i];
    }
    metric_confusion(v->count, v->classes, answers, targets, v->confusion);
    v->reliability = metric_reliability(v->count, sure, right);
    v->mistakes = mistake = calloc((size_t)v->errors + 1, sizeof *mistake);
    if (!mistake)
        return err_set(e, ERR_MEMORY, "no memory for %ld mistakes", v->errors);
    for (long i = 0; i < v->count; i++)
        if (!right[i])
            *mistake++ = (Mistake){
                (size_t)i, targets[i], answers[i],
                v->probabilities[(size_t)i * (size_t)v->classes + (size_t)targets[i]], sure[i]};
    return 0;
}

static int fill(Evaluation *v, const int *targets, double temperature, Err *e)
{
    size_t count = (size_t)v->count;
    int *answers = malloc(count * sizeof *answers);
    float *sure = malloc(count * sizeof *sure);
    bool *right = malloc(count * sizeof *right);
    float *scores = v->probabilities; /* logits at first */
    int code = -ERR_MEMORY;

    v->loss = metric_nll(v->count, v->classes, scores, targets, temperature);
    v->top = metric_top(v->count, v->classes, scores, targets, EVALUATE_TOP);
    metric_softmax(v->count, v->classes, scores, temperature, scores);
    if (answers && sure && right)
        code = count_answers(v, targets, answers, sure, right, e);
    else
        err_set(e, ERR_MEMORY, "no memory to evaluate %ld pictures", v->count);
    v->accuracy = (double)(v->count - v->errors) / (double)v->count;
    v->interval = metric_wilson(v->count - v->errors, v->count);
    for (int c = 0; c < v->classes; c++)
        v->reports[c] = metric_class(v->classes, v->confusion, c);
    free(answers);
    free(sure);
    free(right);
    return code;
}

static int check_finite(const Evaluation *v, Err *e)
{
    size_t n = (size_t)v->count * (size_t)v->classes;

    for (size_t i = 0; i < n; i++)
        if (!isfinite(v->probabilities[i]))
            return err_set(e, ERR_NUMERIC, "the model's answer to picture %zu is not a number",
                           i / (size_t)v->classes);
    return 0;
}

int evaluate_logits(const Model *model, const float *logits, const int *targets, size_t count,
                    int classes, Evaluation *out, Err *e)
{
    Evaluation v = {0};
    int code = make_room(&v, model, count, classes, e);

    *out = (Evaluation){0};
    if (!code) {
        memcpy(v.probabilities, logits, count * (size_t)classes * sizeof *logits);
        code = check_finite(&v, e);
    }
    if (!code)
        code = fill(&v, targets, model->calibration.temperature, e);
    if (code)
        evaluation_free(&v);
    else
        *out = v;
    return code;
}

/* The logits of all pictures, some at a time so that the watch hears of it. */
static void answer(Predictor *p, const Model *m, const Dataset *d, const Watch *watch, float *out)
{
    enum { SOME = 2048 };

    for (size_t i = 0; i < d->count; i += SOME) {
        size_t left = d->count - i;

        predictor_run(p, d->pixels + i * predictor_inputs(p), left < SOME ? left : SOME, m->scale,
                      m->shift, out + i * (size_t)predictor_outputs(p));
        watch_tell(watch, i + (left < SOME ? left : SOME), d->count);
    }
}

int evaluate(const Model *model, const Dataset *data, const EvaluateOptions *options,
             Evaluation *out, Err *e)
{
    EvaluateOptions how = options ? *options : (EvaluateOptions){0};
    const char *output = class_output(model, e);
    Predictor *p = NULL;
    int *targets = NULL, code = output ? check_size(model, data, e) : -ERR_ARGUMENT;
    Evaluation v = {0};

    *out = v;
    if (code)
        return code;
    code = -ERR_MEMORY;
    p = predictor_new_in(how.precision, model->net, output, how.team, e);
    if (!p)
        goto done;
    targets = match_labels(model, data, predictor_outputs(p), e);
    if (!targets) {
        code = -ERR_ARGUMENT;
        goto done;
    }
    code = make_room(&v, model, data->count, predictor_outputs(p), e);
    if (code)
        goto done;
    answer(p, model, data, how.watch, v.probabilities);
    code = check_finite(&v, e);
    if (!code)
        code = fill(&v, targets, model->calibration.temperature, e);
done:
    free(targets);
    predictor_free(p);
    if (code)
        evaluation_free(&v);
    else
        *out = v;
    return code;
}

bool evaluation_refuses(const Evaluation *v, const Model *model, long i)
{
    const float *p = v->probabilities + (size_t)i * (size_t)v->classes;
    float digit = 0, noise = 0;

    for (int c = 0; c < v->classes; c++)
        if (strcmp(v->names[c], "noise") == 0)
            noise = p[c];
        else if (p[c] > digit)
            digit = p[c];
    return noise > digit || digit < model->calibration.threshold;
}

void evaluation_free(Evaluation *v)
{
    for (int c = 0; v->names && c < v->classes; c++)
        free(v->names[c]);
    free(v->names);
    free(v->confusion);
    free(v->reports);
    free(v->mistakes);
    free(v->probabilities);
    *v = (Evaluation){0};
}

/* ---- JSON ---- */

static json_t *classes_json(const Evaluation *v)
{
    json_t *list = json_array();

    for (int c = 0; c < v->classes; c++) {
        const ClassReport *r = &v->reports[c];

        json_array_append_new(list, json_pack("{s:s, s:I, s:f, s:f, s:f}", "name", v->names[c],
                                              "count", (json_int_t)r->support, "precision",
                                              r->precision, "recall", r->recall, "f1", r->f1));
    }
    return list;
}

static json_t *confusion_json(const Evaluation *v)
{
    json_t *rows = json_array();

    for (int t = 0; t < v->classes; t++) {
        json_t *row = json_array();

        for (int c = 0; c < v->classes; c++)
            json_array_append_new(row, json_integer(v->confusion[t * v->classes + c]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *mistakes_json(const Evaluation *v)
{
    json_t *list = json_array();

    for (long i = 0; i < v->errors; i++) {
        const Mistake *m = &v->mistakes[i];

        json_array_append_new(list,
                              json_pack("{s:I, s:s, s:s, s:f}", "index", (json_int_t)m->index,
                                        "class", v->names[m->target], "answer", v->names[m->answer],
                                        "probability", (double)m->answer_probability));
    }
    return list;
}

/* A path need not be UTF-8, JSON has to be. */
static json_t *name_json(const char *name)
{
    json_t *text = json_string(name);

    return text ? text : json_string("?");
}

char *evaluation_json(const Evaluation *v, const char *model, const char *data)
{
    json_t *root =
        json_pack("{s:o, s:o, s:I, s:I, s:f, s:[f,f], s:f, s:f, s:f, s:o, s:o, s:o}", "model",
                  name_json(model), "data", name_json(data), "count", (json_int_t)v->count,
                  "errors", (json_int_t)v->errors, "accuracy", v->accuracy, "interval",
                  v->interval.low, v->interval.high, "loss", v->loss, "ece", v->reliability.error,
                  "top3", (double)v->top / (double)v->count, "classes", classes_json(v),
                  "confusion", confusion_json(v), "mistakes", mistakes_json(v));
    char *text = root ? json_dumps(root, JSON_REAL_PRECISION(9)) : NULL;

    json_decref(root);
    return text;
}
