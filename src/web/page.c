#include "web/page.h"

#include <stdint.h>

#ifdef HAS_PAGE
extern const uint64_t page_bytes[]; /* written by tools/embed.c at build time */
extern const size_t page_size;

const void *page_html(size_t *size, Err *e)
{
    (void)e;
    *size = page_size;
    return page_bytes;
}
#else
const void *page_html(size_t *size, Err *e)
{
    *size = 0;
    err_set(e, ERR_UNSUPPORTED,
            "this scrawl was built without its page, which takes clang, lld, wasi-libc and clang's "
            "runtime for wasm32");
    return NULL;
}
#endif
