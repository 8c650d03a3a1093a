/* Packs models that ship for the page in the browser: pack OUT NAME...
 *
 * OUT becomes the packed models (model/packed.h), one after the other. A name that does not ship is left out: the page
 * shows what it finds. */
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

int main(int argc, char **argv)
{
    uint8_t *all = NULL;
    size_t size = 0, one;
    Err e = {0};

    for (int i = 2; i < argc; i++) {
        if (!shipped_find(argv[i]))
            continue;
        Model *m = shipped_open(argv[i], &e);
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
