#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

void *library_open(const char *name, const char *what, const LibrarySymbol *symbols, Err *e)
{
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);

    if (!library) {
        err_set(e, ERR_UNSUPPORTED, "cannot %s: %s", what, dlerror());
        return NULL;
    }
    for (; symbols->name; symbols++) {
        void *found = dlsym(library, symbols->name);

        if (!found) {
            err_set(e, ERR_UNSUPPORTED, "cannot %s: %s lacks %s", what, name, symbols->name);
            dlclose(library);
            return NULL;
        }
        memcpy(symbols->to, &found,
               sizeof found); /* C has no conversion to a pointer to a function */
    }
    return library;
}

void library_close(void *library)
{
    if (library)
        dlclose(library);
}
