/* What a test sees on a page: its texts, and whether they lie on one another.
 *
 *     Canvas *c = plot_curves(..);
 *     page_check(c);                       // saves in each format, texts apart and on the page
 *     assert_true(page_says(c, "no data"));
 */
#ifndef SCRAWL_TESTS_PLOT_PAGE_H
#define SCRAWL_TESTS_PLOT_PAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/canvas_list.h"

/* Whether some text on the page contains these letters. */
static inline bool page_says(const Canvas *c, const char *letters)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->commands[i].text && strstr(c->commands[i].text, letters))
            return true;
    return false;
}

/* How many texts on the page are this one. */
static inline int page_times(const Canvas *c, const char *text)
{
    int n = 0;

    for (size_t i = 0; i < c->count; i++)
        n += c->commands[i].text && !strcmp(c->commands[i].text, text);
    return n;
}

/* Whether this text is on the page, and not cut short. */
static inline bool page_shows_whole(const Canvas *c, const char *text)
{
    for (size_t i = 0; i < c->count; i++) {
        Font font = c->commands[i].font;
        double most = font.max_width;

        font.max_width = 0;
        if (c->commands[i].text && !strcmp(c->commands[i].text, text))
            return most <= 0 || text_width(font, text) <= most;
    }
    return false;
}

static inline size_t page_count(const Canvas *c, CommandKind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < c->count; i++)
        n += c->commands[i].kind == kind;
    return n;
}

/* The corners of a text's letters, digits' height and half of the descenders, turned as it is. */
static inline void page_corners(const Command *k, Point corners[4])
{
    static const double share[] = {[ALIGN_LEFT] = 0, [ALIGN_CENTRE] = 0.5, [ALIGN_RIGHT] = 1};
    double width = text_width(k->font, k->text), left = -share[k->font.align] * width;
    double turn = -k->font.angle_deg * 3.14159265358979 / 180;
    double x[4] = {left, left + width, left + width, left};
    double y[4] = {-0.72 * k->font.size, -0.72 * k->font.size, 0.12 * k->font.size,
                   0.12 * k->font.size};

    for (int i = 0; i < 4; i++)
        corners[i] = (Point){k->box.x + x[i] * cos(turn) - y[i] * sin(turn),
                             k->box.y + x[i] * sin(turn) + y[i] * cos(turn)};
}

/* Whether a line along an edge of p has all of p on one side and all of q on the other. */
static inline bool page_parts(const Point p[4], const Point q[4])
{
    for (int i = 0; i < 4; i++) {
        Point a = p[i], b = p[(i + 1) % 4];
        double nx = b.y - a.y, ny = a.x - b.x, length = hypot(nx, ny) + 1e-9, side = 0;
        bool apart = true;
        for (int k = 0; k < 4; k++)
            side += (p[k].x - a.x) * nx + (p[k].y - a.y) * ny;
        for (int k = 0; k < 4; k++) {
            double d = ((q[k].x - a.x) * nx + (q[k].y - a.y) * ny) / length;
            apart = apart && (side < 0 ? d > -0.3 : d < 0.3);
        }
        if (apart)
            return true;
    }
    return false;
}

/* The first two texts that overlap, or the first that sticks out of the page. */
static inline void page_assert_legible(const Canvas *c)
{
    size_t n = 0;
    Point(*corners)[4] = malloc((c->count + 1) * sizeof *corners);
    const char **texts = malloc((c->count + 1) * sizeof *texts);

    for (size_t i = 0; i < c->count; i++)
        if (c->commands[i].kind == COMMAND_TEXT) {
            texts[n] = c->commands[i].text;
            page_corners(&c->commands[i], corners[n++]);
        }
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 4; k++)
            if (corners[i][k].x < -0.5 || corners[i][k].y < -0.5 ||
                corners[i][k].x > c->width + 0.5 || corners[i][k].y > c->height + 0.5)
                fail_msg("'%s' sticks out of the page", texts[i]);
        for (size_t j = 0; j < i; j++)
            if (!page_parts(corners[i], corners[j]) && !page_parts(corners[j], corners[i]))
                fail_msg("'%s' lies on '%s'", texts[i], texts[j]);
    }
    free(corners);
    free(texts);
}

/* Legible, and valid by its first and last bytes in each format. */
static inline void page_check(const Canvas *c)
{
    Err e = {0};
    size_t size = 0;

    if (!c)
        fail_msg("no canvas");
    page_assert_legible(c);
    uint8_t *png = canvas_encode(c, "png", &size, &e);
    assert_non_null(png);
    assert_memory_equal(png, "\x89PNG\r\n\x1a\n", 8);
    assert_int_equal(png[16] << 24 | png[17] << 16 | png[18] << 8 | png[19],
                     (int)ceil(c->width * 2));
    assert_int_equal(png[20] << 24 | png[21] << 16 | png[22] << 8 | png[23],
                     (int)ceil(c->height * 2));
    assert_memory_equal(png + size - 8, "IEND\xae\x42\x60\x82", 8);
    free(png);
    char *svg = (char *)canvas_encode(c, "svg", &size, &e);
    assert_non_null(svg);
    assert_memory_equal(svg, "<?xml", 5);
    assert_memory_equal(svg + size - 7, "</svg>\n", 7);
    free(svg);
    char *pdf = (char *)canvas_encode(c, "pdf", &size, &e);
    assert_non_null(pdf);
    assert_memory_equal(pdf, "%PDF-", 5);
    assert_memory_equal(pdf + size - 6, "%%EOF\n", 6);
    free(pdf);
}

#endif
