/* idx files, packed by gzip or not: whatever the bytes, what is read lies inside of them. */
#include <assert.h>
#include <stdlib.h>

#include "data/gzip.h"
#include "data/idx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { LIMIT = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t *plain = NULL;
    Idx idx;

    if (gzip_is(bytes, size)) {
        if (!(plain = gzip_open("fuzz", bytes, size, LIMIT, &size, NULL)))
            return 0;
        bytes = plain;
        assert(size <= LIMIT);
    }
    if (idx_read("fuzz", bytes, size, &idx, NULL) == 0) {
        assert(idx.values >= bytes && idx.count <= size);
        assert(idx.values + idx.count == bytes + size);
    }
    free(plain);
    return 0;
}
