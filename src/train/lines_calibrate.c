#include "train/lines_calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/strings_set.h"
#include "read/reader.h"

static const double temperatures[] = {0.5, 0.6, 0.7, 0.85, 1, 1.2};
enum { TEMPERATURES = sizeof temperatures / sizeof *temperatures };

/* The log-loss of one reading's probability. */
static double loss_of(const Reading *r, const char *label)
{
    const ReadLine *line = r->line_count ? &r->lines[0] : &(ReadLine){0};
    double p = r->line_count == 1 ? line->numbers[0].probability : r->line_count ? 0.01 : 0.5;
    bool exact = r->line_count <= 1 && line->number_count <= 1 && line->count == (int)strlen(label);

    for (int i = 0; exact && i < line->count; i++)
        exact = line->digits[i].alternatives[0].digit == label[i] - '0';
    p = fmin(fmax(p, 1e-3), 1 - 1e-3);
    return -log(exact ? p : 1 - p);
}

static int read_strings(Reader *reader, const Strings *s, int count, double *loss, Err *e)
{
    int status = 0;

    for (int i = 0; !status && i < count; i++) {
        char label[STRING_DIGITS + 1];
        Image *im = strings_picture(s, (uint64_t)i, label, e);
        Reading *r = im && *label ? reader_read(reader, im, &(ReadOptions){0}, e) : NULL;

        if (r)
            *loss += loss_of(r, label);
        else if (!im || *label)
            status = -(int)ERR_MEMORY;
        reading_free(r);
        image_free(im);
    }
    return status;
}

/* Reads all numbers with the model as the file has it now. */
static int try(Model *m, const char *path, const Strings *plain, const Strings *cluttered,
               int count, double *loss, Err *e)
{
    int status = model_save(m, path, MODEL_F32, e);
    Reader *reader = status ? NULL : reader_new(path, 1, e);

    *loss = 0;
    status = reader ? read_strings(reader, plain, count, loss, e) : -(int)ERR_IO;
    if (!status)
        status = read_strings(reader, cluttered, count, loss, e);
    reader_free(reader);
    return status;
}

int lines_calibrate(Model *m, const char *path, const Strings *plain, const Strings *cluttered,
                    int count, Err *e)
{
    double least = INFINITY, best = 1, loss;
    int status = 0;

    for (int i = 0; !status && i < TEMPERATURES; i++) {
        m->calibration.temperature = temperatures[i];
        status = try(m, path, plain, cluttered, count, &loss, e);
        if (!status && loss < least) {
            least = loss;
            best = temperatures[i];
        }
    }
    m->calibration.temperature = best;
    return status ? status : model_save(m, path, MODEL_F32, e);
}
