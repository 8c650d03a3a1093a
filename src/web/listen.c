#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union Address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
} Address;

static int parse_address(const char *text, int port, Address *a, socklen_t *size, Err *e)
{
    memset(a, 0, sizeof *a);
    if (inet_pton(AF_INET, text, &a->four.sin_addr) == 1) {
        a->four.sin_family = AF_INET;
        a->four.sin_port = htons((uint16_t)port);
        *size = sizeof a->four;
    } else if (inet_pton(AF_INET6, text, &a->six.sin6_addr) == 1) {
        a->six.sin6_family = AF_INET6;
        a->six.sin6_port = htons((uint16_t)port);
        *size = sizeof a->six;
    } else {
        return err_set(
            e, ERR_ARGUMENT,
            "'%.60s' is no IP address; 127.0.0.1 is this computer alone, 0.0.0.0 every network",
            text);
    }
    return 0;
}

int listen_open(const char *text, int port, int backlog, Listening *out, Err *e)
{
    Address a;
    socklen_t size;
    int yes = 1;

    *out = (Listening){.socket = -1};
    if (parse_address(text, port, &a, &size, e))
        return -ERR_ARGUMENT;
    bool six = a.any.sa_family == AF_INET6;
    int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd < 0 || bind(fd, &a.any, size) || listen(fd, backlog) || getsockname(fd, &a.any, &size)) {
        err_set(e, ERR_IO, "cannot listen on %s, port %d: %s", text, port, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -ERR_IO;
    }
    out->socket = fd;
    out->port = ntohs(six ? a.six.sin6_port : a.four.sin_port);
    snprintf(out->host, sizeof out->host, six ? "[%.60s]" : "%.60s", text);
    return 0;
}
