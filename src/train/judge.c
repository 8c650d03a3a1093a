#include "train/judge.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/rng.h"
#include "data/sha256.h"
#include "model/shipped.h"
#include "train/predict.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, DIGITS = 10 };

/* Pictures and what the judge sees in them. */
typedef struct Set {
    int count;
    uint8_t *pictures;
    int *labels;
    float *logits, *features, *pixels; /* (count, 10), (count, F), (count, PIXELS) in 0..1 */
} Set;

struct Judge {
    Model *model;
    Predictor *logits, *features;
    Team *team;
    uint64_t seed;
    const Dataset *train, *test;
    Set real;            /* test pictures, as many of each digit, digit after digit */
    int spread;          /* of each digit in `real` */
    float *train_pixels; /* (train->count, PIXELS) */
    char hash[JUDGE_HASH];
};

static void set_free(Set *s)
{
    free(s->pictures);
    free(s->labels);
    free(s->logits);
    free(s->features);
    free(s->pixels);
    *s = (Set){0};
}

static int feature_count(const Judge *j)
{
    return predictor_outputs(j->features);
}

/* ---- choosing pictures ---- */

/* `each` pictures of every digit, by lot; those of a digit one after the other. */
static int choose(const Dataset *d, int each, uint64_t seed, uint8_t *pictures, int *labels, Err *e)
{
    uint32_t *order = malloc(d->count * sizeof *order);
    int found[DIGITS] = {0};
    Rng r = rng_stream(seed, RNG_SPLIT, 1);

    if (!order)
        return err_set(e, ERR_MEMORY, "no memory for %zu pictures", d->count);
    for (size_t i = 0; i < d->count; i++)
        order[i] = (uint32_t)i;
    rng_shuffle(&r, order, d->count);
    for (size_t i = 0; i < d->count; i++) {
        int digit = d->labels[order[i]], at;

        if (found[digit] >= each)
            continue;
        at = digit * each + found[digit]++;
        memcpy(pictures + (size_t)at * PIXELS, d->pixels + (size_t)order[i] * PIXELS, PIXELS);
        labels[at] = digit;
    }
    free(order);
    for (int digit = 0; digit < DIGITS; digit++)
        if (found[digit] < each)
            return err_set(e, ERR_ARGUMENT, "there are %d pictures of a %d, %d are needed",
                           found[digit], digit, each);
    return 0;
}

static int fewest(const Dataset *d)
{
    size_t counts[DIGITS], least = SIZE_MAX;

    dataset_measure(d, counts, NULL, NULL);
    for (int digit = 0; digit < DIGITS; digit++)
        least = counts[digit] < least ? counts[digit] : least;
    return (int)least;
}

/* ---- seeing them ---- */

static int see(const Judge *j, Set *s, Err *e)
{
    size_t n = (size_t)s->count;

    s->logits = malloc(n * DIGITS * sizeof *s->logits);
    s->features = malloc(n * (size_t)feature_count(j) * sizeof *s->features);
    s->pixels = malloc(n * PIXELS * sizeof *s->pixels);
    if (!s->logits || !s->features || !s->pixels)
        return err_set(e, ERR_MEMORY, "no memory for %d pictures", s->count);
    predictor_run(j->logits, s->pictures, n, j->model->scale, j->model->shift, s->logits);
    predictor_run(j->features, s->pictures, n, j->model->scale, j->model->shift, s->features);
    for (size_t i = 0; i < n * PIXELS; i++)
        s->pixels[i] = (float)s->pictures[i] / 255;
    return 0;
}

static int set_new(Set *s, int count, Err *e)
{
    *s = (Set){.count = count,
               .pictures = malloc((size_t)count * PIXELS),
               .labels = malloc((size_t)count * sizeof *s->labels)};
    if (s->pictures && s->labels)
        return 0;
    return err_set(e, ERR_MEMORY, "no memory for %d pictures", count);
}

/* ---- the judge ---- */

static int find_hash(Judge *j, const char *model, Err *e)
{
    const Shipped *s = shipped_find(model);
    size_t size = 0;
    uint8_t *bytes = s ? NULL : file_read(model, FILE_LIMIT, &size, e);

    if (!s && !bytes)
        return -ERR_IO;
    sha256_text(s ? s->bytes : bytes, s ? s->size : size, j->hash);
    free(bytes);
    return 0;
}

static int open_model(Judge *j, const char *model, Err *e)
{
    Shape in, out;
    Net *net;

    j->model = shipped_open(model, e);
    if (!j->model)
        return -ERR_ARGUMENT;
    net = j->model->net;
    in = net_op(net, net_input_node(net, 0).id).out;
    if (net_input_count(net) != 1 || in.c != 1 || in.h != SIDE || in.w != SIDE ||
        net_output_find(net, "logits") < 0 || net_output_find(net, "features") < 0)
        return err_set(
            e, ERR_ARGUMENT,
            "%s is no judge: that reads pictures of 28x28 and has the outputs logits and "
            "features",
            model);
    out = net_op(net, net_output_node(net, net_output_find(net, "logits")).id).out;
    if (out.c != DIGITS || out.h != 1 || out.w != 1)
        return err_set(e, ERR_ARGUMENT, "%s is no judge of ten digits: it knows %d classes", model,
                       out.c);
    j->logits = predictor_new(net, "logits", j->team, e);
    j->features = j->logits ? predictor_new(net, "features", j->team, e) : NULL;
    if (!j->features)
        return -ERR_MEMORY;
    if (feature_count(j) > FRECHET_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: %d features are too many, %d at most", model,
                       feature_count(j), FRECHET_LIMIT);
    return find_hash(j, model, e);
}

static int check_data(const Dataset *d, const char *what, Err *e)
{
    if (!d->count || !d->pixels || d->width != SIDE || d->height != SIDE || d->classes != DIGITS)
        return err_set(e, ERR_ARGUMENT, "the %s pictures are not 28x28 of ten digits", what);
    if (fewest(d) <= JUDGE_NEIGHBOURS)
        return err_set(e, ERR_ARGUMENT, "the %s pictures are too few: %d of a digit", what,
                       fewest(d));
    return 0;
}

static int take_data(Judge *j, Err *e)
{
    size_t n = j->train->count * PIXELS;
    int code = check_data(j->train, "training", e);

    if (!code)
        code = check_data(j->test, "test", e);
    if (code)
        return code;
    j->spread = fewest(j->test);
    code = set_new(&j->real, DIGITS * j->spread, e);
    if (!code)
        code = choose(j->test, j->spread, j->seed, j->real.pictures, j->real.labels, e);
    if (!code)
        code = see(j, &j->real, e);
    j->train_pixels = code ? NULL : malloc(n * sizeof *j->train_pixels);
    if (!code && !j->train_pixels)
        code = err_set(e, ERR_MEMORY, "no memory for %zu pictures", j->train->count);
    for (size_t i = 0; !code && i < n; i++)
        j->train_pixels[i] = (float)j->train->pixels[i] / 255;
    return code;
}

Judge *judge_new(const char *model, const Dataset *train, const Dataset *test, uint64_t seed,
                 Team *team, Err *e)
{
    Judge *j = calloc(1, sizeof *j);

    if (!j) {
        err_set(e, ERR_MEMORY, "no memory for a judge");
        return NULL;
    }
    *j = (Judge){.team = team, .seed = seed, .train = train, .test = test};
    if (!open_model(j, model ? model : JUDGE_DEFAULT, e) && !take_data(j, e))
        return j;
    judge_free(j);
    return NULL;
}

void judge_free(Judge *j)
{
    if (!j)
        return;
    predictor_free(j->logits);
    predictor_free(j->features);
    model_free(j->model);
    set_free(&j->real);
    free(j->train_pixels);
    free(j);
}

const char *judge_hash(const Judge *j)
{
    return j->hash;
}

long judge_tests(const Judge *j, int *right)
{
    *right = (int)metric_right(j->real.count, DIGITS, j->real.logits, j->real.labels);
    return j->real.count;
}

/* ---- figures ---- */

static void read_back(const Set *s, Judgement *out)
{
    out->count = s->count;
    for (int i = 0; i < s->count; i++) {
        bool right = metric_largest(DIGITS, s->logits + i * DIGITS) == s->labels[i];

        out->counts[s->labels[i]]++;
        out->rights[s->labels[i]] += right;
        out->right += right;
    }
    out->interval = metric_wilson(out->right, out->count);
    for (int d = 1; d < DIGITS; d++)
        if ((double)out->rights[d] / (double)out->counts[d] <
            (double)out->rights[out->worst] / (double)out->counts[out->worst])
            out->worst = d;
}

/* A part of a set, spread evenly over it, so that each digit keeps its share. */
static float *thin(const float *rows, int count, int width, int most, int *kept, Err *e)
{
    float *out;

    *kept = count < most ? count : most;
    out = malloc((size_t)*kept * (size_t)width * sizeof *out);
    for (int i = 0; out && i < *kept; i++)
        memcpy(out + (size_t)i * (size_t)width,
               rows + (size_t)((long)i * count / *kept) * (size_t)width,
               (size_t)width * sizeof *out);
    if (!out)
        err_set(e, ERR_MEMORY, "no memory for %d pictures", *kept);
    return out;
}

static int compare(const Judge *j, const float *real, const Set *s, const float *made, int width,
                   Manifold *out, Err *e)
{
    int n, m;
    float *a = thin(real, j->real.count, width, JUDGE_MANIFOLD, &n, e);
    float *b = a ? thin(made, s->count, width, JUDGE_MANIFOLD, &m, e) : NULL;
    int code =
        b ? metric_manifold(n, a, m, b, width, JUDGE_NEIGHBOURS, j->team, out, e) : -ERR_MEMORY;

    free(a);
    free(b);
    return code;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static int find_nearest(const Judge *j, const Set *s, Judgement *out, Err *e)
{
    int n;
    float *some = thin(s->pixels, s->count, PIXELS, JUDGE_NEAREST, &n, e);
    float *found = some ? malloc((size_t)n * sizeof *found) : NULL;
    int code = found ? 0 : err_set(e, ERR_MEMORY, "no memory for nearest pictures");

    if (!code) {
        metric_nearest(n, some, (long)j->train->count, j->train_pixels, PIXELS, j->team, found);
        qsort(found, (size_t)n, sizeof *found, by_value);
        out->nearest = found[n / 2];
        out->nearest_5 = found[n / 20];
    }
    free(some);
    free(found);
    return code;
}

/* Each picture beside a real one of its digit, both in -1..1. */
static void pair(const Judge *j, const Set *s, Judgement *out)
{
    float p[PIXELS], q[PIXELS];
    int next[DIGITS] = {0};
    double kl = 0, mse = 0;

    for (int i = 0; i < s->count; i++) {
        int digit = s->labels[i], at = digit * j->spread + next[digit]++ % j->spread;

        for (int k = 0; k < PIXELS; k++) {
            p[k] = 2 * j->real.pixels[(size_t)at * PIXELS + (size_t)k] - 1;
            q[k] = 2 * s->pixels[(size_t)i * PIXELS + (size_t)k] - 1;
        }
        kl += metric_kl(PIXELS, p, q);
        mse += metric_mse(PIXELS, p, q);
    }
    out->kl = kl / s->count;
    out->mse = mse / s->count;
}

static int judge_set(Judge *j, Set *s, Judgement *out, Err *e)
{
    int code = see(j, s, e);

    *out = (Judgement){0};
    if (code)
        return code;
    read_back(s, out);
    pair(j, s, out);
    code = metric_frechet(j->real.count, j->real.features, s->count, s->features, feature_count(j),
                          &out->frechet, e);
    if (!code)
        code = compare(j, j->real.features, s, s->features, feature_count(j), &out->features, e);
    if (!code)
        code = compare(j, j->real.pixels, s, s->pixels, PIXELS, &out->pixels, e);
    return code ? code : find_nearest(j, s, out, e);
}

static int check_labels(const int *labels, int count, Err *e)
{
    int counts[DIGITS] = {0};

    for (int i = 0; i < count; i++)
        counts[labels[i]]++;
    for (int d = 0; d < DIGITS; d++)
        if (!counts[d])
            return err_set(e, ERR_ARGUMENT, "there is no %d among %d digits", d, count);
    return 0;
}

int judge_look(Judge *j, const uint8_t *pictures, const int *labels, int count, Judgement *out,
               Err *e)
{
    Set s;
    int code = check_labels(labels, count, e);

    if (code)
        return code;
    code = set_new(&s, count, e);
    if (!code) {
        memcpy(s.pictures, pictures, (size_t)count * PIXELS);
        memcpy(s.labels, labels, (size_t)count * sizeof *labels);
        code = judge_set(j, &s, out, e);
    }
    set_free(&s);
    return code;
}

int judge_floor(Judge *j, int count, Judgement *out, Err *e)
{
    Set s;
    int code = set_new(&s, count / DIGITS * DIGITS, e);

    if (!code)
        code = choose(j->train, count / DIGITS, j->seed, s.pictures, s.labels, e);
    if (!code)
        code = judge_set(j, &s, out, e);
    if (!code) /* to itself it would be nothing */
        code = find_nearest(j, &j->real, out, e);
    set_free(&s);
    return code;
}
