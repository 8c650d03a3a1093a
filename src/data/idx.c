#include "data/idx.h"

#include "base/bytes.h"
#include "base/file.h"

enum { UNSIGNED_BYTES = 8 };

bool idx_is(const uint8_t *bytes, size_t size)
{
    return size >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] >= 8 && bytes[2] <= 14 &&
           bytes[3] >= 1;
}

int idx_read(const char *name, const uint8_t *bytes, size_t size, Idx *out, Err *e)
{
    Reader r = reader_open(bytes, size);
    Idx idx = {.count = 1};

    if (!idx_is(bytes, size))
        return err_set(e, ERR_FORMAT, "%s: no idx file", name);
    uint32_t magic = reader_u32be(&r);
    idx.dims = (int)(magic & 255);
    if (magic >> 8 != UNSIGNED_BYTES)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: its values are of type %02x, only %02x (unsigned bytes) is read", name,
                       magic >> 8, UNSIGNED_BYTES);
    if (idx.dims > IDX_DIMS)
        return err_set(e, ERR_UNSUPPORTED, "%s: %d dimensions, at most %d are read", name, idx.dims,
                       IDX_DIMS);
    for (int i = 0; i < idx.dims; i++) {
        idx.sizes[i] = reader_u32be(&r);
        if (!size_multiply(idx.count, idx.sizes[i], &idx.count))
            return err_set(e, ERR_FORMAT, "%s: more values promised than there is memory", name);
    }
    if (r.failed)
        return err_set(e, ERR_FORMAT, "%s: ends early, inside its header of %d bytes", name,
                       4 + 4 * idx.dims);
    if (reader_left(&r) != idx.count)
        return err_set(e, ERR_FORMAT, "%s: %zu values promised, %zu found", name, idx.count,
                       reader_left(&r));
    idx.values = reader_take(&r, idx.count);
    *out = idx;
    return 0;
}

int idx_save(const char *path, int dims, const uint32_t *sizes, const uint8_t *values, Err *e)
{
    Writer w = {0};
    size_t count = 1;
    bool fits = true;
    int code;

    writer_u32be(&w, UNSIGNED_BYTES << 8 | (uint32_t)dims);
    for (int i = 0; i < dims; i++) {
        writer_u32be(&w, sizes[i]);
        fits = fits && size_multiply(count, sizes[i], &count);
    }
    if (fits)
        writer_put(&w, values, count);
    code = !fits || w.failed ? err_set(e, ERR_MEMORY, "%s: no memory to write it", path)
                             : file_write(path, w.bytes, w.size, e);
    writer_free(&w);
    return code;
}
