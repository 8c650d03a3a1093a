/* Labelled pictures, opened by what the path is.
 *
 *     Dataset *d = dataset_open("mnist.npz", &(DatasetOptions){.part = PART_TEST}, &e);
 *     if (d)
 *         printf("%zu pictures, %d classes: %s\n", d->count, d->classes, d->found);
 *     dataset_free(d);
 *
 * The path is one of
 *     a folder with the MNIST files   train-images-idx3-ubyte, t10k-..: gzip or not
 *     one of a pair of idx files      ...images...idx3...; ...labels...idx1... lies beside it
 *     a Keras archive                 x_train, y_train, x_test, y_test in an .npz
 *     a CSV of pixels                 label,pixel0,pixel1,..; with a header or without
 *     a CSV of pictures               path,label[,writer]; paths relative to the CSV
 *     a folder with labels.csv        which is such a CSV
 *     a folder of classes             3/a.jpg, or 3/<writer>/a.jpg
 *     a folder of named files         3_a.jpg
 *     a folder with train/ and test/  of the last two kinds
 *     a JSON file                     several of these, mixed: data/mixture.h
 *
 * Digits are always 28x28 with light ink on dark: pictures of any other kind go through
 * digit_from_image, the same code that reading uses; sets of pixels are inverted where their ink is
 * dark, and keep their size. Labels that are all digits, "10" or "noise" mean what they say (10 is
 * noise: no digit); other names become classes in their order. */
#ifndef SCRAWL_DATA_DATASET_H
#define SCRAWL_DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/watch.h"

enum {
    DATASET_SIDE_LIMIT = 1024,  /* pixels along one side of a picture */
    DATASET_CLASS_LIMIT = 1000, /* labels are below */
    DATASET_NOISE = 10          /* the class of what is no digit */
};

/* Of a source that has two parts; others give all they have for both. */
typedef enum DatasetPart { PART_TRAIN, PART_TEST } DatasetPart;

typedef struct DatasetOptions {
    DatasetPart part;
    bool canonical; /* all pictures go through digit_from_image, ready ones too: what is trained on
                       is then what reading makes */
    bool inverted;  /* negatives of the pictures, canonical: do they read the same? */
    bool as_noise;  /* whatever the labels say, these are no digits: letters, blanks */
    bool as_numbers; /* labels of one digit are numbers, too: of picture files the set has texts.
                        ERR_FORMAT for any other label */
    Team *team;     /* unpacks pictures; NULL: the calling thread alone */
    const Watch *watch; /* told of the pictures that are ready; NULL: none */
} DatasetOptions;

typedef struct Dataset {
    size_t count;
    int height, width;
    uint8_t *pixels; /* (count, height, width), ink light on dark */
    int *labels;     /* (count), 0 .. classes-1 */
    int classes;
    const char **class_names; /* (classes) */
    int *groups;              /* (count), who wrote it: 0 .. group_count-1, or -1 where it is not
                                 said. NULL if the source never says */
    int group_count;
    const char **group_names; /* (group_count) */
    bool *learn_only;         /* (count), pictures that no split validates on; NULL: none */
    const char **names;       /* (count), paths of the pictures; NULL if they have none */
    const char **texts;       /* (count), labels that are numbers, of several digits unless they
                                 were asked for with as_numbers: then there are
                                 names, but neither pixels nor labels. NULL in every other set */
    bool has_test;            /* the source has a part of its own for testing */
    char found[256];          /* what was found out about size and ink, in a phrase to show */
    void *blocks[3];          /* what the above point into */
} Dataset;

/* `options` may be NULL. dataset_free frees; NULL is fine. */
Dataset *dataset_open(const char *path, const DatasetOptions *options, Err *e);
void dataset_free(Dataset *d);

/* A set of black pictures with label 0; classes are named "0", "1", .. and, of eleven, "noise". */
Dataset *dataset_new(size_t count, int height, int width, int classes, Err *e);

/* All pictures of the sets one after another, copied. Their sizes must be the same, and their
 * classes the digits with or without noise. Groups of different sets stay apart. */
Dataset *dataset_join(const Dataset *const *sets, int n, Err *e);

/* counts (classes) receives the pictures of each class; *mean and *deviation are those of all
 * pixels, in 0..1. Any of the three may be NULL. */
void dataset_measure(const Dataset *d, size_t *counts, double *mean, double *deviation);

#endif
