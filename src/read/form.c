/* From a photo to fields: what the boxes and bubbles say is put together here, and doubted. */
#include "read/form.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/form_parts.h"

static const double erased =
    0.05;                         /* darkness that is left of a mark that was rubbed out, at most */
static const double stronger = 3; /* times as dark is the mark that was made instead */

const char *form_flag_name(FormFlag flag)
{
    static const char *const names[FORM_FLAGS] = {"", "empty", "gap", "unsure", "several", "range"};

    return names[flag];
}

/* ---- numbers in boxes ---- */

typedef struct Digits { /* a number as it was found: values as in FormItem */
    int values[LAYOUT_COUNT], count;
    double probability;
    double sure; /* the probability that it needs to be given */
} Digits;

/* The places of the first and the last that are not empty; false where all are. */
static bool ends_of(const Digits *d, int *first, int *last)
{
    *first = *last = -1;
    for (int i = 0; i < d->count; i++)
        if (d->values[i] != FORM_BLANK) {
            *first = *first < 0 ? i : *first;
            *last = i;
        }
    return *first >= 0;
}

static FormFlag flag_number(const Field *f, const Digits *d, int first, int last)
{
    long number = 0;
    bool doubt = d->probability < d->sure;

    for (int i = first; i <= last; i++) {
        if (d->values[i] == FORM_BLANK)
            return FORM_GAP;
        doubt = doubt || d->values[i] == FORM_DOUBT;
        number = number > 100000000 ? number : 10 * number + d->values[i];
    }
    if (doubt)
        return FORM_UNSURE;
    if (!f->partial && (first > 0 || last < d->count - 1))
        return FORM_GAP;
    return f->most >= 0 && number > f->most ? FORM_RANGE : FORM_SURE;
}

static void put_number(const Field *f, const Digits *d, FieldReading *out)
{
    int first, last, n = 0;

    out->probability = d->probability;
    out->flag = f->partial ? FORM_SURE : FORM_EMPTY;
    if (ends_of(d, &first, &last)) {
        out->flag = flag_number(f, d, first, last);
        if (!f->partial) { /* a gap at an end shows as well */
            first = 0;
            last = d->count - 1;
        }
        for (int i = first; i <= last; i++)
            out->text[n++] = d->values[i] == FORM_BLANK   ? '_'
                             : d->values[i] == FORM_DOUBT ? '?'
                                                          : (char)('0' + d->values[i]);
    }
    out->text[n] = '\0';
}

static void read_boxes(const Field *f, double sure, FieldReading *out)
{
    Digits d = {.count = f->count, .probability = 1, .sure = sure};

    for (int i = 0; i < f->count; i++) {
        d.values[i] = out->items[i].value;
        d.probability *= out->items[i].probability;
    }
    put_number(f, &d, out);
}

/* ---- bubbles ---- */

/* The one bubble of n that is filled: its index, FORM_BLANK, or FORM_DOUBT and *flag. What was rubbed out beside a
 * clear mark counts as empty; any other second mark is a doubt, for a tick may stand beside what was crossed out. */
static int one_of(FormItem *items, int n, FormFlag *flag)
{
    int best = 0, marks = 0;

    for (int i = 1; i < n; i++)
        best = items[i].filled > items[best].filled ? i : best;
    for (int i = 0; i < n; i++) {
        if (i != best && items[i].filled < erased &&
            stronger * items[i].filled < items[best].filled)
            items[i].value = 0;
        marks += items[i].value != 0;
    }
    if (marks == 0)
        return FORM_BLANK;
    if (marks == 1 && items[best].value == 1)
        return best;
    *flag = marks > 1 && items[best].value == 1 ? FORM_SEVERAL : FORM_UNSURE;
    return FORM_DOUBT;
}

static void read_columns(const Field *f, FieldReading *out)
{
    Digits d = {.count = f->count, .probability = 1};
    FormFlag flag = FORM_SURE;

    for (int i = 0; i < f->count; i++)
        d.values[i] = one_of(out->items + 10 * i, 10, &flag);
    put_number(f, &d, out);
    if (flag == FORM_SEVERAL)
        out->flag = flag;
}

/* All that are filled, and those that might be, joined by "|": a person will look at the flag. */
static void join_choices(const Field *f, FieldReading *out)
{
    char *at = out->text;

    *at = '\0';
    for (int i = 0; i < f->count; i++)
        if (out->items[i].value != 0) {
            if (at > out->text)
                *at++ = '|';
            at = stpcpy(at, f->choices[i]);
        }
}

static void read_choice(const Field *f, FieldReading *out)
{
    out->flag = FORM_SURE;
    out->probability = 1;
    if (f->several) {
        for (int i = 0; i < f->count; i++)
            if (out->items[i].value == FORM_DOUBT)
                out->flag = FORM_UNSURE;
    } else if (one_of(out->items, f->count, &out->flag) == FORM_BLANK)
        out->flag = FORM_EMPTY;
    join_choices(f, out);
}

/* ---- the form ---- */

static size_t text_room(const Field *f)
{
    return f->kind == FIELD_CHOICE ? (size_t)f->count * (LAYOUT_NAME + 1) + 1
                                   : (size_t)f->count + 1;
}

static void read_field(const Field *f, double sure, FieldReading *out)
{
    if (f->kind == FIELD_DIGITS)
        read_boxes(f, sure, out);
    else if (f->kind == FIELD_BUBBLES)
        read_columns(f, out);
    else
        read_choice(f, out);
}

static void place_items(const Field *f, const Perspective *to_photo, Spot shift, FieldReading *out)
{
    for (int i = 0; i < field_items(f); i++) {
        Area a = field_item(f, i);
        for (int k = 0; k < 4; k++) {
            Spot corner = {a.x + shift.x + (k == 1 || k == 2) * a.width,
                           a.y + shift.y + (k >= 2) * a.height};
            out->items[i].corners[k] = perspective_map(to_photo, corner);
        }
    }
}

static FormReading *form_new(const Layout *l, Err *e)
{
    FormReading *f = calloc(1, sizeof *f);

    if (f) {
        f->count = l->field_count;
        f->fields = calloc((size_t)f->count, sizeof *f->fields);
        f->shift = calloc((size_t)f->count, sizeof *f->shift);
    }
    bool fits = f && f->fields && f->shift;
    for (int i = 0; fits && i < f->count; i++) {
        f->fields[i].items = calloc((size_t)field_items(&l->fields[i]), sizeof *f->fields[i].items);
        f->fields[i].text = malloc(text_room(&l->fields[i]));
        fits = f->fields[i].items && f->fields[i].text;
    }
    if (fits)
        return f;
    form_free(f);
    err_set(e, ERR_MEMORY, "no memory for a form of %d fields", l->field_count);
    return NULL;
}

static int read_view(Reader *r, const Layout *l, const FormView *v, double sure, FormReading *f,
                     Err *e)
{
    int status = form_align(l, v, f->shift, e);

    if (!status)
        status = form_boxes(r, l, v, f->shift, f->fields, e);
    if (!status)
        status = form_bubbles(l, v, f->shift, f->fields, e);
    for (int i = 0; !status && i < f->count; i++) {
        place_items(&l->fields[i], &v->to_photo, f->shift[i], &f->fields[i]);
        read_field(&l->fields[i], sure, &f->fields[i]);
        f->flagged += f->fields[i].flag != FORM_SURE;
    }
    return status;
}

FormReading *form_read(Reader *r, const Layout *l, const Image *photo, const FormOptions *options,
                       Err *e)
{
    double sure = options && options->sure > 0 ? options->sure : FORM_SURE_FROM;
    FormReading *f = form_new(l, e);
    FormView v = {0};
    Perspective to_photo;
    int status = f ? form_find(l, photo, &to_photo, e) : -(int)ERR_MEMORY;

    if (!status)
        status = form_view(l, photo, &to_photo, &v, e);
    if (!status)
        status = read_view(r, l, &v, sure, f, e);
    if (!status) {
        f->sheet = v.sheet;
        f->dark = v.dark;
        f->scale = v.scale;
        v = (FormView){0};
    }
    form_view_free(&v);
    if (status) {
        form_free(f);
        return NULL;
    }
    return f;
}

void form_free(FormReading *f)
{
    if (!f)
        return;
    for (int i = 0; f->fields && i < f->count; i++) {
        free(f->fields[i].text);
        free(f->fields[i].items);
    }
    free(f->fields);
    free(f->shift);
    image_free(f->sheet);
    free(f->dark);
    free(f);
}
