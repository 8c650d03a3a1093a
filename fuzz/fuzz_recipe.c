/* Settings from anywhere, as config.json or as words: they are refused in a sentence and change
 * nothing, or they are written and read again to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "train/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int sound)
{
    if (!sound)
        abort();
}

static void check_round_trip(const Recipe *r)
{
    char *text = recipe_write(r);
    Recipe back;
    Err e = {0};

    check(text != NULL);
    recipe_usual(&back);
    check(recipe_read(&back, text, strlen(text), "written", &e) == 0);
    check(memcmp(&back, r, sizeof back) == 0);
    free(text);
    recipe_check(r, &e); /* whatever it says */
}

static void check_result(int code, const Recipe *r, const Recipe *before, const Err *e)
{
    if (code == 0)
        check_round_trip(r);
    else
        check(e->code != ERR_NONE && *e->text && memcmp(r, before, sizeof *r) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Recipe r, before;
    Err e = {0};
    char *words = malloc(size + 1);

    check(words != NULL);
    recipe_usual(&r);
    before = r;
    check_result(recipe_read(&r, (const char *)bytes, size, "input", &e), &r, &before, &e);

    memcpy(words, bytes, size);
    words[size] = 0;
    r = before;
    check_result(recipe_apply(&r, words, &e), &r, &before, &e);
    free(words);
    return 0;
}
