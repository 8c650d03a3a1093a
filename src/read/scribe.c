#include "read/scribe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "model/shipped.h"
#include "read/hand.h"
#include "read/reader.h"

enum {
    NOISE_STREAMS = 8,
    HAND_STREAM = 7
}; /* a digit: one a try; a number: one, and 6 is hand.c's */
_Static_assert((int)WRITE_TRIES < (int)HAND_STREAM, "tries have streams of their own");

struct Scribe {
    Model *model;
    Team *team;
    Generator *generator;
    Reader *reader;
    WriteCounts counts;
};

Scribe *scribe_new(const char *model, int threads, Err *e)
{
    Scribe *w = calloc(1, sizeof *w);

    if (!w) {
        err_set(e, ERR_MEMORY, "no memory for a writer");
        return NULL;
    }
    if ((w->model = shipped_open(model ? model : SCRIBE_DEFAULT, e)) &&
        (w->team = team_new(threads, e)) && (w->generator = generator_new(w->model, w->team, e)) &&
        (w->reader = reader_new(READER_DEFAULT, threads, e)))
        return w;
    scribe_free(w);
    return NULL;
}

void scribe_free(Scribe *w)
{
    if (!w)
        return;
    reader_free(w->reader);
    generator_free(w->generator);
    team_free(w->team);
    model_free(w->model);
    free(w);
}

int scribe_obeys(const Scribe *w, Err *e)
{
    if (generator_obeys(w->generator))
        return 0;
    return err_set(
        e, ERR_ARGUMENT,
        "the model %s draws digits of its own choice, so it cannot write numbers; scrawl "
        "evaluate --samples shows what it draws",
        w->model->name);
}

WriteCounts scribe_counts(const Scribe *w)
{
    return w->counts;
}

int scribe_check(const char *number, Err *e)
{
    size_t length = strlen(number), digits = strspn(number, "0123456789");

    if (!length)
        return err_set(e, ERR_ARGUMENT, "an empty number cannot be written");
    if (digits != length)
        return err_set(e, ERR_ARGUMENT, "'%.40s' is no number: only the digits 0 to 9 are written",
                       number);
    if (length > WRITE_DIGITS)
        return err_set(e, ERR_ARGUMENT, "a number of %zu digits is too long, %d at most", length,
                       WRITE_DIGITS);
    return 0;
}

/* ---- noise ---- */

typedef struct Job { /* digits to be drawn */
    const int *labels;
    int count;
    uint64_t first; /* the digits' numbers */
    const WriteOptions *options;
    const float *hand; /* noise that they share; NULL: none */
} Job;

static void fill_noise(Rng r, int n, float *out)
{
    for (int k = 0; k < n; k++)
        out[k] = rng_normal(&r);
}

/* A digit's noise at a try, mixed with the hand's; the last try is its own alone, since it may be
 * the hand that such a digit does not come out in. */
static void digit_noise(const Job *job, int digit, int try, int n, float *out)
{
    uint64_t stream = (job->first + (uint64_t)digit) * NOISE_STREAMS + (uint64_t)try;
    float own = sqrtf(1 - WRITE_ALIKE), shared = sqrtf(WRITE_ALIKE);

    fill_noise(rng_stream(job->options->seed, RNG_WRITE, stream), n, out);
    for (int k = 0; job->hand && try < WRITE_TRIES - 1 && k < n; k++)
        out[k] = own * out[k] + shared * job->hand[k];
}

/* ---- drawing and reading back ---- */

typedef struct Tries {   /* room for the digits of a round */
    int *which, *labels; /* (count) */
    float *noise;
    uint8_t *pictures;
    double *read; /* (count, classes) */
    double *sure; /* (count) of the digit that is kept so far */
} Tries;

static void tries_free(Tries *t)
{
    free(t->which);
    free(t->labels);
    free(t->noise);
    free(t->pictures);
    free(t->read);
    free(t->sure);
}

static int tries_new(const Scribe *w, int count, Tries *t, Err *e)
{
    size_t n = (size_t)count;

    *t = (Tries){.which = malloc(n * sizeof *t->which),
                 .labels = malloc(n * sizeof *t->labels),
                 .noise = malloc(n * (size_t)generator_noise(w->generator) * sizeof *t->noise),
                 .pictures = malloc(n * GENERATOR_PIXELS),
                 .read = malloc(n * READER_CLASSES * sizeof *t->read),
                 .sure = malloc(n * sizeof *t->sure)};
    if (t->which && t->labels && t->noise && t->pictures && t->read && t->sure)
        return 0;
    return err_set(e, ERR_MEMORY, "no memory to write %d digits", count);
}

/* Draws the digits t->which, `count` of them, once; keeps those that are surer than before. Returns
 * how many are not sure yet, which then are the first of t->which. */
static int draw_round(Scribe *w, const Job *job, Tries *t, int count, int try, uint8_t *pictures)
{
    int n = generator_noise(w->generator), classes = reader_model(w->reader)->class_count, left = 0;

    for (int i = 0; i < count; i++) {
        digit_noise(job, t->which[i], try, n, t->noise + (size_t)i * (size_t)n);
        t->labels[i] = job->labels[t->which[i]];
    }
    generator_draw(w->generator, count, t->noise, t->labels,
                   job->options->guidance > 0 ? job->options->guidance : 1, t->pictures);
    if (!job->options->unchecked)
        reader_classify(w->reader, t->pictures, count, t->read);
    for (int i = 0; i < count; i++) {
        int digit = t->which[i];
        double sure = job->options->unchecked
                          ? 1
                          : t->read[(size_t)i * (size_t)classes + (size_t)t->labels[i]];

        if (!try || sure > t->sure[digit]) {
            t->sure[digit] = sure;
            memcpy(pictures + (size_t)digit * GENERATOR_PIXELS,
                   t->pictures + (size_t)i * GENERATOR_PIXELS, GENERATOR_PIXELS);
        }
        if (!(t->sure[digit] >= WRITE_SURE))
            t->which[left++] = digit;
    }
    return left;
}

static int draw_digits(Scribe *w, const Job *job, uint8_t *pictures, Err *e)
{
    Tries t;
    int left = job->count, code = 0;

    if (job->options->guidance > 1 && !generator_flows(w->generator))
        return err_set(e, ERR_ARGUMENT, "the model %s knows no guidance: it has no flow",
                       w->model->name);
    if (!job->options->unchecked && (code = scribe_obeys(w, e)))
        return code;
    code = tries_new(w, job->count, &t, e);
    for (int i = 0; !code && i < job->count; i++)
        t.which[i] = i;
    for (int try = 0; !code && left && try < WRITE_TRIES; try++) {
        w->counts.redrawn += try ? left : 0;
        left = draw_round(w, job, &t, left, try, pictures);
    }
    w->counts.digits += job->count;
    tries_free(&t);
    return code;
}

int scribe_digits(Scribe *w, const int *labels, int count, uint64_t first,
                  const WriteOptions *options, uint8_t *pictures, Err *e)
{
    return draw_digits(w, &(Job){labels, count, first, options, NULL}, pictures, e);
}

/* ---- numbers ---- */

int scribe_number_digits(Scribe *w, const char *number, const WriteOptions *options,
                         uint8_t *pictures, Err *e)
{
    int n = generator_noise(w->generator), labels[WRITE_DIGITS], count = 0;
    uint64_t style = options->styled ? options->style : options->seed;
    float *hand;
    int code = scribe_check(number, e);

    if (!code)
        code = scribe_obeys(w, e);
    if (code)
        return code;
    hand = malloc((size_t)n * sizeof *hand);
    if (!hand)
        return err_set(e, ERR_MEMORY, "no memory for %d numbers of noise", n);
    fill_noise(rng_stream(style, RNG_WRITE, HAND_STREAM), n, hand);
    for (const char *c = number; *c; c++)
        labels[count++] = *c - '0';
    code = draw_digits(w, &(Job){labels, count, 0, options, hand}, pictures, e);
    free(hand);
    return code;
}

Image *scribe_number(Scribe *w, const char *number, const WriteOptions *options, Err *e)
{
    uint8_t *pictures = NULL;
    Image *im = NULL;
    int count;

    if (scribe_check(number, e))
        return NULL;
    count = (int)strlen(number);
    pictures = malloc((size_t)count * GENERATOR_PIXELS);
    if (!pictures)
        err_set(e, ERR_MEMORY, "no memory for %d digits", count);
    else if (!scribe_number_digits(w, number, options, pictures, e))
        im = options->join == JOIN_SEED
                 ? hand_join_seed(pictures, count, options->height, e)
                 : hand_join(pictures, count, &(HandOptions){options->height, options->seed}, e);
    free(pictures);
    return im;
}
