/* A sheet that gathered handwriting as a folder of pictures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "image/codec.h"
#include "read/form_parts.h"

/* A word that is safe as the name of a file: letters, digits, '-' and '_'. */
static void safe_word(const char *text, char *out, size_t size)
{
    size_t n = 0;

    for (; *text && n + 1 < size; text++) {
        bool plain = (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z') ||
                     (*text >= 'A' && *text <= 'Z');
        out[n++] = plain || *text == '-' ? *text : '_';
    }
    out[n] = '\0';
}

/* The picture's name without folders and ending. */
static void base_word(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path,
               *dot = strrchr(base, '.');
    char name[200];

    snprintf(name, sizeof name, "%.*s", dot && dot != base ? (int)(dot - base) : 199, base);
    safe_word(name, out, size);
}

/* Who wrote it: what was said, the number in the field "writer", or else the picture's name. */
static void writer_word(const FormReading *f, const Layout *l, const char *image_name,
                        const char *writer, char *out, size_t size)
{
    base_word(image_name, out, size);
    for (int i = 0; i < f->count; i++)
        if (!strcmp(l->fields[i].name, "writer") && f->fields[i].flag == FORM_SURE &&
            *f->fields[i].text)
            safe_word(f->fields[i].text, out, size);
    if (writer)
        safe_word(writer, out, size);
}

static int save_box(const BoxLines *lines, const FormView *v, const Field *f, int index, Spot shift,
                    const char *folder, const char *name, Err *e)
{
    Image *crop = box_cut(lines, v, f, index, shift, e);
    char *path = crop ? file_join(folder, name) : NULL;
    int status = !crop  ? -(int)ERR_MEMORY
                 : path ? image_save(crop, path, e)
                        : err_set(e, ERR_MEMORY, "no memory for a path");

    free(path);
    image_free(crop);
    return status;
}

static int save_field(const BoxLines *lines, const FormView *v, const FormReading *r,
                      const Layout *l, int field, const char *folder, const char *image, int *saved,
                      Err *e)
{
    const Field *f = &l->fields[field];
    int status = 0;

    for (int i = 0; !status && i < f->count; i++) {
        char name[300];
        if (r->fields[field].items[i].value == FORM_BLANK)
            continue;
        snprintf(name, sizeof name, "%s-%03d-%02d.png", image, field + 1, i + 1);
        status = save_box(lines, v, f, i, r->shift[field], folder, name, e);
        *saved += !status;
    }
    return status;
}

int form_collect(const FormReading *r, const Layout *l, const char *image_name, const char *writer,
                 const char *folder, int *saved, Err *e)
{
    FormView v = {.sheet = r->sheet, .dark = r->dark, .scale = r->scale};
    BoxLines *lines = box_lines_new(l, &v, r->shift, e);
    char image[200], hand[200];
    int status = lines ? 0 : -(int)ERR_MEMORY, holding = 0;

    base_word(image_name, image, sizeof image);
    writer_word(r, l, image_name, writer, hand, sizeof hand);
    for (int i = 0; !status && i < l->field_count; i++) {
        char place[300];
        if (l->fields[i].holds < 0)
            continue;
        holding++;
        snprintf(place, sizeof place, "%d/%s", l->fields[i].holds, hand);
        char *path = file_join(folder, place);
        status = path ? file_make_folder(path, e) : err_set(e, ERR_MEMORY, "no memory for a path");
        if (!status)
            status = save_field(lines, &v, r, l, i, path, image, saved, e);
        free(path);
    }
    box_lines_free(lines);
    if (!status && !holding)
        status =
            err_set(e, ERR_ARGUMENT,
                    "the layout '%s' has no field that says which digit it \"holds\"", l->name);
    return status;
}
