#include "train/samples.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "image/codec.h"
#include "plot/animation.h"
#include "plot/grid.h"
#include "read/generator.h"

enum { DIGITS = 10, FRAME_MS = 300 };

/* ---- real pictures ---- */

/* The first pictures of a digit in a list, from the front again when there are few. */
static bool choose(const Dataset *d, const uint32_t *list, size_t count, int digit, int each,
                   uint32_t *out)
{
    int found = 0;

    for (size_t i = 0; i < count && found < each; i++)
        if (d->labels[list[i]] == digit)
            out[found++] = list[i];
    for (int i = found; found && i < each; i++)
        out[i] = out[i - found];
    return found > 0;
}

int samples_check(const Dataset *d, const char *model, Err *e)
{
    if (!d->count || !d->pixels || d->width != GENERATOR_SIDE || d->height != GENERATOR_SIDE)
        return err_set(e, ERR_ARGUMENT, "%s learns from pictures of 28x28, these are %dx%d", model,
                       d->width, d->height);
    if (d->classes != 10)
        return err_set(e, ERR_ARGUMENT, "%s learns ten digits, the data has %d classes", model,
                       d->classes);
    return 0;
}

int samples_choose(const Dataset *data, const Split *split, int each, uint32_t *pictures,
                   int *labels, Err *e)
{
    for (int digit = 0; digit < DIGITS; digit++) {
        uint32_t *out = pictures + digit * each;

        if (!choose(data, split->validation, split->validation_count, digit, each, out) &&
            !choose(data, split->train, split->train_count, digit, each, out))
            return err_set(e, ERR_ARGUMENT, "the data has no picture of a %d", digit);
        for (int i = 0; labels && i < each; i++)
            labels[digit * each + i] = digit;
    }
    return 0;
}

/* ---- sheets ---- */

int samples_begin(const RunFolder *run, Err *e)
{
    char *folder = file_join(run->folder, "samples");
    int code =
        folder ? file_make_folder(folder, e) : err_set(e, ERR_MEMORY, "%s: no memory", run->folder);

    free(folder);
    return code;
}

static char *sheet_path(const RunFolder *run, long epoch)
{
    char *path;

    return asprintf(&path, "%s/samples/epoch-%07ld.png", run->folder, epoch) < 0 ? NULL : path;
}

static int save_animation(const Samples *s, Err *e)
{
    long count = s->state->epoch + 1, read = 0;
    Image *frames = calloc((size_t)count, sizeof *frames);
    char *path = file_join(s->run->folder, "samples.gif");
    int code = frames && path ? 0 : err_set(e, ERR_MEMORY, "no memory for %ld sheets", count);

    while (!code && read < count) {
        char *from = sheet_path(s->run, read + 1);
        Image *im = from ? image_load(from, e) : NULL;

        if (im)
            frames[read++] = *im;
        else
            code = -ERR_IO;
        free(im); /* its pixels are the frame's now */
        free(from);
    }
    if (!code)
        code = animation_save(path, frames, (int)count, FRAME_MS, e);
    for (long i = 0; i < read; i++)
        free(frames[i].pixels);
    free(frames);
    free(path);
    return code;
}

int samples_show(const Samples *s, Err *e)
{
    Sheet sheet = {
        .title = s->title, .images = s->images, .count = s->count, .columns = s->columns};
    char *path = sheet_path(s->run, s->state->epoch + 1);
    Canvas *page = path ? plot_sheet(&sheet, e) : NULL;
    Image *image = page ? canvas_render(page, 1, e) : NULL;
    size_t size = 0;
    uint8_t *png = image ? image_encode_png(image, &size, e) : NULL;
    int code = png ? file_write(path, png, size, e) : -ERR_MEMORY;

    if (!path)
        code = err_set(e, ERR_MEMORY, "no memory for a sheet");
    if (!code)
        events_png(s->events, "samples", s->state->step, image->width, image->height, png, size);
    free(png);
    image_free(image);
    canvas_free(page);
    free(path);
    return code ? code : save_animation(s, e);
}

/* ---- the record ---- */

char *samples_record(const Recipe *recipe, const RunState *state, const Net *net, size_t pictures,
                     const FitScore *score)
{
    Recipe kept = *recipe;
    json_t *record;
    char *text;

    kept.threads = kept.checkpoint_steps = kept.checkpoint_seconds = 0;
    kept.precision = precision_choose(kept.precision, net);
    text = recipe_write(&kept);
    record = text ? json_pack("{s:o, s:I, s:I, s:I}", "recipe", json_loads(text, 0, NULL), "epoch",
                              (json_int_t)state->epoch + 1, "steps", (json_int_t)state->step,
                              "pictures", (json_int_t)pictures)
                  : NULL;
    free(text);
    if (record && score->count)
        json_object_set_new(record, "read_back",
                            json_pack("{s:I, s:I, s:f}", "count", (json_int_t)score->count, "right",
                                      (json_int_t)score->right, "loss", score->loss));
    text = record ? json_dumps(record, JSON_REAL_PRECISION(9) | JSON_COMPACT) : NULL;
    json_decref(record);
    return text;
}
