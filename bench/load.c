/* How fast a server answers: load PORT PATH FILE RATE SECONDS [CONNECTIONS]
 *
 * Posts FILE as image/png over that many connections to 127.0.0.1. RATE requests a second are due at fixed times, whether
 * the server is ready or not, and the time of each counts from when it was due (so that a server that stalls cannot hide
 * it); RATE 0 asks again as soon as there is an answer. Prints requests a second, median, 99th percentile, the slowest,
 * and how many were not answered by 200. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 512, ANSWER = 1 << 16 };

typedef struct Client {
    bool busy;
    double due_s;
    size_t got;
    char answer[ANSWER];
} Client;

typedef struct Load {
    struct pollfd fds[CONNECTIONS];
    Client *clients;
    int count;
    char *request;
    size_t size;
    double *times_s;
    size_t done, bad, room;
} Load;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void make_request(Load *l, const char *path, const char *file)
{
    FILE *f = fopen(file, "rb");
    char *body = malloc(1 << 20);
    size_t n = f && body ? fread(body, 1, 1 << 20, f) : 0;

    if (!n)
        die(file);
    fclose(f);
    l->request = malloc(n + 1000);
    if (!l->request)
        die("memory");
    int head = snprintf(l->request, 1000,
                        "POST %.400s HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        path, n);
    memcpy(l->request + head, body, n);
    l->size = (size_t)head + n;
    free(body);
}

static void open_clients(Load *l, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int yes = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < l->count; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
            die("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        l->fds[i] = (struct pollfd){fd, POLLIN, 0};
    }
}

static void ask(Load *l, int i, double due_s)
{
    if (write(l->fds[i].fd, l->request, l->size) != (ssize_t)l->size)
        die("write");
    l->clients[i].busy = true;
    l->clients[i].due_s = due_s;
    l->clients[i].got = 0;
}

/* Whether the answer is whole. */
static bool take(Load *l, int i)
{
    Client *c = &l->clients[i];
    ssize_t n = read(l->fds[i].fd, c->answer + c->got, ANSWER - 1 - c->got);

    if (n <= 0)
        die("the server hung up");
    c->got += (size_t)n;
    c->answer[c->got] = '\0';
    char *end = strstr(c->answer, "\r\n\r\n"), *length = strstr(c->answer, "Content-Length: ");
    if (!end || !length || c->got < (size_t)(end + 4 - c->answer) + strtoul(length + 16, NULL, 10))
        return false;
    if (l->done == l->room)
        return l->room = 0, false;
    l->bad += strncmp(c->answer, "HTTP/1.1 200", 12) != 0;
    l->times_s[l->done++] = now_s() - c->due_s;
    c->busy = false;
    return true;
}

static int idle(const Load *l)
{
    for (int i = 0; i < l->count; i++)
        if (!l->clients[i].busy)
            return i;
    return -1;
}

static void drive(Load *l, double rate, double seconds)
{
    double begin = now_s(), end = begin + seconds, due = begin;
    int i, busy = 0;

    while (now_s() < end || busy) {
        while (now_s() < end && (rate == 0 || due <= now_s()) && (i = idle(l)) >= 0) {
            ask(l, i, rate == 0 ? now_s() : due);
            due += rate == 0 ? 0 : 1 / rate;
            busy++;
        }
        struct timespec wait = {.tv_nsec = 200000};
        if (ppoll(l->fds, (nfds_t)l->count, &wait, NULL) > 0)
            for (i = 0; i < l->count; i++)
                if (l->fds[i].revents && take(l, i))
                    busy--;
    }
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    static Load l;

    if (argc < 6) {
        fprintf(stderr, "load PORT PATH FILE RATE SECONDS [CONNECTIONS]\n");
        return 2;
    }
    l.count = argc > 6 ? atoi(argv[6]) : 16;
    l.room = 10 << 20;
    l.clients = calloc(CONNECTIONS, sizeof *l.clients);
    l.times_s = malloc(l.room * sizeof *l.times_s);
    if (l.count < 1 || l.count > CONNECTIONS || !l.clients || !l.times_s)
        die("connections");
    make_request(&l, argv[2], argv[3]);
    open_clients(&l, atoi(argv[1]));
    double begin = now_s();
    drive(&l, atof(argv[4]), atof(argv[5]));
    double took = now_s() - begin;
    qsort(l.times_s, l.done, sizeof *l.times_s, by_time);
    printf("%.0f requests/s, median %.2f ms, p99 %.2f ms, slowest %.1f ms, %zu of %zu not 200\n",
           (double)l.done / took, 1e3 * l.times_s[l.done / 2], 1e3 * l.times_s[l.done * 99 / 100],
           1e3 * l.times_s[l.done - 1], l.bad, l.done);
    return 0;
}
