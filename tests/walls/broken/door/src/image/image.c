#include <allheaders.h> /* broken: only codec.c may */
#include <leptonica/allheaders.h> /* broken: nor so */
#include <jansson.h>
#include <sqlite3.h> /* broken: an unknown library */
