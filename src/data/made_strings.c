/* Which digits a string has, and how they are set one beside the other. Digits are kerned: a digit
 * moves to the left until the ink in some row is as far from the ink before it as the hand wants. */
#include "data/made_strings.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/made_strings_parts.h"
#include "data/thin.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, DIGITS = 10 };

/* A set's pictures by digit, and the middle lines of their strokes. */
typedef struct Source {
    const Dataset *data;
    uint32_t *index;            /* pictures of 0, then those of 1, .. */
    uint32_t first[DIGITS + 1]; /* where each digit's begin */
    uint8_t (**points)[2];      /* (pictures) */
    uint16_t *counts;           /* (pictures) of points; 0: thinning would spoil it */
} Source;

struct Strings {
    StringsOptions options;
    Source digits;
    uint32_t *others; /* pictures of what is no digit */
    uint32_t other_count;
};

/* ---- the pictures ---- */

static void source_free(Source *s)
{
    for (size_t i = 0; s->points && i < s->data->count; i++)
        free(s->points[i]);
    free(s->points);
    free(s->counts);
    free(s->index);
}

static int sort_digits(Source *s, const uint32_t *indices, size_t count, Err *e)
{
    const Dataset *d = s->data;
    uint32_t at = 0;

    for (int digit = 0; digit < DIGITS; digit++) {
        s->first[digit] = at;
        for (size_t k = 0; k < count; k++) {
            size_t i = indices ? indices[k] : k;

            if (d->labels[i] == digit)
                s->index[at++] = (uint32_t)i;
        }
        if (at == s->first[digit])
            return err_set(e, ERR_ARGUMENT,
                           "strings want pictures of every digit, there are none of %d", digit);
    }
    s->first[DIGITS] = at;
    return 0;
}

typedef struct ThinJob {
    Source *source;
    Team *team;
    bool *failed; /* (threads) */
} ThinJob;

static void thin_part(void *context, int thread)
{
    ThinJob *job = context;
    Source *s = job->source;
    uint8_t points[THIN_LIMIT][2];
    long first = 0, end = s->first[DIGITS];

    if (job->team)
        team_share(job->team, thread, end, 64, &first, &end);
    for (long k = first; k < end; k++) {
        uint32_t i = s->index[k];
        int count = thin_digit(s->data->pixels + (size_t)i * PIXELS, points);

        s->points[i] = malloc((size_t)count * 2 + 1);
        if (!s->points[i]) {
            job->failed[thread] = true;
            return;
        }
        memcpy(s->points[i], points, (size_t)count * 2);
        s->counts[i] = (uint16_t)count;
    }
}

static int source_open(Source *s, const StringsOptions *o, size_t count, Err *e)
{
    bool failed[TEAM_LIMIT] = {false};
    ThinJob job = {s, o->team, failed};
    int status;

    *s = (Source){.data = o->digits};
    s->index = malloc(count * sizeof *s->index + 1);
    s->points = calloc(o->digits->count + 1, sizeof *s->points);
    s->counts = calloc(o->digits->count + 1, sizeof *s->counts);
    if (!s->index || !s->points || !s->counts)
        return err_set(e, ERR_MEMORY, "no memory for %zu digits", count);
    status = sort_digits(s, o->indices, count, e);
    if (status)
        return status;
    if (o->team)
        team_run(o->team, thin_part, &job);
    else
        thin_part(&job, 0);
    for (int i = 0; i < TEAM_LIMIT; i++)
        if (failed[i])
            return err_set(e, ERR_MEMORY, "no memory for %zu digits", count);
    return 0;
}

static int others_open(Strings *s, const StringsOptions *o, size_t count, Err *e)
{
    s->others = malloc(count * sizeof *s->others + 1);
    if (!s->others)
        return err_set(e, ERR_MEMORY, "no memory for %zu pictures", count);
    for (size_t k = 0; k < count; k++) {
        size_t i = o->indices ? o->indices[k] : k;

        if (o->digits->labels[i] >= DIGITS)
            s->others[s->other_count++] = (uint32_t)i;
    }
    return 0;
}

Strings *strings_new(const StringsOptions *o, Err *e)
{
    const Dataset *d = o->digits;
    size_t count = o->indices ? o->count : d->count;
    Strings *s;
    int status;

    if (d->height != SIDE || d->width != SIDE || !d->pixels) {
        err_set(e, ERR_ARGUMENT, "the digits for strings are %dx%d, not 28x28", d->height,
                d->width);
        return NULL;
    }
    s = calloc(1, sizeof *s);
    if (!s) {
        err_set(e, ERR_MEMORY, "no memory for strings");
        return NULL;
    }
    s->options = *o;
    s->options.indices = NULL;
    status = source_open(&s->digits, o, count, e);
    if (!status)
        status = others_open(s, o, count, e);
    if (!status)
        return s;
    strings_free(s);
    return NULL;
}

void strings_free(Strings *s)
{
    if (!s)
        return;
    source_free(&s->digits);
    free(s->others);
    free(s);
}

/* ---- one after the other ---- */

/* A line of writing as it grows to the right. */
typedef struct Line {
    const Strings *strings;
    Rng r;
    Hand hand;
    Sheet sheet;
    int edge[STRING_HEIGHT]; /* where the ink ends in each row; INT_MIN-like without any */
    int left, right;         /* of all ink; right is 0 at first */
    float anchor;            /* the middle of the shape before */
} Line;

enum { NO_INK = -1000 };

static bool chance(Rng *r, float share)
{
    return rng_uniform(r) < share;
}

/* Where ink begins and ends in each row of a tile; false if there is none. */
static bool tile_edges(const float *tile, int *begins, int *ends)
{
    bool any = false;

    for (int y = 0; y < STRING_HEIGHT; y++) {
        const float *row = tile + y * TILE;

        begins[y] = TILE;
        ends[y] = NO_INK;
        for (int x = 0; x < TILE; x++)
            if (row[x] > 0.3f) {
                begins[y] = x < begins[y] ? x : begins[y];
                ends[y] = x + 1;
                any = true;
            }
    }
    return any;
}

/* How far to shift a tile so that its ink is `gap` from the line's where they are closest, within
 * two rows of each other. */
static int tile_shift(const Line *l, const int *begins, const int *ends, float gap)
{
    int shift = NO_INK, first = TILE, last = 0;
    float middle;

    for (int y = 0; y < STRING_HEIGHT; y++) {
        first = begins[y] < first ? begins[y] : first;
        last = ends[y] > last ? ends[y] : last;
        for (int v = y < 2 ? 0 : y - 2; v <= y + 2 && v < STRING_HEIGHT; v++)
            if (begins[y] < TILE && l->edge[v] != NO_INK && l->edge[v] - begins[y] > shift)
                shift = l->edge[v] - begins[y];
    }
    if (shift == NO_INK) /* nothing beside each other */
        shift = l->right - first;
    shift += (int)lroundf(gap);
    middle =
        0.5f * (float)(first + last) + (float)shift; /* in reading order, whatever the overlap */
    if (middle < l->anchor + 4)
        shift += (int)ceilf(l->anchor + 4 - middle);
    return shift;
}

/* A stroke from the ink before to the tile's, as hurried hands leave. */
static void draw_join(Line *l, const int *begins, int shift)
{
    int y = (int)(l->hand.middle + l->hand.height * rng_range(&l->r, -0.45f, 0.5f));
    int v = y + (int)rng_below(&l->r, 7) - 3;

    if (y < 0 || v < 0 || y >= STRING_HEIGHT || v >= STRING_HEIGHT || l->edge[y] == NO_INK ||
        begins[v] == TILE)
        return;
    if (begins[v] + shift - l->edge[y] < 0.5f * l->hand.height)
        pen_line(&l->sheet, (float)l->edge[y], (float)y, (float)(begins[v] + shift), (float)v,
                 (Pen){l->hand.pen.radius * 0.9f, l->hand.pen.level});
}

/* Sets a tile at the end of the line; false, and nothing is changed, if it does not fit. */
static bool line_add(Line *l, const float *tile, float gap, bool join)
{
    int begins[STRING_HEIGHT], ends[STRING_HEIGHT], shift, first = TILE, last = 0;

    if (!tile_edges(tile, begins, ends))
        return true;
    shift = tile_shift(l, begins, ends, gap);
    for (int y = 0; y < STRING_HEIGHT; y++) {
        first = begins[y] < first ? begins[y] : first;
        last = ends[y] > last ? ends[y] : last;
    }
    if (l->right == 0) { /* the first: where its ink begins is decided later */
        shift = 1 - first;
        l->left = 1;
    }
    if (last + shift + 1 > l->sheet.width || first + shift < 0)
        return false;
    if (join)
        draw_join(l, begins, shift);
    for (int y = 0; y < STRING_HEIGHT; y++) {
        float *row = l->sheet.ink + y * l->sheet.width;

        for (int x = shift < 0 ? -shift : 0; x < TILE && x + shift < l->sheet.width; x++)
            row[x + shift] = more(row[x + shift], tile[y * TILE + x]);
        if (ends[y] != NO_INK && ends[y] + shift > l->edge[y])
            l->edge[y] = ends[y] + shift;
    }
    l->anchor = 0.5f * (float)(first + last) + (float)shift;
    l->right = last + shift > l->right ? last + shift : l->right;
    return true;
}

/* Where the next shape stands in its tile, `size` being its share of the hand's height. */
static Place line_place(Line *l, float size)
{
    const Hand *h = &l->hand;
    float height = h->height * size * expf(h->size_spread * rng_normal(&l->r));
    float width = height * h->aspect * expf(h->width_spread * rng_normal(&l->r));
    float turn = h->turn_spread * rng_normal(&l->r), slant = h->slant + h->slant_spread * rng_normal(&l->r);
    float y = h->middle + h->slope * ((float)l->right - 0.5f * (float)l->sheet.width);
    float up = 0, down = 0, across, off;

    if (h->halves_spread > 0) { /* plain strings stay as they were before there were halves */
        up = h->halves_spread * rng_normal(&l->r);
        down = h->halves_spread * rng_normal(&l->r);
    }
    across = rng_uniform(&l->r);
    off = h->y_spread * h->height * rng_normal(&l->r);
    return (Place){
        .up = up,
        .down = down,
        .cx = TILE / 2.f + across,
        .cy = y + off,
        .xx = width,
        .xy = -(slant + turn) * height,
        .yx = turn * width,
        .yy = height,
    };
}

static float next_gap(Line *l)
{
    float gap = l->hand.gap + l->hand.gap_spread * rng_normal(&l->r);

    return more(gap, -0.14f * l->hand.height); /* deeper in each other nobody could read them */
}

/* A digit's picture as it is, along its middle line, or a sketch. */
static void draw_digit(Line *l, int digit, Place place, Sheet *tile)
{
    Sway sway = sway_draw(l->hand.wobble, &l->r);
    const Strings *s = l->strings;
    const Hand *h = &l->hand;
    const Source *source = &s->digits;
    uint32_t count = source->first[digit + 1] - source->first[digit];
    uint32_t i = source->index[source->first[digit] + rng_below(&l->r, count)];
    bool foreign = (digit == 1 || digit == 7) && chance(&l->r, h->foreign);
    bool stroke = digit == 1 && chance(&l->r, h->stroke);
    Pen pen = {h->pen.radius * expf(0.08f * rng_normal(&l->r)), h->pen.level};

    if (stroke) { /* as straight as a border */
        Point from = place_point(place, 0, -0.5f), to = place_point(place, 0, 0.5f);

        pen_line(tile, from.x, from.y, to.x, to.y, pen);
    } else if (chance(&l->r, h->sketched) || foreign) {
        sketch_draw(digit, place, pen, &l->r, tile);
    } else if (h->thin && source->counts[i]) {
        draw_points((const uint8_t(*)[2])source->points[i], source->counts[i], place, &sway, pen, tile);
    } else {
        draw_picture(source->data->pixels + (size_t)i * PIXELS, place, &sway, tile);
        draw_bold(tile, h->bold);
    }
}

static bool add_digit(Line *l, int digit)
{
    const Hand *h = &l->hand;
    float ink[STRING_HEIGHT * TILE] = {0};
    Sheet tile = {ink, TILE, STRING_HEIGHT};
    Place place = line_place(l, digit ? 1 : h->zero_size);
    bool join;

    if (!digit)
        place.cy += 0.5f * h->zero_y * (1 - h->zero_size) * h->height;
    if (digit == 4 || digit == 7 || digit == 9)
        place.down += h->tail * rng_uniform(&l->r);
    if (digit == 1) /* one that is longer is like a border */
        place.down += less(h->tail, 0.4f) * rng_uniform(&l->r);
    if (digit == 6)
        place.up += h->rise * rng_uniform(&l->r);
    draw_digit(l, digit, place, &tile);
    join = chance(&l->r, h->join);
    return line_add(l, ink, next_gap(l), join);
}

static void add_letter(Line *l)
{
    const Strings *s = l->strings;
    float ink[STRING_HEIGHT * TILE] = {0};
    Sheet tile = {ink, TILE, STRING_HEIGHT};
    Place place = line_place(l, rng_range(&l->r, 0.7f, 1.1f));
    Sway sway = sway_draw(l->hand.wobble, &l->r);
    float gap;

    if (!s->other_count)
        return;
    draw_picture(s->digits.data->pixels +
                     PIXELS * (size_t)s->others[rng_below(&l->r, s->other_count)],
                 place, &sway, &tile);
    draw_bold(&tile, l->hand.bold);
    gap = fabsf(next_gap(l));
    line_add(l, ink, gap + rng_range(&l->r, 1, 6), false);
}

static void add_sign(Line *l, SignKind kind)
{
    float ink[STRING_HEIGHT * TILE] = {0};
    Sheet tile = {ink, TILE, STRING_HEIGHT};

    Place place = line_place(l, 1);
    float gap;

    draw_sign(&l->hand, kind, place, &l->r, &tile);
    gap = fabsf(next_gap(l));
    line_add(l, ink, gap + rng_range(&l->r, 0.5f, 3), false);
}

/* ---- what is written ---- */

/* Few digits in a narrow strip; some strips are much longer than what they hold. */
static int draw_length(const Line *l, Rng *r)
{
    int most = l->sheet.width / 12;

    if (l->strings->options.plain)
        return 2 + (int)rng_below(r, 9);
    if (chance(r, 0.4f))
        return 1 + (int)rng_below(r, (uint32_t)(most < 6 ? most : 6));
    most = most > STRING_DIGITS ? STRING_DIGITS : most;
    return most / 3 + (int)rng_below(r, (uint32_t)(most - most / 3)) + 1;
}

/* Even, but for runs of the same digit and the zeros that amounts end in. */
static int draw_label(Rng *r, int i, int length, int last, int zeros, float runs)
{
    if (i >= length - zeros)
        return 0;
    if (i && chance(r, runs))
        return last;
    return (int)rng_below(r, DIGITS);
}

/* Which signs stand among the digits. */
typedef struct Signs {
    float anywhere; /* share of the digits that one follows */
    int group;      /* `between` before every third digit from the end; 0: none */
    int cuts[2];    /* `between` before these digits, too: in a date, after an item's number; 0: none */
    SignKind between;
    bool before, after; /* $ or # or letters; = - # or letters */
    bool bars;          /* each digit has a box */
    bool bracketed;     /* the whole number */
    bool struck;        /* another number beside it is crossed out */
} Signs;

static Signs draw_date(Rng *r)
{
    static const SignKind kinds[] = {SIGN_SLASH, SIGN_TALL_SLASH, SIGN_TALL_SLASH, SIGN_DASH, SIGN_STOP, SIGN_COLON};
    int day = 1 + (int)rng_below(r, 2), month = 1 + (int)rng_below(r, 2);

    return (Signs){.cuts = {day, day + month}, .between = kinds[rng_below(r, 6)]};
}

static Signs draw_brackets(Rng *r)
{
    if (chance(r, 0.5f))
        return (Signs){.bracketed = true};
    return (Signs){.cuts = {1 + (int)rng_below(r, 2)}, .between = SIGN_CLOSE};
}

static Signs draw_signs(Rng *r)
{
    bool amount = chance(r, 0.17f);

    if (!amount && chance(r, 0.13f))
        return chance(r, 0.6f) ? draw_date(r) : draw_brackets(r);
    return (Signs){
        .anywhere = chance(r, 0.17f) ? rng_range(r, 0.05f, 0.4f) : 0,
        .group = amount ? 3 - (int)rng_below(r, 8) / 7 : 0,
        .between = chance(r, 0.6f) ? SIGN_STOP : SIGN_COMMA,
        .before = chance(r, amount ? 0.5f : 0.05f),
        .after = chance(r, amount ? 0.6f : 0.09f),
        .bars = !amount && chance(r, 0.06f),
        .struck = !amount && chance(r, 0.045f),
    };
}

static void add_before(Line *l)
{
    static const SignKind kinds[] = {SIGN_HASH, SIGN_STAR, SIGN_DOLLAR, SIGN_RUPEES, SIGN_RUPEES, SIGN_RUPEE, SIGN_EURO,
                                     SIGN_POUND, SIGN_NUMBER};
    int letters = chance(&l->r, 0.25f) ? 1 + (int)rng_below(&l->r, 3) : 0;

    for (int i = 0; i < letters; i++)
        add_letter(l);
    if (!letters)
        add_sign(l, kinds[rng_below(&l->r, sizeof kinds / sizeof *kinds)]);
    if (chance(&l->r, 0.4f))
        add_sign(l, chance(&l->r, 0.5f) ? SIGN_STOP : SIGN_EQUALS);
}

/* What ends an amount: "/-", "/=", "-", "#", a long stroke. */
static void add_after(Line *l)
{
    static const SignKind kinds[] = {SIGN_HASH, SIGN_STAR, SIGN_DASH, SIGN_EQUALS, SIGN_STROKE};

    if (chance(&l->r, 0.15f)) {
        add_letter(l);
    } else if (chance(&l->r, 0.6f)) {
        add_sign(l, chance(&l->r, 0.25f) ? SIGN_SLASH : SIGN_TALL_SLASH);
        if (chance(&l->r, 0.9f))
            add_sign(l, chance(&l->r, 0.7f) ? SIGN_DASH : SIGN_EQUALS);
    } else {
        add_sign(l, kinds[rng_below(&l->r, 5)]);
    }
}

/* A stroke whose ends are about these. */
static void strike(Line *l, Point a, Point b)
{
    float spread = 0.08f * l->hand.height;

    pen_line(&l->sheet, a.x + spread * rng_normal(&l->r), a.y + spread * rng_normal(&l->r), b.x + spread * rng_normal(&l->r),
             b.y + spread * rng_normal(&l->r), l->hand.pen);
}

/* One to three digits that are not to be read: level strokes go through all of them, or each has a cross or a stroke, or
 * nothing of them is left to be seen. */
static void add_struck(Line *l)
{
    const Hand *h = &l->hand;
    float begin = (float)l->right, left = begin, right = begin, y = h->middle, half = 0.5f * h->height;
    enum { LEVEL, SCRIBBLED, EACH, CROSSED, KINDS } kind = rng_below(&l->r, KINDS); /* EACH has one stroke, CROSSED two */
    int strokes = 1 + (int)rng_below(&l->r, 5);

    for (int i = 1 + (int)rng_below(&l->r, 3); i > 0; i--) {
        if (!add_digit(l, (int)rng_below(&l->r, DIGITS)))
            break;
        right = (float)l->right;
        if (kind == EACH || kind == CROSSED)
            strike(l, (Point){left, y + half}, (Point){right, y - half});
        if (kind == CROSSED)
            strike(l, (Point){left, y - half}, (Point){right, y + half});
        left = right;
    }
    for (int i = 0; kind == SCRIBBLED && i < 4 * strokes; i++) { /* back and forth */
        float from = begin + (right - begin) * rng_uniform(&l->r), slip = 0.4f * half * rng_normal(&l->r);

        strike(l, (Point){from - 0.4f * half, y + slip + 0.6f * half}, (Point){from + 0.4f * half, y + slip - 0.6f * half});
        strike(l, (Point){begin, y + slip}, (Point){right, y - slip});
    }
    for (int i = 0; kind == LEVEL && i < strokes; i++) {
        float slip = 0.5f * half * rng_normal(&l->r);

        strike(l, (Point){begin, y + slip}, (Point){right, y + slip});
    }
    l->right = (int)(right + more(1, 0.3f * h->height));
    for (int v = 0; v < STRING_HEIGHT; v++)
        l->edge[v] = l->edge[v] > l->right ? l->edge[v] : l->right;
}

/* What stands before digit i of `length`. */
static void add_between(Line *l, const Signs *signs, int i, int length)
{
    bool grouped = signs->group && (length - i) % signs->group == 0;

    if (i && (grouped || i == signs->cuts[0] || i == signs->cuts[1]))
        add_sign(l, signs->between);
}

static int write_digits(Line *l, uint8_t *labels)
{
    Rng *r = &l->r;
    bool plain = l->strings->options.plain;
    int length = draw_length(l, r), count = 0,
        zeros = !plain && chance(r, 0.15f) ? 1 + (int)rng_below(r, 4) : 0;
    float runs = !plain && chance(r, 0.1f) ? 0.6f : 0;
    Signs signs = plain ? (Signs){0} : draw_signs(r);

    if (signs.before)
        add_before(l);
    if (signs.struck)
        add_struck(l);
    if (signs.bracketed)
        add_sign(l, SIGN_OPEN);
    for (int i = 0; i < length && count < STRING_DIGITS; i++) {
        int digit = draw_label(r, i, length, count ? labels[count - 1] : 0, zeros, runs);

        add_between(l, &signs, i, length);
        if (!add_digit(l, digit))
            return count;
        labels[count++] = (uint8_t)digit;
        if (signs.bars)
            add_sign(l, SIGN_BAR);
        if (chance(r, signs.anywhere))
            add_sign(l, (SignKind)rng_below(r, SIGN_COLON + 1));
    }
    if (signs.after)
        add_after(l);
    if (signs.bracketed)
        add_sign(l, SIGN_CLOSE);
    return count;
}

/* Not a number: letters, signs, scribbles, or nothing. */
static void write_none(Line *l)
{
    int kind = (int)rng_below(&l->r, 6), count = 1 + (int)rng_below(&l->r, 6);

    for (int i = 0; kind < 3 && i < count; i++)
        add_letter(l);
    for (int i = 0; kind == 3 && i < 1 + count / 3; i++)
        add_sign(l, (SignKind)rng_below(&l->r, SIGN_KINDS));
    if (kind == 4) {
        page_scribble(l->hand.pen, &l->r, &l->sheet);
        l->left = 0;
        l->right = l->sheet.width;
    }
}

/* Moves the line to the right, as far as there is room, and decides where the crop ends. */
static void line_set(Line *l, int *first, int *end)
{
    int w = l->sheet.width, room = w - 1 - l->right, shift, before, after;

    shift = room > 0 ? (int)rng_below(&l->r, (uint32_t)room + 1) : 0;
    before = chance(&l->r, 0.3f) ? w : (int)rng_below(&l->r, 24);
    after = chance(&l->r, 0.3f) ? w : (int)rng_below(&l->r, 24);
    for (int y = 0; shift && y < STRING_HEIGHT; y++) {
        float *row = l->sheet.ink + y * w;

        memmove(row + shift, row, (size_t)(w - shift) * sizeof *row);
        memset(row, 0, (size_t)shift * sizeof *row);
    }
    l->left += shift;
    l->right += shift;
    *first = l->left - before > 0 ? l->left - before : 0;
    *end = l->right + after < w ? l->right + after : w;
}

/* Inks a tile `shift` to the right, as far as the strip goes. */
static void lay(Line *l, const float *tile, int shift)
{
    for (int y = 0; y < STRING_HEIGHT; y++)
        for (int x = 0; x < TILE; x++)
            if (x + shift >= 0 && x + shift < l->sheet.width) {
                float *p = &l->sheet.ink[y * l->sheet.width + x + shift];

                *p = more(*p, tile[y * TILE + x]);
            }
}

/* The cell beside: its border and a digit of what stands in it, which the crop's end, *first or *end, cuts. */
static void draw_beside(Line *l, int *first, int *end)
{
    float ink[STRING_HEIGHT * TILE] = {0}, x;
    Sheet tile = {ink, TILE, STRING_HEIGHT};
    int begins[STRING_HEIGHT], ends[STRING_HEIGHT], left = TILE, right = 0, away = 2 + (int)rng_below(&l->r, 9), shift;
    bool after = chance(&l->r, 0.5f);
    float seen = rng_range(&l->r, 0.15f, 0.85f);
    float radius = rng_range(&l->r, 0.3f, 1.2f), level = rng_range(&l->r, 0.4f, 1);
    int digit = (int)rng_below(&l->r, DIGITS);
    Place place = line_place(l, 1);

    draw_digit(l, digit, place, &tile);
    if (!tile_edges(ink, begins, ends))
        return;
    for (int y = 0; y < STRING_HEIGHT; y++) {
        left = begins[y] < left ? begins[y] : left;
        right = ends[y] > right ? ends[y] : right;
    }
    x = (float)(after ? l->right + away : l->left - away);
    shift = after ? (int)x + 2 + (int)rng_below(&l->r, 4) - left : (int)x - 2 - (int)rng_below(&l->r, 4) - right;
    lay(l, ink, shift);
    pen_line(&l->sheet, x, l->hand.bar_top, x + rng_normal(&l->r), l->hand.bar_bottom, (Pen){radius, level});
    if (after)
        *end = left + shift + (int)(seen * (float)(right - left));
    else
        *first = right + shift - (int)(seen * (float)(right - left));
    *end = *end > l->sheet.width ? l->sheet.width : *end;
    *first = *first < 0 ? 0 : *first;
}

int strings_make(const Strings *s, uint64_t index, int width, uint8_t *strip, uint8_t *labels)
{
    float ink[STRING_HEIGHT * STRING_WIDTH], spare[STRING_HEIGHT * STRING_WIDTH];
    Line l = {.strings = s, .r = rng_stream(s->options.seed, RNG_STRINGS, index)};
    int pixels = STRING_HEIGHT * width, count = 0, first, end;
    Writing w;

    assert(width >= STRING_HEIGHT && width <= STRING_WIDTH);
    memset(ink, 0, (size_t)pixels * sizeof *ink);
    memset(labels, 0, STRING_DIGITS);
    l.hand = hand_draw(s->options.gaps, s->options.plain, &l.r);
    l.sheet = (Sheet){ink, width, STRING_HEIGHT};
    for (int y = 0; y < STRING_HEIGHT; y++)
        l.edge[y] = NO_INK;
    if (s->options.plain || !chance(&l.r, 0.09f))
        count = write_digits(&l, labels);
    else
        write_none(&l);
    line_set(&l, &first, &end);
    if (!s->options.plain && chance(&l.r, 0.09f))
        draw_beside(&l, &first, &end);
    w = (Writing){(float)l.left, (float)l.right, &l.hand};
    if (!s->options.plain) {
        page_draw(&w, first, end, &l.r, &l.sheet);
        finish(first, end, &l.r, &l.sheet, spare);
    }
    for (int i = 0; i < pixels; i++)
        strip[i] = (uint8_t)(less(1, more(0, ink[i])) * 255 + 0.5f);
    return count;
}
