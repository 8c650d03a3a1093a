#include "read/sight.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/digit.h"
#include "read/numbers.h"
#include "read/tabletop.h"
#include "read/turned.h"

enum {
    CROP_SIDE = 400,  /* pixels: a larger picture is not taken for a crop by its shape alone */
    STRIP_LEAST = 64, /* pixels: a lower picture has one line of writing */
    NUMBERS_LIMIT = 500,
    BITS_LIMIT = 6, /* pieces that may be one digit */
    RIM_SHARE = 40,  /* of a picture's side, that its rim is broad */
    SMALL_PART = 4  /* of a picture, that all writing is on: a quarter or less is looked at alone */
};

static const double steep = 0.08; /* a slope of lines from which a picture is turned; less the line reader levels */

/* ---- spots ---- */

static SeenDigit *add_spot(Sight *s, Err *e)
{
    if (s->count == s->room) {
        int room = 2 * s->room + 8;
        SeenDigit *more = realloc(s->spots, (size_t)room * sizeof *more);

        if (!more) {
            err_set(e, ERR_MEMORY, "no memory for %d digits", room);
            return NULL;
        }
        s->spots = more;
        s->room = room;
    }
    s->spots[s->count] = (SeenDigit){0};
    return &s->spots[s->count++];
}

/* Cuts the digit in a box out; it stands where its ink is. */
static int see_box(const Image *im, Piece box, SeenDigit *spot, bool *blank, Err *e)
{
    DigitInfo info = {0};
    ReadDigit *d = &spot->digit;
    Image *crop = image_crop(im, box.x, box.y, box.width, box.height, e);
    int status = crop ? digit_from_image(crop, NULL, d->seen, &info, e) : -(int)ERR_MEMORY;

    image_free(crop);
    *blank = info.blank;
    spot->contrast = info.contrast;
    if (status || info.blank)
        return status;
    int left = (int)info.box[0], top = (int)info.box[1];
    int right = (int)ceilf(info.box[0] + info.box[2]), bottom = (int)ceilf(info.box[1] + info.box[3]);

    d->x = box.x + left;
    d->y = box.y + top;
    d->width = (right < box.width ? right : box.width) - left;
    d->height = (bottom < box.height ? bottom : box.height) - top;
    return 0;
}

/* A piece that is a digit, unless it is blank. */
static int add_digit(Sight *s, const Image *im, Piece piece, int number, bool alone, Err *e)
{
    SeenDigit *spot = add_spot(s, e);
    bool blank = false;
    int status = spot ? see_box(im, piece, spot, &blank, e) : -(int)ERR_MEMORY;

    if (!spot)
        return status;
    spot->line = piece.line;
    spot->number = number;
    spot->alone = alone;
    s->count -= blank;
    return status;
}

/* ---- numbers ---- */

static int within(double v, int low, int high)
{
    return v < low ? low : v > high ? high : (int)v;
}

/* A box with some margin on each side, as far as the picture goes. */
static Piece wider(const Image *im, double x, double y, double w, double h, double margin)
{
    int left = within(floor(x - margin), 0, im->width - 1),
        top = within(floor(y - margin), 0, im->height - 1);

    return (Piece){left, top, within(ceil(x + w + margin), left + 1, im->width) - left,
                   within(ceil(y + h + margin), top + 1, im->height) - top, 0};
}

/* Digit `i` of a number that was read on a part of the picture that begins at (x, y). */
static int add_read_digit(Sight *s, const Image *im, const LineReading *r, int i, Piece part,
                          int number, Err *e)
{
    const LineDigit *from = &r->digits[i];
    SeenDigit *spot = add_spot(s, e);
    Piece box = wider(im, part.x + from->x, part.y + from->y, from->width, from->height, 0);

    if (!spot)
        return -(int)ERR_MEMORY;
    spot->line = part.line;
    spot->number = number;
    spot->line_probability = spot->number_probability = r->probability;
    spot->read = true;
    spot->odd = from->odd;
    memcpy(spot->probabilities, from->probabilities, sizeof spot->probabilities);
    memcpy(spot->digit.seen, from->seen, sizeof spot->digit.seen);
    spot->digit.x = box.x;
    spot->digit.y = box.y;
    spot->digit.width = box.width;
    spot->digit.height = box.height;
    return 0;
}

static int read_part(LineReader *lines, const Image *im, Piece part, const LineOptions *how, LineReading *out, Err *e)
{
    Image *crop = image_crop(im, part.x, part.y, part.width, part.height, e);
    int status = crop ? line_read(lines, crop, how, out, e) : -(int)ERR_MEMORY;

    image_free(crop);
    return status;
}

/* What the line reader finds on a part of the picture, or on all of it. One digit is better read by the net for digits;
 * where that finds none, a part of a picture held no writing, but a picture holds something that cannot be read. */
static int read_number(Sight *s, LineReader *lines, const Image *im, Piece part, int number,
                       const ReadOptions *options, Err *e)
{
    bool is_part = part.width < im->width || part.height < im->height;
    const LineOptions how = {.length = options->length, .is_part = is_part};
    LineReading r;
    int status = read_part(lines, im, part, &how, &r, e);

    if (!status && r.count == 1) {
        const LineDigit *d = &r.digits[0];
        Piece box =
            wider(im, part.x + d->x, part.y + d->y, d->width, d->height, 0.2 * d->height + 2);

        box.line = part.line;
        return add_digit(s, im, box, number, is_part, e);
    }
    for (int i = 0; !status && i < r.count; i++)
        status = add_read_digit(s, im, &r, i, part, number, e);
    return status;
}

/* ---- what the picture is ---- */

static int usual_height(const Number *numbers, int count)
{
    int most = 0;

    for (int i = 0; i < count; i++)
        most = numbers[i].count > 1 && numbers[i].height > most ? numbers[i].height : most;
    return most;
}

/* Whether two numbers of several pieces, about as high as each other, stand one below the other. */
static bool has_lines(const Number *numbers, int count)
{
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++) {
            const Number *a = &numbers[i], *b = &numbers[k];
            int low = a->height < b->height ? a->height : b->height, high = a->height + b->height - low;
            int apart = abs(2 * a->y + a->height - 2 * b->y - b->height) / 2;

            if (a->line != b->line && a->count > 1 && b->count > 1 && 2 * low >= high && 10 * apart >= 7 * low)
                return true;
        }
    return false;
}

/* Several numbers of more than one piece each. */
static bool is_page(const Image *im, const Number *numbers, int count)
{
    int several = 0;

    for (int i = 0; i < count; i++)
        several += numbers[i].count > 1;
    if (im->height < STRIP_LEAST || count < 2)
        return false;
    if (has_lines(numbers, count))
        return true;
    if (numbers[count - 1].line > 0 && im->height < 2 * usual_height(numbers, count))
        return false;
    return several > 1 || count > 3;
}

static bool is_crop(const Image *im, const Piece *pieces, int piece_count)
{
    int longer = im->width > im->height ? im->width : im->height, inside = 0;

    for (int i = 0; i < piece_count; i++) {
        const Piece *p = &pieces[i];

        inside += p->x > 0 && p->y > 0 && p->x + p->width < im->width &&
                  p->y + p->height < im->height && 3 * p->height > im->height;
    }
    if (piece_count <= 1)
        return im->width <= 1.3 * im->height ||
               (piece_count && pieces[0].width <= 1.1 * pieces[0].height);
    return longer <= CROP_SIDE && im->width <= 1.3 * im->height && inside < 2;
}

/* Whether two pieces stand side by side and are about as high, as digits of a number are; both have paper around them. */
static bool are_beside(const Piece *a, const Piece *b)
{
    int low = a->height < b->height ? a->height : b->height, high = a->height + b->height - low;
    int left = a->x > b->x ? a->x : b->x, a_end = a->x + a->width, b_end = b->x + b->width;
    int common = (a_end < b_end ? a_end : b_end) - left;

    return 10 * low >= 6 * high && 10 * common < 4 * low;
}

/* Whether two pieces stand one below the other and are about as high, as digits of a column are; both have paper around them. */
static bool are_below(const Piece *a, const Piece *b)
{
    int low = a->height < b->height ? a->height : b->height, high = a->height + b->height - low;

    return 10 * low >= 6 * high && (a->y >= b->y + b->height || b->y >= a->y + a->height);
}

/* Whether a piece is in a digit's box, or a bit at the picture's edge. */
static bool belongs(const Piece *p, const float box[4], const Image *im)
{
    float slack = 0.1f * (box[2] > box[3] ? box[2] : box[3]), x = (float)p->x + 0.5f * (float)p->width,
          y = (float)p->y + 0.5f * (float)p->height;
    bool at_edge = p->x == 0 || p->y == 0 || p->x + p->width == im->width || p->y + p->height == im->height;

    return (at_edge && 2 * (float)p->height < box[3]) || (x > box[0] - slack && x < box[0] + box[2] + slack &&
                                                          y > box[1] - slack && y < box[1] + box[3] + slack);
}

/* Whether the pieces are bits of one digit, which the closer look at a digit (image/digit.h) finds whole: that one sees
 * through shadows. */
static int are_bits(const Image *im, const Piece *pieces, int count, bool *bits, Err *e)
{
    uint8_t seen[DIGIT_PIXELS];
    DigitInfo info;

    *bits = false;
    if (count > BITS_LIMIT || 2 * im->width > 5 * im->height)
        return 0;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++)
            if (are_beside(&pieces[i], &pieces[k]) || are_below(&pieces[i], &pieces[k]))
                return 0;
    if (digit_from_image(im, NULL, seen, &info, e))
        return -(int)ERR_MEMORY;
    *bits = !info.blank && info.box[2] <= info.box[3]; /* wider ones are pairs that touch */
    for (int i = 0; i < count; i++)
        *bits &= belongs(&pieces[i], info.box, im);
    return 0;
}

/* Every piece of ink is a digit. */
static int see_pieces(Sight *s, const Image *im, const Piece *pieces, const Number *numbers,
                      int count, Err *e)
{
    int status = 0;

    for (int i = 0; !status && i < count; i++)
        for (int k = 0; !status && k < numbers[i].count; k++)
            status = add_digit(s, im, pieces[numbers[i].first + k], i, false, e);
    return status;
}

static int see_page(Sight *s, LineReader *lines, const Image *im, const Piece *pieces,
                    const Number *numbers, int count, const ReadOptions *options, Err *e)
{
    int status = 0;

    for (int i = 0; !status && i < count && i < NUMBERS_LIMIT; i++) {
        const Number *n = &numbers[i];
        const Piece *first = &pieces[n->first];
        Piece part = wider(im, n->x, n->y, n->width, n->height, 0.2 * n->height);

        part.line = n->line;
        if (n->count == 1 && first->width <= 1.1 * first->height && options->length.least < 2)
            status = add_digit(s, im, *first, i, true, e);
        else
            status = read_number(s, lines, im, part, i, options, e);
    }
    return status;
}

static int see_picture(Sight *s, LineReader *lines, const Image *im, const Piece *pieces,
                       int piece_count, const Number *numbers, int count,
                       const ReadOptions *options, Err *e)
{
    const Piece whole = {.width = im->width, .height = im->height};

    if (!lines)
        return see_pieces(s, im, pieces, numbers, count, e);
    if (options->length.least < 2 && !has_lines(numbers, count)) {
        s->is_crop = is_crop(im, pieces, piece_count);
        if (!s->is_crop && are_bits(im, pieces, piece_count, &s->is_crop, e))
            return -(int)ERR_MEMORY;
    }
    if (s->is_crop)
        return add_digit(s, im, whole, 0, false, e);
    if (is_page(im, numbers, count))
        return see_page(s, lines, im, pieces, numbers, count, options, e);
    return read_number(s, lines, im, whole, 0, options, e);
}

/* What the pieces on a picture are. */
static int see_numbers(Sight *s, LineReader *lines, const Image *im, const Piece *pieces, int count,
                       const ReadOptions *options, Err *e)
{
    Number *numbers = malloc(((size_t)count + 1) * sizeof *numbers);
    int status = numbers ? see_picture(s, lines, im, pieces, count, numbers,
                                       numbers_find(pieces, count, numbers), options, e)
                         : err_set(e, ERR_MEMORY, "no memory for %d pieces of writing", count);

    free(numbers);
    return status;
}

/* What was seen on a part of a picture that begins at (x, y). */
static void sight_move(Sight *s, int x, int y)
{
    for (int i = 0; i < s->count; i++) {
        s->spots[i].digit.x += x;
        s->spots[i].digit.y += y;
    }
    s->part.x += x;
    s->part.y += y;
}

/* Turns the picture until its lines are level. */
static int look_turned(Sight *s, LineReader *lines, const Image *im, double slope, const ReadOptions *options, Err *e)
{
    int count = 0, status;
    Turned turned;
    Image *level = turned_level(im, slope, &turned, e);
    Piece *pieces = level ? page_find(level, &count, NULL, e) : NULL;

    status = pieces ? see_numbers(s, lines, level, pieces, count, options, e) : -(int)ERR_MEMORY;
    for (int i = 0; i < s->count; i++) {
        ReadDigit *d = &s->spots[i].digit;

        turned_back(&turned, &d->x, &d->y, &d->width, &d->height);
    }
    free(pieces);
    image_free(level);
    return status;
}

static int look(Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, Err *e);

/* Looks at a part of the picture alone. */
static int look_at_part(Sight *s, LineReader *lines, const Image *im, Piece part, const ReadOptions *options, Err *e)
{
    Image *crop = image_crop(im, part.x, part.y, part.width, part.height, e);
    int status = crop ? look(s, lines, crop, options, e) : -(int)ERR_MEMORY;

    sight_move(s, part.x, part.y);
    image_free(crop);
    return status;
}

bool sight_is_close(const Image *im)
{
    return im->width <= CROP_SIDE && im->height <= CROP_SIDE;
}

/* The box of all pieces. */
static Piece box_of(const Image *im, const Piece *pieces, int count)
{
    int left = im->width, top = im->height, right = 0, bottom = 0;

    for (int i = 0; i < count; i++) {
        const Piece *p = &pieces[i];

        left = p->x < left ? p->x : left;
        top = p->y < top ? p->y : top;
        right = p->x + p->width > right ? p->x + p->width : right;
        bottom = p->y + p->height > bottom ? p->y + p->height : bottom;
    }
    return (Piece){left, top, right - left, bottom - top, 0};
}

/* What is written with some paper around it, where that is a small part of a picture that is no crop: in a crop it may be a
 * speck beside a digit that fills it. The part is much smaller than the picture. */
static bool is_small(const Image *im, const Piece *pieces, int count, Piece *part)
{
    double area = (double)im->width * im->height;
    Piece b;

    if (!count || sight_is_close(im))
        return false;
    b = box_of(im, pieces, count);
    *part = wider(im, b.x, b.y, b.width, b.height, fmax(0.6 * b.height, STRIP_LEAST / 2)); /* a page stays one */
    return (double)SMALL_PART * b.width * b.height < area && (double)part->width * part->height < 0.8 * area;
}

/* Looks at all of `im`, or at the part where the writing is. */
static int look(Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, Err *e)
{
    int count = 0, status;
    Lay lay = {0};
    Piece *pieces, part;

    s->part = (Piece){.width = im->width, .height = im->height};
    if (options->single && sight_is_close(im))
        return add_digit(s, im, s->part, 0, false, e);
    pieces = page_find(im, &count, &lay, e);
    if (!pieces)
        return -(int)ERR_MEMORY;
    s->on_side = lay.on_side;
    if ((lines || options->single) && is_small(im, pieces, count, &part))
        status = look_at_part(s, lines, im, part, options, e);
    else if (options->single)
        status = add_digit(s, im, s->part, 0, false, e);
    else if (lines && fabs(lay.slope) > steep && turned_fits(im, lay.slope))
        status = look_turned(s, lines, im, lay.slope, options, e);
    else
        status = see_numbers(s, lines, im, pieces, count, options, e);
    free(pieces);
    return status;
}

int sight_look(Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, Err *e)
{
    Image *sheet;
    int x, y, status = tabletop_clear(im, &sheet, &x, &y, e);

    if (status || !sheet)
        return status ? status : look(s, lines, im, options, e);
    status = look(s, lines, sheet, options, e);
    sight_move(s, x, y);
    image_free(sheet);
    return status;
}

static int keep_spot(Sight *to, const SeenDigit *spot, Err *e)
{
    SeenDigit *kept = add_spot(to, e);

    if (!kept)
        return -(int)ERR_MEMORY;
    *kept = *spot;
    return 0;
}

/* One spot as the line reader sees it: added are its digits, or what there was. */
static int look_again_at(Sight *to, const SeenDigit *spot, LineReader *lines, const Image *im, Piece part,
                         const LineOptions *how, bool *changed, Err *e)
{
    const ReadDigit *seen = &spot->digit;
    LineReading r;
    int status = read_part(lines, im, part, how, &r, e);
    bool better = !status && r.probability > (seen->digit < 0 ? LINE_SURE : seen->probability) &&
                  (r.count > 1 || (r.count == 1 && seen->probability > LINE_SURE && r.digits[0].digit != seen->digit));

    if (status || !better)
        return status ? status : keep_spot(to, spot, e);
    *changed = true;
    part.line = spot->line;
    for (int i = 0; !status && i < r.count; i++) {
        status = add_read_digit(to, im, &r, i, part, spot->number, e);
        if (!status)
            to->spots[to->count - 1].contrast = spot->contrast;
    }
    return status;
}

int sight_look_again(Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, bool *changed, Err *e)
{
    const LineOptions how = {.length = options->length, .is_part = !s->is_crop};
    Sight old = *s;
    int status = 0;

    *changed = false;
    s->spots = NULL;
    s->count = s->room = 0;
    for (int i = 0; !status && i < old.count; i++) {
        const ReadDigit *d = &old.spots[i].digit;
        Piece part = s->is_crop ? s->part : wider(im, d->x, d->y, d->width, d->height, 0.2 * d->height + 2);

        status = old.spots[i].doubtful ? look_again_at(s, &old.spots[i], lines, im, part, &how, changed, e)
                                       : keep_spot(s, &old.spots[i], e);
    }
    sight_free(&old);
    return status;
}

/* Whether a piece has paper on all sides. */
static bool is_inside(const Piece *p, const Image *im)
{
    int rim = (im->width > im->height ? im->width : im->height) / RIM_SHARE + 1;

    return p->x >= rim && p->y >= rim && p->x + p->width <= im->width - rim && p->y + p->height <= im->height - rim;
}

int sight_look_inside(Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, Err *e)
{
    int count = 0, inside = 0, status = 0;
    Piece *pieces = page_find(im, &count, NULL, e), b;

    if (!pieces)
        return -(int)ERR_MEMORY;
    for (int i = 0; i < count; i++)
        if (is_inside(&pieces[i], im))
            pieces[inside++] = pieces[i];
    if (inside && inside < count) {
        b = box_of(im, pieces, inside);
        if (10 * b.height > im->height) /* less is a smudge */
            status = look_at_part(s, lines, im, wider(im, b.x, b.y, b.width, b.height, 0.15 * b.height), options, e);
    }
    free(pieces);
    return status;
}

void sight_free(Sight *s)
{
    free(s->spots);
    *s = (Sight){0};
}
