#include "read/redrawer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "data/typeset.h"
#include "image/digit.h"
#include "model/shipped.h"
#include "nn/exec.h"
#include "read/reader.h"
#include "read/together.h"
#include "read/way_up.h"

enum { BATCH = 64, DIGITS = 10 };

struct Redrawer {
    Model *model;
    Team *team;
    Exec *one, *many; /* for a single picture and for batches */
    int logits, picture;
    float *scores;    /* (BATCH, classes) */
    float *drawn;     /* (BATCH, 28,28) */
    Reader *reader;   /* finds the digits of pages */
    Typeset *targets; /* what the net was taught to draw; NULL: not opened yet, or not to be had */
    bool sought;
};

/* ---- making ---- */

static bool is_picture(const Net *net, Node node)
{
    Shape s = net_op(net, node.id).out;

    return s.c == 1 && s.h == DIGIT_SIDE && s.w == DIGIT_SIDE;
}

static int check_model(Redrawer *r, const char *name, Err *e)
{
    const Model *m = r->model;

    r->picture = net_output_find(m->net, "picture");
    r->logits = model_class_output(m);
    if (r->picture < 0 || !is_picture(m->net, net_output_node(m->net, r->picture)) ||
        net_input_count(m->net) != 1 || !is_picture(m->net, net_input_node(m->net, 0)))
        return err_set(e, ERR_ARGUMENT, "%s: does not turn a picture of 28x28 into another", name);
    if (r->logits < 0 || m->class_count < DIGITS || m->class_count > DIGITS + 1)
        return err_set(e, ERR_ARGUMENT,
                       "%s: its classes are not the ten digits, with noise or without", name);
    for (int i = 0; i < DIGITS; i++)
        if (m->classes[i][0] != '0' + i || m->classes[i][1])
            return err_set(e, ERR_ARGUMENT, "%s: class %d is '%s' and not the digit %d", name, i,
                           m->classes[i], i);
    return 0;
}

static int start(Redrawer *r, int threads, Err *e)
{
    r->team = team_new(threads, e);
    r->one = r->team ? exec_new(r->model->net, &(ExecOptions){.batch = 1}, e) : NULL;
    r->many =
        r->one ? exec_new(r->model->net, &(ExecOptions){.batch = BATCH, .team = r->team}, e) : NULL;
    if (!r->many)
        return -(int)ERR_MEMORY;
    r->scores = malloc((size_t)BATCH * (size_t)r->model->class_count * sizeof *r->scores);
    r->drawn = malloc((size_t)BATCH * DIGIT_PIXELS * sizeof *r->drawn);
    if (!r->scores || !r->drawn)
        return err_set(e, ERR_MEMORY, "no memory to redraw");
    r->reader = reader_new(NULL, threads, e);
    return r->reader ? 0 : -(int)ERR_MEMORY;
}

Redrawer *redrawer_new(const char *model, int threads, Err *e)
{
    const char *name = model ? model : REDRAWER_DEFAULT;
    Redrawer *r = calloc(1, sizeof *r);

    if (!r) {
        err_set(e, ERR_MEMORY, "no memory to redraw");
        return NULL;
    }
    r->model = shipped_open(name, e);
    if (!r->model || check_model(r, name, e) || start(r, threads, e)) {
        redrawer_free(r);
        return NULL;
    }
    return r;
}

void redrawer_free(Redrawer *r)
{
    if (!r)
        return;
    reader_free(r->reader);
    typeset_free(r->targets);
    exec_free(r->one);
    exec_free(r->many);
    team_free(r->team);
    model_free(r->model);
    free(r->scores);
    free(r->drawn);
    free(r);
}

/* ---- the net ---- */

static void take_digit(const Model *m, const float *scores, const float *drawn, RedrawnDigit *out)
{
    double p[DIGITS + 1];
    int likeliest = 0;

    model_probabilities(m, scores, m->class_count, p);
    for (int c = 1; c < m->class_count; c++)
        likeliest = p[c] > p[likeliest] ? c : likeliest;
    out->digit = likeliest < DIGITS ? likeliest : -1;
    out->probability = p[likeliest];
    for (int i = 0; i < DIGIT_PIXELS; i++)
        out->drawn[i] = (uint8_t)lrintf(255 * fminf(fmaxf(drawn[i], 0), 1));
}

static void draw_batch(Redrawer *r, const uint8_t *pictures, int count, RedrawnDigit *out)
{
    const Model *m = r->model;
    float *outputs[NET_INPUTS] = {NULL};
    int wanted = (r->picture > r->logits ? r->picture : r->logits) + 1;
    Batch batch = {.count = count, .bytes = pictures, .scale = m->scale, .shift = m->shift};

    outputs[r->logits] = r->scores;
    outputs[r->picture] = r->drawn;
    exec_infer(count == 1 ? r->one : r->many, &batch, outputs, wanted);
    for (int i = 0; i < count; i++) {
        memcpy(out[i].seen, pictures + (size_t)i * DIGIT_PIXELS, DIGIT_PIXELS);
        take_digit(m, r->scores + (size_t)i * (size_t)m->class_count,
                   r->drawn + (size_t)i * DIGIT_PIXELS, &out[i]);
    }
}

void redrawer_draw(Redrawer *r, const uint8_t *pictures, int count, RedrawnDigit *out)
{
    for (int first = 0, n; first < count; first += n) {
        n = infer_together(count - first, BATCH);
        draw_batch(r, pictures + (size_t)first * DIGIT_PIXELS, n, out + first);
    }
}

/* ---- a picture ---- */

static Redrawn *page_new(int width, int height, int count, Err *e)
{
    Redrawn *page = calloc(1, sizeof *page);

    if (page)
        page->digits = calloc((size_t)count + 1, sizeof *page->digits);
    if (!page || !page->digits) {
        err_set(e, ERR_MEMORY, "no memory to redraw %d digits", count);
        redrawn_free(page);
        return NULL;
    }
    page->width = width;
    page->height = height;
    page->count = count;
    return page;
}

void redrawn_free(Redrawn *page)
{
    if (!page)
        return;
    free(page->digits);
    free(page);
}

static int no_digit(Err *e)
{
    return err_set(e, ERR_ARGUMENT, "no digit is found in the picture");
}

/* The page itself, or NULL and it is freed. */
static Redrawn *arranged(Redrawn *page, Err *e)
{
    if (!redrawn_arrange(page, NULL, e))
        return page;
    redrawn_free(page);
    return NULL;
}

static Redrawn *redraw_single(Redrawer *r, const Image *im, Err *e)
{
    uint8_t seen[DIGIT_PIXELS];
    DigitInfo info;
    Redrawn *page;

    if (digit_from_image(im, NULL, seen, &info, e))
        return NULL;
    if (info.blank) {
        no_digit(e);
        return NULL;
    }
    page = page_new(DIGIT_SIDE, DIGIT_SIDE, 1, e);
    if (!page)
        return NULL;
    page->single = true;
    page->light_ink = !info.dark_ink;
    page->digits[0].width = page->digits[0].height = DIGIT_SIDE;
    redrawer_draw(r, seen, 1, page->digits);
    return arranged(page, e);
}

/* The digits of a reading one after the other: their places, and what the net sees. */
static void gather(const Reading *reading, RedrawnDigit *digits, uint8_t *seen)
{
    int n = 0;

    for (int l = 0; l < reading->line_count; l++)
        for (int i = 0; i < reading->lines[l].count; i++, n++) {
            const ReadDigit *d = &reading->lines[l].digits[i];

            digits[n].x = (float)d->x;
            digits[n].y = (float)d->y;
            digits[n].width = (float)d->width;
            digits[n].height = (float)d->height;
            digits[n].line = l;
            memcpy(seen + (size_t)n * DIGIT_PIXELS, d->seen, DIGIT_PIXELS);
        }
}

/* Whether of all targets a picture is nearest to that of this digit. */
static bool is_drawn_as(const Redrawer *r, const uint8_t *drawn, int digit)
{
    float picture[DIGIT_PIXELS];

    for (int i = 0; i < DIGIT_PIXELS; i++)
        picture[i] = (float)drawn[i] / 255;
    return r->targets && typeset_nearest(r->targets, picture) == digit;
}

static void draw_target(const Redrawer *r, int digit, uint8_t *drawn)
{
    float picture[DIGIT_PIXELS];

    if (!r->targets)
        return;
    typeset_batch(r->targets, &digit, 1, picture);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        drawn[i] = (uint8_t)lrintf(255 * picture[i]);
}

/* What was read is believed, being read in its context. What was refused is what the net takes it for, if
 * the net knows noise at all, else none. */
static void take_reading(Redrawer *r, const ReadDigit *read, RedrawnDigit *d)
{
    if (read->digit >= 0) {
        if (d->digit != read->digit || !is_drawn_as(r, d->drawn, read->digit))
            draw_target(r, read->digit, d->drawn);
        d->digit = read->digit;
        d->probability = read->probability;
    } else if (r->model->class_count == DIGITS) {
        d->digit = -1;
    }
    if (d->digit < 0)
        memset(d->drawn, 0, DIGIT_PIXELS);
}

static void take_readings(Redrawer *r, const Reading *reading, RedrawnDigit *digits)
{
    int n = 0;

    if (!r->sought)
        r->targets = typeset_recorded(r->model->record, NULL, r->model->class_count, NULL);
    r->sought = true;
    for (int l = 0; l < reading->line_count; l++)
        for (int i = 0; i < reading->lines[l].count; i++)
            take_reading(r, &reading->lines[l].digits[i], &digits[n++]);
}

static Redrawn *redraw_reading(Redrawer *r, const Reading *reading, Err *e)
{
    int count = 0;
    uint8_t *seen;
    Redrawn *page;

    for (int l = 0; l < reading->line_count; l++)
        count += reading->lines[l].count;
    if (!count) {
        no_digit(e);
        return NULL;
    }
    page = page_new(reading->width, reading->height, count, e);
    seen = page ? malloc((size_t)count * DIGIT_PIXELS) : NULL;
    if (!seen) {
        err_set(e, ERR_MEMORY, "no memory to redraw %d digits", count);
        redrawn_free(page);
        return NULL;
    }
    gather(reading, page->digits, seen);
    redrawer_draw(r, seen, count, page->digits);
    free(seen);
    take_readings(r, reading, page->digits);
    return arranged(page, e);
}

Redrawn *redrawer_redraw(Redrawer *r, const Image *im, bool single, Err *e)
{
    Reading *reading;
    Redrawn *page;

    if (single || (im->width <= REDRAW_SINGLE_SIDE && im->height <= REDRAW_SINGLE_SIDE))
        return redraw_single(r, im, e);
    reading = reader_read(r->reader, im, &(ReadOptions){0}, e);
    if (reading)
        reading_turn_upright(reading);
    page = reading ? redraw_reading(r, reading, e) : NULL;
    reading_free(reading);
    return page;
}
