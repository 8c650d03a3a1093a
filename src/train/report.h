/* An evaluation as a page to look at and to send: one HTML file that needs nothing beside it.
 *
 *     Report r = {.model = model, .model_name = "lenet", .data = test, .data_name = "mnist",
 *                 .result = &evaluation};
 *     if (report_write("report", &r, &e)) ...
 *
 *     index.html        figures, plots, the worst mistakes, the net; opens from the disk
 *     evaluation.json   the same numbers for programs (evaluation_json)
 *
 * All pictures are inside the page, no script runs, nothing is fetched. The same evaluation gives
 * the same bytes. */
#ifndef SCRAWL_TRAIN_REPORT_H
#define SCRAWL_TRAIN_REPORT_H

#include "train/evaluate.h"
#include "train/redrawing.h"

enum { REPORT_MISTAKES = 60 }; /* pictures on the sheet of the worst */

typedef struct Report {
    const Model *model;
    const char *model_name, *data_name;
    const Dataset *data; /* what was evaluated */
    const Evaluation *result;
    const Evaluation *train; /* of the same model on the data's training part; NULL: not known */
    const Redrawing *redrawing, *redrawing_train; /* of a net that redraws; NULL: not known */
    const char *curves; /* path of a PNG, the curves of its training; NULL: none */
} Report;

/* Makes the folder and writes both files, each whole or not at all. */
int report_write(const char *folder, const Report *r, Err *e);

#endif
