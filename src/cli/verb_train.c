/* scrawl train NAME: trains a net of the zoo. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/file.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "train/run_folder.h"
#include "train/train.h"

/* Options that are settings of the recipe; a dash in an option is an underscore in a setting. */
enum {
    DATA,
    EPOCHS,
    BATCH,
    LR,
    OPTIMIZER,
    LOSS,
    AUGMENT,
    VALIDATION,
    WIDTH,
    DEPTH,
    INIT_FROM,
    PRECISION,
    SEED,
    THREADS,
    SETTINGS
};
static const char *const keys[SETTINGS] = {
    "data",       "epochs", "batch", "lr",        "optimizer", "loss",   "augment",
    "validation", "width",  "depth", "init_from", "precision", "seed",   "threads"};

typedef struct Values {
    const char *recipe, *config, *resume, *output, *more;
    const char *settings[SETTINGS];
} Values;

#define SETTING(name, letter, index, value, help)                                                  \
    {                                                                                              \
        name, letter, OPTION_TEXT, value, help, offsetof(Values, settings[index]), 0, 0            \
    }

static const Option options[] = {
    {"recipe", 0, OPTION_CHOICE, "default|seed",
     "scrawl's own, or as the system did it that the net comes from", offsetof(Values, recipe), 0,
     0},
    SETTING("data", 'd', DATA, "DATA", "the pictures; default: MNIST from the cache, fetched once"),
    SETTING("epochs", 'e', EPOCHS, "N", "times that every picture is seen"),
    SETTING("batch", 'b', BATCH, "N", "pictures a step"),
    SETTING("lr", 0, LR, "RATE", "learning rate"),
    SETTING("optimizer", 0, OPTIMIZER, "NAME",
            "sgd, momentum, nesterov, rmsprop, adam, adamw, nadam"),
    SETTING("loss", 0, LOSS, "NAME", "cross-entropy or mse-class"),
    SETTING("augment", 0, AUGMENT, "NAME", "a preset of augmentations"),
    SETTING("validation", 0, VALIDATION, "SHARE",
            "share of the pictures that chooses and is never trained on"),
    SETTING("width", 0, WIDTH, "N", "channels of the first convolution"),
    SETTING("depth", 0, DEPTH, "N", "layers with weights"),
    SETTING("init-from", 0, INIT_FROM, "MODEL", "start from the weights of a model where they fit"),
    SETTING("precision", 0, PRECISION, "NAME",
            "of products: f32; bf16; auto, bf16 where that is faster"),
    SETTING("seed", 0, SEED, "N", "the same seed gives the same model"),
    SETTING("threads", 't', THREADS, "N", "default: all cores; the model is the same for any"),
    {"set", 0, OPTION_TEXT, "SETTINGS", "any settings of config.json: \"KEY=VALUE KEY=VALUE ...\"",
     offsetof(Values, more), 0, 0},
    {"config", 0, OPTION_TEXT, "FILE", "the settings of an earlier run's config.json",
     offsetof(Values, config), 0, 0},
    {"resume", 0, OPTION_TEXT, "RUN", "go on with the run in this folder", offsetof(Values, resume),
     0, 0},
    {"output", 'o', OPTION_TEXT, "RUN", "folder of the run; default: runs/NAME-<date>",
     offsetof(Values, output), 0, 0},
    {0},
};

/* ---- the recipe ---- */

static int base_recipe(const Values *v, const char *name, Recipe *recipe, Err *e)
{
    if (v->config) {
        size_t size;
        uint8_t *json = file_read(v->config, RECIPE_FILE_LIMIT, &size, e);
        int status = json ? 0 : -(int)ERR_IO;

        recipe_usual(recipe);
        if (!status)
            status = recipe_read(recipe, (const char *)json, size, v->config, e);
        free(json);
        return !status && name ? recipe_set(recipe, "model", name, e) : status;
    }
    return recipe_preset(recipe, name, v->recipe, e);
}

static int change_recipe(const Values *v, Recipe *recipe, Err *e)
{
    for (int i = 0; i < SETTINGS; i++)
        if (v->settings[i]) {
            int status = recipe_set(recipe, keys[i], v->settings[i], e);

            if (status)
                return status;
        }
    return v->more ? recipe_apply(recipe, v->more, e) : 0;
}

static int resumed_recipe(const char *folder, Recipe *recipe, Err *e)
{
    RunFolder *run = run_folder_new(folder, e);
    int status = run ? run_folder_recipe(run, recipe, e) : -(int)ERR_MEMORY;

    run_folder_free(run);
    return status;
}

/* ---- the run ---- */

/* A line may be cut at the terminal's width, so what people wait for stands first. */
static bool watch(void *context, const FitProgress *p)
{
    char left[32], where[96];

    snprintf(where, sizeof where, "epoch %ld of %ld  %3.0f %%  %s left  %.0f/s", p->epoch, p->epochs,
             100.0 * p->epoch_step / p->epoch_steps, progress_time(left, p->seconds_left),
             p->images_per_second);
    if (p->epoch_done && p->validation.count)
        progress_show(context, "epoch %ld of %ld  validation %ld of %ld right, loss %.4f", p->epoch,
                      p->epochs, p->validation.right, p->validation.count, p->validation.loss);
    else if (p->discriminator_loss > 0)
        progress_show(context, "%s  generator %.3f  discriminator %.3f", where, p->loss,
                      p->discriminator_loss);
    else
        progress_show(context, "%s  loss %.4f  %.2f %% right", where, p->loss, 100 * p->accuracy);
    return !interrupted();
}

/* The last line of the result. */
static int print_result(const char *folder, const FitResult *r)
{
    char *model = file_join(folder, "model.safetensors");
    json_t *object = json_pack("{s:s, s:s, s:i, s:f}", "run", folder, "model", model ? model : "",
                               "epochs", (int)r->epochs, "seconds", r->seconds);

    if (object && r->best.count)
        json_object_set_new(object, "validation",
                            json_pack("{s:f, s:f, s:i, s:i}", "accuracy",
                                      (double)r->best.right / r->best.count, "loss", r->best.loss,
                                      "count", (int)r->best.count, "epoch", (int)r->best_epoch));
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(8)) : NULL;

    free(model);
    json_decref(object);
    if (!text)
        return refuse("%s: no memory for the result, or a name that is not UTF-8", folder);
    puts(text);
    free(text);
    return STATUS_DONE;
}

static int train_in(const Recipe *recipe, const char *folder, bool resume, Err *e)
{
    Progress progress = progress_start();
    Watch opening = progress_watch(&progress, "opening pictures");
    FitOptions how = {.folder = folder,
                      .resume = resume,
                      .watch = watch,
                      .context = &progress,
                      .opening = &opening};
    FitResult result;

    catch_interrupt();
    int status = train(recipe, &how, &result, e);

    progress_end(&progress);
    if (status)
        return refuse("%s", e->text);
    status = print_result(folder, &result);
    if (result.stopped)
        status = refuse("stopped after %ld epochs; scrawl train --resume %s goes on", result.epochs,
                        folder);
    fit_result_free(&result);
    return status;
}

/* runs/NAME-<date>, with a number behind it if that is taken. */
static void default_folder(char *folder, size_t room, const char *name)
{
    char date[32];
    time_t now = time(NULL);
    struct tm parts;

    strftime(date, sizeof date, "%Y%m%d-%H%M%S", localtime_r(&now, &parts));
    snprintf(folder, room, "runs/%s-%s", name, date);
    for (int i = 2; file_exists(folder) && i < 1000; i++)
        snprintf(folder, room, "runs/%s-%s-%d", name, date, i);
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.recipe = "default"};
    Arguments args;
    Recipe recipe;
    char folder[RECIPE_TEXT + 64];
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    if (!args.count && !v.resume && !v.config)
        return usage_error(verb, "it wants NAME");
    if (v.resume && (args.count || v.config || v.output))
        return usage_error(verb,
                           "--resume goes on with a run: neither NAME, --config nor -o go with it");
    if (v.resume)
        status = resumed_recipe(v.resume, &recipe, &e);
    else
        status = base_recipe(&v, args.count ? args.list[0] : NULL, &recipe, &e);
    if (!status)
        status = change_recipe(&v, &recipe, &e);
    if (status)
        return e.code == ERR_ARGUMENT ? usage_error(verb, "%s", e.text) : refuse("%s", e.text);
    default_folder(folder, sizeof folder, recipe.model);
    return train_in(&recipe, v.resume ? v.resume : v.output ? v.output : folder, v.resume, &e);
}

const Verb verb_train = {
    .name = "train",
    .arguments = "[NAME]",
    .about = "trains a net that scrawl can build",
    .more = "NAME is lenet, digits, line, redraw, writer, cdcgan, gan, alexnet, zfnet or resnet164 (any depth 9n+2). The run's folder holds "
            "config.json, log.csv, TensorBoard's\n"
            "events, checkpoints and model.safetensors, the best model by validation. The last "
            "line printed is JSON.\n"
            "Ctrl-C ends a run with a checkpoint; --resume goes on with it.",
    .options = options,
    .least = 0,
    .most = 1,
    .run = run,
};
