#include "cli/evaluate_redrawing.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "plot/axes.h"

static void print_share(const char *what, long right, long count)
{
    Interval i = metric_wilson(right, count);
    char text[TICK_TEXT];

    number_text(text, (double)right, 0);
    printf("%-32s %8s = %.2f %% (%.2f to %.2f)\n", what, text,
           100.0 * (double)right / (double)count, 100 * i.low, 100 * i.high);
}

void redrawing_print(const Redrawing *r)
{
    printf("\nredrawn in %s\n", r->typeface);
    print_share("right glyph (nearest)", r->glyphs, r->count);
    print_share("both heads agree", r->agreeing, r->count);
    print_share("exact after --clean, within 16", r->exact, r->count);
    print_share("exact after --clean seed", r->exact_steps, r->count);
    printf("SSIM %.4f, PSNR %.2f dB, its median %.2f dB\n", r->ssim, r->psnr, r->psnr_median);
    printf("loss %.5f: %s %.6f, class %.5f\n", r->loss, loss_name(r->loss_kind), r->picture_loss,
           r->class_loss);
    printf("reconstruction accuracy %.2f %%: pixels over one half against grey targets, at most "
           "%.2f %%\n",
           100 * r->binary_accuracy, 100 * r->binary_ceiling);
}

char *redrawing_add_json(char *text, const Redrawing *r)
{
    char *own = redrawing_json(r);
    json_t *all = text ? json_loads(text, 0, NULL) : NULL,
           *member = own ? json_loads(own, 0, NULL) : NULL;
    char *joined = NULL;

    if (all && member && !json_object_set(all, "redrawing", member))
        joined = json_dumps(all, JSON_REAL_PRECISION(9));
    json_decref(all);
    json_decref(member);
    free(own);
    free(text);
    return joined;
}
