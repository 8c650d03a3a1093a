/* The targets of a model that is trained already. */
#include <jansson.h>
#include <string.h>

#include "data/typeset.h"

static int number(const json_t *settings, const char *key, int usual)
{
    const json_t *v = json_object_get(settings, key);
    json_int_t n = json_integer_value(v);

    return json_is_integer(v) && n > -GLYPH_SIZE_LIMIT && n <= GLYPH_SIZE_LIMIT ? (int)n : usual;
}

Typeset *typeset_recorded(const char *record, const char *font, int classes, Err *e)
{
    json_t *root = record ? json_loads(record, 0, NULL) : NULL;
    const json_t *settings = json_object_get(root, "recipe");
    const char *name = json_string_value(json_object_get(root, "typeface"));
    const char *own = json_string_value(json_object_get(settings, "font"));
    GlyphPlace place = {number(settings, "font_size", GLYPH_USUAL.size_px),
                        number(settings, "font_x", GLYPH_USUAL.x),
                        number(settings, "font_y", GLYPH_USUAL.y)};
    Typeset *t = typeset_new(font ? font : own && *own ? own : NULL, place, classes, e);

    if (t && !font && name && strcmp(name, t->name)) {
        err_set(e, ERR_ARGUMENT,
                "the model draws %.60s, for which this system has %.60s: its file can be named",
                name, t->name);
        typeset_free(t);
        t = NULL;
    }
    json_decref(root);
    return t;
}
