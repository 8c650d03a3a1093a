/* .npz archives, and .npy arrays alone. */
#include <assert.h>
#include <string.h>

#include "data/npz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Every value can be asked for. */
static void touch(const Npy *a)
{
    int64_t sum = 0;

    assert(a->dims <= NPY_DIMS);
    for (size_t i = 0; i < a->count; i++)
        sum ^= npy_value(a, i);
    (void)sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const arrays[] = {"x_train", "y_train"};
    Npy a = {0};

    if (npy_parse("fuzz", bytes, size, &a, NULL) == 0)
        touch(&a);
    for (int i = 0; i < 2; i++)
        if (npz_read("fuzz", bytes, size, arrays[i], &a, NULL) == 0) {
            touch(&a);
            npy_free(&a);
        }
    return 0;
}
