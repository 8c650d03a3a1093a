/* Everything is found from the end: the end record says where the central directory is, and that
 * says where each member's local header is. Archives whose members share bytes (which is how a
 * small file unpacks to petabytes) are refused. */
#include "data/zip.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "data/gzip.h"

enum {
    LOCAL_MAGIC = 0x04034B50,
    CENTRAL_MAGIC = 0x02014B50,
    END_MAGIC = 0x06054B50,
    END_SIZE = 22,
    LOCAL_SIZE = 30,
    COMMENT_LIMIT = 65535,
    MEMBERS_LIMIT = 4096,
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1 /* a flag */
};

typedef struct Archive {
    const char *name;
    const uint8_t *bytes;
    size_t size;
    size_t directory; /* where the central directory begins, behind all members */
    size_t directory_size;
    int members;
} Archive;

typedef struct Member {
    const uint8_t *name; /* not ended by a NUL */
    size_t name_size;
    uint16_t flags, method;
    uint32_t crc, packed, plain;
    size_t begin; /* of its local header */
} Member;

bool zip_is(const uint8_t *bytes, size_t size)
{
    return size >= END_SIZE && memcmp(bytes, "PK\3\4", 4) == 0;
}

/* The end record: the last one whose comment reaches exactly to the end of the file. */
static int find_end(Archive *a, Err *e)
{
    size_t most = a->size - END_SIZE < COMMENT_LIMIT ? a->size - END_SIZE : COMMENT_LIMIT;

    for (size_t back = 0; back <= most; back++) {
        size_t at = a->size - END_SIZE - back;
        Reader r = reader_open(a->bytes + at, END_SIZE);
        if (reader_u32le(&r) != END_MAGIC)
            continue;
        reader_take(&r, 6);
        a->members = reader_u16le(&r);
        a->directory_size = reader_u32le(&r);
        a->directory = reader_u32le(&r);
        if (reader_u16le(&r) != back)
            continue;
        if (a->directory > at || a->directory_size > at - a->directory)
            return err_set(e, ERR_FORMAT,
                           "%s: its directory of %zu bytes is said to begin at byte %zu of %zu",
                           a->name, a->directory_size, a->directory, a->size);
        if (a->members > MEMBERS_LIMIT)
            return err_set(e, ERR_LIMIT, "%s: %d members, at most %d are read", a->name, a->members,
                           MEMBERS_LIMIT);
        return 0;
    }
    return err_set(e, ERR_FORMAT, "%s: the zip archive ends early: its directory is missing",
                   a->name);
}

/* The next record of the central directory; false at a damaged one. */
static bool read_member(Reader *r, Member *m)
{
    if (reader_u32le(r) != CENTRAL_MAGIC)
        return false;
    reader_take(r, 4);
    m->flags = reader_u16le(r);
    m->method = reader_u16le(r);
    reader_take(r, 4);
    m->crc = reader_u32le(r);
    m->packed = reader_u32le(r);
    m->plain = reader_u32le(r);
    m->name_size = reader_u16le(r);
    size_t extra = reader_u16le(r), comment = reader_u16le(r);
    reader_take(r, 8);
    m->begin = reader_u32le(r);
    m->name = reader_take(r, m->name_size);
    reader_take(r, extra);
    reader_take(r, comment);
    return !r->failed;
}

/* What stands at `begin` is a local header whose name, extra field and data end before the central
 * directory: sets where the data begins and ends. Sizes are the central directory's: numpy leaves
 * the local ones to be filled in elsewhere. */
static bool find_data(const Archive *a, const Member *m, size_t *begin, size_t *end)
{
    if (m->begin > a->directory || a->directory - m->begin < LOCAL_SIZE)
        return false;
    Reader r = reader_open(a->bytes + m->begin, a->directory - m->begin);
    if (reader_u32le(&r) != LOCAL_MAGIC)
        return false;
    reader_take(&r, 22);
    size_t name_size = reader_u16le(&r), extra = reader_u16le(&r);
    const uint8_t *name = reader_take(&r, name_size);
    reader_take(&r, extra);
    *begin = m->begin + r.at;
    reader_take(&r, m->packed);
    *end = m->begin + r.at;
    return !r.failed && name_size == m->name_size && memcmp(name, m->name, name_size) == 0;
}

static bool is_called(const Member *m, const char *name)
{
    return m->name_size == strlen(name) && memcmp(m->name, name, m->name_size) == 0;
}

/* The member of that name; ERR_FORMAT if there is none, or two, or the directory is damaged. */
static int find_member(const Archive *a, const char *name, Member *out, Err *e)
{
    Reader r = reader_open(a->bytes + a->directory, a->directory_size);
    Member m;
    int found = 0;

    for (int i = 0; i < a->members; i++) {
        if (!read_member(&r, &m))
            return err_set(e, ERR_FORMAT, "%s: %d members promised, %d found in its directory",
                           a->name, a->members, i);
        if (is_called(&m, name)) {
            *out = m;
            found++;
        }
    }
    if (found != 1)
        return err_set(e, ERR_FORMAT, "%s: %s %s among its %d members", a->name,
                       found ? "more than one" : "no", name, a->members);
    return 0;
}

/* No other member may use the bytes from this one's local header to the end of its data. */
static int check_alone(const Archive *a, const Member *m, size_t end, const char *name, Err *e)
{
    Reader r = reader_open(a->bytes + a->directory, a->directory_size);
    size_t other_begin, other_end;
    Member other;

    for (int i = 0; i < a->members && read_member(&r, &other); i++) {
        if (other.begin == m->begin && is_called(&other, name))
            continue;
        if (!find_data(a, &other, &other_begin, &other_end) ||
            (other.begin < end && m->begin < other_end))
            return err_set(e, ERR_FORMAT, "%s: %s and %.*s overlap or are out of place", a->name,
                           name, (int)(other.name_size < 100 ? other.name_size : 100),
                           (const char *)other.name);
    }
    return 0;
}

static int check_method(const Archive *a, const Member *m, const char *name, size_t limit, Err *e)
{
    if (m->flags & ENCRYPTED || (m->method != STORED && m->method != DEFLATED))
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: %s is %s by method %d, only stored and deflated are read", a->name,
                       name, m->flags & ENCRYPTED ? "encrypted" : "packed", m->method);
    if (m->plain > limit || m->packed == UINT32_MAX)
        return err_set(e, ERR_LIMIT, "%s: %s holds %u bytes, at most %zu are read", a->name, name,
                       m->plain, limit);
    if (m->method == STORED ? m->plain != m->packed : m->plain / 1032 > m->packed)
        return err_set(e, ERR_FORMAT, "%s: %s promises %u bytes out of %u", a->name, name, m->plain,
                       m->packed);
    return 0;
}

static uint8_t *unpack(const Archive *a, const Member *m, size_t begin, const char *name, Err *e)
{
    uint8_t *plain = malloc(m->plain + (size_t)1);

    if (!plain) {
        err_set(e, ERR_MEMORY, "%s: no memory for the %u bytes of %s", a->name, m->plain, name);
        return NULL;
    }
    if (m->method == STORED) {
        memcpy(plain, a->bytes + begin, m->plain);
    } else if (deflate_open(name, a->bytes + begin, m->packed, plain, m->plain, e)) {
        err_prefix(e, "%s", a->name);
        free(plain);
        return NULL;
    }
    if (crc32_of(plain, m->plain) != m->crc) {
        err_set(e, ERR_FORMAT, "%s: %s is damaged: checksum %08x promised, %08x found", a->name,
                name, m->crc, crc32_of(plain, m->plain));
        free(plain);
        return NULL;
    }
    return plain;
}

uint8_t *zip_open(const char *name, const uint8_t *bytes, size_t size, const char *member,
                  size_t limit, size_t *plain_size, Err *e)
{
    Archive a = {.name = name, .bytes = bytes, .size = size};
    size_t begin, end;
    Member m;

    if (!zip_is(bytes, size)) {
        err_set(e, ERR_FORMAT, "%s: no zip archive", name);
        return NULL;
    }
    if (find_end(&a, e) || find_member(&a, member, &m, e) || check_method(&a, &m, member, limit, e))
        return NULL;
    if (!find_data(&a, &m, &begin, &end)) {
        err_set(e, ERR_FORMAT, "%s: %s, %u bytes from byte %zu, is not where the directory says",
                name, member, m.packed, m.begin);
        return NULL;
    }
    if (check_alone(&a, &m, end, member, e))
        return NULL;
    uint8_t *plain = unpack(&a, &m, begin, member, e);
    if (plain)
        *plain_size = m.plain;
    return plain;
}
