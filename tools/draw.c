/* Draws the pictures of examples/, which the demo and the tests read, into a folder.
 *
 *     draw FOLDER */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "image/codec.h"
#include "image/sketch.h"

typedef struct Drawing {
    const char *name, *text;
    SketchOptions how;
} Drawing;

static const Drawing drawings[] = {
    {"number.png", "20611", {.seed = 2, .noise = 2, .height_px = 40}},
    {"page.jpg",
     "0123456789\n2026 1121 0906\n42 5628 3360",
     {.seed = 1, .ruled = true, .shadow = 0.6f, .noise = 4, .blur_px = 0.7f, .ink = {20, 30, 120}, .height_px = 60}},
    {"chalk.png", "98765", {.seed = 7, .on_black = true, .height_px = 40}},
    {"digit.png", "5", {.seed = 4, .noise = 3, .height_px = 60, .ink = {150, 20, 20}}},
};

static int draw(const char *folder, const Drawing *d, Err *e)
{
    char *path = file_join(folder, d->name);
    Image *im = path ? sketch_text(d->text, &d->how, e) : NULL;
    int status = im ? image_save(im, path, e) : -(int)ERR_MEMORY;

    image_free(im);
    free(path);
    return status;
}

int main(int argc, char **argv)
{
    Err e = {0};

    if (argc != 2) {
        fprintf(stderr, "draw FOLDER\n");
        return 2;
    }
    int status = file_make_folder(argv[1], &e);

    for (size_t i = 0; !status && i < sizeof drawings / sizeof *drawings; i++)
        status = draw(argv[1], &drawings[i], &e);
    if (status)
        fprintf(stderr, "draw: %s\n", e.text);
    return status ? 1 : 0;
}
