#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"

/* Every test has an empty folder of its own, named in `folder`. */
static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/scrawl-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL);
}

/* "folder/name", in one of four buffers that take turns. */
static const char *in_folder(const char *name)
{
    static char paths[4][512];
    static int turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void assert_holds(const char *path, const char *text)
{
    size_t size = 0;
    uint8_t *bytes = file_read(path, FILE_LIMIT, &size, NULL);

    assert_non_null(bytes);
    assert_int_equal(size, strlen(text));
    assert_string_equal((char *)bytes, text);
    free(bytes);
}

static void assert_count(size_t expected)
{
    size_t count = 0;
    char **names = file_list(folder, &count, NULL);

    assert_non_null(names);
    assert_int_equal(count, expected);
    free(names);
}

static void what_is_written_is_read_back_with_a_nul_behind_it(void **state)
{
    (void)state;
    size_t size = 0;

    assert_int_equal(file_write(in_folder("a"), "x\0y", 3, NULL), 0);
    uint8_t *bytes = file_read(in_folder("a"), 3, &size, NULL);
    assert_int_equal(size, 3);
    assert_memory_equal(bytes, "x\0y\0", 4);
    free(bytes);
    assert_int_equal(file_write(in_folder("empty"), NULL, 0, NULL), 0);
    assert_holds(in_folder("empty"), "");
    assert_count(2);
}

static void a_file_over_the_limit_is_refused_with_both_numbers(void **state)
{
    (void)state;
    Err e = {0};
    size_t size = 77;

    file_write(in_folder("a"), "12345", 5, NULL);
    assert_null(file_read(in_folder("a"), 4, &size, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_non_null(strstr(e.text, "5 bytes, at most 4"));
    assert_int_equal(size, 77);
}

static void a_file_without_a_size_is_read_to_its_end_or_to_the_limit(void **state)
{
    (void)state;
    Err e = {0};
    size_t size = 0;
    uint8_t *bytes = file_read("/proc/self/smaps", FILE_LIMIT, &size, &e);

    assert_non_null(bytes);
    assert_true(size > 1000);
    assert_int_equal(strlen((char *)bytes), size);
    free(bytes);
    assert_null(file_read("/proc/self/smaps", 1000, &size, &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

static void what_is_no_file_is_refused_in_a_sentence(void **state)
{
    (void)state;
    static const char *const paths[] = {"/dev/zero", "/", "/no/such/file", ""};
    static const char *const sentences[] = {
        "/dev/zero: is a device, not a file",
        "/: is a folder, not a file",
        "/no/such/file: cannot open: No such file or directory",
        ": cannot open: No such file or directory",
    };

    for (int i = 0; i < 4; i++) {
        Err e = {0};
        size_t size;
        assert_null(file_read(paths[i], FILE_LIMIT, &size, &e));
        assert_int_equal(e.code, ERR_IO);
        assert_string_equal(e.text, sentences[i]);
    }
}

/* Runs `child` with `text` as its standard input, and its standard output going to the file "out".
 */
static void with_standard_streams(const char *text, void child(void))
{
    int in[2];

    assert_int_equal(pipe(in), 0);
    assert_true(write(in[1], text, strlen(text)) == (ssize_t)strlen(text));
    close(in[1]);
    pid_t pid = fork();
    if (pid == 0) {
        int out = open(in_folder("out"), O_WRONLY | O_CREAT | O_TRUNC, 0666);
        dup2(in[0], STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        child();
        _exit(0);
    }
    close(in[0]);
    waitpid(pid, NULL, 0);
}

static void copy_input_to_output(void)
{
    size_t size;
    uint8_t *bytes = file_read("-", 100, &size, NULL);

    if (bytes)
        file_write("-", bytes, size, NULL);
    free(bytes);
}

static void a_dash_is_standard_input_and_output(void **state)
{
    (void)state;
    with_standard_streams("forty-two", copy_input_to_output);
    assert_holds(in_folder("out"), "forty-two");
}

static void writing_replaces_a_file_and_keeps_its_permissions(void **state)
{
    (void)state;
    struct stat st;

    umask(022);
    file_write(in_folder("a"), "old", 3, NULL);
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    chmod(in_folder("a"), 0600);
    assert_int_equal(file_write(in_folder("a"), "new one", 7, NULL), 0);
    assert_holds(in_folder("a"), "new one");
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_count(1);
}

static void a_full_disk_leaves_the_old_file_whole_and_nothing_beside_it(void **state)
{
    (void)state;
    Err e = {0};
    char big[5000] = "";
    struct rlimit old, small = {.rlim_cur = 1000};

    file_write(in_folder("a"), "old", 3, NULL);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    int r = file_write(in_folder("a"), big, sizeof big, &e);
    int fresh = file_write(in_folder("b"), big, sizeof big, NULL);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(r, -ERR_IO);
    assert_int_equal(fresh, -ERR_IO);
    assert_non_null(strstr(e.text, "/a: cannot write: File too large"));
    assert_holds(in_folder("a"), "old");
    assert_count(1);
}

static void a_pipe_is_written_to_and_not_replaced(void **state)
{
    (void)state;
    struct stat st;
    char text[4] = "";

    assert_int_equal(mkfifo(in_folder("pipe"), 0666), 0);
    int fd = open(in_folder("pipe"), O_RDWR);
    assert_int_equal(file_write(in_folder("pipe"), "xyz", 3, NULL), 0);
    assert_int_equal(stat(in_folder("pipe"), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(read(fd, text, 3), 3);
    assert_string_equal(text, "xyz");
    close(fd);
}

/* In a process of its own, whose standard output goes to a device that is always full. */
static void an_output_that_is_full_is_an_error(void **state)
{
    (void)state;
    Err e = {0};
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
        _exit(file_write("-", "x", 1, &e) == -ERR_IO &&
                      strcmp(e.text, "-: cannot write: No space left on device") == 0
                  ? 0
                  : 1);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void a_symbolic_link_stays_and_its_target_is_replaced(void **state)
{
    (void)state;
    struct stat st;

    file_write(in_folder("target"), "old", 3, NULL);
    assert_int_equal(symlink("target", in_folder("link")), 0);
    assert_int_equal(file_write(in_folder("link"), "new", 3, NULL), 0);
    assert_int_equal(lstat(in_folder("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_holds(in_folder("target"), "new");
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
    (void)state;
    Err e = {0};

    assert_int_equal(file_write(in_folder("no/such/a"), "x", 1, &e), -ERR_IO);
    assert_non_null(strstr(e.text, "no/such/a: cannot write: No such file or directory"));
    assert_int_equal(file_write(folder, "x", 1, &e), -ERR_IO);
    assert_non_null(strstr(e.text, "is a folder"));
    assert_count(0);
}

enum { TEXT = 100000 };

typedef struct Watch {
    const char *path;
    atomic_bool stop;
    int seen, torn;
} Watch;

static void *watch_file(void *arg)
{
    Watch *w = arg;

    while (!atomic_load(&w->stop)) {
        size_t size;
        uint8_t *bytes = file_read(w->path, FILE_LIMIT, &size, NULL);
        w->seen++;
        if (!bytes || size != TEXT || bytes[0] != bytes[TEXT - 1])
            w->torn++;
        free(bytes);
    }
    return NULL;
}

static void a_reader_sees_the_old_file_or_the_new_one(void **state)
{
    (void)state;
    Watch watch = {.path = in_folder("a")};
    char *text = malloc(TEXT);
    pthread_t thread;

    memset(text, 'A', TEXT);
    file_write(watch.path, text, TEXT, NULL);
    pthread_create(&thread, NULL, watch_file, &watch);
    for (int i = 0; i < 50; i++) {
        memset(text, 'A' + i % 26, TEXT);
        assert_int_equal(file_write(watch.path, text, TEXT, NULL), 0);
    }
    atomic_store(&watch.stop, true);
    pthread_join(thread, NULL);
    free(text);
    assert_true(watch.seen > 0);
    assert_int_equal(watch.torn, 0);
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    Err e = {0};

    assert_int_equal(file_make_folder(in_folder("a//b/c/"), NULL), 0);
    assert_int_equal(file_make_folder(in_folder("a/b/c"), NULL), 0);
    assert_true(file_is_folder(in_folder("a/b/c")));
    assert_int_equal(file_make_folder("/", NULL), 0);
    file_write(in_folder("f"), "", 0, NULL);
    assert_int_equal(file_make_folder(in_folder("f/g"), &e), -ERR_IO);
    assert_non_null(strstr(e.text, "/f: cannot make the folder: File exists"));
}

static void names_are_listed_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    static const char *const made[] = {"b", "a10", "a9", "Z", "\xC3\xA4", ".hidden"};
    static const char *const sorted[] = {".hidden", "Z", "a10", "a9", "b", "\xC3\xA4"};
    size_t count = 0;
    Err e = {0};

    for (int i = 0; i < 6; i++)
        file_write(in_folder(made[i]), "", 0, NULL);
    char **names = file_list(folder, &count, NULL);
    assert_int_equal(count, 6);
    for (int i = 0; i < 6; i++)
        assert_string_equal(names[i], sorted[i]);
    free(names);
    assert_null(file_list(in_folder("b"), &count, &e));
    assert_non_null(strstr(e.text, "/b: cannot list the folder: Not a directory"));
}

static void a_tree_is_removed_and_what_its_links_point_to_stays(void **state)
{
    (void)state;
    Err e = {0};

    file_make_folder(in_folder("keep"), NULL);
    file_write(in_folder("keep/file"), "kept", 4, NULL);
    file_make_folder(in_folder("tree/deep/er"), NULL);
    file_write(in_folder("tree/deep/er/file"), "x", 1, NULL);
    assert_int_equal(symlink("../../keep", in_folder("tree/deep/link")), 0);
    assert_int_equal(symlink("keep", in_folder("link")), 0);
    assert_int_equal(file_remove_tree(in_folder("tree"), NULL), 0);
    assert_int_equal(file_remove_tree(in_folder("link"), NULL), 0);
    assert_false(file_exists(in_folder("tree")));
    assert_holds(in_folder("keep/file"), "kept");
    assert_int_equal(file_remove_tree(in_folder("tree"), &e), -ERR_IO);
    assert_non_null(strstr(e.text, "/tree: cannot remove: No such file or directory"));
}

static void paths_are_joined_by_one_slash(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"/", "b", "/b"}};

    for (int i = 0; i < 4; i++) {
        char *path = file_join(cases[i][0], cases[i][1]);
        assert_string_equal(path, cases[i][2]);
        free(path);
    }
}

static void an_ending_is_what_stands_after_the_last_dot_of_a_name(void **state)
{
    (void)state;
    assert_string_equal(file_ending("a/b.tar.gz"), "gz");
    assert_string_equal(file_ending("run.3/model"), "");
    assert_string_equal(file_ending("model."), "");
    assert_string_equal(file_ending("home/.profile"), "");
    assert_string_equal(file_ending(".profile"), "");
    assert_string_equal(file_ending(""), "");
}

static void the_cache_is_where_the_environment_says(void **state)
{
    (void)state;
    char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL, *path;
    Err e = {0};

    setenv("XDG_CACHE_HOME", in_folder("cache"), 1);
    path = file_cache_folder(NULL);
    assert_string_equal(path, in_folder("cache/scrawl"));
    assert_true(file_is_folder(path));
    free(path);
    setenv("XDG_CACHE_HOME", "relative", 1);
    setenv("HOME", folder, 1);
    path = file_cache_folder(NULL);
    assert_string_equal(path, in_folder(".cache/scrawl"));
    assert_true(file_is_folder(path));
    free(path);
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    assert_null(file_cache_folder(&e));
    assert_int_equal(e.code, ERR_IO);
    if (home)
        setenv("HOME", home, 1);
    free(home);
}

#define in_own_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_own_folder(what_is_written_is_read_back_with_a_nul_behind_it),
        in_own_folder(a_file_over_the_limit_is_refused_with_both_numbers),
        in_own_folder(a_file_without_a_size_is_read_to_its_end_or_to_the_limit),
        in_own_folder(what_is_no_file_is_refused_in_a_sentence),
        in_own_folder(a_dash_is_standard_input_and_output),
        in_own_folder(writing_replaces_a_file_and_keeps_its_permissions),
        in_own_folder(a_full_disk_leaves_the_old_file_whole_and_nothing_beside_it),
        in_own_folder(a_pipe_is_written_to_and_not_replaced),
        in_own_folder(an_output_that_is_full_is_an_error),
        in_own_folder(a_symbolic_link_stays_and_its_target_is_replaced),
        in_own_folder(a_place_that_cannot_be_written_is_named),
        in_own_folder(a_reader_sees_the_old_file_or_the_new_one),
        in_own_folder(folders_are_made_with_their_parents),
        in_own_folder(names_are_listed_in_the_order_of_their_bytes),
        in_own_folder(a_tree_is_removed_and_what_its_links_point_to_stays),
        in_own_folder(paths_are_joined_by_one_slash),
        in_own_folder(an_ending_is_what_stands_after_the_last_dot_of_a_name),
        in_own_folder(the_cache_is_where_the_environment_says),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
