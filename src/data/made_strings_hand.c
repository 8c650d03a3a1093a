#include <math.h>

#include "data/made_strings_parts.h"

static bool chance(Rng *r, float share)
{
    return rng_uniform(r) < share;
}

static float bounded(float v, float low, float high)
{
    return v < low ? low : v > high ? high : v;
}

static StringGaps draw_gaps(Rng *r)
{
    float u = rng_uniform(r);

    return u < 0.3f ? GAPS_CLEAR : u < 0.65f ? GAPS_TIGHT : GAPS_TOUCHING;
}

/* Usual gaps as a share of the height: digits apart, close, or one in the other. */
static void set_gap(Hand *h, StringGaps gaps, Rng *r)
{
    switch (gaps == GAPS_ALL ? draw_gaps(r) : gaps) {
    case GAPS_CLEAR:
        h->gap = gaps == GAPS_ALL && chance(r, 0.3f) ? rng_range(r, 0.4f, 1.3f)
                                                     : rng_range(r, 0.15f, 0.45f);
        break;
    case GAPS_TIGHT:
        h->gap = rng_range(r, 0.02f, 0.15f);
        break;
    default:
        h->gap = rng_range(r, -0.1f, 0.02f);
    }
    h->gap_spread =
        (gaps == GAPS_ALL ? rng_range(r, 0.02f, 0.08f) + 0.3f * more(h->gap, 0) : 0.02f) *
        h->height;
    h->gap *= h->height;
}

/* Digits as their pictures are, side by side. */
static Hand hand_neat(float height, StringGaps gaps, Rng *r)
{
    Hand h = {.height = height,
              .aspect = 1,
              .middle = STRING_HEIGHT / 2.f,
              .y_spread = 0.03f,
              .width_spread = 0.07f,
              .slant_spread = 0.05f,
              .zero_size = 1,
              .bar_top = -2,
              .bar_bottom = STRING_HEIGHT + 2,
              .pen = {0.05f * height, 1}};

    set_gap(&h, gaps, r);
    return h;
}

Hand hand_draw(StringGaps gaps, bool plain, Rng *r)
{
    Hand h = {0};
    float width;

    if (plain)
        return hand_neat(20, gaps, r);
    if (chance(r, 0.12f))
        return hand_neat(bounded(21.5f * expf(0.16f * rng_normal(r)), 14, 29), gaps, r);
    h.height = bounded(21.5f * expf(0.16f * rng_normal(r)), 12, 31);
    h.aspect = bounded(expf(0.16f * rng_normal(r)), 0.65f, 1.45f);
    h.slant = bounded(0.08f + 0.2f * rng_normal(r), -0.5f, 0.65f);
    h.slope = bounded(0.025f * rng_normal(r), -0.06f, 0.06f);
    h.middle = STRING_HEIGHT / 2.f + bounded(1.9f * rng_normal(r), -5, 5);
    h.size_spread = rng_range(r, 0.02f, 0.13f);
    h.y_spread = rng_range(r, 0.01f, 0.07f);
    h.turn_spread = rng_range(r, 0.01f, 0.09f);
    h.zero_size = chance(r, 0.3f) ? rng_range(r, 0.45f, 0.9f) : 1;
    h.zero_y = rng_range(r, -0.5f, 0.9f);
    h.width_spread = rng_range(r, 0.05f, 0.14f);
    h.slant_spread = rng_range(r, 0.03f, 0.1f);
    h.halves_spread = rng_range(r, 0.02f, 0.2f);
    h.tail = chance(r, 0.35f) ? rng_range(r, 0.2f, 2) : 0;
    h.rise = chance(r, 0.15f) ? rng_range(r, 0.2f, 0.9f) : 0;
    h.wobble = chance(r, 0.8f) ? rng_range(r, 0.01f, 0.065f) * h.height : 0;
    set_gap(&h, gaps, r);
    h.join = chance(r, 0.12f) ? rng_range(r, 0.1f, 0.6f) : 0;
    h.thin = chance(r, 0.5f);
    width = bounded(2.1f * expf(0.4f * rng_normal(r)), 0.9f, 6) * h.height / 22.5f;
    h.pen = (Pen){0.5f * width, chance(r, 0.7f) ? 1 : rng_range(r, 0.6f, 1)};
    h.bold = bounded(0.35f * rng_normal(r), -0.6f, 1);
    h.bar_top = -2;
    h.bar_bottom = STRING_HEIGHT + 2;
    if (chance(r, 0.5f)) {
        h.bar_top = h.middle - h.height * rng_range(r, 0.65f, 0.95f);
        h.bar_bottom = h.middle + h.height * rng_range(r, 0.65f, 0.95f);
    }
    h.sketched = chance(r, 0.22f) ? rng_range(r, 0.2f, 1) : 0;
    h.stroke = chance(r, 0.3f) ? rng_range(r, 0.3f, 1) : 0;
    if (h.stroke > 0 && chance(r, 0.5f))
        h.slant *= 0.2f;
    h.foreign = chance(r, 0.3f) ? rng_range(r, 0.5f, 1) : 0;
    return h;
}
