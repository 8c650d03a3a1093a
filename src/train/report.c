/* The page is written top to bottom into one Writer; a plot becomes an <img> with its bytes. */
#include "train/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "model/summary.h"
#include "plot/axes.h"
#include "plot/diagram.h"
#include "plot/inside.h"
#include "train/evaluation_plots.h"

#define PIXELS_A_POINT (4 / 3.) /* CSS: 96 pixels an inch, 72 points */

typedef struct Page {
    Writer html;
    const Report *report;
    char title[400];
    int figures;
} Page;

/* ---- text ---- */

/* Escaped: names come from files. */
static void put_text(Writer *w, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            writer_text(w, "&amp;");
            break;
        case '<':
            writer_text(w, "&lt;");
            break;
        case '>':
            writer_text(w, "&gt;");
            break;
        case '"':
            writer_text(w, "&quot;");
            break;
        default:
            writer_u8(w, (uint8_t)*text);
        }
}

/* RFC 4648, section 4. */
static void put_base64(Writer *w, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t v = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                     (left > 2 ? bytes[i + 2] : 0);

        writer_u8(w, (uint8_t)digits[v >> 18]);
        writer_u8(w, (uint8_t)digits[v >> 12 & 63]);
        writer_u8(w, left > 1 ? (uint8_t)digits[v >> 6 & 63] : '=');
        writer_u8(w, left > 2 ? (uint8_t)digits[v & 63] : '=');
    }
}

/* ---- figures ---- */

/* `width` in pixels of the page; a picture wider than the page is made smaller, except on a phone. */
static void put_image(Page *p, const char *kind, const uint8_t *bytes, size_t size, int width,
                      const char *caption)
{
    Writer *w = &p->html;

    writer_text(w, "<figure>\n<img width=\"%d\" alt=\"", width);
    put_text(w, caption);
    writer_text(w, "\" src=\"data:image/%s;base64,", kind);
    put_base64(w, bytes, size);
    writer_text(w, "\">\n<figcaption>Figure %d. ", ++p->figures);
    put_text(w, caption);
    writer_text(w, "</figcaption>\n</figure>\n");
}

/* Takes the canvas over; NULL passes on the error that is in `e`. */
static int put_canvas(Page *p, Canvas *c, const char *format, const char *caption, Err *e)
{
    size_t size = 0;
    uint8_t *bytes = c ? canvas_encode(c, format, &size, e) : NULL;
    int width = bytes ? (int)(canvas_width(c) * PIXELS_A_POINT) : 0;

    canvas_free(c);
    if (!bytes)
        return -(int)ERR_MEMORY;
    put_image(p, strcmp(format, "svg") ? format : "svg+xml", bytes, size, width, caption);
    free(bytes);
    return 0;
}

/* A PNG that a canvas was saved as. */
static int put_file(Page *p, const char *path, const char *caption, Err *e)
{
    enum { WIDTH_AT = 16 }; /* 32 bits, the largest first: PNG's IHDR */
    size_t size;
    uint8_t *bytes = file_read(path, 8 << 20, &size, e);

    if (!bytes)
        return -(int)ERR_IO;
    int width = size < WIDTH_AT + 4 ? 0 : bytes[WIDTH_AT + 2] << 8 | bytes[WIDTH_AT + 3];

    put_image(p, "png", bytes, size, (int)(width * PIXELS_A_POINT / CANVAS_PNG_SCALE), caption);
    free(bytes);
    return 0;
}

/* ---- sections ---- */

static void put_head(Page *p)
{
    Writer *w = &p->html;

    writer_text(w, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    put_text(w, p->title);
    writer_text(
        w, "</title>\n<style>\n"
           "body { font: 16px/1.5 system-ui, sans-serif; color: #202020; background: #fff;\n"
           "       max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }\n"
           "h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }\n"
           ".score { font-size: 1.3rem; }\n"
           "figure { margin: 1.5rem 0; } img { max-width: 100%%; height: auto; }\n"
           "figcaption { color: #606060; font-size: .9rem; }\n"
           "table { border-collapse: collapse; font-variant-numeric: tabular-nums; }\n"
           "th, td { padding: .15rem .8rem; text-align: right; border-bottom: 1px solid #e2e2e2;\n"
           "         white-space: nowrap; }\n"
           ".wide { overflow-x: auto; }\n"
           "th:first-child, td:first-child { text-align: left; }\n"
           "pre { overflow-x: auto; font-size: .85rem; background: #f6f6f4; padding: .8rem; }\n"
           "pre.record { white-space: pre-wrap; overflow-wrap: anywhere; }\n"
           "@media (max-width: 40rem) { /* plots stay legible, and are moved by the finger */\n"
           "  figure { overflow-x: auto; } img { max-width: none; }\n"
           "  table { font-size: .85rem; } th, td { padding: .15rem .4rem; } }\n"
           "</style>\n<h1>");
    put_text(w, p->title);
    writer_text(w, "</h1>\n");
}

static void put_score(Page *p)
{
    const Evaluation *v = p->report->result;
    Writer *w = &p->html;

    char right[TICK_TEXT], count[TICK_TEXT], wrong[TICK_TEXT];

    number_text(right, (double)(v->count - v->errors), 0);
    number_text(count, (double)v->count, 0);
    number_text(wrong, (double)v->errors, 0);
    writer_text(w,
                "<p class=\"score\"><strong>%.2f %%</strong> right (95 %% interval %.2f to %.2f): "
                "%s of %s pictures, %s mistakes.</p>\n",
                100 * v->accuracy, 100 * v->interval.low, 100 * v->interval.high, right, count,
                wrong);
    writer_text(w,
                "<p>Loss %.4f nats; expected calibration error %.4f; the right class is among the "
                "%d likeliest for %.2f %%.",
                v->loss, v->reliability.error, EVALUATE_TOP,
                100. * (double)v->top / (double)v->count);
    if (*p->report->data->found) {
        writer_text(w, " The pictures: ");
        put_text(w, p->report->data->found);
        writer_text(w, ".");
    }
    writer_text(w, "</p>\n");
}

static void put_classes(Page *p)
{
    const Evaluation *v = p->report->result;
    Writer *w = &p->html;

    writer_text(w, "<h2>Classes</h2>\n<div "
                   "class=\"wide\">\n<table>\n<tr><th>class<th>pictures<th>precision<th>recall"
                   "<th>F1</tr>\n");
    for (int c = 0; c < v->classes; c++) {
        const ClassReport *r = &v->reports[c];

        writer_text(w, "<tr><td>");
        put_text(w, v->names[c]);
        writer_text(w, "<td>%ld<td>%.2f %%<td>%.2f %%<td>%.2f %%</tr>\n", r->support,
                    100 * r->precision, 100 * r->recall, 100 * r->f1);
    }
    writer_text(w, "</table>\n</div>\n");
}

/* The pairs that are mixed up most, up to ten. */
static void put_pairs(Page *p)
{
    enum { PAIRS = 10 };
    const Evaluation *v = p->report->result;
    Writer *w = &p->html;
    long below = v->count + 1, listed = 0;

    if (!v->errors)
        return;
    writer_text(w, "<p>Most often mistaken:");
    while (listed < PAIRS) {
        long most = 0;

        for (int i = 0; i < v->classes * v->classes; i++)
            if (i / v->classes != i % v->classes && v->confusion[i] < below)
                most = v->confusion[i] > most ? v->confusion[i] : most;
        if (!most)
            break;
        for (int i = 0; i < v->classes * v->classes && listed < PAIRS; i++) {
            if (i / v->classes == i % v->classes || v->confusion[i] != most)
                continue;
            writer_text(w, "%s ", listed++ ? "," : "");
            put_text(w, v->names[i / v->classes]);
            writer_text(w, " as ");
            put_text(w, v->names[i % v->classes]);
            writer_text(w, " (%ld)", most);
        }
        below = most;
    }
    writer_text(w, ".</p>\n");
}

static int put_results(Page *p, Err *e)
{
    const Report *r = p->report;
    const Evaluation *v = r->result;
    int code;

    writer_text(&p->html, "<h2>Mistakes</h2>\n");
    put_pairs(p);
    code = put_canvas(p, evaluation_confusion(v, p->title, e), "svg",
                      "What each class was read as: counts, and shares of the true class.", e);
    if (!code && v->errors)
        code = put_canvas(p, evaluation_mistakes(v, r->data, p->title, REPORT_MISTAKES, e), "png",
                          "Read wrongly, those first of which the model was surest: true class, "
                          "answer, its probability.",
                          e);
    writer_text(&p->html, "<h2>Probabilities</h2>\n");
    if (!code)
        code = put_canvas(p, evaluation_reliability(v, p->title, e), "svg",
                          "How often answers of each confidence are right; on the diagonal a "
                          "probability means what it says.",
                          e);
    if (!code)
        code = put_canvas(
            p, evaluation_risk(v, p->title, e), "svg",
            "The share of errors among the surest answers, as ever more are accepted.", e);
    if (!code && r->train) {
        writer_text(&p->html, "<h2>Train against test</h2>\n");
        code = put_canvas(p, evaluation_bars(r->train, v, p->title, e), "svg",
                          "The pictures that the model was trained on (some of them kept back for "
                          "validation) against those that it never saw.",
                          e);
    }
    return code;
}

static void put_share(Writer *w, const char *what, long right, long count)
{
    Interval i = metric_wilson(right, count);

    writer_text(w, "<tr><td>%s<td>%.2f %%<td>%.2f to %.2f</tr>\n", what,
                100.0 * (double)right / (double)count, 100 * i.low, 100 * i.high);
}

static void put_redrawing_figures(Page *p)
{
    const Redrawing *r = p->report->redrawing;
    Writer *w = &p->html;

    writer_text(w, "<p>In ");
    put_text(w, r->typeface);
    writer_text(
        w,
        ". SSIM %.4f, PSNR %.2f dB, its median %.2f dB. Loss %.5f: %s %.6f of the picture, %.5f of "
        "the "
        "class. Reconstruction accuracy, pixels over one half against grey targets: %.2f %% of at "
        "most "
        "%.2f %%.</p>\n<div class=\"wide\">\n<table>\n<tr><th>of the pictures<th>share<th>95 %% "
        "interval</tr>\n",
        r->ssim, r->psnr, r->psnr_median, r->loss, loss_name(r->loss_kind), r->picture_loss,
        r->class_loss, 100 * r->binary_accuracy, 100 * r->binary_ceiling);
    put_share(w, "right glyph: the nearest", r->glyphs, r->count);
    put_share(w, "both heads agree", r->agreeing, r->count);
    put_share(w, "exact after --clean, within 16 of 255", r->exact, r->count);
    put_share(w, "exact after --clean seed", r->exact_steps, r->count);
    writer_text(w, "</table>\n</div>\n");
}

static int put_redrawing(Page *p, Err *e)
{
    const Report *r = p->report;
    int code;

    if (!r->redrawing)
        return 0;
    writer_text(&p->html, "<h2>Redrawing</h2>\n");
    put_redrawing_figures(p);
    code = put_canvas(p, redrawing_sheet(r->redrawing, r->model, r->data, p->title, e), "png",
                      "What was written and what the net drew of it, wrong glyphs first.", e);
    if (!code && r->redrawing_train)
        code = put_canvas(
            p, redrawing_bars(r->redrawing_train, r->redrawing, p->title, e), "svg",
            "The same figures on pictures that it was trained on and on those that it never saw.",
            e);
    return code;
}

static int put_net(Page *p, Err *e)
{
    const Report *r = p->report;
    Net *net = r->model->net;
    char *table = summary_text(r->model_name, net);
    int code;

    writer_text(&p->html, "<h2>The net</h2>\n");
    code = put_canvas(p, plot_diagram(r->model_name, net, e), "svg",
                      "The layers; blocks to scale, what repeats is drawn once.", e);
    if (!code && table) {
        writer_text(&p->html, "<pre>");
        put_text(&p->html, table);
        writer_text(&p->html, "</pre>\n");
    }
    free(table);
    if (!code)
        code = put_canvas(p, plot_weights(r->model_name, net, e), "png",
                          "The first layer's filters, and where each layer's weights lie.", e);
    if (!code && r->curves)
        code = put_file(p, r->curves, "The training.", e);
    if (!code && r->model->record) {
        writer_text(&p->html, "<details>\n<summary>How it came about, as its file says</summary>\n"
                              "<pre class=\"record\">");
        put_text(&p->html, r->model->record);
        writer_text(&p->html, "</pre>\n</details>\n");
    }
    return code;
}

/* ---- files ---- */

static int write_beside(const char *folder, const char *name, const void *bytes, size_t size,
                        Err *e)
{
    char *path = file_join(folder, name);
    int code =
        path ? file_write(path, bytes, size, e) : err_set(e, ERR_MEMORY, "%s: no memory", folder);

    free(path);
    return code;
}

int report_write(const char *folder, const Report *r, Err *e)
{
    Page p = {.report = r};
    char *json = evaluation_json(r->result, r->model_name, r->data_name);
    int code;

    snprintf(p.title, sizeof p.title, "%.150s on %.200s", r->model_name, r->data_name);
    put_head(&p);
    put_score(&p);
    code = put_results(&p, e);
    put_classes(&p);
    if (!code)
        code = put_redrawing(&p, e);
    if (!code)
        code = put_net(&p, e);
    if (!code && (p.html.failed || !json))
        code = err_set(e, ERR_MEMORY, "%s: no memory for the report", folder);
    if (!code)
        code = file_make_folder(folder, e);
    if (!code)
        code = write_beside(folder, "index.html", p.html.bytes, p.html.size, e);
    if (!code)
        code = write_beside(folder, "evaluation.json", json, strlen(json), e);
    writer_free(&p.html);
    free(json);
    return code;
}
