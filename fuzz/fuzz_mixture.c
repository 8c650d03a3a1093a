/* The JSON of a mixture, read without opening its parts. */
#include <assert.h>

#include "data/mixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Mixture m;

    if (mixture_read("fuzz", bytes, size, &m, NULL))
        return 0;
    assert(m.count >= 1 && m.count <= MIXTURE_PARTS);
    for (int i = 0; i < m.count; i++)
        assert(*m.parts[i].path && m.parts[i].times >= 1 && m.parts[i].share > 0);
    mixture_free(&m);
    return 0;
}
