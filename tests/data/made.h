/* Files as other programs make them, for the tests of this folder. */
#ifndef TESTS_DATA_MADE_H
#define TESTS_DATA_MADE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

/* An idx file: its type (8: bytes), its dimensions and its values. */
Writer made_idx(int type, int dims, const uint32_t *sizes, const uint8_t *values, size_t count);

Writer made_gzip(const void *bytes, size_t size);

/* An .npy file of version 1; shape as Python writes it, "(3, 28, 28)". */
Writer made_npy(const char *descr, bool fortran, const char *shape, const void *values,
                size_t size);

typedef struct MadeZip { /* {0} is an empty archive */
    Writer body, directory;
    int members;
} MadeZip;

/* Returns where the member's record begins in the directory. */
size_t made_zip_add(MadeZip *z, const char *name, const void *bytes, size_t size, bool deflated);
Writer made_zip_end(MadeZip *z); /* frees `z` */

/* A fresh folder, and a file in it (parents are made); made_remove removes all of it. */
char *made_folder(void);
void made_file(const char *folder, const char *name, const void *bytes, size_t size);
void made_text(const char *folder, const char *name, const char *text);
char *made_path(const char *folder, const char *name);
void made_remove(char *folder);

/* A copy of the exact size, so that a sanitizer sees a byte read too many. */
uint8_t *made_exact(const void *bytes, size_t size);

/* The folder of data that is not in the checkout, or NULL. */
const char *made_data(void);

/* Checks that a call failed with this code and that its sentence holds this. */
void assert_sentence(const Err *e, ErrCode code, const char *part);

#endif
