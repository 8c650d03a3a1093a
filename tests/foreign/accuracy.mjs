// How many of MNIST's test pictures a classifier in TensorFlow Lite's format reads, run by hand:
//
//     PACKAGES=$PWD/build/tests/foreign/packages node tests/foreign/accuracy.mjs data/mnist a.tflite ...
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { runnerOf } from "./tflite_run.mjs";

const [data, ...files] = process.argv.slice(2);
const unpacked = (name) => zlib.gunzipSync(fs.readFileSync(path.join(data, name)));
const pictures = unpacked("t10k-images-idx3-ubyte.gz").subarray(16);
const labels = unpacked("t10k-labels-idx1-ubyte.gz").subarray(8);

for (const file of files) {
  const runner = runnerOf(file), input = runner.GetInputs().get(0), output = runner.GetOutputs().get(0);
  let right = 0;
  for (let n = 0; n < labels.length; n++) {
    input.data().set(pictures.subarray(n * 784, (n + 1) * 784));
    if (!runner.Infer()) throw Error("it does not run");
    const logits = output.data();
    right += logits.indexOf(Math.max(...logits)) === labels[n];
  }
  process.stdout.write(`${file}: ${right} of ${labels.length}\n`);
}
