/* The settings of a Recipe one by one: inside train/ only.
 *
 *     for (int i = 0; setting_at(i); i++)
 *         printf("%s\n", setting_at(i)->key);
 *
 * setting.c holds the one table that declares them. To add a setting: its field in recipe.h, a line
 * in that table, and its use. */
#ifndef SCRAWL_TRAIN_SETTING_H
#define SCRAWL_TRAIN_SETTING_H

#include "base/bytes.h"
#include "train/recipe.h"

typedef enum SettingType {
    SET_TEXT,
    SET_BOOL,
    SET_INT,
    SET_LONG,
    SET_U64,
    SET_FLOAT,
    SET_LOSS, /* from here on: words, a name for each value of an enum */
    SET_OPTIM,
    SET_SCHEDULE,
    SET_FILL,
    SET_PRECISION,
    SET_ACT,
    SET_INIT,
    SET_NORM
} SettingType;

typedef struct Setting {
    const char *key;
    SettingType type;
    size_t at;        /* in the Recipe */
    double low, high; /* of a number */
    bool fixed;       /* a run that goes on where it stopped must not change it */
} Setting;

const Setting *setting_at(int index);         /* NULL beyond the last */
const Setting *setting_find(const char *key); /* NULL when there is none */
bool setting_is_word(const Setting *s);

/* Put a value into the recipe: 0, or ERR_ARGUMENT with a sentence that begins with the key. */
int setting_put_text(Recipe *r, const Setting *s, const char *text, Err *e);
int setting_put_word(Recipe *r, const Setting *s, const char *word, Err *e);
int setting_put_bool(Recipe *r, const Setting *s, bool value);
int setting_put_whole(Recipe *r, const Setting *s, long long value, Err *e);
int setting_put_float(Recipe *r, const Setting *s, double value, Err *e);

/* All augment.* settings at once, by the name of a preset. */
int setting_put_augment(Recipe *r, const char *name, Err *e);

/* Appends the value as text; a float in as few digits as give it back. */
void setting_write(Writer *w, const Recipe *r, const Setting *s);

#endif
