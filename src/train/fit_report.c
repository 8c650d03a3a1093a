/* What TensorBoard is told about a run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "train/fit_parts.h"
#include "train/setting.h"

/* Settings by which runs are compared: those that are a text, paths but for the model, are not. */
static bool is_compared(const Setting *s)
{
    return s->type != SET_TEXT || !strcmp(s->key, "model");
}

void fit_report_begin(Fit *f)
{
    enum { MOST = 128 };
    HParam params[MOST];
    char *values[MOST], *config = recipe_write(f->recipe), *markdown = NULL;
    const Setting *s;
    int count = 0;

    for (int i = 0; (s = setting_at(i)) && count < MOST; i++) {
        if (!is_compared(s) || !(values[count] = recipe_get(f->recipe, s->key)))
            continue;
        params[count] = (HParam){.name = s->key, .text = values[count]};
        if (s->type >= SET_INT && s->type <= SET_FLOAT)
            params[count] = (HParam){.name = s->key, .number = strtod(values[count], NULL)};
        count++;
    }
    events_hparams(f->events, f->options->folder, params, count);
    if (config && asprintf(&markdown, "```json\n%s```", config) >= 0) {
        events_text(f->events, "recipe", 0, markdown);
        free(markdown);
    }
    free(config);
    for (int i = 0; i < count; i++)
        free(values[i]);
}

static void report_number(Fit *f, const char *tag, double value)
{
    if (!isnan(value))
        events_scalar(f->events, tag, f->state.step, value);
}

/* Where each parameter's numbers lie. One that there is no memory for is left out. */
static void report_weights(Fit *f)
{
    Net *net = f->model->net;

    for (int i = 0; i < net_param_count(net); i++) {
        const Param *p = net_param(net, i);
        float *values = malloc(param_size(p) * sizeof *values);

        if (!values)
            continue;
        param_read(p, p->state ? net_state(net) : net_block(net), values);
        events_histogram(f->events, p->name, f->state.step, values, param_size(p));
        free(values);
    }
}

void fit_report_epoch(Fit *f, const LogRow *row, const FitScore *score)
{
    report_number(f, "loss/training", row->loss);
    report_number(f, "loss/validation", row->validation_loss);
    report_number(f, "accuracy/training", row->accuracy);
    report_number(f, "accuracy/validation", row->validation_accuracy);
    report_number(f, "learning_rate", row->lr);
    report_number(f, "images_per_second", row->images_per_second);
    if (f->redraw.typeset) {
        report_number(f, "picture_loss/training", f->state.picture_sum / (double)f->state.seen);
        report_number(f, "picture_loss/validation", score->count ? score->picture_loss : NAN);
    }
    report_weights(f);
}
