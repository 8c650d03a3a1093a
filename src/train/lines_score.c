#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/ctc.h"
#include "nn/exec.h"
#include "train/lines_parts.h"
#include "zoo/zoo.h"

enum { SCORE_BATCH = 64 };

int lines_batch_new(LinesBatch *b, int room, int width, Err *e)
{
    *b = (LinesBatch){
        .strips = malloc((size_t)room * STRING_HEIGHT * (size_t)width),
        .labels = malloc((size_t)room * STRING_DIGITS),
        .lengths = malloc((size_t)room * sizeof *b->lengths),
    };
    b->targets = (CtcTargets){b->labels, b->lengths, STRING_DIGITS, NULL};
    if (b->strips && b->labels && b->lengths)
        return 0;
    lines_batch_free(b);
    return err_set(e, ERR_MEMORY, "no memory for %d strings", room);
}

void lines_batch_free(LinesBatch *b)
{
    free(b->strips);
    free(b->labels);
    free(b->lengths);
    *b = (LinesBatch){0};
}

typedef struct FillJob {
    LinesBatch *batch;
    const Strings *strings;
    uint64_t first;
    int count, width;
    Team *team;
} FillJob;

static void fill_part(void *context, int thread)
{
    FillJob *job = context;
    LinesBatch *b = job->batch;
    long first, end;

    team_share(job->team, thread, job->count, 1, &first, &end);
    for (long i = first; i < end; i++)
        b->lengths[i] = strings_make(job->strings, job->first + (uint64_t)i, job->width,
                                     b->strips + (size_t)i * STRING_HEIGHT * (size_t)job->width,
                                     b->labels + i * STRING_DIGITS);
}

void lines_batch_fill(LinesBatch *b, const Strings *s, uint64_t first, int count, int width,
                      Team *team)
{
    FillJob job = {b, s, first, count, width, team};

    team_run(team, fill_part, &job);
}

/* Adds what the net's logits (LINES_CLASSES, steps) for one string say. */
static void score_string(const float *logits, int steps, const uint8_t *labels, int length,
                         FitScore *out)
{
    double p[CTC_STEPS * LINES_CLASSES], loss;
    uint8_t read[CTC_LABELS];
    int n;

    ctc_softmax(LINES_CLASSES, steps, logits, 1, p);
    n = ctc_best_path(LINES_CLASSES, steps, p, read);
    out->right += n == length && !memcmp(read, labels, (size_t)n);
    loss = ctc_loss(LINES_CLASSES, steps, logits, labels, length, 1, NULL);
    out->loss += isinf(loss) ? 0 : loss;
    out->count++;
}

static void score_all(Exec *run, const Strings *s, LinesBatch *b, float *logits, long count,
                      int width, Team *team, FitScore *out)
{
    int steps = width / ZOO_LINE_STEP;

    *out = (FitScore){0};
    for (long first = 0; first < count; first += SCORE_BATCH) {
        int n = count - first < SCORE_BATCH ? (int)(count - first) : SCORE_BATCH;

        lines_batch_fill(b, s, (uint64_t)first, n, width, team);
        exec_infer(run, &(Batch){.count = n, .bytes = b->strips}, &logits, 1);
        for (int i = 0; i < n; i++)
            score_string(logits + (size_t)i * LINES_CLASSES * (size_t)steps, steps,
                         b->labels + i * STRING_DIGITS, b->lengths[i], out);
    }
    out->loss /= count ? (double)count : 1;
}

int lines_score(const Net *net, const Strings *s, long count, int width, Team *team, FitScore *out,
                Err *e)
{
    Net *wide = net_copy(net, (Shape){1, STRING_HEIGHT, width}, e);
    Exec *run = wide ? exec_new(wide, &(ExecOptions){.batch = SCORE_BATCH, .team = team}, e) : NULL;
    float *logits = malloc((size_t)SCORE_BATCH * LINES_CLASSES * (size_t)(width / ZOO_LINE_STEP) *
                           sizeof *logits);
    LinesBatch batch = {0};
    int code = run ? 0 : -ERR_MEMORY;

    if (!code && !logits)
        code = err_set(e, ERR_MEMORY, "no memory to read %d strings", SCORE_BATCH);
    if (!code)
        code = lines_batch_new(&batch, SCORE_BATCH, width, e);
    if (!code)
        score_all(run, s, &batch, logits, count, width, team, out);
    lines_batch_free(&batch);
    free(logits);
    exec_free(run);
    net_free(wide);
    return code;
}
