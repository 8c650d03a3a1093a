#include <stdint.h>
#include <allheaders.h> /* broken */
#include <jansson.h> /* broken: any .c may, but no header */
