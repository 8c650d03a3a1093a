#include "train/evaluate_numbers.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "image/codec.h"

enum { TEXT_LIMIT = 500, TENTHS = 10 }; /* of a text that is compared: longer ones are cut */

/* The lines of a reading, a "/" between. NULL without memory. */
static char *joined(const Reading *reading)
{
    Writer w = {0};

    for (int i = 0; i < reading->line_count; i++)
        writer_text(&w, "%s%s", i ? "/" : "", reading->lines[i].text);
    writer_put(&w, "", 1);
    if (w.failed) {
        writer_free(&w);
        return NULL;
    }
    return (char *)w.bytes;
}

static double sureness(const Reading *reading)
{
    double p = 1;

    for (int i = 0; i < reading->line_count; i++)
        for (int k = 0; k < reading->lines[i].number_count; k++)
            p *= reading->lines[i].numbers[k].probability;
    return p;
}

/* How many digits have to be changed, added or taken away to make one text the other. */
static long distance(const char *a, const char *b)
{
    int n = (int)strnlen(a, TEXT_LIMIT), m = (int)strnlen(b, TEXT_LIMIT);
    int row[TEXT_LIMIT + 1];

    for (int k = 0; k <= m; k++)
        row[k] = k;
    for (int i = 1; i <= n; i++) {
        int corner = row[0];

        row[0] = i;
        for (int k = 1; k <= m; k++) {
            int above = row[k], best = corner + (a[i - 1] != b[k - 1]);

            best = above + 1 < best ? above + 1 : best;
            best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
            corner = above;
            row[k] = best;
        }
    }
    return row[m];
}

static long count_digits(const char *text)
{
    long n = 0;

    for (; *text; text++)
        n += *text >= '0' && *text <= '9';
    return n;
}

static int add_mistake(NumbersEvaluation *v, size_t index, char *text, double probability)
{
    long n = v->count - 1 - v->right;
    NumberMistake *more = realloc(v->mistakes, ((size_t)n + 1) * sizeof *more);

    if (!more)
        return -1;
    v->mistakes = more;
    v->mistakes[n] = (NumberMistake){index, text, probability};
    return 0;
}

/* Takes one picture's text over. */
static int count_one(NumbersEvaluation *v, size_t index, const char *label, char *text, double probability)
{
    bool right = !strcmp(label, text), refused = !*text || strchr(text, '?');

    v->probabilities[v->count] = (float)probability;
    v->exact[v->count++] = right;
    v->right += right;
    v->refused += refused;
    v->wrong += !right && !refused;
    v->digits += count_digits(label);
    v->digit_errors += distance(label, text);
    if (!right && add_mistake(v, index, text, probability) == 0)
        return 0;
    free(text);
    return right ? 0 : -1;
}

static int read_one(Reader *reader, const Dataset *data, size_t i, NumbersEvaluation *v, Err *e)
{
    Image *im = image_load(data->names[i], e);
    Reading *reading = im ? reader_read(reader, im, &(ReadOptions){0}, e) : NULL;
    char *text = reading ? joined(reading) : NULL;
    int status = reading ? 0 : -(int)ERR_IO;

    if (reading && (!text || count_one(v, i, data->texts[i], text, sureness(reading))))
        status = err_set(e, ERR_MEMORY, "no memory for the reading of %s", data->names[i]);
    reading_free(reading);
    image_free(im);
    return status;
}

static int read_all(Reader *reader, const Dataset *data, const Watch *watch, NumbersEvaluation *v, Err *e)
{
    int status = 0;

    for (size_t i = 0; !status && i < data->count; i++) {
        status = read_one(reader, data, i, v, e);
        if (!status)
            watch_tell(watch, i + 1, data->count);
    }
    if (!status)
        status = metric_risk_coverage(v->count, v->probabilities, v->exact, v->risk, &v->risk_area, e);
    v->interval = metric_wilson(v->right, v->count);
    return status;
}

int evaluate_numbers(Reader *reader, const Dataset *data, const Watch *watch, NumbersEvaluation *out, Err *e)
{
    int status;

    *out = (NumbersEvaluation){0};
    if (!data->texts || !data->count)
        return err_set(e, ERR_ARGUMENT, "the data has no numbers of several digits");
    out->probabilities = malloc(data->count * sizeof *out->probabilities);
    out->exact = malloc(data->count * sizeof *out->exact);
    out->risk = malloc(data->count * sizeof *out->risk);
    status = out->probabilities && out->exact && out->risk
                 ? read_all(reader, data, watch, out, e)
                 : err_set(e, ERR_MEMORY, "no memory for %zu readings", data->count);
    if (status)
        numbers_evaluation_free(out);
    return status;
}

void numbers_evaluation_free(NumbersEvaluation *v)
{
    for (long i = 0; v->mistakes && i < v->count - v->right; i++)
        free(v->mistakes[i].text);
    free(v->mistakes);
    free(v->probabilities);
    free(v->exact);
    free(v->risk);
    *v = (NumbersEvaluation){0};
}

/* ---- JSON ---- */

static json_t *risk_json(const NumbersEvaluation *v)
{
    json_t *list = json_array();

    for (int i = 1; i <= TENTHS; i++) {
        long n = (v->count * i + TENTHS - 1) / TENTHS;

        json_array_append_new(list, json_pack("[f, f]", (double)n / (double)v->count, (double)v->risk[n - 1]));
    }
    return list;
}

static json_t *mistakes_json(const NumbersEvaluation *v, const Dataset *data)
{
    json_t *list = json_array();

    for (long i = 0; i < v->count - v->right; i++) {
        const NumberMistake *m = &v->mistakes[i];

        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:f}", "image", data->names[m->index], "label",
                                              data->texts[m->index], "text", m->text, "probability", m->probability));
    }
    return list;
}

char *numbers_evaluation_json(const NumbersEvaluation *v, const char *model, const char *name, const Dataset *data)
{
    json_t *object =
        json_pack("{s:s, s:s, s:I, s:I, s:f, s:[f,f], s:I, s:I, s:I, s:I, s:o, s:o}", "model", model, "data", name,
                  "count", (json_int_t)v->count, "right", (json_int_t)v->right, "accuracy",
                  (double)v->right / (double)v->count, "interval", v->interval.low, v->interval.high, "refused",
                  (json_int_t)v->refused, "wrong", (json_int_t)v->wrong, "digits", (json_int_t)v->digits,
                  "digit_errors", (json_int_t)v->digit_errors, "risk", risk_json(v), "mistakes", mistakes_json(v, data));
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;

    json_decref(object);
    return text;
}
