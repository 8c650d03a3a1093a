"""A model with another threshold of refusal.

    python3 tools/threshold.py model.safetensors out.safetensors 0.69
"""
import json, struct, sys


def main():
    if len(sys.argv) != 4 or not 0 <= float(sys.argv[3]) <= 1:
        sys.exit(__doc__)
    data = open(sys.argv[1], "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8:8 + size])
    about = head["__metadata__"]
    about["calibration"] = json.dumps({**json.loads(about["calibration"]), "threshold": float(sys.argv[3])}, separators=(",", ":"))
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    open(sys.argv[2], "wb").write(struct.pack("<Q", len(text)) + text + data[8 + size:])


main()
