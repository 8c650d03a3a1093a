/* A model packed and opened again: the same net, the same answers to within halves; other bytes are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/graph.h"
#include "model/packed.h"
#include "model/shipped.h"
#include "nn/exec.h"

static uint8_t *pack(const Model *m, size_t *size)
{
    Err e = {0};
    uint8_t *bytes = packed_write(m, m->name, size, &e);

    if (!bytes)
        fail_msg("%s", e.text);
    return bytes;
}

/* The class probabilities of a picture with a slanted stroke. */
static void classify(const Model *m, double *p)
{
    uint8_t pixels[28 * 28] = {0};
    float logits[16];
    Exec *run = exec_new(m->net, &(ExecOptions){.batch = 1}, NULL);

    for (int y = 4; y < 24; y++)
        memset(pixels + 28 * y + 20 - y / 2, 255, 3);
    exec_infer(run, &(Batch){.count = 1, .bytes = pixels, .scale = m->scale, .shift = m->shift},
               (float *[]){logits}, 1);
    model_probabilities(m, logits, m->class_count, p);
    exec_free(run);
}

static void the_models_that_ship_answer_alike_from_halves(void **state)
{
    (void)state;
    for (const Shipped *s = shipped_list(); s->name; s++) {
        Model *m = shipped_open(s->name, NULL);
        size_t size;
        uint8_t *bytes = pack(m, &size);
        Model *same = packed_read(bytes, size, NULL);
        char *graph = graph_write(m->net, NULL), *other = graph_write(same->net, NULL);

        assert_string_equal(graph, other);
        assert_string_equal(m->name, same->name);
        assert_true((double)size < 2.2 * (double)net_parameters(m->net) + 20000);
        assert_true(same->calibration.threshold == m->calibration.threshold &&
                    same->scale == m->scale);
        if (m->class_count >= 10 && m->class_count <= 11 && net_op(m->net, 0).out.h == 28) {
            double p[11], q[11];

            classify(m, p), classify(same, q);
            for (int i = 0; i < m->class_count; i++)
                assert_true(fabs(p[i] - q[i]) < 0.01);
            assert_string_equal(m->classes[7], same->classes[7]);
        }
        free(graph), free(other), free(bytes);
        model_free(m), model_free(same);
    }
}

static void packed_models_are_found_one_after_the_other(void **state)
{
    Model *m = shipped_open("lenet", NULL);
    size_t size, left, one;
    uint8_t *bytes = pack(m, &size), *two = malloc(2 * size);
    const uint8_t *at = two;
    char name[MODEL_NAME];

    (void)state;
    memcpy(two, bytes, size), memcpy(two + size, bytes, size);
    left = 2 * size;
    for (int i = 0; i < 2; i++) {
        assert_ptr_equal(packed_next(&at, &left, name, &one), two + i * size);
        assert_string_equal(name, "lenet");
        assert_int_equal(one, size);
    }
    assert_null(packed_next(&at, &left, name, &one));
    free(bytes), free(two);
    model_free(m);
}

static void cut_or_changed_bytes_are_refused_or_open_whole(void **state)
{
    Model *m = shipped_open("lenet", NULL);
    size_t size;
    uint8_t *bytes = pack(m, &size);
    Err e = {0};

    (void)state;
    for (size_t cut = 0; cut < size; cut += cut < 600 ? 1 : 997) {
        uint8_t *part = malloc(cut + 1); /* of its own, so that a sanitizer sees its end */

        memcpy(part, bytes, cut);
        assert_null(packed_read(part, cut, &e));
        assert_int_equal(e.code, ERR_FORMAT);
        free(part);
    }
    for (size_t at = 4; at < 600; at++)
        for (int wrong = 0; wrong < 3; wrong++) {
            uint8_t kept = bytes[at];

            bytes[at] = (uint8_t[]){(uint8_t)~kept, (uint8_t)(kept + 1), 255}[wrong];
            model_free(packed_read(bytes, size, &e));
            bytes[at] = kept;
        }
    free(bytes);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_models_that_ship_answer_alike_from_halves),
        cmocka_unit_test(packed_models_are_found_one_after_the_other),
        cmocka_unit_test(cut_or_changed_bytes_are_refused_or_open_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
