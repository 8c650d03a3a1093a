/* scrawl redraw IMAGE -o OUT: handwritten digits become typeset ones. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/parallel.h"
#include "cli/progress.h"
#include "image/codec.h"
#include "read/redrawer.h"

typedef struct Values {
    bool single, beside;
    const char *output, *clean, *font, *model;
    int height, threads;
} Values;

static const Option options[] = {
    {"output", 'o', OPTION_TEXT, "OUT",
     "the redrawn picture; .svg: the digits as outlines; of a folder, a folder",
     offsetof(Values, output), 0, 0},
    {"side-by-side", 0, OPTION_FLAG, NULL,
     "the picture, what the net draws and, with --font, the type", offsetof(Values, beside), 0, 0},
    {"clean", 0, OPTION_MAYBE, "seed",
     "make what the net draws crisp, its edges smooth; seed: black and\nwhite by a threshold, with "
     "stair-steps",
     offsetof(Values, clean), 0, 0},
    {"font", 0, OPTION_TEXT, "FONT",
     "set the digits that are read in this font file or family\ninstead, sharp at any size; an "
     ".svg without it: in Times New Roman",
     offsetof(Values, font), 0, 0},
    {"height", 0, OPTION_INT, "PX", "of the copy; default: the picture's", offsetof(Values, height),
     1, IMAGE_SIDE_LIMIT},
    {"single", '1', OPTION_FLAG, NULL, "the whole picture is one digit, as a small one always is",
     offsetof(Values, single), 0, 0},
    {"model", 'm', OPTION_TEXT, "MODEL", "a model that ships or a file; default: " REDRAWER_DEFAULT,
     offsetof(Values, model), 0, 0},
    {"threads", 't', OPTION_INT, "N", "default: all cores", offsetof(Values, threads), 0,
     TEAM_LIMIT},
    {0},
};

typedef struct Work {
    const Values *values;
    Redrawer *redrawer;
    Typeface *face; /* NULL: what the net draws */
} Work;

static Crisp crisp_of(const Values *v)
{
    return !v->clean ? CRISP_NONE : *v->clean ? CRISP_STEPS : CRISP_SMOOTH;
}

static bool is_svg(const char *path)
{
    return !strcasecmp(file_ending(path), "svg");
}

/* ---- one picture ---- */

static int save_svg(const Work *w, const Redrawn *page, const char *out, Err *e)
{
    char *svg = redrawn_svg(page, w->face, e);
    int status = svg ? file_write(out, svg, strlen(svg), e) : -(int)ERR_MEMORY;

    free(svg);
    return status;
}

static int save_beside(const Image *im, const Image *drawn, const Image *typeset, const char *out,
                       Err *e)
{
    const Image *copies[] = {drawn, typeset};
    Image *sheet = redrawn_beside(im, copies, typeset ? 2 : 1, e);
    int status = sheet ? image_save(sheet, out, e) : -(int)ERR_MEMORY;

    image_free(sheet);
    return status;
}

static int save_picture(const Work *w, const Image *im, const Redrawn *page, const char *out,
                        Err *e)
{
    const Values *v = w->values;
    RedrawLook drawn = {.crisp = crisp_of(v), .height_px = v->height}, typeset = drawn;
    Image *a = NULL, *b = NULL;
    int status = 0;

    typeset.face = w->face;
    if (!w->face || v->beside)
        status = (a = redrawn_picture(page, &drawn, e)) ? 0 : -(int)ERR_MEMORY;
    if (!status && w->face)
        status = (b = redrawn_picture(page, &typeset, e)) ? 0 : -(int)ERR_MEMORY;
    if (!status)
        status = v->beside ? save_beside(im, a, b, out, e) : image_save(b ? b : a, out, e);
    image_free(a);
    image_free(b);
    return status;
}

static int redraw(const Work *w, const char *in, const char *out, Err *e)
{
    Image *im = image_load(in, e);
    Redrawn *page = im ? redrawer_redraw(w->redrawer, im, w->values->single, e) : NULL;
    int status = page ? 0 : -(int)ERR_IO;

    if (im && !page)
        err_prefix(e, "%s", in);
    if (page && w->face)
        status = redrawn_arrange(page, w->face, e);
    if (page && !status)
        status = is_svg(out) ? save_svg(w, page, out, e) : save_picture(w, im, page, out, e);
    redrawn_free(page);
    image_free(im);
    return status;
}

/* ---- a folder ---- */

static bool is_picture(const char *name)
{
    static const char *const endings[] = {"png", "jpg", "jpeg", "gif", "bmp",  "pgm",
                                          "ppm", "pnm", "pbm",  "tif", "tiff", "webp"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (!strcasecmp(file_ending(name), endings[i]))
            return true;
    return false;
}

static int stem_length(const char *name)
{
    return (int)(strlen(name) - strlen(file_ending(name)) - 1);
}

static bool is_same_stem(const char *a, const char *b)
{
    return stem_length(a) == stem_length(b) && !strncmp(a, b, (size_t)stem_length(a));
}

/* A picture of the folder as a PNG of the same name in the other. */
static int redraw_member(const Work *w, const char *in_folder, const char *name,
                         const char *out_folder, Err *e)
{
    char *in = file_join(in_folder, name), *base = NULL, *out = NULL;
    int status;

    if (asprintf(&base, "%.*s.png", stem_length(name), name) < 0)
        base = NULL;
    out = base ? file_join(out_folder, base) : NULL;
    status = in && out ? redraw(w, in, out, e) : err_set(e, ERR_MEMORY, "no memory for a path");
    free(in);
    free(base);
    free(out);
    return status;
}

/* A picture that cannot be redrawn does not keep the others from it. */
static int redraw_folder(const Work *w, const char *in, const char *out)
{
    Err e = {0};
    size_t count, pictures = 0, last = 0;
    char **names = file_list(in, &count, &e);
    bool ready = names && !file_make_folder(out, &e);
    int status = ready ? STATUS_DONE : refuse("%s", e.text);
    Progress progress = progress_start();
    Watch watch = progress_watch(&progress, "redrawing pictures");

    for (size_t i = 0; ready && i < count; i++) {
        watch_tell(&watch, i, count);
        if (!is_picture(names[i]))
            continue;
        bool taken = pictures++ && is_same_stem(names[last], names[i]);

        if (taken ? err_set(&e, ERR_ARGUMENT, "%s/%s: its copy would replace that of %s", in,
                            names[i], names[last])
                  : redraw_member(w, in, names[i], out, &e)) {
            progress_end(&progress);
            status = refuse("%s", e.text);
        }
        last = i;
    }
    progress_end(&progress);
    if (!status && !pictures)
        status = refuse("%s: no picture is in this folder", in);
    free(names);
    return status;
}

/* ---- the verb ---- */

static int run_work(Work *w, const char *in, Err *e)
{
    const Values *v = w->values;
    bool folder = file_is_folder(in);

    if (folder && file_is_same(in, v->output))
        return refuse("%s: the copies would replace the pictures; -o wants another folder", in);
    if (!folder && !is_svg(v->output) && !image_can_save(v->output))
        return refuse("%s: the name has to end in .svg, " IMAGE_ENDINGS, v->output);
    if (v->font || is_svg(v->output)) {
        w->face = typeface_open(v->font, e);
        if (!w->face)
            return refuse("%s", e->text);
    }
    if (v->font && typeface_stands_in(w->face))
        warn("there is no font '%s' here; %s stands for it", v->font, typeface_name(w->face));
    w->redrawer = redrawer_new(v->model, v->threads, e);
    if (!w->redrawer)
        return refuse("%s", e->text);
    if (folder)
        return redraw_folder(w, in, v->output);
    return redraw(w, in, v->output, e) ? refuse("%s", e->text) : STATUS_DONE;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {0};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    if (!v.output)
        return usage_error(verb, "it wants -o OUT");
    if (is_svg(v.output) && (v.beside || v.clean || v.height))
        return usage_error(
            verb,
            "an .svg holds outlines: neither --side-by-side, --clean nor --height go with it");
    if (v.font && v.clean && !v.beside)
        return usage_error(verb, "--clean is of what the net draws, which --font replaces");
    Work w = {.values = &v};

    status = run_work(&w, args.list[0], &e);
    typeface_free(w.face);
    redrawer_free(w.redrawer);
    return status;
}

const Verb verb_redraw = {
    .name = "redraw",
    .arguments = "IMAGE|FOLDER",
    .about = "handwritten digits become typeset ones",
    .more = "Every digit of the picture is redrawn at its place and in its size, black on white. "
            "What is no digit is\n"
            "left out; where the net draws another digit than is read in the context, what is read "
            "stands. A picture of\n"
            "at most 64 pixels a side is one digit: its copy is the net's own 28x28. Of a folder, "
            "each picture becomes\n"
            "a PNG of the same name in OUT.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
