/* The access log: a line of JSON for each request.
 *
 *     log_request(stderr, &(LogLine){.from = address, .method = "GET", .path = "/", .status = 200, .time_s = 0.001});
 */
#ifndef SCRAWL_WEB_LOG_H
#define SCRAWL_WEB_LOG_H

#include <stddef.h>
#include <stdio.h>

struct sockaddr;

typedef struct LogLine {
    const struct sockaddr *from; /* NULL: not known */
    const char *method, *path;   /* plain: see log_text */
    int status;                  /* 0: given up by its client */
    size_t bytes_in, bytes_out;
    double time_s;
} LogLine;

void log_request(FILE *log, const LogLine *line);

/* Copies what a client sent, cut to `size` bytes, with ? for what could break a line of JSON or a terminal. */
void log_text(char *to, const char *from, size_t size);

#endif
