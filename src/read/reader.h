/* Reads the numbers of a picture: a crop of one digit, a strip with one number, a page with several.
 *
 *     Reader *r = reader_new(NULL, 0, &e);
 *     Reading *page = reader_read(r, image, &(ReadOptions){0}, &e);
 *     for (int i = 0; i < page->line_count; i++)
 *         puts(page->lines[i].text);
 *
 * What a picture is, is found out: pieces of ink (page.h) are gathered into numbers (numbers.h). A digit that stands
 * alone goes through image/digit.h to a net that takes 28x28, a number to the line reader (line.h). A digit whose
 * probability is below the model's threshold (in a number: less likely than not), or that a noise class claims, is
 * refused: its `digit` is -1 and the text shows "?". A page that lies on a side or upside down is turned to be read. A reader whose model was named reads every digit by that one, and so only what stands apart. */
#ifndef SCRAWL_READ_READER_H
#define SCRAWL_READ_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "image/image.h"
#include "model/model.h"
#include "read/line.h"

enum {
    READ_ALTERNATIVES = 3,
    READER_CLASSES = 11 /* at most: the digits and noise */
};

typedef struct Alternative {
    int digit;
    double probability;
} Alternative;

typedef struct ReadDigit {
    int x, y, width, height; /* of its ink, in pixels of the picture */
    int digit;               /* 0..9, or -1: refused */
    double probability;      /* of the likeliest digit, refused or not */
    Alternative alternatives[READ_ALTERNATIVES]; /* likeliest first */
    uint8_t seen[28 * 28];   /* what the net saw */
} ReadDigit;

typedef struct ReadNumber {
    int first, count;   /* its digits, of the line's */
    double probability; /* that every digit is right, and none is missing or too many */
} ReadNumber;

typedef struct ReadLine {
    char *text; /* a digit or "?" each, a space between numbers; NUL-terminated */
    ReadDigit *digits;
    int count;
    ReadNumber *numbers;
    int number_count;
} ReadLine;

typedef struct Reading {
    int width, height; /* of the picture */
    ReadLine *lines;   /* in reading order; none for a picture without writing */
    int line_count;
    int turned; /* degrees to the right by which the picture was turned to be read: 0, 90, 180 or 270; boxes are where it lies */
} Reading;

typedef struct ReadOptions {
    bool single;       /* the whole picture is one digit */
    LineLength length; /* how many digits each number has, where that is known */
} ReadOptions;

typedef struct Reader Reader;

/* A reader with the models that ship (NULL); with one of them or a file alone, that reads digits; or with a line
 * reader beside the digits' default. threads 0: all cores. ERR_ARGUMENT for a model that takes neither 28x28 pictures
 * nor strips, or whose classes are not the digits (and perhaps "noise"; a line reader's, the blank). */
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

/* Which models `read` uses when none is named: for a digit that stands alone, and for numbers. */
#define READER_DEFAULT "digits"
#define READER_LINES "line"

#endif
