/* AVX-512's products of pairs of bf16 (AMD from Zen 4 on, Intel's Cooper Lake and Sapphire Rapids): inside bf16_unit.c only.
 *
 * An instruction adds to 16 sums the products of a pair that is the same for all and of 16 pairs: twice the multiply-adds of f32's.
 * Eight rows by two tiles of columns are summed in registers at a time.
 *
 * Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2 (VDPBF16PS). */
enum { TOGETHER = 8 }; /* rows summed at a time */

static void unit_begin(void)
{
}

static void unit_end(void)
{
}

/* Rows row.. of one tile of rows. */
INLINE void multiply_group(const bool two_columns, int steps, const Tile *a, const Tile *const b[PAIR], int row,
                           Sums c[PAIR])
{
    vf left[TOGETHER], right[TOGETHER];

    UNROLL for (int r = 0; r < TOGETHER; r++)
    {
        left[r] = vload(c[0].at[row + r]);
        right[r] = two_columns ? vload(c[1].at[row + r]) : vset(0);
    }
    for (int s = 0; s < steps; s++)
        for (int p = 0; p < SIDE; p++) {
            vf x = *(const vf *)b[0][s].at[p], y = two_columns ? *(const vf *)b[1][s].at[p] : x;

            UNROLL for (int r = 0; r < TOGETHER; r++)
            {
                vf w = broadcast_pair(a[s].at[row + r] + 2 * p);

                left[r] = multiply_add_pair(left[r], w, x);
                if (two_columns)
                    right[r] = multiply_add_pair(right[r], w, y);
            }
        }
    UNROLL for (int r = 0; r < TOGETHER; r++)
    {
        vstore(c[0].at[row + r], left[r]);
        if (two_columns)
            vstore(c[1].at[row + r], right[r]);
    }
}

/* Adds to c[row][column]. */
INLINE void multiply(const bool two_rows, const bool two_columns, const Operands *o,
                     Sums c[PAIR][PAIR])
{
    for (int i = 0; i < 1 + two_rows; i++)
        for (int row = 0; row < SIDE; row += TOGETHER)
            multiply_group(two_columns, o->steps, o->a[i], o->b, row, c[i]);
}
