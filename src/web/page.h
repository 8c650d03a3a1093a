/* The web page, which is part of the program: one HTML file that needs nothing else, not even a server.
 *
 *     size_t size;
 *     const void *html = page_html(&size, &e);
 *     if (html)
 *         file_write("scrawl.html", html, size, &e);
 */
#ifndef SCRAWL_WEB_PAGE_H
#define SCRAWL_WEB_PAGE_H

#include <stddef.h>

#include "base/err.h"

/* ERR_UNSUPPORTED where scrawl was built without the tools that the page takes. */
const void *page_html(size_t *size, Err *e);

#endif
