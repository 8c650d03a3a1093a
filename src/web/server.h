/* The server: the page and the API over HTTP.
 *
 *     Server *s = server_start(&(ServerOptions){.port = 8123}, &e);
 *     puts(server_url(s));
 *     ... until it is to stop ...
 *     server_stop(s);                           // finishes what has begun
 *
 * GET / is the page. POST /v1/read takes a picture as its body and answers with the JSON of `scrawl read --json`;
 * /v1/openapi.json tells all routes. A request meets the rules of request.h, then waits in the queue of readers.h. Every
 * limit stands in limits.h. libmicrohttpd's only door. */
#ifndef SCRAWL_WEB_SERVER_H
#define SCRAWL_WEB_SERVER_H

#include <stdio.h>

#include "web/limits.h"
#include "base/err.h"

typedef struct ServerOptions {
    const char *address;            /* NULL: 127.0.0.1 */
    int port;                       /* 0: any that is free */
    const char *const *names;       /* further hosts to answer to; NULL, or ended by NULL */
    const char *token;              /* NULL: none is asked for */
    const char *tls_cert, *tls_key; /* PEM text, both or neither */
    const char *model;              /* NULL: the usual */
    int threads;                    /* that read; 0: all cores */
    FILE *log;                      /* a line of JSON for each request; NULL: none */
    ServerLimits limits;
} ServerOptions;

typedef struct Server Server;

/* ERR_ARGUMENT for an address, a name or a token that makes no sense; ERR_IO for a port that is taken; ERR_FORMAT for a
 * certificate that does not fit its key. The options are not needed afterwards, the log is. */
Server *server_start(const ServerOptions *options, Err *e);

/* "http://127.0.0.1:8123/" */
const char *server_url(const Server *s);

/* Takes no new connection, answers the requests that have begun (LIMIT_STOP_S at most), frees everything. */
void server_stop(Server *s); /* NULL is fine */

#endif
