#include "page.h"

#include "plot/diagram.h"
#include "plot/diagram_graph.h"
#include "zoo/zoo.h"

/* Builds, draws and checks the page; the caller frees it. */
static Canvas *draw(Net *net)
{
    Err e = {0};

    if (net_build(net, &e))
        fail_msg("%s", e.text);
    Canvas *c = plot_diagram("A net", net, &e);
    if (!c)
        fail_msg("%s", e.text);
    net_free(net);
    page_check(c);
    return c;
}

static Node conv_relu(Net *net, Node x, const char *name, int filters)
{
    return net_act(net,
                   net_conv2d(net, x, name, (Conv){.filters = filters, .kernel = 3, .same = true}),
                   ACT_RELU);
}

static void test_lenet_is_drawn_layer_by_layer(void **state)
{
    Net *net = net_new();

    (void)state;
    zoo_lenet(net, &(ZooOptions){.classes = 10});
    Canvas *c = draw(net);
    static const char *const texts[] = {
        "image",  "1@28\u00d728",      "conv1",       "conv 5\u00d75", "6@28\u00d728",
        "ReLU",   "max pool 2\u00d72", "16@5\u00d75", "dense1",        "120",
        "logits", "61,706 parameters"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!page_says(c, texts[i]))
            fail_msg("the page does not say '%s'", texts[i]);
    assert_false(page_says(c, "reshape"));
    canvas_free(c);
}

static void test_repeated_blocks_are_drawn_once(void **state)
{
    Net *small = net_new(), *large = net_new();

    (void)state;
    zoo_resnet(small, &(ZooOptions){.classes = 11, .width = 16, .depth = 164});
    zoo_resnet(large, &(ZooOptions){.classes = 11, .width = 16, .depth = 1001});
    Canvas *a = draw(small), *b = draw(large);
    assert_true(page_says(a, "17 \u00d7  stage1.block02 \u2026 block18"));
    assert_true(page_says(a, "17 \u00d7  stage3.block02 \u2026 block18"));
    assert_true(page_says(b, "110 \u00d7"));
    assert_int_equal(page_count(a, COMMAND_SHAPE), page_count(b, COMMAND_SHAPE));
    assert_true(canvas_width(a) < 1000 && canvas_height(a) < 1100);
    canvas_free(a);
    canvas_free(b);
}

/* Nets without scopes, as other frameworks write them, fold by their structure alone. */
static void test_repeats_are_found_without_scopes(void **state)
{
    Net *net = net_new();
    Node x = conv_relu(net, net_input(net, "image", 1, 28, 28), "first", 16);
    char name[32];

    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "a%d", i);
        Node y = conv_relu(net, x, name, 16);
        snprintf(name, sizeof name, "b%d", i);
        y = net_conv2d(net, y, name, (Conv){.filters = 16, .kernel = 3, .same = true});
        x = net_act(net, net_add(net, x, y), ACT_RELU);
    }
    net_output(net, "y", x);
    Canvas *c = draw(net);
    assert_true(page_says(c, "20 \u00d7"));
    canvas_free(c);
}

/* The group of a repeat that begins and ends with these blocks. */
static void assert_repeat(Net *net, int times, const char *first, Kind last)
{
    Err e = {0};

    assert_int_equal(net_build(net, &e), 0);
    Graph *g = graph_new(net, &e);
    const Group *group = &g->groups[0];
    for (int i = 1; i < g->group_count; i++)
        group = g->groups[i].times > group->times ? &g->groups[i] : group;
    assert_int_equal(group->times, times);
    assert_string_equal(g->blocks[group->first].name, first);
    assert_int_equal(g->blocks[group->last].kind, last);
    graph_free(g);
    net_free(net);
}

/* The end of one block and the beginning of the next repeat as well, but are no unit. */
static void test_a_repeat_is_cut_where_its_blocks_are(void **state)
{
    Net *joined = net_new(), *scoped = net_new();
    Node x = conv_relu(joined, net_input(joined, "image", 16, 8, 8), "first", 16);
    char name[32];

    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "a%d", i);
        Node y =
            net_conv2d(joined, x, name, (Conv){.filters = 16, .kernel = i ? 3 : 5, .same = true});
        snprintf(name, sizeof name, "b%d", i);
        x = net_add(joined, x, conv_relu(joined, y, name, 16));
    }
    net_output(joined, "y", x);
    assert_repeat(joined, 19, "a1", KIND_ADD);
    x = net_input(scoped, "image", 16, 8, 8);
    for (int i = 0; i < 20; i++) {
        net_scope(scoped, "part%d", i);
        x = net_conv2d(scoped, x, "a", (Conv){.filters = 16, .kernel = i ? 3 : 5, .same = true});
        x = net_conv2d(scoped, x, "b", (Conv){.filters = 16, .kernel = 1});
        x = net_act(scoped, x, ACT_RELU);
    }
    net_output(scoped, "y", x);
    assert_repeat(scoped, 19, "a", KIND_CONV2D);
}

/* A spatial transformer (a skip over its layers), a trunk, two heads. */
/* The grounds of groups, by their colour, do not touch. */
static void assert_grounds_apart(const Canvas *c, size_t expected)
{
    Box seen[16];
    size_t n = 0;

    for (size_t i = 0; i < c->count; i++) {
        const Command *k = &c->commands[i];
        const Point *p = c->points + k->first;
        if (k->kind != COMMAND_SHAPE || k->fill.r != 243 || n == 16)
            continue;
        Box b = {p[0].x, p[0].y, p[2].x - p[0].x, p[2].y - p[0].y};
        for (size_t m = 0; m < n; m++)
            assert_true(b.x > seen[m].x + seen[m].w || seen[m].x > b.x + b.w ||
                        b.y > seen[m].y + seen[m].h || seen[m].y > b.y + b.h);
        seen[n++] = b;
    }
    assert_int_equal(n, expected);
}

static void test_two_heads_stand_apart(void **state)
{
    Net *net = net_new();
    Node image = net_input(net, "image", 1, 28, 28);

    (void)state;
    net_scope(net, "transformer");
    Node x = net_maxpool2d(net, conv_relu(net, image, "conv1", 20), 2);
    x = net_dense(net, net_flatten(net, x), "theta", (Dense){.units = 6});
    x = net_affine_sample(net, image, x, false);
    net_scope(net, "trunk");
    x = net_maxpool2d(net, conv_relu(net, x, "conv1", 64), 2);
    net_scope(net, "picture");
    Node y = net_conv2d_transposed(net, x, "up", (Conv){.filters = 8, .kernel = 2, .stride = 2});
    y = net_conv2d(net, conv_relu(net, y, "conv1", 8), "conv2", (Conv){.filters = 1, .kernel = 1});
    net_output(net, "picture", y);
    net_scope(net, "class");
    Node z =
        net_act(net, net_dense(net, net_flatten(net, x), "dense1", (Dense){.units = 64}), ACT_RELU);
    net_output(net, "logits", net_dense(net, z, "dense2", (Dense){.units = 10}));
    Err e = {0};
    assert_int_equal(net_build(net, &e), 0);
    Graph *g = graph_new(net, &e);
    assert_int_equal(graph_lay_out(g, 0, &e), 0);
    const Block *up = NULL, *dense = NULL, *sampler = NULL;
    for (int i = 0; i < g->count; i++) {
        const Block *b = &g->blocks[i];
        up = b->kind == KIND_CONV2D_TRANSPOSED ? b : up;
        dense = strcmp(b->name, "dense1") == 0 ? b : dense;
        sampler = b->kind == KIND_AFFINE_SAMPLE ? b : sampler;
        for (int k = 0; k < i; k++) /* no two blocks stand on one place */
            assert_true(b->column != g->blocks[k].column || b->lane != g->blocks[k].lane);
    }
    assert_true(up->lane != dense->lane && up->column == dense->column);
    assert_true(sampler->arc[0] && !sampler->arc[1]); /* the image goes over, the map straight in */
    graph_free(g);
    Canvas *c = plot_diagram("redraw", net, &e);
    assert_grounds_apart(c, 4);
    assert_true(page_says(c, "transformer") && page_says(c, "class") &&
                page_says(c, "affine sampler"));
    page_check(c);
    canvas_free(c);
    net_free(net);
}

static void test_words_stand_with_the_layer_that_they_follow(void **state)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 3, 32, 32);

    (void)state;
    x = net_conv2d(net, net_pad(net, x, 1, 1, 1, 1), "conv",
                   (Conv){.filters = 8, .kernel = 3, .stride = 2});
    x = net_dropout(net, net_act(net, net_batch_norm(net, x, "norm", (Norm){0}), ACT_RELU), 0.25f);
    net_output(net, "map", x);
    Node p = net_softmax(net, net_dense(net, net_flatten(net, x), "dense", (Dense){.units = 4}));
    net_output(net, "probability", p);
    Node t = net_act(net, net_act(net, p, ACT_TANH), ACT_SIGMOID);
    net_output(net, "logits", t); /* between two results: a block of its own */
    Canvas *c = draw(net);
    assert_true(page_says(c, "BN, ReLU, dropout 0.25"));
    assert_true(page_says(c, "pad to 34\u00d734"));
    assert_true(page_says(c, "conv 3\u00d73, /2"));
    assert_true(page_says(c, "softmax") && page_says(c, "tanh") && page_says(c, "sigmoid"));
    assert_true(page_says(c, "map") && page_says(c, "probability"));
    canvas_free(c);
}

static void test_every_kind_of_layer_can_be_drawn(void **state)
{
    Net *net = net_new();
    Node image = net_input(net, "image", 4, 16, 64), digit = net_input(net, "digit", 1, 1, 1);

    (void)state;
    Node e = net_embedding(net, digit, "embedding", (Embedding){.classes = 10, .units = 1024});
    Node x = net_concat(net, (Node[]){image, net_reshape(net, e, 1, 16, 64)}, 2);
    x = net_group_norm(net, conv_relu(net, x, "conv", 8), "norm", (Norm){.groups = 2});
    x = net_upsample(net, net_pool(net, x, (Pool){.kind = POOL_AVG, .kernel = 2, .stride = 2}), 2);
    x = net_leaky_relu(net, net_add(net, x, conv_relu(net, x, "conv2", 8)), 0.2f);
    Node theta = net_dense(net, net_global_pool(net, x, POOL_MAX), "theta", (Dense){.units = 6});
    x = net_affine_sample(net, x, theta, true);
    net_output(net, "a", net_act(net, x, ACT_TANH));
    net_output(net, "b", net_act(net, x, ACT_SILU));
    net_output(net, "raw", image); /* an input can be a result */
    canvas_free(draw(net));
}

static void test_what_modulates_a_layer_is_a_line_to_it(void **state)
{
    Net *net = net_new();
    Node image = net_input(net, "image", 1, 8, 8), digit = net_input(net, "digit", 1, 1, 1);
    Embedding spec = {.classes = 10, .units = 4};

    (void)state;
    Node x = net_conv2d(net, image, "conv", (Conv){.filters = 4, .kernel = 3, .same = true});
    x = net_modulate(net, x, net_embedding(net, digit, "gain", spec),
                     net_embedding(net, digit, "shift", spec));
    net_output(net, "a", net_act(net, x, ACT_RELU));
    Canvas *c = draw(net);
    assert_true(page_says(c, "conv") && page_says(c, "digit") && page_says(c, "modulate"));
    assert_false(page_says(c, "gain") || page_says(c, "shift"));
    canvas_free(c);
}

static void test_nested_skips_are_legible(void **state)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 3, 64, 256), skips[4];
    char name[16];

    (void)state;
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "down%d", i);
        skips[i] = conv_relu(net, x, name, 16 << i);
        x = net_maxpool2d(net, skips[i], 2);
    }
    for (int i = 4; i-- > 0;) {
        snprintf(name, sizeof name, "up%d", i);
        x = net_concat(net, (Node[]){net_upsample(net, x, 2), skips[i]}, 2);
        x = conv_relu(net, x, name, 16 << i);
    }
    net_output(net, "mask", x);
    canvas_free(draw(net));
}

/* Nets that nobody would build, but a file may hold. */
static void test_strange_nets_end_in_a_page_or_a_sentence(void **state)
{
    Err e = {0};

    (void)state;
    Net *words = net_new(); /* nothing but activations */
    Node x = net_input(words, "x", 1, 1, 1);
    for (int i = 0; i < 4000; i++)
        x = net_act(words, x, ACT_RELU);
    net_output(words, "y", x);
    canvas_free(draw(words));

    Net *wide = net_new(); /* more branches than lanes */
    x = net_input(wide, "x", 4, 1, 1);
    Node sum = x;
    for (int i = 0; i < 200; i++)
        sum = net_add(wide, sum, net_dense(wide, x, NULL, (Dense){.units = 4}));
    net_output(wide, "y", sum);
    assert_int_equal(net_build(wide, &e), 0);
    assert_null(plot_diagram("wide", wide, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    net_free(wide);

    Net *long_net = net_new(); /* more blocks than a page holds, no two alike */
    x = net_input(long_net, "x", 1, 1, 1);
    for (int i = 0; i < 1000; i++)
        x = net_dense(long_net, x, NULL, (Dense){.units = 1 + i % 97});
    net_output(long_net, "y", x);
    assert_int_equal(net_build(long_net, &e), 0);
    assert_null(plot_diagram("long", long_net, &e));
    assert_non_null(strstr(e.text, "1002 blocks"));
    net_free(long_net);

    Net *dense = net_new(); /* each layer reads all before it */
    Node all[8];
    all[0] = net_input(dense, "x", 2, 8, 8);
    for (int i = 1; i < 8; i++) {
        x = i > 1 ? net_concat(dense, all, i) : all[0];
        all[i] = net_conv2d(dense, x, NULL, (Conv){.filters = 2, .kernel = 3, .same = true});
    }
    net_output(dense, "y", all[7]);
    canvas_free(draw(dense));

    Net *names = net_new(); /* names as long as they may be, and not of this alphabet */
    x = net_input(names, "手書き数字手書き数字手書き", 1, 28, 28);
    x = conv_relu(names, x, "a.name.that.fills.nearly.all.of.the.sixty-three.letters.allowed", 4);
    net_output(names, "\xff\xfe", x);
    canvas_free(draw(names));
}

static void test_same_net_gives_same_bytes(void **state)
{
    size_t sizes[2];
    uint8_t *bytes[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        Net *net = net_new();
        zoo_digits(net, &(ZooOptions){.classes = 11, .width = 16});
        Canvas *c = draw(net);
        bytes[i] = canvas_encode(c, "svg", &sizes[i], NULL);
        canvas_free(c);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lenet_is_drawn_layer_by_layer),
        cmocka_unit_test(test_repeated_blocks_are_drawn_once),
        cmocka_unit_test(test_repeats_are_found_without_scopes),
        cmocka_unit_test(test_a_repeat_is_cut_where_its_blocks_are),
        cmocka_unit_test(test_two_heads_stand_apart),
        cmocka_unit_test(test_words_stand_with_the_layer_that_they_follow),
        cmocka_unit_test(test_every_kind_of_layer_can_be_drawn),
        cmocka_unit_test(test_what_modulates_a_layer_is_a_line_to_it),
        cmocka_unit_test(test_nested_skips_are_legible),
        cmocka_unit_test(test_strange_nets_end_in_a_page_or_a_sentence),
        cmocka_unit_test(test_same_net_gives_same_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
