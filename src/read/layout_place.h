/* Whether all of a layout has its place on the sheet: inside read/ only. */
#ifndef SCRAWL_READ_LAYOUT_PLACE_H
#define SCRAWL_READ_LAYOUT_PLACE_H

#include "read/layout.h"

/* 0, or ERR_ARGUMENT and a sentence about the first thing that lies over the rim, over a corner marker, over
 * the code or over a field before it. */
int layout_check(const Layout *l, Err *e);

/* A number that depends on where all fields lie. */
uint32_t layout_code(const Layout *l);

/* The smallest area that holds all items of a field. */
Area field_area(const Field *f);

#endif
