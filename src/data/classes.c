/* A list of pictures becomes a set: what its labels and writers are, in numbers. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset_build.h"

/* "0" to "9" are themselves; "10" and "noise" are what is no digit; -1 is something else. */
static int digit_label(const char *text)
{
    if (isdigit((unsigned char)text[0]) && !text[1])
        return text[0] - '0';
    return strcmp(text, "10") == 0 || strcmp(text, "noise") == 0 ? DATASET_NOISE : -1;
}

/* Digits, perhaps with what separates numbers and lines. */
static bool is_number(const char *text)
{
    return isdigit((unsigned char)text[0]) && text[strspn(text, "0123456789 /.,-")] == 0;
}

static bool all_are_digits(const Listing *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (digit_label(listing_label(l, i)) < 0)
            return false;
    return true;
}

/* The first picture whose label is no number; the count if there is none. */
static size_t first_no_number(const Listing *l)
{
    size_t i = 0;

    while (i < l->count && is_number(listing_label(l, i)))
        i++;
    return i;
}

bool dataset_name_classes(Dataset *d, int classes)
{
    enum { ROOM = 12 };
    char *text = malloc((size_t)classes * ROOM);

    d->class_names = malloc((size_t)classes * sizeof *d->class_names);
    d->blocks[2] = text;
    if (!text || !d->class_names)
        return false;
    d->classes = classes;
    for (int i = 0; i < classes; i++) {
        snprintf(text + i * ROOM, ROOM, "%d", i);
        d->class_names[i] = text + i * ROOM;
    }
    if (classes == DATASET_NOISE + 1)
        d->class_names[DATASET_NOISE] = "noise";
    return true;
}

/* ---- names in order ---- */

typedef struct Name {
    const char *text; /* NULL: none */
    size_t index;     /* of the picture */
} Name;

static bool is_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == 0;
}

/* Numbers by value and before words, words by their bytes. */
static int compare_names(const char *a, const char *b)
{
    if (is_digits(a) != is_digits(b))
        return is_digits(a) ? -1 : 1;
    if (is_digits(a)) {
        size_t zeros_a = strspn(a, "0"), zeros_b = strspn(b, "0");
        size_t na = strlen(a + zeros_a), nb = strlen(b + zeros_b);
        int r = na != nb ? (na < nb ? -1 : 1) : strcmp(a + zeros_a, b + zeros_b);
        if (r)
            return r;
    }
    return strcmp(a, b);
}

static int by_name(const void *a, const void *b)
{
    const Name *x = a, *y = b;

    return compare_names(x->text, y->text);
}

typedef const char *NameOf(const Listing *l, size_t i);

/* The different names that pictures have, in order, and the number of each picture's: -1 where it
 * has none. Returns how many, or -1 when memory is gone; the caller frees both arrays. */
static int number_names(const Listing *l, NameOf *name_of, int **numbers, const char ***names)
{
    Name *sorted = malloc((l->count + 1) * sizeof *sorted);
    size_t n = 0;
    int different = 0;

    *numbers = malloc((l->count + 1) * sizeof **numbers);
    *names = malloc((l->count + 1) * sizeof **names);
    if (!sorted || !*numbers || !*names) {
        free(sorted);
        return -1;
    }
    for (size_t i = 0; i < l->count; i++) {
        (*numbers)[i] = -1;
        if (name_of(l, i))
            sorted[n++] = (Name){name_of(l, i), i};
    }
    qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(sorted[i].text, sorted[i - 1].text) != 0)
            (*names)[different++] = sorted[i].text;
        (*numbers)[sorted[i].index] = different - 1;
    }
    free(sorted);
    return different;
}

/* ---- a set of a list ---- */

static int classes_are_digits(Dataset *d, const Listing *l, bool as_noise)
{
    int most = 0;

    d->labels = malloc(l->count * sizeof *d->labels);
    if (!d->labels)
        return -1;
    for (size_t i = 0; i < l->count; i++) {
        d->labels[i] = as_noise ? DATASET_NOISE : digit_label(listing_label(l, i));
        most = d->labels[i] > most ? d->labels[i] : most;
    }
    return dataset_name_classes(d, most == DATASET_NOISE ? DATASET_NOISE + 1 : 10) ? 0 : -1;
}

static int labels_are_texts(Dataset *d, const Listing *l)
{
    d->texts = malloc(l->count * sizeof *d->texts);
    for (size_t i = 0; d->texts && i < l->count; i++)
        d->texts[i] = listing_label(l, i);
    return d->texts ? 0 : -1;
}

/* Sets classes, labels and their names, or the texts of numbers; -1 when memory is gone. */
static int set_labels(Dataset *d, const Listing *l, bool numbers, const DatasetOptions *options)
{
    if (options->as_numbers)
        return labels_are_texts(d, l);
    if (options->as_noise || all_are_digits(l))
        return classes_are_digits(d, l, options->as_noise);
    if (numbers && first_no_number(l) == l->count)
        return labels_are_texts(d, l);
    d->classes = number_names(l, listing_label, &d->labels, &d->class_names);
    return d->classes < 0 ? -1 : 0;
}

static int set_names_and_groups(Dataset *d, const Listing *l)
{
    d->names = malloc(l->count * sizeof *d->names);
    for (size_t i = 0; d->names && i < l->count; i++)
        d->names[i] = listing_path(l, i);
    if (d->names && l->has_groups)
        d->group_count = number_names(l, listing_group, &d->groups, &d->group_names);
    return !d->names || d->group_count < 0 ? -1 : 0;
}

/* What dataset_of_listing does; on failure `d` is partly filled. */
static int fill(Dataset *d, const char *name, Listing *list, bool numbers,
                const DatasetOptions *options, Err *e)
{
    if (list->count > UINT32_MAX / 2)
        return err_set(e, ERR_LIMIT, "%s: %zu pictures are more than are handled", name,
                       list->count);
    size_t wrong = options->as_numbers ? first_no_number(list) : list->count;

    if (wrong < list->count)
        return err_set(e, ERR_FORMAT, "%s: the label '%.60s' of %s is no number", name,
                       listing_label(list, wrong), listing_path(list, wrong));
    d->count = list->count;
    if (set_labels(d, list, numbers, options) || set_names_and_groups(d, list))
        return err_set(e, ERR_MEMORY, "%s: no memory for %zu labels", name, list->count);
    d->blocks[1] = list->text.bytes; /* all strings point into it */
    list->text = (Writer){0};
    if (d->classes > DATASET_CLASS_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: %d different labels, at most %d are handled", name,
                       d->classes, DATASET_CLASS_LIMIT);
    if (d->texts)
        return 0;
    return dataset_load_pictures(d, options, e);
}

Dataset *dataset_of_listing(const char *name, Listing *list, bool numbers,
                            const DatasetOptions *options, Err *e)
{
    Dataset *d = calloc(1, sizeof *d);

    if (!d || list->count == 0) {
        err_set(e, d ? ERR_FORMAT : ERR_MEMORY, "%s: %s", name,
                d ? "lists no picture" : "no memory");
        dataset_free(d);
        d = NULL;
    } else if (fill(d, name, list, numbers, options, e)) {
        dataset_free(d);
        d = NULL;
    } else if (d->texts) {
        snprintf(d->found, sizeof d->found, "numbers in whole pictures");
    }
    listing_free(list);
    return d;
}
