#include "base/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

/* The sentences below use printf's %m: the system's reason, from errno. */

static bool is_dash(const char *path)
{
    return strcmp(path, "-") == 0;
}

bool file_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_is_same(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

char *file_join(const char *folder, const char *name)
{
    size_t n = strlen(folder);
    const char *slash = n == 0 || folder[n - 1] == '/' ? "" : "/";
    char *path;

    return asprintf(&path, "%s%s%s", folder, slash, name) < 0 ? NULL : path;
}

const char *file_ending(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return dot && dot != name ? dot + 1 : "";
}

/* ---- reading ---- */

/* read, again when a signal came in between. */
static ssize_t read_some(int fd, void *bytes, size_t size)
{
    ssize_t n;

    do
        n = read(fd, bytes, size);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Opens a file to read and says in `*expected` how large it seems; -1 if it cannot be read whole.
 */
static int open_whole(const char *path, size_t limit, size_t *expected, Err *e)
{
    struct stat st;
    int fd = is_dash(path) ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0 || fstat(fd, &st)) {
        err_set(e, ERR_IO, "%s: cannot open: %m", path);
    } else if (S_ISDIR(st.st_mode)) {
        err_set(e, ERR_IO, "%s: is a folder, not a file", path);
    } else if (!is_dash(path) && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))) {
        err_set(e, ERR_IO, "%s: is a device, not a file", path);
    } else if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > limit) {
        err_set(e, ERR_LIMIT, "%s: %jd bytes, at most %zu are read", path, (intmax_t)st.st_size,
                limit);
    } else {
        *expected = S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Reads until the end into a buffer that grows: pipes and the files of /proc have no size. */
static uint8_t *read_all(int fd, const char *path, size_t limit, size_t expected, size_t *size,
                         Err *e)
{
    size_t room = expected + 1, at = 0; /* one more, for the end of the file and then for the NUL */
    uint8_t *bytes = malloc(room), *larger;
    ssize_t n = -1;

    while (bytes && (n = read_some(fd, bytes + at, room - at)) > 0) {
        at += (size_t)n;
        if (at > limit) {
            err_set(e, ERR_LIMIT, "%s: more than the %zu bytes that are read", path, limit);
            goto failed;
        }
        if (at < room)
            continue;
        room = room < 4096 ? 8192 : room < limit / 2 ? room * 2 : limit + 1;
        if (!(larger = realloc(bytes, room)))
            break;
        bytes = larger;
    }
    if (n == 0) {
        bytes[at] = 0;
        *size = at;
        return bytes;
    }
    if (n < 0 && bytes)
        err_set(e, ERR_IO, "%s: cannot read: %m", path);
    else
        err_set(e, ERR_MEMORY, "%s: no memory for %zu bytes", path, room);
failed:
    free(bytes);
    return NULL;
}

uint8_t *file_read(const char *path, size_t limit, size_t *size, Err *e)
{
    size_t expected;

    assert(limit < SIZE_MAX);
    int fd = open_whole(path, limit, &expected, e);
    if (fd < 0)
        return NULL;
    uint8_t *bytes = read_all(fd, path, limit, expected, size, e);
    close(fd);
    return bytes;
}

/* ---- writing ---- */

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

/* Standard output, a terminal, a pipe or /dev/null: what cannot be replaced is written to. */
static int write_through(const char *path, const void *bytes, size_t size, Err *e)
{
    int fd = is_dash(path) ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    int r = 0;

    if (fd < 0 || write_all(fd, bytes, size))
        r = err_set(e, ERR_IO, "%s: cannot write: %m", path);
    if (fd >= 0 && close(fd) && !r)
        r = err_set(e, ERR_IO, "%s: cannot write: %m", path);
    return r;
}

/* Makes and opens a new file beside `path`, whose name is then in `*temporary`. */
static int open_beside(const char *path, char **temporary)
{
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash + 1 - path) : 0;

    for (int tries = 0; tries < 100; tries++) {
        uint64_t number;
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            break;
        if (asprintf(temporary, "%.*s.scrawl-%016jx", folder, path, (uintmax_t)number) < 0)
            break;
        int fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        int reason = errno;
        free(*temporary);
        errno = reason;
        if (reason != EEXIST)
            break;
    }
    *temporary = NULL;
    return -1;
}

/* fsync, where the file system knows it. */
static int flush_to_disk(int fd)
{
    return fsync(fd) && errno != EINVAL && errno != ENOSYS ? -1 : 0;
}

/* `old` is the file that is replaced, whose permissions stay, or NULL. `shown` names it. */
static int replace(const char *path, const struct stat *old, const char *shown, const void *bytes,
                   size_t size, Err *e)
{
    char *temporary;
    int fd = open_beside(path, &temporary), r = 0;

    if (fd < 0)
        return err_set(e, ERR_IO, "%s: cannot write: %m", shown);
    if (write_all(fd, bytes, size) || (old && fchmod(fd, old->st_mode & 07777)) ||
        flush_to_disk(fd))
        r = err_set(e, ERR_IO, "%s: cannot write: %m", shown);
    if (close(fd) && !r)
        r = err_set(e, ERR_IO, "%s: cannot write: %m", shown);
    if (!r && rename(temporary, path))
        r = err_set(e, ERR_IO, "%s: cannot replace: %m", shown);
    if (r)
        unlink(temporary);
    free(temporary);
    return r;
}

int file_write(const char *path, const void *bytes, size_t size, Err *e)
{
    struct stat st;

    if (is_dash(path))
        return write_through(path, bytes, size, e);
    if (stat(path, &st))
        return replace(path, NULL, path, bytes, size, e);
    if (S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "%s: is a folder, not a file", path);
    if (!S_ISREG(st.st_mode))
        return write_through(path, bytes, size, e);
    char *target = realpath(path, NULL); /* a symbolic link stays, its target is replaced */
    if (!target)
        return err_set(e, ERR_IO, "%s: cannot write: %m", path);
    int r = replace(target, &st, path, bytes, size, e);
    free(target);
    return r;
}

/* ---- folders ---- */

/* mkdir, which is fine with a folder that is there already. */
static int make_one_folder(const char *path)
{
    if (mkdir(path, 0777) == 0)
        return 0;
    int reason = errno;
    if (file_is_folder(path))
        return 0;
    errno = reason;
    return -1;
}

int file_make_folder(const char *path, Err *e)
{
    char *part = strdup(path);
    int r = 0;

    if (!part)
        return err_set(e, ERR_MEMORY, "%s: no memory", path);
    for (char *at = part; !r && *at;) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        char after = *at;
        *at = 0;
        if (make_one_folder(part))
            r = err_set(e, ERR_IO, "%s: cannot make the folder: %m", part);
        *at = after;
    }
    free(part);
    return r;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Appends the names, a NUL after each; returns how many, or -1 with errno set. */
static long read_names(DIR *folder, Writer *names)
{
    long count = 0;

    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (!entry)
            return errno ? -1 : count;
        if (is_dots(entry->d_name))
            continue;
        writer_put(names, entry->d_name, strlen(entry->d_name) + 1);
        count++;
    }
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* An array of pointers and, after it in the same block, the names they point to. */
static char **names_to_list(const Writer *names, size_t count)
{
    char **list = names->failed ? NULL : malloc((count + 1) * sizeof *list + names->size);

    if (!list)
        return NULL;
    char *text = (char *)(list + count + 1);
    if (count)
        memcpy(text, names->bytes, names->size);
    for (size_t i = 0; i < count; i++, text += strlen(text) + 1)
        list[i] = text;
    list[count] = NULL;
    qsort(list, count, sizeof *list, by_bytes);
    return list;
}

char **file_list(const char *folder, size_t *count, Err *e)
{
    Writer names = {0};
    char **list = NULL;
    DIR *open_folder = opendir(folder);
    long n = open_folder ? read_names(open_folder, &names) : -1;

    if (n < 0) {
        err_set(e, ERR_IO, "%s: cannot list the folder: %m", folder);
    } else if ((list = names_to_list(&names, (size_t)n))) {
        *count = (size_t)n;
    } else {
        err_set(e, ERR_MEMORY, "%s: no memory for %ld names", folder, n);
    }
    if (open_folder)
        closedir(open_folder);
    writer_free(&names);
    return list;
}

static int remove_at(int parent, const char *name);

/* Empties the open folder `fd`, and closes it. */
static int remove_entries(int fd)
{
    DIR *folder = fdopendir(fd);
    struct dirent *entry;
    int r = 0;

    if (!folder) {
        close(fd);
        return -1;
    }
    while (!r && (entry = readdir(folder)))
        if (!is_dots(entry->d_name))
            r = remove_at(dirfd(folder), entry->d_name);
    int reason = errno;
    closedir(folder);
    errno = reason;
    return r;
}

static int remove_at(int parent, const char *name)
{
    if (unlinkat(parent, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM) /* Linux' and POSIX's word for a folder */
        return -1;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || remove_entries(fd))
        return -1;
    return unlinkat(parent, name, AT_REMOVEDIR);
}

int file_remove_tree(const char *path, Err *e)
{
    return remove_at(AT_FDCWD, path) ? err_set(e, ERR_IO, "%s: cannot remove: %m", path) : 0;
}

char *file_cache_folder(Err *e)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *path = NULL;

    if (cache && cache[0] == '/') { /* its specification: relative ones are ignored */
        path = file_join(cache, "scrawl");
    } else if (home && home[0]) {
        path = file_join(home, ".cache/scrawl");
    } else {
        err_set(e, ERR_IO, "no folder for downloads: neither XDG_CACHE_HOME nor HOME is set");
        return NULL;
    }
    if (!path)
        err_set(e, ERR_MEMORY, "no memory for a path");
    else if (file_make_folder(path, e)) {
        free(path);
        return NULL;
    }
    return path;
}
