/* The rest of the row above or below and of the cell beside, which a crop's rim cuts, taken out of an ink map.
 *
 *     if (cut_off_erase(map, &e) == 0)
 *         ...                                  // of "8|741" without the left half of the 8 "741" is left
 *
 * For crops of one cell; on a page nothing of use is cut. */
#ifndef SCRAWL_IMAGE_CUT_OFF_H
#define SCRAWL_IMAGE_CUT_OFF_H

#include "image/ink.h"

/* Takes out (ink_take_out) what the rim cuts and a rule that goes from rim to rim, as pale as it may be, parts from the rest, with that
 * rule: level ones, and upright ones where there is a level one besides, as tables have. Nothing where something beyond the rule is
 * whole, or what is on this side is no writing. ERR_MEMORY is the only error. */
int cut_off_erase(InkMap *m, Err *e);

#endif
