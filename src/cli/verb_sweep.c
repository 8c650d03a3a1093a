/* scrawl sweep NAME --grid KEY=A,B: a study over many runs. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "train/sweep.h"

typedef struct Values {
    bool json;
    OptionList grid;
    const char *recipe, *data, *epochs, *seed, *threads, *more, *metric, *output;
    int seeds;
} Values;

static const Option options[] = {
    {"grid", 'g', OPTION_LIST, "KEY=A,B",
     "values of a setting, any key of a run's config.json; again for the next setting",
     offsetof(Values, grid), 0, 0},
    {"seeds", 0, OPTION_INT, "K",
     "train each combination K times, with seeds of its own; default: 1", offsetof(Values, seeds),
     1, 1000},
    {"metric", 0, OPTION_TEXT, "NAME",
     "what counts, a column of log.csv; default: validation_accuracy, of gan mse", offsetof(Values, metric), 0,
     0},
    {"output", 'o', OPTION_TEXT, "STUDY",
     "folder of the study; default: runs/sweep-NAME-<date>. The same again goes on with it",
     offsetof(Values, output), 0, 0},
    {"recipe", 0, OPTION_CHOICE, "default|seed",
     "what the settings are that the grid does not name", offsetof(Values, recipe), 0, 0},
    {"set", 0, OPTION_TEXT, "SETTINGS", "changes to it: \"KEY=VALUE KEY=VALUE ...\"",
     offsetof(Values, more), 0, 0},
    {"data", 'd', OPTION_TEXT, "DATA", "the pictures; default: MNIST from the cache, fetched once",
     offsetof(Values, data), 0, 0},
    {"epochs", 'e', OPTION_TEXT, "N", "times that every picture is seen", offsetof(Values, epochs),
     0, 0},
    {"seed", 0, OPTION_TEXT, "N", "the first seed; default: 1", offsetof(Values, seed), 0, 0},
    {"threads", 't', OPTION_TEXT, "N", "default: all cores; the models are the same for any",
     offsetof(Values, threads), 0, 0},
    {"json", 0, OPTION_FLAG, NULL, "the table as one JSON object", offsetof(Values, json), 0, 0},
    {0},
};

/* What every run has in common. */
static int make_recipe(const Values *v, const char *name, Recipe *recipe, Err *e)
{
    const char *const settings[][2] = {
        {"data", v->data}, {"epochs", v->epochs}, {"seed", v->seed}, {"threads", v->threads}};
    int status = recipe_preset(recipe, name, v->recipe, e);

    for (int i = 0; i < 4 && !status; i++)
        if (settings[i][1])
            status = recipe_set(recipe, settings[i][0], settings[i][1], e);
    return !status && v->more ? recipe_apply(recipe, v->more, e) : status;
}

static bool watch(void *context, const SweepProgress *p)
{
    const FitProgress *f = p->fit;
    char left[32];

    progress_show(context,
                  "run %d of %d  %s left  epoch %ld of %ld  %.0f/s  loss %.4f  %.2f %% right  %s",
                  p->run + 1, p->runs, progress_time(left, p->seconds_left), f->epoch, f->epochs,
                  f->images_per_second, f->loss, 100 * f->accuracy, p->name);
    return !interrupted();
}

static int print(const Values *v, const Sweep *s, const char *folder)
{
    char *text = v->json ? sweep_json(s, folder) : sweep_text(s);

    if (!text)
        return refuse("%s: no memory for the result, or a name that is not UTF-8", folder);
    fputs(text, stdout);
    if (v->json)
        putchar('\n');
    free(text);
    return STATUS_DONE;
}

static int sweep(const Values *v, Sweep *s, const char *folder)
{
    Progress progress = progress_start();
    Err e = {0};
    int done = 0;

    catch_interrupt();
    int status = sweep_run(s, folder, &(SweepOptions){watch, &progress}, &e);

    progress_end(&progress);
    if (status < 0)
        return refuse("%s", e.text);
    for (int i = 0; i < s->run_count; i++)
        done += s->runs[i].state != SWEEP_WAITING;
    if (print(v, s, folder))
        return STATUS_REFUSED;
    if (status)
        return refuse("stopped after %d of %d runs; the same command with -o %s goes on", done,
                      s->run_count, folder);
    return STATUS_DONE;
}

static void default_folder(char *folder, size_t room, const char *name)
{
    char date[32];
    time_t now = time(NULL);
    struct tm parts;

    strftime(date, sizeof date, "%Y%m%d-%H%M%S", localtime_r(&now, &parts));
    snprintf(folder, room, "runs/sweep-%s-%s", name, date);
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.recipe = "default", .seeds = 1};
    Arguments args;
    Recipe recipe;
    Sweep *s = NULL;
    char folder[RECIPE_TEXT + 64];
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    if (!v.grid.count)
        return usage_error(verb, "it wants --grid KEY=A,B");
    if (!make_recipe(&v, args.list[0], &recipe, &e))
        s = sweep_new(&recipe, v.grid.texts, v.grid.count, v.seeds,
                      v.metric ? v.metric : sweep_usual_metric(&recipe), &e);
    if (!s)
        return e.code == ERR_ARGUMENT ? usage_error(verb, "%s", e.text) : refuse("%s", e.text);
    default_folder(folder, sizeof folder, recipe.model);
    status = sweep(&v, s, v.output ? v.output : folder);
    sweep_free(s);
    return status;
}

const Verb verb_sweep = {
    .name = "sweep",
    .arguments = "NAME",
    .about = "trains every combination of some settings, and ranks them",
    .more = "scrawl sweep lenet --grid optimizer=adam,sgd --grid lr=0.01,0.001 --seeds 3 -o study\n"
            "Every combination is a run in a folder of its own, as train makes it; TensorBoard "
            "compares them under\n"
            "HParams. The table has the best first; runs.csv has all runs, parallel.png draws "
            "them. A study that was\n"
            "stopped or killed goes on when the command is given again: what is trained stays.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
