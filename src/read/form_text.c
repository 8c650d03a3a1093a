/* A form's reading as JSON and as CSV. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "read/form.h"

/* ---- JSON ---- */

static json_t *rounded(double v, double unit)
{
    return json_real(round(v * unit) / unit);
}

static json_t *item_json(const Field *f, const FormItem *item, int index)
{
    json_t *o = json_object(), *corners = json_array();

    for (int i = 0; i < 4; i++)
        json_array_append_new(corners, json_pack("[oo]", rounded(item->corners[i].x, 10),
                                                 rounded(item->corners[i].y, 10)));
    json_object_set_new(o, "corners", corners);
    if (f->kind == FIELD_DIGITS) {
        json_object_set_new(o, "digit", item->value >= 0 ? json_integer(item->value) : json_null());
        json_object_set_new(o, "empty", json_boolean(item->value == FORM_BLANK));
        json_object_set_new(o, "probability", rounded(item->probability, 1e5));
        return o;
    }
    if (f->kind == FIELD_CHOICE)
        json_object_set_new(o, "choice", json_string(f->choices[index]));
    else
        json_object_set_new(o, "digit", json_integer(index % 10));
    json_object_set_new(o, "filled",
                        item->value == FORM_DOUBT ? json_null() : json_boolean(item->value));
    json_object_set_new(o, "darkness", rounded(item->filled, 1e4));
    return o;
}

/* "text" is null where a person has to look. */
static json_t *field_json(const Field *f, const FieldReading *r)
{
    json_t *items = json_array();

    for (int i = 0; i < field_items(f); i++)
        json_array_append_new(items, item_json(f, &r->items[i], i));
    return json_pack(
        "{s:s, s:o, s:s, s:o, s:o, s:o}", "name", f->name, "text",
        r->flag == FORM_SURE ? json_string(r->text) : json_null(), "seen", r->text, "flag",
        r->flag == FORM_SURE ? json_null() : json_string(form_flag_name(r->flag)), "probability",
        rounded(r->probability, 1e5), f->kind == FIELD_DIGITS ? "boxes" : "bubbles", items);
}

/* A file's name need not be UTF-8, JSON has to be. */
static json_t *name_json(const char *name)
{
    json_t *text = json_string(name);

    return text ? text : json_string("(a name that is not UTF-8)");
}

char *form_json(const FormReading *f, const Layout *l, const char *image_name)
{
    json_t *fields = json_array();

    for (int i = 0; i < f->count; i++)
        json_array_append_new(fields, field_json(&l->fields[i], &f->fields[i]));
    json_t *root = json_pack("{s:o, s:s, s:i, s:o}", "image", name_json(image_name), "layout",
                             l->name, "flagged", f->flagged, "fields", fields);
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(7)) : NULL;

    json_decref(root);
    return text;
}

/* ---- CSV (RFC 4180) ---- */

static void put_cell(Writer *w, const char *text, bool first)
{
    bool quote = strpbrk(text, ",\"\r\n") != NULL;

    if (!first)
        writer_u8(w, ',');
    if (quote)
        writer_u8(w, '"');
    for (; *text; text++) {
        if (*text == '"')
            writer_u8(w, '"');
        writer_u8(w, (uint8_t)*text);
    }
    if (quote)
        writer_u8(w, '"');
}

static char *finish(Writer *w)
{
    writer_u8(w, 0);
    if (!w->failed)
        return (char *)w->bytes;
    writer_free(w);
    return NULL;
}

char *form_csv_head(const Layout *l)
{
    Writer w = {0};

    put_cell(&w, "image", true);
    for (int i = 0; i < l->field_count; i++)
        put_cell(&w, l->fields[i].name, false);
    put_cell(&w, "flags", false);
    return finish(&w);
}

char *form_csv(const FormReading *f, const Layout *l, const char *image_name)
{
    Writer w = {0}, flags = {0};

    put_cell(&w, image_name, true);
    for (int i = 0; i < f->count; i++) {
        const FieldReading *r = &f->fields[i];
        put_cell(&w, r->text, false);
        if (r->flag != FORM_SURE)
            writer_text(&flags, "%s%s:%s", flags.size ? " " : "", l->fields[i].name,
                        form_flag_name(r->flag));
    }
    char *list = finish(&flags);
    if (list)
        put_cell(&w, list, false);
    else
        w.failed = true;
    free(list);
    return finish(&w);
}
