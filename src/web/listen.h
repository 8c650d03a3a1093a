/* A socket that listens.
 *
 *     Listening at;
 *     if (listen_open("127.0.0.1", 8123, 512, &at, &e) == 0)
 *         printf("http://%s:%d/\n", at.host, at.port);
 */
#ifndef SCRAWL_WEB_LISTEN_H
#define SCRAWL_WEB_LISTEN_H

#include "base/err.h"

typedef struct Listening {
    int socket;    /* the caller closes it; -1: none */
    char host[64]; /* as it stands in an address: "127.0.0.1", "[::1]" */
    int port;
} Listening;

/* port 0: any that is free. ERR_ARGUMENT for what is no IP address, ERR_IO where nobody may listen. */
int listen_open(const char *address, int port, int backlog, Listening *out, Err *e);

#endif
