/* All pictures are drawn first, as bytes; then each is held against its target. */
#include "train/redrawing.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "image/codec.h"
#include "image/crisp.h"
#include "train/predict.h"
#include "train/recipe.h"

enum { PIXELS = TYPESET_PIXELS, SIDE = TYPESET_SIDE };

bool redraw_can(const Model *model)
{
    int output = net_output_find(model->net, "picture");
    Shape s = {0};

    if (output >= 0)
        s = net_op(model->net, net_output_node(model->net, output).id).out;
    return s.c == 1 && s.h == SIDE && s.w == SIDE;
}

/* ---- what the model was trained to draw ---- */

/* The recipe in a model's record, for its losses. */
static int read_record(const Model *m, Recipe *recipe, Err *e)
{
    json_t *record = m->record ? json_loads(m->record, 0, NULL) : NULL;
    const json_t *settings = json_object_get(record, "recipe");
    char *text = settings ? json_dumps(settings, 0) : NULL;
    int code = 0;

    recipe_usual(recipe);
    if (text)
        code = recipe_read(recipe, text, strlen(text), "the model's record", e);
    free(text);
    json_decref(record);
    return code;
}

/* ---- drawing ---- */

typedef struct Work {
    const Model *model;
    const Dataset *data;
    const EvaluateOptions *options;
    const Recipe *recipe;
    const Typeset *typeset;
    Redrawing *out;
    double *psnr;                               /* (count) */
    uint8_t (*clean)[PIXELS], (*steps)[PIXELS]; /* (classes): the targets after post-processing */
} Work;

static int check(const Model *m, const Dataset *d, Err *e)
{
    if (!redraw_can(m))
        return err_set(e, ERR_ARGUMENT, "the model '%s' does not redraw", m->name);
    if (!d->count || !d->pixels || d->height != SIDE || d->width != SIDE)
        return err_set(e, ERR_ARGUMENT, "what is redrawn are labelled pictures of %dx%d", SIDE,
                       SIDE);
    return 0;
}

static int make_room(Work *w, Err *e)
{
    Redrawing *r = w->out;
    size_t n = w->data->count, bytes;

    r->count = (long)n;
    r->typeface = strdup(w->typeset->name);
    if (size_multiply(n, PIXELS, &bytes))
        r->drawn = malloc(bytes);
    r->answers = malloc(n * sizeof *r->answers);
    r->nearest = malloc(n * sizeof *r->nearest);
    w->psnr = malloc(n * sizeof *w->psnr);
    w->clean = malloc((size_t)w->typeset->classes * sizeof *w->clean);
    w->steps = malloc((size_t)w->typeset->classes * sizeof *w->steps);
    if (!r->typeface || !r->drawn || !r->answers || !r->nearest || !w->psnr || !w->clean ||
        !w->steps)
        return err_set(e, ERR_MEMORY, "no memory to redraw %zu pictures", n);
    return 0;
}

static void to_bytes(const float *picture, uint8_t *out)
{
    for (int i = 0; i < PIXELS; i++)
        out[i] = (uint8_t)lrintf(255 * fminf(fmaxf(picture[i], 0), 1));
}

static void make_targets(Work *w)
{
    for (int c = 0; c < w->typeset->classes; c++) {
        uint8_t grey[PIXELS];

        to_bytes(w->typeset->pictures + c * PIXELS, grey);
        crisp(grey, CRISP_SMOOTH, w->clean[c]);
        crisp(grey, CRISP_STEPS, w->steps[c]);
    }
}

/* ---- measuring ---- */

static bool is_near(const uint8_t *a, const uint8_t *b, int far)
{
    for (int i = 0; i < PIXELS; i++)
        if (abs(a[i] - b[i]) > far)
            return false;
    return true;
}

/* Adds the pixels at which a threshold of one half gives the target. */
static void count_binary(const float *drawn, const float *target, long *right, long *pure)
{
    for (int i = 0; i < PIXELS; i++) {
        *right += target[i] == (drawn[i] > 0.5f ? 1.f : 0.f);
        *pure += target[i] == 0 || target[i] == 1;
    }
}

static double psnr_of(const float *a, const float *b)
{
    enum { BEST = 100 }; /* of equal pictures, which would be infinite */

    return fmin(metric_psnr(PIXELS, a, b), BEST);
}

/* Holds one picture against its target; the sums are divided at the end. */
static void measure_one(Work *w, long i, const float *drawn, long *binary, long *pure)
{
    Redrawing *r = w->out;
    int class = r->targets[i];
    const float *target = w->typeset->pictures + class * PIXELS;
    uint8_t *bytes = r->drawn + i * PIXELS, post[PIXELS];

    to_bytes(drawn, bytes);
    r->nearest[i] = typeset_nearest(w->typeset, drawn);
    r->glyphs += r->nearest[i] == class;
    r->agreeing += r->nearest[i] == r->answers[i];
    crisp(bytes, CRISP_SMOOTH, post);
    r->exact += is_near(post, w->clean[class], REDRAWING_NEAR);
    crisp(bytes, CRISP_STEPS, post);
    r->exact_steps += is_near(post, w->steps[class], 0);
    w->psnr[i] = psnr_of(drawn, target);
    r->psnr += w->psnr[i];
    r->ssim += metric_ssim(SIDE, SIDE, drawn, target);
    count_binary(drawn, target, binary, pure);
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void finish(Work *w, long binary, long pure)
{
    Redrawing *r = w->out;
    double n = (double)r->count;

    r->psnr /= n;
    r->ssim /= n;
    r->picture_loss /= n;
    r->binary_accuracy = (double)binary / (n * PIXELS);
    r->binary_ceiling = (double)pure / (n * PIXELS);
    qsort(w->psnr, (size_t)r->count, sizeof *w->psnr, rising);
    r->psnr_median = (w->psnr[(r->count - 1) / 2] + w->psnr[r->count / 2]) / 2;
    r->loss = w->recipe->class_weight * r->class_loss + w->recipe->picture_weight * r->picture_loss;
}

/* Draws all pictures, piece by piece. */
static int measure_pictures(Work *w, Err *e)
{
    enum { PIECE = 256 };
    const Loss loss = {.kind = w->recipe->picture_loss};
    bool logits = loss.kind == LOSS_BINARY;
    Predictor *p =
        predictor_new_in(w->options->precision, w->model->net, logits ? "picture_logits" : "picture",
                         w->options->team, e);
    float *drawn = malloc(2 * PIECE * PIXELS * sizeof *drawn),
          *wanted = drawn ? drawn + PIECE * PIXELS : NULL;
    long binary = 0, pure = 0, n = w->out->count;
    int code = p && drawn ? 0 : err_set(e, ERR_MEMORY, "no memory to redraw %ld pictures", n);

    for (long at = 0; at < n && !code; at += PIECE) {
        int count = n - at < PIECE ? (int)(n - at) : PIECE;
        double losses[PIECE];

        predictor_run(p, w->data->pixels + at * PIXELS, (size_t)count, w->model->scale,
                      w->model->shift, drawn);
        typeset_batch(w->typeset, w->out->targets + at, count, wanted);
        loss_reference(&loss, count, PIXELS, drawn, wanted, 1, losses, NULL);
        for (int i = 0; i < count && !code; i++) {
            float *one = drawn + i * PIXELS;

            for (int k = 0; logits && k < PIXELS; k++)
                one[k] = 1 / (1 + expf(-one[k]));
            if (!isfinite(losses[i]))
                code = err_set(e, ERR_NUMERIC, "what the model draws for picture %ld is not finite",
                               at + i);
            else
                measure_one(w, at + i, one, &binary, &pure);
            w->out->picture_loss += losses[i];
        }
        watch_tell(w->options->watch, (size_t)(at + count), (size_t)n);
    }
    if (!code)
        finish(w, binary, pure);
    predictor_free(p);
    free(drawn);
    return code;
}

/* The second head, by what measures any classifier. */
static int measure_classes(Work *w, Err *e)
{
    Redrawing *r = w->out;
    Evaluation v;
    int code = evaluate(w->model, w->data, &(EvaluateOptions){.team = w->options->team, .precision = w->options->precision}, &v, e);

    if (code)
        return code;
    r->classes = v.count - v.errors;
    r->class_loss = v.loss;
    for (long i = 0; i < v.count; i++)
        r->answers[i] = metric_largest(v.classes, v.probabilities + i * v.classes);
    evaluation_free(&v);
    r->targets = evaluation_targets(w->model, w->data, e);
    return r->targets ? 0 : -(int)ERR_MEMORY;
}

int redraw_measure(const Model *model, const Dataset *data, const char *font,
                   const EvaluateOptions *options, Redrawing *out, Err *e)
{
    static const EvaluateOptions none = {0};
    Recipe recipe;
    Redrawing r = {0};
    Work w = {.model = model,
              .data = data,
              .options = options ? options : &none,
              .recipe = &recipe,
              .out = &r};
    int code = check(model, data, e);
    if (!code)
        code = read_record(model, &recipe, e);
    Typeset *typeset = code ? NULL : typeset_recorded(model->record, font, model->class_count, e);

    *out = r;
    if (!typeset)
        return -(int)ERR_ARGUMENT;
    w.typeset = typeset;
    r.loss_kind = recipe.picture_loss;
    code = make_room(&w, e);
    if (!code)
        code = measure_classes(&w, e);
    if (!code) {
        make_targets(&w);
        code = measure_pictures(&w, e);
    }
    free(w.psnr);
    free(w.clean);
    free(w.steps);
    typeset_free(typeset);
    if (code)
        redrawing_free(&r);
    else
        *out = r;
    return code;
}

void redrawing_free(Redrawing *r)
{
    free(r->typeface);
    free(r->drawn);
    free(r->answers);
    free(r->targets);
    free(r->nearest);
    *r = (Redrawing){0};
}
