#include "read/line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/shipped.h"
#include "nn/exec.h"
#include "read/line_strip.h"

enum { DIGITS = 10, CLASSES = 11, STEP = 4, INK_ROWS = 128, INK_COLUMNS = 2048 };

/* The net as it is for strips up to a width. */
typedef struct Width {
    int px;
    Net *net;
    Exec *run; /* made when one is needed */
} Width;

static const int widths[] = {96, 160, 256, 512, STRIP_LIMIT};
enum { WIDTHS = sizeof widths / sizeof *widths };

struct LineReader {
    Model *model;
    Width widths[WIDTHS];
    float strip[STRIP_HEIGHT * STRIP_LIMIT];
    float logits[CLASSES * CTC_STEPS];
};

/* ---- making ---- */

static int check_model(const Model *m, const char *name, Err *e)
{
    OpInfo input = net_op(m->net, net_input_node(m->net, 0).id);

    if (net_input_count(m->net) != 1 || input.out.c != 1 || input.out.h != STRIP_HEIGHT)
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

/* What a strip was read as. */
typedef struct Answer {
    int length; /* -1: nothing fits */
    uint8_t labels[CTC_LABELS];
    double probability;
    int steps;
    double p[CTC_STEPS * CLASSES];
    TextLine line;
    float scale;
    int shift;
} Answer;

/* The probabilities of each step. The strip is continued to the right by paper. */
static int run_net(LineReader *r, const Strip *s, Answer *out, Err *e)
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

static int read_strip(LineReader *r, const float *ink, int w, int h, const TextLine *line,
                      float height_px, int digits, Answer *out, Err *e)
{
    Strip strip;
    int status = strip_cut(ink, w, h, line, height_px, &strip, e);

    if (status)
        return status;
    status = run_net(r, &strip, out, e);
    out->line = *line;
    out->scale = strip.scale;
    out->shift = strip.shift;
    strip_free(&strip);
    if (status)
        return status;
    out->length =
        ctc_search(CLASSES, out->steps, out->p, digits ? digits : CTC_ANY_LENGTH, out->labels);
    out->probability = out->length < 0
                           ? 0
                           : ctc_probability(CLASSES, out->steps, out->p, out->labels, out->length);
    return 0;
}

/* ---- several scales ---- */

/* The scales: digits as high as those of the training strings, smaller, and whatever the picture holds
 * from its upper edge to its lower, for when the parts said nothing about the size. */
static int read_scales(LineReader *r, const float *ink, int w, int h, int digits, Answer *best,
                       Answer *other, Err *e)
{
    const TextLine whole = {(float)h, 0.5f * (float)h, 0, 0, (float)w};
    TextLine found;
    int status = text_line_find(ink, w, h, &found, e);

    best->length = -1;
    best->probability = -1;
    for (int i = 0; !status && i < 3; i++) {
        status = read_strip(r, ink, w, h, i == 1 ? &whole : &found,
                            i == 0   ? 23
                            : i == 1 ? STRIP_HEIGHT
                                     : 19,
                            digits, other, e);
        if (!status && other->probability > best->probability)
            *best = *other;
    }
    return status;
}

/* ---- the reading ---- */

/* How likely each digit is at one place, the others being as they are. */
static void weigh_digit(const Answer *a, int at, LineDigit *out)
{
    uint8_t labels[CTC_LABELS];
    double p[DIGITS], sum = 0;

    memcpy(labels, a->labels, sizeof labels);
    for (int d = 0; d < DIGITS; d++) {
        labels[at] = (uint8_t)d;
        p[d] = ctc_probability(CLASSES, a->steps, a->p, labels, a->length);
        sum += p[d];
    }
    out->digit = a->labels[at];
    for (int k = 0; k < LINE_ALTERNATIVES; k++) {
        int best = k ? -1 : out->digit;

        for (int d = 0; k && d < DIGITS; d++)
            if (p[d] >= 0 && (best < 0 || p[d] > p[best]))
                best = d;
        out->alternatives[k].digit = best;
        out->alternatives[k].probability = sum > 0 ? p[best] / sum : 0;
        p[best] = -1;
    }
    out->probability = out->alternatives[0].probability;
}

static int within(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

/* Narrows columns x0 .. x1 and the line's rows to the ink that is there. */
static void tighten(const float *ink, int w, int h, const TextLine *line, float x0, float x1,
                    LineDigit *out)
{
    float middle = line->middle + line->slope * 0.5f * (x0 + x1);
    int left = within((int)x0, 0, w - 1), right = within((int)x1 + 1, left + 1, w);
    int top = within((int)(middle - 0.8f * line->height), 0, h - 1);
    int bottom = within((int)(middle + 0.8f * line->height) + 1, top + 1, h);
    int ax = right, ay = bottom, bx = left, by = top;

    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            if (ink[(size_t)y * w + x] > 0.4f) {
                ax = x < ax ? x : ax;
                bx = x + 1 > bx ? x + 1 : bx;
                ay = y < ay ? y : ay;
                by = y + 1 > by ? y + 1 : by;
            }
    if (ax >= bx || ay >= by)
        ax = left, bx = right, ay = top, by = bottom;
    out->x = (float)ax;
    out->y = (float)ay;
    out->width = (float)(bx - ax);
    out->height = (float)(by - ay);
}

/* Digits reach halfway to their neighbours, and not further than a digit is wide. */
static void place_digits(const Answer *a, const float *ink, int w, int h, LineReading *out)
{
    int first[CTC_LABELS], end[CTC_LABELS];
    float middle[CTC_LABELS], reach = 0.6f * a->line.height;

    if (ctc_align(CLASSES, a->steps, a->p, a->labels, a->length, first, end))
        return;
    for (int i = 0; i < a->length; i++)
        middle[i] = (0.5f * STEP * (float)(first[i] + end[i]) - (float)a->shift) / a->scale;
    for (int i = 0; i < a->length; i++) {
        float left =
            i ? fmaxf(0.5f * (middle[i - 1] + middle[i]), middle[i] - reach) : middle[i] - reach;
        float right = i + 1 < a->length
                          ? fminf(0.5f * (middle[i] + middle[i + 1]), middle[i] + reach)
                          : middle[i] + reach;

        tighten(ink, w, h, &a->line, left, right, &out->digits[i]);
    }
}

static void take_answer(const Answer *a, const float *ink, int w, int h, LineReading *out)
{
    out->count = a->length < 0 ? 0 : a->length;
    out->probability = a->probability;
    for (int i = 0; i < out->count; i++) {
        out->text[i] = (char)('0' + a->labels[i]);
        weigh_digit(a, i, &out->digits[i]);
    }
    if (out->count)
        place_digits(a, ink, w, h, out);
}

int line_read_ink(LineReader *r, const float *ink, int w, int h, int digits, LineReading *out,
                  Err *e)
{
    Answer *answers;
    int status;

    *out = (LineReading){0};
    if (digits < 0 || digits > CTC_LABELS)
        return err_set(e, ERR_ARGUMENT, "a number of %d digits is not one of 1 .. %d", digits,
                       CTC_LABELS);
    answers = malloc(2 * sizeof *answers);
    if (!answers)
        return err_set(e, ERR_MEMORY, "no memory to read a line");
    status = read_scales(r, ink, w, h, digits, &answers[0], &answers[1], e);
    if (!status)
        take_answer(&answers[0], ink, w, h, out);
    free(answers);
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
    InkMap *map =
        ink_find(im, &(InkOptions){.polarity = o.polarity, .side_px = working_side(im)}, e);
    int status;

    *out = (LineReading){.probability = 1};
    if (!map)
        return -ERR_MEMORY;
    status = map->blank ? 0 : line_read_ink(r, map->ink, map->width, map->height, o.digits, out, e);
    scale_boxes(out, map->scale);
    ink_free(map);
    return status;
}
