#include "model/frozen_run.h"

#include <stdlib.h>

#include "model/plain_kernels.h"

struct FrozenRun {
    const Frozen *f;
    const Quantized *q; /* NULL: in float */
    void **values;      /* of each op: floats, or int8 unless it stays real */
};

static scrawl_shape shape_of(Shape s)
{
    return (scrawl_shape){s.c, s.h, s.w};
}

static int numbers_of(Shape s)
{
    return (int)shape_numbers(s);
}

static scrawl_window window_of(const FrozenOp *op)
{
    if (op->kind == KIND_GLOBAL_POOL)
        return (scrawl_window){op->in.h, op->in.w, 1, 1, 0, 0};
    if (op->kind == KIND_DENSE)
        return (scrawl_window){1, 1, 1, 1, 0, 0};
    return (scrawl_window){op->kernel[FROZEN_Y], op->kernel[FROZEN_X], op->stride[FROZEN_Y],
                           op->stride[FROZEN_X], op->before[FROZEN_Y], op->before[FROZEN_X]};
}

/* What a dense layer reads is a picture of one pixel. */
static scrawl_shape input_shape(const FrozenOp *op)
{
    return op->kind == KIND_DENSE ? (scrawl_shape){numbers_of(op->in), 1, 1} : shape_of(op->in);
}

static void run_act(const Act *act, const float *x, int n, float *y)
{
    switch (act->kind) {
    case ACT_RELU:
        scrawl_relu(x, n, 0, y);
        break;
    case ACT_LEAKY_RELU:
        scrawl_relu(x, n, act->slope, y);
        break;
    case ACT_TANH:
        scrawl_tanh(x, n, y);
        break;
    case ACT_SIGMOID:
        scrawl_sigmoid(x, n, y);
        break;
    default:
        scrawl_silu(x, n, y);
        break;
    }
}

float frozen_act(const Act *act, float x)
{
    run_act(act, &x, 1, &x);
    return x;
}

/* ---- in float ---- */

static void run_op(const FrozenRun *run, const FrozenOp *op, float *y)
{
    const float *x = op->input_count ? run->values[op->inputs[0]] : NULL;
    scrawl_shape in = input_shape(op), out = shape_of(op->out);
    int n = numbers_of(op->out);

    switch (op->kind) {
    case KIND_CONV2D:
    case KIND_DENSE:
        scrawl_conv2d(x, in, op->weight, op->bias, window_of(op), op->relu, y, out);
        break;
    case KIND_CONV2D_TRANSPOSED:
        scrawl_conv2d_transposed(x, in, op->weight, op->bias, window_of(op), op->relu, y, out);
        break;
    case KIND_POOL:
    case KIND_GLOBAL_POOL:
        scrawl_pool(x, in, window_of(op), op->pool == POOL_MAX, y, out);
        break;
    case KIND_BATCH_NORM:
        scrawl_scale(x, in, op->weight, op->bias, op->relu, y);
        break;
    case KIND_GROUP_NORM:
        scrawl_group_norm(x, in, op->groups, op->eps, op->weight, op->bias, y);
        break;
    case KIND_ACT:
        run_act(&op->act, x, n, y);
        break;
    case KIND_SOFTMAX:
        scrawl_softmax(x, in, y);
        break;
    case KIND_EMBEDDING:
        scrawl_embedding(x, (int)(op->weights / (size_t)n), n, op->weight, y);
        break;
    case KIND_ADD:
        scrawl_add(x, run->values[op->inputs[1]], n, op->relu, y);
        break;
    case KIND_CONCAT:
        for (int i = 0, at = 0; i < op->input_count; i++) {
            int part = numbers_of(run->f->ops[op->inputs[i]].out);
            scrawl_copy(run->values[op->inputs[i]], part, y + at);
            at += part;
        }
        break;
    case KIND_MODULATE:
        scrawl_modulate(x, run->values[op->inputs[1]], run->values[op->inputs[2]], in, y);
        break;
    case KIND_RESHAPE:
    case KIND_GAUSSIAN: /* at rest its means, which come first */
        scrawl_copy(x, n, y);
        break;
    case KIND_PAD:
        scrawl_pad(x, in, op->before[FROZEN_Y], op->before[FROZEN_X], y, out);
        break;
    case KIND_UPSAMPLE:
        scrawl_upsample(x, in, op->factor, y);
        break;
    case KIND_AFFINE_SAMPLE:
        scrawl_affine_sample(x, run->values[op->inputs[1]], in, op->align_corners, y);
        break;
    case KIND_INPUT:
    case KIND_DROPOUT:
    case KINDS:
        break;
    }
}

/* ---- in int8 ---- */

static void run_q_concat(const FrozenRun *run, const FrozenOp *op, const QuantizedOp *q, int8_t *y)
{
    for (int i = 0; i < op->input_count; i++) {
        int part = numbers_of(run->f->ops[op->inputs[i]].out);
        scrawl_q_table(run->values[op->inputs[i]], part, q->tables[i], y);
        y += part;
    }
}

/* Dequantized, and then in float. */
static void run_q_softmax(const FrozenOp *op, const QuantizedOp *in, const int8_t *x, float *y)
{
    scrawl_q_floats(x, numbers_of(op->in), in->scale, in->zero, y);
    scrawl_softmax(y, shape_of(op->in), y);
}

static void run_q_op(const FrozenRun *run, const FrozenOp *op, const QuantizedOp *q, void *result)
{
    const int8_t *x = op->input_count ? run->values[op->inputs[0]] : NULL;
    const QuantizedOp *from = run->q->ops;
    int zero_in = op->input_count ? from[op->inputs[0]].zero : 0, n = numbers_of(op->out);
    scrawl_shape in = input_shape(op), out = shape_of(op->out);
    int8_t *y = result;

    switch (op->kind) {
    case KIND_CONV2D:
    case KIND_DENSE:
        scrawl_q_conv2d(x, in, zero_in, q->weight, q->bias, q->multipliers, q->shifts,
                        window_of(op), q->zero, q->low, y, out);
        break;
    case KIND_CONV2D_TRANSPOSED:
        scrawl_q_conv2d_transposed(x, in, zero_in, q->weight, q->bias, q->multipliers, q->shifts,
                                   window_of(op), q->zero, q->low, y, out);
        break;
    case KIND_BATCH_NORM:
        scrawl_q_scale(x, in, zero_in, q->weight, q->bias, q->multipliers, q->shifts, q->zero,
                       q->low, y);
        break;
    case KIND_POOL:
    case KIND_GLOBAL_POOL:
        scrawl_q_pool(x, in, window_of(op), op->pool == POOL_MAX, y, out);
        break;
    case KIND_ADD:
        scrawl_q_add(x, zero_in, q->factors[0], run->values[op->inputs[1]],
                     from[op->inputs[1]].zero, q->factors[1], n, q->zero, q->low, y);
        break;
    case KIND_ACT:
        scrawl_q_table(x, n, q->tables[0], y);
        break;
    case KIND_CONCAT:
        run_q_concat(run, op, q, y);
        break;
    case KIND_RESHAPE:
        memcpy(y, x, (size_t)n);
        break;
    case KIND_PAD:
        scrawl_q_pad(x, in, q->zero, op->before[FROZEN_Y], op->before[FROZEN_X], y, out);
        break;
    case KIND_UPSAMPLE:
        scrawl_q_upsample(x, in, op->factor, y);
        break;
    case KIND_SOFTMAX:
        run_q_softmax(op, &from[op->inputs[0]], x, result);
        break;
    default: /* no other kind is ever quantized */
        break;
    }
}

/* ---- the whole ---- */

static bool is_real(const FrozenRun *run, int op)
{
    return !run->q || run->q->ops[op].real;
}

FrozenRun *frozen_run_new(const Frozen *f, const Quantized *q, Err *e)
{
    FrozenRun *run = calloc(1, sizeof *run);
    size_t size = 0;

    for (int i = 0; i < f->count; i++)
        size += shape_numbers(f->ops[i].out) * sizeof(float);
    void **values = calloc((size_t)f->count, sizeof *values);
    char *block = malloc(size);
    if (!run || !values || !block) {
        err_set(e, ERR_MEMORY, "no memory for a graph of %d layers", f->count);
        free(run);
        free(values);
        free(block);
        return NULL;
    }
    *run = (FrozenRun){f, q, values};
    for (int i = 0; i < f->count; i++) {
        values[i] = block;
        block += shape_numbers(f->ops[i].out) * sizeof(float);
    }
    return run;
}

void frozen_run_free(FrozenRun *run)
{
    if (!run)
        return;
    free(run->values[0]);
    free(run->values);
    free(run);
}

static void set_picture(FrozenRun *run, const Model *m, const uint8_t *picture)
{
    int op = run->f->inputs[0], n = numbers_of(run->f->ops[op].out);

    if (run->q)
        scrawl_q_bytes(picture, n, run->q->bytes, run->values[op]);
    else
        scrawl_bytes(picture, n, m->scale, m->shift, run->values[op]);
}

void frozen_run(FrozenRun *run, const Model *m, const uint8_t *picture, const float *const *values,
                float *const *outputs)
{
    const Frozen *f = run->f;

    if (picture)
        set_picture(run, m, picture);
    for (int i = picture ? 1 : 0; i < f->input_count; i++)
        scrawl_copy(values[i], numbers_of(f->ops[f->inputs[i]].out), run->values[f->inputs[i]]);
    for (int i = 0; i < f->count; i++) {
        if (run->q)
            run_q_op(run, &f->ops[i], &run->q->ops[i], run->values[i]);
        else
            run_op(run, &f->ops[i], run->values[i]);
    }
    for (int i = 0; i < f->output_count; i++) {
        int op = f->outputs[i], n = numbers_of(f->ops[op].out);
        if (is_real(run, op))
            scrawl_copy(run->values[op], n, outputs[i]);
        else
            scrawl_q_floats(run->values[op], n, run->q->ops[op].scale, run->q->ops[op].zero,
                            outputs[i]);
    }
}
