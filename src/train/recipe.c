/* Recipes from presets and from words, and what a run can begin with. */
#include "train/recipe.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/glyph.h"
#include "train/setting.h"
#include "zoo/zoo.h"

const char *recipe_key(int index)
{
    const Setting *s = setting_at(index);

    return s ? s->key : NULL;
}

static int set_whole(Recipe *r, const Setting *s, const char *text, Err *e)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (end == text || *end || isspace((unsigned char)*text) || errno)
        return err_set(e, ERR_ARGUMENT, "%s: '%.40s' is not a whole number", s->key, text);
    return setting_put_whole(r, s, value, e);
}

static int set_float(Recipe *r, const Setting *s, const char *text, Err *e)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end || isspace((unsigned char)*text) || !isfinite(value))
        return err_set(e, ERR_ARGUMENT, "%s: '%.40s' is not a number", s->key, text);
    return setting_put_float(r, s, value, e);
}

static int set_bool(Recipe *r, const Setting *s, const char *text, Err *e)
{
    bool yes = !strcmp(text, "true");

    if (!yes && strcmp(text, "false"))
        return err_set(e, ERR_ARGUMENT, "%s: '%.40s' is neither true nor false", s->key, text);
    return setting_put_bool(r, s, yes);
}

int recipe_set(Recipe *r, const char *key, const char *value, Err *e)
{
    const Setting *s = setting_find(key);

    if (!strcmp(key, "augment"))
        return setting_put_augment(r, value, e);
    if (!s)
        return err_set(e, ERR_ARGUMENT, "there is no setting '%.60s'", key);
    switch (s->type) {
    case SET_TEXT:
        return setting_put_text(r, s, value, e);
    case SET_BOOL:
        return set_bool(r, s, value, e);
    case SET_FLOAT:
        return set_float(r, s, value, e);
    case SET_INT:
    case SET_LONG:
    case SET_U64:
        return set_whole(r, s, value, e);
    default:
        return setting_put_word(r, s, value, e);
    }
}

/* Takes "key=value" of `length` letters apart. */
static int apply_one(Recipe *r, const char *pair, size_t length, Err *e)
{
    char text[2 * RECIPE_TEXT], *equals;

    if (length >= sizeof text)
        return err_set(e, ERR_ARGUMENT, "a setting of %zu letters; at most %zu are kept", length,
                       sizeof text - 1);
    memcpy(text, pair, length);
    text[length] = 0;
    equals = strchr(text, '=');
    if (!equals)
        return err_set(e, ERR_ARGUMENT, "'%.60s' is not KEY=VALUE", text);
    *equals = 0;
    return recipe_set(r, text, equals + 1, e);
}

int recipe_apply(Recipe *r, const char *list, Err *e)
{
    Recipe changed = *r;
    int code = 0;

    for (list += strspn(list, " "); *list && !code; list += strspn(list, " ")) {
        size_t length = strcspn(list, " ");

        code = apply_one(&changed, list, length, e);
        list += length;
    }
    if (!code)
        *r = changed;
    return code;
}

char *recipe_get(const Recipe *r, const char *key)
{
    Writer w = {0};
    const Setting *s = setting_find(key);

    assert(s);
    setting_write(&w, r, s);
    writer_u8(&w, 0);
    if (w.failed)
        writer_free(&w);
    return (char *)w.bytes;
}

/* ---- whole recipes ---- */

void recipe_usual(Recipe *r)
{
    memset(r, 0, sizeof *r);
    r->validation = 0.1f;
    r->epochs = 10;
    r->batch = 128;
    r->optim.kind = OPTIM_ADAM;
    r->schedule.rate = 0.001f;
    r->class_weight = 1;
    r->picture_loss = LOSS_MSE;
    r->font_size = GLYPH_USUAL.size_px;
    r->font_x = GLYPH_USUAL.x;
    r->font_y = GLYPH_USUAL.y;
    r->keep = 3;
    r->checkpoint_seconds = 60;
    r->seed = 1;
}

int recipe_preset(Recipe *r, const char *model, const char *which, Err *e)
{
    const ZooModel *zoo = zoo_find(model, NULL, e);
    bool seed = !strcmp(which, "seed");
    Recipe made;
    int code;

    if (!zoo)
        return -ERR_ARGUMENT;
    if (!seed && strcmp(which, "default"))
        return err_set(e, ERR_ARGUMENT, "there is no recipe '%.40s'; there are default and seed",
                       which);
    recipe_usual(&made);
    code = recipe_set(&made, "model", model, e);
    if (!code)
        code = recipe_apply(&made, seed && zoo->seed_recipe ? zoo->seed_recipe : zoo->recipe, e);
    if (!code)
        *r = made;
    return code;
}

ZooOptions recipe_zoo(const Recipe *r)
{
    return (ZooOptions){.classes = r->classes,
                        .width = r->width,
                        .depth = r->depth,
                        .latent = r->latent,
                        .embedding = r->embedding,
                        .act = r->act,
                        .init = r->init,
                        .norm = r->norm};
}

/* Settings that only two nets have. */
static int check_rivals(const Recipe *r, Err *e)
{
    const char *key = r->discriminator_lr > 0 ? "discriminator_lr"
                      : r->clip_weights > 0   ? "clip_weights"
                      : r->reconstruction > 0 ? "reconstruction"
                                              : NULL;
    const ZooModel *model = zoo_find(r->model, NULL, e);

    if (!model || !key || model->discriminator)
        return model ? 0 : -(int)ERR_ARGUMENT;
    return err_set(e, ERR_ARGUMENT, "%s: %s has no discriminator", key, model->name);
}

int recipe_check(const Recipe *r, Err *e)
{
    ZooOptions options = recipe_zoo(r);
    int code;

    if (!*r->model)
        return err_set(e, ERR_ARGUMENT, "no model is named");
    code = zoo_check(r->model, &options, e);
    if (!code)
        code = check_rivals(r, e);
    if (!code)
        code = schedule_check(&r->schedule, e);
    if (!code)
        code = augment_check(&r->augment, e);
    if (!code && r->schedule.rate == 0)
        code = err_set(e, ERR_ARGUMENT, "lr: a learning rate of 0 learns nothing");
    if (!code && r->loss != LOSS_CROSS_ENTROPY && r->loss != LOSS_MSE_CLASS)
        code = err_set(e, ERR_ARGUMENT, "loss: %s does not choose between classes",
                       loss_name(r->loss));
    if (!code && r->picture_loss != LOSS_MSE && r->picture_loss != LOSS_L1 &&
        r->picture_loss != LOSS_BINARY)
        code = err_set(e, ERR_ARGUMENT, "picture_loss: %s does not compare pictures",
                       loss_name(r->picture_loss));
    if (!code && r->smoothing > 0 && r->loss != LOSS_CROSS_ENTROPY)
        code = err_set(e, ERR_ARGUMENT, "smoothing: only cross-entropy smooths labels");
    if (!code && r->validation == 0 && (r->early_stop || r->schedule.kind == SCHEDULE_PLATEAU))
        code = err_set(e, ERR_ARGUMENT, "%s: needs a validation share above 0",
                       r->early_stop ? "early_stop" : "schedule");
    return code;
}

const char *recipe_clash(const Recipe *a, const Recipe *b)
{
    for (int i = 0; setting_at(i); i++) {
        const Setting *s = setting_at(i);
        Writer x = {0}, y = {0};
        bool same;

        setting_write(&x, a, s);
        setting_write(&y, b, s);
        same = x.size == y.size && !memcmp(x.bytes, y.bytes, x.size);
        writer_free(&x);
        writer_free(&y);
        if (s->fixed && !same)
            return s->key;
    }
    return NULL;
}
