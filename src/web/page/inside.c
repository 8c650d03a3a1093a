/* What the page in the browser calls: the library's reading path as WebAssembly.
 *
 * Every function here is an export; nothing is imported. JavaScript puts bytes into memory that page_room gives, and
 * reads results where the functions say (page/inside.js knows the layout of Shown and Layer). One page, one state:
 * this is the whole program. */
#include <stdlib.h>
#include <string.h>

#include "model/packed.h"
#include "model/shipped.h"
#include "nn/exec.h"
#include "read/reader.h"
#include "read/redrawer.h"
#include "read/scribe.h"

#define EXPORT(type) __attribute__((visibility("default"), used)) type

enum { PIXEL_LIMIT = 16 << 20, ROOM_LIMIT = 256 << 20 };

typedef struct Shown { /* a digit that was read */
    int32_t line, number, x, y, width, height, digit;
    float probability; /* of the likeliest digit, refused or not */
    struct {
        int32_t digit;
        float probability;
    } alternatives[READ_ALTERNATIVES]; /* the likeliest first */
    uint8_t seen[28 * 28];
} Shown;

typedef struct Layer {
    const char *name, *kind;
    int32_t channels, height, width;
} Layer;

static struct {
    const uint8_t *models; /* packed, one after the other */
    size_t models_size;
    Reader *reader;
    Exec *layers;       /* keeps every activation */
    Redrawer *redrawer; /* NULL: the page came without its model */
    Scribe *scribe;     /* opened when something is written */
    Image *written;
    Shown *shown;
    float *activation;
    Err error;
} page;

/* ---- memory and models ---- */

/* Memory for JavaScript to fill; NULL when there is none. */
EXPORT(void *) page_room(size_t size)
{
    return size <= ROOM_LIMIT ? malloc(size) : NULL;
}

EXPORT(void) page_free(void *room)
{
    free(room);
}

EXPORT(const char *) page_error(void)
{
    return page.error.text;
}

/* The packed models, which stay where they are. 0, or -1 and page_error tells. */
EXPORT(int) page_models(const uint8_t *bytes, size_t size)
{
    page.models = bytes;
    page.models_size = size;
    if (shipped_find(REDRAWER_DEFAULT))
        page.redrawer = redrawer_new(NULL, 1, &page.error);
    return shipped_find(REDRAWER_DEFAULT) && !page.redrawer ? -1 : 0;
}

/* shipped.h's, for the models that came with the page. */
const Shipped *shipped_find(const char *wanted)
{
    static Shipped found;
    const uint8_t *rest = page.models, *model;
    size_t left = page.models_size, size;
    static char name[MODEL_NAME];

    while ((model = packed_next(&rest, &left, name, &size)))
        if (strcmp(name, wanted) == 0) {
            found = (Shipped){name, model, size};
            return &found;
        }
    return NULL;
}

Model *shipped_open(const char *wanted, Err *e)
{
    const Shipped *s = shipped_find(wanted);

    if (s)
        return packed_read(s->bytes, s->size, e);
    err_set(e, ERR_ARGUMENT, "the page holds no model '%s'", wanted);
    return NULL;
}

/* Reads with this model from now on; the usual one has the reader of whole numbers beside it. 0, or -1 and page_error
 * tells. */
EXPORT(int) page_choose(const char *name)
{
    Reader *reader = reader_new(strcmp(name, READER_DEFAULT) == 0 ? NULL : name, 1, &page.error);
    Exec *layers = NULL;

    if (reader)
        layers = exec_new(reader_model(reader)->net, &(ExecOptions){.batch = 1, .keep = true},
                          &page.error);
    if (!layers) {
        reader_free(reader);
        return -1;
    }
    exec_free(page.layers);
    reader_free(page.reader);
    page.reader = reader;
    page.layers = layers;
    return 0;
}

/* ---- reading ---- */

/* What a canvas holds, laid on white paper. */
static Image *image_from_canvas(const uint8_t *rgba, int width, int height, Err *e)
{
    Image *im = image_new(width, height, 3, e);

    for (size_t i = 0; im && i < (size_t)width * height; i++)
        for (int c = 0; c < 3; c++)
            im->pixels[3 * i + c] =
                (uint8_t)((rgba[4 * i + c] * rgba[4 * i + 3] + 255 * (255 - rgba[4 * i + 3])) /
                          255);
    return im;
}

static int number_of(const ReadLine *line, int digit)
{
    int n = 0;

    while (n + 1 < line->number_count && line->numbers[n + 1].first <= digit)
        n++;
    return n;
}

static void show_digit(const ReadLine *line, int index, int row, Shown *s)
{
    const ReadDigit *d = &line->digits[index];

    *s = (Shown){.line = row,
                 .number = number_of(line, index),
                 .x = d->x,
                 .y = d->y,
                 .width = d->width,
                 .height = d->height,
                 .digit = d->digit,
                 .probability = (float)d->probability};
    for (int i = 0; i < READ_ALTERNATIVES; i++) {
        s->alternatives[i].digit = d->alternatives[i].digit;
        s->alternatives[i].probability = (float)d->alternatives[i].probability;
    }
    memcpy(s->seen, d->seen, sizeof s->seen);
}

static int show(const Reading *reading)
{
    int count = 0, next = 0;

    for (int i = 0; i < reading->line_count; i++)
        count += reading->lines[i].count;
    free(page.shown);
    page.shown = malloc(((size_t)count + 1) * sizeof *page.shown);
    if (!page.shown)
        return err_set(&page.error, ERR_MEMORY, "no memory for %d digits", count);
    for (int i = 0; i < reading->line_count; i++)
        for (int j = 0; j < reading->lines[i].count; j++)
            show_digit(&reading->lines[i], j, i, &page.shown[next++]);
    return count;
}

/* The digits of a canvas' pixels (height, width, 4), in reading order, at page_shown(); how many, or a negative
 * number and page_error tells. */
EXPORT(int) page_read(const uint8_t *rgba, int width, int height, int single)
{
    if (!page.reader || width < 1 || height < 1 || width > PIXEL_LIMIT / height)
        return err_set(&page.error, ERR_ARGUMENT, "a picture of %d x %d pixels cannot be read",
                       width, height);
    Image *im = image_from_canvas(rgba, width, height, &page.error);
    Reading *reading =
        im ? reader_read(page.reader, im, &(ReadOptions){.single = single}, &page.error) : NULL;
    int count = reading ? show(reading) : -1;

    reading_free(reading);
    image_free(im);
    return count;
}

EXPORT(const Shown *) page_shown(void)
{
    return page.shown;
}

/* The class probabilities of a ready 28x28 picture, by the net of single digits alone; how many. */
EXPORT(int) page_classify(const uint8_t *pixels, double *probabilities)
{
    reader_classify(page.reader, pixels, 1, probabilities);
    return reader_model(page.reader)->class_count;
}

/* How a ready 28x28 picture looks in type, the same size; NULL where the page came without the net for it. */
EXPORT(const uint8_t *) page_type(const uint8_t *pixels)
{
    static uint8_t type[28 * 28];
    RedrawnDigit redrawn;

    if (!page.redrawer)
        return NULL;
    redrawer_draw(page.redrawer, pixels, 1, &redrawn);
    crisp(redrawn.drawn, CRISP_SMOOTH, type);
    return type;
}

/* ---- the net's layers ---- */

EXPORT(int) page_layer_count(void)
{
    return page.reader ? net_op_count(reader_model(page.reader)->net) : 0;
}

EXPORT(const Layer *) page_layer(int index)
{
    static Layer layer;
    OpInfo op = net_op(reader_model(page.reader)->net, index);

    layer = (Layer){op.name, kind_name(op.kind), op.out.c, op.out.h, op.out.w};
    return &layer;
}

/* What layer `index` answers to a 28x28 picture: (channels, height, width), or NULL without memory. */
EXPORT(const float *) page_activation(const uint8_t *pixels, int index)
{
    const Model *m = reader_model(page.reader);
    Shape out = net_op(m->net, index).out;
    float logits[READER_CLASSES], *outputs[NET_INPUTS] = {NULL};
    float *room = realloc(page.activation, (size_t)out.c * out.h * out.w * sizeof *room);

    if (!room)
        return NULL;
    page.activation = room;
    outputs[model_class_output(m)] = logits;
    exec_infer(page.layers,
               &(Batch){.count = 1, .bytes = pixels, .scale = m->scale, .shift = m->shift}, outputs,
               model_class_output(m) + 1);
    exec_read_activation(page.layers, (Node){index}, room);
    return page.activation;
}

/* ---- writing ---- */

/* Writes a number by hand `style`, so many pixels high: 0, and the picture is page_written(); or -1 and page_error
 * tells. */
EXPORT(int) page_write(const char *number, unsigned style, int height)
{
    WriteOptions options = {.seed = 1, .styled = true, .style = style, .height = height};

    if (scribe_check(number, &page.error))
        return -1;
    if (!page.scribe && !(page.scribe = scribe_new(NULL, 1, &page.error)))
        return -1;
    image_free(page.written);
    page.written = scribe_number(page.scribe, number, &options, &page.error);
    return page.written ? 0 : -1;
}

/* Grey, ink light on 0. */
EXPORT(const Image *) page_written(void)
{
    return page.written;
}
