#include "page.h"

#include <gif_lib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "plot/animation.h"
#include "plot/grid.h"

typedef struct Bytes {
    const uint8_t *at;
    size_t left;
} Bytes;

static int feed(GifFileType *gif, GifByteType *to, int size)
{
    Bytes *b = gif->UserData;
    size_t n = (size_t)size < b->left ? (size_t)size : b->left;

    memcpy(to, b->at, n);
    b->at += n;
    b->left -= n;
    return (int)n;
}

/* Reads a GIF back with giflib. */
static GifFileType *read_back(const uint8_t *bytes, size_t size)
{
    Bytes b = {bytes, size};
    int code = 0;
    GifFileType *gif = DGifOpen(&b, feed, &code);

    assert_non_null(gif);
    assert_int_equal(DGifSlurp(gif), GIF_OK);
    return gif;
}

static GifColorType pixel(const GifFileType *gif, int frame, int at)
{
    return gif->SColorMap->Colors[gif->SavedImages[frame].RasterBits[at]];
}

static void test_grey_frames_come_back_exactly(void **state)
{
    static uint8_t pixels[20][784];
    Image frames[20];
    size_t size = 0;

    (void)state;
    for (int f = 0; f < 20; f++) {
        for (int i = 0; i < 784; i++)
            pixels[f][i] = (uint8_t)(i * 7 + f * 31);
        frames[f] = (Image){28, 28, 1, pixels[f]};
    }
    uint8_t *bytes = animation_encode(frames, 20, 80, &size, NULL);
    assert_non_null(bytes);
    GifFileType *gif = read_back(bytes, size);
    assert_int_equal(gif->ImageCount, 20);
    assert_int_equal(gif->SWidth, 28);
    assert_int_equal(gif->SHeight, 28);
    for (int f = 0; f < 20; f++) {
        GraphicsControlBlock control;
        assert_int_equal(DGifSavedExtensionToGCB(gif, f, &control), GIF_OK);
        assert_int_equal(control.DelayTime, f < 19 ? 8 : 200);
        for (int i = 0; i < 784; i++)
            assert_int_equal(pixel(gif, f, i).Green, pixels[f][i]);
    }
    assert_non_null(memmem(bytes, size, "NETSCAPE2.0\x03\x01\x00\x00", 15)); /* for ever */
    DGifCloseFile(gif, NULL);
    free(bytes);
}

static void test_many_colours_come_back_nearly(void **state)
{
    enum { SIDE = 64 };
    static uint8_t pixels[SIDE * SIDE * 3];
    Image frame = {SIDE, SIDE, 3, pixels};
    size_t size = 0;

    (void)state;
    for (int i = 0; i < SIDE * SIDE; i++) {
        pixels[3 * i] = (uint8_t)(i % SIDE * 4);
        pixels[3 * i + 1] = (uint8_t)(i / SIDE * 4);
        pixels[3 * i + 2] = (uint8_t)(255 - i % SIDE * 4);
    }
    uint8_t *bytes = animation_encode(&frame, 1, 0, &size, NULL);
    GifFileType *gif = read_back(bytes, size);
    for (int i = 0; i < SIDE * SIDE; i++) {
        GifColorType c = pixel(gif, 0, i);
        assert_in_range(abs(c.Red - pixels[3 * i]), 0,
                        34); /* half a step of the cube, and rounding */
        assert_in_range(abs(c.Green - pixels[3 * i + 1]), 0, 34);
        assert_in_range(abs(c.Blue - pixels[3 * i + 2]), 0, 34);
    }
    DGifCloseFile(gif, NULL);
    free(bytes);
}

static void test_sheets_become_frames(void **state)
{
    uint8_t picture[784] = {0};
    Image image = {28, 28, 1, picture}, frames[3];
    char path[] = "/tmp/scrawl-test-XXXXXX", file[64];
    Image *rendered[3];
    struct stat info;
    size_t size;

    (void)state;
    assert_non_null(mkdtemp(path));
    for (int i = 0; i < 3; i++) {
        picture[i] = 255;
        Canvas *c = plot_sheet(&(Sheet){.title = "epoch", .images = &image, .count = 1}, NULL);
        rendered[i] = canvas_render(c, 2, NULL);
        frames[i] = *rendered[i];
        canvas_free(c);
    }
    snprintf(file, sizeof file, "%s/a.gif", path);
    assert_int_equal(animation_save(file, frames, 3, 100, NULL), 0);
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_mode & 0444,
                     0444); /* giflib by itself would let only the owner read */
    uint8_t *bytes = file_read(file, FILE_LIMIT, &size, NULL);
    GifFileType *gif = read_back(bytes, size);
    assert_int_equal(gif->ImageCount, 3);
    DGifCloseFile(gif, NULL);
    size_t again_size;
    uint8_t *again = animation_encode(frames, 3, 100, &again_size, NULL);
    assert_int_equal(again_size, size);
    assert_memory_equal(again, bytes, size);
    free(again);
    free(bytes);
    for (int i = 0; i < 3; i++)
        image_free(rendered[i]);
    assert_int_equal(file_remove_tree(path, NULL), 0);
}

static void test_frames_that_do_not_match_are_refused(void **state)
{
    uint8_t pixels[4] = {0};
    Image frames[] = {{2, 2, 1, pixels}, {2, 1, 1, pixels}};
    Err e = {0};
    size_t size;

    (void)state;
    assert_null(animation_encode(frames, 2, 100, &size, &e));
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_non_null(strstr(e.text, "2 x 1"));
    assert_null(animation_encode(frames, 0, 100, &size, &e));
    assert_int_equal(animation_save("/no/such/folder/a.gif", frames, 1, 100, &e), -ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grey_frames_come_back_exactly),
        cmocka_unit_test(test_many_colours_come_back_nearly),
        cmocka_unit_test(test_sheets_become_frames),
        cmocka_unit_test(test_frames_that_do_not_match_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
