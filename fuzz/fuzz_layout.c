/* A layout from anywhere: refused in a sentence, or such that every item lies on the sheet and it can be drawn. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "read/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Err e = {0};
    uint8_t *block = malloc(size ? size : 1); /* of the very size */

    if (!block)
        return 0;
    memcpy(block, bytes, size);
    Layout *l = layout_read("fuzz", block, size, &e);
    free(block);
    if (!l) {
        assert(e.code != ERR_NONE && *e.text);
        return 0;
    }
    for (int i = 0; i < l->field_count; i++)
        for (int j = 0; j < field_items(&l->fields[i]); j++) {
            Area a = field_item(&l->fields[i], j);
            assert(a.x >= 0 && a.y >= 0 && a.x + a.width <= l->width &&
                   a.y + a.height <= l->height);
        }
    canvas_free(form_draw(l, NULL));
    layout_free(l);
    return 0;
}
