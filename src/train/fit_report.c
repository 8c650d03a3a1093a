/* What TensorBoard is told about an epoch. */
#include <math.h>
#include <stdlib.h>

#include "train/fit_parts.h"

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
