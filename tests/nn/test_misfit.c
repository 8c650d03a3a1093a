/* What layers refuse, and the sentence they refuse it with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <math.h>
#include <limits.h>
#include <cmocka.h>

#include "nn/net.h"

typedef struct Misfit {
    const char *sentence;
    Node (*add)(Net *net, Node x); /* x is (6,8,9) */
} Misfit;

static Node pool_without_window(Net *net, Node x)
{
    return net_pool(net, x, (Pool){0});
}

static Node pool_too_large(Net *net, Node x)
{
    return net_pool(net, x, (Pool){.kernel = 9});
}

static Node pool_padded_beyond_its_window(Net *net, Node x)
{
    return net_pool(net, x, (Pool){.kernel = 2, .pad = 2});
}

static Node pool_backwards(Net *net, Node x)
{
    return net_pool(net, x, (Pool){.kernel = 2, .stride = -2});
}

static Node pool_of_no_kind(Net *net, Node x)
{
    return net_pool(net, x, (Pool){.kind = (PoolKind)7, .kernel = 2});
}

static Node global_pool_of_no_kind(Net *net, Node x)
{
    return net_global_pool(net, x, (PoolKind)7);
}

static Node act_of_no_kind(Net *net, Node x)
{
    return net_act(net, x, (ActKind)99);
}

static Node modulate_by_pictures(Net *net, Node x)
{
    return net_modulate(net, x, net_global_pool(net, x, POOL_AVG), x);
}

static Node gaussian_of_a_picture(Net *net, Node x)
{
    return net_gaussian(net, x);
}

static Node gaussian_of_an_odd_one(Net *net, Node x)
{
    return net_gaussian(net, net_dense(net, x, NULL, (Dense){.units = 5}));
}

static Node groups_that_do_not_divide(Net *net, Node x)
{
    return net_group_norm(net, x, NULL, (Norm){.groups = 4});
}

static Node no_groups(Net *net, Node x)
{
    return net_group_norm(net, x, NULL, (Norm){0});
}

static Node negative_eps(Net *net, Node x)
{
    return net_batch_norm(net, x, NULL, (Norm){.eps = -1});
}

static Node momentum_of_two(Net *net, Node x)
{
    return net_batch_norm(net, x, NULL, (Norm){.momentum = 2});
}

static Node drop_all(Net *net, Node x)
{
    return net_dropout(net, x, 1);
}

static Node drop_nan(Net *net, Node x)
{
    return net_dropout(net, x, NAN);
}

static Node embed_a_picture(Net *net, Node x)
{
    return net_embedding(net, x, NULL, (Embedding){.classes = 10, .units = 4});
}

static Node embed_nothing(Net *net, Node x)
{
    return net_embedding(net, net_global_pool(net, x, POOL_AVG), NULL, (Embedding){.classes = 10});
}

static Node add_unequal(Net *net, Node x)
{
    return net_add(net, x, net_maxpool2d(net, x, 2));
}

static Node concat_unequal(Net *net, Node x)
{
    return net_concat(net, (Node[]){x, net_maxpool2d(net, x, 2)}, 2);
}

static Node concat_nothing(Net *net, Node x)
{
    return net_concat(net, &x, 0);
}

static Node concat_too_many(Net *net, Node x)
{
    Node parts[NET_INPUTS + 1];

    for (int i = 0; i <= NET_INPUTS; i++)
        parts[i] = x;
    return net_concat(net, parts, NET_INPUTS + 1);
}

static Node reshape_to_another_size(Net *net, Node x)
{
    return net_reshape(net, x, 6, 8, 8);
}

static Node reshape_to_overflow(Net *net, Node x)
{
    return net_reshape(net, x, 1 << 16, 1 << 16, 432);
}

static Node negative_pad(Net *net, Node x)
{
    return net_pad(net, x, 0, -1, 0, 0);
}

static Node huge_pad(Net *net, Node x)
{
    return net_pad(net, x, 0, INT_MAX, 0, 0);
}

static Node upsample_by_nothing(Net *net, Node x)
{
    return net_upsample(net, x, 0);
}

static Node upsample_by_much(Net *net, Node x)
{
    return net_upsample(net, x, INT_MAX);
}

static Node sample_without_a_map(Net *net, Node x)
{
    return net_affine_sample(net, x, x, false);
}

static const Misfit misfits[] = {
    {"layer 'pool1': a window of 0x0 that steps by 0x0 is out of range", pool_without_window},
    {"layer 'pool1': a window of 9x9 does not fit 8x9", pool_too_large},
    {"layer 'pool1': a padding of 2 does not suit a window of 2x2", pool_padded_beyond_its_window},
    {"layer 'pool1': a window of 2x2 that steps by -2x-2 is out of range", pool_backwards},
    {"layer 'pool1': there is no pooling 7", pool_of_no_kind},
    {"layer 'global_pool1': there is no pooling 7", global_pool_of_no_kind},
    {"layer 'act1': there is no activation 99", act_of_no_kind},
    {"layer 'group_norm1': 6 channels cannot be split into 4 groups", groups_that_do_not_divide},
    {"layer 'group_norm1': 6 channels cannot be split into 0 groups", no_groups},
    {"layer 'batch_norm1': eps -1 or momentum 0 makes no sense", negative_eps},
    {"layer 'batch_norm1': eps 0 or momentum 2 makes no sense", momentum_of_two},
    {"layer 'dropout1': a share of 1 cannot be dropped, only 0 up to 1", drop_all},
    {"layer 'dropout1': a share of nan cannot be dropped, only 0 up to 1", drop_nan},
    {"layer 'embedding1': its input is one number, not (6,8,9)", embed_a_picture},
    {"layer 'embedding1': 0 units for each of 10 classes are out of range", embed_nothing},
    {"layer 'add1': (6,8,9) and (6,4,4) cannot be added", add_unequal},
    {"layer 'concat1': 8x9 and 4x4 cannot stand side by side", concat_unequal},
    {"layer 'concat1': nothing to put together", concat_nothing},
    {"layer 'concat1': 9 parts are too many, 8 at most", concat_too_many},
    {"layer 'reshape1': (6,8,9) cannot become (6,8,8)", reshape_to_another_size},
    {"layer 'reshape1': (6,8,9) cannot become (65536,65536,432)", reshape_to_overflow},
    {"layer 'pad1': a padding of -1 is out of range, 0 to 32768", negative_pad},
    {"layer 'pad1': a padding of 2147483647 is out of range, 0 to 32768", huge_pad},
    {"layer 'upsample1': 8x9 cannot grow by 0; 1 to 64 can be", upsample_by_nothing},
    {"layer 'upsample1': 8x9 cannot grow by 2147483647; 1 to 64 can be", upsample_by_much},
    {"layer 'modulate1': (6,8,9) takes a gain and a shift of (6,1,1), not (6,8,9)",
     modulate_by_pictures},
    {"layer 'gaussian1': (6,8,9) are not as many means as variances", gaussian_of_a_picture},
    {"layer 'gaussian1': (5,1,1) are not as many means as variances", gaussian_of_an_odd_one},
    {"layer 'affine_sample1': a map is (6,1,1), not (6,8,9)", sample_without_a_map},
};

static void a_layer_that_does_not_fit_is_named_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof misfits / sizeof *misfits; i++) {
        Net *net = net_new();
        Err e = {0};
        Node x;

        assert_non_null(net);
        x = misfits[i].add(net, net_input(net, "image", 6, 8, 9));
        assert_true(x.id < 0);
        x = net_flatten(net, net_act(net, x, ACT_RELU)); /* what follows changes nothing */
        net_output(net, "y", net_add(net, x, x));
        assert_int_equal(net_build(net, &e), -(int)ERR_ARGUMENT);
        assert_string_equal(e.text, misfits[i].sentence);
        net_free(net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_that_does_not_fit_is_named_with_the_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
