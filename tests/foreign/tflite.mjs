// model.tflite and model-int8.tflite by TensorFlow Lite.
import { casesWith, judge, judgeInt8, report, turned } from "./cases.mjs";
import { runnerOf } from "./tflite_run.mjs";

// One input after another: a batch is 1.
function run(file, c) {
  const runner = runnerOf(file), inputs = runner.GetInputs(), outputs = runner.GetOutputs();
  const size = ({ shape: [channels, h, w] }) => channels * h * w;
  const fed = c.inputs.map((x) => turned(x.values, x.shape, true));
  const results = c.outputs.map((o) => new Float32Array(c.count * size(o)));
  for (let n = 0; n < c.count; n++) {
    c.inputs.forEach((x, i) => inputs.get(i).data().set(fed[i].subarray(n * size(x), (n + 1) * size(x))));
    if (!runner.Infer()) throw Error("it does not run");
    c.outputs.forEach((o, i) => results[i].set(outputs.get(i).data(), n * size(o)));
  }
  return results.map((values, i) => turned(values, c.outputs[i].shape, false));
}

const folder = process.argv[2];
const cases = [
  ...casesWith(folder, "model.tflite"),
  ...casesWith(folder, "model-int8.tflite").map((c) => ({ ...c, name: c.name + " int8", int8: true })),
];
await report("tensorflow lite", cases, async (c) => (c.int8 ? judgeInt8 : judge)(c, run(c.file, c)));
