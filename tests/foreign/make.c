/* Writes models in every format, with pictures and what our own engine answers, for other runtimes
 * to be held against:
 *
 *     make OUT KERAS
 *
 * OUT/<case>/ receives model.onnx, .. (those formats that the case lists), about.json, and inputs and
 * outputs as raw floats: input0.f32, output0.f32, .. Pictures are grey levels 0..255. 256 pictures of
 * MNIST's training set where the data is at hand, drawn digits else. Each file of the folder KERAS, which
 * others wrote, is a case of its own: keras-<file>/model.h5, our answers being what we read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/nets.h"
#include "base/file.h"
#include "base/rng.h"
#include "data/dataset.h"
#include "image/digit.h"
#include "image/sketch.h"
#include "model/convert.h"
#include "model/shipped.h"
#include "nn/exec.h"
#include "zoo/zoo.h"

enum { PICTURES = 256, OTHERS = 16 };

typedef struct Case {
    const char *name;
    const char *shipped; /* a model that ships, or NULL */
    const char *zoo;     /* a net of the zoo with random numbers, or NULL */
    Net *(*build)(void);
    const char *formats; /* files that have to come out: "onnx h5 json tflite int8" */
} Case;

static void die(const char *what, const Err *e)
{
    fprintf(stderr, "make: %s: %s\n", what, e ? e->text : "no memory");
    exit(1);
}

/* ---- nets beside those that ship ---- */

/* What a channels-last format can say: no group norm, no affine map, symmetric paddings. */
static Net *net_pictures(void)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 1, 28, 28), y;

    x = net_pad(net, x, 1, 2, 3, 2); /* (1,32,32) */
    x = net_conv2d(net, x, "conv1", (Conv){.filters = 4, .kernel = 3, .pad = 1, .stride = 2});
    x = net_batch_norm(net, x, "norm1", (Norm){0});
    x = net_leaky_relu(net, x, 0.2f); /* (4,16,16) */
    y = net_batch_norm(net, x, "norm2", (Norm){.eps = 1e-3f});
    y = net_conv2d(net, net_act(net, y, ACT_RELU), "conv2",
                   (Conv){.filters = 4, .kernel = 5, .kernel_x = 3, .same = true, .no_bias = true});
    x = net_act(net, net_add(net, x, y), ACT_TANH);
    y = net_pool(net, x, (Pool){.kind = POOL_AVG, .kernel = 3, .stride = 2, .same = true});
    x = net_concat(net, (Node[]){net_maxpool2d(net, x, 2), y}, 2); /* (8,8,8) */
    x = net_act(net, net_upsample(net, x, 2), ACT_SIGMOID);        /* (8,16,16) */
    x = net_conv2d_transposed(net, x, "up",
                              (Conv){.filters = 3, .kernel = 4, .stride = 2, .same = true});
    x = net_conv2d_transposed(net, x, "up2", (Conv){.filters = 2, .kernel = 3, .pad = 1});
    net_output(net, "picture", net_act(net, x, ACT_TANH)); /* (2,32,32) */
    y = net_dense(net, net_flatten(net, net_maxpool2d(net, x, 4)), "dense", (Dense){.units = 6});
    x = net_global_pool(net, x, POOL_MAX);
    x = net_concat(net, (Node[]){x, net_dropout(net, y, 0.5f)}, 2);
    x = net_dense(net, net_act(net, x, ACT_SILU), "last", (Dense){.units = 5});
    net_output(net, "logits", x);
    net_output(net, "probabilities", net_softmax(net, x));
    return net_finished(net, 5);
}

/* Numbers and a class become a picture. */
static Net *net_generator(void)
{
    Net *net = net_new();
    Node z = net_input(net, "z", 12, 1, 1), label = net_input(net, "digit", 1, 1, 1), x;

    x = net_embedding(net, label, "embedding", (Embedding){.classes = 10, .units = 4});
    x = net_concat(net, (Node[]){z, x}, 2);
    x = net_dense(net, x, "dense", (Dense){.units = 3 * 7 * 7, .no_bias = true});
    x = net_act(net, net_batch_norm(net, x, "norm1", (Norm){0}), ACT_RELU);
    x = net_reshape(net, x, 3, 7, 7);
    x = net_conv2d_transposed(net, x, "up1",
                              (Conv){.filters = 4, .kernel = 4, .stride = 2, .pad = 1});
    x = net_leaky_relu(net, net_batch_norm(net, x, "norm2", (Norm){0}), 0.2f);
    x = net_conv2d_transposed(net, x, "up2",
                              (Conv){.filters = 1, .kernel = 5, .stride = 2, .same = true});
    net_output(net, "picture", net_act(net, x, ACT_TANH)); /* (1,28,28) */
    return net_finished(net, 6);
}

/* Each picture has a map of its own, a little off the identity as trained ones are. */
static void bend_map(Net *net, const char *weight)
{
    const Param *p = net_param_find(net, weight);
    Rng r = rng_stream(5, RNG_TEST, 0);
    float *numbers = malloc(param_size(p) * sizeof *numbers);

    if (!numbers)
        abort();
    for (size_t i = 0; i < param_size(p); i++)
        numbers[i] = rng_range(&r, -0.01f, 0.01f);
    param_write(p, numbers, net_block(net));
    free(numbers);
}

/* A picture seen through maps that depend on it, and group norms. */
static Net *net_transformer(void)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 1, 28, 28), theta;

    theta = net_act(net, net_conv2d(net, x, "look", (Conv){.filters = 3, .kernel = 5, .stride = 4}),
                    ACT_RELU);
    theta = net_dense(net, net_flatten(net, theta), "theta",
                      (Dense){.units = 6, .init = {INIT_IDENTITY_AFFINE, 0}});
    x = net_conv2d(net, x, "conv", (Conv){.filters = 4, .kernel = 3, .same = true});
    x = net_act(net, net_group_norm(net, x, "norm", (Norm){.groups = 2}), ACT_RELU);
    net_output(net, "picture", net_affine_sample(net, x, theta, false));
    net_output(net, "other", net_affine_sample(net, x, theta, true));
    x = net_dense(net, net_maxpool2d(net, x, 4), "dense", (Dense){.units = 8});
    net_output(net, "logits", x);
    net_finished(net, 7);
    bend_map(net, "theta.weight");
    return net;
}

static const Case cases[] = {
    {"lenet", "lenet", NULL, NULL, "safetensors onnx h5 tflite int8.tflite h int8.h"},
    {"lenet-json", "lenet", NULL, NULL, "json"},
    {"digits", "digits", NULL, NULL, "onnx h5 tflite int8.tflite h int8.h"},
    {"every-kind", NULL, NULL, net_of_every_kind, "onnx h"},
    {"transformer", NULL, NULL, net_transformer, "onnx h5 tflite h"},
    {"pictures", NULL, NULL, net_pictures, "safetensors onnx h5 tflite int8.tflite h int8.h"},
    {"generator", NULL, NULL, net_generator, "onnx h5 tflite h"},
    {"resnet20", NULL, "resnet20", NULL, "onnx h5 tflite int8.tflite h int8.h"},
    {"redraw", NULL, "redraw", NULL, "onnx h5 tflite h"},
    {"redraw-seed", NULL, "redraw-seed", NULL, "onnx h5 tflite h"},
    {"writer", NULL, "writer", NULL, "onnx h5 tflite h"},
    {"cdcgan", NULL, "cdcgan", NULL, "onnx h5 tflite h"},
    {"gan", NULL, "gan", NULL, "onnx h5 tflite h"},
    {"alexnet", NULL, "alexnet", NULL, "onnx h5 tflite int8.tflite h int8.h"},
    {"zfnet", NULL, "zfnet", NULL, "onnx h5 tflite int8.tflite h int8.h"},
    {"line", NULL, "line", NULL, "onnx h5 tflite h"},
};

/* ---- pictures ---- */

static void draw_digits(uint8_t *out, int count)
{
    for (int i = 0; i < count; i++) {
        Err e = {0};
        char text[] = {(char)('0' + i % 10), '\0'};
        Image *im = sketch_text(text, &(SketchOptions){.seed = (uint64_t)i, .noise = 2}, &e);
        if (!im || digit_from_image(im, NULL, out + (size_t)i * DIGIT_PIXELS, NULL, &e))
            die("drawing", &e);
        image_free(im);
    }
}

static uint8_t *pictures_new(void)
{
    const char *data = getenv("SCRAWL_DATA");
    char *path = data ? file_join(data, "mnist") : NULL;
    Dataset *d = path ? dataset_open(path, &(DatasetOptions){.part = PART_TRAIN}, NULL) : NULL;
    uint8_t *out = malloc((size_t)PICTURES * DIGIT_PIXELS);

    if (!out)
        die("pictures", NULL);
    if (d && d->count >= PICTURES && d->height == DIGIT_SIDE && d->width == DIGIT_SIDE)
        memcpy(out, d->pixels, (size_t)PICTURES * DIGIT_PIXELS);
    else
        draw_digits(out, PICTURES);
    printf("# %d pictures %s\n", PICTURES, d ? "of MNIST" : "that were drawn");
    dataset_free(d);
    free(path);
    return out;
}

/* ---- a case ---- */

static Model *model_of(const Case *c, Err *e)
{
    Net *net = NULL;

    if (c->shipped)
        return shipped_open(c->shipped, e);
    if (c->zoo) {
        net = zoo_net(c->zoo, &(ZooOptions){0}, e);
        if (net)
            net_init(net, 3);
    } else {
        net = c->build();
    }
    Model *m = net ? model_new(net) : NULL;
    if (m && model_set_name(m, c->name, e))
        die(c->name, e);
    return m;
}

/* A net's running statistics are 0 and 1 before it is trained: others show more. */
static void shake_state(Net *net)
{
    Rng r = rng_stream(9, RNG_TEST, 0);

    for (int i = 0; i < net_param_count(net); i++) {
        const Param *p = net_param(net, i);
        float *numbers = malloc(param_size(p) * sizeof *numbers);
        if (!numbers)
            die("state", NULL);
        for (size_t k = 0; k < param_size(p); k++)
            numbers[k] =
                strstr(p->name, "var") ? rng_range(&r, 0.5f, 2) : rng_range(&r, -0.5f, 0.5f);
        if (p->state)
            param_write(p, numbers, net_state(net));
        free(numbers);
    }
}

static void put_floats(const char *folder, const char *what, int index, const float *values,
                       size_t n)
{
    char name[64];
    Err e = {0};

    snprintf(name, sizeof name, "%s%d.f32", what, index);
    char *path = file_join(folder, name);
    if (!path || file_write(path, values, n * sizeof *values, &e))
        die(name, &e);
    free(path);
}

static size_t numbers_of(Shape s)
{
    return (size_t)s.c * (size_t)s.h * (size_t)s.w;
}

static bool is_picture(const Model *m, int index)
{
    OpInfo op = net_op(m->net, net_input_node(m->net, index).id);

    return index == 0 && op.out.h > 1 && strcmp(op.name, "noise") != 0;
}

/* Inputs: pictures' grey levels, classes 0..9, or numbers of -1..1. `seen` is what the net is fed. */
static float *input_new(const Model *m, int index, int count, const uint8_t *pictures, float *seen)
{
    OpInfo op = net_op(m->net, net_input_node(m->net, index).id);
    size_t size = numbers_of(op.out), n = (size_t)count * size;
    float *values = malloc(n * sizeof *values);
    bool picture = is_picture(m, index);
    Rng r = rng_stream(4, RNG_TEST, (uint64_t)index);

    if (!values)
        die("inputs", NULL);
    for (size_t i = 0; i < n; i++) {
        if (picture)
            values[i] = pictures && size == DIGIT_PIXELS ? pictures[i] : (float)rng_below(&r, 256);
        else
            values[i] = size == 1 ? (float)(i % 10) : rng_range(&r, -1, 1);
        seen[i] = picture ? m->scale * values[i] + m->shift : values[i];
    }
    return values;
}

static void put_about(const Model *m, int count, FILE *out)
{
    fprintf(out, "{\"count\":%d,\"scale\":%.9g,\"shift\":%.9g,\"classes\":%d,\"inputs\":[", count,
            (double)m->scale, (double)m->shift, m->class_count);
    for (int i = 0; i < net_input_count(m->net); i++) {
        OpInfo op = net_op(m->net, net_input_node(m->net, i).id);
        fprintf(out, "%s{\"name\":\"%s\",\"shape\":[%d,%d,%d],\"picture\":%s}", i ? "," : "",
                op.name, op.out.c, op.out.h, op.out.w, is_picture(m, i) ? "true" : "false");
    }
    fprintf(out, "],\"outputs\":[");
    for (int i = 0; i < net_output_count(m->net); i++) {
        OpInfo op = net_op(m->net, net_output_node(m->net, i).id);
        fprintf(out, "%s{\"name\":\"%s\",\"shape\":[%d,%d,%d]}", i ? "," : "",
                net_output_name(m->net, i), op.out.c, op.out.h, op.out.w);
    }
    fprintf(out, "]}\n");
}

static void put_text(const char *path, const Model *m, int count)
{
    FILE *file = fopen(path, "w");

    if (!file)
        die(path, NULL);
    put_about(m, count, file);
    if (fclose(file))
        die(path, NULL);
}

/* A file of others' gives probabilities. */
static void to_probabilities(const Model *m, float *logits, int count)
{
    double out[16];

    for (int i = 0; i < count; i++) {
        model_probabilities(m, logits + i * m->class_count, m->class_count, out);
        for (int k = 0; k < m->class_count; k++)
            logits[i * m->class_count + k] = (float)out[k];
    }
}

static void put_numbers(const char *folder, const Model *m, int count, const uint8_t *pictures)
{
    float *seen[NET_INPUTS] = {0}, *outputs[NET_INPUTS] = {0};
    int inputs = net_input_count(m->net), n_out = net_output_count(m->net);
    Err e = {0};

    for (int i = 0; i < inputs; i++) {
        size_t n = (size_t)count * numbers_of(net_op(m->net, net_input_node(m->net, i).id).out);
        if (!(seen[i] = malloc(n * sizeof(float))))
            die("inputs", NULL);
        float *values = input_new(m, i, count, pictures, seen[i]);
        put_floats(folder, "input", i, values, n);
        free(values);
    }
    for (int i = 0; i < n_out; i++) {
        size_t n = (size_t)count * numbers_of(net_op(m->net, net_output_node(m->net, i).id).out);
        if (!(outputs[i] = malloc(n * sizeof(float))))
            die("outputs", NULL);
    }
    Exec *run = exec_new(m->net, &(ExecOptions){.batch = count}, &e);
    if (!run)
        die("running", &e);
    exec_infer(run,
               &(Batch){.count = count, .values = seen[0], .more = (const float *const *)seen + 1},
               outputs, n_out);
    exec_free(run);
    if (!pictures)
        to_probabilities(m, outputs[0], count);
    for (int i = 0; i < n_out; i++)
        put_floats(folder, "output", i, outputs[i],
                   (size_t)count * numbers_of(net_op(m->net, net_output_node(m->net, i).id).out));
    for (int i = 0; i < NET_INPUTS; i++) {
        free(seen[i]);
        free(outputs[i]);
    }
}

/* Writes the model in every format that the case lists. */
static void put_files(const char *folder, const Case *c, const Model *m, const uint8_t *pictures)
{
    char list[128], *rest = list;

    snprintf(list, sizeof list, "%s", c->formats);
    for (char *word; (word = strsep(&rest, " "));) {
        Err e = {0};
        char name[64];
        bool int8 = strncmp(word, "int8.", 5) == 0;
        snprintf(name, sizeof name, "model%s.%s", int8 ? "-int8" : "", int8 ? word + 5 : word);
        char *path = file_join(folder, name);
        ConvertOptions o = {.int8 = int8, .pictures = int8 ? pictures : NULL, .count = PICTURES};
        if (!path || model_convert(m, path, &o, &(ConvertReport){0}, &e))
            die(path, &e);
        free(path);
    }
}

/* A file that others wrote. It ends in a softmax, which we leave to whoever uses the model. */
static void put_keras(const char *out, const char *keras, const char *file)
{
    Err e = {0};
    char name[128];
    size_t size;
    char *from = file_join(keras, file);
    Model *m = from ? model_open(from, &e) : NULL;

    snprintf(name, sizeof name, "keras-%.*s", (int)strcspn(file, "."), file);
    char *folder = file_join(out, name), *about = folder ? file_join(folder, "about.json") : NULL;
    char *to = folder ? file_join(folder, "model.h5") : NULL;
    uint8_t *bytes = from ? file_read(from, FILE_LIMIT, &size, &e) : NULL;
    if (!m || !about || !to || !bytes || file_make_folder(folder, &e) ||
        file_write(to, bytes, size, &e))
        die(file, &e);
    put_numbers(folder, m, OTHERS, NULL);
    put_text(about, m, OTHERS);
    free(bytes);
    free(to);
    free(about);
    free(folder);
    free(from);
    model_free(m);
}

static void put_case(const char *out, const Case *c, const uint8_t *pictures)
{
    Err e = {0};
    Model *m = model_of(c, &e);
    char *folder = file_join(out, c->name),
         *about = folder ? file_join(folder, "about.json") : NULL;
    int count = c->shipped ? PICTURES : OTHERS;

    if (!m || !about || file_make_folder(folder, &e))
        die(c->name, &e);
    if (!c->shipped)
        shake_state(m->net);
    put_numbers(folder, m, count, pictures);
    put_files(folder, c, m, pictures);
    put_text(about, m, count);
    free(about);
    free(folder);
    model_free(m);
}

int main(int argc, char **argv)
{
    size_t files = 0;
    Err e = {0};
    char **names = argc == 3 ? file_list(argv[2], &files, &e) : NULL;

    if (!names)
        die("make OUT KERAS", &e);
    uint8_t *pictures = pictures_new();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        put_case(argv[1], &cases[i], pictures);
    for (size_t i = 0; i < files; i++)
        put_keras(argv[1], argv[2], names[i]);
    free(names);
    free(pictures);
    return 0;
}
