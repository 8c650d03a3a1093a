/* Both ways come down to one thing: every picture gets a part, 0 or more, and one part is kept
 * back. Units that stay together (a writer's pictures, or a picture alone) are dealt out in random
 * order. */
#include "data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

void split_free(Split *s)
{
    free(s->train);
    *s = (Split){0};
}

static bool is_learn_only(const Dataset *d, size_t i)
{
    return d->learn_only && d->learn_only[i];
}

/* Who wrote what may be validated on. */
typedef enum Writers { WRITERS_UNKNOWN, WRITERS_ONE, WRITERS_MORE } Writers;

static Writers writers_of(const Dataset *d)
{
    int writer = -1;
    bool several = false, unknown = false;

    for (size_t i = 0; d->groups && i < d->count; i++) {
        int group = is_learn_only(d, i) ? -1 : d->groups[i];

        unknown |= group < 0 && !is_learn_only(d, i);
        several |= group >= 0 && writer >= 0 && group != writer;
        writer = group >= 0 ? group : writer;
    }
    return writer < 0 ? WRITERS_UNKNOWN : several || unknown ? WRITERS_MORE : WRITERS_ONE;
}

static Dataset without_writers(const Dataset *d)
{
    Dataset plain = *d;

    plain.groups = NULL;
    plain.group_count = 0;
    return plain;
}

/* The unit of each picture: its group, or a number of its own. Returns how many units there are. */
static size_t number_units(const Dataset *d, uint32_t *unit_of)
{
    size_t units = (size_t)d->group_count;

    for (size_t i = 0; i < d->count; i++)
        unit_of[i] = (uint32_t)(d->groups && d->groups[i] >= 0 ? (size_t)d->groups[i] : units++);
    return units;
}

typedef struct Deal {
    uint32_t *unit_of; /* (count) of each picture */
    uint32_t *order;   /* (units) in which they are dealt */
    uint32_t *sizes;   /* (units) pictures in each */
    uint32_t *part_of; /* (units) where it goes: what is found out */
    size_t units;      /* that are dealt: those that hold a picture to validate on */
    size_t pictures;   /* in them */
} Deal;

enum { NO_PART = UINT32_MAX }; /* of a unit that is not dealt */

static void deal_free(Deal *k)
{
    free(k->unit_of);
    free(k->order);
    free(k->sizes);
    free(k->part_of);
}

/* Counts each unit's pictures; what holds none to validate on is not dealt, and moves no other unit. */
static void size_units(const Dataset *d, size_t units, Deal *k)
{
    for (size_t u = 0; u < units; u++)
        k->part_of[u] = NO_PART;
    for (size_t i = 0; i < d->count; i++) {
        k->sizes[k->unit_of[i]]++;
        if (!is_learn_only(d, i))
            k->part_of[k->unit_of[i]] = 0;
    }
    for (size_t u = 0; u < units; u++)
        k->pictures += k->part_of[u] == NO_PART ? 0 : k->sizes[u];
}

/* Units in random order; without groups, class after class. Each class has its own stream, so that
 * one more picture of a class moves no other class. */
static void order_units(const Dataset *d, size_t units, uint64_t seed, Deal *k)
{
    if (d->groups || !d->labels) {
        Rng r = rng_stream(seed, RNG_SPLIT, 0);
        for (size_t u = 0; u < units; u++)
            if (k->part_of[u] != NO_PART)
                k->order[k->units++] = (uint32_t)u;
        rng_shuffle(&r, k->order, k->units);
        return;
    }
    for (int c = 0; c < d->classes; c++) {
        Rng r = rng_stream(seed, RNG_SPLIT, (uint64_t)c);
        size_t begin = k->units;
        for (size_t i = 0; i < d->count; i++)
            if (d->labels[i] == c && k->part_of[i] != NO_PART)
                k->order[k->units++] = (uint32_t)i;
        rng_shuffle(&r, k->order + begin, k->units - begin);
    }
}

static int deal_start(const Dataset *d, uint64_t seed, Deal *k, Err *e)
{
    size_t most = d->count + (size_t)d->group_count + 1, units;

    *k = (Deal){.unit_of = malloc(most * sizeof(uint32_t)),
                .order = malloc(most * sizeof(uint32_t)),
                .sizes = calloc(most, sizeof(uint32_t)),
                .part_of = calloc(most, sizeof(uint32_t))};
    if (!k->unit_of || !k->order || !k->sizes || !k->part_of)
        return err_set(e, ERR_MEMORY, "no memory to split %zu pictures", d->count);
    units = number_units(d, k->unit_of);
    size_units(d, units, k);
    order_units(d, units, seed, k);
    return 0;
}

/* Puts the pictures of one part aside. */
static int collect(const Dataset *d, const Deal *k, uint32_t part, Split *out, Err *e)
{
    size_t kept = 0, left_out = 0;

    for (size_t i = 0; i < d->count; i++)
        if (k->part_of[k->unit_of[i]] == part) {
            left_out += is_learn_only(d, i);
            kept += !is_learn_only(d, i);
        }
    *out = (Split){.train = malloc((d->count + 1) * sizeof *out->train),
                   .validation_count = kept,
                   .train_count = d->count - kept - left_out};
    if (!out->train)
        return err_set(e, ERR_MEMORY, "no memory to split %zu pictures", d->count);
    out->validation = out->train + out->train_count;
    uint32_t *train = out->train, *validation = out->validation;
    for (size_t i = 0; i < d->count; i++)
        if (k->part_of[k->unit_of[i]] != part)
            *train++ = (uint32_t)i;
        else if (!is_learn_only(d, i))
            *validation++ = (uint32_t)i;
    return 0;
}

/* Walks along the order and keeps a unit back (part 1) while that leaves at most `share` kept: of
 * all for writers, so that small ones fill what large ones leave; of those seen so far for single
 * pictures, which divides each class alike. */
static void deal_share(const Dataset *d, double share, Deal *k)
{
    double seen = 0, kept = 0, total = round(share * (double)k->pictures);

    for (size_t i = 0; i < k->units; i++) {
        uint32_t unit = k->order[i];
        double size = k->sizes[unit];
        seen += size;
        double goal = d->groups ? total : total * seen / (double)k->pictures;
        if (kept + size <= goal + 1e-6) {
            k->part_of[unit] = 1;
            kept += size;
        }
    }
}

int dataset_split(const Dataset *whole, double share, uint64_t seed, Split *out, Err *e)
{
    /* of one writer's pictures there are no strangers to validate on */
    Dataset plain = writers_of(whole) == WRITERS_MORE ? *whole : without_writers(whole), *d = &plain;
    Deal k;
    int r;

    if (!(share >= 0 && share <= 1))
        return err_set(e, ERR_ARGUMENT, "a share of %g for validation: possible is 0 to 1", share);
    r = deal_start(d, seed, &k, e);
    if (!r) {
        deal_share(d, share, &k);
        r = collect(d, &k, 1, out, e);
    }
    deal_free(&k);
    if (!r && share > 0 && share < 1 && (out->train_count == 0 || out->validation_count == 0)) {
        r = err_set(e, ERR_ARGUMENT,
                    "a share of %g of %zu pictures leaves %zu to train and %zu to validate", share,
                    d->count, out->train_count, out->validation_count);
        split_free(out);
    }
    return r;
}

typedef struct Ranked {
    uint32_t unit, size;
    size_t rank; /* in the random order */
} Ranked;

static int largest_first(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;

    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return x->rank < y->rank ? -1 : 1;
}

/* Writers with many pictures first: those with few then even out what they left. */
static int order_by_size(Deal *k, Err *e)
{
    Ranked *ranked = malloc((k->units + 1) * sizeof *ranked);

    if (!ranked)
        return err_set(e, ERR_MEMORY, "no memory to split the pictures of %zu writers", k->units);
    for (size_t i = 0; i < k->units; i++)
        ranked[i] = (Ranked){k->order[i], k->sizes[k->order[i]], i};
    qsort(ranked, k->units, sizeof *ranked, largest_first);
    for (size_t i = 0; i < k->units; i++)
        k->order[i] = ranked[i].unit;
    free(ranked);
    return 0;
}

/* Deals units out: without groups in turn, so that every class is spread evenly; writers to the
 * part that is smallest so far. */
static int deal_folds(const Dataset *d, size_t folds, Deal *k, Err *e)
{
    size_t *filled = calloc(folds, sizeof *filled);
    int r = filled ? 0 : err_set(e, ERR_MEMORY, "no memory for %zu folds", folds);

    if (!r && d->groups)
        r = order_by_size(k, e);
    for (size_t i = 0; !r && i < k->units; i++) {
        uint32_t unit = k->order[i];
        size_t part = i % folds;
        for (size_t p = 0; d->groups && p < folds; p++)
            if (filled[p] < filled[part])
                part = p;
        k->part_of[unit] = (uint32_t)part;
        filled[part] += k->sizes[unit];
    }
    free(filled);
    return r;
}

int dataset_fold(const Dataset *whole, int folds, int fold, uint64_t seed, Split *out, Err *e)
{
    Dataset plain = writers_of(whole) == WRITERS_UNKNOWN ? without_writers(whole) : *whole, *d = &plain;
    Deal k = {0};
    int r;

    if (folds < 2 || (size_t)folds > d->count || fold < 0 || fold >= folds)
        return err_set(e, ERR_ARGUMENT,
                       "fold %d of %d of %zu pictures: there are 2 to %zu folds, from 0 on", fold,
                       folds, d->count, d->count);
    r = deal_start(d, seed, &k, e);
    if (!r && k.units < (size_t)folds)
        r = err_set(e, ERR_ARGUMENT,
                    d->groups ? "%d folds of the pictures of %zu writers: each fold needs one"
                              : "%d folds of %zu pictures to validate on: each fold needs one",
                    folds, k.units);
    if (!r)
        r = deal_folds(d, (size_t)folds, &k, e);
    if (!r)
        r = collect(d, &k, (uint32_t)fold, out, e);
    deal_free(&k);
    return r;
}
