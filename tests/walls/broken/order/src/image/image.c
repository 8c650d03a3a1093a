#include "base/base.h"
#include "nn/net.h" /* broken: from the left to the right */
#  include "nn/net.h" /* broken: though the spaces hide it */
/* An example in a comment breaks nothing:
#include "nn/net.h"
 */
