/* Picture files and pixels become 28x28 by the code that reading uses. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset_build.h"
#include "image/codec.h"
#include "image/digit.h"

typedef struct Fact { /* what was found out about one picture */
    int width, height;
    bool dark_ink, as_it_was;
} Fact;

/* What the threads of a team work on: either files or pixels. */
typedef struct Job {
    const char *const *names;
    const uint8_t *pixels; /* (count, height, width) */
    int height, width;
    size_t count;
    bool canonical, inverted;
    InkPolarity ink;
    uint8_t *out; /* (count, 28, 28) */
    Fact *facts;  /* (count), or NULL */
    Team *team;
    const Watch *watch;
    atomic_size_t done;
    Err *errors; /* one a thread: of its first failure */
} Job;

/* 28x28 pictures of grey ink on black are what a net is fed, unless all have to be made canonical. */
static bool is_ready(const Image *im)
{
    long border = 0;

    if (im->width != DIGIT_SIDE || im->height != DIGIT_SIDE || im->channels != 1)
        return false;
    for (int i = 0; i < DIGIT_SIDE; i++)
        border += im->pixels[i] + im->pixels[DIGIT_PIXELS - 1 - i] + im->pixels[i * DIGIT_SIDE] +
                  im->pixels[i * DIGIT_SIDE + DIGIT_SIDE - 1];
    return border < 4L * DIGIT_SIDE * 64;
}

static int load_file(const Job *job, size_t i, Err *e)
{
    Err why = {0};
    Image *im = image_load(job->names[i], &why);
    Fact *fact = &job->facts[i];
    uint8_t *out = job->out + i * DIGIT_PIXELS;
    DigitInfo info = {0};
    int r = 0;

    if (!im)
        return err_set(e, why.code, "%s", why.text);
    if (job->inverted)
        image_invert(im);
    *fact = (Fact){.width = im->width, .height = im->height};
    if (!job->canonical && is_ready(im)) {
        memcpy(out, im->pixels, DIGIT_PIXELS);
        fact->as_it_was = true;
    } else if ((r = digit_from_image(im, NULL, out, &info, e))) {
        err_prefix(e, "%s", job->names[i]);
    } else {
        fact->dark_ink = info.dark_ink;
    }
    image_free(im);
    return r;
}

/* `out` may be where the pixels are. */
static int convert_pixels(const Job *job, size_t i, Err *e)
{
    size_t size = (size_t)job->height * (size_t)job->width;
    Image im = {.width = job->width,
                .height = job->height,
                .channels = 1,
                .pixels = (uint8_t *)(uintptr_t)(job->pixels + i * size)};
    uint8_t digit[DIGIT_PIXELS];
    int r = digit_from_image(&im, &(DigitOptions){.polarity = job->ink}, digit, NULL, e);

    if (!r)
        memcpy(job->out + i * DIGIT_PIXELS, digit, sizeof digit);
    return r;
}

/* A thread's share of the pictures, up to its first failure. */
static void work(void *arg, int thread)
{
    Job *job = arg;
    Err *e = &job->errors[thread];
    long begin = 0, end = (long)job->count;

    if (job->team)
        team_share(job->team, thread, (long)job->count, 1, &begin, &end);
    for (long i = begin; i < end && !e->code; i++) {
        size_t done = atomic_fetch_add_explicit(&job->done, 1, memory_order_relaxed);

        if (thread == 0) /* the caller's */
            watch_tell(job->watch, done, job->count);
        job->names ? load_file(job, (size_t)i, e) : convert_pixels(job, (size_t)i, e);
    }
}

/* Reports the failure of the first thread that has one: shares are in order, so that is the first
 * picture that fails, whatever the threads. */
static int run(Job *job, Err *e)
{
    int threads = job->team ? team_threads(job->team) : 1, r = 0;

    job->errors = calloc((size_t)threads, sizeof *job->errors);
    if (!job->errors)
        return err_set(e, ERR_MEMORY, "no memory to read %zu pictures", job->count);
    if (job->team)
        team_run(job->team, work, job);
    else
        work(job, 0);
    for (int i = 0; i < threads && !r; i++)
        if (job->errors[i].code)
            r = err_set(e, job->errors[i].code, "%s", job->errors[i].text);
    free(job->errors);
    return r;
}

int pixels_to_canonical(const uint8_t *pixels, size_t count, int height, int width, InkPolarity ink,
                        Team *team, uint8_t *out, Err *e)
{
    Job job = {.pixels = pixels,
               .height = height,
               .width = width,
               .count = count,
               .ink = ink,
               .out = out,
               .team = team};

    return run(&job, e);
}

/* "14x17 to 85x90 px, 458 of 460 with dark ink, brought to 28x28 as reading does" */
static void describe(Dataset *d, const Fact *facts)
{
    Fact small = facts[0], large = facts[0];
    size_t dark = 0, as_they_were = 0;

    for (size_t i = 0; i < d->count; i++) {
        const Fact *f = &facts[i];
        small.width = f->width < small.width ? f->width : small.width;
        small.height = f->height < small.height ? f->height : small.height;
        large.width = f->width > large.width ? f->width : large.width;
        large.height = f->height > large.height ? f->height : large.height;
        dark += f->dark_ink;
        as_they_were += f->as_it_was;
    }
    int n = snprintf(d->found, sizeof d->found, "%dx%d", small.width, small.height);
    if (small.width != large.width || small.height != large.height)
        n += snprintf(d->found + n, sizeof d->found - (size_t)n, " to %dx%d px", large.width,
                      large.height);
    if (as_they_were == d->count)
        snprintf(d->found + n, sizeof d->found - (size_t)n, ", light ink on dark");
    else
        snprintf(d->found + n, sizeof d->found - (size_t)n,
                 ", %zu of %zu with dark ink, %zu brought to 28x28 as reading does", dark, d->count,
                 d->count - as_they_were);
}

int dataset_load_pictures(Dataset *d, const DatasetOptions *options, Err *e)
{
    Job job = {.names = d->names,
               .count = d->count,
               .canonical = options->canonical,
               .inverted = options->inverted,
               .team = options->team,
               .watch = options->watch};
    int r;

    d->blocks[0] = d->pixels = job.out = calloc(d->count, DIGIT_PIXELS);
    job.facts = calloc(d->count, sizeof *job.facts);
    d->height = d->width = DIGIT_SIDE;
    r = d->pixels && job.facts ? run(&job, e)
                               : err_set(e, ERR_MEMORY, "no memory for %zu pictures", d->count);
    if (!r)
        describe(d, job.facts);
    free(job.facts);
    return r;
}
