/* Prefix beam search. A beginning of a string gathers the mass of all alignments that read as it so
 * far, those that end in a blank apart from those that end in its last label: only after a blank
 * does the same label count once more. Beginnings compete with those of their own length alone, so
 * that the best string of any length is there at the end. */
#include "nn/ctc.h"

#include <assert.h>

enum { CANDIDATES = CTC_BEAM * CTC_CLASSES, LABEL_BITS = 4, WORD_LABELS = 16, WORDS = 2 };
_Static_assert(CTC_CLASSES <= 1 << LABEL_BITS && CTC_LABELS <= WORDS * WORD_LABELS,
               "the labels of a string fit into its words");
static const double HOPELESS = 1e-10; /* beside the best beginning of any length */

typedef struct Labels { /* packed, unused ones 0: two words to compare instead of 32 bytes */
    uint64_t words[WORDS];
} Labels;

typedef struct Prefix {
    Labels labels;
    double blank, label; /* mass of the alignments that end in one */
} Prefix;

typedef struct Beam { /* of one length */
    Prefix kept[CTC_BEAM];
    int count;
} Beam;

static int label_at(Labels labels, int i)
{
    return (int)(labels.words[i / WORD_LABELS] >> i % WORD_LABELS * LABEL_BITS & 15);
}

static Labels with_label(Labels labels, int i, int label)
{
    labels.words[i / WORD_LABELS] |= (uint64_t)label << i % WORD_LABELS * LABEL_BITS;
    return labels;
}

/* Beginnings that stay as long as they are, by a blank or by their last label once more: overwrites
 * `list` and returns how many there are. */
static int stay(const Beam *beam, int length, int classes, const double *p, Prefix *list)
{
    for (int i = 0; i < beam->count; i++) {
        const Prefix *from = &beam->kept[i];

        list[i] =
            (Prefix){.labels = from->labels, .blank = (from->blank + from->label) * p[classes - 1]};
        if (length)
            list[i].label = from->label * p[label_at(from->labels, length - 1)];
    }
    return beam->count;
}

/* The one of `count` candidates that has these labels; behind them where there is none. */
static int candidate(const Prefix *list, int count, Labels labels)
{
    int i = 0;

    while (i < count && (list[i].labels.words[0] != labels.words[0] ||
                         list[i].labels.words[1] != labels.words[1]))
        i++;
    return i;
}

/* Beginnings that become `length` long: added to the first `stayed` candidates, or behind them.
 * They differ from one another, so that only the first are searched. Returns how many there are. */
static int extend(const Beam *beam, int length, int classes, const double *p, Prefix *list,
                  int stayed)
{
    int count = stayed;

    for (int i = 0; i < beam->count; i++)
        for (int c = 0; c < classes - 1; c++) {
            const Prefix *from = &beam->kept[i];
            bool repeats = length > 1 && label_at(from->labels, length - 2) == c;
            double mass = (from->blank + (repeats ? 0 : from->label)) * p[c];
            Labels labels = with_label(from->labels, length - 1, c);
            int at;

            if (mass < HOPELESS)
                continue;
            at = candidate(list, stayed, labels);
            if (at < stayed)
                list[at].label += mass;
            else
                list[count++] = (Prefix){.labels = labels, .label = mass};
        }
    return count;
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
            const double *now = p + (size_t)t * classes;
            int count = stay(&beams[n], n, classes, now, list);

            if (n)
                count = extend(&beams[n - 1], n, classes, now, list, count);
            keep(&beams[n], list, count, scale);
        }
    }
    for (int n = least; n <= most; n++)
        if (beams[n].count &&
            (best < 0 || beams[n].kept[0].blank + beams[n].kept[0].label >
                             beams[best].kept[0].blank + beams[best].kept[0].label))
            best = n;
    for (int i = 0; i < best; i++)
        labels[i] = (uint8_t)label_at(beams[best].kept[0].labels, i);
    return best;
}
