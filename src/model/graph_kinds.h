/* Which fields each kind of layer has in a graph: inside model/ only.
 *
 *     for (const Field *f = graph_kind(kind)->fields; f->name; f++)
 *         ... (char *)spec + f->at ...
 *
 * Writing (graph.c) and reading (graph_read.c) both go by this one table. To add a kind: its fields
 * and a line in the table of graph_kinds.c, and a line in kind_append. */
#ifndef SCRAWL_MODEL_GRAPH_KINDS_H
#define SCRAWL_MODEL_GRAPH_KINDS_H

#include "nn/net.h"

typedef union Spec { /* what net_spec points to */
    Conv conv;
    Dense dense;
    Pool pool;
    Norm norm;
    Act act;
    Embedding embedding;
    Shape shape;
    PoolKind global_pool;
    float share;
    int pad[4];
    int factor;
    bool align_corners;
} Spec;

typedef enum FieldType { FIELD_INT, FIELD_INTS, FIELD_FLOAT, FIELD_BOOL, FIELD_WORD } FieldType;

typedef struct Field {
    const char *name; /* NULL ends a list of fields */
    FieldType type;
    size_t at;                /* in the Spec */
    int count;                /* FIELD_INTS: how many; FIELD_WORD: how many words */
    const char *const *words; /* FIELD_WORD: the enum's values by name */
} Field;

typedef struct GraphKind {
    const Field *fields;
    int fewest, most; /* inputs */
    bool named;       /* its builder takes a name; the others make one up */
} GraphKind;

const GraphKind *graph_kind(Kind kind);

/* Calls the kind's builder, so that the layer gets this name if the net was built in the same order before. `in`
 * holds as many inputs as the table allows. */
Node kind_append(Net *net, Kind kind, const char *name, const Node *in, int count, const Spec *s);

#endif
