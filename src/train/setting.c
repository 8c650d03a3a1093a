/* The table of settings, and one value in and out. */
#include "train/setting.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/glyph.h"
#include "model/text.h"
#include "zoo/zoo.h"

#define AT(member) offsetof(Recipe, member)
#define WORD(key, type, member, fixed)                                                             \
    {                                                                                              \
        key, type, AT(member), 0, 0, fixed                                                         \
    }

static const Setting settings[] = {
    WORD("model", SET_TEXT, model, true),
    {"classes", SET_INT, AT(classes), 0, ZOO_CLASS_LIMIT, true},
    {"width", SET_INT, AT(width), 0, ZOO_WIDTH_LIMIT, true},
    {"depth", SET_INT, AT(depth), 0, ZOO_DEPTH_LIMIT, true},
    WORD("act", SET_ACT, act, true),
    {"latent", SET_INT, AT(latent), 0, ZOO_LATENT_LIMIT, true},
    {"embedding", SET_INT, AT(embedding), 0, ZOO_LATENT_LIMIT, true},
    WORD("init", SET_INIT, init, true),
    WORD("norm", SET_NORM, norm, true),
    WORD("init_from", SET_TEXT, init_from, false),
    WORD("data", SET_TEXT, data, false),
    WORD("canonical", SET_BOOL, canonical, true),
    {"validation", SET_FLOAT, AT(validation), 0, 0.9, true},
    {"augment.rotate_deg", SET_FLOAT, AT(augment.rotate_deg), 0, 180, false},
    {"augment.shift_px", SET_FLOAT, AT(augment.shift_px), 0, 14, false},
    {"augment.shear_deg", SET_FLOAT, AT(augment.shear_deg), 0, 45, false},
    {"augment.zoom", SET_FLOAT, AT(augment.zoom), 0, 1, false},
    {"augment.zoom_axes", SET_FLOAT, AT(augment.zoom_axes), 0, 0.5, false},
    {"augment.aspect", SET_FLOAT, AT(augment.aspect), 0, 1, false},
    {"augment.elastic_px", SET_FLOAT, AT(augment.elastic_px), 0, 8, false},
    WORD("augment.fill", SET_FILL, augment.fill, false),
    {"augment.thickness", SET_FLOAT, AT(augment.thickness), 0, 1, false},
    {"augment.half", SET_FLOAT, AT(augment.half), 0, 1, false},
    {"augment.blur", SET_FLOAT, AT(augment.blur), 0, 1, false},
    {"augment.tone", SET_FLOAT, AT(augment.tone), 0, 2, false},
    {"augment.dim", SET_FLOAT, AT(augment.dim), 0, 1, false},
    {"augment.noise", SET_FLOAT, AT(augment.noise), 0, 100, false},
    {"augment.cutout_px", SET_FLOAT, AT(augment.cutout_px), 0, 28, false},
    {"epochs", SET_INT, AT(epochs), 1, 1000000, false},
    {"batch", SET_INT, AT(batch), 1, 65536, true},
    WORD("loss", SET_LOSS, loss, false),
    {"smoothing", SET_FLOAT, AT(smoothing), 0, 0.99, false},
    {"class_weight", SET_FLOAT, AT(class_weight), 1e-6, 1e6, false},
    WORD("picture_loss", SET_LOSS, picture_loss, true),
    {"picture_weight", SET_FLOAT, AT(picture_weight), 0, 1e6, false},
    WORD("font", SET_TEXT, font, true),
    {"font_size", SET_INT, AT(font_size), 1, GLYPH_SIZE_LIMIT, true},
    {"font_x", SET_INT, AT(font_x), -100, 100, true},
    {"font_y", SET_INT, AT(font_y), -100, 100, true},
    WORD("optimizer", SET_OPTIM, optim.kind, true),
    {"momentum", SET_FLOAT, AT(optim.momentum), 0, 0.9999, false},
    {"rho", SET_FLOAT, AT(optim.rho), 0, 0.9999, false},
    {"beta1", SET_FLOAT, AT(optim.beta1), 0, 0.9999, false},
    {"beta2", SET_FLOAT, AT(optim.beta2), 0, 0.999999, false},
    {"eps", SET_FLOAT, AT(optim.eps), 0, 1, false},
    {"weight_decay", SET_FLOAT, AT(optim.decay), 0, 10, false},
    {"clip_norm", SET_FLOAT, AT(optim.clip_norm), 0, 1e9, false},
    {"clip_value", SET_FLOAT, AT(optim.clip_value), 0, 1e9, false},
    {"average", SET_FLOAT, AT(optim.average), 0, 0.999999, true},
    WORD("schedule", SET_SCHEDULE, schedule.kind, false),
    {"lr", SET_FLOAT, AT(schedule.rate), 0, 1000, false},
    {"discriminator_lr", SET_FLOAT, AT(discriminator_lr), 0, 1000, false},
    {"clip_weights", SET_FLOAT, AT(clip_weights), 0, 1000, false},
    {"reconstruction", SET_FLOAT, AT(reconstruction), 0, 1e6, false},
    {"warmup_steps", SET_LONG, AT(schedule.warmup), 0, 1e9, false},
    {"step_every", SET_LONG, AT(schedule.every), 0, 1e9, false},
    {"factor", SET_FLOAT, AT(schedule.factor), 0, 1, false},
    {"final", SET_FLOAT, AT(schedule.final), 0, 1, false},
    {"start", SET_FLOAT, AT(schedule.start), 0, 1e6, false},
    {"rise", SET_FLOAT, AT(schedule.rise), 0, 1, false},
    {"patience", SET_INT, AT(schedule.patience), 0, 1000000, false},
    {"threshold", SET_FLOAT, AT(schedule.threshold), 0, 1, false},
    {"early_stop", SET_INT, AT(early_stop), 0, 1000000, false},
    {"save_every", SET_INT, AT(save_every), 0, 1000000, false},
    {"keep", SET_INT, AT(keep), 0, 1000000, false},
    {"checkpoint_steps", SET_INT, AT(checkpoint_steps), 0, 1000000000, false},
    {"checkpoint_seconds", SET_INT, AT(checkpoint_seconds), 0, 1000000, false},
    WORD("precision", SET_PRECISION, precision, true),
    {"seed", SET_U64, AT(seed), 0, 0x1p63, true},
    {"threads", SET_INT, AT(threads), 0, TEAM_LIMIT, false},
};

enum { SETTINGS = sizeof settings / sizeof *settings };

static const char *const fill_words[] = {[FILL_ZERO] = "zero", [FILL_NEAREST] = "nearest", NULL};
static const char *const act_words[] = {"own", "relu", "lrelu", "tanh", "sigmoid", "silu", NULL};
static const char *const init_words[] = {"own", "normal", "xavier", NULL};
static const char *const norm_words[] = {"own", "batch", "group", NULL};

/* Words of enums that no other room names. */
static const char *const *words_of(SettingType type)
{
    switch (type) {
    case SET_ACT:
        return act_words;
    case SET_INIT:
        return init_words;
    case SET_NORM:
        return norm_words;
    default:
        return fill_words;
    }
}

const Setting *setting_at(int index)
{
    return index >= 0 && index < SETTINGS ? &settings[index] : NULL;
}

const Setting *setting_find(const char *key)
{
    for (int i = 0; i < SETTINGS; i++)
        if (!strcmp(settings[i].key, key))
            return &settings[i];
    return NULL;
}

bool setting_is_word(const Setting *s)
{
    return s->type >= SET_LOSS;
}

/* The number of a word in the enum of this type, or -1. */
static int word_find(SettingType type, const char *word)
{
    switch (type) {
    case SET_LOSS:
        return loss_find(word);
    case SET_OPTIM:
        return optim_find(word);
    case SET_SCHEDULE:
        return schedule_find(word);
    case SET_PRECISION:
        return precision_find(word);
    default:
        for (int i = 0; words_of(type)[i]; i++)
            if (!strcmp(words_of(type)[i], word))
                return i;
        return -1;
    }
}

static const char *word_name(SettingType type, int value)
{
    switch (type) {
    case SET_LOSS:
        return loss_name((LossKind)value);
    case SET_OPTIM:
        return optim_name((OptimKind)value);
    case SET_SCHEDULE:
        return schedule_name((ScheduleKind)value);
    case SET_PRECISION:
        return precision_name((Precision)value);
    default:
        return words_of(type)[value];
    }
}

int setting_put_word(Recipe *r, const Setting *s, const char *word, Err *e)
{
    int value = word_find(s->type, word);

    if (value < 0)
        return err_set(e, ERR_ARGUMENT, "there is no %s '%.40s'", s->key, word);
    memcpy((char *)r + s->at, &value, sizeof value);
    return 0;
}

int setting_put_text(Recipe *r, const Setting *s, const char *text, Err *e)
{
    size_t length = strlen(text);
    json_t *utf8 = json_string(text);

    json_decref(utf8);
    if (!utf8)
        return err_set(e, ERR_ARGUMENT, "%s: the text is not UTF-8", s->key);
    if (!text_is_plain(text))
        return err_set(e, ERR_ARGUMENT, "%s: the text has control characters", s->key);
    if (length >= RECIPE_TEXT)
        return err_set(e, ERR_ARGUMENT, "%s: %zu letters, at most %d are kept", s->key, length,
                       RECIPE_TEXT - 1);
    memset((char *)r + s->at, 0, RECIPE_TEXT);
    memcpy((char *)r + s->at, text, length);
    return 0;
}

static int check_range(const Setting *s, double value, Err *e)
{
    if (value >= s->low && value <= s->high)
        return 0;
    return err_set(e, ERR_ARGUMENT, "%s: %.9g is not in %.9g .. %.9g", s->key, value, s->low,
                   s->high);
}

int setting_put_whole(Recipe *r, const Setting *s, long long value, Err *e)
{
    char *at = (char *)r + s->at;
    int code = check_range(s, (double)value, e);

    if (code)
        return code;
    if (s->type == SET_INT)
        *(int *)at = (int)value;
    else if (s->type == SET_LONG)
        *(long *)at = (long)value;
    else
        *(uint64_t *)at = (uint64_t)value;
    return 0;
}

int setting_put_float(Recipe *r, const Setting *s, double value, Err *e)
{
    int code = check_range(s, value, e);

    if (!code)
        *(float *)((char *)r + s->at) = (float)value + 0.0f; /* no -0, which is written as 0 */
    return code;
}

/* A float in as few digits as give it back. */
static void put_float_text(Writer *w, float value)
{
    char text[32];

    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if ((float)strtod(text, NULL) == value)
            break;
    }
    writer_text(w, "%s", text);
}

void setting_write(Writer *w, const Recipe *r, const Setting *s)
{
    const char *at = (const char *)r + s->at;
    int word;

    switch (s->type) {
    case SET_TEXT:
        writer_text(w, "%s", at);
        break;
    case SET_BOOL:
        writer_text(w, "%s", *(const bool *)at ? "true" : "false");
        break;
    case SET_INT:
        writer_text(w, "%d", *(const int *)at);
        break;
    case SET_LONG:
        writer_text(w, "%ld", *(const long *)at);
        break;
    case SET_U64:
        writer_text(w, "%ju", (uintmax_t) * (const uint64_t *)at);
        break;
    case SET_FLOAT:
        put_float_text(w, *(const float *)at);
        break;
    default:
        memcpy(&word, at, sizeof word);
        writer_text(w, "%s", word_name(s->type, word));
    }
}

int setting_put_bool(Recipe *r, const Setting *s, bool value)
{
    *(bool *)((char *)r + s->at) = value;
    return 0;
}

int setting_put_augment(Recipe *r, const char *name, Err *e)
{
    if (augment_preset(name, &r->augment))
        return 0;
    return err_set(e, ERR_ARGUMENT, "there is no augmentation '%.40s'", name);
}
