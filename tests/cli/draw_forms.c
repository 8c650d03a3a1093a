/* Draws what forms are read from, into a folder: draw_forms FOLDER
 *
 * collect.jpg   the sheet `collect`, filled in by a made-up hand and photographed
 * table.png     three rows and four columns with the digits 1 to 9 and 0, two cells empty */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../read/filled_form.h"
#include "../read/sketched.h"
#include "base/file.h"
#include "image/codec.h"
#include "image/photo.h"
#include "plot/canvas.h"

static int save(Image *im, const char *folder, const char *name, Err *e)
{
    char *path = file_join(folder, name);
    int status = im && path ? image_save(im, path, e) : -1;

    free(path);
    image_free(im);
    return status;
}

static int draw_collect(const Dataset *digits, const char *folder, Err *e)
{
    Layout *l = layout_open("collect", e);
    Fill fill = {.digits = digits, .seed = 3};
    char **meant = NULL;
    Image *sheet = l ? fill_form(l, &fill, &meant, e) : NULL;
    Image *photo = NULL;

    if (sheet)
        photo = photo_take(
            sheet,
            &(PhotoOptions){.seed = 2, .width = 1500, .tilt_deg = 9, .turn_deg = 184, .noise = 2},
            e);
    image_free(sheet);
    fill_free(meant, l);
    layout_free(l);
    return save(photo, folder, "collect.jpg", e);
}

static int draw_table(const Dataset *digits, const char *folder, Err *e)
{
    static const char meant[] = "12 3 4567890";
    Canvas *c = canvas_new(340, 300, e);
    Pen pen = {COLOR_INK, 1, DASH_SOLID};

    for (int i = 0; c && i < 12; i++) {
        uint8_t dark[784];
        int at = 0;
        while (meant[i] != ' ' && digits->labels[at] != meant[i] - '0')
            at++;
        for (int k = 0; k < 784; k++)
            dark[k] = (uint8_t)(255 - 0.85 * digits->pixels[784 * at + k]);
        Box cell = {50 + i % 4 * 60, 60 + i / 4 * 60, 60, 60},
            inner = {cell.x + 5, cell.y + 5, 50, 50};
        if (meant[i] != ' ')
            canvas_image(c, inner, &(Image){28, 28, 1, dark});
        canvas_rect(c, cell, COLOR_NONE, pen);
    }
    Image *im = c ? canvas_render(c, 3, e) : NULL;
    canvas_free(c);
    return save(im, folder, "table.png", e);
}

int main(int argc, char **argv)
{
    Err e = {0};
    Dataset *digits = sketched_digits(12);

    if (argc != 2)
        return 2;
    int status = digits ? file_make_folder(argv[1], &e) : -1;
    if (!status)
        status = draw_collect(digits, argv[1], &e);
    if (!status)
        status = draw_table(digits, argv[1], &e);
    if (status)
        fprintf(stderr, "draw_forms: %s\n", e.text);
    dataset_free(digits);
    return status ? 1 : 0;
}
