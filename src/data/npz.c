/* The header of an .npy file is a Python dictionary with three keys in any order:
 * {'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), } */
#include "data/npz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "data/zip.h"

enum { HEADER_LIMIT = 4096, NAME_LIMIT = 64 };

/* What stands behind 'key': in the dictionary; NULL if it does not. */
static const char *value_of(const char *header, const char *key)
{
    char quoted[32];

    snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *at = strstr(header, quoted);
    if (!at)
        return NULL;
    at += strlen(quoted);
    at += strspn(at, " ");
    if (*at++ != ':')
        return NULL;
    return at + strspn(at, " ");
}

/* '|u1', '<i8', '>i4': order of bytes, kind, width. */
static int parse_type(const char *name, const char *text, Npy *out, Err *e)
{
    int width = text && strlen(text) >= 5 ? text[3] - '0' : 0;

    if (!text || text[0] != '\'' || !strchr("|<>=", text[1]) || !text[1])
        return err_set(e, ERR_FORMAT, "%s: no type in its header", name);
    if (!text[2] || !strchr("ui", text[2]) ||
        (width != 1 && width != 2 && width != 4 && width != 8) || text[4] != '\'')
        return err_set(
            e, ERR_UNSUPPORTED, "%s: values of type %.*s, only whole numbers are read", name,
            (int)strcspn(text + 1, "'") + 2 < 20 ? (int)strcspn(text + 1, "'") + 2 : 20, text);
    out->big_endian = text[1] == '>';
    out->is_signed = text[2] == 'i';
    out->width = width;
    return 0;
}

/* "(60000, 28, 28)", "(60000,)"; sets dims, sizes and count. */
static int parse_shape(const char *name, const char *text, Npy *out, Err *e)
{
    if (!text || *text++ != '(')
        return err_set(e, ERR_FORMAT, "%s: no shape in its header", name);
    out->count = 1;
    for (out->dims = 0; *(text += strspn(text, " ")) != ')'; out->dims++) {
        char *end;
        unsigned long long n = isdigit((unsigned char)*text) ? strtoull(text, &end, 10) : 0;
        if (!isdigit((unsigned char)*text) || (*end != ',' && *end != ')'))
            return err_set(e, ERR_FORMAT, "%s: its shape is damaged", name);
        if (out->dims == NPY_DIMS)
            return err_set(e, ERR_UNSUPPORTED, "%s: more than %d dimensions", name, NPY_DIMS);
        if (n > SIZE_MAX || !size_multiply(out->count, (size_t)n, &out->count))
            return err_set(e, ERR_FORMAT, "%s: more values promised than there is memory", name);
        out->sizes[out->dims] = (size_t)n;
        text = *end == ',' ? end + 1 : end;
    }
    return 0;
}

static int parse_header(const char *name, const char *header, Npy *out, Err *e)
{
    const char *order = value_of(header, "fortran_order");

    int r = parse_type(name, value_of(header, "descr"), out, e);
    if (!r)
        r = parse_shape(name, value_of(header, "shape"), out, e);
    if (r)
        return r;
    if (!order || (strncmp(order, "False", 5) && strncmp(order, "True", 4)))
        return err_set(e, ERR_FORMAT, "%s: no order in its header", name);
    if (*order == 'T' && out->dims > 1)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: its %d dimensions are in Fortran order, only C order is read", name,
                       out->dims);
    return 0;
}

int npy_parse(const char *name, const uint8_t *bytes, size_t size, Npy *out, Err *e)
{
    Reader r = reader_open(bytes, size);
    const uint8_t *magic = reader_take(&r, 6);
    char header[HEADER_LIMIT + 1];
    size_t promised;
    Npy a = {0};

    if (!magic || memcmp(magic, "\x93NUMPY", 6) != 0)
        return err_set(e, ERR_FORMAT, "%s: no array of NumPy", name);
    uint8_t version = reader_u8(&r);
    reader_u8(&r);
    size_t length = version == 1 ? reader_u16le(&r) : reader_u32le(&r);
    if (r.failed)
        return err_set(e, ERR_FORMAT, "%s: ends early, inside its header", name);
    if (version < 1 || version > 3)
        return err_set(e, ERR_UNSUPPORTED, "%s: version %d, only 1 to 3 are read", name, version);
    if (length > HEADER_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: a header of %zu bytes, at most %d are read", name, length,
                       HEADER_LIMIT);
    const uint8_t *text = reader_take(&r, length);
    if (!text)
        return err_set(e, ERR_FORMAT, "%s: ends early, inside its header", name);
    memcpy(header, text, length);
    header[length] = 0;
    int bad = parse_header(name, header, &a, e);
    if (bad)
        return bad;
    if (!size_multiply(a.count, (size_t)a.width, &promised) || promised != reader_left(&r))
        return err_set(e, ERR_FORMAT, "%s: %zu values of %d bytes promised, %zu bytes found", name,
                       a.count, a.width, reader_left(&r));
    a.values = reader_take(&r, promised);
    *out = a;
    return 0;
}

int npz_read(const char *name, const uint8_t *bytes, size_t size, const char *array, Npy *out,
             Err *e)
{
    char member[NAME_LIMIT];
    size_t plain_size;

    snprintf(member, sizeof member, "%s.npy", array);
    Err why = {0};
    uint8_t *plain = zip_open(name, bytes, size, member, FILE_LIMIT, &plain_size, &why);
    if (!plain)
        return err_set(e, why.code, "%s", why.text);
    int bad = npy_parse(member, plain, plain_size, out, e);
    if (bad) {
        free(plain);
        err_prefix(e, "%s", name);
        return bad;
    }
    out->block = plain;
    return 0;
}

void npy_free(Npy *a)
{
    free(a->block);
    *a = (Npy){0};
}

int64_t npy_value(const Npy *a, size_t i)
{
    const uint8_t *p = a->values + i * (size_t)a->width;
    uint64_t v = 0;

    for (int k = 0; k < a->width; k++)
        v = v << 8 | p[a->big_endian ? k : a->width - 1 - k];
    int unused = 64 - 8 * a->width;
    if (a->is_signed)
        return (int64_t)(v << unused) >> unused;
    return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}
