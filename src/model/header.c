#include "model/header.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "model/shipped.h"

extern const Shipped plain_texts[]; /* plain_kernels.h, as the build embeds it */

enum { KERNEL_LIMIT = 64, ALIGN = 8, WORD = 32 };

typedef struct Header {
    const Model *m;
    const Frozen *f;
    const Quantized *q; /* NULL: in float */
    char name[MODEL_NAME], upper[MODEL_NAME];
    size_t *places;         /* of each op's result in the block; SIZE_MAX: it has none */
    size_t memory, weights; /* bytes */
    Writer arrays, calls;
    char kernels[KERNEL_LIMIT][WORD]; /* in use, those that they need included */
    int kernel_count;
} Header;

/* ---- names ---- */

/* A text as a C name: letters, digits and _, not a digit first. */
static void to_name(const char *text, char *out, size_t size)
{
    size_t at = 0;

    if (isdigit((unsigned char)*text))
        out[at++] = 'n';
    for (; *text && at + 1 < size; text++)
        out[at++] = (char)(isalnum((unsigned char)*text) ? tolower((unsigned char)*text) : '_');
    out[at] = '\0';
}

static void to_upper(const char *text, char *out)
{
    while ((*out++ = (char)toupper((unsigned char)*text++)))
        ;
}

/* ---- the loops ---- */

/* The part of plain_kernels.h behind "//: name needs..": its first line and where the next begins. */
static const char *find_kernel(const char *name, const char **end)
{
    const char *text = plain_texts[0].bytes, *stop = text + plain_texts[0].size;
    size_t length = strlen(name);

    while ((text = memmem(text, (size_t)(stop - text), "//: ", 4))) {
        const char *next = memmem(text + 4, (size_t)(stop - text - 4), "//: ", 4);
        *end = next ? next : stop;
        if (strncmp(text + 4, name, length) == 0 &&
            (text[4 + length] == ' ' || text[4 + length] == '\n'))
            return text;
        text += 4;
    }
    return NULL;
}

/* Notes that a kernel is used, and before it those that it needs. */
static void use_kernel(Header *h, const char *name)
{
    const char *end, *text = find_kernel(name, &end);
    char need[WORD];

    for (int i = 0; i < h->kernel_count; i++)
        if (strcmp(h->kernels[i], name) == 0)
            return;
    if (!text || h->kernel_count == KERNEL_LIMIT) {
        h->calls.failed = true; /* no kernel of that name: caught by the tests of every kind */
        return;
    }
    for (text += 4 + strlen(name); *text == ' ';) {
        size_t length = strcspn(++text, " \n");
        snprintf(need, sizeof need, "%.*s", (int)length, text);
        use_kernel(h, need);
        text += length;
    }
    snprintf(h->kernels[h->kernel_count++], WORD, "%s", name);
}

/* Each stands once, however many models a program includes. */
static void put_kernels(const Header *h, Writer *w)
{
    for (int i = 0; i < h->kernel_count; i++) {
        const char *end, *text = find_kernel(h->kernels[i], &end);
        text = memchr(text, '\n', (size_t)(end - text));
        writer_text(w, "#ifndef SCRAWL_HAS_%s\n#define SCRAWL_HAS_%s", h->kernels[i],
                    h->kernels[i]);
        writer_put(w, text, (size_t)(end - text));
        while (w->size && w->bytes[w->size - 1] == '\n')
            w->size--;
        writer_text(w, "\n#endif\n\n");
    }
}

/* ---- weights ---- */

static void put_number(Writer *w, double value, bool real)
{
    char text[40];

    snprintf(text, sizeof text, real ? "%.9g" : "%.0f", value);
    writer_text(w, "%s%s", text, !real ? "" : strpbrk(text, ".e") ? "f" : ".0f");
}

/* static const TYPE name_op_part[] = {..}; `get` reads number i. */
typedef double Get(const void *numbers, size_t i);

static double get_float(const void *numbers, size_t i)
{
    return (double)((const float *)numbers)[i];
}

static double get_int8(const void *numbers, size_t i)
{
    return ((const int8_t *)numbers)[i];
}

static double get_int32(const void *numbers, size_t i)
{
    return ((const int32_t *)numbers)[i];
}

static void put_array(Header *h, int op, const char *part, const char *type, size_t width, Get *get,
                      const void *numbers, size_t count)
{
    writer_text(&h->arrays, "static const %s %s_%s%d[%zu] = {", type, h->name, part, op, count);
    for (size_t i = 0; i < count; i++) {
        writer_text(&h->arrays, "%s", i % 16 == 0 ? "\n    " : " ");
        put_number(&h->arrays, get(numbers, i), get == get_float);
        writer_text(&h->arrays, ",");
    }
    writer_text(&h->arrays, "\n};\n");
    h->weights += width * count;
}

static void put_weights(Header *h, int op)
{
    const FrozenOp *x = &h->f->ops[op];
    const QuantizedOp *q = h->q ? &h->q->ops[op] : NULL;

    if (!x->weight)
        return;
    if (!q) {
        put_array(h, op, "weight", "float", 4, get_float, x->weight, x->weights);
        if (x->bias)
            put_array(h, op, "bias", "float", 4, get_float, x->bias, x->biases);
        return;
    }
    put_array(h, op, "weight", "int8_t", 1, get_int8, q->weight, x->weights);
    put_array(h, op, "bias", "int32_t", 4, get_int32, q->bias, x->biases);
    put_array(h, op, "multiplier", "int32_t", 4, get_int32, q->multipliers, x->biases);
    put_array(h, op, "shift", "int8_t", 1, get_int8, q->shifts, x->biases);
}

/* ---- memory ---- */

static bool is_real(const Header *h, int op)
{
    return !h->q || h->q->ops[op].real;
}

static size_t bytes_of(const Header *h, int op)
{
    size_t n = shape_numbers(h->f->ops[op].out) * (is_real(h, op) ? sizeof(float) : 1);

    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* The last op that reads a result; outputs are read at the very end. */
static int last_reader(const Frozen *f, int op)
{
    int last = op;

    for (int i = op + 1; i < f->count; i++)
        for (int k = 0; k < f->ops[i].input_count; k++)
            last = f->ops[i].inputs[k] == op ? i : last;
    for (int i = 0; i < f->output_count; i++)
        last = f->outputs[i] == op ? f->count : last;
    return last;
}

/* The lowest place that no result takes which is alive at the same time. */
static int place_all(Header *h, Err *e)
{
    const Frozen *f = h->f;
    int *last = malloc((size_t)f->count * sizeof *last);

    h->places = malloc((size_t)f->count * sizeof *h->places);
    if (!last || !h->places) {
        free(last);
        return err_set(e, ERR_MEMORY, "no memory for %d layers", f->count);
    }
    for (int i = 0; i < f->count; i++) {
        size_t at = 0, size = bytes_of(h, i);
        last[i] = last_reader(f, i);
        for (int k = 0; k < i; k++) /* moved up until nothing overlaps: then from the start again */
            if (last[k] >= i && h->places[k] < at + size && at < h->places[k] + bytes_of(h, k)) {
                at = h->places[k] + bytes_of(h, k);
                k = -1;
            }
        h->places[i] = at;
        h->memory = at + size > h->memory ? at + size : h->memory;
    }
    free(last);
    return 0;
}

/* ---- calls ---- */

static const char *value(const Header *h, int op, char out[64])
{
    snprintf(out, 64, "(%s *)(m + %zu)", is_real(h, op) ? "float" : "int8_t", h->places[op]);
    return out;
}

static const char *shape_text(Shape s, char out[64])
{
    snprintf(out, 64, "(scrawl_shape){%d, %d, %d}", s.c, s.h, s.w);
    return out;
}

static const char *window_text(const FrozenOp *op, char out[96])
{
    bool global = op->kind == KIND_GLOBAL_POOL, dense = op->kind == KIND_DENSE;

    snprintf(out, 96, "(scrawl_window){%d, %d, %d, %d, %d, %d}",
             global  ? op->in.h
             : dense ? 1
                     : op->kernel[FROZEN_Y],
             global  ? op->in.w
             : dense ? 1
                     : op->kernel[FROZEN_X],
             global || dense ? 1 : op->stride[FROZEN_Y], global || dense ? 1 : op->stride[FROZEN_X],
             op->before[FROZEN_Y], op->before[FROZEN_X]);
    return out;
}

/* What the parts of a call are made of. */
typedef struct Call {
    Header *h;
    const FrozenOp *op;
    int index;
    int n; /* numbers of the result */
    char x[64], y[64], in[64], out[64], window[96];
} Call;

static Call call_of(Header *h, int index)
{
    const FrozenOp *op = &h->f->ops[index];
    Call c = {.h = h, .op = op, .index = index, .n = (int)shape_numbers(op->out)};
    Shape in = op->kind == KIND_DENSE ? (Shape){(int)shape_numbers(op->in), 1, 1} : op->in;

    if (op->input_count)
        value(h, op->inputs[0], c.x);
    value(h, index, c.y);
    shape_text(in, c.in);
    shape_text(op->out, c.out);
    window_text(op, c.window);
    return c;
}

static void put_product(const Call *c)
{
    Header *h = c->h;
    int i = c->index;
    bool transposed = c->op->kind == KIND_CONV2D_TRANSPOSED;
    const char *kernel = h->q         ? transposed ? "q_conv2d_transposed" : "q_conv2d"
                         : transposed ? "conv2d_transposed"
                                      : "conv2d";

    use_kernel(h, kernel);
    if (!h->q) {
        writer_text(&h->calls, "    scrawl_%s(%s, %s, %s_weight%d, %s_bias%d, %s, %d, %s, %s);\n",
                    kernel, c->x, c->in, h->name, i, h->name, i, c->window, c->op->relu, c->y,
                    c->out);
        return;
    }
    const QuantizedOp *q = &h->q->ops[i], *from = &h->q->ops[c->op->inputs[0]];
    writer_text(&h->calls,
                "    scrawl_%s(%s, %s, %d, %s_weight%d, %s_bias%d, %s_multiplier%d, %s_shift%d,\n"
                "        %s, %d, %d, %s, %s);\n",
                kernel, c->x, c->in, from->zero, h->name, i, h->name, i, h->name, i, h->name, i,
                c->window, q->zero, q->low, c->y, c->out);
}

static void put_scale(const Call *c)
{
    Header *h = c->h;
    int i = c->index;

    use_kernel(h, h->q ? "q_scale" : "scale");
    if (h->q)
        writer_text(
            &h->calls,
            "    scrawl_q_scale(%s, %s, %d, %s_weight%d, %s_bias%d, %s_multiplier%d, %s_shift%d, "
            "%d, %d, %s);\n",
            c->x, c->in, h->q->ops[c->op->inputs[0]].zero, h->name, i, h->name, i, h->name, i,
            h->name, i, h->q->ops[i].zero, h->q->ops[i].low, c->y);
    else
        writer_text(&h->calls, "    scrawl_scale(%s, %s, %s_weight%d, %s_bias%d, %d, %s);\n", c->x,
                    c->in, h->name, i, h->name, i, c->op->relu, c->y);
}

static void put_pool(const Call *c)
{
    const char *kernel = c->h->q ? "q_pool" : "pool";

    use_kernel(c->h, kernel);
    writer_text(&c->h->calls, "    scrawl_%s(%s, %s, %s, %d, %s, %s);\n", kernel, c->x, c->in,
                c->window, c->op->pool == POOL_MAX, c->y, c->out);
}

static void put_group_norm(const Call *c)
{
    use_kernel(c->h, "group_norm");
    writer_text(&c->h->calls, "    scrawl_group_norm(%s, %s, %d, ", c->x, c->in, c->op->groups);
    put_number(&c->h->calls, (double)c->op->eps, true);
    writer_text(&c->h->calls, ", %s_weight%d, %s_bias%d, %s);\n", c->h->name, c->index, c->h->name,
                c->index, c->y);
}

/* In int8 any activation is a table. */
static void put_table(const Call *c, int input, const char *x, int n, const char *y)
{
    char part[16];

    snprintf(part, sizeof part, "table%d_", input);
    use_kernel(c->h, "q_table");
    put_array(c->h, c->index, part, "int8_t", 1, get_int8, c->h->q->ops[c->index].tables[input],
              256);
    writer_text(&c->h->calls, "    scrawl_q_table(%s, %d, %s_%s%d, %s);\n", x, n, c->h->name, part,
                c->index, y);
}

static void put_act(const Call *c)
{
    static const char *const kernels[ACT_KINDS] = {[ACT_RELU] = "relu",
                                                   [ACT_LEAKY_RELU] = "relu",
                                                   [ACT_TANH] = "tanh",
                                                   [ACT_SIGMOID] = "sigmoid",
                                                   [ACT_SILU] = "silu"};
    const Act *act = &c->op->act;

    if (c->h->q) {
        put_table(c, 0, c->x, c->n, c->y);
        return;
    }
    use_kernel(c->h, kernels[act->kind]);
    writer_text(&c->h->calls, "    scrawl_%s(%s, %d, ", kernels[act->kind], c->x, c->n);
    if (act->kind == ACT_RELU || act->kind == ACT_LEAKY_RELU) {
        put_number(&c->h->calls, act->kind == ACT_RELU ? 0 : (double)act->slope, true);
        writer_text(&c->h->calls, ", ");
    }
    writer_text(&c->h->calls, "%s);\n", c->y);
}

static void put_softmax(const Call *c)
{
    Header *h = c->h;
    const QuantizedOp *from = h->q ? &h->q->ops[c->op->inputs[0]] : NULL;

    if (from) {
        use_kernel(h, "q_floats");
        writer_text(&h->calls, "    scrawl_q_floats(%s, %d, ", c->x, c->n);
        put_number(&h->calls, (double)from->scale, true);
        writer_text(&h->calls, ", %d, %s);\n", from->zero, c->y);
    }
    use_kernel(h, "softmax");
    writer_text(&h->calls, "    scrawl_softmax(%s, %s, %s);\n", from ? c->y : c->x, c->in, c->y);
}

static void put_embedding(const Call *c)
{
    use_kernel(c->h, "embedding");
    writer_text(&c->h->calls, "    scrawl_embedding(%s, %zu, %d, %s_weight%d, %s);\n", c->x,
                c->op->weights / (size_t)c->n, c->n, c->h->name, c->index, c->y);
}

static void put_add(const Call *c)
{
    Header *h = c->h;
    char other[64];

    value(h, c->op->inputs[1], other);
    use_kernel(h, h->q ? "q_add" : "add");
    if (h->q)
        writer_text(&h->calls, "    scrawl_q_add(%s, %d, %d, %s, %d, %d, %d, %d, %d, %s);\n", c->x,
                    h->q->ops[c->op->inputs[0]].zero, h->q->ops[c->index].factors[0], other,
                    h->q->ops[c->op->inputs[1]].zero, h->q->ops[c->index].factors[1], c->n,
                    h->q->ops[c->index].zero, h->q->ops[c->index].low, c->y);
    else
        writer_text(&h->calls, "    scrawl_add(%s, %s, %d, %d, %s);\n", c->x, other, c->n,
                    c->op->relu, c->y);
}

static void put_copy(Header *h, const char *x, int n, const char *y)
{
    if (h->q) {
        writer_text(&h->calls, "    memcpy(%s, %s, %d);\n", y, x, n);
        return;
    }
    use_kernel(h, "copy");
    writer_text(&h->calls, "    scrawl_copy(%s, %d, %s);\n", x, n, y);
}

static void put_concat(const Call *c)
{
    size_t at = 0;

    for (int i = 0; i < c->op->input_count; i++) {
        int n = (int)shape_numbers(c->h->f->ops[c->op->inputs[i]].out);
        char x[64], y[64 + 24];
        value(c->h, c->op->inputs[i], x);
        snprintf(y, sizeof y, "%s + %zu", c->y, at);
        if (c->h->q)
            put_table(c, i, x, n, y);
        else
            put_copy(c->h, x, n, y);
        at += (size_t)n;
    }
}

static void put_pad(const Call *c)
{
    Header *h = c->h;

    use_kernel(h, h->q ? "q_pad" : "pad");
    writer_text(&h->calls, "    scrawl_%s(%s, %s, ", h->q ? "q_pad" : "pad", c->x, c->in);
    if (h->q)
        writer_text(&h->calls, "%d, ", h->q->ops[c->index].zero);
    writer_text(&h->calls, "%d, %d, %s, %s);\n", c->op->before[FROZEN_Y], c->op->before[FROZEN_X],
                c->y, c->out);
}

static void put_upsample(const Call *c)
{
    const char *kernel = c->h->q ? "q_upsample" : "upsample";

    use_kernel(c->h, kernel);
    writer_text(&c->h->calls, "    scrawl_%s(%s, %s, %d, %s);\n", kernel, c->x, c->in,
                c->op->factor, c->y);
}

static void put_sample(const Call *c)
{
    char map[64];

    use_kernel(c->h, "affine_sample");
    writer_text(&c->h->calls, "    scrawl_affine_sample(%s, %s, %s, %d, %s);\n", c->x,
                value(c->h, c->op->inputs[1], map), c->in, c->op->align_corners, c->y);
}

static void put_modulate(const Call *c)
{
    char gain[64], shift[64];

    use_kernel(c->h, "modulate");
    writer_text(&c->h->calls, "    scrawl_modulate(%s, %s, %s, %s, %s);\n", c->x,
                value(c->h, c->op->inputs[1], gain), value(c->h, c->op->inputs[2], shift), c->in,
                c->y);
}

static void put_reshape(const Call *c)
{
    put_copy(c->h, c->x, c->n, c->y);
}

static void put_op(Header *h, int index)
{
    static void (*const put[KINDS])(const Call *) = {
        [KIND_CONV2D] = put_product,
        [KIND_CONV2D_TRANSPOSED] = put_product,
        [KIND_DENSE] = put_product,
        [KIND_POOL] = put_pool,
        [KIND_GLOBAL_POOL] = put_pool,
        [KIND_BATCH_NORM] = put_scale,
        [KIND_GROUP_NORM] = put_group_norm,
        [KIND_ACT] = put_act,
        [KIND_SOFTMAX] = put_softmax,
        [KIND_EMBEDDING] = put_embedding,
        [KIND_ADD] = put_add,
        [KIND_CONCAT] = put_concat,
        [KIND_RESHAPE] = put_reshape,
        [KIND_PAD] = put_pad,
        [KIND_UPSAMPLE] = put_upsample,
        [KIND_AFFINE_SAMPLE] = put_sample,
        [KIND_MODULATE] = put_modulate,
        [KIND_GAUSSIAN] = put_reshape, /* its means come first */
    };
    Call c = call_of(h, index);

    put_weights(h, index);
    if (put[c.op->kind])
        put[c.op->kind](&c);
    else if (c.op->kind != KIND_INPUT)
        h->calls.failed = true;
}

/* ---- inputs and outputs ---- */

static bool is_picture(const Header *h, int input)
{
    return input == 0 && model_takes_picture(h->m);
}

static const char *input_name(const Header *h, int input, char out[WORD])
{
    to_name(h->f->ops[h->f->inputs[input]].name, out, WORD);
    return out;
}

static const char *output_name(const Header *h, int output, char out[WORD])
{
    to_name(net_output_name(h->f->net, output), out, WORD);
    return out;
}

static void put_input(Header *h, int input)
{
    int op = h->f->inputs[input], n = (int)shape_numbers(h->f->ops[op].out);
    char name[WORD], to[64];

    input_name(h, input, name);
    value(h, op, to);
    if (h->q) {
        use_kernel(h, "q_bytes");
        put_array(h, op, "levels", "int8_t", 1, get_int8, h->q->bytes, 256);
        writer_text(&h->calls, "    scrawl_q_bytes(in_%s, %d, %s_levels%d, %s);\n", name, n,
                    h->name, op, to);
    } else if (is_picture(h, input)) {
        use_kernel(h, "bytes");
        writer_text(&h->calls, "    scrawl_bytes(in_%s, %d, ", name, n);
        put_number(&h->calls, (double)h->m->scale, true);
        writer_text(&h->calls, ", ");
        put_number(&h->calls, (double)h->m->shift, true);
        writer_text(&h->calls, ", %s);\n", to);
    } else {
        char from[WORD + 4];
        snprintf(from, sizeof from, "in_%s", name);
        put_copy(h, from, n, to);
    }
}

static void put_output(Header *h, int output)
{
    int op = h->f->outputs[output], n = (int)shape_numbers(h->f->ops[op].out);
    char name[WORD], from[64], to[WORD + 4];

    value(h, op, from);
    snprintf(to, sizeof to, "out_%s", output_name(h, output, name));
    if (is_real(h, op)) {
        use_kernel(h, "copy");
        writer_text(&h->calls, "    scrawl_copy(%s, %d, %s);\n", from, n, to);
        return;
    }
    use_kernel(h, "q_floats");
    writer_text(&h->calls, "    scrawl_q_floats(%s, %d, ", from, n);
    put_number(&h->calls, (double)h->q->ops[op].scale, true);
    writer_text(&h->calls, ", %d, %s);\n", h->q->ops[op].zero, to);
}

/* ---- the file ---- */

static void put_top(const Header *h, Writer *w)
{
    char name[WORD], upper[WORD];

    writer_text(
        w,
        "/* The model %s%s, written by scrawl %s: weights and forward pass.\n *\n"
        " * Needs a C99 compiler and its library, and allocates nothing: %zu bytes of constants,\n"
        " * %zu of working memory, which is static, so that one thread at a time may run it. */\n"
        "#ifndef %s_H\n#define %s_H\n\n#include <float.h>\n#include <math.h>\n"
        "#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n\n",
        h->name, h->q ? " in int8" : "", SCRAWL_VERSION, h->weights, h->memory, h->upper, h->upper);
    writer_text(w, "#define %s_WEIGHT_BYTES %zu\n#define %s_MEMORY_BYTES %zu\n", h->upper,
                h->weights, h->upper, h->memory);
    for (int i = 0; i < h->f->input_count; i++) {
        Shape s = h->f->ops[h->f->inputs[i]].out;
        to_upper(input_name(h, i, name), upper);
        writer_text(w, "#define %s_IN_%s %zu /* numbers: %d x %d x %d, channels first */\n",
                    h->upper, upper, shape_numbers(s), s.c, s.h, s.w);
    }
    for (int i = 0; i < h->f->output_count; i++) {
        Shape s = h->f->ops[h->f->outputs[i]].out;
        to_upper(output_name(h, i, name), upper);
        writer_text(w, "#define %s_OUT_%s %zu /* numbers: %d x %d x %d */\n", h->upper, upper,
                    shape_numbers(s), s.c, s.h, s.w);
    }
    writer_text(w, "\n");
}

/* The run function: pictures as grey levels 0..255, other inputs and all outputs as floats. */
static void put_run(const Header *h, Writer *w)
{
    char name[WORD];

    writer_text(w, "static void %s_run(", h->name);
    for (int i = 0; i < h->f->input_count; i++)
        writer_text(w, "%sconst %s *in_%s", i ? ", " : "", is_picture(h, i) ? "uint8_t" : "float",
                    input_name(h, i, name));
    for (int i = 0; i < h->f->output_count; i++)
        writer_text(w, ", float *out_%s", output_name(h, i, name));
    writer_text(w,
                ")\n{\n    static union { double align; unsigned char bytes[%zu]; } memory;\n"
                "    unsigned char *m = memory.bytes;\n\n",
                h->memory);
    writer_put(w, h->calls.bytes, h->calls.size);
    writer_text(w, "}\n\n#endif\n");
}

/* A class is quoted for C; other bytes than plain ones become octal. */
static void put_classes(const Header *h, Writer *w)
{
    if (!h->m->class_count)
        return;
    writer_text(w, "#define %s_CLASSES {", h->upper);
    for (int i = 0; i < h->m->class_count; i++) {
        writer_text(w, "%s\"", i ? ", " : "");
        for (const char *c = h->m->classes[i]; *c; c++)
            writer_text(w, *c >= ' ' && *c < 127 && !strchr("\"\\?", *c) ? "%c" : "\\%03o",
                        (unsigned char)*c);
        writer_text(w, "\"");
    }
    writer_text(w, "}\n\n");
}

uint8_t *header_encode(const Model *m, const Frozen *f, const Quantized *q, size_t *size, Err *e)
{
    Header h = {.m = m, .f = f, .q = q};
    Writer w = {0};

    to_name(m->name[0] ? m->name : "model", h.name, sizeof h.name - 1);
    to_upper(h.name, h.upper);
    int code = place_all(&h, e);
    for (int i = 0; i < f->input_count && !code; i++)
        put_input(&h, i);
    for (int i = 0; i < f->count && !code; i++)
        put_op(&h, i);
    for (int i = 0; i < f->output_count && !code; i++)
        put_output(&h, i);
    if (!code) {
        put_top(&h, &w);
        put_classes(&h, &w);
        put_kernels(&h, &w);
        writer_put(&w, h.arrays.bytes, h.arrays.size);
        writer_text(&w, "\n");
        put_run(&h, &w);
        if (w.failed || h.arrays.failed || h.calls.failed)
            code = err_set(e, ERR_MEMORY, "no memory for the header");
    }
    free(h.places);
    writer_free(&h.arrays);
    writer_free(&h.calls);
    if (!code) {
        *size = w.size;
        return w.bytes;
    }
    writer_free(&w);
    return NULL;
}
