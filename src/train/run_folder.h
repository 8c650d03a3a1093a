/* The files of a training run, and which of them go together.
 *
 *     RunFolder *run = run_folder_new("runs/lenet", &e);
 *     if (run_folder_begin(run, &recipe, &e)) ...
 *     model_save(model, run->model, MODEL_F32, &e);
 *     run_folder_free(run);
 *
 *     config.json                    the recipe
 *     model.safetensors              the model to use: the best by validation
 *     log.csv                        a row an epoch
 *     curves.png                     the same, drawn
 *     events.out.tfevents.<n>.scrawl TensorBoard's
 *     epochs/epoch-0000005.safetensors  models kept by the way, where the recipe says so
 *     checkpoint/state.safetensors   what it takes to go on */
#ifndef SCRAWL_TRAIN_RUN_FOLDER_H
#define SCRAWL_TRAIN_RUN_FOLDER_H

#include "train/recipe.h"

typedef struct RunFolder { /* paths */
    char *folder, *config, *model, *log, *curves, *epochs, *checkpoints, *checkpoint;
} RunFolder;

RunFolder *run_folder_new(const char *folder, Err *e);
void run_folder_free(RunFolder *run); /* NULL is fine */

/* Makes the folders and writes config.json. ERR_ARGUMENT if there is a run in the folder. */
int run_folder_begin(const RunFolder *run, const Recipe *recipe, Err *e);

/* For a run that goes on: the recipe is written anew, temporary files of a writer that was killed
 * are removed. ERR_IO if there is no run. */
int run_folder_resume(const RunFolder *run, const Recipe *recipe, Err *e);

/* The recipe in config.json. */
int run_folder_recipe(const RunFolder *run, Recipe *recipe, Err *e);

/* Removes what TensorBoard would show of a run that was killed before its first checkpoint. */
int run_folder_drop_events(const RunFolder *run, Err *e);

/* TensorBoard's file with this number in its name; the caller frees. */
char *run_folder_events(const RunFolder *run, long number, Err *e);

/* The path of the model of an epoch; the caller frees. Makes its folder. */
char *run_folder_epoch(const RunFolder *run, long epoch, Err *e);

/* Removes the oldest models of epochs, `keep` stay; 0 keeps all. */
int run_folder_prune(const RunFolder *run, int keep, Err *e);

#endif
