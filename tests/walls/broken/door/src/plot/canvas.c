#include <cairo-svg.h>
#include <pango/pangocairo.h>
#include <zlib.h> /* broken: it has a door elsewhere */
