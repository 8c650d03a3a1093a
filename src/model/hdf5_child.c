/* The door to libhdf5. It is loaded by hand: linked, it would cost every start of the program some
 * milliseconds for a format that few runs touch. */
#include "model/hdf5_child.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/library.h"
#include "model/hdf5_file.h"

/* Some constants of the headers would call the library first. */
#undef H5CHECK
#undef H5OPEN
#define H5CHECK
#define H5OPEN

enum { TIME_S = 10, DEPTH_LIMIT = 16, NAME_LIMIT = 200 };
#define MEMORY_LIMIT ((size_t)4 << 30) /* bytes that the child may ask for */

/* ---- the library ---- */

/* clang-format off */
#define FUNCTIONS(X) \
    X(H5open) X(H5get_libversion) X(H5Eset_auto2) X(H5Pcreate) X(H5Pset_fapl_core) X(H5Pset_file_image) \
    X(H5Pset_obj_track_times) X(H5Fopen) X(H5Fcreate) X(H5Fflush) X(H5Fget_file_image) X(H5Gcreate2) \
    X(H5Gget_info) X(H5Lget_name_by_idx) X(H5Lexists) X(H5Oopen) X(H5Oclose) X(H5Iget_type) \
    X(H5Aiterate2) X(H5Aopen) X(H5Aclose) X(H5Aget_type) X(H5Aget_space) X(H5Aread) X(H5Acreate2) \
    X(H5Awrite) X(H5Tcopy) X(H5Tset_size) X(H5Tset_cset) X(H5Tget_class) X(H5Tget_size) \
    X(H5Tis_variable_str) X(H5Tclose) X(H5Screate) X(H5Screate_simple) X(H5Sget_simple_extent_ndims) \
    X(H5Sget_simple_extent_dims) X(H5Sget_simple_extent_npoints) X(H5Sclose) X(H5Dget_type) \
    X(H5Dget_space) X(H5Dread) X(H5Dcreate2) X(H5Dwrite) X(H5Dclose)
#define CONSTANTS(X) \
    X(H5T_C_S1_g) X(H5T_NATIVE_FLOAT_g) X(H5T_IEEE_F32LE_g) X(H5T_IEEE_F64LE_g) \
    X(H5P_CLS_FILE_ACCESS_ID_g) X(H5P_CLS_DATASET_CREATE_ID_g)
/* clang-format on */

typedef struct Library {
#define X(name) __typeof__(name) *name;
    FUNCTIONS(X)
#undef X
#define X(name) hid_t name;
    CONSTANTS(X)
#undef X
} Library;

/* Its types are those of the headers only for the same minor version. */
static bool library_load(Library *l)
{
    static const char *const names[] = {"libhdf5_serial.so.103", "libhdf5.so.103"}; /* Debian's; others' */
#define X(name) const hid_t *name##_at = NULL;
    CONSTANTS(X)
#undef X
#define X(name) {#name, &l->name},
#define Y(name) {#name, &name##_at},
    const LibrarySymbol symbols[] = {FUNCTIONS(X) CONSTANTS(Y){0}};
#undef X
#undef Y
    unsigned major, minor, release;
    void *library = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
        library = library_open(names[i], "use HDF5", symbols, NULL);
    if (!library || l->H5open() < 0 || l->H5get_libversion(&major, &minor, &release) < 0 ||
        major != H5_VERS_MAJOR || minor != H5_VERS_MINOR)
        return false;
#define X(name) l->name = *name##_at;
    CONSTANTS(X)
#undef X
    l->H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* it would print */
    return true;
}

/* ---- reading, in the child ---- */

typedef struct Walk {
    const Library *l;
    Writer *out;
    size_t room; /* bytes that arrays may still take */
    int records;
    const char *path; /* of the object whose attributes are walked */
    bool failed;
} Walk;

static void put_string(Writer *w, const char *text, size_t length)
{
    writer_u32le(w, (uint32_t)length);
    writer_put(w, text, length);
}

/* Values of a text attribute: pointers where lengths vary, else cells padded with NULs. */
static void put_values(Walk *k, hid_t attribute, hid_t type, bool varies, size_t cell, size_t count)
{
    char *cells = calloc(count + 1, cell + 1);

    if (!cells || k->l->H5Aread(attribute, type, cells) < 0) {
        k->failed = true;
        free(cells);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = cells + i * cell;
        if (varies)
            memcpy(&text, cells + i * cell, sizeof text);
        if (!text)
            text = "";
        put_string(k->out, text, varies ? strlen(text) : strnlen(text, cell));
    }
    free(cells);
}

/* Any attribute that is text; others (an empty list is one of floats) are empty lists. */
static herr_t put_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data)
{
    Walk *k = data;
    const Library *l = k->l;
    hid_t attribute = l->H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = attribute < 0 ? -1 : l->H5Aget_type(attribute);
    hid_t space = attribute < 0 ? -1 : l->H5Aget_space(attribute);
    hssize_t count = space < 0 ? -1 : l->H5Sget_simple_extent_npoints(space);

    (void)info;
    if (type < 0 || count < 0 || count > HDF5_RECORD_LIMIT || strlen(name) > NAME_LIMIT ||
        ++k->records > HDF5_RECORD_LIMIT) {
        k->failed = true;
        return -1;
    }
    bool text = l->H5Tget_class(type) == H5T_STRING;
    bool list = l->H5Sget_simple_extent_ndims(space) > 0;
    size_t cell = l->H5Tget_size(type);
    writer_u8(k->out, 'T');
    put_string(k->out, k->path, strlen(k->path));
    put_string(k->out, name, strlen(name));
    if (!text || count == 0 || (!list && count != 1) || cell > (size_t)16 << 20) {
        writer_u32le(k->out, 1);
    } else {
        writer_u32le(k->out, list ? (uint32_t)count + 1 : 0);
        put_values(k, attribute, type, l->H5Tis_variable_str(type) > 0, cell, (size_t)count);
    }
    l->H5Sclose(space);
    l->H5Tclose(type);
    l->H5Aclose(attribute);
    return k->failed ? -1 : 0;
}

static void put_numbers(Walk *k, hid_t dataset, const hsize_t *shape, int dims, const char *path)
{
    size_t count = sizeof(float);

    for (int i = 0; i < dims; i++)
        k->failed |= !size_multiply(count, shape[i], &count);
    if (k->failed || count > k->room) {
        k->failed = true;
        return;
    }
    k->room -= count;
    float *numbers = malloc(count + 1);
    if (!numbers || k->l->H5Dread(dataset, k->l->H5T_NATIVE_FLOAT_g, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                  numbers) < 0) {
        k->failed = true;
    } else {
        writer_u8(k->out, 'A');
        put_string(k->out, path, strlen(path));
        writer_u8(k->out, (uint8_t)dims);
        for (int i = 0; i < dims; i++)
            writer_u64le(k->out, shape[i]);
        writer_put(k->out, numbers, count);
    }
    free(numbers);
}

/* Arrays of numbers are read as floats; others are none of Keras' weights. */
static void put_dataset(Walk *k, hid_t dataset, const char *path)
{
    const Library *l = k->l;
    hid_t type = l->H5Dget_type(dataset), space = l->H5Dget_space(dataset);
    int dims = space < 0 ? -1 : l->H5Sget_simple_extent_ndims(space);
    hsize_t shape[HDF5_DIMS];

    if (type < 0 || dims < 0 || dims > HDF5_DIMS || ++k->records > HDF5_RECORD_LIMIT ||
        l->H5Sget_simple_extent_dims(space, shape, NULL) < 0)
        k->failed = true;
    else if (l->H5Tget_class(type) == H5T_FLOAT)
        put_numbers(k, dataset, shape, dims, path);
}

static void put_object(Walk *k, hid_t object, const char *path, int depth);

static void put_links(Walk *k, hid_t group, const char *path, int depth)
{
    H5G_info_t info;
    char name[NAME_LIMIT + 1], child[HDF5_PATH];

    if (k->l->H5Gget_info(group, &info) < 0 || info.nlinks > HDF5_RECORD_LIMIT)
        k->failed = true;
    for (hsize_t i = 0; !k->failed && i < info.nlinks; i++) {
        ssize_t length = k->l->H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_NATIVE, i,
                                                  name, sizeof name, H5P_DEFAULT);
        if (length <= 0 || length > NAME_LIMIT ||
            snprintf(child, sizeof child, "%s%s%s", path, *path ? "/" : "", name) >=
                (int)sizeof child) {
            k->failed = true;
            return;
        }
        if (strcmp(child, "optimizer_weights") == 0)
            continue;
        hid_t object = k->l->H5Oopen(group, name, H5P_DEFAULT);
        if (object < 0) {
            k->failed = true;
            return;
        }
        put_object(k, object, child, depth + 1);
        k->l->H5Oclose(object);
    }
}

static void put_object(Walk *k, hid_t object, const char *path, int depth)
{
    H5I_type_t type = k->l->H5Iget_type(object);

    if (depth > DEPTH_LIMIT || (type != H5I_GROUP && type != H5I_DATASET)) {
        k->failed |= depth > DEPTH_LIMIT;
        return;
    }
    k->path = path;
    if (k->l->H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, put_attribute, k) < 0)
        k->failed = true;
    if (k->failed)
        return;
    if (type == H5I_DATASET)
        put_dataset(k, object, path);
    else
        put_links(k, object, path, depth);
}

/* Compressed numbers take at most some thousand times their room. */
static bool read_file(const Library *l, const void *bytes, size_t size, Writer *out)
{
    hid_t access = l->H5Pcreate(l->H5P_CLS_FILE_ACCESS_ID_g);
    Walk k = {.l = l, .out = out, .room = size > FILE_LIMIT / 1100 ? FILE_LIMIT : size * 1100};

    if (access < 0 || l->H5Pset_fapl_core(access, 1 << 16, 0) < 0 ||
        l->H5Pset_file_image(access, (void *)bytes, size) < 0)
        return false;
    hid_t file = l->H5Fopen("memory", H5F_ACC_RDONLY, access);
    hid_t root = file < 0 ? -1 : l->H5Oopen(file, "/", H5P_DEFAULT);
    if (root < 0)
        return false;
    put_object(&k, root, "", 0);
    return !k.failed;
}

/* ---- writing, in the child ---- */

typedef struct Making {
    const Library *l;
    hid_t file;
} Making;

/* Makes the groups of a path, and opens the last one. `length` is of the path without what comes in
 * the group. */
static hid_t open_group(const Making *k, const char *path, size_t length)
{
    char part[HDF5_PATH];

    for (size_t i = 1; i <= length; i++) {
        if (i < length && path[i] != '/')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (k->l->H5Lexists(k->file, part, H5P_DEFAULT) <= 0)
            k->l->H5Oclose(k->l->H5Gcreate2(k->file, part, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    }
    snprintf(part, sizeof part, "/%.*s", (int)length, path);
    return k->l->H5Oopen(k->file, part, H5P_DEFAULT);
}

static char *take_text(Reader *r, bool *sound)
{
    size_t length = reader_u32le(r);
    const uint8_t *bytes = reader_take(r, length);
    char *text = bytes ? malloc(length + 1) : NULL;

    if (!text) {
        *sound = false;
        return NULL;
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}

/* Texts of any length, as Keras with h5py 3 writes them: readers that know nothing else read these.
 * An empty list is one of floats, as numpy makes it. */
static bool write_texts(const Making *k, Reader *r, const char *path)
{
    const Library *l = k->l;
    bool sound = true;
    char *name = take_text(r, &sound);
    size_t listed = reader_u32le(r), count = listed ? listed - 1 : 1;
    hsize_t shape[] = {count};
    char **texts = calloc(count + 1, sizeof *texts);
    hid_t group = open_group(k, path, strlen(path)), type = l->H5Tcopy(l->H5T_C_S1_g);

    for (size_t i = 0; texts && i < count; i++)
        texts[i] = take_text(r, &sound);
    if (!sound || !texts || group < 0 || l->H5Tset_size(type, H5T_VARIABLE) < 0 ||
        l->H5Tset_cset(type, H5T_CSET_UTF8) < 0)
        return false;
    hid_t space = listed ? l->H5Screate_simple(1, shape, NULL) : l->H5Screate(H5S_SCALAR);
    hid_t attribute = l->H5Acreate2(group, name, count ? type : l->H5T_IEEE_F64LE_g, space,
                                    H5P_DEFAULT, H5P_DEFAULT);
    return attribute >= 0 && (!count || l->H5Awrite(attribute, type, texts) >= 0) &&
           l->H5Aclose(attribute) >= 0 && l->H5Oclose(group) >= 0;
}

static bool write_array(const Making *k, Reader *r, const char *path)
{
    const Library *l = k->l;
    int dims = reader_u8(r);
    hsize_t shape[HDF5_DIMS];
    size_t count = 1;
    const char *slash = strrchr(path, '/');
    hid_t group = open_group(k, path, slash ? (size_t)(slash - path) : 0);
    hid_t how = l->H5Pcreate(l->H5P_CLS_DATASET_CREATE_ID_g);

    for (int i = 0; i < dims; i++)
        count *= shape[i] = reader_u64le(r);
    const uint8_t *bytes = reader_take(r, count * sizeof(float));
    float *numbers = malloc(count * sizeof(float) + 1);
    if (!bytes || !numbers || group < 0 || l->H5Pset_obj_track_times(how, false) < 0)
        return false;
    memcpy(numbers, bytes, count * sizeof(float));
    hid_t space = l->H5Screate_simple(dims, shape, NULL);
    hid_t dataset = l->H5Dcreate2(group, slash ? slash + 1 : path, l->H5T_IEEE_F32LE_g, space,
                                  H5P_DEFAULT, how, H5P_DEFAULT);
    bool done =
        dataset >= 0 &&
        l->H5Dwrite(dataset, l->H5T_NATIVE_FLOAT_g, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0 &&
        l->H5Dclose(dataset) >= 0 && l->H5Oclose(group) >= 0;
    free(numbers);
    return done;
}

/* What is left open dies with the process. */
static bool write_file(const Library *l, const void *records, size_t size, Writer *out)
{
    Reader r = reader_open(records, size);
    hid_t access = l->H5Pcreate(l->H5P_CLS_FILE_ACCESS_ID_g);
    bool sound = access >= 0 && l->H5Pset_fapl_core(access, 1 << 16, 0) >= 0;
    Making k = {l, sound ? l->H5Fcreate("memory", H5F_ACC_TRUNC, H5P_DEFAULT, access) : -1};

    sound = sound && k.file >= 0;
    while (sound && reader_left(&r)) {
        uint8_t kind = reader_u8(&r);
        char *path = take_text(&r, &sound);
        sound = sound && strlen(path) < HDF5_PATH - 1 &&
                (kind == 'T' ? write_texts(&k, &r, path) : write_array(&k, &r, path));
        free(path);
    }
    if (!sound || l->H5Fflush(k.file, H5F_SCOPE_GLOBAL) < 0)
        return false;
    ssize_t length = l->H5Fget_file_image(k.file, NULL, 0);
    void *image = length > 0 ? malloc((size_t)length) : NULL;
    if (!image || l->H5Fget_file_image(k.file, image, (size_t)length) != length)
        return false;
    writer_put(out, image, (size_t)length);
    return !out->failed;
}

/* ---- the process ---- */

/* The first byte that comes from the child. */
enum { ANSWER_DONE = 'd', ANSWER_BROKEN = 'b', ANSWER_LIBRARY = 'l' };

static void send_all(int to, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size) {
        ssize_t n = write(to, at, size);
        if (n <= 0 && errno != EINTR)
            return;
        at += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
}

static void set_limits(void)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; fd < 3 && nothing >= 0; fd++)
        dup2(nothing, fd);
    setrlimit(RLIMIT_CPU, &(struct rlimit){TIME_S, TIME_S});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    for (int s = 1; s < NSIG; s++) /* a program's own handlers are not for its child */
        signal(s, SIG_DFL);
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* which live on terabytes */
    setrlimit(RLIMIT_AS, &(struct rlimit){MEMORY_LIMIT, MEMORY_LIMIT});
#endif
}

/* Never returns: it ends by a signal, so that nothing of what the parent wants done at its end is done
 * here. */
static void work(Hdf5Job job, const void *in, size_t size, int to)
{
    Library l;
    Writer out = {0};
    char answer = ANSWER_LIBRARY;

    set_limits();
    if (library_load(&l)) {
        bool done =
            job == HDF5_READ ? read_file(&l, in, size, &out) : write_file(&l, in, size, &out);
        answer = done && !out.failed ? ANSWER_DONE : ANSWER_BROKEN;
    }
    send_all(to, &answer, 1);
    if (answer == ANSWER_DONE) {
        uint64_t length = out.size;
        send_all(to, &length, sizeof length);
        send_all(to, out.bytes, out.size);
    }
    for (;;)
        raise(SIGKILL);
}

/* Everything that comes until the child closes its end, or time or room has run out. */
static void receive_all(int from, Writer *out)
{
    char chunk[1 << 16];
    struct timespec start, now;

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        long left_s = 3 * TIME_S - (long)(now.tv_sec - start.tv_sec);
        struct pollfd p = {.fd = from, .events = POLLIN};
        if (left_s <= 0 || out->size > FILE_LIMIT + (1 << 24))
            return;
        int ready = poll(&p, 1, (int)left_s * 1000);
        ssize_t n = ready > 0 ? read(from, chunk, sizeof chunk) : ready < 0 ? -1 : 0;
        if (n == 0 || (n < 0 && errno != EINTR))
            return;
        if (n > 0)
            writer_put(out, chunk, (size_t)n);
    }
}

/* Moves what the child sent to `out`. */
static int unpack(Hdf5Job job, Reader r, Writer *out, Err *e)
{
    char answer = (char)reader_u8(&r);

    if (answer == ANSWER_LIBRARY)
        return err_set(e, ERR_UNSUPPORTED,
                       "it takes the library libhdf5 %d.%d, which is not installed", H5_VERS_MAJOR,
                       H5_VERS_MINOR);
    size_t length = answer == ANSWER_DONE ? reader_u64le(&r) : 0;
    if (answer != ANSWER_DONE || r.failed || length != reader_left(&r))
        return err_set(e, job == HDF5_READ ? ERR_FORMAT : ERR_MEMORY,
                       job == HDF5_READ ? "a broken HDF5 file" : "the HDF5 file cannot be made");
    writer_put(out, r.bytes + r.at, length);
    return out->failed ? err_set(e, ERR_MEMORY, "no memory for %zu bytes", length) : 0;
}

int hdf5_child(Hdf5Job job, const void *in, size_t size, Writer *out, Err *e)
{
    Writer all = {0};
    int ends[2];
    pid_t child = pipe2(ends, O_CLOEXEC) ? -1 : fork();

    if (child < 0)
        return err_set(e, ERR_IO, "no process for libhdf5: %s", strerror(errno));
    if (child == 0)
        work(job, in, size, ends[1]);
    close(ends[1]);
    receive_all(ends[0], &all);
    close(ends[0]);
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    int code = unpack(job, reader_open(all.bytes, all.size), out, e);
    writer_free(&all);
    return code;
}
