"""model.onnx by the checker of ONNX itself: onnx_checker.py CASES"""
import glob
import json
import os
import sys

try:
    import onnx
except ImportError:
    print("1..0 # SKIP python3-onnx is not installed")
    sys.exit(0)

files = sorted(glob.glob(os.path.join(sys.argv[1], "*", "model.onnx")))
failed = not files
print("1..%d" % len(files))
for i, path in enumerate(files, 1):
    name = os.path.basename(os.path.dirname(path))
    about = json.load(open(os.path.join(os.path.dirname(path), "about.json")))
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        texts = {p.key: p.value for p in model.metadata_props}
        good = (all(x.type.tensor_type.shape.dim[0].dim_param == "N" for x in model.graph.input)
                and len(json.loads(texts.get("classes", "[]"))) == about["classes"]
                and abs(json.loads(texts["normalisation"])["scale"] - about["scale"]) < 1e-9)
        said = "valid, with a batch of any size and its metadata"
    except Exception as e:  # whatever the checker finds
        good, said = False, str(e).splitlines()[0]
    failed |= not good
    print("%sok %d - onnx.checker: %s: %s" % ("" if good else "not ", i, name, said.replace("#", "")))
sys.exit(failed)
