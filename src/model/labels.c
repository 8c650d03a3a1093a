/* What a model knows beside its net: its name, its classes, how sure it may be. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/text.h"

Model *model_new(Net *net)
{
    Model *m = calloc(1, sizeof *m);

    if (!m) {
        net_free(net);
        return NULL;
    }
    m->net = net;
    m->scale = 1 / 255.f;
    m->calibration.temperature = 1;
    return m;
}

void model_free(Model *m)
{
    if (!m)
        return;
    net_free(m->net);
    free(m->classes);
    free(m->record);
    free(m);
}

static int check_name(const char *name, const char *what, Err *e)
{
    if (strlen(name) >= MODEL_NAME)
        return err_set(e, ERR_ARGUMENT, "%s: a name of %zu bytes, at most %d are possible", what,
                       strlen(name), MODEL_NAME - 1);
    if (!text_is_plain(name))
        return err_set(e, ERR_ARGUMENT, "%s: a name with a control character", what);
    return 0;
}

int model_set_name(Model *m, const char *name, Err *e)
{
    int code = check_name(name, "the model", e);

    if (!code)
        strcpy(m->name, name);
    return code;
}

static int output_with_channels(const Net *net, int channels)
{
    for (int i = 0; i < net_output_count(net); i++)
        if (net_op(net, net_output_node(net, i).id).out.c == channels)
            return i;
    return -1;
}

int model_set_classes(Model *m, const char *const *classes, int count, Err *e)
{
    size_t size = 0;
    int code = 0;

    if (count < 0 || count > MODEL_CLASS_LIMIT)
        return err_set(e, ERR_ARGUMENT, "%d classes; at most %d are possible", count,
                       MODEL_CLASS_LIMIT);
    if (count > 0 && output_with_channels(m->net, count) < 0)
        return err_set(e, ERR_ARGUMENT, "%d class names, but no output with %d channels", count,
                       count);
    for (int i = 0; i < count && !code; i++) {
        code = check_name(classes[i], "a class", e);
        size += sizeof(char *) + strlen(classes[i]) + 1;
    }
    char **copy = count && !code ? malloc(size) : NULL; /* the pointers, then what they point to */
    if (count && !code && !copy)
        code = err_set(e, ERR_MEMORY, "no memory for %d class names", count);
    if (code)
        return code;
    char *text = (char *)(copy + count);
    for (int i = 0; i < count; i++) {
        copy[i] = text;
        text = stpcpy(text, classes[i]) + 1;
    }
    free(m->classes);
    m->classes = copy;
    m->class_count = count;
    return 0;
}

int model_class_output(const Model *m)
{
    return m->class_count ? output_with_channels(m->net, m->class_count) : -1;
}

int model_class_find(const Model *m, const char *name)
{
    for (int i = 0; i < m->class_count; i++)
        if (strcmp(m->classes[i], name) == 0)
            return i;
    return -1;
}

void model_probabilities(const Model *m, const float *logits, int count, double *out)
{
    double largest = logits[0], sum = 0;

    assert(count > 0 && m->calibration.temperature > 0);
    for (int i = 1; i < count; i++)
        largest = fmax(largest, logits[i]);
    for (int i = 0; i < count; i++)
        sum += out[i] = exp((logits[i] - largest) / m->calibration.temperature);
    for (int i = 0; i < count; i++)
        out[i] /= sum;
}
