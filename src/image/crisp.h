/* What a net drew, made clean: ghosts taken away and strokes made full, with smooth edges or without.
 *
 *     uint8_t drawn[28 * 28], clean[28 * 28];
 *     crisp(drawn, CRISP_SMOOTH, clean);
 *
 * Pictures are 28x28, light ink on 0. */
#ifndef SCRAWL_IMAGE_CRISP_H
#define SCRAWL_IMAGE_CRISP_H

#include "image/digit.h"

typedef enum Crisp {
    CRISP_NONE, /* as it was drawn */
    CRISP_SMOOTH, /* paper becomes 0, strokes 255, greys between only at their edges; what nowhere comes
                     to half the ink of a stroke is gone, and so is all of a picture that is nowhere
                     above a quarter */
    CRISP_STEPS /* black and white: 255 where a pixel is above a third of the mean of the lit ones. The
                     known post-processing of such nets; it leaves stair-steps */
} Crisp;

/* `out` may be `in`. A picture without ink stays one. */
void crisp(const uint8_t in[DIGIT_PIXELS], Crisp how, uint8_t out[DIGIT_PIXELS]);

#endif
