/* A shared library that is opened when it is first needed, so that a program does not wait at its start for
 * libraries that it may never call.
 *
 *     struct { __typeof__(&curl_easy_init) init; __typeof__(&curl_easy_perform) perform; } curl;
 *     const LibrarySymbol symbols[] = {{"curl_easy_init", &curl.init}, {"curl_easy_perform", &curl.perform}, {0}};
 *     void *library = library_open("libcurl.so.4", "fetch data", symbols, &e);
 *     ... curl.perform(curl.init()) ...
 *     library_close(library);
 *
 * Types come from the library's own header, the name with its version from its ABI: the package that
 * the build needs brings both. */
#ifndef SCRAWL_BASE_LIBRARY_H
#define SCRAWL_BASE_LIBRARY_H

#include "base/err.h"

typedef struct LibrarySymbol {
    const char *name; /* NULL ends the list */
    void *to;         /* a pointer to a function: receives the symbol's address */
} LibrarySymbol;

/* NULL and ERR_UNSUPPORTED if there is no such library or it lacks a symbol: "cannot <what>: <why>". */
void *library_open(const char *name, const char *what, const LibrarySymbol *symbols, Err *e);
void library_close(void *library);

#endif
