/* Rules in the order in which they are cheapest to break: host, path, method, origin, token, type, size. */
#include "web/request.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const Route routes[ROUTES] = {
    {ROUTE_PAGE, "/", "GET", true, {NULL}},
    {ROUTE_READ, "/v1/read", "POST", false, {"single", "model"}},
    {ROUTE_REDRAW, "/v1/redraw", "POST", false, {"single", "clean"}},
    {ROUTE_WRITE, "/v1/write", "POST", false, {NULL}},
    {ROUTE_MODELS, "/v1/models", "GET", false, {NULL}},
    {ROUTE_OPENAPI, "/v1/openapi.json", "GET", true, {NULL}},
    {ROUTE_HEALTH, "/healthz", "GET", true, {NULL}},
    {ROUTE_METRICS, "/metrics", "GET", false, {NULL}},
};

const Route *route_at(RouteKind kind)
{
    return &routes[kind];
}

/* ---- replies ---- */

int reply_refuse(Reply *reply, int status, const char *code, const char *format, ...)
{
    char message[600];
    va_list list;

    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    json_t *error = json_pack("{s:{s:s, s:s}}", "error", "code", code, "message", message);

    if (!error) /* a name in the sentence was no UTF-8 */
        error = json_pack("{s:{s:s, s:s}}", "error", "code", code, "message",
                          "The request cannot be answered.");
    *reply = (Reply){
        .status = status, .type = "application/json", .text = json_dumps(error, JSON_COMPACT)};
    reply->size = reply->text ? strlen(reply->text) : 0;
    json_decref(error);
    return status;
}

void reply_free(Reply *reply)
{
    free(reply->text);
    *reply = (Reply){0};
}

/* ---- hosts ---- */

/* "" or ":8123": what may stand behind a host. */
static bool is_port(const char *text)
{
    size_t digits = *text == ':' ? strspn(text + 1, "0123456789") : 0;

    return !*text || (digits && !text[1 + digits]);
}

/* Whether `text` is one of the names, with or without a port. */
static bool is_ours(const char *text, const Rules *rules)
{
    for (int i = 0; rules->names[i]; i++) {
        size_t n = strlen(rules->names[i]);

        if (strncasecmp(text, rules->names[i], n) == 0 && is_port(text + n))
            return true;
    }
    return false;
}

/* "192.168.1.5:8123", "[fe80::1]": the browser was not led here by a name that somebody made up. */
static bool is_number(const char *text)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr ignored;
    bool six = *text == '[';
    size_t n = six ? strcspn(text + 1, "]") : strcspn(text, ":");
    const char *rest = text + n + (six ? 1 : 0);

    if (n >= sizeof address || (six && *rest++ != ']') || !is_port(rest))
        return false;
    memcpy(address, text + six, n);
    address[n] = '\0';
    return inet_pton(six ? AF_INET6 : AF_INET, address, &ignored) == 1;
}

/* A page of this server: from one of its names, or from the very host that is asked. */
static bool origin_is_ours(const char *origin, const char *host, const Rules *rules)
{
    size_t scheme = strncasecmp(origin, "http://", 7) == 0    ? 7
                    : strncasecmp(origin, "https://", 8) == 0 ? 8
                                                              : 0;

    return scheme && (is_ours(origin + scheme, rules) || strcasecmp(origin + scheme, host) == 0);
}

/* ---- who may ---- */

/* Takes the same time wherever the two differ. */
static bool same_secret(const char *given, const char *token)
{
    size_t n = strlen(token), m = strlen(given);
    unsigned char different = n != m;

    for (size_t i = 0; i < n; i++)
        different |= (unsigned char)(token[i] ^ given[i < m ? i : 0]);
    return !different;
}

static bool has_token(const Request *r, const char *token)
{
    if (!r->authorization || strncasecmp(r->authorization, "Bearer ", 7) != 0)
        return false;
    const char *given = r->authorization + 7;

    return strlen(given) <= LIMIT_TOKEN && *given && same_secret(given, token);
}

/* ---- bodies ---- */

/* A page elsewhere can send forms and text without asking the browser first, but not these. */
static bool is_picture(const char *type)
{
    size_t n = type ? strcspn(type, "; \t") : 0;

    return (n > 6 && strncasecmp(type, "image/", 6) == 0) ||
           (n == 24 && strncasecmp(type, "application/octet-stream", 24) == 0);
}

static bool is_json(const char *type)
{
    return type && strcspn(type, "; \t") == 16 && strncasecmp(type, "application/json", 16) == 0;
}

/* The length that is claimed; SIZE_MAX for one that is no number or too large for any. */
static size_t claimed_length(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits == 0 || digits > 12 || text[digits] ? SIZE_MAX : (size_t)strtoull(text, NULL, 10);
}

static int check_body(const Request *r, const Route *route, const Rules *rules, Reply *reply)
{
    if (route->kind == ROUTE_WRITE ? !is_json(r->content_type) : !is_picture(r->content_type))
        return reply_refuse(reply, 415, "type", "The content type has to be %s.",
                            route->kind == ROUTE_WRITE ? "application/json"
                                                       : "image/... or application/octet-stream");
    if (r->content_length && claimed_length(r->content_length) > rules->body)
        return reply_refuse(reply, 413, "limit", "The body is larger than %zu bytes.", rules->body);
    return 0;
}

/* ---- all together ---- */

static const Route *find_route(const char *path)
{
    for (int i = 0; i < ROUTES; i++)
        if (strcmp(path, routes[i].path) == 0)
            return &routes[i];
    return NULL;
}

static int check_method(const char *method, const Route *route, Reply *reply)
{
    if (strcmp(method, route->method) == 0 || (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0))
        return 0;
    reply_refuse(reply, 405, "method", "%s takes %s.", route->path, route->method);
    reply->allow = route->method[0] == 'G' ? "GET, HEAD" : "POST";
    return reply->status;
}

/* What is asked of a request that met a route. */
static void check_route(const Request *r, const Route *route, const Rules *rules, Reply *reply)
{
    if (check_method(r->method, route, reply))
        return;
    if (r->origin && !origin_is_ours(r->origin, r->host, rules))
        reply_refuse(reply, 403, "origin", "Pages from elsewhere may not ask this server.");
    else if (rules->token && !route->is_open && !has_token(r, rules->token))
        reply_refuse(reply, 401, "token", "This server wants its bearer token.");
    else if (route->method[0] == 'P')
        check_body(r, route, rules, reply);
}

const Route *request_check(const Request *r, const Rules *rules, Reply *reply)
{
    if (!r->host || !(is_ours(r->host, rules) || is_number(r->host))) {
        reply_refuse(reply, 421, "host",
                     "This server does not answer to that name; see scrawl serve --help, --name.");
        return NULL;
    }
    const Route *route = find_route(r->path);

    if (route)
        check_route(r, route, rules, reply);
    else
        reply_refuse(reply, 404, "path",
                     "There is nothing here. The routes: GET / and /v1/openapi.json tell.");
    return route;
}

bool query_known(const Route *route, const char *key)
{
    bool known = false;

    for (int i = 0; i < ROUTE_QUERIES && route->queries[i]; i++)
        known |= strcmp(key, route->queries[i]) == 0;
    return known;
}

bool query_flag(const char *text, bool *out)
{
    static const char *const yes[] = {"1", "true", "yes", ""}, *const no[] = {"0", "false", "no"};

    *out = false;
    for (size_t i = 0; text && i < sizeof no / sizeof *no; i++)
        if (strcmp(text, no[i]) == 0)
            return true;
    for (size_t i = 0; text && i < sizeof yes / sizeof *yes; i++)
        *out |= strcmp(text, yes[i]) == 0;
    return !text || *out;
}
