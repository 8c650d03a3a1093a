/* Tensors, buffers and operators of a TensorFlow Lite file: inside model/tflite*.c only.
 *
 *     int x = tflite_tensor(&t, "x", (Dims){2, {1, 8}}, (Scales){.type = TFLITE_FLOAT});
 *     tflite_op(&t, OP_RELU, &x, 1, y, 0, 0);
 *     uint8_t *bytes = tflite_finish(&t, "name", "{}", &size);
 *
 * Tensors are known by their number. Lack of memory shows at the end. */
#ifndef SCRAWL_MODEL_TFLITE_BUILD_H
#define SCRAWL_MODEL_TFLITE_BUILD_H

#include "base/bytes.h"
#include "base/flatbuffer.h"
#include "model/channels_last.h"
#include "model/quantize.h"

enum { TFLITE_FLOAT = 0, TFLITE_INT32 = 2, TFLITE_INT8 = 9 };
enum { PADDING_SAME = 0, PADDING_VALID = 1 };
enum { ACTIVATION_NONE = 0, ACTIVATION_RELU = 1 };

/* clang-format off */
enum { OPTIONS_CONV = 1, OPTIONS_DEPTHWISE = 2, OPTIONS_POOL = 5, OPTIONS_FULLY_CONNECTED = 8, OPTIONS_SOFTMAX = 9,
       OPTIONS_CONCAT = 10, OPTIONS_ADD = 11, OPTIONS_MUL = 21, OPTIONS_GATHER = 23, OPTIONS_REDUCE = 27,
       OPTIONS_SUB = 28, OPTIONS_CAST = 37, OPTIONS_TRANSPOSE_CONV = 49, OPTIONS_RESIZE_NEAREST = 74,
       OPTIONS_LEAKY_RELU = 75, OPTIONS_BATCH_MATMUL = 101 };

typedef enum TfliteOp {
    OP_ADD, OP_AVERAGE_POOL_2D, OP_CONCATENATION, OP_CONV_2D, OP_DEPTHWISE_CONV_2D, OP_DEQUANTIZE,
    OP_FULLY_CONNECTED, OP_LOGISTIC, OP_MAX_POOL_2D, OP_MUL, OP_RELU, OP_RESHAPE, OP_SOFTMAX, OP_TANH, OP_PAD,
    OP_GATHER, OP_MEAN, OP_SUB, OP_CAST, OP_SLICE, OP_TRANSPOSE_CONV, OP_RSQRT, OP_RESIZE_NEAREST,
    OP_LEAKY_RELU, OP_ABS, OP_QUANTIZE, OP_BATCH_MATMUL, TFLITE_OPS
} TfliteOp;
/* clang-format on */

typedef struct Dims {
    int count, sizes[4];
} Dims;

typedef struct Scales { /* how numbers are stored */
    int type;
    const float *scales; /* of int8 and int32: one, or one for each index of `axis` */
    size_t count;
    int zero, axis;
} Scales;

typedef struct Tflite {
    const Frozen *f;
    const Quantized *q; /* NULL: in float */
    const ChannelsLast *order;
    int *results; /* the tensor of each frozen op */
    int inputs[NET_INPUTS], outputs[NET_INPUTS];

    Flat b;
    Writer tensors, buffers, ops; /* FlatRefs */
    int tensor_count, buffer_count;
    int codes[TFLITE_OPS]; /* the place in the list of operator codes, or 0 */
    int code_list[TFLITE_OPS], code_count;
} Tflite;

size_t tflite_numbers(Dims dims);

/* A tensor that an op writes, or that is an input. */
int tflite_tensor(Tflite *t, const char *name, Dims dims, Scales scales);

/* A tensor with these bytes; small lists and (rows, columns) of int32. */
int tflite_constant(Tflite *t, const char *name, Dims dims, Scales scales, const void *bytes,
                    size_t size);
int tflite_ints(Tflite *t, const int *values, int count);
int tflite_int_matrix(Tflite *t, const int *values, int rows, int columns);

/* An op with its options' type and table (0, 0: none). */
void tflite_op(Tflite *t, TfliteOp op, const int *inputs, int count, int output, int options_type,
               FlatRef options);

/* The file, which the caller frees; frees all that was built. NULL when memory was gone. */
uint8_t *tflite_finish(Tflite *t, const char *name, const char *about, size_t *size);

#endif
