/* Writes numbers by hand: digits are drawn by a net, read back, and set side by side.
 *
 *     Scribe *s = scribe_new(NULL, 0, &e);
 *     Image *number = scribe_number(s, "241256", &(WriteOptions){.seed = 1}, &e);
 *     image_save(number, "out.png", &e);               // ink is light on 0
 *     image_free(number);
 *     scribe_free(s);
 *
 * The digits of a number come from one hand: of the noise that each is drawn from a part is the
 * number's (Gaussian noise mixed so that every digit by itself is spread as without), and
 * read/hand.h sets them out. Each digit is then read by the model "digits"; one that is not read
 * as meant with a probability of WRITE_SURE is drawn again, WRITE_TRIES times in all, at last from
 * noise of its own; the surest of the tries stays.
 *
 * The same seed gives the same bytes for any number of threads. */
#ifndef SCRAWL_READ_SCRIBE_H
#define SCRAWL_READ_SCRIBE_H

#include "image/image.h"
#include "read/generator.h"

enum { WRITE_DIGITS = 200, WRITE_TRIES = 5 };
#define WRITE_SURE  0.95f
#define WRITE_ALIKE 0.8f /* the correlation of noise between digits of one hand */

/* Which model `write` uses when none is named. */
#define SCRIBE_DEFAULT "writer"

typedef enum WriteJoin {
    JOIN_HAND, /* read/hand.h */
    JOIN_SEED  /* boxes of 18 columns side by side */
} WriteJoin;

typedef struct WriteOptions {
    uint64_t seed;
    bool styled; /* the hand is number `style`, whatever the seed; else the seed chooses it */
    uint64_t style;
    float guidance; /* above 1: more like the others of its kind; 0: 1 */
    bool unchecked; /* digits are not read back */
    int height;     /* of the picture in pixels; 0: 64, JOIN_SEED: 28 */
    WriteJoin join;
} WriteOptions;

typedef struct Scribe Scribe;

/* A writer with a model that ships or a file (NULL: the default); `threads` 0: all cores.
 * ERR_ARGUMENT for a model that does not write. */
Scribe *scribe_new(const char *model, int threads, Err *e);
void scribe_free(Scribe *w); /* NULL is fine */

/* 0, or ERR_ARGUMENT for a model that draws digits of its own choice: scribe_digits gives some,
 * whatever the labels, where the options say that they are not read back; numbers it cannot write. */
int scribe_obeys(const Scribe *w, Err *e);

/* 0, or ERR_ARGUMENT for what is no number of 1 .. WRITE_DIGITS digits. */
int scribe_check(const char *number, Err *e);

/* The number's picture, grey, ink light on 0. */
Image *scribe_number(Scribe *w, const char *number, const WriteOptions *options, Err *e);

/* The number's digits before they are set out: pictures (strlen(number), 28, 28). */
int scribe_number_digits(Scribe *w, const char *number, const WriteOptions *options,
                         uint8_t *pictures, Err *e);

/* Digits by as many hands: number first+i of the seed's, labels (count) -> pictures (count,28,28).
 * A digit depends on the seed and its number alone. ERR_ARGUMENT for guidance of a model without a
 * flow. */
int scribe_digits(Scribe *w, const int *labels, int count, uint64_t first,
                  const WriteOptions *options, uint8_t *pictures, Err *e);

/* Digits drawn and drawn again since scribe_new, for reports. */
typedef struct WriteCounts {
    long digits, redrawn;
} WriteCounts;
WriteCounts scribe_counts(const Scribe *w);

#endif
