#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "nn/schedule.h"
#include "torch_values.h"

static void expect_rates(const Schedule *s, const float *wanted, long steps, long total)
{
    for (long i = 0; i < steps; i++) {
        float rate = schedule_rate(s, NULL, i, total);

        if (!(fabsf(rate - wanted[i]) <= 1e-6f * wanted[i]))
            fail_msg("step %ld: %.9g, but PyTorch has %.9g", i, rate, wanted[i]);
    }
}

static void steps_cosine_and_one_cycle_are_those_of_pytorch(void **state)
{
    (void)state;
    expect_rates(&(Schedule){.kind = SCHEDULE_STEP, .rate = 0.1f, .every = 4, .factor = 0.5f},
                 torch_step, 12, 12);
    expect_rates(&(Schedule){.kind = SCHEDULE_COSINE, .rate = 0.1f, .final = 0.2f}, torch_cosine,
                 12, 12);
    expect_rates(&(Schedule){.kind = SCHEDULE_ONE_CYCLE, .rate = 0.1f}, torch_one_cycle, 11, 12);
}

static void a_constant_stays(void **state)
{
    (void)state;
    for (long i = 0; i < 100; i += 9)
        assert_true(schedule_rate(&(Schedule){.rate = 0.25f}, NULL, i, 100) == 0.25f);
}

static void warm_up_rises_in_a_line_and_then_the_schedule_begins(void **state)
{
    (void)state;
    Schedule warm = {.kind = SCHEDULE_COSINE, .rate = 0.1f, .final = 0.2f, .warmup = 4};

    for (long i = 0; i < 4; i++)
        assert_true(fabsf(schedule_rate(&warm, NULL, i, 16) - 0.025f * (float)(i + 1)) < 1e-8f);
    for (long i = 0; i < 12; i++)
        assert_true(fabsf(schedule_rate(&warm, NULL, i + 4, 16) - torch_cosine[i]) < 1e-7f);
}

static void every_rate_is_positive_and_no_higher_than_asked_even_in_short_trainings(void **state)
{
    (void)state;
    for (int kind = 0; kind < SCHEDULE_KINDS; kind++)
        for (long total = 1; total < 12; total++)
            for (long warmup = 0; warmup < 14; warmup += 3)
                for (long i = 0; i < total + 5; i++) {
                    Schedule s = {.kind = (ScheduleKind)kind, .rate = 2, .warmup = warmup};
                    float rate = schedule_rate(&s, &(ScheduleState){0}, i, total);

                    assert_true(rate > 0 && rate <= 2);
                }
}

static void a_plateau_cuts_after_so_many_losses_without_improvement(void **state)
{
    (void)state;
    Schedule s = {.kind = SCHEDULE_PLATEAU, .rate = 1, .patience = 2, .factor = 0.5f};
    const double losses[] = {3, 2, 2.5, 2, 1.9999, 1, NAN, 1, 0.5};
    const bool cuts[] = {false, false, false, true, false, false, false, true, false};
    ScheduleState at = {0};

    for (int i = 0; i < 9; i++)
        assert_true(schedule_observe(&s, &at, losses[i]) == cuts[i]);
    assert_true(schedule_rate(&s, &at, 0, 1) == 0.25f);
    assert_true(at.best == 0.5);
}

static void a_plateau_goes_on_from_a_copy_of_its_state(void **state)
{
    (void)state;
    Schedule s = {.kind = SCHEDULE_PLATEAU, .rate = 1, .patience = 3, .final = 0.02f};
    ScheduleState at = {0}, copy;

    for (int i = 0; i < 3; i++)
        assert_false(schedule_observe(&s, &at, 1));
    copy = at;
    assert_true(schedule_observe(&s, &copy, 1));
    for (int i = 0; i < 6; i++)
        schedule_observe(&s, &copy, 1);
    assert_true(schedule_rate(&s, &copy, 0, 1) == 0.02f); /* not below its floor */
}

static void a_negative_loss_can_improve_too(void **state)
{
    (void)state;
    Schedule s = {.kind = SCHEDULE_PLATEAU, .rate = 1, .patience = 1};
    ScheduleState at = {0};

    assert_false(schedule_observe(&s, &at, -1));
    assert_true(schedule_observe(&s, &at, -1));
    assert_false(schedule_observe(&s, &at, -2));
}

static void other_schedules_look_at_no_loss(void **state)
{
    (void)state;
    ScheduleState at = {0};

    for (int i = 0; i < 30; i++)
        assert_false(schedule_observe(&(Schedule){.rate = 1}, &at, 1));
    assert_false(at.seen);
}

static void every_schedule_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < SCHEDULE_KINDS; i++)
        assert_int_equal(schedule_find(schedule_name((ScheduleKind)i)), i);
    assert_int_equal(schedule_find("sine"), -1);
}

static void numbers_without_sense_are_refused_by_name(void **state)
{
    (void)state;
    const Schedule wrong[] = {
        {.rate = -1},
        {.rate = INFINITY},
        {.warmup = -1},
        {.every = -1},
        {.factor = 2},
        {.final = NAN},
        {.start = -2},
        {.rise = 1.5f},
        {.patience = -1},
        {.threshold = -1},
        {.kind = (ScheduleKind)SCHEDULE_KINDS},
    };
    Err e = {0};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(schedule_check(&wrong[i], NULL), -ERR_ARGUMENT);
    assert_int_equal(schedule_check(&(Schedule){.factor = 2}, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "schedule: a factor of 2 is not in 0 .. 1");
    assert_int_equal(schedule_check(&(Schedule){.rate = 0.1f}, &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_cosine_and_one_cycle_are_those_of_pytorch),
        cmocka_unit_test(a_constant_stays),
        cmocka_unit_test(warm_up_rises_in_a_line_and_then_the_schedule_begins),
        cmocka_unit_test(every_rate_is_positive_and_no_higher_than_asked_even_in_short_trainings),
        cmocka_unit_test(a_plateau_cuts_after_so_many_losses_without_improvement),
        cmocka_unit_test(a_plateau_goes_on_from_a_copy_of_its_state),
        cmocka_unit_test(a_negative_loss_can_improve_too),
        cmocka_unit_test(other_schedules_look_at_no_loss),
        cmocka_unit_test(every_schedule_is_found_by_its_name),
        cmocka_unit_test(numbers_without_sense_are_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
