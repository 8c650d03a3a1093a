#include "data/csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SIDE_LIMIT = 1024, LIST_COLUMNS = 4, LINE_LIMIT = 1 << 16 };

/* ---- lines ---- */

typedef struct Lines {
    const uint8_t *at, *end;
    size_t number; /* of the line that was taken last */
} Lines;

typedef struct Line {
    const uint8_t *at, *end; /* without its end of line */
} Line;

static Lines lines_of(const uint8_t *bytes, size_t size)
{
    bool marked = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0; /* UTF-8's byte order mark */

    return (Lines){.at = bytes + (marked ? 3 : 0), .end = bytes + size};
}

/* The next line that holds something. */
static bool next_line(Lines *l, Line *out)
{
    while (l->at < l->end) {
        const uint8_t *newline = memchr(l->at, '\n', (size_t)(l->end - l->at));
        const uint8_t *end = newline ? newline : l->end;

        *out = (Line){l->at, end};
        l->number++;
        l->at = newline ? newline + 1 : l->end;
        while (out->end > out->at && (out->end[-1] == '\r' || out->end[-1] == ' '))
            out->end--;
        if (out->end > out->at)
            return true;
    }
    return false;
}

static size_t columns_of(Line line)
{
    size_t n = 1;

    for (const uint8_t *p = line.at; p < line.end; p++)
        n += *p == ',';
    return n;
}

bool csv_is_list(const uint8_t *bytes, size_t size)
{
    Lines lines = lines_of(bytes, size);
    Line first;

    return next_line(&lines, &first) && columns_of(first) <= LIST_COLUMNS;
}

/* ---- pixels ---- */

/* The whole number from 0 to `most` that the next field is, or -1. Moves to the next field. */
static int next_number(Line *line, int most)
{
    const uint8_t *p = line->at;
    int value = 0, digits = 0;

    for (; p < line->end && *p >= '0' && *p <= '9' && value <= most; p++, digits++)
        value = value * 10 + (*p - '0');
    if (!digits || value > most || (p < line->end && *p != ','))
        return -1;
    line->at = p < line->end ? p + 1 : p;
    return value;
}

/* The sentence about a field that is no number. */
static int refuse_field(const char *name, const Lines *lines, Line rest, size_t column, int most,
                        Err *e)
{
    const uint8_t *comma = memchr(rest.at, ',', (size_t)(rest.end - rest.at));
    size_t length = (size_t)((comma ? comma : rest.end) - rest.at);

    return err_set(
        e, ERR_FORMAT, "%s: line %zu, column %zu: '%.*s' is not a whole number from 0 to %d", name,
        lines->number, column + 1, (int)(length < 40 ? length : 40), (const char *)rest.at, most);
}

/* The side of the pictures of which a line with these columns holds one; 0 if that is no square. */
static int side_of(size_t columns)
{
    int side = 1;

    while (side <= SIDE_LIMIT && (size_t)side * (size_t)side < columns - 1)
        side++;
    return (size_t)side * (size_t)side == columns - 1 ? side : 0;
}

static bool is_header(Line line)
{
    return next_number(&line, 1 << 24) < 0 && line.at < line.end &&
           ((*line.at | 32) >= 'a' || *line.at == '"') &&
           strncasecmp((const char *)line.at, "nan", 3) != 0;
}

static int read_row(const char *name, const Lines *lines, Line line, int label_limit, size_t pixels,
                    uint8_t *out, int *label, Err *e)
{
    size_t columns = columns_of(line);

    if (columns != pixels + 1)
        return err_set(e, ERR_FORMAT, "%s: line %zu has %zu columns, the first has %zu", name,
                       lines->number, columns, pixels + 1);
    *label = next_number(&line, label_limit - 1);
    if (*label < 0)
        return refuse_field(name, lines, line, 0, label_limit - 1, e);
    for (size_t i = 0; i < pixels; i++) {
        int value = next_number(&line, 255);
        if (value < 0)
            return refuse_field(name, lines, line, i + 1, 255, e);
        out[i] = (uint8_t)value;
    }
    return 0;
}

/* How many rows there can be: every line that holds something, but no more than fit in the bytes.
 */
static size_t count_rows(Lines lines, size_t size, size_t columns)
{
    size_t n = 0, most = size / (2 * columns) + 1;
    Line line;

    while (n < most && next_line(&lines, &line))
        n++;
    return n;
}

int csv_read_pixels(const char *name, const uint8_t *bytes, size_t size, int label_limit,
                    CsvPixels *out, Err *e)
{
    Lines lines = lines_of(bytes, size), ahead = lines;
    Line line;

    if (!next_line(&ahead, &line))
        return err_set(e, ERR_FORMAT, "%s: holds no line", name);
    size_t columns = columns_of(line), rows = count_rows(lines, size, columns);
    CsvPixels p = {.side = columns > 1 ? side_of(columns) : 0};
    if (!p.side)
        return err_set(
            e, ERR_FORMAT,
            "%s: %zu columns are not a label and the pixels of a square (28x28 makes 785)", name,
            columns);
    if (is_header(line))
        lines = ahead;
    p.pixels = malloc(rows * (columns - 1));
    p.labels = malloc(rows * sizeof *p.labels);
    int r =
        p.pixels && p.labels ? 0 : err_set(e, ERR_MEMORY, "%s: no memory for %zu rows", name, rows);
    while (!r && next_line(&lines, &line)) {
        assert(p.count < rows); /* a row takes at least two bytes a column */
        r = read_row(name, &lines, line, label_limit, columns - 1,
                     p.pixels + p.count * (columns - 1), &p.labels[p.count], e);
        p.count++;
    }
    if (!r && p.count == 0)
        r = err_set(e, ERR_FORMAT, "%s: holds a header and no picture", name);
    if (r) {
        free(p.pixels);
        free(p.labels);
        return r;
    }
    *out = p;
    return 0;
}

/* ---- lists of pictures ---- */

typedef struct Fields {
    int count;
    char *at[LIST_COLUMNS];
} Fields;

/* One field as a string; moves `*p` behind it, onto a comma or the end. NULL if a quote stays open.
 */
static char *take_field(char **p)
{
    char *from = *p, *field = from, *to = from;

    if (*from != '"') {
        *p = from + strcspn(from, ",");
        return field;
    }
    for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    if (!*from || (from[1] && from[1] != ','))
        return NULL;
    *to = 0;
    *p = from + 1;
    return field;
}

/* Cuts a line, which is a string that may be written to, into its fields. */
static bool cut_fields(char *line, Fields *f)
{
    for (f->count = 0; f->count < LIST_COLUMNS; line++) {
        char *field = take_field(&line);
        if (!field)
            return false;
        f->at[f->count++] = field;
        bool last = !*line;
        *line = 0;
        if (last)
            return true;
    }
    return false;
}

typedef struct Columns {
    int path, label, group; /* group: -1 if there is none */
} Columns;

static int find_column(const Fields *f, const char *const *words)
{
    for (; *words; words++)
        for (int i = 0; i < f->count; i++)
            if (strcasecmp(f->at[i], *words) == 0)
                return i;
    return -1;
}

/* Is this line a header? Then it says which column holds what. */
static bool read_header(const Fields *f, Columns *out)
{
    static const char *const paths[] = {"path", "file", "filename", "image", "name", NULL};
    static const char *const labels[] = {"label", "class", "digit", "text", NULL};
    static const char *const groups[] = {"group", "writer", "user", "author", NULL};
    Columns c = {find_column(f, paths), find_column(f, labels), find_column(f, groups)};

    if (c.path < 0 || c.label < 0)
        return false;
    *out = c;
    return true;
}

/* The line as a string, unless it holds a NUL or is too long. */
static bool copy_line(Line line, char *out)
{
    size_t n = (size_t)(line.end - line.at);

    if (n >= LINE_LIMIT || memchr(line.at, 0, n))
        return false;
    memcpy(out, line.at, n);
    out[n] = 0;
    return true;
}

static int read_list_line(const char *name, size_t number, const Fields *f, Columns c, Listing *out,
                          Err *e)
{
    int most = c.path > c.label ? c.path : c.label;

    if (f->count <= most)
        return err_set(e, ERR_FORMAT, "%s: line %zu has %d columns, a path and a label are needed",
                       name, number, f->count);
    if (!*f->at[c.path] || !*f->at[c.label])
        return err_set(e, ERR_FORMAT, "%s: line %zu: its %s is empty", name, number,
                       *f->at[c.path] ? "label" : "path");
    listing_add(out, f->at[c.path], f->at[c.label],
                c.group >= 0 && c.group < f->count ? f->at[c.group] : NULL);
    return 0;
}

int csv_read_list(const char *name, const uint8_t *bytes, size_t size, Listing *out, Err *e)
{
    Lines lines = lines_of(bytes, size);
    Columns columns = {0, 1, 2};
    char *text = malloc(LINE_LIMIT);
    bool first = true;
    Fields f;
    Line line;
    int r = text ? 0 : err_set(e, ERR_MEMORY, "%s: no memory", name);

    while (!r && next_line(&lines, &line)) {
        if (!copy_line(line, text) || !cut_fields(text, &f))
            r = err_set(e, ERR_FORMAT, "%s: line %zu is no list of up to %d fields", name,
                        lines.number, LIST_COLUMNS);
        else if (!first || !read_header(&f, &columns))
            r = read_list_line(name, lines.number, &f, columns, out, e);
        first = false;
    }
    if (!r && listing_failed(out))
        r = err_set(e, ERR_MEMORY, "%s: no memory for its list", name);
    if (!r && out->count == 0)
        r = err_set(e, ERR_FORMAT, "%s: lists no picture", name);
    free(text);
    return r;
}
