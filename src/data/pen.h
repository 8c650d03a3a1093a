/* Lines of a pen on a sheet of ink: soft-edged, as wide as a round nib, drawn over what is there.
 *
 *     float ink[32 * 96] = {0};
 *     Sheet sheet = {ink, 96, 32};
 *     pen_line(&sheet, 4, 2, 4, 30, (Pen){.radius = 1.2f, .level = 1});
 *
 * Coordinates are in pixels, pixel (i,j) covering [j,j+1) x [i,i+1); what falls outside is cut off.
 * Ink is 0 to 1; where lines cross the darker one shows. */
#ifndef SCRAWL_DATA_PEN_H
#define SCRAWL_DATA_PEN_H

typedef struct Sheet {
    float *ink; /* (height, width) */
    int width, height;
} Sheet;

typedef struct Pen {
    float radius, level; /* half the width of a line, px; its ink */
} Pen;

typedef struct Point {
    float x, y;
} Point;

void pen_dot(Sheet *s, float x, float y, Pen pen);
void pen_line(Sheet *s, float x0, float y0, float x1, float y1, Pen pen);

/* The larger and the smaller of two numbers. (fmaxf is a call: it has NaNs to think of.) */
static inline float more(float a, float b)
{
    return a > b ? a : b;
}

static inline float less(float a, float b)
{
    return a < b ? a : b;
}

/* A smooth curve through the points (Catmull and Rom 1974); a point given twice is a corner. */
void pen_curve(Sheet *s, const Point *points, int count, Pen pen);

#endif
