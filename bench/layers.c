#include "layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#endif

#include "base/rng.h"
#include "nn/exec.h"
#include "nn/precision.h"

enum { BATCH = 32, ROUNDS = 5 };

/* ---- the layers ---- */

typedef enum Form { CONV, TRANSPOSED, DENSE } Form;

typedef struct LayerShape {
    const char *system;
    Form form;
    Shape in;
    Conv conv; /* a dense layer's units are its filters */
} LayerShape;

static const LayerShape layers[] = {
    {"lenet", CONV, {1, 28, 28}, {.filters = 6, .kernel = 5, .same = true}},
    {"lenet", CONV, {6, 14, 14}, {.filters = 16, .kernel = 5}},
    {"lenet", DENSE, {400, 1, 1}, {.filters = 120}},
    {"lenet", DENSE, {120, 1, 1}, {.filters = 84}},
    {"lenet", DENSE, {84, 1, 1}, {.filters = 10}},

    {"resnet164", CONV, {1, 32, 32}, {.filters = 16, .kernel = 3, .same = true}},
    {"resnet164", CONV, {16, 32, 32}, {.filters = 64, .kernel = 1}},
    {"resnet164", CONV, {16, 32, 32}, {.filters = 16, .kernel = 1}},
    {"resnet164", CONV, {16, 32, 32}, {.filters = 16, .kernel = 3, .same = true}},
    {"resnet164", CONV, {64, 32, 32}, {.filters = 16, .kernel = 1}},
    {"resnet164", CONV, {64, 32, 32}, {.filters = 128, .kernel = 1, .stride = 2}},
    {"resnet164", CONV, {64, 32, 32}, {.filters = 32, .kernel = 1, .stride = 2}},
    {"resnet164", CONV, {32, 16, 16}, {.filters = 32, .kernel = 3, .same = true}},
    {"resnet164", CONV, {32, 16, 16}, {.filters = 128, .kernel = 1}},
    {"resnet164", CONV, {128, 16, 16}, {.filters = 32, .kernel = 1}},
    {"resnet164", CONV, {128, 16, 16}, {.filters = 256, .kernel = 1, .stride = 2}},
    {"resnet164", CONV, {128, 16, 16}, {.filters = 64, .kernel = 1, .stride = 2}},
    {"resnet164", CONV, {64, 8, 8}, {.filters = 64, .kernel = 3, .same = true}},
    {"resnet164", CONV, {64, 8, 8}, {.filters = 256, .kernel = 1}},
    {"resnet164", CONV, {256, 8, 8}, {.filters = 64, .kernel = 1}},
    {"resnet164", DENSE, {256, 1, 1}, {.filters = 11}},

    {"redraw-seed", CONV, {1, 28, 28}, {.filters = 20, .kernel = 5}},
    {"redraw-seed", CONV, {20, 12, 12}, {.filters = 20, .kernel = 5}},
    {"redraw-seed", DENSE, {320, 1, 1}, {.filters = 20}},
    {"redraw-seed", CONV, {1, 28, 28}, {.filters = 64, .kernel = 3, .same = true}},
    {"redraw-seed", CONV, {64, 14, 14}, {.filters = 64, .kernel = 3, .same = true}},
    {"redraw-seed", CONV, {64, 7, 7}, {.filters = 128, .kernel = 3, .same = true}},
    {"redraw-seed", CONV, {128, 7, 7}, {.filters = 64, .kernel = 1}},
    {"redraw-seed", TRANSPOSED, {64, 7, 7}, {.filters = 64, .kernel = 2, .stride = 2}},
    {"redraw-seed", CONV, {64, 14, 14}, {.filters = 64, .kernel = 1}},
    {"redraw-seed", TRANSPOSED, {64, 14, 14}, {.filters = 64, .kernel = 2, .stride = 2}},
    {"redraw-seed", CONV, {64, 28, 28}, {.filters = 32, .kernel = 3, .same = true}},
    {"redraw-seed", CONV, {32, 28, 28}, {.filters = 1, .kernel = 1}},
    {"redraw-seed", DENSE, {3136, 1, 1}, {.filters = 64}},

    {"cdcgan", TRANSPOSED, {110, 1, 1}, {.filters = 50, .kernel = 4, .stride = 2, .pad = 1}},
    {"cdcgan", TRANSPOSED, {50, 2, 2}, {.filters = 30, .kernel = 4, .stride = 2, .pad = 1}},
    {"cdcgan", TRANSPOSED, {30, 4, 4}, {.filters = 15, .kernel = 4}},
    {"cdcgan", TRANSPOSED, {15, 7, 7}, {.filters = 8, .kernel = 4, .stride = 2, .pad = 1}},
    {"cdcgan", TRANSPOSED, {8, 14, 14}, {.filters = 1, .kernel = 4, .stride = 2, .pad = 1}},
    {"cdcgan", CONV, {1, 56, 56}, {.filters = 64, .kernel = 4, .stride = 2, .pad = 1}},
    {"cdcgan", CONV, {1, 28, 28}, {.filters = 64, .kernel = 3, .pad = 1}},
    {"cdcgan", CONV, {128, 28, 28}, {.filters = 256, .kernel = 4, .stride = 2, .pad = 1}},
    {"cdcgan", CONV, {256, 14, 14}, {.filters = 512, .kernel = 4, .stride = 2, .pad = 1}},
    {"cdcgan", CONV, {512, 7, 7}, {.filters = 1024, .kernel = 4, .stride = 2, .pad = 2}},
    {"cdcgan", CONV, {1024, 4, 4}, {.filters = 1, .kernel = 4}},

    {"gan", TRANSPOSED, {4, 7, 7}, {.filters = 8, .kernel = 3, .same = true}},
    {"gan", TRANSPOSED, {8, 7, 7}, {.filters = 16, .kernel = 3, .stride = 2, .same = true}},
    {"gan", TRANSPOSED, {16, 14, 14}, {.filters = 32, .kernel = 3, .same = true}},
    {"gan", TRANSPOSED, {32, 14, 14}, {.filters = 64, .kernel = 3, .stride = 2, .same = true}},
    {"gan", TRANSPOSED, {64, 28, 28}, {.filters = 128, .kernel = 3, .same = true}},
    {"gan", TRANSPOSED, {128, 28, 28}, {.filters = 1, .kernel = 3, .same = true}},
    {"gan", CONV, {1, 28, 28}, {.filters = 8, .kernel = 3, .same = true}},
    {"gan", CONV, {8, 28, 28}, {.filters = 16, .kernel = 3, .stride = 2, .same = true}},
    {"gan", CONV, {16, 14, 14}, {.filters = 32, .kernel = 3, .same = true}},
    {"gan", CONV, {32, 14, 14}, {.filters = 64, .kernel = 3, .stride = 2, .same = true}},
    {"gan", CONV, {64, 7, 7}, {.filters = 128, .kernel = 3, .same = true}},
    {"gan", CONV, {128, 7, 7}, {.filters = 1, .kernel = 3, .same = true}},
};

static void layer_name(const LayerShape *l, char text[80])
{
    static const char *const forms[] = {"conv", "transposed", "dense"};

    if (l->form == DENSE)
        snprintf(text, 80, "dense %d -> %d", l->in.c, l->conv.filters);
    else
        snprintf(text, 80, "%s %dx%d%s, %d -> %d at %dx%d", forms[l->form], l->conv.kernel, l->conv.kernel,
                 l->conv.stride > 1 ? " by 2" : "", l->in.c, l->conv.filters, l->in.h, l->in.w);
}

static Node layer_add(Net *net, const LayerShape *l, Node x)
{
    if (l->form == CONV)
        return net_conv2d(net, x, "layer", l->conv);
    if (l->form == TRANSPOSED)
        return net_conv2d_transposed(net, x, "layer", l->conv);
    return net_dense(net, x, "layer", (Dense){.units = l->conv.filters});
}

/* ---- products that are timed ---- */

enum { FORWARD, TO_INPUT, TO_WEIGHTS, PASSES };

/* By the thread's own clock, so that who else uses the machine hardly matters. */
static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static struct {
    const Kernels *kernels;
    bool backward;
    double seconds[PASSES], clock; /* clock: what reading it takes */
} timed;

static void timed_gemm(const Gemm *g)
{
    bool outer = timed.backward && g->k == LANES && g->add; /* a dense layer's weights */
    double start = now();

    timed.kernels->gemm(g);
    timed.seconds[outer ? TO_WEIGHTS : timed.backward ? TO_INPUT : FORWARD] += now() - start - timed.clock;
}

static void timed_dot(const Dot *d)
{
    double start = now();

    timed.kernels->dot(d);
    timed.seconds[TO_WEIGHTS] += now() - start - timed.clock;
}

static void timed_gemm_pairs(const Gemm *g)
{
    double start = now();

    timed.kernels->gemm_pairs(g);
    timed.seconds[timed.backward ? TO_INPUT : FORWARD] += now() - start - timed.clock;
}

static void timed_pair(size_t n, const float *a, const float *b, float *y)
{
    double start = now();

    timed.kernels->pair(n, a, b, y);
    timed.seconds[timed.backward ? TO_INPUT : FORWARD] += now() - start - timed.clock;
}

static void timed_pair_row(size_t n, const float *a, float *y)
{
    double start = now();

    timed.kernels->pair_row(n, a, y);
    timed.seconds[timed.backward ? TO_INPUT : FORWARD] += now() - start - timed.clock;
}

static Kernels timed_kernels(const Kernels *k)
{
    Kernels t = *k;
    double start = now();

    for (int i = 0; i < 1000; i++)
        timed.clock = now();
    timed.clock = (timed.clock - start) / 1000;
    timed.kernels = k;
    t.gemm = timed_gemm;
    t.dot = timed_dot;
    if (k->gemm_pairs) {
        t.gemm_pairs = timed_gemm_pairs;
        t.pair = timed_pair;
        t.pair_row = timed_pair_row;
    }
    return t;
}

/* ---- measuring ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, n, sizeof *x, by_size);
    return x[n / 2];
}

static void require(const void *p, const Err *e)
{
    if (!p) {
        fprintf(stderr, "scrawl-bench: %s\n", e->text);
        exit(1);
    }
}

static float *some(uint64_t seed, size_t n)
{
    Rng r = rng_stream(seed, RNG_TEST, n);
    float *x = malloc(n * sizeof *x);

    require(x, &(Err){.text = "no memory"});
    for (size_t i = 0; i < n; i++)
        x[i] = rng_normal(&r);
    return x;
}

static Net *layer_net(const LayerShape *l)
{
    Net *net = net_new();
    Err e = {.text = "no memory"};
    Node x;

    require(net, &e);
    x = net_input(net, "x", l->in.c, l->in.h, l->in.w);
    net_output(net, "y", layer_add(net, l, x));
    if (net_build(net, &e))
        require(NULL, &e);
    net_init(net, 1);
    return net;
}

/* A layer alone, with numbers to run it on. */
typedef struct Trial {
    Net *net;
    Exec *run;
    float *x, *dy;
    size_t inputs, outputs; /* of a batch */
} Trial;

static Trial trial_new(const LayerShape *l, const Kernels *k)
{
    const Loss loss = {.kind = LOSS_GIVEN, .output = "y"};
    Trial t = {.net = layer_net(l)};
    Shape out = net_op(t.net, net_output_node(t.net, 0).id).out;
    Err e = {0};

    t.inputs = (size_t)BATCH * l->in.c * l->in.h * l->in.w;
    t.outputs = (size_t)BATCH * out.c * out.h * out.w;
    t.x = some(1, t.inputs);
    t.dy = some(2, t.outputs);
    t.run = exec_new(t.net,
                     &(ExecOptions){.batch = BATCH, .training = true, .losses = &loss, .loss_count = 1, .keep = true,
                                    .input_gradient = true, .kernels = k},
                     &e);
    require(t.run, &e);
    return t;
}

static void trial_free(Trial *t)
{
    exec_free(t->run);
    net_free(t->net);
    free(t->x);
    free(t->dy);
}

static void trial_step(const Trial *t)
{
    timed.backward = false;
    exec_forward(t->run, &(Batch){.count = BATCH, .values = t->x, .targets = (const void *const[]){t->dy}}, NULL);
    timed.backward = true;
    exec_backward(t->run, NULL, NULL);
}

/* The peak of a unit: a loop of so many operations. */
typedef struct Peak {
    float (*loop)(void);
    double flops;
} Peak;

static double peak_rate(const Peak *p, double seconds)
{
    volatile float sink;
    double start = now(), calls = 0;

    do {
        sink = p->loop();
        calls++;
    } while (now() - start < seconds);
    (void)sink;
    return calls * p->flops / (now() - start) * 1e-9;
}

/* GFLOP/s of each pass and their shares of the peak, which is taken again in each round, since it depends on what else the
 * processor does; medians of rounds. */
static void measure_layer(const LayerShape *l, const Kernels *kernels, double round_seconds, const Peak *peak,
                          double rate[PASSES], double share[PASSES])
{
    Kernels k = timed_kernels(kernels);
    Trial t = trial_new(l, &k);
    double flops = 2.0 * BATCH * net_multiply_adds(t.net), each[PASSES][ROUNDS], shares[PASSES][ROUNDS];

    for (int r = -1; r < ROUNDS; r++) { /* the first only warms up */
        double most = peak_rate(peak, round_seconds / 2);
        int calls = 0;

        memset(timed.seconds, 0, sizeof timed.seconds);
        for (double start = now(); !calls || now() - start < round_seconds; calls++)
            trial_step(&t);
        most = (most + peak_rate(peak, round_seconds / 2)) / 2;
        for (int p = 0; r >= 0 && p < PASSES; p++) {
            each[p][r] = calls * flops / timed.seconds[p] * 1e-9;
            shares[p][r] = each[p][r] / most;
        }
    }
    for (int p = 0; p < PASSES; p++) {
        rate[p] = median(each[p], ROUNDS);
        share[p] = median(shares[p], ROUNDS);
    }
    trial_free(&t);
}

/* ---- what rounding changes ---- */

/* |a - b| / |b| in per cent. */
static double difference(const float *a, const float *b, size_t n)
{
    double off = 0, whole = 0;

    for (size_t i = 0; i < n; i++) {
        off += pow((double)a[i] - b[i], 2);
        whole += pow(b[i], 2);
    }
    return 100 * sqrt(off / whole);
}

static void layer_differences(const LayerShape *l, double off[PASSES])
{
    Trial a = trial_new(l, precision_kernels(PRECISION_BF16)), b = trial_new(l, kernels_best());
    size_t most = a.inputs > a.outputs ? a.inputs : a.outputs;
    float *x = some(3, most), *y = some(3, most);
    Node out = net_output_node(a.net, 0);

    trial_step(&a);
    trial_step(&b);
    exec_read_activation(a.run, out, x);
    exec_read_activation(b.run, out, y);
    off[FORWARD] = difference(x, y, a.outputs);
    exec_read_input_gradient(a.run, x);
    exec_read_input_gradient(b.run, y);
    off[TO_INPUT] = difference(x, y, a.inputs);
    off[TO_WEIGHTS] = difference(exec_gradient(a.run), exec_gradient(b.run), net_block_size(a.net));
    free(x);
    free(y);
    trial_free(&a);
    trial_free(&b);
}

/* ---- peaks ---- */

enum { TILE_STEPS = 100000, PAIR_STEPS = 400000, CHAINS = 16 };

#if defined(__x86_64__) && defined(__linux__)
/* Four independent tiles of sums. Run on Bochs, never on silicon yet: no AMX was at hand. */
__attribute__((target("amx-tile,amx-bf16"))) static float tile_loop(void)
{
    static const uint8_t layout[64] __attribute__((aligned(64))) = {
        [0] = 1, [16] = 64, [18] = 64, [20] = 64, [22] = 64, [24] = 64, [26] = 64, [28] = 64, [30] = 64, [48] = 16,
        [49] = 16, [50] = 16, [51] = 16, [52] = 16, [53] = 16, [54] = 16, [55] = 16};

    _tile_loadconfig(layout);
    for (int t = 0; t < TILE_STEPS; t++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_release();
    return 0;
}

/* Sixteen independent registers of sums. */
__attribute__((target("avx512f,avx512bf16"))) static float pair_loop(void)
{
#define SUM(i) "vdpbf16ps %%zmm31, %%zmm31, %%zmm" #i "\n\t"
    for (int t = 0; t < PAIR_STEPS; t++)
        __asm__ volatile(SUM(0) SUM(1) SUM(2) SUM(3) SUM(4) SUM(5) SUM(6) SUM(7) SUM(8) SUM(9) SUM(10) SUM(11) SUM(12)
                             SUM(13) SUM(14) SUM(15) ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                         "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
#undef SUM
    return 0;
}

static Peak unit_peak(void)
{
    if (kernels_bf16_unit() && !kernels_bf16_unit()->gemm_pairs)
        return (Peak){tile_loop, 4.0 * 2 * 16 * 16 * 32 * TILE_STEPS};
    return (Peak){pair_loop, 2.0 * 2 * 16 * CHAINS * PAIR_STEPS};
}
#else
static Peak unit_peak(void)
{
    return (Peak){0};
}
#endif

/* ---- the table ---- */

static void print_rates(const LayerShape *l, const Kernels *k, double round_seconds, const Peak *peak)
{
    double rate[PASSES], share[PASSES];

    measure_layer(l, k, round_seconds, peak, rate, share);
    for (int p = 0; p < PASSES; p++)
        printf(" %.0f (%.0f %%) |", rate[p], 100 * share[p]);
}

static void print_layer(const LayerShape *l, double round_seconds, const Peak *f32, const Peak *bf16)
{
    double off[PASSES];
    char name[80];

    layer_name(l, name);
    printf("| %s | %s |", l->system, name);
    print_rates(l, kernels_best(), round_seconds, f32);
    if (kernels_bf16_unit())
        print_rates(l, kernels_bf16_unit(), round_seconds, bf16);
    layer_differences(l, off);
    printf(" %.2f, %.2f, %.2f |\n", off[FORWARD], off[TO_INPUT], off[TO_WEIGHTS]);
    fflush(stdout);
}

void bench_layers(const char *system, double round_seconds, float (*peak)(void), double flops)
{
    const Peak f32 = {peak, flops}, bf16 = unit_peak();
    bool has = kernels_bf16_unit();

    printf("one thread, batch %d, GFLOP/s and share of the peak, which is %.1f in f32", BATCH, peak_rate(&f32, 0.1));
    if (has)
        printf(", %.0f for %s", peak_rate(&bf16, 0.1), kernels_bf16_unit()->products);
    printf("%s; last: what rounding to bf16 changes in y, dx, dw, in per cent\n\n",
           has ? "" : "; no bf16 unit here, so it was not timed");
    printf("| system | layer | f32: y | dx | dw |%s y, dx, dw |\n|---|---|---|---|---|%s---|\n",
           has ? " bf16: y | dx | dw |" : "", has ? "---|---|---|" : "");
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (!system || !strcmp(system, layers[i].system))
            print_layer(&layers[i], round_seconds, &f32, &bf16);
}
