/* Keras' files from anywhere: an HDF5 file is refused in a sentence or read, and so is an architecture,
 * which is then a net that can be built, or says why not. */
#include <stdlib.h>
#include <string.h>

#include "model/hdf5_file.h"
#include "model/keras_graph.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int sound)
{
    if (!sound)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Err e = {0};
    KerasGraph g;
    Hdf5 *h = hdf5_from_bytes(bytes, size, "input", &e);
    check(h || e.code != ERR_NONE);
    hdf5_free(h);

    char *text = malloc(size + 1);
    check(text != NULL);
    if (size)
        memcpy(text, bytes, size);
    text[size] = '\0';
    e = (Err){0};
    int code = keras_graph_read(text, NULL, &g, &e);
    check(code == 0 || e.code != ERR_NONE);
    if (code == 0) {
        check(net_output_count(g.net) > 0);
        keras_graph_free(&g);
    }
    free(text);
    return 0;
}
