#include "base.h"      /* broken: no room in its name */
#include "base/none.h" /* broken: no such file */
#include "base/base.h"
#include "cellar/cellar.h" /* broken: no such room */
