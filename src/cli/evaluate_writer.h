/* scrawl evaluate of a model that writes. */
#ifndef SCRAWL_CLI_EVALUATE_WRITER_H
#define SCRAWL_CLI_EVALUATE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct WriterQuestion {
    const char *model, *data;
    const char *judge;   /* NULL: the default */
    const char *samples; /* where a sheet of a hundred digits goes; NULL: nowhere */
    int count, threads;
    uint64_t seed;
    bool json;
} WriterQuestion;

/* Prints the figures; the exit status. */
int evaluate_writer_print(const WriterQuestion *q);

#endif
