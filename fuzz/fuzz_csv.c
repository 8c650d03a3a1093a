/* CSVs, read as pixels and as a list of pictures. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "data/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Listing list = {0};
    CsvPixels p;

    csv_is_list(bytes, size);
    if (csv_read_pixels("fuzz", bytes, size, 10, &p, NULL) == 0) {
        assert(p.count > 0 && p.side > 0);
        for (size_t i = 0; i < p.count; i++)
            assert(p.labels[i] >= 0 && p.labels[i] < 10);
        free(p.pixels);
        free(p.labels);
    }
    if (csv_read_list("fuzz", bytes, size, &list, NULL) == 0)
        for (size_t i = 0; i < list.count; i++)
            assert(*listing_path(&list, i) && *listing_label(&list, i) &&
                   (!listing_group(&list, i) || *listing_group(&list, i)));
    listing_free(&list);
    return 0;
}
