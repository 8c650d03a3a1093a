/* scrawl evaluate MODEL --data D: a model on a labelled set. */
#include "cli/verbs.h"

#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parallel.h"
#include "cli/evaluate_writer.h"
#include "cli/evaluate_redrawing.h"
#include "cli/progress.h"
#include "image/codec.h"
#include "model/shipped.h"
#include "plot/reliability.h"
#include "read/generator.h"
#include "read/line.h"
#include "train/evaluate_numbers.h"
#include "train/evaluate_writer.h"
#include "train/evaluation_plots.h"
#include "train/report.h"
#include "train/robustness.h"

typedef struct Values {
    bool json, canonical, inverted;
    const char *corrupt, *noise;
    const char *data, *part, *confusion, *reliability, *risk, *mistakes, *bars, *report, *pairs, *font;
    const char *judge, *samples, *precision;
    int threads, count;
    uint64_t seed;
} Values;

static const Option options[] = {
    {"data", 'd', OPTION_TEXT, "DATA", "the labelled set (see scrawl explore --help)",
     offsetof(Values, data), 0, 0},
    {"part", 0, OPTION_CHOICE, "train|test", "of a set that has two parts; default: test",
     offsetof(Values, part), 0, 0},
    {"canonical", 0, OPTION_FLAG, NULL, "bring every picture to the form that read would give it",
     offsetof(Values, canonical), 0, 0},
    {"inverted", 0, OPTION_FLAG, NULL, "read the negatives of the pictures",
     offsetof(Values, inverted), 0, 0},
    {"corrupt", 0, OPTION_TEXT, "NAME|all",
     "of 28x28 pictures: MNIST-C's shot_noise, impulse_noise, glass_blur, motion_blur, shear, "
     "scale, rotate, "
     "brightness, translate, stripe, fog, spatter, dotted_line, zigzag, canny_edges; or all, and "
     "their mean",
     offsetof(Values, corrupt), 0, 0},
    {"noise", 0, OPTION_TEXT, "DATA",
     "pictures of no digits: how well they are told from DATA's (AUROC), and how "
     "many are refused",
     offsetof(Values, noise), 0, 0},
    {"report", 0, OPTION_TEXT, "DIR", "all of the following and more on one page, DIR/index.html",
     offsetof(Values, report), 0, 0},
    {"confusion", 0, OPTION_TEXT, "OUT.png", "plot what each class was read as",
     offsetof(Values, confusion), 0, 0},
    {"mistakes", 0, OPTION_TEXT, "OUT.png",
     "a sheet of what was read wrongly, the worst first: true class, answer, probability",
     offsetof(Values, mistakes), 0, 0},
    {"reliability", 0, OPTION_TEXT, "OUT.png",
     "plot how often answers of each probability are right", offsetof(Values, reliability), 0, 0},
    {"risk", 0, OPTION_TEXT, "OUT.png",
     "plot the errors that are left when only the surest answers count", offsetof(Values, risk), 0,
     0},
    {"bars", 0, OPTION_TEXT, "OUT.png",
     "plot loss and errors on the training part beside the test part", offsetof(Values, bars), 0,
     0},
    {"pairs", 0, OPTION_TEXT, "DIR|OUT.png",
     "of a net that redraws: 256 pictures beside what it drew, as\n<predicted>_<true>_<index>.png in a folder, or 60 on "
     "a sheet",
     offsetof(Values, pairs), 0, 0},
    {"font", 0, OPTION_TEXT, "FONT", "of a net that redraws: what it should draw; default: as it was trained",
     offsetof(Values, font), 0, 0},
    {"judge", 0, OPTION_TEXT, "MODEL", "of a model that writes: who reads back; default: " JUDGE_DEFAULT,
     offsetof(Values, judge), 0, 0},
    {"samples", 0, OPTION_TEXT, "OUT.png", "of a model that writes: a sheet of a hundred digits, as they come",
     offsetof(Values, samples), 0, 0},
    {"count", 'n', OPTION_INT, "N", "of a model that writes: digits; default: 5000",
     offsetof(Values, count), WRITER_COUNT_LEAST, WRITER_COUNT_MOST},
    {"seed", 's', OPTION_SEED, "N", "of a model that writes; default: 1", offsetof(Values, seed), 0,
     0},
    {"precision", 0, OPTION_CHOICE, "f32|bf16", "of the net's products; default: f32", offsetof(Values, precision),
     0, 0},
    {"json", 0, OPTION_FLAG, NULL, "the result as one JSON object", offsetof(Values, json), 0, 0},
    {"threads", 't', OPTION_INT, "N", "default: all cores", offsetof(Values, threads), 0,
     TEAM_LIMIT},
    {0},
};

typedef struct Work { /* what the plots are made from */
    const Values *values;
    const char *name, *title;
    Model *model;
    Dataset *data;
    Evaluation result;
    Evaluation train;          /* count 0: not asked for, or the data has no such part */
    bool reads_numbers;        /* the model, of any length: */
    NumbersEvaluation numbers; /* in place of `result` where labels are numbers */
    bool redraws;     /* the model draws too: */
    Redrawing redrawing, redrawing_train;
    Robustness robustness;     /* in place of `result` where pictures were corrupted */
    Evaluation none;           /* of pictures that are no digits; count 0: not asked for */
    double auroc;              /* of result against none */
} Work;

/* ---- on standard output ---- */

/* 9962 as "9,962". */
static const char *grouped(char text[32], long n)
{
    char plain[32];
    int digits = snprintf(plain, sizeof plain, "%ld", n), at = 0;

    for (int i = 0; i < digits; i++) {
        if (i && (digits - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = plain[i];
    }
    text[at] = '\0';
    return text;
}

/* How many pictures of no digits are refused: noise is likelier than any digit, or no digit is
 * likely enough. */
static long count_refused(const Work *w)
{
    const Evaluation *v = &w->none;
    long refused = 0;

    for (long i = 0; i < v->count; i++)
        refused += evaluation_refuses(v, w->model, i);
    return refused;
}

static void print_none(const Work *w)
{
    char refused[32], count[32];
    long n = count_refused(w);
    Interval i = metric_wilson(n, w->none.count);

    printf("\ntold from %s by the largest probability of a digit: AUROC %.2f %%\n",
           w->values->noise, 100 * w->auroc);
    printf("%s of %s of those refused = %.2f %% (%.2f to %.2f)\n", grouped(refused, n),
           grouped(count, w->none.count), 100.0 * (double)n / (double)w->none.count, 100 * i.low,
           100 * i.high);
}

/* What a reader does with digits: answers rightly, wrongly, or not at all. */
static void print_refusals(const Work *w)
{
    const Evaluation *v = &w->result;
    long refused = 0, wrong = 0, mistake = 0;

    for (long i = 0; i < v->count; i++) {
        bool is_wrong = mistake < v->errors && v->mistakes[mistake].index == (size_t)i;
        bool refuses = evaluation_refuses(v, w->model, i);
        refused += refuses;
        wrong += is_wrong && !refuses;
        mistake += is_wrong;
    }
    printf("%ld refused, %ld wrong and not refused = %.2f %%\n", refused, wrong,
           100.0 * (double)wrong / (double)v->count);
}

static void print_text(const Work *w)
{
    const Evaluation *v = &w->result;
    char right[32], count[32];

    printf("%s of %s right = %.2f %% (%.2f to %.2f)\n", grouped(right, v->count - v->errors),
           grouped(count, v->count), 100 * v->accuracy, 100 * v->interval.low,
           100 * v->interval.high);
    printf("loss %.4f, calibration error %.4f, among the first %d: %.2f %%\n", v->loss,
           v->reliability.error, EVALUATE_TOP, 100.0 * v->top / v->count);
    print_refusals(w);
    puts("");
    printf("class           count   precision   recall\n");
    for (int i = 0; i < v->classes; i++)
        printf("%-12s %8ld    %7.2f %%  %6.2f %%\n", v->names[i], v->reports[i].support,
               100 * v->reports[i].precision, 100 * v->reports[i].recall);
    if (w->none.count)
        print_none(w);
}

static void print_robustness(const Robustness *r)
{
    for (int kind = 0; kind < CORRUPTIONS; kind++) {
        Interval i = metric_wilson(r->right[kind], r->count);

        if (r->measured[kind])
            printf("%-14s %6ld of %ld right = %.2f %% (%.2f to %.2f), among the digits %.2f %%\n",
                   corrupt_name((Corruption)kind), r->right[kind], r->count,
                   100 * r->accuracy[kind], 100 * i.low, 100 * i.high,
                   100.0 * (double)r->named[kind] / (double)r->count);
    }
    printf("%-14s %.2f %%, among the digits %.2f %%\n", "mean", 100 * r->mean, 100 * r->mean_named);
}

static int print_robustness_json(const Work *w)
{
    char *text = robustness_json(&w->robustness, w->name, w->values->data);

    if (!text)
        return refuse("no memory for the result, or a name that is not UTF-8");
    puts(text);
    free(text);
    return STATUS_DONE;
}

/* Adds what was found out about pictures of no digits to the object in `text`, which is freed. */
static char *add_none(const Work *w, char *text)
{
    json_t *root = text ? json_loads(text, 0, NULL) : NULL;
    char *out = NULL;

    if (root && !json_object_set_new(root, "noise",
                                     json_pack("{s:s, s:I, s:I, s:f}", "data", w->values->noise,
                                               "count", (json_int_t)w->none.count, "refused",
                                               (json_int_t)count_refused(w), "auroc", w->auroc)))
        out = json_dumps(root, JSON_REAL_PRECISION(9));
    json_decref(root);
    free(text);
    return out;
}

static int print_json(const Work *w)
{
    char *text = evaluation_json(&w->result, w->name, w->values->data);

    if (w->redraws)
        text = redrawing_add_json(text, &w->redrawing);
    if (w->none.count)
        text = add_none(w, text);
    if (!text)
        return refuse("no memory for the result");
    puts(text);
    free(text);
    return STATUS_DONE;
}

static void print_numbers(const NumbersEvaluation *v)
{
    char right[32], count[32];

    printf("%s of %s numbers exactly right = %.2f %% (%.2f to %.2f)\n", grouped(right, v->right),
           grouped(count, v->count), 100.0 * (double)v->right / (double)v->count,
           100 * v->interval.low, 100 * v->interval.high);
    printf(
        "%ld refused, %ld wrong and not refused; %ld of %ld digits wrong, missing or too many\n\n",
        v->refused, v->wrong, v->digit_errors, v->digits);
    printf("answered   wrong among them\n");
    for (int tenth = 5; tenth <= 10; tenth++)
        printf("%6d %%   %6.2f %%\n", 10 * tenth,
               100 * (double)v->risk[(v->count * tenth + 9) / 10 - 1]);
}

static int print_numbers_json(const Work *w)
{
    char *text = numbers_evaluation_json(&w->numbers, w->name, w->values->data, w->data);

    if (!text)
        return refuse("no memory for the result, or a name that is not UTF-8");
    puts(text);
    free(text);
    return STATUS_DONE;
}

/* ---- plots ---- */

/* The curves of the run that a model lies in, if they are there; the caller frees. */
static char *curves_beside(const char *model)
{
    char *copy = strdup(model), *folder = copy;

    if (copy && !file_is_folder(copy))
        folder = dirname(copy);
    char *path = folder && file_exists(model) ? file_join(folder, "curves.png") : NULL;

    free(copy);
    if (path && file_exists(path))
        return path;
    free(path);
    return NULL;
}

static int write_report(const Work *w, Err *e)
{
    char *curves = curves_beside(w->name);
    Report r = {.model = w->model,
                .model_name = w->name,
                .data_name = w->values->data,
                .data = w->data,
                .result = &w->result,
                .train = w->train.count ? &w->train : NULL,
                .redrawing = w->redraws ? &w->redrawing : NULL,
                .redrawing_train = w->redrawing_train.count ? &w->redrawing_train : NULL,
                .curves = curves};
    int status = report_write(w->values->report, &r, e);

    free(curves);
    return status;
}

/* A folder of them, or a sheet where the name has the ending of a plot. */
static int plot_pairs(const Work *w, Err *e)
{
    const char *out = w->values->pairs;

    if (is_stdout(out) || canvas_can_save(out))
        return canvas_finish(redrawing_sheet(&w->redrawing, w->model, w->data, w->title, e), out, e);
    return redrawing_pairs(&w->redrawing, w->model, w->data, out, e);
}

static int plot(const Work *w, Err *e)
{
    enum { SHEET = 100 };
    const Values *v = w->values;
    const Evaluation *r = &w->result;
    int status = 0;

    if (v->confusion)
        status = canvas_finish(evaluation_confusion(r, w->title, e), v->confusion, e);
    if (!status && v->mistakes)
        status = canvas_finish(evaluation_mistakes(r, w->data, w->title, SHEET, e), v->mistakes, e);
    if (!status && v->reliability)
        status = canvas_finish(evaluation_reliability(r, w->title, e), v->reliability, e);
    if (!status && v->risk)
        status = canvas_finish(evaluation_risk(r, w->title, e), v->risk, e);
    if (!status && v->pairs)
        status = plot_pairs(w, e);
    if (!status && v->bars && w->redraws)
        status = canvas_finish(redrawing_bars(&w->redrawing_train, &w->redrawing, w->title, e), v->bars, e);
    else if (!status && v->bars)
        status = canvas_finish(evaluation_bars(&w->train, r, w->title, e), v->bars, e);
    if (!status && v->report)
        status = write_report(w, e);
    return status;
}

/* ---- the evaluation ---- */

static Dataset *open_part(const Work *w, DatasetPart part, Team *team, Progress *progress, Err *e)
{
    Watch watch = progress_watch(progress, "opening pictures");

    return dataset_open(w->values->data,
                        &(DatasetOptions){.part = part,
                                          .canonical = w->values->canonical && !w->values->corrupt,
                                          .inverted = w->values->inverted,
                                          .as_numbers = w->reads_numbers,
                                          .team = team,
                                          .watch = &watch},
                        e);
}

static EvaluateOptions how(const Work *w, Team *team, const Watch *watch)
{
    const char *precision = w->values->precision;

    return (EvaluateOptions){.team = team,
                             .watch = watch,
                             .precision = precision ? (Precision)precision_find(precision) : PRECISION_F32};
}

static int answer(const Work *w, const Dataset *data, Team *team, Progress *progress,
                  Evaluation *out, Err *e)
{
    Watch watch = progress_watch(progress, "reading pictures");

    EvaluateOptions o = how(w, team, &watch);

    return evaluate(w->model, data, &o, out, e);
}

static int redraw(const Work *w, const Dataset *data, Team *team, Progress *progress, Redrawing *out, Err *e)
{
    Watch watch = progress_watch(progress, "redrawing pictures");
    EvaluateOptions o = how(w, team, &watch);

    if (!w->redraws)
        return 0;
    return redraw_measure(w->model, data, w->values->font, &o, out, e);
}

static int check_bars(const Work *w, Err *e)
{
    const Values *v = w->values;

    if (!v->bars || (w->data->has_test && strcmp(v->part, "train")))
        return 0;
    return err_set(e, ERR_ARGUMENT, "%s: --bars compares two parts, %s", v->data,
                   w->data->has_test ? "and --part train is one of them" : "the data has one");
}

/* The training part too, where a plot compares it with the test part. */
static int answer_train(Work *w, Team *team, Progress *progress, Err *e)
{
    const Values *v = w->values;
    int status = 0;

    if ((!v->bars && !v->report) || !w->data->has_test || !strcmp(v->part, "train"))
        return 0;
    Dataset *train = open_part(w, PART_TRAIN, team, progress, e);

    status = train ? answer(w, train, team, progress, &w->train, e) : -(int)ERR_IO;
    if (!status)
        status = redraw(w, train, team, progress, &w->redrawing_train, e);
    dataset_free(train);
    return status;
}

/* What there is of single digits only is refused before numbers are read. */
static int check_numbers(const Work *w, Err *e)
{
    const Values *v = w->values;
    const struct {
        bool given;
        const char *name;
    } others[] = {{v->confusion, "confusion"},   {v->mistakes, "mistakes"}, {v->bars, "bars"},
                  {v->report, "report"},         {v->corrupt, "corrupt"},   {v->noise, "noise"},
                  {v->precision, "precision"},   {v->pairs, "pairs"},       {v->font, "font"},
                  {v->canonical, "canonical"},   {v->inverted, "inverted"}};

    if (!w->data->texts)
        return err_set(e, ERR_ARGUMENT,
                       "%s: %s reads numbers in pictures of any size; it wants a CSV of path,label, or a folder of "
                       "labelled picture files",
                       v->data, w->name);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].given)
            return err_set(e, ERR_ARGUMENT,
                           "%s: --%s is for single digits; of numbers there are the plots --reliability and --risk",
                           v->data, others[i].name);
    return 0;
}

static int plot_numbers(const Work *w, Err *e)
{
    const Values *v = w->values;
    const Scored scored = {w->name, w->numbers.probabilities, w->numbers.exact,
                           (size_t)w->numbers.count};
    int status = 0;

    if (v->reliability)
        status = canvas_finish(plot_reliability(w->title, &scored, 0, e), v->reliability, e);
    if (!status && v->risk)
        status = canvas_finish(plot_risk_coverage(w->title, &scored, 1, e), v->risk, e);
    return status;
}

static int read_numbers(Work *w, Progress *progress, Err *e)
{
    Watch watch = progress_watch(progress, "reading numbers");
    Reader *reader = check_numbers(w, e) ? NULL : reader_new(w->name, w->values->threads, e);
    int status = reader ? evaluate_numbers(reader, w->data, &watch, &w->numbers, e) : -(int)ERR_IO;

    reader_free(reader);
    return status ? status : plot_numbers(w, e);
}

static int read_corrupted(Work *w, Team *team, Progress *progress, Err *e)
{
    const Values *v = w->values;
    Watch watch = progress_watch(progress, "corrupting");

    if (v->confusion || v->mistakes || v->reliability || v->risk || v->bars || v->report ||
        v->noise)
        return err_set(e, ERR_ARGUMENT, "--corrupt gives a table, no plots");
    return robustness(w->model, w->data,
                      &(RobustnessOptions){.only = strcmp(v->corrupt, "all") ? v->corrupt : NULL,
                                           .canonical = v->canonical,
                                           .precision = how(w, team, &watch).precision,
                                           .team = team,
                                           .watch = &watch},
                      &w->robustness, e);
}

/* The answers to pictures of no digits, whatever their labels say. */
static int answer_none(Work *w, Team *team, Progress *progress, Err *e)
{
    Watch watch = progress_watch(progress, "opening pictures of no digits");
    DatasetOptions how = {.part = PART_TEST, .as_noise = true, .team = team, .watch = &watch};
    Dataset *none = dataset_open(w->values->noise, &how, e);
    int status = none ? answer(w, none, team, progress, &w->none, e) : -(int)ERR_IO;

    dataset_free(none);
    return status ? status : robustness_auroc(&w->result, &w->none, &w->auroc, e);
}

static int evaluate_model(Work *w, Team *team, Progress *progress, Err *e)
{
    DatasetPart part = strcmp(w->values->part, "train") ? PART_TEST : PART_TRAIN;
    int status = -(int)ERR_IO;

    w->model = shipped_open(w->name, e);
    w->redraws = w->model && redraw_can(w->model);
    w->reads_numbers = w->model && line_reader_takes(w->model) && !evaluate_can(w->model);
    if (w->model && !w->redraws && (w->values->pairs || w->values->font))
        return err_set(e, ERR_ARGUMENT, "%s: does not redraw, so that --pairs and --font say nothing", w->name);
    if (w->model)
        w->data = open_part(w, part, team, progress, e);
    if (w->data && (w->data->texts || w->reads_numbers))
        return read_numbers(w, progress, e);
    if (w->data && w->values->corrupt)
        return read_corrupted(w, team, progress, e);
    if (w->data)
        status = check_bars(w, e);
    if (w->data && !status)
        status = answer(w, w->data, team, progress, &w->result, e);
    if (!status && w->values->noise)
        status = answer_none(w, team, progress, e);
    if (!status)
        status = redraw(w, w->data, team, progress, &w->redrawing, e);
    if (!status)
        status = answer_train(w, team, progress, e);
    return status ? status : plot(w, e);
}

/* ---- models that write ---- */

/* A file that cannot be opened is told later. */
static bool is_writer(const char *name)
{
    Model *m = shipped_open(name, NULL);
    bool can = m && generator_can(m->net);

    model_free(m);
    return can;
}

static int run_writer(const Verb *verb, const Values *v, const char *name)
{
    bool plots = v->confusion || v->mistakes || v->reliability || v->risk || v->bars || v->report ||
                 v->pairs || v->font || v->corrupt || v->noise || v->inverted;

    if (v->precision)
        return usage_error(verb, "--precision is for models that read or redraw, not for %s", name);
    if (plots || v->canonical || strcmp(v->part, "test"))
        return usage_error(verb, "%s writes: there is nothing to plot, and it takes both parts of the data",
                           name);
    return evaluate_writer_print(&(WriterQuestion){.model = name,
                                                   .data = v->data,
                                                   .judge = v->judge,
                                                   .samples = v->samples,
                                                   .count = v->count ? v->count : 5000,
                                                   .threads = v->threads,
                                                   .seed = v->seed ? v->seed : 1,
                                                   .json = v->json});
}

static bool plots_to_stdout(const Values *v)
{
    return is_stdout(v->confusion) || is_stdout(v->mistakes) || is_stdout(v->reliability) ||
           is_stdout(v->risk) || is_stdout(v->bars) || is_stdout(v->pairs);
}

/* Nobody should wait for a plot in vain. A folder of pairs may be called anything but a picture. */
static int check_outputs(const Values *v, Err *e)
{
    const char *plots[] = {v->confusion, v->mistakes, v->reliability, v->risk, v->bars, v->samples,
                           v->pairs && image_can_save(v->pairs) && !file_is_folder(v->pairs) ? v->pairs : NULL};

    for (size_t i = 0; i < sizeof plots / sizeof *plots; i++)
        if (canvas_check(plots[i], e))
            return -ERR_ARGUMENT;
    return 0;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.part = "test"};
    Arguments args;
    Err e = {0};
    char title[300];
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    if (!v.data)
        return usage_error(verb, "it wants --data DATA");
    if (check_outputs(&v, &e))
        return refuse("%s", e.text);
    if (is_writer(args.list[0]))
        return run_writer(verb, &v, args.list[0]);
    if (v.judge || v.samples || v.count || v.seed)
        return usage_error(verb, "--judge, --samples, --count and --seed are for models that write, not for %s",
                           args.list[0]);
    snprintf(title, sizeof title, "%.100s on %.180s", args.list[0], v.data);
    Work w = {.values = &v, .name = args.list[0], .title = title};
    Progress progress = progress_start();
    Team *team = team_new(v.threads, &e);

    status = team ? evaluate_model(&w, team, &progress, &e) : -(int)ERR_MEMORY;
    progress_end(&progress);
    if (status)
        status = refuse("%s", e.text);
    else if (plots_to_stdout(&v))
        status = STATUS_DONE;
    else if (v.corrupt)
        status =
            v.json ? print_robustness_json(&w) : (print_robustness(&w.robustness), STATUS_DONE);
    else if (v.json)
        status = (w.numbers.count ? print_numbers_json : print_json)(&w);
    else if (w.numbers.count)
        print_numbers(&w.numbers);
    else
        print_text(&w);
    if (!status && !v.json && !plots_to_stdout(&v) && w.redrawing.count)
        redrawing_print(&w.redrawing);
    numbers_evaluation_free(&w.numbers);
    evaluation_free(&w.result);
    evaluation_free(&w.train);
    evaluation_free(&w.none);
    redrawing_free(&w.redrawing);
    redrawing_free(&w.redrawing_train);
    dataset_free(w.data);
    model_free(w.model);
    team_free(team);
    return status;
}

const Verb verb_evaluate = {
    .name = "evaluate",
    .arguments = "MODEL",
    .about = "how well a model reads a labelled set; plots of it, a report",
    .more = "MODEL is a model that ships, a file, or the folder of a run. Accuracies stand with their 95 % interval\n"
            "(Wilson). Plots are .png, .svg or .pdf by their ending; the report is one page that needs nothing beside\n"
            "it. A CSV of pictures and numbers of several digits is read as read does: MODEL is then line, or what\n"
            "reads digits that stand apart; to line, a label of one digit is a number, too. Of a model that writes:\n"
            "digits as they come and read back by a judge, beside real ones.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
