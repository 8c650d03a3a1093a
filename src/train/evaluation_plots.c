#include "train/evaluation_plots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/bars.h"
#include "plot/confusion.h"
#include "plot/grid.h"
#include "plot/reliability.h"

static Canvas *no_memory(Err *e)
{
    err_set(e, ERR_MEMORY, "no memory for a plot");
    return NULL;
}

static const char *const *names_of(const Evaluation *v)
{
    return (const char *const *)v->names;
}

Canvas *evaluation_confusion(const Evaluation *v, const char *title, Err *e)
{
    return plot_confusion(
        &(Confusion){
            .title = title, .names = names_of(v), .counts = v->confusion, .classes = v->classes},
        e);
}

/* ---- probabilities ---- */

typedef struct Answers { /* of each picture */
    float *sure;
    bool *right;
} Answers;

static void answers_free(Answers *a)
{
    free(a->sure);
    free(a->right);
}

static Answers answers_of(const Evaluation *v)
{
    size_t n = (size_t)v->count;
    Answers a = {malloc(n * sizeof *a.sure), malloc(n * sizeof *a.right)};

    for (size_t i = 0; a.sure && a.right && i < n; i++) {
        const float *p = v->probabilities + i * (size_t)v->classes;

        a.sure[i] = p[metric_largest(v->classes, p)];
        a.right[i] = true;
    }
    for (long i = 0; a.right && i < v->errors; i++)
        a.right[v->mistakes[i].index] = false;
    return a;
}

static Canvas *plot_scored(const Evaluation *v, const char *title, bool risk, Err *e)
{
    Answers a = answers_of(v);
    Scored s = {"all readings", a.sure, a.right, (size_t)v->count};
    Canvas *c;

    if (!a.sure || !a.right)
        c = no_memory(e);
    else
        c = risk ? plot_risk_coverage(title, &s, 1, e)
                 : plot_reliability(title, &s, RELIABILITY_BINS, e);
    answers_free(&a);
    return c;
}

Canvas *evaluation_reliability(const Evaluation *v, const char *title, Err *e)
{
    return plot_scored(v, title, false, e);
}

Canvas *evaluation_risk(const Evaluation *v, const char *title, Err *e)
{
    return plot_scored(v, title, true, e);
}

/* ---- mistakes ---- */

static int surest_first(const void *a, const void *b)
{
    const Mistake *p = a, *q = b;

    if (p->answer_probability != q->answer_probability)
        return p->answer_probability > q->answer_probability ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

typedef struct Wrong { /* the sheet's columns */
    Mistake *sorted;
    Image *images;
    int *truth, *read;
    float *probability;
} Wrong;

static void wrong_free(Wrong *w)
{
    free(w->sorted);
    free(w->images);
    free(w->truth);
    free(w->read);
    free(w->probability);
}

/* False without memory. */
static bool wrong_fill(Wrong *w, const Evaluation *v, const Dataset *d)
{
    size_t n = (size_t)v->errors, picture = (size_t)d->height * (size_t)d->width;

    *w = (Wrong){malloc((n + 1) * sizeof *w->sorted), malloc((n + 1) * sizeof *w->images),
                 malloc((n + 1) * sizeof *w->truth), malloc((n + 1) * sizeof *w->read),
                 malloc((n + 1) * sizeof *w->probability)};
    if (!w->sorted || !w->images || !w->truth || !w->read || !w->probability)
        return false;
    memcpy(w->sorted, v->mistakes, n * sizeof *w->sorted);
    qsort(w->sorted, n, sizeof *w->sorted, surest_first);
    for (size_t i = 0; i < n; i++) {
        const Mistake *m = &w->sorted[i];

        w->images[i] = (Image){d->width, d->height, 1, d->pixels + m->index * picture};
        w->truth[i] = m->target;
        w->read[i] = m->answer;
        w->probability[i] = m->answer_probability;
    }
    return true;
}

Canvas *evaluation_mistakes(const Evaluation *v, const Dataset *data, const char *title, int most,
                            Err *e)
{
    int shown = v->errors < most ? (int)v->errors : most;
    char text[400];
    Canvas *c = NULL;
    Wrong w;

    if (shown < v->errors)
        snprintf(text, sizeof text, "%.300s: the worst %d of %ld mistakes", title, shown,
                 v->errors);
    else
        snprintf(text, sizeof text, "%.300s: %ld mistakes, the worst first", title, v->errors);
    if (wrong_fill(&w, v, data))
        c = plot_readings(&(Readings){.title = text,
                                      .images = w.images,
                                      .count = shown,
                                      .names = names_of(v),
                                      .classes = v->classes,
                                      .truth = w.truth,
                                      .read = w.read,
                                      .probability = w.probability},
                          e);
    else
        no_memory(e);
    wrong_free(&w);
    return c;
}

/* ---- train against test ---- */

typedef struct Shares { /* (names, 2): train and test beside each other, in per cent */
    double *value, *low, *high;
} Shares;

static void put_share(Shares *s, int at, long wrong, long count)
{
    Interval i = metric_wilson(wrong, count);

    s->value[at] = count ? 100. * (double)wrong / (double)count : 0;
    s->low[at] = 100 * i.low;
    s->high[at] = 100 * i.high;
}

Canvas *evaluation_bars(const Evaluation *train, const Evaluation *test, const char *title, Err *e)
{
    const Evaluation *parts[] = {train, test};
    const char *sets[] = {"train", "test"}, *all[] = {"all classes"};
    size_t n = (size_t)test->classes;
    double *room = calloc(6 * n, sizeof *room), loss[2], total[3][2];
    Shares each = {room, room ? room + 2 * n : NULL, room ? room + 4 * n : NULL};
    Shares sum = {total[0], total[1], total[2]};
    Canvas *c;

    if (!room)
        return no_memory(e);
    for (int p = 0; p < 2; p++) {
        loss[p] = parts[p]->loss;
        put_share(&sum, p, parts[p]->errors, parts[p]->count);
        for (size_t i = 0; i < n; i++) {
            const ClassReport *r = &parts[p]->reports[i];

            put_share(&each, 2 * (int)i + p, r->support - r->right, r->support);
        }
    }
    Bars panels[] = {
        {"Loss", NULL, "loss (nats)", all, 1, sets, 2, loss, NULL, NULL, 4},
        {"Error", NULL, "read wrongly (%)", all, 1, sets, 2, sum.value, sum.low, sum.high, 2},
        {"Error by class", "class", "read wrongly (%)", names_of(test), (int)n, sets, 2, each.value,
         each.low, each.high, 1}};
    c = plot_bars(title, panels, 3, e);
    free(room);
    return c;
}
