#include "read/reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "model/shipped.h"
#include "nn/exec.h"
#include "read/sight.h"
#include "read/together.h"
#include "read/way_up.h"

enum {
    SIDE = 28,
    PIXELS = SIDE * SIDE,
    BATCH = 64,
    DIGITS = 10,
    AGAIN_MOST = 32 /* doubtful things of a page that are looked at again, from the top: each costs as much as a number */
};

static const double least_structure = 0.02, beyond_doubt = 0.995;
static const float faintest = 14;              /* contrast that a pencil has against paper of little grain */
static const double nearly_a_digit = 0.15; /* probability of what is refused on a page rather than passed over */
/* How much the digits' net has to say about a digit of a number: chosen on made-up numbers of validation digits. */
static const double second_opinion = 0.15, least_probability = 1e-4;

struct Reader {
    Model *model;
    Team *team;
    Exec *one, *many; /* for a single picture and for batches */
    int output;       /* of the net: the logits */
    float *logits;    /* (BATCH, classes) */
    LineReader *line; /* NULL: what is read stands apart */
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

/* A model of strips is the line reader's; the digits are read by the default one then. */
static int open_models(Reader *r, const char *name, Err *e)
{
    bool is_line;
    const char *lines = !name && shipped_find(READER_LINES) ? READER_LINES : NULL;

    r->model = shipped_open(name ? name : READER_DEFAULT, e);
    if (!r->model)
        return -(int)ERR_IO;
    is_line = name && line_reader_takes(r->model);
    if (is_line) {
        lines = name;
        name = READER_DEFAULT;
        model_free(r->model);
        r->model = shipped_open(name, e);
    }
    if (!r->model || check_model(r->model, name ? name : READER_DEFAULT, e))
        return -(int)ERR_ARGUMENT;
    if (lines && !(r->line = line_reader_new(lines, e)))
        return -(int)ERR_ARGUMENT;
    return 0;
}

Reader *reader_new(const char *model, int threads, Err *e)
{
    Reader *r = calloc(1, sizeof *r);

    if (!r) {
        err_set(e, ERR_MEMORY, "no memory for a reader");
        return NULL;
    }
    if (open_models(r, model, e) || start(r, threads, e)) {
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
    line_reader_free(r->line);
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
    for (int first = 0, n; first < count; first += n) {
        n = infer_together(count - first, BATCH);
        classify_batch(r, pixels + (size_t)first * PIXELS, n, out + (size_t)first * r->model->class_count);
    }
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

/* A digit of a number: the line reader knows its neighbours, the digits' net was trained longer on what it looks
 * like. Both count, the second less, and not at all for what it takes for no digit, or where a digit was cut from its
 * neighbour or has a long tail. */
static void decide_both(const Reader *r, const double *p, SeenDigit *s)
{
    double weight = s->odd ? 0 : second_opinion * (r->model->class_count > DIGITS ? 1 - p[DIGITS] : 1);
    double both[DIGITS], sum = 0;

    for (int d = 0; d < DIGITS; d++) {
        both[d] = s->probabilities[d] * pow(p[d] + least_probability, weight);
        sum += both[d];
    }
    for (int d = 0; d < DIGITS; d++)
        both[d] /= sum;
    rank(both, &s->digit);
}

/* How likely it is that a number has its digits where they were found: what is left of its probability when those of
 * the digits, each given that the others are right, are divided out. */
static double structure_of(const SeenDigit *s, int count)
{
    double product = 1;

    for (int i = 0; i < count; i++) {
        double most = 0;

        for (int d = 0; d < DIGITS; d++)
            most = s[i].probabilities[d] > most ? s[i].probabilities[d] : most;
        product *= most;
    }
    return fmin(1, s->line_probability / product);
}

/* Where the digits are hardly where they were found (too many, or not as many as the caller says), all are refused. */
static void decide_number(SeenDigit *s, int count)
{
    double number = structure_of(s, count);
    bool lost = number < least_structure;

    for (int i = 0; i < count; i++) {
        ReadDigit *d = &s[i].digit;

        d->probability = d->alternatives[0].probability;
        d->digit = lost || d->probability < LINE_SURE ? -1 : d->alternatives[0].digit;
        number *= d->probability;
    }
    for (int i = 0; i < count; i++)
        s[i].number_probability = number;
}

/* p (count, classes) is what the digits' net says about each spot. */
static void decide_all(const Reader *r, const double *p, Sight *sight)
{
    for (int i = 0; i < sight->count; i++, p += r->model->class_count)
        if (sight->spots[i].read)
            decide_both(r, p, &sight->spots[i]);
        else
            decide(r->model, p, &sight->spots[i].digit);
    for (int first = 0, end; first < sight->count; first = end) {
        const SeenDigit *s = &sight->spots[first];

        for (end = first + 1; end < sight->count && sight->spots[end].number == s->number; end++)
            ;
        if (s->read)
            decide_number(&sight->spots[first], end - first);
    }
}

/* Looks at the digits of all pictures, so that the net meets them in full batches. */
static int read_digits(Reader *r, Sight *sights, int count, Err *e)
{
    int classes = r->model->class_count, total = 0, n = 0;

    for (int i = 0; i < count; i++)
        total += sights[i].count;
    uint8_t *pixels = calloc((size_t)total + 1, PIXELS);
    double *p = malloc(((size_t)total * classes + 1) * sizeof *p);
    bool fits = pixels && p;

    for (int i = 0; fits && i < count; i++)
        for (int k = 0; k < sights[i].count; k++)
            memcpy(pixels + (size_t)n++ * PIXELS, sights[i].spots[k].digit.seen, PIXELS);
    if (fits)
        reader_classify(r, pixels, n, p);
    for (int i = 0, first = 0; fits && i < count; first += sights[i].count, i++)
        decide_all(r, p + (size_t)first * classes, &sights[i]);
    free(pixels);
    free(p);
    return fits ? 0 : err_set(e, ERR_MEMORY, "no memory to read %d digits", total);
}

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* How high the digits are that were read; 0 for fewer than a few. ERR_MEMORY. */
static int find_usual_height(const Sight *s, int *usual, Err *e)
{
    enum { FEW = 3 };
    int *heights = malloc(((size_t)s->count + 1) * sizeof *heights), n = 0;

    if (!heights)
        return err_set(e, ERR_MEMORY, "no memory for %d digits", s->count);
    for (int i = 0; i < s->count; i++)
        if (s->spots[i].digit.digit >= 0)
            heights[n++] = s->spots[i].digit.height;
    qsort(heights, (size_t)n, sizeof *heights, by_value);
    *usual = n < FEW ? 0 : heights[n / 2];
    free(heights);
    return 0;
}

/* Whether something is as high as writing that is usually so high; nothing is where that is 0. */
static bool is_high(const ReadDigit *d, int usual)
{
    return 10 * d->height >= 6 * usual && 10 * d->height <= 16 * usual;
}

/* Whether a crop, or what stands alone and is as high as the writing, is no digit beyond doubt. */
static bool is_doubtful(const Sight *s, const SeenDigit *spot, int usual)
{
    const ReadDigit *d = &spot->digit;

    return (s->is_crop || (spot->alone && is_high(d, usual))) && (d->digit < 0 || d->probability < beyond_doubt);
}

/* What is doubtful is looked at once more, as a number: two digits may touch. */
static int read_again(Reader *r, Sight *s, const Image *im, const ReadOptions *options, Err *e)
{
    int usual = 0, doubtful = 0, status = find_usual_height(s, &usual, e);
    bool changed = false;

    for (int i = 0; !status && i < s->count; i++) {
        s->spots[i].doubtful = doubtful < AGAIN_MOST && is_doubtful(s, &s->spots[i], usual);
        doubtful += s->spots[i].doubtful;
    }
    if (status || !doubtful)
        return status;
    status = sight_look_again(s, r->line, im, options, &changed, e);
    return status || !changed ? status : read_digits(r, s, 1, e);
}

/* How many of the picture's rims a digit reaches. */
static int rims_reached(const ReadDigit *d, const Image *im)
{
    int near = (im->width > im->height ? im->width : im->height) / 100;

    return (d->x <= near) + (d->y <= near) + (d->x + d->width >= im->width - near) + (d->y + d->height >= im->height - near);
}

/* Whether there is nothing, or nothing but what was refused and reaches a rim. */
static bool is_at_rims(const Sight *s, const Image *im)
{
    for (int i = 0; i < s->count; i++)
        if (s->spots[i].digit.digit >= 0 || !rims_reached(&s->spots[i].digit, im))
            return false;
    return true;
}

static bool has_answer(const Sight *s)
{
    for (int i = 0; i < s->count; i++)
        if (s->spots[i].digit.digit >= 0)
            return true;
    return false;
}

/* Where nothing is read, what the picture's rim cuts may have been in the way. */
static int read_inside(Reader *r, Sight *s, const Image *im, const ReadOptions *options, Err *e)
{
    Sight inside = {0};
    int status = is_at_rims(s, im) ? sight_look_inside(&inside, r->line, im, options, e) : 0;

    if (!status && inside.count)
        status = read_digits(r, &inside, 1, e);
    if (!status && inside.count)
        status = read_again(r, &inside, im, options, e);
    if (!status && has_answer(&inside)) {
        Sight old = *s;

        *s = inside;
        inside = old;
    }
    sight_free(&inside);
    return status;
}

/* Whether a digit reaches from one rim to the other and leaves much of the picture free beside it. */
static bool is_across(const ReadDigit *d, const Image *im)
{
    int near = (im->width > im->height ? im->width : im->height) / 50 + 1;

    return (d->y <= near && d->y + d->height >= im->height - near && 5 * d->width < 3 * im->width) ||
           (d->x <= near && d->x + d->width >= im->width - near && 5 * d->height < 3 * im->height);
}

/* Refuses what is alone on a picture and is a fold, a shadow, part of a ring: what reaches two rims of a photo without filling it,
 * and what is fainter than a pencil and goes from rim to rim. */
static void refuse_cut(Sight *s, const Image *im)
{
    if (s->count != 1)
        return;
    ReadDigit *d = &s->spots[0].digit;
    float contrast = s->spots[0].contrast;
    bool fills = 10 * d->width >= 7 * im->width && 10 * d->height >= 7 * im->height;
    bool cut = !sight_is_close(im) && rims_reached(d, im) > 1 && !fills;
    bool faint = contrast > 0 && contrast < faintest && is_across(d, im);

    if (cut || faint)
        d->digit = -1;
}

/* ---- the way up ---- */

/* Looks at the picture turned; that is kept where it is clearly worth more. */
static int read_turned(Reader *r, Sight *s, int degrees, const Image *im, const ReadOptions *options, Err *e)
{
    Sight other = {0};
    Image *turned = turned_to(im, degrees, e);
    int status = turned ? sight_look(&other, r->line, turned, options, e) : -(int)ERR_MEMORY;

    if (!status)
        status = read_digits(r, &other, 1, e);
    if (!status && way_is_better(sight_worth(&other), sight_worth(s))) {
        Sight old = *s;

        status = read_again(r, &other, turned, options, e); /* as the picture lies: neither way was looked at again before */
        sight_turn_back(&other, degrees, im->width, im->height);
        *s = other;
        other = old;
    }
    image_free(turned);
    sight_free(&other);
    return status;
}

/* A page may lie on either side, or upside down. */
static int read_way_up(Reader *r, Sight *s, const Image *im, const ReadOptions *options, Err *e)
{
    bool over = false;
    int status = 0;

    if (!r->line || options->single || (s->is_crop && !s->on_side))
        return 0;
    if (s->on_side) {
        status = read_turned(r, s, 90, im, options, e);
        return status ? status : read_turned(r, s, 270, im, options, e);
    }
    if (sight_is_doubtful(s))
        status = sight_is_over(s, r->line, im, options, &over, e);
    return status || !over ? status : read_turned(r, s, 180, im, options, e);
}

/* ---- the reading ---- */

/* Whether what stands alone on a page was no writing: no digit, nor nearly one that is as high as the others. */
static bool is_nothing(const SeenDigit *s, int usual)
{
    const ReadDigit *d = &s->digit;
    bool nearly = d->probability > nearly_a_digit && is_high(d, usual);

    return s->alone && d->digit < 0 && !nearly;
}

/* Whether most of a box lies within another. */
static bool is_within(const ReadDigit *a, const ReadDigit *b)
{
    int left = a->x > b->x ? a->x : b->x, top = a->y > b->y ? a->y : b->y;
    int right = a->x + a->width < b->x + b->width ? a->x + a->width : b->x + b->width;
    int bottom = a->y + a->height < b->y + b->height ? a->y + a->height : b->y + b->height;

    return right > left && bottom > top && 10 * (double)(right - left) * (bottom - top) > 7 * (double)a->width * a->height;
}

/* Whether a digit that was read alone is one of a number's, too. */
static bool is_read_twice(const Sight *s, int i)
{
    for (int k = 0; s->spots[i].alone && k < s->count; k++)
        if (s->spots[k].read && is_within(&s->spots[i].digit, &s->spots[k].digit))
            return true;
    return false;
}

static int drop_nothings(Sight *s, Err *e)
{
    bool *drop = calloc((size_t)s->count + 1, sizeof *drop);
    int usual = 0, kept = 0;
    int status = drop ? find_usual_height(s, &usual, e) : err_set(e, ERR_MEMORY, "no memory for %d digits", s->count);

    for (int i = 0; !status && i < s->count; i++)
        drop[i] = is_nothing(&s->spots[i], usual) || is_read_twice(s, i);
    for (int i = 0; !status && i < s->count; i++)
        if (!drop[i])
            s->spots[kept++] = s->spots[i];
    s->count = status ? s->count : kept;
    free(drop);
    return status;
}

static int line_room(ReadLine *line, int count, Err *e)
{
    line->digits = malloc((size_t)count * sizeof *line->digits);
    line->numbers = malloc((size_t)count * sizeof *line->numbers);
    line->text = malloc(2 * (size_t)count + 1);
    return line->digits && line->numbers && line->text
               ? 0
               : err_set(e, ERR_MEMORY, "no memory for a line of %d digits", count);
}

/* A line of writing from its spots. */
static int add_line(Reading *reading, const SeenDigit *spots, int count, Err *e)
{
    ReadLine *line = &reading->lines[reading->line_count++]; /* reading_free frees what there is */
    int status = line_room(line, count, e);
    char *text = line->text;

    for (int i = 0; !status && i < count; i++) {
        const ReadDigit *d = &spots[i].digit;

        if (!i || spots[i].number != spots[i - 1].number) {
            if (i)
                *text++ = ' ';
            line->numbers[line->number_count++] =
                (ReadNumber){i, 0, spots[i].read ? spots[i].number_probability : 1};
        }
        ReadNumber *number = &line->numbers[line->number_count - 1];

        number->count++;
        if (!spots[i].read)
            number->probability *= d->probability;
        line->digits[line->count++] = *d;
        *text++ = d->digit < 0 ? '?' : (char)('0' + d->digit);
    }
    if (!status)
        *text = '\0';
    return status;
}

static int add_lines(Reading *reading, const SeenDigit *spots, int count, Err *e)
{
    reading->lines = calloc((size_t)count + 1, sizeof *reading->lines);
    if (!reading->lines)
        return err_set(e, ERR_MEMORY, "no memory for %d digits", count);
    for (int first = 0, end; first < count; first = end) {
        for (end = first; end < count && spots[end].line == spots[first].line; end++)
            ;
        int status = add_line(reading, spots + first, end - first, e);

        if (status)
            return status;
    }
    return 0;
}

static Reading *reading_new(const Image *im, Sight *s, Err *e)
{
    Reading *reading = calloc(1, sizeof *reading);

    if (!reading) {
        err_set(e, ERR_MEMORY, "no memory for a reading");
        return NULL;
    }
    reading->width = im->width;
    reading->height = im->height;
    reading->turned = s->turned;
    if (drop_nothings(s, e) || add_lines(reading, s->spots, s->count, e)) {
        reading_free(reading);
        return NULL;
    }
    return reading;
}

int reader_read_many(Reader *r, const Image *const *images, const ReadOptions *options, int count, Reading **out, Err *e)
{
    Sight *sights = calloc((size_t)count + 1, sizeof *sights);
    int status = sights ? 0 : err_set(e, ERR_MEMORY, "no memory for %d pictures", count);

    memset(out, 0, (size_t)count * sizeof *out);
    for (int i = 0; !status && i < count; i++)
        status = sight_look(&sights[i], r->line, images[i], &options[i], e);
    if (!status)
        status = read_digits(r, sights, count, e);
    for (int i = 0; !status && i < count; i++)
        if (sights[i].is_crop)
            status = read_again(r, &sights[i], images[i], &options[i], e);
    for (int i = 0; !status && i < count; i++)
        status = read_inside(r, &sights[i], images[i], &options[i], e);
    for (int i = 0; !status && i < count; i++)
        status = read_way_up(r, &sights[i], images[i], &options[i], e);
    for (int i = 0; !status && i < count; i++)
        if (!sights[i].is_crop && !sights[i].turned)
            status = read_again(r, &sights[i], images[i], &options[i], e);
    for (int i = 0; !status && i < count; i++)
        refuse_cut(&sights[i], images[i]);
    for (int i = 0; !status && i < count; i++)
        status = (out[i] = reading_new(images[i], &sights[i], e)) ? 0 : -(int)ERR_MEMORY;
    for (int i = 0; i < count; i++) {
        if (sights)
            sight_free(&sights[i]);
        if (status) {
            reading_free(out[i]);
            out[i] = NULL;
        }
    }
    free(sights);
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
        free(reading->lines[i].numbers);
    }
    free(reading->lines);
    free(reading);
}
