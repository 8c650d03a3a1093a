/* One way to say what went wrong, for the whole house.
 *
 *     Err e = {0};
 *     if (file_write("out.png", bytes, size, &e))
 *         fprintf(stderr, "scrawl: %s\n", e.text);
 *
 * A function that meets the world (files, users, the network) returns NULL or a negative code and
 * fills the Err that is its last parameter. The sentence is good enough to show as it is: it names
 * the thing, and both numbers where two disagree; what it quotes of a file may be any bytes, which
 * base/plain.h makes fit to be shown. On success the Err is left untouched. Our own mistakes are
 * asserted instead. Every `Err *` may be NULL when only the code matters. */
#ifndef SCRAWL_BASE_ERR_H
#define SCRAWL_BASE_ERR_H

typedef enum ErrCode {
    ERR_NONE,
    ERR_IO,          /* the system refused: a missing file, a full disk */
    ERR_FORMAT,      /* the bytes are not what they say they are */
    ERR_LIMIT,       /* larger than scrawl agrees to handle */
    ERR_MEMORY,      /* no memory left */
    ERR_ARGUMENT,    /* a value from the user that makes no sense */
    ERR_UNSUPPORTED, /* valid, but nothing that scrawl can do */
    ERR_NUMERIC,     /* a NaN or an infinity where a number has to be */
    ERR_NETWORK,     /* a download failed or was not what it should be */
    ERR_CODES
} ErrCode;

typedef struct Err {
    ErrCode code;
    char text[512]; /* one sentence without a final full stop or newline */
} Err;

/* Fills `e` (if not NULL) by printf's rules, cut at a character boundary when too long, and returns
 * -code, so that a function can end with `return err_set(e, ERR_IO, ...)`. */
int err_set(Err *e, ErrCode code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the sentence that is in `e` already. Returns -e->code, or
 * -ERR_IO when there is no `e` to know it from. */
int err_prefix(Err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The code in a word, for JSON and logs: "io", "format", ... */
const char *err_name(ErrCode code);

#endif
