/* A layout's JSON: everything is checked here, so that whoever prints or reads a form need not. */
#include "read/layout.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "model/shipped.h"
#include "read/layout_place.h"

extern const Shipped shipped_layouts[]; /* layouts/, by tools/embed.c */

/* ---- values ---- */

/* Two numbers of a list into *a and *b; `list` NULL leaves them. */
static int read_pair(const json_t *list, const char *what, double *a, double *b, Err *e)
{
    const json_t *x = json_array_get(list, 0), *y = json_array_get(list, 1);

    if (!list)
        return 0;
    if (json_array_size(list) != 2 || !json_is_number(x) || !json_is_number(y))
        return err_set(e, ERR_FORMAT, "%s is a list of two numbers", what);
    *a = json_number_value(x);
    *b = json_number_value(y);
    return 0;
}

static char *copy(const char *text, Err *e)
{
    char *out = strdup(text);

    if (!out)
        err_set(e, ERR_MEMORY, "no memory for a layout");
    return out;
}

/* `pattern` with each '#' replaced by a number; the caller frees. */
static char *number_text(const char *pattern, long number, Err *e)
{
    char digits[24], *out;
    size_t size = 1, at = 0;

    snprintf(digits, sizeof digits, "%ld", number);
    for (const char *p = pattern; *p; p++)
        size += *p == '#' ? strlen(digits) : 1;
    out = malloc(size);
    if (!out) {
        err_set(e, ERR_MEMORY, "no memory for a layout");
        return NULL;
    }
    for (const char *p = pattern; *p; p++)
        at += (size_t)snprintf(out + at, size - at, *p == '#' ? "%s" : "%.1s",
                               *p == '#' ? digits : p);
    return out;
}

/* ---- fields ---- */

typedef struct FieldSpec { /* a field as the JSON has it: one or several rows */
    const char *name, *label;
    json_int_t digits, bubbles, rows, first, most, holds;
    int label_above, down, several, partial;
    double row_step, gap, bubble;
    json_t *choice, *at, *box, *step;
    Field field; /* what its rows share */
} FieldSpec;

static int check_choices(const FieldSpec *s, Err *e)
{
    for (size_t i = 0; i < json_array_size(s->choice); i++) {
        const char *word = json_string_value(json_array_get(s->choice, i));
        if (!word || !*word || strlen(word) > LAYOUT_NAME)
            return err_set(e, ERR_FORMAT, "choice is a list of words of 1 to %d bytes",
                           LAYOUT_NAME);
        for (size_t j = 0; j < i; j++)
            if (!strcmp(word, json_string_value(json_array_get(s->choice, j))))
                return err_set(e, ERR_FORMAT, "choice '%s' stands there twice", word);
    }
    return 0;
}

static int read_kind(FieldSpec *s, Err *e)
{
    Field *f = &s->field;
    json_int_t count = s->digits + s->bubbles;

    if ((s->digits != 0) + (s->bubbles != 0) + (s->choice != NULL) != 1)
        return err_set(e, ERR_FORMAT, "a field has one of digits, choice and bubbles");
    if (s->choice) {
        if (!json_is_array(s->choice))
            return err_set(e, ERR_FORMAT, "choice is a list of words");
        count = (json_int_t)json_array_size(s->choice);
    }
    f->kind = s->digits ? FIELD_DIGITS : s->choice ? FIELD_CHOICE : FIELD_BUBBLES;
    if (count < 1 || count > LAYOUT_COUNT)
        return err_set(e, ERR_ARGUMENT, "%lld %s; possible is 1 to %d", (long long)count,
                       s->digits   ? "boxes"
                       : s->choice ? "choices"
                                   : "columns",
                       LAYOUT_COUNT);
    f->count = (int)count;
    return s->choice ? check_choices(s, e) : 0;
}

/* Sizes and steps, each with its usual value. */
static int read_sizes(FieldSpec *s, Err *e)
{
    Field *f = &s->field;
    bool boxes = f->kind == FIELD_DIGITS;
    int status;

    f->width = boxes ? 8 : s->bubble;
    f->height = boxes ? 10 : s->bubble;
    status = boxes ? read_pair(s->box, "box", &f->width, &f->height, e) : 0;
    f->step = boxes ? f->width + s->gap : f->kind == FIELD_CHOICE ? 8 : 7;
    f->step_down = f->kind == FIELD_CHOICE ? 8 : 6;
    if (!status && json_is_number(s->step))
        f->step = f->step_down = json_number_value(s->step);
    else if (!status)
        status = read_pair(s->step, "step", &f->step, &f->step_down, e);
    if (status)
        return status;
    if ((boxes && s->step) || (!boxes && s->box))
        return err_set(e, ERR_FORMAT, "digits take box and gap, bubbles take bubble and step");
    if (!(f->width >= 2 && f->height >= 2 && f->width <= 100 && f->height <= 100))
        return err_set(e, ERR_ARGUMENT,
                       "boxes or bubbles of %.10g x %.10g mm; possible is 2 to 100", f->width,
                       f->height);
    if (!(f->step >= f->width && f->step <= 1000) ||
        (!boxes && !(f->step_down >= f->height && f->step_down <= 1000)))
        return err_set(e, ERR_ARGUMENT, "steps of %.10g and %.10g mm for what is %.10g x %.10g mm",
                       f->step, f->step_down, f->width, f->height);
    return 0;
}

static int check_rest(const FieldSpec *s, Err *e)
{
    const Field *f = &s->field;

    if (!*s->name || strlen(s->name) > LAYOUT_NAME)
        return err_set(e, ERR_FORMAT, "a field's name has 1 to %d bytes", LAYOUT_NAME);
    if (s->rows < 1 || s->rows > LAYOUT_FIELDS)
        return err_set(e, ERR_LIMIT, "%lld rows; possible is 1 to %d", (long long)s->rows,
                       LAYOUT_FIELDS);
    if (s->rows > 1 && (!strchr(s->name, '#') || !(s->row_step > 0)))
        return err_set(
            e, ERR_FORMAT,
            "several rows need a row_step and a '#' in the name, which becomes the row's number");
    if (s->first < 0 || s->first > 1000000)
        return err_set(e, ERR_ARGUMENT, "first %lld; possible is 0 to 1000000",
                       (long long)s->first);
    if (s->most < -1 || s->most > 999999999 || s->holds < -1 ||
        s->holds + s->rows > 10 + (s->holds < 0) * LAYOUT_FIELDS)
        return err_set(e, ERR_ARGUMENT, "most %lld or holds %lld of %lld rows: no number or digit",
                       (long long)s->most, (long long)s->holds, (long long)s->rows);
    if ((s->several && f->kind != FIELD_CHOICE) || (s->down && f->kind != FIELD_CHOICE) ||
        (s->partial && f->kind == FIELD_CHOICE) || (s->most >= 0 && f->kind == FIELD_CHOICE) ||
        (s->holds >= 0 && f->kind != FIELD_DIGITS))
        return err_set(
            e, ERR_FORMAT,
            "several and down are for choices, partial and most for numbers, holds for digits");
    return 0;
}

static int copy_choices(const FieldSpec *s, Field *f, Err *e)
{
    f->choices = calloc((size_t)f->count, sizeof *f->choices);
    if (!f->choices)
        return err_set(e, ERR_MEMORY, "no memory for a layout");
    for (int i = 0; i < f->count; i++)
        if (!(f->choices[i] = copy(json_string_value(json_array_get(s->choice, (size_t)i)), e)))
            return -(int)ERR_MEMORY;
    return 0;
}

/* Row `row` of a field becomes a field of the layout. */
static int add_row(Layout *l, const FieldSpec *s, int row, Err *e)
{
    Field *f = &l->fields[l->field_count++]; /* layout_free frees what there is */

    *f = s->field;
    f->y += row * s->row_step;
    f->holds = s->holds < 0 ? -1 : (int)s->holds + row;
    f->name = number_text(s->name, (long)s->first + row, e);
    f->label = s->label ? number_text(s->label, (long)s->first + row, e) : NULL;
    if (!f->name || (s->label && !f->label))
        return -(int)ERR_MEMORY;
    for (int i = 0; i < l->field_count - 1; i++)
        if (!strcmp(l->fields[i].name, f->name))
            return err_set(e, ERR_FORMAT, "the name '%s' stands there twice", f->name);
    return s->choice ? copy_choices(s, f, e) : 0;
}

static int add_rows(Layout *l, const FieldSpec *s, Err *e)
{
    int items = 0, status = 0;

    for (int i = 0; i < l->field_count; i++)
        items += field_items(&l->fields[i]);
    if (l->field_count + s->rows > LAYOUT_FIELDS)
        return err_set(e, ERR_LIMIT, "%lld fields; possible is 1 to %d",
                       (long long)(l->field_count + s->rows), LAYOUT_FIELDS);
    if (items + s->rows * field_items(&s->field) > LAYOUT_ITEMS)
        return err_set(e, ERR_LIMIT, "%lld boxes and bubbles; possible is 1 to %d",
                       (long long)(items + s->rows * field_items(&s->field)), LAYOUT_ITEMS);
    for (int row = 0; !status && row < s->rows; row++)
        status = add_row(l, s, row, e);
    return status;
}

static int read_field(Layout *l, json_t *object, Err *e)
{
    FieldSpec s = {.rows = 1, .first = 1, .most = -1, .holds = -1, .gap = 2, .bubble = 4.5};
    json_error_t why;
    int status;

    if (json_unpack_ex(object, &why, 0,
                       "{s:s, s:o, s?I, s?o, s?I, s?s, s?b, s?o, s?F, s?F, s?o, s?b, s?b, s?b, "
                       "s?I, s?I, s?I, s?F, s?I !}",
                       "name", &s.name, "at", &s.at, "digits", &s.digits, "choice", &s.choice,
                       "bubbles", &s.bubbles, "label", &s.label, "label_above", &s.label_above,
                       "box", &s.box, "gap", &s.gap, "bubble", &s.bubble, "step", &s.step, "down",
                       &s.down, "several", &s.several, "partial", &s.partial, "most", &s.most,
                       "holds", &s.holds, "rows", &s.rows, "row_step", &s.row_step, "first",
                       &s.first))
        return err_set(e, ERR_FORMAT, "%s", why.text);
    status = read_pair(s.at, "at", &s.field.x, &s.field.y, e);
    if (!status)
        status = read_kind(&s, e);
    if (!status)
        status = read_sizes(&s, e);
    if (!status)
        status = check_rest(&s, e);
    if (status)
        return err_prefix(e, "field '%.100s'", s.name);
    s.field.label_above = s.label_above;
    s.field.down = s.down;
    s.field.several = s.several;
    s.field.partial = s.partial;
    s.field.most = (int)s.most;
    status = add_rows(l, &s, e);
    return status ? err_prefix(e, "field '%.100s'", s.name) : 0;
}

static int read_fields(Layout *l, const json_t *list, Err *e)
{
    size_t n = json_array_size(list);
    int status = 0;

    if (n < 1 || n > LAYOUT_FIELDS)
        return err_set(e, ERR_LIMIT, "a list of %zu fields; possible is 1 to %d", n, LAYOUT_FIELDS);
    l->fields = calloc(LAYOUT_FIELDS, sizeof *l->fields);
    if (!l->fields)
        return err_set(e, ERR_MEMORY, "no memory for a layout");
    for (size_t i = 0; !status && i < n; i++) {
        status = read_field(l, json_array_get(list, i), e);
        if (status)
            err_prefix(e, "entry %zu of fields", i + 1);
    }
    return status;
}

/* ---- what is printed besides ---- */

static bool on_sheet(const Layout *l, double x, double y)
{
    return x >= 0 && y >= 0 && x <= l->width && y <= l->height;
}

static int read_text(Layout *l, json_t *object, Err *e)
{
    LayoutText *t = &l->texts[l->text_count++];
    const char *text, *align = "left";
    json_error_t why;
    json_t *at;
    int bold = 0, status;

    t->size = 3.5;
    if (json_unpack_ex(object, &why, 0, "{s:s, s:o, s?F, s?b, s?s !}", "text", &text, "at", &at,
                       "size", &t->size, "bold", &bold, "align", &align))
        return err_set(e, ERR_FORMAT, "%s", why.text);
    t->bold = bold;
    t->align = !strcmp(align, "left") ? -1 : !strcmp(align, "centre") ? 0 : 1;
    if (t->align == 1 && strcmp(align, "right"))
        return err_set(e, ERR_FORMAT, "align is 'left', 'centre' or 'right', not '%.50s'", align);
    status = read_pair(at, "at", &t->x, &t->y, e);
    if (!status && (!on_sheet(l, t->x, t->y) || !(t->size >= 1 && t->size <= 100)))
        status = err_set(e, ERR_ARGUMENT,
                         "text of %.10g mm at %.10g, %.10g mm of a sheet of %.10g x %.10g mm",
                         t->size, t->x, t->y, l->width, l->height);
    if (!status && !(t->text = copy(text, e)))
        status = -(int)ERR_MEMORY;
    return status;
}

static int read_line(Layout *l, json_t *object, Err *e)
{
    LayoutLine *line = &l->lines[l->line_count++];
    json_error_t why;
    json_t *from, *to;
    int status;

    if (json_unpack_ex(object, &why, 0, "{s:o, s:o !}", "from", &from, "to", &to))
        return err_set(e, ERR_FORMAT, "%s", why.text);
    status = read_pair(from, "from", &line->x0, &line->y0, e);
    if (!status)
        status = read_pair(to, "to", &line->x1, &line->y1, e);
    if (!status && (!on_sheet(l, line->x0, line->y0) || !on_sheet(l, line->x1, line->y1)))
        status =
            err_set(e, ERR_ARGUMENT,
                    "a line from %.10g, %.10g to %.10g, %.10g mm of a sheet of %.10g x %.10g mm",
                    line->x0, line->y0, line->x1, line->y1, l->width, l->height);
    return status;
}

static int read_list(Layout *l, const json_t *list, const char *what,
                     int (*read)(Layout *, json_t *, Err *), Err *e)
{
    size_t n = json_array_size(list);
    int status = 0;

    if (list && (!json_is_array(list) || n > LAYOUT_TEXTS))
        return err_set(e, ERR_LIMIT, "%s is a list of at most %d, this one has %zu", what,
                       LAYOUT_TEXTS, n);
    for (size_t i = 0; !status && i < n; i++) {
        status = read(l, json_array_get(list, i), e);
        if (status)
            err_prefix(e, "entry %zu of %s", i + 1, what);
    }
    return status;
}

/* ---- the whole ---- */

static int read_root(Layout *l, json_t *root, Err *e)
{
    json_t *sheet, *fields, *texts = NULL, *lines = NULL;
    const char *title = "";
    json_error_t why;
    json_int_t version;
    int status;

    if (!json_object_get(root, "scrawl_layout"))
        return err_set(e, ERR_FORMAT, "no layout: it has no \"scrawl_layout\": 1");
    if (json_unpack_ex(root, &why, 0, "{s:I, s?s, s:o, s?F, s?F, s?o, s?o, s:o !}", "scrawl_layout",
                       &version, "title", &title, "sheet", &sheet, "marker", &l->marker, "margin",
                       &l->margin, "texts", &texts, "lines", &lines, "fields", &fields))
        return err_set(e, ERR_FORMAT, "%s", why.text);
    if (version != 1)
        return err_set(e, ERR_UNSUPPORTED, "a layout of version %lld; this scrawl knows version 1",
                       (long long)version);
    l->texts = calloc(LAYOUT_TEXTS, sizeof *l->texts);
    l->lines = calloc(LAYOUT_TEXTS, sizeof *l->lines);
    if (!l->texts || !l->lines || !(l->title = copy(title, e)))
        return err_set(e, ERR_MEMORY, "no memory for a layout");
    status = read_pair(sheet, "sheet", &l->width, &l->height, e);
    if (!status)
        status = read_list(l, texts, "texts", read_text, e);
    if (!status)
        status = read_list(l, lines, "lines", read_line, e);
    if (!status)
        status = read_fields(l, fields, e);
    return status ? status : layout_check(l, e);
}

/* The last part of a path without its ending. */
static char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');

    return strndup(base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}

Layout *layout_read(const char *name, const uint8_t *bytes, size_t size, Err *e)
{
    json_error_t why;
    json_t *root = NULL;
    Layout *l = calloc(1, sizeof *l);
    int status = 0;

    if (!l || !(l->name = base_name(name)))
        status = err_set(e, ERR_MEMORY, "%s: no memory for a layout", name);
    else if (size > LAYOUT_FILE_LIMIT)
        status = err_set(e, ERR_LIMIT, "%s: %zu bytes, a layout has at most %d", name, size,
                         LAYOUT_FILE_LIMIT);
    else if (!(root = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, &why)))
        status = err_set(e, ERR_FORMAT, "%s: line %d: %s", name, why.line, why.text);
    else {
        l->marker = 9;
        l->margin = 10;
        status = read_root(l, root, e);
        if (status)
            err_prefix(e, "%s", name);
        else
            l->code = layout_code(l);
    }
    json_decref(root);
    if (status) {
        layout_free(l);
        return NULL;
    }
    return l;
}

const char *layout_shipped(int index)
{
    return shipped_layouts[index].name;
}

Layout *layout_open(const char *name_or_path, Err *e)
{
    size_t size;
    uint8_t *bytes;
    Layout *l;

    for (const Shipped *s = shipped_layouts; s->name; s++)
        if (!strcmp(s->name, name_or_path))
            return layout_read(s->name, s->bytes, s->size, e);
    if (!strpbrk(name_or_path, "./-") && !file_exists(name_or_path)) {
        err_set(e, ERR_ARGUMENT, "%s: neither a file nor a layout that ships (scrawl sheet --list)",
                name_or_path);
        return NULL;
    }
    bytes = file_read(name_or_path, LAYOUT_FILE_LIMIT, &size, e);
    l = bytes ? layout_read(name_or_path, bytes, size, e) : NULL;
    free(bytes);
    return l;
}

void layout_free(Layout *l)
{
    if (!l)
        return;
    for (int i = 0; i < l->field_count; i++) {
        Field *f = &l->fields[i];
        for (int j = 0; f->choices && j < f->count; j++)
            free(f->choices[j]);
        free(f->choices);
        free(f->name);
        free(f->label);
    }
    for (int i = 0; i < l->text_count; i++)
        free(l->texts[i].text);
    free(l->fields);
    free(l->texts);
    free(l->lines);
    free(l->title);
    free(l->name);
    free(l);
}
