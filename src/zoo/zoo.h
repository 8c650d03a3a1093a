/* The networks that scrawl knows by name, each with the recipes that train it.
 *
 *     Net *net = zoo_net("lenet", &(ZooOptions){.classes = 10}, &e);
 *     if (net) {
 *         net_init(net, seed);
 *         printf("%zu parameters\n", net_parameters(net));
 *     }
 *     net_free(net);
 *
 * A model is a line of a table: its builder, what may be chosen about it, its paper, and recipes in
 * the words of train/recipe.h. Builders stand in a file each and read like the figure in the paper;
 * classifiers take (1,28,28) in 0..1 and name their first output "logits". Those that redraw have a
 * second one, "picture" (1,28,28), and those that draw through a sigmoid a third, "picture_logits",
 * what it is taken of. The line reader takes ink
 * of (1,32,W) in 0..1, its "logits" are (classes,1,W/2), the last class being CTC's blank.
 *
 * What writes takes normal noise under the name "noise" and a digit 0 to 9, "label", and gives
 * "picture", (1,28,28) with ink of 0..1, or of -1..1 where a tanh ends it. One with an output
 * "velocity" wants its noise carried along a flow first: see writer.c. One without "label" draws
 * digits of its own choice.
 *
 * Generators of adversarial training have a discriminator: "image" (1,28,28) of -1..1 and "label",
 * where the generator has it, become "logits", high for what is real, one or a map of them.
 *
 * To add one: its file, its builder below, a line in the table of zoo.c, a line in meson.build. */
#ifndef SCRAWL_ZOO_ZOO_H
#define SCRAWL_ZOO_ZOO_H

#include "nn/net.h"

/* What stands for a model's ReLUs. */
typedef enum ZooAct { ZOO_ACT_OWN, ZOO_ACT_RELU, ZOO_ACT_LRELU, ZOO_ACT_TANH, ZOO_ACT_SIGMOID, ZOO_ACT_SILU } ZooAct;
typedef enum ZooInit { ZOO_INIT_OWN, ZOO_INIT_NORMAL, ZOO_INIT_XAVIER, ZOO_INITS } ZooInit;
typedef enum ZooNorm { ZOO_NORM_OWN, ZOO_NORM_BATCH, ZOO_NORM_GROUP, ZOO_NORMS } ZooNorm;

/* What may be chosen; zero is the model's own. A choice that a model does not offer is refused. */
typedef struct ZooOptions {
    int classes;        /* numbers of "logits" */
    int width;          /* channels of the first convolution; the others keep their proportion */
    int depth;          /* layers with weights along the longest path */
    ZooAct act;         /* of the hidden layers */
    int latent;         /* numbers of noise that a picture is made of */
    int embedding;      /* numbers that stand for a label beside the noise */
    ZooInit init;       /* of all weights */
    ZooNorm norm;       /* between the hidden layers */
    bool probabilities; /* a second output of that name, the softmax of the first: for losses */
} ZooOptions;

typedef struct ZooModel {
    const char *name;
    const char *about;                                  /* what it is, in one line */
    const char *paper;                                  /* or where else it comes from */
    void (*build)(Net *net, const ZooOptions *options); /* every option of use is set */
    void (*discriminator)(Net *net, const ZooOptions *options); /* NULL: has none */
    ZooOptions usual;        /* where a zero stands there is nothing to choose */
    const char *recipe;      /* "epochs=20 batch=128 ...": what trains it best */
    const char *seed_recipe; /* as the system did it that the model comes from; NULL: like recipe */
} ZooModel;

enum { ZOO_CLASS_LIMIT = 4096, ZOO_WIDTH_LIMIT = 1024, ZOO_DEPTH_LIMIT = 1001, ZOO_LATENT_LIMIT = 1024 };
enum {
    ZOO_LINE_HEIGHT = 32, /* of the line reader's input */
    ZOO_LINE_WIDTH = 128, /* as it is built: net_copy makes it any multiple of 4 */
    ZOO_LINE_STEP = 2,    /* px between two outputs */
};

enum { ZOO_JUDGE_FEATURES = 64 }; /* numbers of the judge's second output, "features" */
enum {
    ZOO_WRITER_NOISE = 20, /* numbers that a digit is made of */
    ZOO_WRITER_TIME = 32,  /* numbers of the writer's input "time" */
    ZOO_WRITER_ANY = 10,   /* label of a digit that is any of the ten, for "velocity" only */
};

/* All models in the order in which they are listed; NULL beyond the last. */
const ZooModel *zoo_model(int index);

/* A model by name. A depth may be part of it: "resnet164" is resnet with *depth 164, which else
 * becomes 0; `depth` may be NULL. NULL and ERR_ARGUMENT, with the names that there are, for
 * another name. */
const ZooModel *zoo_find(const char *name, int *depth, Err *e);

/* Whether zoo_net would find the model and accept the choices: 0, or ERR_ARGUMENT. */
int zoo_check(const char *name, const ZooOptions *options, Err *e);

/* Builds a net by zoo_find's names. Its parameters are zero: net_init or a file fills them. NULL
 * and ERR_ARGUMENT for a choice that the model does not offer. The caller frees. */
Net *zoo_net(const char *name, const ZooOptions *options, Err *e);

/* The same for the discriminator of a model that has one; ERR_ARGUMENT for another. */
Net *zoo_discriminator(const char *name, const ZooOptions *options, Err *e);

void zoo_lenet(Net *net, const ZooOptions *options);
void zoo_digits(Net *net, const ZooOptions *options);
void zoo_resnet(Net *net, const ZooOptions *options);
void zoo_alexnet(Net *net, const ZooOptions *options);
void zoo_zfnet(Net *net, const ZooOptions *options);
void zoo_redraw(Net *net, const ZooOptions *options);
void zoo_redraw_seed(Net *net, const ZooOptions *options);
void zoo_line(Net *net, const ZooOptions *options);
void zoo_judge(Net *net, const ZooOptions *options);
void zoo_writer(Net *net, const ZooOptions *options);
void zoo_cdcgan(Net *net, const ZooOptions *options);
void zoo_cdcgan_discriminator(Net *net, const ZooOptions *options);
void zoo_gan(Net *net, const ZooOptions *options);
void zoo_gan_discriminator(Net *net, const ZooOptions *options);

/* The net that the writer's weights are trained in: zoo_writer's layers under their names, and an
 * encoder. Inputs "image" (1,28,28), "label", "noise", "time"; outputs "logits" (1,28,28) of the
 * picture drawn again, "latent" (2*ZOO_WRITER_NOISE) for LOSS_KL, "velocity". `width` as zoo_net
 * would choose it. */
void zoo_writer_training(Net *net, const ZooOptions *options);

/* What the writer's input "time" wants for a time in 0..1. */
void zoo_writer_time(float time, float features[]);

#endif
