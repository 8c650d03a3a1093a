#include "model/quantize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/frozen_run.h"
#include "nn/exec.h"

enum { BATCH = 32, LEVELS = 256, LEAST = -128, MOST = 127, ADD_BITS = 20 };

static const unsigned known_kinds =
    1u << KIND_INPUT | 1u << KIND_CONV2D | 1u << KIND_CONV2D_TRANSPOSED | 1u << KIND_DENSE |
    1u << KIND_POOL | 1u << KIND_GLOBAL_POOL | 1u << KIND_BATCH_NORM | 1u << KIND_ACT |
    1u << KIND_SOFTMAX | 1u << KIND_ADD | 1u << KIND_CONCAT | 1u << KIND_RESHAPE | 1u << KIND_PAD |
    1u << KIND_UPSAMPLE;

/* ---- ranges ---- */

typedef struct Range {
    float least, most; /* 0 lies between them, so that it is exact */
} Range;

static void widen(Range *r, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        r->least = fminf(r->least, values[i]);
        r->most = fmaxf(r->most, values[i]);
    }
}

/* Runs the net over the pictures and widens the range of each result. */
static void measure(Exec *run, const Frozen *f, const Model *m, const uint8_t *pictures, int count,
                    const Watch *watch, float *values, Range *ranges)
{
    size_t size = shape_numbers(f->ops[f->inputs[0]].out);
    float *outputs[NET_INPUTS] = {0};

    for (int i = 0; i < f->output_count; i++) /* else nothing would be computed */
        outputs[i] = values;
    for (int at = 0; at < count; at += BATCH) {
        int n = count - at < BATCH ? count - at : BATCH;
        watch_tell(watch, (size_t)at, (size_t)count);
        exec_infer(run,
                   &(Batch){.count = n,
                            .bytes = pictures + (size_t)at * size,
                            .scale = m->scale,
                            .shift = m->shift},
                   outputs, f->output_count);
        for (int i = 0; i < f->count; i++) {
            exec_read_activation(run, (Node){f->ops[i].node}, values);
            widen(&ranges[i], values, (size_t)n * shape_numbers(f->ops[i].out));
        }
    }
}

static int measure_all(const Frozen *f, const Model *m, const uint8_t *pictures, int count,
                       const Watch *watch, Range *ranges, Err *e)
{
    size_t most = 0;

    for (int i = 0; i < f->count; i++)
        if (shape_numbers(f->ops[i].out) > most)
            most = shape_numbers(f->ops[i].out);
    Exec *run = exec_new(m->net, &(ExecOptions){.batch = BATCH, .keep = true}, e);
    float *values = run ? malloc(BATCH * most * sizeof *values) : NULL;
    if (run && !values)
        err_set(e, ERR_MEMORY, "no memory for %zu numbers", BATCH * most);
    if (values)
        measure(run, f, m, pictures, count, watch, values, ranges);
    int code = values ? 0 : -ERR_MEMORY;
    free(values);
    exec_free(run);
    return code;
}

static void set_scale(QuantizedOp *q, Range r)
{
    float span = fmaxf(r.most - r.least, 1e-6f);

    q->scale = span / (LEVELS - 1);
    q->zero = (int)lrintf(LEAST - r.least / q->scale);
}

static int8_t to_level(const QuantizedOp *q, float value)
{
    float level = roundf(value / q->scale) + (float)q->zero;

    return (int8_t)fminf(fmaxf(level, LEAST), MOST);
}

static float from_level(const QuantizedOp *q, int level)
{
    return q->scale * (float)(level - q->zero);
}

/* ---- layers with weights ---- */

/* Which output channel a weight belongs to. */
static size_t channel_of(const FrozenOp *op, size_t index)
{
    size_t taps = (size_t)op->kernel[0] * (size_t)op->kernel[1];

    if (op->kind == KIND_CONV2D_TRANSPOSED)
        return index / taps % (size_t)op->out.c;
    return index / (op->weights / op->biases);
}

/* A channel's scale: its largest weight is 127, and its bias fits 32 bits. Dense layers have one for
 * all: interpreters of before 2023 know no other. */
static void set_weight_scales(const FrozenOp *op, float in_scale, float *scales)
{
    for (size_t c = 0; c < op->biases; c++)
        scales[c] = fmaxf(1e-12f, fabsf(op->bias[c]) / in_scale / (float)(1 << 30));
    for (size_t i = 0; i < op->weights; i++) {
        size_t c = channel_of(op, i);
        scales[c] = fmaxf(scales[c], fabsf(op->weight[i]) / MOST);
    }
    for (size_t c = 1; c < op->biases && op->kind == KIND_DENSE; c++)
        scales[0] = fmaxf(scales[0], scales[c]);
    for (size_t c = 1; c < op->biases && op->kind == KIND_DENSE; c++)
        scales[c] = scales[0];
}

/* factor = multiplier * 2^(shift - 31), the multiplier within 2^30..2^31. */
static void set_multiplier(double factor, int32_t *multiplier, int8_t *shift)
{
    int exponent;
    double fraction = frexp(factor, &exponent);
    int64_t m = llround(ldexp(fraction, 31));

    if (m == (int64_t)1 << 31) {
        m /= 2;
        exponent++;
    }
    if (exponent < -31 || exponent > 30) { /* nothing is left of any sum, or nothing but the ends */
        m = exponent < 0 ? 0 : INT32_MAX;
        exponent = exponent < 0 ? 0 : 30;
    }
    *multiplier = (int32_t)m;
    *shift = (int8_t)exponent;
}

static int quantize_weights(const FrozenOp *op, const QuantizedOp *in, QuantizedOp *q, Err *e)
{
    q->weight = malloc(op->weights);
    q->bias = malloc(op->biases * sizeof *q->bias);
    q->weight_scales = malloc(op->biases * sizeof *q->weight_scales);
    q->multipliers = malloc(op->biases * sizeof *q->multipliers);
    q->shifts = malloc(op->biases);
    if (!q->weight || !q->bias || !q->weight_scales || !q->multipliers || !q->shifts)
        return err_set(e, ERR_MEMORY, "no memory for %zu weights", op->weights);
    set_weight_scales(op, in->scale, q->weight_scales);
    for (size_t i = 0; i < op->weights; i++)
        q->weight[i] = (int8_t)lrintf(op->weight[i] / q->weight_scales[channel_of(op, i)]);
    for (size_t c = 0; c < op->biases; c++) {
        double product = (double)in->scale * q->weight_scales[c];
        q->bias[c] = (int32_t)llround(op->bias[c] / product);
        set_multiplier(product / q->scale, &q->multipliers[c], &q->shifts[c]);
    }
    return 0;
}

/* ---- layers without ---- */

/* table[i] is f of the level i - 128 of `in` in levels of `q`; f NULL only changes the scale. */
static void fill_table(const QuantizedOp *in, const QuantizedOp *q, const Act *act, int8_t *table)
{
    for (int i = 0; i < LEVELS; i++) {
        float x = from_level(in, i + LEAST);
        table[i] = to_level(q, act ? frozen_act(act, x) : x);
    }
}

static int make_tables(const Quantized *all, const FrozenOp *op, QuantizedOp *q, Err *e)
{
    q->tables = malloc((size_t)op->input_count * sizeof *q->tables);
    if (!q->tables)
        return err_set(e, ERR_MEMORY, "no memory for tables of %s", op->name);
    for (int i = 0; i < op->input_count; i++)
        fill_table(&all->ops[op->inputs[i]], q, op->kind == KIND_ACT ? &op->act : NULL,
                   q->tables[i]);
    return 0;
}

/* ---- the whole ---- */

static bool keeps_scale(Kind kind)
{
    return kind == KIND_POOL || kind == KIND_GLOBAL_POOL || kind == KIND_RESHAPE ||
           kind == KIND_PAD || kind == KIND_UPSAMPLE;
}

static int quantize_op(Quantized *all, const Frozen *f, int index, Range range, Err *e)
{
    const FrozenOp *op = &f->ops[index];
    QuantizedOp *q = &all->ops[index];
    const QuantizedOp *in = op->input_count ? &all->ops[op->inputs[0]] : NULL;

    set_scale(q, range);
    if (keeps_scale(op->kind)) {
        q->scale = in->scale;
        q->zero = in->zero;
    }
    if (op->kind == KIND_ACT && op->act.kind == ACT_SIGMOID) { /* as the specification has it */
        q->scale = 1 / 256.f;
        q->zero = LEAST;
    }
    if (op->kind == KIND_ACT && op->act.kind == ACT_TANH) {
        q->scale = 1 / 128.f;
        q->zero = 0;
    }
    q->low = op->relu ? q->zero : LEAST;
    q->real = op->kind == KIND_SOFTMAX;
    if (op->kind == KIND_ADD)
        for (int i = 0; i < 2; i++)
            q->factors[i] = (int32_t)lrint(
                fmin(ldexp((double)all->ops[op->inputs[i]].scale / q->scale, ADD_BITS), INT32_MAX));
    if (op->kind == KIND_ACT || op->kind == KIND_CONCAT)
        return make_tables(all, op, q, e);
    return op->weight ? quantize_weights(op, in, q, e) : 0;
}

static int check_fitness(const Frozen *f, const Model *m, int count, Err *e)
{
    int code = frozen_check(f, known_kinds, "int8", e);

    if (!code && (f->input_count != 1 || !model_takes_picture(m)))
        code = err_set(e, ERR_ARGUMENT, "int8 is for models whose one input is a picture");
    if (!code && count < 1)
        code = err_set(e, ERR_ARGUMENT, "int8 wants pictures to find the ranges of its numbers");
    for (int i = 0; i < f->count && !code; i++)
        for (int k = 0; k < f->ops[i].input_count && !code; k++)
            if (f->ops[f->ops[i].inputs[k]].kind == KIND_SOFTMAX)
                code = err_set(e, ERR_UNSUPPORTED,
                               "int8: '%s' reads a softmax, which has to be last", f->ops[i].name);
    return code;
}

static int quantize_all(Quantized *all, const Frozen *f, const Model *m, const Range *ranges,
                        Err *e)
{
    for (int i = 0; i < f->count; i++) {
        int code = quantize_op(all, f, i, ranges[i], e);
        if (code)
            return code;
    }
    for (int i = 0; i < LEVELS; i++)
        all->bytes[i] = to_level(&all->ops[f->inputs[0]], m->scale * (float)i + m->shift);
    return 0;
}

/* What a pixel can be is known, whatever the pictures show. */
static Range input_range(const Model *m)
{
    float ends[] = {m->shift, m->shift + 255 * m->scale};
    Range r = {0};

    widen(&r, ends, 2);
    return r;
}

Quantized *quantize(const Frozen *f, const Model *m, const uint8_t *pictures, int count,
                    const Watch *watch, Err *e)
{
    int code = check_fitness(f, m, count, e);
    Quantized *q = code ? NULL : calloc(1, sizeof *q);
    Range *ranges = code ? NULL : calloc((size_t)f->count, sizeof *ranges);

    if (code)
        return NULL;
    if (q && ranges && (q->ops = calloc((size_t)f->count, sizeof *q->ops))) {
        q->count = f->count;
        code = measure_all(f, m, pictures, count, watch, ranges, e);
        ranges[f->inputs[0]] = input_range(m);
        if (!code)
            code = quantize_all(q, f, m, ranges, e);
    } else {
        code = err_set(e, ERR_MEMORY, "no memory for %d layers", f->count);
    }
    free(ranges);
    if (!code)
        return q;
    quantized_free(q);
    return NULL;
}

void quantized_free(Quantized *q)
{
    if (!q)
        return;
    for (int i = 0; i < q->count; i++) {
        QuantizedOp *op = &q->ops[i];
        free(op->weight);
        free(op->bias);
        free(op->weight_scales);
        free(op->multipliers);
        free(op->shifts);
        free(op->tables);
    }
    free(q->ops);
    free(q);
}
