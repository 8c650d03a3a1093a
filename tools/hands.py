"""Pictures of the digits of typefaces that were drawn after hands: folder/train/<digit>/<face>.png of four faces in five,
folder/test/<digit>/<face>.png of the others.

    npm pack @fontsource/caveat @fontsource/kalam ...      # and, of each, files/<face>-latin-400-normal.woff as <face>.woff
    python3 tools/hands.py faces folder                    # faces: the folder with the .woff files

Needs Debian's python3-pil. A digit is 48 px high at most, dark on white with a margin of 8 px. The faces that the nets which ship
have seen are named in models/hands.txt.
"""
import os, sys

from PIL import Image, ImageDraw, ImageFont

HEIGHT, MARGIN, EACH = 48, 8, 5


def picture(face, digit):
    box = face.getbbox(digit)
    wide, high = box[2] - box[0], box[3] - box[1]
    canvas = Image.new("L", (wide, high), 255)
    ImageDraw.Draw(canvas).text((-box[0], -box[1]), digit, font=face, fill=0)
    size = (max(1, round(wide * HEIGHT / max(wide, high))), max(1, round(high * HEIGHT / max(wide, high))))
    out = Image.new("L", (size[0] + 2 * MARGIN, size[1] + 2 * MARGIN), 255)
    out.paste(canvas.resize(size, Image.LANCZOS), (MARGIN, MARGIN))
    return out


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    for i, file in enumerate(sorted(name for name in os.listdir(sys.argv[1]) if name.endswith(".woff"))):
        face = ImageFont.truetype(os.path.join(sys.argv[1], file), 160)
        for digit in "0123456789":
            folder = os.path.join(sys.argv[2], "test" if i % EACH == EACH - 1 else "train", digit)
            os.makedirs(folder, exist_ok=True)
            picture(face, digit).save(os.path.join(folder, file[:-5] + ".png"))


main()
