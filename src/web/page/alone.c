/* What a program asks its system for, where there is none: the page's WebAssembly imports nothing. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <wasi/api.h>

enum { CACHE_LINE = 64 };

/* Anonymous memory is all that is ever mapped here. */
void *mmap(void *where, size_t size, int protection, int flags, int file, off_t at)
{
    size_t whole = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    void *memory = whole >= size ? aligned_alloc(CACHE_LINE, whole) : NULL;

    (void)where, (void)protection, (void)flags, (void)file, (void)at;
    return memory ? memset(memory, 0, whole) : MAP_FAILED;
}

int munmap(void *memory, size_t size)
{
    (void)size;
    free(memory);
    return 0;
}

int madvise(void *memory, size_t size, int advice)
{
    (void)memory, (void)size, (void)advice;
    return 0;
}

/* A mistake of ours ends the module; JavaScript sees an exception. */
_Noreturn void __assert_fail(const char *expression, const char *file, int line,
                             const char *function);
_Noreturn void __assert_fail(const char *expression, const char *file, int line,
                             const char *function)
{
    (void)expression, (void)file, (void)line, (void)function;
    __builtin_trap();
}

/* printf's family can write to files; here are none. */
__wasi_errno_t __wasi_fd_write(__wasi_fd_t file, const __wasi_ciovec_t *parts, size_t count,
                               __wasi_size_t *written)
{
    (void)file, (void)parts, (void)count, (void)written;
    return __WASI_ERRNO_BADF;
}

__wasi_errno_t __wasi_fd_seek(__wasi_fd_t file, __wasi_filedelta_t by, __wasi_whence_t from,
                              __wasi_filesize_t *at)
{
    (void)file, (void)by, (void)from, (void)at;
    return __WASI_ERRNO_BADF;
}

__wasi_errno_t __wasi_fd_close(__wasi_fd_t file)
{
    (void)file;
    return __WASI_ERRNO_BADF;
}
