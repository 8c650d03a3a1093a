#include "train/train.h"

#include <string.h>

#include "data/fetch.h"
#include "train/adversarial.h"
#include "train/lines.h"
#include "train/run_folder.h"
#include "train/writer.h"

typedef int Trainer(const Recipe *recipe, const Dataset *data, const FitOptions *options,
                    FitResult *result, Err *e);

/* Nets that are not trained on labelled pictures alone. */
static const struct {
    const char *model;
    Trainer *train;
} loops[] = {{"line", lines_fit},
             {"writer", writer_fit},
             {"cdcgan", adversarial_fit},
             {"gan", adversarial_fit}};

static Trainer *loop_of(const char *model)
{
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (!strcmp(loops[i].model, model))
            return loops[i].train;
    return fit;
}

static Dataset *open_data(const Recipe *recipe, const Watch *watch, Err *e)
{
    DatasetOptions how = {.part = PART_TRAIN, .canonical = recipe->canonical, .watch = watch};
    Dataset *data = NULL;

    how.team = team_new(recipe->threads, e);
    if (how.team)
        data = *recipe->data ? dataset_open(recipe->data, &how, e) : dataset_default(&how, NULL, e);
    team_free(how.team);
    return data;
}

/* curves.png, of the epochs so far. */
static int draw_curves(const Recipe *recipe, const char *folder, const FitResult *result, Err *e)
{
    RunFolder *run = result->log.count ? run_folder_new(folder, NULL) : NULL;
    int code = 0;

    if (run)
        code = canvas_finish(train_log_plot(&result->log, recipe->model, result->best_epoch, e),
                             run->curves, e);
    run_folder_free(run);
    return code;
}

int train(const Recipe *recipe, const FitOptions *options, FitResult *result, Err *e)
{
    Dataset *data = open_data(recipe, options->opening, e);
    int code = -(int)ERR_IO;

    *result = (FitResult){0};
    if (data)
        code = loop_of(recipe->model)(recipe, data, options, result, e);
    dataset_free(data);
    if (!code) {
        code = draw_curves(recipe, options->folder, result, e);
        if (code)
            fit_result_free(result);
    }
    return code;
}
