/* Packs models that ship for the page in the browser: pack OUT NAME...
 *
 * OUT becomes the packed models (model/packed.h), one after the other. A name that does not ship is left out: the page
 * shows what it finds. Weights keep SIGNIFICANT bits, so that the page can be deflated to less: each is off by at
 * most a part in 256, which changes no more readings than chance (docs/page.md). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "model/packed.h"
#include "model/shipped.h"

static void die(const Err *e)
{
    fprintf(stderr, "pack: %s\n", e->text);
    exit(1);
}

enum { SIGNIFICANT = 7 };

static void round_weights(Net *net)
{
    float *weights = net_block(net);

    for (size_t i = 0; i < net_block_size(net); i++) {
        int exponent;
        float fraction = frexpf(weights[i], &exponent);

        weights[i] = ldexpf(roundf(ldexpf(fraction, SIGNIFICANT)), exponent - SIGNIFICANT);
    }
}

int main(int argc, char **argv)
{
    uint8_t *all = NULL;
    size_t size = 0, one;
    Err e = {0};

    for (int i = 2; i < argc; i++) {
        if (!shipped_find(argv[i]))
            continue;
        Model *m = shipped_open(argv[i], &e);

        if (m)
            round_weights(m->net);
        uint8_t *bytes = m ? packed_write(m, argv[i], &one, &e) : NULL;

        if (!bytes || !(all = realloc(all, size + one)))
            die(&e);
        for (size_t k = 0; k < one; k++)
            all[size++] = bytes[k];
        free(bytes);
        model_free(m);
    }
    if (argc < 2 || file_write(argv[1], all, size, &e))
        die(&e);
    free(all);
    return 0;
}
