/* The facade that others embed: scrawl.h's names over the rooms. */
#include "scrawl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "image/codec.h"
#include "read/reader.h"

struct scrawl_reader {
    Reader *reader;
};

/* What the caller sees, and what it points into. */
typedef struct Shown {
    scrawl_reading reading; /* first, so that the caller's pointer is ours */
    Reading *inside;
    scrawl_line *lines;
    scrawl_digit *digits;
} Shown;

static void tell(scrawl_error *error, const Err *e)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s", e->text);
}

scrawl_reader *scrawl_reader_new(const char *model, int threads, scrawl_error *error)
{
    scrawl_reader *r = malloc(sizeof *r);
    Err e = {0};

    if (!r)
        err_set(&e, ERR_MEMORY, "no memory for a reader");
    else if (threads < 0 || threads > TEAM_LIMIT)
        err_set(&e, ERR_ARGUMENT, "%d threads; 0 to %d are possible", threads, TEAM_LIMIT);
    else
        r->reader = reader_new(model, threads, &e);
    if (e.code) {
        tell(error, &e);
        free(r);
        return NULL;
    }
    return r;
}

void scrawl_reader_free(scrawl_reader *r)
{
    if (!r)
        return;
    reader_free(r->reader);
    free(r);
}

static void show_lines(Shown *s)
{
    scrawl_digit *next = s->digits;

    for (int i = 0; i < s->inside->line_count; i++) {
        const ReadLine *line = &s->inside->lines[i];

        s->lines[i] = (scrawl_line){line->text, next, line->count};
        for (int j = 0; j < line->count; j++, next++) {
            const ReadDigit *d = &line->digits[j];

            *next = (scrawl_digit){d->x, d->y, d->width, d->height, d->digit, d->probability};
        }
    }
    s->reading = (scrawl_reading){s->inside->width, s->inside->height, s->lines, s->inside->line_count};
}

/* Takes the inner reading over. */
static scrawl_reading *show(Reading *inside, Err *e)
{
    Shown *s = calloc(1, sizeof *s);
    size_t digits = 0;

    for (int i = 0; i < inside->line_count; i++)
        digits += inside->lines[i].count;
    if (s) {
        s->inside = inside;
        s->lines = calloc(inside->line_count + 1, sizeof *s->lines);
        s->digits = calloc(digits + 1, sizeof *s->digits);
    }
    if (!s || !s->lines || !s->digits) {
        err_set(e, ERR_MEMORY, "no memory for a reading");
        if (s)
            scrawl_reading_free(&s->reading);
        else
            reading_free(inside);
        return NULL;
    }
    show_lines(s);
    return &s->reading;
}

/* Reads and frees the picture; NULL stands for one that could not be had, and `e` says why. */
static scrawl_reading *read_image(scrawl_reader *r, Image *im, unsigned flags, Err *e, scrawl_error *error)
{
    ReadOptions options = {.single = flags & SCRAWL_SINGLE};
    Reading *inside = im ? reader_read(r->reader, im, &options, e) : NULL;
    scrawl_reading *reading = inside ? show(inside, e) : NULL;

    image_free(im);
    if (!reading)
        tell(error, e);
    return reading;
}

scrawl_reading *scrawl_read_file(scrawl_reader *r, const char *path, unsigned flags, scrawl_error *error)
{
    Err e = {0};

    return read_image(r, image_load(path, &e), flags, &e, error);
}

scrawl_reading *scrawl_read_bytes(scrawl_reader *r, const void *bytes, size_t size, unsigned flags,
                                  scrawl_error *error)
{
    Err e = {0};

    return read_image(r, image_decode(bytes, size, "the picture", &e), flags, &e, error);
}

scrawl_reading *scrawl_read_pixels(scrawl_reader *r, const uint8_t *pixels, int width, int height, int channels,
                                   size_t stride, unsigned flags, scrawl_error *error)
{
    Err e = {0};
    Image *im = NULL;

    if (channels != 1 && channels != 3)
        err_set(&e, ERR_ARGUMENT, "pixels of %d channels; 1 and 3 are possible", channels);
    else
        im = image_new(width, height, channels, &e);
    for (int y = 0; im && y < height; y++)
        memcpy(im->pixels + (size_t)y * width * channels, pixels + y * stride, (size_t)width * channels);
    return read_image(r, im, flags, &e, error);
}

void scrawl_reading_free(scrawl_reading *reading)
{
    Shown *s = (Shown *)reading;

    if (!s)
        return;
    reading_free(s->inside);
    free(s->lines);
    free(s->digits);
    free(s);
}

void scrawl_classify(scrawl_reader *r, const uint8_t pixels[784], double probabilities[10])
{
    double p[READER_CLASSES];

    reader_classify(r->reader, pixels, 1, p);
    memcpy(probabilities, p, 10 * sizeof *p);
}

const char *scrawl_version(void)
{
    return SCRAWL_VERSION;
}
