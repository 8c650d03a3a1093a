#include "read/scribe_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/rng.h"
#include "data/idx.h"
#include "image/codec.h"
#include "image/outline.h"

enum { SET_BATCH = 4096 };

/* ---- numbers from a text ---- */

static size_t line_length(const char *text, size_t left)
{
    const char *end = memchr(text, '\n', left);

    return end ? (size_t)(end - text) : left;
}

/* The number on a line without the spaces around it; its length, which may be 0. */
static const char *trim(const char *line, size_t *length)
{
    while (*length && strchr(" \t\r", line[*length - 1]))
        --*length;
    while (*length && strchr(" \t", *line)) {
        line++;
        --*length;
    }
    return line;
}

static int take_line(const char *line, size_t length, const char *name, int row, char *out, Err *e)
{
    if (length > WRITE_DIGITS)
        return err_set(e, ERR_ARGUMENT, "%s, line %d: a number of more than %d digits", name, row,
                       WRITE_DIGITS);
    if (memchr(line, 0, length))
        return err_set(e, ERR_ARGUMENT, "%s, line %d: is no text", name, row);
    memcpy(out, line, length);
    out[length] = '\0';
    return scribe_check(out, e) ? err_prefix(e, "%s, line %d", name, row) : 0;
}

char **scribe_lines(const char *text, size_t size, const char *name, int *count, Err *e)
{
    size_t rows = 1;
    char **list, *at;
    int row = 0;

    for (size_t i = 0; i < size; i++)
        rows += text[i] == '\n';
    list = rows <= SCRIBE_LINES ? malloc(rows * sizeof *list + size + rows) : NULL;
    if (!list) {
        err_set(e, ERR_LIMIT, "%s: %zu lines are too many, %d at most", name, rows, SCRIBE_LINES);
        return NULL;
    }
    at = (char *)(list + rows);
    *count = 0;
    for (size_t first = 0; first < size;) {
        size_t whole = line_length(text + first, size - first), length = whole;
        const char *line = trim(text + first, &length);

        row++;
        first += whole + 1;
        if (!length)
            continue;
        if (take_line(line, length, name, row, at, e)) {
            free(list);
            return NULL;
        }
        list[(*count)++] = at;
        at += length + 1;
    }
    if (*count)
        return list;
    free(list);
    err_set(e, ERR_ARGUMENT, "%s: there is no number in it", name);
    return NULL;
}

/* ---- the numbers of a page ---- */

/* Each line has a seed of its own. */
static Image *write_line(Scribe *s, const ScribePage *p, int line, Err *e)
{
    WriteOptions o = p->options;
    Rng r = rng_stream(o.seed, RNG_WRITE, (uint64_t)line);

    if (line)
        o.seed = rng_u64(&r);
    return scribe_number(s, p->numbers[line / p->copies], &o, e);
}

static void invert(Image *im)
{
    size_t n = (size_t)im->width * (size_t)im->height;

    for (size_t i = 0; i < n; i++)
        im->pixels[i] = (uint8_t)(255 - im->pixels[i]);
}

static void lines_free(Image **list, int lines)
{
    for (int i = 0; list && i < lines; i++)
        image_free(list[i]);
    free(list);
}

/* All of them, of one height. If they are to be one picture the first tells whether it would be too high. */
static Image **write_lines(Scribe *s, const ScribePage *p, bool one_picture, Err *e)
{
    int lines = p->count * p->copies;
    Image **list = calloc((size_t)lines, sizeof *list);

    if (!list)
        err_set(e, ERR_MEMORY, "no memory for %d numbers", lines);
    for (int i = 0; list && i < lines; i++) {
        bool too_high;

        list[i] = write_line(s, p, i, e);
        too_high = list[i] && one_picture && list[i]->height > IMAGE_SIDE_LIMIT / lines;
        if (too_high)
            err_set(e, ERR_LIMIT, "a page of %d lines of %d pixels is too high, %d pixels at most",
                    lines, list[i]->height, IMAGE_SIDE_LIMIT);
        if (!list[i] || too_high) {
            lines_free(list, i + 1);
            return NULL;
        }
    }
    return list;
}

static int widest(Image *const *list, int lines)
{
    int width = 1;

    for (int i = 0; i < lines; i++)
        width = list[i]->width > width ? list[i]->width : width;
    return width;
}

/* All lines below one another; ink is light. */
static Image *stack(Image *const *list, int lines, Err *e)
{
    int width = widest(list, lines), height = list[0]->height;
    Image *im = image_new(width, height * lines, 1, e);

    for (int i = 0; im && i < lines; i++)
        for (int y = 0; y < height; y++)
            memcpy(im->pixels + ((size_t)i * (size_t)height + (size_t)y) * (size_t)width,
                   list[i]->pixels + (size_t)y * (size_t)list[i]->width, (size_t)list[i]->width);
    return im;
}

/* ---- as files ---- */

static int save_svg(Image *const *list, int lines, const ScribePage *p, const char *path, Err *e)
{
    Writer w = {0};
    int width = widest(list, lines), height = list[0]->height, code = 0;
    const char *ink = p->inverted ? "#fff" : "#000", *paper = p->inverted ? "#000" : "#fff";

    writer_text(&w,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 "
                "0 %d %d\">\n",
                width, height * lines, width, height * lines);
    if (!p->transparent)
        writer_text(&w, "<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/>\n", paper);
    for (int i = 0; !code && i < lines; i++) {
        writer_text(&w, "<path fill=\"%s\" d=\"", ink);
        code = outline_path(list[i], 127.5f, (float)(i * height), &w, e);
        writer_text(&w, "\"/>\n");
    }
    writer_text(&w, "</svg>\n");
    if (!code)
        code = w.failed ? err_set(e, ERR_MEMORY, "%s: no memory to write it", path)
                        : file_write(path, w.bytes, w.size, e);
    writer_free(&w);
    return code;
}

static bool ends_in(const char *path, const char *ending)
{
    return strcasecmp(file_ending(path), ending) == 0;
}

/* Takes the picture over. */
static int save_picture(Image *im, const ScribePage *p, const char *path, Err *e)
{
    int code = im ? 0 : -ERR_LIMIT;

    if (!code && p->transparent) {
        size_t size;
        uint8_t *png = image_encode_png_ink(im, p->inverted ? 255 : 0, &size, e);

        code = png ? file_write(path, png, size, e) : -ERR_UNSUPPORTED;
        free(png);
    } else if (!code) {
        if (!p->inverted)
            invert(im);
        code = image_save(im, path, e);
    }
    image_free(im);
    return code;
}

static int save_files(Image *const *list, const ScribePage *p, const char *folder, Err *e)
{
    int code = file_make_folder(folder, e);

    for (int i = 0; !code && i < p->count * p->copies; i++) {
        const char *number = p->numbers[i / p->copies];
        char name[WRITE_DIGITS + 32], *path;

        snprintf(name, sizeof name, "%04d-%s.png", i + 1, number);
        path = file_join(folder, name);
        code = path ? save_picture(image_copy(list[i], e), p, path, e)
                    : err_set(e, ERR_MEMORY, "%s: no memory", folder);
        free(path);
    }
    return code;
}

static int check(const ScribePage *p, const char *path, bool folder, Err *e)
{
    bool svg = ends_in(path, "svg"), png = ends_in(path, "png") || !strcmp(path, "-") || folder;

    if (p->count < 1 || p->copies < 1 || p->copies > SCRIBE_LINES / p->count)
        return err_set(e, ERR_LIMIT, "%d numbers, %d times each, are not 1 .. %d lines", p->count,
                       p->copies, SCRIBE_LINES);
    if (p->transparent && !svg && !png)
        return err_set(e, ERR_ARGUMENT, "%s: only .png and .svg can be transparent", path);
    if (!folder && !svg && !image_can_save(path))
        return err_set(e, ERR_ARGUMENT, "%s: the name has to end in .svg, " IMAGE_ENDINGS, path);
    for (int i = 0; i < p->count; i++)
        if (scribe_check(p->numbers[i], e))
            return -ERR_ARGUMENT;
    return 0;
}

int scribe_save(Scribe *s, const ScribePage *page, const char *path, Err *e)
{
    size_t length = strlen(path);
    bool folder = length && (path[length - 1] == '/' || file_is_folder(path));
    bool svg = ends_in(path, "svg");
    int code = check(page, path, folder, e), lines = code ? 0 : page->count * page->copies;
    Image **list = code ? NULL : write_lines(s, page, !folder && !svg, e);

    if (!list)
        return code ? code : -ERR_LIMIT;
    if (folder)
        code = save_files(list, page, path, e);
    else if (svg)
        code = save_svg(list, lines, page, path, e);
    else
        code = save_picture(stack(list, lines, e), page, path, e);
    lines_free(list, lines);
    return code;
}

/* ---- a labelled set ---- */

static int save_idx(const char *folder, const char *name, int dims, uint32_t count,
                    const uint8_t *values, Err *e)
{
    char *path = file_join(folder, name);
    int code =
        path ? idx_save(path, dims, (uint32_t[]){count, GENERATOR_SIDE, GENERATOR_SIDE}, values, e)
             : err_set(e, ERR_MEMORY, "%s: no memory", folder);

    free(path);
    return code;
}

static int write_set(Scribe *s, long count, const WriteOptions *options, uint8_t *pictures,
                     uint8_t *labels, const Watch *watch, Err *e)
{
    int digits[SET_BATCH], code = 0;

    for (long first = 0; !code && first < count; first += SET_BATCH) {
        int n = count - first < SET_BATCH ? (int)(count - first) : SET_BATCH;

        for (int i = 0; i < n; i++)
            labels[first + i] = (uint8_t)(digits[i] = (int)((first + i) % 10));
        code = scribe_digits(s, digits, n, (uint64_t)first, options,
                             pictures + (size_t)first * GENERATOR_PIXELS, e);
        watch_tell(watch, (size_t)(first + n), (size_t)count);
    }
    return code;
}

int scribe_save_set(Scribe *s, long count, const WriteOptions *options, const char *folder,
                    const Watch *watch, Err *e)
{
    uint8_t *pictures, *labels;
    int code;

    if (count < 1 || count > SCRIBE_SET)
        return err_set(e, ERR_LIMIT, "a set of %ld digits is not one of 1 .. %d", count,
                       SCRIBE_SET);
    if ((code = scribe_obeys(s, e)))
        return code;
    pictures = malloc((size_t)count * GENERATOR_PIXELS);
    labels = malloc((size_t)count);
    code = pictures && labels ? write_set(s, count, options, pictures, labels, watch, e)
                              : err_set(e, ERR_MEMORY, "no memory for %ld digits", count);
    if (!code)
        code = file_make_folder(folder, e);
    if (!code)
        code = save_idx(folder, "train-images-idx3-ubyte", 3, (uint32_t)count, pictures, e);
    if (!code)
        code = save_idx(folder, "train-labels-idx1-ubyte", 1, (uint32_t)count, labels, e);
    free(pictures);
    free(labels);
    return code;
}
