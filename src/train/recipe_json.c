/* A recipe as JSON, written and read. */
#include "train/recipe.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "model/text.h"
#include "train/setting.h"

/* A text between quotes; jansson knows what has to be escaped. */
static void put_quoted(Writer *w, const char *text)
{
    json_t *value = json_string(text);
    char *quoted = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

    if (quoted)
        writer_text(w, "%s", quoted);
    else
        w->failed = true;
    free(quoted);
    json_decref(value);
}

char *recipe_write(const Recipe *r)
{
    Writer w = {0};

    for (int i = 0; setting_at(i); i++) {
        const Setting *s = setting_at(i);

        writer_text(&w, "%s\"%s\": ", i ? ",\n  " : "{\n  ", s->key);
        if (s->type == SET_TEXT) {
            put_quoted(&w, (const char *)r + s->at);
        } else if (setting_is_word(s)) {
            writer_text(&w, "\"");
            setting_write(&w, r, s);
            writer_text(&w, "\"");
        } else {
            setting_write(&w, r, s);
        }
    }
    writer_text(&w, "\n}\n");
    if (w.failed)
        writer_free(&w);
    return (char *)w.bytes;
}

static const char *type_sentence(SettingType type)
{
    switch (type) {
    case SET_BOOL:
        return "true or false";
    case SET_INT:
    case SET_LONG:
    case SET_U64:
        return "a whole number";
    case SET_FLOAT:
        return "a number";
    default:
        return "a text";
    }
}

/* A text that C does not cut short at a NUL and that may stand in a sentence. */
static bool is_c_text(const json_t *value)
{
    return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value) &&
           text_is_plain(json_string_value(value));
}

static int read_value(Recipe *r, const char *key, const json_t *value, Err *e)
{
    const Setting *s = setting_find(key);

    if (!strcmp(key, "augment"))
        return is_c_text(value) ? setting_put_augment(r, json_string_value(value), e)
                                : err_set(e, ERR_ARGUMENT, "augment: is not a text");
    if (!s)
        return err_set(e, ERR_ARGUMENT, "there is no setting '%.60s'",
                       text_is_plain(key) ? key : "?");
    if (s->type == SET_BOOL && json_is_boolean(value))
        return setting_put_bool(r, s, json_is_true(value));
    if (s->type == SET_FLOAT && json_is_number(value))
        return setting_put_float(r, s, json_number_value(value), e);
    if (s->type >= SET_INT && s->type <= SET_U64 && json_is_integer(value))
        return setting_put_whole(r, s, json_integer_value(value), e);
    if (s->type == SET_TEXT && is_c_text(value))
        return setting_put_text(r, s, json_string_value(value), e);
    if (setting_is_word(s) && is_c_text(value))
        return setting_put_word(r, s, json_string_value(value), e);
    return err_set(e, ERR_ARGUMENT, "%s: is not %s", key, type_sentence(s->type));
}

/* All values of an object; a preset of augmentation first, its single settings after it. */
static int read_object(Recipe *r, json_t *object, Err *e)
{
    const json_t *preset = json_object_get(object, "augment");
    const char *key;
    json_t *value;
    int code = preset ? read_value(r, "augment", preset, e) : 0;

    json_object_foreach(object, key, value) if (!code && strcmp(key, "augment")) code =
        read_value(r, key, value, e);
    return code;
}

int recipe_read(Recipe *r, const char *json, size_t size, const char *name, Err *e)
{
    Recipe changed = *r;
    json_error_t error;
    json_t *root;
    int code;

    if (size > RECIPE_FILE_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: %zu bytes of settings, at most %d are read", name, size,
                       RECIPE_FILE_LIMIT);
    root = json_loadb(json, size, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return err_set(e, ERR_FORMAT, "%s: line %d: %s", name, error.line,
                       text_is_plain(error.text) ? error.text : "is not JSON");
    if (!json_is_object(root)) {
        code = err_set(e, ERR_FORMAT, "%s: is not a JSON object", name);
    } else if ((code = read_object(&changed, root, e))) {
        err_prefix(e, "%s", name);
    } else {
        *r = changed;
    }
    json_decref(root);
    return code;
}
