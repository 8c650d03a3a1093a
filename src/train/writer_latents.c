/* Pictures as normals in the latent space, and the flow's way to them from noise. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "train/writer_parts.h"

/* A label is left out so often, for what is written with guidance. */
static const float dropped = 0.1f;

/* ---- finding the normals ---- */

static void encode_batch(WriterRun *w, size_t first, int count)
{
    size_t picture = (size_t)w->data->height * (size_t)w->data->width;
    float labels[ENCODE_BATCH], *outputs[] = {NULL, NULL};
    const float *more[] = {labels, NULL, NULL};

    for (int i = 0; i < count; i++)
        labels[i] = (float)w->data->labels[first + (size_t)i];
    outputs[net_output_find(w->net, "latent")] = w->latents.found + first * WRITER_LATENT;
    exec_infer(w->infer,
               &(Batch){.count = count,
                        .bytes = w->data->pixels + first * picture,
                        .scale = 2 / 255.f,
                        .shift = -1,
                        .more = more},
               outputs, 2);
}

/* Mean and deviation of each number over all draws of the pictures that are trained on. */
static void measure(WriterRun *w)
{
    Latents *l = &w->latents;

    for (int k = 0; k < ZOO_WRITER_NOISE; k++) {
        double sum = 0, square = 0, n = (double)w->split.train_count;

        for (size_t i = 0; i < w->split.train_count; i++) {
            const float *found = l->found + (size_t)w->split.train[i] * WRITER_LATENT;
            double mean = found[k];

            sum += mean;
            square += mean * mean + exp(found[ZOO_WRITER_NOISE + k]);
        }
        l->mean[k] = (float)(sum / n);
        l->deviation[k] = (float)sqrt(fmax(square / n - sum / n * (sum / n), 1e-12));
    }
}

int writer_encode(WriterRun *w, Err *e)
{
    size_t count = w->data->count;

    w->latents.found = malloc(count * WRITER_LATENT * sizeof *w->latents.found);
    if (!w->latents.found)
        return err_set(e, ERR_MEMORY, "no memory for %zu encoded pictures", count);
    for (size_t first = 0; first < count; first += ENCODE_BATCH)
        encode_batch(w, first, count - first < ENCODE_BATCH ? (int)(count - first) : ENCODE_BATCH);
    measure(w);
    for (int k = 0; k < ZOO_WRITER_NOISE; k++)
        if (!isfinite(w->latents.mean[k]) || !isfinite(w->latents.deviation[k]))
            return err_set(e, ERR_NUMERIC, "the encoder finds what is not a finite number");
    return 0;
}

/* ---- batches ---- */

int flow_batch_new(FlowBatch *b, int room, Err *e)
{
    size_t n = (size_t)room;

    b->x = malloc(n * ZOO_WRITER_NOISE * sizeof *b->x);
    b->target = malloc(n * ZOO_WRITER_NOISE * sizeof *b->target);
    b->labels = malloc(n * sizeof *b->labels);
    b->times = malloc(n * ZOO_WRITER_TIME * sizeof *b->times);
    if (b->x && b->target && b->labels && b->times)
        return 0;
    return err_set(e, ERR_MEMORY, "no memory for a batch of %d", room);
}

void flow_batch_free(FlowBatch *b)
{
    free(b->x);
    free(b->target);
    free(b->labels);
    free(b->times);
    *b = (FlowBatch){0};
}

typedef struct FillJob {
    WriterRun *run;
    FlowBatch *batch;
    const uint32_t *pictures;
    int count;
    uint64_t first;
} FillJob;

/* x = (1-t) e + t z, target z - e: e noise, z a draw of the picture's normal, standardised. Times
 * in the middle are the hard ones and come more often (Esser et al. 2024). */
static void fill_one(const FillJob *job, int i)
{
    const WriterRun *w = job->run;
    const Latents *l = &w->latents;
    const float *found = l->found + (size_t)job->pictures[i] * WRITER_LATENT;
    Rng r = rng_stream(w->recipe->seed, RNG_FLOW, job->first + (uint64_t)i);
    float time = 1 / (1 + expf(-rng_normal(&r)));

    job->batch->labels[i] = rng_uniform(&r) < dropped ? (float)ZOO_WRITER_ANY
                                                      : (float)w->data->labels[job->pictures[i]];
    zoo_writer_time(time, job->batch->times + (size_t)i * ZOO_WRITER_TIME);
    for (int k = 0; k < ZOO_WRITER_NOISE; k++) {
        size_t at = (size_t)i * ZOO_WRITER_NOISE + (size_t)k;
        float z = found[k] + expf(found[ZOO_WRITER_NOISE + k] / 2) * rng_normal(&r);
        float noise = rng_normal(&r);

        z = (z - l->mean[k]) / l->deviation[k];
        job->batch->x[at] = (1 - time) * noise + time * z;
        job->batch->target[at] = z - noise;
    }
}

static void fill_part(void *context, int thread)
{
    FillJob *job = context;
    long first, end;

    team_share(job->run->team, thread, job->count, 1, &first, &end);
    for (long i = first; i < end; i++)
        fill_one(job, (int)i);
}

void writer_fill_flow(WriterRun *w, FlowBatch *b, const uint32_t *pictures, int count,
                      uint64_t first)
{
    team_run(w->team, fill_part, &(FillJob){w, b, pictures, count, first});
}
