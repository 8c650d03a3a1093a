/* Copies are made as ink, light on 0, and inverted at the end. */
#include "read/redrawn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "image/resample.h"

/* Where a digit's type stands on a copy, `scale` pixels of which are one of the picture. */
static GlyphBox place_of(const RedrawnDigit *d, float scale)
{
    const GlyphBox *b = &d->type;

    return (GlyphBox){b->x * scale, b->y * scale, b->width * scale, b->height * scale};
}

/* ---- what the net drew, enlarged ---- */

/* The window of 28x28 that holds the ink from half a stroke on; false where there is none. */
static bool find_ink(const uint8_t *drawn, Window *out)
{
    enum { HALF = 128 };
    int left = DIGIT_SIDE, right = -1, top = DIGIT_SIDE, bottom = -1;

    for (int y = 0; y < DIGIT_SIDE; y++)
        for (int x = 0; x < DIGIT_SIDE; x++) {
            if (drawn[y * DIGIT_SIDE + x] < HALF)
                continue;
            left = x < left ? x : left;
            right = x > right ? x : right;
            top = y < top ? y : top;
            bottom = y;
        }
    *out = (Window){(float)left, (float)top, (float)(right - left + 1), (float)(bottom - top + 1)};
    return right >= 0;
}

/* Edges that enlarging made soft become as steep as a pixel of the copy. */
static void steepen(float *ink, size_t n, float scale)
{
    for (size_t i = 0; i < n; i++)
        ink[i] = fminf(fmaxf((ink[i] - 127.5f) * scale + 127.5f, 0), 255);
}

/* Pixels as squares. */
static void enlarge_steps(const uint8_t *drawn, Window from, float *out, int width, int height)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int u = (int)(from.x + ((float)x + .5f) * from.width / (float)width);
            int v = (int)(from.y + ((float)y + .5f) * from.height / (float)height);
            bool inside = u >= 0 && u < DIGIT_SIDE && v >= 0 && v < DIGIT_SIDE;

            out[y * width + x] = inside ? drawn[v * DIGIT_SIDE + u] : 0;
        }
}

/* `from` of a drawn digit as a map of its own. */
static int enlarge(const uint8_t *drawn, Window from, Crisp how, float *out, int width, int height,
                   Err *e)
{
    float ink[DIGIT_PIXELS], scale = (float)height / from.height;

    if (how == CRISP_STEPS) {
        enlarge_steps(drawn, from, out, width, height);
        return 0;
    }
    for (int i = 0; i < DIGIT_PIXELS; i++)
        ink[i] = drawn[i];
    if (resample_f32(ink, DIGIT_SIDE, DIGIT_SIDE, from, 0, out, width, height, e))
        return -(int)ERR_MEMORY;
    if (how == CRISP_SMOOTH && scale > 1)
        steepen(out, (size_t)width * (size_t)height, scale);
    return 0;
}

/* Lays a map over a copy: the larger of both. */
static void lay_over(const float *ink, int left, int top, int width, int height, Image *copy)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int to_x = left + x, to_y = top + y;
            float v = ink[y * width + x];
            uint8_t *to;

            if (to_x < 0 || to_x >= copy->width || to_y < 0 || to_y >= copy->height)
                continue;
            to = &copy->pixels[(size_t)to_y * (size_t)copy->width + (size_t)to_x];
            *to = v > *to ? (uint8_t)lrintf(v) : *to;
        }
}

/* The part of 28x28 that goes to a place, and the place in whole pixels of the copy. */
typedef struct Piece {
    Window from;
    int left, top, width, height;
} Piece;

static Piece whole_piece(const Image *copy)
{
    return (Piece){{0, 0, DIGIT_SIDE, DIGIT_SIDE}, 0, 0, copy->width, copy->height};
}

/* The ink, with a pixel of 28x28 around it for its soft edge, as high as the writing. */
static Piece ink_piece(Window ink, GlyphBox box)
{
    float scale = box.height / ink.height, middle = box.x + box.width / 2;
    Window from = {ink.x - 1, ink.y - 1, ink.width + 2, ink.height + 2};

    return (Piece){from, (int)lrintf(middle - from.width * scale / 2), (int)lrintf(box.y - scale),
                   (int)fmaxf(lrintf(from.width * scale), 1),
                   (int)fmaxf(lrintf(from.height * scale), 1)};
}

static int put_drawn(const Redrawn *page, const RedrawnDigit *d, float scale, Crisp how,
                     Image *copy, Err *e)
{
    uint8_t drawn[DIGIT_PIXELS];
    Window ink;
    float *map;
    int code;

    crisp(d->drawn, how, drawn);
    if (!page->single && !find_ink(drawn, &ink))
        return 0;
    Piece p = page->single ? whole_piece(copy) : ink_piece(ink, place_of(d, scale));

    if (p.width > IMAGE_SIDE_LIMIT || p.height > IMAGE_SIDE_LIMIT ||
        (size_t)p.width * (size_t)p.height > IMAGE_PIXEL_LIMIT)
        return err_set(e, ERR_LIMIT, "a digit of %dx%d pixels is too large", p.width, p.height);
    map = malloc((size_t)p.width * (size_t)p.height * sizeof *map);
    if (!map)
        return err_set(e, ERR_MEMORY, "no memory for a digit of %dx%d pixels", p.width, p.height);
    code = enlarge(drawn, p.from, how, map, p.width, p.height, e);
    if (!code)
        lay_over(map, p.left, p.top, p.width, p.height, copy);
    free(map);
    return code;
}

/* ---- copies ---- */

static int put_digit(const Redrawn *page, const RedrawnDigit *d, const RedrawLook *look,
                     float scale, Image *copy, Err *e)
{
    GlyphBox box = place_of(d, scale);

    if (!look->face)
        return put_drawn(page, d, scale, look->crisp, copy, e);
    if (d->digit < 0)
        return 0;
    return glyph_fill(look->face, d->digit, &box, copy->width, copy->height, copy->pixels, e);
}

Image *redrawn_picture(const Redrawn *page, const RedrawLook *look, Err *e)
{
    float scale = look->height_px ? (float)look->height_px / (float)page->height : 1;
    int height = look->height_px ? look->height_px : page->height;
    float width = fmaxf(roundf((float)page->width * scale), 1);
    Image *copy;
    int code = 0;

    if (width > IMAGE_SIDE_LIMIT) {
        err_set(e, ERR_LIMIT, "a copy of %.0fx%d pixels: at most %d along a side", (double)width,
                height, IMAGE_SIDE_LIMIT);
        return NULL;
    }
    copy = image_new((int)width, height, 1, e);
    if (!copy)
        return NULL;
    for (int i = 0; i < page->count && !code; i++)
        code = put_digit(page, &page->digits[i], look, scale, copy, e);
    for (size_t i = 0; !page->light_ink && i < (size_t)copy->width * (size_t)copy->height; i++)
        copy->pixels[i] = (uint8_t)(255 - copy->pixels[i]);
    if (code) {
        image_free(copy);
        return NULL;
    }
    return copy;
}

char *redrawn_svg(const Redrawn *page, Typeface *face, Err *e)
{
    Writer w = {0};

    writer_text(&w,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 "
                "0 %d %d\">\n"
                "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
                page->width, page->height, page->width, page->height, page->width, page->height);
    for (int i = 0; i < page->count; i++) {
        GlyphBox box = page->digits[i].type;
        Writer path = {0};

        if (page->digits[i].digit < 0)
            continue;
        glyph_path(face, page->digits[i].digit, &box, &path);
        writer_u8(&path, 0);
        w.failed |= path.failed;
        writer_text(&w, "<path d=\"%s\"/>\n", path.failed ? "" : (char *)path.bytes);
        writer_free(&path);
    }
    writer_text(&w, "</svg>\n");
    writer_u8(&w, 0);
    if (w.failed) {
        err_set(e, ERR_MEMORY, "no memory for an SVG of %d digits", page->count);
        writer_free(&w);
    }
    return (char *)w.bytes;
}

/* ---- side by side ---- */

static void paste(const Image *from, Image *to, int left)
{
    for (int y = 0; y < from->height; y++)
        for (int x = 0; x < from->width; x++) {
            const uint8_t *p = from->pixels + ((size_t)y * (size_t)from->width + (size_t)x) *
                                                  (size_t)from->channels;
            uint8_t *q = to->pixels + ((size_t)y * (size_t)to->width + (size_t)(left + x)) *
                                          (size_t)to->channels;

            for (int c = 0; c < to->channels; c++)
                q[c] = p[from->channels == 1 ? 0 : c];
        }
}

Image *redrawn_beside(const Image *original, const Image *const *copies, int count, Err *e)
{
    int height = copies[0]->height, gap = height / 28 > 1 ? height / 28 : 1;
    int left =
        (int)fmaxf(roundf((float)original->width * (float)height / (float)original->height), 1);
    int width = left;
    Window whole = {0, 0, (float)original->width, (float)original->height};
    Image *first = NULL, *sheet = NULL;

    for (int i = 0; i < count; i++)
        width += gap + copies[i]->width;
    first = image_resample(original, whole, left, height, e);
    sheet = first ? image_new(width, height, original->channels, e) : NULL;
    if (sheet) {
        memset(sheet->pixels, 128, (size_t)width * (size_t)height * (size_t)sheet->channels);
        paste(first, sheet, 0);
        for (int i = 0; i < count; left += gap + copies[i]->width, i++)
            paste(copies[i], sheet, left + gap);
    }
    image_free(first);
    return sheet;
}
