#include "read/way_up.h"

#include <math.h>

#include "image/upright.h"

enum {
    SAMPLE = 4,        /* numbers that are read upside down to see */
    SEVERAL_LEAST = 2, /* numbers, and digits of each, by which upside down is told */
    ALONE_LEAST = 4    /* or digits that stand alone */
};

/* Logarithms of the probability that a page is right: of all of it, and of a number in the mean. */
static const double doubtful = -0.7, doubtful_each = -0.08;
static const double least_probability = 1e-6;
static const double clearly = 1; /* a difference in worth that is no chance */

/* ---- how likely ---- */

double way_sure(double probability)
{
    return log(fmax(probability, least_probability));
}

double way_worth(int digits, double sure)
{
    return digits * log(2) + sure;
}

bool way_is_doubtful(int numbers, double sure)
{
    return sure < doubtful && sure < doubtful_each * numbers;
}

bool way_is_better(double worth, double other)
{
    return worth > other + clearly;
}

/* The number that begins at a spot: where it ends, and the logarithm of its probability. */
static int number_end(const Sight *s, int first, double *sure)
{
    int end = first;

    *sure = s->spots[first].read ? way_sure(s->spots[first].number_probability) : 0;
    for (; end < s->count && s->spots[end].number == s->spots[first].number; end++)
        if (!s->spots[first].read)
            *sure += way_sure(s->spots[end].digit.probability);
    return end;
}

double sight_worth(const Sight *s)
{
    double all = 0, sure;

    for (int first = 0, end; first < s->count; first = end) {
        end = number_end(s, first, &sure);
        all += way_worth(end - first, sure);
    }
    return all;
}

bool sight_is_doubtful(const Sight *s)
{
    double all = 0, sure;
    int several = 0, alone = 0;

    for (int first = 0, end; first < s->count; first = end) {
        end = number_end(s, first, &sure);
        several += end - first >= SEVERAL_LEAST;
        alone += end - first == 1;
        all += sure;
    }
    return (several >= SEVERAL_LEAST || alone >= ALONE_LEAST) && way_is_doubtful(several + alone, all);
}

/* ---- upside down ---- */

typedef struct Longest {
    int first, count; /* spots */
    double sure;
} Longest;

/* The numbers with the most digits, the longest first; returns how many. */
static int longest_numbers(const Sight *s, Longest found[SAMPLE])
{
    int count = 0;
    double sure;

    for (int first = 0, end; first < s->count; first = end) {
        Longest next = {first, 0, 0};

        end = number_end(s, first, &sure);
        next.count = end - first;
        next.sure = sure;
        if (next.count < SEVERAL_LEAST)
            continue;
        for (int i = 0; i < SAMPLE && next.count; i++)
            if (i >= count || next.count > found[i].count) {
                Longest shorter = i < count ? found[i] : (Longest){0};

                found[i] = next;
                count += i >= count;
                next = shorter;
            }
    }
    return count;
}

/* The paper round some spots, upside down. */
static Image *spots_over(const Image *im, const SeenDigit *spots, int count, Err *e)
{
    int x0 = im->width, y0 = im->height, x1 = 0, y1 = 0;

    for (int i = 0; i < count; i++) {
        const ReadDigit *d = &spots[i].digit;

        x0 = d->x < x0 ? d->x : x0;
        y0 = d->y < y0 ? d->y : y0;
        x1 = d->x + d->width > x1 ? d->x + d->width : x1;
        y1 = d->y + d->height > y1 ? d->y + d->height : y1;
    }
    int margin = (y1 - y0) / 5;

    x0 = x0 > margin ? x0 - margin : 0;
    y0 = y0 > margin ? y0 - margin : 0;
    x1 = x1 + margin < im->width ? x1 + margin : im->width;
    y1 = y1 + margin < im->height ? y1 + margin : im->height;
    Image *part = image_crop(im, x0, y0, x1 - x0, y1 - y0, e);

    return part ? image_upright(part, 3, e) : NULL;
}

int sight_is_over(const Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, bool *over, Err *e)
{
    Longest numbers[SAMPLE];
    const LineOptions how = {.length = options->length};
    int count = longest_numbers(s, numbers);
    double up = 0, down = 0;

    for (int i = 0; i < count; i++) {
        Image *part = spots_over(im, s->spots + numbers[i].first, numbers[i].count, e);
        LineReading r = {0};
        int status = part ? line_read(lines, part, &how, &r, e) : -(int)ERR_MEMORY;

        image_free(part);
        if (status)
            return status;
        up += way_worth(numbers[i].count, numbers[i].sure);
        down += r.count ? way_worth(r.count, way_sure(r.probability)) : 0;
    }
    *over = count < SEVERAL_LEAST || !way_is_better(up, down);
    return 0;
}

/* ---- turning ---- */

Image *turned_to(const Image *im, int degrees, Err *e)
{
    Image *copy = image_copy(im, e);

    return copy ? image_upright(copy, degrees == 90 ? 6 : degrees == 180 ? 3 : 8, e) : NULL; /* as Exif counts */
}

/* From the picture that was turned to the picture itself, of width and height. */
static void turn_box_back(ReadDigit *d, int degrees, int width, int height)
{
    const ReadDigit from = *d;

    if (degrees == 180) {
        d->x = width - from.x - from.width;
        d->y = height - from.y - from.height;
        return;
    }
    d->x = degrees == 90 ? from.y : width - from.y - from.height;
    d->y = degrees == 90 ? height - from.x - from.width : from.x;
    d->width = from.height;
    d->height = from.width;
}

void sight_turn_back(Sight *s, int degrees, int width, int height)
{
    for (int i = 0; i < s->count; i++)
        turn_box_back(&s->spots[i].digit, degrees, width, height);
    s->turned = degrees;
}

/* Seen from the upright picture this one was turned by the rest of a full turn. */
void reading_turn_upright(Reading *r)
{
    const Reading lying = *r;

    if (!r->turned)
        return;
    if (r->turned != 180) {
        r->width = lying.height;
        r->height = lying.width;
    }
    for (int l = 0; l < r->line_count; l++)
        for (int i = 0; i < r->lines[l].count; i++)
            turn_box_back(&r->lines[l].digits[i], 360 - lying.turned, r->width, r->height);
    r->turned = 0;
}
