"""model.h and model-int8.h, compiled as strict C99 and run: header.py CASES"""
import array
import glob
import json
import math
import os
import subprocess
import sys
import tempfile

STRICT = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Wshadow", "-Wpedantic", "-Wmissing-prototypes", "-Werror"]

# Reads a record of each input, writes one of each output, until there are no more.
MAIN = """#include <stdio.h>
#include "{header}"

int main(void)
{{
{buffers}
    for (;;) {{
{reads}
        {name}_run({arguments});
{writes}
    }}
}}
"""


def floats(path):
    numbers = array.array("f")
    numbers.frombytes(open(path, "rb").read())
    return numbers


def program(header, name, about):
    buffers, reads, writes, arguments = [], [], [], []
    for i, x in enumerate(about["inputs"]):
        kind = "uint8_t" if x["picture"] else "float"
        size = f"{name.upper()}_IN_{x['name'].upper()}"
        buffers.append(f"    static {kind} in{i}[{size}];")
        reads.append(f"        if (fread(in{i}, sizeof in{i}, 1, stdin) != 1)\n            return 0;")
        arguments.append(f"in{i}")
    for i, x in enumerate(about["outputs"]):
        size = f"{name.upper()}_OUT_{x['name'].upper()}"
        buffers.append(f"    static float out{i}[{size}];")
        writes.append(f"        fwrite(out{i}, sizeof out{i}, 1, stdout);")
        arguments.append(f"out{i}")
    return MAIN.format(header=header, name=name, buffers="\n".join(buffers), reads="\n".join(reads),
                       writes="\n".join(writes), arguments=", ".join(arguments))


def numbers_of(x):
    return x["shape"][0] * x["shape"][1] * x["shape"][2]


def fed(folder, about):
    inputs = [floats(os.path.join(folder, f"input{i}.f32")) for i in range(len(about["inputs"]))]
    parts = []
    for n in range(about["count"]):
        for i, x in enumerate(about["inputs"]):
            part = inputs[i][n * numbers_of(x):(n + 1) * numbers_of(x)]
            parts.append(bytes(map(int, part)) if x["picture"] else part.tobytes())
    return b"".join(parts)


def check(header, work):
    folder = os.path.dirname(header)
    about = json.load(open(os.path.join(folder, "about.json")))
    name = [line.split("_H")[0][8:].lower() for line in open(header) if line.startswith("#ifndef")][0]
    source, binary = os.path.join(work, "main.c"), os.path.join(work, "main")
    open(source, "w").write(program(header, name, about))
    compiler = os.environ.get("CC", "cc").split()
    built = subprocess.run([*compiler, *STRICT, source, "-o", binary, "-lm"], capture_output=True, text=True,
                           env=dict(os.environ, CCACHE_DISABLE="1"))
    if built.returncode:
        return False, built.stderr.splitlines()[0]
    theirs = array.array("f")
    theirs.frombytes(subprocess.run([binary], input=fed(folder, about), capture_output=True, check=True).stdout)
    return compare(folder, about, theirs, "int8" in header)


def compare(folder, about, theirs, int8):
    ours = [floats(os.path.join(folder, f"output{i}.f32")) for i in range(len(about["outputs"]))]
    worst, other, at = 0.0, 0, 0
    largest = [max(1e-9 if int8 else 1.0, *map(abs, o)) for o in ours]
    if len(theirs) != sum(map(len, ours)):
        return False, "it gave too few numbers"
    if not all(map(math.isfinite, theirs)):
        return False, "it gave what is no number"
    for n in range(about["count"]):
        for i, x in enumerate(about["outputs"]):
            size = numbers_of(x)
            a, b = ours[i][n * size:(n + 1) * size], theirs[at:at + size]
            at += size
            worst = max(worst, *(abs(p - q) / largest[i] for p, q in zip(a, b)))
            if x["name"] == "logits" and about["classes"]:
                other += a.index(max(a)) != b.index(max(b))
    limit, classes = (0.15, about["count"] // 64) if int8 else (1e-5, 0)
    return (worst <= limit and other <= classes,
            f"{about['count']} inputs, at most {worst:.1e} off, {other} classes differ")


headers = sorted(glob.glob(os.path.join(sys.argv[1], "*", "model*.h")))
failed = not headers
print(f"1..{len(headers)}")
for i, header in enumerate(headers, 1):
    with tempfile.TemporaryDirectory() as work:
        good, said = check(os.path.abspath(header), work)
    failed |= not good
    what = os.path.join(*header.split(os.sep)[-2:])
    print(f"{'' if good else 'not '}ok {i} - C header: {what}: {said}".replace("#", ""))
sys.exit(failed)
