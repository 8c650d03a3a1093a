#include "model/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/half.h"

static float *block_of(const Net *net, const Param *p)
{
    return p->state ? net_state((Net *)net) : net_block((Net *)net);
}

/* Room for the numbers of the largest parameter. */
static float *numbers_new(const Net *net, Err *e)
{
    size_t most = 1;

    for (int i = 0; i < net_param_count(net); i++)
        if (param_size(net_param(net, i)) > most)
            most = param_size(net_param(net, i));
    float *numbers = malloc(most * sizeof *numbers);
    if (!numbers)
        err_set(e, ERR_MEMORY, "no memory for a tensor of %zu numbers", most);
    return numbers;
}

static int check_finite(const char *name, const float *numbers, size_t count, Err *e)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(numbers[i]))
            return err_set(e, ERR_NUMERIC, "%s: number %zu of %zu is %s", name, i + 1, count,
                           isnan(numbers[i]) ? "not a number" : "infinite");
    return 0;
}

static SafeTensor param_tensor(const Param *p)
{
    SafeTensor t = {.name = p->name, .type = SAFE_F32, .dims = p->dims};

    for (int i = 0; i < p->dims; i++)
        t.shape[i] = (size_t)p->shape[i];
    return t;
}

static bool same_shape(const SafeTensor *a, const SafeTensor *b)
{
    return a->dims == b->dims &&
           memcmp(a->shape, b->shape, (size_t)a->dims * sizeof *a->shape) == 0;
}

static bool is_float(const SafeTensor *t)
{
    return t->type == SAFE_F32 || t->type == SAFE_F16 || t->type == SAFE_BF16;
}

/* The tensor for a parameter, or NULL and what is wrong with it. */
static const SafeTensor *find_tensor(const SafeFile *f, const Param *p, Err *e)
{
    const SafeTensor *t = safe_find(f, p->name);
    SafeTensor wanted = param_tensor(p);
    char want[SAFE_SHAPE_TEXT], have[SAFE_SHAPE_TEXT];

    if (!t)
        err_set(e, ERR_FORMAT, "%s: the graph wants it, the file lacks it", p->name);
    else if (!same_shape(t, &wanted))
        err_set(e, ERR_FORMAT, "%s: the graph wants %s, the file holds %s", p->name,
                safe_shape_text(wanted.dims, wanted.shape, want),
                safe_shape_text(t->dims, t->shape, have));
    else if (!is_float(t))
        err_set(e, ERR_UNSUPPORTED, "%s: it is stored as %s; F32, F16 and BF16 are read", p->name,
                safe_type_name(t->type));
    else
        return t;
    return NULL;
}

int weights_check(const Net *net, const SafeFile *f, Err *e)
{
    bool *known = calloc((size_t)safe_count(f) + 1, sizeof *known);
    int code = known ? 0 : err_set(e, ERR_MEMORY, "no memory for %d tensors", safe_count(f));

    for (int i = 0; i < net_param_count(net) && !code; i++) {
        const SafeTensor *t = find_tensor(f, net_param(net, i), e);
        if (t)
            known[t - safe_tensor(f, 0)] = true;
        else
            code = -ERR_FORMAT;
    }
    for (int i = 0; i < safe_count(f) && !code; i++)
        if (!known[i])
            code = err_set(e, ERR_FORMAT, "%s: the file holds it, the graph has no such parameter",
                           safe_tensor(f, i)->name);
    free(known);
    return code;
}

/* The tensors that fit are copied if `writing`, else only looked at. Returns how many there are. */
static int go_through(Net *net, const SafeFile *f, bool writing, float *numbers, Err *e)
{
    int count = 0;

    for (int i = 0; i < net_param_count(net); i++) {
        const Param *p = net_param(net, i);
        const SafeTensor *t = find_tensor(f, p, NULL);
        if (!t)
            continue;
        safe_floats(t, numbers);
        if (check_finite(p->name, numbers, param_size(p), e))
            return -ERR_NUMERIC;
        if (writing)
            param_write(p, numbers, block_of(net, p));
        count++;
    }
    return count;
}

int weights_read(Net *net, const SafeFile *f, Err *e)
{
    float *numbers = numbers_new(net, e);
    int count = numbers ? go_through(net, f, false, numbers, e) : -ERR_MEMORY;

    if (count > 0)
        count = go_through(net, f, true, numbers, e);
    free(numbers);
    return count;
}

/* ---- writing ---- */

static SafeType stored_type(const Param *p, ModelPrecision precision)
{
    return precision == MODEL_F16 && !p->state ? SAFE_F16 : SAFE_F32;
}

static int put_halves(const Param *p, const float *numbers, uint8_t *out, Err *e)
{
    for (size_t i = 0; i < param_size(p); i++) {
        uint16_t half = half_from_float(numbers[i]);
        if (!isfinite(half_to_float(half)))
            return err_set(e, ERR_NUMERIC, "%s: %g is too large for 16 bits", p->name,
                           (double)numbers[i]);
        memcpy(out + 2 * i, &half, sizeof half);
    }
    return 0;
}

/* One parameter as its tensor, whose bytes are put at `out`. */
static int put_param(SafeWriter *w, const Net *net, const Param *p, ModelPrecision precision,
                     float *numbers, uint8_t *out, Err *e)
{
    SafeTensor t = param_tensor(p);

    t.type = stored_type(p, precision);
    t.bytes = out;
    param_read(p, block_of(net, p), numbers);
    int code = check_finite(p->name, numbers, param_size(p), e);
    if (!code && t.type == SAFE_F16)
        code = put_halves(p, numbers, out, e);
    else if (!code)
        memcpy(out, numbers, param_size(p) * sizeof *numbers);
    if (!code)
        safe_writer_add(w, t);
    return code;
}

int weights_write(SafeWriter *w, const Net *net, ModelPrecision precision, uint8_t **bytes, Err *e)
{
    float *numbers = numbers_new(net, e);
    size_t size = 1, at = 0;
    int code = numbers ? 0 : -ERR_MEMORY;

    for (int i = 0; i < net_param_count(net); i++)
        size += param_size(net_param(net, i)) *
                safe_type_size(stored_type(net_param(net, i), precision));
    *bytes = malloc(size);
    if (!code && !*bytes)
        code = err_set(e, ERR_MEMORY, "no memory for %zu bytes of weights", size);
    for (int i = 0; i < net_param_count(net) && !code; i++) {
        const Param *p = net_param(net, i);
        code = put_param(w, net, p, precision, numbers, *bytes + at, e);
        at += param_size(p) * safe_type_size(stored_type(p, precision));
    }
    free(numbers);
    return code;
}
