#include "image/levels.h"

#include <assert.h>
#include <string.h>

static int bin_of(const Levels *l, float v)
{
    float at = (v - l->low) / l->bin;

    return at < 0 ? 0 : at >= LEVELS_BINS ? LEVELS_BINS - 1 : (int)at;
}

/* Neighbours often fall into the same bin; counting them in turn into four histograms keeps the processor
 * from waiting for its own last store. */
void levels_count(Levels *l, const float *v, int n, float low, float high)
{
    enum { LANES = 4 };
    int lanes[LANES][LEVELS_BINS] = {0};

    assert(n > 0 && high > low);
    l->n = n;
    l->low = low;
    l->bin = (high - low) / LEVELS_BINS;
    float bins = 1 / l->bin;
    for (int i = 0; i < n; i++) {
        float at = (v[i] - low) * bins;
        at = at < 0 ? 0 : at;
        lanes[i % LANES][(int)(at < LEVELS_BINS ? at : LEVELS_BINS - 1)]++;
    }
    for (int b = 0; b < LEVELS_BINS; b++)
        l->count[b] = lanes[0][b] + lanes[1][b] + lanes[2][b] + lanes[3][b];
}

float levels_quantile(const Levels *l, float share)
{
    float want = share * (float)(l->n - 1);
    int below = 0, b = 0;

    while (b < LEVELS_BINS - 1 && (float)(below + l->count[b]) <= want)
        below += l->count[b++];
    float into = l->count[b] ? (want - (float)below + 0.5f) / (float)l->count[b] : 0.5f;
    return l->low + ((float)b + into) * l->bin;
}

/* The counts of the bins from `first` to `last`, with what lies outside added to these. */
static int clamped_count(const Levels *l, int first, int last, int count[LEVELS_BINS])
{
    int bins = last - first + 1;

    memcpy(count, l->count + first, (size_t)bins * sizeof *count);
    for (int b = 0; b < first; b++)
        count[0] += l->count[b];
    for (int b = last + 1; b < LEVELS_BINS; b++)
        count[bins - 1] += l->count[b];
    return bins;
}

/* The first and the last bin after which the best cut may lie. An empty bin cuts as the one before. */
static void best_cut(const int *count, int bins, int n, int *first, int *last)
{
    double all = 0, sum = 0, weight = 0, best = -1;

    *first = *last = 0;
    for (int b = 0; b < bins; b++)
        all += (double)b * count[b];
    for (int b = 0; b < bins - 1; b++) {
        if (count[b] == 0) {
            *last += *last == b - 1 && best >= 0;
            continue;
        }
        weight += count[b];
        sum += (double)b * count[b];
        if (weight == n)
            break;
        /* (sum/weight - (all-sum)/(n-weight))^2 weight (n-weight), with one division */
        double apart = sum * n - all * weight;
        double between = apart * apart / (weight * (n - weight));
        if (between > best * (1 + 1e-7)) {
            best = between;
            *first = *last = b;
        } else if (between >= best * (1 - 1e-7)) {
            *last = b;
        }
    }
}

Cut levels_cut(const Levels *l, float low, float high)
{
    int count[LEVELS_BINS], first_bin = bin_of(l, low), last_bin = bin_of(l, high), first, last;
    double sum = 0, above = 0;

    if (last_bin <= first_bin)
        return (Cut){low, low, 0};
    int bins = clamped_count(l, first_bin, last_bin, count);
    best_cut(count, bins, l->n, &first, &last);
    for (int b = last + 1; b < bins; b++) {
        above += count[b];
        sum += (double)count[b] * (b + 0.5);
    }
    float start = l->low + (float)first_bin * l->bin;
    Cut cut = {.at = start + (0.5f * (float)(first + last) + 1) * l->bin};
    cut.upper_mean = above > 0 ? start + (float)(sum / above) * l->bin : cut.at;
    cut.upper_share = (float)(above / l->n);
    return cut;
}
