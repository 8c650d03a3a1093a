/* The mirrors here are folders and a server on the loopback address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "data/fetch.h"
#include "data/sha256.h"
#include "made.h"

/* ---- a server that gives one answer to everybody ---- */

typedef struct Server {
    int socket;
    const char *head;
    const uint8_t *body;
    size_t size;
    atomic_int requests;
    pthread_t thread;
    char url[64];
} Server;

static void *serve(void *arg)
{
    Server *s = arg;
    char request[2048];

    for (int client; (client = accept(s->socket, NULL, NULL)) >= 0; close(client)) {
        if (recv(client, request, sizeof request, 0) <= 0)
            continue;
        s->requests++;
        send(client, s->head, strlen(s->head), MSG_NOSIGNAL);
        for (size_t at = 0, n; at < s->size; at += n) {
            ssize_t sent = send(client, s->body + at, s->size - at, MSG_NOSIGNAL);
            if (sent <= 0)
                break;
            n = (size_t)sent;
        }
    }
    return NULL;
}

static void server_start(Server *s, const char *head, const void *body, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    *s = (Server){
        .socket = socket(AF_INET, SOCK_STREAM, 0), .head = head, .body = body, .size = size};
    assert_int_equal(bind(s->socket, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(s->socket, 8), 0);
    getsockname(s->socket, (struct sockaddr *)&address, &length);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(Server *s)
{
    shutdown(s->socket, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->socket);
}

#define OK "HTTP/1.0 200 OK\r\n\r\n"

/* ---- */

/* Nothing of the machine's own settings takes part: a fresh cache, no proxy. */
static int fresh_cache(void **state)
{
    char *folder = made_folder();

    setenv("XDG_CACHE_HOME", folder, 1);
    setenv("no_proxy", "*", 1);
    unsetenv("http_proxy");
    *state = folder;
    return 0;
}

static int remove_cache(void **state)
{
    made_remove(*state);
    return 0;
}

static void need_data(void)
{
    if (made_data())
        return;
    print_message("# the folder of data is not there\n");
    skip();
}

/* "file:///.../mnist/"; the caller frees. */
static char *mnist_url(void)
{
    char *real = realpath(made_data(), NULL), *url;

    assert_true(asprintf(&url, "file://%s/mnist/", real) > 0);
    free(real);
    return url;
}

static void failed(const FetchOptions *o, ErrCode code, const char *part)
{
    Err e = {0};

    assert_null(data_fetch("mnist", o, &e));
    assert_sentence(&e, code, part);
}

static size_t files_in(const char *folder)
{
    size_t n = 0;
    char **names = file_list(folder, &n, NULL);

    free(names);
    return n;
}

static void sha256_of_known_texts(void **state)
{
    (void)state;
    char text[SHA256_TEXT];

    sha256_text((const uint8_t *)"abc", 3, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_text(NULL, 0, text);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void count_progress(void *user, const char *file, double done, double total)
{
    (void)file;
    (void)total;
    *(int *)user += done > 0;
}

static void what_is_right_is_kept_and_not_fetched_again(void **state)
{
    need_data();
    char *url = mnist_url();
    int calls = 0;
    FetchOptions o = {.mirrors = (const char *const[]){"file:///nowhere/", url, NULL},
                      .progress = count_progress,
                      .user = &calls};
    Err e = {0};
    char *folder = data_fetch("mnist", &o, &e);

    assert_non_null(folder);
    assert_memory_equal(folder, *state, strlen(*state));
    assert_string_equal(folder + strlen(*state), "/scrawl/mnist");
    assert_int_equal(files_in(folder), 4);
    assert_true(calls >= 4);
    free(folder);
    o.mirrors = (const char *const[]){NULL};
    folder = data_fetch("mnist", &o, &e);
    assert_non_null(folder);
    made_text(folder, "t10k-labels-idx1-ubyte.gz", "spoilt");
    failed(&o, ERR_NETWORK, "");
    free(folder);
    Dataset *d = dataset_default(&(DatasetOptions){.part = PART_TRAIN}, &o, &e);
    assert_int_equal(d->count, 60000);
    dataset_free(d);
    free(url);
}

static void a_set_is_fetched_over_http_where_a_test_allows_it(void **state)
{
    (void)state;
    need_data();
    char *folder = made_path(made_data(), "mnist"),
         *path = made_path(folder, "t10k-labels-idx1-ubyte.gz"), *url = mnist_url();
    size_t size;
    uint8_t *labels = file_read(path, FILE_LIMIT, &size, NULL);
    Server s;

    /* It gives the same file whatever is asked for: only one of the four is right, and the second
     * mirror has the others. */
    server_start(&s, OK, labels, size);
    FetchOptions o = {.mirrors = (const char *const[]){s.url, url, NULL}};
    char *cache = data_fetch("mnist", &o, NULL);
    assert_non_null(cache);
    assert_int_equal(s.requests, 4);
    server_stop(&s);
    free(cache);
    free(labels);
    free(folder);
    free(path);
    free(url);
}

static void something_else_is_refused_and_not_kept(void **state)
{
    Server s;
    Writer wrong = made_gzip("some bytes", 10), large = {0};
    uint8_t *zeros = calloc(60000000, 1);
    const char *cache = *state;
    char *folder = made_path(cache, "scrawl/mnist");
    FetchOptions o = {.mirrors = (const char *const[]){s.url, NULL}};

    server_start(&s, OK, wrong.bytes, wrong.size);
    failed(&o, ERR_NETWORK, "unpacks to 10 bytes, 47040016 are expected");
    server_stop(&s);
    server_start(&s, OK, "<html>", 6);
    failed(&o, ERR_FORMAT, "no gzip file");
    server_stop(&s);
    large = made_gzip(zeros, 47040016);
    server_start(&s, OK, large.bytes, large.size);
    failed(&o, ERR_NETWORK, "is not the original: SHA-256");
    server_stop(&s);
    server_start(&s, OK, zeros, 60000000);
    failed(&o, ERR_NETWORK, "more than the 52924114 bytes that it may have");
    server_stop(&s);
    server_start(&s, "HTTP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "", 0);
    failed(&o, ERR_NETWORK, "more than the 52924114 bytes");
    server_stop(&s);
    server_start(&s, "HTTP/1.0 404 Not Found\r\n\r\n", "", 0);
    failed(&o, ERR_NETWORK, "404");
    server_stop(&s);
    assert_int_equal(files_in(folder), 0);
    free(folder);
    free(zeros);
    writer_free(&wrong);
    writer_free(&large);
}

static void a_redirection_away_from_https_is_not_followed(void **state)
{
    (void)state;
    Server target, s;
    char head[256];

    server_start(&target, OK, "", 0);
    snprintf(head, sizeof head, "HTTP/1.0 302 Found\r\nLocation: %s\r\n\r\n", target.url);
    server_start(&s, head, "", 0);
    FetchOptions o = {.mirrors = (const char *const[]){s.url, NULL}};
    failed(&o, ERR_NETWORK, "http");
    assert_int_equal(target.requests, 0);
    server_stop(&s);
    server_stop(&target);
}

static void without_a_network_the_sentence_says_what_to_do(void **state)
{
    (void)state;
    FetchOptions o = {.mirrors = (const char *const[]){"http://127.0.0.1:1/", NULL}};
    Err e = {0};

    assert_null(dataset_default(NULL, &o, &e));
    assert_sentence(&e, ERR_NETWORK, "MNIST is not in ");
    assert_sentence(&e, ERR_NETWORK, "give data with --data");
}

static void only_sets_that_exist_have_a_name(void **state)
{
    (void)state;
    Err e = {0};

    assert_null(data_fetch("imagenet", NULL, &e));
    assert_sentence(&e, ERR_ARGUMENT,
                    "imagenet: no data set of that name can be fetched; there is mnist");
    assert_string_equal(data_names[0], "mnist");
}

static void a_folder_of_one_s_own_is_used(void **state)
{
    need_data();
    char *url = mnist_url(), *folder = made_path(*state, "a/b");
    FetchOptions o = {.folder = folder, .mirrors = (const char *const[]){url, NULL}};
    char *used = data_fetch("mnist", &o, NULL);

    assert_string_equal(used, folder);
    assert_int_equal(files_in(folder), 4);
    free(used);
    free(folder);
    free(url);
}

int main(void)
{
#define WITH_CACHE(test) cmocka_unit_test_setup_teardown(test, fresh_cache, remove_cache)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_known_texts),
        WITH_CACHE(what_is_right_is_kept_and_not_fetched_again),
        WITH_CACHE(a_set_is_fetched_over_http_where_a_test_allows_it),
        WITH_CACHE(something_else_is_refused_and_not_kept),
        WITH_CACHE(a_redirection_away_from_https_is_not_followed),
        WITH_CACHE(without_a_network_the_sentence_says_what_to_do),
        WITH_CACHE(only_sets_that_exist_have_a_name),
        WITH_CACHE(a_folder_of_one_s_own_is_used),
    };
    return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
