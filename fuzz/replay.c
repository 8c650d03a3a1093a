/* Feeds a fuzz target every file of a folder and every truncation of each: what libFuzzer found
 * once is checked in each build, whatever the compiler. A test of TAP, a line a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { TRUNCATIONS = 4096 }; /* of one file, evenly spaced in a larger one */

/* A copy of the exact size, so that a sanitizer sees the first byte that is read behind the end. */
static void feed(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        abort();
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(size ? copy : copy + 1, size);
    free(copy);
}

static void replay(const char *folder, const char *name, size_t number)
{
    Err e = {0};
    size_t size, inputs = 1;
    char *path = file_join(folder, name);
    uint8_t *bytes = path ? file_read(path, FILE_LIMIT, &size, &e) : NULL;

    if (!bytes) {
        printf("not ok %zu - %s: %s\n", number, name, e.text);
    } else {
        size_t step = size / TRUNCATIONS + 1;
        for (size_t cut = 0; cut < size; cut += step, inputs++)
            feed(bytes, cut);
        feed(bytes, size);
        printf("ok %zu - %s and %zu truncations\n", number, name, inputs - 1);
    }
    fflush(stdout); /* what was done is known even if the next file ends the program */
    free(bytes);
    free(path);
}

int main(int argc, char **argv)
{
    Err e = {0};
    size_t count;
    char **names = argc == 2 ? file_list(argv[1], &count, &e) : NULL;

    if (!names) {
        fprintf(stderr, "replay: %s\n", argc == 2 ? e.text : "one folder is needed");
        return 1;
    }
    printf("1..%zu\n", count);
    for (size_t i = 0; i < count; i++)
        replay(argv[1], names[i], i + 1);
    free(names);
    return count == 0; /* a corpus without files checks nothing */
}
