#include "nn/net.h"
#include "scrawl.h"
