#include "cli/evaluate_writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/options.h"
#include "train/evaluate_writer.h"

static void print_share(const char *name, const long right[3], const long count[3])
{
    printf("%-22s", name);
    for (int i = 0; i < 3; i++) {
        Interval v = metric_wilson(right[i], count[i]);

        printf("  %6.2f (%.2f-%.2f)", 100.0 * (double)right[i] / (double)count[i], 100 * v.low, 100 * v.high);
    }
    printf("\n");
}

static void print_row(const char *name, double a, double b, double c)
{
    printf("%-22s  %21.3f  %20.3f  %20.3f\n", name, a, b, c);
}

static void print_manifold(const char *space, const Manifold *a, const Manifold *b, const Manifold *c)
{
    char name[32];

    snprintf(name, sizeof name, "%s precision", space);
    print_row(name, a->precision, b->precision, c->precision);
    snprintf(name, sizeof name, "%s recall", space);
    print_row(name, a->recall, b->recall, c->recall);
    snprintf(name, sizeof name, "%s density", space);
    print_row(name, a->density, b->density, c->density);
    snprintf(name, sizeof name, "%s coverage", space);
    print_row(name, a->coverage, b->coverage, c->coverage);
}

static void print_text(const WriterReport *v)
{
    const Judgement *a = &v->plain, *b = &v->checked, *c = &v->real;

    printf("%ld digits against %ld real test digits, of which the judge reads %.2f %%\njudge %s\n", a->count, v->tests,
           100.0 * v->tests_right / (double)v->tests, v->judge);
    printf("%.1f %% drawn again; %.0f digits/s, with reading back %.0f\n\n", 100 * v->redrawn, v->plain_rate,
           v->checked_rate);
    printf("%-22s  %21s  %20s  %20s\n", "", "as they come", "read back", "real (training)");
    print_share("read back, %", (long[]){a->right, b->right, c->right}, (long[]){a->count, b->count, c->count});
    print_share("  the worst digit",
                (long[]){a->rights[a->worst], b->rights[b->worst], c->rights[c->worst]},
                (long[]){a->counts[a->worst], b->counts[b->worst], c->counts[c->worst]});
    printf("%-22s  %21d  %20d  %20d\n", "  which is the", a->worst, b->worst, c->worst);
    print_row("Frechet distance", a->frechet, b->frechet, c->frechet);
    print_manifold("feature", &a->features, &b->features, &c->features);
    print_manifold("pixel", &a->pixels, &b->pixels, &c->pixels);
    print_row("nearest, median", a->nearest, b->nearest, c->nearest);
    print_row("nearest, 5 %", a->nearest_5, b->nearest_5, c->nearest_5);
    print_row("KL divergence", a->kl, b->kl, c->kl);
    print_row("squared error", a->mse, b->mse, c->mse);
}

static int print(const WriterReport *v, const WriterQuestion *q)
{
    char *text;

    if (!q->json) {
        print_text(v);
        return STATUS_DONE;
    }
    text = writer_report_json(v, q->model, q->data);
    if (!text)
        return refuse("no memory for the result");
    puts(text);
    free(text);
    return STATUS_DONE;
}

static Dataset *open_part(const WriterQuestion *q, DatasetPart part, Team *team, Err *e)
{
    return dataset_open(q->data, &(DatasetOptions){.part = part, .team = team}, e);
}

int evaluate_writer_print(const WriterQuestion *q)
{
    Err e = {0};
    WriterReport v;
    Team *team = team_new(q->threads, &e);
    Dataset *train = team ? open_part(q, PART_TRAIN, team, &e) : NULL;
    Dataset *test = train ? open_part(q, PART_TEST, team, &e) : NULL;
    Judge *j = test ? judge_new(q->judge, train, test, q->seed, team, &e) : NULL;
    Scribe *s = j ? scribe_new(q->model, q->threads, &e) : NULL;
    int status = s && !evaluate_writer(s, j, q->count, q->seed, &v, &e) ? STATUS_DONE : refuse("%s", e.text);

    if (!status)
        status = print(&v, q);
    scribe_free(s);
    judge_free(j);
    dataset_free(train);
    dataset_free(test);
    team_free(team);
    return status;
}
