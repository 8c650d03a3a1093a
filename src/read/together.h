/* How many pictures a net had better see at once. Several fill a slice of 16, however few they are: up to six alone, one
 * after the other, take less time than one slice (lenet on AVX-512; larger nets gain more, and the page's WebAssembly).
 *
 *     for (int first = 0, n; first < count; first += n) {
 *         n = infer_together(count - first, BATCH);
 *         exec_infer(n == 1 ? one : many, ...);
 *     }
 */
#ifndef SCRAWL_READ_TOGETHER_H
#define SCRAWL_READ_TOGETHER_H

enum { TOGETHER_SLICE = 16, TOGETHER_FEW = 6 };

/* Of those left; `most` is a multiple of 16. */
static inline int infer_together(int left, int most)
{
    int n = left < most ? left : most, rest = n % TOGETHER_SLICE;

    if (rest == 0 || rest > TOGETHER_FEW)
        return n;
    return n > rest ? n - rest : 1;
}

#endif
