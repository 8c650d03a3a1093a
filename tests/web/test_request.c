/* Who may ask for what: the rules of the server, without a server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "web/request.h"

static const Rules open_rules = {.names = {"localhost", "127.0.0.1", "[::1]", "scrawl.example"},
                                 .body = 1000};

static Request sound(void)
{
    return (Request){.method = "POST",
                     .path = "/v1/read",
                     .host = "localhost:8123",
                     .content_type = "image/png",
                     .content_length = "1000"};
}

static void expect(const Request *r, const Rules *rules, int status)
{
    Reply reply = {0};
    const Route *route = request_check(r, rules, &reply);

    if (status == 200) {
        assert_non_null(route);
        assert_int_equal(reply.status, 0);
    } else {
        assert_int_equal(route != NULL, status != 404 && status != 421);
        assert_int_equal(reply.status, status);
        assert_non_null(strstr(reply.text, "\"message\""));
        assert_int_equal(strlen(reply.text), reply.size);
    }
    reply_free(&reply);
}

static void a_host_is_ours_with_any_port_or_none(void **state)
{
    static const char *const ours[] = {"localhost", "LOCALHOST:1",    "127.0.0.1:65535",
                                       "[::1]:80",  "scrawl.example", "192.168.1.5:8123",
                                       "[fe80::1]", "10.0.0.1"};
    static const char *const not_ours[] = {"",
                                           "localhos",
                                           "localhost.",
                                           "localhost.evil.example",
                                           "localhost:",
                                           "localhost:80evil",
                                           "::1",
                                           "evil.example",
                                           "[::1]x",
                                           "localhost:80:80",
                                           "1.2.3.4.evil.example",
                                           "1.2.3.4:x",
                                           "[::1",
                                           "[evil.example]",
                                           "1.2.3",
                                           ":80"};

    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        Request r = sound();
        r.host = ours[i];
        expect(&r, &open_rules, 200);
    }
    for (size_t i = 0; i < sizeof not_ours / sizeof *not_ours; i++) {
        Request r = sound();
        r.host = not_ours[i];
        expect(&r, &open_rules, 421);
    }
    Request r = sound();
    r.host = NULL;
    expect(&r, &open_rules, 421);
}

static void an_origin_has_to_be_ours_where_it_is_told(void **state)
{
    static const struct {
        const char *origin;
        int status;
    } cases[] = {{"http://localhost:8123", 200},
                 {"https://scrawl.example", 200},
                 {"null", 403},
                 {"", 403},
                 {"http://evil.example", 403},
                 {"localhost", 403},
                 {"ftp://localhost", 403},
                 {"http://6.6.6.6", 403}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Request r = sound();
        r.origin = cases[i].origin;
        expect(&r, &open_rules, cases[i].status);
    }
    Request r = sound();
    r.host = "192.168.1.5:8123";
    r.origin = "http://192.168.1.5:8123";
    expect(&r, &open_rules, 200);
    r.origin = "http://192.168.1.6:8123";
    expect(&r, &open_rules, 403);
}

static void only_pictures_are_taken_to_be_read(void **state)
{
    static const struct {
        const char *type;
        int status;
    } cases[] = {{"image/png", 200},
                 {"IMAGE/jpeg; q=1", 200},
                 {"application/octet-stream", 200},
                 {"image/", 415},
                 {"text/plain", 415},
                 {"application/octet-streams", 415},
                 {"image", 415},
                 {"", 415},
                 {NULL, 415},
                 {"multipart/form-data; boundary=image/png", 415}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Request r = sound();
        r.content_type = cases[i].type;
        expect(&r, &open_rules, cases[i].status);
    }
}

static void a_length_that_is_claimed_is_held_against_the_limit(void **state)
{
    static const struct {
        const char *length;
        int status;
    } cases[] = {{NULL, 200},  {"0", 200},   {"1000", 200}, {"1001", 413},
                 {"-1", 413},  {"", 413},    {"0x10", 413}, {"999999999999999999999999", 413},
                 {" 10", 413}, {"10 ", 413}, {"+5", 413}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Request r = sound();
        r.content_length = cases[i].length;
        expect(&r, &open_rules, cases[i].status);
    }
}

static void a_token_opens_what_is_closed(void **state)
{
    Rules rules = open_rules;
    static const struct {
        const char *authorization;
        int status;
    } cases[] = {{"Bearer secret", 200},
                 {"bearer secret", 200},
                 {NULL, 401},
                 {"", 401},
                 {"Bearer", 401},
                 {"Bearer ", 401},
                 {"Bearer secre", 401},
                 {"Bearer secrets", 401},
                 {"Basic secret", 401},
                 {"Bearer  secret", 401},
                 {"secret", 401}};

    (void)state;
    rules.token = "secret";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Request r = sound();
        r.authorization = cases[i].authorization;
        expect(&r, &rules, cases[i].status);
    }
    for (RouteKind kind = 0; kind < ROUTES; kind++) {
        const Route *route = route_at(kind);
        Request r = {.method = route->method, .path = route->path, .host = "localhost"};
        expect(&r, &rules, route->is_open ? 200 : 401);
    }
}

static void every_route_takes_its_method_alone(void **state)
{
    (void)state;
    for (RouteKind kind = 0; kind < ROUTES; kind++) {
        const Route *route = route_at(kind);
        Request r = {.method = "PUT", .path = route->path, .host = "localhost"};
        Reply reply = {0};

        assert_int_equal(route->kind, kind);
        assert_ptr_equal(request_check(&r, &open_rules, &reply), route);
        assert_int_equal(reply.status, 405);
        assert_non_null(strstr(reply.allow, route->method));
        reply_free(&reply);
    }
    Request r = {.method = "HEAD", .path = "/healthz", .host = "localhost"};
    expect(&r, &open_rules, 200);
    r.path = "/healthz/";
    expect(&r, &open_rules, 404);
}

static void a_flag_is_true_false_or_refused(void **state)
{
    bool value;

    (void)state;
    assert_true(query_flag(NULL, &value) && !value);
    assert_true(query_flag("0", &value) && !value);
    assert_true(query_flag("false", &value) && !value);
    assert_true(query_flag("", &value) && value);
    assert_true(query_flag("true", &value) && value);
    assert_false(query_flag("maybe", &value));
    assert_false(query_flag("truetrue", &value));
}

static void a_refusal_is_json_whatever_is_in_it(void **state)
{
    Reply reply = {0};

    (void)state;
    reply_refuse(&reply, 400, "format", "%s", "a \"quote\" and \xff\xfe");
    assert_non_null(strstr(reply.text, "\"code\":\"format\""));
    reply_free(&reply);
    reply_refuse(&reply, 400, "format", "%01000d", 7);
    assert_true(reply.size < 1000);
    reply_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_ours_with_any_port_or_none),
        cmocka_unit_test(an_origin_has_to_be_ours_where_it_is_told),
        cmocka_unit_test(only_pictures_are_taken_to_be_read),
        cmocka_unit_test(a_length_that_is_claimed_is_held_against_the_limit),
        cmocka_unit_test(a_token_opens_what_is_closed),
        cmocka_unit_test(every_route_takes_its_method_alone),
        cmocka_unit_test(a_flag_is_true_false_or_refused),
        cmocka_unit_test(a_refusal_is_json_whatever_is_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
