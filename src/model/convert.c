#include "model/convert.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/rng.h"
#include "image/resample.h"
#include "image/sketch.h"
#include "model/frozen_run.h"
#include "model/header.h"
#include "model/onnx.h"
#include "model/tflite.h"
#include "nn/exec.h"

/* A format that is written from the frozen graph, and not read. */
typedef struct Export {
    const char *ending;
    const char *name;
    uint8_t *(*encode)(const Model *m, const Frozen *f, const Quantized *q, size_t *size, Err *e);
    bool int8;
} Export;

static const Export exports[] = {
    {"onnx", "ONNX", onnx_encode, false},
    {"h", "a C header", header_encode, true},
    {"tflite", "TensorFlow Lite", tflite_encode, true},
};

static const Export *find_export(const char *path)
{
    for (size_t i = 0; i < sizeof exports / sizeof *exports; i++)
        if (strcasecmp(file_ending(path), exports[i].ending) == 0)
            return &exports[i];
    return NULL;
}

/* A format that model.h writes and reads. */
static bool is_read(const char *path)
{
    static const char *const endings[] = {"safetensors", "h5", "json"};
    bool found = false;

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        found |= strcasecmp(file_ending(path), endings[i]) == 0;
    return found;
}

/* ---- what is shown to both ---- */

typedef struct Sample {
    int count;
    uint8_t *bytes;             /* of the first input; NULL if that is no picture */
    float *values[NET_INPUTS];  /* of the others */
    float *outputs[NET_INPUTS]; /* the model's */
} Sample;

static void sample_free(Sample *s)
{
    free(s->bytes);
    for (int i = 0; i < NET_INPUTS; i++) {
        free(s->values[i]);
        free(s->outputs[i]);
    }
}

static Shape input_shape(const Net *net, int index)
{
    return net_op(net, net_input_node(net, index).id).out;
}

static Shape output_shape(const Net *net, int index)
{
    return net_op(net, net_output_node(net, index).id).out;
}

/* A digit, or several on a wide picture, drawn in chalk: (C,H,W). */
static int draw(Shape s, int index, uint8_t *out, Err *e)
{
    char text[8];
    int digits = s.w < 2 * s.h ? 1 : 4;
    size_t plane = (size_t)s.h * (size_t)s.w;

    snprintf(text, sizeof text, "%0*d", digits, digits > 1 ? 2053 * index % 10000 : index % 10);
    Image *im = sketch_text(text, &(SketchOptions){.seed = (uint64_t)index, .on_black = true}, e);
    Image *grey = im ? image_to_grey(im, e) : NULL;
    Image *small =
        grey ? image_resample(grey, (Window){0, 0, (float)grey->width, (float)grey->height}, s.w,
                              s.h, e)
             : NULL;
    for (int c = 0; small && c < s.c; c++)
        memcpy(out + (size_t)c * plane, small->pixels, plane);
    int code = small ? 0 : -ERR_MEMORY;
    image_free(im);
    image_free(grey);
    image_free(small);
    return code;
}

static int fill_pictures(Sample *s, Shape shape, const ConvertOptions *o, Err *e)
{
    size_t size = shape_numbers(shape);
    int code = 0;

    s->bytes = malloc((size_t)s->count * size);
    if (!s->bytes)
        return err_set(e, ERR_MEMORY, "no memory for %d pictures", s->count);
    for (int i = 0; i < s->count && !code; i++) {
        if (o->pictures)
            memcpy(s->bytes + (size_t)i * size,
                   o->pictures + (size_t)i * (size_t)o->count / (size_t)s->count * size, size);
        else
            code = draw(shape, i, s->bytes + (size_t)i * size, e);
    }
    return code;
}

/* How many classes an embedding knows that reads this op, or 0. */
static int classes_of(const Net *net, int op)
{
    for (int i = 0; i < net_op_count(net); i++) {
        OpInfo info = net_op(net, i);
        if (info.kind == KIND_EMBEDDING && info.inputs[0] == op)
            return ((const Embedding *)net_spec(net, i))->classes;
    }
    return 0;
}

/* Classes one after another, or numbers as a generator is fed with: normal with deviation 1. */
static int fill_values(Sample *s, const Net *net, int input, Err *e)
{
    int classes = classes_of(net, net_input_node(net, input).id);
    size_t n = (size_t)s->count * shape_numbers(input_shape(net, input));
    Rng r = rng_stream(1, RNG_TEST, (uint64_t)input);

    s->values[input] = malloc(n * sizeof(float));
    if (!s->values[input])
        return err_set(e, ERR_MEMORY, "no memory for %zu numbers", n);
    for (size_t i = 0; i < n; i++)
        s->values[input][i] = classes ? (float)(i % (size_t)classes) : rng_normal(&r);
    return 0;
}

/* Runs a model over the sample; `outputs` are (count, F). */
static int run_model(const Model *m, const Sample *s, float *const *outputs, Err *e)
{
    Exec *run = exec_new(m->net, &(ExecOptions){.batch = s->count}, e);

    if (!run)
        return -ERR_MEMORY;
    exec_infer(run,
               &(Batch){.count = s->count,
                        .bytes = s->bytes,
                        .scale = m->scale,
                        .shift = m->shift,
                        .values = s->values[0],
                        .more = (const float *const *)s->values + 1},
               outputs, net_output_count(m->net));
    exec_free(run);
    return 0;
}

static int outputs_new(const Net *net, int count, float **outputs, Err *e)
{
    for (int i = 0; i < net_output_count(net); i++) {
        size_t n = (size_t)count * shape_numbers(output_shape(net, i));
        if (!(outputs[i] = malloc(n * sizeof(float))))
            return err_set(e, ERR_MEMORY, "no memory for %zu numbers", n);
    }
    return 0;
}

static int sample_fill(Sample *s, const Model *m, const ConvertOptions *o, Err *e)
{
    bool picture = model_takes_picture(m);
    int code = 0;

    s->count = o->pictures && o->count < CONVERT_PICTURES ? o->count : CONVERT_PICTURES;
    if (picture)
        code = fill_pictures(s, input_shape(m->net, 0), o, e);
    for (int i = picture ? 1 : 0; i < net_input_count(m->net) && !code; i++)
        code = fill_values(s, m->net, i, e);
    if (!code)
        code = outputs_new(m->net, s->count, s->outputs, e);
    return code ? code : run_model(m, s, s->outputs, e);
}

/* ---- comparing ---- */

static int largest_of(const float *values, int n)
{
    int best = 0;

    for (int i = 1; i < n; i++)
        best = values[i] > values[best] ? i : best;
    return best;
}

/* Sets what the report says of outputs beside the model's own. */
static void compare(const Net *net, const Sample *s, float *const *outputs, ConvertReport *r)
{
    Shape first = output_shape(net, 0);

    r->pictures = s->count;
    r->same_class = shape_is_vector(first) && first.c > 1 ? 0 : -1;
    for (int i = 0; i < net_output_count(net); i++) {
        size_t n = (size_t)s->count * shape_numbers(output_shape(net, i));
        for (size_t k = 0; k < n; k++) {
            double off = fabs((double)outputs[i][k] - s->outputs[i][k]);

            r->difference = isfinite(off) ? fmax(r->difference, off) : INFINITY;
            r->largest = fmax(r->largest, fabs(s->outputs[i][k]));
        }
    }
    for (int i = 0; i < s->count && r->same_class >= 0; i++)
        r->same_class += largest_of(outputs[0] + (size_t)i * (size_t)first.c, first.c) ==
                         largest_of(s->outputs[0] + (size_t)i * (size_t)first.c, first.c);
}

/* The outputs of the frozen graph, picture by picture. */
static int run_frozen(const Model *m, const Frozen *f, const Quantized *q, const Sample *s,
                      float *const *outputs, Err *e)
{
    FrozenRun *run = frozen_run_new(f, q, e);

    if (!run)
        return -ERR_MEMORY;
    for (int i = 0; i < s->count; i++) {
        const float *values[NET_INPUTS];
        float *out[NET_INPUTS];
        for (int k = 0; k < f->input_count; k++)
            values[k] = s->values[k]
                            ? s->values[k] + (size_t)i * shape_numbers(input_shape(m->net, k))
                            : NULL;
        for (int k = 0; k < f->output_count; k++)
            out[k] = outputs[k] + (size_t)i * shape_numbers(output_shape(m->net, k));
        frozen_run(run, m,
                   s->bytes ? s->bytes + (size_t)i * shape_numbers(input_shape(m->net, 0)) : NULL,
                   values, out);
    }
    frozen_run_free(run);
    return 0;
}

/* ---- the two ways ---- */

static int export_frozen(const Model *m, const Export *x, const char *path, const Frozen *f,
                         const Quantized *q, const Sample *s, float *const *outputs,
                         ConvertReport *r, Err *e)
{
    uint8_t *bytes = x->encode(m, f, q, &r->bytes, e);
    int code = bytes ? run_frozen(m, f, q, s, outputs, e) : -ERR_UNSUPPORTED;

    if (code)
        code = err_prefix(e, "%s", path);
    else
        code = file_write(path, bytes, r->bytes, e);
    free(bytes);
    return code;
}

static int export_model(const Model *m, const Export *x, const char *path, const ConvertOptions *o,
                        const Sample *s, float *const *outputs, ConvertReport *r, Err *e)
{
    Frozen *f = frozen_new(m->net, e);
    Quantized *q =
        f && o->int8 ? quantize(f, m, o->pictures, o->pictures ? o->count : 0, o->watch, e) : NULL;
    int code = !f || (o->int8 && !q) ? err_prefix(e, "%s", path)
                                     : export_frozen(m, x, path, f, q, s, outputs, r, e);

    quantized_free(q);
    frozen_free(f);
    return code;
}

static size_t size_of_file(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 ? (size_t)s.st_size : 0;
}

/* Written by model_save, and read back. */
static int save_model(const Model *m, const char *path, const ConvertOptions *o, const Sample *s,
                      float *const *outputs, ConvertReport *r, Err *e)
{
    int code = model_save(m, path, o->half ? MODEL_F16 : MODEL_F32, e);
    Model *back = code ? NULL : model_open(path, e);

    if (!code && !back)
        code = -ERR_FORMAT;
    if (back)
        code = run_model(back, s, outputs, e);
    if (!code)
        r->bytes = size_of_file(path);
    model_free(back);
    return code;
}

int model_convert(const Model *m, const char *path, const ConvertOptions *options,
                  ConvertReport *report, Err *e)
{
    const Export *x = find_export(path);
    ConvertReport r = {0};
    Sample s = {0};
    float *outputs[NET_INPUTS] = {0};

    if (!x && !is_read(path))
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: a model is written to .safetensors, .h5, .json, .onnx, .tflite or .h",
                       path);
    if (options->int8 && !(x && x->int8))
        return err_set(e, ERR_UNSUPPORTED, "%s: int8 is for .tflite and .h", path);
    if (options->half && strcasecmp(file_ending(path), "safetensors") != 0)
        return err_set(e, ERR_UNSUPPORTED, "%s: half precision is for .safetensors", path);
    int code = sample_fill(&s, m, options, e);
    if (!code)
        code = outputs_new(m->net, s.count, outputs, e);
    if (!code)
        code = x ? export_model(m, x, path, options, &s, outputs, &r, e)
                 : save_model(m, path, options, &s, outputs, &r, e);
    if (!code) {
        compare(m->net, &s, outputs, &r);
        *report = r;
    }
    for (int i = 0; i < NET_INPUTS; i++)
        free(outputs[i]);
    sample_free(&s);
    return code;
}
