#include "web/answers.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/shipped.h"
#include "web/page.h"

extern const uint64_t openapi_bytes[]; /* openapi.json, written by tools/embed.c at build time */
extern const size_t openapi_size;

static json_t *model_json(const Shipped *s, Err *e)
{
    Model *m = shipped_open(s->name, e);
    json_t *object =
        m ? json_pack("{s:s, s:I, s:I, s:i}", "name", s->name, "bytes", (json_int_t)s->size,
                      "parameters", (json_int_t)net_parameters(m->net), "classes", m->class_count)
          : NULL;

    model_free(m);
    return object;
}

char *answers_models(Err *e)
{
    json_t *list = json_array(), *all;

    for (const Shipped *s = shipped_list(); s->name; s++) {
        json_t *model = model_json(s, e);

        if (!model || json_array_append_new(list, model)) {
            json_decref(list);
            return NULL;
        }
    }
    all = json_pack("{s:o}", "models", list);
    char *text = json_dumps(all, JSON_COMPACT);

    json_decref(all);
    if (!text)
        err_set(e, ERR_MEMORY, "no memory for a list of models");
    return text;
}

static void fixed(Reply *reply, const char *type, const void *bytes, size_t size)
{
    *reply = (Reply){.status = 200, .type = type, .fixed = bytes, .size = size};
}

static void answer_page(Reply *reply)
{
    size_t size;
    Err e = {0};
    const void *html = page_html(&size, &e);

    if (html)
        fixed(reply, "text/html; charset=utf-8", html, size);
    else
        reply_refuse(reply, 501, "unsupported", "%s", e.text);
}

static void answer_metrics(const Served *served, Reply *reply)
{
    char *text = metrics_text(served->metrics, readers_state(served->readers), served->connections);

    if (text)
        *reply = (Reply){
            .status = 200, .type = "text/plain; version=0.0.4", .text = text, .size = strlen(text)};
    else
        reply_refuse(reply, 503, "memory", "There is no memory for the figures.");
}

void answer_now(RouteKind kind, const Served *served, Reply *reply)
{
    switch (kind) {
    case ROUTE_PAGE:
        answer_page(reply);
        break;
    case ROUTE_MODELS:
        fixed(reply, "application/json", served->models, strlen(served->models));
        break;
    case ROUTE_OPENAPI:
        fixed(reply, "application/json", openapi_bytes, openapi_size);
        break;
    case ROUTE_HEALTH:
        fixed(reply, "application/json", "{\"status\":\"ok\"}", 15);
        break;
    case ROUTE_METRICS:
        answer_metrics(served, reply);
        break;
    default: /* the readers' */
        reply_refuse(reply, 500, "route", "This route has no answer.");
    }
}
