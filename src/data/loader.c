/* A batch is made into a slot by its epoch and number alone. Without prefetching there is one slot,
 * filled when it is asked for; with it there are two, and a thread fills the one that is free. */
#include "data/loader.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/rng.h"

enum { SLOTS = 2 };

typedef struct Slot {
    uint8_t *pixels;
    int *labels;
    uint32_t *indices;
    int count;
    bool full; /* filled and not yet used up */
} Slot;

struct Loader {
    LoaderOptions o;
    Augment augment;
    bool augments;
    size_t size;          /* bytes of a picture */
    uint32_t *indices;    /* (count) */
    uint32_t *order;      /* (count) places in `indices`, as epoch `order_epoch` has them */
    uint64_t order_epoch; /* also the epoch whose changes pictures get */
    bool has_order;
    LoaderState now; /* what the caller was given */
    Slot slots[SLOTS];
    Slot *filling; /* for the threads of a team */
    size_t fill_begin;

    /* Prefetching: the lock guards what follows and the slots' `full`. */
    bool has_thread, stop, busy;
    int given; /* the slot that the caller has, or -1 */
    int next;  /* the slot that the caller gets next */
    uint64_t ahead_epoch, ahead_batch; /* what the thread fills next */
    int ahead_slot;                    /* and where to */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

size_t loader_batches(const Loader *l)
{
    size_t batch = (size_t)l->o.batch, whole = l->o.count / batch;

    return whole + (!l->o.drop_last && l->o.count % batch != 0);
}

/* ---- filling a slot ---- */

static void set_order(Loader *l, uint64_t epoch)
{
    if (!l->has_order || (l->o.shuffle && l->order_epoch != epoch)) {
        for (size_t i = 0; i < l->o.count; i++)
            l->order[i] = (uint32_t)i;
        if (l->o.shuffle) {
            Rng r = rng_stream(l->now.seed, RNG_SHUFFLE, epoch);
            rng_shuffle(&r, l->order, l->o.count);
        }
        l->has_order = true;
    }
    l->order_epoch = epoch;
}

/* Pictures begin .. end-1 of a slot. A picture's changes are named by its place in the list. */
static void fill_part(const Loader *l, Slot *slot, size_t batch_begin, long begin, long end)
{
    const Dataset *d = l->o.data;

    for (long i = begin; i < end; i++) {
        uint32_t place = l->order[batch_begin + (size_t)i], index = l->indices[place];
        const uint8_t *from = d->pixels + index * l->size;
        uint8_t *to = slot->pixels + (size_t)i * l->size;
        if (l->augments)
            augment_apply(&l->augment, from, to, l->now.seed, l->order_epoch, place);
        else
            memcpy(to, from, l->size);
        slot->labels[i] = d->labels[index];
        slot->indices[i] = index;
    }
}

static void fill_share(void *job, int thread)
{
    Loader *l = job;
    long begin, end;

    team_share(l->o.team, thread, l->filling->count, 1, &begin, &end);
    fill_part(l, l->filling, l->fill_begin, begin, end);
}

static void fill_slot(Loader *l, Slot *slot, uint64_t epoch, uint64_t batch)
{
    size_t begin = (size_t)batch * (size_t)l->o.batch, left = l->o.count - begin;

    set_order(l, epoch);
    slot->count = left < (size_t)l->o.batch ? (int)left : l->o.batch;
    if (l->o.team && l->augments) { /* copying alone is faster than waking a team */
        l->filling = slot;
        l->fill_begin = begin;
        team_run(l->o.team, fill_share, l);
    } else {
        fill_part(l, slot, begin, 0, slot->count);
    }
}

/* ---- prefetching ---- */

/* Fills a free slot whenever there is one, with the batch that comes next. */
static void *prefetch(void *arg)
{
    Loader *l = arg;

    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        Slot *slot = &l->slots[l->ahead_slot];
        if (slot->full) {
            pthread_cond_wait(&l->changed, &l->lock);
            continue;
        }
        uint64_t epoch = l->ahead_epoch, batch = l->ahead_batch;
        l->busy = true;
        pthread_mutex_unlock(&l->lock);
        fill_slot(l, slot, epoch, batch);
        pthread_mutex_lock(&l->lock);
        l->busy = false;
        slot->full = true;
        l->ahead_slot = (l->ahead_slot + 1) % SLOTS;
        if (++l->ahead_batch == loader_batches(l)) {
            l->ahead_batch = 0;
            l->ahead_epoch++;
        }
        pthread_cond_broadcast(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* Gives the last slot back and waits for the next one. */
static Slot *take_prefetched(Loader *l)
{
    pthread_mutex_lock(&l->lock);
    if (l->given >= 0) {
        l->slots[l->given].full = false;
        pthread_cond_broadcast(&l->changed);
    }
    while (!l->slots[l->next].full)
        pthread_cond_wait(&l->changed, &l->lock);
    l->given = l->next;
    l->next = (l->next + 1) % SLOTS;
    pthread_mutex_unlock(&l->lock);
    return &l->slots[l->given];
}

/* Both slots empty again, the thread at the position `now`. Waits for what it is filling. */
static void restart(Loader *l, LoaderState state)
{
    bool locked = l->has_thread;

    if (locked)
        pthread_mutex_lock(&l->lock);
    while (l->busy)
        pthread_cond_wait(&l->changed, &l->lock);
    for (int i = 0; i < SLOTS; i++)
        l->slots[i].full = false;
    l->now = state;
    l->has_order = false; /* the seed may be another one */
    l->given = -1;
    l->next = l->ahead_slot = 0;
    l->ahead_epoch = state.epoch + (state.batch == loader_batches(l));
    l->ahead_batch = state.batch % loader_batches(l);
    if (locked) {
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
    }
}

/* A thread that takes no signals: they go to the caller's own threads. */
static int start_thread(Loader *l, Err *e)
{
    sigset_t all, old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    l->has_thread = pthread_create(&l->thread, NULL, prefetch, l) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return l->has_thread ? 0 : err_set(e, ERR_IO, "the system allows no thread to prepare batches");
}

/* ---- the loader ---- */

bool loader_next(Loader *l, LoaderBatch *out)
{
    Slot *slot = &l->slots[0];

    if (l->now.batch == loader_batches(l)) {
        l->now.batch = 0;
        l->now.epoch++;
        return false;
    }
    if (l->has_thread)
        slot = take_prefetched(l);
    else
        fill_slot(l, slot, l->now.epoch, l->now.batch);
    l->now.batch++;
    *out = (LoaderBatch){slot->count, slot->pixels, slot->labels, slot->indices};
    return true;
}

LoaderBatch loader_next_of_any(Loader *l)
{
    LoaderBatch b;

    while (!loader_next(l, &b))
        ;
    return b;
}

LoaderState loader_state(const Loader *l)
{
    return l->now;
}

int loader_resume(Loader *l, LoaderState state, Err *e)
{
    if (state.batch > loader_batches(l) || state.epoch >= UINT32_MAX)
        return err_set(e, ERR_ARGUMENT, "batch %llu of epoch %llu: an epoch has %zu batches",
                       (unsigned long long)state.batch, (unsigned long long)state.epoch,
                       loader_batches(l));
    restart(l, state);
    return 0;
}

void loader_free(Loader *l)
{
    if (!l)
        return;
    if (l->has_thread) {
        pthread_mutex_lock(&l->lock);
        l->stop = true;
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
        pthread_join(l->thread, NULL);
    }
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->changed);
    for (int i = 0; i < SLOTS; i++) {
        free(l->slots[i].pixels);
        free(l->slots[i].labels);
        free(l->slots[i].indices);
    }
    free(l->indices);
    free(l->order);
    free(l);
}

static int check_options(const LoaderOptions *o, Err *e)
{
    const Dataset *d = o->data;
    size_t count = o->indices ? o->count : d->count;

    if (o->batch < 1)
        return err_set(e, ERR_ARGUMENT, "a batch of %d pictures: at least 1 is needed", o->batch);
    if (!d->pixels || !d->labels)
        return err_set(e, ERR_ARGUMENT,
                       "a set of numbers in whole pictures gives no batches of digits");
    if (count < (o->drop_last ? (size_t)o->batch : 1))
        return err_set(e, ERR_ARGUMENT, "%zu pictures make no whole batch of %d", count, o->batch);
    if (o->team && o->prefetch)
        return err_set(e, ERR_ARGUMENT,
                       "batches are prepared by a team or ahead by a thread, not both");
    if (!o->augment)
        return 0;
    if (!augment_is_none(o->augment) && (d->height != AUGMENT_SIDE || d->width != AUGMENT_SIDE))
        return err_set(e, ERR_ARGUMENT, "pictures of %dx%d cannot be augmented, only %dx%d can",
                       d->width, d->height, AUGMENT_SIDE, AUGMENT_SIDE);
    return augment_check(o->augment, e);
}

static bool allocate(Loader *l)
{
    size_t batch = (size_t)l->o.batch, bytes;

    if (batch > l->o.count) /* a batch is never larger than the whole */
        batch = l->o.count;
    if (!size_multiply(batch, l->size, &bytes))
        return false;
    l->indices = malloc(l->o.count * sizeof *l->indices);
    l->order = malloc(l->o.count * sizeof *l->order);
    bool fine = l->indices && l->order;
    for (int i = 0; i < (l->o.prefetch ? SLOTS : 1); i++) {
        Slot *slot = &l->slots[i];
        slot->pixels = malloc(bytes);
        slot->labels = malloc(batch * sizeof *slot->labels);
        slot->indices = malloc(batch * sizeof *slot->indices);
        fine = fine && slot->pixels && slot->labels && slot->indices;
    }
    return fine;
}

Loader *loader_new(const LoaderOptions *options, Err *e)
{
    const Dataset *d = options->data;
    Loader *l;

    if (check_options(options, e))
        return NULL;
    if (!(l = calloc(1, sizeof *l))) {
        err_set(e, ERR_MEMORY, "no memory for batches of %d pictures", options->batch);
        return NULL;
    }
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    l->o = *options;
    l->size = (size_t)d->height * (size_t)d->width;
    if (!options->indices)
        l->o.count = d->count;
    if (options->augment && (l->augments = !augment_is_none(options->augment)))
        l->augment = *options->augment;
    if (!allocate(l)) {
        err_set(e, ERR_MEMORY, "no memory for batches of %d pictures", options->batch);
        loader_free(l);
        return NULL;
    }
    for (size_t i = 0; i < l->o.count; i++) {
        l->indices[i] = options->indices ? options->indices[i] : (uint32_t)i;
        assert(l->indices[i] < d->count);
    }
    restart(l, (LoaderState){.seed = options->seed});
    if (options->prefetch && start_thread(l, e)) {
        loader_free(l);
        return NULL;
    }
    return l;
}
