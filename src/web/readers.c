#include "web/readers.h"

#include <assert.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/parallel.h"
#include "image/codec.h"
#include "model/shipped.h"
#include "read/redrawer.h"
#include "web/order.h"

enum { MODELS = 31 }; /* that ship, at most */

typedef struct Thread {
    struct Readers *all;
    pthread_t handle;
    Reader *opened[MODELS + 1];
    Redrawer *redrawer;
    Scribe *scribe;
} Thread;

struct Readers {
    ServerLimits limits;
    char *model; /* NULL: the usual */
    pthread_mutex_t lock;
    pthread_cond_t news;
    Job *first, **last;
    int reserved; /* in the queue, or about to be */
    bool ending;
    ReadersState state;
    int busy;            /* jobs that were taken and are not done */
    int wanted, threads; /* that there will be, and that there are */
    Thread list[];
};

double clock_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- answers ---- */

static int status_of(const Err *e)
{
    switch (e->code) {
    case ERR_LIMIT:
        return 413;
    case ERR_MEMORY:
        return 503;
    case ERR_UNSUPPORTED:
        return 415;
    default:
        return 400;
    }
}

static void refuse_job(Job *job, const Err *e)
{
    reply_refuse(&job->reply, status_of(e), err_name(e->code), "%s", e->text);
}

static void answer(Job *job, const Reading *reading)
{
    job->reply =
        (Reply){.status = 200, .type = "application/json", .text = reading_json(reading, "body")};
    if (!job->reply.text)
        reply_refuse(&job->reply, 503, "memory", "There is no memory for the reading.");
    else
        job->reply.size = strlen(job->reply.text);
}

/* ---- a batch ---- */

/* Opened when first asked for: the readers' own in place 0, then those that ship. */
static Reader *reader_of(Thread *t, const char *model, Err *e)
{
    const Shipped *s = model ? shipped_find(model) : NULL;
    ptrdiff_t place = s ? 1 + (s - shipped_list()) : 0;

    if ((model && !s) || place > MODELS) {
        err_set(e, ERR_ARGUMENT, "there is no model of that name; GET /v1/models lists them");
        return NULL;
    }
    if (!t->opened[place])
        t->opened[place] = reader_new(model ? model : t->all->model, 1, e);
    return t->opened[place];
}

static bool alike(const Job *a, const Job *b)
{
    return a->kind == b->kind &&
           (a->model && b->model ? strcmp(a->model, b->model) == 0 : a->model == b->model);
}

/* The pixels that the picture claims to have; 0, and the job is refused, for none that will be decoded. */
static size_t claimed_pixels(Job *job, size_t limit)
{
    int width, height;
    Err e = {0};

    if (image_claimed_size(job->bytes, job->size, "the body", &width, &height, &e) == 0 &&
        (size_t)width * (size_t)height > limit)
        err_set(&e, ERR_LIMIT, "the body: a picture of %d x %d pixels is more than %zu", width,
                height, limit);
    if (!e.code)
        return (size_t)width * (size_t)height;
    refuse_job(job, &e);
    return 0;
}

static void read_together(Reader *reader, Job **jobs, Image **images, int count)
{
    ReadOptions options[LIMIT_BATCH];
    Reading *readings[LIMIT_BATCH];
    Err e = {0};

    for (int i = 0; i < count; i++)
        options[i] = jobs[i]->options;
    int status =
        reader_read_many(reader, (const Image *const *)images, options, count, readings, &e);

    for (int i = 0; i < count; i++) {
        if (status)
            refuse_job(jobs[i], &e);
        else
            answer(jobs[i], readings[i]);
        if (!status)
            reading_free(readings[i]);
    }
}

/* Reads those of the jobs from `first` on that want the same model as it, as far as their pixels stay below the limit
 * of one; the others are left for the next round. */
static void read_alike(Thread *t, Job *first)
{
    size_t limit = t->all->limits.pixels, total = 0;
    Job *jobs[LIMIT_BATCH];
    Image *images[LIMIT_BATCH];
    int count = 0;
    Err e = {0};
    Reader *reader = reader_of(t, first->model, &e);

    if (!reader) {
        refuse_job(first, &e);
        return;
    }
    for (Job *job = first; job; job = job->next) {
        size_t pixels = job->reply.status || !alike(job, first) ? 0 : claimed_pixels(job, limit);

        if (!pixels || (count && total + pixels > limit))
            continue;
        Err why = {0};

        images[count] = image_decode(job->bytes, job->size, "the body", &why);
        if (images[count])
            jobs[count++] = job;
        else
            refuse_job(job, &why);
        total += pixels;
    }
    if (count)
        read_together(reader, jobs, images, count);
    for (int i = 0; i < count; i++)
        image_free(images[i]);
}

static uint8_t *redraw(Redrawer *r, const Image *im, const Job *job, size_t *size, Err *e)
{
    Redrawn *page = redrawer_redraw(r, im, job->options.single, e);
    RedrawLook look = {.crisp = job->clean ? CRISP_SMOOTH : CRISP_NONE};
    Image *copy = page ? redrawn_picture(page, &look, e) : NULL;
    uint8_t *png = copy ? image_encode_png(copy, size, e) : NULL;

    image_free(copy);
    redrawn_free(page);
    return png;
}

static void redraw_one(Thread *t, Job *job)
{
    size_t size = 0;
    Err e = {0};

    if (!shipped_find(REDRAWER_DEFAULT)) {
        reply_refuse(&job->reply, 501, "unsupported",
                     "This scrawl was built without a model that redraws.");
        return;
    }
    if (!claimed_pixels(job, t->all->limits.pixels))
        return;
    if (!t->redrawer)
        t->redrawer = redrawer_new(NULL, 1, &e);
    Image *im = t->redrawer ? image_decode(job->bytes, job->size, "the body", &e) : NULL;
    uint8_t *png = im ? redraw(t->redrawer, im, job, &size, &e) : NULL;

    image_free(im);
    if (png)
        job->reply = (Reply){.status = 200, .type = "image/png", .text = (char *)png, .size = size};
    else
        refuse_job(job, &e);
}

/* As PNG, black on white unless it is inverted; the scribe's own ink is light. */
static uint8_t *write_number(Scribe *scribe, const Order *order, size_t *size, Err *e)
{
    Image *im = scribe_number(scribe, order->number, &order->options, e);
    uint8_t *png;

    for (size_t i = 0; im && !order->invert && i < (size_t)im->width * im->height; i++)
        im->pixels[i] = (uint8_t)(255 - im->pixels[i]);
    png = im ? image_encode_png(im, size, e) : NULL;
    image_free(im);
    return png;
}

static void write_one(Thread *t, Job *job)
{
    size_t size = 0;
    Order order;
    Err e = {0};

    if (!shipped_find(SCRIBE_DEFAULT)) {
        reply_refuse(&job->reply, 501, "unsupported",
                     "This scrawl was built without a model that writes.");
        return;
    }
    if (order_read(job->bytes, job->size, &order, &e) == 0 && !t->scribe)
        t->scribe = scribe_new(NULL, 1, &e);
    uint8_t *png = e.code ? NULL : write_number(t->scribe, &order, &size, &e);

    if (png)
        job->reply = (Reply){.status = 200, .type = "image/png", .text = (char *)png, .size = size};
    else
        refuse_job(job, &e);
}

/* Returns how many there were. */
static int read_batch(Thread *t, Job *batch)
{
    double now = clock_s();
    int count = 0;

    for (Job *job = batch; job; job = job->next)
        if (now - job->begun_s > t->all->limits.deadline_s)
            reply_refuse(&job->reply, 503, "deadline", "The request waited longer than %g s.",
                         t->all->limits.deadline_s);
    for (Job *job = batch; job; job = job->next)
        if (!job->reply.status && job->kind == JOB_REDRAW)
            redraw_one(t, job);
        else if (!job->reply.status && job->kind == JOB_WRITE)
            write_one(t, job);
        else if (!job->reply.status)
            read_alike(t, job);
    while (batch) {
        Job *job = batch;

        batch = batch->next; /* done gives the job back */
        job->done(job);
        count++;
    }
    return count;
}

/* ---- the queue ---- */

/* A fair part of what waits, NULL at the end. The lock is held. */
static Job *take(Readers *r)
{
    int share = (r->state.waiting + r->wanted - 1) / r->wanted, taken = 0;
    Job *batch = r->first, **end = &batch;

    for (; *end && taken < share && taken < LIMIT_BATCH; taken++)
        end = &(*end)->next;
    r->first = *end;
    *end = NULL;
    if (!r->first)
        r->last = &r->first;
    r->state.waiting -= taken;
    r->reserved -= taken;
    r->busy += taken;
    r->state.batches += taken > 0;
    r->state.batched += (unsigned long)taken;
    return batch;
}

static void *work(void *arg)
{
    Thread *t = arg;
    Readers *r = t->all;

    for (;;) {
        pthread_mutex_lock(&r->lock);
        while (!r->first && !r->ending)
            pthread_cond_wait(&r->news, &r->lock);
        Job *batch = take(r);

        pthread_mutex_unlock(&r->lock);
        if (!batch)
            return NULL;
        int count = read_batch(t, batch);

        pthread_mutex_lock(&r->lock);
        r->busy -= count;
        pthread_mutex_unlock(&r->lock);
    }
}

bool readers_busy(Readers *r)
{
    pthread_mutex_lock(&r->lock);
    bool busy = r->busy > 0 || r->first;

    pthread_mutex_unlock(&r->lock);
    return busy;
}

bool readers_reserve(Readers *r)
{
    pthread_mutex_lock(&r->lock);
    bool room = r->reserved < r->limits.queue;

    r->reserved += room;
    pthread_mutex_unlock(&r->lock);
    return room;
}

void readers_submit(Readers *r, Job *job)
{
    job->begun_s = clock_s();
    job->next = NULL;
    job->reply = (Reply){0};
    pthread_mutex_lock(&r->lock);
    *r->last = job;
    r->last = &job->next;
    r->state.waiting++;
    pthread_cond_signal(&r->news);
    pthread_mutex_unlock(&r->lock);
}

ReadersState readers_state(Readers *r)
{
    pthread_mutex_lock(&r->lock);
    ReadersState state = r->state;

    pthread_mutex_unlock(&r->lock);
    return state;
}

/* ---- beginning and end ---- */

static int start(Readers *r, int threads, Err *e)
{
    for (; r->threads < threads; r->threads++) {
        Thread *t = &r->list[r->threads];

        t->all = r;
        if (!reader_of(t, NULL, e))
            return -(int)e->code;
        if (pthread_create(&t->handle, NULL, work, t)) {
            reader_free(t->opened[0]);
            return err_set(e, ERR_IO, "the system allows only %d of %d threads", r->threads,
                           threads);
        }
    }
    return 0;
}

static int cores(Err *e)
{
    Team *team = team_new(0, e);
    int count = team ? team_threads(team) : 0;

    team_free(team);
    return count;
}

Readers *readers_new(const char *model, int threads, const ServerLimits *limits, Err *e)
{
    int count = threads ? threads : cores(e);
    Readers *r = count ? calloc(1, sizeof *r + (size_t)count * sizeof r->list[0]) : NULL;

    if (!r) {
        err_set(e, ERR_MEMORY, "no memory for readers");
        return NULL;
    }
    r->limits = *limits;
    r->wanted = count;
    r->last = &r->first;
    r->model = model ? strdup(model) : NULL;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->news, NULL);
    if (model && !r->model)
        err_set(e, ERR_MEMORY, "no memory for readers");
    if ((model && !r->model) || start(r, count, e)) {
        readers_free(r);
        return NULL;
    }
    return r;
}

void readers_free(Readers *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    assert(!r->first);
    r->ending = true;
    pthread_cond_broadcast(&r->news);
    pthread_mutex_unlock(&r->lock);
    for (int i = 0; i < r->threads; i++) {
        pthread_join(r->list[i].handle, NULL);
        for (int k = 0; k <= MODELS; k++)
            reader_free(r->list[i].opened[k]);
        redrawer_free(r->list[i].redrawer);
        scribe_free(r->list[i].scribe);
    }
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->news);
    free(r->model);
    free(r);
}
