/* The trained models that are part of the program: files of models/, as bytes in the binary.
 *
 *     Model *m = shipped_open("lenet", &e);              // or a path
 *     for (const Shipped *s = shipped_list(); s->name; s++)
 *         puts(s->name);
 *
 * models/<name>.safetensors becomes the model <name> at build time; nothing else has to be done. */
#ifndef SCRAWL_MODEL_SHIPPED_H
#define SCRAWL_MODEL_SHIPPED_H

#include "model/model.h"

typedef struct Shipped {
    const char *name; /* NULL ends the list */
    const void *bytes;
    size_t size;
} Shipped;

/* All of them, sorted by name. */
const Shipped *shipped_list(void);

/* NULL when none has that name. */
const Shipped *shipped_find(const char *name);

/* What the command line calls MODEL: the model that ships under this name, else the file at this
 * path, else the one in the folder of a run. For a word that is neither, the sentence lists what ships. */
Model *shipped_open(const char *name_or_path, Err *e);

/* model_load_matching from such a MODEL. */
int shipped_load_matching(Model *into, const char *name_or_path, int *loaded, int *skipped, Err *e);

#endif
