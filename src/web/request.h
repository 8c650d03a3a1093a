/* What is asked of the server, and whether it may be: everything of a request but its transport.
 *
 *     Request r = {.method = "POST", .path = "/v1/read", .host = "localhost:8123", .content_type = "image/png"};
 *     Reply reply = {0};
 *     const Route *route = request_check(&r, &rules, &reply);
 *     if (reply.status)
 *         ... reply.status, reply.text ...           // refused
 *
 * Nothing here is believed: texts may be missing, endless or hostile. Touches nothing but its arguments. */
#ifndef SCRAWL_WEB_REQUEST_H
#define SCRAWL_WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "web/limits.h"

typedef struct Request { /* a text that was not sent is NULL */
    const char *method, *path;
    const char *host, *origin, *authorization, *content_type, *content_length;
} Request;

typedef struct Rules {
    const char *
        names[LIMIT_NAMES + 4]; /* hosts that the server answers to, without port; NULL ends them */
    const char *token;          /* NULL: none is asked for */
    size_t body;                /* bytes */
} Rules;

/* The names of this computer, the host that the server listens on, and `names` (NULL, or ended by
 * NULL). Copies all texts; rules_free frees. ERR_ARGUMENT for an empty name, a token that is empty or
 * too long; ERR_LIMIT. */
Rules *rules_new(const char *host, const char *const *names, const char *token, size_t body,
                 Err *e);
void rules_free(Rules *rules); /* NULL is fine */

typedef enum RouteKind {
    ROUTE_PAGE,
    ROUTE_READ,
    ROUTE_REDRAW,
    ROUTE_WRITE,
    ROUTE_MODELS,
    ROUTE_OPENAPI,
    ROUTE_HEALTH,
    ROUTE_METRICS,
    ROUTES
} RouteKind;

enum { ROUTE_QUERIES = 3 };

typedef struct Route {
    RouteKind kind;
    const char *path, *method;
    bool is_open;                       /* needs no token */
    const char *queries[ROUTE_QUERIES]; /* what may stand behind the ?; NULL ends them */
} Route;

typedef struct Reply {
    int status;       /* HTTP's */
    const char *type; /* of the content */
    char *text;       /* owned; NULL where `fixed` holds the content */
    const void *fixed;
    size_t size;
    const char *allow; /* for 405 */
} Reply;

/* The route that a request met; NULL if it met none: 404, or 421 before its path was looked at. The reply has a status if
 * the request is refused, which one that met a route may be as well: 401, 403, 405, 413, 415. */
const Route *request_check(const Request *r, const Rules *rules, Reply *reply);

/* A refusal as JSON: {"error": {"code": .., "message": ..}}. Returns `status`. */
int reply_refuse(Reply *reply, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void reply_free(Reply *reply);

/* Whether a query of this name means anything to the route. */
bool query_known(const Route *route, const char *key);

/* "1", "true" and an empty value are true, "0", "false" and none are not; anything else fails. */
bool query_flag(const char *text, bool *out);

const Route *route_at(RouteKind kind);

#endif
