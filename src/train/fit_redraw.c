/* The second head of a net that redraws: its targets, its loss, its validation. */
#include <stdlib.h>

#include "train/fit_parts.h"

/* Where the loss stands: cross-entropy on pixels wants the logits. */
static const char *loss_output(const Recipe *r)
{
    return r->picture_loss == LOSS_BINARY ? "picture_logits" : "picture";
}

static int check_picture(const Fit *f, Err *e)
{
    int output = net_output_find(f->net, loss_output(f->recipe));
    Shape s;

    if (output < 0)
        return err_set(e, ERR_ARGUMENT, "picture_loss: %s has no output '%s' for %s",
                       f->recipe->model, loss_output(f->recipe),
                       loss_name(f->recipe->picture_loss));
    s = net_op(f->net, net_output_node(f->net, output).id).out;
    if (s.c != 1 || s.h != TYPESET_SIDE || s.w != TYPESET_SIDE)
        return err_set(e, ERR_ARGUMENT, "%s draws pictures of (%d,%d,%d), not (1,%d,%d)",
                       f->recipe->model, s.c, s.h, s.w, TYPESET_SIDE, TYPESET_SIDE);
    return 0;
}

static int make_room(Redraw *r, int batch, Err *e)
{
    r->targets = malloc((size_t)batch * TYPESET_PIXELS * sizeof *r->targets);
    r->drawn = malloc((size_t)FIT_DRAWN * TYPESET_PIXELS * sizeof *r->drawn);
    r->wanted = malloc((size_t)FIT_DRAWN * TYPESET_PIXELS * sizeof *r->wanted);
    if (!r->targets || !r->drawn || !r->wanted)
        return err_set(e, ERR_MEMORY, "no memory for the targets of a batch of %d", batch);
    return 0;
}

int fit_redraw_set_up(Fit *f, Err *e)
{
    const Recipe *r = f->recipe;
    Redraw *d = &f->redraw;
    int code;

    if (net_output_find(f->net, "picture") < 0 && r->picture_weight == 0)
        return 0;
    if (r->picture_weight == 0)
        return err_set(e, ERR_ARGUMENT, "picture_weight: with 0, %s would not learn to draw",
                       r->model);
    code = check_picture(f, e);
    if (code)
        return code;
    f->losses[1] =
        (Loss){.kind = r->picture_loss, .output = loss_output(r), .weight = r->picture_weight};
    d->typeset = typeset_new(*r->font ? r->font : NULL,
                             (GlyphPlace){r->font_size, r->font_x, r->font_y}, f->classes, e);
    if (!d->typeset)
        return err_prefix(e, "font");
    code = make_room(d, r->batch, e);
    if (!code && f->validation.count) {
        d->predictor = predictor_new(f->model->net, loss_output(r), f->team, e);
        code = d->predictor ? 0 : -ERR_MEMORY;
    }
    return code;
}

void fit_redraw_tear_down(Redraw *r)
{
    typeset_free(r->typeset);
    predictor_free(r->predictor);
    free(r->targets);
    free(r->drawn);
    free(r->wanted);
}

double fit_redraw_validate(Fit *f)
{
    const Validation *v = &f->validation;
    Redraw *d = &f->redraw;
    double sum = 0;

    for (long at = 0; at < v->count; at += FIT_DRAWN) {
        int count = v->count - at < FIT_DRAWN ? (int)(v->count - at) : FIT_DRAWN;
        double losses[FIT_DRAWN];

        predictor_run(d->predictor, v->pictures + at * TYPESET_PIXELS, (size_t)count,
                      f->model->scale, f->model->shift, d->drawn);
        typeset_batch(d->typeset, v->labels + at, count, d->wanted);
        loss_reference(&f->losses[1], count, TYPESET_PIXELS, d->drawn, d->wanted, 1, losses, NULL);
        for (int i = 0; i < count; i++)
            sum += losses[i];
    }
    return sum / (double)v->count;
}
