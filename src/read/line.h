/* Reads a strip with one number on it as a whole: digits may touch, and lie among borders and rules.
 *
 *     LineReader *r = line_reader_new(NULL, &e);
 *     LineReading number;
 *     if (line_read(r, image, NULL, &number, &e) == 0)
 *         printf("%s, %.1f %% sure\n", number.text, 100 * number.probability);
 *     line_reader_free(r);
 *
 * image -> ink (image/ink.h) -> the writing's size and slope -> strips 32 px high at several scales -> the
 * line net -> the string that is likeliest by CTC (nn/ctc.h) in the mean over the strips. */
#ifndef SCRAWL_READ_LINE_H
#define SCRAWL_READ_LINE_H

#include <stdbool.h>

#include "image/ink.h"
#include "model/model.h"
#include "nn/ctc.h"

enum { LINE_DIGITS = 10 };

#define LINE_SURE 0.5 /* whoever shows a reading refuses a digit that is less likely than not */

typedef struct LineDigit {
    int digit;
    double probability; /* that it is this one and not another, the others being right */
    double probabilities[LINE_DIGITS]; /* the same for each */
    float x, y, width, height;         /* where it stands, in pixels of the picture */
    uint8_t seen[28 * 28];             /* its ink alone, as MNIST has it */
    bool odd;                          /* cut from a neighbour that it touches or a rule, or with a long tail */
} LineDigit;

typedef struct LineReading {
    char text[CTC_LABELS + 1]; /* "" where there is no number */
    int count;
    double probability; /* of the whole text; with the stroke that ends an amount (read/slash.h) where one was left out */
    LineDigit digits[CTC_LABELS];
} LineReading;

/* How many digits a number has. */
typedef struct LineLength {
    int least, most; /* 0, 0: not known */
} LineLength;

/* "6" or "2-4", as --digits takes it. ERR_ARGUMENT for anything else, or beyond 1 .. CTC_LABELS. */
int line_length_parse(const char *text, LineLength *out, Err *e);

typedef struct LineOptions {
    LineLength length;
    InkPolarity polarity; /* INK_AUTO: found out */
    bool is_part; /* cut out around writing that the caller found: nothing is taken out that is around it (image/frames.h, image/cut_off.h), and
                     it may be words: where there are five signs or more and half of them are no digits, count is 0 */
} LineOptions;

typedef struct LineReader LineReader;

/* A reader with the model that ships or a file; NULL: "line". ERR_ARGUMENT for a model that does not take
 * strips of (1,32,W) or whose classes are not the ten digits and a blank. */
LineReader *line_reader_new(const char *model, Err *e);
void line_reader_free(LineReader *r); /* NULL is fine */

/* Whether a model takes strips, as a line reader's does. */
bool line_reader_takes(const Model *m);

/* The picture's number; at most CTC_LABELS digits. `options` may be NULL. Where the length is known, the
 * reading is the likeliest number of such a length, unless none fits: then it is "". One call at a time.
 * ERR_ARGUMENT for a length that there cannot be; ERR_MEMORY. */
int line_read(LineReader *r, const Image *im, const LineOptions *options, LineReading *out, Err *e);

#endif
