#include "read/layout_place.h"

#include <math.h>

static const double rim = 3;         /* mm that printers cannot print on */
static const double quiet = 2;       /* mm of paper around a marker */
static const double code_side = 2.5; /* mm; smaller where the sheet is narrow */
static const double code_least = 1.2;
static const double code_quiet = 4; /* mm between the code and the markers beside it */

/* ---- places ---- */

int field_items(const Field *f)
{
    return f->kind == FIELD_BUBBLES ? 10 * f->count : f->count;
}

Area field_item(const Field *f, int index)
{
    double across = index, down = 0;

    if (f->kind == FIELD_BUBBLES) {
        across = index / 10;
        down = index % 10;
    } else if (f->down) {
        across = 0;
        down = index;
    }
    return (Area){f->x + across * f->step, f->y + down * f->step_down, f->width, f->height};
}

Area field_area(const Field *f)
{
    Area first = field_item(f, 0), last = field_item(f, field_items(f) - 1);

    return (Area){first.x, first.y, last.x + last.width - first.x, last.y + last.height - first.y};
}

Area layout_marker(const Layout *l, int corner)
{
    bool right = corner == 1 || corner == 2, low = corner >= 2;

    return (Area){right ? l->width - l->margin - l->marker : l->margin,
                  low ? l->height - l->margin - l->marker : l->margin, l->marker, l->marker};
}

static double code_square(const Layout *l)
{
    double room = l->width - 2 * (l->margin + l->marker + code_quiet);

    return fmin(code_side, room / LAYOUT_CODE_BITS);
}

Area layout_code_square(const Layout *l, int bit)
{
    double side = code_square(l), middle = l->height - l->margin - l->marker / 2;

    return (Area){l->width / 2 + (bit - LAYOUT_CODE_BITS / 2) * side, middle - side / 2, side,
                  side};
}

/* ---- the code ---- */

/* FNV-1a over hundredths of a millimetre. */
static uint64_t mix(uint64_t hash, double value)
{
    int64_t number = llround(value * 100);

    for (int i = 0; i < 8; i++)
        hash = (hash ^ ((uint64_t)number >> (8 * i) & 255)) * 0x100000001B3u;
    return hash;
}

uint32_t layout_code(const Layout *l)
{
    uint64_t hash = 0xCBF29CE484222325u;

    hash = mix(mix(mix(mix(hash, l->width), l->height), l->marker), l->margin);
    for (int i = 0; i < l->field_count; i++) {
        const Field *f = &l->fields[i];
        Area last = field_item(f, field_items(f) - 1);
        hash = mix(mix(mix(hash, (double)f->kind), f->count), f->x);
        hash = mix(mix(mix(mix(hash, f->y), f->width), last.x), last.y);
    }
    return (uint32_t)(hash ^ hash >> 24 ^ hash >> 48) & ((1u << LAYOUT_CODE_BITS) - 1);
}

/* ---- checks ---- */

static bool meet(Area a, Area b, double distance)
{
    return a.x < b.x + b.width + distance && b.x < a.x + a.width + distance &&
           a.y < b.y + b.height + distance && b.y < a.y + a.height + distance;
}

static int check_sheet(const Layout *l, Err *e)
{
    if (!(l->width >= 50 && l->width <= 1500 && l->height >= 50 && l->height <= 1500))
        return err_set(e, ERR_ARGUMENT, "a sheet of %.10g x %.10g mm; possible is 50 to 1500",
                       l->width, l->height);
    if (!(l->marker >= 5 && l->marker <= 50))
        return err_set(e, ERR_ARGUMENT, "corner markers of %.10g mm; possible is 5 to 50",
                       l->marker);
    if (!(l->margin >= rim && l->margin <= 100))
        return err_set(e, ERR_ARGUMENT, "a margin of %.10g mm; possible is %g to 100", l->margin,
                       rim);
    if (!(code_square(l) >= code_least) || 3 * l->marker + 2 * l->margin > l->height)
        return err_set(e, ERR_ARGUMENT,
                       "a sheet of %.10g x %.10g mm is too small for corner markers of %.10g mm "
                       "and what stands "
                       "between them",
                       l->width, l->height, l->marker);
    return 0;
}

/* The items lie on a grid, so the first and the last tell where all are. */
static int check_rim(const Layout *l, const Field *f, Err *e)
{
    Area a = field_area(f);

    if (!(a.x >= rim && a.y >= rim))
        return err_set(e, ERR_ARGUMENT,
                       "field '%s' begins at %.10g, %.10g mm; printers need a rim of %g mm",
                       f->name, a.x, a.y, rim);
    if (!(a.x + a.width <= l->width - rim))
        return err_set(e, ERR_ARGUMENT,
                       "field '%s' ends at %.10g mm, the sheet at %.10g mm less a rim of %g mm",
                       f->name, a.x + a.width, l->width, rim);
    if (!(a.y + a.height <= l->height - rim))
        return err_set(
            e, ERR_ARGUMENT,
            "field '%s' reaches down to %.10g mm, the sheet to %.10g mm less a rim of %g mm",
            f->name, a.y + a.height, l->height, rim);
    return 0;
}

static int check_marks(const Layout *l, const Field *f, Err *e)
{
    Area a = field_area(f), first = layout_code_square(l, 0);
    Area code = {first.x, first.y, first.width * LAYOUT_CODE_BITS, first.height};

    for (int i = 0; i < 4; i++) {
        Area m = layout_marker(l, i);
        if (meet(a, m, quiet))
            return err_set(
                e, ERR_ARGUMENT,
                "field '%s' is less than %g mm from the corner marker at %.10g, %.10g mm", f->name,
                quiet, m.x, m.y);
    }
    if (meet(a, code, quiet))
        return err_set(e, ERR_ARGUMENT,
                       "field '%s' is less than %g mm from the code at %.10g, %.10g mm", f->name,
                       quiet, code.x, code.y);
    return 0;
}

int layout_check(const Layout *l, Err *e)
{
    int status = check_sheet(l, e);

    for (int i = 0; !status && i < l->field_count; i++) {
        const Field *f = &l->fields[i];
        status = check_rim(l, f, e);
        if (!status)
            status = check_marks(l, f, e);
        for (int j = 0; !status && j < i; j++) {
            Area a = field_area(f), b = field_area(&l->fields[j]);
            if (meet(a, b, 0))
                status = err_set(
                    e, ERR_ARGUMENT,
                    "field '%s' from %.10g, %.10g mm lies over field '%s' from %.10g, %.10g mm",
                    f->name, a.x, a.y, l->fields[j].name, b.x, b.y);
        }
    }
    return status;
}
