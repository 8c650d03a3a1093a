#include <allheaders.h>
#include <stdio.h>
#include <sys/stat.h>
