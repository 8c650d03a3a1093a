/* What a model knows about itself besides graph and weights, as texts: inside model/ only.
 *
 *     About a = {0};
 *     if (about_write(m, &a, &e) == 0)
 *         for (int i = 0; i < a.count; i++)
 *             put(a.keys[i], a.texts[i]);
 *     about_free(&a);
 *
 *     name            text
 *     classes         JSON list of texts
 *     normalisation   {"scale":0.00392156886,"shift":0.0}
 *     calibration     {"temperature":1.0,"threshold":0.0}
 *     record          JSON object
 *
 * name, classes and record may be missing. Each format keeps them where its metadata goes. */
#ifndef SCRAWL_MODEL_ABOUT_H
#define SCRAWL_MODEL_ABOUT_H

#include "model/model.h"

enum { ABOUT_KEYS = 5 };

typedef struct About {
    int count;
    const char *keys[ABOUT_KEYS];
    char *texts[ABOUT_KEYS];
} About;

/* Only lack of memory, or a name that is not UTF-8, fails; then too about_free is to be called. */
int about_write(const Model *m, About *a, Err *e);
void about_free(About *a);

/* All of it as one JSON object; the caller frees. */
char *about_json(const Model *m, Err *e);

/* Sets what the texts say. `text` gives that of a key, or NULL. Normalisation and calibration have to
 * be there. */
typedef const char *AboutText(const void *from, const char *key);
int about_read(Model *m, AboutText *text, const void *from, Err *e);

/* The same from what about_json wrote. */
int about_read_json(Model *m, const char *json, Err *e);

#endif
