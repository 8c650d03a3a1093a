#include "train/evaluate_writer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "train/pace.h"

typedef struct Digits {
    int *labels;
    uint8_t *pictures;
    int count;
    const Watch *watch;
} Digits;

static int judge_digits(Scribe *s, Judge *j, const Digits *d, const WriteOptions *options,
                        Judgement *out, double *rate, Err *e)
{
    enum { CHUNK = 500 }; /* between two words to the watch */
    double begun = pace_now();
    int code = 0;

    for (int at = 0; at < d->count && !code; at += CHUNK) {
        int n = d->count - at < CHUNK ? d->count - at : CHUNK;

        watch_tell(d->watch, (size_t)at, (size_t)d->count);
        code = scribe_digits(s, d->labels + at, n, (uint64_t)at, options,
                             d->pictures + (size_t)at * GENERATOR_PIXELS, e);
    }
    *rate = d->count / (pace_now() - begun + 1e-9);
    return code ? code : judge_look(j, d->pictures, d->labels, d->count, out, e);
}

static int judge_all(Scribe *s, Judge *j, const Digits *d, uint64_t seed, WriterReport *out, Err *e)
{
    WriteOptions plain = {.seed = seed, .unchecked = true}, checked = {.seed = seed};
    WriteCounts before;
    int code = judge_digits(s, j, d, &plain, &out->plain, &out->plain_rate, e);

    before = scribe_counts(s);
    out->obeys = !scribe_obeys(s, NULL);
    if (!code && out->obeys)
        code = judge_digits(s, j, d, &checked, &out->checked, &out->checked_rate, e);
    out->redrawn = (double)(scribe_counts(s).redrawn - before.redrawn) / d->count;
    if (!code)
        code = judge_floor(j, d->count, &out->real, e);
    out->tests = judge_tests(j, &out->tests_right);
    memcpy(out->judge, judge_hash(j), JUDGE_HASH);
    return code;
}

int evaluate_writer(Scribe *s, Judge *j, int count, uint64_t seed, const Watch *watch,
                    WriterReport *out, Err *e)
{
    Digits d = {.count = count, .watch = watch};
    int code = 0;

    *out = (WriterReport){0};
    if (count % 10 || count < WRITER_COUNT_LEAST || count > WRITER_COUNT_MOST)
        return err_set(e, ERR_ARGUMENT,
                       "a count of %d is not 10 times as many of each digit, %d to %d", count,
                       WRITER_COUNT_LEAST, WRITER_COUNT_MOST);
    d.labels = malloc((size_t)count * sizeof *d.labels);
    d.pictures = malloc((size_t)count * GENERATOR_PIXELS);
    if (!d.labels || !d.pictures)
        code = err_set(e, ERR_MEMORY, "no memory for %d digits", count);
    for (int i = 0; !code && i < count; i++)
        d.labels[i] = i / (count / 10);
    if (!code)
        code = judge_all(s, j, &d, seed, out, e);
    free(d.labels);
    free(d.pictures);
    return code;
}

/* ---- as JSON ---- */

static json_t *share_json(long right, long count)
{
    Interval i = metric_wilson(right, count);

    return json_pack("{s:f, s:[f,f]}", "read_back", (double)right / (double)count, "interval",
                     i.low, i.high);
}

static json_t *manifold_json(const Manifold *m)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "precision", m->precision, "recall", m->recall,
                     "density", m->density, "coverage", m->coverage);
}

/* Adds what is read back; false when memory is gone. */
static bool add_read_back(json_t *object, const Judgement *v)
{
    json_t *all = share_json(v->right, v->count);
    json_t *worst = share_json(v->rights[v->worst], v->counts[v->worst]);
    bool good = all && worst && !json_object_update(object, all) &&
                !json_object_set_new(worst, "digit", json_integer(v->worst)) &&
                !json_object_set(object, "worst", worst);

    json_decref(all);
    json_decref(worst);
    return good;
}

static json_t *judgement_json(const Judgement *v, bool read_back)
{
    json_t *object = json_object();

    if (!object || (read_back && !add_read_back(object, v))) {
        json_decref(object);
        return NULL;
    }
    json_object_set_new(object, "frechet", json_real(v->frechet));
    json_object_set_new(object, "features", manifold_json(&v->features));
    json_object_set_new(object, "pixels", manifold_json(&v->pixels));
    json_object_set_new(object, "nearest", json_real(v->nearest));
    json_object_set_new(object, "nearest_5", json_real(v->nearest_5));
    json_object_set_new(object, "kl", json_real(v->kl));
    json_object_set_new(object, "mse", json_real(v->mse));
    return object;
}

char *writer_report_json(const WriterReport *v, const char *model, const char *data)
{
    json_t *object =
        json_pack("{s:s, s:s, s:I, s:s, s:f, s:o, s:o}", "model", model, "data", data, "count",
                  (json_int_t)v->plain.count, "judge", v->judge, "judge_accuracy",
                  (double)v->tests_right / (double)v->tests, "plain",
                  judgement_json(&v->plain, v->obeys), "real", judgement_json(&v->real, true));
    char *text;

    if (object && v->obeys) {
        json_object_set_new(object, "checked", judgement_json(&v->checked, true));
        json_object_set_new(object, "redrawn", json_real(v->redrawn));
    }
    text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(object);
    return text;
}
