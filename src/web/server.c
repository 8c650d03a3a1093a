/* A request's way: rules, body, queue, answer. Event threads take in and send; readers read meanwhile, the connection
 * being suspended, and wake it. Nothing in an event thread waits. */
#include "web/server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/library.h"
#include "web/answers.h"
#include "web/listen.h"
#include "web/log.h"
#include "web/watch.h"

enum { EVENT_THREADS = 2, SWALLOWED = 1 << 20, PATH_SHOWN = 100, FIRST_ROOM = 4096 };

/* libmicrohttpd brings GnuTLS along, for which nothing but this verb should wait. */
typedef struct Http {
    void *library;
    __typeof__(&MHD_start_daemon) start;
    __typeof__(&MHD_stop_daemon) stop;
    __typeof__(&MHD_quiesce_daemon) quiesce;
    __typeof__(&MHD_create_response_from_buffer) response;
    __typeof__(&MHD_destroy_response) destroy;
    __typeof__(&MHD_add_response_header) header;
    __typeof__(&MHD_queue_response) queue;
    __typeof__(&MHD_lookup_connection_value) value;
    __typeof__(&MHD_get_connection_values) values;
    __typeof__(&MHD_get_connection_info) info;
    __typeof__(&MHD_suspend_connection) suspend;
    __typeof__(&MHD_resume_connection) resume;
} Http;

struct Server {
    Http http;
    struct MHD_Daemon *daemon;
    Listening at;
    char url[200];
    ServerLimits limits;
    Rules *rules;
    FILE *log;
    Watch *watch;
    Metrics *metrics;
    Readers *readers;
    char *models;
    atomic_int active; /* requests that have begun */
    atomic_size_t bodies;
    atomic_bool stopping;
};

typedef struct Exchange { /* a request and its answer */
    Server *server;
    struct MHD_Connection *connection;
    Watched *watched;
    const Route *route; /* NULL: it met none */
    Reply reply;        /* status 0: not there yet */
    uint8_t *body;
    size_t size, room, taken_in, sent;
    Job job;
    bool is_read;
    double begun_s;
    char method[8], path[PATH_SHOWN + 1];
    int status;
} Exchange;

/* ---- the answer ---- */

static void add_headers(const Exchange *x, struct MHD_Response *r)
{
    const Http *http = &x->server->http;
    bool page = x->route && x->route->kind == ROUTE_PAGE && x->reply.status == 200;

    http->header(r, "Content-Type", x->reply.type);
    http->header(r, "X-Content-Type-Options", "nosniff");
    http->header(r, "X-Frame-Options", "DENY");
    http->header(r, "Referrer-Policy", "no-referrer");
    http->header(r, "Cross-Origin-Resource-Policy", "same-origin");
    http->header(r, "Cross-Origin-Opener-Policy", "same-origin");
    http->header(r, "Permissions-Policy", "camera=(self), microphone=(), geolocation=()");
    http->header(r, "Content-Security-Policy", /* the page's own stands in it */
                 page ? "frame-ancestors 'none'" : "default-src 'none'; frame-ancestors 'none'");
    http->header(r, "Cache-Control", page ? "no-cache" : "no-store");
    if (x->reply.status == 503)
        http->header(r, "Retry-After", "1");
    if (x->reply.status == 401)
        http->header(r, "WWW-Authenticate", "Bearer");
    if (x->reply.allow)
        http->header(r, "Allow", x->reply.allow);
    if (atomic_load(&x->server->stopping))
        http->header(r, "Connection", "close");
}
_Static_assert(LIMIT_RETRY_S == 1, "Retry-After says so");

static enum MHD_Result send_reply(Exchange *x)
{
    const Http *http = &x->server->http;
    void *content = x->reply.text ? x->reply.text : (void *)x->reply.fixed;
    struct MHD_Response *r = http->response(
        x->reply.size, content, x->reply.text ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);

    if (!r)
        return MHD_NO;
    add_headers(x, r);
    x->reply.text = NULL; /* the response's now */
    x->status = x->reply.status;
    x->sent = x->reply.size;
    enum MHD_Result queued = http->queue(x->connection, (unsigned)x->reply.status, r);

    http->destroy(r);
    return queued;
}

/* ---- the body ---- */

static void drop_body(Exchange *x)
{
    atomic_fetch_sub(&x->server->bodies, x->room);
    free(x->body);
    x->body = NULL;
    x->size = x->room = 0;
}

/* Makes room for `wanted` bytes, if all bodies together may have it. */
static bool grow_body(Exchange *x, size_t wanted)
{
    size_t room = x->room ? x->room : FIRST_ROOM;

    while (room < wanted)
        room *= 2;
    if (atomic_fetch_add(&x->server->bodies, room - x->room) + room - x->room >
        x->server->limits.bodies) {
        atomic_fetch_sub(&x->server->bodies, room - x->room);
        return false;
    }
    uint8_t *body = realloc(x->body, room);

    if (!body) {
        atomic_fetch_sub(&x->server->bodies, room - x->room);
        return false;
    }
    x->body = body;
    x->room = room;
    return true;
}

/* What comes after a refusal is swallowed: a client that is still sending would not see the answer. */
static void take_in(Exchange *x, const char *bytes, size_t size)
{
    x->taken_in += size;
    if (x->reply.status)
        return;
    if (x->size + size > x->server->limits.body)
        reply_refuse(&x->reply, 413, "limit", "The body is larger than %zu bytes.",
                     x->server->limits.body);
    else if (x->size + size > x->room && !grow_body(x, x->size + size))
        reply_refuse(&x->reply, 503, "busy",
                     "Too many large requests at a time; please try again.");
    if (x->reply.status) {
        drop_body(x);
        return;
    }
    memcpy(x->body + x->size, bytes, size);
    x->size += size;
}

/* ---- to the readers and back ---- */

static void wake(Job *job)
{
    Exchange *x = job->user;

    x->reply = job->reply;
    x->server->http.resume(x->connection);
}

static const char *query(const Exchange *x, const char *key)
{
    return x->server->http.value(x->connection, MHD_GET_ARGUMENT_KIND, key);
}

/* A misspelt query would else be one without effect. */
static enum MHD_Result check_query(void *exchange, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    Exchange *x = exchange;

    (void)kind, (void)value;
    if (query_known(x->route, key))
        return MHD_YES;
    reply_refuse(&x->reply, 400, "argument",
                 "%s knows no query '%.40s'; GET /v1/openapi.json tells which it does.",
                 x->route->path, key);
    return MHD_NO;
}

/* False, and the reply says why, if it cannot be queued. */
static bool queue_job(Exchange *x)
{
    Job job = {.kind = x->route->kind == ROUTE_READ    ? JOB_READ
                       : x->route->kind == ROUTE_WRITE ? JOB_WRITE
                                                       : JOB_REDRAW,
               .bytes = x->body,
               .size = x->size,
               .model = query(x, "model"),
               .done = wake,
               .user = x};

    x->server->http.values(x->connection, MHD_GET_ARGUMENT_KIND, check_query, x);
    if (x->reply.status)
        return false;
    if (!query_flag(query(x, "single"), &job.options.single) ||
        !query_flag(query(x, "clean"), &job.clean))
        reply_refuse(&x->reply, 400, "argument", "A flag has to be true or false.");
    else if (x->size == 0)
        reply_refuse(&x->reply, 400, "format", "The body is empty.");
    else if (!readers_reserve(x->server->readers))
        reply_refuse(&x->reply, 503, "busy", "The queue of %d requests is full; please try again.",
                     x->server->limits.queue);
    if (x->reply.status)
        return false;
    x->is_read = true;
    x->job = job;
    x->server->http.suspend(x->connection);
    readers_submit(x->server->readers, &x->job);
    return true;
}

/* The request is there as a whole. */
static enum MHD_Result answer(Exchange *x)
{
    Server *s = x->server;

    watch_hold(s->watch, x->watched);
    if (!x->reply.status && x->route->method[0] == 'P') {
        if (queue_job(x))
            return MHD_YES;
    } else if (!x->reply.status) {
        answer_now(x->route->kind,
                   &(Served){s->metrics, s->readers, s->models, watch_count(s->watch)}, &x->reply);
    }
    watch_again(s->watch, x->watched); /* for the client to take it */
    return send_reply(x);
}

/* ---- a request begins, and ends ---- */

static Exchange *exchange_new(Server *s, struct MHD_Connection *c, const char *method,
                              const char *path)
{
    Exchange *x = calloc(1, sizeof *x);

    if (!x)
        return NULL;
    const union MHD_ConnectionInfo *info = s->http.info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    x->server = s;
    x->connection = c;
    x->watched = info ? info->socket_context : NULL;
    x->begun_s = clock_s();
    log_text(x->method, method, sizeof x->method);
    log_text(x->path, path, sizeof x->path);
    atomic_fetch_add(&s->active, 1);
    return x;
}

/* Reads the head. Answers at once where a large body would follow for nothing. */
static enum MHD_Result begin(Exchange *x, const char *method, const char *path)
{
    const Http *http = &x->server->http;
    struct MHD_Connection *c = x->connection;
    const char *length = http->value(c, MHD_HEADER_KIND, "Content-Length");
    Request r = {.method = method,
                 .path = path,
                 .host = http->value(c, MHD_HEADER_KIND, "Host"),
                 .origin = http->value(c, MHD_HEADER_KIND, "Origin"),
                 .authorization = http->value(c, MHD_HEADER_KIND, "Authorization"),
                 .content_type = http->value(c, MHD_HEADER_KIND, "Content-Type"),
                 .content_length = length};

    x->route = request_check(&r, x->server->rules, &x->reply);
    if (x->reply.status && length && strtoull(length, NULL, 10) > SWALLOWED)
        return send_reply(x);
    return MHD_YES;
}

static enum MHD_Result handle(void *server, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *bytes,
                              size_t *size, void **context)
{
    Exchange *x = *context;

    (void)version;
    if (!x) {
        *context = x = exchange_new(server, c, method, path);
        return x ? begin(x, method, path) : MHD_NO;
    }
    if (*size) {
        take_in(x, bytes, *size);
        *size = 0;
        return MHD_YES;
    }
    if (!x->is_read)
        return answer(x);
    watch_again(x->server->watch, x->watched);
    return send_reply(x);
}

static void write_log(const Exchange *x, double seconds)
{
    const union MHD_ConnectionInfo *info =
        x->server->http.info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    LogLine line = {.from = info ? info->client_addr : NULL,
                    .method = x->method,
                    .path = x->path,
                    .status = x->status,
                    .bytes_in = x->taken_in,
                    .bytes_out = x->sent,
                    .time_s = seconds};

    log_request(x->server->log, &line);
}

static void completed(void *server, struct MHD_Connection *c, void **context,
                      enum MHD_RequestTerminationCode code)
{
    Server *s = server;
    Exchange *x = *context;

    (void)c;
    if (!x)
        return;
    double seconds = clock_s() - x->begun_s;

    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
        x->status = 0;
    metrics_count(s->metrics, x->route ? x->route->kind : ROUTES, x->status, seconds, x->taken_in,
                  x->sent);
    if (s->log)
        write_log(x, seconds);
    watch_again(s->watch, x->watched);
    drop_body(x);
    reply_free(&x->reply);
    free(x);
    *context = NULL;
    atomic_fetch_sub(&s->active, 1);
}

static void connection_changed(void *server, struct MHD_Connection *c, void **context,
                               enum MHD_ConnectionNotificationCode code)
{
    Server *s = server;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = s->http.info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

        *context = info ? watch_add(s->watch, info->connect_fd) : NULL;
    } else {
        watch_remove(s->watch, *context);
        *context = NULL;
    }
}

/* No route and no value of ours has an escape in it: one stays as it is, and meets no route. */
static size_t keep_escapes(void *server, struct MHD_Connection *c, char *text)
{
    (void)server, (void)c;
    return strlen(text);
}

/* ---- beginning ---- */

static int load_library(Http *h, Err *e)
{
    const LibrarySymbol symbols[] = {{"MHD_start_daemon", &h->start},
                                     {"MHD_stop_daemon", &h->stop},
                                     {"MHD_quiesce_daemon", &h->quiesce},
                                     {"MHD_create_response_from_buffer", &h->response},
                                     {"MHD_destroy_response", &h->destroy},
                                     {"MHD_add_response_header", &h->header},
                                     {"MHD_queue_response", &h->queue},
                                     {"MHD_lookup_connection_value", &h->value},
                                     {"MHD_get_connection_values", &h->values},
                                     {"MHD_get_connection_info", &h->info},
                                     {"MHD_suspend_connection", &h->suspend},
                                     {"MHD_resume_connection", &h->resume},
                                     {0}};

    h->library = library_open("libmicrohttpd.so.12", "serve", symbols, e);
    return h->library ? 0 : -ERR_UNSUPPORTED;
}

static int start_daemon(Server *s, const ServerOptions *o, Err *e)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     (o->tls_cert ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)o->tls_cert},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)o->tls_key},
                                   {MHD_OPTION_END, 0, NULL}};

    s->daemon = s->http.start(
        flags, 0, NULL, NULL, handle, s, MHD_OPTION_LISTEN_SOCKET, s->at.socket,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)EVENT_THREADS, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)s->limits.connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)2 * LIMIT_HEADER, MHD_OPTION_NOTIFY_COMPLETED, completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, s, MHD_OPTION_UNESCAPE_CALLBACK,
        keep_escapes, NULL, MHD_OPTION_ARRAY, o->tls_cert ? tls : tls + 2, MHD_OPTION_END);
    if (!s->daemon && o->tls_cert)
        return err_set(e, ERR_FORMAT,
                       "the certificate and the key are no pair of PEM files that can be used");
    return s->daemon ? 0 : err_set(e, ERR_IO, "the server could not be started");
}

static int begin_all(Server *s, const ServerOptions *o, Err *e)
{
    if (!o->tls_cert != !o->tls_key)
        return err_set(e, ERR_ARGUMENT, "a certificate needs its key, and a key its certificate");
    const char *address = o->address ? o->address : "127.0.0.1";

    if (load_library(&s->http, e) ||
        listen_open(address, o->port, s->limits.connections, &s->at, e) ||
        !(s->rules = rules_new(s->at.host, o->names, o->token, s->limits.body, e)) ||
        !(s->models = answers_models(e)) || !(s->metrics = metrics_new(e)) ||
        !(s->watch = watch_new(s->limits.deadline_s, e)) ||
        !(s->readers = readers_new(o->model, o->threads, &s->limits, e)))
        return -ERR_IO;
    snprintf(s->url, sizeof s->url, "http%s://%s:%d/", o->tls_cert ? "s" : "", s->at.host,
             s->at.port);
    return start_daemon(s, o, e);
}

Server *server_start(const ServerOptions *o, Err *e)
{
    Server *s = calloc(1, sizeof *s);

    if (!s) {
        err_set(e, ERR_MEMORY, "no memory for a server");
        return NULL;
    }
    s->at.socket = -1;
    s->limits = limits_or_usual(o->limits);
    s->log = o->log;
    if (begin_all(s, o, e)) {
        server_stop(s);
        return NULL;
    }
    return s;
}

const char *server_url(const Server *s)
{
    return s->url;
}

/* ---- end ---- */

static void finish_requests(Server *s)
{
    double until = clock_s() + LIMIT_STOP_S;

    atomic_store(&s->stopping, true);
    s->http.quiesce(s->daemon);
    shutdown(s->at.socket, SHUT_RDWR); /* whoever comes now is refused, not left to wait */
    while (atomic_load(&s->active) > 0 && clock_s() < until)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    while (readers_busy(s->readers)) /* a suspended connection has to be woken before the end */
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    s->http.stop(s->daemon);
}

void server_stop(Server *s)
{
    if (!s)
        return;
    if (s->daemon)
        finish_requests(s);
    if (s->at.socket >= 0)
        close(s->at.socket);
    readers_free(s->readers);
    watch_free(s->watch);
    metrics_free(s->metrics);
    library_close(s->http.library);
    rules_free(s->rules);
    free(s->models);
    free(s);
}
