/* The picture is seen as strips parallel to the edge: the paper's brightness falls from one strip to the
 * next only where the edge runs along them. All directions are tried, coarsely. */
#include "image/shadow.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { LEAST_SIDE = 16, ANGLES = 24, STRIPS = 160, GREYS = 64, COARSE_SIDE = 32 };
enum { APART = 3 }; /* strips between light and shade */
enum { MOST_REACH = 12, MOST_STEPS = 80, ROUNDS = 6 };

static const float paper_share = 0.6f;                   /* of a strip is darker than its paper */
static const float least_fall = 0.18f, most_fall = 0.7f; /* of the light */
static const float evenly = 0.25f;      /* of the fall: as much just beside it is no edge */
static const float least_area = 0.06f;  /* of the picture: the smaller side */
static const float large_area = 0.3f;   /* no bar of a digit fills as much */
static const float level = 0.25f;       /* x*y of a direction that is neither level nor upright */
static const float along_share = 0.75f; /* of the edge along which the light must fall */
static const float reach_share =
    0.06f; /* of the picture's side: from the edge to full light or shade */

/* A line at distance `at` from the picture's middle; (x,y) is the direction from light to shade. */
typedef struct Edge {
    float x, y, at;
    float fall; /* the share of the light that is lost */
} Edge;

/* How bright the paper is in strips of `step` pixels parallel to an edge. */
typedef struct Profile {
    int step, first, count; /* strip k lies from (first + k) * step on */
    float paper[STRIPS];    /* negative where the strip is too short to say */
    int size[STRIPS];       /* pixels that were looked at */
    uint16_t greys[STRIPS][GREYS];
} Profile;

static int strip_of(const Profile *p, float distance)
{
    return (int)floorf(distance / (float)p->step) - p->first;
}

static float paper_of(const uint16_t *greys, int n)
{
    int left = (int)(paper_share * (float)n);

    for (int g = 0; g < GREYS; g++) {
        if (greys[g] > left)
            return ((float)g + (float)left / (float)greys[g]) * (256.0f / GREYS);
        left -= greys[g];
    }
    return 255;
}

static void measure(const float *v, int w, int h, float x, float y, int step, Profile *p)
{
    float reach = 0.5f * (fabsf(x) * (float)w + fabsf(y) * (float)h);
    int longest = 0;

    p->step = step;
    p->first = (int)floorf(-reach / (float)step);
    p->count = strip_of(p, reach) + 1;
    p->count = p->count < STRIPS ? p->count : STRIPS;
    memset(p->size, 0, (size_t)p->count * sizeof *p->size);
    memset(p->greys, 0, (size_t)p->count * sizeof *p->greys);
    for (int i = step / 2; i < h; i += step)
        for (int j = step / 2; j < w; j += step) {
            float dx = (float)j + 0.5f - 0.5f * (float)w, dy = (float)i + 0.5f - 0.5f * (float)h;
            int k = strip_of(p, x * dx + y * dy), g = (int)(v[i * w + j] * (GREYS / 256.0f));
            if (k < 0 || k >= p->count)
                continue;
            p->greys[k][g < 0 ? 0 : g >= GREYS ? GREYS - 1 : g]++;
            p->size[k]++;
        }
    for (int k = 0; k < p->count; k++)
        longest = p->size[k] > longest ? p->size[k] : longest;
    for (int k = 0; k < p->count; k++)
        p->paper[k] = 4 * p->size[k] < longest ? -1 : paper_of(p->greys[k], p->size[k]);
}

/* How much less light there is `apart` strips further on; 0 where that cannot be said. */
static float fall_between(const Profile *p, int from, int to)
{
    if (from < 0 || to >= p->count || p->paper[from] < 0 || p->paper[to] < 0)
        return 0;
    float a = p->paper[from], b = p->paper[to];
    return a + b > 0 ? (a - b) / fmaxf(a, b) : 0;
}

/* Where most light is lost within APART strips, and much less before and behind: light that falls off
 * evenly has no edge. */
static bool steepest(const Profile *p, Edge *edge)
{
    bool found = false;

    edge->fall = least_fall;
    for (int k = 0; k + APART < p->count; k++) {
        float fall = fall_between(p, k, k + APART), size = fabsf(fall);
        if (size <= fabsf(edge->fall) || fabsf(fall_between(p, k - APART, k)) > evenly * size ||
            fabsf(fall_between(p, k + APART, k + 2 * APART)) > evenly * size)
            continue;
        edge->fall = fall;
        edge->at = ((float)(p->first + k) + 0.5f * (APART + 1)) * (float)p->step;
        found = true;
    }
    if (edge->fall < 0) { /* the shade is on the other side */
        edge->x = -edge->x;
        edge->y = -edge->y;
        edge->at = -edge->at;
        edge->fall = -edge->fall;
    }
    return found && edge->fall < most_fall;
}

static float value_at(const float *v, int w, int h, float x, float y)
{
    int j = (int)floorf(x + 0.5f * (float)w), i = (int)floorf(y + 0.5f * (float)h);

    return j < 0 || i < 0 || j >= w || i >= h ? -1 : v[i * w + j];
}

static float reach_of(int w, int h)
{
    return fmaxf(2, reach_share * (float)(w > h ? w : h));
}

/* The share of the edge's length along which the picture is darker behind it, by about as much. */
static float share_along(const float *v, int w, int h, const Edge *e)
{
    float reach = reach_of(w, h), half = 0.5f * hypotf((float)w, (float)h);
    int seen = 0, falls = 0;

    for (float t = -half; t <= half; t++) {
        float x = e->at * e->x - t * e->y, y = e->at * e->y + t * e->x;
        float light = value_at(v, w, h, x - reach * e->x, y - reach * e->y);
        float shade = value_at(v, w, h, x + reach * e->x, y + reach * e->y);
        if (light < 0 || shade < 0)
            continue;
        seen++;
        falls +=
            light - shade > 0.5f * e->fall * light && light - shade < 1.8f * e->fall * light + 8;
    }
    return seen ? (float)falls / (float)seen : 0;
}

/* The likeliest edge; false if there is none. */
static bool find_edge(const float *v, int w, int h, Profile *p, Edge *best)
{
    int longer = w > h ? w : h, step = (longer + COARSE_SIDE - 1) / COARSE_SIDE;
    float most = 0;

    for (int k = 0; k < ANGLES; k++) {
        float angle = 3.14159265f * (float)k / ANGLES;
        Edge e = {cosf(angle), sinf(angle), 0, 0};
        measure(v, w, h, e.x, e.y, step, p);
        if (!steepest(p, &e))
            continue;
        float along = share_along(v, w, h, &e), worth = e.fall * along * along;
        if (along < along_share || worth <= most)
            continue;
        most = worth;
        *best = e;
    }
    return most > 0;
}

/* Where along a line across the edge, from `reach` before it to as far behind, light turns to shade: the
 * step that fits best. False where there is no such step. */
static bool step_at(const float *v, int w, int h, const Edge *e, float t, int reach, float *at)
{
    float values[2 * MOST_REACH + 1], sum = 0, left = 0, best = 0;
    int n = 2 * reach + 1;

    for (int k = 0; k < n; k++) {
        float s = e->at + (float)(k - reach);
        values[k] = value_at(v, w, h, s * e->x - t * e->y, s * e->y + t * e->x);
        if (values[k] < 0)
            return false;
        sum += values[k];
    }
    for (int k = 1; k < n; k++) {
        left += values[k - 1];
        float light = left / (float)k, shade = (sum - left) / (float)(n - k);
        float gain = (light - shade) * (light - shade) * (float)k * (float)(n - k);
        if (light - shade > 0.4f * e->fall * light && gain > best) {
            best = gain;
            *at = (float)(k - reach) - 0.5f;
        }
    }
    return best > 0;
}

/* Steps at distance d + slope * t, by least squares that forget what is far off. Returns the share of
 * them that lie on the line. */
static float fit_line(const float *t, const float *d, int n, float *distance, float *slope)
{
    float on = 0;

    *distance = *slope = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double s = 0, st = 0, sd = 0, stt = 0, std = 0;
        on = 0;
        for (int i = 0; i < n; i++) {
            double r = (d[i] - *distance - *slope * t[i]) / 1.5, weight = 1 / (1 + r * r * r * r);
            on += fabs(r) < 1;
            s += weight, st += weight * t[i], sd += weight * d[i];
            stt += weight * t[i] * t[i], std += weight * t[i] * d[i];
        }
        double spread = s * stt - st * st;
        if (!(spread > 1e-3))
            return 0;
        *slope = (float)((s * std - st * sd) / spread);
        *distance = (float)((sd - *slope * st) / s);
    }
    return on / (float)n;
}

/* Moves and turns the edge to where the steps are; false if they do not lie on a line. */
static bool fit_edge(const float *v, int w, int h, Edge *e)
{
    float t[2 * MOST_STEPS + 1], d[2 * MOST_STEPS + 1], distance, slope;
    int half = (int)(0.5f * hypotf((float)w, (float)h)), reach = (int)(1.5f * reach_of(w, h)),
        n = 0;

    half = half < MOST_STEPS ? half : MOST_STEPS;
    reach = reach < MOST_REACH ? reach : MOST_REACH;
    for (int k = -half; k <= half; k++)
        if (step_at(v, w, h, e, (float)k, reach, &d[n]))
            t[n++] = (float)k;
    if (n < 6 || fit_line(t, d, n, &distance, &slope) < along_share)
        return false;
    float length = sqrtf(1 + slope * slope), x = (e->x + slope * e->y) / length,
          y = (e->y - slope * e->x) / length;
    e->at = (e->at + distance) / length;
    e->x = x;
    e->y = y;
    return true;
}

typedef struct Sides {          /* what lies before and behind an edge */
    float light, shade;         /* just beside the edge */
    float far_light, far_shade; /* farther off */
    float rim;                  /* where the shade ends */
    float area;                 /* behind, of the picture */
    float darkest;
    bool slants;
} Sides;

/* The paper of strips `from` to `to`, a strip counting as much as it is long. */
static float paper_between(const Profile *p, int from, int to)
{
    uint16_t greys[GREYS] = {0};
    int n = 0;

    for (int k = from < 0 ? 0 : from; k <= to && k < p->count; k++)
        for (int g = 0; g < GREYS; g++) {
            greys[g] = (uint16_t)(greys[g] + p->greys[k][g]);
            n += p->greys[k][g];
        }
    return n ? paper_of(greys, n) : -1;
}

static Sides look_at_sides(const Profile *p, const Edge *e, int edge, int reach)
{
    Sides s = {.light = paper_between(p, edge - 3 * reach, edge - reach),
               .shade = paper_between(p, edge + reach, edge + 3 * reach),
               .far_light = paper_between(p, edge - 6 * reach, edge - 4 * reach),
               .far_shade = paper_between(p, edge + 4 * reach, edge + 6 * reach),
               .rim = paper_between(p, p->count - 2 * reach, p->count),
               .darkest = 255,
               .slants = fabsf(e->x * e->y) > level};
    int all = 0, behind = 0, darker = 0;

    for (int k = 0; k < p->count; k++) {
        all += p->size[k];
        behind += k > edge ? p->size[k] : 0;
    }
    s.area = (float)behind / (float)(all ? all : 1);
    for (int g = 0; g < GREYS && s.darkest == 255; g++) {
        for (int k = 0; k < p->count; k++)
            darker += p->greys[k][g];
        if (darker > all / 100)
            s.darkest = (float)g * (256.0f / GREYS);
    }
    return s;
}

/* A shadow goes on to the rim, and ink is darker; where nothing is, it may be the bar of a 7. */
static bool is_shadow(const Sides *s)
{
    float fall = s->light > 0 && s->shade > 0 ? 1 - s->shade / s->light : 0;

    return fall > least_fall && fall < most_fall && s->area > least_area &&
           s->area < 1 - least_area && s->rim < 0.5f * (s->light + s->shade) &&
           (s->far_light < 0 || s->far_light - s->light < evenly * (s->light - s->shade)) &&
           (s->far_shade < 0 || s->shade - s->far_shade < evenly * (s->light - s->shade)) &&
           (s->slants || s->area > large_area ||
            s->darkest < s->shade - 0.2f * (s->light - s->shade));
}

/* Multiplies each strip by what its paper lacks; across the edge, that goes only one way. */
static void lift(float *v, int w, int h, const Edge *e, const Profile *p, int edge, int reach,
                 const Sides *s)
{
    float gain[STRIPS], most = s->light / s->shade;

    for (int k = 0; k < p->count; k++) {
        float paper = p->paper[k] > 0 ? p->paper[k] : s->light;
        gain[k] = k <= edge - reach   ? 1
                  : k >= edge + reach ? most
                                      : fminf(fmaxf(s->light / paper, k ? gain[k - 1] : 1), most);
    }
    for (int i = 0; i < h; i++)
        for (int j = 0; j < w; j++) {
            float dx = (float)j + 0.5f - 0.5f * (float)w, dy = (float)i + 0.5f - 0.5f * (float)h;
            int k = strip_of(p, e->x * dx + e->y * dy);
            k = k < 0 ? 0 : k >= p->count ? p->count - 1 : k;
            v[i * w + j] = fminf(v[i * w + j] * gain[k], 255);
        }
}

bool shadow_lift(float *v, int w, int h)
{
    Profile p;
    Edge e = {0};

    if (w < LEAST_SIDE || h < LEAST_SIDE || !find_edge(v, w, h, &p, &e))
        return false;
    if (!fit_edge(v, w, h, &e))
        return false;
    measure(v, w, h, e.x, e.y, 1, &p);
    int edge = strip_of(&p, e.at), reach = (int)(reach_of(w, h) + 0.5f);
    Sides s = look_at_sides(&p, &e, edge, reach);
    if (!is_shadow(&s))
        return false;
    lift(v, w, h, &e, &p, edge, reach, &s);
    return true;
}
