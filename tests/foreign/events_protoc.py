"""TensorBoard's file by protoc: events_protoc.py FILE

Each record, decoded by tensorboard.proto, has to be what events.txt says, times left out.
"""
import os
import re
import shutil
import struct
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
protoc = shutil.which("protoc")
if not protoc:
    print("1..0 # SKIP there is no protoc (Debian's protobuf-compiler)")
    sys.exit(0)


def records(data):
    while data:
        (size,) = struct.unpack_from("<Q", data)
        yield data[12:12 + size]
        data = data[16 + size:]


text = []
for record in records(open(sys.argv[1], "rb").read()):
    ran = subprocess.run([protoc, "-I", here, "--decode=tensorboard.Event", "tensorboard.proto"],
                         input=record, capture_output=True, check=True)
    text.append(ran.stdout.decode())
text = re.sub(r"(?m)^ *(wall|start|end)_time.*\n", "", "\n".join(text))
expected = open(os.path.join(here, "events.txt")).read()
good = text == expected
print("1..1")
print("%sok 1 - protoc decodes every record to what was written" % ("" if good else "not "))
if not good:
    for line in text.splitlines():
        print("# " + line)
sys.exit(not good)
