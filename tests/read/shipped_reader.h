/* A reader with the models that ship, for all tests of a group: it is their *state. */
#ifndef TESTS_READ_SHIPPED_READER_H
#define TESTS_READ_SHIPPED_READER_H

#include "read/reader.h"

static inline int open_reader(void **state)
{
    *state = reader_new(NULL, 1, NULL);
    return *state ? 0 : -1;
}

static inline int close_reader(void **state)
{
    reader_free(*state);
    return 0;
}

#endif
