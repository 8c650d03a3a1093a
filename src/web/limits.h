/* Every limit of the server, in one place. Zero in a ServerLimits means the figure beside it.
 *
 *     ServerLimits limits = limits_or_usual((ServerLimits){.queue = 16});
 */
#ifndef SCRAWL_WEB_LIMITS_H
#define SCRAWL_WEB_LIMITS_H

#include <stddef.h>

enum {
    LIMIT_HEADER = 16 << 10,  /* bytes of a request's head, all of it */
    LIMIT_BATCH = 64,         /* requests that are read together */
    LIMIT_NAMES = 16,         /* names that the server answers to */
    LIMIT_TOKEN = 256,        /* bytes of a bearer token */
    LIMIT_TLS_FILE = 1 << 20, /* bytes of a certificate or a key */
    LIMIT_RETRY_S = 1,        /* what a client is told to wait when the server is full */
    LIMIT_STOP_S = 30         /* how long a stop waits for what has begun */
};

typedef struct ServerLimits {
    size_t body;       /* bytes of one request's body: 12 MB */
    size_t bodies;     /* bytes of all bodies that are held at a time: 256 MB */
    size_t pixels;     /* of a picture, before it is decoded: 24 million */
    int connections;   /* at a time: 512 */
    int queue;         /* requests that wait to be read: 128 */
    double deadline_s; /* from the first byte to the whole request, and then in the queue: 10 */
} ServerLimits;

static inline ServerLimits limits_or_usual(ServerLimits l)
{
    l.body = l.body ? l.body : 12 << 20;
    l.bodies = l.bodies ? l.bodies : 256 << 20;
    l.pixels = l.pixels ? l.pixels : 24000000;
    l.connections = l.connections ? l.connections : 512;
    l.queue = l.queue ? l.queue : 128;
    l.deadline_s = l.deadline_s > 0 ? l.deadline_s : 10;
    return l;
}

#endif
