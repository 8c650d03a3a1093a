/* AMX, the tile unit of some Intel processors: inside bf16_unit.c only.
 *
 * No processor with that unit was at hand. Tested against an emulation of its instructions
 * (tests/tensor/amx_emulated.h), which gave the same bits under Linux on Bochs' Sapphire Rapids; never on silicon.
 *
 * Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2 (TDPBF16PS) and volume 1, chapter 18. */
#ifdef AMX_TILES
#include AMX_TILES
#endif

/* Palette 1: eight tiles, numbered by the instructions, of 16 rows of 64 bytes. */
static const struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} __attribute__((packed, aligned(64))) layout = {
    .palette = 1,
    .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
    .rows = {16, 16, 16, 16, 16, 16, 16, 16},
};

/* The compiler does not know that tiles read memory. */
#define WRITTEN() __asm__ volatile("" ::: "memory")

static void unit_begin(void)
{
    _tile_loadconfig(&layout);
}

static void unit_end(void)
{
    _tile_release();
}

/* Adds to c[row][column]. */
INLINE void multiply(const bool two_rows, const bool two_columns, const Operands *o,
                     Sums c[PAIR][PAIR])
{
    WRITTEN();
    _tile_loadd(0, &c[0][0], 64);
    if (two_columns)
        _tile_loadd(1, &c[0][1], 64);
    if (two_rows)
        _tile_loadd(2, &c[1][0], 64);
    if (two_rows && two_columns)
        _tile_loadd(3, &c[1][1], 64);
    for (int s = 0; s < o->steps; s++) {
        _tile_loadd(4, o->a[0] + s, 64);
        _tile_loadd(6, o->b[0] + s, 64);
        _tile_dpbf16ps(0, 4, 6);
        if (two_columns) {
            _tile_loadd(7, o->b[1] + s, 64);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (two_rows) {
            _tile_loadd(5, o->a[1] + s, 64);
            _tile_dpbf16ps(2, 5, 6);
        }
        if (two_rows && two_columns)
            _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, &c[0][0], 64);
    if (two_columns)
        _tile_stored(1, &c[0][1], 64);
    if (two_rows)
        _tile_stored(2, &c[1][0], 64);
    if (two_rows && two_columns)
        _tile_stored(3, &c[1][1], 64);
    WRITTEN();
}
