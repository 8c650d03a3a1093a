/* What is told of a run at its end: the data, what is drawn, how the discriminator tells one from
 * the other, how weights began, the layers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "model/summary.h"
#include "nn/exec.h"
#include "plot/bars.h"
#include "plot/grid.h"
#include "plot/histogram.h"
#include "plot/inside.h"
#include "train/adversarial_parts.h"

enum { DIGITS = 10, PER_DIGIT = ADVERSARIAL_LOOKS / DIGITS, SHEET = 16, BATCH = 200 };

/* Saves the page in the folder; frees it. */
static int finish(const Contest *c, Canvas *page, const char *file, Err *e)
{
    char *path = page ? file_join(c->run->folder, file) : NULL;
    int code;

    if (page && !path) {
        canvas_free(page);
        return err_set(e, ERR_MEMORY, "%s: no memory", c->run->folder);
    }
    code = canvas_finish(page, path, e);
    free(path);
    return code;
}

/* ---- the data, and sheets ---- */

static int draw_labels(const Contest *c, Err *e)
{
    static const char *const names[DIGITS] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    long counts[DIGITS] = {0};

    for (size_t i = 0; i < c->split.train_count; i++)
        counts[c->data->labels[c->split.train[i]]]++;
    return finish(c, plot_labels("Labels of what is trained on", names, counts, DIGITS, e),
                  "labels.png", e);
}

/* Sixteen of a thousand, of all digits. */
static int draw_sheet(const Contest *c, const char *title, uint8_t *pictures, const char *file,
                      Err *e)
{
    Image images[SHEET];

    for (int i = 0; i < SHEET; i++)
        images[i] = (Image){GENERATOR_SIDE, GENERATOR_SIDE, 1,
                            pictures + (size_t)(i % DIGITS * PER_DIGIT + i) * GENERATOR_PIXELS};
    return finish(
        c, plot_sheet(&(Sheet){.title = title, .images = images, .count = SHEET, .columns = 4}, e),
        file, e);
}

/* ---- what the discriminator says ---- */

typedef struct Answers {
    Exec *exec;
    float *values; /* (BATCH, pixels) */
    float *logits; /* (BATCH, numbers) */
    int numbers;
} Answers;

static void answers_free(Answers *a)
{
    exec_free(a->exec);
    free(a->values);
    free(a->logits);
}

static int answers_new(const Contest *c, Answers *a, Err *e)
{
    Net *net = c->rival->net;
    Shape s = net_op(net, net_output_node(net, 0).id).out;

    *a = (Answers){.numbers = s.c * s.h * s.w};
    a->values = malloc((size_t)BATCH * GENERATOR_PIXELS * sizeof *a->values);
    a->logits = malloc((size_t)BATCH * (size_t)a->numbers * sizeof *a->logits);
    if (!a->values || !a->logits)
        return err_set(e, ERR_MEMORY, "no memory for the discriminator's scores");
    a->exec = exec_new(net, &(ExecOptions){.batch = BATCH, .team = c->team}, e);
    return a->exec ? 0 : -ERR_MEMORY;
}

/* The probability of being real, the mean over the map of each picture. */
static void score(const Contest *c, Answers *a, const uint8_t *pictures, float *out)
{
    float labels[BATCH];
    const float *more[] = {labels};

    for (int first = 0; first < ADVERSARIAL_LOOKS; first += BATCH) {
        const uint8_t *bytes = pictures + (size_t)first * GENERATOR_PIXELS;

        for (int i = 0; i < BATCH; i++)
            labels[i] = (float)c->gallery.labels[first + i];
        for (int i = 0; i < BATCH * GENERATOR_PIXELS; i++)
            a->values[i] = (float)bytes[i] * (2 / 255.f) - 1;
        exec_infer(a->exec, &(Batch){.count = BATCH, .values = a->values, .more = more},
                   (float *[]){a->logits}, 1);
        for (int i = 0; i < BATCH; i++) {
            double sum = 0;

            for (int k = 0; k < a->numbers; k++)
                sum += 1 / (1 + exp(-(double)a->logits[i * a->numbers + k]));
            out[first + i] = (float)(sum / a->numbers);
        }
    }
}

/* Scores of drawn pictures that were asked to be this digit; where nobody asks, that "digits" reads
 * as it. Returns how many. */
static size_t pick_drawn(const Contest *c, int digit, const float *scores, float *out)
{
    const Gallery *g = &c->gallery;
    int classes = predictor_outputs(g->predictor);
    size_t found = 0;

    for (int i = 0; i < ADVERSARIAL_LOOKS; i++) {
        const float *read = g->scores + (size_t)i * (size_t)classes;
        int most = 0;

        for (int k = 1; k < classes; k++)
            most = read[k] > read[most] ? k : most;
        if ((generator_obeys(c->generator) ? g->labels[i] : most) == digit)
            out[found++] = scores[i];
    }
    return found;
}

typedef struct ScorePages { /* all on one heap block: it is large for a stack */
    float real[ADVERSARIAL_LOOKS], drawn[ADVERSARIAL_LOOKS], picked[DIGITS][ADVERSARIAL_LOOKS];
    Sample samples[DIGITS][2];
    Histogram panels[DIGITS];
    char titles[DIGITS][16];
} ScorePages;

static Canvas *scores_page(const Contest *c, ScorePages *s, Err *e)
{
    const char *fake = generator_obeys(c->generator) ? "drawn" : "drawn, read so";

    for (int d = 0; d < DIGITS; d++) {
        snprintf(s->titles[d], sizeof s->titles[d], "digit %d", d);
        s->samples[d][0] = (Sample){"real", s->real + d * PER_DIGIT, PER_DIGIT};
        s->samples[d][1] = (Sample){fake, s->picked[d], pick_drawn(c, d, s->drawn, s->picked[d])};
        s->panels[d] = (Histogram){.title = s->titles[d],
                                   .x_label = "probability of being real",
                                   .samples = s->samples[d],
                                   .sample_count = 2,
                                   .bins = 20,
                                   .low = 0,
                                   .high = 1};
    }
    return plot_histograms("What the discriminator says", s->panels, DIGITS, e);
}

static int draw_scores(Contest *c, Err *e)
{
    ScorePages *s = malloc(sizeof *s);
    Answers a = {0};
    int code = s ? answers_new(c, &a, e) : err_set(e, ERR_MEMORY, "no memory for scores");

    if (!code) {
        if (!generator_obeys(c->generator)) /* else they were read after the epoch */
            adversarial_read(c);
        score(c, &a, c->gallery.real, s->real);
        score(c, &a, c->gallery.drawn, s->drawn);
        events_histogram(c->events, "scores/real", c->state.step, s->real, ADVERSARIAL_LOOKS);
        events_histogram(c->events, "scores/drawn", c->state.step, s->drawn, ADVERSARIAL_LOOKS);
        code = finish(c, scores_page(c, s, e), "scores.png", e);
    }
    answers_free(&a);
    free(s);
    return code;
}

/* ---- how weights begin, and the layers ---- */

/* The first weight that is no table of labels. */
static const Param *first_weight(const Net *net)
{
    for (int i = 0; i < net_param_count(net); i++)
        if (net_param(net, i)->dims == 4)
            return net_param(net, i);
    return net_param(net, 0);
}

static int draw_initialisers(const Contest *c, Err *e)
{
    const Param *weight = first_weight(c->model->net);
    char title[2 * NET_NAME];

    snprintf(title, sizeof title, "%.40s by each initialiser", weight->name);
    return finish(c, plot_initialisers(title, weight, c->recipe->seed, e), "initialisers.png", e);
}

static int write_layers(const Contest *c, Err *e)
{
    char *a = summary_text(c->model->name, c->model->net);
    char *b = summary_text(c->rival->name, c->rival->net), *text = NULL;
    char *path = file_join(c->run->folder, "layers.txt");
    int code, size = a && b ? asprintf(&text, "%s\n%s", a, b) : -1;

    code = size >= 0 && path ? file_write(path, text, (size_t)size, e)
                             : err_set(e, ERR_MEMORY, "%s: no memory", c->run->folder);
    if (size >= 0)
        free(text);
    free(a);
    free(b);
    free(path);
    return code;
}

int adversarial_report(Contest *c, Err *e)
{
    int code = draw_labels(c, e);

    if (!code)
        code = draw_sheet(c, "Real", c->gallery.real, "real.png", e);
    if (!code)
        code = draw_sheet(c, "Drawn", c->gallery.drawn, "fake.png", e);
    if (!code)
        code = draw_scores(c, e);
    if (!code)
        code = draw_initialisers(c, e);
    return code ? code : write_layers(c, e);
}
