/* Where the values of a map lie: quantiles, and the cut between two classes.
 *
 *     Levels l;
 *     levels_count(&l, v, n, 0, 255);
 *     float median = levels_quantile(&l, 0.5f);
 *     Cut cut = levels_cut(&l, 0, levels_quantile(&l, 0.995f));
 *
 * One pass over the values fills a histogram, which answers the rest. Allocates nothing. */
#ifndef SCRAWL_IMAGE_LEVELS_H
#define SCRAWL_IMAGE_LEVELS_H

enum { LEVELS_BINS = 512 };

typedef struct Levels {
    int n;
    float low, bin; /* the first bin's lower end, and the width of a bin */
    int count[LEVELS_BINS];
} Levels;

/* Counts n >= 1 values; what lies outside [low, high] counts as the nearer end. */
void levels_count(Levels *l, const float *v, int n, float low, float high);

/* The value that `share` (0..1) of the others lie below, to a fraction of a bin. */
float levels_quantile(const Levels *l, float share);

typedef struct Cut {   /* of the values, clamped to a range */
    float at;          /* the upper class lies above */
    float upper_mean;  /* of the upper class; `at` when it is empty */
    float upper_share; /* of all values */
} Cut;

/* Otsu's cut (1979) of the values clamped to [low, high]: the one that leaves the least variance within
 * the two classes. Where a gap is empty, its middle. */
Cut levels_cut(const Levels *l, float low, float high);

#endif
