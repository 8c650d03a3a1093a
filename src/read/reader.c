#include "read/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "image/digit.h"
#include "model/shipped.h"
#include "nn/exec.h"
#include "read/page.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, BATCH = 64, DIGITS = 10 };

struct Reader {
    Model *model;
    Team *team;
    Exec *one, *many; /* for a single picture and for batches */
    int output;       /* of the net: the logits */
    float *logits;    /* (BATCH, classes) */
};

/* ---- making ---- */

/* The first ten classes must be the digits; an eleventh is what is none. */
static int check_model(const Model *m, const char *name, Err *e)
{
    OpInfo input = net_op(m->net, net_input_node(m->net, 0).id);

    if (net_input_count(m->net) != 1 || input.out.c != 1 || input.out.h != SIDE || input.out.w != SIDE)
        return err_set(e, ERR_ARGUMENT, "%s: a reader needs a model of one 1x28x28 input, this one takes %dx%dx%d", name,
                       input.out.c, input.out.h, input.out.w);
    if (m->class_count < DIGITS || m->class_count > READER_CLASSES)
        return err_set(e, ERR_ARGUMENT, "%s: a reader needs the ten digits (and perhaps noise) as classes, this model has %d",
                       name, m->class_count);
    for (int i = 0; i < DIGITS; i++)
        if (m->classes[i][0] != '0' + i || m->classes[i][1])
            return err_set(e, ERR_ARGUMENT, "%s: class %d of a reader is the digit %d, here it is '%s'", name, i, i,
                           m->classes[i]);
    return 0;
}

static int start(Reader *r, int threads, Err *e)
{
    r->team = team_new(threads, e);
    if (!r->team)
        return -(int)ERR_MEMORY;
    r->one = exec_new(r->model->net, &(ExecOptions){.batch = 1}, e);
    r->many = r->one ? exec_new(r->model->net, &(ExecOptions){.batch = BATCH, .team = r->team}, e) : NULL;
    if (!r->many)
        return -(int)ERR_MEMORY;
    r->logits = malloc((size_t)BATCH * r->model->class_count * sizeof *r->logits);
    return r->logits ? 0 : err_set(e, ERR_MEMORY, "no memory for a reader");
}

Reader *reader_new(const char *model, int threads, Err *e)
{
    const char *name = model ? model : READER_DEFAULT;
    Reader *r = calloc(1, sizeof *r);

    if (!r) {
        err_set(e, ERR_MEMORY, "no memory for a reader");
        return NULL;
    }
    r->model = shipped_open(name, e);
    if (!r->model || check_model(r->model, name, e) || start(r, threads, e)) {
        reader_free(r);
        return NULL;
    }
    r->output = model_class_output(r->model);
    return r;
}

void reader_free(Reader *r)
{
    if (!r)
        return;
    exec_free(r->one);
    exec_free(r->many);
    team_free(r->team);
    model_free(r->model);
    free(r->logits);
    free(r);
}

const Model *reader_model(const Reader *r)
{
    return r->model;
}

/* ---- the net ---- */

static void classify_batch(Reader *r, const uint8_t *pixels, int count, double *out)
{
    const Model *m = r->model;
    float *outputs[NET_INPUTS] = {NULL};
    Batch batch = {.count = count, .bytes = pixels, .scale = m->scale, .shift = m->shift};

    outputs[r->output] = r->logits;
    exec_infer(count == 1 ? r->one : r->many, &batch, outputs, r->output + 1);
    for (int i = 0; i < count; i++)
        model_probabilities(m, r->logits + (size_t)i * m->class_count, m->class_count, out + (size_t)i * m->class_count);
}

void reader_classify(Reader *r, const uint8_t *pixels, int count, double *out)
{
    for (int first = 0; first < count; first += BATCH)
        classify_batch(r, pixels + (size_t)first * PIXELS, count - first < BATCH ? count - first : BATCH,
                       out + (size_t)first * r->model->class_count);
}

/* ---- from probabilities to a reading ---- */

static void rank(const double *p, ReadDigit *d)
{
    bool taken[DIGITS] = {false};

    for (int a = 0; a < READ_ALTERNATIVES; a++) {
        int best = -1;

        for (int i = 0; i < DIGITS; i++)
            if (!taken[i] && (best < 0 || p[i] > p[best]))
                best = i;
        taken[best] = true;
        d->alternatives[a] = (Alternative){best, p[best]};
    }
}

/* Refused when noise is likelier than any digit, or the likeliest is not likely enough. */
static void decide(const Model *m, const double *p, ReadDigit *d)
{
    bool noise = m->class_count > DIGITS && p[DIGITS] > 0;

    rank(p, d);
    d->probability = d->alternatives[0].probability;
    d->digit = d->alternatives[0].digit;
    if (d->probability < m->calibration.threshold || (noise && p[DIGITS] > d->probability))
        d->digit = -1;
}

static int see_piece(const Image *im, const Piece *piece, ReadDigit *d, bool *blank, Err *e)
{
    DigitInfo info;
    Image *crop = image_crop(im, piece->x, piece->y, piece->width, piece->height, e);
    int status = crop ? digit_from_image(crop, NULL, d->seen, &info, e) : -(int)ERR_MEMORY;

    image_free(crop);
    *blank = !status && info.blank;
    d->x = piece->x;
    d->y = piece->y;
    d->width = piece->width;
    d->height = piece->height;
    return status;
}

/* Cuts every piece out; blank ones fall away. */
static int see_pieces(const Image *im, const Piece *pieces, int *count, ReadDigit *digits, int *lines, Err *e)
{
    int kept = 0;

    for (int i = 0; i < *count; i++) {
        bool blank;
        int status = see_piece(im, &pieces[i], &digits[kept], &blank, e);

        if (status)
            return status;
        if (!blank)
            lines[kept++] = pieces[i].line;
    }
    *count = kept;
    return 0;
}

static int read_digits(Reader *r, ReadDigit *digits, int count, Err *e)
{
    const Model *m = r->model;
    uint8_t *pixels = malloc((size_t)count * PIXELS + 1);
    double *p = malloc(((size_t)count * m->class_count + 1) * sizeof *p);

    if (!pixels || !p) {
        free(pixels);
        free(p);
        return err_set(e, ERR_MEMORY, "no memory to read %d digits", count);
    }
    for (int i = 0; i < count; i++)
        memcpy(pixels + (size_t)i * PIXELS, digits[i].seen, PIXELS);
    reader_classify(r, pixels, count, p);
    for (int i = 0; i < count; i++)
        decide(m, p + (size_t)i * m->class_count, &digits[i]);
    free(pixels);
    free(p);
    return 0;
}

/* ---- the reading ---- */

static int add_line(Reading *reading, const ReadDigit *digits, int count, Err *e)
{
    ReadLine *line = &reading->lines[reading->line_count];

    line->digits = malloc(count * sizeof *line->digits);
    line->text = malloc((size_t)count + 1);
    reading->line_count++; /* reading_free frees what there is */
    if (!line->digits || !line->text)
        return err_set(e, ERR_MEMORY, "no memory for a line of %d digits", count);
    memcpy(line->digits, digits, count * sizeof *digits);
    line->count = count;
    for (int i = 0; i < count; i++)
        line->text[i] = digits[i].digit < 0 ? '?' : (char)('0' + digits[i].digit);
    line->text[count] = '\0';
    return 0;
}

static int add_lines(Reading *reading, const ReadDigit *digits, const int *lines, int count, Err *e)
{
    reading->lines = calloc((size_t)count + 1, sizeof *reading->lines);
    if (!reading->lines)
        return err_set(e, ERR_MEMORY, "no memory for %d digits", count);
    for (int first = 0, end; first < count; first = end) {
        for (end = first; end < count && lines[end] == lines[first]; end++)
            ;
        int status = add_line(reading, digits + first, end - first, e);

        if (status)
            return status;
    }
    return 0;
}

/* What was seen on several pictures, one after the other, so that the net meets it in full batches. */
typedef struct Sight {
    ReadDigit *digits;
    int *lines;
    int count;
} Sight;

static int add_room(Sight *s, int more, Err *e)
{
    size_t wanted = (size_t)s->count + more + 1;
    ReadDigit *digits = realloc(s->digits, wanted * sizeof *digits);
    int *lines;

    if (digits)
        s->digits = digits;
    if (!digits || !(lines = realloc(s->lines, wanted * sizeof *lines)))
        return err_set(e, ERR_MEMORY, "no memory for %d digits", s->count + more);
    s->lines = lines;
    return 0;
}

/* Adds what is on one picture; *count tells how many digits. */
static int see(Sight *s, const Image *im, const ReadOptions *options, int *count, Err *e)
{
    Piece whole = {.width = im->width, .height = im->height}, *pieces = NULL;
    int status = 0;

    *count = 1;
    if (!options->single && !(pieces = page_find(im, count, e)))
        return -(int)ERR_MEMORY;
    status = add_room(s, *count, e);
    if (!status)
        status = see_pieces(im, pieces ? pieces : &whole, count, s->digits + s->count, s->lines + s->count, e);
    if (!status)
        s->count += *count;
    free(pieces);
    return status;
}

static Reading *reading_new(const Image *im, const ReadDigit *digits, const int *lines, int count, Err *e)
{
    Reading *reading = calloc(1, sizeof *reading);

    if (!reading) {
        err_set(e, ERR_MEMORY, "no memory for a reading");
        return NULL;
    }
    reading->width = im->width;
    reading->height = im->height;
    if (add_lines(reading, digits, lines, count, e)) {
        reading_free(reading);
        return NULL;
    }
    return reading;
}

static int tell_all(const Sight *s, const Image *const *images, const int *counts, int count, Reading **out, Err *e)
{
    for (int i = 0, first = 0; i < count; first += counts[i], i++)
        if (!(out[i] = reading_new(images[i], s->digits + first, s->lines + first, counts[i], e)))
            return -(int)ERR_MEMORY;
    return 0;
}

int reader_read_many(Reader *r, const Image *const *images, const ReadOptions *options, int count, Reading **out, Err *e)
{
    Sight s = {0};
    int *counts = malloc(((size_t)count + 1) * sizeof *counts);
    int status = counts ? 0 : err_set(e, ERR_MEMORY, "no memory for %d pictures", count);

    memset(out, 0, (size_t)count * sizeof *out);
    for (int i = 0; !status && i < count; i++)
        status = see(&s, images[i], &options[i], &counts[i], e);
    if (!status)
        status = read_digits(r, s.digits, s.count, e);
    if (!status)
        status = tell_all(&s, images, counts, count, out, e);
    for (int i = 0; status && i < count; i++) {
        reading_free(out[i]);
        out[i] = NULL;
    }
    free(s.digits);
    free(s.lines);
    free(counts);
    return status;
}

Reading *reader_read(Reader *r, const Image *im, const ReadOptions *options, Err *e)
{
    Reading *reading;

    return reader_read_many(r, &im, options, 1, &reading, e) ? NULL : reading;
}

void reading_free(Reading *reading)
{
    if (!reading)
        return;
    for (int i = 0; i < reading->line_count; i++) {
        free(reading->lines[i].text);
        free(reading->lines[i].digits);
    }
    free(reading->lines);
    free(reading);
}
