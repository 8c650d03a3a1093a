/* Two nets against each other, in little: a step against plain computations, then whole runs on 80
 * made-up pictures. */
#include "made_up.h"

#include <math.h>

#include "base/rng.h"
#include "model/model.h"
#include "nn/exec.h"
#include "read/generator.h"
#include "train/adversarial.h"
#include "train/rivals.h"
#include "zoo/zoo.h"

static Dataset *data;

static int make_data(void **state)
{
    (void)state;
    data = made_up_data(80, 1);
    return 0;
}

static int free_data(void **state)
{
    (void)state;
    dataset_free(data);
    return 0;
}

static Recipe recipe_of(const char *model, const char *more)
{
    Recipe r;
    Err e = {0};

    if (recipe_preset(&r, model, "seed", &e) ||
        recipe_apply(&r, "epochs=2 batch=16 validation=0.25 threads=1 save_every=0", &e) ||
        recipe_apply(&r, !strcmp(model, "gan") ? "width=2" : "width=1", &e) ||
        recipe_apply(&r, more, &e))
        fail_msg("%s", e.text);
    return r;
}

/* ---- a step ---- */

enum { COUNT = 20 }; /* two slices, one of them not whole */

typedef struct Pair {
    Recipe recipe;
    Net *generator, *discriminator;
    Net *generator_before, *discriminator_before;
    Rivals *rivals;
    RivalLosses losses;
} Pair;

/* Nets as they begin, twice. */
static Pair pair_of(const char *model, const char *more)
{
    Pair p = {.recipe = recipe_of(model, more)};
    ZooOptions options = recipe_zoo(&p.recipe);
    Err e = {0};

    p.recipe.batch = COUNT;
    p.generator = zoo_net(model, &options, &e);
    p.discriminator = zoo_discriminator(model, &options, &e);
    if (!p.generator || !p.discriminator)
        fail_msg("%s", e.text);
    net_init(p.generator, 1);
    net_init(p.discriminator, 1);
    p.generator_before = net_copy(p.generator, (Shape){0}, &e);
    p.discriminator_before = net_copy(p.discriminator, (Shape){0}, &e);
    return p;
}

static void step(Pair *p, float rate)
{
    Err e = {0};

    p->rivals = rivals_new(&p->recipe, p->generator, p->discriminator, NULL, &e);
    if (!p->rivals)
        fail_msg("%s", e.text);
    assert_true(rivals_step(p->rivals, data->pixels, data->labels, COUNT, 7, rate, &p->losses));
}

static void pair_free(Pair *p)
{
    rivals_free(p->rivals);
    net_free(p->generator);
    net_free(p->discriminator);
    net_free(p->generator_before);
    net_free(p->discriminator_before);
}

static size_t output_size(const Net *net)
{
    Shape s = net_op(net, net_output_node(net, 0).id).out;

    return (size_t)s.c * s.h * s.w;
}

/* A net's first output for a batch, with the batch's own statistics. */
static float *outputs_of(Net *net, const float *values)
{
    const Loss given = {.kind = LOSS_GIVEN, .output = net_output_name(net, 0)};
    Exec *run = exec_new(
        net,
        &(ExecOptions){
            .batch = COUNT, .training = true, .keep = true, .losses = &given, .loss_count = 1},
        NULL);
    float labels[COUNT], *out = malloc(COUNT * output_size(net) * sizeof *out);
    const float *more[] = {labels};

    assert_true(run && out);
    for (int i = 0; i < COUNT; i++)
        labels[i] = (float)data->labels[i];
    exec_forward(run, &(Batch){.count = COUNT, .values = values, .more = more}, NULL);
    exec_read_activation(run, net_output_node(net, 0), out);
    exec_free(run);
    return out;
}

/* Of the probabilities sigmoid(logit): -log of them, or of one minus them; summed over the pictures. */
static double cross_entropy(Net *net, const float *pictures, bool real)
{
    float *logits = outputs_of(net, pictures);
    size_t size = output_size(net);
    double sum = 0;

    for (size_t i = 0; i < COUNT * size; i++) {
        double p = 1 / (1 + exp(-(double)logits[i]));

        sum -= log(real ? p : 1 - p) / (double)size;
    }
    free(logits);
    return sum;
}

static const float *real_pictures(void)
{
    static float real[COUNT * GENERATOR_PIXELS];

    for (int i = 0; i < COUNT * GENERATOR_PIXELS; i++)
        real[i] = (float)data->pixels[i] / 127.5f - 1;
    return real;
}

static void assert_near(double a, double b, double share)
{
    if (!(fabs(a - b) <= share * fmax(fabs(a), fabs(b))))
        fail_msg("%.9g is not %.9g", a, b);
}

/* float32 sums of some thousand numbers */
#define ROUNDING 2e-4

static void
the_discriminator_is_clipped_before_its_step_and_the_generator_meets_it_after(void **state)
{
    const char *const models[] = {"cdcgan", "gan"};

    (void)state;
    for (int m = 0; m < 2; m++) {
        Pair p = pair_of(models[m], "clip_weights=0.03");
        const float *real = real_pictures();
        float *fake;
        double loose = cross_entropy(p.discriminator_before, real, true);

        step(&p, 0.1f);
        fake = outputs_of(p.generator_before, rivals_noise(p.rivals));
        for (int i = 0; i < COUNT * GENERATOR_PIXELS; i++)
            assert_true(fabsf(fake[i] - rivals_fake(p.rivals)[i]) < 1e-5f);
        optim_clip_weights(p.discriminator_before, 0.03f);
        assert_near(p.losses.discriminator_real, cross_entropy(p.discriminator_before, real, true),
                    ROUNDING);
        assert_near(p.losses.discriminator_fake, cross_entropy(p.discriminator_before, fake, false),
                    ROUNDING);
        assert_true(fabs(loose / p.losses.discriminator_real - 1) > 10 * ROUNDING);
        assert_near(p.losses.generator_fake, cross_entropy(p.discriminator, fake, true), ROUNDING);
        assert_true(
            fabs(cross_entropy(p.discriminator_before, fake, true) / p.losses.generator_fake - 1) >
            10 * ROUNDING);
        free(fake);
        pair_free(&p);
    }
}

static void the_discriminator_has_a_rate_of_its_own(void **state)
{
    const char *const settings[] = {"discriminator_lr=0", "discriminator_lr=0.0006"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        Pair p = pair_of("cdcgan", settings[i]);
        float most = 0, wanted = i ? 0.0015f : 0.0005f; /* Adam's first step is its rate */

        optim_clip_weights(p.discriminator_before, 0.01f);
        step(&p, 0.0005f); /* of 0.0002 in the recipe */
        for (size_t k = 0; k < net_block_size(p.discriminator); k++)
            most = fmaxf(
                most, fabsf(net_block(p.discriminator)[k] - net_block(p.discriminator_before)[k]));
        assert_near(most, wanted, 0.01);
        pair_free(&p);
    }
}

/* The generator's loss when one of its numbers is another. */
static double generator_loss(Pair *p, float *number, float value)
{
    const float *real = real_pictures();
    float old = *number, *fake;
    double sum;

    *number = value;
    fake = outputs_of(p->generator_before, rivals_noise(p->rivals));
    *number = old;
    sum = cross_entropy(p->discriminator, fake, true);
    for (int i = 0; i < COUNT * GENERATOR_PIXELS; i++)
        sum += p->recipe.reconstruction * fabs((double)fake[i] - real[i]) / GENERATOR_PIXELS;
    free(fake);
    return sum / COUNT;
}

static void the_generators_gradient_goes_through_both_nets(void **state)
{
    static const char *const names[] = {"block2.conv.weight", "block3.norm.bias",
                                        "block5.conv.weight", "draw.weight"};
    /* the loss bends where |fake - real| does, between the two points too */
    const float rate = 1, way = 3e-4f, bends = 0.03f;
    Pair p = pair_of("gan", "optimizer=sgd act=lrelu norm=group reconstruction=0.5 width=4");
    double sum = 0;

    (void)state;
    step(&p, rate);
    for (int i = 0; i < 4; i++) {
        const Param *q = net_param_find(p.generator, names[i]);
        float *before = net_block(p.generator_before) + q->offset;
        float gradient = (before[1] - net_block(p.generator)[q->offset + 1]) / rate;
        double up = generator_loss(&p, before + 1, before[1] + way),
               down = generator_loss(&p, before + 1, before[1] - way);

        sum += fabs(gradient);
        if (fabs((up - down) / (2 * way) - gradient) > bends * fabs(gradient) + 1e-4)
            fail_msg("%s: %g, by differences %g", names[i], gradient, (up - down) / (2 * way));
    }
    assert_true(sum > 0.01);
    assert_near(generator_loss(&p, net_block(p.generator_before), *net_block(p.generator_before)),
                (p.losses.generator_fake + 0.5 * p.losses.reconstruction) / COUNT, ROUNDING);
    pair_free(&p);
}

/* ---- whole runs ---- */

static FitResult trained(const Recipe *r, FitOptions options)
{
    FitResult result;
    Err e = {0};

    if (adversarial_fit(r, data, &options, &result, &e))
        fail_msg("%s", e.text);
    return result;
}

static char *trained_folder(const char *model, const char *more)
{
    Recipe r = recipe_of(model, more);
    char *folder = folder_make();
    FitResult result = trained(&r, (FitOptions){.folder = folder});

    fit_result_free(&result);
    return folder;
}

static bool is_in(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    bool there = file_exists(path);

    free(path);
    return there;
}

static void assert_files(const char *folder)
{
    static const char *const names[] = {"model.safetensors",
                                        "discriminator.safetensors",
                                        "samples/epoch-0000001.png",
                                        "samples/epoch-0000002.png",
                                        "samples.gif",
                                        "labels.png",
                                        "real.png",
                                        "fake.png",
                                        "scores.png",
                                        "initialisers.png",
                                        "layers.txt",
                                        "log.csv"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!is_in(folder, names[i]))
            fail_msg("%s is missing", names[i]);
}

static void a_run_leaves_both_models_and_what_is_told_of_it(void **state)
{
    Recipe r = recipe_of("cdcgan", "clip_weights=0 lr=0.002");
    char *folder = folder_make(), *path = file_join(folder, "model.safetensors"), *log;
    FitResult result = trained(&r, (FitOptions){.folder = folder});
    Model *m = model_open(path, NULL);
    Generator *g = m ? generator_new(m, NULL, NULL) : NULL;

    (void)state;
    assert_int_equal(result.epochs, 2);
    assert_int_equal(result.trained, 60);
    assert_int_equal(result.best.count, ADVERSARIAL_LOOKS);
    assert_int_equal(result.log.count, 2);
    assert_int_equal(result.log.rows[1].step, 8);
    assert_true(result.log.rows[1].discriminator < result.log.rows[0].discriminator);
    assert_true(fabs(result.log.rows[1].loss - result.log.rows[1].generator_fake) < 1e-9);
    assert_true(result.log.rows[1].mse > 0);
    assert_true(g && generator_obeys(g));
    assert_string_equal(m->name, "cdcgan");
    assert_non_null(strstr(m->record, "\"steps\":8"));
    assert_files(folder);
    log = (char *)bytes_of(folder, "log.csv").bytes;
    assert_non_null(strstr(log, ",generator_fake,reconstruction,discriminator_real,"
                                "discriminator_fake,discriminator,kl,mse\n1,4,"));
    free(log);
    generator_free(g);
    model_free(m);
    fit_result_free(&result);
    free(path);
    folder_remove(folder);
}

static void a_net_that_chooses_itself_is_not_read_back_and_keeps_copies(void **state)
{
    Recipe r = recipe_of("gan", "epochs=4 save_every=1 keep=2 act=lrelu norm=batch init=xavier");
    char *folder = folder_make();
    FitResult result = trained(&r, (FitOptions){.folder = folder});

    (void)state;
    assert_int_equal(result.best.count, 0);
    assert_true(isnan(result.log.rows[3].validation_accuracy));
    assert_true(result.log.rows[3].reconstruction > 0);
    assert_true(result.log.rows[3].loss > result.log.rows[3].generator_fake);
    assert_files(folder);
    assert_false(is_in(folder, "epochs/epoch-0000002.safetensors"));
    assert_true(is_in(folder, "epochs/epoch-0000003.safetensors"));
    assert_true(is_in(folder, "epochs/epoch-0000004.safetensors"));
    fit_result_free(&result);
    folder_remove(folder);
}

static void threads_do_not_change_a_byte(void **state)
{
    char *one = trained_folder("gan", "threads=1"), *three = trained_folder("gan", "threads=3");

    (void)state;
    assert_same_file(one, three, "model.safetensors");
    assert_same_file(one, three, "discriminator.safetensors");
    assert_same_file(one, three, "samples.gif");
    assert_same_file(one, three, "scores.png");
    folder_remove(one);
    folder_remove(three);
}

static bool stop_at(void *context, const FitProgress *p)
{
    (void)p;
    return --*(int *)context > 0;
}

static void a_run_that_was_stopped_goes_on_to_the_same_bytes(void **state)
{
    Recipe r = recipe_of("cdcgan", "");
    char *whole = trained_folder("cdcgan", ""), *folder = folder_make(), *x, *y;
    const int stops[] = {2, 3, 2, 1000}; /* within an epoch; at its end; within the next; never */

    (void)state;
    for (int i = 0; i < 4; i++) {
        int calls = stops[i];
        FitResult result = trained(
            &r,
            (FitOptions){.folder = folder, .resume = i > 0, .watch = stop_at, .context = &calls});

        assert_int_equal(result.stopped, i < 3);
        fit_result_free(&result);
    }
    x = log_without_times(whole);
    y = log_without_times(folder);
    assert_string_equal(x, y);
    assert_same_file(whole, folder, "model.safetensors");
    assert_same_file(whole, folder, "discriminator.safetensors");
    assert_same_file(whole, folder, "samples.gif");
    free(x);
    free(y);
    folder_remove(whole);
    folder_remove(folder);
}

static void a_loss_that_is_no_number_ends_the_run_and_leaves_what_there_was(void **state)
{
    Recipe r = recipe_of("gan", "optimizer=sgd");
    char *folder = folder_make();
    int calls = 5; /* the first epoch */
    FitResult result =
        trained(&r, (FitOptions){.folder = folder, .watch = stop_at, .context = &calls});
    Bytes before = bytes_of(folder, "checkpoint/state.safetensors"), after;
    Bytes model = bytes_of(folder, "model.safetensors"), same;
    Err e = {0};

    (void)state;
    fit_result_free(&result);
    r.schedule.rate = 1e38f;
    r.discriminator_lr = 0;
    r.clip_weights = 0;
    assert_int_equal(
        adversarial_fit(&r, data, &(FitOptions){.folder = folder, .resume = true}, &result, &e),
        -ERR_NUMERIC);
    assert_non_null(strstr(e.text, "is not a finite number"));
    after = bytes_of(folder, "checkpoint/state.safetensors");
    same = bytes_of(folder, "model.safetensors");
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.bytes, after.bytes, before.size);
    assert_int_equal(model.size, same.size);
    assert_memory_equal(model.bytes, same.bytes, model.size);
    free(before.bytes);
    free(after.bytes);
    free(model.bytes);
    free(same.bytes);
    folder_remove(folder);
}

static void what_two_nets_cannot_be_trained_with_is_refused(void **state)
{
    static const struct {
        const char *model, *settings, *sentence;
    } cases[] = {
        {"cdcgan", "augment=mild", "augment: cdcgan knows no such setting"},
        {"gan", "loss=mse-class", "loss: gan knows no such setting"},
        {"gan", "average=0.9", "average: gan knows no such setting"},
        {"gan", "early_stop=3", "early_stop: gan knows no such setting"},
        {"gan", "latent=100", "gan: a latent of 100 is no number of maps of 7x7"},
        {"cdcgan", "norm=group", "cdcgan has no norm to choose"},
        {"cdcgan", "model=lenet width=0 clip_weights=0", "lenet has no discriminator"},
        {"cdcgan", "model=lenet width=0", "clip_weights: lenet has no discriminator"},
    };
    Dataset *few = dataset_new(20, 28, 28, 10, NULL), *large = dataset_new(20, 32, 32, 10, NULL);
    Recipe r = recipe_of("gan", "");
    FitResult result;
    Err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Recipe wrong = recipe_of(cases[i].model, cases[i].settings);

        e = (Err){0};
        assert_int_equal(
            adversarial_fit(&wrong, data, &(FitOptions){.folder = "none"}, &result, &e),
            -ERR_ARGUMENT);
        assert_string_equal(e.text, cases[i].sentence);
    }
    assert_int_equal(adversarial_fit(&r, few, &(FitOptions){.folder = "none"}, &result, &e),
                     -ERR_ARGUMENT);
    assert_string_equal(e.text, "the data has no picture of a 1");
    assert_int_equal(adversarial_fit(&r, large, &(FitOptions){.folder = "none"}, &result, &e),
                     -ERR_ARGUMENT);
    assert_string_equal(e.text, "gan learns from pictures of 28x28, these are 32x32");
    assert_false(file_exists("none"));
    dataset_free(few);
    dataset_free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_discriminator_is_clipped_before_its_step_and_the_generator_meets_it_after),
        cmocka_unit_test(the_discriminator_has_a_rate_of_its_own),
        cmocka_unit_test(the_generators_gradient_goes_through_both_nets),
        cmocka_unit_test(a_run_leaves_both_models_and_what_is_told_of_it),
        cmocka_unit_test(a_net_that_chooses_itself_is_not_read_back_and_keeps_copies),
        cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(a_run_that_was_stopped_goes_on_to_the_same_bytes),
        cmocka_unit_test(a_loss_that_is_no_number_ends_the_run_and_leaves_what_there_was),
        cmocka_unit_test(what_two_nets_cannot_be_trained_with_is_refused),
    };

    return cmocka_run_group_tests(tests, make_data, free_data);
}
