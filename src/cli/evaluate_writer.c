#include "cli/evaluate_writer.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/options.h"
#include "cli/progress.h"
#include "plot/grid.h"
#include "train/evaluate_writer.h"

enum { COLUMNS = 3 };

/* What is compared: digits as they come, read back (of a model that obeys), real ones. */
typedef struct Columns {
    const Judgement *of[COLUMNS];
    int count;
} Columns;

static Columns columns_of(const WriterReport *v)
{
    if (v->obeys)
        return (Columns){{&v->plain, &v->checked, &v->real}, 3};
    return (Columns){{&v->plain, &v->real}, 2};
}

static void print_share(long right, long count)
{
    Interval v = metric_wilson(right, count);

    printf("  %6.2f (%.2f-%.2f)", 100.0 * (double)right / (double)count, 100 * v.low, 100 * v.high);
}

static void print_read_back(const Columns *c)
{
    printf("%-22s", "read back, %");
    for (int i = 0; i < c->count; i++)
        print_share(c->of[i]->right, c->of[i]->count);
    printf("\n%-22s", "  the worst digit");
    for (int i = 0; i < c->count; i++)
        print_share(c->of[i]->rights[c->of[i]->worst], c->of[i]->counts[c->of[i]->worst]);
    printf("\n%-22s", "  which is the");
    for (int i = 0; i < c->count; i++)
        printf("  %*d", i ? 20 : 21, c->of[i]->worst);
    printf("\n");
}

/* A row of one number of each Judgement. */
static void print_row(const Columns *c, const char *name, size_t at)
{
    printf("%-22s", name);
    for (int i = 0; i < c->count; i++)
        printf("  %*.3f", i ? 20 : 21, *(const double *)((const char *)c->of[i] + at));
    printf("\n");
}

static void print_rows(const Columns *c)
{
    static const struct {
        const char *name;
        size_t at;
    } rows[] = {
        {"Frechet distance", offsetof(Judgement, frechet)},
        {"feature precision", offsetof(Judgement, features.precision)},
        {"feature recall", offsetof(Judgement, features.recall)},
        {"feature density", offsetof(Judgement, features.density)},
        {"feature coverage", offsetof(Judgement, features.coverage)},
        {"pixel precision", offsetof(Judgement, pixels.precision)},
        {"pixel recall", offsetof(Judgement, pixels.recall)},
        {"pixel density", offsetof(Judgement, pixels.density)},
        {"pixel coverage", offsetof(Judgement, pixels.coverage)},
        {"nearest, median", offsetof(Judgement, nearest)},
        {"nearest, 5 %", offsetof(Judgement, nearest_5)},
        {"KL divergence", offsetof(Judgement, kl)},
        {"squared error", offsetof(Judgement, mse)},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        print_row(c, rows[i].name, rows[i].at);
}

static void print_text(const WriterReport *v)
{
    Columns c = columns_of(v);

    printf("%ld digits against %ld real test digits, of which the judge reads %.2f %%\njudge %s\n",
           v->plain.count, v->tests, 100.0 * v->tests_right / (double)v->tests, v->judge);
    if (v->obeys) {
        printf("%.1f %% drawn again; %.0f digits/s, with reading back %.0f\n\n", 100 * v->redrawn,
               v->plain_rate, v->checked_rate);
        printf("%-22s  %21s  %20s  %20s\n", "", "as they come", "read back", "real (training)");
        print_read_back(&c);
    } else {
        printf("%.0f digits/s, which ones the model chooses\n\n", v->plain_rate);
        printf("%-22s  %21s  %20s\n", "", "as they come", "real (training)");
    }
    print_rows(&c);
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

static Dataset *open_part(const WriterQuestion *q, DatasetPart part, Team *team, Progress *progress,
                          Err *e)
{
    Watch watch = progress_watch(progress, "opening pictures");

    return dataset_open(q->data, &(DatasetOptions){.part = part, .team = team, .watch = &watch}, e);
}

/* Ten of each digit, a row each; of a model that chooses itself any hundred. */
static int draw_samples(Scribe *s, const WriterQuestion *q, Err *e)
{
    enum { ROW = 10, COUNT = 100 };
    uint8_t *pictures = malloc((size_t)COUNT * GENERATOR_PIXELS);
    Image images[COUNT];
    int labels[COUNT], code;

    if (!pictures)
        return err_set(e, ERR_MEMORY, "no memory for %d digits", COUNT);
    for (int i = 0; i < COUNT; i++) {
        labels[i] = i / ROW;
        images[i] =
            (Image){GENERATOR_SIDE, GENERATOR_SIDE, 1, pictures + (size_t)i * GENERATOR_PIXELS};
    }
    code = scribe_digits(s, labels, COUNT, 0, &(WriteOptions){.seed = q->seed, .unchecked = true},
                         pictures, e);
    if (!code)
        code = canvas_finish(
            plot_sheet(
                &(Sheet){.title = q->model, .images = images, .count = COUNT, .columns = ROW}, e),
            q->samples, e);
    free(pictures);
    return code;
}

int evaluate_writer_print(const WriterQuestion *q)
{
    Err e = {0};
    WriterReport v;
    Progress progress = progress_start();
    Team *team = team_new(q->threads, &e);
    Dataset *train = team ? open_part(q, PART_TRAIN, team, &progress, &e) : NULL;
    Dataset *test = train ? open_part(q, PART_TEST, team, &progress, &e) : NULL;
    Judge *j = test ? judge_new(q->judge, train, test, q->seed, team, &e) : NULL;
    Scribe *s = j ? scribe_new(q->model, q->threads, &e) : NULL;
    Watch watch = progress_watch(&progress, "writing digits to be judged");
    int code = s ? evaluate_writer(s, j, q->count, q->seed, &watch, &v, &e) : -(int)ERR_IO;

    progress_end(&progress);
    if (!code && q->samples)
        code = draw_samples(s, q, &e);
    scribe_free(s);
    judge_free(j);
    dataset_free(train);
    dataset_free(test);
    team_free(team);
    if (code)
        return refuse("%s", e.text);
    return is_stdout(q->samples) ? STATUS_DONE : print(&v, q);
}
