/* The program. All of it is in verbs.c, where tests can call it. */
#include "cli/verbs.h"

int main(int argc, char **argv)
{
    return scrawl_main(argc, argv);
}
