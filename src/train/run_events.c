#include "train/run_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "train/setting.h"

/* Settings by which runs are compared: those that are a text, paths but for the model, are not. */
static bool is_compared(const Setting *s)
{
    return s->type != SET_TEXT || !strcmp(s->key, "model");
}

static void report_begin(Events *events, const RunFolder *run, const Recipe *recipe, RunAbout about)
{
    enum { MOST = 128 };
    HParam params[MOST];
    char *values[MOST], *config = recipe_write(recipe), *markdown = NULL;
    const Setting *s;
    int count = 0;

    for (int i = 0; (s = setting_at(i)) && count < MOST; i++) {
        if (!is_compared(s) || !(values[count] = recipe_get(recipe, s->key)))
            continue;
        params[count] = (HParam){.name = s->key, .text = values[count]};
        if (s->type >= SET_INT && s->type <= SET_FLOAT)
            params[count] = (HParam){.name = s->key, .number = strtod(values[count], NULL)};
        count++;
    }
    events_hparams(events, about.group ? about.group : run->folder, params, count);
    if (about.net)
        events_graph(events, about.net);
    if (config && asprintf(&markdown, "```json\n%s```", config) >= 0) {
        events_text(events, "recipe", 0, markdown);
        free(markdown);
    }
    free(config);
    for (int i = 0; i < count; i++)
        free(values[i]);
}

Events *run_events_open(const RunFolder *run, const Recipe *recipe, RunAbout about, RunState *state,
                        Err *e)
{
    bool begins = state->events_time == 0;
    Events *events;
    char *path;

    if (begins && run_folder_drop_events(run, e))
        return NULL;
    if (begins)
        state->events_time = (long)time(NULL);
    path = run_folder_events(run, state->events_time, e);
    if (!path)
        return NULL;
    if (!file_exists(path))
        state->events_size = 0; /* the user may clear them away */
    events = events_open(path, (size_t)state->events_size, e);
    free(path);
    if (events && begins)
        report_begin(events, run, recipe, about);
    return events;
}

int run_events_flush(Events *events, RunState *state, Err *e)
{
    int code = events_flush(events, e);

    state->events_size = (long)events_size(events);
    return code;
}
