/* A model's file from anywhere: it is refused in a sentence, or it is a model that can be written
 * and read again to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "model/graph.h"
#include "model/model.h"
#include "model/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int sound)
{
    if (!sound)
        abort();
}

/* A graph that was read is written as a text that is read as the same. */
static void check_graph(const Net *net)
{
    Err e = {0};
    char *text = graph_write(net, &e);
    check(text != NULL);
    Net *back = graph_read(text, strlen(text), &e);
    check(back != NULL);
    char *again = graph_write(back, &e);
    check(again && strcmp(again, text) == 0);
    free(again);
    net_free(back);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Err e = {0};
    SafeFile *f = safe_from_bytes(bytes, size, "input", &e);
    check(f || e.code != ERR_NONE);
    safe_free(f);

    Model *m = model_from_bytes(bytes, size, "input", &e);
    check(m || e.code != ERR_NONE);
    if (m)
        check_graph(m->net);
    model_free(m);

    Net *net = graph_read((const char *)bytes, size, &e); /* the same bytes as a bare graph */
    if (net)
        check_graph(net);
    net_free(net);
    return 0;
}
