/* Speed is the idea here: a trainer takes 120,000 pictures a second, so one may cost a few
 * microseconds. */
#include "data/augment.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "data/augment_steps.h"

static const struct {
    const char *name;
    Augment settings;
} presets[] = {
    {.name = "none"},
    {"mild",
     {.rotate_deg = 10,
      .shift_px = 1.5f,
      .shear_deg = 8,
      .zoom = .08f,
      .elastic_px = 1.5f,
      .thickness = .3f}},
    {"strong",
     {.rotate_deg = 14,
      .shift_px = 2,
      .shear_deg = 14, /* a slope of 0.25 */
      .zoom = .14f,
      .aspect = .35f,
      .elastic_px = 2,
      .thickness = .6f,
      .half = .1f,
      .blur = .5f,
      .tone = .7f,
      .dim = .4f,
      .noise = 12}},
    {"saral",
     {.rotate_deg = 15,
      .shift_px = 2.8f,
      .shear_deg = .2f,
      .zoom_axes = .1f,
      .fill = FILL_NEAREST}},
};

enum { PRESETS = sizeof presets / sizeof *presets };

const char *const augment_names[] = {"none", "mild", "strong", "saral", NULL};

bool augment_preset(const char *name, Augment *out)
{
    for (int i = 0; i < PRESETS; i++)
        if (strcmp(presets[i].name, name) == 0) {
            *out = presets[i].settings;
            return true;
        }
    return false;
}

static const struct {
    const char *name;
    size_t offset;
    float most;
} limits[] = {
    {"rotate_deg", offsetof(Augment, rotate_deg), 180},
    {"shift_px", offsetof(Augment, shift_px), 14},
    {"shear_deg", offsetof(Augment, shear_deg), 45},
    {"zoom", offsetof(Augment, zoom), 1},
    {"zoom_axes", offsetof(Augment, zoom_axes), .5f},
    {"aspect", offsetof(Augment, aspect), 1},
    {"elastic_px", offsetof(Augment, elastic_px), 8},
    {"thickness", offsetof(Augment, thickness), 1},
    {"half", offsetof(Augment, half), 1},
    {"blur", offsetof(Augment, blur), 1},
    {"tone", offsetof(Augment, tone), 2},
    {"dim", offsetof(Augment, dim), 1},
    {"noise", offsetof(Augment, noise), 100},
    {"cutout_px", offsetof(Augment, cutout_px), SIDE},
};

enum { LIMITS = sizeof limits / sizeof *limits };

static float field(const Augment *a, int i)
{
    float value;

    memcpy(&value, (const char *)a + limits[i].offset, sizeof value);
    return value;
}

int augment_check(const Augment *a, Err *e)
{
    for (int i = 0; i < LIMITS; i++)
        if (!(field(a, i) >= 0 && field(a, i) <= limits[i].most))
            return err_set(e, ERR_ARGUMENT, "augmentation: %s is %g, possible is 0 to %g",
                           limits[i].name, (double)field(a, i), (double)limits[i].most);
    return 0;
}

bool augment_is_none(const Augment *a)
{
    for (int i = 0; i < LIMITS; i++)
        if (field(a, i) != 0)
            return false;
    return true;
}

static void canvas_set(Canvas *c, const uint8_t *in)
{
    for (int i = 0; i < SIDE; i++)
        memcpy(c->px + FIRST + i * PITCH, in + i * SIDE, SIDE);
    canvas_clear_border(c);
}

static void canvas_get(const Canvas *c, uint8_t *out)
{
    for (int i = 0; i < SIDE; i++)
        memcpy(out + i * SIDE, c->px + FIRST + i * PITCH, SIDE);
}

static int share_of(float share)
{
    return (int)lrintf(share * 256);
}

/* What may follow one another works on two canvases in turn; `*now` is the one that holds the
 * picture. */
static void filter_ink(const Augment *a, Rng *r, Canvas **now, Canvas **spare)
{
    int thickness = share_of(augment_plus_minus(r, a->thickness)),
        soft = share_of(a->blur != 0 ? a->blur * rng_uniform(r) : 0);
    bool half = a->half != 0 && rng_uniform(r) < a->half;
    Canvas *swap;

    if (thickness) {
        (thickness > 0 ? ink_thicken : ink_thin)(*now, *spare,
                                                 thickness > 0 ? thickness : -thickness);
        swap = *now, *now = *spare, *spare = swap;
    }
    if (half) {
        ink_halve(*now, *spare);
        swap = *now, *now = *spare, *spare = swap;
    }
    if (soft) {
        ink_blur(*now, *spare, soft);
        swap = *now, *now = *spare, *spare = swap;
    }
}

void augment_apply(const Augment *a, const uint8_t *in, uint8_t *out, uint64_t seed, uint64_t epoch,
                   uint32_t index)
{
    Rng r = rng_stream(seed, RNG_AUGMENT, epoch << 32 | index);
    Canvas canvases[2], *now = &canvases[0], *spare = &canvases[1];

    canvas_set(now, in);
    if (augment_moves(a)) {
        augment_move(a, &r, now, spare);
        now = &canvases[1];
        spare = &canvases[0];
    }
    filter_ink(a, &r, &now, &spare);
    if (a->tone != 0 || a->dim != 0) {
        float k = expf(augment_plus_minus(&r, a->tone)),
              level = a->dim != 0 ? 1 - a->dim * rng_uniform(&r) : 1;
        ink_tone(now, k, level);
    }
    if (a->noise != 0)
        ink_noise(now, a->noise * rng_uniform(&r), &r);
    if (a->cutout_px != 0)
        ink_cut_out(now, (int)(rng_uniform(&r) * (a->cutout_px + 1)), &r);
    canvas_get(now, out);
}
