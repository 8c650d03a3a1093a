#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

Progress progress_start(void)
{
    const char *kind = getenv("TERM");

    return (Progress){.terminal = isatty(STDERR_FILENO) && kind && strcmp(kind, "dumb")};
}

Progress progress_beside(void)
{
    Progress p = progress_start();

    p.terminal = p.terminal && !isatty(STDOUT_FILENO);
    return p;
}

static int terminal_width(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 ? size.ws_col : 80;
}

void progress_show(Progress *p, const char *format, ...)
{
    char line[512];
    double now = now_s();
    va_list args;

    if (!p->terminal || now - p->shown_s < 0.1)
        return;
    p->shown_s = now;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fprintf(stderr, "\r%.*s\033[K", terminal_width() - 1, line);
    fflush(stderr);
}

void progress_end(Progress *p)
{
    if (p->terminal && p->shown_s > 0)
        fputs("\r\033[K", stderr);
}

const char *progress_time(char text[32], double seconds)
{
    long s = seconds > 0 && seconds < 1e8 ? (long)(seconds + 0.5) : 0;

    if (s >= 3600)
        snprintf(text, 32, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(text, 32, "%ld:%02ld", s / 60, s % 60);
    return text;
}

void progress_show_bytes(Progress *p, const char *what, double done, double all)
{
    char left[32];

    if (p->what != what) {
        p->what = what;
        p->began_s = now_s();
    }
    double spent = now_s() - p->began_s, rate = spent > 0 ? done / spent : 0;

    if (rate > 0 && all >= done)
        progress_show(p, "%s  %.1f of %.1f MB  %.1f MB/s  %s left", what, done * 1e-6, all * 1e-6,
                      rate * 1e-6, progress_time(left, (all - done) / rate));
    else
        progress_show(p, "%s  %.1f MB", what, done * 1e-6);
}

static void show_count(void *context, size_t done, size_t all)
{
    Progress *p = context;
    double spent = now_s() - p->began_s, rate = spent > 0 ? (double)done / spent : 0;
    char left[32];

    if (rate > 0 && all >= done)
        progress_show(p, "%s  %zu of %zu  %.*f/s  %s left", p->what, done, all, rate < 10, rate,
                      progress_time(left, (double)(all - done) / rate));
    else
        progress_show(p, "%s  %zu", p->what, done);
}

Watch progress_watch(Progress *p, const char *what)
{
    p->what = what;
    p->began_s = now_s();
    return (Watch){show_count, p};
}
