#include "data/fetch.h"

#define CURL_DISABLE_TYPECHECK /* its macros name functions that we only have by pointer */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/library.h"
#include "data/gzip.h"
#include "data/sha256.h"

enum {
    CONNECT_TIMEOUT_S = 15,
    STALL_TIMEOUT_S = 30, /* that long below STALL_RATE is given up */
    STALL_RATE = 1000,    /* bytes a second */
    TOTAL_TIMEOUT_S = 900,
    REDIRECTS = 5
};

typedef struct Remote {
    const char *name;
    size_t size;        /* of the unpacked content */
    const char *sha256; /* of it as well, so that it does not matter how a mirror packed it */
} Remote;

typedef struct Source {
    const char *name;
    const char *const *mirrors;
    const Remote *files;
} Source;

static const Remote mnist_files[] = {
    {"train-images-idx3-ubyte.gz", 47040016,
     "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
    {"train-labels-idx1-ubyte.gz", 60008,
     "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
    {"t10k-images-idx3-ubyte.gz", 7840016,
     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
    {"t10k-labels-idx1-ubyte.gz", 10008,
     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
    {NULL, 0, NULL},
};

static const char *const mnist_mirrors[] = {
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    NULL,
};

static const Source sources[] = {{"mnist", mnist_mirrors, mnist_files}};

const char *const data_names[] = {"mnist", NULL};

/* Packed, a file is smaller than its content, or at least not much larger. */
static size_t packed_limit(const Remote *file)
{
    return file->size + file->size / 8 + 4096;
}

/* Do these bytes, packed or not, unpack to what the file has to be? */
static int verify(const char *name, const Remote *file, const uint8_t *bytes, size_t size, Err *e)
{
    char found[SHA256_TEXT];
    size_t plain_size;
    uint8_t *plain = gzip_open(name, bytes, size, file->size, &plain_size, e);

    if (!plain)
        return -ERR_FORMAT;
    sha256_text(plain, plain_size, found);
    free(plain);
    if (plain_size != file->size)
        return err_set(e, ERR_NETWORK, "%s: unpacks to %zu bytes, %zu are expected", name,
                       plain_size, file->size);
    if (strcmp(found, file->sha256) != 0)
        return err_set(e, ERR_NETWORK,
                       "%s: is not the original: SHA-256 %.16s.. found, %.16s.. expected", name,
                       found, file->sha256);
    return 0;
}

/* ---- one download ---- */

/* libcurl brings thirty libraries along: it is opened when something is fetched. */
typedef struct Curl {
    void *library;
    __typeof__(&curl_easy_init) init;
    __typeof__(&curl_easy_setopt) set;
    __typeof__(&curl_easy_perform) perform;
    __typeof__(&curl_easy_strerror) error;
    __typeof__(&curl_easy_cleanup) cleanup;
} Curl;

static int curl_open(Curl *c, Err *e)
{
    const LibrarySymbol symbols[] = {
        {"curl_easy_init", &c->init},       {"curl_easy_setopt", &c->set},
        {"curl_easy_perform", &c->perform}, {"curl_easy_strerror", &c->error},
        {"curl_easy_cleanup", &c->cleanup}, {0}};

    c->library = library_open("libcurl.so.4", "fetch data", symbols, e);
    return c->library ? 0 : -(int)ERR_UNSUPPORTED;
}

typedef struct Download {
    const Curl *curl;
    Writer body;
    size_t limit;
    const Remote *file;
    const FetchOptions *options;
} Download;

static size_t receive(char *bytes, size_t one, size_t n, void *user)
{
    Download *d = user;

    if (n > d->limit - d->body.size)
        return 0; /* ends the transfer */
    writer_put(&d->body, bytes, n * one);
    return d->body.failed ? 0 : n;
}

static int show_progress(void *user, curl_off_t total, curl_off_t done, curl_off_t up_total,
                         curl_off_t up)
{
    Download *d = user;

    (void)up_total;
    (void)up;
    d->options->progress(d->options->user, d->file->name, (double)done, (double)total);
    return 0;
}

static void set_up(CURL *transfer, const char *url, Download *d, char *why)
{
    const Curl *c = d->curl;
    const char *protocols = d->options->mirrors ? "https,http,file" : "https";

    c->set(transfer, CURLOPT_URL, url);
    c->set(transfer, CURLOPT_ERRORBUFFER, why);
    c->set(transfer, CURLOPT_PROTOCOLS_STR, protocols);
    c->set(transfer, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    c->set(transfer, CURLOPT_FOLLOWLOCATION, 1L);
    c->set(transfer, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    c->set(transfer, CURLOPT_FAILONERROR, 1L);
    c->set(transfer, CURLOPT_NOSIGNAL, 1L);
    c->set(transfer, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
    c->set(transfer, CURLOPT_TIMEOUT, (long)TOTAL_TIMEOUT_S);
    c->set(transfer, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_RATE);
    c->set(transfer, CURLOPT_LOW_SPEED_TIME, (long)STALL_TIMEOUT_S);
    c->set(transfer, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)d->limit);
    c->set(transfer, CURLOPT_USERAGENT, "scrawl");
    c->set(transfer, CURLOPT_WRITEFUNCTION, receive);
    c->set(transfer, CURLOPT_WRITEDATA, d);
    if (d->options->progress) {
        c->set(transfer, CURLOPT_NOPROGRESS, 0L);
        c->set(transfer, CURLOPT_XFERINFOFUNCTION, show_progress);
        c->set(transfer, CURLOPT_XFERINFODATA, d);
    }
}

/* The bytes behind an address, in d->body. */
static int download(const char *url, Download *d, Err *e)
{
    char why[CURL_ERROR_SIZE] = "";
    CURL *transfer = d->curl->init();

    if (!transfer)
        return err_set(e, ERR_MEMORY, "%s: no memory to fetch it", url);
    set_up(transfer, url, d, why);
    CURLcode code = d->curl->perform(transfer);
    d->curl->cleanup(transfer);
    if (code == CURLE_OK)
        return 0;
    if (code == CURLE_FILESIZE_EXCEEDED || code == CURLE_WRITE_ERROR)
        return err_set(e, ERR_NETWORK, "%s: more than the %zu bytes that it may have", url,
                       d->limit);
    return err_set(e, ERR_NETWORK, "%s: %s", url, *why ? why : d->curl->error(code));
}

/* ---- a set ---- */

static bool is_there(const Remote *file, const char *path)
{
    size_t size;
    uint8_t *bytes = file_exists(path) ? file_read(path, packed_limit(file), &size, NULL) : NULL;
    bool right = bytes && verify(path, file, bytes, size, NULL) == 0;

    free(bytes);
    return right;
}

static int fetch_from(const Curl *curl, const char *mirror, const Remote *file, const char *path,
                      const FetchOptions *options, Err *e)
{
    Download d = {.curl = curl, .limit = packed_limit(file), .file = file, .options = options};
    char *url;
    int r;

    if (asprintf(&url, "%s%s", mirror, file->name) < 0)
        return err_set(e, ERR_MEMORY, "%s: no memory", path);
    r = download(url, &d, e);
    if (!r)
        r = verify(url, file, d.body.bytes, d.body.size, e);
    if (!r)
        r = file_write(path, d.body.bytes, d.body.size, e);
    writer_free(&d.body);
    free(url);
    return r;
}

/* Asks one mirror after another; the sentence of a failure is the first one's. */
static int fetch_file(const Curl *curl, const Source *source, const Remote *file,
                      const char *folder, const FetchOptions *options, Err *e)
{
    const char *const *mirror = options->mirrors ? options->mirrors : source->mirrors;
    char *path = file_join(folder, file->name);
    Err first = {0};
    int r = -ERR_NETWORK;

    if (!path)
        return err_set(e, ERR_MEMORY, "%s: no memory", folder);
    if (is_there(file, path))
        r = 0;
    for (; r && *mirror; mirror++) {
        Err why = {0};
        r = fetch_from(curl, *mirror, file, path, options, &why);
        if (r && !first.code)
            first = why;
        if (r && why.code == ERR_IO) /* our own disk: another mirror does not help */
            break;
    }
    if (r)
        r = err_set(e, first.code ? first.code : ERR_NETWORK, "%s", first.text);
    free(path);
    return r;
}

static const Source *find_source(const char *name)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strcmp(sources[i].name, name) == 0)
            return &sources[i];
    return NULL;
}

/* The folder for a set, as options or the cache have it; the caller frees. */
static char *folder_of(const char *name, const FetchOptions *options, Err *e)
{
    char *cache, *folder;

    if (options->folder) {
        folder = strdup(options->folder);
    } else {
        if (!(cache = file_cache_folder(e)))
            return NULL;
        folder = file_join(cache, name);
        free(cache);
    }
    if (!folder)
        err_set(e, ERR_MEMORY, "no memory for a path");
    return folder;
}

char *data_fetch(const char *name, const FetchOptions *options, Err *e)
{
    static const FetchOptions usual = {0};
    const Source *source = find_source(name);
    Curl curl = {0};
    int r;

    if (!options)
        options = &usual;
    if (!source) {
        err_set(e, ERR_ARGUMENT, "%s: no data set of that name can be fetched; there is mnist",
                name);
        return NULL;
    }
    char *folder = folder_of(name, options, e);
    if (!folder)
        return NULL;
    r = curl_open(&curl, e);
    if (!r)
        r = file_make_folder(folder, e);
    for (const Remote *file = source->files; !r && file->name; file++)
        r = fetch_file(&curl, source, file, folder, options, e);
    library_close(curl.library);
    if (r) {
        free(folder);
        return NULL;
    }
    return folder;
}

/* Are all files of a set there, by name? */
static bool is_complete(const Source *source, const char *folder)
{
    bool all = true;

    for (const Remote *file = source->files; file->name; file++) {
        char *path = file_join(folder, file->name);
        all = all && path && file_exists(path);
        free(path);
    }
    return all;
}

Dataset *dataset_default(const DatasetOptions *options, const FetchOptions *fetch, Err *e)
{
    static const FetchOptions usual = {0};
    Err why = {0};
    char *folder = folder_of("mnist", fetch ? fetch : &usual, e), *fetched;
    Dataset *d = NULL;

    if (!folder)
        return NULL;
    if (is_complete(&sources[0], folder)) {
        d = dataset_open(folder, options, e);
    } else if ((fetched = data_fetch("mnist", fetch, &why))) {
        d = dataset_open(fetched, options, e);
        free(fetched);
    } else {
        err_set(e, why.code,
                "MNIST is not in %s and cannot be fetched (%.200s); give data with --data", folder,
                why.text);
    }
    free(folder);
    return d;
}
