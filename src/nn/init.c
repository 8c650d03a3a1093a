/* The rules of InitKind, one small function each, written straight into the block.
 *
 * The orthogonal rule is the Q of a QR decomposition of a normal matrix with R's diagonal positive,
 * found by modified Gram-Schmidt in place. Each vector is orthogonalised twice, which keeps float
 * storage good to its last digits ("twice is enough", Giraud, Langou and Rozloznik 2005). */
#include "nn/init.h"

#include <math.h>

#include "base/rng.h"

/* Where number i, in the order of PyTorch's shape, lies in the block. */
static float *param_at(const Param *p, float *block, size_t i)
{
    size_t row = i / (size_t)p->cols, col = i % (size_t)p->cols;

    if (p->transposed) {
        row = i % (size_t)p->rows;
        col = i / (size_t)p->rows;
    }
    return block + p->offset + row * (size_t)p->pitch + col;
}

/* FNV-1a: a name as the index of a stream. */
static uint64_t name_hash(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

static void fill_uniform(const Param *p, double bound, Rng *r, float *block)
{
    size_t n = param_size(p);

    for (size_t i = 0; i < n; i++)
        *param_at(p, block, i) = rng_range(r, (float)-bound, (float)bound);
}

static void fill_normal(const Param *p, float mean, double deviation, Rng *r, float *block)
{
    size_t n = param_size(p);

    for (size_t i = 0; i < n; i++)
        *param_at(p, block, i) = mean + (float)deviation * rng_normal(r);
}

static void fill_constant(const Param *p, float value, float *block)
{
    size_t n = param_size(p);

    for (size_t i = 0; i < n; i++)
        *param_at(p, block, i) = value;
}

static void fill_identity_affine(const Param *p, float *block)
{
    fill_constant(p, 0, block);
    if (p->dims == 1 && p->shape[0] == 6) {
        *param_at(p, block, 0) = 1;
        *param_at(p, block, 4) = 1;
    }
}

/* `count` vectors of `length` numbers: number j of vector i is number i*next + j*step of the
 * parameter. */
typedef struct Vectors {
    const Param *p;
    float *block;
    size_t count, length, next, step;
} Vectors;

static float *vector_at(const Vectors *v, size_t i, size_t j)
{
    return param_at(v->p, v->block, i * v->next + j * v->step);
}

static double vector_dot(const Vectors *v, size_t a, size_t b)
{
    double sum = 0;

    for (size_t j = 0; j < v->length; j++)
        sum += (double)*vector_at(v, a, j) * *vector_at(v, b, j);
    return sum;
}

static void vector_orthogonalise(const Vectors *v, size_t i)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < i; k++) {
            double dot = vector_dot(v, i, k);

            for (size_t j = 0; j < v->length; j++)
                *vector_at(v, i, j) -= (float)(dot * *vector_at(v, k, j));
        }
}

static void vector_scale(const Vectors *v, size_t i, double scale)
{
    for (size_t j = 0; j < v->length; j++)
        *vector_at(v, i, j) = (float)(*vector_at(v, i, j) * scale);
}

static void fill_orthogonal(const Param *p, float scale, Rng *r, float *block)
{
    size_t rows = (size_t)p->shape[0], cols = param_size(p) / rows;
    Vectors v = {p, block, rows, cols, cols, 1};

    if (rows > cols)
        v = (Vectors){p, block, cols, rows, 1, cols};
    fill_normal(p, 0, 1, r, block);
    for (size_t i = 0; i < v.count; i++) {
        vector_orthogonalise(&v, i);
        vector_scale(&v, i, 1 / sqrt(vector_dot(&v, i, i)));
    }
    for (size_t i = 0; i < v.count && scale != 1; i++)
        vector_scale(&v, i, scale);
}

static int at_least_1(int n)
{
    return n > 1 ? n : 1;
}

void param_init(const Param *p, uint64_t seed, float *block)
{
    Rng r = rng_stream(seed, RNG_INIT, name_hash(p->name));
    float scale = p->init.scale;
    double fan_in = at_least_1(p->fan_in), fan_both = at_least_1(p->fan_in + p->fan_out);

    switch (p->init.kind) {
    case INIT_GLOROT:
        fill_uniform(p, sqrt(6 / fan_both), &r, block);
        break;
    case INIT_HE:
        fill_normal(p, 0, sqrt(2 / fan_in), &r, block);
        break;
    case INIT_TORCH:
        fill_uniform(p, 1 / sqrt(fan_in), &r, block);
        break;
    case INIT_NORMAL:
        fill_normal(p, p->dims == 1, scale != 0 ? scale : 0.05, &r, block);
        break;
    case INIT_ORTHOGONAL:
        fill_orthogonal(p, scale != 0 ? scale : 1, &r, block);
        break;
    case INIT_ONE:
        fill_constant(p, 1, block);
        break;
    case INIT_IDENTITY_AFFINE:
        fill_identity_affine(p, block);
        break;
    case INIT_ZERO:
    case INIT_KINDS:
        fill_constant(p, 0, block);
        break;
    }
}
