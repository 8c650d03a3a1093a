#include "data/strings_set.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/file.h"
#include "image/codec.h"

enum {
    MARGIN = 6,
    WIDTH = 320,
    PAPER = 235,
    INK = 205 /* grey steps that full ink lies below it */
};

/* The columns that hold ink. */
static void find_ink(const uint8_t *strip, int *first, int *end)
{
    *first = WIDTH;
    *end = 0;
    for (int y = 0; y < STRING_HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            if (strip[y * WIDTH + x]) {
                *first = x < *first ? x : *first;
                *end = x + 1 > *end ? x + 1 : *end;
            }
}

/* The picture of a strip; NULL without memory. */
static Image *on_paper(const uint8_t *strip, Err *e)
{
    int first, end;
    Image *im;

    find_ink(strip, &first, &end);
    if (first >= end)
        first = 0, end = STRING_HEIGHT;
    im = image_new(end - first + 2 * MARGIN, STRING_HEIGHT + 2 * MARGIN, 1, e);
    for (int y = 0; im && y < im->height; y++)
        for (int x = 0; x < im->width; x++) {
            int row = y - MARGIN, column = x - MARGIN + first;
            bool inside = row >= 0 && row < STRING_HEIGHT && column >= first && column < end;
            int ink = inside ? strip[row * WIDTH + column] : 0;

            im->pixels[y * im->width + x] = (uint8_t)(PAPER - ink * INK / 255);
        }
    return im;
}

Image *strings_picture(const Strings *s, uint64_t index, char label[STRING_DIGITS + 1], Err *e)
{
    uint8_t strip[STRING_HEIGHT * WIDTH], digits[STRING_DIGITS];
    int length = strings_make(s, index, WIDTH, strip, digits);

    for (int k = 0; k < length; k++)
        label[k] = (char)('0' + digits[k]);
    label[length] = '\0';
    return on_paper(strip, e);
}

/* Adds 1 to *saved, but for a string without a digit. */
static int save_one(const Strings *s, int index, const char *folder, Writer *csv, int *saved, Err *e)
{
    char name[32], label[STRING_DIGITS + 1];
    Image *im = strings_picture(s, (uint64_t)index, label, e);
    char *path;
    int status;

    snprintf(name, sizeof name, "%05d.png", index);
    path = im ? file_join(folder, name) : NULL;
    status = path ? 0 : err_set(e, ERR_MEMORY, "no memory for %s", name);
    if (!status && *label) {
        writer_text(csv, "%s,%s\n", name, label);
        status = image_save(im, path, e);
        ++*saved;
    }
    free(path);
    image_free(im);
    return status;
}

int strings_save(const Strings *s, int count, const char *folder, Err *e)
{
    Writer csv = {0};
    int status = file_make_folder(folder, e), saved = 0;
    char *path;

    writer_text(&csv, "path,label\n");
    for (int i = 0; !status && saved < count; i++)
        status = save_one(s, i, folder, &csv, &saved, e);
    path = status ? NULL : file_join(folder, "labels.csv");
    if (!status && (!path || csv.failed))
        status = err_set(e, ERR_MEMORY, "%s: no memory for the labels", folder);
    if (!status)
        status = file_write(path, csv.bytes, csv.size, e);
    free(path);
    writer_free(&csv);
    return status;
}
