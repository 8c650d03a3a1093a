/* size, name, layers, outputs, parameters, numbers of the model, classes: little-endian, in this order; of a parameter's halves all high
 * bytes, then all low ones. */
#include "model/packed.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "model/graph_kinds.h"
#include "model/half.h"

/* ---- writing ---- */

static void put_float(Writer *w, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    writer_u32le(w, bits);
}

static void put_text(Writer *w, const char *text)
{
    size_t length = strlen(text);

    assert(length < MODEL_NAME);
    writer_u8(w, (uint8_t)length);
    writer_put(w, text, length);
}

static void put_field(Writer *w, const Field *f, const void *spec)
{
    const void *at = (const char *)spec + f->at;
    const int *n = at;

    switch (f->type) {
    case FIELD_INT:
    case FIELD_WORD:
        writer_u32le(w, (uint32_t)*n);
        break;
    case FIELD_INTS:
        for (int i = 0; i < f->count; i++)
            writer_u32le(w, (uint32_t)n[i]);
        break;
    case FIELD_FLOAT:
        put_float(w, *(const float *)at);
        break;
    case FIELD_BOOL:
        writer_u32le(w, *(const bool *)at);
        break;
    }
}

static void put_graph(Writer *w, const Net *net)
{
    writer_u32le(w, (uint32_t)net_op_count(net));
    for (int i = 0; i < net_op_count(net); i++) {
        OpInfo op = net_op(net, i);

        writer_u8(w, (uint8_t)op.kind);
        put_text(w, op.name);
        writer_u8(w, (uint8_t)op.input_count);
        for (int k = 0; k < op.input_count; k++)
            writer_u32le(w, (uint32_t)op.inputs[k]);
        for (const Field *f = graph_kind(op.kind)->fields; f->name; f++)
            put_field(w, f, net_spec(net, i));
    }
    writer_u32le(w, (uint32_t)net_output_count(net));
    for (int i = 0; i < net_output_count(net); i++) {
        put_text(w, net_output_name(net, i));
        writer_u32le(w, (uint32_t)net_output_node(net, i).id);
    }
}

/* All high bytes, which are much alike and deflate well, then all low ones, which do not. */
static int put_halves(Writer *w, const Param *p, const float *numbers, Err *e)
{
    size_t count = param_size(p);

    for (size_t i = 0; i < count; i++) {
        uint16_t half = half_from_float(numbers[i]);

        writer_u8(w, (uint8_t)(half >> 8));
        if (!isfinite(half_to_float(half)))
            return err_set(e, ERR_NUMERIC, "%s: %g is too large for 16 bits", p->name, (double)numbers[i]);
    }
    for (size_t i = 0; i < count; i++)
        writer_u8(w, (uint8_t)half_from_float(numbers[i]));
    return 0;
}

static int put_param(Writer *w, const Net *net, const Param *p, Err *e)
{
    size_t count = param_size(p);
    float *numbers = malloc(count * sizeof *numbers + 1);
    int status = 0;

    if (!numbers)
        return err_set(e, ERR_MEMORY, "no memory for %s", p->name);
    param_read(p, p->state ? net_state((Net *)net) : net_block((Net *)net), numbers);
    for (size_t i = 0; p->state && i < count; i++)
        put_float(w, numbers[i]);
    if (!p->state)
        status = put_halves(w, p, numbers, e);
    free(numbers);
    return status;
}

static void put_numbers(Writer *w, const Model *m)
{
    put_float(w, m->scale);
    put_float(w, m->shift);
    put_float(w, m->calibration.temperature);
    put_float(w, m->calibration.threshold);
    writer_u32le(w, (uint32_t)m->class_count);
    for (int i = 0; i < m->class_count; i++)
        put_text(w, m->classes[i]);
}

uint8_t *packed_write(const Model *m, const char *name, size_t *size, Err *e)
{
    Writer w = {0};
    int status = 0;

    writer_u32le(&w, 0); /* the size, when it is known */
    put_text(&w, name);
    put_graph(&w, m->net);
    for (int i = 0; i < net_param_count(m->net) && !status; i++)
        status = put_param(&w, m->net, net_param(m->net, i), e);
    put_numbers(&w, m);
    if (!status && (w.failed || w.size > UINT32_MAX))
        status = err_set(e, ERR_MEMORY, "no memory to pack %s", name);
    if (status) {
        writer_free(&w);
        return NULL;
    }
    for (int i = 0; i < 4; i++)
        w.bytes[i] = (uint8_t)(w.size >> 8 * i);
    *size = w.size;
    return w.bytes;
}

/* ---- reading ---- */

static float take_float(Reader *r)
{
    uint32_t bits = reader_u32le(r);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static void take_text(Reader *r, char out[MODEL_NAME])
{
    size_t length = reader_u8(r);
    const uint8_t *text = length < MODEL_NAME ? reader_take(r, length) : NULL;

    out[0] = '\0';
    if (!text) {
        r->failed = true;
        return;
    }
    memcpy(out, text, length);
    out[length] = '\0';
}

/* A number of 0..most. */
static int take_int(Reader *r, size_t most)
{
    uint32_t n = reader_u32le(r);

    if (n > most)
        r->failed = true;
    return r->failed ? 0 : (int)n;
}

static void take_field(Reader *r, const Field *f, Spec *spec)
{
    void *at = (char *)spec + f->at;

    switch (f->type) {
    case FIELD_INT:
        *(int *)at = take_int(r, NET_SIZE_LIMIT);
        break;
    case FIELD_WORD:
        *(int *)at = take_int(r, (size_t)f->count - 1);
        break;
    case FIELD_INTS:
        for (int i = 0; i < f->count; i++)
            ((int *)at)[i] = take_int(r, NET_SIZE_LIMIT);
        break;
    case FIELD_FLOAT:
        *(float *)at = take_float(r);
        break;
    case FIELD_BOOL:
        *(bool *)at = take_int(r, 1);
        break;
    }
}

static void take_layer(Reader *r, Net *net, int index)
{
    Kind kind = (Kind)reader_u8(r);
    char name[MODEL_NAME];
    Node inputs[NET_INPUTS];
    Spec spec = {0};

    take_text(r, name);
    int count = reader_u8(r);

    if (r->failed || kind >= KINDS || count < graph_kind(kind)->fewest ||
        count > graph_kind(kind)->most) {
        r->failed = true;
        return;
    }
    for (int i = 0; i < count; i++) {
        inputs[i].id = take_int(r, NET_OP_LIMIT);
        r->failed |= inputs[i].id >= index;
    }
    for (const Field *f = graph_kind(kind)->fields; f->name; f++)
        take_field(r, f, &spec);
    if (!r->failed)
        kind_append(net, kind, name, inputs, count, &spec);
}

static void take_graph(Reader *r, Net *net)
{
    int layers = take_int(r, NET_OP_LIMIT);

    for (int i = 0; i < layers && !r->failed; i++)
        take_layer(r, net, i);
    int outputs = take_int(r, NET_INPUTS);

    for (int i = 0; i < outputs && !r->failed; i++) {
        char name[MODEL_NAME];

        take_text(r, name);
        int id = take_int(r, NET_OP_LIMIT);

        r->failed |= id >= layers;
        if (!r->failed)
            net_output(net, name, (Node){id});
    }
    r->failed |= layers == 0 || outputs == 0;
}

static void take_param(Reader *r, Net *net, const Param *p)
{
    size_t count = param_size(p);
    bool fits = count * (p->state ? 4 : 2) <= reader_left(r);
    float *numbers = fits ? malloc(count * sizeof *numbers) : NULL;
    const uint8_t *halves = fits && !p->state ? reader_take(r, 2 * count) : NULL;

    r->failed |= !numbers;
    for (size_t i = 0; i < count && !r->failed; i++) {
        numbers[i] = p->state ? take_float(r)
                              : half_to_float((uint16_t)(halves[i] << 8 | halves[count + i]));
        r->failed |= !isfinite(numbers[i]);
    }
    if (!r->failed)
        param_write(p, numbers, p->state ? net_state(net) : net_block(net));
    free(numbers);
}

/* A built net with its parameters, or NULL. */
static Net *take_net(Reader *r, Err *e)
{
    Net *net = net_new();

    if (!net) {
        err_set(e, ERR_MEMORY, "no memory for a net");
        return NULL;
    }
    take_graph(r, net);
    if (r->failed || net_build(net, e)) {
        r->failed = true;
        net_free(net);
        return NULL;
    }
    for (int i = 0; i < net_param_count(net) && !r->failed; i++)
        take_param(r, net, net_param(net, i));
    return net;
}

static int take_classes(Reader *r, Model *m, Err *e)
{
    int count = take_int(r, MODEL_CLASS_LIMIT), status = 0;
    char(*names)[MODEL_NAME] = calloc((size_t)count + 1, sizeof *names);
    const char **list = calloc((size_t)count + 1, sizeof *list);

    if (!names || !list)
        status = err_set(e, ERR_MEMORY, "no memory for %d class names", count);
    for (int i = 0; i < count && !status; i++) {
        take_text(r, names[i]);
        list[i] = names[i];
    }
    if (!status && !r->failed)
        status = model_set_classes(m, list, count, e);
    free(names);
    free(list);
    return status;
}

static int take_numbers(Reader *r, Model *m, Err *e)
{
    m->scale = take_float(r);
    m->shift = take_float(r);
    m->calibration.temperature = take_float(r);
    m->calibration.threshold = take_float(r);
    r->failed |= !(isfinite(m->scale) && m->scale != 0 && isfinite(m->shift) &&
                   isfinite(m->calibration.temperature) && m->calibration.temperature > 0 &&
                   isfinite(m->calibration.threshold));
    return r->failed ? 0 : take_classes(r, m, e);
}

Model *packed_read(const void *bytes, size_t size, Err *e)
{
    Reader r = reader_open(bytes, size);
    uint32_t promised = reader_u32le(&r);
    char name[MODEL_NAME];

    take_text(&r, name);
    Net *net = r.failed || promised != size ? NULL : take_net(&r, e);
    Model *m = net ? model_new(net) : NULL;

    if (net && !m)
        err_set(e, ERR_MEMORY, "no memory for a model");
    if (m && (r.failed || take_numbers(&r, m, e) || r.failed || reader_left(&r) ||
              model_set_name(m, name, e))) {
        model_free(m);
        m = NULL;
    }
    if (!m)
        err_set(e, ERR_FORMAT, "%zu bytes that are no packed model", size);
    return m;
}

const uint8_t *packed_next(const uint8_t **bytes, size_t *size, char name[MODEL_NAME],
                           size_t *model_size)
{
    const uint8_t *model = *bytes;
    Reader r = reader_open(model, *size);

    *model_size = reader_u32le(&r);
    take_text(&r, name);
    if (r.failed || *model_size > *size || *model_size < r.at)
        return NULL;
    *bytes += *model_size;
    *size -= *model_size;
    return model;
}
