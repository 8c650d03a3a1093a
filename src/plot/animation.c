/* Animated GIFs: the one file that knows giflib. GIF89a, CompuServe 1990; the loop is Netscape's
 * application block. */
#include "plot/animation.h"

#include <gif_lib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"

enum { COLORS = 256, HOLD_CS = 200, CUBE = 6, GREYS = 40, SLOTS = 4096 };

/* ---- the palette ---- */

typedef struct Palette {
    GifColorType colors[COLORS];
    int count;
    bool exact;
    uint8_t slots[SLOTS]; /* exact: where a colour with this hash was found last */
    uint8_t *nearest;     /* of each colour of 6 bits a channel, when not exact */
} Palette;

static GifColorType color_at(const Image *im, size_t i)
{
    const uint8_t *p = im->pixels + i * im->channels;

    return im->channels == 1 ? (GifColorType){p[0], p[0], p[0]} : (GifColorType){p[0], p[1], p[2]};
}

static bool same(GifColorType a, GifColorType b)
{
    return a.Red == b.Red && a.Green == b.Green && a.Blue == b.Blue;
}

/* The index of a colour in an exact palette; -1 when it is not there. */
static int find(Palette *p, GifColorType c)
{
    uint8_t *slot = &p->slots[(c.Red * 7 + c.Green * 61 + c.Blue * 541) % SLOTS];

    if (*slot < p->count && same(p->colors[*slot], c))
        return *slot;
    for (int i = 0; i < p->count; i++)
        if (same(p->colors[i], c)) {
            *slot = (uint8_t)i;
            return i;
        }
    return -1;
}

/* Gathers all colours of all frames; false when they are more than a GIF has. */
static bool gather(Palette *p, const Image *frames, int count)
{
    size_t size = (size_t)frames[0].width * frames[0].height;

    p->exact = true;
    for (int f = 0; f < count; f++)
        for (size_t i = 0; i < size; i++) {
            GifColorType c = color_at(&frames[f], i);
            if (find(p, c) >= 0)
                continue;
            if (p->count == COLORS)
                return false;
            p->colors[p->count++] = c;
        }
    return true;
}

static int distance(GifColorType a, GifColorType b)
{
    int r = a.Red - b.Red, g = a.Green - b.Green, bl = a.Blue - b.Blue;

    return r * r + g * g + bl * bl;
}

/* A cube of colours and a ramp of greys, which sheets of digits need most. */
static void fill_cube(Palette *p)
{
    p->exact = false;
    p->count = 0;
    for (int i = 0; i < CUBE * CUBE * CUBE; i++)
        p->colors[p->count++] = (GifColorType){
            (GifByteType)(i / 36 * 51), (GifByteType)(i / 6 % 6 * 51), (GifByteType)(i % 6 * 51)};
    for (int i = 0; i < GREYS; i++)
        p->colors[p->count++] = (GifColorType){(GifByteType)((2 * i + 1) * 255 / (2 * GREYS)),
                                               (GifByteType)((2 * i + 1) * 255 / (2 * GREYS)),
                                               (GifByteType)((2 * i + 1) * 255 / (2 * GREYS))};
}

static uint8_t closest(const Palette *p, GifColorType c)
{
    int best = 0;

    for (int i = 1; i < p->count; i++)
        if (distance(p->colors[i], c) < distance(p->colors[best], c))
            best = i;
    return (uint8_t)best;
}

/* The nearest entry for each colour of 6 bits a channel, so that a pixel costs a look-up. */
static bool fill_nearest(Palette *p)
{
    p->nearest = malloc((size_t)1 << 18);
    if (!p->nearest)
        return false;
    for (int i = 0; i < 1 << 18; i++) {
        int r = i >> 12, g = i >> 6 & 63, b = i & 63;
        p->nearest[i] = closest(p, (GifColorType){(GifByteType)(r << 2 | r >> 4),
                                                  (GifByteType)(g << 2 | g >> 4),
                                                  (GifByteType)(b << 2 | b >> 4)});
    }
    return true;
}

static int palette_index(Palette *p, GifColorType c)
{
    if (p->exact)
        return find(p, c);
    return p->nearest[c.Red >> 2 << 12 | c.Green >> 2 << 6 | c.Blue >> 2];
}

/* ---- writing ---- */

static int put(GifFileType *gif, const GifByteType *bytes, int size)
{
    Writer *w = gif->UserData;

    writer_put(w, bytes, (size_t)size);
    return w->failed ? 0 : size;
}

static bool put_loop(GifFileType *gif)
{
    static const unsigned char for_ever[] = {1, 0, 0};

    return EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
           EGifPutExtensionBlock(gif, 11, "NETSCAPE2.0") == GIF_OK &&
           EGifPutExtensionBlock(gif, sizeof for_ever, for_ever) == GIF_OK &&
           EGifPutExtensionTrailer(gif) == GIF_OK;
}

static bool put_frame(GifFileType *gif, Palette *p, const Image *im, int delay_cs, GifByteType *row)
{
    GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                    .DelayTime = delay_cs,
                                    .TransparentColor = NO_TRANSPARENT_COLOR};
    GifByteType packed[4];

    EGifGCBToExtension(&control, packed);
    if (EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, sizeof packed, packed) != GIF_OK ||
        EGifPutImageDesc(gif, 0, 0, im->width, im->height, false, NULL) != GIF_OK)
        return false;
    for (int y = 0; y < im->height; y++) {
        for (int x = 0; x < im->width; x++)
            row[x] = (GifByteType)palette_index(p, color_at(im, (size_t)y * im->width + x));
        if (EGifPutLine(gif, row, im->width) != GIF_OK)
            return false;
    }
    return true;
}

static bool put_all(GifFileType *gif, Palette *p, const Image *frames, int count, int delay_cs)
{
    ColorMapObject *map = GifMakeMapObject(COLORS, NULL);
    GifByteType *row = malloc((size_t)frames[0].width);
    bool fine = false;

    if (!map || !row)
        goto done;
    memset(map->Colors, 0, COLORS * sizeof *map->Colors);
    memcpy(map->Colors, p->colors, (size_t)p->count * sizeof *map->Colors);
    EGifSetGifVersion(gif, true);
    fine = EGifPutScreenDesc(gif, frames[0].width, frames[0].height, 8, 0, map) == GIF_OK &&
           put_loop(gif);
    for (int i = 0; fine && i < count; i++)
        fine = put_frame(gif, p, &frames[i], i == count - 1 ? HOLD_CS : delay_cs, row);
done:
    GifFreeMapObject(map);
    free(row);
    return fine;
}

static int check(const Image *frames, int count, Err *e)
{
    if (count < 1)
        return err_set(e, ERR_ARGUMENT, "an animation needs at least one frame, and there is none");
    for (int i = 0; i < count; i++)
        if (frames[i].width != frames[0].width || frames[i].height != frames[0].height)
            return err_set(
                e, ERR_ARGUMENT, "frame %d of an animation is %d x %d pixels, the first is %d x %d",
                i + 1, frames[i].width, frames[i].height, frames[0].width, frames[0].height);
    return 0;
}

uint8_t *animation_encode(const Image *frames, int count, int delay_ms, size_t *size, Err *e)
{
    Palette palette = {0};
    Writer w = {0};
    int delay_cs = delay_ms < 20 ? 2 : delay_ms < 655350 ? (delay_ms + 5) / 10 : 65535, code;
    bool fine = false;

    if (check(frames, count, e))
        return NULL;
    if (!gather(&palette, frames, count)) {
        fill_cube(&palette);
        if (!fill_nearest(&palette))
            goto done;
    }
    GifFileType *gif = EGifOpen(&w, put, &code);
    if (!gif)
        goto done;
    fine = put_all(gif, &palette, frames, count, delay_cs);
    fine = EGifCloseFile(gif, &code) == GIF_OK && fine && !w.failed;
done:
    free(palette.nearest);
    if (!fine) {
        writer_free(&w);
        err_set(e, ERR_MEMORY, "no memory for an animation of %d frames", count);
        return NULL;
    }
    *size = w.size;
    return w.bytes;
}

int animation_save(const char *path, const Image *frames, int count, int delay_ms, Err *e)
{
    size_t size = 0;
    uint8_t *bytes = animation_encode(frames, count, delay_ms, &size, e);

    if (!bytes)
        return err_prefix(e, "%s", path);
    int failed = file_write(path, bytes, size, e);
    free(bytes);
    return failed;
}
