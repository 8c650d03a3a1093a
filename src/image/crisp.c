#include "image/crisp.h"

#include <string.h>

/* The mean of all that is above `least`; 0 when nothing is. */
static int mean_above(const uint8_t *in, int least)
{
    long sum = 0, count = 0;

    for (int i = 0; i < DIGIT_PIXELS; i++)
        if (in[i] > least) {
            sum += in[i];
            count++;
        }
    return count ? (int)((sum + count / 2) / count) : 0;
}

static void threshold(const uint8_t *in, uint8_t *out)
{
    int mean = mean_above(in, 0);

    for (int i = 0; i < DIGIT_PIXELS; i++)
        out[i] = 3 * in[i] > mean ? 255 : 0;
}

/* Greys between an eighth and seven eighths of a full stroke are spread over all levels; a picture that
 * is nowhere darker than GHOST has no stroke. */
static void stretch(const uint8_t *in, uint8_t *out)
{
    enum { GHOST = 64 };
    int most = 0, full, low, high;

    for (int i = 0; i < DIGIT_PIXELS; i++)
        most = in[i] > most ? in[i] : most;
    full = mean_above(in, most * 3 / 4); /* inside strokes */
    low = (full + 4) / 8;
    high = full - low;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        int v = most > GHOST ? (in[i] - low) * 255 / (high - low) : 0;

        out[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

/* Appends the neighbours of pixel `at` that have ink and are not yet `seen` to the piece; its new size. */
static int add_neighbours(const uint8_t *out, int at, bool *seen, int *piece, int count)
{
    int x = at % DIGIT_SIDE, y = at / DIGIT_SIDE;

    for (int v = y ? y - 1 : 0; v <= y + 1 && v < DIGIT_SIDE; v++)
        for (int u = x ? x - 1 : 0; u <= x + 1 && u < DIGIT_SIDE; u++) {
            int next = v * DIGIT_SIDE + u;

            if (!out[next] || seen[next])
                continue;
            seen[next] = true;
            piece[count++] = next;
        }
    return count;
}

/* Takes away a connected piece of ink that nowhere comes to half of a stroke's. */
static void drop_ghosts(uint8_t *out)
{
    enum { HALF = 128 };
    int piece[DIGIT_PIXELS];
    bool seen[DIGIT_PIXELS] = {false};

    for (int i = 0; i < DIGIT_PIXELS; i++) {
        int count = 0, most = 0;

        if (!out[i] || seen[i])
            continue;
        seen[i] = true;
        piece[count++] = i;
        for (int k = 0; k < count; k++) {
            most = out[piece[k]] > most ? out[piece[k]] : most;
            count = add_neighbours(out, piece[k], seen, piece, count);
        }
        for (int k = 0; k < count && most < HALF; k++)
            out[piece[k]] = 0;
    }
}

void crisp(const uint8_t in[DIGIT_PIXELS], Crisp how, uint8_t out[DIGIT_PIXELS])
{
    if (how == CRISP_STEPS) {
        threshold(in, out);
    } else if (how == CRISP_SMOOTH) {
        stretch(in, out);
        drop_ghosts(out);
    } else {
        memmove(out, in, DIGIT_PIXELS);
    }
}
