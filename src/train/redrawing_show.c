/* A redrawing told to others: JSON, pairs of pictures, bars. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "image/codec.h"
#include "plot/bars.h"
#include "plot/grid.h"
#include "train/redrawing.h"

char *redrawing_json(const Redrawing *r)
{
    double n = (double)r->count;
    json_t *face = json_string(r->typeface);
    json_t *root = json_pack(
        "{s:o, s:I, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}",
        "typeface", face ? face : json_string("?"), "count", (json_int_t)r->count,
        "picture_loss_kind", loss_name(r->loss_kind), "loss", r->loss, "picture_loss",
        r->picture_loss, "class_loss", r->class_loss, "right_class", (double)r->classes / n,
        "right_glyph", (double)r->glyphs / n, "heads_agree", (double)r->agreeing / n, "exact_clean",
        (double)r->exact / n, "exact_clean_seed", (double)r->exact_steps / n, "psnr_mean", r->psnr,
        "psnr_median", r->psnr_median, "ssim_mean", r->ssim, "reconstruction_accuracy",
        r->binary_accuracy, "reconstruction_accuracy_ceiling", r->binary_ceiling);
    char *text = root ? json_dumps(root, JSON_REAL_PRECISION(9)) : NULL;

    json_decref(root);
    return text;
}

/* ---- pairs ---- */

static int save_pair(const Redrawing *r, const Model *m, const Dataset *d, long i,
                     const char *folder, Err *e)
{
    enum { SIDE = TYPESET_SIDE };
    Image *pair = image_new(2 * SIDE, SIDE, 1, e);
    char name[2 * MODEL_NAME + 32], *path = NULL;
    int code = pair ? 0 : -(int)ERR_MEMORY;

    for (int y = 0; !code && y < SIDE; y++) {
        memcpy(pair->pixels + (size_t)y * 2 * SIDE, d->pixels + i * TYPESET_PIXELS + y * SIDE,
               SIDE);
        memcpy(pair->pixels + (size_t)y * 2 * SIDE + SIDE, r->drawn + i * TYPESET_PIXELS + y * SIDE,
               SIDE);
    }
    snprintf(name, sizeof name, "%s_%s_%ld.png", m->classes[r->answers[i]],
             m->classes[r->targets[i]], i);
    if (!code && !(path = file_join(folder, name)))
        code = err_set(e, ERR_MEMORY, "no memory for a path");
    if (!code)
        code = image_save(pair, path, e);
    free(path);
    image_free(pair);
    return code;
}

int redrawing_pairs(const Redrawing *r, const Model *model, const Dataset *data, const char *folder,
                    Err *e)
{
    int code = file_make_folder(folder, e);

    for (long i = 0; i < r->count && i < REDRAWING_PAIRS && !code; i++)
        code = save_pair(r, model, data, i, folder, e);
    return code;
}

/* ---- a sheet ---- */

typedef struct Shown { /* the pairs of a sheet */
    Image images[2 * REDRAWING_SHEET];
    char texts[REDRAWING_SHEET][2 * MODEL_NAME + 8];
    const char *titles[REDRAWING_SHEET];
    bool wrong[REDRAWING_SHEET];
    int count;
} Shown;

static const char *glyph_name(const Model *m, int glyph)
{
    return glyph < m->class_count ? m->classes[glyph] : "nothing";
}

/* The pairs whose glyph is wrong, or right, until there are `most` of both. */
static void show_pairs(const Redrawing *r, const Model *m, const Dataset *d, bool wrong, int most,
                       Shown *s)
{
    enum { SIDE = TYPESET_SIDE };

    for (long i = 0; i < r->count && s->count < most; i++) {
        int n = s->count;

        if ((r->nearest[i] != r->targets[i]) != wrong)
            continue;
        s->images[2 * n] = (Image){SIDE, SIDE, 1, d->pixels + i * TYPESET_PIXELS};
        s->images[2 * n + 1] = (Image){SIDE, SIDE, 1, r->drawn + i * TYPESET_PIXELS};
        snprintf(s->texts[n], sizeof s->texts[n], "%s \u2192 %s", m->classes[r->targets[i]],
                 glyph_name(m, r->nearest[i]));
        s->titles[n] = s->texts[n];
        s->wrong[n] = wrong;
        s->count++;
    }
}

Canvas *redrawing_sheet(const Redrawing *r, const Model *model, const Dataset *data,
                        const char *title, Err *e)
{
    static const char *const heads[] = {"written", "drawn"};
    Shown s = {.count = 0};

    show_pairs(r, model, data, true, REDRAWING_SHEET / 2, &s);
    show_pairs(r, model, data, false, REDRAWING_SHEET, &s);
    return plot_sheet(
        &(Sheet){
            .title = title,
            .note =
                "true class \u2192 the glyph that is nearest to what was drawn; wrong ones first",
            .images = s.images,
            .count = s.count,
            .per_item = 2,
            .heads = heads,
            .titles = s.titles,
            .wrong = s.wrong,
            .columns = 6},
        e);
}

/* ---- bars ---- */

/* A share with its interval, in per cent, at place `at` of three tables. */
static void put_share(double *value, double *low, double *high, int at, long right, long count)
{
    Interval i = metric_wilson(right, count);

    value[at] = 100.0 * (double)right / (double)count;
    low[at] = 100 * i.low;
    high[at] = 100 * i.high;
}

Canvas *redrawing_bars(const Redrawing *train, const Redrawing *test, const char *title, Err *e)
{
    static const char *const sets[] = {"train", "test"}, *const losses[] = {"picture", "class"},
                             *const shares[] = {"class", "glyph", "agree", "exact"},
                             *const pictures[] = {"SSIM", "reconstruction"};
    const Redrawing *parts[] = {train, test};
    double loss[4], psnr[4], share[8], low[8], high[8], alike[4];
    static const char *const decibels[] = {"mean", "median"};

    for (int p = 0; p < 2; p++) {
        const Redrawing *r = parts[p];
        const long right[] = {r->classes, r->glyphs, r->agreeing, r->exact};

        loss[p] = r->picture_loss;
        loss[2 + p] = r->class_loss;
        psnr[p] = r->psnr;
        psnr[2 + p] = r->psnr_median;
        alike[p] = 100 * r->ssim;
        alike[2 + p] = 100 * r->binary_accuracy;
        for (int i = 0; i < 4; i++)
            put_share(share, low, high, 2 * i + p, right[i], r->count);
    }
    Bars panels[] = {
        {"Loss", NULL, "loss", losses, 2, sets, 2, loss, NULL, NULL, 4},
        {"Right", NULL, "pictures (%)", shares, 4, sets, 2, share, low, high, 1},
        {"Likeness", NULL, "of 100", pictures, 2, sets, 2, alike, NULL, NULL, 1},
        {"Peak signal to noise", NULL, "dB", decibels, 2, sets, 2, psnr, NULL, NULL, 1}};

    return plot_bars(title, panels, 4, e);
}
