#include "train/robustness.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The likeliest digit of picture `i`, leaving noise aside. */
static int digit_of(const Evaluation *v, long i)
{
    const float *p = v->probabilities + (size_t)i * (size_t)v->classes;
    int best = -1;

    for (int c = 0; c < v->classes; c++)
        if (strcmp(v->names[c], "noise") && (best < 0 || p[c] > p[best]))
            best = c;
    return best;
}

/* Answers are right, or wrong and among the mistakes; only those may be right without noise. */
static long count_named(const Evaluation *v)
{
    long named = v->count - v->errors;

    for (long i = 0; i < v->errors; i++)
        named += digit_of(v, (long)v->mistakes[i].index) == v->mistakes[i].target;
    return named;
}

static int measure(const Model *model, const Dataset *data, const RobustnessOptions *o, int kind,
                   Robustness *out, Err *e)
{
    Dataset *d = corrupt_dataset(data, (Corruption)kind, o->seed, o->canonical, o->team, e);
    Evaluation v;

    if (!d)
        return -ERR_ARGUMENT;
    int code = evaluate(model, d, &(EvaluateOptions){.team = o->team, .precision = o->precision}, &v, e);

    dataset_free(d);
    if (code)
        return code;
    out->measured[kind] = true;
    out->count = v.count;
    out->right[kind] = v.count - v.errors;
    out->named[kind] = count_named(&v);
    out->accuracy[kind] = v.accuracy;
    evaluation_free(&v);
    return 0;
}

int robustness(const Model *model, const Dataset *data, const RobustnessOptions *options,
               Robustness *out, Err *e)
{
    int only = options->only ? corrupt_find(options->only) : -1, measured = 0;

    *out = (Robustness){0};
    if (options->only && only < 0)
        return err_set(e, ERR_ARGUMENT, "there is no corruption '%.60s'", options->only);
    for (int kind = 0; kind < CORRUPTIONS; kind++) {
        if (only >= 0 && kind != only)
            continue;
        watch_tell(options->watch, (size_t)kind, CORRUPTIONS);
        int code = measure(model, data, options, kind, out, e);
        if (code)
            return code;
        out->mean += out->accuracy[kind];
        out->mean_named += (double)out->named[kind] / (double)out->count;
        measured++;
    }
    out->mean /= measured;
    out->mean_named /= measured;
    return 0;
}

char *robustness_json(const Robustness *r, const char *model, const char *data)
{
    json_t *list = json_array(), *root;
    char *text = NULL;

    for (int kind = 0; list && kind < CORRUPTIONS; kind++) {
        Interval i = metric_wilson(r->right[kind], r->count);

        if (r->measured[kind])
            json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:f, s:[f,f]}", "name",
                                                  corrupt_name((Corruption)kind), "right",
                                                  (json_int_t)r->right[kind], "named",
                                                  (json_int_t)r->named[kind], "accuracy",
                                                  r->accuracy[kind], "interval", i.low, i.high));
    }
    root = json_pack("{s:s, s:s, s:I, s:o, s:f, s:f}", "model", model, "data", data, "count",
                     (json_int_t)r->count, "corruptions", list, "mean", r->mean, "mean_named",
                     r->mean_named);
    if (root)
        text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(root);
    return text;
}

/* The largest probability of a digit, for each picture from out[at] on. */
static void take_digits(const Evaluation *v, float *out)
{
    for (long i = 0; i < v->count; i++) {
        const float *p = v->probabilities + (size_t)i * (size_t)v->classes;

        out[i] = 0;
        for (int c = 0; c < v->classes; c++)
            if (strcmp(v->names[c], "noise") && p[c] > out[i])
                out[i] = p[c];
    }
}

int robustness_auroc(const Evaluation *digits, const Evaluation *others, double *area, Err *e)
{
    size_t n = (size_t)digits->count + (size_t)others->count;
    float *scores = malloc(n * sizeof *scores);
    bool *positive = calloc(n, sizeof *positive);
    int code = -ERR_MEMORY;

    if (scores && positive) {
        take_digits(digits, scores);
        take_digits(others, scores + digits->count);
        for (long i = 0; i < digits->count; i++)
            positive[i] = true;
        code = metric_auroc((long)n, scores, positive, area, e);
    } else {
        err_set(e, ERR_MEMORY, "no memory for %zu answers", n);
    }
    free(scores);
    free(positive);
    return code;
}
