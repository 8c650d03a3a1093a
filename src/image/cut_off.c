/* Rules are found on a map of all that is a little darker than paper; what they part, on the ink without them. */
#include "image/cut_off.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/lines.h"
#include "image/parts.h"

static const float part_ink = 0.3f;
static const float little_clear = 0.25f; /* of a rule: digits touch the rest */
static const float faint_rule = 0.08f;   /* depth of a rule, of the level: printed in a paler colour than what is written */

/* What a part is to a rule. */
typedef struct Beyond {
    bool all, cut; /* it is on the side of the rule that is nearer to the rim; and that rim cuts it */
} Beyond;

/* It may touch the rule. Of what a rim above or below cuts up to half may hang across. */
static Beyond part_beyond(const Part *p, const Line *rule, int w, int h)
{
    int across = rule->upright ? w : h, along = rule->upright ? h : w;
    int low = rule->upright ? p->x0 : p->y0, high = rule->upright ? p->x1 : p->y1;
    float from = (float)(rule->upright ? p->y0 : p->x0), to = (float)(rule->upright ? p->y1 : p->x1);
    float drift = (rule->end - rule->start) / (float)(along - 1), a = rule->start + drift * from, b = rule->start + drift * to;
    bool first = rule->start + rule->end < (float)(across - 1), cut = first ? low <= 1 : high >= across - 2;
    float slack = 2 + 0.5f * rule->thickness + (cut && !rule->upright ? 0.5f * (float)(high - low) : 0);
    bool all = first ? (float)high < fminf(a, b) + slack : (float)low > fmaxf(a, b) - slack;

    return (Beyond){all, all && cut};
}

/* Whether a pixel is in a rule or beyond it, with the rule's blur. */
static bool is_behind(const Line *rule, int x, int y, int w, int h)
{
    int across = rule->upright ? w : h, along = rule->upright ? h : w;
    float at = rule->start + (rule->end - rule->start) * (float)(rule->upright ? y : x) / (float)(along - 1);
    float off = (float)(rule->upright ? x : y) - at, half = 0.5f * rule->thickness + 1.5f;

    return rule->start + rule->end < (float)(across - 1) ? off < half : off > -half;
}

/* Whether two parts stand beside each other, as digits of a number do. */
static bool are_beside(const Part *a, const Part *b)
{
    int top = a->y0 > b->y0 ? a->y0 : b->y0, bottom = a->y1 < b->y1 ? a->y1 : b->y1;
    int low = part_height(a) < part_height(b) ? part_height(a) : part_height(b);

    return 2 * (bottom - top + 1) > low;
}

/* Whether what is beyond a rule is cut, all that is half as high as what is on this side, and a level rule does not go through a line
 * of writing. */
static bool rule_cuts(const Parts *p, const Line *rule, int w, int h)
{
    int tallest = 0, inside = 0;

    for (int k = 0; k < p->count; k++) {
        Beyond b = part_beyond(&p->list[k], rule, w, h);

        if (b.cut && part_height(&p->list[k]) > tallest)
            tallest = part_height(&p->list[k]);
        if (!b.all && part_height(&p->list[k]) > inside)
            inside = part_height(&p->list[k]);
    }
    for (int k = 0; k < p->count && tallest; k++) {
        Beyond b = part_beyond(&p->list[k], rule, w, h);

        if (b.all && !b.cut && 2 * part_height(&p->list[k]) >= inside)
            return false;
        for (int i = 0; i < p->count && b.cut && !rule->upright; i++)
            if (!part_beyond(&p->list[i], rule, w, h).all && 2 * part_height(&p->list[i]) > tallest &&
                are_beside(&p->list[k], &p->list[i]))
                return false;
    }
    return tallest;
}

/* What stays must be about as high as what goes, and whole: the bar and the stem of a 4 may be as long as rules. */
static bool may_go(const Parts *p, int h)
{
    int tallest = 0, dropped = 0;

    for (int k = 0; k < p->count; k++) {
        const Part *part = &p->list[k];
        int height = part_height(part);

        if (part->dropped)
            dropped = height > dropped ? height : dropped;
        else if (!part->touches_edge)
            tallest = height > tallest ? height : tallest;
    }
    return dropped && 2 * tallest > dropped && 4 * tallest > h;
}

/* Marks what rules cut off, with the rules; whether there is anything. */
static bool mark_cut_off(Parts *p, const Line *rules, int count, int w, int h, uint8_t *mask)
{
    bool cuts[LINES_LIMIT] = {false}, level = false;

    for (int i = 0; i < count; i++)
        level |= !rules[i].upright;
    for (int i = 0; i < count && level; i++) {
        cuts[i] = rule_cuts(p, &rules[i], w, h);
        for (int k = 0; k < p->count && cuts[i]; k++)
            p->list[k].dropped |= part_beyond(&p->list[k], &rules[i], w, h).all;
    }
    if (!may_go(p, h))
        return false;
    for (int i = 0; i < w * h; i++) {
        const Part *part = p->label[i] >= 0 ? &p->list[p->label[i]] : NULL;

        mask[i] = part && part->dropped;
        for (int k = 0; k < count && !part; k++)
            mask[i] |= cuts[k] && is_behind(&rules[k], i % w, i / w, w, h);
    }
    return true;
}

/* `rest` and `mask` are as large as the map. */
static int find_cut_off(InkMap *m, float *rest, uint8_t *mask, Err *e)
{
    size_t n = (size_t)m->width * (size_t)m->height;
    float full = fmaxf(faint_rule * m->level, 3 * m->noise);
    Line rules[LINES_LIMIT];
    uint8_t kinds[LINES_LIMIT];
    Parts *p;
    int count;

    for (size_t i = 0; i < n; i++)
        rest[i] = m->depth[i] >= full;
    count = lines_find(rest, m->width, m->height, little_clear, rules, e);
    if (count <= 0)
        return count;
    memset(mask, 0, n);
    memset(kinds, 1, sizeof kinds);
    lines_mark(m->ink, m->width, m->height, rules, kinds, count, mask);
    for (size_t i = 0; i < n; i++)
        rest[i] = mask[i] ? 0 : m->ink[i];
    p = parts_find(rest, m->width, m->height, part_ink, e);
    if (!p)
        return -(int)ERR_MEMORY;
    if (mark_cut_off(p, rules, count, m->width, m->height, mask))
        ink_take_out(m, mask);
    parts_free(p);
    return 0;
}

int cut_off_erase(InkMap *m, Err *e)
{
    size_t n = (size_t)m->width * (size_t)m->height;
    float *rest = malloc(n * sizeof *rest + 1);
    uint8_t *mask = malloc(n + 1);
    int status = 0;

    if (!rest || !mask)
        status = err_set(e, ERR_MEMORY, "no memory for a map of %dx%d", m->width, m->height);
    else if (!m->blank)
        status = find_cut_off(m, rest, mask, e);
    free(rest);
    free(mask);
    return status < 0 ? status : 0;
}
