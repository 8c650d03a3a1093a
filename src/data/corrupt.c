#include "data/corrupt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/corrupt_shape.h"
#include "data/dataset_build.h"

enum { SIDE = CORRUPT_SIDE, PIXELS = CORRUPT_PIXELS };

static const char *const names[CORRUPTIONS] = {
    "shot_noise", "impulse_noise", "glass_blur",  "motion_blur", "shear",
    "scale",      "rotate",        "brightness",  "translate",   "stripe",
    "fog",        "spatter",       "dotted_line", "zigzag",      "canny_edges"};

const char *corrupt_name(Corruption kind)
{
    return names[kind];
}

int corrupt_find(const char *name)
{
    for (int i = 0; i < CORRUPTIONS; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return -1;
}

static float sign(Rng *r)
{
    return rng_below(r, 2) ? 1 : -1;
}

/* ---- noise ---- */

/* Knuth's; the mean is small. */
static int poisson(float mean, Rng *r)
{
    float limit = expf(-mean), product = rng_uniform(r);
    int n = 0;

    for (; product > limit; n++)
        product *= rng_uniform(r);
    return n;
}

static void shot_noise(float *p, Rng *r)
{
    const float photons = 3;

    for (int i = 0; i < PIXELS; i++)
        p[i] = (float)poisson(p[i] * photons, r) / photons;
}

static void impulse_noise(float *p, Rng *r)
{
    const float amount = 0.17f;

    for (int i = 0; i < PIXELS; i++)
        if (rng_uniform(r) < amount)
            p[i] = (float)rng_below(r, 2);
}

static void spatter(float *p, Rng *r)
{
    const float mean = 0.65f, deviation = 0.3f, least = 0.65f, mud = 63 / 255.f;
    float drops[PIXELS];

    for (int i = 0; i < PIXELS; i++)
        drops[i] = mean + deviation * rng_normal(r);
    shape_blur(drops, 1, false);
    for (int i = 0; i < PIXELS; i++)
        drops[i] = drops[i] > least;
    shape_blur(drops, 1.5f, false);
    for (int i = 0; i < PIXELS; i++)
        if (drops[i] >= 0.8f)
            p[i] = p[i] * (1 - drops[i]) + mud * drops[i];
}

/* ---- light ---- */

static void brightness(float *p)
{
    for (int i = 0; i < PIXELS; i++)
        p[i] += 0.5f;
}

static void stripe(float *p)
{
    for (int i = 0; i < PIXELS; i++)
        if (i % SIDE < 7 || i % SIDE >= 21)
            p[i] = 1 - p[i];
}

static void fog(float *p, Rng *r)
{
    const float thick = 3, decay = 1.4f;
    float heights[PIXELS], most = 0;

    for (int i = 0; i < PIXELS; i++)
        most = p[i] > most ? p[i] : most;
    shape_plasma(heights, decay, r);
    for (int i = 0; i < PIXELS; i++)
        p[i] = (p[i] + thick * heights[i]) * most / (most + thick);
}

/* ---- place ---- */

static void shear(float *p, Rng *r)
{
    float c = 0.4f * sign(r);

    shape_warp(p, (const float[2][2]){{1, -sinf(c)}, {0, cosf(c)}}, 0, 0);
}

static void scale(float *p)
{
    shape_warp(p, (const float[2][2]){{1 / 0.7f, 0}, {0, 1 / 0.7f}}, 0, 0);
}

static void turn(float *p, Rng *r)
{
    float c = 0.4f * sign(r);

    shape_warp(p, (const float[2][2]){{cosf(c), -sinf(c)}, {sinf(c), cosf(c)}}, 0, 0);
}

static void translate(float *p, Rng *r)
{
    float dx = 3 * sign(r), dy = 3 * sign(r);

    shape_warp(p, (const float[2][2]){{1, 0}, {0, 1}}, dx, dy);
}

/* ---- lines ---- */

/* Adds a line from (x0,y0) to (x1,y1) that is soft above and below; `dotted`: of every four columns
 * the last two. */
static void add_line(float *p, float x0, float y0, float x1, float y1, bool dotted)
{
    const float reach = 2.3f;
    int first = (int)floorf(x0), end = (int)ceilf(x1);

    if (x1 == x0)
        return;
    for (int x = first < 0 ? 0 : first; x < end && x < SIDE; x++) {
        float middle = y0 + (y1 - y0) / (x1 - x0) * ((float)x - x0);
        for (int y = 0; y < SIDE && !(dotted && x % 4 < 2); y++) {
            float away = fminf(fabsf((float)y - middle), reach - 1e-6f);
            float ink = fmaxf(logf(1 - away / reach) + 1, 0);
            p[y * SIDE + x] = fminf(p[y * SIDE + x] + ink, 1);
        }
    }
}

static void dotted_line(float *p, Rng *r)
{
    float left = (float)rng_below(r, 27), right = (float)rng_below(r, 27);

    add_line(p, 0, left, 27, right, true);
}

typedef struct Zigzag { /* along a line that is turned about its beginning */
    float x0, y0, c, s; /* cosine and sine of the angle */
    float x, y;         /* where it has come to */
} Zigzag;

static void zigzag_to(float *p, Zigzag *z, float along, float across)
{
    float x = z->x0 + z->c * along - z->s * across, y = z->y0 + z->s * along + z->c * across;

    add_line(p, z->x, z->y, x, y, false);
    z->x = x;
    z->y = y;
}

static void zigzag(float *p, Rng *r)
{
    const float length = 2, width = 2, x0 = 2, x1 = 25;
    float y0 = (float)rng_below(r, 27), y1 = y0 - 5 + (float)rng_below(r, 10), across = width;
    float angle = atanf((y1 - y0) / (x1 - x0)), all = (x1 - x0) / cosf(angle);
    float whole = 2 * length * floorf(all / (2 * length));
    Zigzag z = {x0, y0, cosf(angle), sinf(angle), x0, y0};

    for (int i = 0; i <= (int)floorf((all - length) / (2 * length)); i++) {
        across = i % 2 ? -width : width;
        zigzag_to(p, &z, (float)(2 * i + 1) * length, across);
    }
    if (all != whole)
        zigzag_to(p, &z, all, across / (2 * (all - whole)));
}

/* ---- all ---- */

static void apply(Corruption kind, float *p, Rng *r)
{
    switch (kind) {
    case CORRUPT_SHOT_NOISE:
        shot_noise(p, r);
        break;
    case CORRUPT_IMPULSE_NOISE:
        impulse_noise(p, r);
        break;
    case CORRUPT_GLASS_BLUR:
        shape_glass(p, r);
        break;
    case CORRUPT_MOTION_BLUR:
        shape_motion(p, r);
        break;
    case CORRUPT_SHEAR:
        shear(p, r);
        break;
    case CORRUPT_SCALE:
        scale(p);
        break;
    case CORRUPT_ROTATE:
        turn(p, r);
        break;
    case CORRUPT_BRIGHTNESS:
        brightness(p);
        break;
    case CORRUPT_TRANSLATE:
        translate(p, r);
        break;
    case CORRUPT_STRIPE:
        stripe(p);
        break;
    case CORRUPT_FOG:
        fog(p, r);
        break;
    case CORRUPT_SPATTER:
        spatter(p, r);
        break;
    case CORRUPT_DOTTED_LINE:
        dotted_line(p, r);
        break;
    case CORRUPT_ZIGZAG:
        zigzag(p, r);
        break;
    case CORRUPT_CANNY_EDGES:
        shape_edges(p);
        break;
    case CORRUPTIONS:
        break;
    }
}

void corrupt_apply(Corruption kind, uint64_t seed, uint64_t index, const uint8_t *in, uint8_t *out)
{
    Rng r = rng_stream(seed, RNG_CORRUPT, index * CORRUPTIONS + kind);
    float p[PIXELS];

    for (int i = 0; i < PIXELS; i++)
        p[i] = (float)in[i] / 255;
    apply(kind, p, &r);
    for (int i = 0; i < PIXELS; i++)
        out[i] = (uint8_t)(255 * fminf(fmaxf(p[i], 0), 1));
}

/* ---- a set ---- */

typedef struct Job {
    Corruption kind;
    uint64_t seed;
    Dataset *d;
    Team *team;
} Job;

static void work(void *arg, int thread)
{
    Job *job = arg;
    long begin = 0, end = (long)job->d->count;

    if (job->team)
        team_share(job->team, thread, end, 1, &begin, &end);
    for (long i = begin; i < end; i++) {
        uint8_t *p = job->d->pixels + i * PIXELS;
        corrupt_apply(job->kind, job->seed, (uint64_t)i, p, p);
    }
}

Dataset *corrupt_dataset(const Dataset *d, Corruption kind, uint64_t seed, bool canonical,
                         Team *team, Err *e)
{
    Job job = {kind, seed, NULL, team};

    if (!d->pixels || d->height != SIDE || d->width != SIDE) {
        err_set(e, ERR_ARGUMENT, "corruptions are of pictures of %dx%d, not of %dx%d", SIDE, SIDE,
                d->width, d->height);
        return NULL;
    }
    job.d = dataset_join(&d, 1, e);
    if (!job.d)
        return NULL;
    if (team)
        team_run(team, work, &job);
    else
        work(&job, 0);
    if (canonical && pixels_to_canonical(job.d->pixels, d->count, SIDE, SIDE, INK_AUTO, team,
                                         job.d->pixels, e)) {
        dataset_free(job.d);
        return NULL;
    }
    return job.d;
}
