/* scrawl: reads handwritten digits.
 *
 *     scrawl_error error;
 *     scrawl_reader *reader = scrawl_reader_new(NULL, 0, &error);
 *     scrawl_reading *page = scrawl_read_file(reader, "photo.jpg", 0, &error);
 *     for (int i = 0; page && i < page->line_count; i++)
 *         puts(page->lines[i].text);
 *
 * Link with `pkg-config --cflags --libs scrawl`. The models are part of the library: no file is needed.
 * A function that fails returns NULL or a negative number and puts one sentence into `error` (which may be NULL). The
 * library never prints and never exits. A reader serves one thread at a time; several readers are independent. */
#ifndef SCRAWL_H
#define SCRAWL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCRAWL_API __attribute__((visibility("default")))

typedef struct scrawl_error {
    char text[512]; /* one sentence, good enough to show */
} scrawl_error;

typedef struct scrawl_reader scrawl_reader;

typedef struct scrawl_digit {
    int x, y, width, height; /* the box of its ink in pixels of the picture, which is upright (see scrawl_reading);
                                of a line that was turned level, the upright box round that */
    int digit;               /* 0..9, or -1: scrawl does not know */
    double probability;      /* of the likeliest digit, refused or not */
} scrawl_digit;

typedef struct scrawl_line {
    const char *text; /* "1247"; "?" for a digit that is refused */
    const scrawl_digit *digits;
    int count;
} scrawl_line;

typedef struct scrawl_reading {
    int width, height; /* of the picture in pixels, turned upright where the camera noted how it was held */
    const scrawl_line *lines;
    int line_count; /* 0 for a picture without writing, which is no error */
} scrawl_reading;

enum {
    SCRAWL_SINGLE = 1 /* the whole picture is one digit */
};

/* model: a name that ships ("lenet"), the path of a .safetensors file, or NULL for the best that ships.
 * threads: 0 for all cores. Free with scrawl_reader_free. */
SCRAWL_API scrawl_reader *scrawl_reader_new(const char *model, int threads, scrawl_error *error);
SCRAWL_API void scrawl_reader_free(scrawl_reader *reader);

/* Reads a picture file (PNG, JPEG, TIFF, GIF, WebP, BMP, PNM; HEIC and AVIF with libheif) or the bytes of one; of several pages
 * or frames the first. Free with scrawl_reading_free. */
SCRAWL_API scrawl_reading *scrawl_read_file(scrawl_reader *reader, const char *path, unsigned flags,
                                            scrawl_error *error);
SCRAWL_API scrawl_reading *scrawl_read_bytes(scrawl_reader *reader, const void *bytes, size_t size, unsigned flags,
                                             scrawl_error *error);

/* Reads pixels in memory: rows of width * channels bytes, `stride` bytes apart; 1 channel (grey) or 3 (RGB). */
SCRAWL_API scrawl_reading *scrawl_read_pixels(scrawl_reader *reader, const uint8_t *pixels, int width, int height,
                                              int channels, size_t stride, unsigned flags, scrawl_error *error);
SCRAWL_API void scrawl_reading_free(scrawl_reading *reading);

/* The ten digits' probabilities of one ready 28x28 picture as MNIST has it (light ink on 0, digit centred). What is
 * missing to a sum of 1 is the probability that it is no digit. Cannot fail. */
SCRAWL_API void scrawl_classify(scrawl_reader *reader, const uint8_t pixels[784], double probabilities[10]);

/* "0.1.0" */
SCRAWL_API const char *scrawl_version(void);

#ifdef __cplusplus
}
#endif

#endif
