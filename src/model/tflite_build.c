#include "model/tflite_build.h"

#include <stdlib.h>
#include <string.h>

/* The schema's code; the version in float and in int8. */
static const struct {
    int code, version, version_int8;
} codes[TFLITE_OPS] = {
    [OP_ADD] = {0, 1, 2},
    [OP_AVERAGE_POOL_2D] = {1, 1, 2},
    [OP_CONCATENATION] = {2, 1, 2},
    [OP_CONV_2D] = {3, 1, 3},
    [OP_DEPTHWISE_CONV_2D] = {4, 1, 3},
    [OP_DEQUANTIZE] = {6, 1, 2},
    [OP_FULLY_CONNECTED] = {9, 1, 4},
    [OP_LOGISTIC] = {14, 1, 2},
    [OP_MAX_POOL_2D] = {17, 1, 2},
    [OP_MUL] = {18, 1, 2},
    [OP_RELU] = {19, 1, 2},
    [OP_RESHAPE] = {22, 1, 1},
    [OP_SOFTMAX] = {25, 1, 1},
    [OP_TANH] = {28, 1, 2},
    [OP_PAD] = {34, 1, 2},
    [OP_GATHER] = {36, 1, 1},
    [OP_MEAN] = {40, 1, 1},
    [OP_SUB] = {41, 1, 1},
    [OP_CAST] = {53, 1, 1},
    [OP_SLICE] = {65, 1, 2},
    [OP_TRANSPOSE_CONV] = {67, 3, 3},
    [OP_RSQRT] = {76, 1, 1},
    [OP_RESIZE_NEAREST] = {97, 1, 2},
    [OP_LEAKY_RELU] = {98, 1, 2},
    [OP_ABS] = {101, 1, 1},
    [OP_QUANTIZE] = {114, 1, 2},
    [OP_BATCH_MATMUL] = {126, 1, 1},
};

size_t tflite_numbers(Dims dims)
{
    size_t n = 1;

    for (int i = 0; i < dims.count; i++)
        n *= (size_t)dims.sizes[i];
    return n;
}

static void keep(Tflite *t, Writer *list, FlatRef ref)
{
    writer_put(list, &ref, sizeof ref);
    t->b.failed |= list->failed;
}

static FlatRef take(Tflite *t, Writer *list)
{
    FlatRef refs = flat_refs(&t->b, (const FlatRef *)list->bytes, list->size / sizeof(FlatRef));

    writer_free(list);
    return refs;
}

/* ---- buffers and tensors ---- */

static int buffer_new(Tflite *t, const void *bytes, size_t size)
{
    FlatRef data = size ? flat_vector(&t->b, bytes, size, 1, 16) : 0;

    flat_begin(&t->b);
    flat_ref(&t->b, 0, data);
    keep(t, &t->buffers, flat_end(&t->b));
    return t->buffer_count++;
}

static FlatRef put_scales(Tflite *t, const Scales *s)
{
    int64_t *zeros = calloc(s->count + 1, sizeof *zeros);

    if (!s->count || !zeros) {
        t->b.failed |= !zeros;
        free(zeros);
        return 0;
    }
    zeros[0] = s->zero;
    FlatRef zero_points = flat_vector(&t->b, zeros, s->count, sizeof *zeros, 8);
    FlatRef scales = flat_vector(&t->b, s->scales, s->count, sizeof *s->scales, 4);
    free(zeros);
    flat_begin(&t->b);
    flat_ref(&t->b, 2, scales);
    flat_ref(&t->b, 3, zero_points);
    flat_i32(&t->b, 6, s->axis);
    return flat_end(&t->b);
}

static int put_tensor(Tflite *t, const char *name, Dims dims, const Scales *scales, int buffer)
{
    FlatRef shape = flat_vector(&t->b, dims.sizes, (size_t)dims.count, sizeof *dims.sizes, 4);
    FlatRef text = flat_text(&t->b, name), quantization = put_scales(t, scales);

    flat_begin(&t->b);
    flat_ref(&t->b, 0, shape);
    flat_u8(&t->b, 1, (uint8_t)scales->type);
    flat_i32(&t->b, 2, buffer);
    flat_ref(&t->b, 3, text);
    flat_ref(&t->b, 4, quantization);
    keep(t, &t->tensors, flat_end(&t->b));
    return t->tensor_count++;
}

int tflite_tensor(Tflite *t, const char *name, Dims dims, Scales scales)
{
    return put_tensor(t, name, dims, &scales, 0);
}

/* Buffer 0 is the empty one of all tensors without numbers. */
int tflite_constant(Tflite *t, const char *name, Dims dims, Scales scales, const void *bytes,
                    size_t size)
{
    if (!t->buffer_count)
        buffer_new(t, NULL, 0);
    return put_tensor(t, name, dims, &scales, buffer_new(t, bytes, size));
}

int tflite_ints(Tflite *t, const int *values, int count)
{
    return tflite_constant(t, "numbers", (Dims){1, {count}}, (Scales){.type = TFLITE_INT32}, values,
                           (size_t)count * sizeof *values);
}

int tflite_int_matrix(Tflite *t, const int *values, int rows, int columns)
{
    return tflite_constant(t, "numbers", (Dims){2, {rows, columns}}, (Scales){.type = TFLITE_INT32},
                           values, (size_t)rows * (size_t)columns * sizeof *values);
}

/* ---- operators ---- */

static int code_index(Tflite *t, TfliteOp op)
{
    if (!t->codes[op]) {
        t->code_list[t->code_count++] = (int)op;
        t->codes[op] = t->code_count;
    }
    return t->codes[op] - 1;
}

void tflite_op(Tflite *t, TfliteOp op, const int *inputs, int count, int output, int options_type,
               FlatRef options)
{
    FlatRef in = flat_vector(&t->b, inputs, (size_t)count, sizeof *inputs, 4);
    FlatRef out = flat_vector(&t->b, &output, 1, sizeof output, 4);

    flat_begin(&t->b);
    flat_i32(&t->b, 0, code_index(t, op));
    flat_ref(&t->b, 1, in);
    flat_ref(&t->b, 2, out);
    if (options)
        flat_u8(&t->b, 3, (uint8_t)options_type);
    flat_ref(&t->b, 4, options);
    keep(t, &t->ops, flat_end(&t->b));
}

/* ---- the file ---- */

static FlatRef put_codes(Tflite *t)
{
    FlatRef refs[TFLITE_OPS];

    for (int i = 0; i < t->code_count; i++) {
        int op = t->code_list[i];
        flat_begin(&t->b);
        flat_u8(&t->b, 0, (uint8_t)(codes[op].code < 127 ? codes[op].code : 127));
        flat_i32(&t->b, 2, t->q ? codes[op].version_int8 : codes[op].version);
        flat_i32(&t->b, 3, codes[op].code);
        refs[i] = flat_end(&t->b);
    }
    return flat_refs(&t->b, refs, (size_t)t->code_count);
}

static FlatRef put_subgraph(Tflite *t)
{
    FlatRef inputs = flat_vector(&t->b, t->inputs, (size_t)t->f->input_count, sizeof *t->inputs, 4);
    FlatRef outputs =
        flat_vector(&t->b, t->outputs, (size_t)t->f->output_count, sizeof *t->outputs, 4);
    FlatRef tensors = take(t, &t->tensors), ops = take(t, &t->ops), name = flat_text(&t->b, "main");

    flat_begin(&t->b);
    flat_ref(&t->b, 0, tensors);
    flat_ref(&t->b, 1, inputs);
    flat_ref(&t->b, 2, outputs);
    flat_ref(&t->b, 3, ops);
    flat_ref(&t->b, 4, name);
    FlatRef graph = flat_end(&t->b);
    return flat_refs(&t->b, &graph, 1);
}

static FlatRef put_metadata(Tflite *t, const char *name, int buffer)
{
    FlatRef text = flat_text(&t->b, name);

    flat_begin(&t->b);
    flat_ref(&t->b, 0, text);
    flat_i32(&t->b, 1, buffer);
    return flat_end(&t->b);
}

uint8_t *tflite_finish(Tflite *t, const char *name, const char *about, size_t *size)
{
    static const char runtime[16] = "2.5.0"; /* the least that knows all of these ops */
    FlatRef codes_ref = put_codes(t), graphs = put_subgraph(t), text = flat_text(&t->b, name);
    FlatRef metadata[2] = {
        put_metadata(t, "min_runtime_version", buffer_new(t, runtime, sizeof runtime)),
        put_metadata(t, "scrawl", buffer_new(t, about, strlen(about)))};
    FlatRef list = flat_refs(&t->b, metadata, 2), buffers = take(t, &t->buffers);

    flat_begin(&t->b);
    flat_i32(&t->b, 0, 3);
    flat_ref(&t->b, 1, codes_ref);
    flat_ref(&t->b, 2, graphs);
    flat_ref(&t->b, 3, text);
    flat_ref(&t->b, 4, buffers);
    flat_ref(&t->b, 6, list);
    return flat_finish(&t->b, flat_end(&t->b), "TFL3", size);
}
