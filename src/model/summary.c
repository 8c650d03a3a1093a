#include "model/summary.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { CELL = 72 }; /* bytes of a cell, its NUL included: a name, or three sizes */

typedef struct Row {
    char cells[5][CELL];
} Row;

/* 61706 as "61,706". */
static void put_grouped(char out[CELL], size_t n)
{
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%zu", n);

    for (int i = 0; i < count; i++) {
        *out++ = digits[i];
        if (i + 1 < count && (count - i - 1) % 3 == 0)
            *out++ = ',';
    }
    *out = 0;
}

static Row row_new(const char *name, const char *kind, size_t parameters, size_t multiply_adds)
{
    Row row = {0};

    snprintf(row.cells[0], CELL, "%s", name);
    snprintf(row.cells[1], CELL, "%s", kind);
    put_grouped(row.cells[3], parameters);
    put_grouped(row.cells[4], multiply_adds);
    return row;
}

/* One row a layer between a head and a total; `*count` rows. NULL when memory is gone. */
static Row *rows_new(const Net *net, int *count)
{
    Row *rows = malloc(((size_t)net_op_count(net) + 2) * sizeof *rows);
    int n = 0;

    if (!rows)
        return NULL;
    rows[n++] = (Row){{"layer", "kind", "output", "parameters", "multiply-adds"}};
    for (int i = 0; i < net_op_count(net); i++) {
        OpInfo op = net_op(net, i);
        rows[n] = row_new(op.name, kind_name(op.kind), op.parameters, op.multiply_adds);
        snprintf(rows[n++].cells[2], CELL, "%dx%dx%d", op.out.c, op.out.h, op.out.w);
    }
    rows[n++] = row_new("total", "", net_parameters(net), net_multiply_adds(net));
    *count = n;
    return rows;
}

/* Texts to the left, numbers to the right, two spaces between the columns. */
static void put_row(Writer *w, const Row *row, const int width[5])
{
    writer_text(w, "%-*s  %-*s  %-*s  %*s  %*s\n", width[0], row->cells[0], width[1], row->cells[1],
                width[2], row->cells[2], width[3], row->cells[3], width[4], row->cells[4]);
}

char *summary_text(const char *name, const Net *net)
{
    int count, width[5] = {0};
    Row *rows = rows_new(net, &count);
    Writer w = {0};

    if (!rows)
        return NULL;
    for (int i = 0; i < count; i++)
        for (int c = 0; c < 5; c++)
            if ((int)strlen(rows[i].cells[c]) > width[c])
                width[c] = (int)strlen(rows[i].cells[c]);
    if (*name)
        writer_text(&w, "%s\n\n", name);
    for (int i = 0; i < count; i++)
        put_row(&w, &rows[i], width);
    writer_u8(&w, 0);
    free(rows);
    if (w.failed)
        writer_free(&w);
    return (char *)w.bytes;
}

char *summary_json(const char *name, const Net *net)
{
    json_t *layers = json_array();
    int failed = 0;

    for (int i = 0; i < net_op_count(net); i++) {
        OpInfo op = net_op(net, i);
        failed |= json_array_append_new(
            layers,
            json_pack("{s:s, s:s, s:[i, i, i], s:I, s:I}", "name", op.name, "kind",
                      kind_name(op.kind), "output", op.out.c, op.out.h, op.out.w, "parameters",
                      (json_int_t)op.parameters, "multiply_adds", (json_int_t)op.multiply_adds));
    }
    json_t *summary = json_pack("{s:s, s:I, s:I, s:o}", "model", name, "parameters",
                                (json_int_t)net_parameters(net), "multiply_adds",
                                (json_int_t)net_multiply_adds(net), "layers", layers);
    char *text = failed ? NULL : json_dumps(summary, JSON_COMPACT);
    json_decref(summary);
    return text;
}
