/* The paper under the ink: what a picture of dark strokes would look like without them.
 *
 *     float noise;
 *     if (paper_find(v, w, h, 0, paper, &noise, &e) == 0)
 *         depth = paper[i] - v[i];            // how much ink lies on pixel i
 *
 * Two models, and a choice between them. The grey closing of the picture (Serra 1982) fills whatever is
 * narrower than a third of it, so it follows any light, sharp shadows too, but takes fat ink that
 * fills a tight crop for paper. A quadratic surface, fitted robustly and from the paper's side, is the
 * other way round. */
#ifndef SCRAWL_IMAGE_PAPER_H
#define SCRAWL_IMAGE_PAPER_H

#include "base/err.h"

/* v (h,w), ink darker than the paper -> paper (h,w), overwritten; *noise is the deviation of the bare
 * paper, at least 1. Where strokes are known to be narrower than stroke_px, the paper is the closing by
 * that; 0: they may be of any width. ERR_MEMORY is the only error. */
int paper_find(const float *v, int w, int h, int stroke_px, float *paper, float *noise, Err *e);

#endif
