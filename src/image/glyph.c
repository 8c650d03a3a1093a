/* FreeType opens the font, hints and fills; what is left is where a glyph goes. */
#include "image/glyph.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_BBOX_H
#include FT_OUTLINE_H

#include "base/bytes.h"
#include "base/file.h"
#include "image/image.h"

#define FONT_LIMIT ((size_t)64 << 20) /* bytes of a font file */

struct Typeface {
    FT_Library library;
    FT_Face face;
    uint8_t *bytes;                    /* of the file: the face reads them as it goes */
    FT_UInt indices[GLYPH_DIGITS];     /* of the digits' glyphs */
    FT_Outline outlines[GLYPH_DIGITS]; /* in font units, y upwards */
    FT_BBox boxes[GLYPH_DIGITS];       /* of their ink */
    bool stands_in;                    /* for a family that is not installed */
};

/* ---- opening ---- */

/* The file that fontconfig names for a family; the caller frees. */
static char *find_family(const char *family, Err *e)
{
    FcConfig *config = FcInitLoadConfigAndFonts();
    FcPattern *wish = FcPatternCreate(), *found = NULL;
    FcResult result;
    FcChar8 *file;
    char *path = NULL;

    if (config && wish && FcPatternAddString(wish, FC_FAMILY, (const FcChar8 *)family) &&
        FcConfigSubstitute(config, wish, FcMatchPattern)) {
        FcDefaultSubstitute(wish);
        found = FcFontMatch(config, wish, &result);
    }
    if (found && FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch)
        path = strdup((const char *)file);
    if (!path)
        err_set(e, ERR_IO, "%.60s: no font of this name, and none to stand for it, is installed",
                family);
    if (found)
        FcPatternDestroy(found);
    if (wish)
        FcPatternDestroy(wish);
    if (config)
        FcConfigDestroy(config);
    return path;
}

static bool is_file(const char *font)
{
    return strpbrk(font, "/.") || file_exists(font);
}

/* Copies a digit's outline in font units. */
static int take_digit(Typeface *t, int digit, const char *path, Err *e)
{
    FT_GlyphSlot slot = t->face->glyph;
    FT_Outline *from = &slot->outline, *to = &t->outlines[digit];
    FT_BBox *box = &t->boxes[digit];

    t->indices[digit] = FT_Get_Char_Index(t->face, (FT_ULong)('0' + digit));
    if (!t->indices[digit])
        return err_set(e, ERR_FORMAT, "%s: the font has no digit %d", path, digit);
    if (FT_Load_Glyph(t->face, t->indices[digit], FT_LOAD_NO_SCALE | FT_LOAD_NO_BITMAP))
        return err_set(e, ERR_FORMAT, "%s: the font's digit %d is damaged", path, digit);
    if (slot->format != FT_GLYPH_FORMAT_OUTLINE || from->n_contours < 1)
        return err_set(e, ERR_FORMAT, "%s: the font's digit %d has no outline", path, digit);
    if (FT_Outline_Get_BBox(from, box) || box->yMax <= box->yMin || box->xMax <= box->xMin)
        return err_set(e, ERR_FORMAT, "%s: the font's digit %d has no area", path, digit);
    if (FT_Outline_New(t->library, (FT_UInt)from->n_points, from->n_contours, to))
        return err_set(e, ERR_MEMORY, "%s: no memory for an outline of %d points", path,
                       from->n_points);
    FT_Outline_Copy(from, to);
    return 0;
}

static int open_face(Typeface *t, size_t size, const char *path, Err *e)
{
    if (FT_Init_FreeType(&t->library))
        return err_set(e, ERR_MEMORY, "%s: no memory for fonts", path);
    if (FT_New_Memory_Face(t->library, t->bytes, (FT_Long)size, 0, &t->face))
        return err_set(e, ERR_FORMAT, "%s: is not a font", path);
    if (!FT_IS_SCALABLE(t->face))
        return err_set(e, ERR_FORMAT, "%s: the font has pictures of one size instead of outlines",
                       path);
    return 0;
}

/* Takes the bytes over. */
static Typeface *open_bytes(uint8_t *bytes, size_t size, const char *name, Err *e)
{
    Typeface *t = calloc(1, sizeof *t);
    int code;

    if (!t) {
        err_set(e, ERR_MEMORY, "%s: no memory for a font", name);
        free(bytes);
        return NULL;
    }
    t->bytes = bytes;
    code = open_face(t, size, name, e);
    for (int d = 0; d < GLYPH_DIGITS && !code; d++)
        code = take_digit(t, d, name, e);
    if (code) {
        typeface_free(t);
        return NULL;
    }
    return t;
}

Typeface *typeface_from_bytes(const void *bytes, size_t size, const char *name, Err *e)
{
    uint8_t *copy = malloc(size + 1);

    if (!copy) {
        err_set(e, ERR_MEMORY, "%s: no memory for a font of %zu bytes", name, size);
        return NULL;
    }
    memcpy(copy, bytes, size);
    return open_bytes(copy, size, name, e);
}

Typeface *typeface_open(const char *font, Err *e)
{
    const char *family = !font ? "Times New Roman" : is_file(font) ? NULL : font;
    char *path = family ? find_family(family, e) : strdup(font);
    size_t size = 0;
    uint8_t *bytes = path ? file_read(path, FONT_LIMIT, &size, e) : NULL;
    Typeface *t = bytes ? open_bytes(bytes, size, path, e) : NULL;

    free(path);
    if (t && family)
        t->stands_in = strcasecmp(typeface_name(t), family) != 0;
    return t;
}

bool typeface_stands_in(const Typeface *t)
{
    return t->stands_in;
}

void typeface_free(Typeface *t)
{
    if (!t)
        return;
    for (int d = 0; d < GLYPH_DIGITS; d++)
        if (t->outlines[d].points)
            FT_Outline_Done(t->library, &t->outlines[d]);
    FT_Done_Face(t->face);
    FT_Done_FreeType(t->library);
    free(t->bytes);
    free(t);
}

const char *typeface_name(const Typeface *t)
{
    return t->face->family_name ? t->face->family_name : "a font without a name";
}

/* ---- pixels ---- */

/* Lays a bitmap's cover over `out`, its left upper pixel at (left,top). */
static void lay_over(const FT_Bitmap *b, int left, int top, int width, int height, uint8_t *out)
{
    for (int y = 0; y < (int)b->rows; y++)
        for (int x = 0; x < (int)b->width; x++) {
            int to_x = left + x, to_y = top + y;
            uint8_t cover = b->buffer[(ptrdiff_t)y * b->pitch + x], *to;

            if (to_x < 0 || to_x >= width || to_y < 0 || to_y >= height)
                continue;
            to = &out[(size_t)to_y * (size_t)width + (size_t)to_x];
            *to = cover > *to ? cover : *to;
        }
}

/* Hinting runs a program that the font brings; where that fails, without. */
static bool render_hinted(Typeface *t, int digit, int size_px)
{
    static const FT_Int32 ways[] = {FT_LOAD_DEFAULT | FT_LOAD_NO_BITMAP,
                                    FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP};

    if (FT_Set_Pixel_Sizes(t->face, 0, (FT_UInt)size_px))
        return false;
    for (int i = 0; i < 2; i++)
        if (!FT_Load_Glyph(t->face, t->indices[digit], ways[i]) &&
            !FT_Render_Glyph(t->face->glyph, FT_RENDER_MODE_NORMAL))
            return true;
    return false;
}

void glyph_draw(Typeface *t, int digit, const GlyphPlace *place, int width, int height,
                uint8_t *out)
{
    FT_GlyphSlot slot = t->face->glyph;

    assert(digit >= 0 && digit < GLYPH_DIGITS);
    assert(place->size_px >= 1 && place->size_px <= GLYPH_SIZE_LIMIT);
    if (!render_hinted(t, digit, place->size_px))
        return;
    int ascender = (int)(t->face->size->metrics.ascender / 64); /* a whole pixel, rounded up */

    lay_over(&slot->bitmap, place->x + slot->bitmap_left, place->y + ascender - slot->bitmap_top,
             width, height, out);
}

/* ---- outlines ---- */

static float scale_of(const Typeface *t, int digit, float height)
{
    return height / (float)(t->boxes[digit].yMax - t->boxes[digit].yMin);
}

float glyph_width(const Typeface *t, int digit, float height)
{
    return (float)(t->boxes[digit].xMax - t->boxes[digit].xMin) * scale_of(t, digit, height);
}

/* Where font units go: x = left + units * scale, y = bottom - units * scale. */
typedef struct Fit {
    float scale, left, bottom;
} Fit;

static Fit fit_box(const Typeface *t, int digit, const GlyphBox *box)
{
    const FT_BBox *ink = &t->boxes[digit];
    float scale = scale_of(t, digit, box->height);
    float middle = (float)(ink->xMin + ink->xMax) / 2;

    return (Fit){scale, box->x + box->width / 2 - middle * scale,
                 box->y + box->height + (float)ink->yMin * scale};
}

/* Fills a copy of an outline into the `cols` x `rows` pixels at (left,top); b->buffer is new. */
static int fill_outline(Typeface *t, const FT_Outline *from, Fit fit, int left, int top,
                        FT_Bitmap *b, Err *e)
{
    FT_Outline scaled;
    int code = 0;

    b->pixel_mode = FT_PIXEL_MODE_GRAY;
    b->num_grays = 256;
    b->pitch = (int)b->width;
    b->buffer = calloc((size_t)b->width, b->rows);
    if (!b->buffer ||
        FT_Outline_New(t->library, (FT_UInt)from->n_points, from->n_contours, &scaled))
        return err_set(e, ERR_MEMORY, "no memory for a glyph of %ux%u pixels", b->width, b->rows);
    FT_Outline_Copy(from, &scaled);
    for (int i = 0; i < scaled.n_points; i++) {
        FT_Vector *p = &scaled.points[i];
        float x = fit.left + (float)p->x * fit.scale - (float)left;
        float y = (float)(top + (int)b->rows) - (fit.bottom - (float)p->y * fit.scale);

        *p = (FT_Vector){lrintf(x * 64), lrintf(y * 64)};
    }
    if (FT_Outline_Get_Bitmap(t->library, &scaled, b))
        code = err_set(e, ERR_FORMAT, "%s: an outline cannot be filled", typeface_name(t));
    FT_Outline_Done(t->library, &scaled);
    return code;
}

int glyph_fill(Typeface *t, int digit, const GlyphBox *box, int width, int height, uint8_t *out,
               Err *e)
{
    float half = glyph_width(t, digit, box->height) / 2, middle = box->x + box->width / 2;
    int left = (int)fmaxf(floorf(middle - half), 0), top = (int)fmaxf(floorf(box->y), 0);
    int right = (int)fminf(ceilf(middle + half), (float)width);
    int bottom = (int)fminf(ceilf(box->y + box->height), (float)height);
    FT_Bitmap b = {.width = (unsigned)(right - left), .rows = (unsigned)(bottom - top)};
    int code;

    assert(digit >= 0 && digit < GLYPH_DIGITS && box->height > 0);
    if (right <= left || bottom <= top)
        return 0;
    code = fill_outline(t, &t->outlines[digit], fit_box(t, digit, box), left, top, &b, e);
    if (!code)
        lay_over(&b, left, top, width, height, out);
    free(b.buffer);
    return code;
}

int glyph_sign(Typeface *t, char sign, const GlyphBox *box, int width, int height, uint8_t *out,
               Err *e)
{
    FT_UInt index = FT_Get_Char_Index(t->face, (FT_ULong)(unsigned char)sign);
    FT_Outline *from = &t->face->glyph->outline;
    FT_Bitmap b = {.width = (unsigned)width, .rows = (unsigned)height};
    FT_BBox ink;
    int code;

    assert(box->height > 0 && box->width > 0);
    if (!index || FT_Load_Glyph(t->face, index, FT_LOAD_NO_SCALE | FT_LOAD_NO_BITMAP) ||
        t->face->glyph->format != FT_GLYPH_FORMAT_OUTLINE || FT_Outline_Get_BBox(from, &ink) ||
        ink.yMax <= ink.yMin || ink.xMax <= ink.xMin)
        return err_set(e, ERR_FORMAT, "%s: there is no outline of '%c'", typeface_name(t), sign);
    float scale = fminf(box->width / (float)(ink.xMax - ink.xMin),
                        box->height / (float)(ink.yMax - ink.yMin));
    Fit fit = {scale, box->x + box->width / 2 - (float)(ink.xMin + ink.xMax) / 2 * scale,
               box->y + box->height / 2 + (float)(ink.yMin + ink.yMax) / 2 * scale};
    code = fill_outline(t, from, fit, 0, 0, &b, e);
    if (!code)
        lay_over(&b, 0, 0, width, height, out);
    free(b.buffer);
    return code;
}

/* ---- SVG ---- */

typedef struct Path {
    Writer *out;
    Fit fit;
} Path;

static void put_point(Path *p, const char *command, const FT_Vector *v)
{
    writer_text(p->out, "%s%.2f %.2f", command, (double)(p->fit.left + (float)v->x * p->fit.scale),
                (double)(p->fit.bottom - (float)v->y * p->fit.scale));
}

static int move_to(const FT_Vector *to, void *path)
{
    Path *p = path;

    put_point(p, p->out->size ? "ZM" : "M", to);
    return 0;
}

static int line_to(const FT_Vector *to, void *path)
{
    put_point(path, "L", to);
    return 0;
}

static int conic_to(const FT_Vector *control, const FT_Vector *to, void *path)
{
    put_point(path, "Q", control);
    put_point(path, " ", to);
    return 0;
}

static int cubic_to(const FT_Vector *first, const FT_Vector *second, const FT_Vector *to,
                    void *path)
{
    put_point(path, "C", first);
    put_point(path, " ", second);
    put_point(path, " ", to);
    return 0;
}

void glyph_path(Typeface *t, int digit, const GlyphBox *box, Writer *out)
{
    static const FT_Outline_Funcs funcs = {move_to, line_to, conic_to, cubic_to, 0, 0};
    Path path = {out, fit_box(t, digit, box)};

    assert(digit >= 0 && digit < GLYPH_DIGITS && box->height > 0);
    FT_Outline_Decompose(&t->outlines[digit], &funcs, &path);
    writer_text(out, "Z");
}
