/* The colours of all plots, which colour-blind readers can tell apart.
 *
 *     Color train = color_series(0), test = color_series(1);
 *     Color pale = color_mix(COLOR_WHITE, train, 0.3);
 *     Color hot = color_sequential(0.8);
 *
 * Series take the palette of Okabe and Ito 2008 (without its yellow, too pale for a line on white);
 * quantities take viridis (Smith and van der Walt 2015), signed ones blue - white - vermilion. */
#ifndef SCRAWL_PLOT_COLOR_H
#define SCRAWL_PLOT_COLOR_H

#include <stdint.h>

typedef struct Color {
    uint8_t r, g, b;
    uint8_t a; /* 255 opaque; 0, the zero of the struct, draws nothing */
} Color;

#define COLOR_NONE      ((Color){0, 0, 0, 0})
#define COLOR_WHITE     ((Color){255, 255, 255, 255})
#define COLOR_INK       ((Color){32, 32, 32, 255})    /* text and frames */
#define COLOR_SOFT      ((Color){96, 96, 96, 255})    /* text of the second rank; 6:1 on white */
#define COLOR_GRID      ((Color){226, 226, 226, 255}) /* lines behind the data */
#define COLOR_BLUE      ((Color){0, 114, 178, 255})
#define COLOR_VERMILION ((Color){213, 94, 0, 255})
#define COLOR_GREEN     ((Color){0, 158, 115, 255})
#define COLOR_PURPLE    ((Color){204, 121, 167, 255})
#define COLOR_ORANGE    ((Color){230, 159, 0, 255})
#define COLOR_SKY       ((Color){86, 180, 233, 255})
#define COLOR_BLACK     ((Color){0, 0, 0, 255})

enum { COLOR_SERIES = 7 }; /* as many series before a colour comes again */

Color color_series(int index);               /* index >= 0, taken modulo COLOR_SERIES */
Color color_mix(Color a, Color b, double t); /* a at t = 0, b at 1; t is clamped, NaN is 0 */
Color color_fade(Color c, double alpha);     /* c seen through: alpha 0 .. 1 */
Color color_sequential(double t);            /* viridis: dark at 0, bright at 1 */
Color color_diverging(double t);             /* -1 blue, 0 white, 1 vermilion */
Color color_text_on(Color background);       /* dark ink or white, whichever reads better */

#endif
