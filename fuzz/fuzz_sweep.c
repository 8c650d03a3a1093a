/* Grids from anywhere, an axis a line: they are refused in a sentence, or they make a study whose runs
 * have recipes that can begin and folders of their own. */
#include <stdlib.h>
#include <string.h>

#include "train/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int sound)
{
    if (!sound)
        abort();
}

static void check_study(const Sweep *s)
{
    Recipe r;

    check(s->run_count > 0 && s->run_count == s->combinations * s->seeds);
    for (int i = 0; i < s->run_count && i < 50; i++) {
        const SweepRun *run = &s->runs[i];

        check(*run->name && !strchr(run->name, '/') && strlen(run->name) < 255);
        check(sweep_recipe(s, run, &r, NULL) == 0);
        for (int k = 0; k < i; k++)
            check(strcmp(run->name, s->runs[k].name) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *grid[SWEEP_AXES + 1];
    char *text = malloc(size + 1), *rest = text;
    Recipe base;
    Err e = {0};
    int count = 0;

    check(text && recipe_preset(&base, "lenet", "default", NULL) == 0);
    memcpy(text, bytes, size);
    text[size] = 0;
    while (count <= SWEEP_AXES && rest)
        grid[count++] = strsep(&rest, "\n");
    Sweep *s = sweep_new(&base, grid, count, 2, "loss", &e);

    if (s)
        check_study(s);
    else
        check(e.code != ERR_NONE && *e.text);
    sweep_free(s);
    free(text);
    return 0;
}
