/* All settings of a training run as one struct, to and from text.
 *
 *     Recipe r;
 *     if (recipe_preset(&r, "lenet", "default", &e) || recipe_set(&r, "epochs", "3", &e))
 *         ...
 *     char *json = recipe_write(&r);          // what a run folder keeps as config.json
 *
 * A setting has one name everywhere: in JSON, in the recipes of the zoo, on the command line, as an
 * axis of a sweep. docs/training.md lists them; recipe.c's table is where they are declared.
 * Writing and reading again gives the same settings to the last bit. */
#ifndef SCRAWL_TRAIN_RECIPE_H
#define SCRAWL_TRAIN_RECIPE_H

#include "data/augment.h"
#include "nn/loss.h"
#include "nn/optim.h"
#include "nn/precision.h"
#include "nn/schedule.h"
#include "zoo/zoo.h"

enum {
    RECIPE_TEXT = 1024,          /* bytes of a text, its NUL included */
    RECIPE_FILE_LIMIT = 64 << 10 /* bytes of a config.json */
};

/* The zero of what lies in a struct of another room means what that room says it means. */
typedef struct Recipe {
    char model[RECIPE_TEXT];     /* a name of the zoo */
    int classes;                 /* 0: as many as the data has */
    int width, depth;            /* 0: the model's own, as the next five */
    ZooAct act;                  /* in place of the model's ReLUs */
    int latent, embedding;       /* of a generator: numbers of noise, and for a label */
    ZooInit init;
    ZooNorm norm;
    char init_from[RECIPE_TEXT]; /* a model (a name, a file, a run) whose weights are the start where
                                    they fit; "": none */

    char data[RECIPE_TEXT]; /* a dataset's path; "": MNIST from the cache */
    bool canonical;         /* pictures are brought to the form of MNIST's first */
    float validation; /* share of the pictures that is never trained on but chooses; 0: none */
    Augment augment;  /* of what is trained on */

    int epochs, batch;
    LossKind loss;   /* cross-entropy; or mse-class: squared error of the softmax */
    float smoothing; /* of the labels; cross-entropy only */
    float class_weight; /* of this loss in the sum; above 0 */

    LossKind picture_loss; /* of a net that redraws: mse, l1 or binary-cross-entropy */
    float picture_weight;  /* in the sum; 0: no picture is trained */
    char font[RECIPE_TEXT]; /* what is redrawn: a file or a family; "": Times New Roman */
    int font_size, font_x, font_y; /* image/glyph.h's GlyphPlace */

    OptimOptions optim;
    Schedule schedule;

    float discriminator_lr; /* the discriminator's highest rate; 0: the generator's */
    float clip_weights;     /* the discriminator's are held within +-this; 0: not */
    float reconstruction;   /* share of the distance to the real batch in the generator's loss */

    int early_stop;       /* epochs without a lower validation loss that end the run; 0: none do */
    int save_every;       /* epochs between two models that are kept beside the best; 0: never */
    int keep;             /* so many of them, the latest; 0: all */
    int checkpoint_steps; /* steps between two checkpoints within an epoch; 0: none within */
    int checkpoint_seconds; /* the same by the clock */

    Precision precision; /* of the products; auto: bf16 where that is faster, else f32 */

    uint64_t seed; /* below 2^63 */
    int threads;   /* 0: all cores; the result is the same for any */
} Recipe;

/* What every recipe begins with: no model, the settings' usual values. */
void recipe_usual(Recipe *r);

/* A model of the zoo with its recipe "default" or "seed". */
int recipe_preset(Recipe *r, const char *model, const char *which, Err *e);

/* Changes one setting, given as text: recipe_set(r, "lr", "0.01", e). ERR_ARGUMENT for a setting
 * that there is not, or a value that is none; the recipe is then as before. "augment" takes the
 * name of a preset and sets all augment.* settings. */
int recipe_set(Recipe *r, const char *key, const char *value, Err *e);

/* The same for "key=value key=value ...". */
int recipe_apply(Recipe *r, const char *settings, Err *e);

/* Whether a run can begin with this; ERR_ARGUMENT names the setting. */
int recipe_check(const Recipe *r, Err *e);

/* What the recipe chooses about its model. */
ZooOptions recipe_zoo(const Recipe *r);

/* A JSON object with every setting, in the order of the table. The caller frees; NULL when memory
 * is gone. */
char *recipe_write(const Recipe *r);

/* Changes the settings that a JSON object holds, by recipe_set's names; `name` stands for the text
 * in sentences. ERR_FORMAT for what is no JSON object, ERR_ARGUMENT for a setting that there is not
 * or that has another type; the recipe is then as before. */
int recipe_read(Recipe *r, const char *json, size_t size, const char *name, Err *e);

/* The settings' names in order; NULL beyond the last. */
const char *recipe_key(int index);

/* One setting's value as recipe_set takes it. The caller frees; NULL when memory is gone. `key`
 * exists. */
char *recipe_get(const Recipe *r, const char *key);

/* The first setting in which two recipes differ without which a run cannot go on where another
 * stopped (the model, the data, the batch, the seed; not how long to train or what to save); NULL
 * if there is none. */
const char *recipe_clash(const Recipe *a, const Recipe *b);

#endif
