/* A reading as the JSON of `read --json` (docs/formats.md). */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "read/reader.h"

/* Four digits after the point say all that a probability has to say. */
static json_t *probability(double p)
{
    return json_real(round(p * 1e4) / 1e4);
}

static json_t *alternatives_json(const ReadDigit *d)
{
    json_t *list = json_array();

    for (int i = 0; i < READ_ALTERNATIVES; i++)
        json_array_append_new(list, json_pack("[i, o]", d->alternatives[i].digit,
                                              probability(d->alternatives[i].probability)));
    return list;
}

static json_t *digit_json(const ReadDigit *d)
{
    json_t *digit = d->digit < 0 ? json_null() : json_integer(d->digit);

    return json_pack("{s:[i,i,i,i], s:o, s:o, s:o}", "box", d->x, d->y, d->width, d->height, "digit", digit,
                     "probability", probability(d->probability), "alternatives", alternatives_json(d));
}

static json_t *number_json(const ReadNumber *n)
{
    return json_pack("{s:i, s:i, s:o}", "first", n->first, "count", n->count, "probability",
                     probability(n->probability));
}

static json_t *line_json(const ReadLine *line)
{
    json_t *digits = json_array(), *numbers = json_array();

    for (int i = 0; i < line->count; i++)
        json_array_append_new(digits, digit_json(&line->digits[i]));
    for (int i = 0; i < line->number_count; i++)
        json_array_append_new(numbers, number_json(&line->numbers[i]));
    return json_pack("{s:s, s:o, s:o}", "text", line->text, "numbers", numbers, "digits", digits);
}

char *reading_json(const Reading *reading, const char *image_name)
{
    json_t *lines = json_array(), *name = json_string(image_name), *object;
    char *text;

    for (int i = 0; i < reading->line_count; i++)
        json_array_append_new(lines, line_json(&reading->lines[i]));
    if (!name) /* a file's name need not be UTF-8, JSON has to be */
        name = json_string("(a name that is not UTF-8)");
    object = json_pack("{s:o, s:i, s:i, s:i, s:o}", "image", name, "width", reading->width, "height", reading->height, "turned",
                       reading->turned, "lines", lines);
    text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(object);
    return text;
}
