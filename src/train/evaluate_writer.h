/* How good a writer is, in every figure that is asked for: digits as they come and digits that were
 * read back, beside real ones.
 *
 *     WriterReport v;
 *     if (evaluate_writer(scribe, judge, 5000, 1, NULL, &v, &e) == 0)
 *         printf("%ld of %ld\n", v.checked.right, v.checked.count);
 *
 * As many of each digit. The hand of each digit is its own. A model that draws digits of its own
 * choice is not read back: of its Judgement count the distances alone. */
#ifndef SCRAWL_TRAIN_EVALUATE_WRITER_H
#define SCRAWL_TRAIN_EVALUATE_WRITER_H

#include "base/watch.h"
#include "read/scribe.h"
#include "train/judge.h"

enum { WRITER_COUNT_LEAST = 100, WRITER_COUNT_MOST = 50000 };

typedef struct WriterReport {
    bool obeys;                      /* draws what it is asked for; else there is no `checked` */
    Judgement plain, checked;        /* without and with reading back */
    Judgement real;                  /* training pictures, as many */
    double redrawn;                  /* share of the digits, drawn again once or more often */
    double plain_rate, checked_rate; /* digits a second */
    char judge[JUDGE_HASH];
    long tests;      /* real test pictures that count here */
    int tests_right; /* ... which the judge reads right */
} WriterReport;

/* `count` a multiple of 10, WRITER_COUNT_LEAST .. WRITER_COUNT_MOST; else ERR_ARGUMENT. `watch`, which may be NULL,
 * is told of the digits that are written: of them as they come, and again of those that are read back. */
int evaluate_writer(Scribe *s, Judge *j, int count, uint64_t seed, const Watch *watch,
                    WriterReport *out, Err *e);

/* {"model":..,"data":..,"count":5000,"judge":"<hash>","judge_accuracy":..,"plain":{"read_back":..,"interval":[..],
 *  "worst":{"digit":3,"read_back":..,"interval":[..]},"frechet":..,"features":{"precision",..},"pixels":{..},
 *  "nearest":..,"nearest_5":..,"kl":..,"mse":..},"checked":{..},"real":{..},"redrawn":..} on one line, without a
 * newline; of a model that chooses itself without "checked", "redrawn" and what is read back. The caller frees; NULL when memory is gone. */
char *writer_report_json(const WriterReport *v, const char *model, const char *data);

#endif
