"""The 1,797 digits of 13 writers in UCI's "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak 1998, CC BY 4.0), as
Debian's python3-sklearn brings them, made pictures: folder/train/<digit>/ of the first 1,200, folder/test/<digit>/ of the
last 510, which are other writers' (the set does not say who wrote what, but each begins with 0 to 9 in order; one of the
13 may have two of the 14 parts).

    python3 tools/optdigits.py digits.csv.gz folder

digits.csv.gz is in that package's sklearn/datasets/data. The set has 8x8 values of 0 to 16, light on black, in the order of its
writers; the pictures are four times as large (cubic), dark on white with a margin of 6 px.
"""
import gzip, os, struct, sys, zlib

SIDE, TIMES, MARGIN, TRAIN, TEST = 8, 4, 6, 1200, 1287


def cubic(values):
    """`values` TIMES as dense, by Catmull and Rom's spline between the middles of pixels."""
    out = []
    for i in range(len(values) * TIMES):
        at = (i + 0.5) / TIMES - 0.5
        k = int(at // 1)
        t = at - k
        a, b, c, d = (values[min(max(k + j, 0), len(values) - 1)] for j in (-1, 0, 1, 2))
        out.append(b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))) / 2)
    return out


def picture(values):
    rows = [cubic(values[SIDE * y:SIDE * (y + 1)]) for y in range(SIDE)]
    rows = zip(*(cubic(list(column)) for column in zip(*rows)))
    rows = [[255] * MARGIN + [min(max(round(255 - 15 * v), 0), 255) for v in row] + [255] * MARGIN for row in rows]
    empty = [[255] * (SIDE * TIMES + 2 * MARGIN)] * MARGIN
    return empty + rows + empty


def png(rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))) + chunk(b"IEND", b""))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    for i, line in enumerate(gzip.open(sys.argv[1], "rt")):
        if TRAIN <= i < TEST: # the writer at whom the parts meet
            continue
        *values, label = [int(float(v)) for v in line.split(",")]
        folder = os.path.join(sys.argv[2], "train" if i < TRAIN else "test", str(label))
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{i:04d}.png"), "wb") as file:
            file.write(png(picture(values)))


main()
