/* Rules in memory of their own: they outlive what the options pointed to. */
#include <stdlib.h>
#include <string.h>

#include "web/request.h"

static int add_name(Rules *r, int *n, const char *name, Err *e)
{
    if (*n >= (int)(sizeof r->names / sizeof *r->names) - 1)
        return err_set(e, ERR_LIMIT, "more than %d names to answer to", LIMIT_NAMES - 1);
    if (!*name)
        return err_set(e, ERR_ARGUMENT, "a name to answer to is empty");
    r->names[*n] = strdup(name);
    return r->names[(*n)++] ? 0 : err_set(e, ERR_MEMORY, "no memory for a name");
}

static int set_token(Rules *r, const char *token, Err *e)
{
    if (!*token || strlen(token) > LIMIT_TOKEN)
        return err_set(e, ERR_ARGUMENT, "a token has 1 to %d characters, this one has %zu",
                       LIMIT_TOKEN, strlen(token));
    r->token = strdup(token);
    return r->token ? 0 : err_set(e, ERR_MEMORY, "no memory for a token");
}

Rules *rules_new(const char *host, const char *const *names, const char *token, size_t body, Err *e)
{
    const char *const own[] = {"localhost", "127.0.0.1", "[::1]", host, NULL};
    Rules *r = calloc(1, sizeof *r);
    int n = 0, status = r ? 0 : err_set(e, ERR_MEMORY, "no memory for a server");

    for (int i = 0; !status && own[i]; i++)
        status = add_name(r, &n, own[i], e);
    for (int i = 0; !status && names && names[i]; i++)
        status = add_name(r, &n, names[i], e);
    if (!status && token)
        status = set_token(r, token, e);
    if (status) {
        rules_free(r);
        return NULL;
    }
    r->body = body;
    return r;
}

void rules_free(Rules *r)
{
    if (!r)
        return;
    for (int i = 0; r->names[i]; i++)
        free((char *)r->names[i]);
    free((char *)r->token);
    free(r);
}
