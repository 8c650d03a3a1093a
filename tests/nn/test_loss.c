#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "base/rng.h"
#include "nn/loss_slice.h"
#include "torch_numbers.h"
#include "torch_values.h"

/* A float32 formula against the same in double, for numbers of a few units. */
static const double FLOAT_TOLERANCE = 2e-6;
/* Central differences of a double loss of float inputs 2^-10 apart. */
static const double DIFFERENCE_TOLERANCE = 1e-5;

/* Those before CTC, which has tests of its own. */
enum { SIMPLE_KINDS = LOSS_CTC, IMAGES = 37, NUMBERS = 60 };

typedef struct Example {
    float x[IMAGES * NUMBERS], values[IMAGES * NUMBERS];
    int classes[IMAGES];
} Example;

static bool is_class(LossKind kind)
{
    return kind == LOSS_CROSS_ENTROPY || kind == LOSS_MSE_CLASS;
}

static const void *targets_of(const Example *s, LossKind kind)
{
    return is_class(kind) ? (const void *)s->classes : s->values;
}

static Example example(LossKind kind, int f)
{
    Example s;
    Rng r = rng_stream(1, RNG_TEST, kind);

    for (int i = 0; i < IMAGES * NUMBERS; i++) {
        s.x[i] = (kind == LOSS_KL ? 0.5f : 3) * rng_normal(&r); /* exp is taken of a log-variance */
        s.values[i] = kind == LOSS_BINARY ? rng_uniform(&r) : rng_normal(&r);
        if (kind == LOSS_HINGE)
            s.values[i] = s.values[i] < 0 ? -1 : 1;
    }
    for (int i = 0; i < IMAGES; i++)
        s.classes[i] = (int)rng_below(&r, (uint32_t)f);
    return s;
}

/* ---- the reference ---- */

static void the_reference_is_that_of_pytorch(void **state)
{
    (void)state;
    const int classes[] = {3, 0, 6};
    float x[21], t[21], dx[21];

    torch_numbers(10, 21, 4, x);
    for (int i = 0; i < SIMPLE_KINDS; i++) {
        Loss loss = {.kind = (LossKind)loss_find(torch_losses[i].kind)};
        double values[3];

        torch_numbers(11, 21, 1, t);
        for (int j = 0; j < 21; j++)
            t[j] = loss.kind == LOSS_BINARY  ? fabsf(t[j])
                   : loss.kind == LOSS_HINGE ? copysignf(1, t[j])
                                             : t[j];
        loss.smoothing = loss.kind == LOSS_CROSS_ENTROPY ? 0.1f : 0;
        loss_reference(&loss, 3, 7, x, is_class(loss.kind) ? (const void *)classes : t, 1, values,
                       dx);
        if (!(fabs(values[0] + values[1] + values[2] - torch_losses[i].sum) < 1e-6))
            fail_msg("%s: %.12g, but PyTorch has %.12g", torch_losses[i].kind,
                     values[0] + values[1] + values[2], torch_losses[i].sum);
        for (int j = 0; j < 21; j++)
            assert_true(fabsf(dx[j] - torch_losses[i].gradient[j]) < 1e-7f);
    }
}

static void each_gradient_is_the_slope_of_its_loss(void **state)
{
    (void)state;
    const float h = 1 / 1024.f, scale = 0.5f;

    for (int kind = 0; kind < SIMPLE_KINDS; kind++) {
        Loss loss = {.kind = (LossKind)kind, .smoothing = kind == LOSS_CROSS_ENTROPY ? 0.2f : 0};
        Example s = example(loss.kind, 5);
        const void *t = targets_of(&s, loss.kind);
        float dx[25];

        loss_reference(&loss, 5, 5, s.x, t, scale, NULL, dx);
        for (int i = 0; i < 25; i++) {
            double above[5], below[5];
            float x = s.x[i];

            s.x[i] = x + h;
            float up = s.x[i];
            loss_reference(&loss, 5, 5, s.x, t, scale, above, NULL);
            s.x[i] = x - h;
            float step = up - s.x[i];
            loss_reference(&loss, 5, 5, s.x, t, scale, below, NULL);
            s.x[i] = x;
            double slope = scale * (above[i / 5] - below[i / 5]) / step;
            if (!(fabs(slope - dx[i]) < DIFFERENCE_TOLERANCE))
                fail_msg("%s, number %d: %g, but the slope is %g", loss_name(loss.kind), i, dx[i],
                         slope);
        }
    }
}

static void a_certain_answer_and_a_hopeless_one_have_finite_losses(void **state)
{
    (void)state;
    const float x[] = {1000, -1000, 0};
    const int classes[] = {0, 1};
    const float ones[] = {0, 1, 1};
    double value;
    float dx[3];

    for (int i = 0; i < 2; i++) {
        loss_reference(&(Loss){.kind = LOSS_CROSS_ENTROPY}, 1, 3, x, &classes[i], 1, &value, dx);
        assert_true(value == (i ? 2000 : 0));
        assert_true(dx[0] == (i ? 1 : 0) && dx[1] == (i ? -1 : 0));
    }
    loss_reference(&(Loss){.kind = LOSS_BINARY}, 1, 3, x, ones, 1, &value, dx);
    assert_true(fabs(value - (1000 + 1000 + log(2)) / 3) < 1e-9);
}

/* ---- sixteen images side by side ---- */

typedef struct Planes {
    View v;
    float *memory, *first; /* number (0,0,0) */
} Planes;

static Planes planes_new(int c, int h, int w, Halo halo)
{
    Planes p = {.v = view_new(48, c, h, w, halo, false)};

    p.memory = malloc((48 + view_size(&p.v)) * sizeof(float));
    assert_non_null(p.memory);
    for (size_t i = 0; i < 48 + view_size(&p.v); i++)
        p.memory[i] = 77;
    p.first = p.memory + p.v.at;
    return p;
}

static float *plane_number(Planes *p, int i, int lane)
{
    int w = p->v.w, h = p->v.h;

    return p->memory + view_offset(&p->v, i / (w * h), i / w % h, i % w) + lane;
}

/* Runs a batch of 37 slice by slice and holds it against the reference. */
static void check_slices(const Kernels *k, Loss loss, int c, int h, int w, Halo halo, bool add)
{
    int f = c * h * w;
    Example s = example(loss.kind, f);
    const void *t = targets_of(&s, loss.kind);
    Planes x = planes_new(c, h, w, halo), dx = planes_new(c, h, w, (Halo){0, 1, 1, 0});
    float wanted[IMAGES * NUMBERS], scale = 1.5f, weight = loss.weight != 0 ? loss.weight : 1;
    double values[IMAGES], all = 0, sum = 0;
    long right = 0, right_wanted = 0;

    loss_reference(&loss, IMAGES, f, s.x, t, scale * weight, values, wanted);
    for (int first = 0; first < IMAGES; first += LANES) {
        int images = IMAGES - first < LANES ? IMAGES - first : LANES;

        for (int i = 0; i < f; i++)
            for (int l = 0; l < LANES; l++) {
                *plane_number(&x, i, l) = l < images ? s.x[(first + l) * f + i] : NAN;
                *plane_number(&dx, i, l) = add ? 0.25f : NAN;
            }
        loss_slice(&loss, k, &x.v, x.first, t, first, images, scale, &dx.v, dx.first, add, &sum,
                   &right);
        for (int i = 0; i < f; i++)
            for (int l = 0; l < LANES; l++) {
                float d = l < images ? wanted[(first + l) * f + i] : 0;
                float got = *plane_number(&dx, i, l) - (add ? 0.25f : 0);

                if (!(fabsf(got - d) <= FLOAT_TOLERANCE * scale * weight))
                    fail_msg("%s, image %d, number %d: %g, not %g", loss_name(loss.kind), first + l,
                             i, got, d);
            }
        for (int l = 0; l < images; l++) {
            const float *row = s.x + (first + l) * f;
            bool largest = is_class(loss.kind);

            for (int i = 0; largest && i < f; i++)
                largest = row[s.classes[first + l]] >= row[i];
            right_wanted += largest;
            all += values[first + l];
        }
    }
    assert_true(fabs(sum - all) <= FLOAT_TOLERANCE * fabs(all) + FLOAT_TOLERANCE);
    assert_int_equal(right, right_wanted);
    free(x.memory);
    free(dx.memory);
}

static void a_slice_equals_the_reference_at_every_level(void **state)
{
    (void)state;
    const char *levels[8];
    int count = kernels_levels(levels, 8);

    assert_true(count >= 1);
    for (int level = 0; level < count; level++)
        for (int kind = 0; kind < SIMPLE_KINDS; kind++)
            for (int add = 0; add < 2; add++) {
                const Kernels *k = kernels_find(levels[level]);
                Loss loss = {.kind = (LossKind)kind, .weight = kind % 2 ? 0 : 9};

                loss.smoothing = add && kind == LOSS_CROSS_ENTROPY ? 0.1f : 0;
                check_slices(k, loss, 10, 1, 1, (Halo){0}, add);
                check_slices(k, loss, 3, 4, 5, (Halo){1, 2, 0, 1}, add);
            }
}

static void a_slice_without_a_gradient_counts_the_same(void **state)
{
    (void)state;
    Example s = example(LOSS_CROSS_ENTROPY, 10);
    Planes x = planes_new(10, 1, 1, (Halo){0});

    for (int i = 0; i < 10; i++)
        for (int l = 0; l < LANES; l++)
            *plane_number(&x, i, l) = s.x[l * 10 + i];
    for (int kind = 0; kind < SIMPLE_KINDS; kind++) {
        Loss loss = {.kind = (LossKind)kind};
        double values[5], sum = 0, all = 0;
        long right = 0;

        loss_reference(&loss, 5, 10, s.x, targets_of(&s, loss.kind), 1, values, NULL);
        loss_slice(&loss, kernels_best(), &x.v, x.first, targets_of(&s, loss.kind), 0, 5, 1, NULL,
                   NULL, false, &sum, &right);
        for (int i = 0; i < 5; i++)
            all += values[i];
        assert_true(fabs(sum - all) <= FLOAT_TOLERANCE * fabs(all));
    }
    free(x.memory);
}

/* ---- the distance of a normal from the standard one ---- */

static void kl_is_that_of_its_definition_and_its_gradient_the_slope(void **state)
{
    (void)state;
    const float x[] = {0.5f, -2, 0.3f, -1};
    const float h = 1 / 1024.f;
    const Loss kl = {.kind = LOSS_KL};
    double value, expected = 0;
    float dx[4];

    for (int k = 0; k < 2; k++) /* the mean of log p - log q under p, the integral in closed form */
        expected += (exp(x[2 + k]) + (double)x[k] * x[k] - 1 - x[2 + k]) / 2;
    loss_reference(&kl, 1, 4, x, NULL, 3, &value, dx);
    assert_true(fabs(value - expected) < 1e-12);
    for (int i = 0; i < 4; i++) {
        float moved[4];
        double up, down;

        memcpy(moved, x, sizeof moved);
        moved[i] = x[i] + h;
        loss_reference(&kl, 1, 4, moved, NULL, 1, &up, NULL);
        moved[i] = x[i] - h;
        loss_reference(&kl, 1, 4, moved, NULL, 1, &down, NULL);
        assert_true(fabs(3 * (up - down) / (2 * h) - dx[i]) < DIFFERENCE_TOLERANCE);
    }
    loss_reference(&kl, 1, 4, (const float[]){0, 0, 0, 0}, NULL, 1, &value, dx);
    assert_true(value == 0 && dx[0] == 0 && dx[3] == 0);
}

static void kl_of_a_slice_equals_the_reference(void **state)
{
    (void)state;
    for (int add = 0; add < 2; add++) {
        check_slices(kernels_best(), (Loss){.kind = LOSS_KL}, 10, 1, 1, (Halo){0}, add);
        check_slices(kernels_best(), (Loss){.kind = LOSS_KL, .weight = 0.15f}, 2, 4, 5,
                     (Halo){1, 2, 0, 1}, add);
    }
}

/* ---- names, checks ---- */

static void every_loss_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < LOSS_KINDS; i++)
        assert_int_equal(loss_find(loss_name((LossKind)i)), i);
    assert_int_equal(loss_find("huber"), -1);
}

static void a_loss_that_makes_no_sense_is_refused_with_its_reason(void **state)
{
    (void)state;
    const Loss wrong[] = {
        {.weight = -1},   {.weight = NAN},   {.weight = INFINITY},
        {.smoothing = 1}, {.smoothing = -1}, {.kind = (LossKind)LOSS_KINDS},
    };
    Err e = {0};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(loss_check(&wrong[i], (Shape){10, 1, 1}, NULL), -ERR_ARGUMENT);
    assert_int_equal(loss_check(&(Loss){.output = "logits"}, (Shape){10, 1, 1}, &e), 0);
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(loss_check(&(Loss){.output = "score"}, (Shape){1, 1, 1}, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text,
                        "cross-entropy on 'score': 1 class is not something to choose from");
    assert_int_equal(
        loss_check(&(Loss){.kind = LOSS_KL, .output = "latent"}, (Shape){5, 1, 1}, &e),
        -ERR_ARGUMENT);
    assert_string_equal(e.text, "kl on 'latent': 5 numbers are not as many means as variances");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_is_that_of_pytorch),
        cmocka_unit_test(each_gradient_is_the_slope_of_its_loss),
        cmocka_unit_test(a_certain_answer_and_a_hopeless_one_have_finite_losses),
        cmocka_unit_test(a_slice_equals_the_reference_at_every_level),
        cmocka_unit_test(a_slice_without_a_gradient_counts_the_same),
        cmocka_unit_test(kl_is_that_of_its_definition_and_its_gradient_the_slope),
        cmocka_unit_test(kl_of_a_slice_equals_the_reference),
        cmocka_unit_test(every_loss_is_found_by_its_name),
        cmocka_unit_test(a_loss_that_makes_no_sense_is_refused_with_its_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
