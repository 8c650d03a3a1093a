/* A request's texts, one a line: method, path, host, origin, authorization, type, length, single; an empty line is one
 * that was not sent. Whatever they are, the answer is a route or a refusal in JSON. */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "web/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Rules rules = {.names = {"localhost", "127.0.0.1", "[::1]"},
                         .token = size % 2 ? "secret" : NULL,
                         .body = 1 << 20};
    char *copy = malloc(size + 1), *rest = copy, *texts[8] = {NULL};
    Reply reply = {0};
    bool flag;

    memcpy(copy, data, size);
    copy[size] = '\0';
    for (int i = 0; i < 8 && rest; i++) {
        char *line = strsep(&rest, "\n");
        texts[i] = *line ? line : NULL;
    }
    Request r = {.method = texts[0] ? texts[0] : "",
                 .path = texts[1] ? texts[1] : "",
                 .host = texts[2],
                 .origin = texts[3],
                 .authorization = texts[4],
                 .content_type = texts[5],
                 .content_length = texts[6]};
    const Route *route = request_check(&r, &rules, &reply);

    assert(route || reply.status >= 400);
    if (reply.status) {
        json_t *json = json_loadb(reply.text, reply.size, JSON_REJECT_DUPLICATES, NULL);
        assert(json_is_object(json_object_get(json, "error")));
        json_decref(json);
    }
    query_flag(texts[7], &flag);
    reply_free(&reply);
    free(copy);
    return 0;
}
