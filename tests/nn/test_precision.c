/* Which numbers products are computed in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "nn/precision.h"

/* A convolution of 9 * `filters` * 16 * 28 * 28 multiply-adds. */
static Net *net_of(int filters)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 16, 28, 28);

    net_output(net, "out", net_conv2d(net, x, "conv", (Conv){.filters = filters, .kernel = 3, .same = true}));
    assert_int_equal(net_build(net, NULL), 0);
    return net;
}

static void precisions_have_names(void **state)
{
    (void)state;
    for (int p = PRECISION_AUTO; p <= PRECISION_BF16; p++)
        assert_int_equal(precision_find(precision_name((Precision)p)), p);
    assert_int_equal(precision_find("f16"), -1);
}

static void auto_is_bf16_for_large_nets_where_there_is_a_unit_for_it(void **state)
{
    Net *small = net_of(80), *large = net_of(96); /* 9.0 and 10.8 million */

    (void)state;
    assert_int_equal(precision_choose(PRECISION_AUTO, small), PRECISION_F32);
    assert_int_equal(precision_choose(PRECISION_AUTO, large), kernels_bf16_unit() ? PRECISION_BF16 : PRECISION_F32);
    net_free(small);
    net_free(large);
}

static void what_is_asked_for_is_taken_whatever_the_net(void **state)
{
    Net *small = net_of(1), *large = net_of(96);

    (void)state;
    assert_int_equal(precision_choose(PRECISION_BF16, small), PRECISION_BF16);
    assert_int_equal(precision_choose(PRECISION_F32, large), PRECISION_F32);
    net_free(small);
    net_free(large);
}

static void kernels_are_the_fastest_that_there_are(void **state)
{
    const Kernels *unit = kernels_bf16_unit();

    (void)state;
    assert_ptr_equal(precision_kernels(PRECISION_F32), kernels_best());
    assert_ptr_equal(precision_kernels(PRECISION_AUTO), kernels_best());
    assert_ptr_equal(precision_kernels(PRECISION_BF16), unit ? unit : kernels_bf16(kernels_best()->level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precisions_have_names),
        cmocka_unit_test(auto_is_bf16_for_large_nets_where_there_is_a_unit_for_it),
        cmocka_unit_test(what_is_asked_for_is_taken_whatever_the_net),
        cmocka_unit_test(kernels_are_the_fastest_that_there_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
