/* What a JPEG's markers say, read without decoding: is it whole, which way up is it.
 *
 *     JpegScan s = jpeg_scan(bytes, size);
 *     if (!s.whole) ...                               // cut off before its end marker, or damaged
 *
 * ITU-T T.81 annex B for the markers, Exif 2.3 (CIPA DC-008) for the orientation. Never reads
 * outside the bytes, whatever they hold. */
#ifndef SCRAWL_IMAGE_JPEG_SCAN_H
#define SCRAWL_IMAGE_JPEG_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct JpegScan {
    bool whole;      /* the end marker is there */
    bool cut;        /* it is not: the bytes end before it. Neither: a segment makes no sense */
    int scans;       /* passes over the picture: 1, or some ten when it is progressive */
    int orientation; /* 1 (upright) .. 8, as Exif counts them; 1 when nothing valid is said */
} JpegScan;

JpegScan jpeg_scan(const uint8_t *bytes, size_t size);

#endif
