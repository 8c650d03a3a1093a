/* Pages: whatever the pixels, the pieces lie in the picture, line by line, and every piece is in one number at most. */
#include <assert.h>
#include <stdlib.h>

#include "read/numbers.h"
#include "read/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Width, height and channels come first, then pixels, over and over. */
static Image *image_of(const uint8_t *bytes, size_t size)
{
    Image *im = image_new(1 + bytes[0], 1 + bytes[1], bytes[2] % 2 ? 3 : 1, NULL);

    for (size_t i = 0; im && i < (size_t)im->width * im->height * im->channels; i++)
        im->pixels[i] = bytes[3 + i % (size - 3)];
    return im;
}

static void check_pieces(const Image *im, const Piece *p, int count)
{
    for (int i = 0; i < count; i++) {
        assert(p[i].x >= 0 && p[i].y >= 0 && p[i].width > 0 && p[i].height > 0);
        assert(p[i].x + p[i].width <= im->width && p[i].y + p[i].height <= im->height);
        assert(i == 0 || p[i].line >= p[i - 1].line);
    }
}

static void check_numbers(const Piece *p, int count)
{
    Number *numbers = malloc(((size_t)count + 1) * sizeof *numbers);
    int n = numbers ? numbers_find(p, count, numbers) : 0, next = 0;

    for (int i = 0; i < n; i++) {
        assert(numbers[i].first >= next && numbers[i].count > 0);
        next = numbers[i].first + numbers[i].count;
    }
    assert(next <= count);
    free(numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Image *im = size > 3 ? image_of(bytes, size) : NULL;
    int count = 0;
    Piece *pieces = im ? page_find(im, &count, NULL, NULL) : NULL;

    if (pieces) {
        check_pieces(im, pieces, count);
        check_numbers(pieces, count);
    }
    free(pieces);
    image_free(im);
    return 0;
}
