/* scrawl convert MODEL -o OUT: a model in another format. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/progress.h"
#include "data/dataset.h"
#include "model/convert.h"
#include "model/shipped.h"

enum { CALIBRATION_PICTURES = 512 }; /* of the data, evenly spaced */

typedef struct Values {
    bool half, int8, json;
    const char *out, *calibrate;
} Values;

static const Option options[] = {
    {"output", 'o', OPTION_TEXT, "OUT", "the file to write; its ending says the format", offsetof(Values, out), 0, 0},
    {"half", 0, OPTION_FLAG, NULL, "weights in 16 bits (.safetensors)", offsetof(Values, half), 0, 0},
    {"int8", 0, OPTION_FLAG, NULL, "weights and activations in 8 bits (.tflite, .h)", offsetof(Values, int8), 0, 0},
    {"calibrate", 0, OPTION_TEXT, "DATA",
     "pictures like those that will be read, on 512 of which --int8 finds its ranges",
     offsetof(Values, calibrate), 0, 0},
    {"json", 0, OPTION_FLAG, NULL, "the result as one JSON object", offsetof(Values, json), 0, 0},
    {0},
};

static void print_text(const char *out, const ConvertReport *r)
{
    printf("%s: %zu bytes\n%d pictures: outputs differ from the model's by at most %.2g, of up to %.3g", out, r->bytes,
           r->pictures, r->difference, r->largest);
    if (r->same_class >= 0)
        printf("; the class is the same for %d", r->same_class);
    printf("\n");
}

static int print_json(const char *model, const char *out, const ConvertReport *r)
{
    json_t *all = json_pack("{s:s, s:s, s:I, s:i, s:f, s:f}", "model", model, "output", out, "bytes",
                            (json_int_t)r->bytes, "pictures", r->pictures, "difference", r->difference, "largest",
                            r->largest);

    if (r->same_class >= 0)
        json_object_set_new(all, "same_class", json_integer(r->same_class));
    char *text = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(6));

    json_decref(all);
    if (!text)
        return refuse("no memory for the result");
    puts(text);
    free(text);
    return STATUS_DONE;
}

/* Up to CALIBRATION_PICTURES of the data, moved to its front; their size is the model's. */
static int choose_pictures(Dataset *data, const Model *m, const char *path, ConvertOptions *o, Err *e)
{
    Shape s = net_op(m->net, net_input_node(m->net, 0).id).out;
    size_t size = (size_t)data->height * (size_t)data->width, count = data->count;

    if (!data->pixels || s.c != 1 || s.h != data->height || s.w != data->width)
        return err_set(e, ERR_ARGUMENT, "%s: pictures of %dx%d, the model wants %dx%dx%d", path, data->height,
                       data->width, s.c, s.h, s.w);
    if (count > CALIBRATION_PICTURES)
        count = CALIBRATION_PICTURES;
    for (size_t i = 0; i < count; i++)
        memmove(data->pixels + i * size, data->pixels + i * data->count / count * size, size);
    o->pictures = data->pixels;
    o->count = (int)count;
    return 0;
}

static int convert(const Values *v, const char *name)
{
    Err e = {0};
    ConvertOptions o = {.half = v->half, .int8 = v->int8};
    ConvertReport r;
    Progress progress = progress_start();
    Watch opening = progress_watch(&progress, "opening pictures");
    Model *m = shipped_open(name, &e);
    Dataset *data = m && v->calibrate
                        ? dataset_open(v->calibrate, &(DatasetOptions){.part = PART_TRAIN, .watch = &opening}, &e)
                        : NULL;
    Watch watch = progress_watch(&progress, "finding ranges");
    int code = m && (data || !v->calibrate) ? 0 : -ERR_IO;

    o.watch = &watch;
    if (!code && data)
        code = choose_pictures(data, m, v->calibrate, &o, &e);
    if (!code)
        code = model_convert(m, v->out, &o, &r, &e);
    progress_end(&progress);
    dataset_free(data);
    model_free(m);
    if (code)
        return refuse("%s", e.text);
    if (v->json)
        return print_json(name, v->out, &r);
    print_text(v->out, &r);
    return STATUS_DONE;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {0};
    Arguments args;
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    if (!v.out)
        return usage_error(verb, "it wants -o OUT");
    if (v.int8 && !v.calibrate)
        return usage_error(verb, "--int8 wants --calibrate DATA");
    return convert(&v, args.list[0]);
}

const Verb verb_convert = {
    .name = "convert",
    .arguments = "MODEL",
    .about = "a model in another format: Keras, ONNX, TensorFlow Lite, C",
    .more = "OUT ends in .safetensors (scrawl's own, also for PyTorch), .h5 (a whole model for Keras), .json (Keras'\n"
            "architecture, with the weights beside it in .h5), .onnx, .tflite (TensorFlow Lite) or .h (C: weights and\n"
            "a forward pass that need no library). MODEL is a model that ships, or a file that ends in .safetensors,\n"
            ".h5 or .json. What was written is held against the model on 16 pictures: of DATA if it is given, else\n"
            "drawn ones.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
