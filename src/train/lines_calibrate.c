#include "train/lines_calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/strings_set.h"
#include "read/reader.h"

static const double temperatures[] = {0.5, 0.6, 0.7, 0.85, 1, 1.2};
enum { TEMPERATURES = sizeof temperatures / sizeof *temperatures };

typedef struct Answer { /* a digit */
    double probability;
    bool right;
} Answer;

typedef struct Tally {
    double loss; /* of the numbers, summed */
    Answer *answers;
    int count;
} Tally;

/* Digit i of n is right where the label agrees from the front or from the end. */
static bool agrees(const char *label, const ReadLine *line, int i)
{
    int length = (int)strlen(label), front = 0, back = 0;

    while (front < length && front < line->count &&
           line->digits[front].alternatives[0].digit == label[front] - '0')
        front++;
    while (back < length && back < line->count &&
           line->digits[line->count - 1 - back].alternatives[0].digit ==
               label[length - 1 - back] - '0')
        back++;
    return i < front || i >= line->count - back;
}

/* What one reading says; `answers` has room for another number. */
static void tally(const Reading *r, const char *label, bool digits, Tally *t)
{
    const ReadLine *line = r->line_count ? &r->lines[0] : &(ReadLine){0};
    double p = r->line_count == 1 ? line->numbers[0].probability : r->line_count ? 0.01 : 0.5;
    bool exact = r->line_count <= 1 && line->count == (int)strlen(label) && line->number_count <= 1;

    for (int i = 0; i < line->count; i++) {
        bool right = agrees(label, line, i);

        exact &= right;
        if (digits && i < STRING_DIGITS)
            t->answers[t->count++] = (Answer){line->digits[i].probability, right};
    }
    p = fmin(fmax(p, 1e-3), 1 - 1e-3);
    t->loss -= log(exact ? p : 1 - p);
}

static int read_strings(Reader *reader, const Strings *s, int count, bool digits, Tally *t, Err *e)
{
    int status = 0;

    for (int i = 0; !status && i < count; i++) {
        char label[STRING_DIGITS + 1];
        Image *im = strings_picture(s, (uint64_t)i, label, e);
        Reading *r = im && *label ? reader_read(reader, im, &(ReadOptions){0}, e) : NULL;

        if (r)
            tally(r, label, digits, t);
        else if (!im || *label)
            status = -(int)ERR_MEMORY;
        reading_free(r);
        image_free(im);
    }
    return status;
}

/* Reads all numbers with the model as the file has it now. */
static int try(Model *m, const char *path, const Strings *plain, const Strings *cluttered,
               int count, Tally *t, Err *e)
{
    int status = model_save(m, path, MODEL_F32, e);
    Reader *reader = status ? NULL : reader_new(path, 1, e);

    t->loss = 0;
    t->count = 0;
    status = reader ? read_strings(reader, plain, count, true, t, e) : -(int)ERR_IO;
    if (!status)
        status = read_strings(reader, cluttered, count, false, t, e);
    reader_free(reader);
    return status;
}

static int by_probability(const void *a, const void *b)
{
    double x = ((const Answer *)a)->probability, y = ((const Answer *)b)->probability;

    return (x > y) - (x < y);
}

static double threshold_of(Tally *t)
{
    int wrong = 0, i = t->count;

    qsort(t->answers, (size_t)t->count, sizeof *t->answers, by_probability);
    while (i > 0 && wrong + !t->answers[i - 1].right <= LINES_WRONG * t->count)
        wrong += !t->answers[--i].right;
    return i > 0 ? fmin(0.999, nextafter(t->answers[i - 1].probability, 1)) : 0;
}

int lines_calibrate(Model *m, const char *path, const Strings *plain, const Strings *cluttered,
                    int count, Err *e)
{
    Tally t = {.answers = malloc((size_t)count * STRING_DIGITS * sizeof *t.answers + 1)};
    double least = INFINITY, best = 1;
    int status =
        t.answers ? 0 : err_set(e, ERR_MEMORY, "no memory to calibrate by %d numbers", count);

    m->calibration.threshold = 0;
    for (int i = 0; !status && i < TEMPERATURES; i++) {
        m->calibration.temperature = temperatures[i];
        status = try(m, path, plain, cluttered, count, &t, e);
        if (!status && t.loss < least) {
            least = t.loss;
            best = temperatures[i];
        }
    }
    m->calibration.temperature = best;
    if (!status)
        status = try(m, path, plain, cluttered, count, &t, e);
    if (!status) {
        m->calibration.threshold = threshold_of(&t);
        status = model_save(m, path, MODEL_F32, e);
    }
    free(t.answers);
    return status;
}
