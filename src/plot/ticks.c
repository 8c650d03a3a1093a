/* Round numbers for an axis: Heckbert, "Nice numbers for graph labels", Graphics Gems 1990. */
#include "plot/axes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MINUS "\u2212"

/* Copies `plain`, a number as printf writes it, with thousands apart and a true minus. */
static void dress(char out[TICK_TEXT], const char *plain)
{
    size_t at = 0;
    const char *p = plain;
    size_t whole = strspn(plain + (*plain == '-'), "0123456789");

    if (*p == '-')
        p++;
    if (*plain == '-' && strspn(p, "0.,") < strlen(p)) { /* no "-0.0" */
        memcpy(out, MINUS, strlen(MINUS));
        at = strlen(MINUS);
    }
    for (size_t i = 0; p[i] && at + 8 < TICK_TEXT; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            out[at++] = ',';
        if (p[i] == '-') {
            memcpy(out + at, MINUS, strlen(MINUS));
            at += strlen(MINUS);
        } else if (p[i] != '+')
            out[at++] = p[i];
    }
    out[at] = 0;
}

/* m e+0X without the padding of printf's exponents. */
static void scientific(char out[TICK_TEXT], double v, int digits)
{
    char plain[64], tight[64];

    snprintf(plain, sizeof plain, "%.*e", digits, v);
    char *e = strchr(plain, 'e');
    if (!e) {
        dress(out, plain);
        return;
    }
    int power = 0;
    sscanf(e + 1, "%d", &power);
    *e = 0;
    if (strchr(plain, '.')) { /* 1.50 -> 1.5 */
        size_t end = strlen(plain);
        while (plain[end - 1] == '0')
            plain[--end] = 0;
        if (plain[end - 1] == '.')
            plain[end - 1] = 0;
    }
    snprintf(tight, sizeof tight, "%.32se%d", plain, power);
    dress(out, tight);
}

void number_text(char out[TICK_TEXT], double v, int decimals)
{
    char plain[64];

    if (!isfinite(v)) {
        snprintf(out, TICK_TEXT, "%s",
                 isnan(v) ? "not a number"
                 : v > 0  ? "\u221e"
                          : MINUS "\u221e");
        return;
    }
    if (fabs(v) >= 1e15 || decimals > 6) {
        scientific(out, v, 3);
        return;
    }
    snprintf(plain, sizeof plain, "%.*f", decimals < 0 ? 0 : decimals, v);
    dress(out, plain);
}

void number_short(char out[TICK_TEXT], double v)
{
    double size = fabs(v);

    if (v == 0 || !isfinite(v))
        number_text(out, v, 0);
    else if (size < 1e-4 || size >= 1e6)
        scientific(out, v, 2);
    else
        number_text(out, v, (int)fmax(0, 2 - floor(log10(size))));
}

static double nice_step(double span, int want)
{
    double raw = span / (want > 1 ? want : 1);
    double power = pow(10, floor(log10(raw)));
    double share = raw / power;

    return power * (share <= 1.0001 ? 1 : share <= 2.0001 ? 2 : share <= 5.0001 ? 5 : 10);
}

static void linear_text(char out[TICK_TEXT], double v, double step, double most)
{
    int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));

    if (most >= 1e7 || decimals > 5)
        scientific(out, v, (int)fmin(12, fmax(0, floor(log10(most / step) + 1e-9))));
    else
        number_text(out, v, decimals);
}

static Ticks ticks_wanted(Range r, int want, bool whole)
{
    Ticks t = {0};
    double step = nice_step(r.high - r.low, want);

    if (whole && step < 1)
        step = 1;
    double first = ceil(r.low / step - 1e-6);
    double most = fmax(fabs(r.low), fabs(r.high));
    for (int i = 0; i < TICK_LIMIT; i++) {
        double v = (first + i) * step;
        if (!(v <= r.high + step * 1e-6))
            break;
        t.at[t.count] = v == 0 ? 0 : v; /* no minus zero */
        linear_text(t.text[t.count], v, step, most);
        t.count++;
    }
    return t;
}

/* One number is no scale: then more are wanted. */
Ticks ticks_linear(Range r, int want, bool whole)
{
    Ticks t = ticks_wanted(r, want, whole);

    for (int more = 1; t.count < 2 && more < 8; more++)
        t = ticks_wanted(r, want + more, whole);
    return t;
}

static void add_log_tick(Ticks *t, Range r, double v, bool named)
{
    if (t->count == TICK_LIMIT || v < r.low * (1 - 1e-9) || v > r.high * (1 + 1e-9))
        return;
    t->at[t->count] = v;
    if (!named)
        t->text[t->count][0] = 0;
    else if (v >= 0.99e-4 && v < 1e6)
        number_text(t->text[t->count], v, (int)fmax(0, -floor(log10(v) + 1e-9)));
    else
        scientific(t->text[t->count], v, 0);
    t->count++;
}

Ticks ticks_log(Range r, int want)
{
    Ticks t = {0};
    int low = (int)floor(log10(r.low)), high = (int)ceil(log10(r.high));
    double decades = log10(r.high) - log10(r.low);
    int every = (int)fmax(1, ceil(decades / (want > 1 ? want : 1)));
    bool minors = every == 1 && decades < 4.5, named_minors = decades < 2;

    for (int p = low; p <= high; p++) {
        if (p % every == 0)
            add_log_tick(&t, r, pow(10, p), true);
        for (int m = 2; minors && m < 10; m++)
            add_log_tick(&t, r, m * pow(10, p), named_minors && (m == 2 || m == 5));
    }
    int named = 0;
    for (int i = 0; i < t.count; i++)
        named += t.text[i][0] != 0;
    return named >= 2 ? t : ticks_linear(r, want, false);
}
