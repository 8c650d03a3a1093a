/* Colours: the tables and the mixing between their entries. */
#include "plot/color.h"

#include <math.h>

Color color_series(int index)
{
    static const Color series[COLOR_SERIES] = {COLOR_BLUE,   COLOR_VERMILION, COLOR_GREEN,
                                               COLOR_PURPLE, COLOR_ORANGE,    COLOR_SKY,
                                               COLOR_BLACK};

    return series[index % COLOR_SERIES];
}

static double clamped(double t, double low, double high)
{
    return t > low ? fmin(t, high) : low; /* a NaN is `low` */
}

static uint8_t mixed(uint8_t a, uint8_t b, double t)
{
    return (uint8_t)lrint(a + (b - a) * t);
}

Color color_mix(Color a, Color b, double t)
{
    t = clamped(t, 0, 1);
    return (Color){mixed(a.r, b.r, t), mixed(a.g, b.g, t), mixed(a.b, b.b, t), mixed(a.a, b.a, t)};
}

Color color_fade(Color c, double alpha)
{
    c.a = mixed(0, c.a, clamped(alpha, 0, 1));
    return c;
}

Color color_sequential(double t)
{
    static const Color viridis[10] = {{68, 1, 84, 255},    {72, 40, 120, 255},  {62, 73, 137, 255},
                                      {49, 104, 142, 255}, {38, 130, 142, 255}, {31, 158, 137, 255},
                                      {53, 183, 121, 255}, {109, 205, 89, 255}, {180, 222, 44, 255},
                                      {253, 231, 37, 255}};
    double at = clamped(t, 0, 1) * 9;
    int i = at < 8 ? (int)at : 8;

    return color_mix(viridis[i], viridis[i + 1], at - i);
}

Color color_diverging(double t)
{
    if (isnan(t))
        t = 0;
    return color_mix(COLOR_WHITE, t < 0 ? COLOR_BLUE : COLOR_VERMILION, fabs(t));
}

/* WCAG's relative luminance, with the gamma taken as 2.2. */
static double luminance(Color c)
{
    return 0.2126 * pow(c.r / 255., 2.2) + 0.7152 * pow(c.g / 255., 2.2) +
           0.0722 * pow(c.b / 255., 2.2);
}

Color color_text_on(Color background)
{
    Color ink = COLOR_INK;
    double under = luminance(background);
    double with_white = 1.05 / (under + 0.05);
    double with_ink = (under + 0.05) / (luminance(ink) + 0.05);

    return with_white > with_ink ? COLOR_WHITE : ink;
}
