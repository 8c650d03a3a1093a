/* What a training of the writer consists of: inside train/ only. */
#ifndef SCRAWL_TRAIN_WRITER_PARTS_H
#define SCRAWL_TRAIN_WRITER_PARTS_H

#include "data/loader.h"
#include "data/split.h"
#include "model/model.h"
#include "nn/exec.h"
#include "read/generator.h"
#include "train/pace.h"
#include "train/predict.h"
#include "train/run_events.h"
#include "train/writer.h"
#include "zoo/zoo.h"

enum { WRITER_LATENT = 2 * ZOO_WRITER_NOISE };

/* Pictures as the encoder finds them: each a normal. */
typedef struct Latents {
    float *found; /* (data->count, WRITER_LATENT): means, logarithms of variances; NULL: not yet */
    float mean[ZOO_WRITER_NOISE], deviation[ZOO_WRITER_NOISE]; /* of all draws of all pictures */
} Latents;

/* Numbers of a batch of the flow. */
typedef struct FlowBatch {
    float *x, *target; /* (room, ZOO_WRITER_NOISE) */
    float *labels;     /* (room) */
    float *times;      /* (room, ZOO_WRITER_TIME) */
} FlowBatch;

/* What is shown and measured after each epoch: as many of each digit, digit after digit. */
typedef struct Looks {
    uint32_t pictures[WRITER_LOOKS]; /* in the data, mostly never trained on */
    int labels[WRITER_LOOKS];
    float *noise;   /* (WRITER_LOOKS, ZOO_WRITER_NOISE) */
    uint8_t *drawn; /* (WRITER_LOOKS, 28, 28) */
    float *scores;
    Model *reader; /* "digits" */
    Predictor *predictor;
} Looks;

typedef struct WriterRun {
    const Recipe *recipe;
    const FitOptions *options;
    const Dataset *data;
    RunFolder *run;
    Team *team;
    Split split;
    Net *net;     /* trained: encoder, decoder and flow */
    Model *model; /* decoder and flow, averaged: what is saved */
    Generator *generator;
    Exec *pictures, *flow; /* train one and the other */
    Exec *infer;           /* of `net`, ENCODE_BATCH at a time */
    Optim *optim;
    Loader *picture_loader, *flow_loader;
    float *labels, *targets; /* of a batch of pictures */
    float *values;           /* room for the model's parameters, or for ENCODE_BATCH pictures */
    FlowBatch batch;
    Latents latents;
    Looks looks;
    Events *events;
    RunState state;
    long picture_epochs; /* the first ones; then the flow's */
    Pace pace;
    double begun_work;
} WriterRun;

enum { ENCODE_BATCH = 256 };

static inline bool writer_is_in_flow(const WriterRun *w)
{
    return w->state.epoch >= w->picture_epochs;
}

/* Encodes all pictures with the weights that the net has. */
int writer_encode(WriterRun *w, Err *e);

int flow_batch_new(FlowBatch *b, int room, Err *e);
void flow_batch_free(FlowBatch *b);

/* Points on the way from noise to pictures and where they are going. Picture i draws from stream
 * first+i, so that a batch depends on neither threads nor the ones before. */
void writer_fill_flow(WriterRun *w, FlowBatch *b, const uint32_t *pictures, int count,
                      uint64_t first);

/* Chooses what is looked at. */
int writer_look_new(WriterRun *w, Err *e);
void writer_look_free(Looks *l);

/* Copies the averaged weights into the model. */
void writer_publish(WriterRun *w);

/* Draws, reads back, and finds the loss on what is looked at; after writer_publish. */
int writer_look(WriterRun *w, FitScore *score, Err *e);

/* The drawn digits as a sheet in the folder and for TensorBoard, and all sheets as a GIF. */
int writer_show(WriterRun *w, Err *e);

/* Writes the model with a record of how it came about. */
int writer_save(WriterRun *w, const FitScore *score, Err *e);

#endif
