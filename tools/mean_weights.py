"""The mean of the weights of two nets of the same kind, of which one began with the other's: often better than either.

    python3 tools/mean_weights.py before.safetensors after.safetensors mean.safetensors [share]

`share` is the part of `after` in it, 0.5 where nothing is said. What else the second file says (its record, its calibration) is
that of the mean. It holds 32-bit floats; the first may hold 16-bit ones. Of blocks that only the second has and that add to what
goes by them, what they add, NAME.back, counts by its share; the rest of them is the second's.
"""
import array, json, struct, sys


def read(path):
    data = open(path, "rb").read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    return data[:start], json.loads(data[8:start]), data[start:]


def floats(tensor, data):
    part = data[slice(*tensor["data_offsets"])]
    if tensor["dtype"] == "F16":
        return struct.unpack(f"<{len(part) // 2}e", part)
    if tensor["dtype"] != "F32":
        sys.exit(f"mean_weights: a tensor of {tensor['dtype']}; F32 and F16 are possible")
    return array.array("f", part)


def main():
    _, before, old = read(sys.argv[1])
    head, after, new = read(sys.argv[2])
    share = float(sys.argv[4]) if len(sys.argv) > 4 else 0.5
    if not 0 <= share <= 1:
        sys.exit(f"mean_weights: a share of {share}; possible is 0 to 1")
    mean = bytearray(new)
    for name, tensor in after.items():
        if name == "__metadata__":
            continue
        if tensor["dtype"] != "F32":
            sys.exit(f"mean_weights: {sys.argv[2]} holds {tensor['dtype']}, not 32-bit floats")
        values = floats(tensor, new)
        if name not in before and name.split(".")[0] + ".back.weight" in after:
            pairs = zip([0.0] * len(values) if ".back." in name else values, values)
        elif name not in before or before[name]["shape"] != tensor["shape"]:
            sys.exit(f"mean_weights: {sys.argv[1]} has no {name} of that shape")
        else:
            pairs = zip(floats(before[name], old), values)
        mean[slice(*tensor["data_offsets"])] = array.array("f", ((1 - share) * a + share * b for a, b in pairs)).tobytes()
    open(sys.argv[3], "wb").write(head + mean)


main()
