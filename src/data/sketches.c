#include "data/sketches.h"

#include <stdbool.h>
#include <stdlib.h>

enum { STROKE_POINTS = 16 };

/* Points x,y in hundredths of the height, y downwards, strokes apart by a semicolon. A point that
 * is there twice is a corner. */
static const struct {
    int digit;
    const char *strokes;
} sketches[] = {
    {0, "35,2 8,25 5,65 30,98 56,70 57,30 35,2 22,10"},
    {0, "35,2 8,25 5,65 30,98 56,70 57,30 35,2 22,10"},
    {0, "30,0 4,40 10,85 35,99 58,60 48,12 20,3 14,20 40,16"}, /* looped at the top */
    {0, "40,6 15,8 2,50 22,97 52,80 56,30 38,2"},
    {0, "35,2 8,25 5,65 30,98 56,70 57,30 35,2; 58,4 4,96"},
    {1, "30,0 29,50 28,100"},
    {1, "34,0 30,55 22,100"},
    {1, "4,34 34,0 34,0 32,100"},
    {1, "0,52 38,0 38,0 36,100"},
    {1, "12,22 36,0 36,0 34,100; 10,100 60,100"},
    {1, "14,16 24,2 34,6 32,50 30,100"},
    {1, "32,0 28,80 34,98 46,90"},
    {1, "10,40 40,2 40,2 30,100 30,100 48,96"},
    {7, "4,8 58,5 58,5 40,45 26,100; 14,52 56,48"},
    {7, "4,22 6,4 6,4 58,6 58,6 30,100; 18,52 58,50"},
    {7, "2,12 30,12 60,2 60,2 38,50 30,100"},
    {7, "6,24 8,4 8,4 60,4 60,4 34,100"},
    {7, "2,4 56,4 56,4 50,100"},
    {7, "2,10 20,2 40,12 60,3 60,3 36,55 32,100; 16,56 56,54"},
    {4, "16,5 6,60 6,60 62,58; 46,25 42,100"},
    {4, "8,2 4,46 4,46 52,46; 54,2 48,100"},
    {4, "42,0 2,66 2,66 64,66; 44,30 42,100"},
    {4, "42,0 2,64 2,64 64,62; 60,4 44,100"},
    {4, "6,4 8,40 26,50 52,38; 56,2 50,50 46,100"},
    {4, "4,8 8,44 50,40; 34,0 26,100"}, /* crossed like a psi */
    {4, "6,4 2,40 22,52 44,44 52,10; 30,14 24,100"},
    {4, "30,0 4,60 4,60 60,54; 48,10 20,100"},
    {9, "54,20 30,2 8,24 28,48 54,22 54,22 50,100"},
    {9, "52,16 26,2 8,28 30,46 54,16 54,16 52,70 36,99 8,92"},
    {9, "50,10 20,4 6,30 28,48 54,14 40,100"},
    {9, "54,4 20,4 6,30 30,46 52,28 54,4 54,4 44,60 20,100"},
    {2, "5,20 30,2 54,20 30,60 3,98 3,98 62,96"},
    {2, "6,18 30,2 52,24 22,86 4,92 12,76 34,90 64,94"},
    {2, "2,6 52,4 52,4 4,96 4,96 60,96"},
    {3, "5,5 54,4 54,4 26,40 26,40 54,62 44,94 4,94"},
    {3, "6,12 34,2 48,22 22,45 22,45 54,66 38,98 3,88"},
    {3, "4,8 40,4 48,22 20,42 30,50 56,70 30,99 6,90 8,80"},
    {5, "14,5 8,45 8,45 40,42 56,68 38,98 4,92; 14,5 58,3"},
    {5, "56,4 14,6 10,44 10,44 44,44 54,70 34,98 2,90"},
    {5, "16,16 10,50 10,50 48,48 50,84 8,98; 18,10 62,2"},
    {6, "46,2 12,40 8,80 30,98 54,78 36,58 10,74"},
    {6, "36,0 8,50 10,88 34,98 50,76 32,60 8,80"},
    {6, "54,6 20,20 4,70 28,99 56,80 44,56 10,66"},
    {8, "52,14 28,2 10,20 48,70 30,98 8,78 30,46 52,16"},
    {8, "30,2 10,24 30,46 52,24 30,2; 30,46 6,72 30,99 56,72 30,46"},
    {8, "54,8 24,2 12,24 50,72 26,99 8,76 46,34 50,8 30,2"},
};

enum { SKETCHES = sizeof sketches / sizeof *sketches };

static const char *pick(int digit, Rng *r)
{
    const char *picked = NULL;
    uint32_t seen = 0;

    for (int i = 0; i < SKETCHES; i++)
        if (sketches[i].digit == digit && rng_below(r, ++seen) == 0)
            picked = sketches[i].strokes;
    return picked;
}

/* The points of the next stroke, shaken; corners move as one. NULL behind the last. */
static const char *read_stroke(const char *text, float shake, Place place, Rng *r, Point *points,
                               int *count)
{
    int last_x = -1, last_y = -1;

    for (*count = 0; *text && *text != ';'; ++*count) {
        char *next;
        int x = (int)strtol(text, &next, 10), y = (int)strtol(next + 1, &next, 10);
        float u = (float)x * 0.01f - 0.3f, v = (float)y * 0.01f - 0.5f;
        bool corner = x == last_x && y == last_y;

        points[*count] =
            corner ? points[*count - 1]
                   : place_point(place, u + shake * rng_normal(r), v + shake * rng_normal(r));
        last_x = x;
        last_y = y;
        for (text = next; *text == ' '; text++)
            ;
    }
    return *text ? text + 1 : NULL;
}

void sketch_draw(int digit, Place place, Pen pen, Rng *r, Sheet *sheet)
{
    const char *text = pick(digit, r);
    float shake = rng_range(r, 0.01f, 0.05f);

    while (text) {
        Point points[STROKE_POINTS];
        int count;

        text = read_stroke(text, shake, place, r, points, &count);
        pen_curve(sheet, points, count, pen);
    }
}
