/* Prefix beam search. A beginning of a string gathers the mass of all alignments that read as it so
 * far, those that end in a blank apart from those that end in its last label: only after a blank
 * does the same label count once more. Beginnings compete with those of their own length alone, so
 * that the best string of any length is there at the end. */
#include "nn/ctc.h"

#include <assert.h>
#include <string.h>

enum { CANDIDATES = CTC_BEAM * CTC_CLASSES };
static const double HOPELESS = 1e-10; /* beside the best beginning of any length */

typedef struct Prefix {
    uint8_t labels[CTC_LABELS];
    double blank, label; /* mass of the alignments that end in one */
} Prefix;

typedef struct Beam { /* of one length */
    Prefix kept[CTC_BEAM];
    int count;
} Beam;

/* The candidate with these labels, made when missing. */
static Prefix *candidate(Prefix *list, int *count, const uint8_t *labels, int length)
{
    for (int i = 0; i < *count; i++)
        if (!memcmp(list[i].labels, labels, (size_t)length))
            return &list[i];
    list[*count] = (Prefix){.blank = 0};
    memcpy(list[*count].labels, labels, (size_t)length);
    return &list[(*count)++];
}

/* Beginnings that stay as long as they are: by a blank, or by their last label once more. */
static void stay(const Beam *beam, int length, int classes, const double *p, Prefix *list,
                 int *count)
{
    for (int i = 0; i < beam->count; i++) {
        const Prefix *from = &beam->kept[i];
        Prefix *to = candidate(list, count, from->labels, length);

        to->blank += (from->blank + from->label) * p[classes - 1];
        if (length)
            to->label += from->label * p[from->labels[length - 1]];
    }
}

/* Beginnings that become `length` long. */
static void extend(const Beam *beam, int length, int classes, const double *p, Prefix *list,
                   int *count)
{
    for (int i = 0; i < beam->count; i++)
        for (int c = 0; c < classes - 1; c++) {
            const Prefix *from = &beam->kept[i];
            bool repeats = length > 1 && from->labels[length - 2] == c;
            double mass = from->blank + (repeats ? 0 : from->label);
            uint8_t labels[CTC_LABELS];

            if (mass * p[c] < HOPELESS)
                continue;
            memcpy(labels, from->labels, (size_t)length - 1);
            labels[length - 1] = (uint8_t)c;
            candidate(list, count, labels, length)->label += mass * p[c];
        }
}

/* Keeps the best candidates, best first, `scale` times as large: as shares of the best of all. */
static void keep(Beam *beam, Prefix *list, int count, double scale)
{
    beam->count = 0;
    while (beam->count < CTC_BEAM) {
        int best = -1;

        for (int i = 0; i < count; i++)
            if (list[i].blank + list[i].label >
                (best < 0 ? 0 : list[best].blank + list[best].label))
                best = i;
        if (best < 0)
            return;
        list[best].blank *= scale;
        list[best].label *= scale;
        beam->kept[beam->count++] = list[best];
        list[best].blank = list[best].label = 0;
    }
}

/* The largest mass of all beginnings. */
static double largest(const Beam *beams, int longest)
{
    double most = 0;

    for (int n = 0; n <= longest; n++)
        if (beams[n].count) {
            double mass = beams[n].kept[0].blank + beams[n].kept[0].label;

            most = mass > most ? mass : most;
        }
    return most;
}

int ctc_search(int classes, int steps, const double *p, int least, int most, uint8_t *labels)
{
    int best = -1;
    Beam beams[CTC_LABELS + 1];
    Prefix list[CANDIDATES];

    assert(classes >= 2 && classes <= CTC_CLASSES && least >= 0 && least <= most &&
           most <= CTC_LABELS);
    for (int n = 0; n <= most; n++)
        beams[n].count = 0;
    beams[0] = (Beam){.kept = {{.blank = 1}}, .count = 1};
    for (int t = 0; t < steps; t++) {
        double scale = 1 / largest(beams, most);

        for (int n = most; n >= 0; n--) { /* n-1 is still that of the step before */
            int count = 0;

            stay(&beams[n], n, classes, p + (size_t)t * classes, list, &count);
            if (n)
                extend(&beams[n - 1], n, classes, p + (size_t)t * classes, list, &count);
            keep(&beams[n], list, count, scale);
        }
    }
    for (int n = least; n <= most; n++)
        if (beams[n].count &&
            (best < 0 || beams[n].kept[0].blank + beams[n].kept[0].label >
                             beams[best].kept[0].blank + beams[best].kept[0].label))
            best = n;
    if (best > 0)
        memcpy(labels, beams[best].kept[0].labels, (size_t)best);
    return best;
}
