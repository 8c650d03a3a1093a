/* Reads the digits of a picture: a crop of one, or several that stand apart, in lines.
 *
 *     Reader *r = reader_new("lenet", 0, &e);
 *     Reading *page = reader_read(r, image, &(ReadOptions){0}, &e);
 *     for (int i = 0; i < page->line_count; i++)
 *         puts(page->lines[i].text);
 *
 * image -> ink (image/digit.h) -> a piece for each digit (page.h) -> 28x28 as the net was trained on -> the net.
 * A digit whose probability is below the model's threshold, or that a noise class claims, is refused: its `digit`
 * is -1 and the text shows "?". */
#ifndef SCRAWL_READ_READER_H
#define SCRAWL_READ_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "image/image.h"
#include "model/model.h"

enum {
    READ_ALTERNATIVES = 3,
    READER_CLASSES = 11 /* at most: the digits and noise */
};

typedef struct Alternative {
    int digit;
    double probability;
} Alternative;

typedef struct ReadDigit {
    int x, y, width, height; /* in pixels of the picture */
    int digit;               /* 0..9, or -1: refused */
    double probability;      /* of the likeliest digit, refused or not */
    Alternative alternatives[READ_ALTERNATIVES]; /* likeliest first */
    uint8_t seen[28 * 28];   /* what the net saw */
} ReadDigit;

typedef struct ReadLine {
    char *text; /* a digit or "?" each; NUL-terminated */
    ReadDigit *digits;
    int count;
} ReadLine;

typedef struct Reading {
    int width, height; /* of the picture */
    ReadLine *lines;   /* in reading order; none for a picture without writing */
    int line_count;
} Reading;

typedef struct ReadOptions {
    bool single; /* the whole picture is one digit */
} ReadOptions;

typedef struct Reader Reader;

/* A reader with a model that ships or a file (NULL: the default). threads 0: all cores. ERR_ARGUMENT for a model that
 * does not take 28x28 pictures or whose classes are not the digits (and perhaps "noise"). */
Reader *reader_new(const char *model, int threads, Err *e);
void reader_free(Reader *r);
const Model *reader_model(const Reader *r);

/* The caller frees with reading_free. A picture without writing gives no lines. One call at a time. */
Reading *reader_read(Reader *r, const Image *im, const ReadOptions *options, Err *e);
void reading_free(Reading *reading);

/* Several pictures at once, each with its options: the net sees the digits of all of them in full batches, which is
 * faster than one after the other. out (count); 0, or -ERR_MEMORY and every out is NULL. */
int reader_read_many(Reader *r, const Image *const *images, const ReadOptions *options, int count, Reading **out, Err *e);

/* Class probabilities of ready 28x28 pictures (light ink on 0): out (count, classes of the model). */
void reader_classify(Reader *r, const uint8_t *pixels, int count, double *out);

/* The reading as the JSON object of `read --json`, without newline. The caller frees; NULL: no memory. */
char *reading_json(const Reading *reading, const char *image_name);

/* Which model `read` uses when none is named. */
#define READER_DEFAULT "digits"

#endif
