/* From a recipe to everything that a run consists of. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "model/shipped.h"
#include "train/fit_parts.h"
#include "zoo/zoo.h"

/* ---- the data ---- */

static int check_data(Fit *f, Err *e)
{
    const Dataset *d = f->data;
    int wish = f->recipe->classes;

    f->classes = wish ? wish : d->classes;
    if (!d->count || !d->pixels)
        return err_set(e, ERR_ARGUMENT, "the data holds no labelled pictures");
    if (d->classes > f->classes)
        return err_set(e, ERR_ARGUMENT, "classes: the data has %d, the recipe %d", d->classes,
                       f->classes);
    return 0;
}

/* FNV-1a over words of 8 bytes; the pictures may be 50 MB. */
static uint64_t hash(uint64_t h, const void *bytes, size_t size)
{
    const char *p = bytes;

    for (; size >= 8; p += 8, size -= 8) {
        uint64_t word;

        memcpy(&word, p, sizeof word);
        h = (h ^ word) * 0x100000001B3u;
        h ^= h >> 32;
    }
    for (; size; p++, size--)
        h = (h ^ (unsigned char)*p) * 0x100000001B3u;
    return h;
}

uint64_t fit_hash_data(const Dataset *d)
{
    size_t picture = (size_t)d->height * (size_t)d->width;
    uint64_t h = hash(0xCBF29CE484222325u, d->labels, d->count * sizeof *d->labels);

    return hash(h, d->pixels, d->count * picture);
}

/* Copies the pictures that are kept back, side by side. */
static int gather_validation(Fit *f, Err *e)
{
    Validation *v = &f->validation;
    const Dataset *d = f->data;
    size_t count = f->split.validation_count, picture = (size_t)d->height * (size_t)d->width;

    v->count = (long)count;
    if (!count)
        return 0;
    v->pictures = malloc(count * picture);
    v->labels = malloc(count * sizeof *v->labels);
    v->scores = malloc(count * (size_t)f->classes * sizeof *v->scores);
    v->losses = malloc(count * sizeof *v->losses);
    if (!v->pictures || !v->labels || !v->scores || !v->losses)
        return err_set(e, ERR_MEMORY, "no memory for %zu validation pictures", count);
    for (size_t i = 0; i < count; i++) {
        uint32_t at = f->split.validation[i];

        memcpy(v->pictures + i * picture, d->pixels + at * picture, picture);
        v->labels[i] = d->labels[at];
    }
    v->predictor = predictor_new(f->model->net, "logits", f->team, e);
    return v->predictor ? 0 : -ERR_MEMORY;
}

/* ---- the nets ---- */

/* The data's names; a class that the data lacks is called by its number, or noise after ten digits,
 * as data/dataset.h has it. */
static int name_classes(Fit *f, Err *e)
{
    const Dataset *d = f->data;
    const char **names = calloc((size_t)f->classes, sizeof *names);
    char(*numbers)[16] = calloc((size_t)f->classes, sizeof *numbers);
    int code = -ERR_MEMORY;

    for (int c = 0; names && numbers && c < f->classes; c++) {
        snprintf(numbers[c], sizeof *numbers, "%d", c);
        names[c] = c < d->classes                                          ? d->class_names[c]
                   : f->classes == DATASET_NOISE + 1 && c == DATASET_NOISE ? "noise"
                                                                           : numbers[c];
    }
    if (names && numbers)
        code = model_set_classes(f->model, names, f->classes, e);
    else
        err_set(e, ERR_MEMORY, "no memory for the names of %d classes", f->classes);
    free(names);
    free(numbers);
    return code;
}

/* The model reads such pictures and answers each with a number a class. */
static int check_shape(const Fit *f, Err *e)
{
    Shape in = net_op(f->net, net_input_node(f->net, 0).id).out;
    Shape out = net_op(f->net, net_output_node(f->net, 0).id).out;

    if (in.c != 1 || in.h != f->data->height || in.w != f->data->width)
        return err_set(e, ERR_ARGUMENT, "%s reads pictures of (%d,%d,%d), the data's are (1,%d,%d)",
                       f->recipe->model, in.c, in.h, in.w, f->data->height, f->data->width);
    if (out.h != 1 || out.w != 1)
        return err_set(e, ERR_ARGUMENT, "%s does not choose one class for a picture",
                       f->recipe->model);
    return 0;
}

static int make_nets(Fit *f, Err *e)
{
    const Recipe *r = f->recipe;
    ZooOptions options = {.classes = f->classes, .width = r->width, .depth = r->depth, .act = r->act};
    Net *plain = zoo_net(r->model, &options, e);
    int code;

    if (!plain)
        return -ERR_ARGUMENT;
    f->model = model_new(plain);
    options.probabilities = r->loss == LOSS_MSE_CLASS;
    f->net = f->model ? zoo_net(r->model, &options, e) : NULL;
    if (!f->net)
        return err_set(e, ERR_MEMORY, "no memory for the model %s", r->model);
    assert(net_block_size(f->net) == net_block_size(plain) &&
           net_state_size(f->net) == net_state_size(plain));
    code = check_shape(f, e);
    if (!code)
        code = model_set_name(f->model, r->model, e);
    return code ? code : name_classes(f, e);
}

/* The first weights: by chance, and from another model where its shapes fit. */
static int start_weights(Fit *f, Err *e)
{
    const char *from = f->recipe->init_from;
    Net *start = f->model->net;
    int code;

    net_init(start, f->recipe->seed);
    if (*from) {
        code = shipped_load_matching(f->model, from, &f->loaded, &f->skipped, e);
        if (code)
            return code;
        if (!f->loaded)
            return err_set(e, ERR_ARGUMENT, "%s: nothing in it fits %s", from, f->recipe->model);
    }
    memcpy(net_block(f->net), net_block(start), net_block_size(start) * sizeof(float));
    memcpy(net_state(f->net), net_state(start), net_state_size(start) * sizeof(float));
    return 0;
}

/* ---- what moves the weights ---- */

static int make_engine(Fit *f, Err *e)
{
    const Recipe *r = f->recipe;

    f->losses[0] = (Loss){.kind = r->loss,
                          .output = r->loss == LOSS_MSE_CLASS ? "probabilities" : "logits",
                          .weight = r->class_weight,
                          .smoothing = r->smoothing};
    f->loss_count = f->redraw.typeset ? 2 : 1;
    f->exec = exec_new(f->net,
                       &(ExecOptions){.batch = r->batch,
                                      .team = f->team,
                                      .training = true,
                                      .losses = f->losses,
                                      .loss_count = f->loss_count,
                                      .seed = r->seed,
                                      .kernels = precision_kernels(precision_choose(r->precision, f->net))},
                       e);
    f->optim = f->exec ? optim_new(f->net, &r->optim, e) : NULL;
    return f->optim ? 0 : -ERR_ARGUMENT;
}

static int make_loader(Fit *f, Err *e)
{
    const Recipe *r = f->recipe;

    f->loader = loader_new(&(LoaderOptions){.data = f->data,
                                            .indices = f->split.train,
                                            .count = f->split.train_count,
                                            .batch = r->batch,
                                            .seed = r->seed,
                                            .augment = &r->augment,
                                            .shuffle = true,
                                            .team = f->team},
                           e);
    if (!f->loader)
        return -ERR_ARGUMENT;
    f->epoch_steps = (long)loader_batches(f->loader);
    return 0;
}

/* ---- the folder ---- */

static int read_checkpoint(Fit *f, Err *e)
{
    const char *path = f->run->checkpoint;
    uint64_t data = f->state.data_hash;
    int code = checkpoint_load(path, f->net, f->optim, &f->state, f->recipe, e);

    if (code)
        return code;
    if (f->state.data_hash != data)
        return err_set(e, ERR_ARGUMENT, "%s: the run was trained on other pictures", path);
    exec_set_step(f->exec, f->state.exec_step);
    code = loader_resume(f->loader,
                         (LoaderState){.seed = f->recipe->seed,
                                       .epoch = (uint64_t)f->state.epoch,
                                       .batch = (uint64_t)f->state.epoch_step},
                         e);
    return code ? err_prefix(e, "%s", path) : 0;
}

static int open_folder(Fit *f, Err *e)
{
    int code = 0;

    if (f->options->resume && file_exists(f->run->checkpoint))
        code = read_checkpoint(f, e);
    if (!code)
        code = (f->options->resume ? run_folder_resume : run_folder_begin)(f->run, f->recipe, e);
    if (code)
        return code;
    f->events = run_events_open(
        f->run, f->recipe, (RunAbout){f->options->group, f->model->net}, &f->state, e);
    return f->events ? 0 : -ERR_IO;
}

/* ---- all of it ---- */

int fit_set_up(Fit *f, Err *e)
{
    const Recipe *r = f->recipe;
    int code = recipe_check(r, e);

    if (!code)
        code = check_data(f, e);
    if (code)
        return code;
    f->run = run_folder_new(f->options->folder, e);
    f->team = f->run ? team_new(r->threads, e) : NULL;
    if (!f->team)
        return -ERR_MEMORY;
    code = dataset_split(f->data, r->validation, r->seed, &f->split, e);
    if (!code)
        code = make_nets(f, e);
    if (!code)
        code = start_weights(f, e);
    if (!code)
        code = gather_validation(f, e);
    if (!code)
        code = fit_redraw_set_up(f, e);
    if (!code)
        code = make_engine(f, e);
    if (!code)
        code = make_loader(f, e);
    f->state.data_hash = fit_hash_data(f->data);
    return code ? code : open_folder(f, e);
}

void fit_tear_down(Fit *f)
{
    events_free(f->events);
    loader_free(f->loader);
    optim_free(f->optim);
    exec_free(f->exec);
    fit_redraw_tear_down(&f->redraw);
    predictor_free(f->validation.predictor);
    free(f->validation.pictures);
    free(f->validation.labels);
    free(f->validation.scores);
    free(f->validation.losses);
    net_free(f->net);
    model_free(f->model);
    split_free(&f->split);
    team_free(f->team);
    run_folder_free(f->run);
    run_state_free(&f->state);
}
