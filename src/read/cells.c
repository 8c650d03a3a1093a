#include "read/cells.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/digit.h"
#include "read/way_up.h"

enum { DIGITS = 10, CELL_PIXELS = 160, CELL_WIDTH = 640 };
static const double inset = 0.02; /* of a cell's side: half of a line */
static const double middle =
    0.72; /* of a cell's sides: where ink must lie for it not to be empty */
static const double least_ink = 0.006; /* of that area */

/* ---- one cell ---- */

/* The cell seen straight, its lines at the rim. */
static Image *cut_cell(const Image *photo, const Spot corners[4], Err *e)
{
    double wide = fmax(hypot(corners[1].x - corners[0].x, corners[1].y - corners[0].y),
                       hypot(corners[2].x - corners[3].x, corners[2].y - corners[3].y));
    double high = fmax(hypot(corners[3].x - corners[0].x, corners[3].y - corners[0].y),
                       hypot(corners[2].x - corners[1].x, corners[2].y - corners[1].y));
    double by = fmin(1, fmin(CELL_PIXELS / fmax(high, 1), CELL_WIDTH / fmax(wide, 1)));
    int w = (int)fmax(4, wide * by), h = (int)fmax(4, high * by);
    double x = inset * w, y = inset * h;
    Spot here[4] = {{-x, -y}, {w + x, -y}, {w + x, h + y}, {-x, h + y}};
    Perspective p;

    if (!perspective_fit(&p, here, corners, 4))
        return image_new(4, 4, photo->channels, e);
    return perspective_view(photo, &p, w, h, e);
}

/* Whether any ink lies in the middle of a cell. */
static int is_empty(const Image *cell, bool *empty, Err *e)
{
    int x0 = (int)(cell->width * (1 - middle) / 2), y0 = (int)(cell->height * (1 - middle) / 2),
        count = 0;
    InkMap *m;
    Image *inner = image_crop(cell, x0, y0, cell->width - 2 * x0, cell->height - 2 * y0, e);

    m = inner ? ink_find(inner, &(InkOptions){.polarity = INK_DARK}, e) : NULL;
    image_free(inner);
    if (!m)
        return -(int)ERR_MEMORY;
    for (int i = 0; i < m->width * m->height; i++)
        count += m->ink[i] > 0.4f;
    *empty = m->blank || count < least_ink * m->width * m->height;
    ink_free(m);
    return 0;
}

static void put_digit(const Model *m, const double *p, Cell *cell)
{
    int best = 0;

    for (int i = 1; i < DIGITS; i++)
        best = p[i] > p[best] ? i : best;
    cell->probability = p[best];
    bool refused =
        p[best] < m->calibration.threshold || (m->class_count > DIGITS && p[DIGITS] > p[best]);
    strcpy(cell->text, refused ? "?" : (char[]){(char)('0' + best), 0});
}

/* ---- all cells ---- */

typedef struct Seen { /* the cells that hold a digit */
    uint8_t *pixels;  /* (count, 784) */
    Cell **cells;
    double *p;
    int count;
} Seen;

/* A digit that is less likely than not is refused, as on a page. */
static void take_number(const LineReading *number, Cell *cell)
{
    memcpy(cell->text, number->text, sizeof number->text);
    for (int i = 0; i < number->count; i++)
        if (number->digits[i].probability < LINE_SURE)
            cell->text[i] = '?';
    cell->probability = number->probability;
}

static int see_cell(const Image *photo, Cell *cell, LineReader *numbers, Seen *seen, Err *e)
{
    Image *im = cut_cell(photo, cell->corners, e);
    DigitInfo info;
    LineReading number;
    bool empty = false;
    int status = im ? is_empty(im, &empty, e) : -(int)ERR_MEMORY;

    cell->probability = 1;
    if (!status && !empty && numbers) {
        status = line_read(numbers, im, &(LineOptions){.polarity = INK_DARK, .is_part = true}, &number, e);
        if (!status)
            take_number(&number, cell);
    } else if (!status && !empty) {
        status = digit_from_image(im, &(DigitOptions){.polarity = INK_DARK},
                                  seen->pixels + (size_t)seen->count * DIGIT_PIXELS, &info, e);
        if (!status && !info.blank)
            seen->cells[seen->count++] = cell;
    }
    image_free(im);
    return status;
}

static int see_all(Reader *digits, LineReader *numbers, const Image *photo, CellsReading *c, Err *e)
{
    size_t n = (size_t)c->rows * c->columns;
    const Model *m = reader_model(digits);
    Seen seen = {malloc(n * DIGIT_PIXELS), malloc(n * sizeof *seen.cells),
                 malloc(n * m->class_count * sizeof *seen.p), 0};
    int status = seen.pixels && seen.cells && seen.p
                     ? 0
                     : err_set(e, ERR_MEMORY, "no memory for %zu cells", n);

    for (size_t i = 0; !status && i < n; i++)
        status = see_cell(photo, &c->cells[i], numbers, &seen, e);
    if (!status) {
        reader_classify(digits, seen.pixels, seen.count, seen.p);
        for (int i = 0; i < seen.count; i++)
            put_digit(m, seen.p + (size_t)i * m->class_count, seen.cells[i]);
    }
    free(seen.pixels);
    free(seen.cells);
    free(seen.p);
    return status;
}

/* ---- the way up ---- */

/* `nodes` are those of the photo, where the table may lie: turned to the right by `degrees` it is upright. */
static void place_cells(const Spot *nodes, int degrees, CellsReading *c)
{
    int across = degrees % 180 ? c->rows : c->columns; /* on the photo */

    for (int r = 0; r < c->rows; r++)
        for (int k = 0; k < c->columns; k++) {
            int row = degrees == 0 ? r : degrees == 90 ? c->columns - 1 - k : degrees == 180 ? c->rows - 1 - r : k;
            int column = degrees == 0 ? k : degrees == 90 ? r : degrees == 180 ? c->columns - 1 - k : c->rows - 1 - r;
            const Spot *top = nodes + row * (across + 1) + column, *low = top + across + 1;
            const Spot around[4] = {top[0], top[1], low[1], low[0]};
            Cell *cell = &c->cells[r * c->columns + k];

            *cell = (Cell){0};
            for (int i = 0; i < 4; i++)
                cell->corners[i] = around[(i + 4 - degrees / 90) % 4];
        }
}

/* How sure all that was read is (way_up.h); *numbers and *digits are how many there are. */
static double sure_of(const CellsReading *c, int *numbers, int *digits)
{
    double sum = 0;

    *numbers = *digits = 0;
    for (int i = 0; i < c->rows * c->columns; i++)
        if (*c->cells[i].text) {
            ++*numbers;
            *digits += (int)strlen(c->cells[i].text);
            sum += way_sure(c->cells[i].probability);
        }
    return sum;
}

static double worth(const CellsReading *c)
{
    int numbers, digits;
    double sure = sure_of(c, &numbers, &digits);

    return way_worth(digits, sure);
}

static bool is_doubtful(const CellsReading *c)
{
    int numbers, digits;
    double sure = sure_of(c, &numbers, &digits);

    return way_is_doubtful(numbers, sure);
}

/* Reads the table turned; that takes the place of what is in *c where it is clearly worth more. */
static int read_turned(Reader *digits, LineReader *numbers, const Image *photo, const Spot *nodes, int degrees, CellsReading *c,
                       Err *e)
{
    size_t n = (size_t)c->rows * c->columns;
    CellsReading other = {c->rows, c->columns, calloc(n, sizeof *other.cells), degrees};
    int status = other.cells ? 0 : err_set(e, ERR_MEMORY, "no memory for %zu cells", n);

    if (!status) {
        place_cells(nodes, degrees, &other);
        status = see_all(digits, numbers, photo, &other, e);
    }
    if (!status && way_is_better(worth(&other), worth(c))) {
        CellsReading old = *c;

        *c = other;
        other = old;
    }
    free(other.cells);
    return status;
}

/* The grid that was found, as it lies; where that is in doubt, upside down. */
static int read_upright(Reader *digits, LineReader *numbers, const Image *photo, const Spot *nodes, CellsReading *c, Err *e)
{
    int status;

    place_cells(nodes, 0, c);
    status = see_all(digits, numbers, photo, c, e);
    return status || !is_doubtful(c) ? status : read_turned(digits, numbers, photo, nodes, 180, c, e);
}

/* There is no such grid, but there may be one that lies on a side: of as many columns as there should be rows, and the other way
 * round. `why` is what is said where there is none, or where its digits are upright. */
static int read_lying(Reader *digits, LineReader *numbers, const Image *photo, Spot *nodes, CellsReading *c, const Err *why, Err *e)
{
    CellsReading upright = {c->columns, c->rows, c->cells, 0};
    int status = cells_find(photo, c->columns, c->rows, nodes, NULL);
    double least = 0;

    if (!status) {
        place_cells(nodes, 0, &upright);
        status = see_all(digits, numbers, photo, &upright, e);
        least = worth(&upright);
        memset(c->cells, 0, (size_t)c->rows * c->columns * sizeof *c->cells);
        if (!status)
            status = read_turned(digits, numbers, photo, nodes, 90, c, e);
        if (!status)
            status = read_turned(digits, numbers, photo, nodes, 270, c, e);
        if (!status && way_is_better(worth(c), least))
            return 0;
    }
    return status == -(int)ERR_MEMORY ? status : err_set(e, why->code, "%s", why->text);
}

CellsReading *cells_read(Reader *digits, LineReader *numbers, const Image *photo, int rows,
                         int columns, Err *e)
{
    CellsReading *c = calloc(1, sizeof *c);
    Spot *nodes = malloc(((size_t)rows + 1) * ((size_t)columns + 1) * sizeof *nodes);
    Err why = {0};
    int status = 0;

    if (c)
        *c = (CellsReading){rows, columns, calloc((size_t)rows * columns, sizeof *c->cells), 0};
    if (!c || !c->cells || !nodes)
        status = err_set(e, ERR_MEMORY, "no memory for %d x %d cells", rows, columns);
    else if (!cells_find(photo, rows, columns, nodes, &why))
        status = read_upright(digits, numbers, photo, nodes, c, e);
    else
        status = read_lying(digits, numbers, photo, nodes, c, &why, e);
    free(nodes);
    if (status) {
        cells_free(c);
        return NULL;
    }
    return c;
}

void cells_free(CellsReading *c)
{
    if (c)
        free(c->cells);
    free(c);
}

/* A file's name need not be UTF-8, JSON has to be. */
static json_t *name_json(const char *name)
{
    json_t *text = json_string(name);

    return text ? text : json_string("(a name that is not UTF-8)");
}

char *cells_json(const CellsReading *c, const char *image_name)
{
    json_t *rows = json_array();

    for (int r = 0; r < c->rows; r++) {
        json_t *row = json_array();
        for (int k = 0; k < c->columns; k++) {
            const Cell *cell = &c->cells[r * c->columns + k];
            json_t *corners = json_array();
            for (int i = 0; i < 4; i++)
                json_array_append_new(corners,
                                      json_pack("[ff]", round(cell->corners[i].x * 10) / 10,
                                                round(cell->corners[i].y * 10) / 10));
            json_array_append_new(
                row, json_pack("{s:s, s:f, s:o}", "text", cell->text, "probability",
                               round(cell->probability * 1e5) / 1e5, "corners", corners));
        }
        json_array_append_new(rows, row);
    }
    json_t *root = json_pack("{s:o, s:i, s:o}", "image", name_json(image_name), "turned", c->turned, "cells", rows);
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(7)) : NULL;

    json_decref(root);
    return text;
}
