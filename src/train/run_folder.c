#include "train/run_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

RunFolder *run_folder_new(const char *folder, Err *e)
{
    RunFolder *run = calloc(1, sizeof *run);

    if (run) {
        run->folder = strdup(folder);
        run->config = file_join(folder, "config.json");
        run->model = file_join(folder, "model.safetensors");
        run->log = file_join(folder, "log.csv");
        run->curves = file_join(folder, "curves.png");
        run->epochs = file_join(folder, "epochs");
        run->checkpoints = file_join(folder, "checkpoint");
        run->checkpoint = file_join(folder, "checkpoint/state.safetensors");
    }
    if (run && run->folder && run->config && run->model && run->log && run->curves &&
        run->epochs && run->checkpoints && run->checkpoint)
        return run;
    run_folder_free(run);
    err_set(e, ERR_MEMORY, "%s: no memory", folder);
    return NULL;
}

void run_folder_free(RunFolder *run)
{
    if (!run)
        return;
    free(run->folder);
    free(run->config);
    free(run->model);
    free(run->log);
    free(run->curves);
    free(run->epochs);
    free(run->checkpoints);
    free(run->checkpoint);
    free(run);
}

/* ---- config.json ---- */

static int write_config(const RunFolder *run, const Recipe *recipe, Err *e)
{
    char *text = recipe_write(recipe);
    int code = text ? file_write(run->config, text, strlen(text), e)
                    : err_set(e, ERR_MEMORY, "%s: no memory", run->config);

    free(text);
    return code;
}

int run_folder_begin(const RunFolder *run, const Recipe *recipe, Err *e)
{
    int code;

    if (file_exists(run->config))
        return err_set(e, ERR_ARGUMENT, "%s: there is a run in this folder already", run->folder);
    code = file_make_folder(run->checkpoints, e);
    return code ? code : write_config(run, recipe, e);
}

int run_folder_recipe(const RunFolder *run, Recipe *recipe, Err *e)
{
    size_t size;
    char *text = (char *)file_read(run->config, RECIPE_FILE_LIMIT, &size, e);
    Recipe read;
    int code;

    if (!text)
        return -ERR_IO;
    recipe_usual(&read);
    code = recipe_read(&read, text, size, run->config, e);
    free(text);
    if (!code)
        *recipe = read;
    return code;
}

/* ---- what is removed ---- */

/* Removes the files in a folder whose names begin and end so, but for the last `keep`. */
static int remove_matching(const char *folder, const char *begin, const char *end, size_t keep,
                           Err *e)
{
    size_t count = 0, matching = 0, length = strlen(begin), tail = strlen(end);
    char **names;
    int code = 0;

    if (!file_is_folder(folder))
        return 0;
    names = file_list(folder, &count, e);
    if (!names)
        return -ERR_IO;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(names[i]);

        if (n >= length + tail && !strncmp(names[i], begin, length) &&
            !strcmp(names[i] + n - tail, end))
            names[matching++] = names[i];
    }
    for (size_t i = 0; !code && i + keep < matching; i++) {
        char *path = file_join(folder, names[i]);

        if (!path)
            code = err_set(e, ERR_MEMORY, "%s: no memory", folder);
        else if (unlink(path))
            code = err_set(e, ERR_IO, "%s: cannot remove: %m", path);
        free(path);
    }
    free(names);
    return code;
}

int run_folder_resume(const RunFolder *run, const Recipe *recipe, Err *e)
{
    const char *folders[] = {run->folder, run->epochs, run->checkpoints};
    int code = 0;

    if (!file_exists(run->config))
        return err_set(e, ERR_IO, "%s: there is no run in this folder", run->folder);
    for (int i = 0; !code && i < 3; i++)
        code = remove_matching(folders[i], ".scrawl-", "", 0, e);
    if (!code)
        code = file_make_folder(run->checkpoints, e);
    return code ? code : write_config(run, recipe, e);
}

int run_folder_drop_events(const RunFolder *run, Err *e)
{
    return remove_matching(run->folder, "events.out.tfevents.", ".scrawl", 0, e);
}

int run_folder_prune(const RunFolder *run, int keep, Err *e)
{
    return keep ? remove_matching(run->epochs, "epoch-", ".safetensors", (size_t)keep, e) : 0;
}

/* ---- names with a number ---- */

char *run_folder_events(const RunFolder *run, long number, Err *e)
{
    char *path;

    if (asprintf(&path, "%s/events.out.tfevents.%010ld.scrawl", run->folder, number) >= 0)
        return path;
    err_set(e, ERR_MEMORY, "%s: no memory", run->folder);
    return NULL;
}

/* Seven digits: names sort as the numbers do. */
char *run_folder_epoch(const RunFolder *run, long epoch, Err *e)
{
    char *path;

    if (file_make_folder(run->epochs, e))
        return NULL;
    if (asprintf(&path, "%s/epoch-%07ld.safetensors", run->epochs, epoch) >= 0)
        return path;
    err_set(e, ERR_MEMORY, "%s: no memory", run->folder);
    return NULL;
}
