/* Playing a canvas: the one file that knows Cairo and Pango.
 *
 * Hinting is off everywhere, so that a text is as wide in the PDF as on the screen and the same
 * bytes come out whatever the desktop's settings are. */
#include "plot/canvas_list.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"

enum { TEXT_LIMIT = 400 }; /* bytes of one text that are looked at */

/* Several families, so that a machine with few fonts has one; Pango falls back by letter. */
#define FAMILIES "Liberation Sans,Arial,Helvetica,DejaVu Sans,Noto Sans,Sans"

#define ENDINGS "a plot is saved as .png, .svg or .pdf"

/* ---- text ---- */

/* The text as Pango accepts it: valid UTF-8 on one line, not endless. g_free frees it. */
static char *clean_text(const char *text)
{
    size_t size = strnlen(text, TEXT_LIMIT);

    if (size == TEXT_LIMIT) /* cut between characters, not inside one */
        while (size > TEXT_LIMIT - 4 && ((unsigned char)text[size] & 0xC0) == 0x80)
            size--;
    char *clean = g_utf8_make_valid(text, (gssize)size);
    for (char *p = clean; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            *p = ' ';
    return clean;
}

static PangoLayout *layout_new(const Font *font, const char *text)
{
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("en"));
    cairo_font_options_destroy(options);

    PangoLayout *layout = pango_layout_new(context);
    g_object_unref(context);
    PangoFontDescription *face = pango_font_description_new();
    pango_font_description_set_family_static(face, FAMILIES);
    pango_font_description_set_absolute_size(face, fmin(font->size, 1000) * PANGO_SCALE);
    if (font->bold)
        pango_font_description_set_weight(face, PANGO_WEIGHT_BOLD);
    if (font->italic)
        pango_font_description_set_style(face, PANGO_STYLE_ITALIC);
    pango_layout_set_font_description(layout, face);
    pango_font_description_free(face);

    char *clean = clean_text(text);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, clean, -1);
    g_free(clean);
    if (font->max_width > 0) {
        pango_layout_set_width(layout,
                               (int)(fmin(font->max_width, CANVAS_SIDE_LIMIT) * PANGO_SCALE));
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    }
    return layout;
}

/* The line's advance: pango_layout_get_size would give the bound itself for an ellipsized one. */
static double layout_width(PangoLayout *layout)
{
    PangoRectangle logical;

    pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, 0), NULL, &logical);
    return (double)logical.width / PANGO_SCALE;
}

double text_width(Font font, const char *text)
{
    if (!text || !*text || !(font.size > 0))
        return 0;
    PangoLayout *layout = layout_new(&font, text);
    double width = layout_width(layout);
    g_object_unref(layout);
    return width;
}

/* ---- playing ---- */

static void set_color(cairo_t *cr, Color c)
{
    cairo_set_source_rgba(cr, c.r / 255., c.g / 255., c.b / 255., c.a / 255.);
}

static void fill_and_stroke(cairo_t *cr, const Command *k)
{
    static const double dashes[DASHES][4] = {[DASH_DASHED] = {4, 2, 4, 2},
                                             [DASH_DOTTED] = {1, 1.6, 1, 1.6},
                                             [DASH_MIXED] = {5, 1.8, 1, 1.8}};
    bool stroke = k->pen.color.a && k->pen.width > 0;

    if (k->fill.a) {
        set_color(cr, k->fill);
        if (stroke)
            cairo_fill_preserve(cr);
        else
            cairo_fill(cr);
    }
    if (stroke) {
        double scaled[4];
        for (int i = 0; i < 4; i++)
            scaled[i] = dashes[k->pen.dash][i] * k->pen.width;
        cairo_set_dash(cr, scaled, k->pen.dash == DASH_SOLID ? 0 : 4, 0);
        cairo_set_line_width(cr, k->pen.width);
        set_color(cr, k->pen.color);
        cairo_stroke(cr);
    }
    cairo_new_path(cr);
}

static void play_points(cairo_t *cr, const Canvas *c, const Command *k)
{
    const Point *p = c->points + k->first;

    cairo_new_path(cr);
    for (size_t i = 0; i < k->count; i++)
        cairo_line_to(cr, p[i].x, p[i].y);
    if (k->kind == COMMAND_SHAPE)
        cairo_close_path(cr);
    fill_and_stroke(cr, k);
}

static void play_wedge(cairo_t *cr, const Command *k)
{
    double whole = fabs(k->to_deg - k->from_deg) >= 360;

    cairo_new_path(cr);
    if (!whole)
        cairo_move_to(cr, k->box.x, k->box.y);
    cairo_arc(cr, k->box.x, k->box.y, k->box.w, (k->from_deg - 90) * G_PI / 180,
              (k->to_deg - 90) * G_PI / 180);
    cairo_close_path(cr);
    fill_and_stroke(cr, k);
}

static void play_text(cairo_t *cr, const Command *k)
{
    if (!k->text)
        return;
    PangoLayout *layout = layout_new(&k->font, k->text);
    static const double share[] = {[ALIGN_LEFT] = 0, [ALIGN_CENTRE] = 0.5, [ALIGN_RIGHT] = 1};

    cairo_save(cr);
    cairo_translate(cr, k->box.x, k->box.y);
    cairo_rotate(cr, -k->font.angle_deg * G_PI / 180);
    cairo_move_to(cr, -share[k->font.align] * layout_width(layout), 0);
    set_color(cr, k->font.color.a ? k->font.color : COLOR_INK);
    pango_cairo_show_layout_line(cr, pango_layout_get_line_readonly(layout, 0));
    cairo_restore(cr);
    cairo_new_path(cr);
    g_object_unref(layout);
}

/* Viewers of SVG and PDF smooth a picture that they enlarge: repeated pixels keep edges hard. */
static int repeats(const Image *im, Box box)
{
    double wanted = ceil(4 * fmax(box.w / im->width, box.h / im->height));
    double most = floor(2048. / (im->width > im->height ? im->width : im->height));

    return (int)fmax(1, fmin(wanted, fmin(most, 16)));
}

static cairo_surface_t *surface_of(const Image *im, int times)
{
    cairo_surface_t *s =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, im->width * times, im->height * times);
    if (cairo_surface_status(s))
        return s;
    int stride = cairo_image_surface_get_stride(s);
    unsigned char *to = cairo_image_surface_get_data(s);
    for (int y = 0; y < im->height * times; y++) {
        uint32_t *row = (uint32_t *)(void *)(to + (size_t)y * stride);
        for (int x = 0; x < im->width * times; x++) {
            const uint8_t *p =
                im->pixels + ((size_t)(y / times) * im->width + x / times) * im->channels;
            row[x] = im->channels == 1 ? p[0] * 0x010101u : (uint32_t)p[0] << 16 | p[1] << 8 | p[2];
        }
    }
    cairo_surface_mark_dirty(s);
    return s;
}

static void play_image(cairo_t *cr, const Command *k)
{
    if (!k->image)
        return;
    int times = repeats(k->image, k->box);
    cairo_surface_t *s = surface_of(k->image, times);
    cairo_save(cr);
    cairo_translate(cr, k->box.x, k->box.y);
    cairo_scale(cr, k->box.w / (k->image->width * times), k->box.h / (k->image->height * times));
    cairo_set_source_surface(cr, s, 0, 0);
    bool shrinks = k->image->width > k->box.w * CANVAS_PNG_SCALE;
    cairo_pattern_set_filter(cairo_get_source(cr),
                             shrinks ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST);
    cairo_paint(cr);
    cairo_restore(cr);
    cairo_surface_destroy(s);
}

static void play_command(cairo_t *cr, const Canvas *c, const Command *k)
{
    switch (k->kind) {
    case COMMAND_LINE:
    case COMMAND_SHAPE:
        play_points(cr, c, k);
        break;
    case COMMAND_WEDGE:
        play_wedge(cr, k);
        break;
    case COMMAND_TEXT:
        play_text(cr, k);
        break;
    case COMMAND_IMAGE:
        play_image(cr, k);
        break;
    case COMMAND_CLIP:
        cairo_save(cr);
        cairo_rectangle(cr, k->box.x, k->box.y, k->box.w, k->box.h);
        cairo_clip(cr);
        break;
    case COMMAND_UNCLIP:
        cairo_restore(cr);
        break;
    }
}

/* Draws everything on a surface and finishes it; 0, or an error that names Cairo's reason. */
static int play(const Canvas *c, cairo_surface_t *s, double scale, bool finish, Err *e)
{
    cairo_t *cr = cairo_create(s);
    cairo_scale(cr, scale, scale);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
    set_color(cr, COLOR_WHITE);
    cairo_paint(cr);
    for (size_t i = 0; i < c->count; i++)
        play_command(cr, c, &c->commands[i]);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    if (finish)
        cairo_surface_finish(s);
    else
        cairo_surface_flush(s);
    if (!status)
        status = cairo_surface_status(s);
    if (c->failed || status == CAIRO_STATUS_NO_MEMORY)
        return err_set(e, ERR_MEMORY, "no memory for a plot");
    if (status)
        return err_set(e, ERR_IO, "a plot cannot be drawn: %s", cairo_status_to_string(status));
    return 0;
}

/* ---- formats ---- */

static cairo_status_t put(void *writer, const unsigned char *bytes, unsigned size)
{
    writer_put(writer, bytes, size);
    return ((Writer *)writer)->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *pixel_surface(const Canvas *c, double scale)
{
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(c->width * scale),
                                      (int)ceil(c->height * scale));
}

static int encode_png(const Canvas *c, Writer *w, Err *e)
{
    cairo_surface_t *s = pixel_surface(c, CANVAS_PNG_SCALE);
    int failed = play(c, s, CANVAS_PNG_SCALE, false, e);

    if (!failed && cairo_surface_write_to_png_stream(s, put, w))
        failed = err_set(e, ERR_MEMORY, "no memory for a plot");
    cairo_surface_destroy(s);
    return failed;
}

static int encode_pdf(const Canvas *c, Writer *w, Err *e)
{
    cairo_surface_t *s = cairo_pdf_surface_create_for_stream(put, w, c->width, c->height);
    cairo_pdf_surface_restrict_to_version(s, CAIRO_PDF_VERSION_1_4);
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    int failed = play(c, s, 1, true, e);

    cairo_surface_destroy(s);
    return failed;
}

static int encode_svg(const Canvas *c, Writer *w, Err *e)
{
    Writer raw = {0};
    cairo_surface_t *s = cairo_svg_surface_create_for_stream(put, &raw, c->width, c->height);
    int failed = play(c, s, 1, true, e);

    cairo_surface_destroy(s);
    if (!failed) {
        size_t size = 0;
        char *stable = svg_stable_ids((const char *)raw.bytes, raw.size, &size);
        if (stable)
            writer_put(w, stable, size);
        else
            failed = err_set(e, ERR_MEMORY, "no memory for a plot");
        free(stable);
    }
    writer_free(&raw);
    return failed;
}

uint8_t *canvas_encode(const Canvas *c, const char *ending, size_t *size, Err *e)
{
    Writer w = {0};
    int failed;

    if (strcasecmp(ending, "png") == 0)
        failed = encode_png(c, &w, e);
    else if (strcasecmp(ending, "svg") == 0)
        failed = encode_svg(c, &w, e);
    else if (strcasecmp(ending, "pdf") == 0)
        failed = encode_pdf(c, &w, e);
    else
        failed = err_set(e, ERR_ARGUMENT, ENDINGS);
    if (!failed && w.failed)
        failed = err_set(e, ERR_MEMORY, "no memory for a plot");
    if (failed) {
        writer_free(&w);
        return NULL;
    }
    *size = w.size;
    return w.bytes;
}

Image *canvas_render(const Canvas *c, double scale, Err *e)
{
    Image *im = image_new((int)ceil(c->width * scale), (int)ceil(c->height * scale), 3, e);
    if (!im)
        return NULL;
    cairo_surface_t *s = pixel_surface(c, scale);
    if (play(c, s, scale, false, e)) {
        image_free(im);
        im = NULL;
        goto done;
    }
    int stride = cairo_image_surface_get_stride(s);
    const unsigned char *from = cairo_image_surface_get_data(s);
    for (int y = 0; y < im->height; y++)
        for (int x = 0; x < im->width; x++) {
            uint32_t v = ((const uint32_t *)(const void *)(from + (size_t)y * stride))[x];
            uint8_t *p = im->pixels + ((size_t)y * im->width + x) * 3;
            p[0] = (uint8_t)(v >> 16);
            p[1] = (uint8_t)(v >> 8);
            p[2] = (uint8_t)v;
        }
done:
    cairo_surface_destroy(s);
    return im;
}

bool canvas_can_save(const char *path)
{
    const char *ending = file_ending(path);

    return !strcasecmp(ending, "png") || !strcasecmp(ending, "svg") || !strcasecmp(ending, "pdf");
}

int canvas_check(const char *path, Err *e)
{
    if (!path || strcmp(path, "-") == 0 || canvas_can_save(path))
        return 0;
    return err_set(e, ERR_ARGUMENT, "%s: " ENDINGS, path);
}

int canvas_save(const Canvas *c, const char *path, Err *e)
{
    const char *ending = strcmp(path, "-") == 0 ? "png" : file_ending(path);
    size_t size = 0;
    uint8_t *bytes = canvas_encode(c, ending, &size, e);

    if (!bytes)
        return err_prefix(e, "%s", path);
    int failed = file_write(path, bytes, size, e);
    free(bytes);
    return failed;
}

int canvas_finish(Canvas *c, const char *path, Err *e)
{
    if (!c)
        return e ? -(int)e->code : -(int)ERR_MEMORY;
    int failed = canvas_save(c, path, e);
    canvas_free(c);
    return failed;
}
