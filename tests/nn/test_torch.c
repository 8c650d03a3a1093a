/* Five steps of seven small nets, loss by loss and number by number as PyTorch takes them. The nets
 * are those of torch_values.py under the same names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "nn/exec.h"
#include "nn/optim.h"
#include "torch_numbers.h"
#include "torch_nets.h"

/* What five steps in float32 may stray from five in double, relative to numbers around 1. */
static const double STRAY = 5e-6;

enum { IMAGES = 20, STEPS = 5, ROOM = 4096 };

/* ---- the nets ---- */

static void recogniser(Net *net)
{
    Node x = net_input(net, "image", 2, 8, 8);

    x = net_conv2d(net, x, "conv1", (Conv){.filters = 6, .kernel = 3, .pad = 1, .no_bias = true});
    x = net_act(net, net_batch_norm(net, x, "norm", (Norm){0}), ACT_RELU);
    x = net_maxpool2d(net, x, 2);
    x = net_conv2d(net, x, "conv2", (Conv){.filters = 5, .kernel = 3, .stride = 2, .pad = 1});
    x = net_flatten(net, net_act(net, x, ACT_RELU));
    net_output(net, "logits", net_dense(net, x, "dense", (Dense){.units = 4}));
}

static void generator(Net *net)
{
    Node x = net_input(net, "noise", 6, 1, 1);
    Conv double_size = {.filters = 6, .kernel = 4, .stride = 2, .pad = 1};

    x = net_conv2d_transposed(net, x, "up1", (Conv){.filters = 8, .kernel = 4});
    x = net_leaky_relu(net, net_group_norm(net, x, "norm1", (Norm){.groups = 2}), 0.2f);
    x = net_conv2d_transposed(net, x, "up2", double_size);
    x = net_leaky_relu(net, net_group_norm(net, x, "norm2", (Norm){.groups = 1}), 0.2f);
    x = net_conv2d_transposed(net, x, "up3", (Conv){.filters = 1, .kernel = 3, .pad = 1});
    net_output(net, "picture", net_act(net, x, ACT_TANH));
}

static void residual(Net *net)
{
    Conv same = {.filters = 4, .kernel = 3, .pad = 1};
    Node x = net_input(net, "image", 3, 6, 6);
    Node a = net_conv2d(net, x, "conv1", same);
    Node b = net_add(net, net_conv2d(net, net_act(net, a, ACT_RELU), "conv2", same), a);
    Node c =
        net_conv2d(net, net_pad(net, x, 0, 1, 1, 0), "conv3", (Conv){.filters = 3, .kernel = 2});
    Node parts[] = {net_act(net, b, ACT_RELU), x, net_act(net, c, ACT_SIGMOID)};
    Node y = net_concat(net, parts, 3);

    y = net_global_pool(net, net_pool(net, y, (Pool){.kind = POOL_AVG, .kernel = 2}), POOL_AVG);
    net_output(net, "logits", net_dense(net, y, "dense", (Dense){.units = 3}));
}

static void transformer_of(Net *net, bool align_corners)
{
    Node x = net_input(net, "image", 1, 10, 10);
    Node y = net_conv2d(net, x, "local1", (Conv){.filters = 3, .kernel = 5});

    y = net_flatten(net, net_maxpool2d(net, net_act(net, y, ACT_RELU), 2));
    y = net_affine_sample(net, x, net_dense(net, y, "local2", (Dense){.units = 6}), align_corners);
    y = net_conv2d(net, y, "conv", (Conv){.filters = 3, .kernel = 3, .stride = 3});
    y = net_flatten(net, net_act(net, y, ACT_RELU));
    net_output(net, "logits", net_dense(net, y, "dense", (Dense){.units = 4}));
}

static void transformer(Net *net)
{
    transformer_of(net, false);
}

static void transformer_corners(Net *net)
{
    transformer_of(net, true);
}

static void critic(Net *net)
{
    Node x = net_input(net, "picture", 4, 1, 1), class = net_input(net, "class", 1, 1, 1);
    Node parts[] = {net_embedding(net, class, "embedding", (Embedding){.classes = 5, .units = 6}),
                    x};
    Node y = net_dense(net, net_concat(net, parts, 2), "dense1", (Dense){.units = 8});

    y = net_dense(net, net_act(net, y, ACT_SILU), "dense2", (Dense){.units = 5});
    y = net_dense(net, net_act(net, y, ACT_TANH), "dense3", (Dense){.units = 2});
    net_output(net, "scores", y);
}

static void redrawer(Net *net)
{
    Node x = net_input(net, "image", 1, 8, 8);
    Conv same = {.filters = 1, .kernel = 3, .pad = 1};

    x = net_conv2d(net, x, "conv1", (Conv){.filters = 5, .kernel = 3, .stride = 2, .pad = 1});
    x = net_act(net, x, ACT_RELU);
    net_output(net, "picture", net_conv2d(net, net_upsample(net, x, 2), "conv2", same));
    x = net_dense(net, net_flatten(net, x), "dense", (Dense){.units = 4});
    net_output(net, "logits", x);
}

/* ---- what they are trained for ---- */

#define ENTROPY(weight_)                                                                           \
    {                                                                                              \
        LOSS_CROSS_ENTROPY, "logits", weight_, 0.1f                                                \
    }

static const struct Task {
    const char *name;
    void (*build)(Net *net);
    int input;   /* numbers of an image */
    int classes; /* of the target, or of a second input */
    Loss losses[2];
    int loss_count;
} tasks[] = {
    {"recogniser", recogniser, 128, 4, {ENTROPY(1)}, 1},
    {"generator", generator, 6, 1, {{LOSS_MSE, "picture", 1, 0}}, 1},
    {"residual", residual, 108, 3, {ENTROPY(1)}, 1},
    {"transformer", transformer, 100, 4, {ENTROPY(1)}, 1},
    {"transformer-corners", transformer_corners, 100, 4, {ENTROPY(1)}, 1},
    {"critic", critic, 4, 5, {{LOSS_BINARY, "scores", 1, 0}}, 1},
    {"redrawer", redrawer, 64, 4, {{LOSS_MSE, "picture", 9, 0}, ENTROPY(0.1f)}, 2},
};

static const struct Task *task_find(const char *name)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (!strcmp(tasks[i].name, name))
            return &tasks[i];
    fail_msg("no net '%s'", name);
    return NULL;
}

typedef struct Feed {
    float values[IMAGES * 128], targets[IMAGES * 64], class_numbers[IMAGES];
    int classes[IMAGES];
    const float *more[1];
    const void *of_loss[2];
    Batch batch;
} Feed;

static void fill_feed(Feed *f, const struct Task *task)
{
    bool binary = task->losses[0].kind == LOSS_BINARY;

    torch_numbers(50, (size_t)IMAGES * (size_t)task->input, 1, f->values);
    torch_numbers(60, IMAGES * 64, binary ? 0.5f : 1, f->targets);
    for (int i = 0; i < IMAGES * 64 && binary; i++)
        f->targets[i] += 0.5f;
    for (int i = 0; i < IMAGES; i++) {
        f->classes[i] = i * 7 % 11 % task->classes;
        f->class_numbers[i] = (float)f->classes[i];
    }
    for (int i = 0; i < task->loss_count; i++)
        f->of_loss[i] =
            task->losses[i].kind == LOSS_CROSS_ENTROPY ? (const void *)f->classes : f->targets;
    f->more[0] = f->class_numbers;
    f->batch =
        (Batch){.count = IMAGES, .values = f->values, .more = f->more, .targets = f->of_loss};
}

/* ---- parameters ---- */

static const Param *param_of(const Net *net, const TorchParam *p)
{
    const Param *param = net_param_find(net, p->name);

    if (!param)
        fail_msg("the net has no '%s'", p->name);
    assert_int_equal(param_size(param), p->count);
    return param;
}

static float *block_of(Net *net, const Param *p)
{
    return p->state ? net_state(net) : net_block(net);
}

static void start_params(Net *net, const TorchParam *params)
{
    static const float identity[6] = {1, 0, 0, 0, 1, 0};
    int count = 0;
    float values[ROOM];

    for (; params[count].name; count++) {
        const TorchParam *p = &params[count];
        const Param *param = param_of(net, p);

        torch_numbers(100 + (uint32_t)count, (size_t)p->count, p->scale, values);
        for (int i = 0; i < p->count; i++) {
            values[i] += !strcmp(p->base, "one");
            values[i] += strcmp(p->base, "identity") ? 0 : identity[i];
        }
        param_write(param, values, block_of(net, param));
    }
    assert_int_equal(net_param_count(net), count);
}

static void expect_params(Net *net, const TorchParam *params, const char *what)
{
    float values[ROOM];

    for (const TorchParam *p = params; p->name; p++) {
        const Param *param = param_of(net, p);

        param_read(param, block_of(net, param), values);
        for (int i = 0; i < p->count; i++)
            if (!(fabs(values[i] - p->after[i]) <= STRAY * (1 + fabsf(p->after[i]))))
                fail_msg("%s: number %d of %s is %.9g, but PyTorch's is %.9g", what, i, p->name,
                         values[i], p->after[i]);
    }
}

/* ---- five steps ---- */

static void train_case(size_t which, Team *team)
{
    const struct Task *task = task_find(torch_nets[which].net);
    OptimOptions options = {.kind = (OptimKind)optim_find(torch_nets[which].optimiser),
                            .decay = torch_nets[which].decay};
    LossReport reports[2];
    Net *net = net_new();
    char what[96];
    Feed feed;
    Err e = {0};

    snprintf(what, sizeof what, "%s by %s", task->name, torch_nets[which].optimiser);
    task->build(net);
    if (net_build(net, &e))
        fail_msg("%s: %s", what, e.text);
    start_params(net, torch_nets[which].params);
    fill_feed(&feed, task);
    Exec *run = exec_new(net,
                         &(ExecOptions){.batch = IMAGES,
                                        .team = team,
                                        .training = true,
                                        .losses = task->losses,
                                        .loss_count = task->loss_count},
                         &e);
    Optim *optim = optim_new(net, &options, &e);
    if (!run || !optim)
        fail_msg("%s: %s", what, e.text);
    for (int step = 0; step < STEPS; step++) {
        exec_train(run, &feed.batch, reports);
        for (int i = 0; i < task->loss_count; i++) {
            double mean = reports[i].sum / IMAGES, wanted = torch_nets[which].losses[step][i];

            if (!(fabs(mean - wanted) <= STRAY * wanted))
                fail_msg("%s: loss %d before step %d is %.9g, but PyTorch's is %.9g", what, i, step,
                         mean, wanted);
        }
        assert_true(optim_step(optim, net, exec_gradient(run), torch_nets[which].rate, team));
    }
    expect_params(net, torch_nets[which].params, what);
    optim_free(optim);
    exec_free(run);
    net_free(net);
}

static void train_net(const char *name)
{
    Team *team = team_new(2, NULL);
    int cases = 0;

    for (size_t i = 0; i < sizeof torch_nets / sizeof *torch_nets; i++)
        if (!strcmp(torch_nets[i].net, name)) {
            train_case(i, NULL);
            train_case(i, team);
            cases++;
        }
    assert_true(cases > 0);
    team_free(team);
}

static void conv_batch_norm_pool_and_dense_train_as_in_pytorch(void **state)
{
    (void)state;
    train_net("recogniser");
}

static void transposed_conv_and_group_norm_train_as_in_pytorch(void **state)
{
    (void)state;
    train_net("generator");
}

static void add_concat_pad_and_average_pools_train_as_in_pytorch(void **state)
{
    (void)state;
    train_net("residual");
}

static void a_spatial_transformer_trains_as_in_pytorch(void **state)
{
    (void)state;
    train_net("transformer");
}

static void a_spatial_transformer_aligned_by_corners_trains_as_in_pytorch(void **state)
{
    (void)state;
    train_net("transformer-corners");
}

static void an_embedding_joined_to_numbers_trains_as_in_pytorch(void **state)
{
    (void)state;
    train_net("critic");
}

static void two_weighted_losses_train_as_in_pytorch(void **state)
{
    (void)state;
    train_net("redrawer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv_batch_norm_pool_and_dense_train_as_in_pytorch),
        cmocka_unit_test(transposed_conv_and_group_norm_train_as_in_pytorch),
        cmocka_unit_test(add_concat_pad_and_average_pools_train_as_in_pytorch),
        cmocka_unit_test(a_spatial_transformer_trains_as_in_pytorch),
        cmocka_unit_test(a_spatial_transformer_aligned_by_corners_trains_as_in_pytorch),
        cmocka_unit_test(an_embedding_joined_to_numbers_trains_as_in_pytorch),
        cmocka_unit_test(two_weighted_losses_train_as_in_pytorch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
