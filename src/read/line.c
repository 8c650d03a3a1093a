#include "read/line.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/cut_off.h"
#include "image/frames.h"
#include "model/shipped.h"
#include "nn/exec.h"
#include "read/line_digits.h"
#include "read/line_strip.h"
#include "read/rules.h"
#include "read/slash.h"

enum { DIGITS = 10, CLASSES = 11, STEP = 2, INK_ROWS = 128, INK_COLUMNS = 2048 };

/* How high digits are made for the net, about as they were in the strings that it learnt from. */
static const float heights_px[] = {23, 20, 26, 17, 30};
enum { HEIGHTS = sizeof heights_px / sizeof *heights_px, LOOKS = HEIGHTS + 1 };

/* The net as it is for strips up to a width. */
typedef struct Width {
    int px;
    Net *net;
    Exec *run; /* made when one is needed */
} Width;

static const int widths[] = {96, 160, 256, 384, STRIP_LIMIT};
enum { WIDTHS = sizeof widths / sizeof *widths };

struct LineReader {
    Model *model;
    Width widths[WIDTHS];
    float strip[STRIP_HEIGHT * STRIP_LIMIT];
    float logits[CLASSES * CTC_STEPS];
};

/* ---- making ---- */

bool line_reader_takes(const Model *m)
{
    Shape in = net_op(m->net, net_input_node(m->net, 0).id).out;

    return net_input_count(m->net) == 1 && in.c == 1 && in.h == STRIP_HEIGHT;
}

static int check_model(const Model *m, const char *name, Err *e)
{
    OpInfo input = net_op(m->net, net_input_node(m->net, 0).id);

    if (!line_reader_takes(m))
        return err_set(e, ERR_ARGUMENT,
                       "%s: a line reader takes strips of 1x%dxW, this model takes %dx%dx%d", name,
                       STRIP_HEIGHT, input.out.c, input.out.h, input.out.w);
    if (m->class_count != CLASSES)
        return err_set(
            e, ERR_ARGUMENT,
            "%s: a line reader has the ten digits and a blank as classes, this model has %d", name,
            m->class_count);
    for (int i = 0; i < DIGITS; i++)
        if (m->classes[i][0] != '0' + i || m->classes[i][1])
            return err_set(e, ERR_ARGUMENT,
                           "%s: class %d of a line reader is the digit %d, here it is '%s'", name,
                           i, i, m->classes[i]);
    return 0;
}

/* The net for strips of this width, with one row of steps as its output. */
static int make_width(LineReader *r, int i, Err *e)
{
    Width *w = &r->widths[i];
    Shape out;

    if (w->run)
        return 0;
    net_free(w->net);
    w->px = widths[i];
    w->net = net_copy(r->model->net, (Shape){1, STRIP_HEIGHT, w->px}, e);
    if (!w->net)
        return -ERR_MEMORY;
    out = net_op(w->net, net_output_node(w->net, 0).id).out;
    if (out.c != CLASSES || out.h != 1 || out.w * STEP != w->px)
        return err_set(e, ERR_ARGUMENT,
                       "a line reader answers a strip of %d columns by %dx1x%d numbers, this model "
                       "by %dx%dx%d",
                       w->px, CLASSES, w->px / STEP, out.c, out.h, out.w);
    w->run = exec_new(w->net, &(ExecOptions){.batch = 1}, e);
    return w->run ? 0 : -ERR_MEMORY;
}

LineReader *line_reader_new(const char *model, Err *e)
{
    const char *name = model ? model : "line";
    LineReader *r = calloc(1, sizeof *r);

    if (!r) {
        err_set(e, ERR_MEMORY, "no memory for a line reader");
        return NULL;
    }
    r->model = shipped_open(name, e);
    if (!r->model || check_model(r->model, name, e)) {
        line_reader_free(r);
        return NULL;
    }
    if (make_width(r, 0, e)) {
        err_prefix(e, "%s", name);
        line_reader_free(r);
        return NULL;
    }
    return r;
}

void line_reader_free(LineReader *r)
{
    if (!r)
        return;
    for (int i = 0; i < WIDTHS; i++) {
        exec_free(r->widths[i].run);
        net_free(r->widths[i].net);
    }
    model_free(r->model);
    free(r);
}

/* ---- one strip ---- */

/* A strip and what the net says about it. */
typedef struct Look {
    TextLine line;
    float scale;
    int shift;
    int steps;
    double p[CTC_STEPS * CLASSES];
    int length; /* of its likeliest string; -1: none has the number of digits that is asked for */
    uint8_t labels[CTC_LABELS];
} Look;

/* The same writing several times. */
typedef struct Looks {
    int count;
    Look list[LOOKS];
    float *clear; /* the map without rules */
} Looks;

/* The probabilities of each step. The strip is continued to the right by paper. */
static int run_net(LineReader *r, const Strip *s, Look *out, Err *e)
{
    int i = 0, px, status;

    while (i + 1 < WIDTHS && widths[i] < s->width)
        i++;
    px = widths[i];
    status = make_width(r, i, e);
    if (status)
        return status;
    memset(r->strip, 0, sizeof r->strip);
    for (int y = 0; y < STRIP_HEIGHT; y++)
        memcpy(r->strip + y * px, s->ink + y * s->width, (size_t)s->width * sizeof *s->ink);
    exec_infer(r->widths[i].run, &(Batch){.count = 1, .values = r->strip}, (float *[]){r->logits},
               1);
    out->steps = s->width / STEP; /* what the paper behind the strip says does not count */
    for (int c = 1; c < CLASSES; c++)
        memmove(r->logits + c * out->steps, r->logits + c * (px / STEP),
                (size_t)out->steps * sizeof *r->logits);
    ctc_softmax(CLASSES, out->steps, r->logits, r->model->calibration.temperature, out->p);
    return 0;
}

static int add_look(LineReader *r, const float *ink, int w, int h, const TextLine *line,
                    float height_px, LineLength length, Looks *looks, Err *e)
{
    Look *v = &looks->list[looks->count];
    Strip strip;
    int status = strip_cut(ink, w, h, line, height_px, &strip, e);

    if (status)
        return status;
    status = run_net(r, &strip, v, e);
    v->line = *line;
    v->scale = strip.scale;
    v->shift = strip.shift;
    strip_free(&strip);
    if (status)
        return status;
    v->length = ctc_search(CLASSES, v->steps, v->p, length.least,
                           length.most ? length.most : CTC_LABELS, v->labels);
    looks->count++;
    return 0;
}

/* ---- several scales ---- */

/* Whether half of some signs or more are no digits: o, l and S among letters would make a number. */
static bool are_words(const TextLine *line, const Look *first)
{
    return line->signs >= 5 && first->length >= 0 && first->length < CTC_LABELS && 2 * first->length <= line->signs;
}

/* Digits about as high as those of the training strings; and all that the picture holds from its upper edge
 * to its lower if it was cut so close that this is about as high too. */
static int look(LineReader *r, const float *ink, int w, int h, const LineOptions *o, Looks *out, Err *e)
{
    const TextLine whole = {(float)h, 0.5f * (float)h, 0, 0, (float)w, 0};
    TextLine found;
    bool words = false;
    int status;

    out->count = 0;
    out->clear = rules_erase(ink, w, h, e);
    status = out->clear ? text_line_find(out->clear, w, h, &found, e) : -(int)ERR_MEMORY;
    for (int i = 0; !status && i < HEIGHTS && !words; i++) {
        status = add_look(r, ink, w, h, &found, heights_px[i], o->length, out, e);
        words = !status && o->is_part && !o->length.most && are_words(&found, &out->list[0]);
    }
    if (words)
        out->count = 0;
    else if (!status && 3 * found.height > h)
        status = add_look(r, ink, w, h, &whole, STRIP_HEIGHT, o->length, out, e);
    return status;
}

/* The mean probability of a string over all looks. */
static double agreement(const Looks *looks, const uint8_t *labels, int length)
{
    double sum = 0;

    for (int i = 0; i < looks->count; i++)
        sum += ctc_probability(CLASSES, looks->list[i].steps, looks->list[i].p, labels, length);
    return sum / looks->count;
}

/* The look whose string all looks together find likeliest; NULL if none has one. */
static const Look *choose(const Looks *looks, double *probability)
{
    const Look *best = NULL;

    *probability = 0;
    for (int i = 0; i < looks->count; i++) {
        const Look *v = &looks->list[i];
        double p = v->length < 0 ? 0 : agreement(looks, v->labels, v->length);

        if (p > *probability) {
            *probability = p;
            best = v;
        }
    }
    return best;
}

/* ---- the reading ---- */

int line_length_parse(const char *text, LineLength *out, Err *e)
{
    char *end = NULL;
    long least = isdigit((unsigned char)*text) ? strtol(text, &end, 10) : 0, most = least;

    if (least && *end == '-' && isdigit((unsigned char)end[1]))
        most = strtol(end + 1, &end, 10);
    if (least < 1 || *end || most < least || most > CTC_LABELS)
        return err_set(e, ERR_ARGUMENT, "digits '%.40s': possible is N or N-M, from 1 to %d", text,
                       CTC_LABELS);
    *out = (LineLength){(int)least, (int)most};
    return 0;
}

/* How likely each digit is at one place, the others being as they are. */
static void weigh_digit(const Looks *looks, const Look *v, int at, LineDigit *out)
{
    uint8_t labels[CTC_LABELS];
    double sum = 0;

    memcpy(labels, v->labels, sizeof labels);
    for (int d = 0; d < DIGITS; d++) {
        labels[at] = (uint8_t)d;
        out->probabilities[d] = agreement(looks, labels, v->length);
        sum += out->probabilities[d];
    }
    for (int d = 0; d < DIGITS; d++)
        out->probabilities[d] /= sum;
    out->digit = v->labels[at];
    out->probability = out->probabilities[out->digit];
}

static int place_digits(const Looks *looks, const Look *v, const float *ink, int w, int h, LineReading *out, Err *e)
{
    int first[CTC_LABELS], end[CTC_LABELS];
    float middles[CTC_LABELS];

    if (ctc_align(CLASSES, v->steps, v->p, v->labels, v->length, first, end))
        return 0;
    for (int i = 0; i < v->length; i++)
        middles[i] = (0.5f * STEP * (float)(first[i] + end[i]) - (float)v->shift) / v->scale;
    return line_digits_cut(ink, looks->clear, w, h, &v->line, middles, v->length, out->digits, e);
}

/* Leaves the last digit out if it is the stroke that ends an amount and not a 1, and the number may be so short. */
static int drop_slash(const Looks *looks, int w, int h, LineLength length, LineReading *out, Err *e)
{
    bool ends = false;
    int last = out->count - 1, status = 0;

    if (last > 0 && last >= length.least && out->digits[last].digit == 1)
        status = slash_find(looks->clear, w, h, &out->digits[last], &ends, e);
    if (ends)
        out->text[--out->count] = '\0';
    return status;
}

static int take_looks(const Looks *looks, const float *ink, int w, int h, LineLength length, LineReading *out, Err *e)
{
    const Look *best = choose(looks, &out->probability);
    int status;

    out->count = best ? best->length : 0;
    for (int i = 0; i < out->count; i++) {
        out->text[i] = (char)('0' + best->labels[i]);
        weigh_digit(looks, best, i, &out->digits[i]);
    }
    status = out->count ? place_digits(looks, best, ink, w, h, out, e) : 0;
    return status ? status : drop_slash(looks, w, h, length, out, e);
}

static int read_ink(LineReader *r, const float *ink, int w, int h, const LineOptions *o, LineReading *out, Err *e)
{
    const LineLength length = o->length;
    Looks *looks;
    int status;

    *out = (LineReading){0};
    if (length.least < 0 || length.least > length.most || length.most > CTC_LABELS)
        return err_set(e, ERR_ARGUMENT, "a number of %d to %d digits; possible is 1 to %d",
                       length.least, length.most, CTC_LABELS);
    looks = malloc(sizeof *looks);
    if (!looks)
        return err_set(e, ERR_MEMORY, "no memory to read a line");
    status = look(r, ink, w, h, o, looks, e);
    if (!status)
        status = take_looks(looks, ink, w, h, length, out, e);
    free(looks->clear);
    free(looks);
    return status;
}

/* Boxes on the map become boxes on the picture. */
static void scale_boxes(LineReading *out, float scale)
{
    for (int i = 0; i < out->count; i++) {
        LineDigit *d = &out->digits[i];

        d->x *= scale;
        d->y *= scale;
        d->width *= scale;
        d->height *= scale;
    }
}

/* A working size at which writing that fills half the height is well above what the net sees. */
static int working_side(const Image *im)
{
    int longer = im->width > im->height ? im->width : im->height;
    float shrink =
        fminf(fminf(1, (float)INK_ROWS / (float)im->height), (float)INK_COLUMNS / (float)im->width);

    return (int)fmaxf(1, shrink * (float)longer);
}

int line_read(LineReader *r, const Image *im, const LineOptions *options, LineReading *out, Err *e)
{
    const LineOptions o = options ? *options : (LineOptions){0};
    int side = working_side(im), longer = im->width > im->height ? im->width : im->height;
    int stroke = (int)(0.3f * (float)im->height * (float)side / (float)longer) + 5;
    InkMap *map = ink_find(
        im, &(InkOptions){.polarity = o.polarity, .side_px = side, .stroke_px = stroke}, e);
    int status;

    *out = (LineReading){.probability = 1};
    if (!map)
        return -ERR_MEMORY;
    status = o.is_part ? 0 : frames_erase(map, e);
    if (!status && !o.is_part)
        status = cut_off_erase(map, e);
    if (!status && !map->blank)
        status = read_ink(r, map->ink, map->width, map->height, &o, out, e);
    scale_boxes(out, map->scale);
    ink_free(map);
    return status;
}
