"""The mean of the weights of two nets of the same kind, of which one began with the other's: often better than either.

    python3 tools/mean_weights.py before.safetensors after.safetensors mean.safetensors

What else the second file says (its record, its calibration) is that of the mean. Both hold 32-bit floats.
"""
import array, json, struct, sys


def read(path):
    data = open(path, "rb").read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    return data[:start], json.loads(data[8:start]), data[start:]


def floats(tensor, data):
    if tensor["dtype"] != "F32":
        sys.exit("mean_weights: the files hold 32-bit floats only before convert --half")
    return array.array("f", data[slice(*tensor["data_offsets"])])


def main():
    _, before, old = read(sys.argv[1])
    head, after, new = read(sys.argv[2])
    mean = bytearray(new)
    for name, tensor in after.items():
        if name == "__metadata__":
            continue
        if name not in before or before[name]["shape"] != tensor["shape"]:
            sys.exit(f"mean_weights: {sys.argv[1]} has no {name} of that shape")
        pairs = zip(floats(before[name], old), floats(tensor, new))
        mean[slice(*tensor["data_offsets"])] = array.array("f", ((a + b) / 2 for a, b in pairs)).tobytes()
    open(sys.argv[3], "wb").write(head + mean)


main()
