/* Measures the engine: kernels against the processor's own peak, training, inference and latency of small and large nets.
 *
 *     scrawl-bench [--seconds S] [peak] [small] [large] [levels] [layers [SYSTEM]] [gradients]   // without a name: the first four
 *
 * Each figure is the median of several timed rounds; the spread beside it is their minimum and maximum. Peers are run
 * beside it by bench/run. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "nn/exec.h"
#include "nn/optim.h"
#include "tensor/kernels.h"
#include "zoo/zoo.h"
#include "layers.h"

enum { ROUNDS = 9 };
static double round_seconds = 0.25;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

typedef struct Timing { /* seconds of one call */
    double median, least, most;
} Timing;

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Calls work(job) as often as fills a round, for all rounds. */
static Timing measure(void (*work)(void *job), void *job)
{
    double t[ROUNDS];
    long calls = 1;

    work(job);
    for (double spent = 0; spent < round_seconds / 4; calls *= 2) {
        double start = now();

        for (long i = 0; i < calls; i++)
            work(job);
        spent = now() - start;
        if (spent >= round_seconds / 4) {
            calls = (long)(calls * round_seconds / spent) + 1;
            break;
        }
    }
    for (int r = 0; r < ROUNDS; r++) {
        double start = now();

        for (long i = 0; i < calls; i++)
            work(job);
        t[r] = (now() - start) / calls;
    }
    qsort(t, ROUNDS, sizeof *t, by_size);
    return (Timing){t[ROUNDS / 2], t[0], t[ROUNDS - 1]};
}

/* ---- the processor's peak: independent fused multiply-adds at the kernels' own level ---- */

enum { CHAINS = 24, PEAK_STEPS = 20000 };

#define PEAK(name, lanes, ...)                                                                     \
    __VA_ARGS__ static float name(void)                                                            \
    {                                                                                              \
        typedef float v __attribute__((vector_size(lanes * 4)));                                   \
        v c[CHAINS], x = {0}, y = {0};                                                             \
                                                                                                   \
        for (int i = 0; i < CHAINS; i++)                                                           \
            c[i] = (v){0} + (float)i;                                                                   \
        __asm__ volatile("" : "+m"(x), "+m"(y));                                                   \
        for (int s = 0; s < PEAK_STEPS; s++) {                                                     \
            _Pragma("GCC unroll 24") for (int i = 0; i < CHAINS; i++) c[i] = c[i] * x + y;         \
        }                                                                                          \
        for (int i = 1; i < CHAINS; i++)                                                           \
            c[0] += c[i];                                                                          \
        return c[0][0];                                                                            \
    }
#ifdef __x86_64__
PEAK(peak_avx512, 16, __attribute__((target("avx512f"))))
PEAK(peak_avx2, 8, __attribute__((target("avx2,fma"))))
#endif
PEAK(peak_baseline, 4)

static float (*peak_loop)(void) = peak_baseline;
static double peak_flops = 2.0 * 4 * CHAINS * PEAK_STEPS;
static volatile float sink;

static void choose_peak(const char *level)
{
#ifdef __x86_64__
    if (!strcmp(level, "avx512")) {
        peak_loop = peak_avx512;
        peak_flops = 2.0 * 16 * CHAINS * PEAK_STEPS;
    } else if (!strcmp(level, "avx2")) {
        peak_loop = peak_avx2;
        peak_flops = 2.0 * 8 * CHAINS * PEAK_STEPS;
    }
#else
    (void)level;
#endif
}

static void peak_thread(void *job, int thread)
{
    (void)job;
    (void)thread;
    sink = peak_loop();
}

static void peak_work(void *team)
{
    team_run(team, peak_thread, NULL);
}

/* ---- a net ---- */

typedef struct Run {
    Net *net;
    Exec *exec;
    Optim *optim;
    Team *team;
    uint8_t *pixels, *batch_pixels;
    int *labels, *batch_labels;
    int batch, at;
    float *logits;
} Run;

enum { IMAGES = 8192, CLASSES_MOST = 16 };

/* Pixels as sparse as digits are; what they show does not matter to the speed. */
static void make_images(Run *r)
{
    Rng rng = rng_stream(1, RNG_TEST, 0);

    r->pixels = malloc(IMAGES * 784);
    r->labels = malloc(IMAGES * sizeof *r->labels);
    for (int i = 0; i < IMAGES * 784; i++)
        r->pixels[i] = rng_below(&rng, 5) ? 0 : (uint8_t)rng_below(&rng, 256);
    for (int i = 0; i < IMAGES; i++)
        r->labels[i] = (int)rng_below(&rng, 10);
}

static void check(const void *p, const Err *e)
{
    if (!p) {
        fprintf(stderr, "scrawl-bench: %s\n", e->text);
        exit(1);
    }
}

typedef struct Setup {
    const char *model, *level;
    int threads, batch;
    bool training, bf16; /* bf16: on its unit, which has to be there */
} Setup;

static Run run_open(Setup s)
{
    Run r = {.batch = s.batch};
    Loss loss = {.kind = LOSS_CROSS_ENTROPY, .output = "logits"};
    Err e = {0};

    r.net = zoo_net(s.model, &(ZooOptions){0}, &e);
    check(r.net, &e);
    net_init(r.net, 1);
    r.team = team_new(s.threads, &e);
    check(r.team, &e);
    r.exec = exec_new(r.net, &(ExecOptions){.batch = s.batch, .team = r.team, .training = s.training, .losses = &loss,
                                            .loss_count = s.training, .kernels = s.bf16 ? kernels_bf16_unit() : kernels_find(s.level)}, &e);
    check(r.exec, &e);
    r.optim = optim_new(r.net, &(OptimOptions){.kind = OPTIM_ADAM}, &e);
    check(r.optim, &e);
    make_images(&r);
    r.batch_pixels = malloc((size_t)s.batch * 784);
    r.batch_labels = malloc(s.batch * sizeof(int));
    r.logits = malloc((size_t)s.batch * CLASSES_MOST * sizeof(float));
    return r;
}

static void run_close(Run *r)
{
    exec_free(r->exec);
    optim_free(r->optim);
    team_free(r->team);
    net_free(r->net);
    free(r->pixels);
    free(r->labels);
    free(r->batch_pixels);
    free(r->batch_labels);
    free(r->logits);
}

static void next_batch(Run *r)
{
    for (int i = 0; i < r->batch; i++) {
        int image = (r->at + i * 37) % IMAGES;

        memcpy(r->batch_pixels + i * 784, r->pixels + image * 784, 784);
        r->batch_labels[i] = r->labels[image];
    }
    r->at = (r->at + r->batch) % IMAGES;
}

static void train_step(void *job)
{
    Run *r = job;
    const void *targets[] = {r->batch_labels};

    next_batch(r);
    exec_train(r->exec, &(Batch){.count = r->batch, .bytes = r->batch_pixels, .targets = targets}, NULL);
    optim_step(r->optim, r->net, exec_gradient(r->exec), 1e-3f, r->team);
}

static void infer_step(void *job)
{
    Run *r = job;

    exec_infer(r->exec, &(Batch){.count = r->batch, .bytes = r->pixels}, (float *const[]){r->logits}, 1);
}

static void bench_rate(Setup s)
{
    Run r = run_open(s);
    Timing t = measure(s.training ? train_step : infer_step, &r);

    printf("%-9s %-9s %s %d thread%s  batch %4d  %9.0f images/s  (%.0f to %.0f)\n", s.model,
           s.training ? "training" : "inference", s.bf16 ? "bf16" : "f32 ", s.threads, s.threads > 1 ? "s" : " ", s.batch, s.batch / t.median,
           s.batch / t.most, s.batch / t.least);
    fflush(stdout);
    run_close(&r);
}

static void bench_small(const char *level, int threads)
{
    static const int batches[] = {64, 128, 300};

    for (int i = 0; i < 3; i++)
        bench_rate((Setup){"lenet", level, threads, batches[i], true, false});
    bench_rate((Setup){"lenet", level, threads, 1024, false, false});
}

static void bench_one_image(const char *model)
{
    Run r = run_open((Setup){model, kernels_best()->level, 1, 1, false, false});
    Timing t = measure(infer_step, &r);

    printf("%-9s one image 1 thread               %9.2f us        (%.2f to %.2f)\n", model, t.median * 1e6, t.least * 1e6,
           t.most * 1e6);
    run_close(&r);
}

static void bench_large(const char *level, int threads)
{
    for (int bf16 = 0; bf16 <= (kernels_bf16_unit() ? 1 : 0); bf16++) {
        bench_rate((Setup){"resnet164", level, threads, 32, true, bf16});
        bench_rate((Setup){"resnet164", level, threads, 256, false, bf16});
    }
}

static void bench_peak(int threads)
{
    Err e = {0};
    Team *team = team_new(threads, &e);

    check(team, &e);
    Timing t = measure(peak_work, team);

    printf("peak               %d thread%s             %9.1f GFLOP/s   (%.1f to %.1f)\n", threads,
           threads > 1 ? "s" : " ", threads * peak_flops / t.median * 1e-9, threads * peak_flops / t.most * 1e-9,
           threads * peak_flops / t.least * 1e-9);
    team_free(team);
}

/* What the same program does on older processors. */
static void bench_other_levels(int threads)
{
    const char *levels[8];
    int n = kernels_levels(levels, 8);

    for (int i = 1; i < n; i++) {
        printf("level %s\n", levels[i]);
        bench_small(levels[i], threads);
    }
}

/* Whether a part was asked for by its name. */
static bool named(int names, char **name, const char *part)
{
    for (int i = 0; i < names; i++)
        if (!strcmp(name[i], part))
            return true;
    return false;
}

static bool wanted(int names, char **name, const char *part)
{
    return !names || named(names, name, part);
}

static int count_cores(void)
{
    Err e = {0};
    Team *all = team_new(0, &e);

    check(all, &e);
    int threads = team_threads(all);

    team_free(all);
    return threads;
}

int main(int argc, char **argv)
{
    const char *level = kernels_best()->level;
    int threads = count_cores();

    if (argc > 2 && !strcmp(argv[1], "--seconds")) {
        round_seconds = atof(argv[2]);
        argc -= 2;
        argv += 2;
    }
    argc--;
    argv++;
    choose_peak(level);
    printf("level %s, %d cores; medians of %d rounds of %.2f s, least to most\n", level, threads, ROUNDS, round_seconds);
    for (int t = 1; t <= threads; t *= 2) {
        if (wanted(argc, argv, "peak"))
            bench_peak(t);
        if (wanted(argc, argv, "small"))
            bench_small(level, t);
        if (wanted(argc, argv, "large"))
            bench_large(level, t);
    }
    if (wanted(argc, argv, "small"))
        bench_one_image("lenet");
    if (wanted(argc, argv, "large"))
        bench_one_image("resnet164");
    if (wanted(argc, argv, "levels"))
        bench_other_levels(threads);
    if (named(argc, argv, "layers"))
        bench_layers(strcmp(argv[argc - 1], "layers") ? argv[argc - 1] : NULL, round_seconds, peak_loop, peak_flops);
    if (named(argc, argv, "gradients"))
        bench_gradients();
    return 0;
}
