/* scrawl serve: the page and the API over HTTP. */
#include "cli/verbs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parallel.h"
#include "read/reader.h"
#include "web/server.h"

typedef struct Values {
    const char *address, *names, *token_file, *tls_cert, *tls_key, *model;
    int port, threads, queue, body_mb;
    double deadline_s;
    bool quiet;
} Values;

static const Option options[] = {
    {"address", 'a', OPTION_TEXT, "IP", "listen there; default: 127.0.0.1, this computer alone",
     offsetof(Values, address), 0, 0},
    {"port", 'p', OPTION_INT, "N", "default: 8123; 0: any that is free", offsetof(Values, port), 0,
     65535},
    {"name", 'n', OPTION_TEXT, "HOST,...", "answer to these host names too",
     offsetof(Values, names), 0, 0},
    {"token-file", 0, OPTION_TEXT, "FILE", "the API wants the bearer token in this file",
     offsetof(Values, token_file), 0, 0},
    {"tls-cert", 0, OPTION_TEXT, "FILE", "serve https with this certificate (PEM)",
     offsetof(Values, tls_cert), 0, 0},
    {"tls-key", 0, OPTION_TEXT, "FILE", "and its key", offsetof(Values, tls_key), 0, 0},
    {"model", 'm', OPTION_TEXT, "MODEL", "a model that ships or a file; default: " READER_DEFAULT,
     offsetof(Values, model), 0, 0},
    {"threads", 't', OPTION_INT, "N", "that read; default: all cores", offsetof(Values, threads), 0,
     TEAM_LIMIT},
    {"queue", 0, OPTION_INT, "N", "requests that may wait; default: 128", offsetof(Values, queue),
     1, 100000},
    {"body", 0, OPTION_INT, "MB", "the largest body; default: 12", offsetof(Values, body_mb), 1,
     200},
    {"deadline", 0, OPTION_FLOAT, "S", "for sending a request, and for waiting; default: 10",
     offsetof(Values, deadline_s), 0.1, 600},
    {"quiet", 'q', OPTION_FLAG, NULL, "no log of requests on standard error",
     offsetof(Values, quiet), 0, 0},
    {0},
};

/* A whole small text file; NULL and `e`, or NULL alone for no path. */
static char *read_text(const char *path, Err *e)
{
    size_t size;
    char *text = path ? (char *)file_read(path, LIMIT_TLS_FILE, &size, e) : NULL;

    if (text && strlen(text) != size) {
        err_set(e, ERR_FORMAT, "%s: a text file holds no zero bytes", path);
        free(text);
        return NULL;
    }
    return text;
}

/* Splits `text`, which is changed, at its commas. */
static int split_names(char *text, const char *names[LIMIT_NAMES + 1], Err *e)
{
    char *rest = text, *name;
    int n = 0;

    while ((name = strsep(&rest, ","))) {
        if (n == LIMIT_NAMES)
            return err_set(e, ERR_LIMIT, "--name: more than %d names", LIMIT_NAMES);
        names[n++] = name;
    }
    names[n] = NULL;
    return 0;
}

/* The signals that end a program are waited for, which every thread has to leave to us. */
static void wait_for_end(const Server *s, const ServerOptions *o, const sigset_t *ends)
{
    int got;

    if (o->address && strcmp(o->address, "127.0.0.1") != 0 && strcmp(o->address, "::1") != 0 &&
        !o->token)
        fprintf(stderr, "scrawl: without --token-file, whoever reaches %s may use this server\n",
                o->address);
    printf("%s\n", server_url(s));
    fflush(stdout);
    sigwait(ends, &got);
    fprintf(stderr, "scrawl: %s; finishing what has begun\n", strsignal(got));
}

static int serve(const ServerOptions *o, Err *e)
{
    sigset_t ends;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    Server *s = server_start(o, e);

    if (!s)
        return -(int)e->code;
    wait_for_end(s, o, &ends);
    pthread_sigmask(SIG_UNBLOCK, &ends, NULL); /* a second one ends it at once */
    server_stop(s);
    return 0;
}

static int serve_with_files(const Values *v, Err *e)
{
    const char *names[LIMIT_NAMES + 1] = {NULL};
    char *list = v->names ? strdup(v->names) : NULL, *token = read_text(v->token_file, e);
    char *cert = read_text(v->tls_cert, e), *key = read_text(v->tls_key, e);
    ServerOptions o = {.address = v->address,
                       .port = v->port,
                       .names = names,
                       .tls_cert = cert,
                       .tls_key = key,
                       .token = token,
                       .model = v->model,
                       .threads = v->threads,
                       .log = v->quiet ? NULL : stderr,
                       .limits = {.body = (size_t)v->body_mb << 20,
                                  .queue = v->queue,
                                  .deadline_s = v->deadline_s}};

    if (token)
        token[strcspn(token, "\r\n")] = '\0';
    if (!e->code && list)
        split_names(list, names, e);
    int status = e->code ? -(int)e->code : serve(&o, e);

    free(list);
    free(token);
    free(cert);
    free(key);
    return status;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.port = 8123};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    return serve_with_files(&v, &e) ? refuse("%s", e.text) : STATUS_DONE;
}

const Verb verb_serve = {
    .name = "serve",
    .arguments = "",
    .about = "the web page, and reading over HTTP",
    .more = "Prints the page's address and serves until it is interrupted: / is the page, POST "
            "/v1/read takes a picture as its\n"
            "body and answers as read --json, /v1/openapi.json tells the rest. Only this computer "
            "is answered unless --address\n"
            "says otherwise; a phone's camera then needs --tls-cert, and its browser a --name. A "
            "JSON line for each request goes\n"
            "to standard error.",
    .options = options,
    .run = run,
};
