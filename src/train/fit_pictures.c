/* What TensorBoard is shown under Images. */
#include <math.h>
#include <stdlib.h>

#include "plot/inside.h"
#include "train/evaluation_plots.h"
#include "train/fit_parts.h"

enum { MISTAKES = 32 };

/* The validation pictures' answers, counted; they are probabilities where the loss is of those. */
static int evaluate_validation(Fit *f, Evaluation *out)
{
    const Validation *v = &f->validation;
    size_t n = (size_t)v->count * (size_t)f->classes;
    float *logits = v->count ? malloc(n * sizeof *logits) : NULL;
    int code = -(int)ERR_MEMORY;

    for (size_t i = 0; logits && i < n; i++)
        logits[i] =
            f->losses[0].kind == LOSS_MSE_CLASS ? logf(v->scores[i] + 1e-30f) : v->scores[i];
    if (logits)
        code =
            evaluate_logits(f->model, logits, v->labels, (size_t)v->count, f->classes, out, NULL);
    free(logits);
    return code;
}

void fit_report_pictures(Fit *f)
{
    const Validation *v = &f->validation;
    Dataset pictures = {.count = (size_t)v->count,
                        .height = f->data->height,
                        .width = f->data->width,
                        .pixels = v->pictures,
                        .labels = v->labels};
    Evaluation result;

    events_canvas(f->events, "weights", f->state.step,
                  plot_weights(f->recipe->model, f->model->net, NULL));
    if (evaluate_validation(f, &result))
        return;
    events_canvas(f->events, "validation/confusion", f->state.step,
                  evaluation_confusion(&result, "validation", NULL));
    events_canvas(f->events, "validation/mistakes", f->state.step,
                  evaluation_mistakes(&result, &pictures, "validation", MISTAKES, NULL));
    evaluation_free(&result);
}
