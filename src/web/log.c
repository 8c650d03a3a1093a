#include "web/log.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <time.h>

void log_text(char *to, const char *from, size_t size)
{
    size_t i = 0;

    for (; from[i] && i + 1 < size; i++)
        to[i] = from[i] < 33 || from[i] > 126 || from[i] == '"' || from[i] == '\\' ? '?' : from[i];
    to[i] = '\0';
}

void log_request(FILE *log, const LogLine *line)
{
    char from[INET6_ADDRSTRLEN] = "", when[32];
    struct timespec now;
    struct tm utc;

    if (line->from && line->from->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)line->from)->sin_addr, from, sizeof from);
    else if (line->from && line->from->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)line->from)->sin6_addr, from,
                  sizeof from);
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
    fprintf(
        log,
        "{\"time\":\"%s.%03ldZ\",\"from\":\"%s\",\"method\":\"%s\",\"path\":\"%s\",\"status\":%d,"
        "\"in\":%zu,\"out\":%zu,\"ms\":%.2f}\n",
        when, now.tv_nsec / 1000000, from, line->method, line->path, line->status, line->bytes_in,
        line->bytes_out, 1e3 * line->time_s);
}
