/* The table of models, and building one by its name. */
#include "zoo/zoo.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define REDRAW_SEED                                                                                \
    "epochs=100 batch=128 optimizer=nadam lr=0.0001 eps=1e-7 schedule=constant validation=0.2 "     \
    "early_stop=10 picture_loss=mse picture_weight=9 class_weight=0.1"

/* Of the nets without batch norm that drop half of their dense layers. */
#define DROPOUT_RECIPE                                                                             \
    "epochs=8 batch=128 optimizer=adamw lr=0.002 weight_decay=0.02 schedule=one-cycle "            \
    "smoothing=0.05 average=0.999 augment=mild"

static const ZooModel models[] = {
    {
        .name = "lenet",
        .about = "the recogniser everybody starts with",
        .paper = "LeCun, Bottou, Bengio, Haffner 1998; layers as in the Keras tutorials",
        .build = zoo_lenet,
        .usual = {.classes = 10, .act = ZOO_ACT_RELU},
        .recipe = "epochs=20 batch=128 optimizer=adamw lr=0.004 weight_decay=0.01 "
                  "schedule=one-cycle smoothing=0.05 average=0.999 augment=mild",
        .seed_recipe = "epochs=5 batch=300 optimizer=adam lr=0.001 eps=1e-7 schedule=constant "
                       "validation=0",
    },
    {
        .name = "digits",
        .about = "reads strangers' digits, and knows what is none",
        .paper = "scrawl; after Simonyan and Zisserman 2015, arXiv 1409.1556",
        .build = zoo_digits,
        .usual = {.classes = 11, .width = 24, .act = ZOO_ACT_RELU},
        .recipe = "epochs=8 batch=128 optimizer=nesterov lr=0.15 weight_decay=5e-4 "
                  "schedule=one-cycle smoothing=0.05 average=0.998 augment=strong "
                  "augment.aspect=0.22",
    },
    {
        .name = "resnet",
        .about = "pre-activation residual network of depth 9n+2: resnet164 reads mark sheets",
        .paper = "He, Zhang, Ren, Sun 2016, arXiv 1603.05027",
        .build = zoo_resnet,
        .usual = {.classes = 11, .width = 16, .depth = 164, .act = ZOO_ACT_RELU},
        .recipe = "epochs=5 batch=32 optimizer=nesterov lr=0.1 weight_decay=1e-4 "
                  "schedule=one-cycle smoothing=0.05 average=0.998 augment=saral",
        .seed_recipe = "epochs=10 batch=32 optimizer=sgd lr=0.1 schedule=plateau patience=10",
    },
    {
        .name = "alexnet",
        .about = "the net that made deep learning famous, for 28x28",
        .paper = "Krizhevsky, Sutskever, Hinton 2012",
        .build = zoo_alexnet,
        .usual = {.classes = 10, .width = 18, .act = ZOO_ACT_RELU},
        .recipe = DROPOUT_RECIPE,
    },
    {
        .name = "zfnet",
        .about = "AlexNet with smaller first kernels and a wider middle, for 28x28",
        .paper = "Zeiler, Fergus 2014, arXiv 1311.2901",
        .build = zoo_zfnet,
        .usual = {.classes = 10, .width = 12, .act = ZOO_ACT_RELU},
        .recipe = DROPOUT_RECIPE,
    },
    {
        .name = "redraw",
        .about = "redraws a handwritten digit as a typeset one, and what is none as nothing",
        .paper = "scrawl; an encoder and a decoder through 32 numbers",
        .build = zoo_redraw,
        .usual = {.classes = 11, .width = 24, .act = ZOO_ACT_RELU},
        .recipe = "epochs=14 batch=128 optimizer=adamw lr=0.004 weight_decay=0.01 "
                  "schedule=one-cycle smoothing=0.05 average=0.998 augment=mild "
                  "augment.aspect=0.15 augment.elastic_px=2 augment.blur=0.4 augment.dim=0.3 "
                  "picture_loss=binary-cross-entropy picture_weight=10",
        .seed_recipe = "model=redraw-seed " REDRAW_SEED,
    },
    {
        .name = "redraw-seed",
        .about = "the same as it was first done, with a spatial transformer",
        .paper = "after Jaderberg et al. 2015, arXiv 1506.02025",
        .build = zoo_redraw_seed,
        .usual = {.classes = 10, .act = ZOO_ACT_RELU},
        .recipe = REDRAW_SEED,
    },
    {
        .name = "line",
        .about = "reads whole numbers, digits that touch among them",
        .paper = "scrawl; after Shi, Bai, Yao 2015, arXiv 1507.05717; Graves et al. 2006",
        .build = zoo_line,
        .usual = {.classes = 11, .width = 20, .act = ZOO_ACT_RELU},
        .recipe = "epochs=12 batch=64 optimizer=adam lr=0.0025 schedule=one-cycle start=3 rise=0.15 "
                  "average=0.999",
    },
    {
        .name = "judge",
        .about = "reads what writers write, and compares sets of pictures",
        .paper = "scrawl; after Heusel et al. 2017, arXiv 1706.08500",
        .build = zoo_judge,
        .usual = {.classes = 10, .act = ZOO_ACT_RELU},
        .recipe = "epochs=8 batch=128 optimizer=adamw lr=0.003 weight_decay=0.01 "
                  "schedule=one-cycle average=0.998 augment=mild",
    },
    {
        .name = "writer",
        .about = "writes digits by hand: a decoder of few numbers, and a flow that chooses them",
        .paper = "scrawl; Kingma and Welling 2014, arXiv 1312.6114; Liu, Gong, Liu 2023, arXiv "
                 "2209.03003",
        .build = zoo_writer,
        .usual = {.width = 48},
        .recipe = "epochs=44 batch=64 optimizer=adam lr=0.002 beta2=0.99 schedule=cosine "
                  "final=0.005 warmup_steps=200 average=0.999",
    },
    {
        .name = "cdcgan",
        .about = "writes the digits it is asked for: a generator against a discriminator",
        .paper = "Radford, Metz, Chintala 2016, arXiv 1511.06434; Mirza, Osindero 2014, arXiv "
                 "1411.1784",
        .build = zoo_cdcgan,
        .discriminator = zoo_cdcgan_discriminator,
        .usual = {.width = 64, .latent = 100, .embedding = 10},
        .recipe = "epochs=20 batch=64 optimizer=adam lr=0.0002 clip_weights=0.01 validation=0",
    },
    {
        .name = "gan",
        .about = "draws digits of its own choice: the subject of a study of GANs",
        .paper = "Goodfellow et al. 2014, arXiv 1406.2661",
        .build = zoo_gan,
        .discriminator = zoo_gan_discriminator,
        .usual = {.width = 8,
                  .latent = 196,
                  .act = ZOO_ACT_RELU,
                  .init = ZOO_INIT_NORMAL,
                  .norm = ZOO_NORM_BATCH},
        .recipe = "epochs=100 batch=64 optimizer=adam lr=0.0002 discriminator_lr=0.0001 eps=1e-7 "
                  "reconstruction=1 validation=0 save_every=10 keep=3",
    },
};

enum { MODELS = sizeof models / sizeof *models };

const ZooModel *zoo_model(int index)
{
    return index >= 0 && index < MODELS ? &models[index] : NULL;
}

/* Whether `name` is the model's, followed by nothing or by a depth, which *depth receives. */
static bool is_name(const ZooModel *model, const char *name, int *depth)
{
    size_t length = strlen(model->name), digits;
    const char *rest = name + length;

    *depth = 0;
    if (strncmp(name, model->name, length))
        return false;
    if (!*rest)
        return true;
    digits = strspn(rest, "0123456789");
    if (!model->usual.depth || *rest == '0' || digits > 4 || rest[digits])
        return false;
    *depth = atoi(rest);
    return true;
}

const ZooModel *zoo_find(const char *name, int *depth, Err *e)
{
    Writer names = {0};
    int found;

    for (int i = 0; i < MODELS; i++)
        if (is_name(&models[i], name, depth ? depth : &found))
            return &models[i];
    for (int i = 0; i < MODELS; i++)
        writer_text(&names, "%s%s", i ? ", " : "", models[i].name);
    err_set(e, ERR_ARGUMENT, "there is no model '%.60s'; there are %s", name,
            names.failed ? "others" : (char *)names.bytes);
    writer_free(&names);
    return NULL;
}

/* What is chosen out of what can be: 0, or a sentence. */
static int choose(const ZooModel *model, const char *what, int usual, int wish, int limit, int *out,
                  Err *e)
{
    if (wish && !usual)
        return err_set(e, ERR_ARGUMENT, "%s has no %s to choose", model->name, what);
    if (wish < 0 || wish > limit)
        return err_set(e, ERR_ARGUMENT, "%s: a %s of %d is not in 1 .. %d", model->name, what, wish,
                       limit);
    *out = wish ? wish : usual;
    return 0;
}

static int choose_act(const ZooModel *model, ZooAct wish, ZooAct *out, Err *e)
{
    if (wish && !model->usual.act)
        return err_set(e, ERR_ARGUMENT, "%s has no activation to choose", model->name);
    *out = wish ? wish : model->usual.act;
    return 0;
}

static int choose_blocks(const ZooModel *model, const ZooOptions *wish, ZooOptions *out, Err *e)
{
    const ZooOptions *usual = &model->usual;
    int init = 0, norm = 0;
    int r = choose(model, "init", (int)usual->init, (int)wish->init, ZOO_INITS - 1, &init, e);

    if (!r)
        r = choose(model, "norm", (int)usual->norm, (int)wish->norm, ZOO_NORMS - 1, &norm, e);
    out->init = (ZooInit)init;
    out->norm = (ZooNorm)norm;
    return r;
}

static int choose_all(const ZooModel *model, const ZooOptions *wish, ZooOptions *out, Err *e)
{
    const ZooOptions *usual = &model->usual;
    int r = choose(model, "number of classes", usual->classes, wish->classes, ZOO_CLASS_LIMIT,
                   &out->classes, e);

    if (!r)
        r = choose(model, "width", usual->width, wish->width, ZOO_WIDTH_LIMIT, &out->width, e);
    if (!r)
        r = choose(model, "depth", usual->depth, wish->depth, ZOO_DEPTH_LIMIT, &out->depth, e);
    if (!r)
        r = choose_act(model, wish->act, &out->act, e);
    if (!r)
        r = choose(model, "latent", usual->latent, wish->latent, ZOO_LATENT_LIMIT, &out->latent, e);
    if (!r)
        r = choose(model, "embedding", usual->embedding, wish->embedding, ZOO_LATENT_LIMIT,
                   &out->embedding, e);
    if (!r)
        r = choose_blocks(model, wish, out, e);
    if (!r && out->classes == 1)
        r = err_set(e, ERR_ARGUMENT, "%s: one class is nothing to choose from", model->name);
    if (!r && out->depth && (out->depth < 11 || out->depth % 9 != 2))
        r = err_set(e, ERR_ARGUMENT, "%s: a depth of %d is not 9n+2: 11, 20, 29, ..", model->name,
                    out->depth);
    if (!r && model->build == zoo_gan && out->latent % 49)
        r = err_set(e, ERR_ARGUMENT, "%s: a latent of %d is no number of maps of 7x7", model->name,
                    out->latent);
    return r;
}

static const ActKind act_kinds[] = {ACT_RELU, ACT_RELU, ACT_LEAKY_RELU, ACT_TANH, ACT_SIGMOID, ACT_SILU};

/* The model and all that is chosen about it; NULL and `e` where they do not fit. */
static const ZooModel *resolve(const char *name, const ZooOptions *options, ZooOptions *out, Err *e)
{
    ZooOptions wish = *options;
    int depth;
    const ZooModel *model = zoo_find(name, &depth, e);

    *out = (ZooOptions){0};
    if (!model)
        return NULL;
    if (depth && wish.depth && depth != wish.depth) {
        err_set(e, ERR_ARGUMENT, "%s has a depth of %d, not %d", name, depth, wish.depth);
        return NULL;
    }
    wish.depth = depth ? depth : wish.depth;
    return choose_all(model, &wish, out, e) ? NULL : model;
}

int zoo_check(const char *name, const ZooOptions *options, Err *e)
{
    ZooOptions chosen;

    return resolve(name, options, &chosen, e) ? 0 : -ERR_ARGUMENT;
}

typedef void Build(Net *net, const ZooOptions *options);

static Net *make(Build *build, const ZooOptions *chosen, bool probabilities, Err *e)
{
    Net *net = net_new();

    if (!net) {
        err_set(e, ERR_MEMORY, "no memory for a net");
        return NULL;
    }
    net_replace_relu(net, act_kinds[chosen->act]);
    build(net, chosen);
    if (probabilities && net_output_count(net))
        net_output(net, "probabilities", net_softmax(net, net_output_node(net, 0)));
    if (net_build(net, e)) {
        net_free(net);
        return NULL;
    }
    return net;
}

Net *zoo_net(const char *name, const ZooOptions *options, Err *e)
{
    ZooOptions chosen;
    const ZooModel *model = resolve(name, options, &chosen, e);

    return model ? make(model->build, &chosen, options->probabilities, e) : NULL;
}

Net *zoo_discriminator(const char *name, const ZooOptions *options, Err *e)
{
    ZooOptions chosen;
    const ZooModel *model = resolve(name, options, &chosen, e);

    if (model && !model->discriminator)
        err_set(e, ERR_ARGUMENT, "%s has no discriminator", model->name);
    return model && model->discriminator ? make(model->discriminator, &chosen, false, e) : NULL;
}
