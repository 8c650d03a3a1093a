/* Pictures from files and to files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "image/codec.h"
#include "made_files.h"

static char folder[] = "/tmp/scrawl-codec-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL);
}

/* A picture whose every pixel differs from its neighbours, smooth enough for a JPEG. */
static Image *made(int width, int height, int channels)
{
    Image *im = image_new(width, height, channels, NULL);

    assert_non_null(im);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++)
                im->pixels[(y * width + x) * channels + c] =
                    (uint8_t)(20 + 120 * x / width + 80 * y / height + 7 * c);
    return im;
}

static void assert_same(const Image *a, const Image *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_int_equal(a->channels, b->channels);
    assert_memory_equal(a->pixels, b->pixels, (size_t)a->width * a->height * a->channels);
}

/* In a buffer of the exact size, so that a sanitizer sees what is read behind it. */
static Image *decode(const uint8_t *bytes, size_t size, Err *e)
{
    uint8_t *exact = malloc(size ? size : 1);

    assert_non_null(exact);
    memcpy(exact, bytes, size);
    Image *im = image_decode(size ? exact : exact + 1, size, "made", e);
    free(exact);
    return im;
}

static Image *decode_well(const Writer *w)
{
    Err e = {0};
    Image *im = decode(w->bytes, w->size, &e);

    if (!im)
        fail_msg("%s", e.text);
    return im;
}

static void what_was_saved_without_loss_is_loaded_again(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png", "a.bmp", "a.PNM", "a.tif", "a.tiff", "a.webp"};
    Err e = {0};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (int channels = 1; channels <= 3; channels += 2) {
            Image *im = made(13, 9, channels), *back;
            assert_int_equal(image_save(im, in_folder(names[i]), &e), 0);
            back = image_load(in_folder(names[i]), &e);
            assert_non_null(back);
            if (back->channels != channels) { /* WebP knows no grey */
                Image *grey = image_to_grey(back, &e);
                image_free(back);
                back = grey;
            }
            assert_same(back, im);
            image_free(im);
            image_free(back);
        }
    }
}

static void a_jpeg_comes_back_close(void **state)
{
    (void)state;
    Err e = {0};
    Image *im = made(40, 30, 3);

    assert_int_equal(image_save(im, in_folder("a.jpg"), &e), 0);
    Image *back = image_load(in_folder("a.jpg"), &e);
    assert_non_null(back);
    assert_int_equal(back->channels, 3);
    for (int i = 0; i < 40 * 30 * 3; i++)
        assert_in_range(abs(back->pixels[i] - im->pixels[i]), 0, 6);
    image_free(im);
    image_free(back);
}

static void pgm_is_grey_and_ppm_is_colour(void **state)
{
    (void)state;
    Err e = {0};
    Image *grey = made(6, 5, 1), *colour = made(6, 5, 3), *luma = image_to_grey(colour, &e);

    assert_int_equal(image_save(grey, in_folder("g.ppm"), &e), 0);
    assert_int_equal(image_save(colour, in_folder("c.pgm"), &e), 0);
    Image *g = image_load(in_folder("g.ppm"), &e), *c = image_load(in_folder("c.pgm"), &e);
    assert_int_equal(g->channels, 3);
    assert_int_equal(c->channels, 1);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(g->pixels[3 * i + 1], grey->pixels[i]);
        assert_in_range(abs(c->pixels[i] - luma->pixels[i]), 0, 1);
    }
    image_free(grey), image_free(colour), image_free(luma), image_free(g), image_free(c);
}

static void an_unknown_ending_is_refused_and_nothing_is_written(void **state)
{
    (void)state;
    Err e = {0};
    Image *im = made(3, 3, 1);

    assert_int_equal(image_save(im, in_folder("a.xyz"), &e), -(int)ERR_ARGUMENT);
    assert_non_null(strstr(e.text, "a.xyz"));
    assert_false(file_exists(in_folder("a.xyz")));
    assert_int_equal(image_save(im, in_folder("none/a.png"), &e), -(int)ERR_IO);
    image_free(im);
}

static void a_png_in_memory_is_the_one_of_a_file(void **state)
{
    (void)state;
    Err e = {0};
    Image *im = made(21, 4, 3);
    size_t size, file_size;
    uint8_t *bytes = image_encode_png(im, &size, &e), *file;

    assert_non_null(bytes);
    assert_int_equal(image_save(im, in_folder("m.png"), &e), 0);
    file = file_read(in_folder("m.png"), FILE_LIMIT, &file_size, &e);
    assert_int_equal(size, file_size);
    assert_memory_equal(bytes, file, size);
    free(bytes);
    free(file);
    image_free(im);
}

/* Loads with standard input and error taken from and put into files; what was printed is in *printed. */
static Image *load_from_input(const char *path, off_t *printed, Err *e)
{
    int in = dup(0), err = dup(2), file = open(path, O_RDONLY);
    int sink = open(in_folder("stderr"), O_RDWR | O_CREAT | O_TRUNC, 0600);

    dup2(file, 0);
    dup2(sink, 2);
    Image *im = image_load("-", e);
    *printed = lseek(sink, 0, SEEK_END);
    dup2(in, 0);
    dup2(err, 2);
    close(in), close(err), close(file), close(sink);
    return im;
}

static void a_dash_is_standard_input(void **state)
{
    (void)state;
    Err e = {0};
    off_t printed;
    Image *im = made(5, 8, 1);

    assert_int_equal(image_save(im, in_folder("in.png"), &e), 0);
    Image *back = load_from_input(in_folder("in.png"), &printed, &e);
    assert_non_null(back);
    assert_same(back, im);
    image_free(im);
    image_free(back);
}

static void damaged_files_are_named_and_nothing_is_printed(void **state)
{
    (void)state;
    static const char *const names[] = {"d.png", "d.jpg", "d.tif", "d.bmp", "d.webp", "d.pgm"};
    Image *im = made(64, 48, 3);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Err e = {0};
        off_t printed;
        size_t size;
        assert_int_equal(image_save(im, in_folder(names[i]), &e), 0);
        uint8_t *bytes = file_read(in_folder(names[i]), FILE_LIMIT, &size, &e);
        assert_int_equal(file_write(in_folder(names[i]), bytes, size * 2 / 3, &e), 0);
        assert_null(load_from_input(in_folder(names[i]), &printed, &e));
        assert_int_equal(e.code, ERR_FORMAT);
        assert_non_null(strstr(e.text, "standard input: "));
        assert_int_equal(printed, 0);
        free(bytes);
    }
    image_free(im);
}

/* Cut after `size` of its bytes it is no picture, and said to be cut short. */
static void expect_cut_short(const uint8_t *bytes, size_t size, const char *kind)
{
    Err e = {0};
    char sentence[100];

    snprintf(sentence, sizeof sentence, "made: the %s is cut short: its end is missing after %zu bytes", kind, size);
    assert_null(decode(bytes, size, &e));
    assert_int_equal(e.code, ERR_FORMAT);
    assert_string_equal(e.text, sentence);
}

static void a_file_that_was_cut_short_is_said_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *name, *kind;
        size_t spare; /* bytes at the end that the picture can do without */
    } files[] = {{"s.png", "PNG", 0}, {"s.jpg", "JPEG", 0}, {"s.bmp", "BMP", 0},
                 {"s.ppm", "PNM", 0}, {"s.webp", "WebP", 0}, {"s.tif", "TIFF", 40}};
    Image *im = made(64, 48, 3);
    Writer gif = {0};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        Err e = {0};
        size_t size;
        assert_int_equal(image_save(im, in_folder(files[i].name), &e), 0);
        uint8_t *bytes = file_read(in_folder(files[i].name), FILE_LIMIT, &size, &e);
        size_t cuts[] = {12, 20, size / 2, size - files[i].spare - 20, size - files[i].spare - 1};
        for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++)
            expect_cut_short(bytes, cuts[k], files[i].kind);
        assert_null(decode(bytes, 1, &e));
        assert_string_equal(e.text, "made: 1 byte is too few for a picture");
        free(bytes);
    }
    made_gif(&gif, 24, 18, (int[]){1}, 1);
    size_t cuts[] = {12, 20, gif.size / 2, gif.size - 2};
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++)
        expect_cut_short(gif.bytes, cuts[k], "GIF");
    expect_cut_short((const uint8_t *)"P1 4 2 1 0 1 0 1 0 1", 20, "PNM");
    expect_cut_short((const uint8_t *)"P2 # grey\n4 2 255 9 8", 21, "PNM");
    expect_cut_short((const uint8_t *)"P4 9 9 123456", 13, "PNM");
    expect_cut_short((const uint8_t *)"P7\nWIDTH 4\nHEIGHT 2\nDEPTH 1\nMAXVAL 255\nENDHDR\n123", 49, "PNM");
    writer_free(&gif);
    image_free(im);
}

static void a_pdf_is_said_to_be_one(void **state)
{
    (void)state;
    Err e = {0};

    assert_null(decode((const uint8_t *)"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", 15, &e));
    assert_string_equal(e.text, "made: a PDF is not a picture; pdftoppm makes pictures of its pages");
}

static void a_file_that_is_damaged_is_not_said_to_be_cut_short(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sentence;
        size_t at; /* of the byte that is changed */
    } files[] = {{"q.png", "made: the PNG data is damaged", 60},
                 {"q.jpg", "made: the JPEG header is damaged", 5},
                 {"q.webp", "made: the WebP header is damaged", 13}};
    Image *im = made(64, 48, 3);

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        Err e = {0};
        size_t size;
        assert_int_equal(image_save(im, in_folder(files[i].name), &e), 0);
        uint8_t *bytes = file_read(in_folder(files[i].name), FILE_LIMIT, &size, &e);
        bytes[files[i].at] = 0;
        if (files[i].at == 5)
            bytes[4] = 0; /* a segment shorter than its length */
        assert_null(decode(bytes, size, &e));
        assert_string_equal(e.text, files[i].sentence);
        free(bytes);
    }
    image_free(im);
}

/* ---- kinds of PNG ---- */

static void assert_pixels(const Writer *w, int channels, const uint8_t *pixels, size_t size)
{
    Image *im = decode_well(w);

    assert_int_equal(im->channels, channels);
    assert_int_equal((size_t)im->width * im->height * channels, size);
    assert_memory_equal(im->pixels, pixels, size);
    image_free(im);
}

static void one_bit_and_sixteen_bits_become_eight(void **state)
{
    (void)state;
    Writer bit = {0}, grey = {0}, colour = {0};

    made_png(&bit,
             (MadePng){
                 .width = 3, .height = 2, .bits = 1, .rows = (uint8_t *)"\xa0\x40", .row_size = 1});
    assert_pixels(&bit, 1, (uint8_t *)"\xff\0\xff\0\xff\0", 6);
    made_png(&grey, (MadePng){.width = 2,
                              .height = 1,
                              .bits = 16,
                              .rows = (uint8_t *)"\x12\x34\xfe\xff",
                              .row_size = 4});
    assert_pixels(&grey, 1, (uint8_t *)"\x12\xfe", 2);
    made_png(&colour, (MadePng){.width = 1,
                                .height = 1,
                                .bits = 16,
                                .colour = 2,
                                .rows = (uint8_t *)"\x10\0\x20\0\x30\0",
                                .row_size = 6});
    assert_pixels(&colour, 3, (uint8_t *)"\x10\x20\x30", 3);
    writer_free(&bit), writer_free(&grey), writer_free(&colour);
}

static void a_palette_becomes_its_colours(void **state)
{
    (void)state;
    Writer colour = {0}, grey = {0};

    made_png(&colour, (MadePng){.width = 2,
                                .height = 1,
                                .bits = 8,
                                .colour = 3,
                                .palette = (uint8_t *)"\x01\x02\x03\xf0\xe0\xd0",
                                .palette_size = 6,
                                .rows = (uint8_t *)"\x01\x00",
                                .row_size = 2});
    assert_pixels(&colour, 3, (uint8_t *)"\xf0\xe0\xd0\x01\x02\x03", 6);
    made_png(&grey, (MadePng){.width = 2,
                              .height = 1,
                              .bits = 4,
                              .colour = 3,
                              .palette = (uint8_t *)"\x05\x05\x05\x80\x80\x80",
                              .palette_size = 6,
                              .rows = (uint8_t *)"\x10",
                              .row_size = 1});
    assert_pixels(&grey, 1, (uint8_t *)"\x80\x05", 2);
    writer_free(&colour), writer_free(&grey);
}

static void transparency_shows_white_paper(void **state)
{
    (void)state;
    Writer rgba = {0}, grey = {0}, palette = {0};

    made_png(&rgba, (MadePng){.width = 3,
                              .height = 1,
                              .bits = 8,
                              .colour = 6,
                              .rows = (uint8_t *)"\0\0\0\xff\0\0\0\0\0\0\0\x80",
                              .row_size = 12});
    Image *im = decode_well(&rgba);
    assert_int_equal(im->pixels[0], 0);
    assert_int_equal(im->pixels[3], 255);
    assert_in_range(im->pixels[6], 125, 129);
    image_free(im);

    made_png(&grey, (MadePng){.width = 2,
                              .height = 1,
                              .bits = 8,
                              .colour = 4,
                              .rows = (uint8_t *)"\x20\xff\x20\0",
                              .row_size = 4});
    im = decode_well(&grey);
    assert_int_equal(im->pixels[0], 0x20);
    assert_int_equal(im->pixels[(size_t)im->channels], 255);
    image_free(im);

    made_png(&palette, (MadePng){.width = 2,
                                 .height = 1,
                                 .bits = 8,
                                 .colour = 3,
                                 .palette = (uint8_t *)"\x01\x02\x03\x01\x02\x03",
                                 .palette_size = 6,
                                 .alpha = (uint8_t *)"\0\xff",
                                 .alpha_size = 2,
                                 .rows = (uint8_t *)"\0\x01",
                                 .row_size = 2});
    assert_pixels(&palette, 3, (uint8_t *)"\xff\xff\xff\x01\x02\x03", 6);
    writer_free(&rgba), writer_free(&grey), writer_free(&palette);
}

/* A picture of 4x4 in grey with opacity: what `seen` has an X for is visible, an O is the other grey. */
static Image *see_through(const char *seen, uint8_t x_grey, uint8_t o_grey)
{
    Writer w = {0};
    uint8_t rows[32] = {0};

    for (int i = 0; i < 16; i++) {
        rows[2 * i] = seen[i] == 'O' ? o_grey : x_grey;
        rows[2 * i + 1] = seen[i] == ' ' ? 0 : 255;
    }
    made_png(&w, (MadePng){.width = 4, .height = 4, .bits = 8, .colour = 4, .rows = rows, .row_size = 8});
    Image *im = decode_well(&w);
    writer_free(&w);
    return im;
}

static void light_ink_without_paper_shows_on_black(void **state)
{
    (void)state;
    static const struct {
        const char *seen; /* its first pixel is clear */
        uint8_t x_grey, o_grey, paper;
    } cases[] = {
        {" X   X   X      ", 255, 0, 0},   /* light ink */
        {" X   X   X      ", 140, 0, 0},   /* that would hardly show on white */
        {" X   X   X      ", 20, 0, 255},  /* dark ink */
        {" XXX XXX XXXXXXX", 250, 0, 0},   /* light ink that fills its picture */
        {" XXX XOX XOXXXXX", 250, 9, 255}, /* light paper with something on it */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Image *im = see_through(cases[i].seen, cases[i].x_grey, cases[i].o_grey);

        assert_int_equal(im->pixels[0], cases[i].paper);
        assert_int_equal(im->pixels[im->channels], cases[i].x_grey);
        image_free(im);
    }
}

/* ---- GIF and JPEG ---- */

static void of_an_animation_the_first_frame_is_read(void **state)
{
    (void)state;
    Writer w = {0};

    made_gif(&w, 20, 10, (int[]){1, 2, 3}, 3);
    Image *im = decode_well(&w);
    assert_int_equal(im->width, 20);
    assert_int_equal(im->height, 10);
    for (int i = 0; i < 200; i++)
        assert_memory_equal(im->pixels + 3 * i, "\xff\0\0", 3);
    image_free(im);
    writer_free(&w);
}

/* Bright at the left and dark at the bottom, so that no two orientations look alike. */
static Image *corners(void)
{
    Image *im = image_new(32, 16, 1, NULL);

    for (int y = 0; y < 16; y++)
        for (int x = 0; x < 32; x++)
            im->pixels[y * 32 + x] = x < 16 ? (y < 8 ? 250 : 170) : (y < 8 ? 90 : 10);
    return im;
}

static void a_jpeg_is_turned_as_the_camera_noted(void **state)
{
    (void)state;
    /* the upright picture's corners: top left, top right, bottom left, bottom right */
    static const int expected[9][4] = {{0},
                                       {250, 90, 170, 10},
                                       {90, 250, 10, 170},
                                       {10, 170, 90, 250},
                                       {170, 10, 250, 90},
                                       {250, 170, 90, 10},
                                       {170, 250, 10, 90},
                                       {10, 90, 170, 250},
                                       {90, 10, 250, 170}};
    Err e = {0};
    size_t size;
    Image *im = corners();

    assert_int_equal(image_save(im, in_folder("o.jpg"), &e), 0);
    uint8_t *jpeg = file_read(in_folder("o.jpg"), FILE_LIMIT, &size, &e);
    for (int orientation = 1; orientation <= 8; orientation++) {
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            Writer w = {0};
            made_exif(&w, jpeg, size, orientation, big_endian);
            Image *up = decode_well(&w);
            int right = up->width - 4, bottom = up->height - 4;
            int at[4] = {3 * up->width + 3, 3 * up->width + right, bottom * up->width + 3,
                         bottom * up->width + right};
            assert_int_equal(up->width, orientation < 5 ? 32 : 16);
            for (int k = 0; k < 4; k++)
                assert_in_range(abs(up->pixels[at[k]] - expected[orientation][k]), 0, 12);
            image_free(up);
            writer_free(&w);
        }
    }
    free(jpeg);
    image_free(im);
}

static void an_orientation_that_makes_no_sense_is_ignored(void **state)
{
    (void)state;
    Err e = {0};
    size_t size;
    Image *im = corners();

    assert_int_equal(image_save(im, in_folder("o.jpg"), &e), 0);
    uint8_t *jpeg = file_read(in_folder("o.jpg"), FILE_LIMIT, &size, &e);
    for (int orientation = 0; orientation <= 300; orientation += 9) {
        Writer w = {0};
        made_exif(&w, jpeg, size, orientation == 0 ? 0 : orientation, 0);
        Image *up = decode_well(&w);
        assert_int_equal(up->width, 32);
        image_free(up);
        writer_free(&w);
    }
    free(jpeg);
    image_free(im);
}

/* ---- hostile files ---- */

static void expect_refusal(const uint8_t *bytes, size_t size, ErrCode code)
{
    Err e = {0};

    assert_null(decode(bytes, size, &e));
    assert_int_equal(e.code, code);
    assert_non_null(strstr(e.text, "made: "));
}

static void huge_claims_are_refused_before_decoding(void **state)
{
    (void)state;
    Writer wide = {0}, square = {0}, gif = {0}, bmp = {0};

    made_png_header(&wide, 40000, 10);
    expect_refusal(wide.bytes, wide.size, ERR_LIMIT);
    made_png_header(&square, 29000, 29000);
    expect_refusal(square.bytes, square.size, ERR_LIMIT);
    made_gif(&gif, 4, 4, (int[]){0}, 1);
    memcpy(gif.bytes + 6, "\xff\xff\xff\xff", 4);
    expect_refusal(gif.bytes, gif.size, ERR_LIMIT);
    writer_put(&bmp, "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", 18);
    writer_u32le(&bmp, 29000);
    writer_u32le(&bmp, 29000);
    writer_put(&bmp, "\x01\0\x18\0\0\0\0\0\0\0\0\0", 12);
    expect_refusal(bmp.bytes, bmp.size, ERR_LIMIT);
    expect_refusal((const uint8_t *)"P5 29000 29000 255 xxxx", 23, ERR_LIMIT);
    writer_free(&wide), writer_free(&square), writer_free(&gif), writer_free(&bmp);
}

static void what_is_no_picture_is_refused_in_one_sentence(void **state)
{
    (void)state;
    Err e = {0};

    expect_refusal((const uint8_t *)"", 0, ERR_FORMAT);
    expect_refusal((const uint8_t *)"x", 1, ERR_FORMAT);
    expect_refusal((const uint8_t *)"%PDF-1.4 this is no picture at all", 34, ERR_FORMAT);
    assert_null(image_load(in_folder("nothing.png"), &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.text, "nothing.png"));
}

static void a_jpeg_of_thousands_of_passes_is_refused(void **state)
{
    (void)state;
    Err e = {0};
    size_t size;
    Image *im = made(16, 16, 1);
    Writer w = {0};

    assert_int_equal(image_save(im, in_folder("p.jpg"), &e), 0);
    uint8_t *jpeg = file_read(in_folder("p.jpg"), FILE_LIMIT, &size, &e);
    writer_put(&w, jpeg, size - 2);
    for (int i = 0; i < 5000; i++)
        writer_put(&w, "\xff\xda\0\x08\x01\x01\0\0\x3f\0", 10);
    writer_put(&w, "\xff\xd9", 2);
    expect_refusal(w.bytes, w.size, ERR_LIMIT);
    free(jpeg);
    image_free(im);
    writer_free(&w);
}

/* What is left of a file either gives the picture, because only its end marker was lost, or nothing. */
static void assert_whole_or_refused(const uint8_t *bytes, size_t size, const Image *whole)
{
    Err e = {0};
    Image *im = decode(bytes, size, &e);

    if (im)
        assert_same(im, whole);
    else
        assert_true(e.code == ERR_FORMAT || e.code == ERR_LIMIT);
    image_free(im);
}

static void no_cut_off_file_gives_half_a_picture(void **state)
{
    (void)state;
    static const char *const names[] = {"c.png", "c.jpg", "c.bmp", "c.ppm", "c.tif", "c.webp"};
    Err e = {0};
    Image *im = made(24, 18, 3);
    Writer gif = {0};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size;
        assert_int_equal(image_save(im, in_folder(names[i]), &e), 0);
        uint8_t *bytes = file_read(in_folder(names[i]), FILE_LIMIT, &size, &e);
        Image *whole = decode(bytes, size, &e);
        assert_non_null(whole);
        for (size_t cut = 0; cut < size; cut++)
            assert_whole_or_refused(bytes, cut, whole);
        free(bytes);
        image_free(whole);
    }
    made_gif(&gif, 24, 18, (int[]){1, 2}, 2);
    Image *whole = decode_well(&gif);
    for (size_t cut = 0; cut < gif.size; cut++)
        assert_whole_or_refused(gif.bytes, cut, whole);
    writer_free(&gif);
    image_free(whole);
    image_free(im);
}

/* Each byte wrong in turn: whatever comes out, it is within the limits. */
static void no_wrong_byte_breaks_a_decoder(void **state)
{
    (void)state;
    static const char *const names[] = {"w.png", "w.jpg", "w.bmp", "w.pgm", "w.tif", "w.webp"};
    Err e = {0};
    Image *im = made(12, 10, 1);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size;
        assert_int_equal(image_save(im, in_folder(names[i]), &e), 0);
        uint8_t *bytes = file_read(in_folder(names[i]), FILE_LIMIT, &size, &e);
        for (size_t at = 0; at < size; at++) {
            static const uint8_t wrong[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
            for (size_t k = 0; k < sizeof wrong; k++) {
                uint8_t right = bytes[at];
                bytes[at] = wrong[k];
                Image *back = decode(bytes, size, &e);
                if (back)
                    assert_in_range((size_t)back->width * back->height, 1, IMAGE_PIXEL_LIMIT);
                image_free(back);
                bytes[at] = right;
            }
        }
        free(bytes);
    }
    image_free(im);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_without_loss_is_loaded_again),
        cmocka_unit_test(a_jpeg_comes_back_close),
        cmocka_unit_test(pgm_is_grey_and_ppm_is_colour),
        cmocka_unit_test(an_unknown_ending_is_refused_and_nothing_is_written),
        cmocka_unit_test(a_png_in_memory_is_the_one_of_a_file),
        cmocka_unit_test(a_dash_is_standard_input),
        cmocka_unit_test(damaged_files_are_named_and_nothing_is_printed),
        cmocka_unit_test(a_file_that_was_cut_short_is_said_to_be),
        cmocka_unit_test(a_pdf_is_said_to_be_one),
        cmocka_unit_test(a_file_that_is_damaged_is_not_said_to_be_cut_short),
        cmocka_unit_test(one_bit_and_sixteen_bits_become_eight),
        cmocka_unit_test(a_palette_becomes_its_colours),
        cmocka_unit_test(transparency_shows_white_paper),
        cmocka_unit_test(light_ink_without_paper_shows_on_black),
        cmocka_unit_test(of_an_animation_the_first_frame_is_read),
        cmocka_unit_test(a_jpeg_is_turned_as_the_camera_noted),
        cmocka_unit_test(an_orientation_that_makes_no_sense_is_ignored),
        cmocka_unit_test(huge_claims_are_refused_before_decoding),
        cmocka_unit_test(what_is_no_picture_is_refused_in_one_sentence),
        cmocka_unit_test(a_jpeg_of_thousands_of_passes_is_refused),
        cmocka_unit_test(no_cut_off_file_gives_half_a_picture),
        cmocka_unit_test(no_wrong_byte_breaks_a_decoder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
